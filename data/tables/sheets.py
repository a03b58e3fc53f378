"""Rows of cells into a table: title rows, two-row headers, totals and footnotes are told apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.checks import row_finding
from data.errors import StudyError
from data.tables.cells import CellError, is_blank, number, text
from data.types import CellValue, Geometries
from geo.errors import Finding

MAX_COLUMNS = 2_000
_HEADER_WITHIN_ROWS = 20
_TOTAL_WORDS = frozenset(
    {
        "合计",
        "小计",
        "总计",
        "共计",
        "累计",
        "本页小计",
        "本页合计",
        "全县合计",
        "全区合计",
        "全市合计",
    }
    | {"total", "subtotal", "grandtotal", "sum"}
)
_TOTAL_STARTS = frozenset({first for word in _TOTAL_WORDS for first in (word[0], word[0].upper())})
_FEW_CELLS = 3
_FORMULA_STARTS = ("=", "+", "-", "@")
_REMARK_STARTS = (
    "注:",
    "注1",
    "备注",
    "说明:",
    "填表",
    "制表",
    "审核",
    "数据来源",
    "资料来源",
    "单位:",
)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of a file as read, before anything is made of them.

    Parameters
    ----------
    file
        File name, for findings.
    columns
        Header -> n cells, in the order of the file.
    row
        (n,) number of each row in the file; 1 is the first row below the header.
    geometry
        (n,) geometries in `crs`, None where a row has none; None for tables without geometry.
    crs
        Coordinate system of the geometry, as the file states it.
    """

    file: str
    columns: Mapping[str, tuple[CellValue, ...]]
    row: NDArray[np.int64]
    geometry: Geometries | None = None
    crs: str | None = None

    def __len__(self) -> int:
        return len(self.row)


def table_of(
    rows: Sequence[Sequence[CellValue]],
    *,
    file: str,
    findings: list[Finding],
    header_depth: Mapping[int, int] | None = None,
) -> Table:
    """Return the table that rows of cells hold.

    Parameters
    ----------
    rows
        Cells row by row; rows may differ in length.
    file
        For findings.
    findings
        Receives notes on totals and repeated headers, errors on rows longer than the header.
    header_depth
        Row -> number of rows that a header starting there spans, where merged cells say so.

    Raises
    ------
    StudyError
        When there is no header, or it has an absurd number of columns.
    """
    start = _header_row(rows)
    if start is None:
        raise StudyError(Finding("table_empty", file=file))
    depth = (header_depth or {}).get(start) or _written_depth(rows, start)
    headers = _headers(rows[start : start + depth])
    _check_header(headers, rows[start], file)
    body = rows[start + depth :]
    kept, dropped = _data_rows(body)
    if dropped:
        findings.append(row_finding("rows_not_data", [i + 1 for i in dropped], file=file))
    _check_width(body, kept, len(headers), file, findings)
    return Table(
        file=file,
        columns=_columns(headers, body, kept, file, findings),
        row=np.array([index + 1 for index in kept], dtype=np.int64),
    )


def without_totals(table: Table, findings: list[Finding]) -> Table:
    """Return a table of a layer without its total rows, which are noted."""
    headers = list(table.columns)
    columns = [table.columns[header] for header in headers[:3]]
    is_total = np.array([_is_total(cells) for cells in zip(*columns, strict=True)], dtype=bool)
    if not is_total.any():
        return table
    findings.append(row_finding("rows_not_data", table.row[is_total], file=table.file))
    return select(table, ~is_total)


def select(table: Table, keep: NDArray[np.bool_]) -> Table:
    """Return the rows of a table where `keep` is True."""
    places = np.flatnonzero(keep)
    return Table(
        file=table.file,
        columns={h: tuple(cells[i] for i in places) for h, cells in table.columns.items()},
        row=table.row[keep],
        geometry=None if table.geometry is None else table.geometry[keep],
        crs=table.crs,
    )


def _distinct(row: Sequence[CellValue]) -> set[str]:
    return {text(cell) for cell in row if not is_blank(cell)}


