"""The one writer of XLSX: guarded text, frozen headers, readable widths, a name for every figure.

A cell that holds a figure holds its unrounded value under the number format of its unit, and has
the figure's anchor as a defined name.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from planning.words.figure import Anchors, Figure
from planning.words.tables import Cell, Table, as_text, cell_text
from planning.words.units import excel_format
from planning.words.wording import Language

WIDEST, NARROWEST = 60, 8
ROWS_MEASURED = 200
FORBIDDEN_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
HEAD_FILL = PatternFill("solid", fgColor="EEF2F6")
HEAD_FONT = Font(bold=True)
RIM = Border(*(Side(style="thin", color="A8A8A8") for _ in range(4)))
A4 = 9


def write_workbook(path: Path, tables: Sequence[Table], language: Language) -> None:
    """Write tables into one workbook, a sheet each, in their order."""
    path.write_bytes(workbook_bytes(tables, language))


def workbook_bytes(tables: Sequence[Table], language: Language) -> bytes:
    """Return tables as the bytes of a workbook, a sheet each, in their order.

    Text that a spreadsheet would run as a formula gets a leading `'`.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    anchors = Anchors()
    for table in tables:
        sheet = workbook.create_sheet(_free_title(table, workbook.sheetnames))
        _write_table(sheet, table, language, anchors)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _write_table(sheet: Any, table: Table, language: Language, anchors: Anchors) -> None:
    for place, header in enumerate(table.headers, start=1):
        cell = sheet.cell(1, place, _clean(as_text(header)))
        cell.font, cell.fill, cell.border = HEAD_FONT, HEAD_FILL, RIM
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    rows = table.rows
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _put(cell, value, language)
            if isinstance(value, Figure):
                name = anchors.next(value)
                spot = f"{quote_sheetname(sheet.title)}!${cell.column_letter}${number}"
                sheet.parent.defined_names[name] = DefinedName(name, attr_text=spot)
    for number, line in enumerate(table.note.splitlines(), start=len(rows) + 3):
        _put(sheet.cell(number, 1), line, language, is_wrapped=False)
    for place, width in enumerate(column_widths(table, language), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    _set_page(sheet, len(rows), len(table.headers))


def _set_page(sheet: Any, n_rows: int, n_columns: int) -> None:
    """Freeze head and first column, let rows be filtered, print landscape on A4 with the head."""
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(n_columns)}{n_rows + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _put(cell: SheetCell, value: Cell, language: Language, *, is_wrapped: bool = True) -> None:
    """Write a value: numbers as they are, a figure under its format, all else as guarded text."""
    if isinstance(value, Figure):
        cell.alignment = Alignment(horizontal="right", vertical="top")
        if value.value is not None:
            cell.value, cell.number_format = value.value, figure_format(value, language)
            return
        value = value.text(language)
    if isinstance(value, str):
        cell.value = _clean(as_text(value))
        cell.data_type = "s"
        cell.alignment = Alignment(
            vertical="top",
            horizontal=cell.alignment.horizontal,
            wrap_text=is_wrapped and _columns_taken(value) > WIDEST,
        )
    else:
        cell.value = value


def figure_format(figure: Figure, language: Language) -> str:
    """Return the number format under which a cell reads as the figure's text.

    >>> from planning.words.figure import Base
    >>> figure_format(Figure("coverage_share", Base(minutes=20.0), 0.999999), "en")
    '"99.99 %"'
    """
    own = excel_format(figure.unit)
    text = figure.text(language)
    is_clipped = figure.unit == "share" and f"{figure.value:.2%}" != text.replace(" ", "")
    return f'"{text}"' if is_clipped or own is None else own


def column_widths(table: Table, language: Language) -> list[float]:
    """Return a width for each column from its header and first rows.

    >>> from planning.words.tables import table_of
    >>> column_widths(table_of("t", ("名称", "n"), (("澜浦县卫生健康局", 1),)), "zh")
    [18.0, 8.0]
    """
    widths = []
    for column, header in zip(table.columns, table.headers, strict=True):
        shown = [header, *(cell_text(v, language) for v in column.values[:ROWS_MEASURED])]
        widest = max(_columns_taken(text) for text in shown)
        widths.append(float(min(max(widest + 2, NARROWEST), WIDEST)))
    return widths


def _free_title(table: Table, taken: Sequence[str]) -> str:
    """Return a sheet title that is allowed and not taken yet."""
    title = table.title.translate(FORBIDDEN_IN_TITLES)[:31]
    if title not in taken:
        return title
    return next(
        name for n in range(2, len(taken) + 3) if (name := f"{title[:27]} {n}") not in taken
    )


def _columns_taken(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _clean(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
