"""Branch and bound of the models with loads, on the pairs that the bound leaves open."""

from __future__ import annotations

import numpy as np

from planning.solver.highs import Programme, Solved, add_site_rules, run_highs
from planning.solver.loads.model import LoadCore, LoadPlan
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.stop import Clock

LARGEST_PROOF = 30_000
"""Most open pairs handed to branch and bound when no clock is set."""

PAIR_NODES = 1_500_000
"""Open pairs times nodes of branch and bound when no clock is set."""


def load_programme(
    core: LoadCore, is_in: Flags, is_out: Flags, may_use: Flags
) -> tuple[Programme, Indices, Indices]:
    """Return the programme with the pair and the site of its columns.

    Columns: one per open pair (share of the row served), one per site that is not out (open), and
    one per site for the people below its lower load when that has a finite price.
    """
    pair = np.flatnonzero(may_use)
    site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))[pair]
    row = core.site_row[pair]
    sites = np.flatnonzero(~is_out)
    column = np.full(len(core.site), -1)
    column[sites] = len(pair) + np.arange(len(sites))
    has_short = np.isfinite(core.penalty)
    n_short = len(sites) if has_short else 0
    n_columns = len(pair) + len(sites) + n_short
    cost = np.zeros(n_columns)
    cost[: len(pair)] = -core.profit[pair]
    cost[len(pair) + len(sites) :] = core.penalty if has_short else 0.0
    upper = np.ones(n_columns)
    upper[len(pair) + len(sites) :] = np.inf
    is_whole = np.zeros(n_columns, dtype=bool)
    is_whole[: len(pair)] = not core.is_divisible
    is_whole[column[sites]] = True
    programme = Programme(cost, np.zeros(n_columns), upper, is_whole)
    programme.lower[column[sites[is_in[sites]]]] = 1.0
    number = np.arange(len(pair))
    programme.add_rows(
        row, number, 1.0, lower=1.0 if core.must_serve else -np.inf, upper=1.0,
        count=len(core.weight),
    )  # fmt: skip
    _add_loads(programme, core, site, row, column)
    programme.add_rows(
        np.concatenate([number, number]), np.concatenate([number, column[site]]),
        np.concatenate([np.ones(len(pair)), -np.ones(len(pair))]),
        lower=-np.inf, upper=0.0, count=len(pair),
    )  # fmt: skip
    new = np.where(core.is_fixed, -1, column)
    add_site_rules(programme, core.rules, np.ones(len(core.site)), float(core.count), new)
    return programme, pair, sites


def _add_loads(
    programme: Programme, core: LoadCore, site: Indices, row: Indices, column: Indices
) -> None:
    """Add load <= upper open, and load + short >= lower open where there is a lower load."""
    number = np.arange(len(site))
    sites = np.flatnonzero(column >= 0)
    place = np.full(len(core.site), -1)
    place[sites] = np.arange(len(sites))
    weight = core.weight[row]
    bounded = np.minimum(core.upper[sites], core.weight.sum())
    programme.add_rows(
        np.concatenate([place[site], place[sites]]),
        np.concatenate([number, column[sites]]),
        np.concatenate([weight, -bounded]),
        lower=-np.inf, upper=0.0, count=len(sites),
    )  # fmt: skip
    if not (core.lower[sites] > 0).any() or core.penalty == 0:
        return
    has_short = np.isfinite(core.penalty)
    short = np.concatenate([place[sites]] if has_short else [np.zeros(0, dtype=np.int64)])
    programme.add_rows(
        np.concatenate([place[site], place[sites], short]),
        np.concatenate([number, column[sites], len(number) + len(sites) + short]),
        np.concatenate([weight, -core.lower[sites], np.ones(len(short))]),
        lower=0.0, upper=np.inf, count=len(sites),
    )  # fmt: skip


def start_of(core: LoadCore, plan: LoadPlan, pair: Indices, sites: Indices) -> Floats | None:
    """Return the columns of a plan; None when it uses a pair or site that is out."""
    if not np.isfinite(plan.profit) or not np.isin(plan.open_sites, sites).all():
        return None
    site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))[pair]
    wanted = plan.flow_row.astype(np.int64) * len(core.site) + plan.flow_site
    listed = core.site_row[pair].astype(np.int64) * len(core.site) + site
    order = np.argsort(listed)
    found = np.searchsorted(listed[order], wanted)
    if len(wanted) and (found >= len(listed)).any():
        return None
    if len(wanted) and (listed[order][found] != wanted).any():
        return None
    x = np.zeros(len(pair))
    x[order[found]] = plan.flow_people / core.weight[plan.flow_row]
    is_open = np.isin(sites, plan.open_sites).astype(np.float64)
    if not np.isfinite(core.penalty):
        return np.concatenate([x, is_open])
    load = np.bincount(plan.flow_site, plan.flow_people, minlength=len(core.site))[sites]
    short = np.maximum(core.lower[sites] - load, 0.0) * is_open
    return np.concatenate([x, is_open, short])


def plan_from(core: LoadCore, x: Floats, pair: Indices, sites: Indices) -> LoadPlan:
    """Return the plan of a solution, its profit counted anew."""
    share = x[: len(pair)] if core.is_divisible else np.round(x[: len(pair)])
    used = np.flatnonzero(share > 1e-9)
    site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))[pair[used]]
    row = core.site_row[pair[used]]
    share = np.minimum(share[used], 1.0)
    people = share * core.weight[row]
    opened = sites[x[len(pair) : len(pair) + len(sites)] > 0.5]
    load = np.bincount(site, people, minlength=len(core.site))
    short = float(np.maximum(core.lower - load, 0.0)[opened].sum())
    lost = core.penalty * short if core.penalty > 0 and short > 1e-6 else 0.0
    profit = float(core.profit[pair[used]] @ share) - (lost if np.isfinite(lost) else 0.0)
    return LoadPlan(np.union1d(opened, np.flatnonzero(core.is_fixed)), row, site, people, profit)


def branch(
    core: LoadCore,
    decided: tuple[Flags, Flags, Flags],
    best: LoadPlan,
    clock: Clock,
    *,
    is_last: bool = True,
) -> tuple[LoadPlan | None, Solved]:
    """Return the plan that branch and bound finds among the open pairs, and what it proved."""
    programme, pair, sites = load_programme(core, *decided)
    nodes = None if not is_last else clock.limits.nodes
    if clock.limits.seconds is None and is_last:
        nodes = min(clock.limits.nodes, PAIR_NODES // (len(pair) + 1))
    start = start_of(core, best, pair, sites)
    solved = run_highs(programme, clock, start=start, nodes=nodes, is_last=is_last)
    return (None if solved.x is None else plan_from(core, solved.x, pair, sites)), solved


def best_assignment(core: LoadCore, plan: LoadPlan, clock: Clock) -> LoadPlan:
    """Return the best assignment to the open sites of a plan; for divisible rows an exact one."""
    site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))
    is_open = np.zeros(len(core.site), dtype=bool)
    is_open[plan.open_sites] = True
    found, _ = branch(core, (is_open, ~is_open, is_open[site]), plan, clock)
    return found if found is not None and found.profit > plan.profit else plan
