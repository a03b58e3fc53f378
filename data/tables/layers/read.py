"""Layers with geometry: GeoPackage, GeoJSON and what else GDAL reads, as tables."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.tables.layers.shapefiles import RAW_ENCODING, recoded
from data.tables.sheets import Table, without_totals
from data.types import CellValue
from geo.errors import Finding

_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".gpkg": (b"SQLite format 3\x00",),
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".fgb": (b"fgb",),
    ".kml": (b"<",),
}
"""How a file of each kind begins. A file that begins otherwise is not handed to GDAL, which would
open whatever else it finds there (a virtual layer may name other files and addresses)."""


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
        Name of the layer; the only one when None.
    encoding
        Of the attributes of a Shapefile, where the file does not say; else it is recognised.
    findings
        Receives notes on total rows and encodings.

    Raises
    ------
    StudyError
        When the file is not what its name says, or the layer is not told or not there.
    """
    _check_magic(path)
    is_shapefile = path.suffix.lower() == ".shp"
    from pyogrio import list_layers, raw

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on mixed geometry types: checked by us
            layers = [str(name) for name, _ in list_layers(path)]
            chosen = None if is_shapefile else _chosen_layer(path, layers, layer)
            meta, _, wkb, fields = raw.read(
                path,
                layer=chosen,
                encoding=RAW_ENCODING if is_shapefile else None,
                force_2d=True,
                datetime_as_string=True,
            )
    except StudyError:
        raise
    except Exception as error:  # GDAL's binding raises IndexError and others on broken files
        raise unreadable(path, _expected(path), error) from error
    names, cells = list(map(str, meta["fields"])), [_cells(values) for values in fields]
    if is_shapefile:
        names, cells = recoded(names, cells, encoding, file=path.name, findings=findings)
    columns = dict(zip(names, cells, strict=True))
    n_rows = len(wkb) if wkb is not None else len(fields[0]) if fields else 0
    table = Table(
        file=path.name,
        columns=columns,
        row=np.arange(1, n_rows + 1, dtype=np.int64),
        geometry=None if wkb is None else _geometries(wkb, path),
        crs=meta["crs"],
    )
    return without_totals(table, findings) if columns else table


def _check_magic(path: Path) -> None:
    expected = _MAGIC.get(path.suffix.lower())
    with path.open("rb") as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf")
    if expected and not head.lstrip().startswith(expected):
        reason = "the content is another format" if head else "the file is empty"
        raise unreadable(path, _expected(path), reason)


def _chosen_layer(path: Path, names: list[str], layer: str | None) -> str | None:
    if layer is not None and layer not in names:
        params = (("layer", layer), ("layers", ", ".join(names[:20])))
        raise StudyError(Finding("layer_missing", params, file=path.name))
    if layer is None and len(names) > 1:
        params_several = (("layers", ", ".join(names[:20])),)
        raise StudyError(Finding("layer_not_told", params_several, file=path.name))
    return layer


def _cells(values: Any) -> tuple[CellValue, ...]:
    if values.dtype == bool:
        return tuple(bool(value) for value in values)
    if np.issubdtype(values.dtype, np.number):
        return tuple(None if np.isnan(v) else v for v in values.astype(np.float64).tolist())
    return tuple(None if value is None else str(value) for value in values.tolist())


def _geometries(wkb: Any, path: Path) -> Any:
    try:
        return np.asarray(shapely.from_wkb(wkb), dtype=object)
    except shapely.errors.GEOSException as error:
        raise unreadable(path, _expected(path), error) from error


def _expected(path: Path) -> str:
    return path.suffix.lstrip(".").upper() or "a layer"
