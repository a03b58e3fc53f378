"""Thresholds as the documents write them: "3-10万", "83以上", "≥2.5", ">80", "6.0以下", "稳步提升".

以上, 以下, 以内, 不低于 and 不超过 include the boundary; 超过, 不满, > and < do not `[I]`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from data.errors import StudyError
from geo.errors import Finding

Operator: TypeAlias = Literal["range", ">=", ">", "<=", "<", "rising", "falling"]

SCALES: dict[str, float] = {"": 1, "k": 1e3, "千": 1e3, "w": 1e4, "万": 1e4, "m": 1e6, "亿": 1e8}

_NUMBER = r"(\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE = r"([kwm千万亿]?)"
_UNIT = r"(%|‰|人口|人|张|个|名|家|所|元|种|类|岁|分钟|年|次|次/年|对|点)?"
_RANGE = re.compile(rf"^{_NUMBER}{_SCALE}{_UNIT}(?:-|~|到|至){_NUMBER}{_SCALE}{_UNIT}$")
_SINGLE = re.compile(rf"^{_NUMBER}{_SCALE}{_UNIT}$")
_RATE_BASE = re.compile(r"/(\d*)([万千百]?)人?(?=以|$)")
_TRENDS: dict[str, Operator] = {
    "稳步提升": "rising",
    "逐步提升": "rising",
    "持续提升": "rising",
    "提升": "rising",
    "上升": "rising",
    "rising": "rising",
    "稳步下降": "falling",
    "逐步下降": "falling",
    "持续下降": "falling",
    "下降": "falling",
    "falling": "falling",
}
_BEFORE: tuple[tuple[str, Operator], ...] = (
    ("不低于", ">="),
    ("不少于", ">="),
    ("不小于", ">="),
    ("至少", ">="),
    ("不超过", "<="),
    ("不高于", "<="),
    ("不大于", "<="),
    ("至多", "<="),
    ("超过", ">"),
    ("大于", ">"),
    ("高于", ">"),
    ("不满", "<"),
    ("不足", "<"),
    ("小于", "<"),
    ("低于", "<"),
    ("≥", ">="),
    (">=", ">="),
    ("≤", "<="),
    ("<=", "<="),
    (">", ">"),
    ("<", "<"),
)
_AFTER: tuple[tuple[str, Operator], ...] = (
    ("及以上", ">="),
    ("以上", ">="),
    ("及以下", "<="),
    ("以下", "<="),
    ("以内", "<="),
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―－﹣−", "-") | {"～": "~", "∼": "~", "〜": "~"})


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a figure is held against.

    Parameters
    ----------
    operator
        `range` has both bounds, both included; `rising` and `falling` have none.
    lower, upper
        Bounds in plain numbers; a percentage keeps its percents (60 for 60 %).
    unit
        `%`, `/10万` or the word that follows the number; empty without one.
    text
        As it was written.
    """

    operator: Operator
    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    text: str = ""

    @property
    def is_trend(self) -> bool:
        """True where only a direction is asked for."""
        return self.operator in {"rising", "falling"}

    @property
    def value(self) -> float:
        """The one number of a threshold that is neither range nor trend."""
        number = self.lower if self.operator in {">=", ">"} else self.upper
        if number is None or self.operator == "range":
            msg = f"the threshold {self.text!r} has no single value"
            raise ValueError(msg)
        return number

    def holds(self, figure: float, before: float | None = None) -> bool | None:
        """Return whether a figure meets the threshold; None where a trend lacks the figure before.

        >>> parse_threshold("6.0以下").holds(6.0), parse_threshold(">80").holds(80.0)
        (True, False)
        """
        if self.operator == "rising":
            return None if before is None else figure > before
        if self.operator == "falling":
            return None if before is None else figure < before
        above = self.lower is None or (
            figure > self.lower if self.operator == ">" else figure >= self.lower
        )
        below = self.upper is None or (
            figure < self.upper if self.operator == "<" else figure <= self.upper
        )
        return above and below

    def shortfall(self, figure: float) -> float:
        """Return how far a figure is from the nearest allowed value; 0 where none is missing.

        For > and < the boundary itself is not allowed, so a figure on it has a shortfall of 0 and
        still does not hold.
        """
        if self.lower is not None and figure < self.lower:
            return self.lower - figure
        if self.upper is not None and figure > self.upper:
            return figure - self.upper
        return 0.0

    def units_missing(self, have: float, whole: float) -> int:
        """Return the whole units to add (for <= and < to take away) until `have` of `whole` holds.

        Parameters
        ----------
        have, whole
            Count and what one unit of the rate is taken of: 282 clinics of 318 are held against
            60 % as `have=282, whole=3.18`.

        Raises
        ------
        ValueError
            For a range or a trend.

        >>> [parse_threshold(text).units_missing(80, 1) for text in ("80以上", ">80", "<80")]
        [0, 1, 1]
        """
        gap = self.value * whole - have
        if self.operator in {"<=", "<"}:
            gap = -gap
        gap = round(gap, 6)
        # The boundary itself is not allowed: one unit more than reaches it.
        is_open = self.operator in {">", "<"}
        return max(0, math.floor(gap) + 1 if is_open else math.ceil(gap))


