"""A scenario: who is open on a day, and what differs from the list as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.errors import StudyError
from data.kinds import KIND_NAMES
from data.programme.stages import ProjectClass, ProjectType, class_of, stage_of
from data.study.tables import Study
from data.types import Dataset, Facilities
from geo.errors import Finding

Mask: TypeAlias = NDArray[np.bool_]
OutsideFacilities: TypeAlias = Literal["include", "exclude"]

PRIMARY_CARE_KINDS = ("B100", "B200", "C100", "C210", "C220", "D600")
"""Points of the 20-minute circle by default (domain reference A3): no private clinics, no
infirmaries, no hospital outpatients. WS 218-2002 codes."""

NAME_ENDINGS = (
    ("社区卫生服务中心", "B100"),
    ("社区卫生服务站", "B200"),
    ("街道卫生院", "C100"),
    ("中心卫生院", "C210"),
    ("卫生院", "C220"),
    ("村卫生室", "D600"),
    ("卫生室", "D600"),
)
"""How the names of points end, the longer first; proposed to a user, never taken over."""

CENTRE_KINDS = ("B100", "C100", "C210", "C220")
"""Community health service centres and township health centres."""


NOT_BUILT = frozenset({"planned", "construction"})
"""Statuses of what does not stand yet."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What an assessment assumes about facilities and speeds.

    Parameters
    ----------
    as_of
        Day (ISO) on which status and dates decide who is open.
    opened, closed
        Facility ids that are open or closed whatever their row says.
    data_date
        Day (ISO) that the list of facilities tells of; a project is open only past it.
    speed_set
        Name of the speed set.
    point_kinds
        Kinds that count as fixed points of the circle.
    """

    as_of: str
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    data_date: str = ""
    speed_set: str = "default"
    point_kinds: tuple[str, ...] = PRIMARY_CARE_KINDS


def scenario_of(study: Study, *, as_of: str | None = None) -> Scenario:
    """Return the scenario a study file describes; `as_of` overrides the study's day."""
    table = study.scenario
    return Scenario(
        as_of=as_of or table.as_of or study.date,
        opened=table.opened,
        closed=table.closed,
        data_date=study.date,
        speed_set=study.travel.speed_set,
    )


def check_scenario(facilities: Facilities, scenario: Scenario) -> None:
    """Refuse a scenario that opens or closes what the list does not have.

    Raises
    ------
    StudyError
        With every unknown id.
    """
    faults = []
    for key, ids in (("opened", scenario.opened), ("closed", scenario.closed)):
        unknown = sorted(set(ids) - set(facilities.id))
        if unknown:
            params = (("key", key), ("ids", ", ".join(unknown[:10])))
            faults.append(Finding("scenario_unknown_ids", params))
    if faults:
        raise StudyError(*faults)


def is_operating(facilities: Facilities, scenario: Scenario) -> Mask:
    """Return (n,) True for facilities that are open on the scenario's day.

    A blank status counts as operating; under construction, planned and closed do not. Dates that
    are known decide for operating ones, the scenario's lists over all. What the list calls under
    construction or planned opens only on a date after the list's own day: an opening date that has
    passed while the row still says 在建 is a date that was missed.
    """
    day = date.fromisoformat(scenario.as_of)
    listed = date.fromisoformat(scenario.data_date) if scenario.data_date else day
    operating = np.array(
        [
            _operates_on(day, listed, status, opens, closes)
            for status, opens, closes in zip(
                facilities.texts("status"),
                facilities.texts("open_date"),
                facilities.texts("close_date"),
                strict=True,
            )
        ],
        dtype=bool,
    )
    operating |= np.isin(facilities.id, scenario.opened)
    operating &= ~np.isin(facilities.id, scenario.closed)
    return operating


def is_point(facilities: Facilities, scenario: Scenario) -> Mask:
    """Return (n,) True for kinds that count as fixed points of the 20-minute circle."""
    return np.isin(facilities.kind, scenario.point_kinds)


