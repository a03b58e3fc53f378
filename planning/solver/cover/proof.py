"""What the Lagrangian leaves open of a cover problem, decided by branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.cover.bound import decide_sites, lagrangian_bound
from planning.solver.cover.model import (
    Choice,
    CoverCore,
    can_meet_needs,
    covers_of,
    drop_contained_sites,
    reduce_cover,
    worth_of,
)
from planning.solver.cover.search import greedy_choice, swap_sites
from planning.solver.cover.tree import fits_tree, search_tree
from planning.solver.highs import Programme, add_site_rules, run_highs
from planning.solver.pairs import Flags, Floats, Indices, read_only
from planning.solver.plan import least_gain
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


def branch(
    core: CoverCore,
    fixed: Indices,
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
    fixed, is_open
        (n_sites,) units decided, and where more may be placed.
    best
        Best choice known; `worth` is -inf when none keeps the rules.
    bound
        Bound known; choices not better than `best` need not be in reach of `fixed` and `is_open`.
    clock
        Nodes and time.
    is_last
        False when something else will be tried after it.
    """
    if not can_meet_needs(core, fixed, is_open):
        return Proof(best, best.worth, 0, not np.isfinite(best.worth))
    rest = reduce_cover(core, fixed, is_open)
    base = _decided_worth(core, fixed)
    if len(rest.instance.site_row) > LARGEST_PROOF:
        return Proof(best, bound, 0)
    programme, column = cover_programme(rest)
    left = best.units - fixed
    is_start = np.isfinite(best.worth) and bool((left >= 0).all()) and not left[column < 0].any()
    start = start_values(rest, left, column) if is_start else None
    solved = run_highs(programme, clock, start=start, is_last=is_last)
    if solved.is_infeasible:
        return Proof(best, best.worth, solved.nodes, not np.isfinite(best.worth))
    if solved.x is not None:
        units = fixed.copy()
        sites = np.flatnonzero(column >= 0)
        units[sites] += np.round(solved.x[: len(sites)]).astype(units.dtype)
        found = Choice(units, worth_of(core, units))
        best = found if found.worth > best.worth else best
    return Proof(best, min(bound, max(best.worth, base - solved.bound)), solved.nodes)


def _decided_worth(core: CoverCore, fixed: Indices) -> float:
    """Return what the decided units are worth, whether or not the needs and zones are met yet."""
    covers = covers_of(core.instance, fixed)
    nothing = read_only(np.zeros(len(core.rules.zone_least)), np.int64)
    rules = replace(core.rules, zone_least=nothing)
    return worth_of(replace(core, rules=rules, need=np.minimum(core.need, covers)), fixed)


def best_choice(
    core: CoverCore, step: float, clock: Clock, *, choice: Choice | None = None
) -> tuple[Proof, str]:
    """Return the best choice of a cover problem, its bound and how both were found.

    Greedy and swaps give the choice, the Lagrangian the bound; sites whose reduced value decides
    them are fixed, and branch and bound closes what is left.

    Parameters
    ----------
    core
        The problem.
    step
        Least difference between two objectives, 0 when unknown.
    clock
        Rounds, nodes and time.
    choice
        A choice to start from instead of the greedy one.
    """
    if choice is None:
        core = drop_contained_sites(core)
        choice = swap_sites(core, greedy_choice(core, clock), clock)
    dual, choice = lagrangian_bound(core, choice, step, clock)
    method = f"greedy, swap, Lagrangian ({dual.rounds} rounds)"
    target = choice.worth + least_gain(choice.worth, step)
    if dual.bound < target or (clock.is_cut and np.isfinite(choice.worth)):
        return Proof(choice, dual.bound, 0), method
    is_in, is_out = decide_sites(core, dual, target)
    left = Proof(choice, dual.bound, 0)
    proof = _close_gap(core, is_in, ~is_in & ~is_out, left, target - choice.worth, clock=clock)
    return proof, f"{method}, fixing, branch and bound ({proof.nodes} nodes)"


def _close_gap(
    core: CoverCore, is_in: Flags, is_open: Flags, proof: Proof, step: float, *, clock: Clock
) -> Proof:
    """Close what is left: a tree on prices, then a general solver, then the tree to its limits."""
    fixed = is_in.astype(np.int32)
    uses_tree = np.isfinite(proof.choice.worth) and fits_tree(core, is_open)
    nodes = 0
    for turn in ("tree", "solver", "tree to the end"):
        if turn == "solver":
            proof = branch(
                core, fixed, is_open, best=proof.choice, bound=proof.bound, clock=clock,
                is_last=not uses_tree,
            )  # fmt: skip
            nodes += proof.nodes
        elif uses_tree:
            choice, bound, count = search_tree(
                core, fixed, is_open, best=proof.choice, bound=proof.bound, step=step, clock=clock,
                is_last=turn == "tree to the end",
            )  # fmt: skip
            proof, nodes = Proof(choice, bound, 0), nodes + count
        if clock.is_cut or proof.is_infeasible or proof.bound < proof.choice.worth + step:
            break
    return replace(proof, nodes=nodes)
