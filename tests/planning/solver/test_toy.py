"""The toy system of three villages and two sites, answers by hand; and spopt as a second oracle."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from planning.solver import (
    BackupCover,
    CapacitatedCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SparseReach,
    solve,
    sparse_reach,
)

PEOPLE = np.array([1000.0, 2000.0, 3000.0])
MINUTES = np.array([[5.0, 15.0, 35.0], [25.0, 12.0, 8.0]])  # S1, S2 by D1, D2, D3


def reach_of(cost: NDArray[np.float64]) -> SparseReach:
    site, demand = np.nonzero(np.isfinite(cost))
    n_sites, n_demand = cost.shape
    return sparse_reach(site, demand, cost[site, demand], n_sites=n_sites, n_demand=n_demand)


TOY = reach_of(MINUTES)


@pytest.mark.parametrize(("count", "total"), [(1, 73_000.0), (2, 53_000.0)])
def test_p_median(count: int, total: float) -> None:
    plan = solve(PMedian(TOY, PEOPLE, count))
    assert (plan.status, plan.objective, plan.bound, plan.gap) == ("optimal", total, total, 0.0)
    assert plan.sites.tolist() == ([1] if count == 1 else [0, 1])


@pytest.mark.parametrize(("count", "worst"), [(1, 25.0), (2, 12.0)])
def test_p_centre(count: int, worst: float) -> None:
    plan = solve(PCentre(TOY, PEOPLE, count))
    assert (plan.status, plan.objective) == ("optimal", worst)


@pytest.mark.parametrize(("limit", "sites"), [(20.0, 2.0), (25.0, 1.0)])
def test_fewest_sites(limit: float, sites: float) -> None:
    plan = solve(FewestSites(TOY, PEOPLE, limit))
    assert (plan.status, plan.objective, plan.bound) == ("optimal", sites, sites)


def test_an_infeasible_target_is_explained_in_people() -> None:
    plan = solve(FewestSites(TOY, PEOPLE, 10.0))
    assert (plan.status, plan.objective, plan.bound, plan.gap) == ("infeasible", None, None, None)
    params = dict(plan.findings[0].params)
    assert params == {"rows": 1, "people": 2000.0, "needed": 12.0, "never": 0.0}


def test_maximal_cover() -> None:
    plan = solve(MaximalCover(TOY, PEOPLE, 20.0, 1))
    assert (plan.status, plan.objective, plan.sites.tolist()) == ("optimal", 5000.0, [1])
    assert plan.assignment.tolist() == [-1, 1, 1]


def test_backup_cover() -> None:
    plan = solve(BackupCover(TOY, PEOPLE, 20.0, 2))
    assert (plan.status, plan.objective) == ("optimal", 2000.0)


def test_backup_needs_a_full_first_cover() -> None:
    plan = solve(BackupCover(TOY, PEOPLE, 20.0, 1))
    assert plan.status == "infeasible"
    assert dict(plan.findings[0].params) == {"count": 1, "needed": 2}


@pytest.mark.parametrize(("count", "people"), [(1, 3500.0), (2, 4620.0)])
def test_expected_cover(count: int, people: float) -> None:
    plan = solve(ExpectedCover(TOY, PEOPLE, 20.0, count, 0.3, units_per_site=2))
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(people)


def test_capacity_limited_cover_does_not_depend_on_an_order() -> None:
    minutes = MINUTES.copy()
    minutes[1, 1] = 6.0
    upper = np.array([3500.0, 3000.0])
    plan = solve(CapacitatedCover(reach_of(minutes), PEOPLE, 30.0, 2, np.zeros(2), upper))
    assert (plan.status, plan.objective) == ("optimal", 6000.0)


def test_divisible_rows_fill_what_whole_rows_cannot() -> None:
    upper = np.array([1200.0, 4800.0])
    whole = solve(CapacitatedCover(TOY, PEOPLE, 30.0, 2, np.zeros(2), upper))
    parts = solve(CapacitatedCover(TOY, PEOPLE, 30.0, 2, np.zeros(2), upper, is_divisible=True))
    assert whole.objective == 4000.0
    assert parts.objective == pytest.approx(6000.0)
    split = parts.flow_people[parts.flow_demand == 1]
    assert sorted(split) == pytest.approx([200.0, 1800.0])


def spopt_value(name: str, cost: NDArray[np.float64], *options: Any, **more: Any) -> float:
    """Return the objective of a model of spopt, demand rows first as it wants them."""
    import pulp
    import spopt.locate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(spopt.locate, name).from_cost_matrix(cost.T, *options, **more)
        model = model.solve(pulp.PULP_CBC_CMD(msg=False), results=False)
    return abs(float(pulp.value(model.problem.objective)))


@pytest.mark.parametrize("seed", range(6))
def test_spopt_gives_the_same_optima(small: Callable[..., Any], seed: int) -> None:
    case = small(3 * seed, density=1.0, n_demand=30)
    cost, people, reach = case.cost, case.people + 1.0, case.reach
    limit = float(np.quantile(cost, 0.35))
    covered = solve(MaximalCover(reach, people, limit, 2)).objective
    assert covered == pytest.approx(spopt_value("MCLP", cost, people, limit, p_facilities=2))
    total = solve(PMedian(reach, people, 3)).objective
    assert total == pytest.approx(spopt_value("PMedian", cost, people, p_facilities=3))
    worst = solve(PCentre(reach, people, 3)).objective
    assert worst == pytest.approx(spopt_value("PCenter", cost, p_facilities=3))
    wide = float(cost.min(axis=0).max()) + 2.0
    sites = solve(FewestSites(reach, people, wide)).objective
    assert sites == pytest.approx(spopt_value("LSCP", cost, wide))
