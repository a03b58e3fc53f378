"""Roads: every format becomes one road graph in the dataset's metric system, with its findings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from pyproj import Geod

import geo
from data.checks import ids_of
from data.elevation import read_heights
from data.errors import StudyError, raise_errors, unreadable
from data.roads.cache import forget_oldest, load_roads, save_roads
from data.roads.ferries import (
    FREQUENT_DAYS_A_WEEK,
    FREQUENT_SAILINGS_A_DAY,
    FerryTime,
    read_ferries,
)
from data.roads.graphml import read_graphml
from data.roads.lines import LINE_SUFFIXES, read_lines
from data.roads.ordered import in_order
from data.roads.osm import OSM_SUFFIXES, read_osm
from data.roads.overrides import Overrides, read_overrides, with_overrides
from data.roads.raw import RawRoads, RoadsRead
from data.roads.water import read_water
from data.store import file_sha256
from data.study.tables import RoadsTable, Study, TableSource
from data.types import Floats, Geometries
from geo.crs import local_crs, require_metric, to_metric
from geo.errors import Cancelled, Finding, Progress
from geo.fingerprints import fingerprint
from geo.modes import Speeds, speeds
from geo.roads import RoadGraph, build_graph, with_pace, with_speeds
from geo.slope import pace_of_slope

__all__ = ["RoadOptions", "RoadsRead", "read_roads", "read_study_roads"]

_GEO_RULES = ("access", "arcs", "graph", "limits", "modes", "roads", "slope")
_DATA_RULES = (
    *("conditions", "elevation", "store", "tables/aliases", "tables/cells", "tables/headers"),
    "tables/parquet",
)
"""Modules that decide, with this package, what becomes of a road file: a change in one makes
stored roads stale."""

_PATHS = frozenset({"path", "footway", "steps", "pedestrian", "track", "cycleway"})
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class RoadOptions:
    """What a study may say besides the road file.

    Parameters
    ----------
    table
        Layer, columns and tolerance of a line layer.
    flat_kph, class_factors
        As `geo.modes.speeds`.
    overrides, ferries, elevation
        Side files.
    cache_dir
        Folder where finished roads are kept; nothing is kept without one.
    """

    table: RoadsTable | None = None
    flat_kph: Mapping[str, float] = field(default_factory=dict)
    class_factors: Mapping[str, float] = field(default_factory=dict)
    overrides: TableSource | None = None
    ferries: TableSource | None = None
    elevation: TableSource | None = None
    cache_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class _Sides:
    """The side files of the roads, read."""

    overrides: Overrides
    ferries: tuple[FerryTime, ...]


def read_study_roads(
    study: Study,
    *,
    crs: str | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> RoadsRead:
    """Read the roads of a study with its speeds, overrides, ferries and heights.

    Parameters and errors as `read_roads`.
    """
    options = RoadOptions(
        table=study.roads,
        flat_kph=dict(study.travel.speeds_kph),
        class_factors=dict(study.travel.class_factors),
        overrides=study.overrides,
        ferries=study.ferries,
        elevation=study.elevation,
        cache_dir=cache_dir,
    )
    return read_roads(
        study.roads.path,
        modes=study.travel.modes,
        crs=crs,
        speed_set=study.travel.speed_set,
        class_speeds_kph=dict(study.travel.class_speeds_kph),
        options=options,
        progress=progress,
    )


def read_roads(
    path: Path,
    *,
    modes: Sequence[str],
    crs: str | None = None,
    speed_set: str = "default",
    class_speeds_kph: Mapping[str, float] | None = None,
    options: RoadOptions | None = None,
    progress: Progress | None = None,
) -> RoadsRead:
    """Read roads and build the network of each mode.

    Parameters
    ----------
    path
        OSM PBF or XML, OSMnx GraphML, or a line layer.
    modes
        Keys of `geo.modes.MODES`.
    crs
        Metric system; the local one of the roads where it is not given.
    speed_set, class_speeds_kph
        As `geo.modes.speeds`.
    options
        Side files, further speeds and the cache.
    progress
        Called with the stage.

    Returns
    -------
    RoadsRead
        Graph, water, extent, findings.

    Raises
    ------
    StudyError
        When a file is missing or unreadable or there is no road for any of the modes.
    GeoError
        When `crs` is not metric or a speed is unusable.
    """
    options = options or RoadOptions()
    table = speeds(
        speed_set,
        flat_kph=options.flat_kph,
        class_kph=class_speeds_kph,
        class_factors=options.class_factors,
    )
    if crs is not None:
        require_metric(crs)
    if not path.is_file():
        raise StudyError(Finding("file_missing", file=path.name))
    findings: list[Finding] = []
    sides = _sides(options, findings)
    raise_errors(findings)
    key = _key(path, options, crs, modes, table)
    stored = None if options.cache_dir is None else options.cache_dir / f"roads-{key}.npz"
    read = None if stored is None else load_roads(stored, key=key)
    if read is None:
        read = _built(path, crs, options=options, sides=sides, progress=progress)
        graph = with_speeds(read.graph, modes, table)
        read = replace(read, graph=graph, findings=(*read.findings, *_graph_findings(graph, path)))
        if stored is not None:
            # A full disk costs the next reading its time, not this one its result.
            with contextlib.suppress(OSError):
                save_roads(stored, read, key=key)
                forget_oldest(stored.parent)
    return replace(read, findings=(*findings, *read.findings), ferries=sides.ferries)


def _sides(options: RoadOptions, findings: list[Finding]) -> _Sides:
    """Read the tables beside the road file."""
    overrides = Overrides()
    ferries: tuple[FerryTime, ...] = ()
    if options.overrides is not None:
        overrides = read_overrides(options.overrides, findings)
    if options.ferries is not None:
        ferries = read_ferries(options.ferries, findings)
        n_scheduled = sum(ferry.is_scheduled for ferry in ferries)
        if n_scheduled:
            said = (
                ("count", n_scheduled),
                ("sailings", FREQUENT_SAILINGS_A_DAY),
                ("days", FREQUENT_DAYS_A_WEEK),
            )
            findings.append(Finding("ferry_scheduled", said, file=options.ferries.path.name))
    return _Sides(overrides, ferries)


def _key(
    path: Path, options: RoadOptions, crs: str | None, modes: Sequence[str], table: Speeds
) -> str:
    """Return what the finished roads follow from: contents of files, never their names or dates."""
    if options.cache_dir is None:
        return ""
    sides = (options.overrides, options.ferries, options.elevation)
    parts: dict[str, object] = {
        "rules": _rules_sha256(),
        "files": [file_sha256(path), *(None if s is None else file_sha256(s.path) for s in sides)],
        "columns": [None if s is None else (s.columns, s.crs, s.layer) for s in sides],
        "name": path.name,
        "crs": crs,
        "modes": tuple(modes),
        "speeds": table,
    }
    if options.table is not None:
        parts["layer"] = replace(options.table, path=Path(path.name))
    return fingerprint(parts)


@cache
def _rules_sha256() -> str:
    """Return a hash of the rules' own source, so that no older program's roads are taken."""
    here = Path(__file__).parent
    files = [
        *(Path(geo.__file__).parent / f"{name}.py" for name in _GEO_RULES),
        *(here.parent / f"{name}.py" for name in _DATA_RULES),
        *sorted(here.glob("*.py")),
    ]
    return fingerprint([file_sha256(file) for file in files])


def _built(
    path: Path,
    crs: str | None,
    *,
    options: RoadOptions,
    sides: _Sides,
    progress: Progress | None,
) -> RoadsRead:
    """Read the road file and build the graph, without networks."""
    findings: list[Finding] = []
    is_osm = path.name.lower().endswith(OSM_SUFFIXES)
    with in_order(path, findings) if is_osm else nullcontext(path) as file:
        raw = _read_raw(file, options, sides, findings, progress)
        raw = _usable_segments(raw, findings)
        crs = crs or local_crs(raw.lon, raw.lat)
        water = _water(file, raw, crs, findings) if is_osm else None
    if progress is not None:
        progress("graph", 0, len(raw.tail))
    x_m, y_m = to_metric(raw.lon, raw.lat, crs)
    graph = build_graph(
        x_m,
        y_m,
        raw.tail,
        raw.head,
        ways=raw.ways,
        way=raw.way,
        length_m=_lengths_m(raw),
        node_id=raw.node_id,
    )
    graph = with_overrides(graph, sides.overrides, findings)
    if options.elevation is not None:
        graph = _with_slope(graph, options.elevation, crs, findings)
    return RoadsRead(
        graph=graph,
        crs=crs,
        water=water,
        extent=shapely.LineString(np.column_stack([graph.x_m, graph.y_m])).convex_hull,
        findings=(*raw.findings, *findings),
        attribution=raw.attribution,
    )


def _read_raw(
    path: Path,
    options: RoadOptions,
    sides: _Sides,
    findings: list[Finding],
    progress: Progress | None,
) -> RawRoads:
    """Read a file by its suffix."""
    name = path.name.lower()
    uses = {ferry.way: ferry.use for ferry in sides.ferries}
    is_osm, is_graphml = name.endswith(OSM_SUFFIXES), name.endswith(".graphml")
    if name.endswith(".dwg"):
        raise StudyError(Finding("roads_dwg", file=path.name))
    if not (is_osm or is_graphml or name.endswith(LINE_SUFFIXES)):
        raise StudyError(Finding("roads_format", (("suffix", path.suffix),), file=path.name))
    try:
        if is_osm:
            raw = read_osm(path, overrides=sides.overrides, ferries=uses, progress=progress)
        elif is_graphml:
            raw = read_graphml(path, source=options.table, overrides=sides.overrides)
        else:
            table = options.table or RoadsTable(path)
            raw = read_lines(table, overrides=sides.overrides, ferries=uses, findings=findings)
    except (StudyError, Cancelled):
        raise
    except Exception as fault:  # broken files raise what their parser raises
        kind = "OSM" if is_osm else "OSMnx GraphML" if is_graphml else "a layer of lines"
        raise unreadable(path, kind, fault) from fault
    stated = None if options.table is None else options.table.coordinates
    if (is_osm or is_graphml) and stated not in {None, "wgs84"}:
        findings.append(Finding("coordinates_ignored", file=path.name))
    raise_errors(findings)
    absent = sorted(set(uses) - set(raw.ways.way_id.tolist()))
    if absent and options.ferries is not None:
        file, rows = options.ferries.path.name, ids_of(absent[:10])
        findings.append(Finding("ferry_unknown", (("count", len(absent)),), file=file, rows=rows))
    return raw


def _lengths_m(raw: RawRoads) -> Floats:
    """Return the length of each segment on the ellipsoid; exactly 0 between equal places."""
    start, end = (raw.lon[raw.tail], raw.lat[raw.tail]), (raw.lon[raw.head], raw.lat[raw.head])
    _, _, length_m = _GEOD.inv(*start, *end)
    length_m[(start[0] == end[0]) & (start[1] == end[1])] = 0.0
    return np.asarray(length_m, dtype=np.float64)


def _with_slope(
    graph: RoadGraph, source: TableSource, crs: str, findings: list[Finding]
) -> RoadGraph:
    """Return the graph with the pace of its slopes."""
    box_m = (graph.x_m.min(), graph.y_m.min(), graph.x_m.max(), graph.y_m.max())
    heights = read_heights(source.path, crs=crs, box_m=box_m, raster_crs=source.crs)
    pace, unknown_share = pace_of_slope(graph, heights)
    if unknown_share > 0:
        said = (("percent", round(100 * unknown_share, 2)),)
        findings.append(Finding("elevation_gaps", said, file=source.path.name))
    return with_pace(graph, pace)


def _usable_segments(raw: RawRoads, findings: list[Finding]) -> RawRoads:
    """Leave out segments that nobody may use or that have an end without coordinates."""
    known = (np.abs(raw.lon) <= 180) & (np.abs(raw.lat) <= 90)
    used = raw.ways.use[raw.way] > 0
    placed = known[raw.tail] & known[raw.head]
    kept = used & placed
    if not kept.any():
        raise StudyError(Finding("roads_none", file=raw.file), *findings)
    n_lost = int((used & ~placed).sum())
    if n_lost:
        findings.append(Finding("roads_bad_coordinates", (("count", n_lost),), file=raw.file))
    is_end = np.zeros(len(raw.lon), dtype=bool)
    is_end[raw.tail[kept]] = is_end[raw.head[kept]] = True
    node = np.flatnonzero(is_end)
    rank = np.full(len(raw.lon), -1, dtype=np.int64)
    rank[node] = np.arange(len(node))
    return replace(
        raw,
        lon=raw.lon[node],
        lat=raw.lat[node],
        node_id=raw.node_id[node],
        tail=rank[raw.tail[kept]],
        head=rank[raw.head[kept]],
        way=raw.way[kept],
    )


def _water(path: Path, raw: RawRoads, crs: str, findings: list[Finding]) -> Geometries | None:
    """Return the water of an OSM file in the metric system."""
    box = (raw.lon.min(), raw.lat.min(), raw.lon.max(), raw.lat.max())
    found = read_water(path, box)
    findings.extend(found.findings)
    if found.polygons is None:
        return None
    polygons = np.array(found.polygons, dtype=object)
    return np.asarray(
        shapely.transform(polygons, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs))),
        dtype=object,
    )


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
