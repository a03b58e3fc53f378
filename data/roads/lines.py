"""Line layers as road segments: joined where their ends meet, nowhere else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.checks import ids_of, row_finding
from data.errors import StudyError, raise_errors, unreadable
from data.places.positions import layer_crs, stated_system
from data.roads.doubles import doubled_share
from data.roads.dxf import read_dxf
from data.roads.overrides import Overrides
from data.roads.raw import RawRoads
from data.roads.values import listed, slowest_class, whole_number
from data.study.tables import COLUMN_NAMES, RoadsTable
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column
from data.tables.layers.read import read_layer
from data.tables.parquet import read_parquet
from data.tables.sheets import Table
from data.types import CellValue, Floats, Geometries
from geo.access import CLASSES, FERRY, RELEVANT_KEYS, WayUse, way_use
from geo.crs import LONLAT, local_crs, to_metric, transform
from geo.errors import Finding
from geo.graph import Ways
from geo.offsets import to_wgs84
from geo.roads import ways_of

LINE_SUFFIXES = (
    *(".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet"),
    ".dxf",
)

_CLASS_WORDS = {
    "motorway": "高速 高速公路 国家高速 省高速",
    "trunk": "快速路 城市快速路 快速公路 一级公路 一级",
    "primary": "国道 省道 主干路 主干道 城市主干路 二级公路 二级",
    "secondary": "县道 次干路 次干道 城市次干路 三级公路 三级",
    "tertiary": "乡道 支路 城市支路 四级公路 四级",
    "unclassified": "村道 专用公路 等外公路 等外 其他道路 乡村道路",
    "residential": "居住区道路 小区道路 街巷 巷道",
    "service": "内部道路 厂区道路",
    "track": "机耕路 机耕道 林道 农村便道",
    "footway": "人行道 人行路 步行道 步道 行人道路",
    "path": "小路 山路",
    "pedestrian": "步行街",
    "steps": "台阶 梯道",
    "cycleway": "自行车道 非机动车道 绿道",
    FERRY: "轮渡 渡口 渡线 航线 车渡",
}
CLASS_NAMES: dict[str, str] = {
    word: name for name, words in _CLASS_WORDS.items() for word in words.split()
}
"""Chinese names of road classes, administrative and technical, as highway values `[I]`."""

_DOUBLED_SHARE = 0.7
"""Where more of the length has a line beside it, the streets are drawn by their edges `[I]`."""
_KNOWN_CLASSES = frozenset().union(*CLASSES.values()) | {FERRY}
_GRADED_TRACK = re.compile("track_grade[1-5]")  # as Geofabrik writes tracks
_IDS = ("id", "osm_id", "osmid", "道路编号", "路段编号")
_LETTERS = {"f": "no", "t": "yes"}
"""How Geofabrik writes bridges and tunnels: every row has a letter."""

_DIRECTION_WORDS = {
    "no": "no 0 false both b both_ways two-way 双向 双行 双向通行",
    "yes": "yes true 1 forward f ft oneway one-way 单向 单行 顺向 顺方向 正向",
    "-1": "-1 reverse backward t tf 逆向 逆方向 反向",
}
DIRECTIONS: dict[str, str] = {
    word: value for value, words in _DIRECTION_WORDS.items() for word in words.split()
}
"""Spellings of a direction column, as `oneway` values along the line as it is drawn."""


def read_lines(
    source: RoadsTable,
    *,
    overrides: Overrides,
    ferries: Mapping[int, WayUse],
    findings: list[Finding],
) -> RawRoads:
    """Read a layer of road lines.

    Lines join where their ends lie within `join_m` of each other. A line that crosses another, or
    ends on its middle, is not joined to it: bridges cross roads without meeting them. Loose ends
    are counted, those that touch the middle of another line named.

    Parameters
    ----------
    source
        GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet or DXF with a `class` column (highway
        values or Chinese road classes) and, where there are any, `direction`, `id`, `maxspeed`,
        `duration` (of ferries), `bridge`, and columns named as tags.
    overrides
        Ways that the study changes, by `id`.
    ferries
        What a timetable of the study says of ferries, by `id`.
    findings
        Receives what is doubtful; rows of an unknown class are left out.

    Returns
    -------
    RawRoads
        One way for each line.

    Raises
    ------
    StudyError
        When the layer is unreadable, has no coordinate system or no class column.
    """
    table = _layer(source, findings)
    columns = find_columns(table, COLUMN_NAMES["roads"], source.columns, findings)
    if "direction" not in columns:
        findings.append(Finding("roads_without_direction", file=table.file))
    crs = layer_crs(table, source, findings)
    if "class" not in columns and "class" not in dict(source.columns):
        findings.append(missing_column(table, "class"))
    if table.geometry is None:
        fault = unreadable(source.path, "a layer of lines", "it has no geometry")
        findings.extend(fault.findings)
    raise_errors(findings)
    if crs is None or table.geometry is None:  # told above
        raise StudyError
    ids = next((name for name in _IDS if name in table.columns), None)
    way_id = _way_ids(table, columns.get("id", ids))
    uses = [
        ferries.get(way, use) if use.road_class == FERRY else use
        for way, use in zip(
            way_id,
            _uses(table, columns, way_id, (overrides, source.classes), findings),
            strict=True,
        )
    ]
    idle = [
        w for w, use in zip(way_id, uses, strict=True) if use.road_class == FERRY and not use.use
    ]
    if idle:
        findings.append(row_finding("ferry_without_time", ids_of(idle), file=table.file))
    ways = ways_of(way_id, uses)
    line, row = _lines(table.geometry, table, findings)
    return _joined(line, row, crs=crs, ways=ways, source=source, findings=findings)


def _layer(source: RoadsTable, findings: list[Finding]) -> Table:
    """Return the layer as a table."""
    path = source.path
    if path.suffix.lower() in {".parquet", ".geoparquet"}:
        return read_parquet(path, findings=findings)
    if path.suffix.lower() == ".dxf":
        return read_dxf(path, findings)
    return read_layer(path, layer=source.layer, encoding=source.encoding, findings=findings)


def _way_ids(table: Table, column: str | None) -> list[int]:
    """Return the id of each row where it is a whole number, else the row's number."""
    rows: list[int] = table.row.tolist()
    if column is None:
        return rows
    said = [whole_number(text(cell)) for cell in table.columns[column]]
    return [row if number is None else number for number, row in zip(said, rows, strict=True)]


