"""The p-median: everybody at an open site, people times cost least."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.solver.median.model import MedianCore, median_core
from planning.solver.median.proof import best_median, numbers_of
from planning.solver.median.search import greedy_sites, swap_sites
from planning.solver.models.fewest import cover_within_count
from planning.solver.pairs import Flags, Floats, Indices, keep_pairs, nearest_open
from planning.solver.plan import (
    NO_INDICES,
    Answer,
    NoAnswer,
    Task,
    step_of,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.problems import PMedian


def p_median(task: Task) -> Answer | NoAnswer:
    """Choose the new sites that make people times cost least (Hakimi 1964)."""
    problem, reach = task.problem, task.reach
    penalty, base = _bases(problem, nearest_open(reach, task.standing)[1])
    core = median_core(reach, problem.people, base, task.rest, task.left)
    must = (problem.people > 0) & (problem.unlisted_cost is None)
    start, why = _start(core, task, must)
    if why is not None:
        return NoAnswer("set cover", findings=(why,))
    step = _step(problem)
    found = best_median(core, step, task.clock, start=start, seed=task.seed)
    new_sites = task.with_required(found.sites)
    assignment, cost = task.assign(new_sites)
    if found.is_infeasible or (assignment[must] < 0).any():
        return NoAnswer(found.method, found.is_infeasible)
    assignment = np.where(cost <= penalty, assignment, -1)
    has_people = problem.people > 0
    objective = float(problem.people[has_people] @ np.minimum(cost, penalty)[has_people])
    return Answer(new_sites, objective, found.bound, found.method, assignment, step)


def _bases(problem: PMedian, near: Floats) -> tuple[Floats, Floats]:
    """Return the cost of being unlisted, and each row's cost when no new site opens.

    Where everybody must be served the base is a penalty above any plan's total cost.
    """
    people = problem.people
    if problem.unlisted_cost is not None:
        unlisted = np.broadcast_to(problem.unlisted_cost, len(people)).astype(np.float64)
        return unlisted, np.minimum(near, unlisted)
    worst = float(problem.reach.cost.max(initial=0.0)) * float(people.sum()) + 1.0
    penalty = worst / np.maximum(people, 1e-300)
    return penalty, np.where(np.isfinite(near), near, np.minimum(penalty, 1e300))


def _start(core: MedianCore, task: Task, must: Flags) -> tuple[Indices, Finding | None]:
    """Return sites of the core to start from, or why no plan serves everybody who must be."""
    lost = unreachable_rows(task.reach, task.rules) & must
    if lost.any():
        return NO_INDICES, unreachable_finding(task, lost)
    chosen, _ = swap_sites(core, greedy_sites(core), task.clock)
    if not must.any() or (task.assign(task.with_required(core.site[chosen]))[0][must] >= 0).all():
        return chosen, None
    cover = cover_within_count(
        task, core.count, keep_pairs(task.reach, must[task.reach.demand]), must
    )
    if cover.bound > core.count:
        needed = cover.bound + len(task.rules.required)
        params = (("count", task.problem.count), ("needed", needed))
        return NO_INDICES, Finding("siting_fewest_needed", params)
    if cover.sites is None or len(cover.sites) > core.count:
        return chosen, None
    covering = numbers_of(core, cover.sites)
    if not core.rules.are_plain:
        return covering, None
    others = np.setdiff1d(np.arange(core.n_sites), covering)[: core.count - len(covering)]
    return swap_sites(core, np.concatenate([covering, others]), task.clock)[0], None


def _step(problem: PMedian) -> float:
    """Return the least difference of two plans: whole people and whole costs make it whole."""
    costs = problem.reach.cost.astype(np.float64)
    if problem.unlisted_cost is not None:
        costs = np.concatenate([costs, np.atleast_1d(problem.unlisted_cost)])
    return step_of(problem.people) * step_of(costs)
