"""Closed words that fill the sentences of findings: translated with them, unlike names of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def msgid(text: str) -> str:
    """Mark a word for the catalogues."""
    return text


WORDS = frozenset(
    (
        msgid("a table"),
        msgid("a list"),
        msgid("a list of tables"),
        msgid("a list of 2 values"),
        msgid("a table such as { name = ... }"),
        msgid("a file path"),
        msgid("text in quotes"),
        msgid("a number"),
        msgid("a whole number"),
        msgid("true or false"),
        msgid("a name"),
        msgid("a date such as 2024-12-31"),
        msgid("a year such as 2020"),
        msgid("a year such as 2030"),
        msgid("at least one mode, each once"),
        msgid("more than 0"),
        msgid("0 or more"),
        msgid("1 or more"),
        msgid("speeds above 0"),
        msgid("two numbers, the lower first"),
        msgid("a raster"),
        msgid("a column"),
        msgid("text"),
        msgid("number"),
        msgid("flag"),
        msgid("date"),
        msgid("list"),
        msgid("village_code"),
        msgid("village_name"),
        msgid("own_name"),
        msgid("high"),
        msgid("medium"),
        msgid("low"),
        msgid("doctors"),
        msgid("gps"),
        msgid("nurses"),
        msgid("village_doctors"),
        msgid("beds"),
        msgid("walk"),
        msgid("walk_elderly"),
        msgid("e_bike"),
        msgid("car"),
        msgid("population"),
        msgid("facilities"),
        msgid("roads"),
        msgid("zones"),
    )
)


def worded(
    params: Iterable[tuple[str, str | int | float]], translate: Callable[[str], str]
) -> dict[str, str | int | float]:
    """Return the parameters of a finding with its closed words in the user's language.

    >>> worded((("kind", "number"), ("words", "甲")), str.upper)
    {'kind': 'NUMBER', 'words': '甲'}
    """
    return {
        name: translate(value) if isinstance(value, str) and value in WORDS else value
        for name, value in params
    }
