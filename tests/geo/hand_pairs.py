"""Pairs of facility and demand point from a table that a reader can see at a glance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geo.pairs import Reach, reach_from_table
from geo.times import TENTHS_PER_MINUTE


def pairs_from_minutes(minutes: ArrayLike) -> Reach:
    """Return rows by facility from (n_demand, n_facilities) minutes; inf where there is no way.

    >>> pairs_from_minutes([[5, 25], [15, np.inf]]).tenths.tolist()
    [3000, 9000, 15000]
    """
    matrix = np.asarray(minutes, dtype=np.float64)
    demand, facility = np.nonzero(np.isfinite(matrix))
    tenths = np.rint(matrix[demand, facility] * TENTHS_PER_MINUTE)
    return reach_from_table(
        facility, demand, tenths, n_facilities=matrix.shape[1], n_demand=matrix.shape[0]
    )
