"""The smallest set of sites that covers every row: reduce, search, bound, branch."""

from __future__ import annotations

import numpy as np

from planning.solver.highs import Solved, add_site_rules, run_highs
from planning.solver.pairs import CoverInstance, Indices
from planning.solver.rules import RuleArrays
from planning.solver.set.bound import SetDual, bound_cover, set_programme
from planning.solver.set.model import SetAnswer, reduce_cover, split_parts
from planning.solver.set.search import greedy_cover, search_cover
from planning.solver.stop import Clock

PAIR_NODES = 4_000_000
"""Pairs times nodes handed to branch and bound when no clock is set."""

NEAR_BOUND = 0.08
"""Share of the sites between cover and bound up to which branch and bound may close it."""

WORTH_BRANCHING = 60_000
"""Pairs times missing sites up to which branch and bound has closed gaps; beyond it only a clock
lets it try."""


def smallest_cover(
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
    forced, rest = reduce_cover(instance)
    if rest.n_rows == 0:
        return SetAnswer(forced, len(forced), "reduction")
    parts = split_parts(rest)
    sites, bound, method = [forced], len(forced), "reduction"
    for part, number in parts:
        # Of several parts each is solved in full: how many sites one may have depends on the rest.
        goal = enough - len(forced) if enough and len(parts) == 1 else None
        answer = _smallest(part, clock, seed=seed, goal=goal)
        sites.append(number[answer.sites])
        bound += answer.bound
        method = answer.method if len(parts) == 1 else f"{len(parts)} parts, {answer.method}"
    return SetAnswer(np.sort(np.concatenate(sites)), bound, method)


def _smallest(instance: CoverInstance, clock: Clock, *, seed: int, goal: int | None) -> SetAnswer:
    """Return a smallest cover of one part, or settle whether `goal` sites can cover it."""
    best = search_cover(
        instance, greedy_cover(instance), max(1, goal or 0), clock, seed=seed, share=0.02
    )
    method = "reduction, greedy, weighted search"
    if goal is not None and len(best) <= goal:
        return SetAnswer(best, 1, method)
    dual = bound_cover(instance, clock)
    bound = dual.least
    method += ", duals of the relaxation"
    if bound < len(best) and not (goal is not None and bound > goal):
        # Far from the bound only the search can gain; near it, half of the time is for the proof.
        is_near = len(best) - bound <= NEAR_BOUND * len(best)
        best = search_cover(
            instance, best, max(bound, goal or 0), clock, seed=seed + 1, share=1.0,
            time_share=0.4 if is_near else 0.8,
        )  # fmt: skip
        most = len(best) - 1 if goal is None else goal
        if bound <= most < len(best) and _is_worth_branching(instance, most + 1 - bound, clock):
            best, bound, nodes = _branch(instance, best, dual, most, clock)
            method += f", branch and bound ({nodes} nodes)"
    return SetAnswer(best, bound, method)


def _is_worth_branching(instance: CoverInstance, missing: int, clock: Clock) -> bool:
    if clock.is_cut:
        return False
    return clock.limits.seconds is not None or (len(instance.site_row) * missing <= WORTH_BRANCHING)


def _branch(
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
    solved = run_highs(programme, clock, nodes=_nodes(instance, clock), finds_plans=False)
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


def smallest_cover_with_rules(
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
        bound = max(bound, bound_cover(instance, clock).least)
    return SetAnswer(found, bound, f"{method} ({solved.nodes} nodes)")
