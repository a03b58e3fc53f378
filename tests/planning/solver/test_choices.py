"""Alternatives, stability, reasons and candidates."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from planning.sites.candidates import on_water, spaced_points
from planning.sites.gains import closing_losses, gains_of_each_site, site_reasons, why_not
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


@pytest.mark.parametrize("seed", range(30))
def test_reasons_add_up(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    existing, new = np.array(case.existing, dtype=int), np.array(case.candidates[:3])
    groups = {"even": np.where(np.arange(len(case.people)) % 2, 0.0, case.people)}
    reasons = site_reasons(
        case.reach, case.people, LIMIT, existing=existing, new_sites=new, groups=groups
    )
    near = case.cost <= LIMIT
    every = np.concatenate([existing, new])
    total = case.people[near[every].any(axis=0)].sum()
    losses = dict(zip(every, closing_losses(case.reach, case.people, LIMIT, every), strict=True))
    for reason in reasons:
        others = every[every != reason.site]
        without = case.people[near[others].any(axis=0)].sum() if len(others) else 0.0
        assert reason.only_own == pytest.approx(total - without)
        assert losses[reason.site] == pytest.approx(reason.only_own)
        assert reason.reached == pytest.approx(case.people[near[reason.site]].sum())
        before = near[existing].any(axis=0) if reason.site in new else False
        fresh = near[reason.site] & ~np.asarray(before, dtype=bool)
        assert reason.newly == pytest.approx(case.people[fresh].sum())
        assert reason.by_group["even"] == pytest.approx(groups["even"][fresh].sum())
        for other, people in reason.shared_with:
            assert people == pytest.approx(case.people[near[reason.site] & near[other]].sum())


@pytest.mark.parametrize("seed", range(30))
def test_a_site_that_was_not_chosen_is_explained(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    existing, new = np.array(case.existing, dtype=int), np.array(case.candidates[:3])
    site = case.candidates[4]
    answer = why_not(case.reach, case.people, LIMIT, existing=existing, new_sites=new, site=site)
    near = case.cost <= LIMIT
    before = near[existing].any(axis=0) & near[site]
    left = near[site] & ~near[np.concatenate([existing, new])].any(axis=0)
    assert answer.by_existing == pytest.approx(case.people[before].sum())
    assert answer.left == pytest.approx(case.people[left].sum())
    gains = gains_of_each_site(case.reach, case.people, LIMIT, np.concatenate([existing, new]))
    assert gains[site] == pytest.approx(answer.left)
    assert gains[new].sum() == 0.0


def test_the_best_next_site_after_a_closure_is_that_of_the_model(small: Callable[..., Any]) -> None:
    case = small(5)
    open_sites = np.array([0, 1, 2])
    for closed in open_sites:
        left = open_sites[open_sites != closed]
        gains = gains_of_each_site(case.reach, case.people, LIMIT, left)
        rules = SiteRules(existing=tuple(left))
        plan = solve(MaximalCover(case.reach, case.people, LIMIT, 1, rules))
        assert gains.max() == pytest.approx(
            plan.objective - case.people[(case.cost[left] <= LIMIT).any(axis=0)].sum()
        )


def test_candidates_keep_their_distance_and_leave_nobody_alone(rng: np.random.Generator) -> None:
    x_m, y_m = rng.uniform(0, 5000, (2, 800))
    people = rng.integers(0, 30, 800).astype(float)
    is_allowed = rng.random(800) < 0.8
    chosen = spaced_points(x_m, y_m, people, spacing_m=400.0, is_allowed=is_allowed)
    apart = np.hypot(x_m[chosen, None] - x_m[chosen], y_m[chosen, None] - y_m[chosen])
    assert apart[~np.eye(len(chosen), dtype=bool)].min() >= 400.0
    assert is_allowed[chosen].all()
    assert (people[chosen] > 0).all()
    free = np.flatnonzero(is_allowed & (people > 0))
    gap = np.hypot(x_m[free, None] - x_m[chosen], y_m[free, None] - y_m[chosen]).min(axis=1)
    assert gap.max() < 400.0


def test_candidates_of_a_lower_rank_come_first() -> None:
    x_m = np.array([0.0, 100.0, 1000.0])
    people = np.array([5.0, 90.0, 2.0])
    chosen = spaced_points(x_m, np.zeros(3), people, spacing_m=300.0, rank=np.array([0, 1, 1]))
    assert chosen.tolist() == [0, 2]


def test_no_candidate_stands_on_water() -> None:
    pond = np.array([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    x_m, y_m = np.array([5.0, 15.0, 25.0]), np.array([5.0, 5.0, 5.0])
    assert on_water(x_m, y_m, pond).tolist() == [True, False, True]
    assert on_water(x_m, y_m, None).tolist() == [False, False, False]


def test_reach_of_no_pairs_covers_nobody() -> None:
    nothing = np.zeros(0, dtype=int)
    reach = sparse_reach(nothing, nothing, np.zeros(0), n_sites=3, n_demand=4)
    plan = solve(MaximalCover(reach, np.ones(4), 1.0, 2))
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 0.0, 0.0)
    assert plan.assignment.tolist() == [-1] * 4
