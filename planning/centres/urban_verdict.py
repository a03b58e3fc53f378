"""Standard N1 zone by zone: the subdistrict column, the people column and one headline.

The text reads 力争城区街道或每3-10万服务人口有一所政府举办的社区卫生服务中心. Its "or" makes
the subdistrict column (街道口径) and the people column (人口口径); `Reading` says whether one of
them is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

import numpy as np

from data.types import Demand, Facilities, Floats, Zones
from planning.centres.centres import Centres
from planning.centres.norms import RatioBounds, SizeStatus, centres_needed, size_of
from planning.centres.service_people import ServicePeople, View

STANDARD_ID = "zhoushan-2020/N1"
Reading: TypeAlias = Literal["or", "and"]
"""Whether one column is enough or both are asked for `[I]`; printed with every verdict."""


class ColumnStatus(StrEnum):
    """One of the two columns of N1; `unknown` hangs on an unverified owner or the zone's level."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class UrbanResult(StrEnum):
    """The headline of N1 in the words that officials read; they do not change with the language."""

    BOTH = "符合（街道和人口口径）"
    STREET_ONLY = "符合（按街道口径）"
    PEOPLE_ONLY = "符合（按人口口径）"
    STREET_NOT_PEOPLE = "未达到（力争）：仅符合街道口径"
    PEOPLE_NOT_STREET = "未达到（力争）：仅符合人口口径"
    NEITHER = "未达到（力争）"
    NOT_APPLICABLE = "不适用"
    NO_URBAN_LIST = "无法判定：缺城区街道名单"
    NO_STREETS = "无法判定：不是街道一级，街道口径无从判断"
    NO_PEOPLE = "无法判定：缺人口数据"
    OWNER_UNKNOWN = "无法判定：举办主体待核实"
    NO_POINTS = "无法判定：没有计入的网点"


MET_RESULTS = frozenset({UrbanResult.BOTH, UrbanResult.STREET_ONLY, UrbanResult.PEOPLE_ONLY})
MISSED_RESULTS = frozenset(
    {UrbanResult.NEITHER, UrbanResult.STREET_NOT_PEOPLE, UrbanResult.PEOPLE_NOT_STREET}
)


@dataclass(frozen=True, slots=True)
class Oversized:
    """A centre above the upper bound by itself, also where the average of its unit holds."""

    facility_id: str
    name: str
    people: float


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
        serves: over all units everybody once.
    judged_people
        The people that the people column is judged by: those, or the residents where the unit has
        no centre and neighbours serve them.
    centres, centres_unknown, branches
        Operating government-run centres; those of unknown owner (not in `centres`); branches, shown
        beside.
    people_per_centre
        `judged_people / centres`; None without a centre.
    centres_needed
        The fewest, `ceil(people / upper)`, and the most, `max(1, floor(people / lower))`.
    centres_missing
        Centres to add until the headline holds; None where it cannot be judged.
    street, people
        The two columns.
    zones_without_centre
        Zones of the unit that hold no confirmed government-run centre.
    oversized
        Centres above the upper bound.
    """

    view: View
    zone_codes: tuple[str, ...]
    zone_names: tuple[str, ...]
    resident_people: float
    service_people: float
    judged_people: float
    centres: int
    centres_unknown: int
    branches: int
    people_per_centre: float | None
    centres_needed: tuple[int, int]
    centres_missing: int | None
    street: ColumnStatus
    people: ColumnStatus
    size: SizeStatus
    result: UrbanResult
    zones_without_centre: tuple[str, ...]
    centre_ids: tuple[str, ...]
    oversized: tuple[Oversized, ...]
    bounds: RatioBounds

    @property
    def oversized_ids(self) -> tuple[str, ...]:
        """Ids of the centres above the upper bound."""
        return tuple(centre.facility_id for centre in self.oversized)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What every judgement of one run shares; `residents` is (n_zones,) people who live there.

    `is_known` is False where no point of the study counts at all.
    """

    facilities: Facilities
    zones: Zones
    centres: Centres
    residents: Floats
    bounds: RatioBounds
    reading: Reading
    is_known: bool


