"""Parquet and GeoParquet tables."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.tables.cells import whole_number
from data.tables.sheets import MAX_COLUMNS, Table, without_totals
from data.types import CellValue, Geometries
from geo.crs import LONLAT
from geo.errors import Finding

MAX_BYTES = 2_000_000_000
_MAGIC = b"PAR1"


def read_parquet(path: Path, *, findings: list[Finding]) -> Table:
    """Return the table of a Parquet file; with geometry where it is GeoParquet.

    Parameters
    ----------
    path
        The file.
    findings
        Receives notes on total rows.

    Raises
    ------
    StudyError
        When the file is not readable or larger than memory should hold.
    """
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise unreadable(path, "Parquet", "the content is another format")
    try:
        with pq.ParquetFile(path) as opened:
            _check_size(opened.metadata, path)
            arrow = opened.read()
        geo = json.loads((arrow.schema.metadata or {}).get(b"geo", b"{}"))
        area_columns = set(geo.get("columns", {}))
        geometry, crs = _geometry(arrow, geo, path)
    except StudyError:
        raise
    except Exception as error:  # a broken file raises whatever its broken part raises
        raise unreadable(path, "Parquet", error) from error
    columns = {
        name: tuple(_cell(value) for value in arrow.column(name).to_pylist())
        for name in arrow.column_names
        if name not in area_columns
    }
    table = Table(
        file=path.name,
        columns=columns,
        row=np.arange(1, arrow.num_rows + 1, dtype=np.int64),
        geometry=geometry,
        crs=crs,
    )
    return without_totals(table, findings) if columns else table


def _check_size(metadata: Any, path: Path) -> None:
    groups = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
    if sum(groups) > MAX_BYTES:
        params = (("size_mb", sum(groups) // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
        raise StudyError(Finding("file_too_large", params, file=path.name))
    if metadata.num_columns > MAX_COLUMNS:
        params = (("columns", metadata.num_columns), ("limit", MAX_COLUMNS))
        raise StudyError(Finding("table_too_wide", params, file=path.name))


def _geometry(arrow: Any, geo: Any, path: Path) -> tuple[Geometries | None, str | None]:
    """Return the geometry of the primary column and its system; degrees where none is written."""
    if not geo:
        return None, None
    name = geo["primary_column"]
    column = geo["columns"][name]
    if column["encoding"] != "WKB":
        said = f"geometry is stored as: {column['encoding']}"
        raise unreadable(path, "GeoParquet", said)
    geometry = np.asarray(
        shapely.force_2d(shapely.from_wkb(arrow.column(name).to_pylist())), dtype=object
    )
    crs = column.get("crs", LONLAT)
    if crs is None:
        return geometry, None
    return geometry, crs if isinstance(crs, str) else json.dumps(crs)


def _cell(value: Any) -> CellValue:
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