def fixed_points(facilities: Facilities, scenario: Scenario, *, outside: OutsideFacilities) -> Mask:
    """Return (n,) True for the points that count: the one mask that all figures start from.

    A point counts when its kind is one of primary care, it is operating on the day, it has a
    position, and it does not lie outside all zones of a study that excludes such points.

    Parameters
    ----------
    outside
        What the study says of facilities outside all zones (`travel.outside_facilities`).
    """
    points = is_operating(facilities, scenario) & is_point(facilities, scenario)
    points &= facilities.has_position
    return points & (facilities.zone >= 0) if outside == "exclude" else points


def no_point_finding(facilities: Facilities, people: float, scenario: Scenario) -> Finding:
    """Return why nothing is known where no point counts, and what names suggest as a way out."""
    proposed = kinds_by_name(facilities)
    said = ", ".join(f"{KIND_NAMES[kind][0]} {count}" for kind, count in proposed.items())
    params = (
        ("rows", len(facilities)),
        ("of_kind", int(is_point(facilities, scenario).sum())),
        ("proposed", said or "—"),
    )
    return Finding("no_point_counts", params, column="kind", people=people)


def kinds_by_name(facilities: Facilities) -> dict[str, int]:
    """Return how many rows the names of which end as a kind of point, by that kind.

    >>> [_kind_of_name(name) for name in ("桁堰社区卫生服务站", "某镇中心卫生院", "人民医院")]
    ['B200', 'C210', '']
    """
    kinds = [_kind_of_name(name) for name in facilities.name]
    return {kind: kinds.count(kind) for kind in PRIMARY_CARE_KINDS if kind in kinds}


def _kind_of_name(name: str) -> str:
    return next((kind for ending, kind in NAME_ENDINGS if name.strip().endswith(ending)), "")


def is_of_county(facilities: Facilities) -> Mask:
    """Return (n,) True for facilities that count in totals and rates: not outside all zones.

    A row without a position (待定位) is of the county.
    """
    return (facilities.zone >= 0) | ~facilities.has_position


def is_centre(facilities: Facilities) -> Mask:
    """Return (n,) True for community health service centres and township health centres."""
    return np.isin(facilities.kind, CENTRE_KINDS)


def _operates_on(day: date, listed: date, status: str, opens: str, closes: str) -> bool:
    if status == "closed" or (closes and date.fromisoformat(closes) <= day):
        return False
    if status in {"", "operating"}:
        return not opens or date.fromisoformat(opens) <= day
    return bool(opens) and listed < date.fromisoformat(opens) <= day


@dataclass(frozen=True, slots=True)
class UnbuiltPoint:
    """A point that a project will add and that does not count today.

    Parameters
    ----------
    facility
        Index of its institution.
    project_id, name
        Of the project, or of the institution where only the list tells of it.
    project_class
        `reserve` or `decided`.
    opens_on
        Day (ISO); empty where it is not known.
    """

    facility: int
    project_id: str
    name: str
    project_class: ProjectClass
    opens_on: str


@dataclass(frozen=True, slots=True, eq=False)
class NetworkStates:
    """Two states of the network that a plan may start from, and what is not built yet.

    Parameters
    ----------
    day
        Day (ISO) of today's points.
    today
        (n,) fixed points that count on the day (现状网点).
    committed
        (n,) those that count once what is decided is in use (已定项目投用后).
    until
        Day (ISO) up to which decided openings and closures count.
    unbuilt
        Points of projects that do not count today, those of `committed` included.
    """

    day: str
    today: Mask
    committed: Mask
    until: str
    unbuilt: tuple[UnbuiltPoint, ...]