def residents_of(demand: Demand, n_zones: int) -> Floats:
    """Return the (n_zones,) people who live in each zone."""
    inside = demand.zone >= 0
    people = np.bincount(demand.zone[inside], demand.people[inside], minlength=n_zones)
    return people.astype(np.float64)


def judge_zones(
    view: ServicePeople, scope: Scope, groups: Sequence[Sequence[int]]
) -> list[UrbanVerdict]:
    """Judge every zone, those of a group together, in order of their first zone's code."""
    grouped = {zone for group in groups for zone in group}
    units = [tuple(sorted(group)) for group in groups]
    units += [(zone,) for zone in range(len(scope.zones)) if zone not in grouped]
    return [_verdict(view, scope, unit) for unit in sorted(units)]


def urban_verdicts(zones: Sequence[UrbanVerdict]) -> list[UrbanVerdict]:
    """Return the verdicts of the first view, those zones left out to which N1 does not apply."""
    if not zones:
        return []
    first = zones[0].view
    return [
        row for row in zones if row.view == first and row.result is not UrbanResult.NOT_APPLICABLE
    ]


def _verdict(view: ServicePeople, scope: Scope, unit: Sequence[int]) -> UrbanVerdict:
    centres, bounds, zones = scope.centres, scope.bounds, list(unit)
    members = np.flatnonzero(np.isin(scope.facilities.zone[centres.index], zones))
    confirmed = sum(centres.government_run[m] == "yes" for m in members)
    resident = float(scope.residents[zones].sum())
    served = float(view.people[members].sum() + view.unassigned[zones].sum())
    judged = served if len(members) else resident
    per_centre = judged / confirmed if confirmed else None
    needed = centres_needed(judged, bounds)
    without = tuple(z for z in zones if z not in _seats(scope, only_confirmed=True))
    street = _street_column(scope, unit)
    people = _people_column(scope, unit, judged, confirmed, len(members))
    result = _headline(scope, unit, judged, street, people)
    short = needed[0] - confirmed
    return UrbanVerdict(
        view=view.view,
        zone_codes=tuple(scope.zones.code[zone] for zone in zones),
        zone_names=tuple(scope.zones.name[zone] for zone in zones),
        resident_people=resident,
        service_people=served,
        judged_people=judged,
        centres=confirmed,
        centres_unknown=len(members) - confirmed,
        branches=int(centres.branches[members].sum()),
        people_per_centre=per_centre,
        centres_needed=needed,
        centres_missing=_missing(scope.reading, result, street, len(without), short),
        street=street,
        people=people,
        size=size_of(per_centre, bounds),
        result=result,
        zones_without_centre=tuple(scope.zones.code[z] for z in without),
        centre_ids=tuple(scope.facilities.id[centres.index[m]] for m in members),
        oversized=tuple(
            Oversized(scope.facilities.id[i], scope.facilities.name[i], float(view.people[m]))
            for m, i in zip(members, centres.index[members], strict=True)
            if size_of(float(view.people[m]), bounds) is SizeStatus.OVER
        ),
        bounds=bounds,
    )


def _missing(
    reading: Reading, result: UrbanResult, street: ColumnStatus, seats: int, by_people: int
) -> int | None:
    """Return the centres to add until the headline holds.

    Where N1 does not apply the number of people alone tells; where one column is enough, the one
    that needs fewer.
    """
    by_people = max(0, by_people)
    if result in MET_RESULTS:
        return 0
    if result in MISSED_RESULTS:
        if street is ColumnStatus.NOT_APPLICABLE:
            return by_people
        return min(seats, by_people) if reading == "or" else max(seats, by_people)
    return by_people if result is UrbanResult.NOT_APPLICABLE else None


