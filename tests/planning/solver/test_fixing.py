"""What bounds decide for good holds for every plan that is good enough, however poor the prices.

A search that has found the best plan already hides a wrong decision, so the decisions are looked at
themselves: against all plans, after few rounds, at the best objective and a little beside it.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from planning.solver import MaximalCover, PMedian, SolveLimits, sparse_reach
from planning.solver.cover.bound import decide_sites as decide_cover_sites
from planning.solver.cover.bound import lagrangian_bound as cover_bound
from planning.solver.cover.model import Choice, prepare_cover
from planning.solver.loads.bound import bound_and_plan, decide_pairs
from planning.solver.loads.model import load_core
from planning.solver.median import cuts
from planning.solver.median.model import median_core
from planning.solver.median.search import decide_sites, lagrangian_bound
from planning.solver.pairs import by_demand, cover_instance
from planning.solver.plan import task_of
from planning.solver.set.bound import bound_cover
from planning.solver.set.proof import _branch
from planning.solver.stop import Clock

N, COUNT = 14, 3
PLANS = np.array(list(itertools.combinations(range(N), COUNT)))
HAS = np.zeros((len(PLANS), N), dtype=bool)
HAS[np.arange(len(PLANS))[:, None], PLANS] = True


def plane(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    place, site = rng.uniform(0, 100, (40, 2)), rng.uniform(0, 100, (N, 2))
    cost = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1)).round()
    j, i = np.indices(cost.shape).reshape(2, -1)
    reach = sparse_reach(j, i, cost.ravel(), n_sites=N, n_demand=40)
    return reach, rng.integers(8, 13, 40).astype(float), cost


def assert_decisions(is_in: Any, is_out: Any, good: Any) -> None:
    """Every good plan has what is in and lacks what is out."""
    assert HAS[good][:, is_in].all()
    assert not HAS[good][:, is_out].any()


@pytest.mark.parametrize("rounds", [1, 4, 12, 40, 150])
@pytest.mark.parametrize("seed", range(10))
def test_sites_of_a_p_median(seed: int, rounds: int) -> None:
    reach, people, cost = plane(seed)
    task = task_of(PMedian(reach, people, COUNT), Clock(SolveLimits(rounds=rounds)), 0)
    core = median_core(reach, people, np.full(40, 300.0), task.rules, COUNT)
    totals = cost[PLANS].min(axis=1) @ people
    worst = float(np.sort(totals)[len(totals) // 2])
    dual, _ = lagrangian_bound(core, worst, 1.0, task.clock)
    for cutoff in (totals.min(), 1.02 * totals.min(), 1.1 * totals.min()):
        assert dual.bound <= totals.min() + 1e-6
        is_in, is_out = decide_sites(core, dual, float(cutoff))
        assert_decisions(is_in, is_out, totals <= cutoff)


@pytest.mark.parametrize("rounds", [1, 4, 12, 40, 150])
@pytest.mark.parametrize("seed", range(10))
def test_sites_of_a_maximal_cover(seed: int, rounds: int) -> None:
    reach, people, cost = plane(seed)
    near = cost <= 25.0
    task = task_of(MaximalCover(reach, people, 25.0, COUNT), Clock(SolveLimits(rounds=rounds)), 0)
    core = prepare_cover(task.reach, people, task.rules, COUNT).core
    worth = near[PLANS].any(axis=1) @ people
    nothing = Choice(np.zeros(N, dtype=np.int32), float(np.median(worth)))
    dual, _ = cover_bound(core, nothing, 1.0, task.clock)
    for target in (worth.max(), 0.98 * worth.max(), 0.9 * worth.max()):
        assert dual.bound >= worth.max() - 1e-6
        is_in, is_out = decide_cover_sites(core, dual, float(target))
        assert_decisions(is_in, is_out, worth >= target)


@pytest.mark.parametrize("rounds", [1, 5, 20, 80])
@pytest.mark.parametrize("seed", range(8))
def test_sites_and_pairs_of_loads(seed: int, rounds: int) -> None:
    """Five sites and seven rows: every assignment of whole rows counted, exact knapsacks or not."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(3, 9, 7).astype(float)
    cost = rng.integers(1, 60, (5, 7)).astype(float)
    j, i = np.indices(cost.shape).reshape(2, -1)
    reach = sparse_reach(j, i, cost.ravel(), n_sites=5, n_demand=7)
    upper = np.full(5, np.ceil(weight.sum() / 2.2))
    task = task_of(PMedian(reach, weight, 3), Clock(SolveLimits(rounds=rounds)), 0)
    for unit in (1.0, np.pi):  # pi: people are no whole numbers, so knapsacks are fractional
        core = load_core(
            reach, -(weight[i] * cost[j, i]), weight * unit, task.rules, lower=np.zeros(5),
            upper=upper * unit, penalty=0.0, count=3, must_serve=True, is_divisible=False,
        )  # fmt: skip
        assert (len(core.units) > 0) == (unit == 1.0)
        every = np.array(list(itertools.product(range(5), repeat=7)))
        load = np.stack([(every == k) @ weight for k in range(5)], axis=1)
        used = load > 0
        fits = (load <= upper + 1e-9).all(axis=1) & (used.sum(axis=1) <= 3)
        every, used = every[fits], used[fits]
        profit = -(weight * cost[every, np.arange(7)]).sum(axis=1)
        dual, _ = bound_and_plan(core, 1.0, task.clock)
        assert dual.bound >= profit.max() - 1e-6
        site = np.repeat(np.arange(5), np.diff(core.site_indptr))
        for target in (profit.max(), 1.05 * profit.max()):
            good = profit >= target
            is_in, is_out, may_use = decide_pairs(core, dual, float(target))
            assert used[good][:, is_in].all()
            assert not used[good][:, is_out].any()
            uses = every[good][:, core.site_row] == site
            assert not uses[:, ~may_use].any()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ["scattered", "grid"])
