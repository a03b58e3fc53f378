"""Models with loads against brute force: every set of sites, every assignment of whole rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from planning.solver import CapacitatedCover, CapacitatedMedian, SiteRules, SitingPlan, solve

LIMIT = 12.0
SEEDS = range(12)


def loads_of(case: Any, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(1000 + seed)
    mean = case.people.sum() / 3
    upper = np.round(mean * rng.uniform(0.5, 2.0, len(case.cost)))
    lower = np.round(upper * rng.uniform(0.0, 0.7, len(case.cost)))
    return lower, upper


def best_whole(
    case: Any,
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    penalty: float,
    *,
    is_cover: bool,
) -> float:
    """Return the best profit over all sets of at most 2 new sites and all whole assignments."""
    rows = np.flatnonzero(case.people > 0)
    best = -np.inf
    for count in range(3):
        for sites in case.plans(count):
            choices = []
            for i in rows:
                open_to = [j for j in sites if case.cost[j, i] <= (LIMIT if is_cover else np.inf)]
                open_to = [j for j in open_to if np.isfinite(case.cost[j, i])]
                choices.append([*open_to, -1] if is_cover else open_to)
            for assigned in itertools.product(*choices):
                best = max(
                    best,
                    profit(
                        case,
                        zip(rows, assigned, strict=True),
                        sites,
                        (lower, upper, penalty),
                        is_cover=is_cover,
                    ),
                )
    return best


def profit(case: Any, served: Any, sites: Any, loads: Any, *, is_cover: bool) -> float:
    lower, upper, penalty = loads
    total, load = 0.0, dict.fromkeys(sites, 0.0)
    for i, j in served:
        if j >= 0:
            load[j] += case.people[i]
            total += case.people[i] * (1.0 if is_cover else -case.cost[j, i])
    if any(load[j] > upper[j] + 1e-9 for j in sites):
        return -np.inf
    short = sum(max(0.0, lower[j] - load[j]) for j in sites if j not in case.existing)
    if short > 1e-9 and penalty == np.inf:
        return -np.inf
    return total - (penalty * short if short > 1e-9 else 0.0)


def assert_plan(plan: SitingPlan, best: float) -> None:
    if not np.isfinite(best):
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-7, abs=1e-6)


def assert_loads(plan: SitingPlan, case: Any, upper: NDArray[np.float64]) -> None:
    load = np.bincount(plan.flow_site, plan.flow_people, minlength=len(upper))
    assert (load <= upper + 1e-6).all()
    served = np.bincount(plan.flow_demand, plan.flow_people, minlength=len(case.people))
    assert (served <= case.people + 1e-6).all()
    assert np.isin(plan.flow_site, plan.sites).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("penalty", [0.0, 0.5, np.inf])
def test_cover_with_whole_rows(small: Callable[..., Any], seed: int, penalty: float) -> None:
    case = small(seed, n_sites=5, n_demand=5)
    lower, upper = loads_of(case, seed)
    rules = SiteRules(existing=case.existing)
    plan = solve(
        CapacitatedCover(case.reach, case.people, LIMIT, 2, lower, upper, penalty, rules=rules)
    )
    assert_plan(plan, best_whole(case, lower, upper, penalty, is_cover=True))
    assert_loads(plan, case, upper)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("penalty", [0.0, 2.5, np.inf])
def test_median_with_whole_rows(small: Callable[..., Any], seed: int, penalty: float) -> None:
    case = small(seed, n_sites=5, n_demand=6, density=0.8)
    lower, upper = loads_of(case, seed)
    rules = SiteRules(existing=case.existing)
    plan = solve(
        CapacitatedMedian(
            case.reach, case.people, 2, lower, upper, lower_penalty=penalty, rules=rules
        )
    )
    assert_plan_median = -best_whole(case, lower, upper, penalty, is_cover=False)
    assert_plan(plan, assert_plan_median)
    assert_loads(plan, case, upper)


def best_divisible(
    case: Any, lower: NDArray[np.float64], upper: NDArray[np.float64], *, is_cover: bool
) -> float:
    """Return the best profit with divisible rows and binding lower loads, one LP a set."""
    rows = np.flatnonzero(case.people > 0)
    best = -np.inf
    for count in range(3):
        for sites in case.plans(count):
            usable = LIMIT if is_cover else 1e9
            pairs = [(i, j) for i in rows for j in sites if case.cost[j, i] <= usable]
            if not pairs:
                held = any(lower[j] > 0 for j in sites if j not in case.existing)
                best = max(best, -np.inf if held or not is_cover else 0.0)
                continue
            gain = np.array([1.0 if is_cover else -case.cost[j, i] for i, j in pairs])
            row_of = np.array([[p[0] == i for p in pairs] for i in rows], dtype=float)
            site_of = np.array([[p[1] == j for p in pairs] for j in sites], dtype=float)
            low = np.array([0.0 if j in case.existing else lower[j] for j in sites])
            top = np.array([upper[j] for j in sites])
            a_ub, b_ub = np.vstack([site_of, -site_of]), np.concatenate([top, -low])
            people = case.people[rows]
            if is_cover:
                a_ub, b_ub = np.vstack([a_ub, row_of]), np.concatenate([b_ub, people])
                solved = linprog(-gain, a_ub, b_ub)
            else:
                solved = linprog(-gain, a_ub, b_ub, row_of, people)
            if solved.status == 0:
                best = max(best, -solved.fun)
    return best


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_cover", [True, False])
def test_divisible_rows(small: Callable[..., Any], seed: int, is_cover: bool) -> None:
    case = small(seed, n_sites=5, n_demand=8, density=0.8)
    lower, upper = loads_of(case, seed)
    rules = SiteRules(existing=case.existing)
    options: dict[str, Any] = {"lower_penalty": np.inf, "is_divisible": True, "rules": rules}
    if is_cover:
        problem: Any = CapacitatedCover(case.reach, case.people, LIMIT, 2, lower, upper, **options)
    else:
        problem = CapacitatedMedian(case.reach, case.people, 2, lower, upper, **options)
    best = best_divisible(case, lower, upper, is_cover=is_cover)
    plan = solve(problem)
    assert_plan(plan, best if is_cover else -best)
    assert_loads(plan, case, upper)
