"""Maximal cover and p-median with lower and upper loads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geo.errors import Finding
from planning.solver.loads.bound import LoadDual, bound_and_plan, decide_pairs
from planning.solver.loads.model import LoadCore, LoadPlan, load_core
from planning.solver.loads.proof import LARGEST_PROOF, best_assignment, branch
from planning.solver.loads.search import exchange_sites
from planning.solver.loads.tree import LoadTree, grow, load_tree
from planning.solver.pairs import Flags, Floats, SparseReach
from planning.solver.plan import (
    Answer,
    Flows,
    NoAnswer,
    Task,
    least_gain,
    step_of,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.problems import CapacitatedCover, CapacitatedMedian
from planning.solver.stop import Clock

LARGEST_TIMED_PROOF = 200_000
"""The same as `LARGEST_PROOF` where a clock stops the search."""

SMALL_PROOF, SMALL_EXACT_PROOF = 8_000, 1_000
"""Most open pairs that a general solver sees before the tree on prices has used its time; fewer
where that tree fills knapsacks exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadAnswer:
    """The best plan of a core, the bound on its profit and how both were found."""

    plan: LoadPlan
    bound: float
    method: str
    is_infeasible: bool = False


def capacitated(task: Task) -> Answer | NoAnswer:
    """Choose the new sites and who is served where, loads kept."""
    problem, reach, rules = task.problem, task.reach, task.rules
    is_cover = isinstance(problem, CapacitatedCover)
    short = None if is_cover else _cannot_serve(task)
    if short is not None:
        return NoAnswer("loads", findings=(short,))
    people = problem.people[reach.demand]
    core = load_core(
        reach, people if is_cover else -people * reach.cost, problem.people, rules,
        lower=problem.lower, upper=problem.upper, penalty=problem.lower_penalty, count=task.left,
        must_serve=not is_cover, is_divisible=problem.is_divisible,
    )  # fmt: skip
    answer = best_load_plan(core, _step(problem), task.clock)
    if not np.isfinite(answer.plan.profit):
        none = (Finding("siting_loads_leave_none"),) if answer.is_infeasible else ()
        return NoAnswer(answer.method, answer.is_infeasible, none)
    return _count(task, core, answer)


def _step(problem: CapacitatedCover | CapacitatedMedian) -> float:
    """Return the least difference of two plans; 0 where shares or penalties may be fractions."""
    if problem.is_divisible or (problem.lower_penalty > 0 and np.isfinite(problem.lower_penalty)):
        return 0.0
    people = step_of(problem.people)
    if isinstance(problem, CapacitatedCover):
        return people
    return people * step_of(problem.reach.cost.astype(np.float64))


def _cannot_serve(task: Task) -> Finding | None:
    """Return why not everybody can be served, where reach or room alone tell it."""
    problem, rules = task.problem, task.rules
    lost = unreachable_rows(task.reach, rules) & (problem.people > 0)
    if lost.any():
        return unreachable_finding(task, lost)
    left = np.sort(problem.upper[np.setdiff1d(rules.candidates, task.standing)])[::-1]
    room = float(problem.upper[task.standing].sum() + left[: task.left].sum())
    total = float(problem.people.sum())
    if room < total * (1 - 1e-12):
        params = (("count", problem.count), ("room", room), ("people", total))
        return Finding("siting_room_short", params, people=total - room)
    return None


def best_load_plan(core: LoadCore, step: float, clock: Clock) -> LoadAnswer:
    """Return the best plan of a core: priced assignments, exchanges, then branch and bound."""
    dual, plan = bound_and_plan(core, step, clock)
    plan = exchange_sites(core, dual.value, plan, clock)
    method = f"assignment prices ({dual.rounds} rounds), exchanges"
    target = _target(plan.profit, step)
    left = LoadAnswer(plan, max(plan.profit, dual.bound), method)
    if dual.bound < target or clock.is_cut:
        return left
    if not core.rules.are_plain or not np.isfinite(plan.profit):
        return _branch(core, dual, left, step, clock, is_last=True)
    tree = load_tree(core, dual, plan, step)
    for turn in ("tree", "solver", "tree to the end", "solver to the end"):
        largest = SMALL_EXACT_PROOF if len(core.units) else SMALL_PROOF
        if turn == "solver" and _open_pairs(core, dual, target) > largest:
            continue
        if turn.startswith("tree"):
            left = _by_tree(tree, left, clock, is_last=turn == "tree to the end")
        else:
            left = _branch(core, dual, left, step, clock, is_last=turn == "solver to the end")
        if _is_proved(left, step) or clock.is_cut:
            break
    return left


