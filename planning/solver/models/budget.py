"""Plans in yuan: most people for a budget, least cost for a share of the people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.errors import StudyError
from geo.errors import Finding
from planning.solver.cover.bound import lagrangian_bound
from planning.solver.cover.model import Choice, CoverCore, covers_of, prepare_cover
from planning.solver.cover.proof import best_choice, cover_programme, start_values
from planning.solver.cover.search import pick_more, start_greedy
from planning.solver.highs import run_highs
from planning.solver.pairs import Floats, Indices, read_only
from planning.solver.plan import (
    Answer,
    NoAnswer,
    Task,
    people_served,
    step_of,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.stop import Clock

SUBSIDY_YUAN = 20_000.0
"""Yearly running subsidy of a village clinic with fewer than two rural doctors (Shangyu)."""

LARGEST_PROOF = 400_000
"""Most pairs of a least-cost programme."""


def plan_costs(build_yuan: Floats, running_yuan: Floats, *, years: float) -> Floats:
    """Return what each option costs over the plan: building once, running every year.

    Parameters
    ----------
    build_yuan
        (n_sites,) cost of building or upgrading; 0 for keeping what stands.
    running_yuan
        (n_sites,) yearly running cost.
    years
        Years of the plan.

    Examples
    --------
    >>> plan_costs(np.array([300_000.0]), np.array([40_000.0]), years=5).tolist()
    [500000.0]
    """
    return np.asarray(build_yuan + years * running_yuan, dtype=np.float64)


def budget_cover(task: Task) -> Answer | NoAnswer:
    """Choose the options that cover most people within a budget.

    Raises
    ------
    StudyError
        When the budget is below the cheapest option, or an option is free.
    """
    problem, rules = task.problem, task.rules
    _require_costs(task, problem.budget)
    cover = prepare_cover(task.reach, problem.people, rules, 0)
    left = problem.budget - float(problem.cost[rules.required].sum())
    step = step_of(problem.people)
    proof, method = best_choice(_price(cover.core, problem.cost, left), step, task.clock)
    if not np.isfinite(proof.choice.worth):
        return NoAnswer(method, proof.is_infeasible)
    new_sites = task.with_required(np.flatnonzero(proof.choice.units))
    assignment, _ = task.assign(new_sites)
    objective = people_served(problem.people, assignment)
    return Answer(new_sites, objective, cover.base + proof.bound, method, assignment, step)


def cheapest_cover(task: Task) -> Answer | NoAnswer:
    """Choose the cheapest options that cover a share of the people; the objective is their cost.

    Raises
    ------
    StudyError
        When an option is free.
    """
    problem, rules = task.problem, task.rules
    _require_costs(task, None)
    lost = unreachable_rows(task.reach, rules)
    total = float(problem.people.sum())
    short = float(problem.people[lost].sum()) - (1 - problem.share) * total
    if (problem.share >= 1 and lost.any()) or short > 1e-9 * total:
        return NoAnswer("reach", findings=(unreachable_finding(task, lost),))
    # With a share of 1 rows without people count too: everybody weighs one more.
    people = problem.people + 1.0 if problem.share >= 1 else problem.people
    cover = prepare_cover(task.reach, people, rules, 0)
    core = _price(cover.core, problem.cost, np.inf)
    target = problem.share * float(people.sum()) - cover.base
    units, bound, method = _cheapest(core, target - 1e-9 * max(1.0, abs(target)), task.clock)
    if units is None:
        return NoAnswer(method, not np.isfinite(bound))
    new_sites = task.with_required(np.flatnonzero(units))
    bound += float(problem.cost[rules.required].sum())
    objective = float(problem.cost[new_sites].sum())
    assignment, _ = task.assign(new_sites)
    return Answer(new_sites, objective, bound, method, assignment, step_of(problem.cost))


def _require_costs(task: Task, budget: float | None) -> None:
    """Raise when an option costs nothing or the budget buys none."""
    cost, rules = task.problem.cost, task.rules
    findings = []
    sites = task.rest.candidates  # a required option may be free: it is not weighed
    candidates = cost[sites]
    free = sites[candidates <= 0]
    if len(free):
        rows = tuple(int(j) for j in free[:5])
        findings.append(Finding("siting_cost_zero", (("count", len(free)),), rows=rows))
    needed = float(cost[rules.required].sum())
    if budget is not None and len(candidates) and budget < max(float(candidates.min()), needed):
        cheapest = max(float(candidates.min()), needed)
        findings.append(
            Finding("siting_budget_too_small", (("budget", budget), ("cheapest", cheapest)))
        )
    if findings:
        raise StudyError(*findings)


def _price(core: CoverCore, cost: Floats, budget: float) -> CoverCore:
    """Return the core with yuan in the place of unit costs."""
    # Sites that may not be built keep a cost above 0, as ratios are taken of all.
    cost = np.where(core.rules.may_build, cost, 1.0)
    return replace(core, cost=read_only(cost, np.float64), budget=float(budget))


def _cheapest(core: CoverCore, target: float, clock: Clock) -> tuple[Indices | None, float, str]:
    """Return units, the bound on the cost, and the method; the greedy plan starts the branching."""
    units = _greedy_units(core, target, clock) if core.rules.are_plain else None
    bound = _least_cost(core, units, target, clock)
    method = "greedy, Lagrangian"
    if len(core.instance.site_row) > LARGEST_PROOF:
        return units, bound, method
    programme, column = cover_programme(core)
    sites = np.flatnonzero(column >= 0)
    worth = -programme.cost[len(sites) :]
    programme.cost[:] = 0.0
    programme.cost[: len(sites)] = core.cost[sites]
    programme.add_rows(
        np.zeros(len(worth), dtype=np.int64), len(sites) + np.arange(len(worth)), worth,
        lower=target, upper=np.inf, count=1,
    )  # fmt: skip
    start = None if units is None else start_values(core, units, column)
    solved = run_highs(programme, clock, start=start)
    method += f", branch and bound ({solved.nodes} nodes)"
    if solved.is_infeasible:
        return None, np.inf, method
    if solved.x is not None:
        found = np.zeros(core.instance.n_sites, dtype=np.int32)
        found[sites] = np.round(solved.x[: len(sites)])
        if units is None or core.cost @ found < core.cost @ units:
            units = found
    return units, max(bound, solved.bound), method


def _greedy_units(core: CoverCore, target: float, clock: Clock) -> Indices:
    """Return units that reach the target: greedy until it does, all sites when it was stopped."""
    state = start_greedy(core)
    covered, step = 0.0, max(1, core.instance.n_sites // 50)
    while covered < target:
        picks = pick_more(core, state, most=step, clock=clock)
        covered += float(picks.gain.sum())
        if len(picks.site) < step:
            break
    units = np.maximum(state.used, 0)
    if covered < target:
        units = core.rules.may_build.astype(units.dtype)
    return _drop_spare(core, units, target)


def _least_cost(core: CoverCore, units: Indices | None, target: float, clock: Clock) -> float:
    """Return a bound on the cost of covering `target` people, by the prices of one budget.

    For any prices no budget covers more than what they leave beside the sites plus the best sites
    that it pays, the last in part; the least budget for which that reaches the target is a bound.
    """
    if target <= 0:
        return 0.0
    sites = np.flatnonzero(core.rules.may_build)
    spent = float(core.cost[sites].sum() if units is None else core.cost @ units)
    nothing = np.zeros(core.instance.n_sites, dtype=np.int32)
    # A little below what the greedy plan costs: prices are sharpest at the budget they are made
    # for, and the least budget is near there.
    trial = replace(core, budget=0.97 * spent)
    dual, _ = lagrangian_bound(trial, Choice(nothing, target), 0.0, clock)
    order = sites[np.argsort(-dual.value[sites] / core.cost[sites], kind="stable")]
    spent_by = np.concatenate([[0.0], np.cumsum(core.cost[order])])
    worth = np.concatenate([[0.0], np.cumsum(dual.value[order])])
    beside = dual.bound - float(np.interp(trial.budget, spent_by, worth))
    return float(np.interp(target - beside, worth, spent_by)) * (1 - 1e-9)


def _drop_spare(core: CoverCore, units: Indices, target: float) -> Indices:
    """Take out sites that are not needed for the target, the dearest first."""
    units, instance = units.copy(), core.instance
    covers = covers_of(instance, units)
    spare = float(instance.people[covers > 0].sum()) - target
    for j in sorted(np.flatnonzero(units), key=lambda j: (-core.cost[j], j)):
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        lost = float(instance.people[rows[covers[rows] == 1]].sum())
        if lost <= spare:
            units[j] = 0
            covers[rows] -= 1
            spare -= lost
    return units
