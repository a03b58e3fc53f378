"""Village modes of the 20-minute circle (N2-N4): point, cluster, circuit or uncovered, with why.

The document names three modes and 20 minutes and defines neither; this is the reading of the
domain reference A2 `[I]`, every number of it a parameter that is printed with the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from data.types import CircuitStop, Demand, Facilities, Villages
from geo.arrays import Floats, Ints
from geo.pairs import Reach
from planning.reach.mode_times import Mask, ModeTimes, is_within, nearest_tenths
from planning.reach.villages.members import members_of
from planning.reach.villages.opening import VISITS_PER_DAY, Opening

WALK = "walk"


class CoverMode(StrEnum):
    """How a village is covered."""

    POINT = "point"
    CLUSTER = "cluster"
    CIRCUIT = "circuit"
    UNCOVERED = "uncovered"
    NO_PEOPLE = "no_people"


class Reason(StrEnum):
    """Why a village is uncovered."""

    NONE = ""
    CUT_OFF = "cut_off"
    ONE_WAY = "one_way"
    NOT_OPEN = "not_open"
    TOO_RARE = "too_rare"
    PARTLY_BEYOND = "partly_beyond"
    NO_POINT = "no_point"


@dataclass(frozen=True, slots=True)
class VillageRules:
    """The parameters of the reading, printed with each result.

    Parameters
    ----------
    minutes, share
        A village counts when at least `share` of its people are within `minutes`.
    min_days
        Days a week from which a fixed point counts as open.
    stop_minutes
        Minutes on foot to a circuit stop or a point that is open on fewer days; never more than
        `minutes`.
    min_visits, island_visits
        Visits a month asked of them, and of stops flagged as island points.
    in_village_m
        Where villages are points: a facility within this distance stands in the village.
    assumed_days
        Days of a point whose row states neither days nor hours.
    """

    minutes: float = 20.0
    share: float = 0.9
    min_days: float = 5.0
    stop_minutes: float = 20.0
    min_visits: float = 4.33
    island_visits: float = 1.0
    in_village_m: float = 1000.0
    assumed_days: float = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class OnFoot:
    """Times of one mode on foot: to all facilities, and to the circuit stops (rows by stop)."""

    times: ModeTimes
    stop_pairs: Reach | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VillageInput:
    """What the judgement stands on.

    Parameters
    ----------
    villages, demand, facilities
        As read.
    is_point
        (n_facilities,) kinds that count as fixed points, operating or not.
    points
        (n_facilities,) those of them that count, as `fixed_points`.
    opening
        Days, staff and insurance of the facilities.
    facility_village
        (n_facilities,) administrative village in which each stands, from `facility_villages`.
    stops
        Circuit stops.
    on_foot
        Times by mode on foot, for circuits: a mode on foot is judged by its own, all others by
        `walk`; circuits are left out where that is missing.
    """

    villages: Villages
    demand: Demand
    facilities: Facilities
    is_point: Mask
    points: Mask
    opening: Opening
    facility_village: Ints
    stops: Sequence[CircuitStop] = ()
    on_foot: Mapping[str, OnFoot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VillageRow:
    """One administrative village in one mode of travel.

    Parameters
    ----------
    cover, reason
        The verdict.
    nominal
        A point exists: one stands in the village, or enough people are near any operating point.
    effective
        The verdict when points must also be staffed and take the insurance card (有效覆盖).
    people, people_covered
        Its people, and those of them within the circle or near a circuit.
    share_fixed, share_circuit
        Their shares near open fixed points and near circuits or part-time points.
    facility_ids
        Points that stand in the village, open or not.
    """

    code: str
    name: str
    zone: int
    people: float
    people_covered: float
    cover: CoverMode
    reason: Reason
    nominal: bool
    effective: CoverMode
    share_fixed: float
    share_circuit: float
    facility_ids: tuple[str, ...]

    @property
    def is_covered(self) -> bool:
        """True for point, cluster and circuit."""
        return self.cover in {CoverMode.POINT, CoverMode.CLUSTER, CoverMode.CIRCUIT}


@dataclass(frozen=True, slots=True)
class VillageCover:
    """All administrative villages in one mode of travel, in order of code.

    `people_without_village` live inside the zones and in no village; they are in no share.
    """

    mode: str
    rules: VillageRules
    rows: tuple[VillageRow, ...]
    people_without_village: float
    points_without_days: int

    @property
    def judged(self) -> tuple[VillageRow, ...]:
        """The villages that have people."""
        return tuple(row for row in self.rows if row.cover is not CoverMode.NO_PEOPLE)

    @property
    def share(self) -> float | None:
        """村级服务覆盖率 by villages, which decides; None without a village."""
        rows = self.judged
        return sum(row.is_covered for row in rows) / len(rows) if rows else None

    @property
    def people_share(self) -> float | None:
        """Covered people over all people of the villages; stands beside and decides nothing."""
        people = sum(row.people for row in self.judged)
        return sum(row.people_covered for row in self.judged) / people if people > 0 else None

    @property
    def effective_share(self) -> float | None:
        """Villages that are covered effectively, over all villages."""
        rows = self.judged
        is_effective = [row.effective is not CoverMode.UNCOVERED for row in rows]
        return sum(is_effective) / len(rows) if rows else None

    def count(self, cover: CoverMode) -> int:
        """Return how many villages are covered so."""
        return sum(row.cover is cover for row in self.rows)


def village_cover(given: VillageInput, times: ModeTimes, rules: VillageRules) -> VillageCover:
    """Judge every administrative village by one mode of travel.

    Parameters
    ----------
    given
        Villages, people, points and circuits.
    times
        Times to all facilities by this mode.
    rules
        Parameters.
    """
    members = members_of(given.villages, given.demand)
    is_effective = given.points & given.opening.is_staffed & given.opening.is_insured
    plain = _judge(given, times, rules, members, given.points)
    strict = _judge(given, times, rules, members, is_effective)
    near_any = is_within(times.nearest(given.points), rules.minutes)
    share_of = _shares(members, given.demand.people, len(given.villages))
    nominal = share_of(near_any) >= _least(rules)
    here = _points_here(given)
    rows = tuple(
        VillageRow(
            code=given.villages.code[v],
            name=given.villages.name[v],
            zone=int(given.villages.zone[v]),
            people=float(plain.people[v]),
            people_covered=float(plain.people_covered[v]),
            cover=plain.cover[v],
            reason=plain.reason[v],
            nominal=bool(nominal[v]) or any(given.points[f] for f in here.get(v, ())),
            effective=strict.cover[v],
            share_fixed=float(plain.share_fixed[v]),
            share_circuit=float(plain.share_circuit[v]),
            facility_ids=tuple(given.facilities.id[f] for f in here.get(v, ())),
        )
        for v in np.flatnonzero(given.villages.parent < 0).tolist()
    )
    outside = (given.demand.zone >= 0) & (members < 0)
    return VillageCover(
        mode=times.mode,
        rules=rules,
        rows=rows,
        people_without_village=float(given.demand.people[outside].sum()),
        points_without_days=int((given.points & np.isnan(given.opening.days_per_week)).sum()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Judgement:
    people: Floats
    people_covered: Floats
    share_fixed: Floats
    share_circuit: Floats
    cover: list[CoverMode]
    reason: list[Reason]


def _judge(
    given: VillageInput, times: ModeTimes, rules: VillageRules, members: Ints, usable: Mask
) -> _Judgement:
    """Judge all villages with the points that are usable."""
    people = given.demand.people
    n = len(given.villages)
    days = given.opening.days(rules.assumed_days)
    full = usable & (days >= rules.min_days)
    near_fixed = is_within(times.nearest(full), rules.minutes)
    on_foot = given.on_foot.get(times.mode, given.on_foot.get(WALK))
    near_circuit, near_rare = _near_circuits(given, on_foot, rules, usable & (days > 0), days)
    share_of = _shares(members, people, n)
    fixed, circuit = share_of(near_fixed), share_of(near_circuit)
    least = _least(rules)
    has_full = _villages_with(given, full, n)
    has_part = _villages_with(given, usable & (days > 0), n)
    cover = np.select(
        [
            (fixed >= least) & has_full,
            (fixed >= least) & ~has_part,
            circuit >= least,
            fixed >= least,  # a part-time point of its own never makes a village worse off
        ],
        [CoverMode.POINT, CoverMode.CLUSTER, CoverMode.CIRCUIT, CoverMode.CLUSTER],
        CoverMode.UNCOVERED,
    )
    nobody = np.zeros(len(people), dtype=np.bool_)
    one_way = nobody if times.is_one_way is None else times.is_one_way
    reason = np.select(
        [
            share_of(times.is_cut_off) > 1 - least,
            share_of(one_way) > 1 - least,
            _villages_with(given, given.is_point, n) & ~has_part,
            share_of(near_rare) >= least,
            (fixed > 0) | (circuit > 0) | has_part,
        ],
        [Reason.CUT_OFF, Reason.ONE_WAY, Reason.NOT_OPEN, Reason.TOO_RARE, Reason.PARTLY_BEYOND],
        Reason.NO_POINT,
    )
    total = _sums(members, people, n)
    modes = [
        CoverMode(c) if p > 0 else CoverMode.NO_PEOPLE for c, p in zip(cover, total, strict=True)
    ]
    reasons = [
        Reason(r) if m is CoverMode.UNCOVERED else Reason.NONE
        for r, m in zip(reason, modes, strict=True)
    ]
    covered = _sums(members, people * (near_fixed | near_circuit), n)
    return _Judgement(total, covered, fixed, circuit, modes, reasons)


def _near_circuits(
    given: VillageInput, on_foot: OnFoot | None, rules: VillageRules, usable: Mask, days: Floats
) -> tuple[Mask, Mask]:
    """Return who is near a circuit or part-time point often enough, and who however rarely."""
    nobody = np.zeros(len(given.demand), dtype=np.bool_)
    if on_foot is None:
        return nobody, nobody
    # A shorter circle is shorter for circuits too: a full-time point beyond it is no circuit.
    minutes = min(rules.stop_minutes, rules.minutes)
    often = usable & (days * VISITS_PER_DAY >= rules.min_visits)
    near = is_within(on_foot.times.nearest(often), minutes)
    rare = is_within(on_foot.times.nearest(usable), minutes)
    if on_foot.stop_pairs is not None:
        asked = [
            rules.island_visits if stop.is_island_point else rules.min_visits
            for stop in given.stops
        ]
        visits = np.array([stop.visits_per_month for stop in given.stops])
        is_often = visits >= np.array(asked)
        near |= is_within(nearest_tenths(on_foot.stop_pairs, is_often), minutes)
        every = np.ones(len(given.stops), dtype=np.bool_)
        rare |= is_within(nearest_tenths(on_foot.stop_pairs, every), minutes)
    return near, near | rare


def _villages_with(given: VillageInput, chosen: Mask, n: int) -> Mask:
    """Return (n_villages,) True where a chosen facility stands in the village."""
    village = given.facility_village[chosen & (given.facility_village >= 0)]
    return np.bincount(village, minlength=n) > 0


def _points_here(given: VillageInput) -> dict[int, list[int]]:
    here: dict[int, list[int]] = {}
    for facility in np.flatnonzero(given.is_point & (given.facility_village >= 0)).tolist():
        here.setdefault(int(given.facility_village[facility]), []).append(facility)
    return here


def _sums(members: Ints, people: Floats, n: int) -> Floats:
    inside = members >= 0
    return np.bincount(members[inside], people[inside], minlength=n).astype(np.float64)


def _shares(members: Ints, people: Floats, n: int) -> Callable[[Mask], Floats]:
    """Return a function of (n_demand,) chosen: (n_villages,) share of people, 0 where none live."""
    total = _sums(members, people, n)

    def share_of(chosen: Mask) -> Floats:
        part = _sums(members, people * chosen, n)
        return np.divide(part, total, out=np.zeros(n), where=total > 0)

    return share_of


def _least(rules: VillageRules) -> float:
    """Return the share asked for, less the noise of adding floats."""
    return rules.share - 1e-9
