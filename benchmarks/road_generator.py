"""Deterministic synthetic roads for the benchmarks: a perturbed grid with a road hierarchy.

Random deletions and one-way streets, cut down to the largest strongly connected part, with node
numbers shuffled, because files never hand us a cache-friendly order.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo.arcs import NOT_ALLOWED, ArcOrder, components, hilbert_key
from geo.roads import ModeNetwork, RoadGraph

SPACING_M = 220.0
CLASS_SPEEDS_KPH = np.array([30.0, 40.0, 60.0, 100.0])
CLASS_KEPT_SHARE = np.array([0.63, 0.93, 0.97, 0.99])
CLASS_DELAY_SECONDS = np.array([3.0, 2.0, 2.0, 0.0])
ONE_WAY_SHARE = 0.07
SIZES = {"S": 50_000, "M": 500_000, "L": 2_500_000}


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticRoads:
    """A directed graph as arcs in tenths of a second; facilities and candidates are nodes."""

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    tenths: NDArray[np.int32]
    facilities: NDArray[np.int32]
    candidates: NDArray[np.int32]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.x_m)


def make_roads(n_target: int, *, seed: int = 7) -> SyntheticRoads:
    """Return roads of about `n_target` nodes, a thousandth facilities, a hundredth candidates."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n_target * 1.075)))
    row, column = np.divmod(np.arange(side * side), side)
    x_m = column * SPACING_M + rng.normal(0, 0.22 * SPACING_M, side * side)
    y_m = row * SPACING_M + rng.normal(0, 0.22 * SPACING_M, side * side)
    tail, head, tenths = _arcs(rng, side, x_m, y_m)
    inside = _largest_part(side * side, tail, head)
    shuffled = rng.permutation(len(inside))
    number = np.full(side * side, -1, np.int64)
    number[inside] = shuffled
    is_kept = (number[tail] >= 0) & (number[head] >= 0)
    x_out, y_out = np.empty(len(inside)), np.empty(len(inside))
    x_out[shuffled], y_out[shuffled] = x_m[inside], y_m[inside]
    n_nodes = len(inside)
    facilities = np.sort(rng.choice(n_nodes, max(2, n_nodes // 1000), replace=False))
    candidates = np.sort(rng.choice(n_nodes, max(2, n_nodes // 100), replace=False))
    return SyntheticRoads(
        x_m=x_out,
        y_m=y_out,
        tail=number[tail][is_kept].astype(np.int32),
        head=number[head][is_kept].astype(np.int32),
        tenths=tenths[is_kept],
        facilities=facilities.astype(np.int32),
        candidates=candidates.astype(np.int32),
    )


def _arcs(
    rng: np.random.Generator, side: int, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return tail, head and tenths of the arcs of the grid; every fifth line is a better road."""
    node = np.arange(side * side).reshape(side, side)
    row, column = np.divmod(np.arange(side * side).reshape(side, side), side)
    a = np.concatenate([node[:, :-1].ravel(), node[:-1, :].ravel()])
    b = np.concatenate([node[:, 1:].ravel(), node[1:, :].ravel()])
    line = np.concatenate([row[:, :-1].ravel(), column[:-1, :].ravel()])
    road_class = np.zeros(len(a), np.int8)
    for better, every in enumerate((5, 10, 50), start=1):
        road_class[line % every == 0] = better
    is_kept = rng.random(len(a)) < CLASS_KEPT_SHARE[road_class]
    length_m = np.hypot(x_m[a] - x_m[b], y_m[a] - y_m[b]) * rng.uniform(1.0, 1.3, len(a))
    seconds = length_m / (CLASS_SPEEDS_KPH[road_class] / 3.6) + CLASS_DELAY_SECONDS[road_class]
    tenths = np.maximum(1, np.round(seconds * 10)).astype(np.int32)
    a, b, tenths, road_class = a[is_kept], b[is_kept], tenths[is_kept], road_class[is_kept]
    is_one_way = (rng.random(len(a)) < ONE_WAY_SHARE) & (road_class < 3)
    is_flipped = is_one_way & (rng.random(len(a)) < 0.5)
    start, end = np.where(is_flipped, b, a), np.where(is_flipped, a, b)
    both = ~is_one_way
    return (
        np.concatenate([start, end[both]]),
        np.concatenate([end, start[both]]),
        np.concatenate([tenths, tenths[both]]),
    )


def _largest_part(
    n_nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.int64]:
    matrix = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(n_nodes, n_nodes))
    _, part = connected_components(matrix, directed=True, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax())


def hilbert_ordered(roads: SyntheticRoads) -> SyntheticRoads:
    """Return the same roads with nodes numbered along a Hilbert curve."""
    order = np.argsort(hilbert_key(roads.x_m, roads.y_m), kind="stable")
    number = np.empty(roads.n_nodes, np.int32)
    number[order] = np.arange(roads.n_nodes, dtype=np.int32)
    return SyntheticRoads(
        x_m=roads.x_m[order],
        y_m=roads.y_m[order],
        tail=number[roads.tail],
        head=number[roads.head],
        tenths=roads.tenths,
        facilities=number[roads.facilities],
        candidates=number[roads.candidates],
    )


def as_network(roads: SyntheticRoads) -> tuple[RoadGraph, ModeNetwork]:
    """Return the arcs as road segments, one for each pair of nodes, and their network."""
    low, high = np.minimum(roads.tail, roads.head), np.maximum(roads.tail, roads.head)
    pairs, segment = np.unique(low.astype(np.int64) * roads.n_nodes + high, return_inverse=True)
    tail, head = (part.astype(np.int32) for part in np.divmod(pairs, roads.n_nodes))
    is_forward = roads.tail < roads.head
    tenths = np.full((2, len(pairs)), NOT_ALLOWED, np.int32)
    tenths[0, segment[is_forward]] = roads.tenths[is_forward]
    tenths[1, segment[~is_forward]] = roads.tenths[~is_forward]
    order = ArcOrder.of(tail, head, roads.n_nodes)
    from_csr, to_csr = order.csr(tenths.ravel()), order.csr(tenths[::-1].ravel())
    columns: dict[str, Any] = {
        "x_m": roads.x_m,
        "y_m": roads.y_m,
        "tail": tail,
        "head": head,
        "length_m": np.hypot(roads.x_m[tail] - roads.x_m[head], roads.y_m[tail] - roads.y_m[head]),
        "road_class": np.zeros(len(tail), np.int16),
        "class_names": ("residential",),
    }
    graph = RoadGraph(**{field.name: columns.get(field.name) for field in fields(RoadGraph)})
    network = ModeNetwork(
        mode="car",
        speed_set="default",
        access_speed_kph=4.5,
        forward_tenths=tenths[0],
        backward_tenths=tenths[1],
        may_snap=np.ones(len(tail), np.bool_),
        to_indptr=to_csr[0],
        to_node=to_csr[1],
        to_tenths=to_csr[2],
        from_indptr=from_csr[0],
        from_node=from_csr[1],
        from_tenths=from_csr[2],
        component=components(from_csr[0], from_csr[1]),
    )
    return graph, network


def make_network(n_target: int) -> tuple[RoadGraph, ModeNetwork, SyntheticRoads]:
    """Return roads of about `n_target` nodes in Hilbert order, ready to search, with their arcs."""
    roads = hilbert_ordered(make_roads(n_target))
    return *as_network(roads), roads
