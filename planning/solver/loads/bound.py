"""The Lagrangian bound of the models with loads, and what it decides for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planning.solver.loads import kernels
from planning.solver.loads.model import LoadCore, LoadPlan
from planning.solver.loads.search import plan_at
from planning.solver.pairs import Flags, Floats
from planning.solver.plan import least_gain
from planning.solver.stop import Clock

PATIENCE = 15

ROUNDS_A_LOOK = 5
"""Rounds of the bound between two plans made from its open sites."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadDual:
    """Best bound and what proves it.

    Parameters
    ----------
    bound
        No plan brings more.
    price
        (n_rows,) price of serving each row.
    value
        (n_sites,) what each site brings at these prices, -inf when it cannot meet its lower load.
    room
        (n_sites,) price of one person's room at each site.
    slack
        (n_sites,) by how much a knapsack with a row in part is worth more.
    rounds
        Rounds run.
    """

    bound: float
    price: Floats
    value: Floats
    room: Floats
    slack: Floats
    rounds: int


def bound_and_plan(core: LoadCore, step: float, clock: Clock) -> tuple[LoadDual, LoadPlan]:
    """Lower the bound by priced assignments and make a plan of the sites it opens.

    Parameters
    ----------
    core
        The problem.
    step
        Least difference between two objectives, 0 when unknown.
    clock
        Rounds and time.
    """
    prices = prices_from(core, _first_price(core))
    best = plan_at(core, np.flatnonzero(core.is_fixed))
    seen: set[bytes] = set()
    state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    state.bound, state.profit, state.factor = 1e300, _reference(core, best), 1.0
    # One round even after a stop: a plan never comes without a bound.
    while not state.is_done and (
        clock.goes_on("bound", int(state.rounds), clock.limits.rounds) or state.rounds == 0
    ):
        left = clock.limits.rounds - int(state.rounds)
        if left <= 0:
            break
        is_known = np.isfinite(best.profit)
        state.least_gap = least_gain(max(1.0, abs(best.profit)), step) if is_known else 0.0
        run_rounds(core, prices, state, rounds=min(ROUNDS_A_LOOK, left), patience=PATIENCE)
        key = np.packbits(prices.is_open).tobytes()
        if state.is_better and key not in seen and core.rules.are_plain:
            seen.add(key)
            found = plan_at(core, np.flatnonzero(prices.is_open))
            best = found if found.profit > best.profit else best
            state.profit = max(state.profit, best.profit)
    return dual_of(prices, float(state.bound), int(state.rounds)), best


def prices_from(core: LoadCore, price: Floats) -> kernels.Prices:
    """Return the prices of a run of rounds that starts from these."""
    n_rows, n_sites = len(core.weight), len(core.site)
    return kernels.Prices(
        np.array(price), np.zeros(n_rows), np.array(price), np.zeros(n_sites), np.zeros(n_sites),
        np.zeros(n_sites), np.zeros(n_sites, dtype=np.bool_), np.zeros(len(core.profit)),
    )  # fmt: skip


def run_rounds(
    core: LoadCore, prices: kernels.Prices, state: Any, *, rounds: int, patience: int
) -> None:
    """Take some rounds of the bound; prices and state move on."""
    sites = kernels.Sites(
        core.site_indptr, core.site_row, core.profit, core.lower, core.upper, core.is_fixed,
        core.units, core.upper_units,
    )  # fmt: skip
    kernels.load_rounds(
        sites, core.weight, core.penalty, core.count, core.must_serve, rounds, patience, prices,
        state,
    )  # fmt: skip


def dual_of(prices: kernels.Prices, bound: float, rounds: int) -> LoadDual:
    """Return the best bound of a run with the prices that prove it."""
    return LoadDual(bound, prices.best, prices.value, prices.room, prices.slack, rounds)


def _reference(core: LoadCore, plan: LoadPlan) -> float:
    """Return a profit to aim the first steps at: the plan's, or half the worst assignment's."""
    if np.isfinite(plan.profit):
        return plan.profit
    worst = np.full(len(core.weight), np.inf)
    row = np.repeat(np.arange(len(core.weight)), np.diff(core.row_indptr))
    np.minimum.at(worst, row, core.row_profit)
    return float(worst[np.isfinite(worst)].sum())


def _first_price(core: LoadCore) -> Floats:
    """Return as the price of each row a part of its best profit, or its second best."""
    best = np.full(len(core.weight), -np.inf)
    row = np.repeat(np.arange(len(core.weight)), np.diff(core.row_indptr))
    np.maximum.at(best, row, core.row_profit)
    best[~np.isfinite(best)] = 0.0
    if not core.must_serve:
        return best * 0.5
    return np.asarray(best * 2.0)


def decide_pairs(core: LoadCore, dual: LoadDual, target: float) -> tuple[Flags, Flags, Flags]:
    """Return what every plan of at least `target` must open, may open, and may use.

    Returns
    -------
    tuple
        (n_sites,) sites that are in, (n_sites,) sites that are out, (n_pairs,) pairs that may
        serve.

    At the best prices a plan that opens a site from outside the best `count` closes the last of
    them, one without a top site opens the next; serving a row through a pair that the site's
    knapsack left out costs at least what the pair lacks at the price of room (Beasley 1990). What
    brings the bound below the target is decided.
    """
    free = np.flatnonzero(~core.is_fixed)
    order = free[np.argsort(-dual.value[free], kind="stable")]
    value = np.append(np.maximum(dual.value[order], 0.0), 0.0)
    count = min(core.count, len(order))
    first_out = value[count]
    last_in = value[count - 1] if count else np.inf
    is_in, is_out = core.is_fixed.copy(), np.zeros(len(core.site), dtype=bool)
    top, rest = order[:count], order[count:]
    is_in[top] = dual.bound - dual.value[top] + first_out < target
    opening_loss = np.zeros(len(core.site))
    opening_loss[rest] = last_in - dual.value[rest]
    opening_loss[top] = np.maximum(-dual.value[top], 0.0)
    is_out[free] = dual.bound - opening_loss[free] < target
    site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))
    forced = core.profit - dual.price[core.site_row] - dual.room[site] * core.weight[core.site_row]
    # What room is worth comes from the fractional knapsack, which may be worth more than the whole.
    with_pair = dual.bound - opening_loss[site] + np.minimum(forced + dual.slack[site], 0.0)
    # A divisible row may use a pair in part, which the bound of a whole one does not exclude.
    may_use = ~is_out[site] & (core.is_divisible | (with_pair >= target))
    return is_in, is_out, may_use
