"""GeoJSON, read as the JSON it is: every number as written, in the encodings that offices use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from data.errors import StudyError, unreadable
from data.stopping import check_stop
from data.tables.cells import whole_number
from data.tables.delimited import decoded
from data.tables.sheets import MAX_COLUMNS, Table
from data.types import CellValue
from geo.crs import LONLAT
from geo.errors import Finding

MAX_BYTES = 300_000_000
_FEATURES_BETWEEN_LOOKS = 200
_EXPECTED = "GeoJSON"
_SINGLE = ("Point", "LineString", "Polygon")
_GEOMETRIES = {*_SINGLE, *(f"Multi{kind}" for kind in _SINGLE), "GeometryCollection"}
_LONG_WHOLE = re.compile(r"(-?\d{16,})\.0*")


def read_geojson(path: Path, *, encoding: str | None, findings: list[Finding]) -> Table:
    """Return the features of a GeoJSON file: a collection, one feature, or a feature a line.

    Parameters
    ----------
    path
        The file.
    encoding
        As the study states it; else it is recognised.
    findings
        Receives a note on an encoding other than UTF-8.

    Raises
    ------
    StudyError
        When the file is too large, another kind of JSON, or a geometry is broken.
    """
    size_bytes = path.stat().st_size
    if size_bytes > MAX_BYTES:
        sizes = (("size_mb", size_bytes // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
        raise StudyError(Finding("file_too_large", sizes, file=path.name))
    text = decoded(path.read_bytes(), file=path.name, encoding=encoding, findings=findings)
    if not text.strip():
        raise unreadable(path, _EXPECTED, "the file is empty")
    content = _parsed(text.lstrip("\ufeff"), path)
    features = _features(content, path)
    return Table(
        file=path.name,
        columns=_columns(features, path),
        row=np.arange(1, len(features) + 1, dtype=np.int64),
        geometry=_geometries(features, path),
        crs=_crs(content, path),
    )


def _parsed(text: str, path: Path) -> Mapping[str, Any]:
    """Return the JSON of a file; features on a line each become a collection."""
    try:
        try:
            content = json.loads(text, parse_float=_number)
        except json.JSONDecodeError as fault:
            if fault.msg != "Extra data":
                raise
            lines = [json.loads(line, parse_float=_number) for line in text.splitlines() if line]
            content = {"type": "FeatureCollection", "features": lines}
    except (ValueError, RecursionError) as error:
        raise unreadable(path, _EXPECTED, error) from error
    if not isinstance(content, dict):
        raise unreadable(path, _EXPECTED, "the content is another format")
    return content


def _number(written: str) -> float | str:
    """Return a number with a decimal point; a code that was given one keeps all its digits."""
    code = _LONG_WHOLE.fullmatch(written)
    return code.group(1) if code else float(written)


def _features(content: Mapping[str, Any], path: Path) -> Sequence[Mapping[str, Any]]:
    kind = content.get("type")
    found: Any = content.get("features")
    if kind in _GEOMETRIES:
        found = [{"type": "Feature", "properties": {}, "geometry": content}]
    elif kind == "Feature":
        found = [content]
    elif kind != "FeatureCollection":
        raise unreadable(path, _EXPECTED, _other_format(content))
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise unreadable(path, _EXPECTED, "it has no list of features")
    if any(each.get("type") != "Feature" for each in found):
        raise unreadable(path, _EXPECTED, "it has no list of features")
    return found


def _other_format(content: Mapping[str, Any]) -> str:
    """Return the name of the JSON that this is instead of GeoJSON, in a closed word."""
    if content.get("type") == "Topology":
        return "it is TopoJSON: export it as GeoJSON"
    if {"geometryType", "spatialReference", "fieldAliases"} & set(content):
        return "it is the JSON of Esri: export it as GeoJSON"
    return "the content is another format"


def _columns(features: Sequence[Mapping[str, Any]], path: Path) -> dict[str, tuple[CellValue, ...]]:
    properties = [feature.get("properties") or {} for feature in features]
    if not all(isinstance(each, dict) for each in properties):
        raise unreadable(path, _EXPECTED, "it has no list of features")
    ids = [feature.get("id") for feature in features]
    names = list(dict.fromkeys(name for each in properties for name in each))
    if len(names) > MAX_COLUMNS:
        widths = (("columns", len(names)), ("limit", MAX_COLUMNS))
        raise StudyError(Finding("table_too_wide", widths, file=path.name))
    columns = {name: tuple(_cell(each.get(name)) for each in properties) for name in names}
    if "id" not in columns and any(isinstance(each, str) for each in ids):
        columns = {"id": tuple(_cell(each) for each in ids), **columns}
    return columns


def _cell(value: Any) -> CellValue:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return json.dumps(value, ensure_ascii=False)


def _geometries(features: Sequence[Mapping[str, Any]], path: Path) -> Any:
    shapes = np.full(len(features), None, dtype=object)
    for place, feature in enumerate(features):
        if place % _FEATURES_BETWEEN_LOOKS == 0:
            check_stop()
        written = feature.get("geometry")
        if written is None:
            continue
        try:
            shapes[place] = shape(written)
        except Exception as error:  # what a broken geometry raises depends on what is broken
            raise unreadable(path, _EXPECTED, error) from error
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _crs(content: Mapping[str, Any], path: Path) -> str | None:
    """Return the system that older files state; degrees of WGS 84 where nothing is stated."""
    if "crs" not in content:
        return LONLAT
    stated = content["crs"]
    if stated is None:
        return None
    try:
        name = str(stated["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise unreadable(path, _EXPECTED, "its member `crs` names no system") from error
    return LONLAT if name.upper().endswith("CRS84") else name
