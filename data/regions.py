"""Zones, villages, water and candidate sites: layers in the dataset's metric system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import repeated, row_finding
from data.kinds import village_mode
from data.places.positions import (
    layer_crs,
    read_positions,
    stated_system,
    to_system,
    unshifted_areas,
)
from data.population.read import people_column
from data.study.tables import COLUMN_NAMES, TableSource, ZonesTable
from data.tables.cells import flag, is_blank, parse, text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.tables.sheets import Table, select
from data.types import Candidates, CellValue, Floats, Geometries, Ints, Villages, Zones
from geo.crs import LONLAT, is_on_earth, to_metric
from geo.errors import Finding
from geo.points import frozen_array
from geo.zones import assign, hull

ALL_ZONE_MARGIN_M = 1000.0
_POINT, _POLYGON = "point", "polygon"
_LEVEL_WORDS = {
    "street": ("street", "subdistrict", "街道"),
    "town": ("town", "镇", "建制镇"),
    "township": ("township", "乡", "民族乡"),
}
_LEVEL_BY_DIGIT = {"0": "street", "1": "town", "2": "township", "3": "township"}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer as read: its table, which column is which, and geometry in degrees (WGS 84)."""

    table: Table
    columns: Mapping[str, str]
    lonlat: Geometries
    shape: str  # _POINT or _POLYGON


def read_layer_of(source: TableSource, table_name: str, findings: list[Finding]) -> Layer | None:
    """Return a layer of polygons or points; None when faults leave none.

    Parameters
    ----------
    source
        The table of the study that names the file.
    table_name
        `zones`, `villages` or `candidates`: which columns it may have.
    findings
        Receives every fault and note.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    if not len(table):
        findings.append(Finding("table_empty", file=table.file))
        return None
    names = COLUMN_NAMES[table_name]
    columns = find_columns(table, names, source.columns, findings)
    has_areas = bool(_geometry_kinds(table) - {_POINT})
    if has_areas and table_name != "candidates":
        lonlat = _polygons(table, source, findings)
        areas = None if lonlat is None else Layer(table, columns, lonlat, _POLYGON)
        return None if areas is None else _join_parts(areas, findings)
    lon, lat = read_positions(table, columns, source, findings)
    is_nowhere = ~np.isfinite(lon)
    if is_nowhere.any() and table_name != "villages":
        findings.append(row_finding("row_nowhere", table.row[is_nowhere], file=table.file))
    points = np.asarray(shapely.points(lon, lat), dtype=object)
    points[is_nowhere] = None
    return Layer(table, columns, points, _POINT)


def build_zones(source: ZonesTable, layer: Layer, crs: str, findings: list[Finding]) -> Zones:
    """Return the zones in order of code, in the dataset's metric system."""
    table = layer.table
    code = _codes(layer, findings)
    order = sorted(range(len(code)), key=lambda index: code[index])
    name = _column(layer, "name", code)
    level = _column(layer, "level", ("",) * len(code))
    urban = _urban(layer, findings)
    if layer.shape == _POINT:
        findings.append(Finding("zones_are_points", file=table.file))
    return Zones(
        code=tuple(code[i] for i in order),
        name=tuple(name[i] for i in order),
        level=tuple(_level(level[i], name[i], code[i]) for i in order),
        urban=tuple(urban[i] for i in order),
        urban_source=source.urban_source,
        census_people=frozen_array(_people(layer, findings)[order], np.float64),
        geometry=_metric(layer, crs, findings)[order],
    )


def whole_zone(x_m: Floats, y_m: Floats, name: str) -> Zones:
    """Return the one zone `all` of a study without zones: it holds every demand point."""
    geometry = np.array([hull(x_m, y_m, margin_m=ALL_ZONE_MARGIN_M)], dtype=object)
    return Zones(
        code=("all",),
        name=(name,),
        level=("other",),
        urban=(None,),
        urban_source="",
        census_people=frozen_array([np.nan], np.float64),
        geometry=geometry,
    )


