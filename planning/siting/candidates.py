"""Candidate sites from populated points: by a spacing, never where an exclusion forbids."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.siting.instance import Flags, Floats, Indices


def spaced_points(
    x_m: Floats,
    y_m: Floats,
    people: Floats,
    *,
    spacing_m: float,
    is_allowed: Flags | None = None,
    rank: Indices | None = None,
) -> Indices:
    """Choose points at least a spacing apart, the most populated first.

    Parameters
    ----------
    x_m, y_m
        (n,) metric coordinates.
    people
        (n,) people at each point; points without people are never chosen.
    spacing_m
        No two chosen points are nearer than this.
    is_allowed
        (n,) False where nothing may be built (water, steep slope, farmland).
    rank
        (n,) lower ranks are chosen first, such as 0 for village centres and 1 for cells.

    Returns
    -------
    NDArray[np.int32]
        Chosen points, ascending.

    Examples
    --------
    >>> x = np.array([0.0, 400.0, 1000.0])
    >>> spaced_points(x, np.zeros(3), np.array([5.0, 9.0, 2.0]), spacing_m=500.0)
    array([1, 2], dtype=int32)
    """
    is_free = people > 0
    if is_allowed is not None:
        is_free &= is_allowed
    order = np.lexsort((-people, np.zeros(len(people)) if rank is None else rank))
    points = np.column_stack([x_m, y_m])
    tree = cKDTree(points)
    chosen = []
    for i in order[is_free[order]]:
        if not is_free[i]:
            continue
        chosen.append(i)
        near = np.asarray(tree.query_ball_point(points[i], spacing_m), dtype=np.int64)
        is_near = np.hypot(x_m[near] - x_m[i], y_m[near] - y_m[i]) < spacing_m
        is_free[near[is_near]] = False
    return np.sort(np.array(chosen, dtype=np.int32))


def on_water(x_m: Floats, y_m: Floats, water: NDArray[Any] | None) -> Flags:
    """Say which points lie in a water polygon.

    Parameters
    ----------
    x_m, y_m
        (n,) metric coordinates.
    water
        Polygons in the same system; None or empty when nothing is known of water.
    """
    is_wet = np.zeros(len(x_m), dtype=bool)
    if water is None or len(water) == 0:
        return is_wet
    tree = shapely.STRtree(water)
    point, _ = tree.query(shapely.points(x_m, y_m), predicate="intersects")
    is_wet[point] = True
    return is_wet
