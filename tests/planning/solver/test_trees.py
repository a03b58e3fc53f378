"""Costs without any geometry, where bounds are weak and the trees have to work."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from planning.solver import (
    CapacitatedCover,
    CapacitatedMedian,
    MaximalCover,
    PMedian,
    SiteRules,
    SparseReach,
    solve,
    sparse_reach,
)
from planning.solver.cover import kernels
from planning.solver.loads import tree as load_tree
from planning.solver.median import kernels as median_kernels

N, COUNT, LIMIT = 40, 3, 18.0
PLANS = np.array(list(itertools.combinations(range(N), COUNT)))


def scattered(seed: int) -> tuple[SparseReach, NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 100, (N, N)).astype(np.float64)
    site, demand = np.indices((N, N)).reshape(2, -1)
    reach = sparse_reach(site, demand, cost.ravel(), n_sites=N, n_demand=N)
    return reach, rng.integers(1, 20, N).astype(np.float64), cost


@pytest.mark.parametrize("seed", range(3))
def test_p_median(seed: int) -> None:
    reach, people, cost = scattered(seed)
    plan = solve(PMedian(reach, people, COUNT))
    best = (cost[PLANS].min(axis=1) @ people).min()
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


@pytest.mark.parametrize("seed", range(3))
def test_maximal_cover(seed: int) -> None:
    reach, people, cost = scattered(seed)
    plan = solve(MaximalCover(reach, people, LIMIT, COUNT))
    best = ((cost <= LIMIT)[PLANS].any(axis=1) @ people).max()
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("penalty", [0.0, 0.5, np.inf])
@pytest.mark.parametrize("is_divisible", [False, True])
def test_loads(
    small: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    penalty: float,
    is_divisible: bool,
) -> None:
    """The tree on prices alone and the general solver alone agree; brute force checks the latter.

    They share nothing but the assignment to sites that are all decided.
    """
    case = small(seed, n_sites=9, n_demand=20, density=1.0)
    rng = np.random.default_rng(seed)
    upper = np.round(case.people.sum() / 3 * rng.uniform(0.5, 1.6, 9))
    lower = np.round(upper * rng.uniform(0, 0.6, 9))
    given: dict[str, Any] = {
        "lower_penalty": penalty,
        "is_divisible": is_divisible,
        "rules": SiteRules(existing=case.existing),
    }
    for problem in (
        CapacitatedCover(case.reach, case.people, 9.0, 3, lower, upper, **given),
        CapacitatedMedian(case.reach, case.people, 3, lower, upper, **given),
    ):
        monkeypatch.setattr(load_tree, "FIRST_PAIRS", -1)
        known = solve(problem)
        monkeypatch.setattr(load_tree, "FIRST_PAIRS", 10**9)
        plan = solve(problem)
        assert plan.status == known.status
        if known.objective is not None:
            assert plan.objective == pytest.approx(known.objective, rel=1e-7, abs=1e-6)


def test_trees_were_needed_and_compiled_once() -> None:
    reach, people, _ = scattered(0)
    for problem in (PMedian(reach, people, COUNT), MaximalCover(reach, people, LIMIT, COUNT)):
        assert "branch and bound" in solve(problem).method
    for kernel in (
        kernels.cover_rounds, kernels.cover_tree, median_kernels.median_rounds,
        median_kernels.median_tree,
    ):  # fmt: skip
        assert len(kernel.signatures) == 1
