"""Greedy and swap: a good choice of sites, fast, before anything is proved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.cover import kernels
from planning.solver.cover.model import Choice, CoverCore, covers_of, worth_of
from planning.solver.pairs import CoverInstance, Floats, Indices, Pointers, read_only
from planning.solver.stop import Clock

CHUNK = 200
"""Picks between two looks at the clock."""

SWAP_TABLE = 40_000_000
"""Largest table (sites x chosen sites) of the swap search; beyond it greedy has to do."""


@dataclass(slots=True, eq=False)
class GreedyState:
    """A greedy run that can be continued; private to the function that made it.

    `times` counts the covers of each row, `key` bounds each site's gain per cost from above, `used`
    holds the units at each site (-1 banned), `room` the new sites that each zone still takes.
    """

    times: Indices
    used: Indices
    key: Floats
    heap: Indices
    heap_size: int
    room: Pointers
    budget: float


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """Sites in the order picked and what each added."""

    site: Indices
    gain: Floats


def start_greedy(core: CoverCore, *, room: Pointers | None = None) -> GreedyState:
    """Return the state before the first pick; `room` overrides what the zones take."""
    times = np.array(core.start, dtype=np.int32)
    gain = gains_left(core, times)
    used = np.where(core.rules.may_build, 0, -1).astype(np.int32)
    heap = core.rules.candidates
    key = gain / core.cost
    heap = np.array(heap[np.lexsort((heap, -key[heap]))], dtype=np.int32)
    room = core.rules.zone_most if room is None else room
    return GreedyState(
        times, used, key, heap, len(heap), np.array(room, dtype=np.int64), core.budget
    )


def gains_left(core: CoverCore, times: Indices) -> Floats:
    """Return what one more unit of each site would add, (n_sites,)."""
    worth = core.instance.people * core.level_gain[np.minimum(times, len(core.level_gain) - 1)]
    return site_sums(core.instance, worth)


def site_sums(instance: CoverInstance, value: Floats) -> Floats:
    """Return the sum of a value of the rows over each site's rows, (n_sites,)."""
    return kernels.site_sums(  # type: ignore[no-any-return]
        instance.site_indptr, instance.site_row, read_only(value, np.float64)
    )


def pick_more(core: CoverCore, state: GreedyState, *, most: int, clock: Clock) -> Picks:
    """Pick up to `most` more units; the state moves on. Ties go to the lowest site."""
    site, gain = np.zeros(most, dtype=np.int32), np.zeros(most)
    run = kernels.Greedy(state.times, state.used, state.key, state.heap, state.room)
    done = 0
    while done < most and clock.goes_on("greedy", done, most):
        chunk = min(CHUNK, most - done)
        n_picked, state.heap_size, state.budget = kernels.greedy(
            pairs_of(core.instance), worth_arrays(core), _rules_of(core), run, state.budget,
            core.copies, state.heap_size, chunk, site[done:], gain[done:],
        )  # fmt: skip
        done += n_picked
        if n_picked < chunk:
            break
    return Picks(site[:done], gain[:done])


def greedy_choice(core: CoverCore, clock: Clock) -> Choice:
    """Return the greedy choice; zones that ask for sites get them first."""
    least = core.rules.zone_least
    state = start_greedy(core, room=least)
    most = int(min(core.budget / core.cost.min(), core.copies * len(core.cost)))
    if least.any():
        pick_more(core, state, most=most, clock=clock)
        _fill_zones(core, state)
    units = np.maximum(state.used, 0)
    rest = start_greedy(core)
    rest.times, rest.used, rest.budget = state.times, state.used, state.budget
    rest.room -= np.bincount(core.rules.zone, units, minlength=len(least)).astype(np.int64)
    pick_more(core, rest, most=most, clock=clock)
    units = np.maximum(rest.used, 0)
    return Choice(units, worth_of(core, units))


def _fill_zones(core: CoverCore, state: GreedyState) -> None:
    """Give zones that still lack sites their lowest allowed ones, useful or not."""
    rules = core.rules
    for zone in np.flatnonzero(state.room > 0):
        for j in np.flatnonzero(rules.zone == zone):
            if state.room[zone] == 0:
                break
            if state.used[j] == 0 and core.cost[j] <= state.budget:
                state.used[j] = 1
                state.room[zone] -= 1
                state.budget -= core.cost[j]
                pairs = slice(rules.conflict_indptr[j], rules.conflict_indptr[j + 1])
                state.used[rules.conflict_site[pairs]] = -1
                rows = slice(core.instance.site_indptr[j], core.instance.site_indptr[j + 1])
                state.times[core.instance.site_row[rows]] += 1


def swap_sites(core: CoverCore, choice: Choice, clock: Clock) -> Choice:
    """Move one unit at a time to where it adds most until no move helps."""
    units = np.array(choice.units, dtype=np.int32)
    n_units = int(units.sum())
    if n_units == 0 or len(units) * n_units > SWAP_TABLE:
        return choice
    rules = core.rules
    chosen = np.zeros(n_units, dtype=np.int32)
    n_chosen = int((units > 0).sum())
    chosen[:n_chosen] = np.flatnonzero(units)
    times = (core.start + covers_of(core.instance, units)).astype(np.int32)
    zone_count = np.bincount(rules.zone, units, minlength=len(rules.zone_most)).astype(np.int64)
    room = np.array(rules.zone_most - zone_count)
    state = kernels.Choice(units, chosen, times, room, zone_count)
    spare = core.budget - float(core.cost @ units)
    moves, least_gain = 0, 1e-9 * max(1.0, float(core.instance.people.sum()))
    while clock.goes_on("swap", moves, core.instance.n_sites):
        done, n_chosen, spare = kernels.swap(
            pairs_of(core.instance), worth_arrays(core), _rules_of(core),
            read_only(rules.may_build, np.bool_), core.copies, state, spare, n_chosen, CHUNK,
            least_gain,
        )  # fmt: skip
        moves += done
        if done < CHUNK or moves >= clock.limits.rounds:
            break
    return Choice(units, worth_of(core, units))


def pairs_of(instance: CoverInstance) -> kernels.Pairs:
    """Return the pairs as the kernels take them."""
    return kernels.Pairs(
        instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site
    )


def worth_arrays(core: CoverCore) -> kernels.Worth:
    """Return what covers are worth and sites cost, as the kernels take them."""
    cost = read_only(core.cost, np.float64)
    return kernels.Worth(core.instance.people, core.level_gain, cost)


def _rules_of(core: CoverCore) -> kernels.SiteRules:
    rules = core.rules
    return kernels.SiteRules(
        rules.conflict_indptr, rules.conflict_site, rules.zone, rules.zone_least
    )
