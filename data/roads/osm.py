"""OpenStreetMap files (PBF, XML) as road segments: every location is tested, clipped is normal."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm import Relation, Way

from data.checks import ids_of, row_finding
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
_CARRYING_KEYS = ("highway", "route", "man_made")
_BARRIER_KEYS = ("barrier", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar")


@dataclass(frozen=True, slots=True)
class _Carrier:
    """What a relation says of its ways; `n_ways` of them share its duration."""

    tags: Mapping[str, str]
    n_ways: int


@dataclass(slots=True)
class _WayList:
    """The ways of a file that somebody may use, while they are collected."""

    way_id: list[int] = field(default_factory=list)
    uses: list[WayUse] = field(default_factory=list)
    node_refs: array[int] = field(default_factory=lambda: array("q"))
    n_refs: list[int] = field(default_factory=list)
    ferries_without_time: list[int] = field(default_factory=list)
    unread_maxspeed: Counter[str] = field(default_factory=Counter)
    n_missing_members: int = 0

    def add(self, way: Way, use: WayUse) -> None:
        """Take a way that somebody may use, and note what is doubtful of any."""
        if use.road_class == FERRY and not use.use and np.isnan(use.ferry_minutes):
            self.ferries_without_time.append(way.id)
        if use.unread_maxspeed:
            self.unread_maxspeed[use.unread_maxspeed] += 1
        if use.use:
            refs = [node.ref for node in way.nodes]
            self.way_id.append(way.id)
            self.uses.append(use)
            self.n_refs.append(len(refs))
            self.node_refs.extend(refs)


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
        OSM PBF or XML, each object once and in order of its id (`data.roads.ordered`), with or
        without all nodes of its ways.
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
    findings = _findings(path, listed, int((~is_known).sum()))
    raw = RawRoads(
        lon=np.where(is_known, x / _UNITS_PER_DEGREE, np.nan),
        lat=np.where(is_known, y / _UNITS_PER_DEGREE, np.nan),
        node_id=ids,
        tail=node[:-1][is_whole],
        head=node[1:][is_whole],
        way=way[:-1][is_whole],
        ways=ways_of(listed.way_id, listed.uses),
        file=path.name,
        findings=findings,
        attribution=OSM_ATTRIBUTION,
    )
    raw = replace(raw, findings=(*findings, *_loose_ferries(raw)))
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
    carriers = _carriers(path)
    processor = osmium.FileProcessor(str(path), osmium.osm.WAY)
    for way in cast(
        "Iterable[Way]", processor.with_filter(osmium.filter.KeyFilter(*_CARRYING_KEYS))
    ):
        if way.id in carriers:
            continue
        tags = tuple((key, value) for key, value in way.tags if key in RELEVANT_KEYS)
        if way.id in overrides.tags:
            tags = tuple(overrides.tags_of(way.id, dict(tags)).items())
        use = known.get(tags)
        if use is None:
            use = known[tags] = way_use(dict(tags))
        listed.add(way, ferries.get(way.id, use) if use.road_class == FERRY else use)
        if progress is not None and time.monotonic() > next_report_s:
            next_report_s = time.monotonic() + 0.4
            progress("roads", len(listed.way_id), 0)
    if carriers:
        _add_carried(path, carriers, listed, overrides, ferries)
    return listed


def _carriers(path: Path) -> dict[int, _Carrier]:
    """Return, by way, the relations that say what their ways are: squares, piers and ferries.

    The rings of a square and the crossing of a ferry often have no tags of their own.
    """
    carriers: dict[int, _Carrier] = {}
    processor = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    carrying = processor.with_filter(osmium.filter.KeyFilter(*_CARRYING_KEYS))
    for relation in cast("Iterable[Relation]", carrying):
        tags = {key: value for key, value in relation.tags if key in RELEVANT_KEYS}
        is_area = relation.tags.get("type") == "multipolygon" and "route" not in tags
        if is_area:
            tags["area"] = "yes"
        is_ferry = relation.tags.get("type") == "route" and tags.get("route") == FERRY
        if is_area or is_ferry:
            ways = [member.ref for member in relation.members if member.type == "w"]
            for way in ways:
                carriers.setdefault(way, _Carrier(tags, len(ways) if is_ferry else 1))
    return carriers


def _add_carried(
    path: Path,
    carriers: Mapping[int, _Carrier],
    listed: _WayList,
    overrides: Overrides,
    ferries: Mapping[int, WayUse],
) -> None:
    """Add the ways of relations; what a way says of itself decides over its relation."""
    processor = osmium.FileProcessor(str(path), osmium.osm.WAY)
    if min(carriers) >= 0:  # the filter knows no ids below zero; such files are small
        processor = processor.with_filter(osmium.filter.IdFilter(carriers))
    n_found = 0
    for way in cast("Iterable[Way]", processor):
        if way.id not in carriers:
            continue
        n_found += 1
        carrier = carriers[way.id]
        own = {key: value for key, value in way.tags if key in RELEVANT_KEYS}
        is_timed = own.get("route") != FERRY or "duration" in own
        takes_all = not own.keys() & set(_CARRYING_KEYS)
        tags = own if is_timed and not takes_all else {**carrier.tags, **own}
        use = way_use(overrides.tags_of(way.id, tags))
        if use.road_class == FERRY:
            shared = replace(use, ferry_minutes=use.ferry_minutes / carrier.n_ways)
            use = ferries.get(way.id, use if "duration" in own else shared)
        listed.add(way, use)
    listed.n_missing_members = len(carriers) - n_found


def _loose_ferries(raw: RawRoads) -> tuple[Finding, ...]:
    """Return a finding of the ferries with an end at which no other way begins."""
    ends = np.concatenate([raw.tail, raw.head])
    is_ferry = np.array([name == FERRY for name in raw.ways.road_class], dtype=bool)
    way = np.concatenate([raw.way, raw.way])
    is_loose = is_ferry[way] & (np.bincount(ends, minlength=len(raw.lon))[ends] == 1)
    loose = np.unique(raw.ways.way_id[way[is_loose]])
    if not len(loose):
        return ()
    return (row_finding("ferry_ends_nowhere", ids_of(loose), file=raw.file),)


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
    if listed.n_missing_members:
        said = (("count", listed.n_missing_members),)
        found.append(Finding("roads_members_missing", said, file=path.name))
    if listed.unread_maxspeed:
        examples = ", ".join(sorted(listed.unread_maxspeed)[:5])
        count = listed.unread_maxspeed.total()
        unread = (("count", count), ("examples", examples))
        found.append(Finding("roads_maxspeed_unread", unread, file=path.name))
    if listed.ferries_without_time:
        ways = ids_of(sorted(listed.ferries_without_time))
        found.append(row_finding("ferry_without_time", ways, file=path.name))
    return tuple(found)
