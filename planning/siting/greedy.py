"""Lazy greedy cover: the next site is always the one that adds most per unit of cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Progress
from planning.siting import kernels
from planning.siting.instance import CoverInstance, Floats, Indices, Pointers, read_only
from planning.siting.rules import RuleArrays

CHUNK = 200
"""Picks between two looks at the clock."""

ONE_COVER = read_only([1.0, 0.0], np.float64)
"""Worth of the first, second, ... cover of a person: only the first counts."""


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


def start_greedy(
    instance: CoverInstance,
    may_build: Indices,
    *,
    budget: float,
    cost: Floats | None = None,
    level_gain: Floats = ONE_COVER,
    times: Indices | None = None,
    room: Pointers | None = None,
) -> GreedyState:
    """Return the state before the first pick.

    Parameters
    ----------
    instance
        Merged cover pairs.
    may_build
        Sites that may be picked.
    budget
        What the picks may cost together; with unit costs their number.
    cost
        (n_sites,) cost of each site, 1 by default.
    level_gain
        Worth per person of one more cover, by the number of covers before it; ends in 0.
    times
        (n_rows,) covers that existing sites give.
    room
        New sites that each zone rule takes.
    """
    n_sites = instance.n_sites
    before = np.zeros(instance.n_rows, dtype=np.int32) if times is None else times.astype(np.int32)
    gain = kernels.gains(
        instance.site_indptr,
        instance.site_row,
        instance.people,
        level_gain,
        read_only(before, np.int32),
    )
    key = gain / (1.0 if cost is None else cost)
    used = np.full(n_sites, -1, dtype=np.int32)
    used[may_build] = 0
    heap = np.asarray(may_build, dtype=np.int32)
    heap = np.ascontiguousarray(heap[np.lexsort((heap, -key[heap]))])
    room = np.array([n_sites + 1]) if room is None else room
    return GreedyState(
        before, used, key, heap, len(heap), np.array(room, dtype=np.int64), float(budget)
    )


def pick_more(
    instance: CoverInstance,
    state: GreedyState,
    *,
    most: int,
    rules: RuleArrays | None = None,
    cost: Floats | None = None,
    level_gain: Floats = ONE_COVER,
    copies: int = 1,
    progress: Progress | None = None,
) -> Picks:
    """Pick up to `most` more sites; the state moves on. Ties go to the lowest site.

    Parameters
    ----------
    instance, state, cost, level_gain
        As given to `start_greedy`.
    most
        Most sites to pick now; fewer when the budget or the gains run out.
    rules
        Conflicts and zones.
    copies
        Most units at one site.
    progress
        Called between chunks.
    """
    n_sites = instance.n_sites
    cost = np.ones(n_sites) if cost is None else cost
    none = (np.zeros(n_sites + 1), np.zeros(0), np.zeros(n_sites))
    indptr, conflict, zone = (
        none if rules is None else (rules.conflict_indptr, rules.conflict_site, rules.zone)
    )
    site, gain = np.zeros(most, dtype=np.int32), np.zeros(most)
    done = 0
    while done < most:
        if progress is not None:
            progress("greedy", done, most)
        chunk = min(CHUNK, most - done)
        n_picked, state.heap_size, state.budget = kernels.greedy(
            instance.site_indptr, instance.site_row, instance.people, level_gain,
            read_only(cost, np.float64), read_only(indptr, np.int64),
            read_only(conflict, np.int32), read_only(zone, np.int32),
            state.budget, copies, state.room, state.times, state.used, state.key,
            state.heap, state.heap_size, chunk, site[done:], gain[done:],
        )  # fmt: skip
        done += n_picked
        if n_picked < chunk:
            break
    return Picks(site[:done], gain[:done])
