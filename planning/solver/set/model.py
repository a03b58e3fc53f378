"""A set cover reduced: what is decided without any search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from planning.solver.pairs import (
    ByDemand,
    CoverInstance,
    Flags,
    Indices,
    cover_instance,
    merge_rows,
    read_only,
)
from planning.solver.set import kernels


@dataclass(frozen=True, slots=True, eq=False)
class SetAnswer:
    """A cover, the least number of sites any cover needs, and how both were found.

    Parameters
    ----------
    sites
        Ascending sites of the smallest cover found; None when there is none.
    bound
        No cover has fewer sites.
    method
        What found it and what proved it.
    """

    sites: Indices | None
    bound: int
    method: str


def reduce_cover(instance: CoverInstance) -> tuple[Indices, CoverInstance]:
    """Drop sites inside others and rows that others imply, take sites that a row depends on.

    The reductions of Toregas and ReVelle (1973), over and over until none applies: a site whose
    rows are among another's is not needed (column dominance), a row whose sites include all of
    another's is covered with it (row dominance), and the only site of a row is in every cover.
    """
    forced_sites = np.zeros(0, dtype=np.int64)
    every_site = np.ones(instance.n_sites, dtype=bool)
    while instance.n_rows:
        n_pairs = len(instance.site_row)
        inside = np.diff(instance.site_indptr) == 0
        kernels.mark_contained(
            instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
            False, inside,
        )  # fmt: skip
        instance = keep_part(instance, np.ones(instance.n_rows, dtype=bool), ~inside)
        implied = np.zeros(instance.n_rows, dtype=bool)
        kernels.mark_contained(
            instance.row_indptr, instance.row_site, instance.site_indptr, instance.site_row,
            True, implied,
        )  # fmt: skip
        only = instance.row_site[instance.row_indptr[:-1][np.diff(instance.row_indptr) == 1]]
        forced = np.unique(only)
        is_forced = np.zeros(instance.n_sites, dtype=bool)
        is_forced[forced] = True
        is_met = np.zeros(instance.n_rows, dtype=bool)
        owner = np.repeat(is_forced, np.diff(instance.site_indptr))
        is_met[instance.site_row[owner]] = True
        forced_sites = np.union1d(forced_sites, forced)
        instance = keep_part(instance, ~implied & ~is_met, every_site)
        if len(instance.site_row) == n_pairs:
            break
    return forced_sites, instance


def keep_part(instance: CoverInstance, keep_row: Flags, keep_site: Flags) -> CoverInstance:
    """Return the pairs of some rows and sites; sites keep their numbers, equal rows merge."""
    row = np.repeat(np.arange(instance.n_rows), np.diff(instance.row_indptr))
    keep = keep_row[row] & keep_site[instance.row_site]
    before = np.concatenate([[0], np.cumsum(keep)])
    indptr = before[instance.row_indptr]
    rows = ByDemand(
        read_only(indptr, np.int64),
        read_only(instance.row_site[keep], np.int32),
        read_only(np.zeros(int(keep.sum())), np.float64),
        instance.n_sites,
    )
    merged, people, _ = merge_rows(rows, instance.people)
    return cover_instance(merged, people)


def split_parts(instance: CoverInstance) -> list[tuple[CoverInstance, Indices]]:
    """Return the parts of rows that some chain of shared sites joins, and the sites of each.

    Parts have nothing to do with each other: their smallest covers and bounds add up.
    """
    n_rows, n_sites = instance.n_rows, instance.n_sites
    row = np.repeat(np.arange(n_rows), np.diff(instance.row_indptr))
    joins = csr_array(
        (np.ones(len(row)), (row, n_rows + instance.row_site)), shape=(n_rows + n_sites,) * 2
    )
    n_parts, label = connected_components(joins, directed=False)
    parts = []
    for part in range(n_parts):
        is_here = label == part
        sites = np.flatnonzero(is_here[n_rows:])
        if is_here[:n_rows].any():
            rows = np.flatnonzero(is_here[:n_rows])
            number = np.cumsum(is_here[n_rows:]) - 1
            size = np.diff(instance.row_indptr)[rows]
            keep = is_here[:n_rows][row]
            pairs = ByDemand(
                read_only(np.concatenate([[0], np.cumsum(size)]), np.int64),
                read_only(number[instance.row_site[keep]], np.int32),
                read_only(np.zeros(int(keep.sum())), np.float64),
                len(sites),
            )
            parts.append((cover_instance(pairs, instance.people[rows]), sites))
    return sorted(parts, key=lambda part: len(part[0].site_row))
