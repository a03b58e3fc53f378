"""The assignment within capacities as a min-cost flow in the form of the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats, Ints
from geo.errors import Progress
from geo.pairs import Reach
from geo.times import TENTHS_PER_MINUTE
from planning.centres.capacity import kernels

Longs = NDArray[np.int64]

UNITS_PER_PERSON = 2**20
"""People are counted in whole units of a millionth of a person, so that sums are exact."""

PATHS_A_CALL = 5_000
STEPS_A_CALL = 50_000_000
"""Bounds of one call of the kernel, some tenths of a second: paths, and arcs looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowProblem:
    """The min-cost flow in the form of the kernels: places by cell, the last centre = unserved.

    `cells` are the demand points that take part, `centres` the facilities. `pair` is the pair that
    each place stands for, -1 for the place among the unserved. `penalty_tenths` is what an
    unserved person costs: more than any detour through all centres.
    """

    cells: Longs
    centres: Longs
    pair: Longs
    indptr: Longs
    cell_of: Ints
    centre: Ints
    cost: Longs
    units: Longs
    most: Longs
    least: Longs
    penalty_tenths: int
    flow: Longs
    excess: Longs
    within: Longs
    borrowed: Longs
    potential: Longs

    @property
    def borrow_tenths(self) -> int:
        """What a missing person of a least load costs: more than any path with one unserved."""
        return 3 * self.penalty_tenths


def flow_problem(reach: Reach, people: Floats, most: Floats, least: Floats) -> FlowProblem:
    """Return the flow problem with everybody at the nearest centre.

    Parameters
    ----------
    people
        (n_demand,) people.
    most, least
        (n_facilities,) bounds of the loads; inf where unlimited.
    """
    facility = reach.facility()
    takes_part = (most[facility] > 0) & (people[reach.demand] > 0)
    chosen = np.flatnonzero(takes_part)
    chosen = chosen[np.argsort(reach.demand[chosen], kind="stable")]
    cells, cell_row = np.unique(reach.demand[chosen], return_inverse=True)
    centres, centre_row = np.unique(facility[chosen], return_inverse=True)
    n_cells, n_centres = len(cells), len(centres)
    # One more place for each cell, behind its others: being unserved.
    row = np.concatenate((cell_row, np.arange(n_cells)))
    order = np.argsort(row, kind="stable")
    longest = int(reach.tenths[chosen].max(initial=0))
    penalty = (n_centres + 2) * (longest + 1)
    unserved = np.full(n_cells, n_centres)
    cost = np.concatenate((reach.tenths[chosen], np.full(n_cells, penalty)))[order]
    centre = np.concatenate((centre_row, unserved))[order]
    units = np.maximum(np.rint(people[cells] * UNITS_PER_PERSON), 1.0).astype(np.int64)
    total = int(units.sum())
    bounds = np.minimum(np.stack((most, least))[:, centres] * UNITS_PER_PERSON, total)
    upper, lowest = np.rint(bounds).astype(np.int64)
    indptr = np.searchsorted(row[order], np.arange(n_cells + 1)).astype(np.int64)
    problem = FlowProblem(
        cells=cells.astype(np.int64),
        centres=centres.astype(np.int64),
        pair=np.concatenate((chosen, np.full(n_cells, -1)))[order],
        indptr=indptr,
        cell_of=row[order].astype(np.int32),
        centre=centre.astype(np.int32),
        cost=cost.astype(np.int64),
        units=units,
        most=np.append(upper, total),
        least=np.append(lowest, 0),
        penalty_tenths=penalty,
        flow=np.zeros(len(order), dtype=np.int64),
        excess=np.zeros(n_centres + 2, dtype=np.int64),
        within=np.zeros(n_centres + 1, dtype=np.int64),
        borrowed=np.zeros(n_centres + 1, dtype=np.int64),
        potential=np.zeros(n_centres + 2, dtype=np.int64),
    )
    _start(problem)
    return problem


