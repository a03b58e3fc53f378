"""Deterministic synthetic roads for the benchmarks: a perturbed grid with a road hierarchy.

Random deletions and one-way streets, cut down to the largest strongly connected part, with node
numbers shuffled, because files never hand us a cache-friendly order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

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
