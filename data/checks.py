"""Small checks that every reader uses: rows to show, repeated values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import Finding

MAX_ROWS_SHOWN = 20


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


def row_finding(
    code: str,
    rows: Sequence[int] | NDArray[np.integer],
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
