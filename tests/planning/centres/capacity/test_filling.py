"""Ordered filling: the toys by hand, the five cases, never better than the best assignment."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geo.pairs import Reach
from planning.centres.capacity.assignment import assign_people
from planning.centres.capacity.filling import FillCase, fill_in_order, filling_loss, order_by_people
from tests.geo.hand_pairs import pairs_from_minutes

PEOPLE = np.array([1000.0, 2000.0, 3000.0])
MINUTES = np.array([[5, 25], [15, 12], [35, 8]])


def random_instance() -> tuple[Reach, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    minutes = rng.uniform(0, 30, (200, 4)).round(2)
    people = rng.gamma(1, 10, 200)
    return pairs_from_minutes(minutes), people, people.sum() * rng.dirichlet(np.full(4, 5.0))


def test_base_toy_is_full_in_both_orders():
    for order in ((0, 1), (1, 0)):
        filling = fill_in_order(
            pairs_from_minutes(MINUTES),
            people=PEOPLE,
            capacity=[1200, 4800],
            order=order,
            limit_minutes=30,
        )
        assert filling.assignment.share == 1
    assert filling.assignment.flows.people.tolist() == [1000, 200, 1800, 3000]


@pytest.mark.parametrize(
    ("capacity", "case", "taken", "minutes"),
    [
        (6.0, FillCase.SPLIT_BAND, 6, 2),
        (0.5, FillCase.FIRST_BAND, 0.5, 0),
        (40.0, FillCase.SPARE, 33, 4),
        (9.0, FillCase.EXACT, 9, 2),
        (np.inf, FillCase.UNLIMITED, 33, 4),
    ],
)
def test_five_cases_of_filling(capacity, case, taken, minutes):
    """Bands of 1, 3, 5, 9 and 15 people at 0, 1, 2, 3 and 4 minutes; one more at 9 minutes."""
    column = np.array([[0], [1], [2], [3], [4], [9]])
    filling = fill_in_order(
        pairs_from_minutes(column),
        people=[1, 3, 5, 9, 15, 7],
        capacity=[capacity],
        order=[0],
        limit_minutes=4,
    )
    (step,) = filling.steps
    assert step.case == case
    assert step.taken == pytest.approx(taken)
    assert step.catchment_minutes == minutes
    assert step.reachable == 33
    assert step.spare == (7 if case == FillCase.SPARE else 0)
    assert filling.assignment.people == pytest.approx(40)
    assert filling.assignment.unserved_far.sum() == 7


def test_split_band_takes_the_same_share_of_each_point():
    column = np.array([[5], [10], [10]])
    filling = fill_in_order(
        pairs_from_minutes(column), people=[10, 20, 40], capacity=[40], order=[0], limit_minutes=30
    )
    assert filling.assignment.flows.people.tolist() == [10, 10, 20]


def test_order_by_people_breaks_ties_by_index():
    pairs = pairs_from_minutes(np.array([[5, 5, 50], [9, 50, 9]]))
    order = {"people": [10, 10], "facilities": (0, 1, 2), "limit_minutes": 20}
    assert order_by_people(pairs, **order) == (0, 1, 2)
    assert order_by_people(pairs, most_first=False, **order) == (1, 2, 0)


def test_best_is_never_worse_than_any_order():
    pairs, people, capacity = random_instance()
    best = assign_people(pairs, people=people, capacity=capacity * 0.9, limit_minutes=12)
    for order in itertools.permutations(range(4)):
        filling = fill_in_order(
            pairs, people=people, capacity=capacity * 0.9, order=order, limit_minutes=12
        )
        loss = filling_loss(best.assignment, filling.assignment)
        assert loss.people >= -1e-6
        assert filling.assignment.people == pytest.approx(people.sum())
