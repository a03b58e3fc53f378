"""Expected cover: units are busy a share of the time, so second and third covers count too."""

from __future__ import annotations

import numpy as np

from planning.solver.cover.model import CoverCore
from planning.solver.cover.proof import best_choice
from planning.solver.pairs import (
    Floats,
    Indices,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    read_only,
    times_covered,
)
from planning.solver.plan import Answer, NoAnswer, Task


def expected_cover(task: Task) -> Answer | NoAnswer:
    """Choose the new units that cover most people by a free unit (Daskin 1983)."""
    problem, cover, rules, rest = task.problem, task.reach, task.rules, task.rest
    times = times_covered(cover, task.standing)
    gain = level_gains(problem.busy_share, int(times.max(initial=0)) + problem.count)
    pairs = keep_pairs(cover, rest.may_build[cover.site])
    rows, weight, merged_of = merge_rows(by_demand(pairs), problem.people, times)
    start = np.zeros(len(weight), dtype=np.int32)
    start[merged_of[merged_of >= 0]] = times[merged_of >= 0]
    core = CoverCore(
        cover_instance(rows, weight), rest, read_only(np.ones(cover.n_sites), np.float64),
        float(task.left), gain, read_only(start, np.int32),
        read_only(np.zeros(len(weight)), np.int32), problem.units_per_site,
    )  # fmt: skip
    proof, method = best_choice(core, 0.0, task.clock)
    if not np.isfinite(proof.choice.worth):
        return NoAnswer(method, proof.is_infeasible)
    chosen = np.flatnonzero(proof.choice.units)
    new_sites = task.with_required(chosen)
    units = np.concatenate([np.ones(len(rules.required)), proof.choice.units[chosen]])
    sites = np.concatenate([rules.existing, new_sites])
    every_unit = np.concatenate([np.ones(len(rules.existing)), units]).astype(np.int64)
    covers = times_covered(cover, np.repeat(sites, every_unit))
    base = expected_people(problem.people, times, gain)
    return Answer(
        new_sites, expected_people(problem.people, covers, gain), base + proof.bound, method,
        task.assign(new_sites)[0], units=units.astype(np.int32),
    )  # fmt: skip


def level_gains(busy_share: float, most: int) -> Floats:
    """Return what the first, second, ... cover of a person is worth, and 0 after the last.

    A person with c units in reach finds one free unless all c are busy: 1 - q^c, so the c-th unit
    adds (1 - q) q^(c-1).

    >>> level_gains(0.5, 2).tolist()
    [0.5, 0.25, 0.0]
    """
    levels = (1 - busy_share) * busy_share ** np.arange(max(most, 1))
    return read_only(np.append(levels, 0.0), np.float64)


def expected_people(people: Floats, covers: Indices, gain: Floats) -> float:
    """Return the people covered by a free unit when row i has covers[i] units in reach."""
    worth = np.concatenate([[0.0], np.cumsum(gain)])
    return float(people @ worth[np.minimum(covers, len(gain))])
