"""Bring your own times: plain tables of ids, costs and people in, a plan as JSON out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import raise_errors, severity
from data.store import write_json
from data.tables.plain import note_no_values, read_text_table
from data.tables.sheets import unescaped
from geo.errors import Finding, Progress
from planning.sites.site_table.checks import row_faults
from planning.sites.site_table.plan import site_table
from planning.sites.site_table.table_options import TableOptions, option_faults
from planning.solver.problems import SolveLimits
from planning.solver.stop import cancel_on_interrupt

COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "times": (("demand_id", "site_id", "cost"), ()),
    "demand": (("demand_id", "people"), ("village",)),
    "capacity": (("site_id", "lower", "upper"), ()),
    "sites": (("site_id",), ("build_cost", "running_cost", "fixed")),
    "between": (("from_site", "to_site", "cost"), ()),
}
"""Columns that each table must have, and those that it may have besides."""


def run_site_table(  # noqa: PLR0913 - the tables of one command
    times: Path,
    demand: Path,
    *,
    model: str,
    out: Path | None = None,
    capacity: Path | None = None,
    sites: Path | None = None,
    between: Path | None = None,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> dict[str, Any]:
    """Choose sites from tables of times, people, capacities and costs; write the plan.

    Parameters
    ----------
    times
        CSV `demand_id, site_id, cost`: the pairs that exist, in any unit of cost. Its sites are the
        candidates.
    demand
        CSV `demand_id, people`, for `villages` also `village`.
    model
        A key of `planning.sites.site_table.table_options.MODELS`.
    out
        JSON file to write; None writes none.
    capacity
        CSV `site_id, lower, upper` for models with loads.
    sites
        CSV `site_id` with any of `build_cost, running_cost` and `fixed` (`open`, `required` or
        `forbidden`).
    between
        CSV `from_site, to_site, cost` from stations to centres, for `two-level`.
    limits, progress
        As in `planning.solver.solve`.
    asked
        The other fields of `TableOptions`: `limit`, the largest cost at which a site serves a
        demand row; `count`, the number of new sites (or units); `share` of the people, `quota` of a
        village, `busy` share of the time, `budget`, number of `centres`, `referral_share`;
        `existing` ids of sites that are open and stay open; `lower_loads`, `soft` (a new site below
        its lower load is reported) or `binding` (no plan has one); `seed`.

    Returns
    -------
    dict
        `status, objective, bound, gap, unit, sense, sites, assignment` and what explains them; see
        `docs/siting.md`.

    Raises
    ------
    StudyError
        With every fault of the tables and options, by file, column and row.
    """
    findings: list[Finding] = []
    paths = {"times": times, "demand": demand, "capacity": capacity, "sites": sites,
             "between": between}  # fmt: skip
    tables = {
        name: _read(path, *COLUMNS[name], findings)
        for name, path in paths.items()
        if path is not None
    }
    files = {name: path.name for name, path in paths.items() if path is not None}
    options = TableOptions(model, files=files, **asked)
    if any(severity(finding) == "error" for finding in findings):
        findings += option_faults(options)
        for name, table in tables.items():
            findings += row_faults(table, files[name]) if len(table) else []
        raise_errors(findings)
    for name, column in (("times", "cost"), ("demand", "people")):
        note_no_values(tables[name], column, files[name], findings)
    with cancel_on_interrupt(progress) as watched:
        plan = site_table(tables, options, limits=limits, progress=watched)
    plan["findings"] = [
        *({"code": note.code, "file": note.file, **dict(note.params)} for note in findings),
        *plan["findings"],
    ]
    if out is not None:
        write_json(out, plan, kind="plan", version=2)
    return plan


def _read(
    path: Path, columns: tuple[str, ...], further: tuple[str, ...], findings: list[Finding]
) -> pd.DataFrame:
    """Return some columns of a CSV file as text, its rows numbered from 1 as in the file."""
    empty = pd.DataFrame({name: pd.Series(dtype=str) for name in columns})
    table: pd.DataFrame | None = read_text_table(path, findings)
    if table is None:
        return empty
    table.columns = table.columns.str.strip()
    missing = [name for name in columns if name not in table.columns]
    for name in missing:
        params = (("found", ", ".join(table.columns)), ("expected", ", ".join(columns)))
        findings.append(Finding("siting_table_column", params, file=path.name, column=name))
    if missing:
        return empty
    columns = (*columns, *(name for name in further if name in table.columns))
    table = table.loc[:, list(columns)].apply(lambda cells: cells.str.strip())
    table.index += 1
    table = table[(table != "").any(axis=1)]
    if len(table) == 0:
        findings.append(Finding("siting_table_empty", file=path.name))
    for name in columns:
        escaped = table[name].str.startswith("'")
        table.loc[escaped, name] = table.loc[escaped, name].map(unescaped)
    return table
