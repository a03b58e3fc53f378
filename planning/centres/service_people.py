"""The people each centre serves (服务人口): the declared and the nearest view.

Every person of the zones is counted once in each view: with a centre, or as unassigned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from data.types import Demand, Facilities, Floats, Ints, ServiceArea, Villages, Zones
from planning.centres.centres import Centres
from planning.reach.scenario import Mask

View: TypeAlias = Literal["declared", "nearest", "capacity"]
FaultReason: TypeAlias = Literal["none", "several", "unknown_area", "not_a_centre", "overlap"]

VIEW_NAMES: dict[View, str] = {
    "declared": "申报辖区",
    "nearest": "就近测算",
    "capacity": "容量约束测算",
}
"""The three views of service population, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class AreaFault:
    """What is wrong with one declared service area.

    `reason` is `none` (a village is in no declared area), `several` (declared to more than one
    institution), `unknown_area` (no such village or zone), `not_a_centre` (the institution is no
    operating government-run centre, nor a part of one) or `overlap` (people are declared twice, by
    their village and by their zone).
    """

    reason: FaultReason
    area_code: str
    facility_ids: tuple[str, ...]
    people: float


@dataclass(frozen=True, slots=True, eq=False)
class ServicePeople:
    """One view of service population.

    Parameters
    ----------
    people
        (m,) people served by each of the `Centres`.
    unassigned
        (n_zones,) people of each zone whom no counted centre serves in this view.
    """

    view: View
    people: Floats
    unassigned: Floats
    faults: tuple[AreaFault, ...] = ()


def nearest_view(
    demand: Demand, centres: Centres, *, facility: Ints, n_zones: int
) -> ServicePeople:
    """Return the people nearest to each centre (就近测算), those of a branch with their centre.

    Parameters
    ----------
    demand
        Where people live; people outside all zones are left out.
    centres
        From `counted_centres`; the search must have had exactly `centres.points` open.
    facility
        (n_demand,) index into `Facilities` of the nearest centre or branch; -1 where none is
        reached.
    n_zones
        Number of zones.
    """
    inside = demand.zone >= 0
    row = np.full(len(demand), -1, dtype=np.int32)
    row[facility >= 0] = centres.stands_for[facility[facility >= 0]]
    served = inside & (row >= 0)
    people = np.bincount(row[served], demand.people[served], minlength=len(centres))
    return ServicePeople(
        "nearest", people.astype(np.float64), _zone_people(demand, inside & ~served, n_zones)
    )


def declared_view(
    areas: Sequence[ServiceArea],
    demand: Demand,
    zones: Zones,
    villages: Villages | None,
    *,
    facilities: Facilities,
    centres: Centres,
) -> ServicePeople | None:
    """Return the people declared to each centre (申报辖区); None where the study declares nothing.

    An area is a village, a natural village or a zone by its code, or a bare figure (empty code). A
    declared figure is used as it stands; without one the area's people are counted from `demand`.
    People declared to several centres without figures are shared equally between them, and listed.
    """
    if not areas:
        return None
    members = _AreaMembers(demand, zones, villages)
    row_of = {facility_id: i for i, facility_id in enumerate(facilities.id)}
    people = np.zeros(len(centres))
    taken = np.zeros(len(demand), dtype=np.bool_)
    faults: list[AreaFault] = []
    for code, rows in sorted(_by_code(areas).items()):
        cells = members.cells(code)
        count = float(demand.people[cells].sum())
        faults += _area_faults(code, rows, known=members.knows(code), count=count)
        valid = []
        for row in rows:
            target = row_of.get(row.facility_id, -1)
            centre = int(centres.stands_for[target]) if target >= 0 else -1
            if centre >= 0:
                valid.append((centre, row))
            else:
                figure = count / len(rows) if row.people is None else row.people
                faults.append(AreaFault("not_a_centre", code, (row.facility_id,), figure))
        if not valid:
            continue
        if taken[cells].any():
            twice = float(demand.people[cells][taken[cells]].sum())
            faults.append(
                AreaFault("overlap", code, tuple(row.facility_id for _, row in valid), twice)
            )
        taken[cells] = True
        for centre, row in valid:
            people[centre] += count / len(valid) if row.people is None else row.people
    faults += members.undeclared({area.area_code for area in areas})
    return ServicePeople(
        "declared",
        people,
        _zone_people(demand, (demand.zone >= 0) & ~taken, len(zones)),
        tuple(faults),
    )


