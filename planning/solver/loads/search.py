"""Search and bound of the models with loads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.loads import kernels
from planning.solver.loads.model import LoadCore, LoadPlan, plan_at
from planning.solver.pairs import Flags, Floats
from planning.solver.stop import Clock

PATIENCE = 15

ROUNDS_A_LOOK = 5
"""Rounds of the bound between two plans made from its open sites."""

NEAR_SITES = 25
"""Sites, best by their value in the bound, that are tried in the place of an open one."""


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
    rounds
        Rounds run.
    """

    bound: float
    price: Floats
    value: Floats
    room: Floats
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
    n_rows, n_sites = len(core.weight), len(core.site)
    price, direction = _first_price(core), np.zeros(n_rows)
    taken, served = np.zeros(len(core.profit)), np.zeros(n_rows)
    best_price, value, room = price.copy(), np.zeros(n_sites), np.zeros(n_sites)
    is_open = np.zeros(n_sites, dtype=np.bool_)
    best = plan_at(core, np.flatnonzero(core.is_fixed))
    seen: set[bytes] = set()
    numbers = np.array([1e300, _reference(core, best), 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    # One round even after a stop: a plan never comes without a bound.
    while numbers[5] == 0 and (
        clock.goes_on("bound", int(numbers[4]), clock.limits.rounds) or numbers[4] == 0
    ):
        left = clock.limits.rounds - int(numbers[4])
        if left <= 0:
            break
        numbers[6] = _least_gap(best, step)
        kernels.load_rounds(
            core.site_indptr, core.site_row, core.profit, core.weight, core.lower, core.upper,
            core.penalty, core.is_fixed, core.count, core.must_serve, min(ROUNDS_A_LOOK, left),
            PATIENCE, price, direction, taken, served, best_price, value, room, is_open, numbers,
        )  # fmt: skip
        key = np.packbits(is_open).tobytes()
        if numbers[7] and key not in seen and core.rules.are_plain:
            seen.add(key)
            best = _better(best, plan_at(core, np.flatnonzero(is_open)))
            numbers[1] = max(numbers[1], best.profit)
    dual = LoadDual(float(numbers[0]), best_price, value, room, int(numbers[4]))
    return dual, best


def _reference(core: LoadCore, plan: LoadPlan) -> float:
    """Return a profit to aim the first steps at: the plan's, or half the worst assignment's."""
    if np.isfinite(plan.profit):
        return plan.profit
    worst = np.full(len(core.weight), np.inf)
    row = np.repeat(np.arange(len(core.weight)), np.diff(core.row_indptr))
    np.minimum.at(worst, row, core.row_profit)
    return float(worst[np.isfinite(worst)].sum())


def _least_gap(best: LoadPlan, step: float) -> float:
    if not np.isfinite(best.profit):
        return 0.0
    return step * (1 - 1e-6) if step > 0 else 1e-10 * max(1.0, abs(best.profit))


def _better(a: LoadPlan, b: LoadPlan) -> LoadPlan:
    return b if b.profit > a.profit else a


def _first_price(core: LoadCore) -> Floats:
    """Return as the price of each row a part of its best profit, or its second best."""
    best = np.full(len(core.weight), -np.inf)
    row = np.repeat(np.arange(len(core.weight)), np.diff(core.row_indptr))
    np.maximum.at(best, row, core.row_profit)
    best[~np.isfinite(best)] = 0.0
    if not core.must_serve:
        return best * 0.5
    return np.asarray(best * 2.0)


def searched_sites(core: LoadCore, dual: LoadDual, best: LoadPlan, clock: Clock) -> LoadPlan:
    """Exchange one site at a time with those that the bound values most, and try without it."""
    if not core.rules.are_plain:
        return best
    order = np.argsort(-dual.value, kind="stable")
    near = order[np.isfinite(dual.value[order])][: NEAR_SITES + core.count]
    improved = True
    while improved:
        improved = False
        new = best.open_sites[~core.is_fixed[best.open_sites]]
        for out in new:
            for into in (-1, *near):
                if not clock.goes_on("exchange", 0, 1):
                    return best
                if into >= 0 and (into in best.open_sites or core.is_fixed[into]):
                    continue
                sites = best.open_sites[best.open_sites != out]
                trial = plan_at(core, np.sort(np.append(sites, into)) if into >= 0 else sites)
                if trial.profit > best.profit + 1e-12 * abs(best.profit):
                    best, improved = trial, True
                    break
            if improved:
                break
    return best


def decided_pairs(core: LoadCore, dual: LoadDual, target: float) -> tuple[Flags, Flags, Flags]:
    """Return what every plan of at least `target` must open, may open, and may use.

    Returns
    -------
    tuple
        (n_sites,) sites that are in, (n_sites,) sites that are out, (n_pairs,) pairs that may
        serve.
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
    with_pair = dual.bound - opening_loss[site] + np.minimum(forced, 0.0)
    # A divisible row may use a pair in part, which the bound of a whole one does not exclude.
    may_use = ~is_out[site] & (core.is_divisible | (with_pair >= target))
    return is_in, is_out, may_use
