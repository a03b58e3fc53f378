"""Several proofs at once in one process: all end, with the answers they have alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geo.errors import Cancelled
from planning.solver import turns
from planning.solver.highs import Programme, Solved, run_highs
from planning.solver.problems import SolveLimits
from planning.solver.stop import Clock
from planning.solver.turns import WAITING, take_turn


def knapsack(seed: int, n_columns: int = 40) -> Programme:
    """Return a random knapsack: as much worth as one weight allows."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(10, 60, n_columns).astype(np.float64)
    programme = Programme(
        cost=-(weight + rng.integers(0, 20, n_columns)),
        lower=np.zeros(n_columns),
        upper=np.ones(n_columns),
        is_integer=np.ones(n_columns, dtype=bool),
    )
    row = np.zeros(n_columns, dtype=np.int64)
    programme.add_rows(
        row, np.arange(n_columns), weight, lower=-np.inf, upper=float(weight.sum() // 2), count=1
    )
    return programme


def proved(seed: int) -> float:
    solved = run_highs(knapsack(seed), Clock(SolveLimits()))
    assert solved.is_optimal
    return solved.objective


def test_24_proofs_at_once_end_with_the_answers_they_have_alone() -> None:
    alone = [proved(seed) for seed in range(24)]
    with ThreadPoolExecutor(24) as pool:
        assert list(pool.map(proved, range(24))) == alone


@pytest.fixture
def all_taken(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold the one turn that there is; the event gives it back."""
    monkeypatch.setattr(turns.PROOFS, "at_once", 1)
    free, has_it = threading.Event(), threading.Event()

    def hold() -> None:
        with take_turn(Clock(SolveLimits())):
            has_it.set()
            free.wait(20)

    threading.Thread(target=hold, daemon=True).start()
    assert has_it.wait(20)
    return free


def test_the_line_is_told_how_many_are_ahead_and_its_time_is_given_back(
    all_taken: threading.Event,
) -> None:
    told: list[tuple[str, int]] = []

    def progress(stage: str, _done: int, total: int) -> None:
        told.append((stage, total))
        if len(told) == 3:
            all_taken.set()

    clock = Clock(SolveLimits(seconds=1e-9), progress)
    clock.limits = SolveLimits(seconds=5.0)
    before = clock.seconds_left
    with take_turn(clock) as has_turn:
        assert has_turn
        assert clock.seconds_left == pytest.approx(before, abs=0.2)
    assert set(told) == {(WAITING, 1)}


def test_whoever_is_stopped_in_the_line_keeps_the_plan_he_had(all_taken: threading.Event) -> None:
    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == WAITING:
            raise Cancelled

    programme = knapsack(1)
    start = np.zeros(len(programme.cost))
    start[0] = 1.0
    clock = Clock(SolveLimits(), stop)
    solved: Solved = run_highs(programme, clock, start=start)
    assert clock.is_stopped
    assert (solved.objective, solved.bound, solved.is_optimal) == (
        programme.cost[0],
        -np.inf,
        False,
    )
    assert run_highs(programme, Clock(SolveLimits(), stop)).x is None
    all_taken.set()


def test_turns_are_taken_in_the_order_of_coming(all_taken: threading.Event) -> None:
    order: list[int] = []
    waits = [threading.Event() for _ in range(4)]

    def queue(number: int) -> None:
        clock = Clock(SolveLimits(), lambda *_: waits[number].set())
        with take_turn(clock):
            order.append(number)

    threads = [threading.Thread(target=queue, args=(number,)) for number in range(4)]
    for number, thread in enumerate(threads):
        thread.start()
        assert waits[number].wait(20)  # it is in the line before the next one comes
    all_taken.set()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_a_failure_gives_its_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), take_turn(Clock(SolveLimits())):
        _ = 1 / 0
    assert len(turns.PROOFS) == 0
