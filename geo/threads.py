"""Threads for kernels that release the interpreter: how many, in which pieces, how to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise

from geo.errors import Progress

POLL_SECONDS = 0.2


def thread_count(threads: int | None = None) -> int:
    """Return `threads`, or the number of processors this process may run on when it is None."""
    if threads is not None:
        return max(1, threads)
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def run_pieces(
    work: Callable[[int, int], None],
    cuts: Sequence[int],
    *,
    threads: int | None = None,
    stage: str = "",
    progress: Progress | None = None,
) -> None:
    """Call `work(start, stop)` for every piece between neighbouring cuts, in threads.

    Parameters
    ----------
    work
        Writes its own part of the result; pieces may run in any order.
    cuts
        Ascending positions; n pieces take n + 1 cuts.
    threads
        Number of threads; None for one per processor.
    stage, progress
        Name and callback; called from the caller's thread, and may raise to stop: pieces that have
        not begun are dropped, running ones are waited for.
    """
    pieces = list(pairwise(cuts))
    workers = min(thread_count(threads), len(pieces))
    if workers <= 1 and progress is None:
        for start, stop in pieces:
            work(start, stop)
        return
    with ThreadPoolExecutor(max(1, workers)) as pool:
        waiting = {pool.submit(work, start, stop) for start, stop in pieces}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_SECONDS, return_when="FIRST_COMPLETED")
                for piece in done:
                    piece.result()
                if progress is not None:
                    progress(stage, len(pieces) - len(waiting), len(pieces))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
