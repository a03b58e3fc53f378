"""Tiles give what the whole gives, and say what they cannot prove."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from benchmarks.road_generator import make_network
from geo.snap import snap
from geo.tiles import cut_tile, merge_tiles, nearest_by_tiles, solve_tile
from geo.travel import NearestStatus, nearest
from tests.geo.hand_networks import random_network, random_snaps


def assert_same(found, whole):
    for name in ("tenths", "facility", "status"):
        assert np.array_equal(getattr(found, name), getattr(whole, name)), name


def _quarters(x_m, y_m):
    """Return the places of four quarters of the area, and an empty tile."""
    quarter = (x_m > np.median(x_m)) + 2 * (y_m > np.median(y_m))
    return [np.flatnonzero(quarter == number) for number in range(5)]


@pytest.mark.parametrize("seed", range(15))
def test_merged_tiles_equal_the_whole_on_tangles(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 60)
    demand, facilities = random_snaps(rng, roads, 80), random_snaps(rng, roads, 6)
    is_open = rng.random(6) < 0.7
    tiles = np.array_split(rng.permutation(80), 5)
    options = {"is_open": is_open, "horizon_minutes": 1.0}
    whole = nearest(network, demand, facilities, **options)
    found = nearest_by_tiles(roads, network, demand, facilities, tiles, buffer_m=0.0, **options)
    assert_same(found, whole)


@pytest.fixture(scope="module")
def built_in(county):
    """The built-in county: lake, ferries, islands, roads without a link."""
    return county.dataset


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["walk", "car"])
@pytest.mark.parametrize("buffer_m", [200.0, 4000.0])
def test_merged_tiles_equal_the_whole_on_the_built_in_county(built_in, mode, buffer_m):
    roads, network = built_in.roads, built_in.roads.networks[mode]
    demand, facilities = (
        snap(roads, network, places.x_m, places.y_m, water=built_in.water)
        for places in (built_in.demand, built_in.facilities)
    )
    tiles = _quarters(built_in.demand.x_m, built_in.demand.y_m)
    options = {"is_open": np.arange(len(facilities)) % 7 == 0, "horizon_minutes": 30.0}
    whole = nearest(network, demand, facilities, **options)
    found = nearest_by_tiles(
        roads, network, demand, facilities, tiles, buffer_m=buffer_m, **options
    )
    assert_same(found, whole)
    assert {NearestStatus.REACHED, NearestStatus.BEYOND} <= set(whole.status.tolist())


@pytest.fixture(scope="module")
def invented():
    """Some 5,000 nodes, 6,000 places, 40 facilities."""
    rng = np.random.default_rng(5)
    roads, network, _ = make_network(5000)
    x_m, y_m = rng.uniform(0, roads.x_m.max(), (2, 6000))
    sites = rng.choice(len(roads.x_m), 40, replace=False)
    facilities = snap(roads, network, roads.x_m[sites], roads.y_m[sites])
    return roads, network, x_m, y_m, snap(roads, network, x_m, y_m), facilities


@pytest.mark.parametrize("buffer_m", [0.0, 500.0, 3000.0])
def test_merged_tiles_equal_the_whole_on_a_county(invented, buffer_m):
    roads, network, x_m, y_m, demand, facilities = invented
    tiles = _quarters(x_m, y_m)
    done = []
    found = nearest_by_tiles(
        roads,
        network,
        demand,
        facilities,
        tiles,
        buffer_m=buffer_m,
        progress=lambda *report: done.append(report),
    )
    assert_same(found, nearest(network, demand, facilities))
    assert done[-1] == ("tiles", 5, 5)


def test_what_is_proven_is_right_and_a_narrow_buffer_leaves_some_unproven(invented):
    roads, network, x_m, y_m, demand, facilities = invented
    whole = nearest(network, demand, facilities)
    for place in _quarters(x_m, y_m)[:4]:
        tile = cut_tile(roads, network, demand, facilities, place, buffer_m=300.0)
        part = solve_tile(pickle.loads(pickle.dumps(tile)))  # noqa: S301 - made here
        assert 0 < part.is_proven.sum() < len(place)
        proven = part.place[part.is_proven]
        assert np.array_equal(part.found.tenths[part.is_proven], whole.tenths[proven])
        assert np.array_equal(part.found.facility[part.is_proven], whole.facility[proven])
        # The certificate is needed: the buffer alone is wrong somewhere.
        assert not np.array_equal(part.found.tenths, whole.tenths[part.place])


def test_order_of_parts_does_not_matter(invented):
    roads, network, x_m, y_m, demand, facilities = invented
    parts = [
        solve_tile(cut_tile(roads, network, demand, facilities, place, buffer_m=2000.0))
        for place in _quarters(x_m, y_m)
    ]
    assert_same(merge_tiles(parts, 6000), merge_tiles(parts[::-1], 6000))
