"""Maximal cover and p-median with lower and upper loads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.loads.model import LoadCore, LoadPlan, load_core
from planning.solver.loads.proof import LARGEST_PROOF, best_assignment, branched
from planning.solver.loads.search import (
    LoadDual,
    bound_and_plan,
    decided_pairs,
    searched_sites,
)
from planning.solver.loads.tree import LoadTree, grow, load_tree
from planning.solver.models.fewest import unreachable_finding, unreachable_rows
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    read_only,
    within,
)
from planning.solver.plan import Answer, infeasible_plan, plan_of, undecided_plan
from planning.solver.problems import (
    CapacitatedCover,
    CapacitatedMedian,
    SitingPlan,
    SolveLimits,
    step_of,
)
from planning.solver.rules import RuleArrays, compile_rules
from planning.solver.stop import Clock

LARGEST_TIMED_PROOF = 200_000
"""The same as `LARGEST_PROOF` where a clock stops the search."""

SMALL_PROOF = 8_000
"""Most open pairs that a general solver sees before the tree on prices."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadAnswer:
    """The best plan of a core, the bound on its profit and how both were found."""

    plan: LoadPlan
    bound: float
    method: str
    is_infeasible: bool = False


def solve_capacitated(
    problem: CapacitatedCover | CapacitatedMedian,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites and who is served where, loads kept.

    Parameters
    ----------
    problem
        A cover or a p-median with loads.
    seed
        Kept in the plan; the search draws no random numbers.
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
    is_cover = isinstance(problem, CapacitatedCover)
    name = "capacitated-cover" if is_cover else "capacitated-median"
    reach = problem.reach if problem.limit is None else within(problem.reach, problem.limit)
    rules = compile_rules(problem.rules, reach.n_sites, count=problem.count)
    found = None if is_cover else _cannot_serve(problem, reach, rules)
    if found is not None:
        return infeasible_plan(name, reach.n_demand, method="loads", seed=seed, findings=(found,))
    cost = problem.people[reach.demand]
    profit = cost if is_cover else -cost * reach.cost
    core = load_core(
        reach, profit, problem.people, rules, lower=problem.lower, upper=problem.upper,
        penalty=problem.lower_penalty, count=problem.count - len(rules.required),
        must_serve=not is_cover, is_divisible=problem.is_divisible,
    )  # fmt: skip
    step = _step(problem)
    answer = best_load_plan(core, step, clock)
    if not np.isfinite(answer.plan.profit):
        given: dict[str, Any] = {"method": answer.method, "seed": seed}
        if not answer.is_infeasible:
            return undecided_plan(name, reach.n_demand, is_cut=clock.is_cut, **given)
        found = Finding("siting_loads_leave_none")
        return infeasible_plan(name, reach.n_demand, findings=(found,), **given)
    return _plan(
        name, problem, reach, rules, core=core, answer=answer, is_cut=clock.is_cut, seed=seed
    )


def _step(problem: CapacitatedCover | CapacitatedMedian) -> float:
    """Return the least difference of two plans; 0 where shares or penalties may be fractions."""
    if problem.is_divisible or (problem.lower_penalty > 0 and np.isfinite(problem.lower_penalty)):
        return 0.0
    people = step_of(problem.people)
    if isinstance(problem, CapacitatedCover):
        return people
    return people * step_of(problem.reach.cost.astype(np.float64))


def _cannot_serve(
    problem: CapacitatedCover | CapacitatedMedian, reach: SparseReach, rules: RuleArrays
) -> Finding | None:
    """Return why not everybody can be served, where reach or room alone tell it."""
    lost = unreachable_rows(reach, rules) & (problem.people > 0)
    if lost.any():
        return unreachable_finding(problem.reach, problem.people, lost, rules)
    standing = np.union1d(rules.existing, rules.required)
    left = np.sort(problem.upper[np.setdiff1d(rules.candidates, standing)])[::-1]
    spare = problem.count - len(rules.required)
    room = float(problem.upper[standing].sum() + left[:spare].sum())
    total = float(problem.people.sum())
    if room < total * (1 - 1e-12):
        params = (("count", problem.count), ("room", room), ("people", total))
        return Finding("siting_room_short", params, people=total - room)
    return None


def best_load_plan(core: LoadCore, step: float, clock: Clock) -> LoadAnswer:
    """Return the best plan of a core: priced assignments, exchanges, then branch and bound."""
    dual, plan = bound_and_plan(core, step, clock)
    plan = searched_sites(core, dual, plan, clock)
    method = f"assignment prices ({dual.rounds} rounds), exchanges"
    target = _target(plan.profit, step)
    left = LoadAnswer(plan, max(plan.profit, dual.bound), method)
    if dual.bound < target or clock.is_cut:
        return left
    if not core.rules.are_plain or not np.isfinite(plan.profit):
        return _branched(core, dual, left, step, clock, is_last=True)
    tree = load_tree(core, dual, plan, step)
    for turn in ("tree", "solver", "tree to the end", "solver to the end"):
        if turn == "solver" and _open_pairs(core, dual, target) > SMALL_PROOF:
            continue
        if turn.startswith("tree"):
            left = _by_tree(tree, left, clock, is_last=turn == "tree to the end")
        else:
            left = _branched(core, dual, left, step, clock, is_last=turn == "solver to the end")
        if _is_proved(left, step) or clock.is_cut:
            break
    return left


def _is_proved(answer: LoadAnswer, step: float) -> bool:
    return answer.is_infeasible or answer.bound < _target(answer.plan.profit, step)


def _open_pairs(core: LoadCore, dual: LoadDual, target: float) -> int:
    return int(_decided(core, dual, target)[2].sum())


def _by_tree(tree: LoadTree, left: LoadAnswer, clock: Clock, *, is_last: bool) -> LoadAnswer:
    """Return the answer after branching on sites, with new prices at every node."""
    before = tree.n_done
    tree.best = left.plan
    grow(tree, clock, is_last=is_last)
    method = f"{left.method}, tree ({tree.n_done - before} nodes)"
    return LoadAnswer(tree.best, min(left.bound, tree.bound), method)


def _branched(
    core: LoadCore, dual: LoadDual, left: LoadAnswer, step: float, clock: Clock, *, is_last: bool
) -> LoadAnswer:
    """Return the answer after a general solver looked at the pairs that are still open."""
    plan = left.plan
    decided = _decided(core, dual, _target(plan.profit, step))
    n_open = int(decided[2].sum())
    if n_open > (LARGEST_PROOF if clock.limits.seconds is None else LARGEST_TIMED_PROOF):
        if (
            clock.limits.seconds is None
            and len(core.weight) * len(plan.open_sites) <= LARGEST_PROOF
        ):
            plan = best_assignment(core, plan, clock)
        return replace(left, plan=plan)
    found, solved = branched(core, decided, plan, clock, is_last=is_last)
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
    return profit + (step * (1 - 1e-6) if step > 0 else 1e-10 * abs(profit))


def _decided(core: LoadCore, dual: LoadDual, target: float) -> tuple[Flags, Flags, Flags]:
    if np.isfinite(target):
        return decided_pairs(core, dual, target)
    nothing = np.zeros(len(core.site), dtype=bool)
    return core.is_fixed, nothing, np.ones(len(core.profit), dtype=bool)


def _plan(
    name: str,
    problem: CapacitatedCover | CapacitatedMedian,
    reach: SparseReach,
    rules: RuleArrays,
    *,
    core: LoadCore,
    answer: LoadAnswer,
    is_cut: bool,
    seed: int,
) -> SitingPlan:
    """Return the plan with its flows; rows without people go to the nearest open site."""
    opened, flows = core.site[answer.plan.open_sites], answer.plan
    flow_demand, flow_site = core.row[flows.flow_row], core.site[flows.flow_site]
    assignment, _ = nearest_open(reach, opened)
    assignment[problem.people > 0] = -1
    order = np.argsort(flows.flow_people, kind="stable")
    assignment[flow_demand[order]] = flow_site[order]
    load = np.bincount(flow_site, flows.flow_people, minlength=reach.n_sites)
    new_sites = np.setdiff1d(opened, rules.existing)
    short = np.maximum(problem.lower - load, 0.0)[new_sites]
    penalty = problem.lower_penalty * float(short.sum()) if (short > 1e-6).any() else 0.0
    is_cover = isinstance(problem, CapacitatedCover)
    if is_cover:
        objective = float(flows.flow_people.sum()) - penalty
    else:
        cost = _pair_costs(reach, flow_site, flow_demand)
        objective = float(flows.flow_people @ cost) + penalty
    below = tuple(_below(int(j), float(load[j]), float(problem.lower[j])) for j in new_sites)
    bound = answer.bound if is_cover else -answer.bound
    plan = plan_of(
        name, Answer(new_sites, bound, answer.method, is_cut=is_cut,
               findings=tuple(found for found in below if found is not None)),
        existing=rules.existing, objective=objective, assignment=assignment, seed=seed,
        step=_step(problem), is_upper=is_cover,
    )  # fmt: skip
    by_demand = np.lexsort((flow_site, flow_demand))
    return replace(
        plan,
        flow_demand=read_only(flow_demand[by_demand], np.int32),
        flow_site=read_only(flow_site[by_demand], np.int32),
        flow_people=read_only(flows.flow_people[by_demand], np.float64),
    )


def _pair_costs(reach: SparseReach, site: Indices, demand: Indices) -> Floats:
    """Return the cost of listed pairs."""
    listed = reach.site.astype(np.int64) * reach.n_demand + reach.demand
    wanted = site.astype(np.int64) * reach.n_demand + demand
    return np.asarray(reach.cost[np.searchsorted(listed, wanted)], dtype=np.float64)


def _below(site: int, load: float, lower: float) -> Finding | None:
    """Return the note that a new site is below its lower load."""
    if lower - load <= 1e-6:
        return None
    params = (("load", load), ("lower", lower), ("short", lower - load))
    return Finding("siting_below_lower", params, rows=(site,))
