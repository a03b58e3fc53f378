"""Search for routes: the kernels under a clock or a number of steps.

Without a clock the number of steps decides, so that the same seed gives the same plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planning.circuits import kernels
from planning.circuits.problem import CircuitProblem, Ints, Objective
from planning.solver.stop import Clock

STEPS_AT_ONCE = 1000
STEPS_PER_VISIT = 4000
"""Steps for each visit where no time is given."""
HOT, COLD = 0.5, 0.005
"""Heat at the start and at the end, as shares of the mean travel between stops."""
MOST_OUT = 10
SHARE_FOR_FEWER = 0.6
"""Share of the work that looks for fewer team-days before travel is shortened."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best routes of a search: stops by slot in their order, and who was left out."""

    stops_by_slot: tuple[Ints, ...]
    left_out: tuple[int, ...]
    used: int
    travel: float


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """One row a vehicle of a team on a day.

    day (from 0), team, vehicle (from 1), base (index of a place), kind: (r,) integers.
    """

    day: Ints
    team: Ints
    vehicle: Ints
    base: Ints
    kind: Ints


def list_slots(problem: CircuitProblem) -> Slots:
    """Return the slots of a problem; no more vehicles than there are stops."""
    rows = [
        (day, team, vehicle, problem.place_ids.index(entry.base_id, len(problem.stops)))
        for day in range(problem.days)
        for team, entry in enumerate(problem.teams)
        for vehicle in range(1, min(entry.vehicles, len(problem.stops)) + 1)
    ]
    day, team, vehicle, base = np.array(rows, dtype=np.int32).T
    return Slots(day, team, vehicle, base, (day * len(problem.teams) + team).astype(np.int32))


def instance_of(problem: CircuitProblem, slots: Slots) -> kernels.Instance:
    """Return a problem as the arrays of the kernels."""
    stops, teams, n = problem.stops, problem.teams, len(problem.stops)
    minutes = np.where(np.isfinite(problem.minutes), problem.minutes, kernels.FAR)
    most = max(len(stop.patterns) for stop in stops)
    pattern = np.zeros((n, most, problem.days), dtype=np.bool_)
    for i, stop in enumerate(stops):
        for a, days in enumerate(stop.patterns):
            pattern[i, a, [day - 1 for day in days]] = True
    both_ways = minutes[:n, :n] + minutes[:n, :n].T
    np.fill_diagonal(both_ways, -1.0)
    near = np.argsort(both_ways, axis=1, kind="stable")[:, 1:]
    return kernels.Instance(
        minutes=np.ascontiguousarray(minutes),
        service=np.array([stop.service_minutes for stop in stops]),
        load=np.array([stop.load for stop in stops]),
        opens=np.array([stop.open_minutes for stop in stops]),
        closes=np.array([min(stop.close_minutes, kernels.FAR) for stop in stops]),
        pattern=pattern,
        n_patterns=np.array([len(stop.patterns) for stop in stops], dtype=np.int64),
        near=np.ascontiguousarray(near, dtype=np.int32),
        slot_day=slots.day,
        slot_base=slots.base,
        slot_kind=slots.kind,
        slot_shift=np.array([teams[t].shift_minutes for t in slots.team]),
        slot_room=np.array([min(teams[t].capacity, kernels.FAR) for t in slots.team]),
    )


def search_routes(
    problem: CircuitProblem, objective: Objective, *, seed: int, clock: Clock, fewest: int
) -> Found:
    """Return the best routes found.

    Parameters
    ----------
    fewest
        No plan has fewer routes: the search for fewer ends there.
    clock
        Ends the search; without a time limit the number of steps does.
    """
    slots = list_slots(problem)
    search = _Search(problem, instance_of(problem, slots), seed=seed, clock=clock)
    search.counts_routes = objective == "team-days"
    if objective == "team-days":
        search.reduce_routes(fewest)
    search.shorten(fixed=0.0 if objective == "travel" else search.dear)
    return search.found()


