"""Words: gettext for everything a person reads. The message id is the English sentence."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from data.errors import MESSAGES
from data.messages.words import worded
from geo.errors import Finding, Message, rows_or_ids

Language: TypeAlias = Literal["zh", "en"]
Translate: TypeAlias = Callable[[str], str]

LOCALE_FOLDER = Path(__file__).parents[1] / "locale"
DOMAIN = "servicecircle"
CATALOGUES: dict[Language, str] = {"zh": "zh_CN", "en": "en"}


def msgid(text: str) -> str:
    """Mark a text for the catalogues where it cannot be translated yet (module constants).

    >>> msgid("Walk")
    'Walk'
    """
    return text


SEVERITY_WORDS = (msgid("error"), msgid("warning"), msgid("note"))
"""The severities as people read them."""


@cache
def translator(language: Language) -> Translate:
    """Return the function that turns an English message id into a sentence of the language."""
    catalogue = gettext.translation(DOMAIN, LOCALE_FOLDER, [CATALOGUES[language]], fallback=True)
    return catalogue.gettext


def finding_sentence(finding: Finding, translate: Translate) -> str:
    """Return a finding in the user's language: where, what, people, how to mend it."""
    message: Message = MESSAGES[finding.code]
    params = worded(finding.params, translate)
    where = [finding.file] if finding.file else []
    if finding.column:
        where.append(translate("column {name}").format(name=finding.column))
    if finding.rows:
        shown = ", ".join(str(row) for row in finding.rows[:10])
        shown += " …" if len(finding.rows) > 10 else ""
        said = (
            translate("ids {rows}") if rows_or_ids(finding) == "ids" else translate("rows {rows}")
        )
        where.append(said.format(rows=shown))
    parts = [closed(translate(message.text).format(**params), translate)]
    if finding.people is not None:
        parts.append(translate("People touched: {people}.").format(people=f"{finding.people:,.0f}"))
    if message.fix:
        parts.append(closed(translate(message.fix).format(**params), translate))
    return ": ".join([*where, " ".join(parts)])


def closed(text: str, translate: Translate) -> str:
    """Return a sentence with its full stop.

    >>> closed("rows are blank", lambda text: text), closed("有误。", lambda text: text)
    ('rows are blank.', '有误。')
    """
    return text if text.endswith((".", "。", "?", "？", "!", "！")) else text + translate(".")
