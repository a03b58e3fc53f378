"""Long work in threads of its own: a page may be left and re-entered, and the result is kept."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from geo.errors import Cancelled, Progress

Make = Callable[[Progress], Any]
Key = tuple[Hashable, ...]


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
    """One piece of work: its stage while it runs, then its result or its error."""

    def __init__(self, make: Make) -> None:
        self.stage, self.done, self.total = "", 0, 0
        self.started = time.monotonic()
        self._stop, self._ready = threading.Event(), threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None
        _workers.run(lambda: self._run(make))

    @property
    def is_cancelled(self) -> bool:
        """True when somebody has asked to stop it."""
        return self._stop.is_set()

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

    def _run(self, make: Make) -> None:
        try:
            self._result = make(self._report)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
            self._error = error
        self._ready.set()

    def _report(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.stage, self.done, self.total = stage, done, total


class JobStore:
    """Jobs by key, shared by all sessions; the latest `most` of each kind are kept."""

    def __init__(self, most: int = 12) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._jobs: dict[str, OrderedDict[Key, Job]] = {}

    def job(self, kind: str, key: Key, make: Make) -> Job:
        """Return the job of a key, started now unless it runs or has run well."""
        with self._lock:
            jobs = self._jobs.setdefault(kind, OrderedDict())
            known = jobs.get(key)
            if known is None or known.has_failed:
                known = jobs[key] = Job(make)
            jobs.move_to_end(key)
            while len(jobs) > self._most:
                jobs.popitem(last=False)
            return known

    def forget_older(self, subject: Hashable, state: Hashable) -> None:
        """Drop what hangs on another state of a subject: keys begin with subject and state."""
        with self._lock:
            for jobs in self._jobs.values():
                older = [key for key in jobs if key[0] == subject and key[1] != state]
                for key in older:
                    jobs.pop(key).cancel()
