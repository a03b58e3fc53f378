"""The p-centre: the largest cost of any row least, by set covers at growing limits."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.solver.models.fewest import cover_within_count
from planning.solver.pairs import Floats, Indices, nearest_open, within
from planning.solver.plan import (
    Answer,
    NoAnswer,
    Task,
    sites_that_may_stand,
    unreachable_finding,
    unreachable_rows,
)


def p_centre(task: Task) -> Answer | NoAnswer:
    """Choose the new sites that make the largest cost of any row least (Minieka 1970)."""
    lost = unreachable_rows(task.reach, task.rules)
    if lost.any():
        return NoAnswer("reach", findings=(unreachable_finding(task, lost),))
    sites, bound, n_covers = _search(task)
    method = f"set covers at {n_covers} limits"
    if sites is None:
        if np.isfinite(bound):
            return NoAnswer(method, is_infeasible=False)
        few = Finding("siting_count_too_small", (("count", task.problem.count),))
        return NoAnswer(method, findings=(few,))
    new_sites = task.with_required(sites)
    assignment, cost = task.assign(new_sites)
    return Answer(new_sites, float(cost.max(initial=0.0)), bound, method, assignment)


def _search(task: Task) -> tuple[Indices | None, float, int]:
    """Return sites, the bound on the largest cost, and how many limits were tried.

    Without sites the bound is infinite where no plan serves everybody.

    Binary search over the distinct costs: at each, is there a cover of `count` sites? Where that
    stays open, the search goes on above it and the bound stays below it.
    """
    costs = _limits(task)
    low, high, proved = 0, len(costs) - 1, 0
    best: Indices | None = None
    n_covers = 0
    is_first = True
    while low < high or is_first:
        # The largest limit first: it tells whether there is any plan at all.
        number = high if is_first else (low + high) // 2
        is_first = False
        n_covers += 1
        answer = cover_within_count(task, task.left, within(task.reach, float(costs[number])))
        if answer.sites is not None and len(answer.sites) <= task.left:
            best = answer.sites
            worst = task.assign(task.with_required(best))[1].max(initial=0.0)
            high = min(number, int(np.searchsorted(costs, worst)))
        elif best is None:
            no_plan = answer.bound > task.left
            return None, np.inf if no_plan else float(costs[number]), n_covers
        else:
            low = number + 1
            if answer.bound > task.left:
                proved = low
        if task.clock.is_cut:
            break
    return best, float(costs[min(proved, high)]), n_covers


def _limits(task: Task) -> Floats:
    """Return the distinct costs that the largest cost can take, ascending."""
    least = float(nearest_open(task.reach, sites_that_may_stand(task.rules))[1].max(initial=0.0))
    costs = np.unique(task.reach.cost.astype(np.float64))
    return costs[costs >= least]
