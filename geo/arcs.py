"""Orders of nodes, ways and arcs: Hilbert order, cumulative rounding along ways, CSR, parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.points import frozen_array

NOT_ALLOWED = np.int32(-1)
"""Tenths of a second of a direction that a mode may not use."""


def hilbert_key(
    x: NDArray[np.float64], y: NDArray[np.float64], *, bits: int = 16
) -> NDArray[np.int64]:
    """Return the place of each point on a Hilbert curve over their square.

    Points that follow each other on the curve are near each other, which keeps searches in the
    processor's cache (measured: four times faster than file order).

    Parameters
    ----------
    x, y
        (n,) coordinates.
    bits
        The square has 2**bits cells on a side.

    Returns
    -------
    NDArray[np.int64]
        (n,) keys.

    >>> hilbert_key(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]), bits=1)
    array([0, 1, 2, 3])
    """
    side = 1 << bits
    if not len(x):
        return np.zeros(0, dtype=np.int64)
    span = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    column = np.minimum((x - x.min()) / span * side, side - 1).astype(np.int64)
    row = np.minimum((y - y.min()) / span * side, side - 1).astype(np.int64)
    key = np.zeros(len(x), dtype=np.int64)
    step = side >> 1
    while step:
        right, upper = (column & step) > 0, (row & step) > 0
        key += step * step * ((3 * right) ^ upper)
        turn = ~upper
        mirror = turn & right
        column, row = (
            np.where(mirror, side - 1 - column, column),
            np.where(mirror, side - 1 - row, row),
        )
        column, row = np.where(turn, row, column), np.where(turn, column, row)
        step >>= 1
    return key


@dataclass(frozen=True, slots=True, eq=False)
class WayOrder:
    """The segments of each way in a row; longest ways first, so that each step is a prefix."""

    segment: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, way_id: NDArray[np.int64], position: NDArray[np.int32]) -> WayOrder:
        """Sort the segments by way and position."""
        segment = np.lexsort((position, way_id))
        way = way_id[segment]
        start = run_starts(way)
        count = np.diff(start, append=len(way))
        longest = np.argsort(-count, kind="stable")
        return cls(segment, start[longest], count[longest])

    def tenths(self, seconds: NDArray[np.float64], *, along: bool) -> NDArray[np.int32]:
        """Round seconds to tenths cumulatively along each way, or against it.

        Parameters
        ----------
        seconds
            (n_segments,) seconds; NaN where the direction is closed.
        along
            False to add up from the end of each way to its beginning.

        Returns
        -------
        NDArray[np.int32]
            (n_segments,) tenths; `NOT_ALLOWED` where closed. Any stretch of a way is within one
            tenth of its true time, however many segments it has.
        """
        tenths = np.full(len(seconds), NOT_ALLOWED, dtype=np.int32)
        total = np.zeros(len(self.start))
        done = np.zeros(len(self.start))
        n_left = len(self.count)
        for step in range(int(self.count[0]) if n_left else 0):
            n_left = int(np.searchsorted(-self.count, -step, side="left"))
            at = self.start[:n_left] + (step if along else self.count[:n_left] - 1 - step)
            here = self.segment[at]
            is_open = ~np.isnan(seconds[here])
            total[:n_left] += np.where(is_open, seconds[here], 0.0)
            reached = np.rint(10 * total[:n_left])
            tenths[here[is_open]] = (reached - done[:n_left])[is_open]
            done[:n_left] = reached
        return tenths


@dataclass(frozen=True, slots=True, eq=False)
class ArcOrder:
    """Both arcs of every segment (along: index k, against: n + k), sorted by their nodes."""

    arc: NDArray[np.int64]
    group: NDArray[np.int64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    n_nodes: int

    @classmethod
    def of(cls, tail: NDArray[np.int32], head: NDArray[np.int32], n_nodes: int) -> ArcOrder:
        """Sort the arcs; arcs between the same nodes in the same direction form a group."""
        key = np.r_[tail, head].astype(np.int64) * max(n_nodes, 1) + np.r_[head, tail]
        arc = np.argsort(key, kind="stable")
        key = key[arc]
        group = run_starts(key)
        row, column = np.divmod(key[group], max(n_nodes, 1))
        return cls(arc, group, row.astype(np.int32), column.astype(np.int32), n_nodes)

    def csr(
        self, tenths: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return (indptr, node, tenths) of the open arcs, the fastest of parallel ones.

        Parameters
        ----------
        tenths
            (2 * n_segments,) tenths of the arc of each index; `NOT_ALLOWED` where closed.
        """
        closed = np.iinfo(np.int32).max
        fastest = np.where(tenths == NOT_ALLOWED, closed, tenths)[self.arc]
        if len(fastest):
            fastest = np.minimum.reduceat(fastest, self.group)
        kept = np.flatnonzero(fastest != closed)
        indptr = np.r_[0, np.cumsum(np.bincount(self.row[kept], minlength=self.n_nodes))]
        return (
            frozen_array(indptr, np.int32),
            frozen_array(self.column[kept], np.int32),
            frozen_array(fastest[kept], np.int32),
        )


def run_starts(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each run of equal values begins."""
    return np.flatnonzero(np.diff(values, prepend=values[:1] - 1))


def components(indptr: NDArray[np.int32], node: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the weakly connected part of each node; -1 for nodes without arcs.

    Parts are numbered by decreasing number of nodes, then by lowest node.
    """
    n_nodes = len(indptr) - 1
    component = np.full(n_nodes, -1)
    if len(node):
        arcs = csr_array((np.ones(len(node), np.int8), node, indptr), shape=(n_nodes, n_nodes))
        _, label = connected_components(arcs, directed=True, connection="weak")
        has_arc = np.diff(indptr) > 0
        has_arc[node] = True
        parts, first, part = np.unique(label[has_arc], return_index=True, return_inverse=True)
        number = np.empty(len(parts), dtype=np.int64)
        number[np.lexsort((first, -np.bincount(part)))] = np.arange(len(parts))
        component[has_arc] = number[part]
    return frozen_array(component, np.int32)
