"""Fewest sites that leave every village covered by its quota of people."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.solver.pairs import (
    Flags,
    Floats,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    times_covered,
)
from planning.solver.plan import Answer, NoAnswer, Task
from planning.solver.set.model import SetAnswer
from planning.solver.set.quotas import (
    QuotaCore,
    fewest_for_quotas,
    fewest_for_quotas_with_rules,
)


def village_cover(task: Task) -> Answer | NoAnswer:
    """Cover every village by its quota with the fewest sites.

    The objective counts all open sites, existing ones included.
    """
    wanted = _wanted(task)
    core = _quota_core(task, wanted)
    can_reach = np.bincount(core.village, core.instance.people, minlength=len(wanted))
    lost = np.flatnonzero(wanted > can_reach * (1 + 1e-12))
    if len(lost):
        missing = float((wanted - can_reach)[lost].sum())
        params = (("count", len(lost)), ("people", missing))
        found = Finding("siting_villages_beyond", params, rows=tuple(map(int, lost)))
        return NoAnswer("reach", findings=(found,))
    answer = _fewest(task, core)
    if answer.sites is None:
        return NoAnswer(answer.method, answer.bound > task.reach.n_sites)
    new_sites = task.with_required(answer.sites)
    return Answer(
        new_sites, float(len(task.rules.existing) + len(new_sites)),
        float(len(task.standing) + answer.bound), answer.method, task.assign(new_sites)[0], 1.0,
    )  # fmt: skip


def _fewest(task: Task, core: QuotaCore) -> SetAnswer:
    if not (core.wanted > 0).any() and not task.rest.zone_least.any():
        return SetAnswer(np.zeros(0, dtype=np.int64), 0, "standing sites")
    if task.rules.are_plain:
        return fewest_for_quotas(core, task.clock, seed=task.seed)
    return fewest_for_quotas_with_rules(core, task.rest, task.clock)


def _served(task: Task) -> Flags:
    return np.asarray(times_covered(task.reach, task.standing) > 0)


def _wanted(task: Task) -> Floats:
    """Return the people of each village who must still come within the limit, (n_villages,)."""
    problem = task.problem
    inside = problem.village >= 0
    village, people = problem.village[inside], problem.people[inside]
    n_villages = int(village.max(initial=-1)) + 1
    total = np.bincount(village, people, minlength=n_villages)
    near = np.bincount(village, people * _served(task)[inside], minlength=n_villages)
    wanted = problem.quota * total * (1 - 1e-12) - near
    return np.asarray(np.maximum(wanted, 0.0), dtype=np.float64)


def _quota_core(task: Task, wanted: Floats) -> QuotaCore:
    """Return the rows that count: in a village that wants people, with people, not served yet."""
    problem, cover = task.problem, task.reach
    counts = (problem.village >= 0) & (problem.people > 0) & ~_served(task)
    counts[counts] &= wanted[problem.village[counts]] > 0
    pairs = keep_pairs(cover, counts[cover.demand] & task.rest.may_build[cover.site])
    rows, people, merged_of = merge_rows(by_demand(pairs), problem.people, problem.village)
    village = np.zeros(len(people), dtype=np.int64)
    village[merged_of[merged_of >= 0]] = problem.village[merged_of >= 0]
    return QuotaCore(cover_instance(rows, people), village, wanted, np.arange(cover.n_sites))
