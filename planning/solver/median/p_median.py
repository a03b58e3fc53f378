"""The p-median: everybody at an open site, people times cost least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.cover.maximal import no_plan
from planning.solver.median.model import MedianCore, cost_of, median_core, reduced_median
from planning.solver.median.proof import median_by_branching
from planning.solver.median.search import (
    MedianDual,
    decided_sites,
    greedy_sites,
    median_lagrangian,
    shaken,
    swapped,
)
from planning.solver.median.tree import fits_tree, grow, median_tree
from planning.solver.models.fewest import (
    cover_within_count,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    keep_pairs,
    nearest_open,
    within,
)
from planning.solver.plan import Answer, infeasible_plan, plan_of
from planning.solver.problems import PMedian, SitingPlan, SolveLimits, step_of
from planning.solver.rules import RuleArrays, after_required, compile_rules, keeps_site_rules
from planning.solver.stop import Clock

MOST_REDUCTIONS = 6

WORTH_BOUNDING_AGAIN = 0.1
"""Share of sites decided that makes another round of decisions worth its time."""

_NONE: Indices = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class MedianAnswer:
    """Sites by their number in the problem, the bound, and whether the rules leave no plan."""

    chosen: Indices
    bound: float
    method: str
    is_infeasible: bool


def solve_median(
    problem: PMedian,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites that make people times cost least.

    Parameters
    ----------
    problem
        Reach, people, count, limit, cost of those without a listed site, and rules.
    seed
        Seed of the random restarts.
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
    rest = after_required(rules)
    standing = np.concatenate([rules.existing, rules.required])
    _, near = nearest_open(reach, standing)
    penalty, base = _bases(problem, near)
    core = median_core(reach, problem.people, base, rest, problem.count - len(rules.required))
    must = (problem.people > 0) & (problem.unlisted_cost is None)
    start, why = _start(core, reach, rules, must, problem, clock=clock, seed=seed)
    if why is not None:
        return infeasible_plan(
            "p-median", reach.n_demand, method="set cover", seed=seed, findings=(why,)
        )
    step = _step(problem)
    found = best_median(core, step, clock, start=start, seed=seed)
    assignment, cost = nearest_open(reach, np.concatenate([standing, found.chosen]))
    if found.is_infeasible or (assignment[must] < 0).any():
        return no_plan(
            "p-median", reach.n_demand, is_infeasible=found.is_infeasible, is_cut=clock.is_cut,
            method=found.method, seed=seed,
        )  # fmt: skip
    assignment = np.where(cost <= penalty, assignment, -1)
    served = np.minimum(cost, penalty)
    has_people = problem.people > 0
    objective = float(problem.people[has_people] @ served[has_people])
    answer = Answer(
        np.concatenate([rules.required, found.chosen]), found.bound, found.method,
        is_cut=clock.is_cut,
    )  # fmt: skip
    return plan_of(
        "p-median", answer, existing=rules.existing, objective=objective, assignment=assignment,
        seed=seed, step=step, is_upper=False,
    )  # fmt: skip


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


def _start(
    core: MedianCore,
    reach: SparseReach,
    rules: RuleArrays,
    must: Flags,
    problem: PMedian,
    *,
    clock: Clock,
    seed: int,
) -> tuple[Indices, Finding | None]:
    """Return sites of the core to start from, or why no plan serves everybody who must be."""
    lost = unreachable_rows(reach, rules) & must
    if lost.any():
        return _NONE, unreachable_finding(problem.reach, problem.people, lost, rules)
    chosen, _ = swapped(core, greedy_sites(core), clock)
    standing = np.concatenate([rules.existing, rules.required])
    opened = np.concatenate([standing, core.site[chosen]])
    if not must.any() or (nearest_open(reach, opened)[0][must] >= 0).all():
        return chosen, None
    cover = cover_within_count(
        keep_pairs(reach, must[reach.demand]), rules, core.count, must, clock=clock, seed=seed
    )
    if cover.bound > core.count:
        params = (("count", problem.count), ("needed", cover.bound + len(rules.required)))
        return _NONE, Finding("siting_fewest_needed", params)
    if cover.sites is None or len(cover.sites) > core.count:
        return chosen, None
    covering = _numbers_of(core, cover.sites)
    if not core.rules.are_plain:
        return covering, None
    others = np.setdiff1d(np.arange(core.n_sites), covering)[: core.count - len(covering)]
    return swapped(core, np.concatenate([covering, others]), clock)[0], None


def _step(problem: PMedian) -> float:
    """Return the least difference of two plans: whole people and whole costs make it whole."""
    costs = problem.reach.cost.astype(np.float64)
    if problem.unlisted_cost is not None:
        costs = np.concatenate([costs, np.atleast_1d(problem.unlisted_cost)])
    return step_of(problem.people) * step_of(costs)


def best_median(
    core: MedianCore, step: float, clock: Clock, *, start: Indices, seed: int = 0
) -> MedianAnswer:
    """Return the best sites of a p-median core, with the bound and how both were found.

    The Lagrangian bound decides sites for good; what they leave is a smaller p-median with the
    decided sites as its base, bounded again, and in the end handed to branch and bound.
    """
    # Above what no site at all would cost, when the start breaks a rule: every plan is better.
    is_allowed = keeps_site_rules(core.rules, start)
    nothing = cost_of(core, _NONE)
    cost = cost_of(core, start) if is_allowed else nothing + 1.0 + 1e-6 * nothing
    state = _Search(core, _NONE, core.site[start], cost, -np.inf, is_allowed)
    price = np.zeros(int(core.row.max(initial=-1)) + 1)
    dual = _bounded(state, step, clock, None)
    if not state.is_proved(step):
        state.offer(shaken(core, _numbers_of(core, state.best), seed, clock))
    for _ in range(MOST_REDUCTIONS):
        price[state.rest.row] = dual.price
        share = _reduce(state, dual, step)
        if share == 0.0 or state.is_proved(step) or clock.is_cut:
            break
        dual = _bounded(state, step, clock, price[state.rest.row])
        if share < WORTH_BOUNDING_AGAIN:
            break
    method = f"greedy, swap, Lagrangian ({state.rounds} rounds)"
    if not state.is_proved(step) and not clock.is_cut:
        nodes = _branch(state, dual, step, clock)
        method += f", fixing, branch and bound ({nodes} nodes)"
    return MedianAnswer(
        np.sort(state.best), state.bound, method, state.is_proved(step) and not state.is_allowed
    )


@dataclass(slots=True, eq=False)
class _Search:
    """One search: every plan better than `best` contains `taken` and goes on in `rest`."""

    rest: MedianCore
    taken: Indices
    best: Indices
    cost: float
    bound: float
    is_allowed: bool
    rounds: int = 0

    def cutoff(self, step: float) -> float:
        """Return the cost that a better plan may have at most."""
        return self.cost - step * (1 - 1e-6) if step > 0 else self.cost * (1 - 1e-10)

    def is_proved(self, step: float) -> bool:
        """Say whether no better plan is left."""
        return self.bound > self.cutoff(step)

    def offer(self, sites: Indices) -> None:
        """Take the plan of `taken` and these sites of `rest` when it is better."""
        cost = cost_of(self.rest, sites)
        if cost < self.cost and keeps_site_rules(self.rest.rules, sites):
            self.cost, self.is_allowed = cost, True
            self.best = np.concatenate([self.taken, self.rest.site[sites]])

    def raise_bound(self, bound: float) -> None:
        """Note a bound on the plans in `rest`; all others cost at least as much as `best`."""
        self.bound = max(self.bound, min(bound, self.cost))


def _bounded(state: _Search, step: float, clock: Clock, price: Floats | None) -> MedianDual:
    """Bound what is left and keep better sites that the bound suggests."""
    dual, met = median_lagrangian(state.rest, state.cost, step, clock, price=price)
    state.rounds += dual.rounds
    if len(met) == state.rest.count:
        state.offer(swapped(state.rest, met, clock)[0])
    state.raise_bound(dual.bound)
    return dual


def _reduce(state: _Search, dual: MedianDual, step: float) -> float:
    """Decide sites by their reduced costs; return the share that was decided."""
    rest, cutoff = state.rest, state.cutoff(step)
    is_in, is_out = decided_sites(rest, dual, cutoff)
    decided = int(is_in.sum() + is_out.sum())
    if decided == 0:
        return 0.0
    state.taken = np.concatenate([state.taken, rest.site[is_in]])
    state.rest = reduced_median(rest, is_in, is_out)
    rest_is_plain = state.rest.rules.are_plain
    if state.rest.count == 0 or (rest_is_plain and state.rest.n_sites <= state.rest.count):
        state.offer(np.arange(min(state.rest.n_sites, state.rest.count)))
        state.raise_bound(np.inf)
    return decided / rest.n_sites


def _branch(state: _Search, dual: MedianDual, step: float, clock: Clock) -> int:
    """Close what is left: a tree on prices, then a general solver, then the tree to its limits."""
    rest, nodes = state.rest, 0
    if not fits_tree(rest):
        return _branch_with_rules(state, dual, step, clock)
    tree = median_tree(rest, dual, state.cost)
    for turn in ("tree", "solver", "tree to the end"):
        if turn == "solver":
            nodes += _branch_with_rules(state, dual, step, clock)
            tree.state[1] = min(tree.state[1], state.cost - rest.constant)
        else:
            least = state.cost - state.cutoff(step)
            grow(tree, least, clock, is_last=turn == "tree to the end")
            if tree.sites is not None:
                state.offer(tree.sites)
            state.raise_bound(tree.lowest)
        if clock.is_cut or state.is_proved(step):
            break
    return nodes + tree.nodes


def _branch_with_rules(state: _Search, dual: MedianDual, step: float, clock: Clock) -> int:
    """Close what is left by a mixed-integer programme, which knows the rules among sites."""
    rest = state.rest
    kept = np.setdiff1d(state.best, state.taken)
    is_inside = len(kept) == rest.count and bool(np.isin(kept, rest.site).all())
    chosen = _numbers_of(rest, kept) if is_inside else None
    solved = median_by_branching(rest, dual, state.cutoff(step), chosen, clock)
    if solved is None:
        return 0
    if solved.is_infeasible:
        state.raise_bound(np.inf)
    elif solved.x is not None:
        state.offer(np.flatnonzero(solved.x[: rest.n_sites] > 0.5))
    if not solved.is_infeasible:
        state.raise_bound(solved.bound)
    return solved.nodes


def _numbers_of(core: MedianCore, sites: Indices) -> Indices:
    """Return the numbers within the core of sites given by their numbers in the problem."""
    return np.searchsorted(core.site, np.sort(sites))
