"""Bring your own times: plain tables of ids, costs and people in, a plan as JSON out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from data.errors import StudyError, raise_errors, severity
from data.store import write_json
from data.tables.delimited import decoded
from data.tables.plain import note_no_values
from data.tables.sheets import unescaped
from geo.errors import Finding, Progress
from planning.sites.site_table.checks import TableOptions, option_faults, row_faults
from planning.sites.site_table.plan import site_table
from planning.solver.problems import SolveLimits
from planning.solver.stop import cancel_on_interrupt

TIMES_COLUMNS = ("demand_id", "site_id", "cost")
DEMAND_COLUMNS = ("demand_id", "people")
CAPACITY_COLUMNS = ("site_id", "lower", "upper")

SEPARATORS = (",", ";", "\t")


def run_site_table(  # noqa: PLR0913 - the options of one command
    times: Path,
    demand: Path,
    *,
    model: str,
    out: Path | None = None,
    limit: float | None = None,
    count: int | None = None,
    existing: Sequence[str] = (),
    capacity: Path | None = None,
    lower_loads: Literal["soft", "binding"] = "soft",
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Choose sites from tables of times, people and capacities; write the plan.

    Parameters
    ----------
    times
        CSV `demand_id, site_id, cost`: the pairs that exist, in any unit of cost. Its sites are the
        candidates.
    demand
        CSV `demand_id, people`.
    model
        `mclp`, `lscp`, `p-median`, `p-centre`, `backup` or `capacitated`.
    out
        JSON file to write; None writes none.
    limit
        Largest cost at which a site serves a demand row; the others use every pair when it is None.
    count
        Number of new sites; existing ones come on top. `lscp` finds it.
    existing
        Ids of sites that are open and stay open.
    capacity
        CSV `site_id, lower, upper` for `capacitated`.
    lower_loads
        `soft`: a new site below its lower load is reported, nothing else; `binding`: no plan has
        one.
    seed, limits, progress
        As in `planning.solver.solve`.

    Returns
    -------
    dict
        `status, objective, bound, gap, sites, assignment` and what explains them; see
        `docs/siting.md`.

    Raises
    ------
    StudyError
        With every fault of the tables and options, by file, column and row.
    """
    findings: list[Finding] = []
    tables = [
        _read(path, columns, findings)
        for path, columns in (
            (times, TIMES_COLUMNS),
            (demand, DEMAND_COLUMNS),
            *(((capacity, CAPACITY_COLUMNS),) if capacity is not None else ()),
        )
    ]
    options = TableOptions(
        model, limit, count, tuple(existing), seed, lower_loads,
        (times.name, demand.name, capacity.name if capacity is not None else ""),
    )  # fmt: skip
    if any(severity(finding) == "error" for finding in findings):
        findings += option_faults(options, has_capacity=capacity is not None)
        for table, file in zip(tables, options.files, strict=False):
            findings += row_faults(table, file) if len(table) else []
        raise_errors(findings)
    for table, column, path in ((tables[0], "cost", times), (tables[1], "people", demand)):
        note_no_values(table, column, path.name, findings)
    with cancel_on_interrupt(progress) as watched:
        plan = site_table(
            tables[0], tables[1], options, capacity=tables[2] if capacity is not None else None,
            limits=limits, progress=watched,
        )  # fmt: skip
    plan["findings"] = [
        *({"code": note.code, "file": note.file, **dict(note.params)} for note in findings),
        *plan["findings"],
    ]
    if out is not None:
        write_json(out, plan, kind="plan", version=1)
    return plan


def _read(path: Path, columns: tuple[str, ...], findings: list[Finding]) -> pd.DataFrame:
    """Return some columns of a CSV file as text, its rows numbered from 1 as in the file."""
    empty = pd.DataFrame({name: pd.Series(dtype=str) for name in columns})
    table: pd.DataFrame | None = _as_text(path, findings)
    if table is None:
        return empty
    table.columns = table.columns.str.strip()
    missing = [name for name in columns if name not in table.columns]
    for name in missing:
        params = (("found", ", ".join(table.columns)), ("expected", ", ".join(columns)))
        findings.append(Finding("siting_table_column", params, file=path.name, column=name))
    if missing:
        return empty
    table = table.loc[:, list(columns)].apply(lambda cells: cells.str.strip())
    table.index += 1
    table = table[(table != "").any(axis=1)]
    if len(table) == 0:
        findings.append(Finding("siting_table_empty", file=path.name))
    for name in columns:
        escaped = table[name].str.startswith("'")
        table.loc[escaped, name] = table.loc[escaped, name].map(unescaped)
    return table


def _as_text(path: Path, findings: list[Finding]) -> Any:
    """Return a CSV file as it stands, blank lines included; None and a finding when it is none."""
    if not path.is_file():
        findings.append(Finding("siting_file_missing", file=path.name))
        return None
    try:
        text = decoded(path.read_bytes(), file=path.name, encoding=None, findings=findings)
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        table = pd.read_csv(
            io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False,
            skipinitialspace=True, skip_blank_lines=False, sep=separator,
        )  # fmt: skip
    except StudyError as error:
        findings.extend(error.findings)
        return None
    except (OSError, ValueError) as error:
        params = (("expected", "CSV"), ("reason", str(error).strip()[:200]))
        findings.append(Finding("file_unreadable", params, file=path.name))
        return None
    if not isinstance(table.index, pd.RangeIndex):  # the rows have a cell more than the header
        too_long = (("count", len(table)), ("columns", len(table.columns)))
        findings.append(Finding("row_too_long", too_long, file=path.name, rows=(1,)))
        return None
    return table
