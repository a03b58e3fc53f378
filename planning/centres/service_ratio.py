"""Standard N1: people per government-run centre, in two columns that are never merged.

The text reads 力争城区街道或每3-10万服务人口有一所政府举办的社区卫生服务中心.
Its "or" makes the subdistrict column (街道口径) and the people column (人口口径).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data.types import Dataset, Demand, Facilities, Floats, Ints, Zones
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

STANDARD_ID = "zhoushan-2020/N1"


class ColumnStatus(StrEnum):
    """One of the two columns of N1; `unknown` hangs on an unverified owner."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class UrbanResult(StrEnum):
    """The verdict of N1 in the words that officials read; they do not change with the language."""

    BOTH = "两项均符合"
    STREET_ONLY = "仅符合街道口径"
    PEOPLE_ONLY = "仅符合人口口径"
    NEITHER = "均不符合"
    NOT_APPLICABLE = "不适用"
    NO_URBAN_LIST = "无法判定：缺城区街道名单"
    NO_PEOPLE = "无法判定：缺人口数据"
    OWNER_UNKNOWN = "无法判定：举办主体待核实"


_RESULTS = {
    (True, True): UrbanResult.BOTH,
    (True, False): UrbanResult.STREET_ONLY,
    (False, True): UrbanResult.PEOPLE_ONLY,
    (False, False): UrbanResult.NEITHER,
}


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
class UrbanVerdict:
    """N1 for one zone, or for several urban subdistricts that the study declares to share a centre.

    Parameters
    ----------
    zone_codes, zone_names
        The zones judged together, in order of code.
    resident_people
        People who live in them.
    service_people
        People served by their centres in this view and those of their residents whom no centre
        serves; without a centre, the residents.
    centres, centres_unknown, branches
        Operating government-run centres; those of unknown owner (not in `centres`); branches, shown
        beside.
    people_per_centre
        `service_people / centres`; None without a centre.
    centres_needed
        The fewest, `ceil(people / upper)`, and the most, `max(1, floor(people / lower))`.
    street, people
        The two columns.
    zones_without_centre
        Zones of the unit that hold no confirmed government-run centre.
    oversized_ids
        Centres above the upper bound by themselves, also where the average holds.
    """

    view: View
    zone_codes: tuple[str, ...]
    zone_names: tuple[str, ...]
    resident_people: float
    service_people: float
    centres: int
    centres_unknown: int
    branches: int
    people_per_centre: float | None
    centres_needed: tuple[int, int]
    street: ColumnStatus
    people: ColumnStatus
    size: SizeStatus
    result: UrbanResult
    zones_without_centre: tuple[str, ...]
    centre_ids: tuple[str, ...]
    oversized_ids: tuple[str, ...]
    bounds: RatioBounds

    @property
    def centres_missing(self) -> int:
        """Centres to add until both columns hold; 0 where they do."""
        return max(len(self.zones_without_centre), self.centres_needed[0] - self.centres)


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


