"""Every model against brute force over all plans, on seeded instances."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from planning.solver import (
    BackupCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SitingPlan,
    solve,
)

LIMIT = 9.0
SEEDS = range(24)
"""Twice every kind of small instance: density, whole numbers or not, 0 to 2 existing sites."""


def assert_best(plan: SitingPlan, best: float, *, is_upper: bool) -> None:
    """The plan is proved and as good as the best; without a best it says so."""
    if not np.isfinite(best):
        assert plan.status == "infeasible"
        assert plan.findings
        return
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert plan.bound is not None
    assert plan.gap is not None
    assert plan.gap <= 1e-9
    assert (plan.bound >= best - 1e-7) if is_upper else (plan.bound <= best + 1e-7)


def covers(small: Any, sites: tuple[int, ...]) -> Any:
    return (small.cost[list(sites)] <= LIMIT).sum(axis=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_maximal_cover(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    plan = solve(MaximalCover(case.reach, case.people, LIMIT, 3, SiteRules(existing=case.existing)))
    best = max(case.people[covers(case, sites) > 0].sum() for sites in case.plans(3))
    assert_best(plan, best, is_upper=True)
    assert set(case.existing) <= set(plan.sites.tolist())
    served = plan.assignment >= 0
    assert plan.objective == pytest.approx(case.people[served].sum())
    rows = np.flatnonzero(served)
    assert (case.cost[plan.assignment[rows], rows] <= LIMIT).all()
    assert np.isin(plan.assignment[rows], plan.sites).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_fewest_sites(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_demand=10)
    plan = solve(
        FewestSites(case.reach, case.people, LIMIT, rules=SiteRules(existing=case.existing))
    )
    sizes = (
        len(sites)
        for count in range(len(case.candidates) + 1)
        for sites in case.plans(count)
        if (covers(case, sites) > 0).all()
    )
    assert_best(plan, next(sizes, np.inf), is_upper=False)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_share_of_the_people(small: Callable[..., Any], seed: int, share: float) -> None:
    case = small(seed)
    rules = SiteRules(existing=case.existing)
    plan = solve(FewestSites(case.reach, case.people, LIMIT, share, rules))
    target = share * case.people.sum() - 1e-9
    sizes = (
        len(sites)
        for count in range(len(case.candidates) + 1)
        for sites in case.plans(count)
        if case.people[covers(case, sites) > 0].sum() >= target
    )
    assert_best(plan, next(sizes, np.inf), is_upper=False)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("unlisted", [None, 15.0])
def test_p_median(small: Callable[..., Any], seed: int, unlisted: float | None) -> None:
    case = small(seed)
    rules = SiteRules(existing=case.existing)
    plan = solve(PMedian(case.reach, case.people, 3, unlisted_cost=unlisted, rules=rules))
    has_people = case.people > 0

    def total(sites: tuple[int, ...]) -> float:
        near = case.cost[list(sites)].min(axis=0)
        near = near if unlisted is None else np.minimum(near, unlisted)
        return float(case.people[has_people] @ near[has_people])

    assert_best(plan, min(total(sites) for sites in case.plans(3)), is_upper=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_p_centre(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    plan = solve(PCentre(case.reach, case.people, 3, rules=SiteRules(existing=case.existing)))
    best = min(case.cost[list(sites)].min(axis=0).max() for sites in case.plans(3))
    assert_best(plan, best, is_upper=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_backup_cover(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_demand=8, density=0.7)
    rules = SiteRules(existing=case.existing)
    plan = solve(BackupCover(case.reach, case.people, LIMIT, 4, rules))
    worths = (
        float(case.people[covers(case, sites) > 1].sum())
        for sites in case.plans(4)
        if (covers(case, sites) > 0).all()
    )
    best = max(worths, default=-np.inf)
    assert_best(plan, best, is_upper=True)
    if np.isfinite(best):
        assert (covers(case, tuple(plan.sites)) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("units_per_site", [1, 2])
def test_expected_cover(small: Callable[..., Any], seed: int, units_per_site: int) -> None:
    case = small(seed, n_sites=7)
    busy = 0.1 + 0.8 * case.rng.random()
    rules = SiteRules(existing=case.existing)
    plan = solve(ExpectedCover(case.reach, case.people, LIMIT, 3, busy, units_per_site, rules))
    best = 0.0
    for new in itertools.combinations_with_replacement(case.candidates, 3):
        if max(new.count(j) for j in new) <= units_per_site:
            times = covers(case, case.existing + new)
            best = max(best, float(case.people @ (1 - busy**times)))
    assert_best(plan, best, is_upper=True)
    assert plan.units.sum() <= 3 + len(case.existing)
