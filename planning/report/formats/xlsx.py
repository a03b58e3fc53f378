"""A report as a workbook: one sheet a kind of table, zones in the first column, real numbers."""

from __future__ import annotations

import io
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from planning.report.content import Report, Table
from planning.report.entries import Entry, entry_text
from planning.words.tables import as_text
from planning.words.wording import translator
from planning.words.workbooks import FORBIDDEN_IN_TITLES

FORMATS = {"people": "#,##0", "share": "0.00%", "minutes": "0.0", "count": "0"}
WIDEST, NARROWEST = 48, 8
HEAD = PatternFill("solid", fgColor="EEF2F6")
RIM = Border(*(Side(style="thin", color="A8A8A8") for _ in range(4)))


def report_xlsx(report: Report) -> bytes:
    """Return the report as a workbook.

    The first sheet says what it is; then one sheet a kind of table, the rows of all pages with
    their page in front. Figures are numbers with their format, hidden ones the text that is
    printed; text that a spreadsheet would run as a formula gets a leading `'`.
    """
    workbook = Workbook()
    _about(workbook.active, report)
    for key, tables in _by_key(report).items():
        sheet = workbook.create_sheet(_title(tables[0][1].title, workbook.sheetnames, key))
        _write(sheet, report, tables)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _by_key(report: Report) -> dict[str, list[tuple[str, Table]]]:
    """Return the tables by kind, with the title of their page; all standards on a sheet too."""
    found: dict[str, list[tuple[str, Table]]] = {}
    for page in report.pages:
        for table in page.tables:
            key = f"all_{table.key}" if page.scope == "annex" else table.key
            found.setdefault(key, []).append((page.title, table))
    return found


def _about(sheet: Any, report: Report) -> None:
    translate = translator(report.language)
    sheet.title = translate("Summary").translate(FORBIDDEN_IN_TITLES)[:31]
    rows: list[tuple[Entry, Entry]] = [(report.title, report.subtitle)]
    rows += [(mark, "") for mark in report.marks]
    rows += [*report.labels, *((note, "") for note in report.notes)]
    for page in report.pages:
        if page.facts:
            rows.append((page.title, page.lead))
            rows += [(fact.label, fact.value) for fact in page.facts]
    for number, row in enumerate(rows, start=1):
        for column, entry in enumerate(row, start=1):
            _put(sheet.cell(number, column), entry)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 90
    sheet["A1"].font = Font(bold=True, size=14)


def _write(sheet: Any, report: Report, tables: list[tuple[str, Table]]) -> None:
    translate = translator(report.language)
    headers = (translate("Page"), *tables[0][1].headers)
    for column, header in enumerate(headers, start=1):
        cell = sheet.cell(1, column)
        _put(cell, header)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    widths = [_columns_taken(header) for header in headers]
    rows = [(page, *row) for page, table in tables for row in table.rows]
    for number, row in enumerate(rows, start=2):
        for column, entry in enumerate(row, start=1):
            _put(sheet.cell(number, column), entry)
            widths[column - 1] = max(widths[column - 1], _columns_taken(entry_text(entry)))
    for column, width in enumerate(widths, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = min(max(width + 2, NARROWEST), WIDEST)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    notes = [*dict.fromkeys(table.note for _, table in tables if table.note), *report.notes]
    for number, note in enumerate(notes, start=len(rows) + 3):
        _put(sheet.cell(number, 1), note)


def _put(cell: Any, entry: Entry) -> None:
    cell.border = RIM
    if isinstance(entry, str):
        cell.value = _clean(as_text(entry))
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=len(entry) > WIDEST)
    elif entry.value is None:
        cell.value = entry_text(entry)
        cell.alignment = Alignment(horizontal="right")
    else:
        cell.value = entry.value
        cell.number_format = FORMATS[entry.kind]


def _title(title: str, taken: list[str], key: str) -> str:
    """Return a sheet title that is allowed and not taken yet."""
    short = title.translate(FORBIDDEN_IN_TITLES)[:28]
    return short if short not in taken else f"{short[:20]} {key}"[:31]


def _columns_taken(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _clean(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
