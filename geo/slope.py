"""Slope: what going up or down costs on foot and by e-bike, in the direction of travel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from geo.access import STRUCTURE_BIT
from geo.arrays import Floats
from geo.graph import RoadGraph

Heights: TypeAlias = Callable[[Floats, Floats], Floats]
"""Metres above sea at metric coordinates; NaN where nothing is known."""

STEEPEST = 0.5
"""Steeper slopes are errors of the heights (cliffs, quays, roofs) and count as this one `[I]`."""

E_BIKE_FULL_SPEED_SLOPE = 0.04
E_BIKE_SLOWEST = 4.0
"""An e-bike keeps its speed up to 4 % and then climbs at constant power, so its time grows with the
slope, up to four times (pushing); downhill it keeps its speed, as the law limits it `[I]`."""


def tobler_pace(slope: ArrayLike) -> Floats:
    """Return the factor on walking time of a slope, 1 on the flat.

    Tobler's speed 6 exp(-3.5 |s + 0.05|) km/h, scaled so that the flat has the mode's own speed.

    Parameters
    ----------
    slope
        Rise over run, signed in the direction of travel.

    Returns
    -------
    NDArray[np.float64]
        Factors.

    >>> tobler_pace([0.0, -0.05, 0.1]).round(3).tolist()
    [1.0, 0.839, 1.419]
    """
    steep = np.clip(np.asarray(slope, dtype=np.float64), -STEEPEST, STEEPEST)
    return np.exp(3.5 * (np.abs(steep + 0.05) - 0.05))


def e_bike_pace(slope: ArrayLike) -> Floats:
    """Return the factor on e-bike time of a slope: 1 on the flat, downhill and up to 4 %.

    >>> e_bike_pace([-0.2, 0.04, 0.08, 0.5]).tolist()
    [1.0, 1.0, 2.0, 4.0]
    """
    climb = np.asarray(slope, dtype=np.float64) / E_BIKE_FULL_SPEED_SLOPE
    return np.clip(climb, 1.0, E_BIKE_SLOWEST)


def pace_of_slope(
    roads: RoadGraph, heights: Heights, *, step_m: float = 30.0
) -> tuple[NDArray[np.float32], float]:
    """Return the factors on flat time of every segment, both ways, on foot and by e-bike.

    Segments longer than `step_m` are cut into equal pieces, so that a straight road over a hill is
    not flat. Bridges and tunnels run evenly between their ends: the ground is not theirs.

    Parameters
    ----------
    roads
        The graph.
    heights
        Height of the ground.
    step_m
        Longest piece, about a cell of the heights.

    Returns
    -------
    tuple
        `RoadGraph.pace` (4, n_segments), and the share of road length without a height, which
        counts as flat.
    """
    if not len(roads.tail):
        return np.ones((4, 0), dtype=np.float32), 0.0
    node_z = _node_heights(roads, heights)
    count = np.maximum(np.ceil(roads.length_m / step_m), 1).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    segment = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(segment)) - start[segment]
    z_from, z_to = (
        _heights_along(roads, heights, node_z, segment, (place + end) / count[segment])
        for end in (0, 1)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = (z_to - z_from) / (roads.length_m / count)[segment]
    is_unknown = ~np.isfinite(rise)
    rise[is_unknown] = 0.0
    factors = [tobler_pace(rise), tobler_pace(-rise), e_bike_pace(rise), e_bike_pace(-rise)]
    pace = np.stack([np.add.reduceat(factor, start) / count for factor in factors])
    piece_m = (roads.length_m / count)[segment]
    unknown_share = float(piece_m[is_unknown].sum() / max(roads.length_m.sum(), 1e-9))
    return pace.astype(np.float32), unknown_share


def _heights_along(
    roads: RoadGraph,
    heights: Heights,
    node_z: Floats,
    segment: NDArray[np.int64],
    fraction: Floats,
) -> Floats:
    """Return the height at a fraction of each segment, that of its nodes at its ends."""
    tail, head = roads.tail[segment], roads.head[segment]
    z = node_z[tail] + fraction * (node_z[head] - node_z[tail])
    is_ground = (roads.use[segment] & STRUCTURE_BIT) == 0
    inner = np.flatnonzero(is_ground & (fraction > 0) & (fraction < 1))
    x, y = (
        values[tail[inner]] + fraction[inner] * (values[head[inner]] - values[tail[inner]])
        for values in (roads.x_m, roads.y_m)
    )
    z[inner] = heights(x, y)
    return z


def _node_heights(roads: RoadGraph, heights: Heights) -> Floats:
    """Return the height of each node; on bridges and in tunnels evenly between their ends."""
    z = heights(roads.x_m, roads.y_m)
    is_structure = (roads.use & STRUCTURE_BIT) > 0
    is_inner = np.ones(len(z), dtype=bool)
    is_inner[roads.tail[~is_structure]] = False
    is_inner[roads.head[~is_structure]] = False
    if not is_inner.any():
        return z
    is_inner |= ~np.isfinite(z)
    inside = is_structure & (roads.length_m > 0)
    tail, head = roads.tail[inside].astype(np.int64), roads.head[inside].astype(np.int64)
    weight = 1.0 / roads.length_m[inside]
    links = csr_array(
        (np.r_[weight, weight], (np.r_[tail, head], np.r_[head, tail])), shape=(len(z), len(z))
    )
    # A structure that hangs on no known ground keeps the ground's height: nothing else is known.
    _, part = connected_components(links, directed=False)
    held = np.bincount(part, weights=~is_inner) > 0
    solved = np.flatnonzero(is_inner & held[part])
    fixed = np.flatnonzero(~is_inner)
    if len(solved) and len(fixed):
        inner_links = links[solved]
        known = inner_links[:, fixed]
        among = inner_links[:, solved]
        total = np.asarray(known.sum(axis=1)).ravel() + np.asarray(among.sum(axis=1)).ravel()
        order = np.arange(len(solved))
        matrix = csr_array((total, (order, order)), shape=(len(solved),) * 2) - among
        z = z.copy()
        z[solved] = spsolve(matrix.tocsc(), known @ z[fixed])
    return z
