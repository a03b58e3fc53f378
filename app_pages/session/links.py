"""What an address may ask of a session, parsed by one strict function for every parameter."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_EDITS_CHARACTERS = 20_000
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_BOUNDS = {"minutes": (1.0, 120.0), "lower": (1.0, 10_000_000.0), "upper": (1.0, 10_000_000.0)}


@dataclass(frozen=True, slots=True)
class Link:
    """What an address asks for; None where it says nothing that can be taken.

    Parameters
    ----------
    language
        `zh` or `en`.
    mode
        One of the study's modes of travel.
    minutes
        Limit of the circle, 1 to 120.
    lower, upper
        Norm of people per centre; neither where both are given and the first is not the smaller.
    edits
        Text of the steps of a scenario, not looked into here; "" for none.
    refused
        Names of parameters that are there and were not taken.
    """

    language: str | None
    mode: str | None
    minutes: float | None
    lower: float | None
    upper: float | None
    edits: str
    refused: tuple[str, ...]


def parse_link(asked: Mapping[str, str], modes: tuple[str, ...]) -> Link:
    """Return what the parameters of an address ask for; nothing in them can raise.

    >>> parse_link({"minutes": "15", "mode": "car"}, ("walk", "car")).minutes
    15.0
    >>> parse_link({"minutes": "²", "mode": "rocket"}, ("walk",)).refused
    ('mode', 'minutes')
    """
    words = {"lang": ("zh", "en"), "mode": modes}
    chosen = {name: asked[name] for name, known in words.items() if asked.get(name) in known}
    numbers = {name: value for name in _BOUNDS if (value := _number(asked, name)) is not None}
    if numbers.get("lower", 0.0) >= numbers.get("upper", math.inf):
        del numbers["lower"], numbers["upper"]
    edits = asked.get("edits", "")
    is_short = len(edits) <= MAX_EDITS_CHARACTERS
    taken = {*chosen, *numbers, *(("edits",) if is_short else ())}
    return Link(
        language=chosen.get("lang"),
        mode=chosen.get("mode"),
        minutes=numbers.get("minutes"),
        lower=numbers.get("lower"),
        upper=numbers.get("upper"),
        edits=edits if is_short else "",
        refused=tuple(n for n in (*words, *_BOUNDS, "edits") if n in asked and n not in taken),
    )


def link_number(value: float) -> str:
    """Return a number as `parse_link` reads it: no exponent, no zeros behind it.

    >>> link_number(15.0), link_number(1234567.0), link_number(7.5)
    ('15', '1234567', '7.5')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _number(asked: Mapping[str, str], name: str) -> float | None:
    """Return a plain number within its bounds: ASCII digits only, no sign, exponent or word."""
    text = asked.get(name, "")
    if not _NUMBER.fullmatch(text):
        return None
    low, high = _BOUNDS[name]
    return value if low <= (value := float(text)) <= high else None
