"""A scenario: who is open on a day, and what differs from the list as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.errors import StudyError
from data.kinds import KIND_NAMES
from data.study.tables import Study
from data.types import Facilities
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
