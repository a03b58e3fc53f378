"""Search and bound of the p-median: greedy, swaps, Lagrangian prices, sites decided by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planning.solver.median import kernels
from planning.solver.median.model import MedianCore, cost_of
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.plan import least_gain
from planning.solver.stop import Clock

PATIENCE = 30
"""Rounds without a better bound before the step is cut."""

PAIRS_A_CHUNK = 60_000_000
"""Pairs walked between two looks at the clock, about 0.3 s."""

ROUNDS_A_POLISH = 60
"""Rounds of the bound between two swap searches from the sites that it opens."""

MOVES_A_CHUNK = 20

MOST_SHAKES = 30

SHAKE_PAIRS = 20_000_000
"""Pairs over all random restarts of the swap search."""


@dataclass(frozen=True, slots=True, eq=False)
class MedianDual:
    """Best bound, the prices that prove it and the sites' reduced costs (zero or less)."""

    bound: float
    price: Floats
    reduced: Floats
    rounds: int


def greedy_sites(core: MedianCore) -> Indices:
    """Return `count` sites picked by largest saving; ties go to the lowest."""
    picked = np.zeros(core.count, dtype=np.int32)
    nothing = np.zeros(0, dtype=np.int64)
    done = kernels.median_greedy(
        by_site(core), core.people, _rules_of(core, nothing), np.array(core.base), picked
    )
    return picked[:done]


def swap_sites(core: MedianCore, chosen: Indices, clock: Clock) -> tuple[Indices, float]:
    """Replace one site at a time while that lowers the cost; return the sites and the cost."""
    chosen = np.array(chosen, dtype=np.int32)
    rules = _rules_of(core, chosen)
    moves, cost = 0, cost_of(core, chosen)
    while len(chosen) and clock.goes_on("swap", moves, clock.limits.rounds):
        done, _ = kernels.median_swap(
            by_row(core), core.people, core.base, rules, chosen, MOVES_A_CHUNK,
            1e-9 * max(1.0, cost),
        )  # fmt: skip
        moves += done
        if done < MOVES_A_CHUNK or moves >= clock.limits.rounds:
            break
    return np.sort(chosen), cost_of(core, chosen)


