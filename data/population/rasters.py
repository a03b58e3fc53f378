"""GeoTIFF rasters of people per cell, read stripe by stripe and never warped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.checks import shown_rows
from data.errors import StudyError
from data.gdal import open_raster
from data.types import Floats, Ints
from geo.crs import LONLAT, is_known, is_web_mercator, transform
from geo.errors import Finding, Progress
from geo.points import Grid, cell_centres, populated_cells

Box: TypeAlias = tuple[float, float, float, float]

MAX_CELLS = 10_000_000_000
MAX_POPULATED_CELLS = 5_000_000
_STRIPE_CELLS = 4_000_000
_DENSITY = re.compile(
    r"densit|密度|per (sq|square|km|hect)|/\s?(sq|km|ha\b)|km\s?-2|人/平方", re.IGNORECASE
)
_DENSITY_NAME = re.compile(r"(^|_)(pd|dens|density)(_|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class RasterCells:
    """The cells of a raster that hold people, n of them, row by row.

    `crs` is the raster's coordinate system as WKT; `grid.crs` a short name of it.
    """

    file: str
    crs: str
    grid: Grid
    row: Ints
    column: Ints
    people: Floats


def read_counts(
    path: Path,
    *,
    crs: str | None = None,
    window: Box | None = None,
    findings: list[Finding],
    progress: Progress | None = None,
) -> RasterCells:
    """Return the populated cells of a raster of counts.

    Parameters
    ----------
    path
        GeoTIFF with one band of people per cell.
    crs
        Coordinate system where the file states none.
    window
        West, south, east, north in degrees: cells with their centre outside are left out, and the
        people in them are stated in a finding.
    findings
        Receives what is doubtful.
    progress
        Called with ("population", rows done, rows).

    Raises
    ------
    StudyError
        When the file is unreadable, too large, holds densities, has no coordinate system, several
        bands or negative counts.
    """
    with open_raster(path) as raster:
        system = _checked_system(raster, path.name, crs)
        grid = _grid(raster, system)
        stripes = list(_stripes(raster, grid, window, progress))
    row, column, people = (np.concatenate(part) for part in list(zip(*stripes, strict=True))[:3])
    _check_counts(row, column, people, path.name)
    if is_web_mercator(str(system)):
        findings.append(Finding("raster_web_mercator", file=path.name))
    left_out = sum(stripe[3] for stripe in stripes)
    if left_out > 0:
        findings.append(Finding("people_not_read", file=path.name, people=left_out))
    return RasterCells(path.name, str(system), grid, row, column, people)


def _checked_system(raster: Any, file: str, crs: str | None) -> Any:
    """Return the coordinate system of a raster that can be read; raise every fault it has."""
    from rasterio.crs import CRS

    findings = []
    n_rows, n_columns = raster.shape
    if crs is not None and not is_known(crs):
        findings.append(Finding("crs_unknown", (("crs", crs[:60]),), file=file))
    elif raster.crs is None and crs is None:
        findings.append(Finding("raster_no_crs", file=file))
    cell_area = raster.transform.determinant
    if (
        raster.transform.is_identity
        or not np.isfinite(tuple(raster.transform)).all()
        or not cell_area
    ):
        findings.append(Finding("raster_no_position", file=file))
    if raster.count != 1:
        findings.append(Finding("raster_bands", (("count", raster.count),), file=file))
    if np.dtype(raster.dtypes[0]).kind not in "iuf":
        params = (
            ("expected", "GeoTIFF"),
            ("reason", f"its cells are of the type: {raster.dtypes[0]}"),
        )
        findings.append(Finding("file_unreadable", params, file=file))
    if _says_density(raster):
        findings.append(Finding("raster_density", file=file))
    if n_rows * n_columns > MAX_CELLS:
        sizes = (("columns", n_columns), ("rows", n_rows))
        findings.append(Finding("raster_too_large", sizes, file=file))
    if findings:
        raise StudyError(*findings)
    return raster.crs if raster.crs is not None else CRS.from_user_input(crs)


def _says_density(raster: Any) -> bool:
    """Return True when the raster's own words, or its name, say people per area."""
    words = [*raster.descriptions, *raster.units, *raster.tags().values(), *raster.tags(1).values()]
    return any(_DENSITY.search(str(word)) for word in words if word) or bool(
        _DENSITY_NAME.search(Path(raster.name).stem)
    )


def _grid(raster: Any, system: Any) -> Grid:
    epsg = system.to_epsg()
    return Grid(
        crs=f"EPSG:{epsg}" if epsg else system.to_wkt(),
        transform=tuple(raster.transform)[:6],
        shape=raster.shape,
    )


def _stripes(
    raster: Any, grid: Grid, window: Box | None, progress: Progress | None
) -> Iterator[tuple[Ints, Ints, Floats, float]]:
    """Yield row, column and people of the populated cells, and people left out, rows at a time."""
    from rasterio.windows import Window

    n_rows, n_columns = raster.shape
    step = max(1, _STRIPE_CELLS // n_columns)
    block_rows = raster.block_shapes[0][0]
    if block_rows <= 4 * step:
        step = max(step // block_rows, 1) * block_rows  # whole tiles: none is unpacked twice
    n_populated = 0
    for top in range(0, n_rows, step):
        height = min(step, n_rows - top)
        values = raster.read(1, window=Window(0, top, n_columns, height))
        row, column, people = populated_cells(values, nodata=raster.nodata)
        row += np.int32(top)
        left_out = 0.0
        if window is not None and len(row):
            is_in = _is_in(window, grid, row, column)
            left_out = float(people[~is_in].sum())
            row, column, people = row[is_in], column[is_in], people[is_in]
        n_populated += len(row)
        if n_populated > MAX_POPULATED_CELLS:
            sizes = (("count", n_populated), ("limit", MAX_POPULATED_CELLS))
            raise StudyError(Finding("raster_too_many_cells", sizes, file=Path(raster.name).name))
        yield row, column, people, left_out
        if progress is not None:
            progress("population", top + height, n_rows)


def _is_in(window: Box, grid: Grid, row: Ints, column: Ints) -> NDArray[np.bool_]:
    west, south, east, north = window
    lon, lat = transform(*cell_centres(grid, row, column), source=grid.crs, target=LONLAT)
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _check_counts(row: Ints, column: Ints, people: Floats, file: str) -> None:
    is_negative = people < 0
    if is_negative.any():
        places = np.flatnonzero(is_negative)
        cells = [f"r{row[i]}c{column[i]}" for i in places[:20]]
        params = (("count", len(places)), ("lowest", float(people.min())))
        raise StudyError(Finding("raster_negative", params, file=file, rows=shown_rows(cells)))
