"""What every answer promises, whatever the model: bounds, order, seeds, stops, compiled types."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from math import e
from typing import Any

import numpy as np
import pytest

from data.errors import StudyError
from geo.errors import Cancelled
from planning.solver import (
    BackupCover,
    BudgetCover,
    CapacitatedCover,
    CapacitatedMedian,
    CheapestCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SolveLimits,
    SparseReach,
    VillageCover,
    cover_curve,
    solve,
    sparse_reach,
)
from planning.solver.cover import kernels
from planning.solver.cover.model import ONE_COVER, CoverCore
from planning.solver.cover.search import greedy_choice
from planning.solver.loads import kernels as load_kernels
from planning.solver.median import kernels as median_kernels
from planning.solver.pairs import by_demand, cover_instance, merge_rows, read_only, within
from planning.solver.problems import SiteRules
from planning.solver.rules import compile_rules
from planning.solver.set import kernels as set_kernels
from planning.solver.stop import Clock, cancel_on_interrupt

LIMIT = 9.0


def every_problem(reach: SparseReach, people: Any) -> list[Any]:
    upper = np.full(reach.n_sites, people.sum() / 2)
    lower = np.zeros(reach.n_sites)
    return [
        MaximalCover(reach, people, LIMIT, 3),
        FewestSites(reach, people, 20.0),
        FewestSites(reach, people, LIMIT, 0.6),
        PMedian(reach, people, 3),
        PCentre(reach, people, 3),
        BackupCover(reach, people, 20.0, 5),
        ExpectedCover(reach, people, LIMIT, 3, 0.3),
        CapacitatedCover(reach, people, LIMIT, 3, lower, upper),
        CapacitatedMedian(reach, people, 3, lower, upper),
    ]


def same(a: Any, b: Any) -> bool:
    return (
        (a.status, a.objective, a.bound, a.method) == (b.status, b.objective, b.bound, b.method)
        and a.sites.tolist() == b.sites.tolist()
        and a.assignment.tolist() == b.assignment.tolist()
    )


def test_same_seed_same_plan(small: Callable[..., Any]) -> None:
    case = small(0, n_sites=12, n_demand=40)
    for problem in every_problem(case.reach, case.people):
        assert same(solve(problem, seed=5), solve(problem, seed=5))


def test_order_of_the_pairs_does_not_matter(small: Callable[..., Any]) -> None:
    case = small(0, n_sites=12, n_demand=40)
    reach = case.reach
    order = np.random.default_rng(1).permutation(len(reach.demand))
    shuffled = sparse_reach(
        reach.site[order], reach.demand[order], reach.cost[order], n_sites=12, n_demand=40
    )
    for one, two in zip(
        every_problem(reach, case.people), every_problem(shuffled, case.people), strict=True
    ):
        assert same(solve(one), solve(two))


def test_order_of_the_demand_rows_does_not_matter(small: Callable[..., Any]) -> None:
    case = small(0, n_sites=12, n_demand=40)
    order = np.random.default_rng(1).permutation(40)
    place = np.argsort(order)
    moved = sparse_reach(
        case.reach.site, place[case.reach.demand], case.reach.cost, n_sites=12, n_demand=40
    )
    for one, two in zip(
        every_problem(case.reach, case.people),
        every_problem(moved, case.people[order]),
        strict=True,
    ):
        assert solve(one).objective == pytest.approx(solve(two).objective)


@pytest.mark.parametrize("seed", range(8))
def test_merged_rows_keep_the_optimum(small: Callable[..., Any], seed: int) -> None:
    """Each row three times over, with a third of the people each, is the same problem."""
    case = small(seed)
    reach = case.reach
    again = sparse_reach(
        np.tile(reach.site, 3),
        np.concatenate([reach.demand + k * reach.n_demand for k in range(3)]),
        np.tile(reach.cost, 3),
        n_sites=reach.n_sites,
        n_demand=3 * reach.n_demand,
    )
    merged, people, merged_of = merge_rows(by_demand(within(again, LIMIT)), np.tile(case.people, 3))
    once, _, _ = merge_rows(by_demand(within(reach, LIMIT)), case.people)
    assert len(merged.indptr) == len(once.indptr)
    assert people.sum() == pytest.approx(3 * case.people[merged_of[: reach.n_demand] >= 0].sum())
    plan = solve(MaximalCover(again, np.tile(case.people, 3), LIMIT, 3))
    assert plan.objective == pytest.approx(
        3 * (solve(MaximalCover(reach, case.people, LIMIT, 3)).objective or 0.0)
    )


@pytest.mark.parametrize("seed", range(24))
def test_greedy_is_within_its_guarantee(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    rows, people, _ = merge_rows(by_demand(within(case.reach, LIMIT)), case.people)
    nothing = read_only(np.zeros(len(people)), np.int32)
    core = CoverCore(
        cover_instance(rows, people),
        compile_rules(SiteRules(), 9),
        read_only(np.ones(9), np.float64),
        3.0,
        ONE_COVER,
        nothing,
        nothing,
    )
    greedy = greedy_choice(core, Clock(SolveLimits())).worth
    best = max(case.people[(case.cost[list(s)] <= LIMIT).any(axis=0)].sum() for s in case.plans(3))
    if not case.existing:
        assert (1 - 1 / e) * best - 1e-9 <= greedy <= best + 1e-9


@pytest.mark.parametrize("seed", range(16))
def test_the_curve_is_bounded(small: Callable[..., Any], seed: int) -> None:
    case = small(seed)
    curve = cover_curve(case.reach, case.people, LIMIT, rules=SiteRules(existing=case.existing))
    assert (np.diff(curve.covered) >= 0).all()
    assert (curve.bound >= curve.covered).all()
    for count in range(min(4, len(curve.bound))):
        covers = [(case.cost[list(s)] <= LIMIT).any(axis=0) for s in case.plans(count)]
        best = max(case.people[served].sum() for served in covers)
        assert curve.bound[count] >= best - 1e-9


def test_a_larger_limit_never_covers_fewer(small: Callable[..., Any]) -> None:
    case = small(0, n_sites=12, n_demand=40)
    covered = [
        solve(MaximalCover(case.reach, case.people, limit, 3)).objective for limit in range(1, 20)
    ]
    assert covered == sorted(covered)


def test_the_limit_itself_is_inside() -> None:
    reach = sparse_reach(
        np.zeros(3, dtype=int),
        np.arange(3),
        np.array([11_990, 12_000, 12_010]),
        n_sites=1,
        n_demand=3,
    )
    assert solve(MaximalCover(reach, np.ones(3), 12_000, 1)).objective == 2.0


def big(seed: int = 0, n_sites: int = 300, n_demand: int = 4000) -> tuple[SparseReach, Any]:
    rng = np.random.default_rng(seed)
    place, site = rng.uniform(0, 100, (n_demand, 2)), rng.uniform(0, 100, (n_sites, 2))
    cost = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1))
    j, i = np.nonzero(cost < 40)
    reach = sparse_reach(j, i, cost[j, i], n_sites=n_sites, n_demand=n_demand)
    return reach, rng.integers(1, 50, n_demand).astype(float)


def middling() -> list[Any]:
    """Return a problem of every class that is large enough to be stopped half-way."""
    reach, people = big(n_sites=60, n_demand=500)
    lower, upper = np.zeros(60), np.full(60, people.sum() / 6)
    cost = np.random.default_rng(1).uniform(1.0, 3.0, 60)
    village = np.arange(500) // 10
    return [
        MaximalCover(reach, people, 8.0, 6),
        FewestSites(reach, people, 30.0),
        FewestSites(reach, people, 20.0, 0.7),
        PMedian(reach, people, 8, unlisted_cost=50.0),
        PCentre(reach, people, 12),
        BackupCover(reach, people, 35.0, 20),
        ExpectedCover(reach, people, 8.0, 6, 0.3),
        CapacitatedCover(reach, people, 12.0, 8, lower, upper),
        CapacitatedMedian(reach, people, 12, lower, upper),
        BudgetCover(reach, people, 8.0, 12.0, cost),
        CheapestCover(reach, people, 20.0, cost, 0.6),
        VillageCover(reach, people, 30.0, village, 0.5),
    ]


@pytest.mark.parametrize("number", range(12))
def test_cancelling_returns_the_best_so_far(number: int) -> None:
    """Whenever it comes, and never with a bound that a better plan would break."""
    problem = middling()[number]
    known = solve(problem)
    assert known.status in {"optimal", "within_gap"}
    assert known.objective is not None
    sign = 1.0 if known.sense == "max" else -1.0
    for last in (1, 2, 3, 5, 8):
        calls = 0

        def stop(_stage: str, _done: int, _total: int, *, last: int = last) -> None:
            nonlocal calls
            calls += 1
            if calls >= last:
                raise Cancelled

        plan = solve(problem, progress=stop)
        if calls < last:
            assert plan.objective == known.objective
            break
        assert plan.status in {"time_limit", "optimal"}
        if plan.objective is None:
            assert [finding.code for finding in plan.findings] == ["siting_none_found"]
            continue
        assert plan.bound is not None
        slack = 1e-9 * abs(known.objective)
        assert sign * plan.bound >= sign * known.objective - slack
        assert sign * plan.objective <= sign * known.objective + slack or known.gap


def test_ctrl_c_is_a_cancel() -> None:
    import signal

    with cancel_on_interrupt(None) as progress:
        progress("stage", 0, 1)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled):
            progress("stage", 0, 1)


def test_a_time_limit_holds() -> None:
    reach, people = big(n_sites=500)
    upper = np.full(500, people.sum() / 30)
    problems = [
        MaximalCover(reach, people, 6.0, 40),
        PMedian(reach, people, 40, unlisted_cost=50.0),
        CapacitatedCover(reach, people, 6.0, 40, upper * 0, upper),
    ]
    for problem in problems:
        started = time.process_time()
        plan = solve(problem, limits=SolveLimits(seconds=1.0))
        assert time.process_time() - started <= 3.0
        assert plan.status in {"optimal", "time_limit"}


def test_progress_is_called_often() -> None:
    reach, people = big(n_sites=150, n_demand=1500)
    times = []
    solve(
        PMedian(reach, people, 30, unlisted_cost=50.0),
        limits=SolveLimits(rounds=120, nodes=20),
        progress=lambda *_: times.append(time.process_time()),
    )
    assert max(np.diff(times)) < 2.0  # seconds of work, whatever else the machine does


def test_numbers_that_are_not_finite_are_refused() -> None:
    for cost in (np.nan, np.inf, -1.0):
        with pytest.raises(StudyError):
            sparse_reach(
                np.zeros(1, int), np.zeros(1, int), np.array([cost]), n_sites=1, n_demand=1
            )
    with pytest.raises(StudyError):
        sparse_reach(np.zeros(2, int), np.zeros(2, int), np.ones(2), n_sites=1, n_demand=1)
    reach = sparse_reach(np.zeros(1, int), np.zeros(1, int), np.ones(1), n_sites=1, n_demand=1)
    for people in (np.array([np.nan]), np.array([-1.0]), np.ones(2)):
        with pytest.raises(StudyError):
            solve(MaximalCover(reach, people, 1.0, 1))


def test_every_kernel_is_compiled_once(small: Callable[..., Any]) -> None:
    """Whatever the dtype and flags of the arrays that come in."""
    case = small(0, n_sites=12, n_demand=40)
    for dtype in (np.uint16, np.int32, np.float64):
        reach = replace(case.reach, cost=case.reach.cost.astype(dtype))
        for problem in every_problem(reach, case.people.copy()):
            solve(problem)
    for module in (kernels, load_kernels, median_kernels, set_kernels):
        for name, kernel in vars(module).items():
            if hasattr(kernel, "signatures") and not name.startswith("_"):
                assert len(kernel.signatures) <= 1, (module.__name__, name, kernel.signatures)
