"""The minutes within which half of the people of a village reach a point."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from data.types import Demand, Floats, Ints, Villages
from geo.travel import UNREACHED
from planning.reach.villages.members import members_of


def village_minutes(demand: Demand, villages: Villages, tenths: Ints) -> list[float | None]:
    """Return the minutes within which half of each village's people reach a point.

    A village counts the people of its natural villages too. Infinite where half of them reach none,
    None where nobody lives.

    Parameters
    ----------
    tenths
        (n_demand,) tenths of a second to the nearest point; `UNREACHED` where there is none.
    """
    n = len(villages)
    parts = median_minutes(demand.people, tenths, demand.village, n_units=n)
    wholes = median_minutes(demand.people, tenths, members_of(villages, demand), n_units=n)
    return [
        part if parent >= 0 else whole
        for part, whole, parent in zip(parts, wholes, villages.parent.tolist(), strict=True)
    ]


def median_minutes(people: Floats, tenths: Ints, unit: Ints, *, n_units: int) -> list[float | None]:
    """Return the minutes within which half of each unit's people reach a point.

    Infinite where half of them reach none, None where nobody lives.

    Parameters
    ----------
    people, tenths, unit
        (n_demand,) people, tenths of a second to their nearest point, and where they belong (-1:
        nowhere).
    """
    order = np.lexsort((tenths, unit))
    order = order[(unit[order] >= 0) & (people[order] > 0)]
    starts = np.searchsorted(unit[order], np.arange(n_units + 1))
    cumulated = np.concatenate([[0.0], np.cumsum(people[order])])
    values: list[float | None] = []
    for start, stop in pairwise(starts.tolist()):
        if start == stop:
            values.append(None)
            continue
        half = (cumulated[start] + cumulated[stop]) / 2
        middle = min(int(np.searchsorted(cumulated, half)) - 1, stop - 1)
        time = tenths[order[max(middle, start)]]
        values.append(math.inf if time == UNREACHED else float(time) / 600)
    return values
