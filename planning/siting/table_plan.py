"""From tables of ids to a siting problem and from its plan back to ids, with every fault named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.errors import raise_errors
from geo.errors import Finding, Progress
from planning.siting.instance import Flags, Floats, Indices, SparseReach, sparse_reach
from planning.siting.problems import (
    BackupCover,
    CapacitatedCover,
    CapacitatedMedian,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SitingPlan,
    SolveLimits,
)
from planning.siting.solve import Problem, solve

NEEDS_LIMIT = ("mclp", "lscp", "backup")
NEEDS_COUNT = ("mclp", "p-median", "p-centre", "backup", "capacitated")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What is asked of a table of times.

    Parameters
    ----------
    model
        `mclp`, `lscp`, `p-median`, `p-centre`, `backup` or `capacitated`.
    limit, count, existing, seed
        As in `run_site_table`.
    files
        Names of the times, demand and capacity files, for messages.
    """

    model: str
    limit: float | None = None
    count: int | None = None
    existing: tuple[str, ...] = ()
    seed: int = 0
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


def site_table(
    times: pd.DataFrame,
    demand: pd.DataFrame,
    options: TableOptions,
    *,
    capacity: pd.DataFrame | None = None,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Choose sites from tables whose columns are all text, and return the plan by ids.

    Parameters
    ----------
    times
        Columns `demand_id, site_id, cost`.
    demand
        Columns `demand_id, people`.
    options
        Model, limit, count, existing sites, seed.
    capacity
        Columns `site_id, lower, upper`, for `capacitated`.
    limits, progress
        As in `planning.siting.solve`.

    Raises
    ------
    StudyError
        With every fault of the tables and options at once.
    """
    raise_errors(_option_faults(options, capacity))
    instance = _instance(times, demand, capacity, options)
    raise_errors(_instance_faults(instance, options))
    plan = solve(_problem(instance, options), seed=options.seed, limits=limits, progress=progress)
    return _by_ids(plan, instance, options)


def _option_faults(options: TableOptions, capacity: pd.DataFrame | None) -> list[Finding]:
    given = {
        "--limit": options.limit is not None or options.model not in NEEDS_LIMIT,
        "--count": options.count is not None or options.model not in NEEDS_COUNT,
        "--capacity": capacity is not None or options.model != "capacitated",
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


def _numbers(table: pd.DataFrame, column: str, file: str, findings: list[Finding]) -> Floats:
    """Return a column as numbers of 0 or more; anything else is a finding with its rows."""
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        findings.append(
            Finding("siting_number", (("count", int(wrong.sum())),), file, column, _rows(wrong))
        )
    return values


def _rows(wrong: Flags) -> tuple[int, ...]:
    """Return the first wrong rows, numbered from 1."""
    return tuple(int(i) + 1 for i in np.flatnonzero(wrong)[:5])


def _check_ids(table: pd.DataFrame, columns: list[str], file: str, findings: list[Finding]) -> None:
    """Report blank ids and repeated ones."""
    for column in columns:
        blank = (table[column] == "").to_numpy()
        if blank.any():
            count = (("count", int(blank.sum())),)
            findings.append(Finding("siting_id_blank", count, file, column, _rows(blank)))
    repeated = table.duplicated(columns).to_numpy()
    if repeated.any():
        code = "siting_id_duplicate" if len(columns) == 1 else "siting_pair_duplicate"
        count = (("count", int(repeated.sum())),)
        findings.append(Finding(code, count, file, columns[0], _rows(repeated)))


def _positions(
    ids: pd.Series, known: pd.Index, where: str, file: str
) -> tuple[Indices, list[Finding]]:
    """Return the position of each id among the known ones, and a finding for the others."""
    position = known.get_indexer(pd.Index(ids))
    unknown = position < 0
    if not unknown.any():
        return position, []
    names = sorted(set(ids[unknown]))
    params = (("count", len(names)), ("where", where), ("first", ", ".join(names[:3])))
    return position, [Finding("siting_id_unknown", params, file, rows=_rows(unknown))]


def _instance(
    times: pd.DataFrame,
    demand: pd.DataFrame,
    capacity: pd.DataFrame | None,
    options: TableOptions,
) -> TableInstance:
    """Check the tables and return them as arrays in the order of the ids."""
    times_file, demand_file, capacity_file = options.files
    findings: list[Finding] = []
    _check_ids(times, ["demand_id", "site_id"], times_file, findings)
    _check_ids(demand, ["demand_id"], demand_file, findings)
    cost = _numbers(times, "cost", times_file, findings)
    people = _numbers(demand, "people", demand_file, findings)
    order = np.argsort(demand["demand_id"].to_numpy(dtype=object), kind="stable")
    demand_id = pd.Index(demand["demand_id"].to_numpy(dtype=object)[order])
    site_id = pd.Index(np.unique(times["site_id"].to_numpy(dtype=object)))
    site, _ = _positions(times["site_id"], site_id, times_file, times_file)
    lower, upper = _loads(capacity, site_id, capacity_file, findings)
    existing = _existing(options.existing, site_id, times_file, findings)
    raise_errors(findings)  # repeated ids must go before positions can be asked for
    row, unknown = _positions(times["demand_id"], demand_id, demand_file, times_file)
    raise_errors(unknown)
    reach = sparse_reach(site, row, cost, n_sites=len(site_id), n_demand=len(demand_id))
    return TableInstance(
        tuple(site_id), tuple(demand_id), reach, people[order], existing, lower, upper
    )


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
    position, unknown = _positions(pd.Series(ids, dtype=object), site_id, file, "--existing")
    findings.extend(unknown)
    return tuple(sorted({int(j) for j in position if j >= 0}))


def _loads(
    capacity: pd.DataFrame | None, site_id: pd.Index, file: str, findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return the lower and upper load of each site."""
    if capacity is None:
        return np.zeros(len(site_id)), np.full(len(site_id), np.inf)
    _check_ids(capacity, ["site_id"], file, findings)
    low = _numbers(capacity, "lower", file, findings)
    high = _numbers(capacity, "upper", file, findings)
    crossed = low > high
    if crossed.any():
        count = (("count", int(crossed.sum())),)
        findings.append(Finding("siting_lower_above_upper", count, file, "lower", _rows(crossed)))
    listed = pd.Index(capacity["site_id"].to_numpy(dtype=object))
    _, unknown = _positions(capacity["site_id"], site_id, "the times", file)
    findings.extend(unknown)
    if not listed.is_unique:
        return np.zeros(len(site_id)), np.zeros(len(site_id))
    position, missing = _positions(pd.Series(site_id, dtype=object), listed, file, file)
    findings.extend(missing)
    return np.where(position >= 0, low[position], 0.0), np.where(position >= 0, high[position], 0.0)


def _instance_faults(instance: TableInstance, options: TableOptions) -> list[Finding]:
    """Return what is wrong with the whole: nobody there or in reach, loads above all people."""
    total = float(instance.people.sum())
    if total <= 0:
        return [Finding("siting_no_people", file=options.files[1], column="people")]
    findings = []
    cost = instance.reach.cost
    if options.limit is not None and not (cost <= options.limit).any():
        params = (("limit", options.limit), ("cheapest", float(cost.min(initial=np.inf))))
        findings.append(Finding("siting_nobody_in_reach", params, file=options.files[0]))
    if options.model == "capacitated" and (instance.lower > total).any():
        sites = np.flatnonzero(instance.lower > total)
        ids = tuple(instance.site_id[j] for j in sites[:5])
        low = (("lower", float(instance.lower[sites].min())), ("people", total))
        findings.append(Finding("siting_lower_above_people", low, options.files[2], "lower", ids))
    return findings


def _problem(instance: TableInstance, options: TableOptions) -> Problem:
    """Return the siting problem that the options ask for."""
    reach, people, rules = instance.reach, instance.people, SiteRules(existing=instance.existing)
    limit, count = options.limit, options.count or 0
    if options.model == "mclp":
        return MaximalCover(reach, people, float(limit or 0.0), count, rules)
    if options.model == "lscp":
        return FewestSites(reach, people, float(limit or 0.0), rules=rules)
    if options.model == "p-median":
        return PMedian(reach, people, count, limit=limit, rules=rules)
    if options.model == "p-centre":
        return PCentre(reach, people, count, limit=limit, rules=rules)
    if options.model == "backup":
        return BackupCover(reach, people, float(limit or 0.0), count, rules)
    return _problem_with_loads(instance, limit, count)


def _problem_with_loads(instance: TableInstance, limit: float | None, count: int) -> Problem:
    """Return maximal cover with loads when there is a limit, else a p-median with loads.

    The loads of a table are binding.
    """
    reach, people, rules = instance.reach, instance.people, SiteRules(existing=instance.existing)
    lower, upper = instance.lower, instance.upper
    if limit is None:
        return CapacitatedMedian(
            reach, people, count, lower, upper, lower_penalty=np.inf, rules=rules
        )
    return CapacitatedCover(reach, people, limit, count, lower, upper, np.inf, rules=rules)


def _by_ids(plan: SitingPlan, instance: TableInstance, options: TableOptions) -> dict[str, Any]:
    """Return a plan with ids in the place of numbers, ready for JSON."""
    site_id, demand_id = instance.site_id, instance.demand_id
    served = np.flatnonzero(plan.assignment >= 0)
    result: dict[str, Any] = {
        "model": options.model,
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "method": plan.method,
        "seed": plan.seed,
        "limit": options.limit,
        "count": options.count,
        "is_replayable": plan.is_replayable,
        "sites": [site_id[j] for j in plan.sites],
        "new_sites": [site_id[j] for j in plan.new_sites],
        "existing": [site_id[j] for j in instance.existing],
        "assignment": {demand_id[i]: site_id[plan.assignment[i]] for i in served},
        "unserved": [demand_id[i] for i in np.flatnonzero(plan.assignment < 0)],
        "findings": [{"code": finding.code, **dict(finding.params)} for finding in plan.findings],
    }
    if options.model == "capacitated":
        load = np.bincount(plan.flow_site, plan.flow_people, minlength=len(site_id))
        result["loads"] = {site_id[j]: float(load[j]) for j in plan.sites}
    return result
