"""村级医疗卫生网点布局一览表: what a layout plan declares of each village beside what is computed.

The plan names a mode of cover (点位, 组团, 巡诊) and the clinic that serves the village. A declared
clinic is checked by its own times: it serves the village where enough of its people are within the
limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.types import Facilities
from geo.arrays import Ints
from geo.times import TENTHS_PER_MINUTE
from planning.reach.equity import weighted_quantiles
from planning.reach.mode_times import ModeTimes, covered_by
from planning.reach.villages.cover import CoverMode, VillageCover, VillageInput, VillageRow
from planning.reach.villages.members import members_of
from planning.words.wording import msgid

DECLARED: dict[str, CoverMode] = {
    "point": CoverMode.POINT,
    "cluster": CoverMode.CLUSTER,
    "circuit": CoverMode.CIRCUIT,
    "uncovered": CoverMode.UNCOVERED,
}

DIFFERENCES: dict[str, str] = {
    "not_declared": msgid("nothing is declared"),
    "clinic_unknown": msgid("the clinic named is not in the list of institutions"),
    "clinic_not_counted": msgid("the clinic named does not count as a point (closed, no place)"),
    "clinic_too_far": msgid("the clinic named serves {share} of the people within the limit"),
    "other_mode": msgid("computed otherwise"),
}
"""Why declared and computed differ; `share` is that of the village's people."""

