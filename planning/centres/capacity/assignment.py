"""Assignment of people to centres within their capacities: the best there is, in no order.

Goal, in this order: serve the most people; fall least short of the lower loads; spend the least
person-time. The answer is a min-cost flow and comes with a proof: prices of the centres' places
under which nobody could do better.

Source: Ahuja, Magnanti and Orlin 1993, Network Flows, chapter 9 (successive shortest paths).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import PlannerError
from geo.arrays import Floats, Ints, checked_amounts, require_length
from geo.errors import Finding, Progress
from geo.pairs import Reach, of_facilities, reach_from_table, within
from geo.times import TENTHS_PER_MINUTE
from planning.centres.capacity.flow import (
    UNITS_PER_PERSON,
    FlowProblem,
    flow_problem,
    optimality_gap,
    solve_flow,
)

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """People sent from demand points to facilities, in rows by facility.

    `indptr` is (n_facilities + 1,); `demand` (ascending in each row), `tenths` and `people` have
    one value for each pair that somebody uses.
    """

    indptr: Longs
    demand: Ints
    tenths: Ints
    people: Floats
    n_demand: int

    def loads(self) -> Floats:
        """Return the (n_facilities,) people sent to each facility."""
        n = len(self.indptr) - 1
        facility = np.repeat(np.arange(n), np.diff(self.indptr))
        return np.bincount(facility, weights=self.people, minlength=n).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who is served where; people = served + unserved_full + unserved_far.

    Parameters
    ----------
    flows
        The people of each point at each facility.
    capacity, load
        (n_facilities,) people a facility may serve (inf: any number) and does serve.
    unserved_full
        (n_demand,) people who reach a facility in time but find no place.
    unserved_far
        (n_demand,) people who reach none in time.
    """

    flows: Flows
    capacity: Floats
    load: Floats
    unserved_full: Floats
    unserved_far: Floats

    @property
    def people(self) -> float:
        """All people."""
        return self.served + self.unserved

    @property
    def served(self) -> float:
        """People with a place."""
        return float(self.flows.people.sum())

    @property
    def unserved(self) -> float:
        """People without a place."""
        return float(self.unserved_full.sum() + self.unserved_far.sum())

    @property
    def share(self) -> float | None:
        """Served people over all people; None where there is nobody."""
        return self.served / self.people if self.people > 0 else None

    @property
    def person_minutes(self) -> float:
        """Travel time of all served people, one way."""
        return float(self.flows.people @ self.flows.tenths) / TENTHS_PER_MINUTE

    @property
    def mean_minutes(self) -> float | None:
        """Mean travel time of the served people; None where nobody is served."""
        return self.person_minutes / self.served if self.served > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class BestAssignment:
    """An assignment with what proves it.

    Parameters
    ----------
    assignment
        Who is served where.
    lower, shortfall
        (n_facilities,) wanted least load, and by how many people it is missed because no more can
        reach the facility.
    serves_one_more
        (n_facilities,) True where one more place would serve one more person.
    minutes_saved
        (n_facilities,) person-minutes that one more place would save (below 0: would add, where it
        serves one more person).
    gap_person_minutes
        Violation of the optimality conditions, recomputed from the prices; 0 is a proof. A miss by
        one unserved person would count as more minutes than any journey takes.
    """

    assignment: Assignment
    lower: Floats
    shortfall: Floats
    serves_one_more: NDArray[np.bool_]
    minutes_saved: Floats
    gap_person_minutes: float


@dataclass(frozen=True, slots=True)
class UnservedZone:
    """People of one zone without a place; `zone` -1 holds the points of no zone."""

    zone: int
    people: float
    full: float
    far: float


