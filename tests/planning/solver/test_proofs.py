"""Proofs under strain: many near-equal plans, few rounds, trees that have to fix sites.

On easy instances the first bound closes the gap and nothing that fixes sites runs. Here it must run
and must not cut off the best plan; the oracle is a mixed-integer programme of scipy's own.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from planning.solver import (
    BudgetCover,
    CapacitatedCover,
    CapacitatedMedian,
    FewestSites,
    MaximalCover,
    PMedian,
    SiteRules,
    SolveLimits,
    SparseReach,
    solve,
    sparse_reach,
)
from planning.solver.plan import least_gain, tighten_bound

FEW = SolveLimits(rounds=25)


def plane(seed: int, n_sites: int, n_demand: int) -> tuple[SparseReach, Any, NDArray[np.float64]]:
    """Return all pairs of places in a square, people that hardly differ, and whole costs."""
    rng = np.random.default_rng(seed)
    place, site = rng.uniform(0, 100, (n_demand, 2)), rng.uniform(0, 100, (n_sites, 2))
    cost = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1)).round()
    j, i = np.indices(cost.shape).reshape(2, -1)
    reach = sparse_reach(j, i, cost.ravel(), n_sites=n_sites, n_demand=n_demand)
    return reach, rng.integers(8, 13, n_demand).astype(float), cost


def best_cover(near: Any, people: Any, cost: Any, budget: float) -> float:
    """Return the people of the best cover within a budget."""
    n_sites, n_demand = near.shape
    serves = hstack([csr_array(near.T.astype(float)), -eye_array(n_demand)])
    spends = csr_array(np.concatenate([cost, np.zeros(n_demand)])[None])
    solved = milp(
        np.concatenate([np.zeros(n_sites), -people]),
        constraints=[LinearConstraint(serves, lb=0.0), LinearConstraint(spends, ub=budget)],
        integrality=np.arange(n_sites + n_demand) < n_sites,
        bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return -round(float(solved.fun))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("limit", "count"), [(20.0, 6), (25.0, 5)])
def test_maximal_covers_that_fix_sites(seed: int, limit: float, count: int) -> None:
    reach, people, cost = plane(seed, 60, 140)
    problem = MaximalCover(reach, people, limit, count)
    plan = solve(problem, limits=FEW)
    best = best_cover(cost <= limit, people, np.ones(60), count)
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    for nodes in (1, 3):
        hasty = solve(problem, limits=SolveLimits(rounds=3, nodes=nodes))
        assert hasty.objective <= best <= hasty.bound


@pytest.mark.parametrize("seed", range(15))
def test_budgets_that_fix_sites(seed: int) -> None:
    reach, people, cost = plane(seed, 40, 100)
    yuan = np.random.default_rng(seed).integers(2, 6, 40).astype(float)
    plan = solve(BudgetCover(reach, people, 16.0, 20.0, yuan), limits=FEW)
    best = best_cover(cost <= 16.0, people, yuan, 20.0)
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


N, COUNT = 26, 4
PLANS = np.array(list(itertools.combinations(range(N), COUNT)))


def scattered(seed: int) -> tuple[SparseReach, Any, NDArray[np.float64]]:
    """Return costs without any geometry, whose p-medians have weak bounds."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(50, 100, (N, 60)).astype(float)
    j, i = np.indices(cost.shape).reshape(2, -1)
    reach = sparse_reach(j, i, cost.ravel(), n_sites=N, n_demand=60)
    return reach, rng.integers(8, 13, 60).astype(float), cost


