"""Weighted points: raster cells as points, never warped, so that no person is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Grid:
    """The raster that points came from.

    Parameters
    ----------
    crs
        Coordinate system of the raster, as PROJ or EPSG text.
    transform
        Affine coefficients (a, b, c, d, e, f):
        x = a * column + b * row + c, y = d * column + e * row + f.
    shape
        (rows, columns).
    """

    crs: str
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]


def frozen_array(values: object, dtype: type[Scalar]) -> NDArray[Scalar]:
    """Return a C-contiguous read-only copy with the given dtype."""
    array = np.array(values, dtype=dtype, order="C", copy=True)
    array.setflags(write=False)
    return array


def populated_cells(
    values: NDArray[np.generic], *, nodata: float | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return row, column and value of the cells of a raster block that hold people, row by row.

    NaN, infinite and nodata cells hold nobody, and so do cells of zero. A nodata value is compared
    in the raster's own precision: tags store -3.4e38 in double precision where cells are single.

    Parameters
    ----------
    values
        (n_rows, n_columns) counts.
    nodata
        The raster's nodata value; None when it declares none.

    Returns
    -------
    tuple of arrays
        (n,) row, (n,) column, (n,) value; negative values too, for the caller to refuse.
    """
    has_value = values != 0
    if np.issubdtype(values.dtype, np.floating):
        # No count of people is beyond 1e30: such values are nodata whatever the tag says.
        has_value &= np.abs(values) < 1e30
    if nodata is not None and np.isfinite(nodata):
        with np.errstate(over="ignore"):
            same = np.array(nodata).astype(values.dtype)
        if same == nodata or np.issubdtype(values.dtype, np.floating):
            has_value &= values != same
    row, column = np.nonzero(has_value)
    people = values[row, column].astype(np.float64)
    return row.astype(np.int32), column.astype(np.int32), people


def cell_centres(
    grid: Grid, row: NDArray[np.int32], column: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of cell centres in the raster's own coordinate system.

    >>> grid = Grid("EPSG:4326", (0.5, 0, 120, 0, -0.5, 31), (2, 2))
    >>> x, y = cell_centres(grid, np.array([0, 1]), np.array([0, 1]))
    >>> x.tolist(), y.tolist()
    ([120.25, 120.75], [30.75, 30.25])
    """
    a, b, c, d, e, f = grid.transform
    along, down = column + 0.5, row + 0.5
    return a * along + b * down + c, d * along + e * down + f
