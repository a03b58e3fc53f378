"""The Lagrangian bound of a cover problem and what it decides for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.cover import kernels
from planning.solver.cover.model import Choice, CoverCore, worth_of
from planning.solver.cover.search import swap_sites, worth_arrays
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.plan import least_gain
from planning.solver.stop import Clock

PATIENCE = 30
"""Rounds without a better bound before the step is cut: 30 closed gaps that 10 did not."""

PAIRS_A_CHUNK = 100_000_000
"""Pairs walked between two looks at the clock, about 0.2 s."""


@dataclass(frozen=True, slots=True, eq=False)
class Dual:
    """The best bound found and the prices that prove it.

    Parameters
    ----------
    bound
        No choice is worth more.
    price
        (n_rows,) price of one cover of each row.
    value
        (n_sites,) sum of the prices of each site's rows.
    rounds
        Rounds run.
    """

    bound: float
    price: Floats
    value: Floats
    rounds: int


def lagrangian_bound(
    core: CoverCore, choice: Choice, step: float, clock: Clock
) -> tuple[Dual, Choice]:
    """Lower the bound until it meets the best choice, the rounds end or the clock stops.

    Parameters
    ----------
    core
        The problem.
    choice
        Best choice known; better ones met on the way are improved by swaps.
    step
        Least difference between two objectives, 0 when unknown.
    clock
        Rounds and time.
    """
    instance = core.instance
    n_rows, n_sites = instance.n_rows, instance.n_sites
    price = _first_price(core)
    prices = kernels.Prices(
        price, np.zeros(n_rows), price.copy(), np.zeros(n_sites),
        np.array(choice.units, dtype=np.int32), np.zeros(n_sites),
    )  # fmt: skip
    rows = kernels.Rows(instance.site_indptr, instance.site_row, core.start, core.need)
    state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    state.bound, state.worth, state.factor = 1e300, max(choice.worth, 0.0), 1.0
    state.least_gap = least_gain(max(1.0, state.worth), step)
    chunk = max(1, PAIRS_A_CHUNK // (len(instance.site_row) + n_sites + n_rows + 1))
    best = choice
    # One round even after a stop: a plan never comes without a bound.
    while not state.is_done and (
        clock.goes_on("bound", int(state.rounds), clock.limits.rounds) or state.rounds == 0
    ):
        left = clock.limits.rounds - int(state.rounds)
        if left <= 0:
            break
        kernels.cover_rounds(
            rows, worth_arrays(core), core.budget, core.copies,
            1 if clock.is_cut else min(chunk, left), PATIENCE, prices, state,
        )  # fmt: skip
        if state.worth > best.worth and core.rules.are_plain:
            best = _better(core, best, prices.units, clock)
            state.worth = max(state.worth, best.worth)
    return Dual(float(state.bound), prices.best, prices.value, int(state.rounds)), best


def _better(core: CoverCore, best: Choice, units: Indices, clock: Clock) -> Choice:
    """Improve a choice met by the rounds, and return it when it is better than the best."""
    found = Choice(units.copy(), worth_of(core, units))
    if not core.need.any():
        found = swap_sites(core, found, clock)
    return found if found.worth > best.worth else best


def _first_price(core: CoverCore) -> Floats:
    """Return a price per row: its worth shared among the sites that can be expected to cover it."""
    degree = np.diff(core.instance.row_indptr)
    share = np.maximum(1.0, degree * core.budget / max(float(core.cost.sum()), 1e-9))
    top = len(core.level_gain) - 1
    worth = core.instance.people * core.level_gain[np.minimum(core.start, top)]
    return np.asarray(worth / share, dtype=np.float64)


def decide_sites(core: CoverCore, dual: Dual, target: float) -> tuple[Flags, Flags]:
    """Return the sites that every choice worth at least `target` contains, and those none does.

    Reduced-cost fixing at the best prices (Beasley 1990): a choice made to take a site, or to do
    without it, fills the rest of the budget with the best others, so its bound is what they come
    to. `filled` is the fractional knapsack; a site is decided where that bound is below the target.

    Parameters
    ----------
    core
        The problem; one unit a site.
    dual
        Bound and values.
    target
        Worth that a better choice must reach.

    Returns
    -------
    tuple
        (n_sites,) True where a site is in, (n_sites,) True where it is out.
    """
    may_build = core.rules.may_build
    sites = np.flatnonzero(may_build)
    value, cost = dual.value[sites], core.cost[sites]
    order = np.lexsort((sites, -value / cost))
    spent = np.concatenate([[0.0], np.cumsum(cost[order])])
    worth = np.concatenate([[0.0], np.cumsum(value[order])])

    def filled(budget: Floats) -> Floats:
        return np.asarray(np.interp(np.maximum(budget, 0.0), spent, worth))

    rest = dual.bound - float(filled(np.array([core.budget]))[0])
    full = np.full(len(sites), core.budget)
    with_site = rest + value + filled(full - cost)
    without = rest + filled(full + cost) - value
    is_top = np.zeros(len(sites), dtype=bool)
    is_top[order[spent[1:] <= core.budget + 1e-9]] = True
    is_in, is_out = np.zeros(len(may_build), dtype=bool), ~may_build
    if core.copies > 1 or not np.isfinite(target):
        return is_in, is_out
    is_in[sites] = is_top & (without < target)
    is_out[sites] = ~is_top & ((with_site < target) | (cost > core.budget))
    return is_in, is_out
