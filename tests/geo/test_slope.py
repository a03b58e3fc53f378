"""Slope: Tobler by hand, the e-bike's rule, long roads over hills, bridges over valleys."""

from __future__ import annotations

import numpy as np
import pytest

from geo.roads import mode_network, with_pace
from geo.slope import e_bike_pace, pace_of_slope, tobler_pace
from tests.geo.drawn_graphs import graph_of, tenths_between


@pytest.mark.parametrize(
    ("slope", "kph"),
    [(-0.05, 6.0), (0, 5.037), (0.05, 4.228), (0.1, 3.549), (-0.2, 3.549), (0.3, 1.763)],
)
def test_tobler_keeps_its_published_speeds_up_to_the_scale(slope, kph):
    assert 5.037 / tobler_pace(slope) == pytest.approx(kph, abs=2e-3)


def test_cliffs_count_as_the_steepest_slope():
    assert tobler_pace(3.0) == tobler_pace(0.5)
    assert e_bike_pace([3.0, 0.16, 0.06, 0.0, -1.0]).tolist() == pytest.approx([4, 4, 1.5, 1, 1])


def test_up_and_down_a_plane_differ():
    roads = graph_of([(0, 0), (900, 0)], [[0, 1]])
    pace, unknown = pace_of_slope(roads, lambda x, _y: 0.1 * x)
    assert unknown == 0
    assert pace[:, 0] == pytest.approx(
        [tobler_pace(0.1), tobler_pace(-0.1), e_bike_pace(0.1), 1], rel=1e-6
    )
    hilly = with_pace(roads, pace)
    walk = mode_network(hilly, "walk")
    assert tenths_between(walk, hilly, 0, 1) == round(7200 * float(tobler_pace(0.1)))


def test_a_straight_road_over_a_hill_is_not_flat():
    roads = graph_of([(0, 0), (600, 0)], [[0, 1]])
    pace, _ = pace_of_slope(roads, lambda x, _y: np.minimum(x, 600 - x) * 0.2)
    middle = (tobler_pace(0.2) + tobler_pace(-0.2)) / 2
    assert pace[:2, 0] == pytest.approx([middle, middle], rel=1e-6)


def test_bridges_run_evenly_between_their_ends_over_any_valley():
    tags = [{"highway": "residential"}, {"highway": "residential", "bridge": "yes"}]
    tags = [tags[0], tags[1], tags[1], tags[0]]
    xy = [(0, 0), (100, 0), (200, 0), (400, 0), (500, 0)]
    roads = graph_of(xy, [[0, 1], [1, 2], [2, 3], [3, 4]], tags=tags)

    def heights(x, y):
        return np.where((x > 150) & (x < 350), -200.0, 0.03 * x)

    pace, unknown = pace_of_slope(roads, heights)
    assert unknown == 0
    assert pace[0] == pytest.approx(np.full(4, tobler_pace(0.03)), rel=1e-6)


def test_a_bridge_without_known_ends_keeps_the_ground():
    tags = [{"highway": "residential", "bridge": "yes"}]
    roads = graph_of([(0, 0), (100, 0)], [[0, 1]], tags=tags)
    pace, _ = pace_of_slope(roads, lambda x, _y: 0.1 * x)
    assert pace[0, 0] == pytest.approx(tobler_pace(0.1), rel=1e-6)


def test_without_heights_the_road_is_flat_and_its_share_is_told():
    roads = graph_of([(0, 0), (100, 0), (400, 0)], [[0, 1], [1, 2]])
    pace, unknown = pace_of_slope(roads, lambda x, _y: np.where(x <= 100, 0.1 * x, np.nan))
    order = np.argsort(roads.way_id)
    assert pace[0, order] == pytest.approx([tobler_pace(0.1), 1.0], rel=1e-6)
    assert unknown == pytest.approx(0.75)


def test_nodes_at_one_place_have_no_slope():
    roads = graph_of([(0, 0), (50, 0), (50, 0)], [[0, 1, 2]])
    pace, unknown = pace_of_slope(roads, lambda x, _y: 0.1 * x)
    assert np.isfinite(pace).all()
    assert unknown == 0
