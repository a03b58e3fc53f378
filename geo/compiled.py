"""The compiler of the kernels, and what takes its place where numba is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

try:
    from numba import njit

    HAS_NUMBA = True
except ImportError:
    HAS_NUMBA = False

    def njit(**_options: Any) -> Callable[[Any], Any]:  # type: ignore[no-redef]
        """Return kernels as they are: right, but hundreds of times slower."""
        return lambda kernel: kernel


__all__ = ["HAS_NUMBA", "njit"]