def _uses(
    table: Table,
    columns: Mapping[str, str],
    way_id: Sequence[int],
    stated: tuple[Overrides, Sequence[tuple[str, str]]],
    findings: list[Finding],
) -> list[WayUse]:
    """Return the rules' answer for each row; rows of unknown class or direction are reported."""
    overrides, classes = stated[0], dict(stated[1])
    as_tags = {"maxspeed": "maxspeed", "duration": "duration", "bridge": "bridge"}
    tag_of = {columns[ours]: tag for ours, tag in as_tags.items() if ours in columns}
    tag_of |= {name: name for name in table.columns if name in RELEVANT_KEYS}
    uses, unknown_class, unknown_direction = [], [], []
    known: dict[tuple[tuple[str, str], ...], WayUse] = {}
    for index, way in enumerate(way_id):
        tags = {tag: _tag(tag, table.columns[name][index]) for name, tag in tag_of.items()}
        cell = table.columns[columns["class"]][index]
        road_class = class_of(classes.get(text(cell), cell))
        if road_class is None:
            unknown_class.append(index)
        if road_class == FERRY:
            tags["route"] = FERRY
        tags["highway"] = road_class or ""
        if "direction" in columns:
            oneway = direction_of(table.columns[columns["direction"]][index])
            if oneway is None:
                unknown_direction.append(index)
            tags["oneway"] = oneway or ""
        said = tuple(overrides.tags_of(way, tags).items())
        if said not in known:
            known[said] = way_use(dict(said))
        uses.append(known[said])
    for code, name, at in (
        ("road_class_unknown", "class", unknown_class),
        ("road_direction_unknown", "direction", unknown_direction),
    ):
        if at:
            cells = sorted({text(table.columns[columns[name]][index]) or "-" for index in at})
            findings.append(
                row_finding(
                    code,
                    table.row[at],
                    file=table.file,
                    column=columns[name],
                    examples=", ".join(cells[:5]),
                )
            )
    return uses


def _tag(key: str, cell: CellValue) -> str:
    """Return the value of a tag; 0 is no limit, and F and T mean no and yes."""
    said = text(cell)
    if key == "maxspeed":
        return "" if said == "0" else said
    return _LETTERS.get(said.lower(), said) if key in {"bridge", "tunnel"} else said


def class_of(cell: CellValue) -> str | None:
    """Return the highway value that a class cell means, of several the slowest; None if unknown.

    >>> class_of("县道"), class_of("Residential"), class_of("3")
    ('secondary', 'residential', None)
    >>> class_of("['tertiary', 'residential']"), class_of("track_grade3")
    ('residential', 'track')
    """
    said = unicodedata.normalize("NFKC", text(cell)).strip().lower()
    if said.startswith("["):
        classes = [class_of(each) for each in listed(said)]
        return slowest_class(each for each in classes if each is not None)
    if _GRADED_TRACK.fullmatch(said):
        return "track"
    return said if said in _KNOWN_CLASSES else CLASS_NAMES.get(said)


