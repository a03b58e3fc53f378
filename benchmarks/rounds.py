"""Interleaved rounds, peak memory of a fresh process, and rows as the results file wants them."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5


def medians(
    works: Mapping[str, Callable[[], Any]], *, rounds: int = ROUNDS
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the median seconds of each piece of work, and what it returned last.

    All pieces run once to warm up, then in turns, so that a slow minute of the machine falls on
    all of them.
    """
    results = {name: work() for name, work in works.items()}
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            begin = time.perf_counter()
            results[name] = work()
            seconds[name].append(time.perf_counter() - begin)
    return {name: median(times) for name, times in seconds.items()}, results


def row(
    work: str,
    size: str,
    ours_s: float,
    *,
    peer: str | None = None,
    peer_s: float | None = None,
    agrees: float | None = None,
    peak_mb: float | None = None,
) -> dict[str, Any]:
    """Return one row; the ratio is how many times the peer takes longer."""
    return {
        "work": work,
        "size": size,
        "ours_s": round(ours_s, 6),
        "peer": peer,
        "peer_s": None if peer_s is None else round(peer_s, 6),
        "ratio": None if peer_s is None else round(peer_s / ours_s, 2),
        "agrees": None if agrees is None else float(agrees),
        "peak_mb": None if peak_mb is None else round(peak_mb),
    }


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 0.0
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def begin_peak() -> float:
    """Forget the peak so far and return the resident memory in MB now; 0 where Linux is not.

    What earlier work has freed goes back to the system first, or new work would hide in it.
    """
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except (OSError, AttributeError):
        return 0.0
    return _status_mb("VmRSS")


def end_peak() -> float:
    """Return the peak resident memory in MB since `begin_peak`; 0 where Linux is not."""
    return _status_mb("VmHWM")


def _status_mb(name: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def in_fresh_process(*words: str, **environment: str) -> list[float]:
    """Run `python -m WORDS` from the checkout and return the numbers it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]
