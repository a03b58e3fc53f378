"""The kinds of arrays that pass between modules, each named once, and what is asked of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import Finding, GeoError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def checked_amounts(name: str, values: ArrayLike, count: int) -> Floats:
    """Return `values` as (count,) float64, finite and not negative.

    Raises
    ------
    GeoError
        Otherwise, naming the array.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    require_length(name, array, count)
    require_amounts(name, array)
    return array


def require_length(name: str, values: NDArray[Any], count: int) -> None:
    """Raise `GeoError` unless `values` is (count,)."""
    if values.shape != (count,):
        params = (("name", name), ("expected", count), ("actual", values.size))
        raise GeoError(Finding("array_shape", params))


def require_amounts(name: str, values: NDArray[Any]) -> None:
    """Raise `GeoError` unless all values are finite and not negative."""
    for code, fault in (("array_not_finite", ~np.isfinite(values)), ("array_negative", values < 0)):
        if fault.any():
            params = (("name", name), ("count", int(fault.sum())))
            raise GeoError(Finding(code, params, rows=_first(fault)))


def require_index(name: str, values: Longs, count: int) -> None:
    """Raise `GeoError` unless all values are indices below `count`."""
    fault = (values < 0) | (values >= count)
    if fault.any():
        params = (("name", name), ("count", int(fault.sum())), ("last", count - 1))
        raise GeoError(Finding("array_index", params, rows=_first(fault)))


def _first(fault: Bools) -> tuple[int, ...]:
    return tuple(int(row) for row in np.flatnonzero(fault)[:5])
