"""OpenStreetMap files (PBF, XML) as road segments: every location is tested, clipped is normal."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm import Way

from data.roads.barriers import part_at_barriers
from data.roads.overrides import Overrides
from data.roads.raw import RawRoads
from data.types import Floats
from geo.access import FERRY, RELEVANT_KEYS, Vehicle, WayUse, barrier_closes, way_use
from geo.errors import Finding, Progress
from geo.roads import ways_of

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
OSM_SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")

_UNITS_PER_DEGREE = 10_000_000
_BARRIER_KEYS = ("barrier", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar")


@dataclass(slots=True)
class _WayList:
    """The ways of a file that somebody may use, while they are collected."""

    way_id: list[int] = field(default_factory=list)
    uses: list[WayUse] = field(default_factory=list)
    node_refs: array[int] = field(default_factory=lambda: array("q"))
    n_refs: list[int] = field(default_factory=list)
    ferries_without_time: list[int] = field(default_factory=list)
    unread_maxspeed: Counter[str] = field(default_factory=Counter)


def read_osm(
    path: Path,
    *,
    overrides: Overrides | None = None,
    ferries: Mapping[int, WayUse] | None = None,
    progress: Progress | None = None,
) -> RawRoads:
    """Read the ways that anybody may use, and the barriers on them.

    Parameters
    ----------
    path
        OSM PBF or XML, in any order of objects, with or without all nodes of its ways.
    overrides
        Tags of single ways that the study replaces.
    ferries
        Way id -> what a timetable of the study says of that ferry.
    progress
        Called while ways are read.

    Returns
    -------
    RawRoads
        Every node of a usable way is a node; a way is broken where a node is missing from the file.
        At a barrier that stops a vehicle the ways are parted and joined again by connectors that
        only the others may use.

    Raises
    ------
    RuntimeError
        When the file is not a readable OSM file.
    """
    locations, barriers = _nodes(path)
    listed = _usable_ways(path, overrides or Overrides(), ferries or {}, progress)
    refs = np.frombuffer(listed.node_refs, dtype=np.int64) if listed.node_refs else np.zeros(0, int)
    ids, node = np.unique(refs, return_inverse=True)
    x, y = _coordinates(locations, ids)
    is_known = (np.abs(x) <= 180 * _UNITS_PER_DEGREE) & (np.abs(y) <= 90 * _UNITS_PER_DEGREE)
    way = np.repeat(np.arange(len(listed.n_refs)), listed.n_refs)
    follows = way[1:] == way[:-1]
    is_whole = follows & is_known[node[1:]] & is_known[node[:-1]]
    raw = RawRoads(
        lon=np.where(is_known, x / _UNITS_PER_DEGREE, np.nan),
        lat=np.where(is_known, y / _UNITS_PER_DEGREE, np.nan),
        node_id=ids,
        tail=node[:-1][is_whole],
        head=node[1:][is_whole],
        way=way[:-1][is_whole],
        ways=ways_of(listed.way_id, listed.uses),
        file=path.name,
        findings=_findings(path, listed, int((~is_known).sum())),
        attribution=OSM_ATTRIBUTION,
    )
    return part_at_barriers(raw, barriers)


def _nodes(path: Path) -> tuple[Any, dict[int, frozenset[Vehicle]]]:
    """Return the table of node locations, and the barrier nodes with the vehicles they stop."""
    processor = osmium.FileProcessor(str(path), osmium.osm.NODE).with_locations("flex_mem")
    barriers = {}
    for node in processor.with_filter(osmium.filter.KeyFilter("barrier")):
        tags = {key: node.tags[key] for key in _BARRIER_KEYS if key in node.tags}
        closed = barrier_closes(tags)
        if closed:
            barriers[node.id] = closed
    return processor.node_location_storage, barriers


def _usable_ways(
    path: Path,
    overrides: Overrides,
    ferries: Mapping[int, WayUse],
    progress: Progress | None,
) -> _WayList:
    """Return the ways that somebody may use."""
    listed = _WayList()
    known: dict[tuple[tuple[str, str], ...], WayUse] = {}
    next_report_s = 0.0
    processor = osmium.FileProcessor(str(path), osmium.osm.WAY)
    for way in cast(
        "Iterable[Way]", processor.with_filter(osmium.filter.KeyFilter("highway", "route"))
    ):
        tags = tuple((key, value) for key, value in way.tags if key in RELEVANT_KEYS)
        if way.id in overrides.tags:
            tags = tuple(overrides.tags_of(way.id, dict(tags)).items())
        use = known.get(tags)
        if use is None:
            use = known[tags] = way_use(dict(tags))
        if use.road_class == FERRY:
            use = ferries.get(way.id, use)
            if not use.use and np.isnan(use.ferry_minutes):
                listed.ferries_without_time.append(way.id)
        if use.unread_maxspeed:
            listed.unread_maxspeed[use.unread_maxspeed] += 1
        if not use.use:
            continue
        refs = [node.ref for node in way.nodes]
        listed.way_id.append(way.id)
        listed.uses.append(use)
        listed.n_refs.append(len(refs))
        listed.node_refs.extend(refs)
        if progress is not None and time.monotonic() > next_report_s:
            next_report_s = time.monotonic() + 0.4
            progress("roads", len(listed.way_id), 0)
    return listed


def _coordinates(locations: Any, ids: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return coordinates in units of the file; out of range where a node is missing."""
    missing = 2**31 - 1
    xs, ys = array("l"), array("l")
    get = locations.get
    for node_id in ids.tolist():
        try:
            location = get(node_id)
        except KeyError:
            xs.append(missing)
            ys.append(missing)
        else:
            xs.append(location.x)
            ys.append(location.y)
    return np.array(xs, dtype=np.float64), np.array(ys, dtype=np.float64)


def _findings(path: Path, listed: _WayList, n_missing: int) -> tuple[Finding, ...]:
    """Return what was doubtful in the file."""
    found = []
    if n_missing:
        found.append(Finding("roads_clipped", (("count", n_missing),), file=path.name))
    if listed.unread_maxspeed:
        examples = ", ".join(sorted(listed.unread_maxspeed)[:5])
        count = listed.unread_maxspeed.total()
        said = (("count", count), ("examples", examples))
        found.append(Finding("roads_maxspeed_unread", said, file=path.name))
    if listed.ferries_without_time:
        ways = tuple(sorted(listed.ferries_without_time))
        params = (("count", len(ways)),)
        found.append(Finding("ferry_without_time", params, file=path.name, rows=ways[:10]))
    return tuple(found)
