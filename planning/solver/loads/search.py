"""Plans of the models with loads: rows given to open sites, and open sites exchanged."""

from __future__ import annotations

import numpy as np

from planning.solver.loads import kernels
from planning.solver.loads.model import LoadCore, LoadPlan
from planning.solver.pairs import Floats, Indices, read_only
from planning.solver.stop import Clock

SWEEPS = 6
"""Rounds of shifting and exchanging rows between open sites."""

NEAR_SITES = 25
"""Sites, best by their value in the bound, that are tried in the place of an open one."""


def plan_at(core: LoadCore, open_sites: Indices) -> LoadPlan:
    """Return a plan with whole rows at the given open sites, by regret, shifts and exchanges."""
    n_rows, n_open = len(core.weight), len(open_sites)
    position = np.full(len(core.site), -1, dtype=np.int32)
    position[open_sites] = np.arange(n_open, dtype=np.int32)
    table = np.empty((n_rows, n_open))
    kernels.dense_profit(
        core.row_indptr, core.row_site, core.row_profit, read_only(position, np.int32), table
    )
    assigned, load = np.full(n_rows, -1, dtype=np.int32), np.zeros(n_open)
    upper = read_only(core.upper[open_sites], np.float64)
    if n_open:
        kernels.assign_rows(
            read_only(table, np.float64), core.weight, upper, SWEEPS, assigned, load
        )
    lower = core.lower[open_sites]
    if core.penalty > 0 and (load < lower).any():
        kernels.meet_lower(
            read_only(table, np.float64), core.weight, upper, read_only(lower, np.float64),
            assigned, load,
        )  # fmt: skip
    served = np.flatnonzero(assigned >= 0)
    return LoadPlan(
        np.asarray(open_sites), served, np.asarray(open_sites)[assigned[served]],
        core.weight[served], _profit(core, table, assigned, load, lower),
    )  # fmt: skip


def _profit(core: LoadCore, table: Floats, assigned: Indices, load: Floats, lower: Floats) -> float:
    """Return the profit of an assignment less the penalties; -inf when it breaks a rule."""
    served = np.flatnonzero(assigned >= 0)
    short = float(np.maximum(lower - load, 0.0).sum())
    if core.must_serve and len(served) < len(assigned):
        return -np.inf
    if short > 0 and not np.isfinite(core.penalty):
        return -np.inf
    lost = core.penalty * short if short > 0 else 0.0
    return float(table[served, assigned[served]].sum()) - lost


def exchange_sites(core: LoadCore, value: Floats, best: LoadPlan, clock: Clock) -> LoadPlan:
    """Exchange one site at a time with those of most `value` in the bound; try without it."""
    if not core.rules.are_plain:
        return best
    order = np.argsort(-value, kind="stable")
    near = order[np.isfinite(value[order])][: NEAR_SITES + core.count]
    improved = True
    while improved:
        improved = False
        new = best.open_sites[~core.is_fixed[best.open_sites]]
        for out in new:
            for into in (-1, *near):
                if not clock.goes_on("exchange", 0, 1):
                    return best
                if into >= 0 and (into in best.open_sites or core.is_fixed[into]):
                    continue
                sites = best.open_sites[best.open_sites != out]
                trial = plan_at(core, np.sort(np.append(sites, into)) if into >= 0 else sites)
                if trial.profit > best.profit + 1e-12 * abs(best.profit):
                    best, improved = trial, True
                    break
            if improved:
                break
    return best
