"""P-medians by Benders cuts alone: against all plans, and stopped at many moments."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo.errors import Cancelled
from planning.solver import PMedian, SiteRules, SolveLimits, solve, sparse_reach
from planning.solver.median import cuts
from planning.solver.median import tree as median_tree

FEW = SolveLimits(rounds=5)


@pytest.fixture(autouse=True)
def _only_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the tree on prices before the cuts, and what comes after them."""
    monkeypatch.setattr(median_tree, "FIRST_PAIRS", -1)
    monkeypatch.setattr(median_tree, "ALL_PAIRS", -1)


@pytest.mark.parametrize("seed", range(36))
@pytest.mark.parametrize("unlisted", [None, 15.0])
def test_every_plan_counted(small: Callable[..., Any], seed: int, unlisted: float | None) -> None:
    """Sparse pairs, standing sites, people and costs that are whole numbers or not."""
    case = small(seed, n_sites=10, n_demand=24)
    rules = SiteRules(existing=case.existing)
    problem = PMedian(case.reach, case.people, 3, unlisted_cost=unlisted, rules=rules)
    plan = solve(problem, limits=FEW)
    has = case.people > 0

    def total(sites: tuple[int, ...]) -> float:
        near = case.cost[list(sites)].min(axis=0)
        near = near if unlisted is None else np.minimum(near, unlisted)
        return float(case.people[has] @ near[has])

    best = min(total(sites) for sites in case.plans(3))
    if np.isinf(best):
        assert plan.status == "infeasible"
        return
    assert plan.objective == pytest.approx(best, rel=1e-12)
    assert plan.bound == pytest.approx(best, rel=2e-9)


def grid(side: int) -> tuple[Any, Any]:
    """Return a square grid: many plans cost the same, so the tree has to branch."""
    place = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    cost = np.abs(place[:, None] - place[None]).sum(-1).astype(float)
    j, i = np.indices(cost.shape).reshape(2, -1)
    return sparse_reach(j, i, cost.ravel(), n_sites=side**2, n_demand=side**2), cost


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_grid_is_branched_and_never_claims_more(count: int) -> None:
    reach, cost = grid(5)
    people = np.ones(25)
    plans = np.array(list(itertools.combinations(range(25), count)))
    best = float(cost[plans].min(axis=1).sum(axis=1).min())
    plan = solve(PMedian(reach, people, count), limits=FEW)
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    for last in range(1, 30, 3):
        calls = 0

        def stop(_stage: str, _done: int, _total: int, *, last: int = last) -> None:
            nonlocal calls
            calls += 1
            if calls >= last:
                raise Cancelled

        plan = solve(PMedian(reach, people, count), limits=FEW, progress=stop)
        assert plan.bound <= best <= plan.objective


def test_nodes_that_run_out_leave_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    reach, _ = grid(8)
    monkeypatch.setattr(cuts, "MOST_NODES", 3)
    plan = solve(PMedian(reach, np.ones(64), 9), limits=FEW)
    known = solve(PMedian(reach, np.ones(64), 9), limits=SolveLimits(rounds=3000))
    assert plan.bound <= known.objective <= plan.objective
    assert known.bound <= plan.objective
