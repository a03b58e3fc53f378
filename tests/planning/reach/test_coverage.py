"""Coverage: hand-worked statuses, a ledger that adds up, gaps that a reader can draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.travel import UNREACHED, Nearest, NearestStatus
from planning.reach.coverage import (
    Ledger,
    Status,
    ledger,
    ledger_by_unit,
    ledger_by_village,
    people_within,
    point_status,
    roads_incomplete,
    robust_cover,
)

LIMIT = 12_000  # 20 minutes in tenths of a second


def times(tenths, status=None):
    tenths = np.array(tenths, dtype=np.int32)
    found = np.where(tenths == UNREACHED, NearestStatus.UNREACHABLE, NearestStatus.REACHED)
    status = found if status is None else status
    facility = np.where(tenths == UNREACHED, -1, 0)
    return Nearest(tenths, facility.astype(np.int32), np.array(status, dtype=np.uint8))


def test_the_limit_itself_is_covered():
    nearest = times([11_990, 12_000, 12_001, 12_010])
    status = point_status(nearest, np.zeros(4, dtype=bool), limit_tenths=LIMIT)
    assert status.tolist() == [Status.COVERED, Status.COVERED, Status.BEYOND, Status.BEYOND]


def test_the_first_status_that_applies_wins():
    nearest = times(
        [0, UNREACHED, UNREACHED, UNREACHED, 99_999],
        [
            NearestStatus.REACHED,
            NearestStatus.UNREACHABLE,
            NearestStatus.OFF_NETWORK,
            NearestStatus.BEYOND,
            NearestStatus.REACHED,
        ],
    )
    outside = np.array([True, False, False, False, False])
    assert point_status(nearest, outside, limit_tenths=LIMIT).tolist() == [
        Status.OUTSIDE,
        Status.UNREACHABLE,
        Status.OFF_NETWORK,
        Status.BEYOND,
        Status.BEYOND,
    ]


def test_ledger_by_hand():
    counted = ledger(np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.arange(5, dtype=np.uint8))
    assert counted == Ledger(
        input=31, outside=16, off_network=8, unreachable=4, beyond=2, covered=1
    )
    assert counted.share == pytest.approx(1 / 15)


def test_share_is_none_where_nobody_is_inside():
    assert ledger(np.array([5.0]), np.array([Status.OUTSIDE], dtype=np.uint8)).share is None


people_arrays = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1e6))


@given(people_arrays, st.integers(0, 2**32 - 1))
def test_ledger_adds_up_and_merges(people, seed):
    rng = np.random.default_rng(seed)
    status = rng.integers(0, 5, len(people)).astype(np.uint8)
    whole = ledger(people, status)
    parts = whole.outside + whole.off_network + whole.unreachable + whole.beyond + whole.covered
    assert parts == pytest.approx(whole.input, rel=1e-9)
    assert whole.input == pytest.approx(people.sum(), rel=1e-9)
    cut = rng.integers(0, len(people) + 1)
    merged = ledger(people[:cut], status[:cut]).merge(ledger(people[cut:], status[cut:]))
    for field in Ledger.__dataclass_fields__:
        assert getattr(merged, field) == pytest.approx(getattr(whole, field), rel=1e-9, abs=1e-6)


@given(people_arrays, st.floats(0, 1e6))
def test_people_outside_change_no_share(people, more):
    status = (np.arange(len(people)) % 4).astype(np.uint8)
    before = ledger(people, status)
    after = ledger(np.append(people, more), np.append(status, np.uint8(Status.OUTSIDE)))
    assert after.share == before.share
    assert after.outside == pytest.approx(before.outside + more)


def test_units_add_up_to_those_inside():
    people = np.array([1.0, 2.0, 4.0, 8.0])
    status = np.array([0, 1, 0, 4], dtype=np.uint8)
    unit = np.array([1, 1, 0, -1], dtype=np.int32)
    first, second, third = ledger_by_unit(people, status, unit, n_units=3)
    assert (first.covered, first.input) == (4, 4)
    assert (second.covered, second.beyond, second.input) == (1, 2, 3)
    assert third == Ledger(0, 0, 0, 0, 0, 0)


def test_a_village_counts_its_natural_villages():
    people = np.array([5.0, 7.0, 11.0, 13.0])
    status = np.array([Status.COVERED, Status.BEYOND, Status.COVERED, Status.COVERED], np.uint8)
    village = np.array([0, 1, 2, 3], dtype=np.int32)
    parent = np.array([-1, 0, 0, -1], dtype=np.int32)  # 1 and 2 are parts of 0
    rows = ledger_by_village(people, status, village, parent=parent)
    assert [(row.input, row.covered) for row in rows] == [(23, 16), (7, 0), (11, 11), (13, 13)]


def test_bands_cumulate_and_leave_out_people_outside():
    nearest = times([3_000, 3_001, 36_000, 100])
    outside = np.array([False, False, False, True])
    bands = dict(people_within(np.array([1.0, 2.0, 4.0, 8.0]), nearest, outside))
    assert bands == {5: 1, 10: 3, 15: 3, 20: 3, 30: 3, 45: 3, 60: 7}


def test_robust_cover_counts_agreement():
    low, mid, high = (
        np.array(row, dtype=np.uint8) for row in ([0, 1, 1, 4], [0, 0, 1, 4], [0, 0, 1, 4])
    )
    cover = robust_cover(
        np.array([1.0, 2.0, 4.0, 8.0]), [low, mid, high], ["low", "default", "high"]
    )
    assert (cover.all_sets, cover.some_sets, cover.no_set) == (1, 2, 4)


def test_zone_with_many_people_far_from_roads_is_doubtful():
    access = np.array([300.0, 300.1, np.nan, 10.0])
    people = np.array([89.0, 11.0, 5.0, 95.0])
    zone = np.array([0, 0, 1, 1], dtype=np.int32)
    assert roads_incomplete(people, access, zone, n_zones=3) == [True, False, False]
