"""Travel times of pairs facility -> demand point: what capacity, catchments and referral read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import PlannerError
from geo.errors import Finding

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]

TENTHS_PER_MINUTE = 600


class PairTimes(Protocol):
    """Pairs in rows by facility; `geo.travel.Reach` and `Pairs` both are.

    `indptr` is (n_facilities + 1,), `demand` ascends within each row and `tenths` holds whole
    tenths of a second. A pair that is absent is out of reach.
    """

    @property
    def indptr(self) -> NDArray[np.int64]:
        """Where each facility's row starts."""

    @property
    def demand(self) -> Ints:
        """Demand point of each pair."""

    @property
    def tenths(self) -> NDArray[np.integer[Any]]:
        """Travel time of each pair in tenths of a second."""

    @property
    def n_demand(self) -> int:
        """Number of demand points."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs in rows by facility, as described in `PairTimes`."""

    indptr: NDArray[np.int64]
    demand: Ints
    tenths: Ints
    n_demand: int


def pairs_from_table(
    facility: ArrayLike, demand: ArrayLike, tenths: ArrayLike, *, n_facilities: int, n_demand: int
) -> Pairs:
    """Return rows by facility from a table of pairs in any order.

    Parameters
    ----------
    facility, demand
        Indices of each pair; a pair given twice keeps its smaller time.
    tenths
        Tenths of a second of each pair.

    Raises
    ------
    PlannerError
        When lengths differ or an index is out of range.

    >>> pairs_from_table([1, 0], [0, 2], [50, 70], n_facilities=2, n_demand=3).demand.tolist()
    [2, 0]
    """
    rows = np.asarray(facility, dtype=np.int64)
    columns = np.asarray(demand, dtype=np.int64)
    times = np.asarray(tenths, dtype=np.int32)
    require_length("demand", columns, len(rows))
    require_length("tenths", times, len(rows))
    _require_index("facility", rows, n_facilities)
    _require_index("demand", columns, n_demand)
    require_amounts("tenths", times)
    order = np.lexsort((times, columns, rows))
    rows, columns, times = rows[order], columns[order], times[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    counts = np.bincount(rows[first], minlength=n_facilities)
    return _pairs(counts, columns[first], times[first], n_demand)


def pairs_from_minutes(minutes: ArrayLike) -> Pairs:
    """Return rows by facility from a small full matrix, for examples and tests.

    Parameters
    ----------
    minutes
        (n_demand, n_facilities) minutes; inf where there is no way.

    >>> pairs_from_minutes([[5, 25], [15, np.inf]]).tenths.tolist()
    [3000, 9000, 15000]
    """
    matrix = np.asarray(minutes, dtype=np.float64)
    demand, facility = np.nonzero(np.isfinite(matrix))
    tenths = np.rint(matrix[demand, facility] * TENTHS_PER_MINUTE)
    return pairs_from_table(
        facility, demand, tenths, n_facilities=matrix.shape[1], n_demand=matrix.shape[0]
    )


def within(pairs: PairTimes, limit_minutes: float | ArrayLike) -> Pairs:
    """Keep the pairs not above the limit.

    Parameters
    ----------
    limit_minutes
        One limit, or (n_facilities,) one a facility; a time equal to it is kept.
    """
    limit_tenths = limits_in_tenths(limit_minutes, n_facilities(pairs))
    return keep_pairs(pairs, pairs.tenths <= limit_tenths[facility_of_pairs(pairs)])


def of_facilities(pairs: PairTimes, is_used: NDArray[np.bool_]) -> Pairs:
    """Empty the rows of facilities that are not used; the numbering stays."""
    require_length("is_used", is_used, n_facilities(pairs))
    return keep_pairs(pairs, is_used[facility_of_pairs(pairs)])


def keep_pairs(pairs: PairTimes, kept: NDArray[np.bool_]) -> Pairs:
    """Return the pairs where `kept`, (n_pairs,), is True."""
    if kept.all():
        return Pairs(
            pairs.indptr, pairs.demand, pairs.tenths.astype(np.int32, copy=False), pairs.n_demand
        )
    before = np.concatenate(([0], np.cumsum(kept)))
    counts = np.diff(before[pairs.indptr])
    return _pairs(counts, pairs.demand[kept], pairs.tenths[kept], pairs.n_demand)


def n_facilities(pairs: PairTimes) -> int:
    """Return the number of facility rows."""
    return len(pairs.indptr) - 1


def facility_of_pairs(pairs: PairTimes) -> Ints:
    """Return the (n_pairs,) facility of each pair."""
    rows = np.arange(n_facilities(pairs), dtype=np.int32)
    return np.repeat(rows, np.diff(pairs.indptr))


def limits_in_tenths(limit_minutes: float | ArrayLike, count: int) -> NDArray[np.int64]:
    """Return (count,) limits in tenths of a second, converted once."""
    limits = np.broadcast_to(np.asarray(limit_minutes, dtype=np.float64), (count,))
    require_amounts("limit_minutes", limits)
    return np.rint(limits * TENTHS_PER_MINUTE).astype(np.int64)


def checked_amounts(name: str, values: ArrayLike, count: int) -> Floats:
    """Return `values` as (count,) float64, finite and not negative.

    Raises
    ------
    PlannerError
        Otherwise, naming the array.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    require_length(name, array, count)
    require_amounts(name, array)
    return array


def require_length(name: str, values: NDArray[Any], count: int) -> None:
    """Raise `PlannerError` unless `values` is (count,)."""
    if values.shape != (count,):
        params = (("name", name), ("expected", count), ("actual", values.size))
        raise PlannerError(Finding("array_shape", params))


def require_amounts(name: str, values: NDArray[Any]) -> None:
    """Raise `PlannerError` unless all values are finite and not negative."""
    for code, fault in (("array_not_finite", ~np.isfinite(values)), ("array_negative", values < 0)):
        if fault.any():
            rows = tuple(int(row) for row in np.flatnonzero(fault)[:5])
            params = (("name", name), ("count", int(fault.sum())))
            raise PlannerError(Finding(code, params, rows=rows))


def _require_index(name: str, values: NDArray[np.int64], count: int) -> None:
    fault = (values < 0) | (values >= count)
    if fault.any():
        rows = tuple(int(row) for row in np.flatnonzero(fault)[:5])
        params = (("name", name), ("count", int(fault.sum())), ("last", count - 1))
        raise PlannerError(Finding("array_index", params, rows=rows))


def _pairs(
    counts: NDArray[np.int64], demand: NDArray[Any], tenths: NDArray[Any], n_demand: int
) -> Pairs:
    indptr = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=indptr[1:])
    point = np.ascontiguousarray(demand, dtype=np.int32)
    times = np.ascontiguousarray(tenths, dtype=np.int32)
    for array in (indptr, point, times):
        array.setflags(write=False)
    return Pairs(indptr, point, times, n_demand)
