"""Where the rows of a table are: from its geometry, or from two columns of coordinates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import row_finding
from data.places.survey import east_and_north, is_local
from data.study.tables import TableSource
from data.tables.cells import angle, is_blank, parse, text
from data.tables.headers import stated_system_word
from data.tables.sheets import Table
from data.types import CellValue, Floats, Geometries
from geo.crs import LONLAT, is_degrees, is_known, is_same, transform
from geo.errors import Finding
from geo.offsets import System, to_wgs84

_SYSTEM_WORDS: dict[System, str] = {
    "wgs84": "wgs84 wgs-84 gps cgcs2000 2000 国家2000 天地图 epsg:4326 epsg:4490 osm",
    "gcj02": "gcj02 gcj-02 gcj 火星 火星坐标 高德 高德地图 腾讯 腾讯地图 amap",
    "bd09": "bd09 bd-09 bd09ll 百度 百度地图 baidu",
}
"""Words by which lists name the system of a row."""

_BY_WORD = {word: system for system, words in _SYSTEM_WORDS.items() for word in words.split()}
_CHINA_LON = (73.0, 136.0)
_CHINA_LAT = (3.0, 54.0)
_BETWEEN = re.compile(r"\s*[,，;；、|\s]\s*(?=[^NSEW])")
_FIRST_PREFIXED_ZONE = 25  # CGCS2000 3-degree zones 25..45 are EPSG:4513..4533 with the prefix
_FIRST_PREFIXED_EPSG = 4513


def read_positions(
    table: Table, columns: Mapping[str, str], source: TableSource, findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return longitude and latitude of every row, NaN where it states none.

    Parameters
    ----------
    table
        As read; its geometry, if any, decides over columns.
    columns
        Our name -> header; `lon` and `lat` are used.
    source
        Its `crs` states the coordinate system where the file does not.
    findings
        Receives every fault of the coordinates.

    Returns
    -------
    lon, lat
        (n,) degrees, WGS 84.
    """
    if table.geometry is not None:
        return _of_geometry(table, columns, source, findings)
    if not has_place(table, columns):
        available = ", ".join(list(table.columns)[:30])
        findings.append(Finding("position_missing", (("available", available),), file=table.file))
        return np.full(len(table), np.nan), np.full(len(table), np.nan)
    x, y = _written_places(table, columns, findings)
    is_half = np.isfinite(x) != np.isfinite(y)
    if is_half.any():
        findings.append(row_finding("position_half", table.row[is_half], file=table.file))
    crs = known_crs(source.crs, table.file, findings) if source.crs else LONLAT
    if crs is None:
        return np.full(len(table), np.nan), np.full(len(table), np.nan)
    if not is_degrees(crs):
        placed = east_and_north(x, y, crs, file=table.file, findings=findings)
        if placed is None:
            return np.full(len(table), np.nan), np.full(len(table), np.nan)
        x, y = transform(*placed, source=crs, target=LONLAT)
    lon, lat = _checked(table, x, y, findings)
    return _unshifted(table, lon, lat, _row_systems(table, columns, source, findings), findings)


def has_place(table: Table, columns: Mapping[str, str]) -> bool:
    """Return True where a table has geometry or columns of coordinates."""
    return table.geometry is not None or {"lon", "lat"} <= set(columns) or "lonlat" in columns


def layer_crs(table: Table, source: TableSource, findings: list[Finding]) -> str | None:
    """Return the coordinate system of a layer: what the study states, else what the file states."""
    if source.crs and table.crs and is_known(source.crs) and not _agree(source.crs, table.crs):
        params = (("stated", source.crs), ("written", _short(table.crs)))
        findings.append(Finding("crs_overruled", params, file=table.file))
    crs = source.crs or table.crs
    if crs is None:
        findings.append(Finding("crs_missing", file=table.file))
        return None
    return known_crs(crs, table.file, findings)


def _agree(stated: str, written: str) -> bool:
    return is_known(written) and is_same(stated, written)


