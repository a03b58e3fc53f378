"""How places and facilities join the network: tenths of a second to the ends of their road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats, Ints, Longs
from geo.errors import Finding, GeoError
from geo.roads import ModeNetwork
from geo.search import LONGEST_TENTHS, NOWHERE, group_rows, join_places
from geo.snap import Snaps

Arcs: TypeAlias = tuple[Ints, Ints, Ints]
"""A graph in CSR form: indptr, node at the other end, tenths of a second."""


def sealed(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Return a C-contiguous read-only view, copied only where needed: one kind for all kernels."""
    view = np.ascontiguousarray(array, dtype).view()
    view.setflags(write=False)
    return view


def reversed_arrays(network: ModeNetwork) -> Arcs:
    """Return the reversed graph as kernels want it; raises as `checked_arcs`."""
    return checked_arcs(network.to_indptr, network.to_node, network.to_tenths)


def driven_arrays(network: ModeNetwork) -> Arcs:
    """Return the graph as driven as kernels want it; raises as `checked_arcs`."""
    return checked_arcs(network.from_indptr, network.from_node, network.from_tenths)


def checked_arcs(indptr: Ints, node: Ints, tenths: Ints) -> Arcs:
    """Return a graph that kernels may follow without looking where they step.

    Raises
    ------
    GeoError
        When an arc takes a negative time or more than `LONGEST_TENTHS`, or leads out of the graph.
    """
    indptr, node, tenths = (sealed(part, np.int32) for part in (indptr, node, tenths))
    # Without their sign negative numbers are huge: one look instead of two. What is looked at here
    # is near when the search begins, which saves a small one a tenth of its time.
    if tenths.view(np.uint32).max(initial=0) > LONGEST_TENTHS:
        count = int(((tenths > LONGEST_TENTHS) | (tenths < 0)).sum())
        params = (("count", count), ("longest_hours", LONGEST_TENTHS // 36_000))
        raise GeoError(Finding("arc_tenths_out_of_range", params))
    n_nodes = len(indptr) - 1
    is_whole = (
        indptr[0] == 0
        and indptr[-1] == len(node) == len(tenths)
        and (indptr[1:] >= indptr[:-1]).all()
        and (len(node) == 0 or node.view(np.uint32).max() < n_nodes)
    )
    if not is_whole:
        raise GeoError(Finding("arcs_broken", (("count", n_nodes),)))
    return indptr, node, tenths


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """Where n places or facilities meet the network, as kernels want it.

    Parameters
    ----------
    segment
        (n,) segment, -1 none.
    ends
        (n, 2) its tail and head.
    legs
        (n, 2) tenths of a second between the place and each end, access leg included; -1 where
        the mode may not go that way. From the place to the end for places, from the end to
        it for facilities.
    fraction
        (n,) place along the segment.
    """

    segment: Ints
    ends: Ints
    legs: Ints
    fraction: Floats

    def __len__(self) -> int:
        return len(self.segment)


def leaving(network: ModeNetwork, snaps: Snaps) -> Joints:
    """Return the joints of places that people leave from."""
    return _joints(network, snaps, is_leaving=True)


def arriving(network: ModeNetwork, snaps: Snaps) -> Joints:
    """Return the joints of facilities that people arrive at."""
    return _joints(network, snaps, is_leaving=False)


def _joints(network: ModeNetwork, snaps: Snaps, *, is_leaving: bool) -> Joints:
    segment, fraction = sealed(snaps.segment, np.int32), sealed(snaps.fraction, np.float64)
    ends = np.empty((len(snaps), 2), np.int32)
    legs = np.empty((len(snaps), 2), np.int32)
    join_places(
        segment,
        sealed(snaps.tail, np.int32),
        sealed(snaps.head, np.int32),
        fraction,
        sealed(snaps.access_tenths, np.int32),
        sealed(network.forward_tenths, np.int32),
        sealed(network.backward_tenths, np.int32),
        is_leaving,
        ends,
        legs,
    )
    return Joints(segment, sealed(ends, np.int32), sealed(legs, np.int32), fraction)


def bucket_count(arcs: Arcs, *, widest_gap: int = 0) -> int:
    """Return the number of buckets of a search: a power of two above the longest arc.

    Parameters
    ----------
    arcs
        The graph to search.
    widest_gap
        Most tenths between two seeds that stand in buckets at once.
    """
    return 1 << max(int(arcs[2].max(initial=0)), widest_gap).bit_length()


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Items by key: those of key k are `item[indptr[k]:indptr[k + 1]]`, ascending."""

    indptr: Longs
    item: Longs


def grouped(key: NDArray[Any], n_keys: int) -> Groups:
    """Return the positions of `key` by its value.

    >>> groups = grouped(np.array([2, 0, 2]), 3)
    >>> groups.indptr.tolist(), groups.item.tolist()
    ([0, 1, 1, 3], [1, 0, 2])
    """
    indptr = np.zeros(n_keys + 1, np.int64)
    np.cumsum(np.bincount(key, minlength=n_keys), out=indptr[1:])
    item = np.empty(len(key), np.int64)
    group_rows(sealed(key, np.int32), indptr[:-1].copy(), item)
    return Groups(indptr, item)


@dataclass(frozen=True, slots=True, eq=False)
class PlacesAtNodes:
    """Places by the nodes they leave to: those of node u are at `indptr[u]:indptr[u + 1]`."""

    indptr: Longs
    place: Ints
    tenths: Ints


def places_at_nodes(places: Joints, n_nodes: int) -> PlacesAtNodes:
    """Return which places leave to each node, ascending, with the tenths of that leg."""
    open_legs = np.flatnonzero(places.legs.ravel() >= 0)
    groups = grouped(places.ends.ravel()[open_legs], n_nodes)
    leg = open_legs[groups.item]
    return PlacesAtNodes(
        indptr=sealed(groups.indptr, np.int64),
        place=sealed(leg // 2, np.int32),
        tenths=sealed(places.legs.ravel()[leg], np.int32),
    )


@dataclass(frozen=True, slots=True, eq=False)
class SitesOnSegments:
    """Linked lists of the facilities on each segment, lowest first; -1 ends a list."""

    first: Ints
    following: Ints


def sites_on_segments(sites: Joints, n_segments: int) -> SitesOnSegments:
    """Return which facilities lie on each segment."""
    return SitesOnSegments(*linked_lists(sites.segment, n_segments))


def linked_lists(key: Ints, n_keys: int) -> tuple[Ints, Ints]:
    """Return the first item of each key and the next item after each, lowest first; -1 ends.

    >>> first, following = linked_lists(np.array([1, -1, 1], np.int32), 2)
    >>> first.tolist(), following.tolist()
    ([-1, 0], [2, -1, -1])
    """
    first = np.full(n_keys, NOWHERE, np.int32)
    following = np.full(len(key), NOWHERE, np.int32)
    known = np.flatnonzero(key >= 0)
    order = known[np.argsort(key[known], kind="stable")]
    is_same = key[order[1:]] == key[order[:-1]]
    following[order[:-1][is_same]] = order[1:][is_same]
    is_first = np.concatenate([np.ones(min(1, len(order)), np.bool_), ~is_same])
    first[key[order[is_first]]] = order[is_first]
    return sealed(first, np.int32), sealed(following, np.int32)
