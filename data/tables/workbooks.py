"""XLSX workbooks, with the merged titles and two-row headers that offices like."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias

from data.checks import shown_rows
from data.errors import StudyError, unreadable
from data.tables.cells import SHEET_ERRORS
from data.tables.sheets import SheetForm, Table, table_of
from data.types import CellValue
from geo.errors import Finding

MAX_UNPACKED_BYTES = 500_000_000
MAX_CELLS = 20_000_000
Merge: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left and right of merged cells; the ends are the first row and column beyond."""

_LEAST_CODE = 100_000
"""A merged number with this many digits is a code of all its rows."""
_BLOCK_BYTES = 1_000_000
_FORMULA = re.compile(rb"<f[ >/]")
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path, *, layer: str | None = None, findings: list[Finding]) -> Table:
    """Return the table of one sheet.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file; an .xls file where the package xlrd is installed.
    layer
        Name of the sheet; the only one with cells when None.
    findings
        Receives notes on titles and totals.

    Raises
    ------
    StudyError
        When the file is no workbook, is packed absurdly, or the sheet is not told.
    """
    with path.open("rb") as file:
        if file.read(4) == _OLE_MAGIC:
            return _read_old_workbook(path, layer, findings)
    _check_archive(path)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it does not keep
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception as error:  # a broken workbook raises whatever its broken part raises
            raise unreadable(path, "XLSX", error) from error
    try:
        sheet = _sheet(book, path, layer)
        rows, merges = _cells(sheet, path)
        hidden = frozenset(n - 1 for n, row in sheet.row_dimensions.items() if row.hidden)
    finally:
        book.close()
    if _has_formulas(path):
        _check_formulas(path, sheet.title, rows, findings)
    form = SheetForm(_fill_merged(rows, merges, path.name, findings), hidden)
    _blank_errors(rows, path.name, findings)
    return table_of(rows, file=path.name, findings=findings, form=form)


