"""Referral chains on a small county that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import GeoError
from geo.pairs import reach_from_table
from geo.search import UNREACHED
from planning.assess.chains import (
    LegStatus,
    nearest_links,
    people_by_level,
    referral_by_alliance,
    referral_chains,
    tenths_from_points,
)

# 0-3 stations, 4-5 centres, 6 district hospital, 7 city hospital; two alliances.
LEVEL = np.array([1, 1, 1, 1, 2, 2, 3, 4], dtype=np.int32)
REFERS_TO = np.array([4, 4, 6, -1, 6, 6, 7, -1], dtype=np.int32)
ALLIANCE = np.array([0, 0, 0, 1, 0, 1, 0, -1], dtype=np.int32)
MINUTES = {
    (0, 4): 10,
    (1, 4): 35,
    (1, 5): 20,
    (2, 6): 50,
    (2, 4): 15,
    (3, 5): 12,
    (3, 4): 9,
    (4, 6): 25,
    (6, 7): 60,
}


def times(minutes=MINUTES, count=8):
    senders, receivers = zip(*minutes, strict=True)
    tenths = [value * 600 for value in minutes.values()]
    return reach_from_table(receivers, senders, tenths, n_facilities=count, n_demand=count)


def chains(**changes):
    options = {
        "level": LEVEL,
        "refers_to": REFERS_TO,
        "alliance": ALLIANCE,
        "max_leg_minutes": (30.0, 30.0, 90.0),
    }
    return referral_chains(times(), **{**options, **changes})


def test_each_leg_says_what_is_the_matter():
    referral = chains()
    assert [LegStatus(code).name for code in referral.status] == [
        "OK",
        "OVER",
        "OVER",
        "MISSING",
        "OK",
        "UNREACHABLE",
        "OK",
        "TOP",
    ]
    assert np.flatnonzero(referral.is_skipping).tolist() == [2]
    # The centre of alliance 1 refers to the hospital of alliance 0, that one out of its alliance.
    assert np.flatnonzero(referral.is_crossing).tolist() == [5, 6]


def test_minutes_are_cumulated_and_skipped_levels_are_passed_over():
    referral = chains()
    none = int(UNREACHED)
    assert (referral.tenths_to_level // 600).tolist() == [
        [0, 10, 35, 95],
        [0, 35, 60, 120],
        [0, 50, 50, 110],
        [0, *[none // 600] * 3],
        [0, 0, 25, 85],
        [0, 0, *[none // 600] * 2],
        [0, 0, 0, 60],
        [0, 0, 0, 0],
    ]
    assert referral.at_level[0].tolist() == [0, 4, 6, 7]
    assert referral.at_level[2].tolist() == [2, 6, 6, 7]
    assert referral.at_level[3].tolist() == [3, -1, -1, -1]
    assert referral.is_complete.tolist() == [True, True, True, False, True, False, True, True]


def test_a_branch_refers_to_its_own_centre():
    # 4 is the centre, 5 its branch: 5 -> 4 takes 20 minutes, 4 -> 6 takes 25, 6 -> 7 an hour.
    to = np.array([5, 4, 6, -1, 6, 4, 7, -1], dtype=np.int32)
    legs = {(0, 5): 10, (4, 6): 25, (5, 4): 20, (6, 7): 60}
    options = {"level": LEVEL, "refers_to": to, "alliance": ALLIANCE}
    parent = np.array([-1, -1, -1, -1, -1, 4, -1, -1], dtype=np.int32)
    branch = referral_chains(times(legs), max_leg_minutes=60.0, parent=parent, **options)
    assert branch.status[5] == LegStatus.OK
    assert branch.at_level[5].tolist() == [5, 5, 6, 7]
    assert (branch.tenths_to_level[0] / 600).tolist() == [0, 10, 55, 115]
    strange = referral_chains(times(legs), max_leg_minutes=60.0, **options)
    assert strange.status[5] == LegStatus.NOT_UPWARD
    ring = np.array([-1, -1, -1, -1, 5, 4, -1, -1], dtype=np.int32)
    both = referral_chains(
        times({**legs, (4, 5): 20}),
        max_leg_minutes=60.0,
        parent=ring,
        **{**options, "refers_to": np.array([5, 4, 6, -1, 5, 4, 7, -1], dtype=np.int32)},
    )
    assert [LegStatus(code).name for code in both.status[4:6]] == ["NOT_UPWARD", "NOT_UPWARD"]


def test_leg_limit_is_met_exactly_at_the_tenth():
    legs = {(0, 1): 20}
    short = {
        "level": np.array([1, 2]),
        "refers_to": np.array([1, -1]),
        "alliance": np.zeros(2, int),
    }
    for limit, expected in ((20, LegStatus.OK), (20 - 1 / 600, LegStatus.OVER)):
        referral = referral_chains(times(legs, 2), max_leg_minutes=limit, **short)
        assert referral.status[0] == expected


def test_by_alliance():
    rows = {row.alliance: row for row in referral_by_alliance(chains())}
    assert list(rows) == [-1, 0, 1]
    assert rows[0].facilities == 5
    assert rows[0].complete == 5
    assert (rows[0].over, rows[0].skipping, rows[0].crossing) == (2, 1, 1)
    assert rows[0].worst_minutes == 120
    assert rows[0].mean_minutes == pytest.approx((95 + 120 + 110 + 85 + 60) / 5)
    assert (rows[1].complete, rows[1].missing, rows[1].unreachable) == (0, 1, 1)
    assert rows[1].mean_minutes is None
    assert (rows[-1].facilities, rows[-1].complete, rows[-1].mean_minutes) == (1, 1, None)


def test_closed_facilities_break_the_chain_and_have_none():
    is_open = np.ones(8, dtype=bool)
    is_open[[1, 6]] = False
    referral = chains(is_open=is_open)
    assert referral.status[[1, 2, 4, 6]].tolist() == [
        LegStatus.NOT_OPEN,
        LegStatus.CLOSED,
        LegStatus.CLOSED,
        LegStatus.NOT_OPEN,
    ]
    assert referral.at_level[0].tolist() == [0, 4, -1, -1]
    assert referral.at_level[6].tolist() == [-1, -1, -1, -1]
    assert sum(row.facilities for row in referral_by_alliance(referral, is_open=is_open)) == 6


def test_rings_and_downward_links_end():
    referral = referral_chains(
        times({(0, 1): 5, (1, 0): 5, (2, 0): 5}, 4),
        level=np.array([1, 1, 2, 3]),
        refers_to=np.array([1, 0, 0, -1]),
        alliance=np.zeros(4, int),
        max_leg_minutes=30,
    )
    assert referral.status[:3].tolist() == [LegStatus.NOT_UPWARD] * 3
    assert not referral.is_complete[:3].any()


def test_a_level_that_nobody_has_is_missing():
    referral = chains(n_levels=5, max_leg_minutes=90.0)
    assert referral.status[7] == LegStatus.MISSING
    assert not referral.is_complete.any()


def test_nearest_links_stay_in_the_alliance():
    links = nearest_links(times(), level=LEVEL, alliance=ALLIANCE)
    assert links.tolist() == [4, 4, 4, 5, 6, -1, -1, -1]
    anywhere = nearest_links(times(), level=LEVEL, alliance=ALLIANCE, within_alliance=False)
    assert anywhere.tolist() == [4, 5, 4, 4, 6, -1, 7, -1]
    is_open = np.array([True] * 4 + [False] + [True] * 3)
    closed = nearest_links(
        times(), level=LEVEL, alliance=ALLIANCE, is_open=is_open, within_alliance=False
    )
    assert closed.tolist() == [-1, 5, 6, 5, -1, -1, 7, -1]


def test_from_points_through_their_nearest_point_of_care():
    referral = chains()
    nearest = np.array([0, 3, -1, 4], dtype=np.int32)
    tenths = np.array([6000, 3000, 0, 12000], dtype=np.int32)
    by_level = tenths_from_points(referral, nearest, tenths)
    minutes = np.where(by_level == UNREACHED, -1, by_level // 600)
    assert minutes.tolist() == [
        [10, 20, 45, 105],
        [5, -1, -1, -1],
        [-1, -1, -1, -1],
        [20, 20, 45, 105],
    ]
    people = np.array([100.0, 50.0, 25.0, 10.0])
    rows = people_by_level(by_level, people, limit_minutes=(10, 30, 60, 90))
    assert [(row.connected, row.within_limit) for row in rows] == [
        (160, 150),
        (110, 110),
        (110, 110),
        (110, 0),
    ]
    assert {row.people for row in rows} == {185}


def test_nobody_refers_in_an_empty_county():
    none = reach_from_table([], [], [], n_facilities=0, n_demand=0)
    empty = np.empty(0, dtype=np.int32)
    referral = referral_chains(
        none, level=empty, refers_to=empty, alliance=empty, max_leg_minutes=30
    )
    assert referral_by_alliance(referral) == []


def test_faults_are_named():
    with pytest.raises(GeoError, match="refers_to: expected 8 values, got 2"):
        chains(refers_to=np.array([1, 2]))
    with pytest.raises(GeoError, match="max_leg_minutes: expected 3 values, got 1"):
        chains(max_leg_minutes=[30.0])