def direction_of(cell: CellValue) -> str | None:
    """Return the `oneway` value of a direction cell, empty where blank; None when not known.

    >>> direction_of("逆向"), direction_of("F"), direction_of(None), direction_of("3")
    ('-1', 'yes', '', None)
    >>> direction_of("['True', 'False']")  # one part of the street is one-way
    'yes'
    """
    said = text(cell).strip().lower()
    if said.startswith("["):
        ways = {direction_of(each) for each in listed(said)}
        return "yes" if "yes" in ways else ways.pop() if len(ways) == 1 else None
    return DIRECTIONS.get(said) if said else ""


def _lines(
    geometry: Geometries, table: Table, findings: list[Finding]
) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the single lines of the layer and the row of each; other shapes are reported."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    kept = is_line & ~shapely.is_empty(parts)
    has_line = np.zeros(len(geometry), dtype=bool)
    has_line[row[kept]] = True
    if not has_line.all():
        findings.append(row_finding("road_row_no_line", table.row[~has_line], file=table.file))
    return parts[kept], row[kept].astype(np.int64)


def _joined(
    line: Geometries,
    row: NDArray[np.int64],
    *,
    crs: str,
    ways: Ways,
    source: RoadsTable,
    findings: list[Finding],
) -> RawRoads:
    """Return the lines as segments, with their ends joined."""
    xy, of_line = shapely.get_coordinates(line, return_index=True)
    lon, lat = transform(xy[:, 0], xy[:, 1], source=crs, target=LONLAT)
    system = stated_system(source)
    if system != "wgs84":
        lon, lat = to_wgs84(lon, lat, system)
        converted = (("count", len(line)), ("system", system))
        findings.append(Finding("coordinates_converted", converted, file=source.path.name))
    starts = np.flatnonzero(np.diff(of_line, prepend=-1))
    ends = np.concatenate([starts, np.append(starts[1:], len(xy)) - 1])
    is_placed = np.isfinite(lon) & np.isfinite(lat)
    ends = ends[is_placed[ends]]
    node = np.arange(len(xy))
    if len(ends):
        x_m, y_m = to_metric(lon, lat, local_crs(lon, lat))
        node[ends] = ends[_clusters(np.column_stack([x_m, y_m])[ends], source.join_m)]
        is_loose = np.bincount(node[ends], minlength=len(xy))[node[ends]] == 1
        if doubled_share(x_m, y_m, of_line) > _DOUBLED_SHARE:
            findings.append(Finding("roads_double_lines", file=source.path.name))
        n_on_lines = _count_on_lines(ends[is_loose], of_line, x_m, y_m, join_m=source.join_m)
        for code, count in (
            ("road_loose_ends", int(is_loose.sum())),
            ("road_ends_on_lines", n_on_lines),
        ):
            if count:
                said = (("count", count), ("join_m", source.join_m))
                findings.append(Finding(code, said, file=source.path.name))
    follows = of_line[1:] == of_line[:-1]
    return RawRoads(
        lon=lon,
        lat=lat,
        node_id=np.full(len(xy), -1, dtype=np.int64),
        tail=node[:-1][follows],
        head=node[1:][follows],
        way=row[of_line[:-1][follows]],
        ways=ways,
        file=source.path.name,
        attribution=source.attribution,
    )


def _clusters(xy: Floats, join_m: float) -> NDArray[np.int64]:
    """Return, for each point, the lowest index of those it hangs together with within `join_m`."""
    pairs = cKDTree(xy).query_pairs(join_m, output_type="ndarray")
    links = (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1]))
    _, label = connected_components(coo_array(links, shape=(len(xy), len(xy))), directed=False)
    lowest = np.unique(label, return_index=True)[1]
    return np.asarray(lowest[label], dtype=np.int64)


def _count_on_lines(
    loose: NDArray[np.int64],
    of_line: NDArray[np.int64],
    x_m: Floats,
    y_m: Floats,
    *,
    join_m: float,
) -> int:
    """Count the loose ends that lie on another line: no end of that line is there."""
    is_placed = np.isfinite(x_m) & np.isfinite(y_m)
    follows = (of_line[1:] == of_line[:-1]) & is_placed[1:] & is_placed[:-1]
    at = np.flatnonzero(follows)
    pieces = np.stack(
        [np.column_stack([x_m, y_m])[at], np.column_stack([x_m, y_m])[at + 1]], axis=1
    )
    tree = shapely.STRtree(np.asarray(shapely.linestrings(pieces)))
    points = shapely.points(x_m[loose], y_m[loose])
    end, piece = tree.query(points, predicate="dwithin", distance=max(join_m, 0.01))
    touches = of_line[loose[end]] != of_line[at[piece]]
    return len(np.unique(end[touches]))
