"""Water layers in every form that readers hand over."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.water import is_on_water, shore_lines, water_polygons

POND, LAKE = shapely.box(0, 0, 10, 10), shapely.box(20, 0, 40, 10)
EVERYWHERE = {"right_m": 1e6, "bottom_m": -1e6, "top_m": 1e6}


@pytest.mark.parametrize(
    "water",
    [
        [POND, LAKE],
        (POND, None, LAKE),
        np.array([POND, LAKE], dtype=object),
        [shapely.MultiPolygon([POND, LAKE])],
        [shapely.GeometryCollection([shapely.MultiPolygon([POND]), LAKE, shapely.Point(1, 1)])],
        iter([POND, LAKE]),
    ],
)
def test_layers_are_taken_apart_into_polygons(water):
    assert [shape.area for shape in water_polygons(water)] == [100, 200]


def test_no_water_has_no_shore():
    for water in (None, [], np.array([], dtype=object), [None], [shapely.Polygon()]):
        assert shore_lines(water, **EVERYWHERE).shape == (0, 4)
        assert is_on_water(water, np.zeros(2), np.zeros(2)).tolist() == [False, False]


@pytest.mark.parametrize("is_turned", [False, True])
def test_water_lies_left_of_its_shore_whichever_way_it_was_drawn(is_turned):
    island = POND.difference(shapely.box(4, 4, 6, 6))
    for x0, y0, x1, y1 in shore_lines([island.reverse() if is_turned else island], **EVERYWHERE):
        left = (x0 + x1) / 2 - (y1 - y0) * 1e-3, (y0 + y1) / 2 + (x1 - x0) * 1e-3
        assert island.contains(shapely.Point(left))


def test_far_shores_are_left_out_but_for_those_to_the_left():
    near = shore_lines([POND, LAKE], right_m=15, bottom_m=-5, top_m=15)
    assert near[:, [0, 2]].max() == 10
    assert len(shore_lines([POND], right_m=500, bottom_m=-5, top_m=15)) == 4


def test_places_without_position_are_on_land():
    found = is_on_water([POND], np.array([5.0, np.nan, 10.0, 11.0]), np.array([5.0, 5.0, 0.0, 5.0]))
    assert found.tolist() == [True, False, True, False]
