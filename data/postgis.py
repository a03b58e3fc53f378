"""Layers of a PostgreSQL + PostGIS database, read once, read-only, into files of their own."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.addresses import DatabaseAddress
from data.errors import PlannerError, StudyError
from data.messages.words import SERVER_SAYS
from data.study.tables import Study, TableSource
from data.types import CellValue
from geo.crs import is_known
from geo.errors import Finding, Progress

MAX_ROWS = 5_000_000
MAX_BYTES = 1_000_000_000
STATEMENT_TIMEOUT_S = 300
CONNECT_TIMEOUT_S = 15
_BATCH_ROWS = 5_000
_GEOMETRY_TYPES = ["geometry", "geography"]
_SESSION = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": "10s",
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    is_geometry: bool


@contextmanager
def databases_as_files(study: Study, *, progress: Progress | None = None) -> Iterator[Study]:
    """Yield the study with each layer of a database as a GeoParquet file, removed afterwards.

    Every reader then works on databases as on files, provenance has a hash of what was read, and
    no address goes further than this function. Rows are in order of their content, so that the
    same content gives the same file whatever order the server returns it in.

    Parameters
    ----------
    study
        As read; it is yielded as it is when it names no database.
    progress
        Called with ("database", rows read, 0).

    Raises
    ------
    StudyError
        With every layer that cannot be read.
    """
    sources = dict(_database_sources(study))
    if not sources:
        yield study
        return
    with tempfile.TemporaryDirectory(prefix="servicecircle-") as folder:
        findings: list[Finding] = []
        changes: dict[str, Any] = {}
        for role, source in sources.items():
            try:
                local = _saved(source, Path(folder) / role, progress)
            except PlannerError as error:
                findings.extend(error.findings)
                continue
            table = getattr(study, role)
            changes[role] = local if table is source else replace(table, source=local)
        if findings:
            raise StudyError(*findings)
        yield replace(study, **changes)


def snapshot_name(source: TableSource) -> str:
    """Return the file name by which findings and provenance call a layer of a database.

    It holds the names of database and layer, never host, user or password.
    """
    parts = [source.database.database if source.database else "", source.layer or "query"]
    return re.sub(r"[^\w.-]+", "_", ".".join(filter(None, parts)))[:120] + ".parquet"


def _database_sources(study: Study) -> Iterator[tuple[str, TableSource]]:
    for item in fields(study):
        table = getattr(study, item.name)
        source = table if isinstance(table, TableSource) else getattr(table, "source", None)
        if isinstance(source, TableSource) and source.database is not None:
            yield item.name, source


def _saved(source: TableSource, folder: Path, progress: Progress | None) -> TableSource:
    """Read a layer, write it as GeoParquet into a folder and return the file as the source."""
    path = folder / snapshot_name(source)
    folder.mkdir()
    columns, rows, crs = _read(source, path.name, progress)
    _write(path, columns, rows, crs)
    return replace(source, path=path, database=None, query=None, layer=None)


def _read(
    source: TableSource, file: str, progress: Progress | None
) -> tuple[list[_Column], list[tuple[Any, ...]], str | None]:
    if source.database is None:  # pragma: no cover - only sources with an address come here
        raise StudyError(Finding("file_missing", file=file))
    with _connection(source.database, file) as connection:
        columns, rows = _rows(connection, source, file, progress)
        srids = _srids(columns, rows, file)
        crs = _crs(connection, srids.pop()) if srids else None
        if crs is not None and not is_known(crs):
            raise StudyError(Finding("crs_unknown", (("crs", crs[:60]),), file=file))
    return columns, rows, crs


@contextmanager
def _connection(address: DatabaseAddress, file: str) -> Iterator[Any]:
    """Yield a read-only connection; whatever the database answers becomes one finding."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo
    except ImportError:
        raise StudyError(Finding("database_not_installed", file=file)) from None
    try:
        given = conninfo_to_dict(address.secret_url)
        options: dict[str, Any] = {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "servicecircle",
        }
        written = make_conninfo("", **{**options, **given, "client_encoding": "utf8"})
        with psycopg.connect(written) as connection:
            for name, value in _SESSION.items():
                connection.execute("select set_config(%s, %s, false)", (name, value))
            connection.commit()
            connection.read_only = True
            yield connection
    except (psycopg.Error, UnicodeError, shapely.errors.GEOSException) as fault:
        said = getattr(getattr(fault, "diag", None), "message_primary", None) or str(fault)
        reason = SERVER_SAYS + " ".join(address.without_secrets(said).split())[:300]
        # `from None`: the error of the driver may quote the address.
        raise StudyError(
            Finding("database_failed", (("reason", SERVER_SAYS + reason),), file=file)
        ) from None


