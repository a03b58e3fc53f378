"""Assignment within capacities: the toy by hand, linear programmes, optimality at size."""

from __future__ import annotations

import itertools

import highspy
import numpy as np
import pytest

from data.errors import PlannerError
from geo.errors import Cancelled, GeoError
from geo.pairs import Reach, reach_from_table, within
from planning.centres.capacity import kernels
from planning.centres.capacity.assignment import (
    BestAssignment,
    assign_people,
    unserved_by_zone,
    unserved_points,
)
from planning.centres.capacity.filling import FillCase, fill_in_order, filling_loss
from tests.geo.hand_pairs import pairs_from_minutes

PEOPLE = np.array([1000.0, 2000.0, 3000.0])
MINUTES = np.array([[5, 25], [15, 12], [35, 8]])
NEAR_MINUTES = np.array([[5, 25], [15, 6], [35, 8]])


def assert_assignment(best: BestAssignment, people, capacity) -> None:
    """Check what holds for every assignment: people add up, loads fit, the proof holds."""
    answer = best.assignment
    sent = np.bincount(
        answer.flows.demand, weights=answer.flows.people, minlength=answer.flows.n_demand
    )
    np.testing.assert_allclose(
        sent + answer.unserved_full + answer.unserved_far, people, rtol=1e-9, atol=0
    )
    assert (answer.load <= np.asarray(capacity) + 1e-5).all()
    assert (answer.flows.people > 0).all()
    assert (best.shortfall <= best.lower + 1e-9).all()
    assert np.allclose(np.maximum(best.lower - answer.load, 0), best.shortfall, atol=1e-5)
    assert best.gap_person_minutes == 0


def linear_programme(pairs: Reach, people, capacity, lower) -> tuple[float, float, float]:
    """Return (served, shortfall, person-minutes) of the best assignment, goal by goal."""
    facility = np.repeat(np.arange(len(capacity)), np.diff(pairs.indptr))
    n_pairs, n_points, n_rows = len(facility), len(people), len(capacity)
    highs = highspy.Highs()
    highs.silent()
    inf = highspy.kHighsInf
    highs.addVars(n_pairs, np.zeros(n_pairs), np.full(n_pairs, inf))
    highs.addVars(n_rows, np.zeros(n_rows), np.asarray(lower, float))
    for point in range(n_points):
        at = np.flatnonzero(pairs.demand == point).astype(np.int32)
        highs.addRow(0, people[point], len(at), at, np.ones(len(at)))
    for row in range(n_rows):
        at = np.flatnonzero(facility == row).astype(np.int32)
        highs.addRow(-inf, capacity[row], len(at), at, np.ones(len(at)))
        at = np.append(at, n_pairs + row).astype(np.int32)
        highs.addRow(lower[row], inf, len(at), at, np.ones(len(at)))
    goals = (
        np.concatenate((-np.ones(n_pairs), np.zeros(n_rows))),
        np.concatenate((np.zeros(n_pairs), np.ones(n_rows))),
        np.concatenate((pairs.tenths / 600, np.zeros(n_rows))),
    )
    values = []
    everything = np.arange(n_pairs + n_rows, dtype=np.int32)
    for goal in goals:
        highs.changeColsCost(len(goal), everything, goal)
        highs.run()
        value = highs.getInfo().objective_function_value
        values.append(value)
        highs.addRow(-inf, value + 1e-7, len(goal), everything, goal)
    return -values[0], values[1], values[2]


def test_toy_splits_the_second_point():
    best = assign_people(
        pairs_from_minutes(MINUTES), people=PEOPLE, capacity=[1200, 4800], limit_minutes=30
    )
    assert_assignment(best, PEOPLE, [1200, 4800])
    assert best.assignment.share == 1
    assert best.assignment.flows.people.tolist() == [1000, 200, 1800, 3000]
    assert best.assignment.flows.demand.tolist() == [0, 1, 1, 2]
    # One more place at S2 would let one person of D2 walk 12 instead of 15 minutes.
    assert best.minutes_saved.tolist() == [0, 3]
    assert not best.serves_one_more.any()


