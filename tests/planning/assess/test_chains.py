"""Referral chains on a small county that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import GeoError
from geo.pairs import reach_from_table
from geo.search import UNREACHED
from planning.assess.chains import LegStatus, referral_chains

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


def test_a_branch_of_a_branch_does_not_reach_the_centre_through_it():
    # 3 is a branch of 2, which is a branch of centre 1: only 2 may refer to its own centre, so
    # that no chain can return; 3 has to name the centre itself.
    options = {
        "level": np.array([3, 2, 2, 2], dtype=np.int32),
        "alliance": np.zeros(4, dtype=np.int32),
        "parent": np.array([-1, -1, 1, 2], dtype=np.int32),
        "max_leg_minutes": 60.0,
    }
    legs = {(1, 0): 30, (2, 1): 10, (3, 2): 5, (3, 1): 12}
    refers_to = np.array([-1, 0, 1, 2], dtype=np.int32)
    chain = referral_chains(times(legs, 4), refers_to=refers_to, **options)
    names = [LegStatus(code).name for code in chain.status]
    assert names == ["TOP", "OK", "OK", "NOT_UPWARD"]
    assert (chain.tenths_to_level[2] // 600).tolist() == [0, 0, 40]
    assert chain.at_level[3].tolist() == [3, 3, -1]


def test_a_facility_without_coordinates_is_unplaced_and_never_unreachable():
    is_placed = np.ones(8, dtype=bool)
    is_placed[[3, 5]] = False
    referral = chains(is_placed=is_placed, refers_to=np.array([4, 5, 6, 4, 6, 6, 7, -1]))
    names = [LegStatus(code).name for code in referral.status]
    # 1 refers to one of them, 3 and 5 are; a row without a referral or closed says that first.
    assert names == ["OK", "UNPLACED", "OVER", "UNPLACED", "OK", "UNPLACED", "OK", "TOP"]


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


def test_nobody_refers_in_an_empty_county():
    none = reach_from_table([], [], [], n_facilities=0, n_demand=0)
    empty = np.empty(0, dtype=np.int32)
    referral = referral_chains(
        none, level=empty, refers_to=empty, alliance=empty, max_leg_minutes=30
    )
    assert referral.status.tolist() == []


def test_faults_are_named():
    with pytest.raises(GeoError, match="refers_to: expected 8 values, got 2"):
        chains(refers_to=np.array([1, 2]))
    with pytest.raises(GeoError, match="max_leg_minutes: expected 3 values, got 1"):
        chains(max_leg_minutes=[30.0])
