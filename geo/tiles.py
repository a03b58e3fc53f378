"""Tiles: nearest facilities piece by piece, with proof that no piece cut off a better path.

A tile holds the roads within a buffer around its places. A path that leaves the tile passes a rim
node, so a time below the time to the rim is the true one; a buffer alone gives silent errors. What
a tile cannot prove is done again with a wider buffer, at last with all roads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arcs import ArcOrder
from geo.arrays import Bools, Ints, Longs
from geo.errors import Progress
from geo.legs import Joints, leaving
from geo.roads import ModeNetwork, RoadGraph
from geo.search import UNREACHED
from geo.snap import Snaps
from geo.times import to_tenths
from geo.travel import Nearest, NearestStatus, as_nearest, nearest_times, node_labels

WIDER = 3.0
"""Factor on the buffer each time that something is not proven."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Everything that one tile needs, cut out and numbered anew; it can be sent to another machine.

    Parameters
    ----------
    network
        The roads within the buffer, in the order of the whole.
    place, demand
        (n,) index of each place in the whole, and where it joins the tile's roads.
    facility, facilities, is_open
        The same for the facilities that lie within the tile.
    rim
        Nodes from which a path may leave the tile, or where something lies just outside.
    is_cut
        (n,) True for places whose own segment is cut: nothing is proven for them.
    horizon_minutes
        As `nearest`.
    """

    network: ModeNetwork
    place: Longs
    demand: Snaps
    facility: Longs
    facilities: Snaps
    is_open: Bools
    rim: Ints
    is_cut: Bools
    horizon_minutes: float


@dataclass(frozen=True, slots=True, eq=False)
class TileTimes:
    """Answer of a tile: for each place what `Nearest` says, and whether it is proven."""

    place: Longs
    found: Nearest
    is_proven: Bools


def cut_tile(
    roads: RoadGraph,
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    place: NDArray[Any],
    *,
    buffer_m: float,
    is_open: Bools | None = None,
    horizon_minutes: float = 120.0,
) -> Tile:
    """Cut out the roads within a buffer around some places.

    Parameters
    ----------
    roads, network, demand, facilities, is_open, horizon_minutes
        As `nearest`, and the road graph for its coordinates.
    place
        (n,) indices of the tile's places.
    buffer_m
        Roads with both ends within this distance of the places' rectangle belong to the tile;
        infinity takes all.

    Returns
    -------
    Tile
    """
    place = np.asarray(place, np.int64)
    inside = _inside(roads, demand.take(place), buffer_m)
    node = np.flatnonzero(inside)
    kept = np.flatnonzero(inside[roads.tail] & inside[roads.head])
    number = _ranks(kept, len(roads.tail))
    rank = _ranks(node, len(roads.x_m))
    places = demand.take(place)
    facility = np.flatnonzero(facilities.segment >= 0)
    facility = facility[number[facilities.segment[facility]] >= 0]
    opened = np.ones(len(facilities), np.bool_) if is_open is None else np.asarray(is_open)
    crossing = np.flatnonzero(inside[roads.tail] != inside[roads.head])
    edge = np.concatenate([roads.tail[crossing], roads.head[crossing]])
    return Tile(
        network=_part_of(network, roads, kept, node),
        place=place,
        demand=_renumbered(places, number, rank),
        facility=facility,
        facilities=_renumbered(facilities.take(facility), number, rank),
        is_open=opened[facility],
        rim=np.unique(rank[edge[inside[edge]]]),
        is_cut=(places.segment >= 0) & (number[places.segment] < 0),
        horizon_minutes=horizon_minutes,
    )


def _inside(roads: RoadGraph, places: Snaps, buffer_m: float) -> Bools:
    """Return which nodes lie within the buffer around the places' segments."""
    ends = np.concatenate([places.tail, places.head])
    ends = ends[ends >= 0]
    if len(ends) == 0:
        return np.zeros(len(roads.x_m), np.bool_)
    x_m, y_m = roads.x_m[ends], roads.y_m[ends]
    is_beside = (roads.x_m >= x_m.min() - buffer_m) & (roads.x_m <= x_m.max() + buffer_m)
    is_level = (roads.y_m >= y_m.min() - buffer_m) & (roads.y_m <= y_m.max() + buffer_m)
    inside: Bools = is_beside & is_level
    return inside


def _ranks(kept: Longs, count: int) -> Ints:
    """Return the number of each of `count` things among the kept ones; -1 for the others."""
    rank = np.full(count, -1, np.int32)
    rank[kept] = np.arange(len(kept))
    return rank