class _Search:
    """State of one search: routes worked on, accepted, and best."""

    def __init__(
        self, problem: CircuitProblem, given: kernels.Instance, *, seed: int, clock: Clock
    ) -> None:
        self.given, self.clock = given, clock
        self.counts_routes = False
        n, n_slots = len(problem.stops), len(given.slot_day)
        self.routes, self.current, self.best = (
            _no_routes(n_slots, n, problem.days) for _ in range(3)
        )
        minutes = problem.minutes[:n, :n]
        known = minutes[np.isfinite(minutes) & ~np.eye(n, dtype=bool)]
        self.mean = float(known.mean()) if len(known) else 1.0
        finite = problem.minutes[np.isfinite(problem.minutes)]
        # Dearer than any route, so that one route less always wins.
        self.dear = float(finite.max(initial=1.0)) * (n + 2)
        self.visits = np.array([stop.visits for stop in problem.stops], dtype=np.float64)
        self.weight = self.visits * self.dear * 4
        self.steps = STEPS_PER_VISIT * problem.visits
        self.figures = np.zeros(9)
        self.figures[0] = max(1.0, self.mean / max(1.0, float(given.load.mean())))
        self.figures[2] = np.inf
        self.figures[3:6] = np.inf
        kernels.set_seed(seed)

    def reduce_routes(self, fewest: int) -> None:
        """Look for plans with one route less until none is found in the share of the work."""
        most = len(self.given.slot_day)
        self._run(most, self.dear / 50, share=0.15)
        while self.figures[3] < np.inf and self.figures[4] > fewest and not self.clock.is_cut:
            wanted = int(self.figures[4]) - 1
            left_out = self.figures[3]
            self._start_from_best()
            if not self._run(wanted, 0.0, share=SHARE_FOR_FEWER, goal=(left_out, wanted)):
                break
        self._start_from_best()

    def shorten(self, *, fixed: float) -> None:
        """Shorten travel with the routes of the best plan, or with any number of them."""
        is_first = not np.isfinite(self.figures[3])
        most = len(self.given.slot_day) if is_first or not fixed else int(self.figures[4])
        self._run(most, 0.0 if most < len(self.given.slot_day) else fixed, share=1.0)

    def found(self) -> Found:
        """Return the best routes."""
        best = self.best
        stops = tuple(best.stop[r, : best.length[r]].copy() for r in range(len(best.length)))
        left_out = tuple(int(i) for i in np.flatnonzero((best.slot < 0).all(axis=1)))
        used = int((best.length > 0).sum())
        return Found(stops, left_out, used, float(best.travel.sum()))

    def _start_from_best(self) -> None:
        if np.isfinite(self.figures[3]):
            for state in (self.routes, self.current):
                kernels.copy_routes(self.best, state)
        self.figures[2] = np.inf

    def _run(
        self, most: int, fixed: float, *, share: float, goal: tuple[float, int] | None = None
    ) -> bool:
        """Anneal for a share of the time or steps left; return whether the goal was reached."""
        seconds = self.clock.seconds_left * share
        steps = int(self.steps * share)
        self.steps -= steps if not math.isfinite(seconds) else 0
        hot, cold = self.mean * HOT, self.mean * COLD
        done, heat = 0.0, hot
        begun = self.clock.seconds_left
        weight = self.weight.copy()
        count = 0
        while done < 1.0 and self.clock.goes_on("routes", int(done * 1000), 1000):
            kernels.improve(
                self.given, self.routes, self.current, self.best, weight, self.figures,
                most, fixed, heat, STEPS_AT_ONCE, MOST_OUT, self.counts_routes,
            )  # fmt: skip
            count += STEPS_AT_ONCE
            done = (
                (begun - self.clock.seconds_left) / seconds
                if math.isfinite(seconds)
                else count / max(1, steps)
            )
            heat = hot * (cold / hot) ** min(1.0, done)
            if goal is not None:
                if self.figures[3] <= goal[0] + 1e-9 and self.figures[4] <= goal[1]:
                    return True
                # Who is left out again and again is let in first (guided weights).
                out = (self.current.slot < 0).all(axis=1)
                weight[out] *= 1.05
                self.figures[2] = np.inf
        return False


def _no_routes(n_slots: int, n: int, days: int) -> kernels.Routes:
    return kernels.Routes(
        stop=np.zeros((n_slots, n), dtype=np.int32),
        length=np.zeros(n_slots, dtype=np.int64),
        load=np.zeros(n_slots),
        travel=np.zeros(n_slots),
        earliest=np.zeros((n_slots, n)),
        latest=np.zeros((n_slots, n)),
        slot=np.full((n, days), -1, dtype=np.int32),
    )
