"""The columns of a list of institutions, every cell as what its column asks for."""

from __future__ import annotations

from collections.abc import Mapping

from data.checks import row_finding
from data.facilities.doctors import add_assistants
from data.tables.cells import is_date_serial
from data.tables.headers import is_ambiguous_beds, parsed_column
from data.tables.sheets import Table
from data.types import FACILITY_COLUMNS, CellValue
from geo.errors import Finding


def parsed_columns(
    table: Table,
    found: Mapping[str, str],
    defaults: Mapping[str, CellValue],
    findings: list[Finding],
) -> dict[str, tuple[CellValue, ...]]:
    """Return every facility column, blanks filled with the study's defaults."""
    columns: dict[str, tuple[CellValue, ...]] = {}
    for name, kind in FACILITY_COLUMNS.items():
        header = found.get(name)
        default = defaults.get(name)
        if header is None:
            columns[name] = (default,) * len(table)
            continue
        values = parsed_column(table, header, kind, findings)
        if kind == "date":
            _note_serials(table, header, findings)
        columns[name] = tuple(default if value is None else value for value in values)
        if name == "beds" and is_ambiguous_beds(header):
            findings.append(Finding("beds_ambiguous", file=table.file, column=header))
    add_assistants(table, columns, found, findings)
    _check_negative(table, columns, found, findings)
    return columns


def _note_serials(table: Table, header: str, findings: list[Finding]) -> None:
    rows = [i for i, cell in enumerate(table.columns[header]) if is_date_serial(cell)]
    if rows:
        where = table.row[rows]
        findings.append(row_finding("dates_as_numbers", where, file=table.file, column=header))


def _check_negative(
    table: Table,
    columns: Mapping[str, tuple[CellValue, ...]],
    found: Mapping[str, str],
    findings: list[Finding],
) -> None:
    for name, kind in FACILITY_COLUMNS.items():
        if kind == "number" and name in found:
            rows = [i for i, v in enumerate(columns[name]) if v is not None and float(v) < 0]
            if rows:
                findings.append(
                    row_finding(
                        "number_negative", table.row[rows], file=table.file, column=found[name]
                    )
                )
