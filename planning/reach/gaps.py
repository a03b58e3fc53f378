"""Service gaps (服务盲区): uncovered people who live close together in one zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.types import Dataset
from geo.arrays import Floats, Ints
from geo.times import TENTHS_PER_MINUTE
from geo.travel import Nearest, NearestStatus
from planning.reach.coverage import Status, Statuses
from planning.reach.equity import weighted_quantiles
from planning.reach.villages.members import members_of

GAP_LINK_M = 300.0
UNCOVERED = (Status.BEYOND, Status.UNREACHABLE, Status.OFF_NETWORK)


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """服务盲区: uncovered people who live close together in one zone.

    Parameters
    ----------
    village, villages
        The administrative village where most of its people live (-1 for none), and how many such
        villages it touches.
    x_m, y_m
        Its centre, weighted by people.
    nearest_facility, nearest_people
        The point that most of its people have as nearest (the lowest id on ties, -1 where nobody
        has one), and how many they are.
    median_minutes
        Half of all its people reach a point within this time; no time counts as larger than any,
        and it is None where the median falls there.
    worst_minutes
        The largest known time; None where nobody has one.
    beyond_horizon_people, no_path_people
        People whose time was not searched for any further, and people whom no path leads to a
        point: no directed path, or no road near enough.
    demand
        Indices of its demand points.
    """

    gap_id: str
    zone: int
    village: int
    villages: int
    people: float
    group_people: tuple[tuple[str, float], ...]
    x_m: float
    y_m: float
    nearest_facility: int
    nearest_people: float
    median_minutes: float | None
    worst_minutes: float | None
    beyond_horizon_people: float
    no_path_people: float
    demand: Ints


@dataclass(frozen=True, slots=True, eq=False)
class GapInput:
    """Arrays that gaps are made from, all of length n; `groups` pairs a name with n people.

    `facility_ids` names the facilities of `Nearest`: ties between them go by id.
    """

    x_m: Floats
    y_m: Floats
    people: Floats
    groups: tuple[tuple[str, Floats], ...]
    zone: Ints
    village: Ints
    facility_ids: tuple[str, ...]


def gap_input(dataset: Dataset) -> GapInput:
    """Return the arrays that gaps are made from; villages are the administrative ones."""
    demand, villages = dataset.demand, dataset.villages
    return GapInput(
        x_m=demand.x_m,
        y_m=demand.y_m,
        people=demand.people,
        groups=tuple(demand.groups.items()),
        zone=demand.zone,
        village=demand.village if villages is None else members_of(villages, demand),
        facility_ids=dataset.facilities.id,
    )


def find_gaps(
    demand: GapInput, status: Statuses, nearest: Nearest, *, link_m: float = GAP_LINK_M
) -> tuple[Gap, ...]:
    """Cluster uncovered people into gaps, largest first.

    Uncovered points of one zone belong to one gap when a chain of steps of at most `link_m` joins
    them. Where no point counts nobody is known to be uncovered, and there is no gap.
    """
    uncovered = np.flatnonzero(np.isin(status, UNCOVERED) & (demand.people > 0))
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
    village = demand.village[points]
    facility, nearest_people = _nearest_of_most(nearest.facility[points], people, demand)
    is_timed = nearest.facility[points] >= 0
    minutes = np.where(is_timed, nearest.tenths[points] / TENTHS_PER_MINUTE, np.inf)
    (median,) = weighted_quantiles(minutes, people, (0.5,))
    status = nearest.status[points]
    return Gap(
        gap_id=gap_id,
        zone=int(demand.zone[points[0]]),
        village=_unit_of_most(village, people),
        villages=len(np.unique(village[village >= 0])),
        people=float(people.sum()),
        group_people=tuple((name, float(group[points].sum())) for name, group in demand.groups),
        x_m=float(np.average(demand.x_m[points], weights=people)),
        y_m=float(np.average(demand.y_m[points], weights=people)),
        nearest_facility=facility,
        nearest_people=nearest_people,
        median_minutes=None if median is None or np.isinf(median) else median,
        worst_minutes=float(minutes[is_timed].max()) if is_timed.any() else None,
        beyond_horizon_people=float(people[status == NearestStatus.BEYOND].sum()),
        no_path_people=float(
            people[
                (status == NearestStatus.UNREACHABLE) | (status == NearestStatus.OFF_NETWORK)
            ].sum()
        ),
        demand=points,
    )


def _nearest_of_most(facility: Ints, people: Floats, demand: GapInput) -> tuple[int, float]:
    """Return the facility that most people have as nearest, by id on ties, and those people."""
    is_timed = facility >= 0
    rows, position = np.unique(facility[is_timed], return_inverse=True)
    if not len(rows):
        return -1, 0.0
    count = np.bincount(position, weights=people[is_timed])
    best = min(range(len(rows)), key=lambda row: (-count[row], demand.facility_ids[rows[row]]))
    return int(rows[best]), float(count[best])


def _unit_of_most(unit: Ints, people: Floats) -> int:
    """Return the unit in which most people live, the lowest on ties; -1 where none has a unit."""
    known = unit >= 0
    if not known.any():
        return -1
    return int(np.argmax(np.bincount(unit[known], weights=people[known])))
