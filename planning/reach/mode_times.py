"""Who is within the circle of a set of points: masks over the rows of ready travel times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats, Ints
from geo.pairs import Reach
from geo.times import to_tenths
from geo.travel import UNREACHED

Mask: TypeAlias = NDArray[np.bool_]


CACHED_BYTES = 2**26
"""Memory for the answers kept by one `ModeTimes`: the same sets of points are asked for again."""


@dataclass(frozen=True, slots=True, eq=False)
class ModeTimes:
    """Ready travel times of one mode, with the answers already worked out.

    Parameters
    ----------
    mode
        Name of the mode.
    pairs
        Times from demand points to all facilities, open or not, up to `limit_minutes`.
    limit_minutes
        The longest time the pairs hold.
    is_cut_off
        (n_demand,) True for people who are off the network or reach no open point by any road.
    is_one_way
        (n_demand,) True for people whom a road joins to a point in no direction that they may take;
        they are not cut off. None: nobody.
    found
        Answers by set of facilities.
    """

    mode: str
    pairs: Reach
    limit_minutes: float
    is_cut_off: Mask
    is_one_way: Mask | None = None
    found: dict[bytes, Ints] = field(default_factory=dict, repr=False)

    def nearest(self, is_used: Mask) -> Ints:
        """Return (n_demand,) tenths to the nearest used facility, as `nearest_tenths`."""
        key = np.packbits(is_used).tobytes()
        if key not in self.found:
            if len(self.found) >= max(2, CACHED_BYTES // (4 * self.pairs.n_demand + 1)):
                self.found.pop(next(iter(self.found)))
            self.found[key] = nearest_tenths(self.pairs, is_used)
        return self.found[key]


def nearest_tenths(pairs: Reach, is_used: Mask) -> Ints:
    """Return (n_demand,) tenths to the nearest used facility, `UNREACHED` where no pair says.

    Parameters
    ----------
    pairs
        Rows by facility.
    is_used
        (n_facilities,) True for the facilities that count.
    """
    tenths: Ints = np.full(pairs.n_demand, UNREACHED, dtype=np.int32)
    for row in np.flatnonzero(is_used):
        start, stop = pairs.indptr[row], pairs.indptr[row + 1]
        demand = pairs.demand[start:stop]
        # A demand point stands once in a row, so plain assignment is safe and fast.
        tenths[demand] = np.minimum(tenths[demand], pairs.tenths[start:stop])
    tenths.setflags(write=False)
    return tenths


def is_within(tenths: Ints, minutes: float) -> Mask:
    """Return where a time is at most `minutes`; the limit is converted once.

    >>> is_within(np.array([12_000, 12_001], dtype=np.int32), 20).tolist()
    [True, False]
    """
    return tenths <= to_tenths(minutes)


def cover_count(pairs: Reach, is_used: Mask, minutes: float) -> Ints:
    """Return (n_demand,) how many used facilities are within `minutes`."""
    count = np.zeros(pairs.n_demand, dtype=np.int32)
    for row in np.flatnonzero(is_used):
        count[covered_by(pairs, int(row), minutes)] += 1
    return count


def covered_by(pairs: Reach, facility: int, minutes: float) -> Ints:
    """Return the demand points within `minutes` of one facility, ascending."""
    start, stop = pairs.indptr[facility], pairs.indptr[facility + 1]
    near = pairs.tenths[start:stop] <= to_tenths(minutes)
    return np.asarray(pairs.demand[start:stop][near], dtype=np.int32)


def people_losing_alone(
    pairs: Reach, is_used: Mask, people: Floats, *, closing: Ints, minutes: float
) -> Floats:
    """Return (n_closing,) people who lose the circle when only that facility closes.

    Parameters
    ----------
    is_used
        (n_facilities,) the facilities that are open now.
    people
        (n_demand,) people.
    closing
        Facilities to close in turn; one that is not open loses nobody.
    """
    count = cover_count(pairs, is_used, minutes)
    losses = np.zeros(len(closing))
    for i, facility in enumerate(closing.tolist()):
        if is_used[facility]:
            near = covered_by(pairs, facility, minutes)
            losses[i] = people[near[count[near] == 1]].sum()
    return losses
