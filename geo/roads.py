"""The road graph: straight segments between nodes, and what each mode of travel may do on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.access import USE_BITS, WayUse
from geo.arcs import NOT_ALLOWED, ArcOrder, WayOrder, components, hilbert_key, run_starts
from geo.errors import Finding, GeoError
from geo.fingerprints import fingerprint
from geo.graph import (
    ModeNetwork,
    RoadGraph,
    Ways,
    require_lengths,
    require_segments,
    used_nodes,
)
from geo.modes import MODES, Mode, Speeds, speeds
from geo.points import frozen_array

__all__ = [
    "NOT_ALLOWED",
    "ModeNetwork",
    "RoadGraph",
    "Ways",
    "build_graph",
    "mode_network",
    "ways_of",
    "with_car_speeds",
    "with_networks",
    "with_pace",
    "with_speeds",
]


def ways_of(way_id: Sequence[int], uses: Sequence[WayUse]) -> Ways:
    """Return the columns of ways from the rules' answers, one for each way."""
    return Ways(
        np.asarray(way_id, dtype=np.int64),
        tuple(use.road_class for use in uses),
        np.array([use.use for use in uses], dtype=np.uint16),
        np.array([use.maxspeed_forward_kph for use in uses], dtype=np.float64),
        np.array([use.maxspeed_backward_kph for use in uses], dtype=np.float64),
        np.array([use.ferry_minutes for use in uses], dtype=np.float64),
    )


def build_graph(
    x_m: ArrayLike,
    y_m: ArrayLike,
    tail: ArrayLike,
    head: ArrayLike,
    *,
    ways: Ways,
    way: ArrayLike,
    length_m: ArrayLike | None = None,
    node_id: ArrayLike | None = None,
) -> RoadGraph:
    """Build the road graph from straight segments, without networks (`with_networks` adds them).

    Parameters
    ----------
    x_m, y_m
        (n_nodes,) metric coordinates; nodes that no segment uses are left out.
    tail, head
        (n_segments,) nodes of each segment, in the direction of its way and in order along it.
    ways, way
        The ways, and (n_segments,) the way of each segment.
    length_m
        (n_segments,) length; the straight line where it is not given.
    node_id
        (n_nodes,) the source's ids.

    Returns
    -------
    RoadGraph
        Nodes in Hilbert order, segments in order of their nodes. Segments from a node to itself are
        left out and counted; two nodes at one place stay joined by a segment that takes no time and
        that no place may join.

    Raises
    ------
    GeoError
        When coordinates or lengths are not finite, lengths are negative, or a node does not exist.
    """
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    ends = np.column_stack([tail, head]).astype(np.int64).reshape(-1, 2)
    way_row = np.asarray(way, dtype=np.int64)
    require_segments(x, y, ends, way_row)
    position = _positions(ways.way_id[way_row])
    kept = np.flatnonzero(ends[:, 0] != ends[:, 1])
    used = used_nodes(ends[kept], len(x))
    node = used[np.argsort(hilbert_key(x[used], y[used]), kind="stable")]
    rank = np.full(len(x), -1, dtype=np.int64)
    rank[node] = np.arange(len(node))
    first, last = np.sort(rank[ends[kept]], axis=1).T
    kept = kept[np.lexsort((last, first))]
    if length_m is None:
        length = np.hypot(
            *(np.array([x, y])[:, ends[kept, 1]] - np.array([x, y])[:, ends[kept, 0]])
        )
    else:
        length = np.asarray(length_m, dtype=np.float64)[kept]
    require_lengths(length)
    ids = np.full(len(x), -1) if node_id is None else np.asarray(node_id)
    return _graph(
        ways,
        way_row[kept],
        length,
        x_m=frozen_array(x[node], np.float64),
        y_m=frozen_array(y[node], np.float64),
        tail=frozen_array(rank[ends[kept, 0]], np.int32),
        head=frozen_array(rank[ends[kept, 1]], np.int32),
        position=frozen_array(position[kept], np.int32),
        node_id=frozen_array(ids[node], np.int64),
        n_dropped=len(ends) - len(kept),
    )