def build_villages(layer: Layer, zones: Zones, crs: str, findings: list[Finding]) -> Villages:
    """Return the villages in order of code, with their zone and administrative village."""
    code = _codes(layer, findings)
    order = sorted(range(len(code)), key=lambda index: code[index])
    name = _column(layer, "name", code)
    geometry = _metric(layer, crs, findings)[order]
    inside = shapely.point_on_surface(geometry)
    zone = assign(shapely.get_x(inside), shapely.get_y(inside), zones.geometry)
    sorted_code = tuple(code[i] for i in order)
    parent = _parents(layer, order, sorted_code, findings)
    return Villages(
        code=sorted_code,
        name=tuple(name[i] for i in order),
        parent=frozen_array(parent, np.int32),
        zone=frozen_array(zone, np.int32),
        people=frozen_array(_people(layer, findings)[order], np.float64),
        geometry=geometry,
        declared_mode=_declared_modes(layer, order, findings),
        served_by=_in_order(layer, "served_by", order),
    )


def _declared_modes(layer: Layer, order: list[int], findings: list[Finding]) -> tuple[str, ...]:
    """Return the declared mode of each village by its code; unknown words are a finding."""
    written = _in_order(layer, "declared_mode", order)
    unknown = sorted({word for word in written if word and village_mode(word) is None})
    if unknown:
        said = (("count", len(unknown)), ("words", ", ".join(unknown[:5])))
        findings.append(Finding("village_mode_unknown", said, file=layer.table.file))
    return tuple(village_mode(word) or "" for word in written)


def _in_order(layer: Layer, name: str, order: list[int]) -> tuple[str, ...]:
    """Return a text column in order of code; empty without the column."""
    if name not in layer.columns:
        return ()
    values = _column(layer, name, ("",) * len(order))
    return tuple(values[i] for i in order)


def build_candidates(layer: Layer, crs: str, findings: list[Finding]) -> Candidates:
    """Return the candidate sites in order of id; areas become a point inside them."""
    table = layer.table
    header = layer.columns.get("id")
    ids = [text(cell) for cell in table.columns[header]] if header else [""] * len(table)
    ids = [value or f"s{row:04d}" for value, row in zip(ids, table.row.tolist(), strict=True)]
    again = repeated(ids)
    if again:
        findings.append(
            row_finding("id_repeated", table.row[again], file=table.file, column=header or "id")
        )
    order = sorted(range(len(ids)), key=lambda index: ids[index])
    points = layer.lonlat[order]
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    x_m, y_m = to_metric(lon, lat, crs)
    name = _column(layer, "name", ids)
    blank = ("",) * len(ids)
    kind, land_status = (_column(layer, column, blank) for column in ("kind", "land_status"))
    used = set(layer.columns.values())
    return Candidates(
        id=tuple(ids[i] for i in order),
        name=tuple(name[i] for i in order),
        x_m=frozen_array(x_m, np.float64),
        y_m=frozen_array(y_m, np.float64),
        lon=frozen_array(lon, np.float64),
        lat=frozen_array(lat, np.float64),
        columns={
            header: tuple(cells[i] for i in order)
            for header, cells in table.columns.items()
            if header not in used
        },
        kind=tuple(kind[i] for i in order),
        land_status=tuple(land_status[i] for i in order),
    )


