"""Which institutions N1 counts, and the people each serves: declared and nearest view.

The unit of counting is the licensed institution; `parent_id` marks branches and stations. Every
person of the zones is counted once in each view: with a centre, or as unassigned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from data.types import Demand, Facilities, Floats, Ints, ServiceArea, Villages, Zones
from planning.scenario import Mask

GovernmentRun: TypeAlias = Literal["yes", "no", "unknown"]
View: TypeAlias = Literal["declared", "nearest", "capacity"]
FaultReason: TypeAlias = Literal["none", "several", "unknown_area", "not_a_centre", "overlap"]

VIEW_NAMES: dict[View, str] = {
    "declared": "申报辖区",
    "nearest": "就近测算",
    "capacity": "容量约束测算",
}
"""The three views of service population, in the order in which they are shown."""

COUNTING_UNIT = "医疗机构执业许可证"
CENTRE_LEVEL = 2


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One row of the table that tells who runs an institution: words of `owner`, the answer."""

    label: str
    words: tuple[str, ...]
    government_run: GovernmentRun


OWNER_RULES: tuple[OwnerRule, ...] = (
    OwnerRule("公建民营", ("公建民营", "privately run"), "no"),
    OwnerRule(
        "社会办", ("社会办", "社会资本", "社会力量", "non-gov", "nongov", "ngo", "charit"), "no"
    ),
    OwnerRule("民营", ("民营", "民办", "私立", "私营", "私人", "privat"), "no"),
    OwnerRule("个人", ("个人", "个体", "individual"), "no"),
    OwnerRule(
        "卫健部门",
        ("卫健", "卫生健康", "卫生局", "卫计", "health bureau", "health commission"),
        "yes",
    ),
    OwnerRule("公立医院/医共体领办", ("公立", "医共体", "public"), "yes"),
    OwnerRule("街道/乡镇政府", ("街道", "政府", "government"), "yes"),
)
"""Read from the top, the first row with a word in `owner` decides; no row means 待核实 `[K]`."""


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """The centre-level institutions that are counted, m of them, in order of facility id.

    Parameters
    ----------
    index
        (m,) index into `Facilities` of each institution.
    government_run
        (m,) `yes` or `unknown` (待核实); those run privately are in `private`, not here.
    stands_for
        (n_facilities,) row of the institution that a facility counts under: itself, the centre of a
        branch or the centre of a station; -1 for all others.
    points
        (n_facilities,) True for the centres and branches that people may go to in the nearest view.
    branches
        (m,) operating branches (分中心) of each; not centres themselves unless the study says so.
    private
        Ids of operating centre-level institutions that are not government-run.
    branches_counted
        True when branches are institutions of their own.
    """

    index: Ints
    government_run: tuple[GovernmentRun, ...]
    stands_for: Ints
    points: Mask
    branches: Ints
    private: tuple[str, ...]
    branches_counted: bool

    def __len__(self) -> int:
        return len(self.index)


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


def owner_rule(owner: str) -> OwnerRule | None:
    """Return the row of the owner table that decides, None where no row fits (待核实)."""
    text = owner.strip().casefold()
    return next((rule for rule in OWNER_RULES if any(word in text for word in rule.words)), None)


def government_run(owner: str) -> GovernmentRun:
    """Return whether an institution with this 举办主体 is run by government, by `OWNER_RULES`.

    >>> [government_run(owner) for owner in ("某区卫生健康局", "公建民营", "")]
    ['yes', 'no', 'unknown']
    """
    rule = owner_rule(owner)
    return "unknown" if rule is None else rule.government_run


def counted_centres(
    facilities: Facilities,
    *,
    is_operating: Mask,
    count_branches: bool = False,
    only_in_zones: bool = True,
) -> Centres:
    """Return the centre-level institutions of N1 and what counts under each.

    Parameters
    ----------
    facilities
        All institutions; those of level 2 are centres.
    is_operating
        (n_facilities,) True for those open at the study's date; 在建 never is.
    count_branches
        True when the study counts 分中心 as centres of their own.
    only_in_zones
        Leave out facilities outside all zones: a neighbour's centres never enter this county's
        ratios. Rows without position are kept, because they count in totals and rates.
    """
    owners = [government_run(owner) for owner in facilities.texts("owner")]
    usable = (np.asarray(facilities.level) == CENTRE_LEVEL) & is_operating
    if only_in_zones:
        usable &= (facilities.zone >= 0) | ~facilities.has_position
    public = usable & np.array([owner != "no" for owner in owners], dtype=np.bool_)
    parent = _parents(facilities)
    is_branch = branches_of(facilities, public) & (not count_branches)
    index = np.flatnonzero(public & ~is_branch).astype(np.int32)
    stands_for = np.full(len(facilities), -1, dtype=np.int32)
    stands_for[index] = np.arange(len(index), dtype=np.int32)
    _inherit(stands_for, parent)
    points = public & (stands_for >= 0)
    under = stands_for[is_branch & points]
    return Centres(
        index=index,
        government_run=tuple(owners[i] for i in index),
        stands_for=stands_for,
        points=points,
        branches=np.bincount(under, minlength=len(index)).astype(np.int32),
        private=tuple(facilities.id[i] for i in np.flatnonzero(usable & ~public)),
        branches_counted=count_branches,
    )


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


def _parents(facilities: Facilities) -> Ints:
    row_of = {facility_id: i for i, facility_id in enumerate(facilities.id)}
    rows = [row_of.get(parent, -1) for parent in facilities.texts("parent_id")]
    return np.array([-1 if row == i else row for i, row in enumerate(rows)], dtype=np.int32)


def branches_of(facilities: Facilities, is_centre: Mask) -> Mask:
    """Return (n_facilities,) True for centres under another centre (分中心).

    In a circle of parents each is its own.
    """
    parent = _parents(facilities)
    is_branch = is_centre & (parent >= 0) & is_centre[parent]
    top = np.arange(len(parent))
    for _ in range(len(parent)):
        above = np.where(is_branch[top], parent[top], top)
        if (above == top).all():
            break
        top = above
    return is_branch & ~is_branch[top]


def _inherit(stands_for: Ints, parent: Ints) -> None:
    """Give every facility without an institution that of its parent; changes `stands_for`."""
    # Station -> branch -> branch -> centre is three steps; a circle of parents ends here too.
    for _ in range(4):
        orphan = (stands_for < 0) & (parent >= 0)
        stands_for[orphan] = stands_for[parent[orphan]]
