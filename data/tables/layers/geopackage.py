"""GeoPackages, read as the SQLite files they are: plain tables only, within time and size.

GDAL would also run what a file computes (views, triggers, virtual tables), and a view may recurse
for ever. The connection here is read-only, may read the named tables and nothing else, and is
stopped at a deadline.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.errors import StudyError, unreadable
from data.gdal import check_content
from data.stopping import check_stop
from data.tables.cells import whole_number
from data.tables.sheets import Table
from data.types import CellValue
from geo.errors import Cancelled, Finding

MAX_SECONDS = 120.0
MAX_ROWS = 5_000_000
MAX_BYTES = 2_000_000_000
MAX_VALUE_BYTES = 256_000_000
_STEPS_BETWEEN_LOOKS = 100_000
_BATCH_ROWS = 2_000
_CATALOGUE = frozenset({"sqlite_master", "gpkg_contents", "gpkg_geometry_columns"})
_SYSTEMS = "gpkg_spatial_ref_sys"
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_EXPECTED = "GPKG"


def read_geopackage(path: Path, *, layer: str | None, findings: list[Finding]) -> Table:
    """Return one layer of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer; the only one when None.
    findings
        Receives a warning where another program holds changes back.

    Raises
    ------
    StudyError
        When the file is no GeoPackage, the layer is not told, not there or computed by the file,
        or reading it takes too long or too much room.
    """
    check_content(path, "GPKG")
    waiting = path.with_name(path.name + "-wal")
    if waiting.is_file() and waiting.stat().st_size:
        findings.append(Finding("geopackage_in_use", file=path.name))
    watch = _Watch()
    try:
        with _opened(path, watch) as (connection, readable):
            chosen = chosen_layer(path, _layers(connection), layer)
            _check_plain(connection, chosen, path)
            readable |= {chosen, _SYSTEMS}
            return _table(connection, chosen, path)
    except StudyError:
        raise
    except sqlite3.Error as error:
        if watch.is_stopped:
            raise Cancelled from error
        if watch.is_late:
            late = (("seconds", int(MAX_SECONDS)),)
            raise StudyError(Finding("layer_takes_too_long", late, file=path.name)) from error
        raise unreadable(path, _EXPECTED, error) from error
    except (shapely.errors.GEOSException, ValueError, IndexError, OverflowError) as error:
        raise unreadable(path, _EXPECTED, error) from error


def chosen_layer(path: Path, names: Sequence[str], layer: str | None) -> str:
    """Return the layer that is asked for, or the only one.

    Raises
    ------
    StudyError
        With `layer_missing`, `layer_not_told` or `table_empty`.
    """
    listed = (("layers", ", ".join(names[:20]) or "-"),)
    if layer is not None and layer not in names:
        raise StudyError(Finding("layer_missing", (("layer", layer), *listed), file=path.name))
    if layer is None and len(names) > 1:
        raise StudyError(Finding("layer_not_told", listed, file=path.name))
    if not names:
        raise StudyError(Finding("table_empty", file=path.name))
    return layer or names[0]


class _Watch:
    """Tells SQLite, which asks between its steps, to stop: at the deadline or for the user."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + MAX_SECONDS
        self.is_stopped = False

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def __call__(self) -> int:
        try:
            check_stop()
        except Cancelled:
            self.is_stopped = True
        return int(self.is_stopped or self.is_late)


@contextmanager
def _opened(path: Path, watch: _Watch) -> Iterator[tuple[sqlite3.Connection, set[str]]]:
    """Yield a connection, and the set of tables it may read, which the caller may add to."""
    readable = set(_CATALOGUE)

    def allow(action: int, name: str | None, _column: Any, _db: Any, via: str | None) -> int:
        # `via` is the view or trigger that asks.
        may_read = action == sqlite3.SQLITE_READ and name in readable and via is None
        may_look = action == sqlite3.SQLITE_PRAGMA and name == "table_xinfo"
        is_select = action == sqlite3.SQLITE_SELECT
        return sqlite3.SQLITE_OK if may_read or may_look or is_select else sqlite3.SQLITE_DENY

    address = path.absolute().as_uri() + "?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.set_authorizer(allow)
        connection.set_progress_handler(watch, _STEPS_BETWEEN_LOOKS)
        yield connection, readable


