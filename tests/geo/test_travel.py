"""Travel times against hand-worked cases and a slow independent answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from geo.errors import Cancelled, GeoError
from geo.snap import snap
from geo.times import to_tenths
from geo.travel import UNREACHED, NearestStatus, nearest, reach, reach_blocks
from tests.geo.hand_networks import hand_network, random_network, random_snaps, slow_times, snaps_at


def dense(pairs, n_facilities):
    """Return pairs as (n_facilities, n_demand) tenths, `UNREACHED` where there is none."""
    table = np.full((n_facilities, pairs.n_demand), UNREACHED)
    row = np.repeat(np.arange(n_facilities), np.diff(pairs.indptr))
    table[row, pairs.demand] = pairs.tenths
    return table


@pytest.mark.parametrize("seed", range(40))
def test_nearest_and_reach_agree_with_networkx(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, int(rng.integers(4, 40)))
    demand, facilities = random_snaps(rng, roads, 50), random_snaps(rng, roads, 8)
    slow = slow_times(network, roads, demand, facilities)
    slow = np.where(slow < 0, UNREACHED, slow)
    found = nearest(network, demand, facilities)
    expected = slow.min(axis=0)
    assert np.array_equal(found.tenths, expected)
    assert np.array_equal(found.facility, np.where(expected < UNREACHED, slow.argmin(axis=0), -1))
    assert np.array_equal(found.status == NearestStatus.OFF_NETWORK, demand.segment < 0)
    pairs = reach(network, demand, facilities, limit_minutes=1, threads=2)
    assert np.array_equal(dense(pairs, 8), np.where(slow <= 600, slow, UNREACHED))
    rows = [pairs.demand[a:b] for a, b in pairwise(pairs.indptr)]
    assert all((np.diff(row) > 0).all() for row in rows)


class TestStreet:
    """Nine places and a road of four nodes: answers in the reader's head.

    Nodes lie at 0, 1,000, 2,000 and 3,000 m; a kilometre takes 600 s, both ways, but the last one
    leads west only. Straight legs take a second a metre (3.6 km/h).
    """

    @pytest.fixture
    def street(self):
        nodes = [(1000.0 * i, 0.0) for i in range(4)]
        segments = [(0, 1, 6000, 6000), (1, 2, 6000, 6000), (2, 3, -1, 6000)]
        return hand_network(nodes, segments)

    @pytest.fixture
    def homes(self, street):
        x_m, y_m = np.meshgrid([0.0, 1000.0, 2500.0], [0.0, 100.0, 2000.0])
        return snap(*street, x_m.ravel(), y_m.ravel())

    def _sites(self, street, *x_m):
        return snap(*street, np.array(x_m), np.zeros(len(x_m)))

    def test_times_of_nine_places(self, street, homes):
        found = nearest(street[1], homes, self._sites(street, 0.0))
        assert (found.tenths[:6] / 10).tolist() == [0, 600, 1500, 100, 700, 1600]
        assert (
            found.status.tolist() == [NearestStatus.REACHED] * 6 + [NearestStatus.OFF_NETWORK] * 3
        )

    def test_one_way_road_is_left_with_its_direction_only(self, street, homes):
        found = nearest(street[1], homes, self._sites(street, 3000.0))
        assert set(found.status[:6].tolist()) == {NearestStatus.UNREACHABLE}
        assert found.facility[:6].tolist() == [-1] * 6
        found = nearest(street[1], homes, self._sites(street, 2700.0, 2200.0))
        assert found.tenths[[2, 5]].tolist() == [1800, 2800]
        assert found.facility[[2, 5]].tolist() == [1, 1]

    @pytest.mark.parametrize(("seconds", "is_reached"), [(1199, False), (1200, True), (1201, True)])
    def test_threshold_is_inclusive_to_the_second(self, street, seconds, is_reached):
        # Half the second segment, the first one, and 300 s of straight leg: 1,200 s.
        site = self._sites(street, 0.0)
        home = snaps_at(street[0], [1], [0.5], [3000])
        options = {"horizon_minutes": seconds / 60}
        found = nearest(street[1], home, site, **options)
        assert (found.status[0] == NearestStatus.REACHED) == is_reached
        assert (found.tenths[0] == 12_000) == is_reached
        pairs = reach(street[1], home, site, limit_minutes=seconds / 60)
        assert (len(pairs.demand) == 1) == is_reached
        assert found.status[0] in (NearestStatus.REACHED, NearestStatus.BEYOND)

    def test_twenty_minutes_are_12000_tenths(self):
        assert [to_tenths(m) for m in (1199 / 60, 20, 1201 / 60)] == [11_990, 12_000, 12_010]

    def test_limit_zero_covers_those_who_live_there(self, street, homes):
        site = self._sites(street, 1000.0)
        assert reach(street[1], homes, site, limit_minutes=0).demand.tolist() == [1]
        found = nearest(street[1], homes, site, horizon_minutes=0)
        assert found.status[:3].tolist() == [1, 0, 1]

    def test_duplicate_facilities_give_the_lowest(self, street, homes):
        found = nearest(street[1], homes, self._sites(street, 1000.0, 0.0, 1000.0, 0.0))
        assert found.facility[:3].tolist() == [1, 0, 0]

    def test_no_facility_and_no_home(self, street, homes):
        nobody = homes.take(np.empty(0, np.int64))
        found = nearest(street[1], homes, nobody)
        assert found.status.tolist() == [2] * 6 + [3] * 3
        assert reach(street[1], homes, nobody, limit_minutes=20).indptr.tolist() == [0]
        assert nearest(street[1], nobody, homes).tenths.tolist() == []
        assert reach(street[1], nobody, homes, limit_minutes=20).indptr.tolist() == [0] * 10

    def test_facility_in_the_sea_is_ignored(self, street, homes):
        sites = snap(*street, np.array([0.0, 1000.0]), np.array([9000.0, 0.0]))
        assert sites.segment.tolist() == [-1, 0]
        assert nearest(street[1], homes, sites).facility[0] == 1
        pairs = reach(street[1], homes, sites, limit_minutes=30)
        assert pairs.indptr[1] == 0

    def test_network_without_roads(self):
        roads, network = hand_network([], [])
        place = snap(roads, network, np.zeros(2), np.zeros(2))
        assert nearest(network, place, place).status.tolist() == [3, 3]
        assert len(reach(network, place, place, limit_minutes=5).demand) == 0


@pytest.fixture
def tangle():
    rng = np.random.default_rng(77)
    roads, network = random_network(rng, 50)
    return roads, network, random_snaps(rng, roads, 90), random_snaps(rng, roads, 10)


def test_opening_a_facility_never_lengthens_a_time(tangle):
    _, network, demand, facilities = tangle
    is_open = np.zeros(10, np.bool_)
    before = nearest(network, demand, facilities, is_open=is_open).tenths
    for site in range(10):
        is_open[site] = True
        after = nearest(network, demand, facilities, is_open=is_open).tenths
        assert (after <= before).all()
        before = after


def test_longer_limit_never_covers_fewer(tangle):
    _, network, demand, facilities = tangle
    tables = [
        dense(reach(network, demand, facilities, limit_minutes=minutes), 10) < UNREACHED
        for minutes in (0.0, 0.3, 0.7, 1.5, 60.0)
    ]
    assert all((a <= b).all() for a, b in pairwise(tables))


def test_reversing_roads_and_swapping_roles_gives_the_same_times(rng):
    roads, network = random_network(rng, 40)
    # Quarters of these times are whole, so that rounding cannot tell directions apart.
    forward, backward = (
        np.where(tenths > 0, tenths * 4, tenths)
        for tenths in (network.forward_tenths, network.backward_tenths)
    )
    table = np.column_stack([roads.tail, roads.head, forward, backward])
    nodes = list(zip(roads.x_m, roads.y_m, strict=True))
    _, there = hand_network(nodes, table.tolist())
    _, back = hand_network(nodes, table[:, [0, 1, 3, 2]].tolist())
    quarter = {"fraction": rng.integers(0, 5, 30) / 4}
    a = replace(random_snaps(rng, roads, 30), **quarter)
    b = replace(random_snaps(rng, roads, 30), **quarter)
    times = dense(reach(there, a, b, limit_minutes=60), 30)
    assert np.array_equal(times, dense(reach(back, b, a, limit_minutes=60), 30).T)


def test_reach_does_not_depend_on_threads_or_blocks(tangle):
    _, network, demand, facilities = tangle
    many = facilities.take(np.tile(np.arange(10), 20))
    whole = reach(network, demand, many, limit_minutes=1, threads=1)
    for threads in (2, 5):
        again = reach(network, demand, many, limit_minutes=1, threads=threads)
        assert np.array_equal(whole.indptr, again.indptr)
        assert np.array_equal(whole.demand, again.demand)
        assert np.array_equal(whole.tenths, again.tenths)
    told = []
    options = {"max_pairs": 500, "progress": lambda *report: told.append(report)}
    blocks = list(reach_blocks(network, demand, many, limit_minutes=1, **options))
    assert len(blocks) > 2
    assert told == sorted(told)
    assert told[-1] == ("reach", 200, 200)
    assert [first for first, _ in blocks] == np.cumsum(
        [0, *(len(block.indptr) - 1 for _, block in blocks[:-1])]
    ).tolist()
    assert np.array_equal(np.concatenate([block.demand for _, block in blocks]), whole.demand)
    assert np.array_equal(np.concatenate([block.tenths for _, block in blocks]), whole.tenths)


def test_two_bytes_up_to_the_last_tenth_then_four(tangle):
    _, network, demand, facilities = tangle
    limits = (65_535 / 600, 65_536 / 600)
    found = [reach(network, demand, facilities, limit_minutes=limit) for limit in limits]
    assert [pairs.tenths.dtype for pairs in found] == [np.uint16, np.int32]
    assert np.array_equal(found[0].tenths, found[1].tenths)


def test_by_demand_is_the_transpose(tangle):
    _, network, demand, facilities = tangle
    for limit in (1.0, 200.0):
        pairs = reach(network, demand, facilities, limit_minutes=limit)
        indptr, facility, tenths = pairs.by_demand()
        assert tenths.dtype == pairs.tenths.dtype
        table = np.full((10, 90), UNREACHED)
        column = np.repeat(np.arange(90), np.diff(indptr))
        table[facility, column] = tenths
        assert np.array_equal(table, dense(pairs, 10))
        starts = np.zeros(len(facility), np.bool_)
        starts[indptr[:-1][np.diff(indptr) > 0]] = True
        assert (np.diff(facility)[~starts[1:]] > 0).all()


def test_progress_is_told_and_can_stop(tangle):
    _, network, demand, facilities = tangle
    told = []
    options = {"limit_minutes": 1, "progress": lambda *report: told.append(report)}
    reach(network, demand, facilities, **options)
    assert told[-1][0] == "reach"
    assert told[-1][1] == told[-1][2]

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        reach(network, demand, facilities, limit_minutes=1, progress=stop)


def test_bad_arguments_are_refused(tangle):
    _, network, demand, facilities = tangle
    for minutes in (-1.0, np.nan, 1e9):
        with pytest.raises(GeoError, match="is not between 0 and"):
            nearest(network, demand, facilities, horizon_minutes=minutes)
    with pytest.raises(GeoError, match="is_open: expected 10 values, got 3"):
        nearest(network, demand, facilities, is_open=np.ones(3, np.bool_))
    for tenths in (-5, 2**23):
        slow = replace(network, to_tenths=np.full_like(network.to_tenths, tenths))
        with pytest.raises(GeoError, match="negative time or more than"):
            nearest(slow, demand, facilities)
