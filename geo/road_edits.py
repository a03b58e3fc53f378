"""Changes to a finished road graph: a new link, another car speed, a closed way.

The answers equal those of a graph that is built from a road file with the same change. Networks are
left as they were: `renewed` makes those anew that a change touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arcs import hilbert_key
from geo.modes import Speeds
from geo.points import frozen_array
from geo.roads import RoadGraph, with_speeds

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

JOIN_NODE_M = 5.0
"""A foot so near to an end of its segment is that end."""

_PER_NODE = ("x_m", "y_m", "node_id")
_PER_SEGMENT = (
    "tail",
    "head",
    "length_m",
    "way_id",
    "position",
    "road_class",
    "use",
    "maxspeed_forward_kph",
    "maxspeed_backward_kph",
    "fixed_tenths",
    "car_kph",
    "car_factor",
)


@dataclass(frozen=True, slots=True)
class Foot:
    """The nearest point of a road.

    Parameters
    ----------
    segment
        Its segment.
    fraction
        0 at the tail, 1 at the head.
    x_m, y_m
        The point.
    away_m
        Its distance from the place that was asked for.
    """

    segment: int
    fraction: float
    x_m: float
    y_m: float
    away_m: float


@dataclass(frozen=True, slots=True)
class Link:
    """A new way of one straight segment.

    Parameters
    ----------
    way_id
        Its id, used by no other way.
    road_class
        Highway value.
    use
        Bits of `USE_BITS`.
    length_m
        Length on the ellipsoid.
    car_kph
        Car speed; NaN for that of the class.
    """

    way_id: int
    road_class: str
    use: int
    length_m: float
    car_kph: float = np.nan


def nearest_foot(
    roads: RoadGraph,
    x_m: float,
    y_m: float,
    *,
    use: int,
    among: NDArray[np.bool_] | None = None,
) -> Foot | None:
    """Return the nearest point of the segments with any of these bits; None where there is none.

    Parameters
    ----------
    roads
        The graph.
    x_m, y_m
        A place in its system.
    use
        Bits of `USE_BITS`, such as who may join.
    among
        (n_segments,) True for those that count; all by default.
    """
    is_used = (roads.use & np.uint16(use)) > 0
    segment = np.flatnonzero(is_used if among is None else is_used & among)
    if not len(segment):
        return None
    x0, y0 = roads.x_m[roads.tail[segment]], roads.y_m[roads.tail[segment]]
    dx, dy = roads.x_m[roads.head[segment]] - x0, roads.y_m[roads.head[segment]] - y0
    square = np.maximum(dx * dx + dy * dy, 1e-12)
    fraction = np.clip(((x_m - x0) * dx + (y_m - y0) * dy) / square, 0.0, 1.0)
    away_m = np.hypot(x0 + fraction * dx - x_m, y0 + fraction * dy - y_m)
    best = int(np.argmin(away_m))
    along, whole_m = float(fraction[best]), float(np.sqrt(square[best]))
    if along * whole_m < JOIN_NODE_M or (1 - along) * whole_m < JOIN_NODE_M:
        along = float(round(along))
    x, y = float(x0[best] + along * dx[best]), float(y0[best] + along * dy[best])
    return Foot(int(segment[best]), along, x, y, float(away_m[best]))


def with_foot(roads: RoadGraph, foot: Foot) -> tuple[RoadGraph, int]:
    """Return the graph with a node at a foot, and that node; an end of the segment is not split."""
    segment = foot.segment
    if foot.fraction in (0.0, 1.0):
        return roads, int((roads.head if foot.fraction else roads.tail)[segment])
    node = len(roads.x_m)
    is_later = (roads.way_id == roads.way_id[segment]) & (roads.position > roads.position[segment])
    columns: dict[str, Any] = {
        name: np.append(getattr(roads, name), getattr(roads, name)[segment])
        for name in _PER_SEGMENT
    }
    columns["position"][:-1] += is_later
    columns["position"][-1] += 1
    columns["head"][segment] = columns["tail"][-1] = node
    columns["length_m"][segment] *= foot.fraction
    columns["length_m"][-1] *= 1 - foot.fraction
    pace = None if roads.pace is None else np.hstack([roads.pace, roads.pace[:, [segment]]])
    return replace(
        roads,
        **columns,
        x_m=np.append(roads.x_m, foot.x_m),
        y_m=np.append(roads.y_m, foot.y_m),
        node_id=np.append(roads.node_id, -1),
        pace=pace,
    ), node


def with_node(roads: RoadGraph, x_m: float, y_m: float) -> tuple[RoadGraph, int]:
    """Return the graph with a node that no segment uses yet, and that node."""
    return replace(
        roads,
        x_m=np.append(roads.x_m, x_m),
        y_m=np.append(roads.y_m, y_m),
        node_id=np.append(roads.node_id, -1),
    ), len(roads.x_m)


def with_link(roads: RoadGraph, link: Link, tail: int, head: int) -> RoadGraph:
    """Return the graph with a link between two nodes, in the order in which graphs are built."""
    names = roads.class_names
    if link.road_class not in names:
        names = (*names, link.road_class)
    row: dict[str, Any] = {
        "tail": tail,
        "head": head,
        "length_m": link.length_m,
        "way_id": link.way_id,
        "position": 0,
        "road_class": names.index(link.road_class),
        "use": link.use,
        "maxspeed_forward_kph": np.nan,
        "maxspeed_backward_kph": np.nan,
        "fixed_tenths": -1,
        "car_kph": link.car_kph,
        "car_factor": 1.0,
    }
    columns: dict[str, Any] = {
        name: np.append(getattr(roads, name), np.asarray(row[name], getattr(roads, name).dtype))
        for name in _PER_SEGMENT
    }
    # No height is known of a road that is not built: it counts as flat.
    pace = None if roads.pace is None else np.hstack([roads.pace, np.ones((4, 1), np.float32)])
    return _in_order(replace(roads, **columns, class_names=names, pace=pace))


def with_way_speed(roads: RoadGraph, way_id: int, car_kph: float) -> RoadGraph:
    """Return the graph with the car speed of one way, in place of class, limit and factor."""
    is_way = roads.way_id == way_id
    kph = np.where(is_way, car_kph, roads.car_kph)
    factor = np.where(is_way, 1.0, roads.car_factor)
    return replace(roads, car_kph=_frozen(kph), car_factor=_frozen(factor))


def without_way(roads: RoadGraph, way_id: int) -> RoadGraph:
    """Return the graph with one way closed to everybody; its line stays."""
    use = np.where(roads.way_id == way_id, 0, roads.use).astype(np.uint16)
    return replace(roads, use=_frozen(use))


def renewed(
    changed: RoadGraph, before: RoadGraph, modes: Sequence[str], table: Speeds
) -> RoadGraph:
    """Return the changed graph with these networks made anew and the others as they were.

    Parameters
    ----------
    changed
        Nodes and segments must be those of `before` where networks are kept.
    before
        With the networks of every mode.
    modes
        Modes that the change touches.
    table
        The speeds.
    """
    made = with_speeds(changed, modes, table)
    networks = {mode: made.networks.get(mode, known) for mode, known in before.networks.items()}
    return replace(made, networks=networks)


def _in_order(roads: RoadGraph) -> RoadGraph:
    """Return the graph with nodes and segments sorted as `build_graph` sorts them."""
    node = np.argsort(hilbert_key(roads.x_m, roads.y_m), kind="stable")
    rank = np.empty(len(node), dtype=np.int32)
    rank[node] = np.arange(len(node), dtype=np.int32)
    first, last = np.sort(rank[np.column_stack([roads.tail, roads.head])], axis=1).T
    segment = np.lexsort((last, first))
    columns: dict[str, Any] = {
        name: _frozen(getattr(roads, name)[segment]) for name in _PER_SEGMENT[2:]
    }
    for name in _PER_NODE:
        columns[name] = _frozen(getattr(roads, name)[node])
    for name in ("tail", "head"):
        columns[name] = _frozen(rank[getattr(roads, name)[segment]])
    pace = None if roads.pace is None else _frozen(roads.pace[:, segment])
    return replace(roads, **columns, pace=pace)


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    frozen: NDArray[Any] = frozen_array(values, values.dtype.type)
    return frozen
