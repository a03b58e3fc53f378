"""The one list of travel times: pairs of facility and place, and what is done to such a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Bools, Ints, Longs, require_amounts, require_index, require_length
from geo.legs import sealed
from geo.search import transpose_rows
from geo.times import limits_in_tenths


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """All pairs of facility and place within a limit, by facility: the one list of travel times.

    A pair that is absent is out of reach.

    Parameters
    ----------
    indptr
        (n_facilities + 1,) where the row of each facility begins.
    demand
        (n_pairs,) places, ascending in each row.
    tenths
        (n_pairs,) tenths of a second; uint16 for limits up to 6,553 s, int32 above.
    n_demand
        Number of places.
    """

    indptr: Longs
    demand: Ints
    tenths: NDArray[Any]
    n_demand: int

    @property
    def n_facilities(self) -> int:
        """Number of rows."""
        return len(self.indptr) - 1

    def facility(self) -> Ints:
        """Return the (n_pairs,) facility of each pair."""
        return np.repeat(np.arange(self.n_facilities, dtype=np.int32), np.diff(self.indptr))

    def by_demand(self) -> tuple[Longs, Ints, NDArray[Any]]:
        """Return (indptr, facility, tenths) by place, facilities ascending in each row."""
        indptr = np.zeros(self.n_demand + 1, np.int64)
        np.cumsum(np.bincount(self.demand, minlength=self.n_demand), out=indptr[1:])
        facility = np.empty(len(self.demand), np.int32)
        tenths = np.empty_like(self.tenths)
        size = self.tenths.itemsize
        transpose_rows(
            sealed(self.indptr, np.int64),
            sealed(self.demand, np.int32),
            sealed(self.tenths, self.tenths.dtype).view(np.uint8).reshape(-1, size),
            indptr[:-1].copy(),
            facility,
            tenths.view(np.uint8).reshape(-1, size),
        )
        return indptr, facility, tenths


def reach_from_table(
    facility: ArrayLike, demand: ArrayLike, tenths: ArrayLike, *, n_facilities: int, n_demand: int
) -> Reach:
    """Return rows by facility from a table of pairs in any order.

    Parameters
    ----------
    facility, demand
        Indices of each pair; a pair given twice keeps its smaller time.
    tenths
        Tenths of a second of each pair.

    Raises
    ------
    GeoError
        When lengths differ or an index is out of range.

    >>> reach_from_table([1, 0], [0, 2], [50, 70], n_facilities=2, n_demand=3).demand.tolist()
    [2, 0]
    """
    rows = np.asarray(facility, dtype=np.int64)
    columns = np.asarray(demand, dtype=np.int64)
    times = np.asarray(tenths, dtype=np.int32)
    require_length("demand", columns, len(rows))
    require_length("tenths", times, len(rows))
    require_index("facility", rows, n_facilities)
    require_index("demand", columns, n_demand)
    require_amounts("tenths", times)
    order = np.lexsort((times, columns, rows))
    rows, columns, times = rows[order], columns[order], times[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    counts = np.bincount(rows[first], minlength=n_facilities)
    return _reach(counts, columns[first], times[first], n_demand)


def within(pairs: Reach, limit_minutes: float | ArrayLike) -> Reach:
    """Keep the pairs not above the limit.

    Parameters
    ----------
    limit_minutes
        One limit, or (n_facilities,) one a facility; a time equal to it is kept.
    """
    limit_tenths = limits_in_tenths(limit_minutes, pairs.n_facilities)
    return keep_pairs(pairs, pairs.tenths <= limit_tenths[pairs.facility()])


def of_facilities(pairs: Reach, is_used: Bools) -> Reach:
    """Empty the rows of facilities that are not used; the numbering stays."""
    require_length("is_used", is_used, pairs.n_facilities)
    return keep_pairs(pairs, is_used[pairs.facility()])


def keep_pairs(pairs: Reach, kept: Bools) -> Reach:
    """Return the pairs where `kept`, (n_pairs,), is True, their times as int32."""
    if kept.all():
        times = pairs.tenths.astype(np.int32, copy=False)
        return Reach(pairs.indptr, pairs.demand, times, pairs.n_demand)
    before = np.concatenate(([0], np.cumsum(kept)))
    counts = np.diff(before[pairs.indptr])
    return _reach(counts, pairs.demand[kept], pairs.tenths[kept], pairs.n_demand)


def _reach(
    counts: NDArray[Any], demand: NDArray[Any], tenths: NDArray[Any], n_demand: int
) -> Reach:
    indptr = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=indptr[1:])
    return Reach(
        sealed(indptr, np.int64), sealed(demand, np.int32), sealed(tenths, np.int32), n_demand
    )
