"""Backup cover: every row covered once, most people covered twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.errors import Finding
from planning.solver.cover.model import ONE_COVER, Choice, CoverCore, worth_of
from planning.solver.cover.proof import best_choice
from planning.solver.cover.search import greedy_choice, swap_sites
from planning.solver.models.fewest import cover_within_count
from planning.solver.pairs import (
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    read_only,
    times_covered,
)
from planning.solver.plan import (
    Answer,
    NoAnswer,
    Task,
    step_of,
    unreachable_finding,
    unreachable_rows,
)
from planning.solver.set.model import SetAnswer
from planning.solver.stop import Clock


def backup_cover(task: Task) -> Answer | NoAnswer:
    """Choose the new sites that cover every row and most people twice (Hogan and ReVelle 1986)."""
    cover, rules, people = task.reach, task.rules, task.problem.people
    lost = unreachable_rows(cover, rules)
    if lost.any():
        return NoAnswer("set cover", findings=(unreachable_finding(task, lost),))
    first = cover_within_count(task, task.left)
    needed = first.bound + len(rules.required)
    if needed > task.problem.count:
        params = (("count", task.problem.count), ("needed", needed))
        return NoAnswer("set cover", findings=(Finding("siting_fewest_needed", params),))
    core, base = backup_core(task)
    choice = _better_choice(core, _first_choice(core, first), task.clock)
    step = step_of(people)
    proof, method = best_choice(core, step, task.clock, choice=choice)
    if not np.isfinite(proof.choice.worth):
        return NoAnswer(method, proof.is_infeasible)
    new_sites = task.with_required(np.flatnonzero(proof.choice.units))
    assignment, _ = task.assign(new_sites)
    times = times_covered(cover, np.concatenate([rules.existing, new_sites]))
    twice = float(people[times >= 2].sum())
    return Answer(new_sites, twice, base + proof.bound, method, assignment, step)


def backup_core(task: Task) -> tuple[CoverCore, float]:
    """Return the cover problem of second covers, and the people covered twice already."""
    cover, people, rest = task.reach, task.problem.people, task.rest
    times = np.minimum(times_covered(cover, task.standing), 2)
    keep = (times[cover.demand] < 2) & rest.may_build[cover.site]
    rows, weight, merged_of = merge_rows(by_demand(keep_pairs(cover, keep)), people, times)
    need = np.zeros(len(weight), dtype=np.int32)
    is_kept = merged_of >= 0
    need[merged_of[is_kept]] = 1 - times[is_kept]
    core = CoverCore(
        cover_instance(rows, weight), rest, read_only(np.ones(cover.n_sites), np.float64),
        float(task.left), ONE_COVER, read_only(np.zeros(len(weight)), np.int32),
        read_only(need, np.int32),
    )  # fmt: skip
    return core, float(people[times >= 2].sum())


def _first_choice(core: CoverCore, first: SetAnswer) -> Choice:
    units = np.zeros(core.instance.n_sites, dtype=np.int32)
    if first.sites is not None:
        units[first.sites] = 1
    return Choice(units, worth_of(core, units))


def _better_choice(core: CoverCore, choice: Choice, clock: Clock) -> Choice:
    """Add sites up to the count and swap, first covers weighing more than all second ones."""
    people = core.instance.people
    least = float(people[people > 0].min(initial=1.0))
    # One first cover of the smallest row must outweigh every second cover together, so that no
    # swap of this relaxed problem bares a row.
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
    for trial in (units, swap_sites(total, Choice(units, 0.0), clock).units):
        worth = worth_of(core, trial)
        if worth > best.worth:
            best = Choice(trial, worth)
    return best
