"""Sheets of a workbook into one table: the only one that holds any, or parts of one each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.errors import StudyError
from data.tables.heading import find_heading, plain
from data.tables.sheets import SheetForm, Table, table_of
from data.types import CellValue
from geo.errors import Finding

SHEET_COLUMN = "工作表"
"""Column of a stacked table that names the sheet of each row: often a township."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet as read: its cells, what it shows beside them, and what is doubtful of them."""

    title: str
    rows: list[list[CellValue]]
    form: SheetForm
    findings: tuple[Finding, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the names of its columns; none where it holds no table."""
        heading = find_heading(self.rows, self.form.header_depth)
        if heading is None or heading.end >= len(self.rows):
            return ()
        named = [name for name in heading.names if name]
        return tuple(named) if len(named) > 1 else ()


def table_of_sheets(sheets: Sequence[Sheet], *, file: str, findings: list[Finding]) -> Table:
    """Return the table of a workbook.

    Parameters
    ----------
    sheets
        Those that may be meant; at least one.
    file
        For findings.
    findings
        Receives those of the sheets that are read, and which are not.

    Raises
    ------
    StudyError
        When there are several tables that have not the same columns, or none.
    """
    tables = [sheet for sheet in sheets if sheet.names()] if len(sheets) > 1 else list(sheets)
    others = ", ".join(sheet.title for sheet in sheets if sheet not in tables)
    headers = {frozenset(map(plain, sheet.names())) for sheet in tables}
    if len(headers) > 1 or not tables:
        listed = ", ".join(sheet.title for sheet in sheets[:20])
        raise StudyError(Finding("layer_not_told", (("layers", listed),), file=file))
    if len(tables) > 1:
        return _stacked(tables, others, file, findings)
    if others:
        findings.append(Finding("sheets_left_out", (("others", others),), file=file))
    findings.extend(tables[0].findings)
    return table_of(tables[0].rows, file=file, findings=findings, form=tables[0].form)


def _stacked(sheets: Sequence[Sheet], others: str, file: str, findings: list[Finding]) -> Table:
    """Return the rows of all sheets as one table; they are counted on from sheet to sheet."""
    parts = []
    for sheet in sheets:
        name = f"{file} [{sheet.title}]"
        findings.extend(replace(finding, file=name) for finding in sheet.findings)
        parts.append(table_of(sheet.rows, file=name, findings=findings, form=sheet.form))
    if len({part.title_unit for part in parts}) > 1:
        listed = ", ".join(sheet.title for sheet in sheets[:20])
        raise StudyError(Finding("layer_not_told", (("layers", listed),), file=file))
    columns: dict[str, tuple[CellValue, ...]] = {}
    for header in parts[0].columns:
        of_plain = [{plain(name): cells for name, cells in part.columns.items()} for part in parts]
        columns[header] = tuple(cell for named in of_plain for cell in named.get(plain(header), ()))
    titles = [sheet.title for sheet, part in zip(sheets, parts, strict=True) for _ in part.row]
    columns.setdefault(SHEET_COLUMN, tuple(titles))
    row, said, above = [], [], 0
    for sheet, part in zip(sheets, parts, strict=True):
        row.append(part.row + above)
        if len(part):
            first, last = int(row[-1][0]), int(row[-1][-1])
            said.append(
                f"{sheet.title} {first}-{last}" if last > first else f"{sheet.title} {first}"
            )
            above = last
    params = (("sheets", ", ".join(said)), ("others", others or "-"))
    findings.append(Finding("sheets_stacked", params, file=file))
    return replace(parts[0], file=file, columns=columns, row=np.concatenate(row))
