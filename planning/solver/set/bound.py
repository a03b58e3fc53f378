"""A bound on the number of sites of any cover, by the linear relaxation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.highs import Programme, run_highs
from planning.solver.pairs import CoverInstance, Flags, Floats, Indices
from planning.solver.stop import Clock


@dataclass(frozen=True, slots=True, eq=False)
class SetDual:
    """The bound of the linear relaxation, the whole number it implies, and reduced costs."""

    bound: float
    least: int
    reduced: Floats


def bound_cover(instance: CoverInstance, clock: Clock) -> SetDual:
    """Bound the number of sites by the duals of the linear relaxation.

    The duals are used as prices of a Lagrangian bound, which holds whatever the tolerance to which
    the relaxation was solved; no Lagrangian can pass the relaxation itself.
    """
    programme, column = set_programme(instance, np.diff(instance.site_indptr) > 0)
    reduced = np.zeros(instance.n_sites)
    if programme is None:
        return SetDual(0.0, 1, reduced)
    programme.is_integer[:] = False
    solved = run_highs(programme, clock, interior_point=True)
    price = np.maximum(solved.row_dual, 0.0)
    if len(price) != instance.n_rows:
        return SetDual(0.0, 1, reduced)
    site = np.repeat(np.arange(instance.n_sites), np.diff(instance.site_indptr))
    priced = np.bincount(site, price[instance.site_row], minlength=instance.n_sites)
    reduced = np.where(column >= 0, 1.0 - priced, 0.0)
    bound = float(price.sum() + np.minimum(reduced, 0.0).sum())
    return SetDual(bound, max(1, int(np.ceil(bound - 1e-6))), reduced)


def set_programme(instance: CoverInstance, may_open: Flags) -> tuple[Programme | None, Indices]:
    """Return the covering programme and each site's column; None when a row has no site left."""
    sites = np.flatnonzero(may_open)
    column = np.full(instance.n_sites, -1, dtype=np.int64)
    column[sites] = np.arange(len(sites))
    row = np.repeat(np.arange(instance.n_rows), np.diff(instance.row_indptr))
    keep = column[instance.row_site] >= 0
    if len(np.unique(row[keep])) < instance.n_rows:
        return None, column
    ones = np.ones(len(sites))
    programme = Programme(ones, np.zeros(len(sites)), ones.copy(), np.ones(len(sites), dtype=bool))
    programme.add_rows(
        row[keep], column[instance.row_site[keep]], 1.0, lower=1.0, upper=np.inf,
        count=instance.n_rows,
    )  # fmt: skip
    return programme, column
