"""A sheet of a workbook as plain values, to be written by the export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planning.words.tables import Value
from planning.words.wording import Translate

Row: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title, headers and rows, ready to be written."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def sheet_of(
    title: str, headers: Sequence[str], rows: Sequence[Row], translate: Translate
) -> Sheet:
    """Return a sheet with its title and headers translated."""
    return Sheet(translate(title), tuple(translate(text) for text in headers), tuple(rows))
