"""`where` of the study file: one comparison, parsed and applied, never evaluated as code."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.tables.cells import CellError, is_blank, number, text
from data.types import CellValue

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_QUOTED = r"\"[^\"]*\"|'[^']*'|`[^`]*`"
_COMPARISON = re.compile(rf"\s*({_QUOTED}|[^\"'`<>=!]+?)\s*(==|!=|<=|>=|=|<|>)\s*(.+?)\s*")
_OTHER_WORDS = re.compile(r"\s(and|or|not|in|like)\s|&&|\|\||[<>=!()]", re.IGNORECASE)


class ConditionError(ValueError):
    """The text is not one comparison."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a column with a number or a text."""

    column: str
    operator: str
    value: float | str


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Which rows match; blank rows and rows that cannot be compared do not.

    Parameters
    ----------
    matched
        (n,) True where the row matches.
    blank, not_comparable
        Positions of rows left out for want of a value, or of a number to compare.
    """

    matched: NDArray[np.bool_]
    blank: tuple[int, ...]
    not_comparable: tuple[int, ...]


def parse_condition(written: str) -> Condition:
    """Return the comparison that a text states.

    Raises
    ------
    ConditionError
        When it is not `column operator value`.

    >>> parse_condition("healthcare >= 2")
    Condition(column='healthcare', operator='>=', value=2.0)
    >>> parse_condition('"机构 类别" = 村卫生室').value
    '村卫生室'
    """
    found = _COMPARISON.fullmatch(written)
    if found is None:
        raise ConditionError(written)
    column, sign, value = found.groups()
    if re.fullmatch(_QUOTED, value):
        return Condition(_unquoted(column), sign, value[1:-1])
    if _OTHER_WORDS.search(value) or _OTHER_WORDS.search(column):
        raise ConditionError(written)
    try:
        parsed = number(value)
    except CellError:
        parsed = None
    return Condition(_unquoted(column), sign, value if parsed is None else parsed)


def matches(condition: Condition, cells: Sequence[CellValue]) -> Matches:
    """Return which cells of the condition's column match it.

    >>> matches(parse_condition("n > 1"), ["2", "", "many", 1.0]).matched.tolist()
    [True, False, False, False]
    """
    compare = _OPERATORS[condition.operator]
    matched = np.zeros(len(cells), dtype=bool)
    blank: list[int] = []
    not_comparable: list[int] = []
    for index, cell in enumerate(cells):
        if is_blank(cell):
            blank.append(index)
            continue
        try:
            matched[index] = compare(_comparable(cell, condition.value), condition.value)
        except CellError:
            not_comparable.append(index)
    return Matches(matched, tuple(blank), tuple(not_comparable))


def _comparable(cell: CellValue, value: float | str) -> float | str | None:
    return text(cell) if isinstance(value, str) else number(cell)


def _unquoted(name: str) -> str:
    return name[1:-1] if re.fullmatch(_QUOTED, name) else name.strip()
