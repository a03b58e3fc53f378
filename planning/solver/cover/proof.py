"""What the Lagrangian leaves open of a cover problem, decided by branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.cover.model import (
    Choice,
    CoverCore,
    can_meet_needs,
    covers_of,
    reduced,
    worth_of,
)
from planning.solver.highs import Programme, run_highs
from planning.solver.pairs import Flags, Floats, Indices, read_only
from planning.solver.rules import RuleArrays
from planning.solver.stop import Clock

LARGEST_PROOF = 400_000
"""Most pairs handed to branch and bound; above it even the first relaxation takes minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """Best choice and bound after branch and bound; `nodes` is 0 when it was not needed."""

    choice: Choice
    bound: float
    nodes: int
    is_infeasible: bool = False


def add_site_rules(
    programme: Programme, rules: RuleArrays, cost: Floats, budget: float, column: Indices
) -> None:
    """Add budget, conflict and zone rows; `column` is the column of each site, -1 none."""
    sites = np.flatnonzero(column >= 0)
    zero = np.zeros(len(sites), dtype=np.int64)
    programme.add_rows(zero, column[sites], cost[sites], lower=-np.inf, upper=budget, count=1)
    owner = np.repeat(np.arange(len(column)), np.diff(rules.conflict_indptr))
    keep = (owner < rules.conflict_site) & (column[owner] >= 0) & (column[rules.conflict_site] >= 0)
    pairs = np.column_stack([column[owner[keep]], column[rules.conflict_site[keep]]])
    if len(pairs):
        row = np.repeat(np.arange(len(pairs)), 2)
        programme.add_rows(row, pairs.ravel(), 1.0, lower=-np.inf, upper=1.0, count=len(pairs))
    n_zones = len(rules.zone_most) - 1
    if n_zones:
        ruled = sites[rules.zone[sites] < n_zones]
        programme.add_rows(
            rules.zone[ruled], column[ruled], 1.0,
            lower=rules.zone_least[:-1], upper=rules.zone_most[:-1], count=n_zones,
        )  # fmt: skip


def cover_programme(core: CoverCore) -> tuple[Programme, Indices]:
    """Return the mixed-integer programme of a cover problem and the column of each site.

    Columns: units of each open site, then one worth column per row and level still to be gained.
    """
    instance, top = core.instance, len(core.level_gain) - 1
    sites = np.flatnonzero(core.rules.may_build)
    column = np.full(instance.n_sites, -1, dtype=np.int64)
    column[sites] = np.arange(len(sites))
    levels = np.maximum(top - core.start, 0)
    row_of = np.repeat(np.arange(instance.n_rows), levels)
    level = np.arange(len(row_of)) - np.repeat(np.cumsum(levels) - levels, levels)
    gain = instance.people[row_of] * core.level_gain[core.start[row_of] + level]
    n_columns = len(sites) + len(row_of)
    programme = Programme(
        np.concatenate([np.zeros(len(sites)), -gain]),
        np.zeros(n_columns),
        np.concatenate([np.full(len(sites), float(core.copies)), np.ones(len(row_of))]),
        np.arange(n_columns) < len(sites),
    )
    pair_row = np.repeat(np.arange(instance.n_rows), np.diff(instance.row_indptr))
    programme.add_rows(
        np.concatenate([pair_row, row_of]),
        np.concatenate([column[instance.row_site], len(sites) + np.arange(len(row_of))]),
        np.concatenate([np.ones(len(pair_row)), -np.ones(len(row_of))]),
        lower=core.need.astype(np.float64), upper=np.inf, count=instance.n_rows,
    )  # fmt: skip
    add_site_rules(programme, core.rules, core.cost, core.budget, column)
    return programme, column


def start_values(core: CoverCore, units: Indices, column: Indices) -> Floats:
    """Return the columns of a known choice."""
    sites = np.flatnonzero(column >= 0)
    times = covers_of(core.instance, units) - core.need
    levels = np.maximum(len(core.level_gain) - 1 - core.start, 0)
    row_of = np.repeat(np.arange(core.instance.n_rows), levels)
    level = np.arange(len(row_of)) - np.repeat(np.cumsum(levels) - levels, levels)
    x = np.concatenate([units[sites], (level < times[row_of]).astype(np.float64)])
    return np.asarray(x, dtype=np.float64)


def proved_by_branching(
    core: CoverCore,
    taken: Indices,
    is_open: Flags,
    *,
    best: Choice,
    bound: float,
    clock: Clock,
    is_last: bool = True,
) -> Proof:
    """Decide what is open by branch and bound and return the better choice and the lower bound.

    Parameters
    ----------
    core
        The whole problem.
    taken, is_open
        (n_sites,) units decided, and where more may be placed.
    best
        Best choice known; `worth` is -inf when none keeps the rules.
    bound
        Bound known; choices not better than `best` need not be in reach of `taken` and `is_open`.
    clock
        Nodes and time.
    is_last
        False when something else will be tried after it.
    """
    if not can_meet_needs(core, taken, is_open):
        return Proof(best, best.worth, 0, not np.isfinite(best.worth))
    rest = reduced(core, taken, is_open)
    base = _decided_worth(core, taken)
    if len(rest.instance.site_row) > LARGEST_PROOF:
        return Proof(best, bound, 0)
    programme, column = cover_programme(rest)
    left = best.units - taken
    is_start = np.isfinite(best.worth) and bool((left >= 0).all()) and not left[column < 0].any()
    start = start_values(rest, left, column) if is_start else None
    solved = run_highs(programme, clock, start=start, is_last=is_last)
    if solved.is_infeasible:
        return Proof(best, best.worth, solved.nodes, not np.isfinite(best.worth))
    if solved.x is not None:
        units = taken.copy()
        sites = np.flatnonzero(column >= 0)
        units[sites] += np.round(solved.x[: len(sites)]).astype(units.dtype)
        found = Choice(units, worth_of(core, units))
        best = found if found.worth > best.worth else best
    return Proof(best, min(bound, max(best.worth, base - solved.bound)), solved.nodes)


def _decided_worth(core: CoverCore, taken: Indices) -> float:
    """Return what the decided units are worth, whether or not the needs and zones are met yet."""
    covers = covers_of(core.instance, taken)
    nothing = read_only(np.zeros(len(core.rules.zone_least)), np.int64)
    rules = replace(core.rules, zone_least=nothing)
    return worth_of(replace(core, rules=rules, need=np.minimum(core.need, covers)), taken)
