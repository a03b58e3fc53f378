"""Turns of the solver: as many proofs at once as there are processors, the others in a line."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from planning.solver.stop import Clock

WAITING = "waiting for other proofs"
"""Stage that is reported in the line, with how many are ahead as what is left to do."""

_LOOK_SECONDS = 0.2
_changed = threading.Condition()
_line: list[object] = []
"""Who runs and who waits, in the order in which they came."""


def at_once() -> int:
    """Return how many proofs run at the same time in this process."""
    return max(1, os.cpu_count() or 1)


@contextmanager
def take_turn(clock: Clock) -> Iterator[bool]:
    """Wait for a turn and yield True; False when the user stops the search before it comes.

    The time spent in the line is given back to the clock: how good an answer is does not depend on
    who else is asking.
    """
    mine = object()
    begun = time.perf_counter()
    with _changed:
        _line.append(mine)
    try:
        has_turn = _wait(mine, clock)
        clock.started += time.perf_counter() - begun
        yield has_turn
    finally:
        with _changed:
            _line.remove(mine)
            _changed.notify_all()


def _wait(mine: object, clock: Clock) -> bool:
    while True:
        with _changed:
            ahead = _line.index(mine) - at_once() + 1
            if ahead <= 0:
                return True
            _changed.wait(_LOOK_SECONDS)
        if not clock.keeps_waiting(WAITING, ahead):
            return False
