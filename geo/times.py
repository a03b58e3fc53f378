"""Times are whole tenths of a second; minutes become tenths here and nowhere else."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geo.arrays import Longs
from geo.errors import Finding, GeoError
from geo.search import LONGEST_TENTHS

TENTHS_PER_MINUTE = 600


def to_tenths(minutes: float) -> int:
    """Return a limit in tenths of a second, converted once and compared with `<=`.

    Raises
    ------
    GeoError
        When it is negative, not a number or beyond `LONGEST_TENTHS`.

    >>> to_tenths(20)
    12000
    """
    if not 0 <= minutes <= LONGEST_TENTHS / TENTHS_PER_MINUTE:
        longest = LONGEST_TENTHS // TENTHS_PER_MINUTE
        params = (("minutes", minutes), ("longest", longest))
        raise GeoError(Finding("limit_out_of_range", params))
    return round(minutes * TENTHS_PER_MINUTE)


def limits_in_tenths(minutes: float | ArrayLike, count: int) -> Longs:
    """Return (count,) limits in tenths of a second; one limit stands for all.

    Raises
    ------
    GeoError
        As `to_tenths`, for any of them.

    >>> limits_in_tenths([5, 20], 2).tolist()
    [3000, 12000]
    """
    limits = np.broadcast_to(np.asarray(minutes, dtype=np.float64), (count,))
    return np.array([to_tenths(limit) for limit in limits.tolist()], dtype=np.int64)
