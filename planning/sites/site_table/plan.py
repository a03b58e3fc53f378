"""From tables of ids to a siting problem, and from its plan back to ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import Finding, Progress
from planning.sites.site_table.checks import (
    NEEDS_COUNT,
    TableInstance,
    TableOptions,
    existing_suffice,
    table_instance,
)
from planning.solver.plan import SitingPlan
from planning.solver.problems import (
    BackupCover,
    CapacitatedCover,
    CapacitatedMedian,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SolveLimits,
)
from planning.solver.solve import Problem, solve


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
        Columns `demand_id, site_id, cost`; the index numbers the rows of the file.
    demand
        Columns `demand_id, people`.
    options
        Model, limit, count, existing sites, seed.
    capacity
        Columns `site_id, lower, upper`, for `capacitated`.
    limits, progress
        As in `planning.solver.solve`.

    Raises
    ------
    StudyError
        With every fault of the tables and options at once.
    """
    instance = table_instance(times, demand, capacity, options)
    needs_new = options.model in NEEDS_COUNT and not existing_suffice(instance, options)
    problem = _problem(instance, options, (options.count or 0) if needs_new else 0)
    plan = solve(problem, seed=options.seed, limits=limits, progress=progress)
    notes = list(_notes(plan, instance, options, has_capacity=capacity is not None))
    return _by_ids(plan, instance, options, notes)


def _problem(instance: TableInstance, options: TableOptions, count: int) -> Problem:
    """Return the siting problem that the options ask for."""
    reach, people, rules = instance.reach, instance.people, SiteRules(existing=instance.existing)
    limit = options.limit
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
    return _problem_with_loads(instance, options, count)


def _problem_with_loads(
    instance: TableInstance, options: TableOptions, count: int
) -> CapacitatedCover | CapacitatedMedian:
    """Return maximal cover with loads when there is a limit, else a p-median with loads."""
    reach, people, rules = instance.reach, instance.people, SiteRules(existing=instance.existing)
    loads = (instance.lower, instance.upper)
    price = np.inf if options.lower_loads == "binding" else 0.0
    if options.limit is None:
        return CapacitatedMedian(reach, people, count, *loads, lower_penalty=price, rules=rules)
    return CapacitatedCover(reach, people, options.limit, count, *loads, price, rules=rules)


def _notes(
    plan: SitingPlan, instance: TableInstance, options: TableOptions, *, has_capacity: bool
) -> Iterator[Finding]:
    """Yield what a reader must know beside the plan, sites by their ids."""
    asked = options.count or 0
    if asked and options.model not in NEEDS_COUNT:
        yield Finding("siting_count_unused", (("count", asked),))
    if has_capacity and options.model != "capacitated":
        yield Finding("siting_capacity_unused", (("model", options.model),))
    for finding in plan.findings:
        if finding.code == "siting_below_lower":
            site = (("site", instance.site_id[int(finding.rows[0])]),)
            yield Finding("siting_site_below_lower", (*site, *finding.params))
        else:
            yield finding
    if plan.objective is None or options.model not in NEEDS_COUNT:
        return
    if asked and existing_suffice(instance, options):
        yield Finding("siting_existing_suffice", (("count", asked),))
    elif len(plan.new_sites) < asked:
        idle = (("idle", asked - len(plan.new_sites)), ("count", asked))
        yield Finding("siting_further_sites_idle", idle)


def _by_ids(
    plan: SitingPlan, instance: TableInstance, options: TableOptions, notes: list[Finding]
) -> dict[str, Any]:
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
        "findings": [{"code": finding.code, **dict(finding.params)} for finding in notes],
    }
    if options.model == "capacitated":
        load = np.bincount(plan.flow_site, plan.flow_people, minlength=len(site_id))
        short = np.maximum(instance.lower - load, 0.0)
        result["lower_loads"] = options.lower_loads
        result["loads"] = {site_id[j]: float(load[j]) for j in plan.sites}
        result["below_lower"] = {
            site_id[j]: float(short[j]) for j in plan.new_sites if short[j] > 1e-6
        }
    return result
