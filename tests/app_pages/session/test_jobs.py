"""Work of many sessions: bounded, in turns, stopped and freed when nobody wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app_pages.session import jobs
from app_pages.session.jobs import WAITING, Bounds, Job, JobStore
from data.errors import PlannerError
from geo.errors import Cancelled, Progress

ROOMY = Bounds(at_once=2, of_one=4, of_all=6, kept=3, idle_seconds=0.0, memory_mb=1e9)


class Task:
    """Work that goes on until it is told to end, looking for a stop all the while."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> str:
        self.begun.set()
        while not self.end.wait(0.01):
            progress("work", 0, 1)
        return "done"


@pytest.fixture
def tasks() -> Iterator[list[Task]]:
    every = [Task() for _ in range(20)]
    yield every
    for task in every:
        task.end.set()


def refused(store: JobStore, *ask: Any, asker: str) -> str:
    with pytest.raises(PlannerError) as error:
        store.job(*ask, asker=asker)
    return error.value.findings[0].code


def waits(job: Job) -> bool:
    """Return whether a job stands in the line, once it has said anything."""
    while not job.stage and not job.has_ended:
        job.wait(0.01)
    return job.stage == WAITING


def test_two_who_ask_the_same_share_the_work(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    first = store.job("assessed", ("s", 1), tasks[0], asker="a")
    assert store.job("assessed", ("s", 1), tasks[1], asker="b") is first
    tasks[0].end.set()
    assert first.wait(20)
    assert first.result() == "done"
    assert not tasks[1].begun.is_set()


def test_what_a_session_asked_before_is_stopped_unless_another_wants_it(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    alone = store.job("assessed", ("s", 1), tasks[0], asker="a")
    store.job("assessed", ("s", 2), tasks[1], asker="a")
    assert alone.wait(20)
    with pytest.raises(Cancelled):
        alone.result()
    shared = store.job("assessed", ("s", 2), tasks[1], asker="b")
    store.job("assessed", ("s", 3), tasks[2], asker="a")
    assert not shared.is_cancelled
    other_kind = store.job("report", ("s", 9), tasks[3], asker="a")
    store.job("assessed", ("s", 4), tasks[4], asker="a")
    assert not other_kind.is_cancelled


def test_the_third_waits_for_its_turn_and_quick_work_does_not(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    running = [store.job("assessed", ("s", n), tasks[n], asker=f"{n}") for n in range(3)]
    assert all(tasks[n].begun.wait(20) for n in (0, 1))
    assert waits(running[2])
    assert running[2].total == 1
    quick = store.job("outcome", ("s", 9), lambda _progress: "at once", asker="9")
    assert quick.wait(20)
    tasks[0].end.set()
    assert tasks[2].begun.wait(20)


def test_whoever_stops_in_the_line_ends_at_once(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    running = [store.job("assessed", ("s", n), tasks[n], asker=f"{n}") for n in range(3)]
    assert waits(running[2])
    running[2].cancel()
    assert running[2].wait(20)
    assert running[2].has_failed
    assert not tasks[2].begun.is_set()


def test_more_than_may_be_is_refused_with_a_sentence(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    for n, kind in enumerate(("opened", "assessed", "sited", "report")):
        store.job(kind, ("s", n), tasks[n], asker="a")
    assert refused(store, "standards", ("s", 5), tasks[5], asker="a") == "server_busy"
    for n in (6, 7):
        store.job("opened", ("s", n), tasks[n], asker=f"b{n}")
    assert refused(store, "opened", ("s", 8), tasks[8], asker="c") == "server_busy"
    assert store.job("opened", ("s", 6), tasks[6], asker="c")  # what runs already is shared


def test_what_nobody_shows_any_more_is_freed(tasks: list[Task]) -> None:
    store = JobStore(ROOMY)
    running = store.job("opened", ("s", 1), tasks[0], asker="gone")
    made = store.job("opened", ("s", 2), lambda _progress: "kept", asker="here")
    assert made.wait(20)
    assert store.sweep(lambda session: session == "here") == 1
    assert running.wait(20)
    assert running.has_failed
    assert store.job("opened", ("s", 2), tasks[1], asker="here") is made
    assert store.sweep(lambda _session: False) == 1


def test_what_was_asked_for_lately_outlives_a_reload(tasks: list[Task]) -> None:
    store = JobStore(Bounds(idle_seconds=600.0, memory_mb=1e9))
    store.job("opened", ("s", 1), tasks[0], asker="gone")
    assert store.sweep(lambda _session: False) == 0


def test_a_full_memory_frees_the_oldest_results_and_then_refuses(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = JobStore(Bounds(memory_mb=1000.0, kept=12))
    monkeypatch.setattr(jobs, "resident_mb", lambda: 0.0)  # a worker of the tests holds more
    held = [store.job("opened", ("s", n), lambda _progress: "kept", asker="a") for n in range(3)]
    assert all(job.wait(20) for job in held)
    sizes = iter([1200.0, 1200.0, 900.0])
    monkeypatch.setattr(jobs, "resident_mb", lambda: next(sizes))
    assert not store.job("assessed", ("s", 9), tasks[0], asker="b").has_ended
    assert store.job("opened", ("s", 2), tasks[1], asker="a") is held[2]  # the youngest is left
    monkeypatch.setattr(jobs, "resident_mb", lambda: 1200.0)
    assert refused(store, "sited", ("s", 1), tasks[2], asker="c") == "server_full"
    quick = store.job("outcome", ("s", 1), lambda _progress: "quick", asker="c")
    assert quick.wait(20)


def test_the_oldest_of_a_kind_make_room() -> None:
    store = JobStore(ROOMY)
    for n in range(5):
        assert store.job("opened", ("s", n), lambda _progress: "done", asker="a").wait(20)
    assert len(store._jobs["opened"]) == 3
