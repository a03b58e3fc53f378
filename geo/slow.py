"""The searches on scipy: the reference in tests, and what is used where numba is not installed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.arrays import Floats, Ints, Longs
from geo.legs import Arcs, Joints
from geo.search import NEVER, UNREACHED


def slow_settle_nearest(
    arcs: Arcs, seed_node: Ints, seed_tenths: Ints, seed_facility: Ints
) -> Longs:
    """Return (tenths << 32 | facility) of every node, as the kernel `settle_nearest` does.

    One node in front of all seeds makes it a search from one source; labels follow the tree of
    predecessors and are then lowered along equal paths until nothing changes.
    """
    indptr, node, tenths = arcs
    n_nodes = len(indptr) - 1
    cheapest = np.full(n_nodes, UNREACHED, np.int64)
    np.minimum.at(cheapest, seed_node, seed_tenths)
    entry = np.flatnonzero(cheapest < UNREACHED)
    graph = csr_array(
        (
            np.r_[tenths, cheapest[entry]].astype(np.float64),
            np.r_[node, entry],
            np.r_[indptr, indptr[-1] + len(entry)],
        ),
        shape=(n_nodes + 1, n_nodes + 1),
    )
    time, parent = dijkstra(graph, indices=n_nodes, return_predecessors=True)
    time = np.where(np.isfinite(time), time, UNREACHED)[:n_nodes].astype(np.int64)
    label = np.full(n_nodes, UNREACHED, np.int64)
    is_tight = time[seed_node] == seed_tenths
    np.minimum.at(label, seed_node[is_tight], seed_facility[is_tight])
    root = _roots(parent[:n_nodes], n_nodes)
    label = np.minimum(label, np.where(root >= 0, label[root], UNREACHED))
    _lower_along_ties(arcs, time, label)
    return np.where(label < UNREACHED, (time << 32) | label, NEVER)


def _roots(parent: Ints, source: int) -> Longs:
    """Return the node at which each node's path left the source; -1 where there is no path."""
    root = np.where(parent == source, np.arange(len(parent)), parent.astype(np.int64))
    root[parent < 0] = -1
    while True:
        further = np.where(root >= 0, root[root], -1)
        if np.array_equal(further, root):
            return root
        root = further


def _lower_along_ties(arcs: Arcs, time: Longs, label: Longs) -> None:
    """Pass the lowest label along every path that is as short as the best, until all are lowest."""
    indptr, node, tenths = arcs
    row = np.repeat(np.arange(len(time)), np.diff(indptr))
    is_tied = (time[row] + tenths == time[node]) & (time[row] < UNREACHED)
    start, end = row[is_tied], node[is_tied]
    while True:
        lower = label[start] < label[end]
        if not lower.any():
            return
        np.minimum.at(label, end[lower], label[start[lower]])


def slow_node_times(arcs: Arcs, ends: Ints, legs: Ints, limit_tenths: int) -> Ints:
    """Return the tenths of every node to one facility; `UNREACHED` beyond the limit.

    Parameters
    ----------
    arcs
        The reversed graph.
    ends, legs
        (2,) nodes at the facility's segment and the tenths from each; -1 closed.
    """
    indptr, node, tenths = arcs
    n_nodes = len(indptr) - 1
    best = np.full(n_nodes, UNREACHED, np.int64)
    graph = csr_array((tenths.astype(np.float64), node, indptr), shape=(n_nodes, n_nodes))
    for end, leg in zip(ends.tolist(), legs.tolist(), strict=True):
        if end >= 0 and leg >= 0:
            time = dijkstra(graph, indices=end, limit=float(limit_tenths))
            best = np.minimum(best, np.where(np.isfinite(time), time + leg, UNREACHED))
    return np.where(best <= limit_tenths, best, UNREACHED).astype(np.int32)


def slow_place_times(
    places: Joints,
    sites: Joints,
    site: int,
    best: Ints,
    directions: tuple[Ints, Ints],
) -> NDArray[np.int64]:
    """Return the tenths of every place to one facility, from the times of the nodes.

    Parameters
    ----------
    places, sites, site
        Joints of places and facilities, and which facility.
    best
        (n_nodes,) answer of `slow_node_times`.
    directions
        Forward and backward tenths of the segments.
    """
    best_ends = best.astype(np.int64)[places.ends]
    totals = np.where(places.legs >= 0, best_ends + places.legs, UNREACHED)
    times: NDArray[np.int64] = totals.min(axis=1, initial=int(UNREACHED))
    segment = int(sites.segment[site])
    if segment < 0:
        return times
    same = np.flatnonzero(places.segment == segment)
    forward, backward = (int(direction[segment]) for direction in directions)
    along = along_tenths(
        places.legs[same],
        places.fraction[same],
        sites.legs[site],
        sites.fraction[site],
        forward=forward,
        backward=backward,
    )
    times[same] = np.minimum(times[same], along)
    return times


def along_tenths(
    legs: Ints,
    fraction: Floats,
    site_legs: Ints,
    site_fraction: Floats,
    *,
    forward: int,
    backward: int,
) -> NDArray[np.int64]:
    """Return the tenths from places to facilities on one segment without leaving it.

    Parameters
    ----------
    legs, fraction, site_legs, site_fraction
        Joints of places and facilities that broadcast against each other, legs along the last axis.
    forward, backward
        Tenths of the segment; -1 closed.

    Returns
    -------
    NDArray[np.int64]
        `UNREACHED` where the mode may not go from the one to the other.
    """
    ahead = legs[..., 1].astype(np.int64) + site_legs[..., 0] - forward
    behind = legs[..., 0].astype(np.int64) + site_legs[..., 1] - backward
    ahead = np.where((forward >= 0) & (site_fraction >= fraction), ahead, UNREACHED)
    behind = np.where((backward >= 0) & (site_fraction <= fraction), behind, UNREACHED)
    tenths: NDArray[np.int64] = np.minimum(ahead, behind)
    return tenths
