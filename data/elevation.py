"""Heights of the ground from a raster, as a function of metric coordinates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from data.errors import StudyError
from data.gdal import open_raster
from data.types import Floats
from geo.crs import transform
from geo.errors import Finding
from geo.slope import Heights

MAX_CELLS = 200_000_000
_NO_HEIGHTS = (-32_768.0, -9_999.0, 32_767.0, 65_535.0)
"""What is stored for "no height" by programs that do not say so."""
_METRES = {
    **dict.fromkeys(("ft", "foot", "feet", "英尺"), 0.3048),
    **dict.fromkeys(("cm", "centimetre", "centimeter", "厘米"), 0.01),
    **dict.fromkeys(("dm", "decimetre", "decimeter", "分米"), 0.1),
}
_SMOOTH = (0.25, 0.5, 0.25)


def read_heights(
    path: Path, *, crs: str, box_m: tuple[float, float, float, float], raster_crs: str | None = None
) -> Heights:
    """Read the part of a raster of heights that covers the roads.

    Heights are smoothed with the weights 1-2-1 over rows and columns: whole metres on 30 m cells
    would else make slopes of 3 % on a plain.

    Parameters
    ----------
    path
        Raster with one band of metres above sea.
    crs
        Metric system of the coordinates that will be asked for.
    box_m
        (west, south, east, north) in that system.
    raster_crs
        Coordinate system of the raster where the file states none.

    Returns
    -------
    Heights
        Function of x and y in `crs`: height between cell centres, NaN outside and beside nodata.

    Raises
    ------
    StudyError
        When the file is unreadable, has no coordinate system, several bands or too many cells.
    """
    with open_raster(path) as raster:
        system = _checked_system(raster, path.name, raster_crs)
        values, inverse = _window(raster, path.name, system, crs, box_m)
    smooth = _smoothed(values)

    def heights(x_m: Floats, y_m: Floats) -> Floats:
        """Return the height at metric coordinates."""
        x, y = transform(x_m, y_m, source=crs, target=system)
        a, b, c, d, e, f = inverse
        return _between_cells(smooth, d * x + e * y + f - 0.5, a * x + b * y + c - 0.5)

    return heights


def _checked_system(raster: Any, file: str, stated: str | None) -> str:
    """Return the coordinate system of the raster as text, or raise what it lacks."""
    if raster.count != 1:
        raise StudyError(Finding("raster_bands", (("count", raster.count),), file=file))
    if raster.crs is None and stated is None:
        raise StudyError(Finding("raster_no_crs", file=file))
    return stated if raster.crs is None and stated is not None else str(raster.crs.to_wkt())


def _window(
    raster: Any, file: str, system: str, crs: str, box_m: tuple[float, float, float, float]
) -> tuple[Floats, tuple[float, ...]]:
    """Return the cells that cover the box with a margin, and x, y -> column, row of them."""
    from rasterio.windows import Window

    west, south, east, north = box_m
    edge = np.linspace(0, 1, 21)
    x_m = np.concatenate([west + (east - west) * edge] * 2 + [np.full(21, v) for v in (west, east)])
    y_m = np.concatenate(
        [np.full(21, v) for v in (south, north)] + [south + (north - south) * edge] * 2
    )
    x, y = transform(x_m, y_m, source=crs, target=system)
    inverse = ~raster.transform
    column, row = (
        inverse.a * x + inverse.b * y + inverse.c,
        inverse.d * x + inverse.e * y + inverse.f,
    )
    n_rows, n_columns = raster.shape
    left, right = (int(np.clip(v, 0, n_columns)) for v in (column.min() - 3, column.max() + 4))
    top, bottom = (int(np.clip(v, 0, n_rows)) for v in (row.min() - 3, row.max() + 4))
    if (right - left) * (bottom - top) > MAX_CELLS:
        sizes = (("columns", right - left), ("rows", bottom - top))
        raise StudyError(Finding("raster_too_large", sizes, file=file))
    if right <= left or bottom <= top:
        return np.full((1, 1), np.nan), (0.0, 0.0, -9.0, 0.0, 0.0, -9.0)
    band = raster.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
    values = np.ma.filled(band.astype(np.float64), np.nan)
    values[np.isin(values, _NO_HEIGHTS)] = np.nan
    metres = _METRES.get((raster.units[0] or "").strip().lower(), 1.0)
    values = (values * raster.scales[0] + raster.offsets[0]) * metres
    values[np.abs(values) > 9000] = np.nan  # nodata without a tag: no ground is that high
    shifted = (inverse.a, inverse.b, inverse.c - left, inverse.d, inverse.e, inverse.f - top)
    return values, shifted


def _smoothed(values: Floats) -> Floats:
    """Return the heights smoothed by 1-2-1 over rows and columns; NaN cells stay NaN."""
    known = np.isfinite(values)
    filled, weight = np.where(known, values, 0.0), known.astype(np.float64)
    for axis in (0, 1):
        filled, weight = (_weighted(array, axis) for array in (filled, weight))
    with np.errstate(invalid="ignore"):
        return np.where(known, filled / weight, np.nan)


def _weighted(array: Floats, axis: int) -> Floats:
    """Return the array with each cell mixed with its two neighbours; nothing is beyond the rim."""
    padded = np.pad(array, [(1, 1) if a == axis else (0, 0) for a in (0, 1)])
    size = array.shape[axis]
    parts = [np.take(padded, np.arange(k, k + size), axis=axis) for k in range(3)]
    return sum((w * part for w, part in zip(_SMOOTH, parts, strict=True)), np.zeros_like(array))


def _between_cells(values: Floats, row: Floats, column: Floats) -> Floats:
    """Return the values between the four cell centres around each place; NaN outside the raster."""
    n_rows, n_columns = values.shape
    inside = (row >= -0.5) & (row <= n_rows - 0.5) & (column >= -0.5) & (column <= n_columns - 0.5)
    row, column = np.clip(row, 0, n_rows - 1), np.clip(column, 0, n_columns - 1)
    with np.errstate(invalid="ignore"):
        top = np.where(inside, np.minimum(row, max(n_rows - 2, 0)), 0).astype(np.int64)
        left = np.where(inside, np.minimum(column, max(n_columns - 2, 0)), 0).astype(np.int64)
    below, beside = min(1, n_rows - 1), min(1, n_columns - 1)
    down, right = row - top, column - left
    upper = values[top, left] * (1 - right) + values[top, left + beside] * right
    lower = values[top + below, left] * (1 - right) + values[top + below, left + beside] * right
    return np.where(inside, upper * (1 - down) + lower * down, np.nan)
