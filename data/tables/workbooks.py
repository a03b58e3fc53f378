"""XLSX workbooks, with the merged titles and two-row headers that offices like."""

from __future__ import annotations

import contextlib
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
from data.tables.formats import shown
from data.tables.sheets import SheetForm, Table
from data.tables.stacks import Sheet, table_of_sheets
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
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
"""Names of Strict Open XML and those that its reader knows: their parts are the same."""


def read_workbook(path: Path, *, layer: str | None = None, findings: list[Finding]) -> Table:
    """Return the table of one sheet, or of all where each holds a part of one table.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file; an .xls file where the package xlrd is installed.
    layer
        Name of the sheet; when None the only one with a table, or all if they have one header.
    findings
        Receives notes on titles and totals.

    Raises
    ------
    StudyError
        When the file is no workbook, is packed absurdly, or the sheet is not told.
    """
    with path.open("rb") as file:
        is_old = file.read(4) == _OLE_MAGIC
    sheets = _old_sheets(path, layer) if is_old else _sheets(path, layer)
    return table_of_sheets(sheets, file=path.name, findings=findings)


def _sheets(path: Path, layer: str | None) -> list[Sheet]:
    """Return the sheets of an .xlsx workbook that may be meant."""
    _check_archive(path)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it does not keep
        try:
            book = openpyxl.load_workbook(_transitional(path), data_only=True)
        except Exception as error:  # a broken workbook raises whatever its broken part raises
            raise unreadable(path, "XLSX", error) from error
    try:
        filled = [s for s in book.worksheets if s.max_row > 1 or s.max_column > 1 or s["A1"].value]
        visible = [sheet for sheet in filled if sheet.sheet_state == "visible"] or filled
        if layer is not None and layer in book.sheetnames:
            visible = [book[layer]]
        chosen = _named(visible, path, layer, lambda sheet: sheet.title)
        has_formulas = _has_formulas(path)
        return [_read(sheet, path, has_formulas=has_formulas) for sheet in chosen]
    finally:
        book.close()


def _transitional(path: Path) -> io.BytesIO:
    """Return a workbook of Strict Open XML as one of the usual kind; any other as it is."""
    with zipfile.ZipFile(path) as archive:
        if _STRICT[0][0] not in archive.read("xl/workbook.xml"):
            return io.BytesIO(path.read_bytes())
        usual = io.BytesIO()
        with zipfile.ZipFile(usual, "w") as copy:
            for entry in archive.infolist():
                part = archive.read(entry)
                if entry.filename.endswith((".xml", ".rels")):
                    for strict, transitional in _STRICT:
                        part = part.replace(strict, transitional)
                copy.writestr(entry.filename, part)
    usual.seek(0)
    return usual


def _read(sheet: Any, path: Path, *, has_formulas: bool) -> Sheet:
    """Return the cells of a sheet as they are shown, with what is doubtful about them."""
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        params = (("columns", sheet.max_column), ("rows", sheet.max_row))
        raise StudyError(Finding("sheet_too_large", params, file=path.name))
    rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
    merges = sorted(
        (each.min_row - 1, each.max_row, each.min_col - 1, each.max_col)
        for each in sheet.merged_cells.ranges
    )
    findings: list[Finding] = []
    hidden = frozenset(n - 1 for n, row in sheet.row_dimensions.items() if row.hidden)
    if has_formulas:
        _check_formulas(path, sheet.title, rows, findings)
    form = SheetForm(_fill_merged(rows, merges, path.name, findings), hidden)
    _blank_errors(rows, path.name, findings)
    return Sheet(sheet.title, rows, form, tuple(findings))


def _old_sheets(path: Path, layer: str | None) -> list[Sheet]:
    """Return the sheets of an .xls workbook; refuse it where its reader is not installed."""
    try:
        import xlrd
    except ImportError as error:
        raise StudyError(Finding("workbook_old", file=path.name)) from error
    try:
        book = xlrd.open_workbook(path, formatting_info=True, logfile=io.StringIO())
    except Exception as error:  # a broken workbook raises whatever its broken part raises
        is_locked = "encrypted" in str(error).lower()
        code = "workbook_password" if is_locked else "workbook_old"
        raise StudyError(Finding(code, file=path.name)) from error
    filled = [sheet for sheet in book.sheets() if sheet.nrows > 0]
    chosen = _named(filled, path, layer, lambda each: each.name)
    return [_read_old(book, sheet, path) for sheet in chosen]


def _read_old(book: Any, sheet: Any, path: Path) -> Sheet:
    """Return the cells of a sheet of an .xls workbook."""
    if sheet.nrows * sheet.ncols > MAX_CELLS:
        params = (("columns", sheet.ncols), ("rows", sheet.nrows))
        raise StudyError(Finding("sheet_too_large", params, file=path.name))
    rows = [[_old_value(cell, book) for cell in row] for row in sheet.get_rows()]
    merges = [(top, bottom, left, right) for top, bottom, left, right in sheet.merged_cells]
    hidden = frozenset(n for n, row in sheet.rowinfo_map.items() if row.hidden)
    findings: list[Finding] = []
    form = SheetForm(_fill_merged(rows, merges, path.name, findings), hidden)
    _blank_errors(rows, path.name, findings)
    return Sheet(sheet.name, rows, form, tuple(findings))


def _old_value(cell: Any, book: Any) -> CellValue:
    """Return a cell of xlrd as it is shown."""
    import xlrd

    value: CellValue = _value(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        with contextlib.suppress(ValueError):  # no day of any calendar: the number stays
            moment: datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
            value = moment.isoformat(sep=" ")
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(cell.value)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        value = str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    elif cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
        value = None
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        value = shown(cell.value, "General" if form is None else form.format_str)
    return value


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


def _named(
    sheets: Sequence[Any], path: Path, layer: str | None, name_of: Callable[[Any], str]
) -> list[Any]:
    """Return the sheet of a name, or all where none is named."""
    names = [name_of(sheet) for sheet in sheets]
    if layer is not None and layer not in names:
        params = (("layer", layer), ("layers", ", ".join(names[:20])))
        raise StudyError(Finding("layer_missing", params, file=path.name))
    if not sheets:
        raise StudyError(Finding("table_empty", file=path.name))
    return list(sheets) if layer is None else [sheets[names.index(layer)]]


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


def _shown(cell: Any) -> CellValue:
    """Return a cell of openpyxl as it is shown."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shown(value, cell.number_format)
    return _value(value)


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