def _read_old_workbook(path: Path, layer: str | None, findings: list[Finding]) -> Table:
    """Return the table of an .xls workbook; refuse it where its reader is not installed."""
    try:
        import xlrd
    except ImportError as error:
        raise StudyError(Finding("workbook_old", file=path.name)) from error
    try:
        book = xlrd.open_workbook(path, formatting_info=True, logfile=io.StringIO())
    except Exception as error:  # an encrypted or broken workbook raises whatever its part raises
        raise StudyError(Finding("workbook_old", file=path.name)) from error
    filled = [sheet for sheet in book.sheets() if sheet.nrows > 0]
    sheet = _chosen(filled, path, layer, lambda each: each.name)
    if sheet.nrows * sheet.ncols > MAX_CELLS:
        params = (("columns", sheet.ncols), ("rows", sheet.nrows))
        raise StudyError(Finding("sheet_too_large", params, file=path.name))
    rows = [[_old_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()]
    merges = [(top, bottom, left, right) for top, bottom, left, right in sheet.merged_cells]
    hidden = frozenset(n for n, row in sheet.rowinfo_map.items() if row.hidden)
    form = SheetForm(_fill_merged(rows, merges, path.name, findings), hidden)
    _blank_errors(rows, path.name, findings)
    return table_of(rows, file=path.name, findings=findings, form=form)


def _old_value(cell: Any, datemode: int) -> CellValue:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: datetime = xlrd.xldate_as_datetime(cell.value, datemode)
        except ValueError:
            return float(cell.value)
        return moment.isoformat(sep=" ")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
        return None
    return _value(cell.value)


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable(path, "XLSX", error) from error
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        params = (
            ("size_mb", unpacked_bytes // 1_000_000),
            ("limit_mb", MAX_UNPACKED_BYTES // 1_000_000),
        )
        raise StudyError(Finding("file_too_large", params, file=path.name))


def _sheet(book: Any, path: Path, layer: str | None) -> Any:
    filled = [s for s in book.worksheets if s.max_row > 1 or s.max_column > 1]
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"] or filled
    if layer is not None and layer in book.sheetnames:
        return book[layer]
    return _chosen(visible, path, layer, lambda sheet: sheet.title)


def _chosen(
    sheets: Sequence[Any], path: Path, layer: str | None, name_of: Callable[[Any], str]
) -> Any:
    """Return the sheet of a name, or the only one."""
    names = [name_of(sheet) for sheet in sheets]
    listed = ", ".join(names[:20])
    if layer is not None:
        if layer not in names:
            params = (("layer", layer), ("layers", listed))
            raise StudyError(Finding("layer_missing", params, file=path.name))
        return sheets[names.index(layer)]
    if not sheets:
        raise StudyError(Finding("table_empty", file=path.name))
    if len(sheets) > 1:
        raise StudyError(Finding("layer_not_told", (("layers", listed),), file=path.name))
    return sheets[0]


def _cells(sheet: Any, path: Path) -> tuple[list[list[CellValue]], list[Merge]]:
    """Return the cells and which of them are merged."""
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        params = (("columns", sheet.max_column), ("rows", sheet.max_row))
        raise StudyError(Finding("sheet_too_large", params, file=path.name))
    rows = [[_value(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    merges = [
        (each.min_row - 1, each.max_row, each.min_col - 1, each.max_col)
        for each in sheet.merged_cells.ranges
    ]
    return rows, sorted(merges)


def _fill_merged(
    rows: list[list[CellValue]], merges: Sequence[Merge], file: str, findings: list[Finding]
) -> dict[int, int]:
    """Write the value of merged cells into each of them and return the depths of headers.

    A number over several rows is a sum of theirs as likely as one of each: it stays in the first.
    """
    header_depth: dict[int, int] = {}
    numbers = []
    for top, bottom, left, right in merges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        n_rows = min(bottom, len(rows)) - top
        value = rows[top][left]
        is_figure = isinstance(value, float) and n_rows > 1 and abs(value) < _LEAST_CODE
        if is_figure:
            numbers.append(_cell_name(top, left))
        for row in rows[top : top + (1 if is_figure else n_rows)]:
            for column in range(left, min(right, len(row))):
                row[column] = value
        is_group = n_rows == 1 and right - left < len(rows[top])
        if is_group or 1 < n_rows <= 3:
            # A name over several columns is a group: the row below names its columns.
            header_depth[top] = max(n_rows, 2, header_depth.get(top, 1))
    _report("numbers_merged", numbers, file, findings)
    return header_depth


def _has_formulas(path: Path) -> bool:
    """Return True where a sheet of the workbook has a formula; the parts are searched as text."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
                continue
            with archive.open(name) as part:
                rest = b""
                while block := part.read(_BLOCK_BYTES):
                    if _FORMULA.search(rest + block):
                        return True
                    rest = block[-2:]
    return False


def _check_formulas(
    path: Path, title: str, rows: Sequence[Sequence[CellValue]], findings: list[Finding]
) -> None:
    """Report formulas whose result was not saved with them."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, data_only=False)
    try:
        empty = [
            cell.coordinate
            for cells, row in zip(book[title].iter_rows(), rows, strict=False)
            for cell, value in zip(cells, row, strict=False)
            if cell.data_type == "f" and value is None
        ]
    finally:
        book.close()
    _report("formulas_without_value", empty, path.name, findings)


def _blank_errors(rows: list[list[CellValue]], file: str, findings: list[Finding]) -> None:
    """Make blanks of cells in which a spreadsheet shows an error; they are reported."""
    found = []
    for top, row in enumerate(rows):
        for left, cell in enumerate(row):
            if isinstance(cell, str) and cell[:1] == "#" and cell in SHEET_ERRORS:
                row[left] = None
                found.append(_cell_name(top, left))
    _report("cells_with_errors", found, file, findings)


def _report(code: str, cells: Sequence[str], file: str, findings: list[Finding]) -> None:
    if cells:
        params = (("count", len(cells)),)
        findings.append(Finding(code, params, file=file, rows=shown_rows(cells)))


def _cell_name(row: int, column: int) -> str:
    """Return a cell as spreadsheets name it.

    >>> _cell_name(8, 27)
    'AB9'
    """
    letters = ""
    place = column + 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"


def _value(cell: Any) -> CellValue:
    if cell is None or isinstance(cell, str | bool):
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
