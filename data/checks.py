"""Small checks that every reader uses: rows to show, repeated values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import Finding

MAX_ROWS_SHOWN = 20


NO_VALUE_NUMBERS = frozenset(
    {9_999, 99_999, 999_999, 9_999_999, 99_999_999, 32_767, 65_535, 2**31 - 1, 2**32 - 1}
)
"""What programs write for "no value" where they have no sign for it: nines, and type limits."""
_OUTLIER = 2.0
"""Such a number means nothing only where every other one is less than half of it."""


def no_values(numbers: NDArray[np.float64], *, also: float | None = None) -> NDArray[np.intp]:
    """Return the places of numbers that stand for "no value": one of theirs, far above all others.

    Parameters
    ----------
    numbers
        (n,) as the file stores them; NaN where it states none.
    also
        A further such number: the highest of the file's own type.

    >>> no_values(np.array([100.0, 65535.0, 90.0])), no_values(np.array([60000.0, 65535.0]))
    (array([1]), array([], dtype=int64))
    """
    highest = float(np.nanmax(numbers, initial=0.0))
    others = float(np.max(numbers, where=numbers < highest, initial=-np.inf))
    is_one = highest in NO_VALUE_NUMBERS or highest == also
    if not is_one or not np.isfinite(others) or others * _OUTLIER >= highest:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(numbers == highest)


def shown_rows(rows: Iterable[Any]) -> tuple[int | str, ...]:
    """Return the first rows: enough to find the fault, short enough to read.

    >>> len(shown_rows(range(1000)))
    20
    """
    first: list[int | str] = []
    for row in rows:
        if len(first) == MAX_ROWS_SHOWN:
            break
        first.append(row if isinstance(row, str) else int(row))
    return tuple(first)


def repeated(values: Sequence[str]) -> list[int]:
    """Return the positions of values that stood before, in order.

    >>> repeated(["a", "b", "a", "a"])
    [2, 3]
    """
    seen: set[str] = set()
    again: list[int] = []
    for index, value in enumerate(values):
        if value in seen:
            again.append(index)
        seen.add(value)
    return again


def ids_of(numbers: Iterable[Any]) -> tuple[str, ...]:
    """Return ids that are numbers as text: a finding calls whole numbers rows of a file.

    >>> ids_of([103, 7])
    ('103', '7')
    """
    return tuple(str(number) for number in numbers)


def row_finding(
    code: str,
    rows: Sequence[int] | Sequence[str] | NDArray[np.integer],
    *,
    file: str,
    column: str = "",
    people: float | None = None,
    **params: str | float,
) -> Finding:
    """Return a finding about rows of a file; its params hold `count` and what else is given."""
    return Finding(
        code,
        (("count", len(rows)), *params.items()),
        file=file,
        column=column,
        rows=shown_rows(rows),
        people=people,
    )
