"""Points and the polygons that hold them: assignment, nearest site, hull, distance, overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geo.errors import Finding, GeoError

OUTSIDE = np.int32(-1)


def assign(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    polygons: NDArray[np.object_],
    *,
    depth: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Return the polygon that holds each point; a point on a shared border goes to the lower index.

    Parameters
    ----------
    x_m, y_m
        (n_points,) coordinates; points that are not finite lie outside.
    polygons
        (n_polygons,) polygons in the same system; None or empty ones hold nothing.
    depth
        (n_polygons,) where polygons are nested (a natural village in its administrative village),
        the deeper one holds the point; all equal when None.

    Returns
    -------
    (n_points,) int32
        Index into `polygons`, -1 outside all.
    """
    out = np.full(len(x_m), OUTSIDE, dtype=np.int32)
    is_known = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
    if not len(is_known) or not len(polygons):
        return out
    points: Any = shapely.points(x_m[is_known], y_m[is_known])
    tree = shapely.STRtree(points)
    polygon, point = tree.query(polygons, predicate="intersects")
    rank = np.zeros(len(polygons), dtype=np.int32) if depth is None else depth
    # Later writes win: shallow before deep, high index before low.
    order = np.lexsort((-polygon, rank[polygon]))
    out[is_known[point[order]]] = polygon[order]
    return out


def nearest_site(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    group: NDArray[np.int32],
    *,
    site_x_m: NDArray[np.float64],
    site_y_m: NDArray[np.float64],
    site_group: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return the nearest site of the same group for each point, in a straight line.

    Parameters
    ----------
    x_m, y_m, group
        (n_points,) points and their group; group -1 belongs to no site.
    site_x_m, site_y_m, site_group
        (n_sites,) sites; those without coordinates are never chosen.

    Returns
    -------
    (n_points,) int32
        Index of the site, -1 where the group has none. Equal distances go to the lower index.
    """
    out = np.full(len(x_m), OUTSIDE, dtype=np.int32)
    is_site = np.isfinite(site_x_m) & np.isfinite(site_y_m)
    for value in np.unique(group[group >= 0]):
        sites = np.flatnonzero(is_site & (site_group == value))
        points = np.flatnonzero(group == value)
        if not len(sites):
            continue
        tree = KDTree(np.column_stack((site_x_m[sites], site_y_m[sites])))
        n_neighbours = min(2, len(sites))
        distance, found = tree.query(
            np.column_stack((x_m[points], y_m[points])), k=list(range(1, n_neighbours + 1))
        )
        # The tree does not promise which of two equally near sites comes first.
        is_tie = distance == distance[:, :1]
        out[points] = sites[np.where(is_tie, found, len(sites)).min(axis=1)]
    return out


def hull(x_m: NDArray[np.float64], y_m: NDArray[np.float64], *, margin_m: float) -> Any:
    """Return the convex hull of points, widened by a margin.

    Parameters
    ----------
    x_m, y_m
        (n,) coordinates.
    margin_m
        Metres added all round.

    Returns
    -------
    shapely.Polygon
        It holds every point.

    Raises
    ------
    GeoError
        When there is no point, or the margin is not above zero.
    """
    if not len(x_m):
        raise GeoError(
            Finding("array_shape", (("name", "x_m"), ("expected", ">= 1"), ("actual", 0)))
        )
    if margin_m <= 0:
        raise GeoError(Finding("array_negative", (("name", "margin_m"), ("count", 1))))
    points: Any = shapely.multipoints(np.column_stack((x_m, y_m)))
    return shapely.buffer(shapely.convex_hull(points), margin_m, quad_segs=16)


def distance_to_box_m(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    box: tuple[float, float, float, float],
) -> NDArray[np.float64]:
    """Return the distance of each point to a box, 0 inside it, NaN for points without coordinates.

    >>> distance_to_box_m(np.array([5.0, 13.0]), np.array([5.0, 14.0]), (0, 0, 10, 10)).tolist()
    [0.0, 5.0]
    """
    west, south, east, north = box
    dx_m = np.maximum(np.maximum(west - x_m, x_m - east), 0.0)
    dy_m = np.maximum(np.maximum(south - y_m, y_m - north), 0.0)
    return np.hypot(dx_m, dy_m)


def overlaps(polygons: NDArray[np.object_], *, min_area_m2: float) -> list[tuple[int, int, float]]:
    """Return the pairs of polygons that overlap, with the shared area in square metres.

    Parameters
    ----------
    polygons
        (n,) valid polygons.
    min_area_m2
        Smaller overlaps are digitising noise and left out.

    Returns
    -------
    list of (first, second, area_m2)
        In order of index, `first < second`.
    """
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    is_pair = first < second
    first, second = first[is_pair], second[is_pair]
    area_m2 = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    found = [
        (int(a), int(b), float(area))
        for a, b, area in zip(first, second, area_m2, strict=True)
        if area >= min_area_m2
    ]
    return sorted(found)
