"""Sheets as an XLSX workbook: guarded text, frozen headers, readable widths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from planning.words.sheets import Sheet
from planning.words.tables import Value, as_text

WIDEST = 60
NARROWEST = 8
ROWS_MEASURED = 200
FORBIDDEN_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets into one workbook, in their order.

    Text that a spreadsheet would run as a formula gets a leading `'`.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in sheets:
        page = workbook.create_sheet(sheet.title.translate(FORBIDDEN_IN_TITLES)[:31])
        page.append([as_text(header) for header in sheet.headers])
        for row in sheet.rows:
            page.append([cell_value(value) for value in row])
        page.freeze_panes = "A2"
        for cell in page[1]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for number, width in enumerate(column_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(number)].width = width
    workbook.save(path)


def cell_value(value: Value) -> Value:
    """Return what a cell holds: numbers and flags as they are, text guarded."""
    return as_text(value) if isinstance(value, str) else value


def column_widths(sheet: Sheet) -> list[float]:
    """Return a width for each column from its header and first rows.

    >>> column_widths(Sheet("t", ("名称", "n"), (("澜浦县卫生健康局", 1),)))
    [18.0, 8.0]
    """
    shown = [sheet.headers, *sheet.rows[:ROWS_MEASURED]]
    longest = [
        max(_columns_taken(str(row[place])) for row in shown if row[place] is not None)
        for place in range(len(sheet.headers))
    ]
    return [float(min(max(width + 2, NARROWEST), WIDEST)) for width in longest]


def _columns_taken(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
