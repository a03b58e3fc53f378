"""Coverage: who is inside the circle, with every person accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.types import Dataset
from geo.arrays import Bools, Floats, Ints
from geo.times import to_tenths
from geo.travel import Nearest, NearestStatus

Statuses: TypeAlias = NDArray[np.uint8]

BANDS_MINUTES = (5, 10, 15, 20, 30, 45, 60)
FAR_FROM_ROAD_M = 300.0
FAR_FROM_ROAD_SHARE = 0.10

POINT_LEVEL = "primary_care_point"
CIRCLE_STANDARD = "shangyu-2022/N2"
"""What is counted as a point of the circle, and the sentence that its figures answer."""


class Status(IntEnum):
    """Where each person is counted: the first that applies, from outside to covered."""

    COVERED = 0
    BEYOND = 1
    UNREACHABLE = 2
    OFF_NETWORK = 3
    OUTSIDE = 4
    UNKNOWN = 5
    """No point counts at all: whether they would be covered cannot be said."""


NOT_JUDGED = (Status.OUTSIDE, Status.UNKNOWN)
"""People of whom it is not said whether they are covered."""


def population_base(dataset: Dataset) -> str:
    """Return the source and date of the population, as every figure names it."""
    sources = [entry for entry in dataset.provenance if entry.role == "population"]
    return "; ".join(f"{entry.source} {entry.date}".strip() for entry in sources)


@dataclass(frozen=True, slots=True)
class Ledger:
    """People: input = outside + off_network + unreachable + beyond + covered + unknown.

    Where no point counts at all, `unreachable`, `beyond` and `covered` are None and those people
    are `unknown`; otherwise `unknown` is 0.
    """

    input: float
    outside: float
    off_network: float
    unreachable: float | None
    beyond: float | None
    covered: float | None
    unknown: float = 0.0

    @property
    def inside(self) -> float:
        """People inside the zones, summed: people outside change no digit of a share."""
        judged = (self.unreachable or 0.0) + (self.beyond or 0.0) + (self.covered or 0.0)
        return self.off_network + judged + self.unknown

    @property
    def share(self) -> float | None:
        """Covered people over the people inside; None where nobody is, or it is unknown."""
        if self.covered is None or self.inside <= 0:
            return None
        return self.covered / self.inside

    @property
    def uncovered(self) -> float | None:
        """People inside who are not covered; None where that is unknown."""
        return None if self.covered is None else self.inside - self.covered

    def merge(self, other: Ledger) -> Ledger:
        """Return the ledger of two disjoint parts."""
        return Ledger(
            input=self.input + other.input,
            outside=self.outside + other.outside,
            off_network=self.off_network + other.off_network,
            unreachable=_sum(self.unreachable, other.unreachable),
            beyond=_sum(self.beyond, other.beyond),
            covered=_sum(self.covered, other.covered),
            unknown=self.unknown + other.unknown,
        )


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


@dataclass(frozen=True, slots=True)
class Coverage:
    """固定网点20分钟人口覆盖率 with everything needed to read the number.

    `group` is `all` or the name of a group layer; `share` is None where nobody is inside the zones.
    """

    mode: str
    minutes: float
    group: str
    speed_set: str
    level: str
    standard: str
    population_base: str
    data_date: str
    ledger: Ledger

    @property
    def share(self) -> float | None:
        """Covered people over the people inside the zones."""
        return self.ledger.share


def point_status(
    nearest: Nearest, is_outside: Bools, *, limit_tenths: int, is_known: bool = True
) -> Statuses:
    """Return the (n,) `Status` of each demand point, the first that applies.

    Parameters
    ----------
    nearest
        Times to the nearest open point.
    is_outside
        (n,) True for points outside all zones.
    limit_tenths
        The limit in tenths of a second; a time equal to it is covered.
    is_known
        False where no point counts at all: then nobody is unreachable, beyond or covered.
    """
    status = np.full(len(nearest.tenths), Status.BEYOND, dtype=np.uint8)
    status[nearest.tenths <= limit_tenths] = Status.COVERED
    status[nearest.status == NearestStatus.UNREACHABLE] = Status.UNREACHABLE
    if not is_known:
        status[:] = Status.UNKNOWN
    status[nearest.status == NearestStatus.OFF_NETWORK] = Status.OFF_NETWORK
    status[is_outside] = Status.OUTSIDE
    return status


def ledger(people: Floats, status: Statuses, *, is_known: bool = True) -> Ledger:
    """Count people by status.

    Parameters
    ----------
    is_known
        As `point_status`.

    >>> ledger(np.array([3.0, 2.0]), np.array([0, 4], dtype=np.uint8)).share
    1.0
    """
    return _as_ledger(np.bincount(status, weights=people, minlength=len(Status)), is_known)


def _as_ledger(by_status: NDArray[Any], is_known: bool) -> Ledger:
    def judged(status: Status) -> float | None:
        return float(by_status[status]) if is_known else None

    return Ledger(
        input=float(by_status.sum()),
        outside=float(by_status[Status.OUTSIDE]),
        off_network=float(by_status[Status.OFF_NETWORK]),
        unreachable=judged(Status.UNREACHABLE),
        beyond=judged(Status.BEYOND),
        covered=judged(Status.COVERED),
        unknown=float(by_status[Status.UNKNOWN]),
    )


def ledger_by_unit(
    people: Floats, status: Statuses, unit: Ints, *, n_units: int, is_known: bool = True
) -> tuple[Ledger, ...]:
    """Count people by status in each unit (zone or village); points of unit -1 are in none."""
    inside = unit >= 0
    key = unit[inside].astype(np.int64) * len(Status) + status[inside]
    sums = np.bincount(key, weights=people[inside], minlength=n_units * len(Status))
    table = sums.reshape(n_units, len(Status))
    return tuple(_as_ledger(row, is_known) for row in table)


def ledger_by_village(
    people: Floats, status: Statuses, village: Ints, *, parent: Ints, is_known: bool = True
) -> tuple[Ledger, ...]:
    """Count people by status in each village; a village counts its natural villages (自然村) too.

    Parameters
    ----------
    village
        (n,) village of each point, -1 for none.
    parent
        (n_villages,) the village a natural village belongs to, -1 for villages themselves.
    """
    own = ledger_by_unit(people, status, village, n_units=len(parent), is_known=is_known)
    rows = list(own)
    for part, whole in enumerate(parent.tolist()):
        if whole >= 0:
            rows[whole] = rows[whole].merge(own[part])
    return tuple(rows)


def people_within(
    people: Floats, nearest: Nearest, is_outside: Bools
) -> tuple[tuple[int, float], ...]:
    """Return people inside the zones within each of `BANDS_MINUTES`, cumulated."""
    counted = np.where(is_outside, 0.0, people)
    return tuple(
        (minutes, float(counted[nearest.tenths <= to_tenths(minutes)].sum()))
        for minutes in BANDS_MINUTES
    )


@dataclass(frozen=True, slots=True)
class RobustCover:
    """稳健覆盖: people inside the zones covered under all, some or none of the speed sets."""

    speed_sets: tuple[str, ...]
    all_sets: float
    some_sets: float
    no_set: float


def robust_cover(
    people: Floats, statuses: Sequence[Statuses], speed_sets: Sequence[str]
) -> RobustCover:
    """Count people by how many of the speed sets cover them.

    Parameters
    ----------
    people
        (n,) people.
    statuses
        One (n,) status array a speed set.
    """
    inside = statuses[0] != Status.OUTSIDE
    hits = np.sum([status == Status.COVERED for status in statuses], axis=0)[inside]
    counted = people[inside]
    return RobustCover(
        speed_sets=tuple(speed_sets),
        all_sets=float(counted[hits == len(statuses)].sum()),
        some_sets=float(counted[(hits > 0) & (hits < len(statuses))].sum()),
        no_set=float(counted[hits == 0].sum()),
    )


def roads_incomplete(people: Floats, access_m: Floats, zone: Ints, *, n_zones: int) -> list[bool]:
    """Return per zone whether its figure is doubtful: 路网不完整，结论待核.

    True where more than 10 % of the people live over 300 m from any road of the mode.

    Parameters
    ----------
    access_m
        (n,) length of the leg to the road; NaN where there is none within the limit.
    """
    far = ~(access_m <= FAR_FROM_ROAD_M)
    inside = zone >= 0
    total = np.bincount(zone[inside], weights=people[inside], minlength=n_zones)
    doubtful = np.bincount(zone[inside], weights=(people * far)[inside], minlength=n_zones)
    return [
        bool(part > FAR_FROM_ROAD_SHARE * whole)
        for part, whole in zip(doubtful, total, strict=True)
    ]
