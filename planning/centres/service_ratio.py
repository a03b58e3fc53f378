"""People per government-run centre: institutions, zones and the whole, each in every view."""

from __future__ import annotations

from dataclasses import dataclass

from data.types import Dataset, Ints
from planning.centres.centres import Centres, GovernmentRun
from planning.centres.norms import RatioBounds, SizeStatus, centres_needed, size_of
from planning.centres.service_people import (
    AreaFault,
    ServicePeople,
    View,
    declared_groups,
    declared_view,
    nearest_view,
)
from planning.centres.urban_verdict import (
    Reading,
    Scope,
    UrbanVerdict,
    judge_zones,
    residents_of,
)


@dataclass(frozen=True, slots=True)
class ServiceRatio:
    """The service population of one institution in one view."""

    view: View
    facility_id: str
    name: str
    zone_code: str
    government_run: GovernmentRun
    branches: int
    service_people: float
    size: SizeStatus
    bounds: RatioBounds


@dataclass(frozen=True, slots=True)
class AllZonesRatio:
    """People and government-run centres of all zones together, for information."""

    view: View
    people: float
    unassigned_people: float
    centres: int
    centres_unknown: int
    branches: int
    people_per_centre: float | None
    centres_needed: tuple[int, int]
    size: SizeStatus
    bounds: RatioBounds


@dataclass(frozen=True, slots=True)
class Ratios:
    """All of N1: institutions, zones and the whole, each in every view."""

    bounds: RatioBounds
    institutions: tuple[ServiceRatio, ...]
    zones: tuple[UrbanVerdict, ...]
    totals: tuple[AllZonesRatio, ...]
    faults: tuple[AreaFault, ...]
    private: tuple[str, ...]
    unknown_owner: tuple[str, ...]
    branches_counted: bool
    urban_source: str
    reading: Reading


def service_ratios(
    dataset: Dataset,
    *,
    centres: Centres,
    nearest_facility: Ints | None,
    capacity: ServicePeople | None = None,
    bounds: RatioBounds | None = None,
    reading: Reading = "or",
    is_known: bool = True,
) -> Ratios:
    """Judge N1 for a dataset in every view that its inputs allow.

    Parameters
    ----------
    dataset
        Zones, villages, demand, facilities and declared service areas.
    centres
        From `counted_centres`.
    nearest_facility
        (n_demand,) index of the nearest facility of `centres.points`, -1 where none is reached;
        None leaves the nearest view out.
    capacity
        The capacity-aware view, when it was computed.
    bounds
        People per centre; 30,000 and 100,000 by default.
    reading
        How the "or" of N1 is read: one of its two columns is enough, or both are asked for.
    is_known
        False where no point counts at all: then no zone is judged.
    """
    scope = Scope(
        dataset.facilities,
        dataset.zones,
        centres,
        residents_of(dataset.demand, len(dataset.zones)),
        bounds or RatioBounds(),
        reading,
        is_known,
    )
    views = _views(dataset, centres, nearest_facility, capacity)
    groups = declared_groups(
        dataset.service_areas,
        dataset.zones,
        dataset.villages,
        facilities=dataset.facilities,
        centres=centres,
    )
    return Ratios(
        bounds=scope.bounds,
        institutions=tuple(row for view in views for row in _institutions(view, scope)),
        zones=tuple(row for view in views for row in judge_zones(view, scope, groups)),
        totals=tuple(_total(view, scope) for view in views),
        faults=tuple(fault for view in views for fault in view.faults),
        private=centres.private,
        unknown_owner=tuple(
            dataset.facilities.id[i]
            for i, run in zip(centres.index, centres.government_run, strict=True)
            if run != "yes"
        ),
        branches_counted=centres.branches_counted,
        urban_source=dataset.zones.urban_source,
        reading=reading,
    )


def _views(
    dataset: Dataset,
    centres: Centres,
    nearest_facility: Ints | None,
    capacity: ServicePeople | None,
) -> list[ServicePeople]:
    """Return the views that can be computed, in the order in which they are shown."""
    declared = declared_view(
        dataset.service_areas,
        dataset.demand,
        dataset.zones,
        dataset.villages,
        facilities=dataset.facilities,
        centres=centres,
    )
    nearest = None
    if nearest_facility is not None:
        nearest = nearest_view(
            dataset.demand, centres, facility=nearest_facility, n_zones=len(dataset.zones)
        )
    return [view for view in (declared, nearest, capacity) if view is not None]


def _institutions(view: ServicePeople, scope: Scope) -> list[ServiceRatio]:
    rows = []
    for row, i in enumerate(scope.centres.index):
        zone = int(scope.facilities.zone[i])
        people = float(view.people[row])
        rows.append(
            ServiceRatio(
                view=view.view,
                facility_id=scope.facilities.id[i],
                name=scope.facilities.name[i],
                zone_code=scope.zones.code[zone] if zone >= 0 else "",
                government_run=scope.centres.government_run[row],
                branches=int(scope.centres.branches[row]),
                service_people=people,
                size=size_of(people, scope.bounds),
                bounds=scope.bounds,
            )
        )
    return rows


def _total(view: ServicePeople, scope: Scope) -> AllZonesRatio:
    people = float(scope.residents.sum())
    count = scope.centres.government_run.count("yes")
    per_centre = people / count if count else None
    return AllZonesRatio(
        view=view.view,
        people=people,
        unassigned_people=float(view.unassigned.sum()),
        centres=count,
        centres_unknown=len(scope.centres) - count,
        branches=int(scope.centres.branches.sum()),
        people_per_centre=per_centre,
        centres_needed=centres_needed(people, scope.bounds),
        size=size_of(per_centre, scope.bounds),
        bounds=scope.bounds,
    )