def assign_people(
    pairs: Reach,
    *,
    people: ArrayLike,
    capacity: ArrayLike,
    lower: ArrayLike | None = None,
    limit_minutes: float | None = None,
    is_open: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> BestAssignment:
    """Assign people to facilities within capacities and times; exact, whatever the order of input.

    Ties between equally good answers are settled by the lowest indices.

    Parameters
    ----------
    pairs
        Travel times by facility.
    people
        (n_demand,) people.
    capacity
        (n_facilities,) most people of each facility; inf where unlimited.
    lower
        (n_facilities,) least people wanted at each facility; None: none.
    limit_minutes
        Longest time allowed; None: every pair given.
    is_open
        (n_facilities,) True where open; closed facilities take nobody and want nobody.

    Raises
    ------
    PlannerError
        When a length is wrong, an amount is negative or a lower load is above the capacity.
    """
    count = pairs.n_facilities
    weights = checked_amounts("people", people, pairs.n_demand)
    most = _capacities(capacity, count)
    least = np.zeros(count) if lower is None else checked_amounts("lower", lower, count)
    usable = np.ones(count, dtype=np.bool_) if is_open is None else is_open
    require_length("is_open", usable, count)
    most, least = np.where(usable, most, 0.0), np.where(usable, least, 0.0)
    _require_bounds(least, most)
    reach = of_facilities(pairs, usable)
    if limit_minutes is not None:
        reach = within(reach, limit_minutes)
    problem = flow_problem(reach, weights, most, least)
    solve_flow(problem, progress)
    return _answer(problem, reach, weights, most, least)


def unserved_by_zone(assignment: Assignment, zone: Ints, *, n_zones: int) -> list[UnservedZone]:
    """Return the zones with unserved people, most people first.

    Parameters
    ----------
    zone
        (n_demand,) zone of each point; -1 for points of none.
    """
    full = np.bincount(zone + 1, weights=assignment.unserved_full, minlength=n_zones + 1)
    far = np.bincount(zone + 1, weights=assignment.unserved_far, minlength=n_zones + 1)
    both = full + far
    order = np.argsort(-both, kind="stable")
    return [
        UnservedZone(int(row) - 1, float(both[row]), float(full[row]), float(far[row]))
        for row in order
        if both[row] > 0
    ]


def unserved_points(assignment: Assignment) -> Ints:
    """Return the indices of points with unserved people, most people first."""
    unserved = assignment.unserved_full + assignment.unserved_far
    order = np.argsort(-unserved, kind="stable")
    return order[unserved[order] > 0].astype(np.int32)


def warm() -> None:
    """Compile the kernels on a toy, so that no user waits for the compiler."""
    toy = reach_from_table([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 4, 3], n_facilities=2, n_demand=2)
    assign_people(toy, people=[2.0, 2.0], capacity=[1.0, 9.0])


def tally(
    flows: Flows, *, people: Floats, capacity: Floats, is_reached: NDArray[np.bool_]
) -> Assignment:
    """Return the assignment that some flows make.

    Parameters
    ----------
    people
        (n_demand,) people.
    is_reached
        (n_demand,) True where a facility is reached in time.
    """
    sent = np.bincount(flows.demand, weights=flows.people, minlength=flows.n_demand)
    left = np.maximum(people - sent, 0.0)
    # What is left of a sum of parts may be rounding.
    left[left <= 1e-9 * people] = 0.0
    return Assignment(
        flows=flows,
        capacity=capacity,
        load=flows.loads(),
        unserved_full=np.where(is_reached, left, 0.0),
        unserved_far=np.where(is_reached, 0.0, left),
    )


def reached_points(pairs: Reach) -> NDArray[np.bool_]:
    """Return (n_demand,) True where a point has any pair."""
    reached = np.zeros(pairs.n_demand, dtype=np.bool_)
    reached[pairs.demand] = True
    return reached


def _capacities(capacity: ArrayLike, count: int) -> Floats:
    values = np.array(capacity, dtype=np.float64)
    unlimited = np.isposinf(values)
    checked = checked_amounts("capacity", np.where(unlimited, 0.0, values), count)
    return np.where(unlimited, np.inf, checked)


def _require_bounds(least: Floats, most: Floats) -> None:
    faults = np.flatnonzero(least > most)
    if faults.size:
        first = int(faults[0])
        params = (("lower", float(least[first])), ("capacity", float(most[first])))
        rows = tuple(int(row) for row in faults[:5])
        raise PlannerError(Finding("capacity_bounds", params, rows=rows))


def _answer(
    problem: FlowProblem, reach: Reach, people: Floats, most: Floats, least: Floats
) -> BestAssignment:
    """Turn the solved problem into people on the facilities' and points' own numbers."""
    used = np.flatnonzero((problem.flow > 0) & (problem.pair >= 0))
    used = used[np.argsort(problem.pair[used], kind="stable")]
    cell = problem.cell_of[used]
    share = problem.flow[used] / problem.units[cell]
    pair = problem.pair[used]
    counts = np.bincount(reach.facility()[pair], minlength=len(most))
    flows = Flows(
        indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        demand=reach.demand[pair],
        tenths=reach.tenths[pair],
        people=share * people[problem.cells[cell]],
        n_demand=reach.n_demand,
    )
    assignment = tally(flows, people=people, capacity=most, is_reached=reached_points(reach))
    price = problem.potential[-1] - problem.potential[:-2]
    serves = np.zeros(len(most), dtype=np.bool_)
    saved = np.zeros(len(most))
    serves[problem.centres] = price > problem.penalty_tenths // 2
    saved[problem.centres] = np.where(price > 0, price, 0) / TENTHS_PER_MINUTE
    saved[serves] -= problem.penalty_tenths / TENTHS_PER_MINUTE
    shortfall = least.copy()
    # A least load above all people was cut to all people.
    cut = np.maximum(least[problem.centres] - problem.units.sum() / UNITS_PER_PERSON, 0.0)
    shortfall[problem.centres] = problem.borrowed[:-1] / UNITS_PER_PERSON + cut
    return BestAssignment(
        assignment=assignment,
        lower=least,
        shortfall=shortfall,
        serves_one_more=serves,
        minutes_saved=saved,
        gap_person_minutes=optimality_gap(problem),
    )
