"""Tables for people and programs: CSV that Excel opens, fixed decimals, no live formulas."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Value: TypeAlias = str | float | int | bool | None

FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: text, whole numbers, yes/no, or numbers with `decimals` places.

    Parameters
    ----------
    name
        Header with its unit, the same in every language.
    values
        One value a row; None is an empty cell.
    decimals
        Places after the point of numbers; None for text and flags.
    """

    name: str
    values: Sequence[Value]
    decimals: int | None = None


def write_csv(path: Path, columns: Sequence[Column]) -> None:
    """Write columns as UTF-8 CSV with a byte order mark, so that Excel opens it.

    Raises
    ------
    ValueError
        As `csv_text`.
    """
    path.write_bytes(csv_text(columns).encode("utf-8-sig"))


def csv_text(columns: Sequence[Column]) -> str:
    """Return columns as CSV text.

    Text that a spreadsheet would run as a formula gets a leading `'`, which our readers remove.

    Raises
    ------
    ValueError
        When the columns differ in length or a number is not finite.
    """
    if len({len(column.values) for column in columns}) > 1:
        msg = "columns differ in length: " + ", ".join(f"{c.name} {len(c.values)}" for c in columns)
        raise ValueError(msg)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    formatted = [[_cell(value, column) for value in column.values] for column in columns]
    writer.writerows(zip(*formatted, strict=True))
    return buffer.getvalue()


def as_text(value: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> as_text("=1+1"), as_text("卫生院")
    ("'=1+1", '卫生院')
    """
    # A text that already begins with quotes gets one more, so that the reader can undo it exactly.
    return f"'{value}" if value.lstrip("'").startswith(FORMULA_STARTS) else value


def _cell(value: Value, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return as_text(value)
    if not math.isfinite(value):
        msg = f"column {column.name}: {value} is not a number"
        raise ValueError(msg)
    return f"{value:.{column.decimals or 0}f}"
