"""Points that stop when their only doctor leaves (N14)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.reach.mode_times import ModeTimes, is_within, people_losing_alone
from planning.reach.villages.cover import VillageCover, VillageInput, VillageRules, village_cover


@dataclass(frozen=True, slots=True)
class DoctorExit:
    """One open point whose only doctor leaves by the year asked about.

    `people_losing` live within the circle of this point and of no other open one.
    """

    facility_id: str
    name: str
    zone: int
    exit_year: int
    people_losing: float


@dataclass(frozen=True, slots=True)
class ExitRisk:
    """What is lost when all of them stop together, and by each alone (worst first).

    `points_without_year` are open points of level 1 whose row does not say.
    """

    year: int
    mode: str
    exits: tuple[DoctorExit, ...]
    people_losing_together: float
    villages_losing: tuple[str, ...]
    points_without_year: int


def exit_risk(
    given: VillageInput, times: ModeTimes, rules: VillageRules, *, cover: VillageCover, year: int
) -> ExitRisk:
    """Return who loses the circle when sole doctors leave by `year`, without a successor.

    Parameters
    ----------
    given, times, rules
        As for `village_cover`.
    cover
        The villages as they are now, by the same mode and rules.
    year
        Points with `sole_doctor_exit_year` not after it stop.
    """
    years = given.facilities.numbers("sole_doctor_exit_year")
    leaves = given.points & (years <= year)
    rows = np.flatnonzero(leaves).astype(np.int32)
    people = np.where(given.demand.zone >= 0, given.demand.people, 0.0)
    alone = people_losing_alone(
        times.pairs, given.points, people, closing=rows, minutes=rules.minutes
    )
    before = is_within(times.nearest(given.points), rules.minutes)
    after = is_within(times.nearest(given.points & ~leaves), rules.minutes)
    later = village_cover(replace(given, points=given.points & ~leaves), times, rules)
    exits = [
        DoctorExit(
            given.facilities.id[i],
            given.facilities.name[i],
            int(given.facilities.zone[i]),
            int(years[i]),
            float(loss),
        )
        for i, loss in zip(rows.tolist(), alone, strict=True)
    ]
    is_first_level = np.asarray(given.facilities.level) == 1
    return ExitRisk(
        year=year,
        mode=times.mode,
        exits=tuple(sorted(exits, key=lambda row: (-row.people_losing, row.facility_id))),
        people_losing_together=float(people[before & ~after].sum()),
        villages_losing=tuple(
            now.code
            for now, then in zip(cover.rows, later.rows, strict=True)
            if now.is_covered and not then.is_covered
        ),
        points_without_year=int((given.points & is_first_level & np.isnan(years)).sum()),
    )