def test_toy_serves_all_where_ordered_filling_does_not():
    pairs, capacity = pairs_from_minutes(NEAR_MINUTES), [3500, 3000]
    best = assign_people(pairs, people=PEOPLE, capacity=capacity, limit_minutes=30)
    assert_assignment(best, PEOPLE, capacity)
    assert best.assignment.share == 1
    assert round(best.assignment.mean_minutes, 4) == 9.8333
    fill = {"people": PEOPLE, "capacity": capacity, "limit_minutes": 30}
    worse = fill_in_order(pairs, order=(1, 0), **fill)
    assert round(worse.assignment.share, 3) == 0.667
    assert [step.case for step in worse.steps] == [FillCase.SPLIT_BAND, FillCase.SPARE]
    assert worse.steps[1].spare == 2500
    assert worse.assignment.unserved_full.tolist() == [0, 0, 2000]
    assert fill_in_order(pairs, order=(0, 1), **fill).assignment.share == 1
    loss = filling_loss(best.assignment, worse.assignment)
    assert loss.people == pytest.approx(2000)
    assert (loss.best_share, round(loss.ordered_share, 4)) == (1, 0.6667)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("with_lower", [False, True])
def test_agrees_with_linear_programme(seed, with_lower):
    rng = np.random.default_rng(seed)
    n_points, n_rows = 30, 5
    minutes = np.where(
        rng.random((n_points, n_rows)) < 0.6, rng.integers(0, 30, (n_points, 5)), np.inf
    )
    people = np.round(rng.gamma(1, 30, n_points), 3) * (rng.random(n_points) < 0.9)
    capacity = np.round(people.sum() * rng.dirichlet(np.ones(n_rows)) * rng.choice([0.7, 1.2]), 2)
    lower = np.round(capacity * rng.uniform(0, 1, n_rows), 2) * with_lower
    pairs = pairs_from_minutes(minutes)
    best = assign_people(pairs, people=people, capacity=capacity, lower=lower)
    assert_assignment(best, people, capacity)
    served, shortfall, person_minutes = linear_programme(pairs, people, capacity, lower)
    assert best.assignment.served == pytest.approx(served, abs=1e-3)
    assert best.shortfall.sum() == pytest.approx(shortfall, abs=1e-3)
    assert best.assignment.person_minutes == pytest.approx(person_minutes, abs=0.1)


def big_instance(n_points: int, n_rows: int, seed: int) -> tuple[Reach, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 30, (n_points, 2))
    centre = rng.uniform(0, 30, (n_rows, 2))
    minutes = np.hypot(*(place[:, None] - centre).transpose(2, 0, 1)).round(2)
    people = rng.gamma(1, 10, n_points)
    capacity = people.sum() * rng.dirichlet(np.full(n_rows, 5.0))
    return within(pairs_from_minutes(minutes), 12.0), people, capacity


@pytest.mark.parametrize("fill", [0.6, 0.95, 1.0, 1.3])
def test_proof_holds_at_size(fill):
    pairs, people, capacity = big_instance(4000, 25, 5)
    lower = capacity * fill * 0.5
    best = assign_people(pairs, people=people, capacity=capacity * fill, lower=lower)
    assert_assignment(best, people, capacity * fill)
    # Each filled centre splits at most a few points: the answer is a basic one.
    parts = np.bincount(best.assignment.flows.demand, minlength=len(people))
    assert (parts > 1).sum() <= 2 * len(capacity)