def network_states(
    dataset: Dataset, study: Study, scenario: Scenario, *, today: Mask
) -> NetworkStates:
    """Return the states of the network.

    Decided projects with an opening day up to the stated one are added to today's points, decided
    closures up to it leave them; what is listed without a decision (储备) counts in neither state.

    Parameters
    ----------
    study
        The stated day, how 控规 is read, and whether points outside the zones count.
    today
        (n,) points that count today.
    """
    facilities, start = dataset.facilities, study.siting.start
    until = max(start.committed_until or f"{scenario.as_of[:4]}-12-31", scenario.as_of)
    classes = project_classes(dataset, zoning_is_decided=start.zoning_is_decided)
    opens_on, closes_on = facilities.texts("open_date"), facilities.texts("close_date")
    listed = scenario.data_date or scenario.as_of
    is_sure = np.array(
        [found in {ProjectClass.DECIDED, ProjectClass.IN_USE} for found in classes], dtype=bool
    )
    # A day that has passed while the row still says 在建 was missed: nobody knows the new one.
    in_time = np.array([listed < day <= until for day in opens_on], dtype=bool)
    closes = np.array([bool(day) and day <= until for day in closes_on], dtype=bool)
    operating = (is_operating(facilities, scenario) | (is_sure & in_time)) & ~closes
    operating |= np.isin(facilities.id, scenario.opened)
    operating &= ~np.isin(facilities.id, scenario.closed)
    kinds = np.array(_kinds_after(dataset, until, zoning_is_decided=start.zoning_is_decided))
    counts = np.isin(kinds, scenario.point_kinds) & facilities.has_position
    if study.travel.outside_facilities == "exclude":
        counts &= facilities.zone >= 0
    committed = operating & counts
    waiting = np.array(
        [found in {ProjectClass.DECIDED, ProjectClass.RESERVE} for found in classes], dtype=bool
    )
    projects = dataset.programme
    named = dict(zip(projects.facility.tolist(), projects.id, strict=True))
    unbuilt = tuple(
        UnbuiltPoint(
            facility=int(i),
            project_id=named.get(int(i), facilities.id[i]),
            name=facilities.name[i],
            project_class=classes[i] or ProjectClass.RESERVE,
            opens_on=opens_on[i],
        )
        for i in np.flatnonzero(waiting & counts & ~today)
    )
    return NetworkStates(scenario.as_of, today, committed, until, unbuilt)


def project_classes(
    dataset: Dataset, *, zoning_is_decided: bool = False
) -> tuple[ProjectClass | None, ...]:
    """Return the class of the project that each institution is; None for one that stands.

    The programme decides where it has the institution; else the list's own 建设阶段, else its
    status: 在建 is decided, what is not operating and has only a day is 储备.

    Parameters
    ----------
    zoning_is_decided
        Whether 控规 is decided without an approval number or a yearly plan.
    """
    facilities = dataset.facilities
    status = facilities.texts("status")
    has_stage = "stage" in facilities.columns
    written = facilities.texts("stage") if has_stage else ("",) * len(facilities)
    opens_on = facilities.texts("open_date")
    found: list[ProjectClass | None] = []
    for i, word in enumerate(status):
        stage = stage_of(written[i]) if written[i] else None
        is_dated_only = word == "" and opens_on[i] > dataset.date
        if word not in NOT_BUILT and not is_dated_only:
            found.append(None)
        elif stage is not None:
            found.append(class_of(stage, is_backed=zoning_is_decided))
        else:
            is_building = word == "construction"
            found.append(ProjectClass.DECIDED if is_building else ProjectClass.RESERVE)
    projects = dataset.programme
    for row in range(len(projects)):
        facility = int(projects.facility[row])
        if facility >= 0 and projects.type[row] in {ProjectType.NEW, ProjectType.RELOCATION}:
            found[facility] = projects.project_class(row, zoning_is_decided=zoning_is_decided)
    return tuple(found)


def _kinds_after(dataset: Dataset, until: str, *, zoning_is_decided: bool) -> list[str]:
    """Return the kind of each institution once the decided projects up to a day are finished."""
    kinds, projects = list(dataset.facilities.kind), dataset.programme
    for row in range(len(projects)):
        facility, kind = int(projects.facility[row]), projects.kind_after[row]
        day = projects.texts("finish_date")[row] or projects.texts("open_date")[row]
        found = projects.project_class(row, zoning_is_decided=zoning_is_decided)
        is_sure = found in {ProjectClass.DECIDED, ProjectClass.IN_USE}
        if facility >= 0 and kind and is_sure and "" < day <= until:
            kinds[facility] = kind
    return kinds