def _positions(way: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each segment among those of its way, in the order given."""
    order = np.argsort(way, kind="stable")
    starts = run_starts(way[order])
    position = np.empty(len(way), dtype=np.int64)
    position[order] = np.arange(len(way)) - np.repeat(starts, np.diff(starts, append=len(way)))
    return position


def _graph(
    ways: Ways, way: NDArray[np.int64], length_m: NDArray[np.float64], **arrays: Any
) -> RoadGraph:
    """Spread the columns of the ways over the segments and seal the graph."""
    names = tuple(sorted(set(ways.road_class)))
    number = {name: index for index, name in enumerate(names)}
    class_of_way = np.array([number[name] for name in ways.road_class], dtype=np.int16)
    n_joins = sum(bit for (_, what), bit in USE_BITS.items() if what == "join")
    use = np.where(length_m > 0, ways.use[way], ways.use[way] & ~np.uint16(n_joins))
    graph = RoadGraph(
        length_m=frozen_array(length_m, np.float64),
        way_id=frozen_array(ways.way_id[way], np.int64),
        road_class=frozen_array(class_of_way[way], np.int16),
        class_names=names,
        use=frozen_array(use, np.uint16),
        maxspeed_forward_kph=frozen_array(ways.maxspeed_forward_kph[way], np.float64),
        maxspeed_backward_kph=frozen_array(ways.maxspeed_backward_kph[way], np.float64),
        fixed_tenths=frozen_array(np.full(len(way), -1), np.int32),
        car_kph=frozen_array(np.full(len(way), np.nan), np.float64),
        car_factor=frozen_array(np.ones(len(way)), np.float64),
        pace=None,
        networks={},
        fingerprint="",
        **arrays,
    )
    return _sealed(replace(graph, fixed_tenths=_ferry_tenths(graph, ways.fixed_minutes[way])))


def _ferry_tenths(roads: RoadGraph, minutes: NDArray[np.float64]) -> NDArray[np.int32]:
    """Share the minutes of each ferry among its segments by length, rounded cumulatively."""
    tenths = np.full(len(minutes), -1)
    ferries = np.flatnonzero(np.isfinite(minutes))
    if len(ferries):
        ways, group = np.unique(roads.way_id[ferries], return_inverse=True)
        whole_m = np.bincount(group, weights=roads.length_m[ferries], minlength=len(ways))
        share = roads.length_m[ferries] / np.maximum(whole_m, 1e-9)[group]
        seconds = np.full(len(minutes), np.nan)
        seconds[ferries] = share * minutes[ferries] * 60
        tenths = WayOrder.of(roads.way_id, roads.position).tenths(seconds, along=True)
    return frozen_array(tenths, np.int32)


def with_car_speeds(
    roads: RoadGraph, *, kph: Mapping[int, float], factor: Mapping[int, float]
) -> RoadGraph:
    """Return the graph with a study's own car speeds, without networks.

    Parameters
    ----------
    roads
        The graph.
    kph
        Way id -> car speed in place of class speed and posted limit.
    factor
        Way id -> factor on the speed that a car has otherwise.

    Raises
    ------
    GeoError
        When a speed or factor is not a positive number.
    """
    faults = [
        Finding("speed_not_positive", (("name", f"way {way}"), ("value", value)))
        for way, value in (*kph.items(), *factor.items())
        if not (np.isfinite(value) and value > 0)
    ]
    if faults:
        raise GeoError(*faults)
    car_kph = _by_way(roads, kph, np.nan)
    car_factor = _by_way(roads, factor, 1.0)
    return _sealed(replace(roads, car_kph=car_kph, car_factor=car_factor, networks={}))


def _by_way(roads: RoadGraph, values: Mapping[int, float], default: float) -> NDArray[np.float64]:
    """Return the value of each segment's way."""
    ways = np.array(sorted(values), dtype=np.int64)
    spread = np.full(len(roads.way_id), default)
    if len(ways):
        at = np.minimum(np.searchsorted(ways, roads.way_id), len(ways) - 1)
        is_named = ways[at] == roads.way_id
        spread[is_named] = np.array([values[way] for way in ways.tolist()])[at[is_named]]
    return frozen_array(spread, np.float64)


def with_pace(roads: RoadGraph, pace: NDArray[np.floating]) -> RoadGraph:
    """Return the graph with factors for slope, without networks.

    Parameters
    ----------
    roads
        The graph.
    pace
        (4, n_segments) as `RoadGraph.pace`, all above zero.
    """
    if pace.shape != (4, len(roads.tail)):
        shape = f"(4, {len(roads.tail)})"
        said = (("name", "pace"), ("expected", shape), ("actual", str(pace.shape)))
        raise GeoError(Finding("array_shape", said))
    n_bad = int((~(np.isfinite(pace) & (pace > 0))).sum())
    if n_bad:
        raise GeoError(Finding("array_not_finite", (("name", "pace"), ("count", n_bad))))
    return _sealed(replace(roads, pace=frozen_array(pace, np.float32), networks={}))


def mode_network(
    roads: RoadGraph,
    mode: str,
    *,
    speed_set: str = "default",
    flat_kph: Mapping[str, float] | None = None,
    class_speeds_kph: Mapping[str, float] | None = None,
    class_factors: Mapping[str, float] | None = None,
) -> ModeNetwork:
    """Return what a mode makes of the roads with a set of speeds.

    Parameters
    ----------
    roads
        The graph.
    mode
        A key of `MODES`.
    speed_set, flat_kph, class_speeds_kph, class_factors
        As `geo.modes.speeds`.

    Returns
    -------
    ModeNetwork
        Times, the searchable graph both ways, and its parts.

    Raises
    ------
    GeoError
        When mode or speed set is unknown, or a class that cars may use has no speed.
    """
    table = speeds(
        speed_set, flat_kph=flat_kph, class_kph=class_speeds_kph, class_factors=class_factors
    )
    return _network(
        roads,
        _mode(mode),
        table,
        WayOrder.of(roads.way_id, roads.position),
        ArcOrder.of(roads.tail, roads.head, len(roads.x_m)),
    )


def with_networks(
    roads: RoadGraph,
    modes: Sequence[str],
    *,
    speed_set: str = "default",
    flat_kph: Mapping[str, float] | None = None,
    class_speeds_kph: Mapping[str, float] | None = None,
    class_factors: Mapping[str, float] | None = None,
) -> RoadGraph:
    """Return the graph with the networks of these modes in place of those it had.

    Parameters and errors as `mode_network`.
    """
    table = speeds(
        speed_set, flat_kph=flat_kph, class_kph=class_speeds_kph, class_factors=class_factors
    )
    return with_speeds(roads, modes, table)


def with_speeds(roads: RoadGraph, modes: Sequence[str], table: Speeds) -> RoadGraph:
    """Return the graph with the networks of these modes at these speeds."""
    way_order, arc_order = (
        WayOrder.of(roads.way_id, roads.position),
        ArcOrder.of(roads.tail, roads.head, len(roads.x_m)),
    )
    networks = {mode: _network(roads, _mode(mode), table, way_order, arc_order) for mode in modes}
    return _sealed(replace(roads, networks=networks))


def _mode(name: str) -> Mode:
    """Return the mode of a name."""
    if name not in MODES:
        raise GeoError(Finding("mode_unknown", (("name", name), ("known", ", ".join(MODES)))))
    return MODES[name]


def _network(
    roads: RoadGraph, mode: Mode, table: Speeds, way_order: WayOrder, arc_order: ArcOrder
) -> ModeNetwork:
    """Return the network of one mode."""
    directions = []
    for along in (True, False):
        seconds = _seconds(roads, mode, table, along=along)
        tenths = way_order.tenths(seconds, along=along)
        fixed = (roads.fixed_tenths >= 0) & ~np.isnan(seconds)
        directions.append(frozen_array(np.where(fixed, roads.fixed_tenths, tenths), np.int32))
    forward, backward = directions
    from_indptr, from_node, from_tenths = arc_order.csr(np.r_[forward, backward])
    # The arc that leads back over the same segment ends where this one begins.
    to_indptr, to_node, to_tenths = arc_order.csr(np.r_[backward, forward])
    return ModeNetwork(
        mode=mode.name,
        speed_set=table.name,
        access_speed_kph=table.access_kph(mode.name),
        forward_tenths=forward,
        backward_tenths=backward,
        may_snap=frozen_array((roads.use & USE_BITS[mode.vehicle, "join"]) > 0, np.bool_),
        to_indptr=to_indptr,
        to_node=to_node,
        to_tenths=to_tenths,
        from_indptr=from_indptr,
        from_node=from_node,
        from_tenths=from_tenths,
        component=components(from_indptr, from_node),
    )


def _seconds(roads: RoadGraph, mode: Mode, table: Speeds, *, along: bool) -> NDArray[np.float64]:
    """Return the seconds of each segment in one direction; NaN where the mode may not go."""
    bit = USE_BITS[mode.vehicle, "forward" if along else "backward"]
    is_open = (roads.use & bit) > 0
    if mode.vehicle == "car":
        kph = _car_kph(roads, table, is_open, along=along)
    else:
        kph = np.full(len(roads.tail), table.flat_kph[mode.name])
    seconds = roads.length_m * 3.6 / kph
    if roads.pace is not None and mode.vehicle != "car":
        seconds *= roads.pace[(0 if mode.vehicle == "foot" else 2) + (0 if along else 1)]
    seconds[roads.length_m == 0] = 0.0
    return np.where(is_open, seconds, np.nan)


def _car_kph(
    roads: RoadGraph, table: Speeds, is_open: NDArray[np.bool_], *, along: bool
) -> NDArray[np.float64]:
    """Return the car speed: the class's, at most the limit, unless the study says otherwise."""
    by_class = np.array([table.car_kph(name) for name in roads.class_names], dtype=np.float64)
    limit = roads.maxspeed_forward_kph if along else roads.maxspeed_backward_kph
    kph = np.fmin(by_class[roads.road_class], limit)
    kph = np.where(np.isnan(roads.car_kph), kph, roads.car_kph) * roads.car_factor
    unknown = is_open & np.isnan(kph) & (roads.fixed_tenths < 0) & (roads.length_m > 0)
    if unknown.any():
        numbers, counts = np.unique(roads.road_class[unknown], return_counts=True)
        raise GeoError(
            *(
                Finding("class_without_speed", (("name", roads.class_names[k]), ("count", int(n))))
                for k, n in zip(numbers, counts, strict=True)
            )
        )
    return np.where(np.isnan(kph), 1.0, kph)


def _sealed(roads: RoadGraph) -> RoadGraph:
    """Return the graph with the fingerprint of its content.

    The searchable form of a network follows from its tenths and is not hashed again.
    """
    networks = [
        (mode, network.speed_set, network.access_speed_kph, fingerprint(tenths))
        for mode, network in roads.networks.items()
        for tenths in (network.forward_tenths, network.backward_tenths)
    ]
    drawn = fingerprint(replace(roads, fingerprint="", networks={}))
    return replace(roads, fingerprint=fingerprint([drawn, *networks]))
