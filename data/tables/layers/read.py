"""Layers with geometry as tables: each ending by its own reader, whatever a file says it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.gdal import Features, read_features
from data.tables.cells import whole_number
from data.tables.layers.archives import unpacked
from data.tables.layers.geojson import read_geojson
from data.tables.layers.geopackage import read_geopackage
from data.tables.layers.kml import read_kml
from data.tables.layers.shapefiles import RAW_ENCODING, check_parts, recoded
from data.tables.sheets import Table, without_totals
from data.types import CellValue
from geo.errors import Finding

LAYER_ENDINGS = (".gpkg", ".geojson", ".json", ".shp", ".kml", ".ovkml", ".fgb")
ARCHIVE_ENDINGS = (".zip", ".kmz")


def read_layer(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    findings: list[Finding],
) -> Table:
    """Return one layer with its attributes and geometry, in the layer's own coordinate system.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, Shapefile, KML or FlatGeobuf.
    layer
        Name of the layer; the only one when None. Of KML the name of a folder; all when None.
    encoding
        Of formats that are text, and of the attributes of a Shapefile; else it is recognised.
    findings
        Receives notes on total rows, encodings and what is not read.

    Raises
    ------
    StudyError
        When the file is not what its ending says, or the layer is not told or not there.
    """
    match path.suffix.lower():
        case ".gpkg":
            table = read_geopackage(path, layer=layer, findings=findings)
        case ".geojson" | ".json":
            table = read_geojson(path, encoding=encoding, findings=findings)
        case ".kml" | ".ovkml":
            named = [(path.name, path)]
            table = read_kml(named, file=path, layer=layer, encoding=encoding, findings=findings)
        case ".shp":
            table = _shapefile(path, encoding, findings)
        case _:
            table = _table(read_features(path, "FlatGeobuf"), path)
    return without_totals(table, findings) if table.columns else table


def read_packed(
    path: Path, *, layer: str | None, encoding: str | None, findings: list[Finding]
) -> Table:
    """Return the layer of an archive, its faults and notes under the name of the archive.

    Parameters
    ----------
    path
        A zipped Shapefile or KMZ.
    layer, encoding, findings
        As `read_layer`; of a zipped Shapefile the layer is its name.

    Raises
    ------
    StudyError
        As `read_layer`, and when the archive is broken or absurdly large.
    """
    inner: list[Finding] = []
    try:
        with unpacked(path, layer) as parts:
            if path.suffix.lower() == ".kmz":
                table = read_kml(parts, file=path, layer=layer, encoding=encoding, findings=inner)
                table = without_totals(table, inner) if table.columns else table
            else:
                table = read_layer(parts[0][1], encoding=encoding, findings=inner)
    except StudyError as error:
        named = (replace(finding, file=path.name) for finding in error.findings)
        raise StudyError(*named) from error
    findings.extend(replace(finding, file=path.name) for finding in inner)
    return replace(table, file=path.name)


def _shapefile(path: Path, encoding: str | None, findings: list[Finding]) -> Table:
    check_parts(path)
    table = _table(read_features(path, "ESRI Shapefile", encoding=RAW_ENCODING), path)
    names, cells = recoded(
        list(table.columns), list(table.columns.values()), encoding, file=path.name,
        findings=findings,
    )  # fmt: skip
    return replace(table, columns=dict(zip(names, cells, strict=True)))


def _table(features: Features, path: Path) -> Table:
    """Return a layer that GDAL has read as a table."""
    arrow = features.table
    columns = {
        name: tuple(_cell(value) for value in arrow.column(name).to_pylist())
        for name in arrow.column_names
        if name != features.geometry
    }
    wkb = None if features.geometry is None else arrow.column(features.geometry).to_pylist()
    return Table(
        file=path.name,
        columns=columns,
        row=np.arange(1, arrow.num_rows + 1, dtype=np.int64),
        geometry=None if wkb is None else _geometries(wkb, path),
        crs=features.crs,
    )


def _cell(value: Any) -> CellValue:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return str(value)


def _geometries(wkb: list[bytes | None], path: Path) -> Any:
    try:
        return np.asarray(shapely.force_2d(shapely.from_wkb(wkb)), dtype=object)
    except shapely.errors.GEOSException as error:
        raise unreadable(path, path.suffix.lstrip(".").upper(), error) from error
