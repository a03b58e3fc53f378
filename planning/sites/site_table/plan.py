"""From tables of ids to a siting problem, and from its plan back to ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import Finding, Progress
from planning.sites.site_table.checks import TableInstance, existing_suffice, table_instance
from planning.sites.site_table.table_options import TableOptions, unused_options
from planning.solver.models.two_level import TwoLevelPlan, solve_two_level
from planning.solver.pairs import Floats
from planning.solver.plan import SitingPlan
from planning.solver.problems import (
    BackupCover,
    BudgetCover,
    CapacitatedCover,
    CapacitatedMedian,
    CheapestCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SolveLimits,
    TwoLevel,
    VillageCover,
)
from planning.solver.solve import Problem, solve


def site_table(
    tables: Mapping[str, pd.DataFrame],
    options: TableOptions,
    *,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Choose sites from tables whose columns are all text, and return the plan by ids.

    Parameters
    ----------
    tables
        `times` (`demand_id, site_id, cost`), `demand` (`demand_id, people[, village]`) and what the
        model needs of `capacity` (`site_id, lower, upper`), `sites` (`site_id[, build_cost,
        running_cost, fixed]`) and `between` (`from_site, to_site, cost`); the index of each numbers
        the rows of its file.
    options
        Model, numbers, existing sites, seed.
    limits, progress
        As in `planning.solver.solve`.

    Raises
    ------
    StudyError
        With every fault of the tables and options at once.
    """
    instance = table_instance(tables, options)
    needs_new = options.needs_count and not existing_suffice(instance, options)
    question = _Question(instance, options, (options.count or 0) if needs_new else 0)
    search: dict[str, Any] = {"seed": options.seed, "limits": limits, "progress": progress}
    if options.model == "two-level":
        levels = solve_two_level(question.two_level(), **search)
        notes = list(_notes(levels.plan, instance, options))
        return {**_by_ids(levels.plan, instance, options, notes), **_centres(levels, instance)}
    plan = solve(question.problem(), **search)
    return _by_ids(plan, instance, options, list(_notes(plan, instance, options)))


class _Question:
    """The problem that tables and options ask for; `count` new sites where a count is asked."""

    def __init__(self, instance: TableInstance, options: TableOptions, count: int) -> None:
        self.instance, self.options, self.count = instance, options, count
        self.reach, self.people = instance.reach, instance.people
        self.limit = float(options.limit or 0.0)
        self.rules = SiteRules(
            existing=instance.existing, required=instance.required, forbidden=instance.forbidden
        )

    def problem(self) -> Problem:
        """Return the problem of any model but the one of two levels."""
        builders: dict[str, Callable[[], Problem]] = {
            "mclp": lambda: MaximalCover(
                self.reach, self.people, self.limit, self.count, self.rules
            ),
            "lscp": self.everybody,
            "partial-lscp": lambda: FewestSites(
                self.reach, self.people, self.limit, self.options.share or 1.0, self.rules
            ),
            "villages": lambda: VillageCover(
                self.reach, self.people, self.limit, self.instance.village,
                self.options.quota or 1.0, self.rules,
            ),
            "p-median": lambda: PMedian(
                self.reach, self.people, self.count, limit=self.options.limit, rules=self.rules
            ),
            "p-centre": lambda: PCentre(
                self.reach, self.people, self.count, limit=self.options.limit, rules=self.rules
            ),
            "backup": lambda: BackupCover(
                self.reach, self.people, self.limit, self.count, self.rules
            ),
            # Daskin's model places units: any number of them may share a site.
            "mexclp": lambda: ExpectedCover(
                self.reach, self.people, self.limit, self.count, self.options.busy or 0.0,
                max(1, self.count), self.rules,
            ),
            "capacitated": self.with_loads,
            "capacitated-median": self.with_loads,
            "budget": self.for_a_budget,
            "cheapest": lambda: self.cheapest(self.options.share or 1.0),
        }  # fmt: skip
        return builders[self.options.model]()

    def everybody(self) -> FewestSites | CheapestCover:
        """Return the set cover: cheapest where sites have costs, else fewest."""
        if self.instance.cost is not None:
            return self.cheapest(1.0)
        return FewestSites(self.reach, self.people, self.limit, rules=self.rules)

    def with_loads(self) -> CapacitatedCover | CapacitatedMedian:
        """Return maximal cover with loads when there is a limit, else a p-median with loads."""
        loads = (self.instance.lower, self.instance.upper)
        price = np.inf if self.options.lower_loads == "binding" else 0.0
        if self.options.model == "capacitated" and self.options.limit is not None:
            return CapacitatedCover(
                self.reach, self.people, self.limit, self.count, *loads, price, rules=self.rules
            )
        return CapacitatedMedian(
            self.reach, self.people, self.count, *loads, limit=self.options.limit,
            lower_penalty=price, rules=self.rules,
        )  # fmt: skip

    def for_a_budget(self) -> BudgetCover:
        """Return most people for a budget."""
        cost, rules = self.costs()
        budget = self.options.budget or 0.0
        return BudgetCover(self.reach, self.people, self.limit, budget, cost, rules)

    def cheapest(self, share: float) -> CheapestCover:
        """Return least cost for a share of the people."""
        cost, rules = self.costs()
        return CheapestCover(self.reach, self.people, self.limit, cost, share, rules)

    def costs(self) -> tuple[Floats, SiteRules]:
        """Return the cost of each site and rules that build what costs nothing."""
        cost = np.asarray(self.instance.cost, dtype=np.float64)
        closed = {*self.rules.existing, *self.rules.forbidden}
        free = {int(j) for j in np.flatnonzero(cost == 0)} - closed
        required = tuple(sorted({*self.rules.required, *free}))
        rules = SiteRules(
            existing=self.rules.existing, required=required, forbidden=self.rules.forbidden
        )
        return cost, rules

    def two_level(self) -> TwoLevel:
        """Return stations and centres chosen together."""
        return TwoLevel(
            self.reach, self.people, self.count, self.options.centres or 1,
            self.instance.referral, self.options.referral_share or 0.0, limit=self.options.limit,
            rules=self.rules,
        )  # fmt: skip


