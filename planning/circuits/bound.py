"""What no plan can do better: bounds on team-days and on travel, from relaxations that are stated.

All bounds are on plans that serve the given stops. They use the closed times (shortest over any
way among the places): a route without one of its stops is then never longer, so that sets of stops
that fit one shift are closed downwards.
"""

from __future__ import annotations

import math

import numpy as np

from planning.circuits.kernels import Longs, find_set
from planning.circuits.problem import CircuitProblem, Flags, Floats

MOST_SETS = 3_000_000
LARGEST_SET = 6


def closed_minutes(minutes: Floats) -> Floats:
    """Return the shortest times over all ways among the places.

    >>> closed_minutes(np.array([[0.0, 9.0], [1.0, 0.0]])).tolist()
    [[0.0, 9.0], [1.0, 0.0]]
    """
    # Floyd and Warshall by rows; scipy's own takes times near 0 for no way at all.
    closed = minutes.copy()
    np.fill_diagonal(closed, 0.0)
    for via in range(len(closed)):
        np.minimum(closed, closed[:, via, None] + closed[None, via, :], out=closed)
    return closed


def least_team_days(problem: CircuitProblem, served: Flags) -> int:
    """Return a number of team-days that no plan for the served stops goes below.

    The larger of: visits over the most stops that fit any shift (by enumeration of sets, Balas and
    Padberg's counting argument), loads over the largest capacity, and work over the longest shift.
    """
    stops = [stop for stop, is_in in zip(problem.stops, served, strict=True) if is_in]
    if not stops:
        return 0
    visits = np.array([stop.visits for stop in stops], dtype=np.int64)
    index = np.flatnonzero(served)
    minutes = closed_minutes(problem.minutes)
    most = most_in_a_shift(problem, minutes, index)
    by_count = math.ceil(visits.sum() / most)
    capacity = max(team.capacity for team in problem.teams)
    load = sum(stop.visits * stop.load for stop in stops)
    by_load = math.ceil(load / capacity - 1e-9) if math.isfinite(capacity) else 0
    shift = max(team.shift_minutes for team in problem.teams)
    into = _least_into(problem, minutes, index)
    work = float((visits * (into + [stop.service_minutes for stop in stops])).sum())
    by_work = math.ceil(work / shift - 1e-9) if math.isfinite(shift) else 0
    # On its busiest day alone a stop needs one route.
    return max(int(by_count), by_load, by_work, int(visits.max()))


def least_travel(problem: CircuitProblem, served: Flags) -> float:
    """Return minutes of travel that no plan for the served stops goes below.

    Each visit has a way in and a way out; a way is the out of one place and the in of the next, so
    half of the sum of the least ones holds, the way out of and back to a base counted once a route.
    """
    index = np.flatnonzero(served)
    if not len(index):
        return 0.0
    minutes = closed_minutes(problem.minutes)
    visits = np.array([problem.stops[i].visits for i in index], dtype=np.float64)
    out_of = _least_into(problem, minutes.T, index)
    ways = float((visits * (_least_into(problem, minutes, index) + out_of)).sum())
    bases = _bases(problem)
    first = float(minutes[np.ix_(bases, index)].min())
    last = float(minutes[np.ix_(index, bases)].min())
    return (ways + least_team_days(problem, served) * (first + last)) / 2


def most_in_a_shift(problem: CircuitProblem, minutes: Floats, index: Longs) -> int:
    """Return the most stops that some team can serve on one route, or a number above it.

    Sets are grown one stop at a time; where they become too many, the count of stops by service
    time alone holds.
    """
    stops = [problem.stops[i] for i in index]
    service = np.array([stop.service_minutes for stop in stops])
    ends = _round_trip(problem, minutes, index)
    between = np.ascontiguousarray(minutes[np.ix_(index, index)])
    shift = max(team.shift_minutes for team in problem.teams)
    room = max(team.capacity for team in problem.teams)
    load = np.array([stop.load for stop in stops])
    by_service = _fit_by_sum(service, shift - float(ends.min()))
    by_load = _fit_by_sum(load, room)
    ceiling = max(1, min(len(stops), by_service, by_load))
    size = min(ceiling, LARGEST_SET)
    for target in range(2, size + 1):
        found, seen = find_set(between, ends, service, load, shift, room, target, MOST_SETS)
        if seen >= MOST_SETS:
            return ceiling
        if found == 0:
            return target - 1
    return ceiling


def _fit_by_sum(amounts: Floats, total: float) -> int:
    """Return how many of the smallest amounts fit a total."""
    if not math.isfinite(total):
        return len(amounts)
    return int((np.cumsum(np.sort(amounts)) <= total + 1e-9).sum())


def _bases(problem: CircuitProblem) -> Longs:
    return np.arange(len(problem.stops), len(problem.place_ids))


def _least_into(problem: CircuitProblem, minutes: Floats, index: Longs) -> Floats:
    """Return the least minutes into each served stop from another one or a base."""
    places = np.concatenate([index, _bases(problem)])
    into = minutes[np.ix_(places, index)].copy()
    into[np.arange(len(index)), np.arange(len(index))] = np.inf
    least: Floats = into.min(axis=0)
    return least


def _round_trip(problem: CircuitProblem, minutes: Floats, index: Longs) -> Floats:
    """Return (n, n) least minutes from some base to the first stop and from the last back to it."""
    ends = np.full((len(index), len(index)), np.inf)
    for base in _bases(problem):
        ends = np.minimum(ends, minutes[base, index][:, None] + minutes[index, base][None, :])
    return ends