def lagrangian_bound(
    core: MedianCore, best_cost: float, step: float, clock: Clock, *, price: Floats | None = None
) -> tuple[MedianDual, Indices]:
    """Raise the bound until it meets `best_cost`, the rounds end or the clock stops.

    Returns
    -------
    tuple
        The dual, and the best sites met on the way (empty when none beat `best_cost`).
    """
    price = _first_price(core) if price is None else np.minimum(price, core.people * core.base)
    prices = kernels.Prices(
        price, np.zeros(len(price)), price.copy(), np.zeros(core.n_sites),
        np.full(core.count, -1, dtype=np.int64),
    )  # fmt: skip
    state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    state.bound, state.cost, state.factor = -1e300, best_cost - core.constant, 1.2
    state.least_gap = least_gain(max(1.0, best_cost), step)
    chunk = max(1, PAIRS_A_CHUNK // (len(core.row_site) + core.n_sites + len(price) + 1))
    seen: set[bytes] = set()
    # One round even after a stop: a plan never comes without a bound.
    while not state.is_done and (
        clock.goes_on("bound", int(state.rounds), clock.limits.rounds) or state.rounds == 0
    ):
        left = clock.limits.rounds - int(state.rounds)
        if left <= 0:
            break
        to_polish = ROUNDS_A_POLISH - int(state.rounds) % ROUNDS_A_POLISH
        kernels.median_rounds(
            by_row(core), by_site(core), core.people, core.base, core.count, PATIENCE,
            1 if clock.is_cut else min(chunk, left, to_polish), prices, state,
        )  # fmt: skip
        if state.rounds % ROUNDS_A_POLISH == 0 and not state.is_done:
            _polish(core, prices, state, seen=seen, clock=clock)
    found = prices.sites[prices.sites >= 0].astype(np.int32)
    bound = core.constant + float(state.bound)
    return MedianDual(bound, prices.best, prices.reduced, int(state.rounds)), found


def _polish(
    core: MedianCore, prices: kernels.Prices, state: Any, *, seen: set[bytes], clock: Clock
) -> None:
    """Swap from the sites that the best bound opens; keep them when they beat the best cost."""
    top = np.sort(np.argsort(prices.reduced, kind="stable")[: core.count]).astype(np.int32)
    if top.tobytes() in seen or not core.rules.are_plain:
        return
    seen.add(top.tobytes())
    chosen, cost = swap_sites(core, top, clock)
    if cost - core.constant < state.cost:
        state.cost = cost - core.constant
        prices.sites[:] = chosen


def _first_price(core: MedianCore) -> Floats:
    """Return as the price of each row its people times the cost of its second open greedy site."""
    is_open = np.zeros(core.n_sites, dtype=bool)
    is_open[greedy_sites(core)] = True
    row = np.repeat(np.arange(len(core.people)), np.diff(core.row_indptr))
    open_pair = np.flatnonzero(is_open[core.row_site])
    rank = np.arange(len(open_pair)) - np.searchsorted(row[open_pair], row[open_pair])
    second = open_pair[rank == 1]
    cost = np.array(core.base)
    cost[row[second]] = core.row_cost[second]
    last = core.row_cost[core.row_indptr[1:] - 1]
    return np.asarray(core.people * np.minimum(cost, 1.5 * last), dtype=np.float64)


def decide_sites(core: MedianCore, dual: MedianDual, cutoff: float) -> tuple[Flags, Flags]:
    """Return the sites that every plan of at most `cutoff` opens, and those that none opens.

    Reduced-cost fixing as in `kernels._decide`, at the best prices of the bound.
    """
    order = np.argsort(dual.reduced, kind="stable")
    is_top = np.zeros(core.n_sites, dtype=bool)
    is_top[order[: core.count]] = True
    last_in = dual.reduced[order[core.count - 1]] if core.count else 0.0
    first_out = dual.reduced[order[core.count]] if core.count < core.n_sites else 0.0
    is_in = is_top & (dual.bound - dual.reduced + first_out > cutoff)
    is_out = ~is_top & (dual.bound + dual.reduced - last_in > cutoff)
    return is_in, is_out


def shake_sites(core: MedianCore, chosen: Indices, seed: int, clock: Clock) -> Indices:
    """Replace some sites at random and swap again, several times; return the best sites met.

    Swaps alone stop where no single replacement helps. The work is bounded: large problems are left
    as they are.
    """
    tries = min(MOST_SHAKES, SHAKE_PAIRS // (len(core.row_site) + 1))
    rng = np.random.default_rng(seed)
    best, best_cost = chosen, cost_of(core, chosen)
    closed = core.n_sites - core.count
    if not core.rules.are_plain or closed < 2 or core.count < 2:
        return best
    moved = max(2, min(core.count // 8, closed))
    for _ in range(tries):
        if not clock.goes_on("shake", 0, tries):
            break
        outside = np.setdiff1d(np.arange(core.n_sites), best)
        kept = rng.permutation(best)[: core.count - moved]
        added = rng.choice(outside, min(moved, len(outside)), replace=False)
        trial, cost = swap_sites(core, np.concatenate([kept, added]), clock)
        if cost < best_cost * (1 - 1e-12) and len(trial) == core.count:
            best, best_cost = trial, cost
    return best


def by_row(core: MedianCore) -> kernels.ByRow:
    """Return the pairs by row as the kernels take them."""
    return kernels.ByRow(core.row_indptr, core.row_site, core.row_cost)


def by_site(core: MedianCore) -> kernels.BySite:
    """Return the pairs by site as the kernels take them."""
    return kernels.BySite(core.site_indptr, core.site_row, core.site_cost)


def _rules_of(core: MedianCore, chosen: Indices) -> kernels.SiteRules:
    """Return the rules as the kernels take them, counts by zone being those of some sites."""
    rules = core.rules
    count = np.bincount(rules.zone[chosen], minlength=len(rules.zone_most)).astype(np.int64)
    return kernels.SiteRules(
        rules.conflict_indptr, rules.conflict_site, rules.zone, rules.zone_least,
        np.array(rules.zone_most - count), count,
    )  # fmt: skip
