"""Backup cover: every row covered once, most people covered twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.cover.maximal import best_choice, no_plan
from planning.solver.cover.model import ONE_COVER, Choice, CoverCore, worth_of
from planning.solver.cover.search import greedy_choice, improved
from planning.solver.models.fewest import cover_within_count, unreachable_finding, unreachable_rows
from planning.solver.pairs import (
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    nearest_open,
    read_only,
    times_covered,
    within,
)
from planning.solver.plan import Answer, infeasible_plan, plan_of
from planning.solver.problems import BackupCover, SitingPlan, SolveLimits, step_of
from planning.solver.rules import RuleArrays, after_required, compile_rules
from planning.solver.set.covering import SetAnswer
from planning.solver.stop import Clock


def solve_backup(
    problem: BackupCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites that cover every row and most people twice.

    Parameters
    ----------
    problem
        Reach, people, limit, count and rules.
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
    rules = compile_rules(problem.rules, problem.reach.n_sites, count=problem.count)
    cover = within(problem.reach, problem.limit)
    lost = unreachable_rows(cover, rules)
    found: Finding | None = None
    if lost.any():
        found = unreachable_finding(problem.reach, problem.people, lost, rules)
    else:
        left = problem.count - len(rules.required)
        first = cover_within_count(cover, rules, left, clock=clock, seed=seed)
        needed = first.bound + len(rules.required)
        if needed > problem.count:
            params = (("count", problem.count), ("needed", needed))
            found = Finding("siting_fewest_needed", params)
    if found is not None:
        return infeasible_plan(
            "backup", cover.n_demand, method="set cover", seed=seed, findings=(found,)
        )
    core, base = backup_core(cover, problem, rules)
    choice = _first_choice(core, first)
    choice = _bettered(core, choice, clock)
    step = step_of(problem.people)
    proof, method = best_choice(core, step, clock, choice=choice)
    if not np.isfinite(proof.choice.worth):
        return no_plan(
            "backup", cover.n_demand, is_infeasible=proof.is_infeasible, is_cut=clock.is_cut,
            method=method, seed=seed,
        )  # fmt: skip
    new_sites = np.concatenate([rules.required, np.flatnonzero(proof.choice.units)])
    opened = np.concatenate([rules.existing, new_sites])
    assignment, _ = nearest_open(cover, opened)
    twice = float(problem.people[times_covered(cover, opened) >= 2].sum())
    return plan_of(
        "backup", Answer(new_sites, base + proof.bound, method, is_cut=clock.is_cut),
        existing=rules.existing, objective=twice, assignment=assignment, seed=seed, step=step,
        is_upper=True,
    )  # fmt: skip


def backup_core(
    cover: SparseReach, problem: BackupCover, rules: RuleArrays
) -> tuple[CoverCore, float]:
    """Return the cover problem of second covers, and the people covered twice already."""
    times = np.minimum(times_covered(cover, np.union1d(rules.existing, rules.required)), 2)
    rest = after_required(rules)
    keep = (times[cover.demand] < 2) & rest.may_build[cover.site]
    rows, weight, merged_of = merge_rows(by_demand(keep_pairs(cover, keep)), problem.people, times)
    need = np.zeros(len(weight), dtype=np.int32)
    is_kept = merged_of >= 0
    need[merged_of[is_kept]] = 1 - times[is_kept]
    core = CoverCore(
        cover_instance(rows, weight), rest, read_only(np.ones(cover.n_sites), np.float64),
        float(problem.count - len(rules.required)), ONE_COVER,
        read_only(np.zeros(len(weight)), np.int32), read_only(need, np.int32),
    )  # fmt: skip
    return core, float(problem.people[times >= 2].sum())


def _first_choice(core: CoverCore, first: SetAnswer) -> Choice:
    units = np.zeros(core.instance.n_sites, dtype=np.int32)
    if first.sites is not None:
        units[first.sites] = 1
    return Choice(units, worth_of(core, units))


def _bettered(core: CoverCore, choice: Choice, clock: Clock) -> Choice:
    """Add sites up to the count and swap, first covers weighing more than all second ones."""
    people = core.instance.people
    least = float(people[people > 0].min(initial=1.0))
    first = float(people.sum()) / least + 1.0
    total = replace(
        core,
        level_gain=read_only([first, 1.0, 0.0], np.float64),
        start=read_only(1 - core.need, np.int32),
        need=read_only(np.zeros(core.instance.n_rows), np.int32),
    )
    if not np.isfinite(choice.worth):
        choice = greedy_choice(total, clock)
    units = choice.units.copy()
    free = np.flatnonzero(core.rules.may_build & (units == 0))
    spare = int(core.budget - units.sum())
    if core.rules.are_plain and spare > 0:
        units[free[:spare]] = 1
    best = Choice(choice.units, worth_of(core, choice.units))
    for trial in (units, improved(total, Choice(units, 0.0), clock).units):
        worth = worth_of(core, trial)
        if worth > best.worth:
            best = Choice(trial, worth)
    return best
