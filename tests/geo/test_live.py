"""Opening and closing one facility at a time equals computing everything anew."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import GeoError
from geo.live import close_facility, current, open_facility, travel_state, undo
from geo.travel import nearest
from tests.geo.hand_networks import hand_network, random_network, random_snaps, snaps_at


def assert_fresh(state, network, demand, facilities):
    """Every array of the state is what a new computation with the same facilities gives."""
    found = current(state)
    fresh = nearest(network, demand, facilities, is_open=state.is_open)
    for name in ("tenths", "facility", "status"):
        assert np.array_equal(getattr(found, name), getattr(fresh, name)), name
    again = travel_state(network, demand, facilities, is_open=state.is_open)
    for name in ("label", "tenths", "facility"):
        assert np.array_equal(getattr(state, name), getattr(again, name)), name


@pytest.mark.parametrize("seed", range(8))
def test_state_equals_a_fresh_one_after_1000_random_edits(seed):
    rng = np.random.default_rng(seed)
    # Short times make many ties; seeds of zero and zero arcs are among them.
    roads, network = random_network(rng, 60, longest=int(rng.choice([4, 30, 300])))
    demand, facilities = random_snaps(rng, roads, 80), random_snaps(rng, roads, 12)
    state = travel_state(network, demand, facilities, is_open=rng.random(12) < 0.5)
    for edit in range(1000):
        before = state.tenths.copy(), state.facility.copy()
        act = open_facility if rng.random() < 0.5 else close_facility
        patch = act(state, int(rng.integers(12)))
        changed = (before[0] != state.tenths) | (before[1] != state.facility)
        assert np.array_equal(np.flatnonzero(changed), patch.demand)
        assert np.array_equal(patch.old_tenths, before[0][patch.demand])
        assert np.array_equal(patch.new_facility, state.facility[patch.demand])
        if rng.random() < 0.2:
            undo(state, patch)
            assert np.array_equal(before[0], state.tenths)
            assert np.array_equal(before[1], state.facility)
        if edit % 50 == 0:
            assert_fresh(state, network, demand, facilities)
    assert_fresh(state, network, demand, facilities)


@pytest.fixture
def line():
    """Three nodes in a row, a minute each way; facilities at both ends, a home in the middle."""
    roads, network = hand_network(
        [(0, 0), (100, 0), (200, 0)], [(0, 1, 600, 600), (1, 2, 600, 600)]
    )
    facilities = snaps_at(roads, [0, 1], [0.0, 1.0])
    return network, snaps_at(roads, [0], [1.0]), facilities


def test_lowest_facility_wins_whatever_the_order_of_opening(line):
    network, home, facilities = line
    state = travel_state(network, home, facilities, is_open=np.array([False, True]))
    assert (state.tenths[0], state.facility[0]) == (600, 1)
    patch = open_facility(state, 0)
    assert (patch.demand.tolist(), patch.old_facility.tolist()) == ([0], [1])
    assert (patch.new_tenths.tolist(), patch.new_facility.tolist()) == ([600], [0])
    close_facility(state, 0)
    assert (state.tenths[0], state.facility[0]) == (600, 1)


def test_closing_the_last_facility_leaves_nobody_reached(line):
    network, home, facilities = line
    state = travel_state(network, home, facilities, is_open=np.array([True, False]))
    patch = close_facility(state, 0)
    assert patch.new_facility.tolist() == [-1]
    assert current(state).status.tolist() == [2]
    undo(state, patch)
    assert current(state).tenths.tolist() == [600]


def test_edit_that_changes_nothing_is_an_empty_patch(line):
    state = travel_state(*line)
    patch = open_facility(state, 0)
    assert len(patch.demand) == len(patch.node) == 0
    undo(state, patch)
    assert state.is_open.tolist() == [True, True]


def test_only_the_latest_edit_is_undone(line):
    state = travel_state(*line)
    first = close_facility(state, 0)
    second = close_facility(state, 1)
    with pytest.raises(GeoError, match="not the latest"):
        undo(state, first)
    undo(state, second)
    third = open_facility(state, 0)
    with pytest.raises(GeoError, match="not the latest"):
        undo(state, second)
    undo(state, third)
    undo(state, first)
    assert state.is_open.tolist() == [True, True]


def test_unknown_facility_is_refused(line):
    with pytest.raises(GeoError, match="no facility 2 among 2"):
        open_facility(travel_state(*line), 2)
