"""Expected cover: units are busy a share of the time, so second and third covers count too."""

from __future__ import annotations

import numpy as np

from geo.errors import Progress
from planning.solver.cover.maximal import best_choice, no_plan
from planning.solver.cover.model import CoverCore
from planning.solver.pairs import (
    Floats,
    Indices,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    nearest_open,
    read_only,
    times_covered,
    within,
)
from planning.solver.plan import Answer, plan_of
from planning.solver.problems import ExpectedCover, SitingPlan, SolveLimits
from planning.solver.rules import after_required, compile_rules
from planning.solver.stop import Clock


def solve_expected(
    problem: ExpectedCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new units that cover most people by a free unit.

    Parameters
    ----------
    problem
        Reach, people, limit, count, busy share, units per site and rules.
    seed
        Kept in the plan; the search draws no random numbers.
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
    per_site = problem.units_per_site
    rules = compile_rules(problem.rules, problem.reach.n_sites)
    cover = within(problem.reach, problem.limit)
    times = times_covered(cover, np.union1d(rules.existing, rules.required))
    gain = level_gains(problem.busy_share, int(times.max(initial=0)) + problem.count)
    rest = after_required(rules)
    pairs = keep_pairs(cover, rest.may_build[cover.site])
    rows, weight, merged_of = merge_rows(by_demand(pairs), problem.people, times)
    start = np.zeros(len(weight), dtype=np.int32)
    start[merged_of[merged_of >= 0]] = times[merged_of >= 0]
    core = CoverCore(
        cover_instance(rows, weight), rest, read_only(np.ones(cover.n_sites), np.float64),
        float(problem.count - len(rules.required)), gain, read_only(start, np.int32),
        read_only(np.zeros(len(weight)), np.int32), per_site,
    )  # fmt: skip
    proof, method = best_choice(core, 0.0, clock)
    if not np.isfinite(proof.choice.worth):
        return no_plan(
            "mexclp", cover.n_demand, is_infeasible=proof.is_infeasible, is_cut=clock.is_cut,
            method=method, seed=seed,
        )  # fmt: skip
    chosen = np.flatnonzero(proof.choice.units)
    new_sites = np.concatenate([rules.required, chosen])
    units = np.concatenate([np.ones(len(rules.required)), proof.choice.units[chosen]])
    opened = np.concatenate([rules.existing, new_sites])
    all_units = np.concatenate([np.ones(len(rules.existing)), units]).astype(np.int64)
    covers = times_covered(cover, np.repeat(opened, all_units))
    base = expected_people(problem.people, times, gain)
    assignment, _ = nearest_open(cover, opened)
    return plan_of(
        "mexclp",
        Answer(new_sites, base + proof.bound, method, is_cut=clock.is_cut, units=units),
        existing=rules.existing, objective=expected_people(problem.people, covers, gain),
        assignment=assignment, seed=seed, step=0.0, is_upper=True,
    )  # fmt: skip


def level_gains(busy_share: float, most: int) -> Floats:
    """Return what the first, second, ... cover of a person is worth, and 0 after the last.

    >>> level_gains(0.5, 2).tolist()
    [0.5, 0.25, 0.0]
    """
    levels = (1 - busy_share) * busy_share ** np.arange(max(most, 1))
    return read_only(np.append(levels, 0.0), np.float64)


def expected_people(people: Floats, covers: Indices, gain: Floats) -> float:
    """Return the people covered by a free unit when row i has covers[i] units in reach."""
    worth = np.concatenate([[0.0], np.cumsum(gain)])
    return float(people @ worth[np.minimum(covers, len(gain))])
