"""Doctors of a list: assistants counted apart, and the years of birth of village doctors.

Of births only the years are kept, and nothing of them is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from data.checks import row_finding
from data.tables.cells import CellError, is_blank, iso_date, number, parse, text
from data.tables.heading import plain
from data.tables.sheets import Table
from data.types import CellValue
from geo.errors import Finding

_BETWEEN = re.compile(r"[;；,，、|\n]+|(?<=[\d月日])\s+(?=\d{4})")


def add_assistants(
    table: Table,
    columns: dict[str, tuple[CellValue, ...]],
    found: Mapping[str, str],
    findings: list[Finding],
) -> None:
    """Add assistant doctors where a list counts them in a column beside the doctors."""
    headers = {_last_name(header): header for header in table.columns}
    doctors = found.get("doctors")
    assistants = headers.get("执业助理医师")
    if doctors is None or assistants is None or _last_name(doctors) != "执业医师":
        return
    values, bad = parse(table.columns[assistants], number)
    if bad:
        where = table.row[bad]
        kind = "number"
        findings.append(
            row_finding("cell_not_understood", where, file=table.file, column=assistants, kind=kind)
        )
    columns["doctors"] = tuple(
        float(first or 0) + (second or 0) if first is not None or second is not None else None
        for first, second in zip(columns["doctors"], values, strict=True)
    )
    params = (("headers", f"{doctors} + {assistants}"),)
    findings.append(Finding("doctors_added", params, file=table.file))


def read_birth_years(
    table: Table,
    found: Mapping[str, str],
    village_doctors: Sequence[CellValue],
    findings: list[Finding],
) -> tuple[tuple[int, ...], ...]:
    """Return the years of birth of village doctors; faults name rows and never a date."""
    header = found.get("village_doctor_births")
    if header is None:
        return ((),) * len(table)
    years, bad = birth_years(table.columns[header])
    odd = [
        index
        for index, (count, born) in enumerate(zip(village_doctors, years, strict=True))
        if born and count is not None and len(born) != count
    ]
    for code, rows in (("births_unread", bad), ("births_differ", odd)):
        if rows:
            where = table.row[rows]
            findings.append(row_finding(code, where, file=table.file, column=header))
    return tuple(years)


def birth_years(cells: Sequence[CellValue]) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return the years of birth that each cell lists, and the positions that are not understood.

    Parameters
    ----------
    cells
        Dates or months, one for each doctor of an institution, such as 1965.3、1970年8月.

    Returns
    -------
    years, bad
        n tuples, ascending; nothing of a cell is returned that is not understood as a whole.

    >>> birth_years(["1970年8月、1965.3", "196503", None, "六五年"])
    ([(1965, 1970), (1965,), (), ()], [3])
    """
    years: list[tuple[int, ...]] = []
    bad: list[int] = []
    for index, cell in enumerate(cells):
        try:
            years.append(_years_of(cell))
        except CellError:
            years.append(())
            bad.append(index)
    return years, bad


def _years_of(cell: CellValue) -> tuple[int, ...]:
    if is_blank(cell):
        return ()
    dates = [iso_date(part) for part in _BETWEEN.split(text(cell))]
    return tuple(sorted(int(each[:4]) for each in dates if each is not None))


def _last_name(header: str) -> str:
    """Return the lowest part of a header without its unit and the word for a number."""
    return re.sub(r"(人数|数)?(\(人\))?$", "", plain(header).rsplit("/", 1)[-1])
