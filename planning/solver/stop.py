"""When a search must stop: the clock, the user, or neither."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType

from geo.errors import Cancelled, Progress
from planning.solver.problems import SolveLimits


@dataclass(slots=True)
class Clock:
    """Watches the wall clock and the user for one solve.

    Parameters
    ----------
    limits
        Rounds, nodes and seconds of the solve.
    progress
        Called with (stage, done, total); raises `Cancelled` to stop.
    is_cut
        True once the clock or the user has stopped the search.
    is_stopped
        True once the user has.
    """

    limits: SolveLimits
    progress: Progress | None = None
    is_cut: bool = False
    is_stopped: bool = False
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds_left(self) -> float:
        """Seconds until the time limit; infinite without one."""
        if self.limits.seconds is None:
            return float("inf")
        return self.limits.seconds - (time.perf_counter() - self.started)

    def part(self, time_share: float, node_share: float) -> Clock:
        """Return a clock for a part of the time that is left and of the nodes."""
        left = self.seconds_left
        limits = replace(
            self.limits,
            nodes=max(1, int(self.limits.nodes * node_share)),
            seconds=None if left == float("inf") else max(0.1, left * time_share),
        )
        return Clock(limits, self.progress)

    def goes_on(self, stage: str, done: int, total: int) -> bool:
        """Report progress and say whether the search may go on."""
        if not self.is_cut and self.progress is not None:
            try:
                self.progress(stage, done, total)
            except Cancelled:
                self.is_cut = self.is_stopped = True
        if self.seconds_left <= 0:
            self.is_cut = True
        return not self.is_cut

    def keeps_waiting(self, stage: str, ahead: int) -> bool:
        """Report how many are ahead in a line and say whether the user still waits."""
        if self.progress is not None and not self.is_stopped:
            try:
                self.progress(stage, 0, ahead)
            except Cancelled:
                self.is_cut = self.is_stopped = True
        return not self.is_stopped


@contextmanager
def cancel_on_interrupt(progress: Progress | None) -> Iterator[Progress]:
    """Turn Ctrl-C into `Cancelled`, so that the best plan so far is returned with its bound.

    A second Ctrl-C interrupts as usual. Only the main thread can watch for it.
    """
    is_stopped = threading.Event()

    def watched(stage: str, done: int, total: int) -> None:
        if is_stopped.is_set():
            raise Cancelled
        if progress is not None:
            progress(stage, done, total)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        is_stopped.set()
        signal.signal(signal.SIGINT, before)

    if threading.current_thread() is not threading.main_thread():
        yield watched
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield watched
    finally:
        signal.signal(signal.SIGINT, before)