def test_prices_tell_what_one_more_place_does():
    pairs, people, capacity = big_instance(300, 6, 2)
    for fill, row in itertools.product((0.7, 1.05), range(6)):
        room = np.round(capacity * fill, 3)
        more = room.copy()
        more[row] += 0.001
        before = assign_people(pairs, people=people, capacity=room)
        after = assign_people(pairs, people=people, capacity=more)
        gained = 1000 * (after.assignment.served - before.assignment.served)
        saved = 1000 * (before.assignment.person_minutes - after.assignment.person_minutes)
        if np.isclose(before.assignment.load[row], room[row], atol=1e-4):
            assert gained == pytest.approx(float(before.serves_one_more[row]), abs=0.02)
            assert saved == pytest.approx(before.minutes_saved[row], abs=0.2)
        else:
            assert (gained, before.minutes_saved[row]) == (pytest.approx(0, abs=0.01), 0)


def test_order_of_input_does_not_matter():
    pairs, people, capacity = big_instance(500, 8, 9)
    facility = np.repeat(np.arange(8), np.diff(pairs.indptr))
    rng = np.random.default_rng(1)
    new_row, new_point = rng.permutation(8), rng.permutation(500)
    shuffled = reach_from_table(
        new_row[facility],
        new_point[pairs.demand],
        pairs.tenths,
        n_facilities=8,
        n_demand=500,
    )
    moved_people, moved_capacity = np.empty(500), np.empty(8)
    moved_people[new_point], moved_capacity[new_row] = people, capacity
    one = assign_people(pairs, people=people, capacity=capacity)
    other = assign_people(shuffled, people=moved_people, capacity=moved_capacity)
    assert one.assignment.served == pytest.approx(other.assignment.served, rel=1e-9)
    assert one.assignment.person_minutes == pytest.approx(other.assignment.person_minutes, rel=1e-7)
    again = assign_people(pairs, people=people, capacity=capacity)
    for name in ("indptr", "demand", "tenths", "people"):
        first, second = getattr(one.assignment.flows, name), getattr(again.assignment.flows, name)
        assert np.array_equal(first, second)


def test_more_capacity_never_serves_fewer():
    pairs, people, capacity = big_instance(400, 6, 4)
    served = [
        assign_people(pairs, people=people, capacity=capacity * fill).assignment.served
        for fill in (0.3, 0.6, 0.9, 1.2, 3.0)
    ]
    assert served == sorted(served)


def test_without_limits_everybody_goes_to_the_nearest():
    pairs, people, _ = big_instance(400, 6, 4)
    best = assign_people(pairs, people=people, capacity=np.full(6, np.inf))
    facility = np.repeat(np.arange(6), np.diff(pairs.indptr))
    nearest = np.full((400, 6), np.inf)
    nearest[pairs.demand, facility] = pairs.tenths
    reached = np.isfinite(nearest.min(axis=1))
    expected = (people * np.where(reached, nearest.min(axis=1), 0)).sum() / 600
    assert best.assignment.person_minutes == pytest.approx(expected)
    assert best.assignment.unserved_full.sum() == 0
    assert best.assignment.unserved_far.sum() == pytest.approx(people[~reached].sum())


def test_least_loads_draw_people_and_name_the_shortfall():
    minutes = np.array([[5, 10, np.inf], [5, 20, np.inf]])
    best = assign_people(
        pairs_from_minutes(minutes),
        people=[100, 100],
        capacity=[500, 500, 500],
        lower=[50, 120, 30],
    )
    assert_assignment(best, [100, 100], [500, 500, 500])
    assert best.assignment.load.tolist() == [80, 120, 0]
    assert best.shortfall.tolist() == [0, 0, 30]
    most = assign_people(
        pairs_from_minutes(minutes), people=[100, 100], capacity=[900, 900, 900], lower=[0, 700, 0]
    )
    assert most.assignment.load.tolist() == [0, 200, 0]
    assert most.shortfall.tolist() == [0, 500, 0]
    short = assign_people(
        pairs_from_minutes(minutes), people=[100, 100], capacity=[500, 500, 0], lower=[150, 120, 0]
    )
    assert short.assignment.share == 1
    assert short.shortfall.sum() == 70


