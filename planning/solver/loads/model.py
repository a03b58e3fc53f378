"""Models with loads as solvers see them: profit per pair, room per site, everything a maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
from planning.solver.plan import step_of
from planning.solver.rules import RuleArrays, rules_among

LARGEST_KNAPSACKS = 5_000_000
"""Most pairs times units of load for which each site's knapsack is filled exactly."""

_NO_UNITS = (read_only([], np.int64), read_only([], np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class LoadCore:
    """Open at most `count` more sites and give rows to open ones so that the profit is largest.

    Parameters
    ----------
    site_indptr, site_row, profit
        Pairs by site and what each brings.
    row_indptr, row_site, row_profit
        The same pairs by row.
    row, weight
        (n_rows,) demand row and its people, all above 0.
    site, lower, upper
        (n_sites,) site of the problem and its loads; standing sites have no lower load.
    penalty
        Cost of one person below a lower load; infinite when the lower loads must be met.
    is_fixed
        (n_sites,) True for sites that stand.
    rules
        Rules among these sites.
    count
        Most new sites.
    must_serve
        True when every row must be served.
    is_divisible
        True when the people of a row may go to several sites.
    units, upper_units
        (n_rows,) and (n_sites,) people and upper loads in whole units; empty where a knapsack in
        units would be too long, a row may part, or a lower load matters.
    """

    site_indptr: Pointers
    site_row: Indices
    profit: Floats
    row_indptr: Pointers
    row_site: Indices
    row_profit: Floats
    row: Indices
    weight: Floats
    site: Indices
    lower: Floats
    upper: Floats
    penalty: float
    is_fixed: Flags
    rules: RuleArrays
    count: int
    must_serve: bool
    is_divisible: bool
    units: Indices
    upper_units: Indices


@dataclass(frozen=True, slots=True, eq=False)
class LoadPlan:
    """Open sites of a core, the people of each served pair, and the profit.

    Parameters
    ----------
    open_sites
        Open sites by their number in the core, standing ones included.
    flow_row, flow_site, flow_people
        Who serves whom, by numbers of the core.
    profit
        Profit less penalties; -inf when the plan breaks a rule.
    """

    open_sites: Indices
    flow_row: Indices
    flow_site: Indices
    flow_people: Floats
    profit: float


def load_core(  # noqa: PLR0913 - every load of both models
    reach: SparseReach,
    profit: Floats,
    people: Floats,
    rules: RuleArrays,
    *,
    lower: Floats,
    upper: Floats,
    penalty: float,
    count: int,
    must_serve: bool,
    is_divisible: bool,
) -> LoadCore:
    """Return the problem among standing sites and those that may be built; rows need people.

    Parameters
    ----------
    reach, profit
        Pairs that may be used, and what each brings, (n_pairs,).
    people
        (n_demand,) people.
    rules
        Rules over all sites.
    lower, upper
        (n_sites,) loads.
    penalty, count, must_serve, is_divisible
        As in `LoadCore`.
    """
    standing = np.concatenate([rules.existing, rules.required])
    sites = np.union1d(standing, rules.candidates)
    keep = people[reach.demand] > 0
    pairs = keep_sites(keep_pairs(_with_cost(reach, profit), keep), sites)
    row = np.flatnonzero(people > 0)
    number = np.full(len(people), -1)
    number[row] = np.arange(len(row))
    site_row = read_only(number[pairs.demand], np.int32)
    row_indptr, row_site, pair = transpose(pairs.indptr, site_row, len(row))
    is_fixed = np.isin(sites, standing)
    is_standing_before = np.isin(sites, rules.existing)
    is_whole = not is_divisible and (penalty == 0 or not lower[sites].any())
    units = _units(people[row], upper[sites], pairs.indptr) if is_whole else _NO_UNITS
    return LoadCore(
        pairs.indptr, site_row, read_only(pairs.cost, np.float64), row_indptr, row_site,
        read_only(pairs.cost[pair], np.float64), row, read_only(people[row], np.float64), sites,
        read_only(np.where(is_standing_before, 0.0, lower[sites]), np.float64),
        read_only(upper[sites], np.float64), penalty, read_only(is_fixed, np.bool_),
        rules_among(rules, sites), count, must_serve, is_divisible, *units,
    )  # fmt: skip


def _units(weight: Floats, upper: Floats, indptr: Pointers) -> tuple[Indices, Indices]:
    """Return people and upper loads in whole units, empty where that is too much work."""
    unit = step_of(weight)
    if unit <= 0:
        return _NO_UNITS
    units = np.round(weight / unit)
    # A load above what the site can be given never fills a knapsack.
    most = np.floor(np.minimum(upper, weight.sum()) / unit + 1e-9)
    if float((np.diff(indptr) * (most + 1)).sum()) > LARGEST_KNAPSACKS:
        return _NO_UNITS
    return read_only(units, np.int64), read_only(most, np.int64)


def _with_cost(reach: SparseReach, cost: Floats) -> SparseReach:
    return SparseReach(reach.indptr, reach.demand, cost, reach.n_demand)
