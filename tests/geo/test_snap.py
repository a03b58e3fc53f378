"""Snapping against shapely and hand-drawn shores, islands and ties."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import shapely

from geo.errors import Cancelled, GeoError
from geo.snap import WATER_EXIT_M, Snaps, snap
from tests.geo.hand_networks import hand_network, random_network


def _one(roads, network, x_m, y_m, **options) -> Snaps:
    return snap(roads, network, np.array([x_m]), np.array([y_m]), **options)


def _lines(roads) -> np.ndarray:
    start = np.column_stack([roads.x_m[roads.tail], roads.y_m[roads.tail]])
    end = np.column_stack([roads.x_m[roads.head], roads.y_m[roads.head]])
    return shapely.linestrings(np.stack([start, end], axis=1))


def _allowed(point: shapely.Point, foot: shapely.Point, water: shapely.Geometry) -> bool:
    """Say by shapely whether a leg may be walked; the rule of `snap` in other words."""
    if point.distance(foot) <= 0.01:
        return True
    leg = shapely.LineString([point, foot])
    if not shapely.contains_properly(water, point):
        return leg.intersection(water).length < 0.02
    wet = [part for part in shapely.get_parts(leg.intersection(water)) if part.length > 0.02]
    if len(wet) != 1 or wet[0].distance(point) > 1e-6 or wet[0].length > WATER_EXIT_M:
        return False
    return wet[0].length < leg.length - 0.005 or not shapely.contains_properly(water, foot)


@pytest.fixture
def street():
    """One street of 100 m from west to east, 10 tenths a metre."""
    return hand_network([(0, 0), (100, 0)], [(0, 1, 1000, 1000)])


def test_place_joins_at_its_foot(street):
    snaps = _one(*street, 30.0, 40.0)
    assert snaps.segment.tolist() == [0]
    assert snaps.fraction.tolist() == [0.3]
    assert snaps.access_m.tolist() == [40.0]
    assert snaps.access_tenths.tolist() == [400]
    assert (snaps.tail[0], snaps.head[0]) == (0, 1)


@pytest.mark.parametrize(("y_m", "is_tied"), [(1000.0, True), (1000.1, False)])
def test_longest_access_leg_is_inclusive(street, y_m, is_tied):
    assert (_one(*street, 50.0, y_m).segment[0] >= 0) == is_tied


def test_place_without_position_is_not_tied(street):
    snaps = _one(*street, np.nan, 0.0)
    assert snaps.segment.tolist() == [-1]
    assert np.isnan(snaps.access_m[0])
    assert snaps.access_tenths.tolist() == [0]


def test_closed_or_unjoinable_segments_are_passed_over():
    nodes = [(0, 0), (100, 0), (0, 50), (100, 50), (0, 90), (100, 90)]
    segments = [(0, 1, -1, -1), (2, 3, 100, -1), (4, 5, 100, 100)]
    roads, network = hand_network(nodes, segments, may_snap=[True, False, True])
    assert _one(roads, network, 50.0, 10.0, avoid_islands=False).segment.tolist() == [2]


def test_ties_take_the_lowest_segment():
    nodes = [(0, 0), (100, 0), (100, 100), (200, 0)]
    segments = [(1, 2, 1, 1), (3, 1, 1, 1), (0, 1, 1, 1), (0, 1, 1, 1)]
    roads, network = hand_network(nodes, segments)
    assert _one(roads, network, 100.0, -20.0).segment.tolist() == [0]
    assert _one(roads, network, 40.0, 20.0).segment.tolist() == [2]


def test_graph_without_joinable_segments_ties_nothing():
    roads, network = hand_network([(0, 0), (1, 0)], [(0, 1, -1, -1)])
    assert _one(roads, network, 0.0, 0.0).segment.tolist() == [-1]


def test_bad_arguments_are_refused(street):
    with pytest.raises(GeoError, match="expected 2 values, got 1"):
        snap(*street, np.zeros(2), np.zeros(1))
    with pytest.raises(GeoError, match="negative"):
        _one(*street, 0.0, 0.0, max_access_m=-1.0)
    with pytest.raises(GeoError, match="not finite"):
        _one(*street, 0.0, 0.0, max_access_m=np.inf)


def test_progress_is_told_and_can_stop(street):
    told = []
    _one(*street, 0.0, 0.0, progress=lambda *report: told.append(report))
    assert told[-1] == ("snap", 1, 1)

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        _one(*street, 0.0, 0.0, progress=stop)


@pytest.mark.parametrize("seed", range(6))
def test_distances_equal_those_of_shapely(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 200)
    x_m, y_m = rng.uniform(-300, 1300, (2, 500))
    snaps = snap(roads, network, x_m, y_m, max_access_m=150.0, avoid_islands=False)
    distance = shapely.distance(shapely.points(x_m, y_m)[:, None], _lines(roads)[None, :])
    nearest = distance.min(axis=1)
    assert np.array_equal(snaps.segment >= 0, nearest <= 150.0)
    tied = snaps.segment >= 0
    assert np.abs(snaps.access_m[tied] - nearest[tied]).max() < 1e-9
    place = snaps.fraction[tied]
    foot_x = roads.x_m[snaps.tail] + place_times(snaps, roads.x_m)
    assert place.min() >= 0.0
    assert place.max() <= 1.0
    assert np.isfinite(foot_x[tied]).all()


def place_times(snaps, coordinate):
    """Return how far along its segment each place lies, in metres of one axis."""
    return snaps.fraction * (coordinate[snaps.head] - coordinate[snaps.tail])


@pytest.mark.parametrize("seed", range(12))
def test_legs_stay_on_land_as_shapely_sees_it(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 60)
    lakes = shapely.buffer(shapely.points(rng.uniform(0, 1000, (12, 2))), rng.uniform(20, 120, 12))
    ring = shapely.difference(lakes[0].buffer(60), lakes[0])
    water = [*lakes[1:], ring, None, shapely.MultiPolygon([lakes[1].buffer(9)])]
    union = shapely.union_all([shape for shape in water if shape is not None])
    x_m, y_m = rng.uniform(-100, 1100, (2, 150))
    options = {"max_access_m": 250.0, "avoid_islands": False}
    snaps = snap(roads, network, x_m, y_m, water=water, **options)
    lines = _lines(roads)
    for i in range(len(x_m)):
        point = shapely.Point(x_m[i], y_m[i])
        options = []
        for s in range(len(lines)):
            foot = lines[s].interpolate(lines[s].project(point))
            if point.distance(foot) <= 250.0 and _allowed(point, foot, union):
                options.append(point.distance(foot))
        if options:
            assert snaps.access_m[i] == pytest.approx(min(options), abs=1e-6)
        else:
            assert snaps.segment[i] == -1


class TestStrait:
    """A strait of 300 m between two shores, each with its road; a bridge crosses in the east."""

    nodes = ((0, 0), (1000, 0), (0, 400), (1000, 400))
    segments = ((0, 1, 10, 10), (2, 3, 10, 10), (1, 3, 10, 10))
    water = (shapely.box(-500, 50, 2000, 350),)

    def test_leg_does_not_cross(self):
        roads, network = hand_network(self.nodes, [self.segments[1], (0, 1, -1, -1)])
        assert _one(roads, network, 10.0, 40.0).segment.tolist() == [0]
        assert _one(roads, network, 10.0, 40.0, water=self.water).segment.tolist() == [-1]

    def test_bridge_is_not_joined_over_water(self):
        roads, network = hand_network(self.nodes, self.segments)
        point = (1100.0, 45.0)
        assert _one(roads, network, *point).segment.tolist() == [2]
        assert _one(roads, network, *point, water=self.water).segment.tolist() == [2]
        on_shore = _one(roads, network, 1100.0, 51.0, water=self.water)
        assert on_shore.segment.tolist() == [0]

    def test_place_in_water_leaves_by_a_short_first_stretch(self):
        roads, network = hand_network(self.nodes, self.segments)
        near, far = 50 + WATER_EXIT_M - 1, 50 + WATER_EXIT_M + 1
        assert _one(roads, network, 300.0, near, water=self.water).segment.tolist() == [0]
        middle = _one(roads, network, 300.0, far, water=(shapely.box(-500, 50, 2000, 500),))
        assert middle.segment.tolist() == [-1]


class TestIslands:
    """A long main road, and a scrap of road far smaller."""

    def _roads(self, gap_m: float):
        main = [(10.0 * i, 0.0) for i in range(60)]
        scrap = [(200.0, gap_m), (210.0, gap_m)]
        segments = [(i, i + 1, 10, 10) for i in range(59)] + [(60, 61, 10, 10)]
        return hand_network([*main, *scrap], segments)

    def test_scrap_is_left_for_the_main_road_a_little_further(self):
        snaps = _one(*self._roads(40.0), 205.0, 41.0)
        assert snaps.segment.tolist() == [20]
        assert snaps.moved.tolist() == [True]
        assert snaps.access_m.tolist() == [41.0]

    def test_switch_keeps_the_scrap(self):
        snaps = _one(*self._roads(40.0), 205.0, 41.0, avoid_islands=False)
        assert snaps.segment.tolist() == [59]
        assert snaps.moved.tolist() == [False]

    def test_scrap_is_kept_when_the_main_road_is_far(self):
        snaps = _one(*self._roads(90.0), 205.0, 91.0)
        assert snaps.segment.tolist() == [59]

    def test_half_as_far_again_is_a_little_further(self):
        snaps = _one(*self._roads(110.0), 205.0, 330.0)
        assert snaps.segment.tolist() == [20]

    def test_main_road_is_not_beyond_the_longest_leg(self):
        snaps = _one(*self._roads(40.0), 205.0, 41.0, max_access_m=40.0)
        assert snaps.segment.tolist() == [59]


@pytest.mark.parametrize("seed", range(4))
def test_a_few_places_are_tied_as_among_many(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, n_nodes=300)
    x_m, y_m = (
        rng.uniform(axis.min() - 300, axis.max() + 300, 40) for axis in (roads.x_m, roads.y_m)
    )
    middle = float(np.median(roads.x_m)), float(np.median(roads.y_m))
    water = [
        shapely.Point(middle).buffer(250.0),
        shapely.Point(middle[0], middle[1] + 900).buffer(90),
    ]
    options = {"max_access_m": 400.0, "water": water}
    among_many = snap(roads, network, x_m, y_m, **options)
    for row in range(0, len(x_m), 2):
        alone = snap(roads, network, x_m[row : row + 2], y_m[row : row + 2], **options)
        for field in fields(Snaps):
            np.testing.assert_array_equal(
                getattr(alone, field.name), getattr(among_many, field.name)[row : row + 2]
            )
