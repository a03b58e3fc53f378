"""Fewest sites for everybody, or for a share of the people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planning.solver.cover.model import prepare_cover
from planning.solver.cover.proof import best_choice
from planning.solver.models.cover_curve import greedy_curve
from planning.solver.pairs import (
    CoverInstance,
    Flags,
    Indices,
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    times_covered,
)
from planning.solver.plan import (
    Answer,
    NoAnswer,
    Task,
    step_of,
    tighten_bound,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.set.model import SetAnswer
from planning.solver.set.proof import smallest_cover, smallest_cover_with_rules


def fewest_sites(task: Task) -> Answer | NoAnswer:
    """Cover everybody, or a share of the people, with the fewest sites (Toregas et al. 1971).

    The objective counts all open sites, existing ones included.
    """
    problem, rules = task.problem, task.rules
    is_all = problem.model == "lscp"
    lost = unreachable_rows(task.reach, rules)
    total = float(problem.people.sum())
    short = float(problem.people[lost].sum()) - (1 - problem.share) * total
    if (is_all and lost.any()) or short > 1e-9 * total:
        return NoAnswer("reach", findings=(unreachable_finding(task, lost),))
    answer = cover_within_count(task) if is_all else _cover_share(task)
    if answer.sites is None:
        return NoAnswer(answer.method, answer.bound > task.reach.n_sites)
    new_sites = task.with_required(answer.sites)
    return Answer(
        new_sites, float(len(rules.existing) + len(new_sites)),
        float(len(task.standing) + answer.bound), answer.method, task.assign(new_sites)[0], 1.0,
    )  # fmt: skip


def open_instance(task: Task, cover: SparseReach, must: Flags | None = None) -> CoverInstance:
    """Return the rows that no standing site covers, with the sites that may still be built.

    `must` flags the rows to cover, (n_demand,); all of them by default.
    """
    is_open = times_covered(cover, task.standing) == 0
    if must is not None:
        is_open &= must
    pairs = keep_pairs(cover, is_open[cover.demand] & task.rest.may_build[cover.site])
    merged, weight, _ = merge_rows(by_demand(pairs), np.ones(cover.n_demand))
    return cover_instance(merged, weight)


def cover_within_count(
    task: Task,
    most: int | None = None,
    cover: SparseReach | None = None,
    must: Flags | None = None,
) -> SetAnswer:
    """Return a smallest cover beside the standing sites, or one of at most `most` new sites.

    Parameters
    ----------
    task
        Rules, clock and seed.
    most
        When given, only this is asked: is there a cover of at most so many sites? Any such cover
        or a bound above it ends the search.
    cover
        Pairs within the limit in question; those of the task by default.
    must
        (n_demand,) rows to cover; all by default. Each is covered by some site that may stand.
    """
    instance = open_instance(task, task.reach if cover is None else cover, must)
    rules, rest = task.rules, task.rest
    if rules.are_plain or not rest.zone_least.any():
        if instance.n_rows == 0:
            return SetAnswer(np.zeros(0, dtype=np.int64), 0, "standing sites")
        if most is not None and most <= 0:
            return SetAnswer(None, 1, "standing sites")
    if rules.are_plain:
        return smallest_cover(instance, task.clock, seed=task.seed, enough=most or 0)
    return smallest_cover_with_rules(instance, rest, task.clock, most=most)


def _cover_share(task: Task) -> SetAnswer:
    """Find the least count whose maximal cover reaches the share, from the curve's bracket.

    The curve's greedy picks give a count that suffices, its bounds counts that do not; between
    them the counts are halved, a maximal cover telling of each whether it suffices.
    """
    people, clock = task.problem.people, task.clock
    target = task.problem.share * float(people.sum())
    target -= 1e-9 * max(1.0, target)
    most = int(task.rules.may_build.sum()) - len(task.rules.required)
    cover = prepare_cover(task.reach, people, task.rules, most)
    curve = greedy_curve(cover, most, clock)
    low, high = int(np.argmax(curve.bound >= target)), most + 1
    sites: Indices | None = None
    if curve.covered[-1] >= target:
        high = int(np.argmax(curve.covered >= target))
        sites = curve.site[:high]
    elif task.rules.are_plain:  # stopped along the way: all sites together reach it
        high, sites = most, task.rest.candidates
    step, n_solves, proved = step_of(people), 0, low
    while low < high and not clock.is_cut:
        count, n_solves = (low + high) // 2, n_solves + 1
        proof, _ = best_choice(replace(cover.core, budget=float(count)), step, clock)
        if cover.base + proof.choice.worth >= target:
            high, sites = count, np.flatnonzero(proof.choice.units)
        elif tighten_bound(cover.base + proof.bound, step, is_upper=True) < target:
            low = proved = count + 1
        else:  # undecided: the proof ends here, the search for fewer goes on above
            low = count + 1
    method = f"maximal cover for {n_solves} counts"
    is_infeasible = sites is None and proved >= high
    bound = task.reach.n_sites + 1 if is_infeasible else min(proved, high)
    return SetAnswer(sites, bound, method)
