"""Fewest sites that leave every village covered by its quota of people."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.solver.highs import Programme, add_site_rules, run_highs
from planning.solver.pairs import (
    CoverInstance,
    Flags,
    Floats,
    Indices,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    times_covered,
)
from planning.solver.plan import Answer, NoAnswer, Task
from planning.solver.problems import VillageCover
from planning.solver.rules import RuleArrays
from planning.solver.stop import Clock

LARGEST_PROOF = 200_000
"""Most pairs handed to branch and bound; above it the greedy plan has the relaxation's bound."""


def village_cover(task: Task) -> Answer | NoAnswer:
    """Cover every village by its quota with the fewest sites.

    The objective counts all open sites, existing ones included.
    """
    problem, cover, rules, rest = task.problem, task.reach, task.rules, task.rest
    served = times_covered(cover, task.standing) > 0
    wanted = _still_wanted(problem, served)
    pairs = keep_pairs(cover, ~served[cover.demand] & rest.may_build[cover.site])
    counts = problem.village >= 0
    counts[counts] &= wanted[problem.village[counts]] > 0
    pairs = keep_pairs(pairs, counts[pairs.demand])
    rows, people, merged_of = merge_rows(by_demand(pairs), problem.people, problem.village)
    village = np.full(len(people), -1)
    village[merged_of[merged_of >= 0]] = problem.village[merged_of >= 0]
    can_reach = np.bincount(village, people, minlength=len(wanted))
    lost = np.flatnonzero(wanted > can_reach * (1 + 1e-12))
    if len(lost):
        missing = float((wanted - can_reach)[lost].sum())
        params = (("count", len(lost)), ("people", missing))
        found = Finding("siting_villages_beyond", params, rows=tuple(map(int, lost[:5])))
        return NoAnswer("reach", findings=(found,))
    instance = cover_instance(rows, people)
    sites, bound, method = _fewest(instance, village, wanted, rest, task.clock)
    if sites is None:
        return NoAnswer(method, not np.isfinite(bound))
    new_sites = task.with_required(sites)
    return Answer(
        new_sites, float(len(rules.existing) + len(new_sites)), len(task.standing) + bound, method,
        task.assign(new_sites)[0], 1.0,
    )  # fmt: skip


def _still_wanted(problem: VillageCover, served: Flags) -> Floats:
    """Return the people of each village who must still come within the limit, (n_villages,)."""
    inside = problem.village >= 0
    village, people = problem.village[inside], problem.people[inside]
    n_villages = int(village.max(initial=-1)) + 1
    total = np.bincount(village, people, minlength=n_villages)
    near = np.bincount(village, people * served[inside], minlength=n_villages)
    wanted = problem.quota * total * (1 - 1e-12) - near
    return np.asarray(np.maximum(wanted, 0.0), dtype=np.float64)


def _fewest(
    instance: CoverInstance, village: Indices, wanted: Floats, rules: RuleArrays, clock: Clock
) -> tuple[Indices | None, float, str]:
    """Return the fewest sites, the bound on their number and the method."""
    if not (wanted > 0).any() and not rules.zone_least.any():
        return np.zeros(0, dtype=np.int64), 0.0, "standing sites"
    greedy = _greedy(instance, village, wanted)
    programme = _programme(instance, village, wanted, rules)
    is_large = len(instance.site_row) > LARGEST_PROOF
    if is_large:
        programme.is_integer[:] = False
    start = None
    if rules.are_plain and not is_large:
        start = np.zeros(len(programme.cost))
        start[greedy] = 1.0
        row = instance.site_row[np.isin(_owner(instance), greedy)]
        start[instance.n_sites + row] = 1.0
    solved = run_highs(programme, clock, start=start)
    best = greedy if rules.are_plain else None
    if solved.x is not None and not is_large:
        found = np.flatnonzero(solved.x[: instance.n_sites] > 0.5)
        if best is None or len(found) < len(best):
            best = found
    method = (
        "greedy, relaxation" if is_large else f"greedy, branch and bound ({solved.nodes} nodes)"
    )
    if solved.is_infeasible:
        return None, np.inf, method
    least = 1.0 if (wanted > 0).any() else 0.0
    return best, max(least, solved.bound), method


def _owner(instance: CoverInstance) -> Indices:
    return np.repeat(np.arange(instance.n_sites), np.diff(instance.site_indptr))


def _programme(
    instance: CoverInstance, village: Indices, wanted: Floats, rules: RuleArrays
) -> Programme:
    """Return the programme: open sites, covered share of each row, wanted people by village."""
    n_sites, n_rows = instance.n_sites, instance.n_rows
    upper = np.concatenate([rules.may_build.astype(np.float64), np.ones(n_rows)])
    programme = Programme(
        np.concatenate([np.ones(n_sites), np.zeros(n_rows)]), np.zeros(n_sites + n_rows), upper,
        np.arange(n_sites + n_rows) < n_sites,
    )  # fmt: skip
    row = np.repeat(np.arange(n_rows), np.diff(instance.row_indptr))
    programme.add_rows(
        np.concatenate([row, np.arange(n_rows)]),
        np.concatenate([instance.row_site, n_sites + np.arange(n_rows)]),
        np.concatenate([np.ones(len(row)), -np.ones(n_rows)]),
        lower=0.0, upper=np.inf, count=n_rows,
    )  # fmt: skip
    programme.add_rows(
        village, n_sites + np.arange(n_rows), instance.people,
        lower=wanted, upper=np.inf, count=len(wanted),
    )  # fmt: skip
    column = np.where(rules.may_build, np.arange(n_sites), -1)
    add_site_rules(programme, rules, np.ones(n_sites), float(n_sites), column)
    return programme


def _greedy(instance: CoverInstance, village: Indices, wanted: Floats) -> Indices:
    """Add the site that brings most wanted people, villages capped at what they still want."""
    left, is_open = wanted.copy(), np.zeros(instance.n_rows, dtype=bool)
    is_open[:] = True
    chosen: list[int] = []
    owner = _owner(instance)
    while (left > 1e-9).any():
        people = np.where(is_open, instance.people, 0.0)[instance.site_row]
        key = owner.astype(np.int64) * len(wanted) + village[instance.site_row]
        group, inverse = np.unique(key, return_inverse=True)
        gain = np.minimum(np.bincount(inverse, people), left[group % len(wanted)])
        total = np.bincount(group // len(wanted), gain, minlength=instance.n_sites)
        j = int(np.argmax(total))
        if total[j] <= 0:
            break
        chosen.append(j)
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        rows = rows[is_open[rows]]
        left -= np.bincount(village[rows], instance.people[rows], minlength=len(wanted))
        left = np.maximum(left, 0.0)
        is_open[rows] = False
    return np.sort(np.array(chosen, dtype=np.int64))
