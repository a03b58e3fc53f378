"""The cover of villages as figures: of the study, of a zone, of one village."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from data.types import Demand, Ints, Villages
from planning.reach.villages.cover import CoverMode, VillageCover, VillageRow
from planning.reach.villages.medians import village_minutes
from planning.words.figure import NOBODY, Base, Figure


class VillagesFigures(NamedTuple):
    """The figures of several villages; shares count villages, but for that of people."""

    share: Figure
    effective_share: Figure
    people_share: Figure
    judged: Figure
    uncovered: Figure


def village_base(cover: VillageCover, base: Base) -> Base:
    """Return what the cover of villages stands on.

    Parameters
    ----------
    base
        That of the coverage in the same mode of travel: the minutes are those of the rules.
    """
    return replace(base, minutes=cover.rules.minutes)


def villages_figures(
    rows: Sequence[VillageRow], base: Base, place_name: str = ""
) -> VillagesFigures:
    """Return the figures of villages that have people.

    Parameters
    ----------
    rows
        Those of a whole cover (`VillageCover.judged`), or of one zone.
    base
        From `village_base`, with the place.
    """
    people = sum(row.people for row in rows)
    covered = sum(row.is_covered for row in rows)
    effective = sum(row.effective is not CoverMode.UNCOVERED for row in rows)

    def share(term: str, part: float, whole: float) -> Figure:
        value = part / whole if whole > 0 else None
        reason = "" if whole > 0 else NOBODY
        return Figure(term, base, value, reason=reason, place_name=place_name)

    def count(term: str, value: int) -> Figure:
        return Figure(term, base, float(value), place_name=place_name)

    return VillagesFigures(
        share=share("village_cover_share", covered, len(rows)),
        effective_share=share("village_effective_share", effective, len(rows)),
        people_share=share("village_people_share", sum(row.people_covered for row in rows), people),
        judged=count("villages_judged", len(rows)),
        uncovered=count("villages_uncovered", len(rows) - covered),
    )


def median_figures(
    demand: Demand, villages: Villages, tenths: Ints, *, base: Base, horizon_minutes: float
) -> dict[str, Figure]:
    """Return the median minutes of every village by its code.

    Parameters
    ----------
    tenths
        (n_demand,) tenths of a second to the nearest point; `UNREACHED` where there is none.
    base
        That of the coverage in the same mode of travel.
    horizon_minutes
        How far times were searched: where half of the people have none, it is longer than that.
    """
    found = {}
    for i, minutes in enumerate(village_minutes(demand, villages, tenths)):
        is_known = minutes is not None and math.isfinite(minutes)
        found[villages.code[i]] = Figure(
            "village_median_minutes",
            replace(base, place=f"village:{villages.code[i]}"),
            minutes if is_known else None,
            above=horizon_minutes if minutes is not None and not is_known else None,
            reason=NOBODY if minutes is None else "",
            place_name=villages.name[i],
        )
    return found


def uncovered_figure(row: VillageRow, base: Base) -> Figure:
    """Return the people of one village who are near no point and no circuit."""
    own = replace(base, place=f"village:{row.code}")
    missed = row.people - row.people_covered
    return Figure("village_people_uncovered", own, missed, place_name=row.name)
