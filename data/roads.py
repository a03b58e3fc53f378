"""Roads: every format becomes one road graph in the dataset's metric system, with its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from pyproj import Geod

from data.errors import StudyError
from data.graphml import read_graphml
from data.osm import OSM_SUFFIXES, read_osm
from data.osm_water import read_water
from data.raw_roads import RawRoads
from data.types import Geometries
from geo.crs import local_crs, require_metric, to_metric
from geo.errors import Finding, Progress
from geo.roads import RoadGraph, build_graph, with_networks

_PATHS = frozenset({"path", "footway", "steps", "pedestrian", "track", "cycleway"})
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, eq=False)
class RoadsRead:
    """Roads as an analysis needs them.

    Parameters
    ----------
    graph
        With one network for each mode asked for.
    crs
        Metric system of the graph.
    water
        Polygons of water in that system; None when the file says nothing of water.
    extent
        Convex hull of the roads: beyond it nothing is known of roads.
    findings
        What was doubtful.
    attribution
        Whom to name beside every map.
    """

    graph: RoadGraph
    crs: str
    water: Geometries | None
    extent: shapely.geometry.base.BaseGeometry
    findings: tuple[Finding, ...]
    attribution: str


def read_roads(
    path: Path,
    *,
    modes: Sequence[str],
    crs: str | None = None,
    speed_set: str = "default",
    class_speeds_kph: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> RoadsRead:
    """Read roads and build the network of each mode.

    Parameters
    ----------
    path
        OSM PBF or XML, or OSMnx GraphML.
    modes
        Keys of `geo.modes.MODES`.
    crs
        Metric system; the local one of the roads where it is not given.
    speed_set, class_speeds_kph
        As `geo.modes.speeds`.
    progress
        Called with the stage.

    Returns
    -------
    RoadsRead
        Graph, water, extent, findings.

    Raises
    ------
    StudyError
        When the file is missing or unreadable or has no road for any of the modes.
    GeoError
        When `crs` is not metric or a speed is unusable.
    """
    raw = _read_raw(path, progress)
    raw, findings = _with_usable_segments(raw, path)
    if crs is None:
        crs = local_crs(raw.lon, raw.lat)
    require_metric(crs)
    x_m, y_m = to_metric(raw.lon, raw.lat, crs)
    _, _, length_m = _GEOD.inv(
        raw.lon[raw.tail], raw.lat[raw.tail], raw.lon[raw.head], raw.lat[raw.head]
    )
    graph = build_graph(
        x_m,
        y_m,
        raw.tail,
        raw.head,
        ways=raw.ways,
        way=raw.way,
        length_m=length_m,
        node_id=raw.node_id,
    )
    if progress is not None:
        progress("networks", 0, len(modes))
    graph = with_networks(graph, modes, speed_set=speed_set, class_speeds_kph=class_speeds_kph)
    water, water_findings = _water(path, raw, crs)
    findings = (*raw.findings, *findings, *water_findings, *_graph_findings(graph, path))
    return RoadsRead(
        graph=graph,
        crs=crs,
        water=water,
        extent=shapely.MultiPoint(np.column_stack([graph.x_m, graph.y_m])).convex_hull,
        findings=findings,
        attribution=raw.attribution,
    )


def _read_raw(path: Path, progress: Progress | None) -> RawRoads:
    """Read a file by its suffix."""
    name = path.name.lower()
    if not path.is_file():
        raise StudyError(Finding("file_missing", file=path.name))
    is_osm = name.endswith(OSM_SUFFIXES)
    if not is_osm and not name.endswith(".graphml"):
        raise StudyError(Finding("roads_format", (("suffix", path.suffix),), file=path.name))
    try:
        return read_osm(path, progress=progress) if is_osm else read_graphml(path)
    except (RuntimeError, ValueError, OSError, SyntaxError, KeyError) as fault:
        said = (("expected", "OSM" if is_osm else "OSMnx GraphML"), ("reason", str(fault)))
        raise StudyError(Finding("file_unreadable", said, file=path.name)) from fault


def _with_usable_segments(raw: RawRoads, path: Path) -> tuple[RawRoads, tuple[Finding, ...]]:
    """Leave out segments that nobody may use or that have an end without coordinates."""
    known = (np.abs(raw.lon) <= 180) & (np.abs(raw.lat) <= 90)
    used = raw.ways.use[raw.way] > 0
    placed = known[raw.tail] & known[raw.head]
    n_lost = int((used & ~placed).sum())
    kept = used & placed
    if not kept.any():
        raise StudyError(Finding("roads_none", file=path.name))
    found = (
        (Finding("roads_bad_coordinates", (("count", n_lost),), file=path.name),) if n_lost else ()
    )
    node = np.unique(np.concatenate([raw.tail[kept], raw.head[kept]]))
    rank = np.full(len(raw.lon), -1, dtype=np.int64)
    rank[node] = np.arange(len(node))
    usable = replace(
        raw,
        lon=raw.lon[node],
        lat=raw.lat[node],
        node_id=raw.node_id[node],
        tail=rank[raw.tail[kept]],
        head=rank[raw.head[kept]],
        way=raw.way[kept],
    )
    return usable, found


def _water(path: Path, raw: RawRoads, crs: str) -> tuple[Geometries | None, tuple[Finding, ...]]:
    """Return the water of an OSM file in the metric system."""
    if not path.name.lower().endswith(OSM_SUFFIXES):
        return None, ()
    box = (raw.lon.min(), raw.lat.min(), raw.lon.max(), raw.lat.max())
    found = read_water(path, box)
    if found.polygons is None:
        return None, found.findings
    polygons = np.array(found.polygons, dtype=object)
    metric = shapely.transform(
        polygons, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs))
    )
    return metric, found.findings


def _graph_findings(graph: RoadGraph, path: Path) -> tuple[Finding, ...]:
    """Return what the finished graph says of itself: empty modes, loose parts, missing paths."""
    found = []
    if graph.n_dropped:
        found.append(Finding("roads_self_loops", (("count", graph.n_dropped),), file=path.name))
    if not _PATHS & set(graph.class_names):
        found.append(Finding("roads_without_paths", file=path.name))
    for mode, network in graph.networks.items():
        sizes = np.bincount(network.component[network.component >= 0])
        if not len(sizes):
            found.append(Finding("roads_mode_empty", (("mode", mode),), file=path.name))
        elif len(sizes) > 1:
            outside, total = int(sizes[1:].sum()), int(sizes.sum())
            said = (("mode", mode), ("count", len(sizes)), ("nodes", outside), ("total", total))
            found.append(Finding("roads_parts", said, file=path.name))
    return tuple(found)
