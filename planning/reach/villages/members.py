"""Where people and facilities belong: the administrative village of each."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from data.types import Demand, Facilities, Villages
from geo.arrays import Floats, Ints
from geo.zones import assign, nearest_site


def members_of(villages: Villages, demand: Demand) -> Ints:
    """Return the (n_demand,) administrative village of each demand point, -1 for none."""
    if not len(villages):
        return np.full(len(demand), -1, dtype=np.int32)
    return np.where(demand.village >= 0, top_of(villages)[demand.village], -1).astype(np.int32)


def top_of(villages: Villages) -> Ints:
    """Return the (n_villages,) administrative village of each village."""
    own = np.arange(len(villages), dtype=np.int32)
    return np.where(villages.parent >= 0, villages.parent, own).astype(np.int32)


def facility_villages(facilities: Facilities, villages: Villages, *, in_village_m: float) -> Ints:
    """Return the (n_facilities,) administrative village in which each facility stands, -1 for none.

    Parameters
    ----------
    facilities, villages
        As read; a polygon holds what lies in it, a point what lies within `in_village_m` of it and
        nearer to it than to any other village point.
    in_village_m
        Metres around a village point.
    """
    top = top_of(villages)
    depth = (villages.parent >= 0).astype(np.int32)
    is_area = np.array([s is not None and s.area > 0 for s in villages.geometry], dtype=np.bool_)
    areas, points = villages.geometry.copy(), villages.geometry.copy()
    areas[~is_area], points[is_area] = None, None
    village = assign(facilities.x_m, facilities.y_m, areas, depth=depth)
    x_m, y_m = _coordinates(points)
    loose = np.where(village < 0, np.int32(0), np.int32(-1)).astype(np.int32)
    site = nearest_site(
        facilities.x_m,
        facilities.y_m,
        np.where(facilities.has_position, loose, np.int32(-1)).astype(np.int32),
        site_x_m=x_m,
        site_y_m=y_m,
        site_group=np.zeros(len(villages), dtype=np.int32),
    )
    found = site >= 0
    gap_m = np.hypot(
        facilities.x_m[found] - x_m[site[found]], facilities.y_m[found] - y_m[site[found]]
    )
    village[np.flatnonzero(found)[gap_m <= in_village_m]] = site[found][gap_m <= in_village_m]
    return np.where(village >= 0, top[village], -1).astype(np.int32)


def _coordinates(points: NDArray[np.object_]) -> tuple[Floats, Floats]:
    centres = [None if p is None else shapely.centroid(p) for p in points]
    x_m = np.array([np.nan if p is None else p.x for p in centres], dtype=np.float64)
    y_m = np.array([np.nan if p is None else p.y for p in centres], dtype=np.float64)
    return x_m, y_m
