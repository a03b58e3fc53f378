"""What the Lagrangian leaves open of a p-median, decided by branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.highs import Programme, Solved, add_site_rules, run_highs
from planning.solver.median.cuts import search_by_cuts
from planning.solver.median.model import MedianCore, cost_of, reduce_median
from planning.solver.median.search import (
    MedianDual,
    decide_sites,
    greedy_sites,
    lagrangian_bound,
    shake_sites,
    swap_sites,
)
from planning.solver.median.tree import fits_tree, grow, median_tree
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.plan import NO_INDICES, least_gain
from planning.solver.rules import keeps_site_rules
from planning.solver.stop import Clock

MOST_REDUCTIONS = 6

WORTH_BOUNDING_AGAIN = 0.1
"""Share of sites decided that makes another round of decisions worth its time."""

LARGEST_PROOF = 6_000
"""Most steps (distinct costs of all rows) handed to branch and bound: above it the first relaxation
alone takes longer than the tree on prices."""

LARGEST_PROOF_WITH_RULES = 200_000
"""The same where rules among sites leave no other way."""

PAIRS_A_STEP = 30
"""Pairs for each step above which steps are not even counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Distinct costs of each row in order: step s of row i costs `rise` more than the one before.

    A row pays step s unless a site of an earlier step is open; `last` steps may not be paid.
    """

    row: Indices
    is_first: Indices
    rise: Floats
    pair_step: Indices
    pair_site: Indices
    lowest: float


def _usable(core: MedianCore, dual: MedianDual, cutoff: float) -> tuple[Flags, Flags]:
    """Return the pairs and the bases that a plan of at most `cutoff` can use.

    Serving row i at a cost above its price raises the bound by the difference.
    """
    slack = max(cutoff - dual.bound, 0.0) + 1e-6 * abs(cutoff) / len(core.people)
    allowed = dual.price + slack
    row = np.repeat(np.arange(len(core.people)), np.diff(core.row_indptr))
    return core.people[row] * core.row_cost <= allowed[row], core.people * core.base <= allowed


def _steps(core: MedianCore, keep: Flags, has_base: Flags) -> Steps:
    """Return the distinct costs of each row among the pairs and bases that may be used."""
    row = np.repeat(np.arange(len(core.people)), np.diff(core.row_indptr))
    row, site, cost = row[keep], core.row_site[keep], core.row_cost[keep]
    row = np.concatenate([row, np.flatnonzero(has_base)])
    site = np.concatenate([site, np.full(int(has_base.sum()), -1)])
    cost = np.concatenate([cost, core.base[has_base]])
    order = np.lexsort((site, cost, row))
    row, site, cost = row[order], site[order], cost[order]
    is_new_row = np.concatenate([[True], row[1:] != row[:-1]])
    is_new = is_new_row | np.concatenate([[True], cost[1:] != cost[:-1]])
    step = np.cumsum(is_new) - 1
    step_row, step_cost = row[is_new], cost[is_new]
    starts_row = is_new_row[is_new]
    rise = np.diff(step_cost, prepend=0.0)
    rise[starts_row] = 0.0
    weight = core.people[step_row]
    lowest = float(weight[starts_row] @ step_cost[starts_row])
    return Steps(step_row, starts_row, rise * weight, step, site, lowest)


def median_programme(core: MedianCore, steps: Steps) -> Programme:
    """Return the p-median by steps (Cornuejols, Nemhauser and Wolsey 1980; Elloumi 2010).

    Columns: open sites, then for each step 1 when no site of the steps before it is open. The last
    step of a row must end it: one of its sites is open, unless the row's base is among the steps.
    """
    n_sites, n_steps = core.n_sites, len(steps.row)
    programme = Programme(
        np.concatenate([np.zeros(n_sites), steps.rise]),
        np.zeros(n_sites + n_steps),
        np.ones(n_sites + n_steps),
        np.arange(n_sites + n_steps) < n_sites,
    )
    programme.lower[n_sites:][steps.is_first] = 1.0
    is_site = steps.pair_site >= 0
    is_last = np.concatenate([steps.is_first[1:], [True]])
    ends_at_base = np.zeros(n_steps, dtype=bool)
    ends_at_base[steps.pair_step[~is_site]] = True
    # Row s: sites of step s + column of step s + 1 >= column of step s.
    goes_on = np.flatnonzero(~is_last)
    has_row = ~ends_at_base
    number = np.cumsum(has_row) - 1
    pair = is_site & has_row[steps.pair_step]
    goes_on = goes_on[has_row[goes_on]]
    own = np.flatnonzero(has_row)
    programme.add_rows(
        np.concatenate([number[steps.pair_step[pair]], number[goes_on], number[own]]),
        np.concatenate([steps.pair_site[pair], n_sites + goes_on + 1, n_sites + own]),
        np.concatenate([np.ones(int(pair.sum()) + len(goes_on)), -np.ones(len(own))]),
        lower=0.0, upper=np.inf, count=len(own),
    )  # fmt: skip
    return programme


def branch(
    core: MedianCore, dual: MedianDual, cutoff: float, chosen: Indices | None, clock: Clock
) -> Solved | None:
    """Return what branch and bound finds among plans of at most `cutoff`; None when too large."""
    largest = LARGEST_PROOF if core.rules.are_plain else LARGEST_PROOF_WITH_RULES
    usable, has_base = _usable(core, dual, cutoff)
    if usable.sum() > PAIRS_A_STEP * largest:
        return None
    steps = _steps(core, usable, has_base)
    if len(steps.row) > largest:
        return None
    programme = median_programme(core, steps)
    add_site_rules(
        programme, core.rules, np.ones(core.n_sites), float(core.count), np.arange(core.n_sites)
    )
    start = None if chosen is None else _start_values(core, steps, chosen)
    solved = run_highs(programme, clock, start=start, is_last=not core.rules.are_plain)
    offset = core.constant + steps.lowest
    return replace(solved, objective=solved.objective + offset, bound=solved.bound + offset)


def _start_values(core: MedianCore, steps: Steps, chosen: Indices) -> Floats | None:
    """Return the columns of a plan; None when a row would need a step that was cut."""
    is_open = np.zeros(core.n_sites + 1)
    is_open[chosen] = 1.0
    is_open[-1] = 1.0  # the base of a row, listed as site -1, is always open
    opens = np.zeros(len(steps.row))
    np.maximum.at(opens, steps.pair_step, is_open[steps.pair_site])
    reached = np.cumsum(opens)
    start_of_row = np.flatnonzero(steps.is_first)
    size = np.diff(np.append(start_of_row, len(steps.row)))
    before = np.repeat(reached[start_of_row] - opens[start_of_row], size)
    is_paid = (reached - opens - before == 0).astype(np.float64)
    last = start_of_row + size - 1
    if ((reached - before)[last] == 0).any():
        return None
    return np.concatenate([is_open[:-1], is_paid])


@dataclass(frozen=True, slots=True, eq=False)
class MedianAnswer:
    """Sites by their number in the problem, the bound, and whether the rules leave no plan."""

    sites: Indices
    bound: float
    method: str
    is_infeasible: bool


def best_median(
    core: MedianCore, step: float, clock: Clock, *, start: Indices, seed: int = 0
) -> MedianAnswer:
    """Return the best sites of a p-median core, with the bound and how both were found.

    The Lagrangian bound decides sites for good; what they leave is a smaller p-median with the
    decided sites as its base, bounded again, and in the end handed to branch and bound.
    """
    # Above what no site at all would cost, when the start breaks a rule: every plan is better.
    is_allowed = keeps_site_rules(core.rules, start)
    nothing = cost_of(core, NO_INDICES)
    cost = cost_of(core, start) if is_allowed else nothing + 1.0 + 1e-6 * nothing
    state = _Search(core, NO_INDICES, core.site[start], cost, -np.inf, is_allowed)
    price = np.zeros(int(core.row.max(initial=-1)) + 1)
    dual = _raise_bound(state, step, clock, None)
    if not state.is_proved(step):
        state.offer(shake_sites(core, numbers_of(core, state.best), seed, clock))
    for _ in range(MOST_REDUCTIONS):
        price[state.rest.row] = dual.price
        share = _reduce(state, dual, step)
        if share == 0.0 or state.is_proved(step) or clock.is_cut:
            break
        dual = _raise_bound(state, step, clock, price[state.rest.row])
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
    """One search: every plan better than `best` contains `fixed` and goes on in `rest`."""

    rest: MedianCore
    fixed: Indices
    best: Indices
    cost: float
    bound: float
    is_allowed: bool
    rounds: int = 0

    def cutoff(self, step: float) -> float:
        """Return the cost that a better plan may have at most."""
        return self.cost - least_gain(self.cost, step)

    def is_proved(self, step: float) -> bool:
        """Say whether no better plan is left."""
        return self.bound > self.cutoff(step)

    def offer(self, sites: Indices) -> None:
        """Take the plan of `fixed` and these sites of `rest` when it is better."""
        cost = cost_of(self.rest, sites)
        if cost < self.cost and keeps_site_rules(self.rest.rules, sites):
            self.cost, self.is_allowed = cost, True
            self.best = np.concatenate([self.fixed, self.rest.site[sites]])

    def raise_bound(self, bound: float) -> None:
        """Note a bound on the plans in `rest`; all others cost at least as much as `best`."""
        self.bound = max(self.bound, min(bound, self.cost))


def _raise_bound(state: _Search, step: float, clock: Clock, price: Floats | None) -> MedianDual:
    """Bound what is left and keep better sites that the bound suggests."""
    dual, sites = lagrangian_bound(state.rest, state.cost, step, clock, price=price)
    state.rounds += dual.rounds
    if len(sites) == state.rest.count:
        state.offer(swap_sites(state.rest, sites, clock)[0])
    state.raise_bound(dual.bound)
    return dual


def _reduce(state: _Search, dual: MedianDual, step: float) -> float:
    """Decide sites by their reduced costs; return the share that was decided."""
    rest, cutoff = state.rest, state.cutoff(step)
    is_in, is_out = decide_sites(rest, dual, cutoff)
    decided = int(is_in.sum() + is_out.sum())
    if decided == 0:
        return 0.0
    state.fixed = np.concatenate([state.fixed, rest.site[is_in]])
    state.rest = reduce_median(rest, is_in, is_out)
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
    for turn in ("tree", "cuts", "solver", "tree to the end"):
        if turn == "cuts":
            nodes += _search_by_cuts(state, step, clock)
            tree.state.cost = min(tree.state.cost, state.cost - rest.constant)
        elif turn == "solver":
            nodes += _branch_with_rules(state, dual, step, clock)
            tree.state.cost = min(tree.state.cost, state.cost - rest.constant)
        else:
            least = state.cost - state.cutoff(step)
            grow(tree, least, clock, is_last=turn == "tree to the end")
            if tree.sites is not None:
                state.offer(tree.sites)
            state.raise_bound(tree.lowest)
        if clock.is_cut or state.is_proved(step):
            break
    return nodes + tree.nodes


def _search_by_cuts(state: _Search, step: float, clock: Clock) -> int:
    """Close what is left by Benders cuts, where prices alone did not; return the nodes done."""
    rest = state.rest
    kept = np.setdiff1d(state.best, state.fixed)
    is_inside = len(kept) == rest.count and bool(np.isin(kept, rest.site).all())
    start = numbers_of(rest, kept) if is_inside else greedy_sites(rest)
    found = search_by_cuts(rest, start, state.cost, state.cost - state.cutoff(step), clock)
    if found is None:
        return 0
    if found.sites is not None:
        state.offer(found.sites)
    state.raise_bound(found.bound)
    return found.nodes


def _branch_with_rules(state: _Search, dual: MedianDual, step: float, clock: Clock) -> int:
    """Close what is left by a mixed-integer programme, which knows the rules among sites."""
    rest = state.rest
    kept = np.setdiff1d(state.best, state.fixed)
    is_inside = len(kept) == rest.count and bool(np.isin(kept, rest.site).all())
    chosen = numbers_of(rest, kept) if is_inside else None
    solved = branch(rest, dual, state.cutoff(step), chosen, clock)
    if solved is None:
        return 0
    if solved.is_infeasible:
        state.raise_bound(np.inf)
    elif solved.x is not None:
        state.offer(np.flatnonzero(solved.x[: rest.n_sites] > 0.5))
    if not solved.is_infeasible:
        state.raise_bound(solved.bound)
    return solved.nodes


def numbers_of(core: MedianCore, sites: Indices) -> Indices:
    """Return the numbers within the core of sites given by their numbers in the problem."""
    return np.searchsorted(core.site, np.sort(sites))
