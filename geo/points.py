"""Weighted points: raster cells as points, never warped, so that no person is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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


def frozen_array(values: object, dtype: object) -> NDArray[np.generic]:
    """Return a C-contiguous read-only copy with the given dtype."""
    array = np.array(values, dtype=dtype, order="C", copy=True)  # type: ignore[call-overload]
    array.setflags(write=False)
    return array  # type: ignore[no-any-return]
