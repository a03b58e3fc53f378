"""Fewest sites that cover every row (set covering): reduce, search, bound, fix, branch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.solver.cover import kernels
from planning.solver.cover.proof import add_site_rules
from planning.solver.highs import Programme, Solved, run_highs
from planning.solver.pairs import (
    ByDemand,
    CoverInstance,
    Flags,
    Floats,
    Indices,
    cover_instance,
    merge_rows,
    read_only,
)
from planning.solver.rules import RuleArrays
from planning.solver.set import kernels as set_kernels
from planning.solver.stop import Clock

STEPS_A_ROUND = 100
"""Exchanges of the weighted search for each round of the limits."""

STEPS_A_CHUNK = 20_000

PAIR_NODES = 4_000_000
"""Pairs times nodes handed to branch and bound when no clock is set."""

WORTH_BRANCHING = 60_000
"""Pairs times missing sites up to which branch and bound has closed gaps; beyond it only a clock
lets it try."""


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


def fewest_sites(
    instance: CoverInstance, clock: Clock, *, seed: int = 0, enough: int = 0
) -> SetAnswer:
    """Return a smallest set of sites that covers every row.

    Parameters
    ----------
    instance
        Rows to cover; each has at least one site.
    clock
        Rounds, nodes and time.
    seed
        Seed of the search.
    enough
        When above 0, only this is asked: is there a cover of at most so many sites? The search
        stops at one, or at a bound above it.
    """
    taken, rest = _reduced(instance)
    if rest.n_rows == 0:
        return SetAnswer(taken, len(taken), "reduction")
    goal = enough - len(taken)
    best = _searched(rest, _greedy_cover(rest), max(1, goal), clock, seed=seed, share=0.02)
    method = "reduction, greedy, weighted search"
    if enough and len(best) <= goal:
        return SetAnswer(np.union1d(taken, best), len(taken) + 1, method)
    dual = _bounded(rest, clock)
    bound = dual.least
    method += ", duals of the relaxation"
    if bound < len(best) and not (enough and bound > goal):
        best = _searched(rest, best, max(bound, goal), clock, seed=seed + 1, share=1.0)
        most = goal if enough else len(best) - 1
        if bound <= most < len(best) and _is_worth_branching(rest, most + 1 - bound, clock):
            best, bound, nodes = _branched(rest, best, dual, most, clock)
            method += f", branch and bound ({nodes} nodes)"
    return SetAnswer(np.union1d(taken, best), len(taken) + bound, method)


def _kept(instance: CoverInstance, keep_row: Flags, keep_site: Flags) -> CoverInstance:
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


def _reduced(instance: CoverInstance) -> tuple[Indices, CoverInstance]:
    """Drop sites inside others and rows that others imply, take sites that a row depends on."""
    taken = np.zeros(0, dtype=np.int64)
    every_site = np.ones(instance.n_sites, dtype=bool)
    while instance.n_rows:
        n_pairs = len(instance.site_row)
        inside = np.diff(instance.site_indptr) == 0
        kernels.mark_contained(
            instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
            False, inside,
        )  # fmt: skip
        instance = _kept(instance, np.ones(instance.n_rows, dtype=bool), ~inside)
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
        taken = np.union1d(taken, forced)
        instance = _kept(instance, ~implied & ~is_met, every_site)
        if len(instance.site_row) == n_pairs:
            break
    return taken, instance


def _greedy_cover(instance: CoverInstance) -> Indices:
    """Return a cover by largest number of new rows, without sites that turn out redundant."""
    covers = np.zeros(instance.n_rows, dtype=np.int32)
    gain = np.diff(instance.site_indptr).astype(np.int64)
    chosen: list[int] = []
    while (covers == 0).any():
        j = int(np.argmax(gain))
        chosen.append(j)
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        for i in rows[covers[rows] == 0]:
            sites = instance.row_site[instance.row_indptr[i] : instance.row_indptr[i + 1]]
            gain[sites] -= 1
        covers[rows] += 1
    for j in reversed(chosen.copy()):
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        if (covers[rows] > 1).all():
            covers[rows] -= 1
            chosen.remove(j)
    return np.sort(np.array(chosen, dtype=np.int64))


def _searched(
    instance: CoverInstance, cover: Indices, goal: int, clock: Clock, *, seed: int, share: float
) -> Indices:
    """Improve a cover by the weighted search until it has `goal` sites or its steps are used."""
    if len(cover) <= goal:
        return cover
    n_rows, n_sites = instance.n_rows, instance.n_sites
    is_in = np.zeros(n_sites, dtype=np.bool_)
    is_in[cover] = True
    site = np.repeat(np.arange(n_sites), np.diff(instance.site_indptr))
    covers = np.bincount(instance.site_row[is_in[site]], minlength=n_rows).astype(np.int32)
    alone = np.bincount(site[covers[instance.site_row] == 1], minlength=n_sites)
    score = np.where(is_in, -alone, 0).astype(np.int64)
    best_in = is_in.copy()
    random = np.array([seed + 88172645463325252], dtype=np.uint64)
    state = np.array([0, len(cover), 0, -1], dtype=np.int64)
    arrays = (
        np.ones(n_rows, dtype=np.int64), is_in, covers, score, np.ones(n_sites, dtype=np.bool_),
        np.zeros(n_sites, dtype=np.int64), np.zeros(n_rows, dtype=np.int32),
        np.zeros(n_rows, dtype=np.int32), best_in,
    )  # fmt: skip
    steps = int(clock.limits.rounds * STEPS_A_ROUND * share)
    while state[2] < steps and state[1] > goal and clock.goes_on("cover", int(state[2]), steps):
        set_kernels.weighted_search(
            instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
            *arrays, min(STEPS_A_CHUNK, steps - int(state[2])), goal, random, state,
        )  # fmt: skip
    return np.flatnonzero(best_in)


@dataclass(frozen=True, slots=True, eq=False)
class SetDual:
    """The bound of the linear relaxation, the whole number it implies, and reduced costs."""

    bound: float
    least: int
    reduced: Floats


def _bounded(instance: CoverInstance, clock: Clock) -> SetDual:
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


def _is_worth_branching(instance: CoverInstance, missing: int, clock: Clock) -> bool:
    if clock.is_cut:
        return False
    return clock.limits.seconds is not None or (len(instance.site_row) * missing <= WORTH_BRANCHING)


def _branched(
    instance: CoverInstance, best: Indices, dual: SetDual, most: int, clock: Clock
) -> tuple[Indices, int, int]:
    """Ask for a cover of at most `most` sites; return the best cover, the bound and the nodes.

    Sites that their reduced costs decide for every such cover are fixed first.
    """
    cutoff = most + 1e-6
    is_out = dual.bound + np.maximum(dual.reduced, 0.0) > cutoff
    is_in = dual.bound - np.minimum(dual.reduced, 0.0) > cutoff
    has_rows = np.diff(instance.site_indptr) > 0
    programme, column = set_programme(instance, has_rows & (~is_out | is_in))
    if programme is None:  # a row lost its last site: there is no such cover
        return best, most + 1, 0
    sites = np.flatnonzero(column >= 0)
    programme.lower[column[is_in & (column >= 0)]] = 1.0
    programme.add_rows(
        np.zeros(len(sites), dtype=np.int64), np.arange(len(sites)), 1.0,
        lower=-np.inf, upper=float(most), count=1,
    )  # fmt: skip
    solved = run_highs(programme, clock, nodes=_nodes(instance, clock))
    if solved.is_infeasible:
        return best, most + 1, solved.nodes
    found = best if solved.x is None else sites[solved.x > 0.5]
    best = found if len(found) < len(best) else best
    return best, max(dual.least, min(most + 1, _ceil(solved))), solved.nodes


def _ceil(solved: Solved) -> int:
    """Return the whole bound of a programme; 0 when it has none."""
    return int(np.ceil(solved.bound - 1e-6)) if np.isfinite(solved.bound) else 0


def _nodes(instance: CoverInstance, clock: Clock) -> int:
    """Return the nodes to spend: fewer on large problems, unless a clock stops the search."""
    if clock.limits.seconds is not None:
        return clock.limits.nodes
    return min(clock.limits.nodes, PAIR_NODES // (len(instance.site_row) + 1))


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


def fewest_sites_with_rules(
    instance: CoverInstance, rules: RuleArrays, clock: Clock, *, most: int | None = None
) -> SetAnswer:
    """Return a smallest cover that keeps conflicts and zone rules, by branch and bound alone.

    Parameters
    ----------
    instance
        Rows to cover.
    rules
        Conflicts and zones.
    clock
        Nodes and time.
    most
        Most sites; None for no limit.
    """
    programme, column = set_programme(instance, rules.may_build)
    method = "branch and bound"
    if programme is None:  # a row has no site: no number of sites covers it
        return SetAnswer(None, instance.n_sites + 1, method)
    budget = float(instance.n_sites if most is None else most)
    add_site_rules(programme, rules, np.ones(instance.n_sites), budget, column)
    solved = run_highs(programme, clock)
    sites = np.flatnonzero(column >= 0)
    found = None if solved.x is None else sites[solved.x > 0.5]
    bound = instance.n_sites + 1 if solved.is_infeasible else _ceil(solved)
    if found is not None and len(found) > bound:  # stopped early: the rules aside
        bound = max(bound, _bounded(instance, clock).least)
    return SetAnswer(found, bound, f"{method} ({solved.nodes} nodes)")
