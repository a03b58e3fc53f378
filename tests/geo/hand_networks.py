"""Networks drawn by hand or at random for the tests of the engine, and a slow, other answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from geo.arcs import ArcOrder, components
from geo.roads import ModeNetwork, RoadGraph
from geo.snap import Snaps


def hand_network(
    nodes: Sequence[tuple[float, float]],
    segments: Sequence[tuple[int, int, int, int]],
    *,
    may_snap: Sequence[bool] | None = None,
    access_speed_kph: float = 3.6,
) -> tuple[RoadGraph, ModeNetwork]:
    """Return roads and network of (tail, head, forward tenths, backward tenths); -1 is closed.

    The access speed of 3.6 km/h makes a metre cost ten tenths.
    """
    table = np.array(segments, np.int64).reshape(-1, 4)
    tail, head = table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)
    x_m, y_m = np.array(nodes, np.float64).reshape(-1, 2).T.copy()
    forward, backward = table[:, 2].astype(np.int32), table[:, 3].astype(np.int32)
    known: dict[str, Any] = {
        "x_m": x_m,
        "y_m": y_m,
        "tail": tail,
        "head": head,
        "length_m": np.hypot(x_m[tail] - x_m[head], y_m[tail] - y_m[head]),
        "way_id": np.arange(len(tail)),
        "position": np.zeros(len(tail), np.int32),
        "road_class": np.zeros(len(tail), np.int16),
        "class_names": ("residential",),
    }
    roads = RoadGraph(**{field.name: known.get(field.name) for field in fields(RoadGraph)})
    order = ArcOrder.of(tail, head, len(x_m))
    from_csr = order.csr(np.r_[forward, backward])
    to_csr = order.csr(np.r_[backward, forward])
    joins = np.ones(len(tail), np.bool_) if may_snap is None else np.array(may_snap, np.bool_)
    part = components(from_csr[0], from_csr[1])
    network = ModeNetwork(
        "walk", "default", access_speed_kph, forward, backward, joins, *to_csr, *from_csr, part
    )
    return roads, network


def snaps_at(
    roads: RoadGraph,
    segment: Sequence[int],
    fraction: Sequence[float],
    access_tenths: Sequence[int] | int = 0,
) -> Snaps:
    """Return places tied by hand."""
    at = np.array(segment, np.int32)
    tied = at >= 0
    tail = np.where(tied, roads.tail[at], -1).astype(np.int32)
    head = np.where(tied, roads.head[at], -1).astype(np.int32)
    access = np.broadcast_to(np.array(access_tenths, np.int32), at.shape).copy()
    where = np.where(tied, np.array(fraction, np.float64), np.nan)
    return Snaps(at, tail, head, where, access / 10.0, access, np.zeros(len(at), np.bool_))


def random_network(
    rng: np.random.Generator, n_nodes: int, *, n_segments: int | None = None, longest: int = 300
) -> tuple[RoadGraph, ModeNetwork]:
    """Return a tangle with one-way streets, parallel roads, zero arcs and loose parts."""
    n_segments = n_segments or 2 * n_nodes
    nodes = rng.uniform(0, 1000, (n_nodes, 2))
    tail = rng.integers(0, n_nodes, n_segments)
    head = (tail + rng.integers(1, min(n_nodes, 6), n_segments)) % n_nodes
    ways = rng.integers(0, longest, (n_segments, 2))
    ways[rng.random(n_segments) < 0.1] = 0
    closed = rng.random((n_segments, 2)) < 0.25
    closed[closed.all(axis=1)] = False
    ways[closed] = -1
    return hand_network(list(map(tuple, nodes)), np.column_stack([tail, head, ways]).tolist())


def random_snaps(rng: np.random.Generator, roads: RoadGraph, count: int) -> Snaps:
    """Return places anywhere on the roads, some at nodes, some nowhere."""
    segment = rng.integers(0, len(roads.tail), count)
    segment[rng.random(count) < 0.05] = -1
    fraction = rng.choice([0.0, 1.0, 0.5, 0.25], count)
    is_anywhere = rng.random(count) < 0.6
    fraction[is_anywhere] = rng.random(int(is_anywhere.sum()))
    return snaps_at(roads, segment.tolist(), fraction.tolist(), rng.integers(0, 40, count).tolist())


def slow_times(network: ModeNetwork, roads: RoadGraph, demand: Snaps, facilities: Snaps) -> Any:
    """Return (n_facilities, n_demand) tenths by networkx on a graph cut at every joint; -1 none.

    Built from the segments alone: no code of the engine is used but the rounding rule of joints.
    """
    graph = _cut_graph(network, roads, demand, facilities)
    out = np.full((len(facilities), len(demand)), -1)
    for f in range(len(facilities)):
        if facilities.segment[f] < 0 or f"site{f}" not in graph:
            continue
        times = nx.single_source_dijkstra_path_length(graph.reverse(copy=False), f"site{f}")
        for d in range(len(demand)):
            if f"place{d}" in times and demand.segment[d] >= 0:
                legs = int(demand.access_tenths[d]) + int(facilities.access_tenths[f])
                out[f, d] = times[f"place{d}"] + legs
    return out


def _cut_graph(
    network: ModeNetwork, roads: RoadGraph, demand: Snaps, facilities: Snaps
) -> nx.DiGraph:
    """Return the roads as a graph with a node at every joint."""
    graph = nx.DiGraph()
    stops: dict[int, list[tuple[float, str]]] = {}
    for kind, snaps in (("place", demand), ("site", facilities)):
        for i in range(len(snaps)):
            if snaps.segment[i] >= 0:
                stops.setdefault(int(snaps.segment[i]), []).append(
                    (snaps.fraction[i], f"{kind}{i}")
                )
    for s in range(len(roads.tail)):
        tail, head = int(roads.tail[s]), int(roads.head[s])
        chain = sorted([(0.0, tail), (1.0, head), *stops.get(s, [])], key=lambda stop: stop[0])
        for (low, a), (high, b) in pairwise(chain):
            forward, backward = int(network.forward_tenths[s]), int(network.backward_tenths[s])
            if forward >= 0:
                _arc(graph, a, b, round(high * forward) - round(low * forward))
            if backward >= 0:
                _arc(graph, b, a, round((1 - low) * backward) - round((1 - high) * backward))
            if low == high:
                _arc(graph, a, b, 0)
                _arc(graph, b, a, 0)
    return graph


def _arc(graph: nx.DiGraph, a: object, b: object, tenths: int) -> None:
    if not graph.has_edge(a, b) or graph[a][b]["weight"] > tenths:
        graph.add_edge(a, b, weight=tenths)
