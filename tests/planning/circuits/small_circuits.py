"""Small circuit problems, and a brute force that knows nothing of the search."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np

from planning.circuits.problem import CircuitProblem, Stop, Team, any_days


def make_problem(seed: int) -> CircuitProblem:
    """Return a seeded problem of at most six stops, two teams and two days, directed times."""
    rng = np.random.default_rng(seed)
    n, days = int(rng.integers(2, 7)), int(rng.integers(1, 3))
    place = rng.random((n + 2, 2)) * 60
    minutes = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    minutes *= 1 + 0.3 * rng.random(minutes.shape)  # one way is longer than the other
    np.fill_diagonal(minutes, 0.0)
    stops = []
    for i in range(n):
        visits = int(rng.integers(1, days + 1))
        opens = float(rng.integers(0, 60)) if seed % 3 == 0 else 0.0
        stops.append(
            Stop(
                f"s{i}",
                any_days(visits, days),
                service_minutes=float(rng.integers(0, 30)),
                load=float(rng.integers(1, 6)),
                open_minutes=opens,
                close_minutes=opens + 120.0 if seed % 3 == 0 else np.inf,
            )
        )
    teams = (
        Team("t0", "b0", 1, 260.0, 9.0 if seed % 2 else np.inf),
        Team("t1", "b1", 1, 220.0, 12.0 if seed % 2 else np.inf),
    )
    ids = (*(stop.stop_id for stop in stops), "b0", "b1")
    return CircuitProblem(tuple(stops), teams, ids, minutes, days)


def best_by_brute_force(  # noqa: C901 - three nested loops over small sets
    problem: CircuitProblem,
) -> tuple[int, float] | None:
    """Return (fewest team-days, least travel) over all plans that serve everybody; None if none."""
    n = len(problem.stops)

    @cache
    def route(team: int, group: tuple[int, ...]) -> float:
        """Return the least travel of one team through a group of stops; inf where none fits."""
        entry = problem.teams[team]
        base = problem.place_ids.index(entry.base_id)
        if sum(problem.stops[i].load for i in group) > entry.capacity:
            return np.inf
        best = np.inf
        for order in itertools.permutations(group):
            now, at, travel = 0.0, base, 0.0
            for i in order:
                stop = problem.stops[i]
                travel += problem.minutes[at, i]
                now = max(now + problem.minutes[at, i], stop.open_minutes)
                if now > stop.close_minutes:
                    break
                now, at = now + stop.service_minutes, i
            else:
                travel += problem.minutes[at, base]
                if now + problem.minutes[at, base] <= entry.shift_minutes:
                    best = min(best, travel)
        return best

    @cache
    def day(group: tuple[int, ...]) -> tuple[float, float]:
        """Return (fewest routes, least travel) of a day on which these stops are served."""
        fewest, travel = np.inf, np.inf
        for split in range(2 ** len(group)):
            parts = [
                tuple(i for k, i in enumerate(group) if (split >> k) & 1 == team)
                for team in range(2)
            ]
            cost = sum(route(team, part) for team, part in enumerate(parts) if part)
            if np.isfinite(cost):
                fewest = min(fewest, sum(bool(part) for part in parts))
                travel = min(travel, cost)
        return fewest, travel

    fewest, travel = np.inf, np.inf
    for choice in itertools.product(*(stop.patterns for stop in problem.stops)):
        found = [
            day(tuple(i for i in range(n) if d in choice[i])) for d in range(1, problem.days + 1)
        ]
        fewest = min(fewest, sum(row[0] for row in found))
        travel = min(travel, sum(row[1] for row in found))
    return (int(fewest), travel) if np.isfinite(travel) else None
