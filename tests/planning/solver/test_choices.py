"""Alternatives and stability of plans."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planning.solver import MaximalCover, PMedian, SiteRules, solve, sparse_reach
from planning.solver.alternatives import alternatives
from planning.solver.stability import stability

LIMIT = 9.0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("differ", [1, 2])
def test_alternatives_are_the_next_best(small: Callable[..., Any], seed: int, differ: int) -> None:
    case = small(seed)
    problem = MaximalCover(case.reach, case.people, LIMIT, 3, SiteRules(existing=case.existing))
    found = alternatives(problem, count=4, within=0.2, differ=differ)
    best = found.plans[0]
    assert best.status == "optimal"
    sets = [set(plan.new_sites.tolist()) for plan in found.plans]
    for one, two in itertools.combinations(sets, 2):
        assert max(len(one - two), len(two - one)) >= differ
    assert all(lost <= 0.2 for lost in found.lost_share)
    assert all(plan.bound == best.bound for plan in found.plans)
    if len(found.plans) > 1 and len(sets[0]) == 3:
        second = max(
            case.people[(case.cost[list(sites)] <= LIMIT).any(axis=0)].sum()
            for sites in case.plans(3)
            if len(sets[0] - set(sites)) >= differ
        )
        assert found.plans[1].objective == pytest.approx(second)


def test_alternatives_of_a_cost_are_dearer(small: Callable[..., Any]) -> None:
    case = small(0)
    found = alternatives(PMedian(case.reach, case.people, 3), count=3, within=0.5)
    objectives = [plan.objective for plan in found.plans]
    assert objectives == sorted(objectives)
    assert len(objectives) == 3


def test_a_plan_is_stable_when_nothing_changes(small: Callable[..., Any]) -> None:
    case = small(0)
    problem = MaximalCover(case.reach, case.people, LIMIT, 3)
    plan = solve(problem)
    result = stability(plan, {"a": problem, "b": problem})
    assert result.chosen_share[plan.new_sites].tolist() == [1.0] * len(plan.new_sites)
    assert result.chosen_share.sum() == len(plan.new_sites)
    assert (result.low, result.high) == (plan.objective, plan.objective)


def test_stability_measures_the_plan_under_other_inputs(small: Callable[..., Any]) -> None:
    case = small(0)
    problem = MaximalCover(case.reach, case.people, LIMIT, 3)
    plan = solve(problem)
    runs = {"short": replace(problem, limit=5.0), "long": replace(problem, limit=14.0)}
    result = stability(plan, runs)
    for number, run in enumerate(runs.values()):
        dense = np.full(case.cost.shape, np.inf)
        dense[run.reach.site, run.reach.demand] = run.reach.cost
        served = (dense[plan.sites] <= run.limit).any(axis=0)
        assert result.plan_objective[number] == pytest.approx(run.people[served].sum())
    assert (result.best_objective >= result.plan_objective - 1e-9).all()
    assert result.low <= result.middle <= result.high


def test_reach_of_no_pairs_covers_nobody() -> None:
    nothing = np.zeros(0, dtype=int)
    reach = sparse_reach(nothing, nothing, np.zeros(0), n_sites=3, n_demand=4)
    plan = solve(MaximalCover(reach, np.ones(4), 1.0, 2))
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 0.0, 0.0)
    assert plan.assignment.tolist() == [-1] * 4
