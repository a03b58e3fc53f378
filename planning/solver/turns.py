"""Lines in which long work waits for its turn: so much at once, the rest in order of coming."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from planning.solver.stop import Clock

WAITING = "waiting for other proofs"
"""Stage that is reported in the line, with how many are ahead as what is left to do."""

_LOOK_SECONDS = 0.2


class Line:
    """Who works and who waits, in the order in which they came.

    Parameters
    ----------
    at_once
        How many work at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self._changed = threading.Condition()
        self._members: list[object] = []

    def __len__(self) -> int:
        return len(self._members)

    @contextmanager
    def turn(self, keeps_waiting: Callable[[int], bool]) -> Iterator[bool]:
        """Wait for a turn and yield True; False when the wait is given up.

        Parameters
        ----------
        keeps_waiting
            Called with how many are ahead every 0.2 s; False gives up.
        """
        mine = object()
        with self._changed:
            self._members.append(mine)
        try:
            yield self._wait(mine, keeps_waiting)
        finally:
            with self._changed:
                self._members.remove(mine)
                self._changed.notify_all()

    def _wait(self, mine: object, keeps_waiting: Callable[[int], bool]) -> bool:
        while True:
            with self._changed:
                ahead = self._members.index(mine) - self.at_once + 1
                if ahead <= 0:
                    return True
                self._changed.wait(_LOOK_SECONDS)
            if not keeps_waiting(ahead):
                return False


PROOFS = Line(max(1, os.cpu_count() or 1))
"""The line of every solver in this process."""


@contextmanager
def take_turn(clock: Clock) -> Iterator[bool]:
    """Wait for a turn to prove and yield True; False when the user stops before it comes.

    The time spent in the line is given back to the clock: how good an answer is does not depend on
    who else is asking.
    """
    begun = time.perf_counter()
    with PROOFS.turn(lambda ahead: clock.keeps_waiting(WAITING, ahead)) as has_turn:
        clock.started += time.perf_counter() - begun
        yield has_turn
