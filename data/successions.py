"""Division codes that were replaced: old code -> new code, with date and share of people."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from data.checks import row_finding
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import CellError, iso_date, number, text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.types import Succession
from geo.errors import Finding

BUILT_IN = Path(__file__).parent / "successions.csv"
"""Mergers and renamings in Zhejiang since 2013; a study adds its own."""


def built_in_successions() -> tuple[Succession, ...]:
    """Return the successions that are shipped.

    >>> [s.new_name for s in built_in_successions() if s.old_code == "330103"]
    ['拱墅区']
    """
    with BUILT_IN.open(encoding="utf-8", newline="") as file:
        return tuple(
            Succession(**{**row, "share": float(row["share"]) if row["share"] else None})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


def read_successions(source: TableSource, findings: list[Finding]) -> tuple[Succession, ...]:
    """Return the successions that a study adds.

    Parameters
    ----------
    source
        Table with `old_code`, `new_code` and, where known, names, date, share and source.
    findings
        Receives every fault.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["successions"], source.columns, findings)
    absent = [name for name in ("old_code", "new_code") if name not in columns]
    findings.extend(missing_column(table, name) for name in absent)
    if absent:
        return ()
    rows, bad = [], []
    for index in range(len(table)):
        cell = {name: table.columns[header][index] for name, header in columns.items()}
        try:
            rows.append(
                Succession(
                    old_code=text(cell["old_code"]),
                    old_name=text(cell.get("old_name")),
                    new_code=text(cell["new_code"]),
                    new_name=text(cell.get("new_name")),
                    date=iso_date(cell.get("date")) or "",
                    share=number(cell.get("share")),
                    source=text(cell.get("source")),
                )
            )
        except CellError:
            bad.append(index)
    if bad:
        findings.append(row_finding("succession_unreadable", table.row[bad], file=table.file))
    return tuple(rows)


def successors(code: str, table: Sequence[Succession]) -> tuple[Succession, ...]:
    """Return what replaced a code: by the code itself, else by its first six digits.

    >>> found = successors("330103001002", built_in_successions())
    >>> [s.new_code for s in found]
    ['330105']
    """
    exact = tuple(row for row in table if row.old_code == code)
    return exact or tuple(row for row in table if row.old_code == code[:6])


def current_code(code: str, table: Sequence[Succession]) -> str | None:
    """Return the code that a code has now; None where it was split.

    Only the six digits of the county are known to change: the digits below are kept where a whole
    county went to one other, although townships may have been renumbered.

    >>> table = built_in_successions()
    >>> current_code("330621102", table), current_code("330104", table)
    ('330603102', None)
    """
    found = successors(code, table)
    if not found:
        return code
    if len(found) > 1:
        return None
    new = found[0].new_code
    return new if found[0].old_code == code else new + code[len(new) :]
