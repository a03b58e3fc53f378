"""Points in polygons, nearest sites, hulls and overlaps, worked by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.errors import GeoError
from geo.zones import assign, hull, nearest_site, overlaps


def boxes(*bounds: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*bound) for bound in bounds], dtype=object)


def test_border_points_go_to_the_lower_index_and_far_points_outside() -> None:
    polygons = boxes((0, 0, 10, 10), (10, 0, 20, 10))
    x_m = np.array([5.0, 10.0, 15.0, 25.0, np.nan])
    y_m = np.full(5, 5.0)
    assert assign(x_m, y_m, polygons).tolist() == [0, 0, 1, -1, -1]


def test_the_deeper_polygon_holds_the_point() -> None:
    polygons = boxes((0, 0, 10, 10), (4, 4, 6, 6))
    depth = np.array([0, 1], dtype=np.int32)
    x_m, y_m = np.array([5.0, 1.0]), np.array([5.0, 1.0])
    assert assign(x_m, y_m, polygons).tolist() == [0, 0]
    assert assign(x_m, y_m, polygons, depth=depth).tolist() == [1, 0]


def test_no_polygons_and_missing_geometry_hold_nothing() -> None:
    x_m, y_m = np.zeros(2), np.zeros(2)
    assert assign(x_m, y_m, np.array([], dtype=object)).tolist() == [-1, -1]
    assert assign(x_m, y_m, np.array([None], dtype=object)).tolist() == [-1, -1]


def test_assignment_equals_brute_force(rng: np.random.Generator) -> None:
    x_m, y_m = rng.uniform(0, 100, 500), rng.uniform(0, 100, 500)
    corners = rng.uniform(0, 80, (12, 2))
    polygons = boxes(*[(a, b, a + 20, b + 15) for a, b in corners])
    expected = [
        next((i for i, p in enumerate(polygons) if p.intersects(shapely.Point(x, y))), -1)
        for x, y in zip(x_m, y_m, strict=True)
    ]
    assert assign(x_m, y_m, polygons).tolist() == expected


def test_the_nearest_site_of_the_same_group_is_taken() -> None:
    found = nearest_site(
        np.array([0.0, 10.0, 5.0, 0.0]),
        np.zeros(4),
        np.array([0, 0, 0, 1], dtype=np.int32),
        site_x_m=np.array([10.0, 0.0, np.nan, -1.0]),
        site_y_m=np.zeros(4),
        site_group=np.array([0, 0, 0, 2], dtype=np.int32),
    )
    # The third point is 5 m from both sites; the fourth point's group has no site.
    assert found.tolist() == [1, 0, 0, -1]


def test_the_hull_holds_every_point_with_its_margin(rng: np.random.Generator) -> None:
    x_m, y_m = rng.uniform(0, 1000, 50), rng.uniform(0, 1000, 50)
    polygon = hull(x_m, y_m, margin_m=1000.0)
    assert shapely.contains_xy(polygon, x_m, y_m).all()
    assert polygon.exterior.distance(shapely.points(x_m, y_m)).min() == pytest.approx(
        1000, rel=0.01
    )
    assert hull(x_m[:1], y_m[:1], margin_m=1000.0).area == pytest.approx(np.pi * 1e6, rel=0.01)


def test_the_hull_of_nothing_is_an_error() -> None:
    with pytest.raises(GeoError):
        hull(np.array([]), np.array([]), margin_m=1.0)
    with pytest.raises(GeoError):
        hull(np.zeros(1), np.zeros(1), margin_m=0.0)


def test_overlaps_are_measured_and_touching_is_none() -> None:
    polygons = boxes((0, 0, 10, 10), (8, 0, 18, 10), (18, 0, 28, 10))
    assert overlaps(polygons, min_area_m2=1.0) == [(0, 1, 20.0)]