def test_unserved_people_are_named():
    minutes = np.array([[5], [6], [np.inf], [7]])
    best = assign_people(pairs_from_minutes(minutes), people=[100, 50, 30, 0], capacity=[120])
    answer = best.assignment
    assert answer.unserved_far.tolist() == [0, 0, 30, 0]
    assert answer.unserved_full.tolist() == [0, 30, 0, 0]
    zones = unserved_by_zone(answer, np.array([0, 1, -1, 2]), n_zones=3)
    assert [(row.zone, row.people, row.full, row.far) for row in zones] == [
        (-1, 30, 0, 30),
        (1, 30, 30, 0),
    ]
    assert unserved_points(answer).tolist() == [1, 2]


def test_closed_facilities_take_nobody():
    best = assign_people(
        pairs_from_minutes(MINUTES),
        people=PEOPLE,
        capacity=[9000, 9000],
        lower=[2000, 0],
        limit_minutes=30,
        is_open=np.array([False, True]),
    )
    assert best.assignment.load.tolist() == [0, 6000]
    assert best.shortfall.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("people", "capacity"),
    [([0.0, 0.0, 0.0], [5.0, 5.0]), (PEOPLE, [0.0, 0.0]), (PEOPLE, [np.inf, 0.0])],
)
def test_edges_give_stated_results(people, capacity):
    best = assign_people(
        pairs_from_minutes(MINUTES), people=people, capacity=capacity, limit_minutes=30
    )
    answer = best.assignment
    assert answer.people == pytest.approx(np.sum(people))
    if not np.sum(people):
        assert (answer.share, answer.mean_minutes) == (None, None)
    elif not np.sum(capacity):
        assert (answer.share, answer.mean_minutes) == (0, None)
        assert answer.unserved_full.tolist() == PEOPLE.tolist()
    else:
        assert answer.unserved_full.tolist() == [0, 0, 3000]
        assert answer.load.tolist() == [3000, 0]


def test_no_pairs_at_all():
    none = reach_from_table([], [], [], n_facilities=2, n_demand=3)
    best = assign_people(none, people=PEOPLE, capacity=[10, 10], lower=[5, 0])
    assert best.assignment.unserved_far.tolist() == PEOPLE.tolist()
    assert best.shortfall.tolist() == [5, 0]


def test_limit_is_met_exactly_at_the_tenth():
    pairs = reach_from_table(
        [0, 0, 0], [0, 1, 2], [11990, 12000, 12001], n_facilities=1, n_demand=3
    )
    best = assign_people(pairs, people=PEOPLE, capacity=[9e9], limit_minutes=20)
    assert best.assignment.unserved_far.tolist() == [0, 0, 3000]


def test_faults_are_named():
    with pytest.raises(PlannerError, match=r"least load 20.0 is above the capacity 10.0"):
        assign_people(pairs_from_minutes(MINUTES), people=PEOPLE, capacity=[10, 10], lower=[0, 20])
    with pytest.raises(GeoError, match="capacity: expected 2 values, got 3"):
        assign_people(pairs_from_minutes(MINUTES), people=PEOPLE, capacity=[10, 10, 10])
    with pytest.raises(GeoError, match="people: 1 values are not finite"):
        assign_people(pairs_from_minutes(MINUTES), people=[1, np.nan, 2], capacity=[10, 10])


def test_can_be_cancelled():
    pairs, people, capacity = big_instance(300, 6, 2)

    def stop(stage: str, done: int, total: int) -> None:
        assert (stage, total > 0, done <= total) == ("assign", True, True)
        raise Cancelled

    with pytest.raises(Cancelled):
        assign_people(pairs, people=people, capacity=capacity * 0.5, progress=stop)


def test_each_kernel_is_compiled_once():
    best = assign_people(pairs_from_minutes(MINUTES), people=PEOPLE, capacity=[10, 10])
    assert best.gap_person_minutes == 0
    assert len(kernels.shortest_paths.signatures) == 1
    assert len(kernels.fill_heaps.signatures) == 1