ADVICE: dict[str, str] = {
    "keep": msgid("keep"),
    "name_a_clinic": msgid("name a clinic in reach, or cover it by circuits"),
    "open_or_replace": msgid("open the clinic, or name another"),
    "standardise": msgid("bring the clinic up to standard"),
    "insurance": msgid("let the clinic take the insurance card"),
    "declare": msgid("declare mode and clinic"),
    "add_cover": msgid("add a point, a near clinic or circuits"),
}


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One administrative village of the layout plan.

    Parameters
    ----------
    row
        The computed cover of the village.
    declared
        Declared mode; None where the plan is silent.
    clinic
        Index of the serving clinic: the declared one, else the nearest of most people; -1 for none.
    is_named
        True where the plan names the clinic.
    minutes
        Within which half of the people reach that clinic; None where half of them do not within the
        times known.
    clinic_share
        Share of the people who reach the named clinic within the limit; None without one.
    difference
        Key of `DIFFERENCES`, empty where both agree.
    standardised, insured
        Of the clinic; None where its row does not say.
    advice
        Key of `ADVICE`.
    """

    row: VillageRow
    declared: CoverMode | None
    clinic: int
    is_named: bool
    minutes: float | None
    clinic_share: float | None
    difference: str
    standardised: bool | None
    insured: bool | None
    advice: str


def village_layout(given: VillageInput, times: ModeTimes, cover: VillageCover) -> list[LayoutRow]:
    """Return the layout plan beside the computed cover, in order of code.

    Parameters
    ----------
    given, times
        As for `village_cover`.
    cover
        The villages as computed by the same mode.
    """
    villages = given.villages
    members = members_of(villages, given.demand)
    row_of = {code: i for i, code in enumerate(villages.code)}
    clinics = _clinics(given.facilities)
    return [
        _layout_row(
            given,
            times,
            cover,
            row,
            village=row_of[row.code],
            here=np.flatnonzero(members == row_of[row.code]).astype(np.int32),
            clinics=clinics,
        )
        for row in cover.rows
    ]


def _layout_row(
    given: VillageInput,
    times: ModeTimes,
    cover: VillageCover,
    row: VillageRow,
    *,
    village: int,
    here: Ints,
    clinics: Mapping[str, int],
) -> LayoutRow:
    declared = DECLARED.get(_of(given.villages.declared_mode, village))
    name = _of(given.villages.served_by, village)
    clinic = clinics.get(name, -1) if name else _nearest(given, times, here)
    share = _share_within(given, times, cover, here, clinic) if name and clinic >= 0 else None
    is_counted = clinic >= 0 and bool(given.points[clinic])
    difference = _difference(
        row,
        declared,
        clinic if name else None,
        is_counted=is_counted,
        is_near=_is_near(share, cover),
    )
    flags = [
        None if clinic < 0 else given.facilities.flags(column)[clinic]
        for column in ("standardised", "insurance_enabled")
    ]
    return LayoutRow(
        row=row,
        declared=declared,
        clinic=clinic,
        is_named=bool(name),
        minutes=_median_minutes(given, times, here, clinic),
        clinic_share=share,
        difference=difference,
        standardised=flags[0],
        insured=flags[1],
        advice=_advice(row, difference, *flags),
    )


def _of(values: tuple[str, ...], village: int) -> str:
    return values[village] if values else ""


def _clinics(facilities: Facilities) -> dict[str, int]:
    """Return the row of each institution by id, and by name where one only bears it."""
    names = {
        name: row for row, name in enumerate(facilities.name) if facilities.name.count(name) == 1
    }
    return names | {name: row for row, name in enumerate(facilities.id)}


def _nearest(given: VillageInput, times: ModeTimes, here: Ints) -> int:
    """Return the point that most people have as nearest, by index on ties; -1 for none."""
    tenths, nearest = times.nearest(given.points)[here], np.full(len(here), -1, dtype=np.int64)
    for facility in np.flatnonzero(given.points):
        row = slice(times.pairs.indptr[facility], times.pairs.indptr[facility + 1])
        at = np.searchsorted(times.pairs.demand[row], here)
        at = np.minimum(at, max(len(times.pairs.demand[row]) - 1, 0))
        if not len(times.pairs.demand[row]):
            continue
        is_pair = times.pairs.demand[row][at] == here
        is_nearest = is_pair & (times.pairs.tenths[row][at] == tenths) & (nearest < 0)
        nearest[is_nearest] = facility
    known = nearest >= 0
    if not known.any():
        return -1
    return int(np.argmax(np.bincount(nearest[known], given.demand.people[here][known])))


def _share_within(
    given: VillageInput, times: ModeTimes, cover: VillageCover, here: Ints, clinic: int
) -> float | None:
    people = given.demand.people[here]
    if people.sum() <= 0:
        return None
    near = np.isin(here, covered_by(times.pairs, clinic, cover.rules.minutes))
    return float(people[near].sum() / people.sum())


def _median_minutes(given: VillageInput, times: ModeTimes, here: Ints, clinic: int) -> float | None:
    if clinic < 0 or not len(here):
        return None
    row = slice(times.pairs.indptr[clinic], times.pairs.indptr[clinic + 1])
    minutes = np.full(len(given.demand), np.inf)
    minutes[times.pairs.demand[row]] = times.pairs.tenths[row] / TENTHS_PER_MINUTE
    (median,) = weighted_quantiles(minutes[here], given.demand.people[here], (0.5,))
    return None if median is None or np.isinf(median) else median


def _is_near(share: float | None, cover: VillageCover) -> bool:
    return share is None or share >= cover.rules.share - 1e-9


def _difference(
    row: VillageRow,
    declared: CoverMode | None,
    clinic: int | None,
    *,
    is_counted: bool,
    is_near: bool,
) -> str:
    """Return why declared and computed differ: what is wrong with the clinic named comes first.

    `clinic` is None where none is named, -1 where the name is unknown.
    """
    if declared is None and clinic is None:
        return "not_declared"
    if clinic is not None and clinic < 0:
        return "clinic_unknown"
    if declared in {CoverMode.POINT, CoverMode.CLUSTER} and clinic is not None:
        if not is_counted:
            return "clinic_not_counted"
        if not is_near:
            return "clinic_too_far"
    return "other_mode" if declared is not None and declared is not row.cover else ""


def _advice(
    row: VillageRow, difference: str, standardised: bool | None, insured: bool | None
) -> str:
    """Return what to do: the cover first, then the clinic itself."""
    by_difference = {
        "clinic_unknown": "name_a_clinic",
        "clinic_too_far": "name_a_clinic",
        "clinic_not_counted": "open_or_replace",
    }
    if difference in by_difference:
        return by_difference[difference]
    if row.cover is CoverMode.UNCOVERED:
        return "add_cover"
    if standardised is False:
        return "standardise"
    if insured is False:
        return "insurance"
    return "declare" if difference == "not_declared" else "keep"