def service_ratios(
    dataset: Dataset,
    *,
    centres: Centres,
    nearest_facility: Ints | None,
    capacity: ServicePeople | None = None,
    bounds: RatioBounds | None = None,
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
    """
    scope = _Scope(
        dataset.facilities,
        dataset.zones,
        centres,
        _residents(dataset.demand, len(dataset.zones)),
        bounds or RatioBounds(),
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
        zones=tuple(row for view in views for row in _zone_verdicts(view, scope, groups)),
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
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Scope:
    """What every judgement of one run shares; `residents` is (n_zones,) people who live there."""

    facilities: Facilities
    zones: Zones
    centres: Centres
    residents: Floats
    bounds: RatioBounds


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


def _institutions(view: ServicePeople, scope: _Scope) -> list[ServiceRatio]:
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


def _zone_verdicts(
    view: ServicePeople, scope: _Scope, groups: Sequence[Sequence[int]]
) -> list[UrbanVerdict]:
    """Judge every zone, those of a group together, in order of their first zone's code."""
    grouped = {zone for group in groups for zone in group}
    units = [tuple(sorted(group)) for group in groups]
    units += [(zone,) for zone in range(len(scope.zones)) if zone not in grouped]
    return [_verdict(view, scope, unit) for unit in sorted(units)]


def _total(view: ServicePeople, scope: _Scope) -> AllZonesRatio:
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


def _verdict(view: ServicePeople, scope: _Scope, unit: Sequence[int]) -> UrbanVerdict:
    centres, bounds, zones = scope.centres, scope.bounds, list(unit)
    members = np.flatnonzero(np.isin(scope.facilities.zone[centres.index], zones))
    confirmed = sum(centres.government_run[m] == "yes" for m in members)
    resident = float(scope.residents[zones].sum())
    served = float(view.people[members].sum() + view.unassigned[zones].sum())
    people = served if len(members) else resident
    per_centre = people / confirmed if confirmed else None
    columns = (
        _street_column(scope, unit),
        _people_column(people, confirmed, len(members), bounds),
    )
    ids = [scope.facilities.id[centres.index[m]] for m in members]
    sizes = [size_of(float(view.people[m]), bounds) for m in members]
    return UrbanVerdict(
        view=view.view,
        zone_codes=tuple(scope.zones.code[zone] for zone in zones),
        zone_names=tuple(scope.zones.name[zone] for zone in zones),
        resident_people=resident,
        service_people=people,
        centres=confirmed,
        centres_unknown=len(members) - confirmed,
        branches=int(centres.branches[members].sum()),
        people_per_centre=per_centre,
        centres_needed=centres_needed(people, bounds),
        street=columns[0],
        people=columns[1],
        size=size_of(per_centre, bounds),
        result=_result(scope.zones, unit, people, columns),
        zones_without_centre=tuple(
            scope.zones.code[z] for z in zones if z not in _seats(scope, only_confirmed=True)
        ),
        centre_ids=tuple(ids),
        oversized_ids=tuple(
            i for i, size in zip(ids, sizes, strict=True) if size is SizeStatus.OVER
        ),
        bounds=bounds,
    )


def _street_column(scope: _Scope, unit: Sequence[int]) -> ColumnStatus:
    """Return whether every subdistrict of the unit holds an operating government-run centre."""
    if set(unit) <= _seats(scope, only_confirmed=True):
        return ColumnStatus.MET
    is_open_question = set(unit) <= _seats(scope, only_confirmed=False)
    return ColumnStatus.UNKNOWN if is_open_question else ColumnStatus.NOT_MET


def _seats(scope: _Scope, *, only_confirmed: bool) -> set[int]:
    """Return the zones that hold a counted centre, or one that is confirmed as government-run."""
    zones = scope.facilities.zone[scope.centres.index].tolist()
    runs = scope.centres.government_run
    return {z for z, run in zip(zones, runs, strict=True) if run == "yes" or not only_confirmed}


def _people_column(
    people: float, confirmed: int, counted: int, bounds: RatioBounds
) -> ColumnStatus:
    """Return whether there are centres enough; too few people for one is a note, no failure."""
    fewest = max(1, centres_needed(people, bounds)[0])
    if confirmed >= fewest:
        return ColumnStatus.MET
    return ColumnStatus.UNKNOWN if counted >= fewest else ColumnStatus.NOT_MET


def _result(
    zones: Zones, unit: Sequence[int], people: float, columns: tuple[ColumnStatus, ColumnStatus]
) -> UrbanResult:
    urban = zones.urban[unit[0]]
    if urban is False or (urban is None and zones.level[unit[0]] in {"town", "township"}):
        return UrbanResult.NOT_APPLICABLE
    if urban is None:
        return UrbanResult.NO_URBAN_LIST
    if people <= 0:
        return UrbanResult.NO_PEOPLE
    if ColumnStatus.UNKNOWN in columns:
        return UrbanResult.OWNER_UNKNOWN
    return _RESULTS[columns[0] is ColumnStatus.MET, columns[1] is ColumnStatus.MET]


def _residents(demand: Demand, n_zones: int) -> Floats:
    inside = demand.zone >= 0
    people = np.bincount(demand.zone[inside], demand.people[inside], minlength=n_zones)
    return people.astype(np.float64)


def urban_verdicts(zones: Sequence[UrbanVerdict]) -> list[UrbanVerdict]:
    """Return the verdicts of the first view, those zones left out to which N1 does not apply."""
    if not zones:
        return []
    first = zones[0].view
    return [
        row for row in zones if row.view == first and row.result is not UrbanResult.NOT_APPLICABLE
    ]
