"""XLSX workbooks, with the merged titles and two-row headers that offices like."""

from __future__ import annotations

import warnings
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from data.errors import StudyError
from data.sheets import Table, table_of
from data.types import CellValue
from geo.errors import Finding

MAX_UNPACKED_BYTES = 500_000_000
MAX_CELLS = 20_000_000
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path, *, layer: str | None = None, findings: list[Finding]) -> Table:
    """Return the table of one sheet.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    layer
        Name of the sheet; the only one with cells when None.
    findings
        Receives notes on titles and totals.

    Raises
    ------
    StudyError
        When the file is no workbook, is packed absurdly, or the sheet is not told.
    """
    _check_archive(path)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it does not keep
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception as error:  # a broken workbook raises whatever its broken part raises
            raise _unreadable(path, str(error) or type(error).__name__) from error
    try:
        sheet = _sheet(book, path, layer)
        rows, header_depth = _cells(sheet, path)
    finally:
        book.close()
    return table_of(rows, file=path.name, findings=findings, header_depth=header_depth)


def _check_archive(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLE_MAGIC:
            raise StudyError(Finding("workbook_old", file=path.name))
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable(path, str(error)) from error
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        params = (
            ("size_mb", unpacked_bytes // 1_000_000),
            ("limit_mb", MAX_UNPACKED_BYTES // 1_000_000),
        )
        raise StudyError(Finding("file_too_large", params, file=path.name))


def _sheet(book: Any, path: Path, layer: str | None) -> Any:
    names = list(book.sheetnames)
    if layer is not None:
        if layer not in names:
            params = (("layer", layer), ("layers", ", ".join(names[:20])))
            raise StudyError(Finding("layer_missing", params, file=path.name))
        return book[layer]
    filled = [s for s in book.worksheets if s.max_row > 1 or s.max_column > 1]
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"] or filled
    if not visible:
        raise StudyError(Finding("table_empty", file=path.name))
    if len(visible) > 1:
        titles = ", ".join([sheet.title for sheet in visible][:20])
        raise StudyError(Finding("layer_not_told", (("layers", titles),), file=path.name))
    return visible[0]


def _cells(sheet: Any, path: Path) -> tuple[list[list[CellValue]], dict[int, int]]:
    """Return the cells, merged ones filled in, and how many rows the merged cells of a row span."""
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        params = (("columns", sheet.max_column), ("rows", sheet.max_row))
        raise StudyError(Finding("sheet_too_large", params, file=path.name))
    rows = [[_value(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    header_depth: dict[int, int] = {}
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        if top >= len(rows) or left >= len(rows[top]):
            continue
        n_rows = min(merged.max_row, len(rows)) - top
        for row in rows[top : top + n_rows]:
            for column in range(left, min(merged.max_col, len(row))):
                row[column] = rows[top][left]
        is_group = n_rows == 1 and merged.max_col - left < len(rows[top])
        if is_group or 1 < n_rows <= 3:
            # A name over several columns is a group: the row below names its columns.
            header_depth[top] = max(n_rows, 2, header_depth.get(top, 1))
    return rows, header_depth


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


def _unreadable(path: Path, reason: str) -> StudyError:
    params = (("expected", "XLSX"), ("reason", reason[:200]))
    return StudyError(Finding("file_unreadable", params, file=path.name))