def totals(people: Any, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost of every plan."""
    return np.concatenate([cost[part].min(axis=1) @ people for part in np.split(PLANS, 26)])


@pytest.mark.parametrize("rounds", [25, 250])
@pytest.mark.parametrize("seed", range(20))
def test_p_medians_that_fix_sites(seed: int, rounds: int) -> None:
    """Few rounds leave it to the tree to fix sites, many let the root do it."""
    reach, people, cost = scattered(seed)
    plan = solve(PMedian(reach, people, COUNT), limits=SolveLimits(rounds=rounds))
    best = float(totals(people, cost).min())
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    for nodes in (1, 3):
        hasty = solve(PMedian(reach, people, COUNT), limits=SolveLimits(rounds=5, nodes=nodes))
        assert hasty.bound <= best <= hasty.objective


@pytest.mark.parametrize("seed", range(2))
def test_p_medians_under_rules_that_fix_sites(seed: int) -> None:
    """Sites that exclude each other leave the tree on prices out: the programme decides."""
    reach, people, cost = scattered(seed)
    rules = SiteRules(exclusive=((0, 1, 2), (3, 4), (5, 6, 7)))
    clash = sum((np.isin(PLANS, group).sum(axis=1) > 1) for group in rules.exclusive)
    plan = solve(PMedian(reach, people, COUNT, rules=rules), limits=SolveLimits(rounds=250))
    best = float(totals(people, cost)[clash == 0].min())
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


@pytest.mark.parametrize("seed", range(12))
def test_smallest_covers_that_branch(seed: int) -> None:
    _, people, cost = plane(seed, 50, 120)
    near = csr_array((cost <= 15.0).T.astype(float))
    lost = np.diff(near.indptr) == 0
    kept = sparse_reach(
        *np.nonzero((cost <= 15.0)[:, ~lost]), np.zeros(int((cost <= 15.0)[:, ~lost].sum())),
        n_sites=50, n_demand=int((~lost).sum()),
    )  # fmt: skip
    plan = solve(FewestSites(kept, people[~lost], 1.0), limits=FEW)
    solved = milp(
        np.ones(50), constraints=LinearConstraint(near[~lost], lb=1.0), integrality=np.ones(50),
        bounds=Bounds(0, 1),
    )  # fmt: skip
    assert (plan.status, plan.objective, plan.bound) == ("optimal", solved.fun, solved.fun)


def best_loads(cost: Any, people: Any, count: int, upper: Any, limit: float | None) -> float:
    """Return the least people x cost, or (with a limit) the most people, loads kept."""
    n_sites, n_demand = cost.shape
    j, i = np.indices(cost.shape).reshape(2, -1)
    pairs = np.arange(len(j))
    worth = people[i] * cost[j, i] if limit is None else -people[i]
    top = np.ones(len(j)) if limit is None else (cost[j, i] <= limit).astype(float)
    nothing = csr_array((n_demand, n_sites))
    served = hstack([csr_array((np.ones(len(j)), (i, pairs))), nothing])
    load = hstack([csr_array((people[i], (j, pairs))), -csr_array(np.diag(upper))])
    number = csr_array(np.concatenate([np.zeros(len(j)), np.ones(n_sites)])[None])
    solved = milp(
        np.concatenate([worth, np.zeros(n_sites)]),
        constraints=[
            LinearConstraint(served, lb=1.0 if limit is None else -np.inf, ub=1.0),
            LinearConstraint(load, ub=0.0),
            LinearConstraint(number, ub=count),
        ],
        integrality=np.ones(len(j) + n_sites),
        bounds=Bounds(0, np.concatenate([top, np.ones(n_sites)])),
        options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    return abs(round(float(solved.fun)))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("limit", [None, 30.0])
def test_loads_that_fix_sites(seed: int, limit: float | None) -> None:
    reach, people, cost = plane(seed, 10, 22)
    upper = np.round(people.sum() / 4 * np.random.default_rng(seed).uniform(0.8, 1.4, 10))
    lower = np.zeros(10)
    problem: Any = (
        CapacitatedMedian(reach, people, 4, lower, upper)
        if limit is None
        else CapacitatedCover(reach, people, limit, 4, lower, upper)
    )
    plan = solve(problem, limits=FEW)
    best = best_loads(cost, people, 4, upper, limit)
    assert plan.status == "optimal"
    assert (plan.objective, plan.bound) == (pytest.approx(best), pytest.approx(best))


@pytest.mark.parametrize(
    ("bound", "upper", "lower"),
    [
        (100.0, 100.0, 100.0),
        (99.99999999, 100.0, 100.0),  # rounding of a sum
        (100.00000001, 100.0, 100.0),
        (99.999, 99.0, 100.0),  # a bound that really is below
        (100.001, 100.0, 101.0),
    ],
)
def test_bounds_move_to_whole_values_and_no_further(
    bound: float, upper: float, lower: float
) -> None:
    assert tighten_bound(bound, 1.0, is_upper=True) == upper
    assert tighten_bound(bound, 1.0, is_upper=False) == lower
    assert tighten_bound(7 * bound, 7.0, is_upper=True) == 7 * upper
    assert tighten_bound(bound, 0.0, is_upper=True) == bound


def test_a_plan_one_step_better_counts_as_better() -> None:
    assert 0.0 < 3.0 - least_gain(1e6, 3.0) < 1e-5
    assert 0.0 < least_gain(1e6, 0.0) < 1e-3