def _is_proved(answer: LoadAnswer, step: float) -> bool:
    return answer.is_infeasible or answer.bound < _target(answer.plan.profit, step)


def _open_pairs(core: LoadCore, dual: LoadDual, target: float) -> int:
    return int(_decide(core, dual, target)[2].sum())


def _by_tree(tree: LoadTree, left: LoadAnswer, clock: Clock, *, is_last: bool) -> LoadAnswer:
    """Return the answer after branching on sites, with new prices at every node."""
    before = tree.n_done
    tree.best = left.plan
    grow(tree, clock, is_last=is_last)
    method = f"{left.method}, tree ({tree.n_done - before} nodes)"
    return LoadAnswer(tree.best, min(left.bound, tree.bound), method)


def _branch(
    core: LoadCore, dual: LoadDual, left: LoadAnswer, step: float, clock: Clock, *, is_last: bool
) -> LoadAnswer:
    """Return the answer after a general solver looked at the pairs that are still open."""
    plan = left.plan
    decided = _decide(core, dual, _target(plan.profit, step))
    n_open = int(decided[2].sum())
    if n_open > (LARGEST_PROOF if clock.limits.seconds is None else LARGEST_TIMED_PROOF):
        if (
            clock.limits.seconds is None
            and len(core.weight) * len(plan.open_sites) <= LARGEST_PROOF
        ):
            plan = best_assignment(core, plan, clock)
        return replace(left, plan=plan)
    found, solved = branch(core, decided, plan, clock, is_last=is_last)
    method = f"{left.method}, branch and bound ({n_open} pairs, {solved.nodes} nodes)"
    if solved.is_infeasible:
        return LoadAnswer(plan, plan.profit, method, not np.isfinite(plan.profit))
    if found is not None and found.profit > plan.profit:
        plan = found
    bound = min(left.bound, max(plan.profit, -solved.bound))
    if solved.is_optimal and found is not None:
        bound = min(bound, max(plan.profit, found.profit))
    return LoadAnswer(plan, bound, method)


def _target(profit: float, step: float) -> float:
    """Return the profit that a better plan must reach."""
    if not np.isfinite(profit):
        return -np.inf
    return profit + least_gain(profit, step)


def _decide(core: LoadCore, dual: LoadDual, target: float) -> tuple[Flags, Flags, Flags]:
    if np.isfinite(target):
        return decide_pairs(core, dual, target)
    nothing = np.zeros(len(core.site), dtype=bool)
    return core.is_fixed, nothing, np.ones(len(core.profit), dtype=bool)


def _count(task: Task, core: LoadCore, answer: LoadAnswer) -> Answer:
    """Return the answer counted from its flows; rows without people go to the nearest site."""
    problem, plan = task.problem, answer.plan
    flows = Flows(core.row[plan.flow_row], core.site[plan.flow_site], plan.flow_people)
    new_sites = np.setdiff1d(core.site[plan.open_sites], task.rules.existing)
    assignment, _ = task.assign(new_sites)
    assignment[problem.people > 0] = -1
    order = np.argsort(flows.people, kind="stable")  # the site with most of a row comes last
    assignment[flows.demand[order]] = flows.site[order]
    load = np.bincount(flows.site, flows.people, minlength=task.reach.n_sites)
    short = np.maximum(problem.lower - load, 0.0)[new_sites]
    penalty = problem.lower_penalty * float(short.sum()) if (short > 1e-6).any() else 0.0
    is_cover = isinstance(problem, CapacitatedCover)
    if is_cover:
        objective = float(flows.people.sum()) - penalty
    else:
        objective = float(flows.people @ _pair_costs(task.reach, flows)) + penalty
    below = [_below(int(j), float(load[j]), float(problem.lower[j])) for j in new_sites]
    return Answer(
        new_sites, objective, answer.bound if is_cover else -answer.bound, answer.method,
        assignment, _step(problem), findings=tuple(note for note in below if note is not None),
        flows=flows,
    )  # fmt: skip


def _pair_costs(reach: SparseReach, flows: Flows) -> Floats:
    """Return the cost of listed pairs."""
    listed = reach.site.astype(np.int64) * reach.n_demand + reach.demand
    wanted = flows.site.astype(np.int64) * reach.n_demand + flows.demand
    return np.asarray(reach.cost[np.searchsorted(listed, wanted)], dtype=np.float64)


def _below(site: int, load: float, lower: float) -> Finding | None:
    """Return the note that a new site is below its lower load."""
    if lower - load <= 1e-6:
        return None
    params = (("load", load), ("lower", lower), ("short", lower - load))
    return Finding("siting_below_lower", params, rows=(site,))