def _notes(plan: SitingPlan, instance: TableInstance, options: TableOptions) -> Iterator[Finding]:
    """Yield what a reader must know beside the plan, sites and villages by their ids."""
    yield from unused_options(options)
    if options.model == "capacitated" and options.limit is None:
        yield Finding("siting_capacitated_median")
    for finding in plan.findings:
        if finding.code == "siting_below_lower":
            site = (("site", instance.site_id[int(finding.rows[0])]),)
            yield Finding("siting_site_below_lower", (*site, *finding.params))
        elif finding.code == "siting_villages_beyond":
            yield finding
            yield from _villages_beyond(instance, options, [int(v) for v in finding.rows])
        else:
            yield finding
    wanted = options.count or 0
    if plan.objective is None or not options.needs_count:
        return
    if wanted and existing_suffice(instance, options):
        yield Finding("siting_existing_suffice", (("count", wanted),))
    elif int(plan.units.sum()) - len(instance.existing) < wanted:
        idle = wanted - int(plan.units.sum()) + len(instance.existing)
        yield Finding("siting_further_sites_idle", (("idle", idle), ("count", wanted)))


def _villages_beyond(
    instance: TableInstance, options: TableOptions, villages: list[int]
) -> Iterator[Finding]:
    """Yield what share of its people each village without a plan can reach at most."""
    reach, allowed = instance.reach, np.ones(len(instance.site_id), dtype=bool)
    allowed[list(instance.forbidden)] = False
    keep = (reach.cost <= (options.limit or 0.0)) & allowed[reach.site]
    near = np.zeros(reach.n_demand, dtype=bool)
    near[reach.demand[keep]] = True
    for v in villages:
        inside = instance.village == v
        share = float(instance.people[inside & near].sum() / instance.people[inside].sum())
        params = (("village", instance.village_name[v]), ("share", share))
        yield Finding("siting_village_beyond", params)


def _by_ids(
    plan: SitingPlan, instance: TableInstance, options: TableOptions, notes: list[Finding]
) -> dict[str, Any]:
    """Return a plan with ids in the place of numbers, ready for JSON."""
    site_id, demand_id = instance.site_id, instance.demand_id
    result: dict[str, Any] = {
        "model": options.model,
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "unit": plan.unit,
        "sense": plan.sense,
        "includes_base": True,
        "method": plan.method,
        "seed": plan.seed,
        "limit": options.limit,
        "count": options.count,
        "is_replayable": plan.is_replayable,
        "sites": [site_id[j] for j in plan.sites],
        "new_sites": [site_id[j] for j in plan.new_sites],
        "existing": [site_id[j] for j in instance.existing],
        "assignment": _assignment(plan, instance),
        "unserved": [demand_id[i] for i in np.flatnonzero(plan.assignment < 0)],
        "findings": [{"code": finding.code, **dict(finding.params)} for finding in notes],
    }
    if options.model == "mexclp":
        result["units"] = {site_id[j]: int(n) for j, n in zip(plan.sites, plan.units, strict=True)}
    if options.model.startswith("capacitated"):
        load = np.bincount(plan.flow_site, plan.flow_people, minlength=len(site_id))
        short = np.maximum(instance.lower - load, 0.0)
        result["lower_loads"] = options.lower_loads
        result["loads"] = {site_id[j]: float(load[j]) for j in plan.sites}
        result["below_lower"] = {
            site_id[j]: float(short[j]) for j in plan.new_sites if short[j] > 1e-6
        }
    return result


def _assignment(plan: SitingPlan, instance: TableInstance) -> dict[str, Any]:
    """Return the site of each demand row, or the people by site where a row parts."""
    site_id, demand_id = instance.site_id, instance.demand_id
    by_demand: dict[str, Any] = {
        demand_id[i]: site_id[plan.assignment[i]] for i in np.flatnonzero(plan.assignment >= 0)
    }
    parts = np.bincount(plan.flow_demand, minlength=len(demand_id))
    for i in np.flatnonzero(parts > 1):
        here = plan.flow_demand == i
        flows = zip(plan.flow_site[here], plan.flow_people[here], strict=True)
        by_demand[demand_id[i]] = {site_id[j]: float(people) for j, people in flows}
    return by_demand


def _centres(levels: TwoLevelPlan, instance: TableInstance) -> dict[str, Any]:
    """Return the centres of a plan of two levels and the one that each station refers to."""
    centre_id = instance.centre_id
    return {
        "centres": [centre_id[k] for k in levels.centres],
        "refers_to": {
            instance.site_id[j]: centre_id[levels.centre_of[j]]
            for j in levels.plan.sites
            if levels.centre_of[j] >= 0
        },
    }