def test_the_tree_of_cuts_finds_what_no_search_has_found(
    monkeypatch: pytest.MonkeyPatch, seed: int, kind: str
) -> None:
    """From the worst plan and without swaps: what the tree leaves out shows in its answer."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(50, 100, (N, 30)).astype(float)
    if kind == "grid":
        place = np.stack(np.meshgrid(np.arange(6), np.arange(6)), -1).reshape(-1, 2)
        site = place[rng.choice(36, N, replace=False)]
        cost = np.abs(site[:, None] - place[None]).sum(-1).astype(float)
    j, i = np.indices(cost.shape).reshape(2, -1)
    people = rng.integers(1, 4, cost.shape[1]).astype(float)
    reach = sparse_reach(j, i, cost.ravel(), n_sites=N, n_demand=cost.shape[1])
    task = task_of(PMedian(reach, people, COUNT), Clock(SolveLimits()), 0)
    core = median_core(reach, people, np.full(cost.shape[1], 1e4), task.rules, COUNT)
    totals = cost[PLANS].min(axis=1) @ people
    worst = int(np.argmax(totals))
    monkeypatch.setattr(cuts, "swap_sites", lambda _core, sites, _clock: (sites, 0.0))
    monkeypatch.setattr(cuts, "_try_sites", _offer_whole_shares)
    found = cuts.search_by_cuts(core, PLANS[worst], float(totals[worst]), 1 - 1e-6, task.clock)
    assert found is not None
    assert found.sites is not None
    assert cost[found.sites].min(axis=0) @ people == totals.min()
    assert found.bound >= totals.min() - 1e-6
    hasty = cuts.search_by_cuts(
        core, PLANS[worst], float(totals[worst]), 1 - 1e-6, Clock(SolveLimits(nodes=2))
    )
    assert hasty is not None
    reached = totals[worst] if hasty.sites is None else cost[hasty.sites].min(axis=0) @ people
    assert hasty.bound <= max(totals.min(), reached - 1) + 1e-6 or reached == totals.min()


def _offer_whole_shares(tree: cuts.CutTree, share: Any) -> None:
    """Offer a plan only where the relaxation is one."""
    if np.minimum(share, 1.0 - share).max() <= 1e-6:
        tree.offer(np.flatnonzero(share > 0.5))


@pytest.mark.parametrize("seed", range(12))
def test_fixing_leaves_a_cover_of_the_size_in_question(seed: int) -> None:
    rng = np.random.default_rng(seed)
    near = rng.random((N, 25)) < 0.25
    near[rng.integers(N, size=25), np.arange(25)] = True
    j, i = np.nonzero(near)
    reach = sparse_reach(j, i, np.zeros(len(j)), n_sites=N, n_demand=25)
    instance = cover_instance(by_demand(reach), np.ones(25))
    least = next(
        k
        for k in range(1, N + 1)
        for sites in itertools.combinations(range(N), k)
        if near[list(sites)].any(axis=0).all()
    )
    clock = Clock(SolveLimits())
    for most in (least, least + 1):
        best, bound, _ = _branch(instance, np.arange(N), bound_cover(instance, clock), most, clock)
        assert len(best) <= most
        assert bound <= least
    best, bound, _ = _branch(instance, np.arange(N), bound_cover(instance, clock), least - 1, clock)
    assert (len(best), bound) == (N, least)