def _header_row(rows: Sequence[Sequence[CellValue]]) -> int | None:
    """Return the first row that is about as full as the fullest: above it stand titles."""
    counts = [0 if _is_remark(row) else len(_distinct(row)) for row in rows[:_HEADER_WITHIN_ROWS]]
    fullest = max(counts, default=0)
    if fullest == 0:
        return None
    enough = 1 if fullest == 1 else max(2, (fullest + 1) // 2)
    return next(index for index, count in enumerate(counts) if count >= enough)


def _written_depth(rows: Sequence[Sequence[CellValue]], start: int) -> int:
    """Return 2 where the row below the header names columns that the header leaves blank."""
    if start + 1 >= len(rows):
        return 1
    upper, lower = list(rows[start]), list(rows[start + 1])
    upper += [None] * (len(lower) - len(upper))
    under_blank = [low for up, low in zip(upper, lower, strict=False) if is_blank(up)]
    under_text = [low for up, low in zip(upper, lower, strict=False) if not is_blank(up)]
    names = [cell for cell in under_blank if not is_blank(cell)]
    is_named = bool(names) and not any(_is_number(cell) for cell in names)
    return 2 if is_named and any(is_blank(cell) for cell in under_text) else 1


def _headers(rows: Sequence[Sequence[CellValue]]) -> list[str]:
    """Return one header a column: the parts of several rows joined by "/"."""
    width = max(len(row) for row in rows)
    padded = [[text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    if len(padded) > 1:
        # A group's name stands above its first column only; the next columns are in the group.
        for column in range(1, width):
            if not padded[0][column] and padded[-1][column]:
                padded[0][column] = padded[0][column - 1]
    headers = []
    for column in range(width):
        parts = list(dict.fromkeys(row[column] for row in padded if row[column]))
        headers.append("/".join(" ".join(part.split()) for part in parts))
    while headers and not headers[-1]:
        headers.pop()
    return headers


def _check_header(headers: Sequence[str], row: Sequence[CellValue], file: str) -> None:
    if len(headers) > MAX_COLUMNS:
        params = (("columns", len(headers)), ("limit", MAX_COLUMNS))
        raise StudyError(Finding("table_too_wide", params, file=file))
    filled = [cell for cell in row if not is_blank(cell)]
    if 2 * sum(map(_is_number, filled)) > len(filled):
        raise StudyError(Finding("table_no_header", file=file))


def _data_rows(body: Sequence[Sequence[CellValue]]) -> tuple[list[int], list[int]]:
    """Return the rows that hold data, and the totals and footnotes among the others."""
    kept: list[int] = []
    dropped: list[int] = []
    for index, row in enumerate(body):
        is_footnote = False
        if len({cell for cell in row if cell not in {None, ""}}) <= _FEW_CELLS:
            # Only a row of few cells can be blank or a remark; large tables have few of them.
            filled = _distinct(row)
            if not filled:
                continue
            is_footnote = len(filled) == 1 and _is_remark(row)
        (dropped if is_footnote or _is_total(row) else kept).append(index)
    return kept, dropped


def _is_remark(row: Sequence[CellValue]) -> bool:
    first = next((text(cell) for cell in row if not is_blank(cell)), "")
    return _plain(first).startswith(_REMARK_STARTS)


def _is_total(row: Sequence[CellValue]) -> bool:
    return any(
        isinstance(cell, str)
        and cell.lstrip()[:1] in _TOTAL_STARTS
        and _plain(cell) in _TOTAL_WORDS
        for cell in row[:3]
    )


def _check_width(
    body: Sequence[Sequence[CellValue]],
    kept: Sequence[int],
    width: int,
    file: str,
    findings: list[Finding],
) -> None:
    longer = [i + 1 for i in kept if any(not is_blank(cell) for cell in body[i][width:])]
    if longer:
        findings.append(row_finding("row_too_long", longer, file=file, columns=width))


def _columns(
    headers: Sequence[str],
    body: Sequence[Sequence[CellValue]],
    kept: Sequence[int],
    file: str,
    findings: list[Finding],
) -> dict[str, tuple[CellValue, ...]]:
    columns: dict[str, tuple[CellValue, ...]] = {}
    again = []
    for place, header in enumerate(headers):
        if not header:
            continue
        if header in columns:
            again.append(header)
            continue
        columns[header] = tuple(
            unescaped(body[i][place]) if place < len(body[i]) else None for i in kept
        )
    if again:
        findings.append(
            Finding("header_repeated", (("headers", ", ".join(again[:20])),), file=file)
        )
    return columns


def unescaped(cell: CellValue) -> CellValue:
    """Take away the apostrophe that keeps a spreadsheet from reading a text as a formula."""
    if isinstance(cell, str) and cell[:1] == "'" and cell.lstrip("'")[:1] in _FORMULA_STARTS:
        return cell[1:]
    return cell


def _plain(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).split()).lower()


def _is_number(cell: CellValue) -> bool:
    try:
        return number(cell) is not None
    except CellError:
        return False
