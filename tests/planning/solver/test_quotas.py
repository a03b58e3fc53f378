"""Villages to their quotas: plane instances against scipy's own solver, stopped at many moments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from geo.errors import Cancelled
from planning.solver import SiteRules, SolveLimits, VillageCover, solve, sparse_reach

COUNTY = Path(__file__).parent / "county_villages.npz"


def county() -> VillageCover:
    """Return the built-in county: cells that villages still want, and the sites worth a look."""
    kept = np.load(COUNTY)
    site = np.repeat(np.arange(len(kept["size"])), kept["size"])
    reach = sparse_reach(
        site, kept["row"].astype(np.int64), np.zeros(len(site)), n_sites=len(kept["size"]),
        n_demand=len(kept["people"]),
    )  # fmt: skip
    rules = SiteRules(existing=(reach.n_sites - 1,))
    village = kept["village"].astype(np.int64)
    return VillageCover(reach, kept["people"], 0.0, village, 0.9, rules)


def villages(seed: int, *, n_sites: int = 40, n_demand: int = 90) -> tuple[VillageCover, Any]:
    """Return villages in a square that share sites, their people hardly differing."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 100, (8, 2))
    village = rng.integers(0, 8, n_demand)
    place = centre[village] + rng.normal(0, 9, (n_demand, 2))
    site = np.concatenate([place[: n_sites // 2] + 1.0, rng.uniform(0, 100, (n_sites // 2, 2))])
    cost = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1))
    j, i = np.nonzero(cost < 11.0)
    reach = sparse_reach(j, i, cost[j, i], n_sites=n_sites, n_demand=n_demand)
    people = rng.integers(3, 7, n_demand).astype(float)
    reachable = np.bincount(village, people * (cost < 11.0).any(axis=0), minlength=8)
    total = np.bincount(village, people, minlength=8)
    quota = float(np.clip((reachable / np.maximum(total, 1.0)).min(), 0.3, 0.7))
    return VillageCover(reach, people, 11.0, village, quota), cost < 11.0


def fewest(problem: VillageCover, near: Any, clashes: tuple[tuple[int, int], ...] = ()) -> float:
    """Return the fewest sites; infinite where there is no plan."""
    n_sites, n_rows = near.shape
    people, village = problem.people, problem.village
    serves = hstack([csr_array(near.T.astype(float)), -eye_array(n_rows)])
    counts = csr_array((people, (village, n_sites + np.arange(n_rows))), (8, n_sites + n_rows))
    wanted = problem.quota * np.bincount(village, people, minlength=8) - 1e-6
    rules = [LinearConstraint(serves, lb=0.0), LinearConstraint(counts, lb=wanted)]
    for a, b in clashes:
        row = np.zeros(n_sites + n_rows)
        row[[a, b]] = 1.0
        rules.append(LinearConstraint(row, ub=1.0))
    solved = milp(
        np.concatenate([np.ones(n_sites), np.zeros(n_rows)]), constraints=rules,
        integrality=np.arange(n_sites + n_rows) < n_sites, bounds=Bounds(0, 1),
    )  # fmt: skip
    return float(round(solved.fun)) if solved.status == 0 else np.inf


def is_enough(problem: VillageCover, near: Any, sites: Any) -> bool:
    got = np.bincount(problem.village, problem.people * near[sites].any(axis=0), minlength=8)
    total = np.bincount(problem.village, problem.people, minlength=8)
    return bool((got >= problem.quota * total - 1e-6).all())


@pytest.mark.parametrize("seed", range(40))
def test_fewest_sites_for_every_quota(seed: int) -> None:
    problem, near = villages(seed)
    plan = solve(problem)
    best = fewest(problem, near)
    if np.isinf(best):
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    assert is_enough(problem, near, plan.sites)


@pytest.mark.parametrize("seed", range(8))
def test_sites_that_exclude_each_other(seed: int) -> None:
    problem, near = villages(seed)
    clashes = tuple((a, a + 20) for a in range(20))
    rules = SiteRules(exclusive=clashes)
    plan = solve(
        VillageCover(problem.reach, problem.people, 11.0, problem.village, problem.quota, rules)
    )
    best = fewest(problem, near, clashes)
    assert (plan.objective or np.inf) == best
    assert plan.status == ("optimal" if np.isfinite(best) else "infeasible")


@pytest.mark.parametrize("seed", range(6))
def test_a_stop_never_claims_more(seed: int) -> None:
    problem, near = villages(seed, n_sites=80, n_demand=160)
    best = fewest(problem, near)
    for last in (1, 2, 3, 5, 9, 14):
        calls = 0

        def stop(_stage: str, _done: int, _total: int, *, last: int = last) -> None:
            nonlocal calls
            calls += 1
            if calls >= last:
                raise Cancelled

        plan = solve(problem, progress=stop)
        assert plan.bound <= best <= plan.objective
        assert is_enough(problem, near, plan.sites)
    few = solve(problem, limits=SolveLimits(nodes=1))
    assert few.bound <= best <= few.objective


def test_villages_beyond_their_quota_are_named() -> None:
    problem, _ = villages(0)
    plan = solve(VillageCover(problem.reach, problem.people, 1.0, problem.village, 0.9))
    assert plan.status == "infeasible"
    assert plan.findings[0].code == "siting_villages_beyond"
    assert len(plan.findings[0].rows) == dict(plan.findings[0].params)["count"]


@pytest.mark.slow
def test_the_county_is_solved() -> None:
    """170 villages to 90 %, every populated cell a candidate: 22 parts, each closed."""
    plan = solve(county())
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 130.0, 130.0)