def known_crs(crs: str, file: str, findings: list[Finding]) -> str | None:
    """Return a coordinate system that is known, else None after an error."""
    if not is_known(crs):
        findings.append(Finding("crs_unknown", (("crs", _short(crs)),), file=file))
        return None
    return crs


def to_system(geometry: Geometries, *, source: str, target: str) -> Geometries:
    """Return geometries in another coordinate system; None stays None."""

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform(xy[:, 0], xy[:, 1], source=source, target=target))

    changed = shapely.transform(geometry, moved)
    return np.asarray(changed, dtype=object)


def unshifted_areas(
    lonlat: Geometries, system: System, table: Table, findings: list[Finding]
) -> Geometries:
    """Return WGS 84 of lines or areas that are stated to be in a shifted system; it is noted."""
    if system == "wgs84":
        return lonlat

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], system))

    findings.append(row_finding("coordinates_converted", table.row, file=table.file, system=system))
    return np.asarray(shapely.transform(lonlat, moved), dtype=object)


def _of_geometry(
    table: Table, columns: Mapping[str, str], source: TableSource, findings: list[Finding]
) -> tuple[Floats, Floats]:
    geometry = table.geometry
    crs = layer_crs(table, source, findings)
    nowhere = np.full(len(table), np.nan)
    if geometry is None or crs is None:
        return nowhere, nowhere.copy()
    is_area = ~np.isin(shapely.get_type_id(geometry), (-1, 0))
    points = geometry.copy()
    # A building or a site drawn as an area is at a point inside it.
    points[is_area] = shapely.point_on_surface(geometry[is_area])
    x, y = shapely.get_x(points), shapely.get_y(points)
    lon, lat = _checked(table, *transform(x, y, source=crs, target=LONLAT), findings)
    return _unshifted(table, lon, lat, _row_systems(table, columns, source, findings), findings)


def stated_system(source: TableSource, columns: Mapping[str, str] | None = None) -> System:
    """Return the web map system of a file: as the study states it, else as its headers do.

    >>> from pathlib import Path
    >>> stated_system(TableSource(Path("a.csv")), {"lon": "经度(GCJ-02)", "lat": "纬度"})
    'gcj02'
    """
    if source.coordinates is not None and source.coordinates != "auto":
        return source.coordinates
    headers = [(columns or {}).get(name, "") for name in ("lon", "lonlat")]
    words = [_BY_WORD[word] for word in map(stated_system_word, headers) if word in _BY_WORD]
    return words[0] if words else "wgs84"


def states_no_system(
    table: Table, columns: Mapping[str, str], source: TableSource
) -> NDArray[np.bool_]:
    """Return (n,) True for rows of which nobody says what system their degrees are in.

    A layer of geometry states its own system; a table is told by the study, by its header or by a
    cell of the row.
    """
    headers = [columns.get(name, "") for name in ("lon", "lonlat")]
    is_told = (
        table.geometry is not None
        or source.crs is not None
        or source.coordinates not in {None, "auto"}
        or any(stated_system_word(header) in _BY_WORD for header in headers)
    )
    if is_told or "coordinates" not in columns:
        return np.full(len(table), not is_told)
    return np.array(
        [_system_word(cell) not in _BY_WORD for cell in table.columns[columns["coordinates"]]]
    )


def _system_word(cell: CellValue) -> str:
    return text(cell).lower().replace(" ", "")


def _row_systems(
    table: Table, columns: Mapping[str, str], source: TableSource, findings: list[Finding]
) -> NDArray[np.str_]:
    """Return the system of every row: what its own cell says, else what the study says."""
    systems = np.full(len(table), stated_system(source, columns), dtype="<U5")
    header = columns.get("coordinates")
    if header is None:
        return systems
    unknown = []
    for index, cell in enumerate(table.columns[header]):
        word = _system_word(cell)
        if word in _BY_WORD:
            systems[index] = _BY_WORD[word]
        elif not is_blank(cell):
            unknown.append(index)
    if unknown:
        findings.append(
            row_finding("coordinates_unknown", table.row[unknown], file=table.file, column=header)
        )
    return systems


