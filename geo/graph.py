"""The types of the road graph and what their arrays must hold; `roads` builds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import Finding, GeoError


@dataclass(frozen=True, slots=True, eq=False)
class ModeNetwork:
    """What one mode with one speed set makes of the road segments.

    Parameters
    ----------
    mode, speed_set
        Names.
    access_speed_kph
        Speed of the straight leg between a place and the road.
    forward_tenths, backward_tenths
        (n_segments,) tenths of a second from tail to head and back; `NOT_ALLOWED` where closed.
    may_snap
        (n_segments,) True where a place may join the road from its side.
    to_indptr, to_node, to_tenths
        The REVERSED graph in CSR form: arcs that lead INTO a node, so that a search from a
        facility gives
        times TO it. Parallel arcs are merged by minimum.
    from_indptr, from_node, from_tenths
        The graph as driven.
    component
        (n_nodes,) weakly connected part of each node among this mode's arcs; -1 for nodes without
        arcs.
        Parts are numbered by decreasing number of nodes (0 is the main network), ties by lowest
        node.
    """

    mode: str
    speed_set: str
    access_speed_kph: float
    forward_tenths: NDArray[np.int32]
    backward_tenths: NDArray[np.int32]
    may_snap: NDArray[np.bool_]
    to_indptr: NDArray[np.int32]
    to_node: NDArray[np.int32]
    to_tenths: NDArray[np.int32]
    from_indptr: NDArray[np.int32]
    from_node: NDArray[np.int32]
    from_tenths: NDArray[np.int32]
    component: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """Road segments between nodes in Hilbert order; each segment is one straight line.

    Parameters
    ----------
    x_m, y_m
        (n_nodes,) metric coordinates.
    tail, head
        (n_segments,) node at the start and end of each segment, in the direction of its way.
    length_m
        (n_segments,) length on the ellipsoid.
    way_id, position
        (n_segments,) way of the segment and its place along that way: cumulative rounding follows
        them.
    road_class
        (n_segments,) index into `class_names`.
    class_names
        The highway values, `ferry` among them.
    use
        (n_segments,) uint16 bit set of `geo.modes.USE_BITS`: who may go forward and backward, and
        where a place may join.
    maxspeed_forward_kph, maxspeed_backward_kph
        (n_segments,) posted limit; NaN where none.
    fixed_tenths
        (n_segments,) tenths of a second of a ferry crossing with its waiting; -1 elsewhere.
    car_kph, car_factor
        (n_segments,) a study's own car speed (NaN: by class and limit) and factor on the speed (1).
    pace
        (4, n_segments) factor on the flat time for slope: on foot forward and backward, by e-bike
        forward and backward; None on a map without heights.
    node_id
        (n_nodes,) the source's id of each node; -1 where it has none.
    n_dropped
        Segments left out because both their ends are one node.
    networks
        Mode -> `ModeNetwork` with the speeds that the study asks for.
    fingerprint
        Hash of the content.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    way_id: NDArray[np.int64]
    position: NDArray[np.int32]
    road_class: NDArray[np.int16]
    class_names: tuple[str, ...]
    use: NDArray[np.uint16]
    maxspeed_forward_kph: NDArray[np.float64]
    maxspeed_backward_kph: NDArray[np.float64]
    fixed_tenths: NDArray[np.int32]
    car_kph: NDArray[np.float64]
    car_factor: NDArray[np.float64]
    pace: NDArray[np.float32] | None
    node_id: NDArray[np.int64]
    n_dropped: int
    networks: Mapping[str, ModeNetwork]
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What the segments of a way share, for n ways.

    Parameters
    ----------
    way_id
        (n,) the source's id.
    road_class
        n highway values.
    use
        (n,) bits of `USE_BITS`.
    maxspeed_forward_kph, maxspeed_backward_kph
        (n,) posted limit; NaN where none.
    fixed_minutes
        (n,) minutes from end to end of a ferry with its waiting; NaN elsewhere.
    """

    way_id: NDArray[np.int64]
    road_class: tuple[str, ...]
    use: NDArray[np.uint16]
    maxspeed_forward_kph: NDArray[np.float64]
    maxspeed_backward_kph: NDArray[np.float64]
    fixed_minutes: NDArray[np.float64]


def require_segments(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    ends: NDArray[np.int64],
    way: NDArray[np.int64],
) -> None:
    """Raise when arrays do not fit together or a coordinate in use is not finite."""
    if len(x) != len(y) or len(way) != len(ends):
        name, expected, actual = (
            ("y_m", len(x), len(y)) if len(x) != len(y) else ("way", len(ends), len(way))
        )
        raise GeoError(
            Finding("array_shape", (("name", name), ("expected", expected), ("actual", actual)))
        )
    n_missing = int(((ends < 0) | (ends >= len(x))).any(axis=1).sum())
    if n_missing:
        raise GeoError(Finding("node_missing", (("count", n_missing), ("nodes", len(x)))))
    used = used_nodes(ends, len(x))
    n_unknown = int((~(np.isfinite(x[used]) & np.isfinite(y[used]))).sum())
    if n_unknown:
        raise GeoError(Finding("array_not_finite", (("name", "x_m, y_m"), ("count", n_unknown))))


def used_nodes(ends: NDArray[np.int64], n_nodes: int) -> NDArray[np.int64]:
    """Return the nodes that are the end of a segment."""
    is_used = np.zeros(n_nodes, dtype=bool)
    is_used[ends] = True
    return np.flatnonzero(is_used)


def require_lengths(length_m: NDArray[np.float64]) -> None:
    """Raise when a length is not a finite number of zero or more."""
    n_unknown, n_negative = int((~np.isfinite(length_m)).sum()), int((length_m < 0).sum())
    if n_unknown:
        raise GeoError(Finding("array_not_finite", (("name", "length_m"), ("count", n_unknown))))
    if n_negative:
        raise GeoError(Finding("array_negative", (("name", "length_m"), ("count", n_negative))))