def _seats(scope: Scope, *, only_confirmed: bool) -> set[int]:
    """Return the zones that hold a counted centre, or one that is confirmed as government-run."""
    zones = scope.facilities.zone[scope.centres.index].tolist()
    runs = scope.centres.government_run
    return {z for z, run in zip(zones, runs, strict=True) if run == "yes" or not only_confirmed}


def applies(zones: Zones, zone: int) -> bool:
    """Return whether N1 is asked of a zone: a listed 街道 or 镇, or a level above them.

    A 镇 or 乡 that the study does not list as 城区, and a zone listed as not urban, are outside it.
    """
    if zones.urban[zone] is None:
        return zones.level[zone] not in {"town", "township"}
    return bool(zones.urban[zone])


def _street_column(scope: Scope, unit: Sequence[int]) -> ColumnStatus:
    """Return whether every subdistrict of the unit holds an operating government-run centre.

    The criterion is of 街道 that are listed as 城区: a listed 镇 is not asked, and of a district or
    another level it cannot be said.
    """
    level = scope.zones.level[unit[0]]
    if not applies(scope.zones, unit[0]) or level in {"town", "township"}:
        return ColumnStatus.NOT_APPLICABLE
    if level != "street":
        return ColumnStatus.UNKNOWN
    if set(unit) <= _seats(scope, only_confirmed=True):
        return ColumnStatus.MET
    is_open_question = set(unit) <= _seats(scope, only_confirmed=False)
    return ColumnStatus.UNKNOWN if is_open_question else ColumnStatus.NOT_MET


def _people_column(
    scope: Scope, unit: Sequence[int], people: float, confirmed: int, counted: int
) -> ColumnStatus:
    """Return whether there are centres enough; too few people for one is a note, no failure."""
    if not applies(scope.zones, unit[0]):
        return ColumnStatus.NOT_APPLICABLE
    fewest = max(1, centres_needed(people, scope.bounds)[0])
    if confirmed >= fewest:
        return ColumnStatus.MET
    return ColumnStatus.UNKNOWN if counted >= fewest else ColumnStatus.NOT_MET


def _headline(
    scope: Scope, unit: Sequence[int], judged: float, street: ColumnStatus, people: ColumnStatus
) -> UrbanResult:
    zones, zone = scope.zones, unit[0]
    if not applies(zones, zone):
        return UrbanResult.NOT_APPLICABLE
    if not scope.is_known:
        return UrbanResult.NO_POINTS
    if zones.urban[zone] is None and zones.level[zone] == "street":
        return UrbanResult.NO_URBAN_LIST
    if judged <= 0:
        return UrbanResult.NO_PEOPLE
    result = _read_columns(scope.reading, street, people)
    if result is not None:
        return result
    is_below_district = zones.level[zone] in {"street", "town", "township"}
    return UrbanResult.OWNER_UNKNOWN if is_below_district else UrbanResult.NO_STREETS


def _read_columns(
    reading: Reading, street: ColumnStatus, people: ColumnStatus
) -> UrbanResult | None:
    """Return the headline of two columns; None where it hangs on an unknown one."""
    asked = {street, people} - {ColumnStatus.NOT_APPLICABLE}
    is_met = (street is ColumnStatus.MET, people is ColumnStatus.MET)
    if all(is_met):
        return UrbanResult.BOTH
    if any(is_met) and (reading == "or" or asked == {ColumnStatus.MET}):
        return UrbanResult.STREET_ONLY if is_met[0] else UrbanResult.PEOPLE_ONLY
    is_missed = asked == {ColumnStatus.NOT_MET}
    is_missed |= reading == "and" and ColumnStatus.NOT_MET in asked
    if is_missed and any(is_met):
        return UrbanResult.STREET_NOT_PEOPLE if is_met[0] else UrbanResult.PEOPLE_NOT_STREET
    return UrbanResult.NEITHER if is_missed else None
