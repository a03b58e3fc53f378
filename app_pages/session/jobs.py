"""Long work in threads of its own: a page may be left and re-entered, and the result is kept.

What is kept and what runs at the same time is bounded for each session and for all: `Bounds`.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from app_pages.session.memory import resident_mb, usable_mb
from data.errors import PlannerError
from geo.errors import Cancelled, Finding, Progress
from planning.solver.turns import Line

Make = Callable[[Progress], Any]
Key = tuple[Hashable, ...]

WAITING = "waiting for other work"
"""Stage of a job in the line; `total` is how many are ahead."""

QUICK = frozenset({"outcome", "picture", "ways", "cell-map", "islands", "encoded"})
"""Kinds that take seconds at most: they wait for nobody."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much work there may be.

    Parameters
    ----------
    at_once
        Slow jobs that run at the same time; the others wait in a line.
    of_one, of_all
        Jobs of a session, and of all, that run or wait; more are refused.
    kept
        Results of each kind that are kept.
    idle_seconds
        A result that no open session has asked for in this time is dropped.
    memory_mb
        Memory of the server above which kept results are dropped, and new work is refused when
        that does not help.
    """

    at_once: int = max(2, os.cpu_count() or 1)
    of_one: int = 4
    of_all: int = 32
    kept: int = 12
    idle_seconds: float = 600.0
    memory_mb: float = usable_mb()


class Workers:
    """Threads that stay: what one has set up (a coordinate system) serves its later work, too."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._n_idle = 0

    def run(self, work: Callable[[], None]) -> None:
        """Begin a piece of work at once, in an idle thread or a new one."""
        with self._lock:
            is_new = self._n_idle == 0
            self._n_idle -= not is_new
        self._work.put(work)
        if is_new:
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            # Nothing is kept between two pieces of work: what one holds would stay with the thread.
            self._work.get()()
            with self._lock:
                self._n_idle += 1


_workers = Workers()


class Job:
    """One piece of work: its stage while it runs, then its result or its error.

    Parameters
    ----------
    make
        Does the work.
    line
        Where it waits for its turn; None begins at once.
    """

    def __init__(self, make: Make, line: Line | None = None) -> None:
        self.stage, self.done, self.total = "", 0, 0
        self.started = self.asked = time.monotonic()
        self.askers: set[str] = set()
        self._stop, self._ready = threading.Event(), threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None
        _workers.run(lambda: self._run(make, line))

    @property
    def is_cancelled(self) -> bool:
        """True when somebody has asked to stop it."""
        return self._stop.is_set()

    @property
    def has_ended(self) -> bool:
        """True when it has a result or an error."""
        return self._ready.is_set()

    @property
    def has_failed(self) -> bool:
        """True when it ended without a result."""
        return self._ready.is_set() and self._error is not None

    def cancel(self) -> None:
        """Stop the work at its next report of progress."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Return whether it has ended, after at most so many seconds."""
        return self._ready.wait(seconds)

    def result(self) -> Any:
        """Return the result; raises what the work raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self, make: Make, line: Line | None) -> None:
        try:
            if line is None:
                self._result = make(self._report)
            else:
                with line.turn(self._waits) as has_turn:
                    self._result = make(self._report) if has_turn else None
                    self._report(self.stage, 0, 0)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
            self._error = error
        self._ready.set()

    def _waits(self, ahead: int) -> bool:
        self.stage, self.done, self.total = WAITING, 0, ahead
        return not self._stop.is_set()

    def _report(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.stage, self.done, self.total = stage, done, total


class JobStore:
    """Jobs by key, shared by all sessions, within bounds."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._bounds = bounds
        self._line = Line(bounds.at_once)
        self._lock = threading.Lock()
        self._jobs: dict[str, OrderedDict[Key, Job]] = {}

    def job(self, kind: str, key: Key, make: Make, *, asker: str = "") -> Job:
        """Return the job of a key, started now unless it runs or has run well.

        What the same session asked before of the same kind, and nobody else wants, is stopped.

        Parameters
        ----------
        kind, key
            What is asked for.
        make
            Does the work.
        asker
            Session that asks.

        Raises
        ------
        PlannerError
            When the session or the server has too much to do already, or the memory is full.
        """
        with self._lock:
            self._leave_others(kind, key, asker)
            jobs = self._jobs.setdefault(kind, OrderedDict())
            known = jobs.get(key)
            if known is None or known.has_failed:
                self._check_bounds(kind, asker)
                known = jobs[key] = Job(make, None if kind in QUICK else self._line)
            known.askers.add(asker)
            known.asked = time.monotonic()
            jobs.move_to_end(key)
            while len(jobs) > self._bounds.kept:
                jobs.popitem(last=False)
            return known

    def forget_older(self, subject: Hashable, state: Hashable) -> None:
        """Drop what hangs on another state of a subject: keys begin with subject and state."""
        with self._lock:
            for jobs in self._jobs.values():
                older = [key for key in jobs if key[0] == subject and key[1] != state]
                for key in older:
                    jobs.pop(key).cancel()

    def sweep(self, is_open: Callable[[str], bool]) -> int:
        """Drop what no open session has asked for lately and return how many jobs went."""
        oldest = time.monotonic() - self._bounds.idle_seconds
        with self._lock:
            left = [
                (jobs, key)
                for jobs, key, job in self._all()
                if job.asked < oldest and not any(map(is_open, job.askers))
            ]
            for jobs, key in left:
                jobs.pop(key).cancel()
        return len(left)

    def _all(self) -> Iterator[tuple[OrderedDict[Key, Job], Key, Job]]:
        for jobs in self._jobs.values():
            for key, job in jobs.items():
                yield jobs, key, job

    def _leave_others(self, kind: str, key: Key, asker: str) -> None:
        for other, job in self._jobs.get(kind, {}).items():
            if other != key and not job.has_ended and asker in job.askers:
                job.askers.discard(asker)
                if not job.askers:
                    job.cancel()

    def _check_bounds(self, kind: str, asker: str) -> None:
        running = [job for _, _, job in self._all() if not job.has_ended]
        own = [job for job in running if asker in job.askers]
        for many, most in ((own, self._bounds.of_one), (running, self._bounds.of_all)):
            if len(many) >= most:
                raise PlannerError(Finding("server_busy", (("count", len(many)),)))
        if kind in QUICK or resident_mb() < self._bounds.memory_mb:
            return
        ended = [(job.asked, jobs, key) for jobs, key, job in self._all() if job.has_ended]
        for _, jobs, key in sorted(ended, key=lambda each: each[0]):
            del jobs[key]
            if resident_mb() < self._bounds.memory_mb:
                return
        if resident_mb() >= self._bounds.memory_mb:
            limit = (("limit_mb", int(self._bounds.memory_mb)),)
            raise PlannerError(Finding("server_full", limit))
