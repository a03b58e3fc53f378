"""Rows of cells into a table: title rows, two-row headers, totals and footnotes are told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from data.checks import row_finding
from data.errors import StudyError
from data.tables.cells import is_blank, text
from data.tables.heading import distinct, find_heading, is_number, is_remark, plain
from data.types import CellValue, Geometries
from geo.errors import Finding

MAX_COLUMNS = 2_000
_TOTAL = re.compile(r"(.*(合计|小计|总计|共计|累计)|(sub|grand)?total|sum)[:：]?(\(.*\))?")
_TOTAL_SIGNS = frozenset("计lLmM")
"""The last sign of a total's word: a cell without any of them is no total."""
_LONGEST_TOTAL = 24
_TOTAL_WITHIN_COLUMNS = 6
_FEW_CELLS = 3
INDEX_COLUMN = "序号"
"""What the first column is called where it has no name and tells all rows apart."""
_DITTO = frozenset({"同上", "同上。", "同前", "〃", "″", "＂", "''"})
"""What people write for "as above"."""
_FORMULA_STARTS = ("=", "+", "-", "@")
_SECTION = re.compile(
    r"\d{1,2}[.、．)）]\D|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]+[)）]"
)
"""How lines of footnotes and the headings of parts are numbered."""


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
    title_unit
        Unit other than ones that a title states for the figures (万人); "" for none.
    """

    file: str
    columns: Mapping[str, tuple[CellValue, ...]]
    row: NDArray[np.int64]
    geometry: Geometries | None = None
    crs: str | None = None
    title_unit: str = ""

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class SheetForm:
    """What a sheet shows beside its cells.

    Parameters
    ----------
    header_depth
        Row -> number of rows that a header starting there spans, where merged cells say so.
    hidden
        Rows that the sheet does not show.
    """

    header_depth: Mapping[int, int] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()


def table_of(
    rows: Sequence[Sequence[CellValue]],
    *,
    file: str,
    findings: list[Finding],
    form: SheetForm = SheetForm(),
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
    form
        Merged headers and hidden rows, where the sheet has them.

    Raises
    ------
    StudyError
        When there is no header, or it has an absurd number of columns.
    """
    rows = [_trimmed(row, file) if len(row) > MAX_COLUMNS else row for row in rows]
    heading = find_heading(rows, form.header_depth)
    if heading is None:
        raise StudyError(Finding("table_empty", file=file))
    _check_header(rows[heading.start], file)
    if heading.title_unit:
        findings.append(Finding("unit_in_title", (("unit", heading.title_unit),), file=file))
    body = rows[heading.end :]
    kept, dropped = _data_rows(body, rows[heading.start : heading.end])
    if dropped:
        findings.append(row_finding("rows_not_data", [i + 1 for i in dropped], file=file))
    unseen = [i + 1 for i in kept if i + heading.end in form.hidden]
    if unseen:
        findings.append(row_finding("rows_hidden", unseen, file=file))
    _check_width(body, kept, len(heading.names), file, findings)
    return Table(
        file=file,
        columns=_columns(heading.names, body, kept, file, findings),
        row=np.array([index + 1 for index in kept], dtype=np.int64),
        title_unit=heading.title_unit,
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
    return replace(
        table,
        columns={h: tuple(cells[i] for i in places) for h, cells in table.columns.items()},
        row=table.row[keep],
        geometry=None if table.geometry is None else table.geometry[keep],
    )


def _trimmed(row: Sequence[CellValue], file: str) -> Sequence[CellValue]:
    """Return a long row without the blanks behind it; a row that is really long is refused."""
    width = len(row)
    while width and (row[width - 1] is None or row[width - 1] == ""):
        width -= 1
    if width > MAX_COLUMNS:
        params = (("columns", width), ("limit", MAX_COLUMNS))
        raise StudyError(Finding("table_too_wide", params, file=file))
    return row[:width]


def _check_header(row: Sequence[CellValue], file: str) -> None:
    filled = [cell for cell in row if not is_blank(cell)]
    if 2 * sum(map(is_number, filled)) > len(filled):
        raise StudyError(Finding("table_no_header", file=file))


def _data_rows(
    body: Sequence[Sequence[CellValue]], header: Sequence[Sequence[CellValue]]
) -> tuple[list[int], list[int]]:
    """Return the rows that hold data, and the totals, footnotes and headers among the others."""
    kept: list[int] = []
    dropped: list[int] = []
    first_names = {row[0] for row in header if len(row)}
    has_parts = max(map(len, header)) > _FEW_CELLS  # a list of names alone has rows of one cell
    is_below = False  # the table: what follows a footnote is no institution
    for index, row in enumerate(body):
        is_footnote = False
        if len({cell for cell in row if cell not in {None, ""}}) <= _FEW_CELLS:
            # Only a row of few cells can be blank or a remark; large tables have few of them.
            filled = distinct(row)
            if not filled:
                continue
            is_below = is_below or (len(filled) == 1 and is_remark(row))
            is_footnote = is_remark(row) or (
                has_parts
                and len(filled) == 1
                and (is_below or bool(_SECTION.match(next(iter(filled)))))
            )
        is_again = bool(row) and row[0] in first_names and _is_header_again(row, header)
        (dropped if is_footnote or is_again or _is_total(row) else kept).append(index)
    return kept, dropped


def _is_header_again(row: Sequence[CellValue], header: Sequence[Sequence[CellValue]]) -> bool:
    """Return True for a row of the header that a printed page repeats."""
    filled = distinct(row)
    return len(filled) > 1 and any(filled == distinct(each) for each in header)


def _is_total(row: Sequence[CellValue]) -> bool:
    return any(
        isinstance(cell, str)
        and len(cell) <= _LONGEST_TOTAL
        and not _TOTAL_SIGNS.isdisjoint(cell)
        and _TOTAL.fullmatch(plain(cell)) is not None
        for cell in row[:_TOTAL_WITHIN_COLUMNS]
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
    nameless = n_ditto = 0
    for place, written in enumerate(headers):
        header = written or (INDEX_COLUMN if place == 0 and INDEX_COLUMN not in headers else "")
        if not written and header and not _counts_rows(body, kept):
            header = ""
        if not header:
            nameless += sum(place < len(body[i]) and not is_blank(body[i][place]) for i in kept)
            continue
        if header in columns:
            again.append(header)
            continue
        cells = [unescaped(body[i][place]) if place < len(body[i]) else None for i in kept]
        n_ditto += _write_out_ditto(cells)
        columns[header] = tuple(cells)
    if n_ditto:
        findings.append(Finding("cells_ditto", (("count", n_ditto),), file=file))
    if nameless:
        findings.append(Finding("column_nameless", (("count", nameless),), file=file))
    if again:
        findings.append(
            Finding("header_repeated", (("headers", ", ".join(again[:20])),), file=file)
        )
    return columns


def _counts_rows(body: Sequence[Sequence[CellValue]], kept: Sequence[int]) -> bool:
    """Return True where the first cells of the rows tell all rows apart."""
    first = [text(body[i][0]) if body[i] else "" for i in kept]
    return len(first) > 0 and all(first) and len(set(first)) == len(first)


def _write_out_ditto(cells: list[CellValue]) -> int:
    """Replace marks of repetition by the cell above, in place, and return how many there were."""
    places = [i for i, cell in enumerate(cells) if isinstance(cell, str) and cell.strip() in _DITTO]
    for place in places:
        cells[place] = cells[place - 1] if place else None
    return len(places)


def unescaped(cell: CellValue) -> CellValue:
    """Take away the apostrophe that keeps a spreadsheet from reading a text as a formula."""
    if isinstance(cell, str) and cell[:1] == "'" and cell.lstrip("'")[:1] in _FORMULA_STARTS:
        return cell[1:]
    return cell
