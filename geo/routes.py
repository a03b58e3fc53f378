"""Explain one time: the way from a place to a facility, leg by leg, and what else is near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats, Ints, Longs
from geo.legs import Arcs, Joints, arriving, driven_arrays, leaving, reversed_arrays, sealed
from geo.reach import node_reach
from geo.roads import ModeNetwork, RoadGraph
from geo.search import UNREACHED
from geo.slow import along_tenths
from geo.snap import Snaps
from geo.times import to_tenths

ACCESS = "access"
"""Road class of the straight legs between places and the road."""


@dataclass(frozen=True, slots=True, eq=False)
class RouteLeg:
    """A stretch of a route on one class of road.

    Parameters
    ----------
    road_class
        Highway value such as `residential`, or `ACCESS`.
    length_m, tenths
        Metres and tenths of a second.
    line_m
        (k, 2) x and y along it.
    """

    road_class: str
    length_m: float
    tenths: int
    line_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The way from a place to a facility; its legs add up to `tenths` exactly."""

    tenths: int
    legs: tuple[RouteLeg, ...]

    @property
    def line_m(self) -> Floats:
        """(k, 2) x and y from the place to the facility."""
        lines = [self.legs[0].line_m, *(leg.line_m[1:] for leg in self.legs[1:])]
        return np.concatenate(lines)

    @property
    def length_m(self) -> float:
        """Metres of all legs."""
        return sum(leg.length_m for leg in self.legs)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of one segment, from one fraction to another."""

    segment: int
    start: float
    end: float
    tenths: int


def route(
    roads: RoadGraph,
    network: ModeNetwork,
    place: Snaps,
    facility: Snaps,
    *,
    place_m: tuple[float, float],
    facility_m: tuple[float, float],
    horizon_minutes: float = 240.0,
) -> Route | None:
    """Return the way that `nearest` and `reach` time, as legs with their classes.

    Parameters
    ----------
    roads, network
        The road graph and the mode's view of it.
    place, facility
        One place and one facility, tied to the network (`Snaps.take` picks them).
    place_m, facility_m
        Where they lie, x and y.
    horizon_minutes
        How far to search.

    Returns
    -------
    Route or None
        None where no path leads there within the horizon.
    """
    start, goal = leaving(network, place), arriving(network, facility)
    limit = to_tenths(horizon_minutes)
    found = node_reach(reversed_arrays(network), goal, limit_tenths=limit, threads=1)
    best = _at_nodes(found.node, found.tenths, len(roads.x_m))
    via = [_via(start, end, best) for end in (0, 1)]
    along = _along(network, start, goal)
    total = min(along, *via)
    if total > limit:
        return None
    if total == along:
        road: list[_Stretch] = [_same_segment(place, facility, total)]
    else:
        rank = _at_nodes(found.node, np.arange(len(found.node)), len(roads.x_m))
        end = via.index(total)
        nodes, goal_end = _path(driven_arrays(network), goal, int(start.ends[0, end]), best, rank)
        road = [
            _first(place, start, end),
            *_segments(roads, network, nodes, best),
            _last(facility, goal, goal_end),
        ]
    first, last = road[0], road[-1]
    first_m = _point(roads, first.segment, first.start)
    last_m = _point(roads, last.segment, last.end)
    legs = (
        _access_leg(place, [place_m, first_m]),
        *_road_legs(roads, road),
        _access_leg(facility, [last_m, facility_m]),
    )
    return Route(total, legs)


def _at_nodes(node: Ints, value: NDArray[np.integer], n_nodes: int) -> Longs:
    spread = np.full(n_nodes, UNREACHED, np.int64)
    spread[node] = value
    return spread


def _via(start: Joints, end: int, best: Longs) -> int:
    """Return the tenths of leaving by one end of the place's segment."""
    leg, node = int(start.legs[0, end]), int(start.ends[0, end])
    return int(UNREACHED) if leg < 0 else leg + int(best[node])


def _along(network: ModeNetwork, start: Joints, goal: Joints) -> int:
    """Return the tenths of staying on a shared segment."""
    segment = int(start.segment[0])
    if segment < 0 or segment != goal.segment[0]:
        return int(UNREACHED)
    forward, backward = network.forward_tenths[segment], network.backward_tenths[segment]
    tenths = along_tenths(
        start.legs,
        start.fraction,
        goal.legs,
        goal.fraction,
        forward=int(forward),
        backward=int(backward),
    )
    return int(tenths[0])


def _path(arcs: Arcs, goal: Joints, node: int, best: Longs, rank: Longs) -> tuple[list[int], int]:
    """Return the nodes from `node` on, and the end of the goal's segment where they arrive.

    Each step goes to the node that the search reached first, which is always nearer to the goal in
    the order of the search: arcs of zero cannot lead in circles.
    """
    indptr, other, tenths = arcs
    nodes = [node]
    while True:
        for end in (0, 1):
            if goal.ends[0, end] == node and goal.legs[0, end] == best[node]:
                return nodes, end
        arc = np.arange(indptr[node], indptr[node + 1])
        arc = arc[best[other[arc]] + tenths[arc] == best[node]]
        node = int(other[arc[np.argmin(rank[other[arc]])]])
        nodes.append(node)


