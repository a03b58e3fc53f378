"""Coverage as figures: the ledger and the share of the study, of a zone or of a village."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from planning.reach.coverage import Gap, Ledger, RobustCover
from planning.words.figure import NOBODY, Base, Figure
from planning.words.wording import msgid

NO_POINT = msgid("no point counts, so no time can be known")
"""Why nothing that follows from a time is known."""
NO_WAY = msgid("nobody there reaches a point")


class LedgerFigures(NamedTuple):
    """The lines of a ledger, with the people without cover and the share covered."""

    share: Figure
    covered: Figure
    uncovered: Figure
    inside: Figure
    all: Figure
    outside: Figure
    off_network: Figure
    unreachable: Figure
    beyond: Figure


def ledger_figures(ledger: Ledger, base: Base, place_name: str = "") -> LedgerFigures:
    """Return the figures of one ledger.

    Parameters
    ----------
    base
        What its coverage stands on; people who depend on no mode of travel stand on less.
    place_name
        Name of the base's place.
    """
    everybody = Base(group=base.group, place=base.place, people=base.people)

    def people(term: str, value: float | None, own: Base = base) -> Figure:
        reason = NO_POINT if value is None else ""
        return Figure(term, own, value, reason=reason, place_name=place_name)

    reason = "" if ledger.share is not None else NOBODY
    return LedgerFigures(
        share=Figure("coverage_share", base, ledger.share, reason=reason, place_name=place_name),
        covered=people("people_covered", ledger.covered),
        uncovered=people("people_uncovered", ledger.inside - ledger.covered),
        inside=people("people_inside", ledger.inside, everybody),
        all=people("people_all", ledger.input, everybody),
        outside=people("people_outside", ledger.outside, everybody),
        off_network=people("people_off_network", ledger.off_network),
        unreachable=people("people_unreachable", ledger.unreachable),
        beyond=people("people_beyond", ledger.beyond),
    )


def band_figures(people_within: tuple[tuple[int, float], ...], base: Base) -> tuple[Figure, ...]:
    """Return the people within each band of minutes: the same term as the circle's, other limits.

    Parameters
    ----------
    people_within
        (minutes, people inside the zones), cumulated.
    """
    return tuple(
        Figure("people_covered", replace(base, minutes=float(minutes)), people)
        for minutes, people in people_within
    )


def robust_figures(cover: RobustCover, base: Base) -> tuple[Figure, Figure, Figure]:
    """Return the people covered at all, at some and at none of the speeds."""
    own = replace(base, speed_set=", ".join(cover.speed_sets))
    return (
        Figure("people_covered_in_all", own, cover.all_sets),
        Figure("people_covered_in_some", own, cover.some_sets),
        Figure("people_covered_in_none", own, cover.no_set),
    )


class GapFigures(NamedTuple):
    """The figures of one gap; `groups` in the order of the study."""

    people: Figure
    groups: tuple[Figure, ...]
    minutes: Figure


def gap_figures(gap: Gap, base: Base, place_name: str = "") -> GapFigures:
    """Return the figures of a gap.

    Parameters
    ----------
    base
        That of the study's coverage in the gap's mode.
    place_name
        Zone and village of the gap.
    """
    own = replace(base, place=f"gap:{gap.gap_id}")
    minutes = gap.nearest_minutes
    return GapFigures(
        people=Figure("gap_people", own, gap.people, place_name=place_name),
        groups=tuple(
            Figure("gap_people", replace(own, group=name), people, place_name=place_name)
            for name, people in gap.group_people
        ),
        minutes=Figure(
            "gap_nearest_minutes",
            own,
            minutes,
            reason=NO_WAY if minutes is None else "",
            place_name=place_name,
        ),
    )


def gap_totals(gaps: tuple[Gap, ...], base: Base) -> tuple[Figure, Figure]:
    """Return how many gaps there are and how many people live in them."""
    people = float(sum(gap.people for gap in gaps))
    return Figure("gap_count", base, float(len(gaps))), Figure("gap_people", base, people)
