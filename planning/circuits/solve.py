"""One call for a circuit question: who cannot be served and why, routes, proof."""

from __future__ import annotations

import numpy as np

from geo.errors import Progress
from planning.circuits.bound import least_team_days, least_travel
from planning.circuits.problem import (
    CircuitPlan,
    CircuitProblem,
    Flags,
    Floats,
    Objective,
    Route,
    Status,
    Stop,
    Team,
    Unserved,
)
from planning.circuits.search import Found, Slots, list_slots, search_routes
from planning.solver.problems import SolveLimits
from planning.solver.stop import Clock
from planning.words.wording import msgid

NO_WAY = msgid("no way there and back from any base")
TOO_FAR = msgid("the shortest trip with its service takes longer than any shift")
TOO_LATE = msgid("no vehicle can be there before its window closes and back within its shift")
TOO_HEAVY = msgid("its load is above the capacity of every vehicle")
NO_ROOM = msgid("no vehicle and day were left for it")


def solve_circuits(
    problem: CircuitProblem,
    objective: Objective = "team-days",
    *,
    seed: int = 0,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> CircuitPlan:
    """Plan routes that serve as many stops as can be, at the least team-days or travel.

    With `team-days`, travel is shortened at the fewest team-days found.

    Parameters
    ----------
    seconds
        Ends the search; without it the number of steps does, and the same seed gives the same plan.

    Raises
    ------
    Cancelled
        Never: a cancelled search returns its best plan.
    """
    warm()
    clock = Clock(SolveLimits(seconds=seconds), progress)
    hopeless = find_hopeless(problem)
    is_served = np.array([stop.stop_id not in hopeless for stop in problem.stops], dtype=np.bool_)
    if not is_served.any():
        return CircuitPlan(objective, 0.0, 0.0, "optimal", (), tuple(hopeless.values()))
    asked = restrict(problem, is_served)
    every = np.ones(len(asked.stops), dtype=np.bool_)
    fewest = least_team_days(asked, every)
    found = search_routes(asked, objective, seed=seed, clock=clock, fewest=fewest)
    routes = make_routes(asked, list_slots(asked), found)
    left = tuple(Unserved(asked.stops[i].stop_id, NO_ROOM) for i in found.left_out)
    value = float(len(routes)) if objective == "team-days" else sum(r.travel for r in routes)
    bound: float | None = None
    if not left:
        bound = float(fewest) if objective == "team-days" else least_travel(asked, every)
        bound = min(bound, value)
    status: Status = "optimal" if bound is not None and value <= bound + 1e-9 else "time_limit"
    unserved = sorted((*hopeless.values(), *left), key=lambda one: one.stop_id)
    return CircuitPlan(objective, value, bound, status, routes, tuple(unserved))


def warm() -> None:
    """Compile the kernels on a problem of two stops, so that no clock pays for it."""
    if not _IS_WARM:
        _IS_WARM.append(True)
        stops = tuple(Stop(name, ((1,), (2,))) for name in "ab")
        team = Team("t", "c", 1, 100.0)
        tiny = CircuitProblem(stops, (team,), ("a", "b", "c"), np.ones((3, 3)), 2)
        search_routes(tiny, "team-days", seed=0, clock=Clock(SolveLimits(seconds=0.01)), fewest=1)
        least_team_days(tiny, np.ones(2, dtype=np.bool_))


_IS_WARM: list[bool] = []


def find_hopeless(problem: CircuitProblem) -> dict[str, Unserved]:
    """Return the stops that no vehicle can serve even alone, each with its reason."""
    found: dict[str, Unserved] = {}
    for number, stop in enumerate(problem.stops):
        if all(stop.load > team.capacity for team in problem.teams):
            found[stop.stop_id] = Unserved(stop.stop_id, TOO_HEAVY)
            continue
        trips = [_trip_alone(problem, number, stop, team) for team in problem.teams]
        if any(trip.fits for trip in trips):
            continue
        shortest = min(trip.minutes for trip in trips)
        if not np.isfinite(shortest):
            found[stop.stop_id] = Unserved(stop.stop_id, NO_WAY)
        elif all(trip.minutes > trip.shift for trip in trips):
            found[stop.stop_id] = Unserved(stop.stop_id, TOO_FAR, shortest)
        else:
            found[stop.stop_id] = Unserved(stop.stop_id, TOO_LATE, shortest)
    return found


class _Trip:
    """A trip from a base to one stop and back."""

    def __init__(self, out: float, back: float, stop: Stop, team: Team) -> None:
        begin = max(out, stop.open_minutes)
        self.shift = team.shift_minutes
        self.minutes = out + stop.service_minutes + back
        self.fits = (
            begin <= stop.close_minutes
            and begin + stop.service_minutes + back <= team.shift_minutes
            and stop.load <= team.capacity
        )


def _trip_alone(problem: CircuitProblem, number: int, stop: Stop, team: Team) -> _Trip:
    base = problem.place_ids.index(team.base_id, len(problem.stops))
    out, back = problem.minutes[base, number], problem.minutes[number, base]
    return _Trip(float(out), float(back), stop, team)


def restrict(problem: CircuitProblem, is_served: Flags) -> CircuitProblem:
    """Return the problem with some of its stops."""
    kept = np.flatnonzero(is_served)
    places = np.concatenate([kept, np.arange(len(problem.stops), len(problem.place_ids))])
    minutes: Floats = problem.minutes[np.ix_(places, places)]
    return CircuitProblem(
        stops=tuple(problem.stops[i] for i in kept),
        teams=problem.teams,
        place_ids=tuple(problem.place_ids[i] for i in places),
        minutes=minutes,
        days=problem.days,
    )


def make_routes(problem: CircuitProblem, slots: Slots, found: Found) -> tuple[Route, ...]:
    """Return the routes of a search, vehicles numbered from 1 within a team and day."""
    routes = []
    numbers: dict[tuple[int, int], int] = {}
    for slot, order in enumerate(found.stops_by_slot):
        if not len(order):
            continue
        day, team = int(slots.day[slot]), int(slots.team[slot])
        numbers[day, team] = numbers.get((day, team), 0) + 1
        entry = problem.teams[team]
        start, travel, minutes = timing(problem, order.tolist(), int(slots.base[slot]))
        routes.append(
            Route(
                day=day + 1,
                team_id=entry.team_id,
                vehicle=numbers[day, team],
                base_id=entry.base_id,
                stop_ids=tuple(problem.stops[i].stop_id for i in order),
                start=start,
                travel=travel,
                minutes=minutes,
                load=sum(problem.stops[i].load for i in order),
            )
        )
    return tuple(routes)


def timing(problem: CircuitProblem, order: list[int], base: int) -> tuple[float, float, float]:
    """Return (start, travel, minutes out) of a route that leaves as late as costs no time.

    Leaving at 0 the vehicle may wait before windows open; it leaves later by what it can without
    coming back later, so that it waits least.
    """
    now, at, travel = 0.0, base, 0.0
    for i in order:
        stop, drive = problem.stops[i], float(problem.minutes[at, i])
        now = max(now + drive, stop.open_minutes) + stop.service_minutes
        travel, at = travel + drive, i
    back = float(problem.minutes[at, base])
    end, travel = now + back, travel + back
    start = _latest_start(problem, order, base, end)
    return start, travel, end - start


def _latest_start(problem: CircuitProblem, order: list[int], base: int, end: float) -> float:
    """Return the latest departure that is back at `end`, by going backwards from there."""
    at, limit = base, end
    for i in reversed(order):
        stop = problem.stops[i]
        limit = min(
            stop.close_minutes, limit - float(problem.minutes[i, at]) - stop.service_minutes
        )
        at = i
    return max(0.0, limit - float(problem.minutes[base, at]))
