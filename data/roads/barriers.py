"""Barriers: ways are parted where a gate or bollard stops a vehicle, and joined for the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from data.roads.raw import RawRoads
from geo.access import CONNECTOR, USE_BITS, VEHICLES, Vehicle, WayUse
from geo.errors import Finding
from geo.graph import Ways
from geo.roads import ways_of


def part_at_barriers(raw: RawRoads, barriers: Mapping[int, frozenset[Vehicle]]) -> RawRoads:
    """Part the ways at nodes that stop a vehicle, and let the others pass over connectors.

    A barrier where fewer than two segments are open to the vehicles it stops changes nothing.

    Parameters
    ----------
    raw
        Roads as read.
    barriers
        Source id of a node -> vehicles that it stops.

    Returns
    -------
    RawRoads
        With the parted nodes repeated; a finding counts the barriers that part a way.
    """
    places = np.flatnonzero(np.isin(raw.node_id, np.fromiter(barriers, np.int64, len(barriers))))
    ends = np.concatenate([raw.tail, raw.head])
    touching = np.flatnonzero(np.isin(ends, places))
    touching = touching[np.argsort(ends[touching], kind="stable")]
    here = ends[touching]
    parted: list[tuple[int, NDArray[np.int64], frozenset[Vehicle]]] = []
    for node in np.unique(here).tolist():
        at = touching[np.searchsorted(here, node) : np.searchsorted(here, node, side="right")]
        closed = barriers[int(raw.node_id[node])]
        if len(at) > 1 and _stops_somebody(raw, at, closed):
            parted.append((node, at, closed))
    return _parted(raw, ends, parted) if parted else raw


def _stops_somebody(raw: RawRoads, at: NDArray[np.int64], closed: frozenset[Vehicle]) -> bool:
    """Return whether a stopped vehicle could use two or more of these segment ends."""
    use = raw.ways.use[raw.way[at % len(raw.tail)]]
    bits = [USE_BITS[vehicle, "forward"] | USE_BITS[vehicle, "backward"] for vehicle in closed]
    return any(np.count_nonzero(use & bit) > 1 for bit in bits)


def _parted(
    raw: RawRoads,
    ends: NDArray[np.int64],
    parted: list[tuple[int, NDArray[np.int64], frozenset[Vehicle]]],
) -> RawRoads:
    """Give each further segment end at a parted node a node of its own, with a connector."""
    ends = ends.copy()
    original: list[int] = []
    uses: list[WayUse] = []
    for node, at, closed in parted:
        new = len(raw.lon) + len(original) + np.arange(len(at) - 1)
        ends[at[1:]] = new
        original.extend([node] * len(new))
        passing = [vehicle for vehicle in VEHICLES if vehicle not in closed]
        bits = sum(USE_BITS[v, "forward"] | USE_BITS[v, "backward"] for v in passing)
        uses.extend([WayUse(CONNECTOR, bits)] * len(new))
    source = np.array(original, dtype=np.int64)
    copies = len(raw.lon) + np.arange(len(source))
    n_segments, n_ways = len(raw.tail), len(raw.ways.way_id)
    finding = Finding("roads_barriers", (("count", len(parted)),), file=raw.file)
    return RawRoads(
        lon=np.concatenate([raw.lon, raw.lon[source]]),
        lat=np.concatenate([raw.lat, raw.lat[source]]),
        node_id=np.concatenate([raw.node_id, raw.node_id[source]]),
        tail=np.concatenate([ends[:n_segments], source]),
        head=np.concatenate([ends[n_segments:], copies]),
        way=np.concatenate([raw.way, n_ways + np.arange(len(source))]),
        ways=_joined(raw.ways, ways_of([-1 - k for k in range(len(uses))], uses)),
        file=raw.file,
        findings=(*raw.findings, finding),
        attribution=raw.attribution,
    )


def _joined(first: Ways, second: Ways) -> Ways:
    """Return the ways of both."""
    columns = ("way_id", "use", "maxspeed_forward_kph", "maxspeed_backward_kph", "fixed_minutes")
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns
    }
    return Ways(road_class=first.road_class + second.road_class, **joined)