def _start(problem: FlowProblem) -> None:
    """Send everybody to the nearest centre, over its capacity if need be: the cheapest flow."""
    if not len(problem.cells):
        return
    cheapest = np.minimum.reduceat(problem.cost, problem.indptr[:-1])
    is_cheapest = np.flatnonzero(problem.cost == cheapest[problem.cell_of])
    _, first = np.unique(problem.cell_of[is_cheapest], return_index=True)
    place = is_cheapest[first]
    problem.flow[place] = problem.units
    load = np.zeros(len(problem.most), dtype=np.int64)
    np.add.at(load, problem.centre[place], problem.units)
    problem.within[:] = np.clip(load - problem.least, 0, problem.most - problem.least)
    problem.excess[:-1] = load - problem.least - problem.within
    problem.excess[-1] = -problem.excess[:-1].sum()


def solve_flow(problem: FlowProblem, progress: Progress | None) -> None:
    """Run the kernels in short calls until nobody is in excess; changes the problem's arrays."""
    n_centres = len(problem.most)
    widest = int(np.diff(problem.indptr).max(initial=0))
    one_path = (n_centres + 1) * widest
    root = np.empty((n_centres, n_centres), dtype=np.int32)
    cheapest = np.empty((n_centres, n_centres), dtype=np.int64)
    heap, key, used = np.empty((0, 4), np.int32), np.empty(0, np.int64), 0
    at_start = int(np.maximum(problem.excess, 0).sum())
    room = problem.most - problem.least
    paths = max(1, min(PATHS_A_CALL, STEPS_A_CALL // n_centres**2))
    while (left := int(np.maximum(problem.excess, 0).sum())) > 0:
        if used + one_path > len(key):
            pool = max(len(key), 2 * (_moves(problem) + one_path))
            heap, key = np.empty((pool, 4), dtype=np.int32), np.empty(pool, dtype=np.int64)
            used = kernels.fill_heaps(
                problem.indptr,
                problem.centre,
                problem.cost,
                problem.flow,
                heap,
                key,
                root,
                cheapest,
            )
        found, used = kernels.shortest_paths(
            problem.indptr,
            problem.cell_of,
            problem.centre,
            problem.cost,
            problem.flow,
            problem.excess,
            problem.within,
            room,
            problem.borrowed,
            problem.borrow_tenths,
            problem.potential,
            heap,
            key,
            root,
            cheapest,
            used,
            paths,
        )
        if not found:
            msg = f"no path for {left} people units in excess"
            raise RuntimeError(msg)
        if progress is not None:
            progress("assign", at_start - left, at_start)


def _moves(problem: FlowProblem) -> int:
    """Return how many moves all heaps hold when they are built anew."""
    others = np.diff(problem.indptr) - 1
    return int(others[problem.cell_of[problem.flow > 0]].sum())


def optimality_gap(problem: FlowProblem) -> float:
    """Return by how much the flow breaks the optimality conditions, in person-minutes.

    With prices p of the centres' places, nobody sits where time + price is above the least of the
    cell, no place with a price above 0 is empty, and no centre above its lower load has a price
    below 0. All terms are 0 or more, so their sum is the distance to the dual bound.
    """
    if not len(problem.cells):
        return 0.0
    price = problem.potential[-1] - problem.potential[:-1]
    paid = problem.cost + price[problem.centre]
    regret = paid - np.minimum.reduceat(paid, problem.indptr[:-1])[problem.cell_of]
    load = problem.least + problem.within - problem.borrowed
    empty = np.where(price > 0, price * (problem.most - load), 0).sum()
    above = np.where(price < 0, -price * problem.within, 0).sum()
    lent = ((problem.borrow_tenths + price) * problem.borrowed).sum()
    units = float(regret @ problem.flow) + float(empty + above + lent)
    return units / UNITS_PER_PERSON / TENTHS_PER_MINUTE
