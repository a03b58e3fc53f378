"""Costs without any geometry, where bounds are weak and the trees have to work."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from planning.siting import (
    MaximalCover,
    PMedian,
    SparseReach,
    kernels,
    median_kernels,
    solve,
    sparse_reach,
)

N, COUNT, LIMIT = 40, 3, 18.0
PLANS = np.array(list(itertools.combinations(range(N), COUNT)))


def scattered(seed: int) -> tuple[SparseReach, NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 100, (N, N)).astype(np.float64)
    site, demand = np.indices((N, N)).reshape(2, -1)
    reach = sparse_reach(site, demand, cost.ravel(), n_sites=N, n_demand=N)
    return reach, rng.integers(1, 20, N).astype(np.float64), cost


@pytest.mark.parametrize("seed", range(12))
def test_p_median(seed: int) -> None:
    reach, people, cost = scattered(seed)
    plan = solve(PMedian(reach, people, COUNT))
    best = (cost[PLANS].min(axis=1) @ people).min()
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


@pytest.mark.parametrize("seed", range(12))
def test_maximal_cover(seed: int) -> None:
    reach, people, cost = scattered(seed)
    plan = solve(MaximalCover(reach, people, LIMIT, COUNT))
    best = ((cost <= LIMIT)[PLANS].any(axis=1) @ people).max()
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)


def test_trees_were_needed_and_compiled_once() -> None:
    reach, people, _ = scattered(0)
    for problem in (PMedian(reach, people, COUNT), MaximalCover(reach, people, LIMIT, COUNT)):
        assert "branch and bound" in solve(problem).method
    for kernel in (
        kernels.cover_rounds, kernels.cover_tree, median_kernels.median_rounds,
        median_kernels.median_tree,
    ):  # fmt: skip
        assert len(kernel.signatures) == 1