def read_water(source: TableSource, crs: str, findings: list[Finding]) -> Geometries | None:
    """Return the polygons of water in the dataset's metric system.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    if table.geometry is None or _POLYGON not in _geometry_kinds(table):
        findings.append(Finding("layer_not_polygons", (("count", len(table)),), file=table.file))
        return None
    system = layer_crs(table, source, findings)
    if system is None:
        return None
    is_polygon = np.isin(shapely.get_type_id(table.geometry), (3, 6))
    water = to_system(table.geometry[is_polygon], source=system, target=crs)
    return np.asarray(shapely.make_valid(water), dtype=object)


def _geometry_kinds(table: Table) -> set[str]:
    if table.geometry is None:
        return set()
    names = {-1: "none", 0: _POINT, 4: _POINT, 3: _POLYGON, 6: _POLYGON}
    return {names.get(int(i), "line") for i in np.unique(shapely.get_type_id(table.geometry))}


def _polygons(table: Table, source: TableSource, findings: list[Finding]) -> Geometries | None:
    """Return valid polygons in degrees; broken borders are mended and named."""
    geometry = table.geometry
    system = layer_crs(table, source, findings)
    if geometry is None or system is None:
        return None
    is_wrong = ~np.isin(shapely.get_type_id(geometry), (3, 6)) | shapely.is_empty(geometry)
    is_wrong |= ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if is_wrong.any():
        findings.append(row_finding("layer_not_polygons", table.row[is_wrong], file=table.file))
        return None
    lonlat = to_system(geometry, source=system, target=LONLAT)
    west, south, east, north = shapely.total_bounds(lonlat)
    is_finite = np.isfinite(shapely.bounds(lonlat)).all()
    if not is_finite or not is_on_earth([west, east], [south, north]):
        findings.append(Finding("crs_does_not_fit", (("crs", system[:60]),), file=table.file))
        return None
    lonlat = unshifted_areas(lonlat, stated_system(source), table, findings)
    is_broken = ~shapely.is_valid(lonlat)
    if is_broken.any():
        findings.append(row_finding("polygon_mended", table.row[is_broken], file=table.file))
        lonlat[is_broken] = [_mended(part) for part in lonlat[is_broken]]
    return lonlat


def _join_parts(layer: Layer, findings: list[Finding]) -> Layer:
    """Return a layer with the islands of a zone, saved as rows of their own, joined to it.

    Rows are parts of one zone when they agree in its code and in every other column that is read:
    splitting a zone copies them. Rows that differ are two zones with one code, an error elsewhere.
    """
    table, header = layer.table, layer.columns.get("code")
    if header is None:
        return layer
    others = [name for name in layer.columns.values() if name != header]
    codes = [text(cell) for cell in table.columns[header]]
    rows = zip(*(map(text, table.columns[name]) for name in others), strict=True)
    facts = list(zip(codes, rows, strict=True)) if others else [(code, ()) for code in codes]
    parts: dict[object, list[int]] = {}
    for index, fact in enumerate(facts):
        parts.setdefault(fact if codes[index] else index, []).append(index)
    further = [index for group in parts.values() for index in group[1:]]
    if not further:
        return layer
    lonlat = layer.lonlat.copy()
    for group in parts.values():
        if len(group) > 1:
            lonlat[group[0]] = shapely.union_all(lonlat[group])
    findings.append(row_finding("zone_parts_joined", table.row[further], file=table.file))
    keep = np.ones(len(table), dtype=bool)
    keep[further] = False
    return Layer(select(table, keep), layer.columns, lonlat[keep], layer.shape)


def _mended(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a mended geometry, without the lines that mending leaves."""
    parts = shapely.get_parts(shapely.make_valid(geometry))
    return shapely.union_all([part for part in parts if part.geom_type.endswith("Polygon")])


def _metric(layer: Layer, crs: str, findings: list[Finding]) -> Geometries:
    """Return the geometry in metres, valid and read-only."""
    geometry = to_system(layer.lonlat, source=LONLAT, target=crs)
    if not np.isfinite(np.nan_to_num(shapely.bounds(geometry), nan=0.0)).all():
        findings.append(Finding("crs_does_not_fit", (("crs", crs),), file=layer.table.file))
    is_broken = ~shapely.is_valid(geometry) & (shapely.get_type_id(geometry) >= 3)
    geometry[is_broken] = [_mended(part) for part in geometry[is_broken]]
    geometry.setflags(write=False)
    return geometry