def parse_threshold(text: str) -> Threshold:
    """Read a threshold; a bare number reads as at least that number.

    Parameters
    ----------
    text
        Such as `3-10万`, `3万-10万`, `30-100k`, `83以上`, `≥2.5`, `>80`, `6.0以下`, `稳步提升`.

    Returns
    -------
    Threshold
        With the words in `text`.

    Raises
    ------
    StudyError
        For a text that cannot be read, and for a range such as `3-100k` whose left end may be
        3 or 3,000: the message names the ways to write it.

    >>> [parse_threshold(t).lower for t in ("3-10万", "3—10万", "3~10万人", "3万-10万", "30-100k")]
    [30000.0, 30000.0, 30000.0, 30000.0, 30000.0]
    >>> parse_threshold("5人以上").operator
    '>='
    """
    written = text.strip()
    plain = unicodedata.normalize("NFKC", written).translate(_DASHES).casefold().replace(" ", "")
    if plain in _TRENDS:
        return Threshold(_TRENDS[plain], text=written)
    if found := _RANGE.match(plain):
        return _range(written, *found.groups())
    plain, base = _without_base(plain)
    operator, number = _operator(plain)
    if found := _SINGLE.match(number):
        digits, scale, unit = found.groups()
        value = _value(digits, scale)
        return _single(operator, value, base or unit or "", written)
    raise StudyError(Finding("threshold_unread", (("text", written),)))


def _range(text: str, *parts: str | None) -> Threshold:
    left, left_scale, left_unit, right, right_scale, right_unit = (part or "" for part in parts)
    is_borrowed = bool(right_scale) and not left_scale
    lower = _value(left, right_scale if is_borrowed else left_scale)
    upper = _value(right, right_scale)
    # "3-100k" is the usual slip for 3-10万: is its left end 3, 3,000 or 30,000?
    is_wide = upper > 10 * lower
    if (is_borrowed and is_wide and right_scale in {"k", "千"}) or (
        not right_scale and not left_scale and upper >= 1000 * lower
    ):
        raise StudyError(Finding("threshold_ambiguous", (("text", text),)))
    if lower >= upper:
        raise StudyError(Finding("threshold_unread", (("text", text),)))
    return Threshold("range", lower, upper, left_unit or right_unit, text)


def _single(operator: Operator, value: float, unit: str, text: str) -> Threshold:
    if operator in {">=", ">"}:
        return Threshold(operator, lower=value, unit=unit, text=text)
    return Threshold(operator, upper=value, unit=unit, text=text)


def _operator(plain: str) -> tuple[Operator, str]:
    """Return the operator of a text and what remains of it."""
    for words, operator in _BEFORE:
        if plain.startswith(words):
            return operator, plain.removeprefix(words)
    for words, operator in _AFTER:
        if plain.endswith(words):
            return operator, plain.removesuffix(words)
    return ">=", plain


def _without_base(plain: str) -> tuple[str, str]:
    """Return a rate such as 7/10万以内 without its base, and the base."""
    found = _RATE_BASE.search(plain)
    if found is None:
        return plain, ""
    return plain[: found.start()] + plain[found.end() :], f"/{found.group(1)}{found.group(2)}"


def _value(digits: str, scale: str) -> float:
    # Two decimal numbers multiply to 2.51 * 1e4 = 25099.999...: round what nobody wrote.
    return round(float(digits.replace(",", "")) * SCALES[scale], 9)