def declared_groups(
    areas: Sequence[ServiceArea],
    zones: Zones,
    villages: Villages | None,
    *,
    facilities: Facilities,
    centres: Centres,
) -> tuple[tuple[int, ...], ...]:
    """Return the urban subdistricts that the study declares to share a centre, as zone indices.

    A subdistrict joins others when it holds no counted centre of its own and its areas are declared
    to a centre that stands in another urban subdistrict.
    """
    seat = facilities.zone[centres.index]
    group_of = {zone: zone for zone, urban in enumerate(zones.urban) if urban}
    zone_of_area = {code: zone for zone, code in enumerate(zones.code)}
    if villages is not None:
        zone_of_area |= {code: int(villages.zone[i]) for i, code in enumerate(villages.code)}
    row_of = {facility_id: i for i, facility_id in enumerate(facilities.id)}
    has_own = set(seat.tolist())
    for area in sorted(areas, key=lambda row: (row.area_code, row.facility_id)):
        zone = zone_of_area.get(area.area_code, -1)
        target = row_of.get(area.facility_id, -1)
        centre = int(centres.stands_for[target]) if target >= 0 else -1
        host = int(seat[centre]) if centre >= 0 else -1
        if zone in group_of and zone not in has_own and host in group_of:
            old, new = group_of[zone], group_of[host]
            group_of = {
                key: (min(old, new) if value in {old, new} else value)
                for key, value in group_of.items()
            }
    groups: dict[int, list[int]] = {}
    for zone, group in group_of.items():
        groups.setdefault(group, []).append(zone)
    return tuple(tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)


class _AreaMembers:
    """Finds the demand points of a village, natural village or zone by its code."""

    def __init__(self, demand: Demand, zones: Zones, villages: Villages | None) -> None:
        self._demand, self._zones, self._villages = demand, zones, villages
        self._zone_of = {code: i for i, code in enumerate(zones.code)}
        self._village_of: dict[str, int] = {}
        if villages is not None:
            self._village_of = {code: i for i, code in enumerate(villages.code)}
            top = np.where(villages.parent >= 0, villages.parent, np.arange(len(villages)))
            self._top = (
                np.where(demand.village >= 0, top[demand.village], -1)
                if len(villages)
                else demand.village
            )

    def knows(self, code: str) -> bool:
        return code in self._zone_of or code in self._village_of

    def cells(self, code: str) -> Ints:
        if code in self._village_of and self._villages is not None:
            village = self._village_of[code]
            own = self._demand.village if self._villages.parent[village] >= 0 else self._top
            return np.flatnonzero(own == village).astype(np.int32)
        zone = self._zone_of.get(code, -2)  # -2 is no zone at all, -1 would be "outside"
        return np.flatnonzero(self._demand.zone == zone).astype(np.int32)

    def undeclared(self, codes: set[str]) -> list[AreaFault]:
        """Return a fault for each village that neither itself, a part nor its zone is declared."""
        villages = self._villages
        if villages is None:
            return []
        touched = {code for code in codes if code in self._village_of}
        parents = {int(villages.parent[self._village_of[code]]) for code in touched}
        faults = []
        for i in np.flatnonzero(villages.parent < 0):
            zone = int(villages.zone[i])
            by_zone = zone >= 0 and self._zones.code[zone] in codes
            if villages.code[i] not in touched and int(i) not in parents and not by_zone:
                people = float(self._demand.people[self._top == i].sum())
                faults.append(AreaFault("none", villages.code[i], (), people))
        return faults


def _area_faults(
    code: str, rows: Sequence[ServiceArea], *, known: bool, count: float
) -> list[AreaFault]:
    ids = tuple(sorted({row.facility_id for row in rows}))
    if not code:
        return []
    if not known:
        return [AreaFault("unknown_area", code, ids, float(sum(row.people or 0.0 for row in rows)))]
    return [AreaFault("several", code, ids, count)] if len(ids) > 1 else []


def _by_code(areas: Sequence[ServiceArea]) -> dict[str, list[ServiceArea]]:
    groups: dict[str, list[ServiceArea]] = {}
    for area in areas:
        groups.setdefault(area.area_code, []).append(area)
    return groups


def _zone_people(demand: Demand, chosen: Mask, n_zones: int) -> Floats:
    people = np.bincount(demand.zone[chosen], demand.people[chosen], minlength=n_zones)
    return people.astype(np.float64)
