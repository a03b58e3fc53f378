"""GeoTIFF rasters of people per cell, read stripe by stripe and never warped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import no_values, shown_rows
from data.errors import StudyError
from data.gdal import open_raster
from data.population.meaning import (
    crowded_cells,
    most_per_ha,
    people_per_unit,
    says_density,
    stated_scale,
    stated_unit,
)
from data.types import Floats, Ints
from geo.crs import LONLAT, is_degrees, is_known, is_web_mercator, transform
from geo.errors import Finding, Progress
from geo.points import Grid, cell_centres, populated_cells

Window: TypeAlias = shapely.geometry.base.BaseGeometry
"""Area in degrees outside which cells are left out."""

MAX_CELLS = 10_000_000_000
MAX_POPULATED_CELLS = 5_000_000
_STRIPE_CELLS = 4_000_000
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class _Band:
    """How the numbers of a band become people; `highest` is the highest of a whole-number type."""

    nodata: float | None
    scale: float
    offset: float
    has_mask: bool
    highest: float | None

    def people(self, values: NDArray[np.generic], mask: NDArray[np.uint8] | None) -> Any:
        """Return people of a block, and what of it is nodata."""
        if self.scale == 1.0 and self.offset == 0.0 and mask is None:
            return values, self.nodata
        people = values.astype(np.float64)
        if self.nodata is not None and np.isfinite(self.nodata):
            people[values == np.array(self.nodata).astype(values.dtype)] = np.nan
        if mask is not None:
            people[mask == 0] = np.nan
        return people * self.scale + self.offset, None


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
    nodata: float | None = None,
    window: Window | None = None,
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
    nodata
        The number that means "no value" where the file does not say so.
    window
        Cells with their centre outside are left out, and the people in them are stated in a
        finding.
    findings
        Receives what is doubtful.
    progress
        Called with ("population", rows done, rows).

    Raises
    ------
    StudyError
        When the file is unreadable, too large, holds densities or something other than people, has
        no coordinate system, several bands, negative counts or more than a census could hold.
    """
    with open_raster(path) as raster:
        system = _checked_system(raster, path.name, crs)
        grid = _grid(raster, system)
        band = _band(raster, nodata)
        stripes = list(_stripes(raster, band, grid, window, progress))
    row, column, people = (np.concatenate(part) for part in list(zip(*stripes, strict=True))[:3])
    _check_counts(band, grid, (row, column, people), path.name)
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
    words = [*raster.descriptions, *raster.units, *raster.tags().values(), *raster.tags(1).values()]
    if says_density(words, Path(raster.name).stem):
        findings.append(Finding("raster_density", file=file))
    elif people_per_unit(stated_unit(raster)) is None:
        unit = (("unit", stated_unit(raster)[:40]),)
        findings.append(Finding("raster_unit_unknown", unit, file=file))
    if n_rows * n_columns > MAX_CELLS:
        sizes = (("columns", n_columns), ("rows", n_rows))
        findings.append(Finding("raster_too_large", sizes, file=file))
    if findings:
        raise StudyError(*findings)
    return raster.crs if raster.crs is not None else CRS.from_user_input(crs)


def _band(raster: Any, nodata: float | None) -> _Band:
    """Return how the numbers of the only band become people."""
    from rasterio.enums import MaskFlags

    factor = people_per_unit(stated_unit(raster)) or 1.0
    scale, offset = stated_scale(raster)
    dtype = np.dtype(raster.dtypes[0])
    return _Band(
        nodata=raster.nodata if nodata is None else nodata,
        scale=scale * factor,
        offset=offset * factor,
        has_mask=MaskFlags.per_dataset in raster.mask_flag_enums[0],
        highest=float(np.iinfo(dtype).max) if dtype.kind in "iu" else None,
    )


def _grid(raster: Any, system: Any) -> Grid:
    epsg = system.to_epsg()
    return Grid(
        crs=f"EPSG:{epsg}" if epsg else system.to_wkt(),
        transform=tuple(raster.transform)[:6],
        shape=raster.shape,
    )


def _stripes(
    raster: Any, band: _Band, grid: Grid, window: Window | None, progress: Progress | None
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
        part = Window(0, top, n_columns, height)
        mask = raster.read_masks(1, window=part) if band.has_mask else None
        values, nodata = band.people(raster.read(1, window=part), mask)
        row, column, people = populated_cells(values, nodata=nodata)
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


def _is_in(window: Window, grid: Grid, row: Ints, column: Ints) -> NDArray[np.bool_]:
    """Return the cells whose centre lies in the window."""
    lon, lat = transform(*cell_centres(grid, row, column), source=grid.crs, target=LONLAT)
    west, south, east, north = window.bounds
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    inside[inside] = shapely.contains_xy(window, lon[inside], lat[inside])
    return np.asarray(inside)


def _check_counts(band: _Band, grid: Grid, cells: tuple[Ints, Ints, Floats], file: str) -> None:
    """Raise where cells are below zero, stand for "no value", or hold more than a census could."""
    row, column, people = cells

    def names(places: NDArray[np.integer]) -> tuple[int | str, ...]:
        return shown_rows(f"r{row[i]}c{column[i]}" for i in places[:20])

    stored = np.rint((people - band.offset) / band.scale)
    negative = np.flatnonzero(people < 0)
    if len(negative):
        lowest = float(stored[negative].min())
        params = (("count", len(negative)), ("lowest", lowest))
        raise StudyError(Finding("raster_negative", params, file=file, rows=names(negative)))
    meaningless = no_values(stored, also=band.highest)
    if len(meaningless):
        count = (("count", len(meaningless)), ("number", int(stored[meaningless[0]])))
        raise StudyError(Finding("raster_no_value", count, file=file, rows=names(meaningless)))
    area_ha = _areas_ha(grid, row, column)
    crowded = crowded_cells(people, area_ha)
    if len(crowded):
        most = crowded[np.argmax(people[crowded] / area_ha[crowded])]
        said = (
            ("count", len(crowded)),
            ("people", float(people[most])),
            ("area_ha", round(float(area_ha[most]), 2)),
            ("limit_per_ha", most_per_ha(float(area_ha[most]))),
        )
        raise StudyError(Finding("raster_cell_absurd", said, file=file, rows=names(crowded)))


def _areas_ha(grid: Grid, row: Ints, column: Ints) -> Floats:
    """Return the area of each cell; of a projected system that of its own plane."""
    a, b, _, d, e, _ = grid.transform
    area = np.full(len(row), abs(a * e - b * d))
    if is_degrees(grid.crs):
        _, lat = cell_centres(grid, row, column)
        area *= _METRES_PER_DEGREE**2 * np.cos(np.radians(np.clip(lat, -89.9, 89.9)))
    return area / 10_000