def _layers(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall()
    return [str(name) for name, kind in rows if kind in {"features", "attributes"}]


def _check_plain(connection: sqlite3.Connection, layer: str, path: Path) -> None:
    """Refuse a layer that is no table of rows: a view or virtual table computes what it shows."""
    pages = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?", (layer,)
    ).fetchone()
    if pages is None or not pages[0]:
        raise StudyError(Finding("layer_is_computed", (("layer", layer),), file=path.name))


def _table(connection: sqlite3.Connection, layer: str, path: Path) -> Table:
    geometry, srs_id = connection.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
    ).fetchone() or (None, 0)
    # Columns: place, name, type, not null, default, part of the key, hidden (computed: 2 and 3).
    described = connection.execute(f"PRAGMA table_xinfo({_quoted(layer)})").fetchall()
    stored = [(name, kind.upper(), key) for _, name, kind, _, _, key, hidden in described
              if not hidden]  # fmt: skip
    kept = [(name, kind) for name, kind, key in stored if not (key and kind == "INTEGER")]
    names = ", ".join(_quoted(name) for name, _ in kept) or "NULL"
    rows = _rows(connection.execute(f"SELECT {names} FROM {_quoted(layer)}"), path)  # noqa: S608
    cells = dict(zip((name for name, _ in kept), zip(*rows, strict=True), strict=False))
    flags = {name for name, kind in kept if kind == "BOOLEAN"}
    shapes = cells.pop(geometry, ()) if geometry is not None else None
    return Table(
        file=path.name,
        columns={
            name: tuple(_cell(value, is_flag=name in flags) for value in cells.get(name, ()))
            for name, _ in kept
            if name != geometry
        },
        row=np.arange(1, len(rows) + 1, dtype=np.int64),
        geometry=None if shapes is None else _geometries(shapes, path),
        crs=None if shapes is None else _crs(connection, srs_id),
    )


def _rows(cursor: sqlite3.Cursor, path: Path) -> list[tuple[Any, ...]]:
    """Return the rows of a cursor, within what the memory should hold."""
    rows: list[tuple[Any, ...]] = []
    size_bytes = 0
    while batch := cursor.fetchmany(_BATCH_ROWS):
        check_stop()
        rows.extend(batch)
        size_bytes += sum(len(v) for row in batch for v in row if isinstance(v, str | bytes))
        if len(rows) > MAX_ROWS or size_bytes > MAX_BYTES:
            sizes = (("size_mb", size_bytes // 1_000_000), ("limit_mb", MAX_BYTES // 1_000_000))
            raise StudyError(Finding("file_too_large", sizes, file=path.name))
    return rows


def _geometries(values: Sequence[Any], path: Path) -> Any:
    """Return geometries from the blobs of a GeoPackage: a header, then WKB."""
    wkb = [None if value is None else _wkb(value, path) for value in values]
    return np.asarray(shapely.force_2d(shapely.from_wkb(wkb)), dtype=object)


def _wkb(blob: Any, path: Path) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP":
        raise unreadable(path, _EXPECTED, "a geometry is not in the form of a GeoPackage")
    return blob[8 + _ENVELOPE_BYTES[blob[3] >> 1 & 7] :]


def _crs(connection: sqlite3.Connection, srs_id: int) -> str | None:
    """Return the coordinate system of a layer; None where it is undefined (0, -1, no authority)."""
    if srs_id in {0, -1}:
        return None
    row = connection.execute(
        f"SELECT organization, organization_coordsys_id, definition FROM {_SYSTEMS}"  # noqa: S608
        " WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None:
        return f"EPSG:{srs_id}"
    organization, number, definition = row
    if str(organization).upper() in {"EPSG", "ESRI"}:
        return f"{str(organization).upper()}:{number}"
    is_undefined = str(organization).upper() == "NONE" or "undefined srs" in str(definition).lower()
    return None if is_undefined else str(definition)


def _cell(value: Any, *, is_flag: bool) -> CellValue:
    if is_flag and value in (0, 1):
        return bool(value)
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value.hex() if isinstance(value, bytes) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
