"""Tables of ids checked at the door: every fault by file, column and row, then plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from data.errors import raise_errors
from geo.errors import Finding
from planning.solver.faults import LARGEST_NUMBER, SMALLEST_NUMBER
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    sparse_reach,
    times_covered,
    within,
)

NEEDS_LIMIT = ("mclp", "lscp", "backup")
NEEDS_COUNT = ("mclp", "p-median", "p-centre", "backup", "capacitated")

MOST_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What is asked of a table of times.

    Parameters
    ----------
    model
        `mclp`, `lscp`, `p-median`, `p-centre`, `backup` or `capacitated`.
    limit, count, existing, seed, lower_loads
        As in `run_site_table`.
    files
        Names of the times, demand and capacity files, for messages.
    """

    model: str
    limit: float | None = None
    count: int | None = None
    existing: tuple[str, ...] = ()
    seed: int = 0
    lower_loads: Literal["soft", "binding"] = "soft"
    files: tuple[str, str, str] = ("times", "demand", "capacity")


@dataclass(frozen=True, slots=True, eq=False)
class TableInstance:
    """The tables as arrays; sites and demand rows are numbered in the order of their ids."""

    site_id: tuple[str, ...]
    demand_id: tuple[str, ...]
    reach: SparseReach
    people: Floats
    existing: tuple[int, ...]
    lower: Floats
    upper: Floats


def option_faults(options: TableOptions, *, has_capacity: bool) -> list[Finding]:
    """Return what the options miss or get wrong, whatever the tables hold."""
    given = {
        "--limit": options.limit is not None or options.model not in NEEDS_LIMIT,
        "--count": options.count is not None or options.model not in NEEDS_COUNT,
        "--capacity": has_capacity or options.model != "capacitated",
    }
    findings = [
        Finding("siting_option_missing", (("model", options.model), ("option", name)))
        for name, is_given in given.items()
        if not is_given
    ]
    if options.limit is not None and not 0 <= options.limit < np.inf:
        said = (("option", "--limit"), ("actual", options.limit), ("expected", "0 or more"))
        findings.append(Finding("siting_option_wrong", said))
    least = 0 if options.existing else 1
    if options.count is not None and options.count < least:
        wrong = (("option", "--count"), ("actual", options.count), ("expected", f"{least} or more"))
        findings.append(Finding("siting_option_wrong", wrong))
    return findings


def table_instance(
    times: pd.DataFrame,
    demand: pd.DataFrame,
    capacity: pd.DataFrame | None,
    options: TableOptions,
) -> TableInstance:
    """Check options and tables and return the tables as arrays in the order of their ids.

    Parameters
    ----------
    times, demand, capacity
        As in `site_table`; the index of each table numbers its rows in the file, from 1.
    options
        What is asked.

    Raises
    ------
    StudyError
        With every fault at once.
    """
    times_file, demand_file, capacity_file = options.files
    findings = option_faults(options, has_capacity=capacity is not None)
    for table, file in zip((times, demand, capacity), options.files, strict=True):
        findings += [] if table is None else row_faults(table, file)
    cost, people = _numbers(times, "cost"), _numbers(demand, "people")
    demand_id, row_of_id = np.unique(demand["demand_id"].to_numpy(object), return_index=True)
    site_id, site = np.unique(times["site_id"].to_numpy(object), return_inverse=True)
    row = _positions(times["demand_id"], pd.Index(demand_id), demand_file, times_file, findings)
    sites = pd.Index(site_id)
    existing = _existing(options.existing, sites, times_file, findings)
    lower, upper = _loads(capacity, sites, capacity_file, findings)
    raise_errors(findings)
    reach = sparse_reach(site, row, cost, n_sites=len(site_id), n_demand=len(demand_id))
    instance = TableInstance(
        tuple(site_id), tuple(demand_id), reach, people[row_of_id], existing, lower, upper
    )
    raise_errors(_faults_of_the_whole(instance, options))
    return instance


