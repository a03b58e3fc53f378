"""The p-centre: the largest cost of any row least, by set covers at growing limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.models.fewest import (
    cover_within_count,
    sites_that_may_stand,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.pairs import Floats, Indices, SparseReach, nearest_open, within
from planning.solver.plan import Answer, infeasible_plan, plan_of, undecided_plan
from planning.solver.problems import PCentre, SitingPlan, SolveLimits
from planning.solver.rules import RuleArrays, compile_rules
from planning.solver.stop import Clock


def solve_centre(
    problem: PCentre,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites that make the largest cost of any row least.

    Parameters
    ----------
    problem
        Reach, count, limit and rules.
    seed
        Seed of the search.
    limits
        Rounds, nodes and seconds.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When the rules contradict each other.
    """
    clock = Clock(limits or SolveLimits(), progress)
    reach = problem.reach if problem.limit is None else within(problem.reach, problem.limit)
    rules = compile_rules(problem.rules, reach.n_sites, count=problem.count)
    lost = unreachable_rows(reach, rules)
    if lost.any():
        found = unreachable_finding(problem.reach, problem.people, lost, rules)
        return infeasible_plan(
            "p-centre", reach.n_demand, method="reach", seed=seed, findings=(found,)
        )
    sites, bound, n_covers = _search(reach, rules, problem.count, clock, seed)
    method = f"set covers at {n_covers} limits"
    if sites is None:
        given: dict[str, Any] = {"method": method, "seed": seed}
        if np.isfinite(bound):
            return undecided_plan("p-centre", reach.n_demand, is_cut=clock.is_cut, **given)
        found = Finding("siting_count_too_small", (("count", problem.count),))
        return infeasible_plan("p-centre", reach.n_demand, findings=(found,), **given)
    new_sites = np.concatenate([rules.required, sites])
    assignment, cost = nearest_open(reach, np.concatenate([rules.existing, new_sites]))
    return plan_of(
        "p-centre", Answer(new_sites, bound, method, is_cut=clock.is_cut),
        existing=rules.existing, objective=float(cost.max(initial=0.0)), assignment=assignment,
        seed=seed, step=0.0, is_upper=False,
    )  # fmt: skip


def _search(
    reach: SparseReach, rules: RuleArrays, count: int, clock: Clock, seed: int
) -> tuple[Indices | None, float, int]:
    """Return sites, the bound on the largest cost, and how many limits were tried.

    Without sites the bound is infinite where no plan serves everybody.

    Binary search over the distinct costs: at each, is there a cover of `count` sites? Where that
    stays open, the search goes on above it and the bound stays below it.
    """
    costs = _limits(reach, rules)
    low, high, proved = 0, len(costs) - 1, 0
    best: Indices | None = None
    n_covers = 0
    left = count - len(rules.required)
    is_first = True
    while low < high or is_first:
        # The largest limit first: it tells whether there is any plan at all.
        tried = high if is_first else (low + high) // 2
        is_first = False
        n_covers += 1
        cover = within(reach, float(costs[tried]))
        answer = cover_within_count(cover, rules, left, clock=clock, seed=seed)
        if answer.sites is not None and len(answer.sites) <= left:
            best = answer.sites
            opened = np.concatenate([rules.existing, rules.required, best])
            worst = nearest_open(reach, opened)[1].max(initial=0.0)
            high = min(tried, int(np.searchsorted(costs, worst)))
        elif best is None:
            return None, np.inf if answer.bound > left else float(costs[tried]), n_covers
        else:
            low = tried + 1
            if answer.bound > left:
                proved = low
        if clock.is_cut:
            break
    return best, float(costs[min(proved, high)]), n_covers


def _limits(reach: SparseReach, rules: RuleArrays) -> Floats:
    """Return the distinct costs that the largest cost can take, ascending."""
    least = float(nearest_open(reach, sites_that_may_stand(rules))[1].max(initial=0.0))
    costs = np.unique(reach.cost.astype(np.float64))
    return costs[costs >= least]
