"""Ordered filling: facilities take the people around them one after the other, nearest first.

This is how AccessMod computes its geographic coverage. The answer depends on the order; it is shown
beside the best assignment of `planning.centres.capacity.assignment` with the difference in people.

Source: Ray and Ebener 2008, 10.1186/1476-072X-7-63; the five cases as in AccessMod 5's catchment
analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Floats, checked_amounts, require_length
from geo.pairs import Reach, of_facilities, within
from geo.times import TENTHS_PER_MINUTE
from planning.centres.capacity.assignment import Assignment, Flows, reached_points, tally
from planning.words.wording import msgid

ROUNDING = 1e-12
"""Relative difference below which a capacity counts as met exactly."""


class FillCase(StrEnum):
    """What happened when a facility filled up."""

    SPLIT_BAND = "A"
    """Whole inner bands and a share of the next one."""
    FIRST_BAND = "B"
    """The capacity is below the first band: a share of it."""
    SPARE = "C"
    """All who are left in reach, with capacity to spare."""
    EXACT = "D"
    """Whole bands make up the capacity exactly."""
    UNLIMITED = "E"
    """The capacity is ignored: all who are left in reach."""


CASE_WORDS: dict[FillCase, str] = {
    FillCase.SPLIT_BAND: msgid("Full: part of the last band is turned away"),
    FillCase.FIRST_BAND: msgid("Full: the nearest band alone is too large"),
    FillCase.SPARE: msgid("Capacity to spare"),
    FillCase.EXACT: msgid("Exactly full"),
    FillCase.UNLIMITED: msgid("Capacity not considered"),
}


@dataclass(frozen=True, slots=True)
class FillStep:
    """One facility's turn.

    Parameters
    ----------
    facility
        Index.
    case
        What happened.
    reachable, taken, spare
        People left in reach before, people taken, capacity left over (0 where unlimited).
    catchment_minutes
        Upper end of the last band touched; the limit of the reach in cases C and E.
    """

    facility: int
    case: FillCase
    reachable: float
    taken: float
    spare: float
    catchment_minutes: float


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """The assignment that an order makes, and its steps in that order."""

    assignment: Assignment
    steps: tuple[FillStep, ...]


@dataclass(frozen=True, slots=True)
class FillingLoss:
    """What ordered filling loses against the best assignment.

    `people` more are served by the best one; the shares are of all people (None where there is
    nobody), the means are minutes of those served.
    """

    people: float
    best_share: float | None
    ordered_share: float | None
    best_mean_minutes: float | None
    ordered_mean_minutes: float | None


def fill_in_order(
    pairs: Reach,
    *,
    people: ArrayLike,
    capacity: ArrayLike,
    order: Sequence[int],
    limit_minutes: float,
    band_minutes: float = 1.0,
) -> Filling:
    """Let each facility of `order` take, band by band of travel time, whom the earlier ones left.

    Parameters
    ----------
    pairs
        Travel times by facility.
    people
        (n_demand,) people.
    capacity
        (n_facilities,) people a facility takes; inf: all (case E).
    order
        Facilities, first to last; others stay closed.
    limit_minutes
        Longest travel time.
    band_minutes
        Width of the bands; times are rounded to the nearest band, half up, as AccessMod rounds
        its travel times to its unit. The limit is applied before rounding.
    """
    count = pairs.n_facilities
    everybody = checked_amounts("people", people, pairs.n_demand)
    most = np.array(capacity, dtype=np.float64)
    require_length("capacity", most, count)
    is_open = np.zeros(count, dtype=np.bool_)
    is_open[list(order)] = True
    reach = within(of_facilities(pairs, is_open), limit_minutes)
    band_tenths = max(1, round(band_minutes * TENTHS_PER_MINUTE))
    band = (2 * reach.tenths.astype(np.int64) + band_tenths) // (2 * band_tenths)
    left = everybody.copy()
    taken = np.zeros(len(reach.demand))
    steps = []
    for facility in order:
        row = slice(int(reach.indptr[facility]), int(reach.indptr[facility + 1]))
        point = reach.demand[row]
        around = left[point]
        case, share, last_band = _take(around, band[row], float(most[facility]))
        taken[row] = around * share
        left[point] -= taken[row]
        whole = case in {FillCase.SPARE, FillCase.UNLIMITED}
        minutes = limit_minutes if whole else last_band * band_tenths / TENTHS_PER_MINUTE
        served = float(taken[row].sum())
        spare = float(most[facility]) - served if case == FillCase.SPARE else 0.0
        steps.append(FillStep(facility, case, float(around.sum()), served, spare, minutes))
    assignment = tally(
        _flows(reach, taken), people=everybody, capacity=most, is_reached=reached_points(reach)
    )
    return Filling(assignment=assignment, steps=tuple(steps))


def order_by_people(
    pairs: Reach,
    *,
    people: ArrayLike,
    facilities: Sequence[int],
    limit_minutes: float,
    most_first: bool = True,
) -> tuple[int, ...]:
    """Return the facilities by the people within the limit before anybody is taken.

    Ties keep the lower index first.
    """
    weights = checked_amounts("people", people, pairs.n_demand)
    reach = within(pairs, limit_minutes)
    around = np.bincount(
        reach.facility(), weights=weights[reach.demand], minlength=pairs.n_facilities
    )
    sign = -1.0 if most_first else 1.0
    return tuple(sorted(facilities, key=lambda facility: (sign * around[facility], facility)))


def filling_loss(best: Assignment, ordered: Assignment) -> FillingLoss:
    """Compare an ordered filling with the best assignment of the same people."""
    return FillingLoss(
        people=best.served - ordered.served,
        best_share=best.share,
        ordered_share=ordered.share,
        best_mean_minutes=best.mean_minutes,
        ordered_mean_minutes=ordered.mean_minutes,
    )


def _take(people: Floats, band: NDArray[np.int64], capacity: float) -> tuple[FillCase, Floats, int]:
    """Return the case, the (n,) share taken of each point and the last band touched."""
    all_of_them = np.ones(len(people))
    if np.isposinf(capacity):
        return FillCase.UNLIMITED, all_of_them, 0
    lived = people > 0
    bands, row = np.unique(band[lived], return_inverse=True)
    in_band = np.bincount(row, weights=people[lived], minlength=len(bands))
    cumulated = np.cumsum(in_band)
    inner = int(np.searchsorted(cumulated, capacity * (1 + ROUNDING), side="right"))
    if inner and cumulated[inner - 1] >= capacity * (1 - ROUNDING):
        last = int(bands[inner - 1])
        return FillCase.EXACT, (band <= last).astype(np.float64), last
    if inner == len(bands):
        return FillCase.SPARE, all_of_them, 0
    last = int(bands[inner])
    before = float(cumulated[inner - 1]) if inner else 0.0
    share = np.where(band < last, 1.0, np.where(band == last, (capacity - before), 0.0))
    share[band == last] /= in_band[inner]
    return (FillCase.SPLIT_BAND if inner else FillCase.FIRST_BAND), share, last


def _flows(reach: Reach, taken: Floats) -> Flows:
    used = np.flatnonzero(taken > 0)
    counts = np.bincount(reach.facility()[used], minlength=reach.n_facilities)
    return Flows(
        indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        demand=reach.demand[used],
        tenths=reach.tenths[used],
        people=taken[used],
        n_demand=reach.n_demand,
    )
