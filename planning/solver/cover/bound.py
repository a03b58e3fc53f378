"""The Lagrangian bound of a cover problem and what it decides for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.cover import kernels
from planning.solver.cover.model import Choice, CoverCore, worth_of
from planning.solver.cover.search import improved
from planning.solver.pairs import Flags, Floats, Indices
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


def lagrangian(core: CoverCore, choice: Choice, step: float, clock: Clock) -> tuple[Dual, Choice]:
    """Lower the bound until it meets the best choice, the rounds end or the clock stops.

    Parameters
    ----------
    core
        The problem.
    choice
        Best choice known; better ones met on the way are kept and improved by swaps.
    step
        Least difference between two objectives, 0 when unknown.
    clock
        Rounds and time.
    """
    instance = core.instance
    price = _first_price(core)
    direction, best_price = np.zeros(instance.n_rows), price.copy()
    use = np.zeros(instance.n_sites)
    value, units = np.zeros(instance.n_sites), np.array(choice.units, dtype=np.int32)
    least_gap = step - 1e-6 * step if step > 0 else 1e-10 * max(1.0, abs(choice.worth))
    worth = choice.worth if np.isfinite(choice.worth) else 0.0
    numbers = np.array([1e300, worth, 1.0, 0.0, 0.0, 0.0, least_gap])
    n_pairs = len(instance.site_row) + instance.n_sites + instance.n_rows + 1
    chunk = max(1, PAIRS_A_CHUNK // n_pairs)
    best = choice
    # One round even after a stop: a plan never comes without a bound.
    while numbers[5] == 0 and (
        clock.goes_on("bound", int(numbers[4]), clock.limits.rounds) or numbers[4] == 0
    ):
        left = clock.limits.rounds - int(numbers[4])
        if left <= 0:
            break
        kernels.cover_rounds(
            instance.site_indptr, instance.site_row, instance.people, core.level_gain,
            core.start, core.need, core.cost, core.budget, core.copies,
            1 if clock.is_cut else min(chunk, left), PATIENCE, price, direction, best_price,
            value, units, use, numbers,
        )  # fmt: skip
        best = _better(core, best, units, numbers, clock)
    return Dual(float(numbers[0]), best_price, value, int(numbers[4])), best


def _better(core: CoverCore, best: Choice, units: Indices, numbers: Floats, clock: Clock) -> Choice:
    """Keep and improve a choice met by the rounds when it is better and keeps the rules."""
    if numbers[1] <= best.worth or not core.rules.are_plain:
        return best
    found = Choice(units.copy(), worth_of(core, units))
    if not core.need.any():
        found = improved(core, found, clock)
    if found.worth > best.worth:
        best = found
        numbers[1] = max(numbers[1], best.worth)
    return best


def _first_price(core: CoverCore) -> Floats:
    """Return a price per row: its worth shared among the sites that can be expected to cover it."""
    degree = np.diff(core.instance.row_indptr)
    share = np.maximum(1.0, degree * core.budget / max(float(core.cost.sum()), 1e-9))
    top = len(core.level_gain) - 1
    worth = core.instance.people * core.level_gain[np.minimum(core.start, top)]
    return np.asarray(worth / share, dtype=np.float64)


def decided(core: CoverCore, dual: Dual, target: float) -> tuple[Flags, Flags]:
    """Return the sites that every choice worth at least `target` contains, and those none does.

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
