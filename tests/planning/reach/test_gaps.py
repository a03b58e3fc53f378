"""Gaps that a reader can draw, with the minutes of their people and not of their worst cell."""

import numpy as np
import pytest

from geo.travel import UNREACHED, Nearest, NearestStatus
from planning.reach.coverage import Status
from planning.reach.gaps import GapInput, find_gaps

IDS = ("far", "near", "also near")


def gap_input(x, people, *, zone=None, village=None):
    n = len(x)
    return GapInput(
        x_m=np.array(x, dtype=float),
        y_m=np.zeros(n),
        people=np.array(people, dtype=float),
        groups=(("65+", np.full(n, 0.25)),),
        zone=np.zeros(n, np.int32) if zone is None else np.array(zone, dtype=np.int32),
        village=np.zeros(n, np.int32) if village is None else np.array(village, dtype=np.int32),
        facility_ids=IDS,
    )


def times(minutes, facility=None, status=None):
    """Return times of which None is none; facility 0 where nothing else is said."""
    tenths = [UNREACHED if m is None else round(m * 600) for m in minutes]
    found = [NearestStatus.UNREACHABLE if m is None else NearestStatus.REACHED for m in minutes]
    named = [-1 if m is None else 0 for m in minutes] if facility is None else facility
    return Nearest(
        np.array(tenths, dtype=np.int32),
        np.array(named, dtype=np.int32),
        np.array(found if status is None else status, dtype=np.uint8),
    )


def line_of_gaps(x, status, *, zone=None, people=None):
    demand = gap_input(x, np.ones(len(x)) if people is None else people, zone=zone)
    return find_gaps(demand, np.array(status, np.uint8), times([30] * len(x)), link_m=300)


def one_gap(people, nearest, **more):
    """Return the gap of points 100 m apart, none of them covered."""
    demand = gap_input([100 * i for i in range(len(people))], people, **more)
    status = np.full(len(people), Status.BEYOND, np.uint8)
    (gap,) = find_gaps(demand, status, nearest)
    return gap


def test_gaps_are_chains_of_short_steps():
    gaps = line_of_gaps([0, 300, 700, 1000, 1300], [1, 1, 1, 1, 1])
    assert [gap.demand.tolist() for gap in gaps] == [[2, 3, 4], [0, 1]]
    assert [gap.people for gap in gaps] == [3, 2]
    assert gaps[0].group_people == (("65+", 0.75),)
    assert gaps[0].x_m == pytest.approx(1000)


def test_a_gap_never_crosses_a_zone_border_or_takes_covered_points():
    gaps = line_of_gaps([0, 100, 200, 300], [1, 1, 0, 1], zone=[0, 1, 1, 1])
    assert sorted(gap.demand.tolist() for gap in gaps) == [[0], [1, 3]]


def test_points_without_people_or_outside_make_no_gap():
    assert line_of_gaps([0, 100], [1, Status.OUTSIDE], people=[0, 5]) == ()


def test_unknown_is_no_gap():
    assert line_of_gaps([0, 100], [Status.UNKNOWN, Status.UNKNOWN], people=[5, 1]) == ()


def test_the_nearest_point_and_minutes_are_those_of_the_people_not_of_the_worst_cell():
    # 5,000 people live 34.3 min from one clinic; 79 live 55.5 min from another.
    gap = one_gap([79, 5000], times([55.5, 34.3], facility=[0, 1]))
    assert gap.nearest_facility == 1
    assert gap.nearest_people == 5000
    assert gap.median_minutes == pytest.approx(34.3)
    assert gap.worst_minutes == pytest.approx(55.5)


def test_ties_of_the_nearest_point_go_by_id():
    gap = one_gap([5, 5], times([30, 30], facility=[1, 2]))
    assert IDS[gap.nearest_facility] == "also near"


def test_no_time_is_longer_than_any_time():
    beyond = NearestStatus.BEYOND
    most_timed = one_gap([6, 5], times([30, None], status=[NearestStatus.REACHED, beyond]))
    assert (most_timed.median_minutes, most_timed.worst_minutes) == (30, 30)
    assert (most_timed.beyond_horizon_people, most_timed.no_path_people) == (5, 0)
    most_not = one_gap([5, 6], times([30, None], status=[NearestStatus.REACHED, beyond]))
    assert (most_not.median_minutes, most_not.worst_minutes) == (None, 30)


def test_people_without_a_path_or_a_road_are_counted_apart():
    status = [NearestStatus.BEYOND, NearestStatus.UNREACHABLE, NearestStatus.OFF_NETWORK]
    gap = one_gap([1, 2, 4], times([None] * 3, status=status))
    assert (gap.nearest_facility, gap.nearest_people) == (-1, 0)
    assert (gap.median_minutes, gap.worst_minutes) == (None, None)
    assert (gap.beyond_horizon_people, gap.no_path_people) == (1, 6)


def test_a_gap_over_villages_counts_them_and_names_the_largest():
    gap = one_gap([3, 9, 4, 2], times([30] * 4), village=[7, 5, 7, -1])
    assert (gap.village, gap.villages) == (5, 2)