def _rows(
    connection: Any, source: TableSource, file: str, progress: Progress | None
) -> tuple[list[_Column], list[tuple[Any, ...]]]:
    """Return columns and rows through a cursor of the server, which takes one `select` only."""
    geometry_oids = {
        row[0]
        for row in connection.execute(
            "select oid from pg_type where typname = any(%s)", (_GEOMETRY_TYPES,)
        )
    }
    rows: list[tuple[Any, ...]] = []
    size_bytes = 0
    with connection.cursor("layer") as cursor:
        cursor.execute(_statement(source))
        columns = [_Column(c.name, c.type_code in geometry_oids) for c in cursor.description]
        _check_columns(columns, file)
        while batch := cursor.fetchmany(_BATCH_ROWS):
            rows.extend(tuple(map(_cell, row)) for row in batch)
            size_bytes += sum(len(v) for row in batch for v in row if isinstance(v, str | bytes))
            if len(rows) > MAX_ROWS or size_bytes > MAX_BYTES:
                limits = (("rows", MAX_ROWS), ("size_mb", MAX_BYTES // 1_000_000))
                raise StudyError(Finding("database_too_large", limits, file=file))
            if progress is not None:
                progress("database", len(rows), 0)
    rows.sort(key=lambda row: tuple("" if value is None else str(value) for value in row))
    return columns, rows


def _statement(source: TableSource) -> Any:
    from psycopg import sql

    if source.query is not None:
        return sql.SQL(source.query)  # the user's own selection
    parts = (source.layer or "").split(".", 1)
    return sql.SQL("select * from {}").format(sql.Identifier(*parts))


def _check_columns(columns: Sequence[_Column], file: str) -> None:
    geometry = [column.name for column in columns if column.is_geometry]
    if len(geometry) > 1:
        said = (("count", len(geometry)), ("columns", ", ".join(geometry)[:200]))
        raise StudyError(Finding("database_geometries", said, file=file))
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        reason = (("reason", "two columns have the same name"),)
        raise StudyError(Finding("database_failed", reason, file=file))


def _cell(value: Any) -> CellValue:
    """Return a value of the driver as text, number or flag."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    written = next((write for kind, write in _WRITE if isinstance(value, kind)), str)
    return written(value)


def _joined(values: Sequence[Any]) -> str:
    return ";".join(str(_cell(value)) for value in values if value is not None)


_WRITE: tuple[tuple[Any, Callable[[Any], CellValue]], ...] = (
    (Decimal, float),
    (datetime, lambda value: value.isoformat(sep=" ")),
    (date, lambda value: value.isoformat()),
    (list, _joined),
    (dict, lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)),
    (bytes | memoryview, lambda value: bytes(value).hex()),
)


def _srids(columns: Sequence[_Column], rows: Sequence[tuple[Any, ...]], file: str) -> set[int]:
    """Return the SRID of the geometries; none for a layer without geometry."""
    place = next((i for i, column in enumerate(columns) if column.is_geometry), None)
    if place is None:
        return set()
    try:
        geometries = shapely.from_wkb([row[place] for row in rows if row[place] is not None])
    except NotImplementedError:
        raise StudyError(Finding("database_curves", file=file)) from None
    srids = {int(srid) for srid in np.unique(shapely.get_srid(geometries))}
    if len(srids) > 1:
        raise StudyError(Finding("database_systems", (("count", len(srids)),), file=file))
    return srids


def _crs(connection: Any, srid: int) -> str | None:
    """Return the coordinate system of an SRID by the database's own table; None for 0."""
    if srid <= 0:
        return None
    from psycopg import sql

    found = connection.execute(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace "
        "where e.extname = 'postgis'"
    ).fetchone()
    table = sql.Identifier(found[0] if found else "public", "spatial_ref_sys")
    row = connection.execute(
        sql.SQL("select auth_name, auth_srid, srtext from {} where srid = %s").format(table),
        (srid,),
    ).fetchone()
    if row is None:
        return f"EPSG:{srid}"
    authority, code, text = row
    return f"{authority}:{code}" if authority in {"EPSG", "ESRI"} else str(text)


_EXACT_TO = 2**53
"""Whole numbers beyond lose digits as floats: they are ids, and stay text."""


def _write(
    path: Path, columns: Sequence[_Column], rows: Sequence[tuple[Any, ...]], crs: str | None
) -> None:
    """Write rows as Parquet, with the geometry of GeoParquet where there is one."""
    import geopandas
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = {column.name: [row[i] for row in rows] for i, column in enumerate(columns)}
    geometry = next((column.name for column in columns if column.is_geometry), None)
    arrays = {name: _array(values) for name, values in cells.items() if name != geometry}
    if geometry is None:
        pq.write_table(pa.table(arrays), path)
        return
    frame = pd.DataFrame({name: array.to_pandas() for name, array in arrays.items()})
    shapes = shapely.set_srid(shapely.force_2d(shapely.from_wkb(cells[geometry])), 0)
    frame[geometry] = geopandas.GeoSeries(shapes, crs=crs)
    geopandas.GeoDataFrame(frame, geometry=geometry, crs=crs).to_parquet(path, index=False)


def _array(values: Sequence[Any]) -> Any:
    """Return a column as Arrow: one kind of value where that loses nothing, else text."""
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {bool} or kinds <= {str}:
        return pa.array(values, pa.bool_() if kinds == {bool} else pa.string())
    is_exact = all(abs(v) <= _EXACT_TO for v in values if isinstance(v, int))
    if kinds <= {int, float} and is_exact:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([None if v is None else str(v) for v in values], pa.string())