def _unshifted(
    table: Table, lon: Floats, lat: Floats, systems: NDArray[np.str_], findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return WGS 84 of rows that are stated to be in a shifted system; the move is noted."""
    for system in ("gcj02", "bd09"):
        rows = (systems == system) & np.isfinite(lon)
        if rows.any():
            lon[rows], lat[rows] = to_wgs84(lon[rows], lat[rows], system)
            findings.append(
                row_finding(
                    "coordinates_converted", table.row[rows], file=table.file, system=system
                )
            )
    return lon, lat


def _written_places(
    table: Table, columns: Mapping[str, str], findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return the two numbers of every row, from two columns or from one that holds both."""
    if {"lon", "lat"} <= set(columns):
        halves = [(columns[name], table.columns[columns[name]]) for name in ("lon", "lat")]
    else:
        header = columns["lonlat"]
        pairs = [_BETWEEN.split(text(cell).strip("()（）[] "), 1) for cell in table.columns[header]]
        whole = [[*pair, ""][:2] if any(pair) else ["", ""] for pair in pairs]
        halves = [(header, tuple(pair[place] for pair in whole)) for place in (0, 1)]
    x, y = (_numbers(table, header, cells, findings) for header, cells in halves)
    return x, y


def _numbers(
    table: Table, header: str, cells: Sequence[CellValue], findings: list[Finding]
) -> Floats:
    values, bad = parse(cells, angle)
    if bad:
        findings.append(
            row_finding("position_not_number", table.row[bad], file=table.file, column=header)
        )
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _checked(
    table: Table, lon: Floats, lat: Floats, findings: list[Finding]
) -> tuple[Floats, Floats]:
    """Return the coordinates; report those that cannot be degrees of longitude and latitude."""
    lon, lat = lon.copy(), lat.copy()
    is_zero = (np.abs(lon) < 1e-6) & (np.abs(lat) < 1e-6)
    is_swapped = _within(lon, _CHINA_LAT) & _within(lat, _CHINA_LON)
    with np.errstate(invalid="ignore"):
        is_beyond = ~is_swapped & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if is_zero.any():
        findings.append(row_finding("position_zero", table.row[is_zero], file=table.file))
    if is_swapped.any():
        findings.append(row_finding("position_swapped", table.row[is_swapped], file=table.file))
    if is_beyond.any() and is_local(lon[is_beyond], lat[is_beyond]):
        findings.append(row_finding("position_local", table.row[is_beyond], file=table.file))
    elif is_beyond.any():
        first = np.flatnonzero(is_beyond)[0]
        findings.append(
            row_finding(
                "position_not_degrees",
                table.row[is_beyond],
                file=table.file,
                example=f"{lon[first]:.2f}, {lat[first]:.2f}",
                crs=_likely_crs(np.maximum(lon[is_beyond], lat[is_beyond])),
            )
        )
    is_wrong = is_zero | is_swapped | is_beyond | ~np.isfinite(lon) | ~np.isfinite(lat)
    lon[is_wrong], lat[is_wrong] = np.nan, np.nan
    return lon, lat


def _within(values: Floats, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return (values >= bounds[0]) & (values <= bounds[1])


def _likely_crs(x: Floats) -> str:
    """Return the system that projected coordinates probably are in, for the fix."""
    zone = int(np.median(np.minimum(np.nan_to_num(x, posinf=0.0), 1e9)) // 1_000_000)
    if _FIRST_PREFIXED_ZONE <= zone <= _FIRST_PREFIXED_ZONE + 20:
        return f"EPSG:{_FIRST_PREFIXED_EPSG + zone - _FIRST_PREFIXED_ZONE}"
    return "EPSG:4549"


def _short(crs: str) -> str:
    return crs if len(crs) <= 60 else crs[:57] + "..."
