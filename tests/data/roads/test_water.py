"""Water of OSM files: ponds, lakes with islands, the sea behind a coast."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from tests.data.roads.answers import finding, read
from tests.data.roads.drawn_osm import write_osm

STREET = {"highway": "residential"}


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    return tmp_path / "drawn.osm.pbf"


def test_water_areas_and_the_sea_behind_the_coast(pbf):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
    nodes |= {5: (100, 100), 6: (200, 100), 7: (200, 200), 8: (100, 200)}
    nodes |= {11: (600, -500), 12: (600, 500), 13: (600, 1500)}
    nodes |= {k: (300 + dx, 500 + dy) for k, dx, dy in _ring(20, 100) + _ring(30, 40)}
    ways = [
        (1, [1, 2, 3, 4, 1], STREET),
        (2, [5, 6, 7, 8, 5], {"natural": "water"}),
        (3, [11, 12, 13], {"natural": "coastline"}),  # land on its left, the west
        (4, [20, 21, 22, 23, 20], {}),
        (5, [30, 31, 32, 33, 30], {}),
    ]
    lake = (9, [("w", 4, "outer"), ("w", 5, "inner")], {"type": "multipolygon", "natural": "water"})
    broken = (10, [("w", 99, "outer")], {"type": "multipolygon", "natural": "water"})
    write_osm(pbf, nodes, ways, relations=[lake, broken])
    found = read(pbf)
    assert found.water is not None
    areas = sorted(shapely.area(found.water).tolist())
    assert areas == pytest.approx([100 * 100, 200**2 - 80**2, 400 * 1000], rel=1e-3)
    x, y = found.graph.x_m.min(), found.graph.y_m.min()
    places = shapely.points(
        [x + 800, x + 300, x + 50, x + 150], [y + 500, y + 500, y + 50, y + 150]
    )
    wet = [bool(shapely.contains(found.water, place).any()) for place in places]
    assert wet == [True, False, False, True]
    assert finding(found, "water_incomplete") == {"count": 1}


def _ring(first: int, half_m: float) -> list[tuple[int, float, float]]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    return [(first + k, half_m * dx, half_m * dy) for k, (dx, dy) in enumerate(corners)]


def test_an_open_coast_is_told_and_no_sea_is_guessed(pbf):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 11: (600, 100), 12: (600, 500)}
    ways = [(1, [1, 2, 3], STREET), (3, [11, 12], {"natural": "coastline"})]
    found = read(write_osm(pbf, nodes, ways))
    assert found.water is not None
    assert len(found.water) == 0