def _first(place: Snaps, start: Joints, end: int) -> _Stretch:
    tenths = int(start.legs[0, end] - place.access_tenths[0])
    return _Stretch(int(place.segment[0]), float(place.fraction[0]), float(end), tenths)


def _last(facility: Snaps, goal: Joints, end: int) -> _Stretch:
    tenths = int(goal.legs[0, end] - facility.access_tenths[0])
    return _Stretch(int(facility.segment[0]), float(end), float(facility.fraction[0]), tenths)


def _same_segment(place: Snaps, facility: Snaps, total: int) -> _Stretch:
    tenths = total - int(place.access_tenths[0]) - int(facility.access_tenths[0])
    start, end = float(place.fraction[0]), float(facility.fraction[0])
    return _Stretch(int(place.segment[0]), start, end, tenths)


def _segments(
    roads: RoadGraph, network: ModeNetwork, nodes: list[int], best: Longs
) -> Iterator[_Stretch]:
    """Yield the segment of each step, the lowest one among parallel segments of equal time."""
    is_on_path = np.zeros(len(roads.x_m), np.bool_)
    is_on_path[nodes] = True
    known: dict[tuple[int, int, int], tuple[int, float]] = {}
    for segment in np.flatnonzero(is_on_path[roads.tail] & is_on_path[roads.head])[::-1].tolist():
        tail, head = int(roads.tail[segment]), int(roads.head[segment])
        known[tail, head, int(network.forward_tenths[segment])] = (segment, 0.0)
        known[head, tail, int(network.backward_tenths[segment])] = (segment, 1.0)
    for here, there in pairwise(nodes):
        tenths = int(best[here] - best[there])
        segment, start = known[here, there, tenths]
        yield _Stretch(segment, start, 1.0 - start, tenths)


def _road_legs(roads: RoadGraph, road: list[_Stretch]) -> Iterator[RouteLeg]:
    """Yield the stretches as one leg for each class in a row; empty stretches are left out."""
    moving = [part for part in road if part.start != part.end]
    for number, parts in groupby(moving, key=lambda part: int(roads.road_class[part.segment])):
        stretches = list(parts)
        points = [_point(roads, stretches[0].segment, stretches[0].start)]
        points += [_point(roads, part.segment, part.end) for part in stretches]
        metres = sum(abs(p.end - p.start) * float(roads.length_m[p.segment]) for p in stretches)
        tenths = sum(part.tenths for part in stretches)
        yield RouteLeg(roads.class_names[number], metres, tenths, np.array(points))


def _access_leg(snaps: Snaps, line_m: list[tuple[float, float]]) -> RouteLeg:
    length_m, tenths = float(snaps.access_m[0]), int(snaps.access_tenths[0])
    return RouteLeg(ACCESS, length_m, tenths, np.array(line_m))


def _point(roads: RoadGraph, segment: int, fraction: float) -> tuple[float, float]:
    tail, head = roads.tail[segment], roads.head[segment]
    x_m = roads.x_m[tail] + fraction * (roads.x_m[head] - roads.x_m[tail])
    y_m = roads.y_m[tail] + fraction * (roads.y_m[head] - roads.y_m[tail])
    return float(x_m), float(y_m)


def nearest_sites(
    network: ModeNetwork,
    place: Snaps,
    facilities: Snaps,
    *,
    count: int = 3,
    is_open: NDArray[np.bool_] | None = None,
    horizon_minutes: float = 240.0,
) -> tuple[Ints, Ints]:
    """Return (facility, tenths) of the nearest open facilities of one place, nearest first.

    One search from the place outwards; the times are those of `nearest` and `reach`, and so is the
    rule for ties: the lowest facility first.

    Parameters
    ----------
    network
        What the mode makes of the roads.
    place, facilities
        One place and all facilities, tied to the network.
    count
        How many at most.
    is_open
        (n_facilities,) which count; None for all.
    horizon_minutes
        How far to search.
    """
    start, sites = leaving(network, place), arriving(network, facilities)
    limit = to_tenths(horizon_minutes)
    found = node_reach(driven_arrays(network), start, limit_tenths=limit, threads=1)
    best = _at_nodes(found.node, found.tenths, len(network.to_indptr) - 1)
    totals = np.where(sites.legs >= 0, best[sites.ends] + sites.legs, UNREACHED)
    tenths = totals.min(axis=1, initial=int(UNREACHED))
    segment = int(start.segment[0])
    if segment >= 0:
        same = np.flatnonzero(sites.segment == segment)
        along = along_tenths(
            start.legs,
            start.fraction,
            sites.legs[same],
            sites.fraction[same],
            forward=int(network.forward_tenths[segment]),
            backward=int(network.backward_tenths[segment]),
        )
        tenths[same] = np.minimum(tenths[same], along)
    if is_open is not None:
        tenths[~is_open] = UNREACHED
    order = np.argsort(tenths, kind="stable")[:count]
    order = order[tenths[order] <= limit]
    return sealed(order, np.int32), sealed(tenths[order], np.int32)
