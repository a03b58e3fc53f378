"""Maximal cover: merge, greedy, swap, Lagrangian bound, fixing, a small proof of what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Progress
from planning.siting import kernels
from planning.siting.greedy import ONE_COVER, pick_more, start_greedy
from planning.siting.instance import (
    CoverInstance,
    Floats,
    Indices,
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    read_only,
    times_covered,
    within,
)
from planning.siting.plans import Answer, covered_plan
from planning.siting.problems import MaximalCover, SitingPlan, SolveLimits, step_of
from planning.siting.rules import RuleArrays, compile_rules


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCover:
    """What is left to decide once the existing sites stand.

    Parameters
    ----------
    reach
        Pairs within the limit.
    instance
        Merged rows that no existing site covers; the sites keep their numbers.
    base
        People covered by existing sites.
    candidates
        Sites that may be built.
    """

    reach: SparseReach
    instance: CoverInstance
    base: float
    candidates: Indices


def prepared_cover(
    reach: SparseReach, people: Floats, limit: float, rules: RuleArrays
) -> PreparedCover:
    """Cut the pairs at the limit, drop rows that are served already and merge equal rows."""
    cover = within(reach, limit)
    served = times_covered(cover, rules.existing) > 0
    still_open = keep_pairs(cover, ~served[cover.demand] & rules.may_build[cover.site])
    merged, weight, _ = merge_rows(by_demand(still_open), people)
    return PreparedCover(
        cover, cover_instance(merged, weight), float(people[served].sum()), rules.candidates
    )


def solve_maximal_cover(
    problem: MaximalCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites that cover most people.

    Parameters
    ----------
    problem
        Reach, people, limit, count and rules.
    seed
        Seed of the local search.
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
    rules = compile_rules(problem.rules, problem.reach.n_sites, count=problem.count)
    cover = prepared_cover(problem.reach, problem.people, problem.limit, rules)
    answer = _greedy_answer(cover, problem.count, progress)
    step = step_of(problem.people)
    return covered_plan(
        "mclp", answer, cover.reach, problem.people, rules.existing, seed=seed, step=step
    )


def _greedy_answer(cover: PreparedCover, count: int, progress: Progress | None) -> Answer:
    """Return the greedy sites with the bound of their gains."""
    state = start_greedy(cover.instance, cover.candidates, budget=count)
    bound = _gain_bound(cover, state.times, count)
    picks = pick_more(cover.instance, state, most=count, progress=progress)
    after = float(picks.gain.sum()) + _gain_bound(cover, state.times, count)
    return Answer(picks.site, cover.base + min(bound, after), "greedy; bound: gains left")


def _gain_bound(cover: PreparedCover, times: Indices, count: int) -> float:
    """Return the sum of the largest gains that are left."""
    instance = cover.instance
    gain = kernels.gains(
        instance.site_indptr, instance.site_row, instance.people, ONE_COVER,
        read_only(times, np.int32),
    )  # fmt: skip
    return float(np.sort(gain[cover.candidates])[::-1][:count].sum())
