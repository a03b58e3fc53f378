"""Coverage: who is inside the circle, with every person accounted for, and where the gaps are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.types import Dataset
from geo.travel import Nearest, NearestStatus

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Statuses: TypeAlias = NDArray[np.uint8]

BANDS_MINUTES = (5, 10, 15, 20, 30, 45, 60)
GAP_LINK_M = 300.0
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


def population_base(dataset: Dataset) -> str:
    """Return the source and date of the population, as every figure names it."""
    sources = [entry for entry in dataset.provenance if entry.role == "population"]
    return "; ".join(f"{entry.source} {entry.date}".strip() for entry in sources)


@dataclass(frozen=True, slots=True)
class Ledger:
    """People: input = outside + off_network + unreachable + beyond + covered."""

    input: float
    outside: float
    off_network: float
    unreachable: float
    beyond: float
    covered: float

    @property
    def inside(self) -> float:
        """People inside the zones, summed: people outside change no digit of a share."""
        return self.off_network + self.unreachable + self.beyond + self.covered

    @property
    def share(self) -> float | None:
        """Covered people over the people inside; None where nobody is inside."""
        return self.covered / self.inside if self.inside > 0 else None

    def merge(self, other: Ledger) -> Ledger:
        """Return the ledger of two disjoint parts."""
        return Ledger(
            input=self.input + other.input,
            outside=self.outside + other.outside,
            off_network=self.off_network + other.off_network,
            unreachable=self.unreachable + other.unreachable,
            beyond=self.beyond + other.beyond,
            covered=self.covered + other.covered,
        )


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


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """服务盲区: uncovered people who live close together in one zone.

    `demand` holds the indices of its points; `nearest_minutes` is None where no point can be
    reached.
    """

    gap_id: str
    zone: int
    village: int
    people: float
    group_people: tuple[tuple[str, float], ...]
    x_m: float
    y_m: float
    nearest_facility: int
    nearest_minutes: float | None
    demand: Ints


def point_status(nearest: Nearest, is_outside: NDArray[np.bool_], *, limit_tenths: int) -> Statuses:
    """Return the (n,) `Status` of each demand point, the first that applies.

    Parameters
    ----------
    nearest
        Times to the nearest open point.
    is_outside
        (n,) True for points outside all zones.
    limit_tenths
        The limit in tenths of a second; a time equal to it is covered.
    """
    status = np.full(len(nearest.tenths), Status.BEYOND, dtype=np.uint8)
    status[nearest.tenths <= limit_tenths] = Status.COVERED
    status[nearest.status == NearestStatus.UNREACHABLE] = Status.UNREACHABLE
    status[nearest.status == NearestStatus.OFF_NETWORK] = Status.OFF_NETWORK
    status[is_outside] = Status.OUTSIDE
    return status


def ledger(people: Floats, status: Statuses) -> Ledger:
    """Count people by status.

    >>> ledger(np.array([3.0, 2.0]), np.array([0, 4], dtype=np.uint8)).share
    1.0
    """
    by_status = np.bincount(status, weights=people, minlength=len(Status))
    return Ledger(
        input=float(by_status.sum()),
        outside=float(by_status[Status.OUTSIDE]),
        off_network=float(by_status[Status.OFF_NETWORK]),
        unreachable=float(by_status[Status.UNREACHABLE]),
        beyond=float(by_status[Status.BEYOND]),
        covered=float(by_status[Status.COVERED]),
    )


def ledger_by_unit(
    people: Floats, status: Statuses, unit: Ints, *, n_units: int
) -> tuple[Ledger, ...]:
    """Count people by status in each unit (zone or village); points of unit -1 are in none."""
    inside = unit >= 0
    key = unit[inside].astype(np.int64) * len(Status) + status[inside]
    sums = np.bincount(key, weights=people[inside], minlength=n_units * len(Status))
    table = sums.reshape(n_units, len(Status))
    return tuple(
        Ledger(
            input=float(row.sum()),
            outside=float(row[Status.OUTSIDE]),
            off_network=float(row[Status.OFF_NETWORK]),
            unreachable=float(row[Status.UNREACHABLE]),
            beyond=float(row[Status.BEYOND]),
            covered=float(row[Status.COVERED]),
        )
        for row in table
    )


def ledger_by_village(
    people: Floats, status: Statuses, village: Ints, *, parent: Ints
) -> tuple[Ledger, ...]:
    """Count people by status in each village; a village counts its natural villages (自然村) too.

    Parameters
    ----------
    village
        (n,) village of each point, -1 for none.
    parent
        (n_villages,) the village a natural village belongs to, -1 for villages themselves.
    """
    own = ledger_by_unit(people, status, village, n_units=len(parent))
    rows = list(own)
    for part, whole in enumerate(parent.tolist()):
        if whole >= 0:
            rows[whole] = rows[whole].merge(own[part])
    return tuple(rows)


def people_within(
    people: Floats, nearest: Nearest, is_outside: NDArray[np.bool_]
) -> tuple[tuple[int, float], ...]:
    """Return people inside the zones within each of `BANDS_MINUTES`, cumulated."""
    counted = np.where(is_outside, 0.0, people)
    return tuple(
        (minutes, float(counted[nearest.tenths <= minutes * 600].sum()))
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


@dataclass(frozen=True, slots=True, eq=False)
class GapInput:
    """Arrays that gaps are made from, all of length n; `groups` pairs a name with n people."""

    x_m: Floats
    y_m: Floats
    people: Floats
    groups: tuple[tuple[str, Floats], ...]
    zone: Ints
    village: Ints


def find_gaps(
    demand: GapInput, status: Statuses, nearest: Nearest, *, link_m: float = GAP_LINK_M
) -> tuple[Gap, ...]:
    """Cluster uncovered people into gaps, largest first.

    Uncovered points of one zone belong to one gap when a chain of steps of at most `link_m` joins
    them. A gap's nearest facility and minutes are those of the point that is worst placed among the
    reachable ones; its village is the one where most of its people live.
    """
    uncovered = np.flatnonzero(
        (status != Status.COVERED) & (status != Status.OUTSIDE) & (demand.people > 0)
    )
    if not len(uncovered):
        return ()
    label = _cluster(demand.x_m[uncovered], demand.y_m[uncovered], demand.zone[uncovered], link_m)
    order = np.argsort(label, kind="stable")
    parts = np.split(uncovered[order], np.flatnonzero(np.diff(label[order])) + 1)
    parts.sort(key=lambda points: (-demand.people[points].sum(), points[0]))
    return tuple(
        _gap(f"G{rank:04d}", points.astype(np.int32), demand, nearest)
        for rank, points in enumerate(parts, start=1)
    )


def _cluster(x_m: Floats, y_m: Floats, zone: Ints, link_m: float) -> Ints:
    """Return (n,) cluster numbers: single linkage inside each zone."""
    pairs = cKDTree(np.column_stack([x_m, y_m])).query_pairs(link_m, output_type="ndarray")
    pairs = pairs[zone[pairs[:, 0]] == zone[pairs[:, 1]]]
    n = len(x_m)
    links = coo_array(
        (np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n)
    )
    labels: Ints = connected_components(links.tocsr(), directed=False)[1].astype(np.int32)
    return labels


def _gap(gap_id: str, points: Ints, demand: GapInput, nearest: Nearest) -> Gap:
    people = demand.people[points]
    total = float(people.sum())
    reached = points[nearest.facility[points] >= 0]
    worst = int(reached[np.argmax(nearest.tenths[reached])]) if len(reached) else -1
    return Gap(
        gap_id=gap_id,
        zone=int(demand.zone[points[0]]),
        village=_most_people(demand.village[points], people),
        people=total,
        group_people=tuple((name, float(group[points].sum())) for name, group in demand.groups),
        x_m=float(np.average(demand.x_m[points], weights=people)),
        y_m=float(np.average(demand.y_m[points], weights=people)),
        nearest_facility=int(nearest.facility[worst]) if worst >= 0 else -1,
        nearest_minutes=float(nearest.tenths[worst]) / 600 if worst >= 0 else None,
        demand=points,
    )


def _most_people(unit: Ints, people: Floats) -> int:
    """Return the unit in which most people live, the lowest on ties; -1 where none has a unit."""
    known = unit >= 0
    if not known.any():
        return -1
    return int(np.argmax(np.bincount(unit[known], weights=people[known])))
