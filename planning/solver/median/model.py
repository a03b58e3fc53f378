"""The p-median as solvers see it: each row's sites by cost, and what serves it without them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.median import kernels
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    Pointers,
    SparseReach,
    keep_pairs,
    keep_sites,
    read_only,
    transpose,
)
from planning.solver.rules import RuleArrays, rules_among


@dataclass(frozen=True, slots=True, eq=False)
class MedianCore:
    """Open `count` of the sites so that the rows' people times their cheapest cost is least.

    Parameters
    ----------
    row_indptr, row_site, row_cost
        Pairs by row, cheapest first; all are cheaper than the row's base.
    site_indptr, site_row, site_cost
        The same pairs by site.
    row, people
        (n_rows,) demand row and its people, all above 0.
    base
        (n_rows,) cost of a row when none of its sites opens: that of an open site or a penalty.
    site
        (n_sites,) number of each site in the problem.
    rules
        Rules among these sites.
    count
        Number of sites to open.
    constant
        Cost of the rows that no site can serve more cheaply than their base.
    """

    row_indptr: Pointers
    row_site: Indices
    row_cost: Floats
    site_indptr: Pointers
    site_row: Indices
    site_cost: Floats
    row: Indices
    people: Floats
    base: Floats
    site: Indices
    rules: RuleArrays
    count: int
    constant: float

    @property
    def n_sites(self) -> int:
        """Number of sites that may still open."""
        return len(self.site)


def median_core(
    reach: SparseReach, people: Floats, base: Floats, rules: RuleArrays, count: int
) -> MedianCore:
    """Return the problem among the sites that may be built.

    Parameters
    ----------
    reach
        All pairs.
    people
        (n_demand,) people; rows without people are left out.
    base
        (n_demand,) finite cost of each row when no new site opens.
    rules
        Rules over all sites.
    count
        Number of new sites.
    """
    pairs = keep_sites(reach, rules.candidates)
    core = MedianCore(
        pairs.indptr, pairs.demand, pairs.cost, pairs.indptr, pairs.demand, pairs.cost,
        np.arange(reach.n_demand), read_only(people, np.float64), read_only(base, np.float64),
        rules.candidates, rules_among(rules, rules.candidates),
        min(count, len(rules.candidates)), 0.0,
    )  # fmt: skip
    return _sort_pairs(core, pairs, base)


def reduce_median(core: MedianCore, is_in: Flags, is_out: Flags) -> MedianCore:
    """Return what is left to decide after some sites are open for good and others closed."""
    pairs = SparseReach(core.site_indptr, core.site_row, core.site_cost, len(core.people))
    base = np.array(core.base)
    opened = keep_sites(pairs, np.flatnonzero(is_in))
    np.minimum.at(base, opened.demand, opened.cost)
    left = np.flatnonzero(~is_in & ~is_out)
    built = np.bincount(core.rules.zone[is_in], minlength=len(core.rules.zone_most))
    owner = np.repeat(is_in, np.diff(core.rules.conflict_indptr))
    left = np.setdiff1d(left, core.rules.conflict_site[owner])
    rules = replace(
        core.rules,
        zone_least=read_only(np.maximum(core.rules.zone_least - built, 0), np.int64),
        zone_most=read_only(core.rules.zone_most - built, np.int64),
    )
    smaller = replace(
        core,
        site=core.site[left],
        rules=rules_among(rules, left),
        count=min(core.count - int(is_in.sum()), len(left)),
    )
    return _sort_pairs(smaller, keep_sites(pairs, left), base)


def _sort_pairs(core: MedianCore, pairs: SparseReach, base: Floats) -> MedianCore:
    """Drop pairs that do not beat the base and rows without pairs; sort both directions."""
    pairs = keep_pairs(pairs, (pairs.cost < base[pairs.demand]) & (core.people[pairs.demand] > 0))
    is_served = np.bincount(pairs.demand, minlength=pairs.n_demand) > 0
    number = np.cumsum(is_served) - 1
    demand = read_only(number[pairs.demand], np.int32)
    cost = read_only(pairs.cost, np.float64)
    row_indptr, row_site, pair = transpose(pairs.indptr, demand, int(is_served.sum()))
    row_site, row_cost = np.array(row_site), cost[pair]
    kernels.sort_rows(row_indptr, row_site, row_cost)
    return replace(
        core,
        row_indptr=row_indptr,
        row_site=read_only(row_site, np.int32),
        row_cost=read_only(row_cost, np.float64),
        site_indptr=pairs.indptr,
        site_row=demand,
        site_cost=cost,
        row=core.row[is_served],
        people=read_only(core.people[is_served], np.float64),
        base=read_only(base[is_served], np.float64),
        constant=core.constant + float(core.people[~is_served] @ base[~is_served]),
    )


def cost_of(core: MedianCore, chosen: Indices) -> float:
    """Return the total cost when `chosen` (numbers of the core) are open."""
    nearest = np.array(core.base)
    pairs = SparseReach(core.site_indptr, core.site_row, core.site_cost, len(core.people))
    opened = keep_sites(pairs, np.asarray(chosen, dtype=np.int64))
    np.minimum.at(nearest, opened.demand, opened.cost)
    return core.constant + float(core.people @ nearest)
