"""Service circles: outlines by hand, and agreement with the cells they are made of."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.circles import bands, basins, cell_times, cells_of, separate_circles
from geo.errors import GeoError
from geo.outlines import outlines
from geo.snap import snap
from geo.travel import nearest
from tests.geo.hand_networks import hand_network

UNIT = {"x0_m": 0.0, "y0_m": 0.0, "cell_m": 1.0}


def _grid_network(size=12, gap_m=200.0, tenths=1000):
    """A square of streets, `gap_m` apart."""
    nodes = [(c * gap_m, r * gap_m) for r in range(size) for c in range(size)]
    right = [(r * size + c, r * size + c + 1) for r in range(size) for c in range(size - 1)]
    up = [(r * size + c, (r + 1) * size + c) for r in range(size - 1) for c in range(size)]
    return hand_network(nodes, [(a, b, tenths, tenths) for a, b in right + up])


def test_square_outline():
    area = outlines(np.array([[0, 0], [0, 0]]), **UNIT, is_smooth=False)[0]
    assert area.equals(shapely.MultiPolygon([shapely.box(0, 0, 2, 2)]))
    assert len(area.geoms[0].exterior.coords) == 5


def test_smooth_outline_of_one_cell_is_a_diamond():
    area = outlines(np.array([[7]]), x0_m=100.0, y0_m=50.0, cell_m=10.0)[7]
    diamond = shapely.Polygon([(105, 50), (110, 55), (105, 60), (100, 55)])
    assert area.equals(shapely.MultiPolygon([diamond]))


def test_ring_of_cells_has_a_hole():
    labels = np.array([[1, 1, 1], [1, -1, 1], [1, 1, 1]])
    area = outlines(labels, **UNIT, is_smooth=False)[1]
    assert area.area == 8
    assert len(area.geoms[0].interiors) == 1


def test_cells_that_touch_at_a_corner_stay_valid():
    labels = np.array([[3, -1], [-1, 3]])
    area = outlines(labels, **UNIT, is_smooth=False)[3]
    assert (area.is_valid, len(area.geoms), area.area) == (True, 2, 2)
    loop = np.array([[0, 0, 0], [0, -1, 0], [0, 0, -1]])
    area = outlines(loop, **UNIT, is_smooth=False)[0]
    assert (area.is_valid, len(area.geoms), area.area) == (True, 1, 7)


def test_nothing_reached_has_no_outline():
    assert outlines(np.full((3, 3), -1), **UNIT) == {}


@pytest.mark.parametrize("seed", range(20))
def test_outlines_cover_their_cells(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, int(rng.choice([1, 2, 4])), (9, 11))
    sharp, smooth = (outlines(labels, **UNIT, is_smooth=flag) for flag in (False, True))
    centres = shapely.points(*np.meshgrid(np.arange(11) + 0.5, np.arange(9) + 0.5))
    for label in np.unique(labels[labels >= 0]).tolist():
        assert sharp[label].is_valid
        assert smooth[label].is_valid
        assert sharp[label].area == (labels == label).sum()
        assert np.array_equal(shapely.contains(sharp[label], centres), labels == label)
        assert np.array_equal(shapely.contains(smooth[label], centres), labels == label)
        assert sharp[label].hausdorff_distance(smooth[label]) <= 0.5
    pairs = [(a, b) for a in smooth for b in smooth if a < b]
    assert all(smooth[a].intersection(smooth[b]).area < 1e-12 for a, b in pairs)


class TestCircles:
    """A square of streets, two facilities, cells of 100 m."""

    minutes = (2.0, 4.0, 8.0)

    @pytest.fixture
    def place(self):
        roads, network = _grid_network()
        x_m, y_m = np.array([400.0, 1900.0]), np.array([410.0, 1700.0])
        return roads, network, snap(roads, network, x_m, y_m)

    def test_people_inside_agree_with_the_times_within_one_ring(self, place, rng):
        roads, network, facilities = place
        cells = cells_of(roads, network, max_access_m=300.0)
        times = cell_times(cells, network, facilities)
        x_m, y_m = rng.uniform(-300, 2500, (2, 4000))
        homes = snap(roads, network, x_m, y_m, max_access_m=300.0)
        covered = nearest(network, homes, facilities).tenths <= 4800
        area = shapely.union_all([band.area for band in bands(times, self.minutes)])
        points = shapely.points(x_m, y_m)
        inside = shapely.contains(area, points)
        ring = shapely.distance(area.boundary, points) <= 100.0 * np.sqrt(2)
        assert abs(inside.sum() - covered.sum()) < 0.2 * ring.sum()
        assert (inside != covered).sum() < 0.05 * len(points)
        assert ring[inside != covered].mean() > 0.98

    def test_bands_fit_together_and_grow(self, place):
        roads, network, facilities = place
        times = cell_times(cells_of(roads, network), network, facilities)
        circles = bands(times, self.minutes)
        limits = [(circle.from_minutes, circle.to_minutes) for circle in circles]
        assert limits == [(0.0, 2.0), (2.0, 4.0), (4.0, 8.0)]
        whole = shapely.union_all([circle.area for circle in circles])
        assert whole.area == pytest.approx(sum(circle.area.area for circle in circles))
        dissolved = bands(times, [8.0])[0].area
        assert whole.symmetric_difference(dissolved).area < 0.01 * dissolved.area

    def test_basins_share_out_the_circle(self, place):
        roads, network, facilities = place
        times = cell_times(cells_of(roads, network), network, facilities)
        parts = basins(times, [20.0], is_smooth=False)
        assert [circle.facility for circle in parts] == [0, 1]
        whole = bands(times, [20.0], is_smooth=False)[0].area
        assert shapely.union_all([part.area for part in parts]).equals(whole)
        assert parts[0].area.intersection(parts[1].area).area == 0

    def test_separate_circles_contain_their_basins(self, place):
        roads, network, facilities = place
        cells = cells_of(roads, network)
        times = cell_times(cells, network, facilities)
        own = separate_circles(cells, network, facilities, [8.0], is_smooth=False)
        for circle, basin in zip(own, basins(times, [8.0], is_smooth=False), strict=True):
            assert circle.facility == basin.facility
            assert circle.area.buffer(1e-6).contains(basin.area)
        union = shapely.union_all([circle.area for circle in own])
        assert union.equals(bands(times, [8.0], is_smooth=False)[0].area)

    def test_circle_does_not_swell_between_roads(self):
        nodes = [(0, 0), (3000, 0), (0, 1000), (3000, 1000), (0, 500)]
        roads, network = hand_network(nodes, [(0, 1, 900, 900), (2, 3, 900, 900), (0, 2, 300, 300)])
        facilities = snap(roads, network, np.array([0.0]), np.array([0.0]))
        cells = cells_of(roads, network, max_access_m=200.0)
        area = bands(cell_times(cells, network, facilities), [20.0])[0].area
        assert area.contains(shapely.Point(2000, 50))
        assert area.contains(shapely.Point(2000, 950))
        assert not area.intersects(shapely.box(500, 300, 2500, 700))

    def test_open_water_is_left_out(self, place):
        roads, network, facilities = place
        lake = shapely.Polygon([(900, 100), (1130, 130), (1100, 2200), (870, 2170)])
        cells = cells_of(roads, network, water=[lake])
        area = bands(cell_times(cells, network, facilities), [60.0])[0].area
        assert area.intersection(lake).area < 1e-6
        assert area.geom_type == "MultiPolygon"
        assert area.intersects(shapely.box(1200, 100, 1300, 2200))

    def test_bad_input_is_refused(self, place):
        roads, network, facilities = place
        with pytest.raises(GeoError, match="cannot cover"):
            cells_of(roads, network, cell_m=0.0)
        times = cell_times(cells_of(roads, network), network, facilities)
        with pytest.raises(GeoError, match="do not ascend"):
            bands(times, [10.0, 5.0])
