"""Sparse reach: which site serves which demand row at what cost, and its merged form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from data.errors import StudyError
from geo.errors import Finding

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.integer[Any]]
Pointers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SparseReach:
    """The pairs that exist, by site. A pair that is not listed cannot be used.

    Parameters
    ----------
    indptr
        (n_sites + 1,) int64: site j has the pairs indptr[j] to indptr[j + 1].
    demand
        (n_pairs,) int32 demand row of each pair, ascending within a site.
    cost
        (n_pairs,) cost of each pair, in any unit (tenths of a second, minutes, yuan) and any
        numeric dtype.
    n_demand
        Number of demand rows, those without pairs included.
    """

    indptr: Pointers
    demand: Indices
    cost: NDArray[Any]
    n_demand: int

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.indptr) - 1

    @property
    def site(self) -> Indices:
        """(n_pairs,) site of each pair."""
        return np.repeat(np.arange(self.n_sites, dtype=np.int32), np.diff(self.indptr))


@dataclass(frozen=True, slots=True, eq=False)
class ByDemand:
    """The same pairs by demand row; sites ascend within a row unless they were ordered by cost."""

    indptr: Pointers
    site: Indices
    cost: NDArray[Any]
    n_sites: int


def read_only(values: object, dtype: object) -> NDArray[Any]:
    """Return a contiguous read-only array of one dtype: the type that kernels are compiled for."""
    view = np.ascontiguousarray(values, dtype=dtype).view()  # type: ignore[call-overload]
    view.setflags(write=False)
    return view  # type: ignore[no-any-return]


def sparse_reach(
    site: Indices, demand: Indices, cost: NDArray[Any], *, n_sites: int, n_demand: int
) -> SparseReach:
    """Return the reach of pairs given in any order.

    Parameters
    ----------
    site, demand, cost
        (n_pairs,) one pair each.
    n_sites, n_demand
        Sizes, those without pairs included.

    Raises
    ------
    StudyError
        When a cost is negative or not finite, an index is out of range, or a pair is listed twice.

    Examples
    --------
    >>> site, demand, cost = np.array([1, 0, 1]), np.array([2, 0, 0]), np.array([5, 7, 9])
    >>> reach = sparse_reach(site, demand, cost, n_sites=2, n_demand=3)
    >>> reach.indptr.tolist(), reach.demand.tolist(), reach.cost.tolist()
    ([0, 1, 3], [0, 0, 2], [7, 9, 5])
    """
    _require_pairs(site, demand, cost, n_sites, n_demand)
    order = np.lexsort((demand, site))
    site, demand, cost = site[order], demand[order], cost[order]
    same = (site[1:] == site[:-1]) & (demand[1:] == demand[:-1])
    if same.any():
        raise StudyError(Finding("pairs_duplicate", (("count", int(same.sum())),)))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=n_sites))])
    return SparseReach(
        read_only(indptr, np.int64),
        read_only(demand, np.int32),
        read_only(cost, cost.dtype),
        n_demand,
    )


def _require_pairs(
    site: Indices, demand: Indices, cost: NDArray[Any], n_sites: int, n_demand: int
) -> None:
    """Raise one error with everything that is wrong with the pairs."""
    findings = []
    for name, index, size in (("site", site, n_sites), ("demand", demand, n_demand)):
        outside = int(((index < 0) | (index >= size)).sum())
        if outside:
            findings.append(
                Finding("index_outside", (("name", name), ("count", outside), ("size", size)))
            )
    not_finite = int((~np.isfinite(cost)).sum())
    if not_finite:
        findings.append(Finding("array_not_finite", (("name", "cost"), ("count", not_finite))))
    elif len(cost) and (cost < 0).any():
        findings.append(
            Finding("array_negative", (("name", "cost"), ("count", int((cost < 0).sum()))))
        )
    if findings:
        raise StudyError(*findings)


def within(reach: SparseReach, limit: float) -> SparseReach:
    """Return the pairs whose cost is at most `limit`.

    >>> site, demand, cost = np.array([0, 0]), np.array([0, 1]), np.array([3, 4])
    >>> reach = sparse_reach(site, demand, cost, n_sites=1, n_demand=2)
    >>> within(reach, 3).demand.tolist()
    [0]
    """
    keep = reach.cost <= limit
    return reach if keep.all() else keep_pairs(reach, keep)


def keep_pairs(reach: SparseReach, keep: Flags) -> SparseReach:
    """Return the pairs flagged in `keep`, (n_pairs,)."""
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    return SparseReach(
        read_only(kept_before[reach.indptr], np.int64),
        read_only(reach.demand[keep], np.int32),
        read_only(reach.cost[keep], reach.cost.dtype),
        reach.n_demand,
    )


def by_demand(reach: SparseReach) -> ByDemand:
    """Return the transpose: pairs by demand row, sites ascending."""
    indptr, site, pair = transpose(reach.indptr, reach.demand, reach.n_demand)
    return ByDemand(indptr, site, read_only(reach.cost[pair], reach.cost.dtype), reach.n_sites)


def transpose(
    indptr: Pointers, index: Indices, n_columns: int
) -> tuple[Pointers, Indices, Pointers]:
    """Return the transposed pointers, the row of each pair, and which pair it was."""
    # Pair numbers are stored from 1, as a stored 0 may be taken for nothing.
    number = np.arange(1, len(index) + 1)
    pairs = csr_array((number, index, indptr), shape=(len(indptr) - 1, n_columns)).tocsc()
    return (
        read_only(pairs.indptr, np.int64),
        read_only(pairs.indices, np.int32),
        read_only(pairs.data - 1, np.int64),
    )


def keep_sites(reach: SparseReach, sites: Indices) -> SparseReach:
    """Return the reach of some of the sites, in the order given."""
    start, size = reach.indptr[sites], np.diff(reach.indptr)[sites]
    indptr = np.concatenate([[0], np.cumsum(size)])
    pair = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - start, size)
    return SparseReach(
        read_only(indptr, np.int64),
        read_only(reach.demand[pair], np.int32),
        read_only(reach.cost[pair], reach.cost.dtype),
        reach.n_demand,
    )


def times_covered(reach: SparseReach, sites: Indices) -> Indices:
    """Return how many of the sites reach each demand row, (n_demand,)."""
    chosen = keep_sites(reach, np.asarray(sites, dtype=np.int64))
    return np.bincount(chosen.demand, minlength=reach.n_demand).astype(np.int32)


def nearest_open(reach: SparseReach, sites: Indices) -> tuple[Indices, Floats]:
    """Return the cheapest of the open sites for each demand row; ties go to the lowest site.

    Parameters
    ----------
    reach
        All pairs.
    sites
        Open sites.

    Returns
    -------
    tuple
        (n_demand,) site, -1 where no open site is listed; (n_demand,) its cost, inf where none.

    Examples
    --------
    >>> site, demand, cost = np.array([0, 1]), np.array([0, 0]), np.array([3, 3])
    >>> reach = sparse_reach(site, demand, cost, n_sites=2, n_demand=2)
    >>> nearest_open(reach, np.array([1, 0]))
    (array([ 0, -1], dtype=int32), array([ 3., inf]))
    """
    order = np.sort(np.asarray(sites, dtype=np.int64))
    chosen = keep_sites(reach, order)
    best = np.full(reach.n_demand, np.inf)
    site = np.full(reach.n_demand, -1, dtype=np.int32)
    for row, j in enumerate(order):  # a loop over open sites only
        pairs = slice(chosen.indptr[row], chosen.indptr[row + 1])
        demand, cost = chosen.demand[pairs], chosen.cost[pairs].astype(np.float64)
        better = cost < best[demand]
        best[demand[better]] = cost[better]
        site[demand[better]] = j
    return site, best


@dataclass(frozen=True, slots=True, eq=False)
class CoverInstance:
    """Cover pairs both ways with equal demand rows merged.

    Parameters
    ----------
    site_indptr, site_row
        Rows that each site covers.
    row_indptr, row_site
        Sites that cover each row, ascending.
    people
        (n_rows,) people of each merged row.
    """

    site_indptr: Pointers
    site_row: Indices
    row_indptr: Pointers
    row_site: Indices
    people: Floats

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.site_indptr) - 1

    @property
    def n_rows(self) -> int:
        """Number of merged rows."""
        return len(self.people)


def merge_rows(
    rows: ByDemand, people: Floats, group: Indices | None = None
) -> tuple[ByDemand, Floats, Indices]:
    """Merge demand rows that the same sites reach; rows that no site reaches are dropped.

    Parameters
    ----------
    rows
        Pairs by demand row, sites ascending.
    people
        (n_demand,) people.
    group
        (n_demand,) rows of different groups are never merged.

    Returns
    -------
    tuple
        Merged rows in order of their first demand row, their people, and (n_demand,) the merged row
        of each demand row, -1 where it was dropped.
    """
    # Two independent 61-bit sums of random numbers per site: equal sums of both mean equal sets.
    rng = np.random.default_rng(0)
    keys = [_row_sums(rows, rng.integers(1, 2**61, rows.n_sites, dtype=np.int64)) for _ in range(2)]
    if group is not None:
        keys.append(group.astype(np.int64))
    size = np.diff(rows.indptr)
    _, first, inverse = _unique(np.stack([*keys, size], axis=1))
    order = np.argsort(first, kind="stable")
    kept = order[size[first[order]] > 0]
    number = np.full(len(first), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    merged_of = number[inverse]
    total = np.bincount(merged_of + 1, people, minlength=len(kept) + 1)[1:]
    return _take_rows(rows, first[kept]), read_only(total, np.float64), merged_of


def _row_sums(rows: ByDemand, value: Pointers) -> Pointers:
    """Return the sum of one integer per site over the sites of each row, overflow wrapping."""
    before = np.zeros(len(rows.site) + 1, dtype=np.int64)
    np.cumsum(value[rows.site], out=before[1:])
    return np.diff(before[rows.indptr])


def _unique(keys: NDArray[np.int64]) -> tuple[Pointers, Pointers, Pointers]:
    """Return the group number, first row and inverse of equal key rows."""
    order = np.lexsort(keys.T)
    differs = np.ones(len(keys), dtype=bool)
    differs[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    number = np.cumsum(differs) - 1
    inverse = np.empty(len(keys), dtype=np.int64)
    inverse[order] = number
    first = np.full(number[-1] + 1 if len(number) else 0, len(keys), dtype=np.int64)
    np.minimum.at(first, inverse, np.arange(len(keys)))
    return number, first, inverse


def _take_rows(rows: ByDemand, which: Pointers) -> ByDemand:
    """Return some of the rows, in the order given."""
    size = np.diff(rows.indptr)[which]
    indptr = np.concatenate([[0], np.cumsum(size)])
    pair = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - rows.indptr[which], size)
    return ByDemand(
        read_only(indptr, np.int64),
        read_only(rows.site[pair], np.int32),
        read_only(rows.cost[pair], rows.cost.dtype),
        rows.n_sites,
    )


def cover_instance(rows: ByDemand, people: Floats) -> CoverInstance:
    """Return both directions of cover pairs given by row."""
    site_indptr, site_row, _ = transpose(rows.indptr, rows.site, rows.n_sites)
    return CoverInstance(
        site_indptr,
        site_row,
        read_only(rows.indptr, np.int64),
        read_only(rows.site, np.int32),
        read_only(people, np.float64),
    )
