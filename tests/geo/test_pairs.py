"""Reach of facilities and demand points: order, limits, masks, faults."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import GeoError
from geo.pairs import Reach, of_facilities, reach_from_table, within
from tests.geo.hand_pairs import pairs_from_minutes

MINUTES = np.array([[5, 25], [15, 12], [np.inf, 8]])


def test_rows_ascend_and_the_smaller_of_two_times_stays():
    pairs = reach_from_table(
        [1, 0, 1, 0, 1], [2, 1, 0, 0, 2], [9, 7, 8, 0, 4], n_facilities=3, n_demand=3
    )
    assert pairs.indptr.tolist() == [0, 2, 4, 4]
    assert pairs.demand.tolist() == [0, 1, 0, 2]
    assert pairs.tenths.tolist() == [0, 7, 8, 4]
    assert pairs.facility().tolist() == [0, 0, 1, 1]
    assert pairs.n_facilities == 3
    assert not pairs.demand.flags.writeable


def test_a_limit_is_met_exactly_at_the_tenth():
    pairs = reach_from_table(
        [0] * 3, [0, 1, 2], [11_999, 12_000, 12_001], n_facilities=1, n_demand=3
    )
    assert within(pairs, 20).demand.tolist() == [0, 1]


def test_each_facility_may_have_its_own_limit():
    pairs = within(pairs_from_minutes(MINUTES), [10, 12])
    assert pairs.indptr.tolist() == [0, 1, 3]
    assert pairs.demand.tolist() == [0, 1, 2]


def test_closed_facilities_have_empty_rows():
    pairs = of_facilities(pairs_from_minutes(MINUTES), np.array([False, True]))
    assert pairs.indptr.tolist() == [0, 0, 3]
    assert pairs.n_demand == 3


def test_reach_of_the_engine_is_taken_as_it_is():
    reach = Reach(
        np.array([0, 2]), np.array([0, 1], np.int32), np.array([600, 60_000], np.uint16), 2
    )
    assert within(reach, 1).tenths.tolist() == [600]
    assert within(reach, 200).tenths.dtype == np.int32


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (([0], [0, 1], [5]), "demand: expected 1 values, got 2"),
        (([0], [0], []), "tenths: expected 1 values, got 0"),
        (([3], [0], [5]), r"facility: 1 values are outside 0\.\.1"),
        (([0], [-1], [5]), r"demand: 1 values are outside 0\.\.2"),
        (([0], [0], [-5]), "tenths: 1 values are negative"),
    ],
)
def test_faults_are_named(table, message):
    with pytest.raises(GeoError, match=message):
        reach_from_table(*table, n_facilities=2, n_demand=3)


def test_a_negative_limit_is_refused():
    with pytest.raises(GeoError, match=r"a limit of -1\.0 minutes is not between"):
        within(pairs_from_minutes(MINUTES), -1)