def row_faults(table: pd.DataFrame, file: str) -> list[Finding]:
    """Return what the rows of one table show: ids blank or repeated, numbers that are none.

    Parameters
    ----------
    table
        Times, demand or capacity; columns whose name ends in `id` hold ids, the others numbers.
    file
        Its name.
    """
    ids = [name for name in table.columns if name.endswith("_id")]
    findings = _id_faults(table, ids, file)
    for column in table.columns.difference(ids, sort=False):
        findings += _number_faults(table, column, file)
    if {"lower", "upper"} <= set(table.columns):
        crossed = _numbers(table, "lower") > _numbers(table, "upper")
        if crossed.any():
            count = (("count", int(crossed.sum())),)
            rows = _rows(table, crossed)
            findings.append(Finding("siting_lower_above_upper", count, file, "lower", rows))
    return findings


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column as numbers, NaN where a cell is none."""
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)


def _number_faults(table: pd.DataFrame, column: str, file: str) -> Iterator[Finding]:
    """Yield which cells are not numbers of 0 or more, or too large or small to add up."""
    values = _numbers(table, column)
    wrong = ~np.isfinite(values) | (values < 0)
    # Room without end may be written as any large number.
    most = np.inf if column == "upper" else LARGEST_NUMBER
    extreme = ~wrong & ((values > most) | ((values > 0) & (values < SMALLEST_NUMBER)))
    for code, bad in (("siting_number", wrong), ("siting_number_size", extreme)):
        if bad.any():
            params = (
                ("count", int(bad.sum())), ("least", SMALLEST_NUMBER), ("most", LARGEST_NUMBER),
            )  # fmt: skip
            yield Finding(code, params, file, column, _rows(table, bad))


def _rows(table: pd.DataFrame | pd.Series, wrong: Flags) -> tuple[int, ...]:
    """Return the numbers in the file of the first wrong rows."""
    return tuple(int(row) for row in table.index[wrong][:MOST_ROWS_NAMED])


def _id_faults(table: pd.DataFrame, columns: list[str], file: str) -> list[Finding]:
    """Return which ids are blank and which rows are repeated."""
    findings = []
    for column in columns:
        blank = (table[column] == "").to_numpy()
        if blank.any():
            count = (("count", int(blank.sum())),)
            findings.append(Finding("siting_id_blank", count, file, column, _rows(table, blank)))
    repeated = table.duplicated(columns).to_numpy()
    if repeated.any():
        code = "siting_id_duplicate" if len(columns) == 1 else "siting_pair_duplicate"
        count = (("count", int(repeated.sum())),)
        findings.append(Finding(code, count, file, columns[0], _rows(table, repeated)))
    return findings


def _positions(
    ids: pd.Series, known: pd.Index, where: str, file: str, findings: list[Finding]
) -> Indices:
    """Return the position of each id among the known ones, -1 and a finding for the others.

    Blank ids have their own finding.
    """
    position = known.get_indexer(pd.Index(ids))
    unknown = (position < 0) & (ids != "").to_numpy()
    if unknown.any():
        names = sorted(set(ids[unknown]))
        params = (("count", len(names)), ("where", where), ("first", ", ".join(names[:3])))
        findings.append(Finding("siting_id_unknown", params, file, rows=_rows(ids, unknown)))
    return np.asarray(position)


def _existing(
    names: tuple[str, ...], site_id: pd.Index, file: str, findings: list[Finding]
) -> tuple[int, ...]:
    """Return the numbers of existing sites; a name may also hold several ids with commas."""
    known = set(site_id)
    ids = [
        part.strip()
        for name in names
        for part in ([name] if name in known else name.split(","))
        if part.strip()
    ]
    series = pd.Series(ids, dtype=object, index=range(1, len(ids) + 1))
    position = _positions(series, site_id, file, "--existing", findings)
    return tuple(sorted({int(j) for j in position if j >= 0}))


def _loads(
    capacity: pd.DataFrame | None, site_id: pd.Index, file: str, findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return the lower and upper load of each site."""
    if capacity is None:
        return np.zeros(len(site_id)), np.full(len(site_id), np.inf)
    _positions(capacity["site_id"], site_id, "the times", file, findings)
    listed = capacity["site_id"].drop_duplicates()
    without = np.setdiff1d(site_id.to_numpy(object), listed.to_numpy(object))
    if len(without):
        params = (("count", len(without)), ("first", ", ".join(without[:3])))
        findings.append(Finding("siting_site_without_loads", params, file))
        return np.zeros(len(site_id)), np.zeros(len(site_id))
    row = capacity.index.get_indexer(listed.index)[pd.Index(listed).get_indexer(site_id)]
    return _numbers(capacity, "lower")[row], _numbers(capacity, "upper")[row]


def _faults_of_the_whole(instance: TableInstance, options: TableOptions) -> list[Finding]:
    """Return what single rows do not show: nobody there or in reach, too many sites, loads."""
    times_file, demand_file, capacity_file = options.files
    total = float(instance.people.sum())
    if total <= 0:
        return [Finding("siting_no_people", file=demand_file, column="people")]
    findings = []
    has_people = instance.people[instance.reach.demand] > 0
    cost = instance.reach.cost[has_people]
    limit = np.inf if options.limit is None else options.limit
    if not (cost <= limit).any():
        cheapest = float(cost.min(initial=np.inf))
        code = "siting_nobody_in_reach" if np.isfinite(cheapest) else "siting_nobody_listed"
        params = (("limit", limit), ("cheapest", cheapest)) if np.isfinite(cheapest) else ()
        findings.append(Finding(code, params, file=times_file))
    candidates = len(instance.site_id) - len(instance.existing)
    is_asked = options.model in NEEDS_COUNT and not existing_suffice(instance, options)
    count = (options.count or 0) if is_asked else 0
    if count > candidates:
        asked = (("count", count), ("candidates", candidates))
        findings.append(Finding("siting_count_above_candidates", asked))
    if options.model == "capacitated" and (instance.lower > total).any():
        sites = np.flatnonzero(instance.lower > total)
        ids = tuple(instance.site_id[j] for j in sites[:MOST_ROWS_NAMED])
        low = (("lower", float(instance.lower[sites].min())), ("people", total))
        findings.append(Finding("siting_lower_above_people", low, capacity_file, "lower", ids))
    return findings


def existing_suffice(instance: TableInstance, options: TableOptions) -> bool:
    """Say whether no new site could better what the existing sites do."""
    existing = np.array(instance.existing, dtype=np.int64)
    every = np.arange(len(instance.site_id))
    if len(existing) == 0 or len(existing) == len(every) or options.model == "capacitated":
        return 0 < len(existing) == len(every)
    reach = instance.reach if options.limit is None else within(instance.reach, options.limit)
    counted = (instance.people > 0) | (options.model not in {"mclp", "p-median"})
    if options.model in {"p-median", "p-centre"}:
        now, then = (nearest_open(reach, sites)[1][counted] for sites in (existing, every))
        if options.model == "p-centre":
            return bool(now.max() == then.max())
    else:
        enough = 2 if options.model == "backup" else 1
        times = (times_covered(reach, sites)[counted] for sites in (existing, every))
        now, then = (np.minimum(covered, enough) for covered in times)
    return bool((now == then).all())
