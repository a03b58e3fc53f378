"""Circuits against brute force, and what cannot be served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planning.circuits.bound import closed_minutes, least_team_days, least_travel
from planning.circuits.check import check_plan
from planning.circuits.problem import CircuitProblem, Stop, Team
from planning.circuits.solve import NO_WAY, TOO_FAR, TOO_HEAVY, TOO_LATE, solve_circuits
from tests.planning.circuits.small_circuits import best_by_brute_force, make_problem

SECONDS = None
"""No clock: the number of steps decides, so that a slow machine finds the same."""


@pytest.mark.parametrize("seed", range(12))
def test_small_problems_equal_brute_force(seed: int) -> None:
    problem = make_problem(seed)
    best = best_by_brute_force(problem)
    every = np.ones(len(problem.stops), dtype=bool)
    for objective, wanted in zip(("team-days", "travel"), best or (None, None), strict=True):
        plan = solve_circuits(problem, objective, seed=seed)  # type: ignore[arg-type]
        assert check_plan(problem, plan) == []
        if wanted is None:
            assert plan.unserved
            continue
        assert plan.unserved == ()
        assert plan.objective == pytest.approx(wanted)
        assert plan.bound is not None
        assert plan.bound <= wanted + 1e-9
    if best is not None:
        assert least_team_days(problem, every) <= best[0]
        assert least_travel(problem, every) <= best[1] + 1e-9


def line(*minutes: float, teams: tuple[Team, ...], stops: tuple[Stop, ...]) -> CircuitProblem:
    """Return stops on a line with one base at 0."""
    at = np.array([*minutes, 0.0])
    ids = (*(stop.stop_id for stop in stops), "b")
    return CircuitProblem(stops, teams, ids, np.abs(at[:, None] - at[None]), 1)


def test_what_cannot_be_served_says_why() -> None:
    stops = (
        Stop("near", ((1,),), 10.0, 1.0),
        Stop("far", ((1,),), 10.0, 1.0),
        Stop("heavy", ((1,),), 10.0, 99.0),
        Stop("early", ((1,),), 10.0, 1.0, 0.0, 5.0),
        Stop("cut", ((1,),), 10.0, 1.0),
    )
    problem = line(10, 60, 10, 10, 10, teams=(Team("t", "b", 1, 100.0, 50.0),), stops=stops)
    problem.minutes[4, :] = np.inf
    plan = solve_circuits(problem, seconds=0.2)
    why = {one.stop_id: (one.reason, one.minutes) for one in plan.unserved}
    assert why == {
        "far": (TOO_FAR, 130.0),
        "heavy": (TOO_HEAVY, None),
        "early": (TOO_LATE, 30.0),
        "cut": (NO_WAY, None),
    }
    assert (plan.objective, plan.bound, plan.status) == (1.0, 1.0, "optimal")
    assert check_plan(problem, plan) == []


def test_a_vehicle_leaves_as_late_as_costs_no_time() -> None:
    stops = (Stop("a", ((1,),), 10.0, 1.0, 60.0, 90.0),)
    problem = line(20, teams=(Team("t", "b", 1, 300.0),), stops=stops)
    (route,) = solve_circuits(problem, seconds=0.1).routes
    assert (route.start, route.travel, route.minutes) == (40.0, 40.0, 50.0)


def test_the_check_sees_each_broken_rule() -> None:
    stops = (Stop("a", ((1,),), 10.0, 5.0, 0.0, 50.0), Stop("b2", ((1,),), 10.0, 5.0))
    problem = line(10, 20, teams=(Team("t", "b", 1, 100.0, 20.0),), stops=stops)
    plan = solve_circuits(problem, seconds=0.1)
    assert check_plan(problem, plan) == []
    (route,) = plan.routes
    broken = {
        "comes to": replace(route, start=45.0),
        "the shift ends": replace(route, start=70.0),
        "none of its patterns": replace(route, stop_ids=("a",)),
        "no such vehicle": replace(route, vehicle=2),
        "minutes are not": replace(route, travel=1.0),
    }
    for words, other in broken.items():
        faults = check_plan(problem, replace(plan, routes=(other,)))
        assert any(words in fault for fault in faults), words
    assert any("out 2 times" in f for f in check_plan(problem, replace(plan, routes=(route,) * 2)))
    light = replace(problem.teams[0], capacity=5.0)
    assert any("carries" in f for f in check_plan(replace(problem, teams=(light,)), plan))


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = make_problem(5)
    assert solve_circuits(problem, "travel", seed=3) == solve_circuits(problem, "travel", seed=3)


def test_closed_times_keep_ways_of_no_time() -> None:
    minutes = np.array([[0.0, 0.0, 9.0], [np.inf, 0.0, 2.0], [np.inf, np.inf, 0.0]])
    closed = closed_minutes(minutes)
    assert closed[0, 1] == pytest.approx(0.0, abs=1e-9)
    assert closed[0, 2] == pytest.approx(2.0)
    assert np.isinf(closed[2, 0])