def _codes(layer: Layer, findings: list[Finding]) -> tuple[str, ...]:
    table = layer.table
    header = layer.columns.get("code")
    if header is None:
        names = _column(layer, "name", ("",) * len(table))
        if len(table) == 1 or (all(names) and not repeated(names)):
            findings.append(row_finding("codes_by_name", table.row, file=table.file))
            return tuple(name or "1" for name in names)
        findings.append(missing_column(table, "code"))
        return tuple(f"row{row}" for row in table.row.tolist())
    codes = tuple(text(cell) for cell in table.columns[header])
    blank = [index for index, code in enumerate(codes) if not code]
    if blank:
        findings.append(row_finding("code_blank", table.row[blank], file=table.file, column=header))
    again = [index for index in repeated(codes) if codes[index]]
    if again:
        findings.append(
            row_finding("code_repeated", table.row[again], file=table.file, column=header)
        )
    return codes


def _column(layer: Layer, name: str, otherwise: Sequence[str]) -> tuple[str, ...]:
    header = layer.columns.get(name)
    if header is None:
        return tuple(otherwise)
    cells = layer.table.columns[header]
    return tuple(text(cell) or other for cell, other in zip(cells, otherwise, strict=True))


def _people(layer: Layer, findings: list[Finding]) -> Floats:
    """Return the people of a census column, NaN where it is blank or absent."""
    header = layer.columns.get("people")
    if header is None:
        return np.full(len(layer.table), np.nan)
    cells: tuple[CellValue, ...] = layer.table.columns[header]
    is_stated = np.array([not is_blank(cell) for cell in cells], dtype=bool)
    faults: list[Finding] = []
    people = people_column(layer.table, header, faults)
    findings.extend(fault for fault in faults if fault.code != "people_blank")
    return np.where(is_stated, people, np.nan)


def _urban(layer: Layer, findings: list[Finding]) -> tuple[bool | None, ...]:
    header = layer.columns.get("urban")
    if header is None:
        return (None,) * len(layer.table)
    values, bad = parse(layer.table.columns[header], flag)
    if bad:
        findings.append(
            row_finding(
                "cell_not_understood",
                layer.table.row[bad],
                file=layer.table.file,
                column=header,
                kind="flag",
            )
        )
    return tuple(values)


def _level(written: str, name: str, code: str) -> str:
    """Return the level of a zone by its column, else its name, else the 7th digit of its code."""
    for level, words in _LEVEL_WORDS.items():
        if written.strip().lower() in words:
            return level
    for level, words in _LEVEL_WORDS.items():
        if name.endswith(words[-2:]):
            return level
    if re.fullmatch(r"\d{9}|\d{12}", code):
        return _LEVEL_BY_DIGIT.get(code[6], "other")
    return "other"


def _parents(
    layer: Layer, order: Sequence[int], code: tuple[str, ...], findings: list[Finding]
) -> Ints:
    parent = np.full(len(code), -1, dtype=np.int32)
    header = layer.columns.get("parent")
    if header is None:
        return parent
    index_of = {value: index for index, value in enumerate(code)}
    unknown: list[int] = []
    for place, source_row in enumerate(order):
        wanted = text(layer.table.columns[header][source_row])
        if not wanted or wanted == code[place]:
            continue
        if wanted in index_of:
            parent[place] = index_of[wanted]
        else:
            unknown.append(int(layer.table.row[source_row]))
    if unknown:
        findings.append(
            row_finding("parent_unknown", unknown, file=layer.table.file, column=header)
        )
    return parent


def code_places(layer: Layer | None) -> dict[str, tuple[float, float]]:
    """Return division code -> longitude and latitude of a point inside; empty without a layer."""
    if layer is None or "code" not in layer.columns:
        return {}
    points = shapely.point_on_surface(layer.lonlat)
    codes = [text(cell) for cell in layer.table.columns[layer.columns["code"]]]
    places = zip(codes, shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True)
    return {code: (x, y) for code, x, y in places if code and np.isfinite(x)}


def depth_of(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return 0 for an administrative village, 1 for a natural village below it."""
    return (parent >= 0).astype(np.int32)