def _part_of(network: ModeNetwork, roads: RoadGraph, kept: Longs, node: Longs) -> ModeNetwork:
    """Return the network of some segments and nodes, which keep their order and their parts."""
    forward, backward = network.forward_tenths[kept], network.backward_tenths[kept]
    rank = _ranks(node, len(roads.x_m))
    order = ArcOrder.of(rank[roads.tail[kept]], rank[roads.head[kept]], len(node))
    from_csr = order.csr(np.r_[forward, backward])
    to_csr = order.csr(np.r_[backward, forward])
    return replace(
        network,
        forward_tenths=forward,
        backward_tenths=backward,
        may_snap=network.may_snap[kept],
        to_indptr=to_csr[0],
        to_node=to_csr[1],
        to_tenths=to_csr[2],
        from_indptr=from_csr[0],
        from_node=from_csr[1],
        from_tenths=from_csr[2],
        component=network.component[node],
    )


def _renumbered(snaps: Snaps, number: Ints, rank: Ints) -> Snaps:
    known = snaps.segment >= 0
    segment = np.where(known, number[snaps.segment], -1).astype(np.int32)
    tail = np.where(segment >= 0, rank[snaps.tail], -1).astype(np.int32)
    head = np.where(segment >= 0, rank[snaps.head], -1).astype(np.int32)
    return replace(snaps, segment=segment, tail=tail, head=head)


def solve_tile(tile: Tile) -> TileTimes:
    """Return the nearest facilities of a tile's places, and which of them are proven.

    A time is proven when it is below the time to the rim, so that no path over the rim is as short;
    that no facility is reached is proven when the rim is not reached either.
    """
    tenths, facility = nearest_times(tile.network, tile.demand, tile.facilities, tile.is_open)
    to_rim = _tenths_to_rim(tile)
    is_proven = (tenths < to_rim) | (to_rim == UNREACHED)
    is_proven[tile.is_cut] = False
    number = np.append(tile.facility, -1)[facility].astype(np.int32)
    horizon = to_tenths(tile.horizon_minutes)
    return TileTimes(tile.place, as_nearest(tile.demand, tenths, number, horizon), is_proven)


def _tenths_to_rim(tile: Tile) -> Longs:
    """Return how far each place is from the nearest node where a path may leave the tile."""
    none = np.full(len(tile.rim), -1, np.int32)
    rim = Joints(
        segment=none,
        ends=np.column_stack([tile.rim, none]),
        legs=np.column_stack([np.zeros_like(none), none]),
        fraction=np.full(len(none), np.nan),
    )
    label = node_labels(tile.network, rim, np.ones(len(none), np.bool_))
    places = leaving(tile.network, tile.demand)
    at_ends = np.append(label >> 32, UNREACHED)[places.ends]
    totals = np.where((places.legs >= 0) & (at_ends < UNREACHED), at_ends + places.legs, UNREACHED)
    to_rim: Longs = totals.min(axis=1, initial=int(UNREACHED))
    return to_rim


def merge_tiles(parts: Iterable[TileTimes], n_demand: int) -> Nearest:
    """Return the proven answers of tiles as one; places without one are off the network.

    Parts may come in any order: no place is proven by two parts with different answers.
    """
    tenths = np.full(n_demand, UNREACHED, np.int32)
    facility = np.full(n_demand, -1, np.int32)
    status = np.full(n_demand, NearestStatus.OFF_NETWORK, np.uint8)
    for part in parts:
        place = part.place[part.is_proven]
        tenths[place] = part.found.tenths[part.is_proven]
        facility[place] = part.found.facility[part.is_proven]
        status[place] = part.found.status[part.is_proven]
    return Nearest(tenths, facility, status)


def nearest_by_tiles(  # noqa: PLR0913 - the arguments of `nearest`, and the tiles
    roads: RoadGraph,
    network: ModeNetwork,
    demand: Snaps,
    facilities: Snaps,
    tiles: Sequence[NDArray[Any]],
    *,
    buffer_m: float = 5000.0,
    is_open: Bools | None = None,
    horizon_minutes: float = 120.0,
    progress: Progress | None = None,
) -> Nearest:
    """Return `nearest` computed tile by tile; equal to the whole.

    Parameters
    ----------
    roads, network, demand, facilities, is_open, horizon_minutes
        As `cut_tile`.
    tiles
        Indices of the places of each tile; every place in one tile.
    buffer_m
        First buffer, in metres; unproven places are done again with `WIDER` times the buffer.
    progress
        Called with ("tiles", tiles done, tiles).

    Returns
    -------
    Nearest
    """
    widest_m = max(np.ptp(roads.x_m), np.ptp(roads.y_m)) if len(roads.x_m) else 0.0
    parts: list[TileTimes] = []
    for done, tile in enumerate(tiles):
        place, width_m = np.asarray(tile, np.int64), buffer_m
        while len(place):
            part = solve_tile(
                cut_tile(
                    roads,
                    network,
                    demand,
                    facilities,
                    place,
                    buffer_m=width_m if width_m < widest_m else np.inf,
                    is_open=is_open,
                    horizon_minutes=horizon_minutes,
                )
            )
            parts.append(part)
            place, width_m = place[~part.is_proven], max(width_m, 1.0) * WIDER
        if progress is not None:
            progress("tiles", done + 1, len(tiles))
    return merge_tiles(parts, len(demand))
