"""How much memory the server holds, and how much it may hold."""

from __future__ import annotations

import os
from pathlib import Path

MEMORY_VARIABLE = "SERVICECIRCLE_MEMORY_MB"
"""Most memory in megabytes that the server may hold before it refuses new work."""

_SHARE_OF_MACHINE = 0.6
_STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    """Return the memory of this process in megabytes; 0 where the system does not say."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, AttributeError):
        return 0.0


def usable_mb() -> float:
    """Return how much the server may hold: as the environment says, else 60 % of the machine."""
    stated = os.environ.get(MEMORY_VARIABLE, "")
    if stated.isascii() and stated.isdigit():
        return float(stated)
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, AttributeError):  # not on this system
        return float("inf")
    return _SHARE_OF_MACHINE * machine
