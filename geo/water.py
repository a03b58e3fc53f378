"""Water: polygons as shore lines, and which places lie on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats


def water_polygons(water: Iterable[Any] | None) -> NDArray[np.object_]:
    """Return the polygons of a layer of geometries, one each; empty for None."""
    shapes = np.array(
        [shape for shape in (() if water is None else water) if shape is not None], dtype=object
    )
    # Twice: a collection may hold multipolygons.
    parts = shapely.get_parts(shapely.get_parts(shapes))
    polygons: NDArray[np.object_] = parts[
        shapely.get_type_id(parts) == int(shapely.GeometryType.POLYGON)
    ]
    return polygons


def shore_lines(
    water: Iterable[Any] | None, *, right_m: float, bottom_m: float, top_m: float
) -> Floats:
    """Return shore lines with water on their left, also where lakes overlap.

    Parameters
    ----------
    water
        Polygons; None when nothing is known.
    right_m, bottom_m, top_m
        Lines wholly right of, below or above these are left out; those to the left are kept,
        because lakes are counted from the left.

    Returns
    -------
    Floats
        (n, 4) x and y of start and end.
    """
    polygons = water_polygons(water)
    if len(polygons) == 0:
        return np.empty((0, 4))
    rings = shapely.get_rings(shapely.orient_polygons(polygons, exterior_cw=False))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    shore = np.column_stack([points[joined], points[joined + 1]])
    low_m, high_m = np.minimum(shore[:, 1], shore[:, 3]), np.maximum(shore[:, 1], shore[:, 3])
    left_m = np.minimum(shore[:, 0], shore[:, 2])
    is_near = (high_m >= bottom_m) & (low_m <= top_m) & (left_m <= right_m)
    return np.ascontiguousarray(shore[is_near])


def is_on_water(water: Iterable[Any] | None, x_m: Floats, y_m: Floats) -> NDArray[np.bool_]:
    """Return which places lie on water, shores included; a place without position does not.

    >>> is_on_water([shapely.box(0, 0, 9, 9)], np.array([5.0, 20.0]), np.array([5.0, 5.0])).tolist()
    [True, False]
    """
    is_wet = np.zeros(len(x_m), np.bool_)
    polygons = water_polygons(water)
    placed = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
    if len(polygons) and len(placed):
        points = np.array(shapely.points(x_m[placed], y_m[placed]), dtype=object)
        tree = shapely.STRtree(points.tolist())
        is_wet[placed[tree.query(polygons, predicate="intersects")[1]]] = True
    return is_wet
