"""Fewest sites for everybody, or for a share of the people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.cover.curve import greedy_curve
from planning.solver.cover.maximal import best_choice, no_plan, prepared_cover
from planning.solver.pairs import (
    CoverInstance,
    Flags,
    Floats,
    Indices,
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    nearest_open,
    times_covered,
    within,
)
from planning.solver.plan import Answer, infeasible_plan, plan_of
from planning.solver.problems import FewestSites, SitingPlan, SolveLimits, step_of, tightened
from planning.solver.rules import RuleArrays, after_required, compile_rules
from planning.solver.set.covering import SetAnswer, fewest_sites, fewest_sites_with_rules
from planning.solver.stop import Clock


def solve_fewest_sites(
    problem: FewestSites,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Cover everybody, or a share of the people, with the fewest sites.

    The objective counts all open sites, existing ones included.

    Parameters
    ----------
    problem
        Reach, people, limit, share and rules.
    seed
        Seed of the search.
    limits
        Rounds, nodes and seconds.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When the rules contradict each other.
    """
    clock = Clock(limits or SolveLimits(), progress)
    rules = compile_rules(problem.rules, problem.reach.n_sites)
    cover = within(problem.reach, problem.limit)
    is_all = problem.share >= 1.0
    name = "lscp" if is_all else "partial-lscp"
    lost = unreachable_rows(cover, rules)
    short = float(problem.people[lost].sum()) - (1 - problem.share) * float(problem.people.sum())
    if (is_all and lost.any()) or short > 1e-9 * float(problem.people.sum()):
        found = unreachable_finding(problem.reach, problem.people, lost, rules)
        return infeasible_plan(name, cover.n_demand, method="reach", seed=seed, findings=(found,))
    answer = _all(cover, rules, clock, seed) if is_all else _share(problem, rules, clock)
    if answer.sites is None:
        return no_plan(
            name, cover.n_demand, is_infeasible=answer.bound > cover.n_sites, is_cut=clock.is_cut,
            method=answer.method, seed=seed,
        )  # fmt: skip
    new_sites = np.concatenate([rules.required, answer.sites])
    fixed = len(rules.existing) + len(rules.required)
    assignment, _ = nearest_open(cover, np.concatenate([rules.existing, new_sites]))
    return plan_of(
        name, Answer(new_sites, float(fixed + answer.bound), answer.method, is_cut=clock.is_cut),
        existing=rules.existing, objective=float(len(rules.existing) + len(new_sites)),
        assignment=assignment, seed=seed, step=1.0, is_upper=False,
    )  # fmt: skip


def unreachable_rows(cover: SparseReach, rules: RuleArrays) -> Flags:
    """Return the rows that no site that stands or may be built covers, (n_demand,)."""
    return np.asarray(times_covered(cover, sites_that_may_stand(rules)) == 0)


def sites_that_may_stand(rules: RuleArrays) -> Indices:
    """Return the sites that stand or may be built beside the required ones."""
    may_stand = np.array(after_required(rules).may_build)
    may_stand[np.concatenate([rules.existing, rules.required])] = True
    return np.flatnonzero(may_stand)


def unreachable_finding(
    reach: SparseReach, people: Floats, lost: Flags, rules: RuleArrays
) -> Finding:
    """Say how many people no candidate covers, and from which limit on each would be."""
    _, cost = nearest_open(reach, sites_that_may_stand(rules))
    needed = cost[lost]
    is_known = np.isfinite(needed)
    params = (
        ("rows", int(lost.sum())),
        ("people", float(people[lost].sum())),
        ("needed", float(needed[is_known].max(initial=0.0))),
        ("never", float(people[lost][~is_known].sum())),
    )
    rows = tuple(int(i) for i in np.flatnonzero(lost)[:5])
    code = "siting_beyond_reach" if is_known.any() else "siting_unreachable_people"
    return Finding(code, params, rows=rows, people=params[1][1])


def open_instance(
    cover: SparseReach, rules: RuleArrays, must: Flags | None = None
) -> CoverInstance:
    """Return the rows that no standing site covers, with the sites that may still be built.

    `must` flags the rows to cover, (n_demand,); all of them by default.
    """
    standing = np.concatenate([rules.existing, rules.required])
    is_open = times_covered(cover, standing) == 0
    if must is not None:
        is_open &= must
    rest = after_required(rules)
    pairs = keep_pairs(cover, is_open[cover.demand] & rest.may_build[cover.site])
    merged, weight, _ = merge_rows(by_demand(pairs), np.ones(cover.n_demand))
    return cover_instance(merged, weight)


def cover_within_count(
    cover: SparseReach,
    rules: RuleArrays,
    left: int,
    must: Flags | None = None,
    *,
    clock: Clock,
    seed: int,
) -> SetAnswer:
    """Return a cover with at most `left` new sites beside the required ones, or a bound above it.

    Parameters
    ----------
    cover
        Pairs within the limit.
    rules
        Rules over all sites.
    left
        New sites that may still be built.
    must
        (n_demand,) rows to cover; all by default. Each is covered by some site that may stand.
    clock, seed
        Limits and seed of the search.
    """
    instance = open_instance(cover, rules, must)
    rest = after_required(rules)
    if rules.are_plain or not rest.zone_least.any():
        if instance.n_rows == 0:
            return SetAnswer(np.zeros(0, dtype=np.int64), 0, "standing sites")
        if left <= 0:
            return SetAnswer(None, 1, "standing sites")
    if rules.are_plain:
        return fewest_sites(instance, clock, seed=seed, enough=left)
    return fewest_sites_with_rules(instance, rest, clock, most=left)


def _all(cover: SparseReach, rules: RuleArrays, clock: Clock, seed: int) -> SetAnswer:
    instance = open_instance(cover, rules)
    if rules.are_plain:
        return fewest_sites(instance, clock, seed=seed)
    return fewest_sites_with_rules(instance, after_required(rules), clock)


def _share(problem: FewestSites, rules: RuleArrays, clock: Clock) -> SetAnswer:
    """Find the least count whose maximal cover reaches the share, from the curve's bracket."""
    target = problem.share * float(problem.people.sum())
    target -= 1e-9 * max(1.0, target)
    most = int(rules.may_build.sum())
    cover = prepared_cover(problem.reach, problem.people, problem.limit, rules, most)
    curve = greedy_curve(cover, most - len(rules.required), clock)
    low, high = int(np.argmax(curve.bound >= target)), most - len(rules.required) + 1
    sites: Indices | None = None
    if curve.covered[-1] >= target:
        high = int(np.argmax(curve.covered >= target))
        sites = curve.site[:high]
    elif rules.are_plain:  # stopped along the way: all sites together reach it
        high = most - len(rules.required)
        sites = after_required(rules).candidates
    step, n_solves, proved = step_of(problem.people), 0, low
    while low < high and not clock.is_cut:
        count, n_solves = (low + high) // 2, n_solves + 1
        core = replace(cover.core, budget=float(count))
        proof, _ = best_choice(core, step, clock)
        if cover.base + proof.choice.worth >= target:
            high, sites = count, np.flatnonzero(proof.choice.units)
        elif tightened(cover.base + proof.bound, step, is_upper=True) < target:
            low = proved = count + 1
        else:  # undecided: the proof ends here, the search for fewer goes on above
            low = count + 1
    method = f"maximal cover for {n_solves} counts"
    is_infeasible = sites is None and proved >= high
    return SetAnswer(sites, cover.reach.n_sites + 1 if is_infeasible else min(proved, high), method)
