"""Routes explain the times of the engine to the tenth."""

from __future__ import annotations

import numpy as np
import pytest

from geo.routes import ACCESS, nearest_sites, route
from geo.travel import UNREACHED
from tests.geo.hand_networks import hand_network, random_network, random_snaps, slow_times, snaps_at


def _at(roads, snaps, i):
    """Return a point for a hand-made snap: its place on the road."""
    if snaps.segment[i] < 0:
        return (0.0, 0.0)
    share = snaps.fraction[i]
    x_m = (1 - share) * roads.x_m[snaps.tail[i]] + share * roads.x_m[snaps.head[i]]
    y_m = (1 - share) * roads.y_m[snaps.tail[i]] + share * roads.y_m[snaps.head[i]]
    return float(x_m), float(y_m)


@pytest.mark.parametrize("seed", range(12))
def test_routes_and_nearest_sites_agree_with_networkx(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 30)
    demand, facilities = random_snaps(rng, roads, 20), random_snaps(rng, roads, 6)
    slow = slow_times(network, roads, demand, facilities)
    is_open = rng.random(6) < 0.8
    for d in range(20):
        home = demand.take(np.array([d]))
        times = np.where((slow[:, d] >= 0) & is_open, slow[:, d], UNREACHED)
        expected = np.argsort(times, kind="stable")[: min(3, (times < UNREACHED).sum())]
        found, tenths = nearest_sites(network, home, facilities, is_open=is_open)
        assert found.tolist() == expected.tolist()
        assert tenths.tolist() == times[expected].tolist()
        for f in range(6):
            site = facilities.take(np.array([f]))
            ends = {"place_m": _at(roads, demand, d), "facility_m": _at(roads, facilities, f)}
            way = route(roads, network, home, site, **ends)
            if slow[f, d] < 0:
                assert way is None
                continue
            assert way.tenths == slow[f, d] == sum(leg.tenths for leg in way.legs)
            assert way.line_m[0].tolist() == pytest.approx(ends["place_m"])
            assert way.line_m[-1].tolist() == pytest.approx(ends["facility_m"])


@pytest.fixture
def street():
    """Two segments in a row, the second one-way eastwards."""
    return hand_network([(0, 0), (100, 0), (200, 0)], [(0, 1, 100, 100), (1, 2, 200, -1)])


def test_route_is_told_leg_by_leg(street):
    roads, network = street
    home, site = snaps_at(roads, [0], [0.5], 40), snaps_at(roads, [1], [0.25], 70)
    way = route(roads, network, home, site, place_m=(50, 4), facility_m=(125, 7))
    assert way.tenths == 40 + 50 + 50 + 70
    assert [leg.road_class for leg in way.legs] == [ACCESS, "residential", ACCESS]
    assert [leg.tenths for leg in way.legs] == [40, 100, 70]
    assert way.legs[1].length_m == pytest.approx(75.0)
    assert way.line_m.tolist() == [[50, 4], [50, 0], [100, 0], [125, 0], [125, 7]]


def test_route_on_one_segment_does_not_leave_it(street):
    roads, network = street
    home, site = snaps_at(roads, [1], [0.2]), snaps_at(roads, [1], [0.9])
    there = route(roads, network, home, site, place_m=(120, 0), facility_m=(190, 0))
    assert there.tenths == 140
    assert there.line_m.tolist() == [[120, 0], [120, 0], [190, 0], [190, 0]]
    assert route(roads, network, site, home, place_m=(190, 0), facility_m=(120, 0)) is None


def test_route_beyond_the_horizon_is_none(street):
    roads, network = street
    home, site = snaps_at(roads, [0], [0.0]), snaps_at(roads, [1], [1.0])
    options = {"place_m": (0, 0), "facility_m": (200, 0)}
    assert route(roads, network, home, site, horizon_minutes=0.5, **options).tenths == 300
    assert route(roads, network, home, site, horizon_minutes=0.49, **options) is None
    assert nearest_sites(network, home, site, horizon_minutes=0.49)[0].tolist() == []
