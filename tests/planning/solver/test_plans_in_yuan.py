"""Budget and least cost, every village, and two levels; against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from data.errors import StudyError
from planning.solver import (
    BudgetCover,
    CheapestCover,
    SiteRules,
    TwoLevel,
    VillageCover,
    solve,
    solve_two_level,
)

LIMIT = 9.0
SEEDS = range(16)


def covered(case: Any, sites: Any) -> Any:
    return (case.cost[list(sites)] <= LIMIT).any(axis=0)


def every_plan(case: Any) -> Any:
    for count in range(len(case.candidates) + 1):
        yield from case.plans(count)


def costs(case: Any, sites: Any, cost: Any) -> float:
    return float(sum(cost[j] for j in sites if j not in case.existing))


@pytest.mark.parametrize("seed", SEEDS)
def test_most_people_for_a_budget(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    cost = np.random.default_rng(seed).integers(1, 9, len(case.cost)) * 10_000.0
    plan = solve(
        BudgetCover(
            case.reach, case.people, LIMIT, 120_000.0, cost, SiteRules(existing=case.existing)
        )
    )
    best = max(
        case.people[covered(case, sites)].sum()
        for sites in every_plan(case)
        if costs(case, sites, cost) <= 120_000.0
    )
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)
    assert costs(case, plan.sites, cost) <= 120_000.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.6, 1.0])
def test_least_cost_for_a_share(small: Callable[..., Any], seed: int, share: float) -> None:
    case = small(seed, n_demand=9)
    cost = np.random.default_rng(seed).integers(1, 9, len(case.cost)) * 10_000.0
    rules = SiteRules(existing=case.existing)
    plan = solve(CheapestCover(case.reach, case.people, LIMIT, cost, share, rules))

    def is_enough(served: Any) -> bool:
        if share == 1.0:
            return bool(served.all())
        return bool(case.people[served].sum() >= share * case.people.sum() - 1e-9)

    best = min(
        (costs(case, s, cost) for s in every_plan(case) if is_enough(covered(case, s))),
        default=np.inf,
    )
    if np.isinf(best):
        assert plan.status == "infeasible"
    else:
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(best)


def test_a_budget_below_the_cheapest_site_is_refused(small: Callable[..., Any]) -> None:
    case = small(0)
    cost = np.full(9, 50_000.0)
    with pytest.raises(StudyError, match="49,000 yuan is below the cheapest plan of 50,000 yuan"):
        solve(BudgetCover(case.reach, case.people, LIMIT, 49_000.0, cost))
    with pytest.raises(StudyError, match="cost nothing"):
        solve(BudgetCover(case.reach, case.people, LIMIT, 49_000.0, cost * 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_village_by_its_quota(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_sites=8, density=0.7)
    village = np.random.default_rng(seed).integers(-1, 4, len(case.people))
    rules = SiteRules(existing=case.existing)
    plan = solve(VillageCover(case.reach, case.people, LIMIT, village, 0.8, rules))

    def is_enough(served: Any) -> bool:
        return all(
            case.people[served & (village == v)].sum()
            >= 0.8 * case.people[village == v].sum() - 1e-9
            for v in range(4)
        )

    best = min((len(s) for s in every_plan(case) if is_enough(covered(case, s))), default=np.inf)
    if np.isinf(best):
        assert plan.status == "infeasible"
        assert plan.findings[0].code == "siting_villages_beyond"
    else:
        assert plan.status == "optimal"
        assert plan.objective == best
        assert is_enough(covered(case, plan.sites))


@pytest.mark.parametrize("seed", SEEDS)
def test_two_levels_together(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_sites=7, density=0.8)
    rng = np.random.default_rng(seed)
    referral = rng.integers(5, 40, (7, 4)).astype(float)
    referral[rng.random((7, 4)) < 0.2] = np.inf
    standing = (1,) if seed % 2 else ()
    plan = solve_two_level(
        TwoLevel(
            case.reach,
            case.people,
            2,
            2 - len(standing),
            referral,
            0.3,
            existing_centres=standing,
            unlisted_cost=60.0,
            rules=SiteRules(existing=case.existing),
        )
    )
    best = np.inf
    for centres in itertools.combinations(range(4), 2):
        if not set(standing) <= set(centres):
            continue
        onward = 0.3 * referral[:, list(centres)].min(axis=1)
        for sites in case.plans(2):
            near = (case.cost[list(sites)] + onward[list(sites), None]).min(axis=0)
            best = min(best, float(case.people @ np.minimum(near, 60.0)))
    assert plan.plan.status == "optimal"
    assert plan.plan.objective == pytest.approx(best)
    assert set(standing) <= set(plan.centres.tolist())
    assert len(plan.centres) == 2
    used = plan.centre_of[plan.plan.sites]
    assert np.isin(used[used >= 0], plan.centres).all()
