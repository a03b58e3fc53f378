"""Rules among sites: required, forbidden, exclusive, spacing, zones; against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from data.errors import StudyError
from planning.solver import (
    BackupCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    solve,
)

LIMIT = 9.0
COUNT = 4
SEEDS = range(12)


def rules_of(case: Any, seed: int) -> SiteRules:
    """Return rules that touch each other: one required, one forbidden, a group, spacing, zones."""
    rng = np.random.default_rng(5000 + seed)
    free = rng.permutation(case.candidates)
    n_sites = len(case.cost)
    return SiteRules(
        existing=case.existing,
        required=(int(free[0]),) if seed % 2 else (),
        forbidden=(int(free[1]),) if seed % 3 else (),
        exclusive=((int(free[2]), int(free[3]), int(free[4])),),
        x_m=rng.uniform(0, 100, n_sites),
        y_m=rng.uniform(0, 100, n_sites),
        min_spacing_m=30.0,
        zone=rng.integers(0, 2, n_sites),
        zone_min={1: 1},
        zone_max={0: 2},
    )


def allowed(case: Any, rules: SiteRules, counts: Any) -> Iterator[tuple[int, ...]]:
    """Yield every plan that keeps the rules, existing sites included."""
    x_m, y_m, zone = np.asarray(rules.x_m), np.asarray(rules.y_m), np.asarray(rules.zone)
    for count in counts:
        for new in itertools.combinations(case.candidates, count):
            pairs = list(itertools.combinations(new, 2))
            if (
                set(rules.required) <= set(new)
                and not set(rules.forbidden) & set(new)
                and all(len(set(group) & set(new)) <= 1 for group in rules.exclusive)
                and all(np.hypot(x_m[a] - x_m[b], y_m[a] - y_m[b]) >= 30.0 for a, b in pairs)
                and sum(zone[j] == 1 for j in new) >= 1
                and sum(zone[j] == 0 for j in new) <= 2
            ):
                yield case.existing + new


def covers(case: Any, sites: tuple[int, ...]) -> Any:
    return (case.cost[list(sites)] <= LIMIT).sum(axis=0)


def solved(problem: Any) -> Any:
    """Return the plan, or None when the rules contradict each other on their own."""
    try:
        return solve(problem)
    except StudyError:
        return None


def assert_plan(plan: Any, best: float) -> None:
    if plan is None or plan.status == "infeasible":
        assert not np.isfinite(best)
    else:
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(best, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_maximal_cover(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    rules = rules_of(case, seed)
    plans = allowed(case, rules, range(COUNT + 1))
    best = max((case.people[covers(case, s) > 0].sum() for s in plans), default=-np.inf)
    assert_plan(solved(MaximalCover(case.reach, case.people, LIMIT, COUNT, rules)), best)


@pytest.mark.parametrize("seed", SEEDS)
def test_p_median(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    rules = rules_of(case, seed)
    has_people = case.people > 0

    def total(sites: tuple[int, ...]) -> float:
        near = np.minimum(case.cost[list(sites)].min(axis=0), 30.0)
        return float(case.people[has_people] @ near[has_people])

    plans = allowed(case, rules, range(COUNT + 1))
    best = min(map(total, plans), default=np.inf)
    problem = PMedian(case.reach, case.people, COUNT, unlisted_cost=30.0, rules=rules)
    assert_plan(solved(problem), best)


@pytest.mark.parametrize("seed", SEEDS)
def test_p_centre(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    rules = rules_of(case, seed)
    plans = allowed(case, rules, range(COUNT + 1))
    best = min((case.cost[list(s)].min(axis=0).max() for s in plans), default=np.inf)
    assert_plan(solved(PCentre(case.reach, case.people, COUNT, rules=rules)), best)


@pytest.mark.parametrize("seed", SEEDS)
def test_fewest_sites(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_demand=6, density=0.8)
    rules = rules_of(case, seed)
    plans = allowed(case, rules, range(len(case.candidates) + 1))
    best = min((len(s) for s in plans if (covers(case, s) > 0).all()), default=np.inf)
    assert_plan(solved(FewestSites(case.reach, case.people, LIMIT, rules=rules)), best)


@pytest.mark.parametrize("seed", SEEDS)
def test_backup_cover(small: Callable[..., Any], seed: int) -> None:
    case = small(seed, n_demand=6, density=0.8)
    rules = rules_of(case, seed)
    worths = [
        float(case.people[covers(case, s) > 1].sum())
        for s in allowed(case, rules, range(COUNT + 1))
        if (covers(case, s) > 0).all()
    ]
    problem = BackupCover(case.reach, case.people, LIMIT, COUNT, rules)
    assert_plan(solved(problem), max(worths, default=-np.inf))


@pytest.mark.parametrize("seed", SEEDS)
def test_expected_cover(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    rules = rules_of(case, seed)
    worths = [
        float(case.people @ (1 - 0.4 ** covers(case, s)))
        for s in allowed(case, rules, range(COUNT + 1))
    ]
    problem = ExpectedCover(case.reach, case.people, LIMIT, COUNT, 0.4, rules=rules)
    assert_plan(solved(problem), max(worths, default=-np.inf))


def test_contradictions_are_reported_together(small: Callable[..., Any]) -> None:
    case = small(0)
    rules = SiteRules(required=(1, 2, 3), forbidden=(1,), exclusive=((2, 3),))
    with pytest.raises(StudyError) as caught:
        solve(MaximalCover(case.reach, case.people, LIMIT, 2, rules))
    codes = {finding.code for finding in caught.value.findings}
    assert codes == {
        "siting_count_below_required",
        "siting_required_forbidden",
        "siting_required_exclusive",
    }


@pytest.mark.parametrize(
    ("rules", "count", "code"),
    [
        (SiteRules(forbidden=tuple(range(9))), 1, "siting_none_allowed"),
        (SiteRules(), 10, "siting_count_above_candidates"),
        (SiteRules(existing=(0, 77)), 1, "siting_site_unknown"),
        (SiteRules(zone=np.zeros(9, dtype=int), zone_min={0: 3}), 2, "siting_zones_above_count"),
        (SiteRules(zone=np.zeros(9, dtype=int), zone_min={1: 1}), 2, "siting_zone_rule"),
    ],
)
def test_impossible_rules(
    small: Callable[..., Any], rules: SiteRules, count: int, code: str
) -> None:
    case = small(0)
    with pytest.raises(StudyError) as caught:
        solve(MaximalCover(case.reach, case.people, LIMIT, count, rules))
    assert [finding.code for finding in caught.value.findings] == [code]
