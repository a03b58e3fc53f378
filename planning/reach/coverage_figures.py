"""Coverage as figures: the ledger and the share of the study, of a zone or of a village."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from planning.reach.coverage import BANDS_MINUTES, Ledger, RobustCover
from planning.reach.gaps import Gap
from planning.words.figure import NOBODY, Base, Figure
from planning.words.wording import msgid

NO_POINT = msgid("no point counts, so no time can be known")
"""Why nothing that follows from a time is known."""


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
    unknown: Figure

    @property
    def lines(self) -> tuple[Figure, ...]:
        """The ledger in its order: everybody, then where each person is counted."""
        return (
            self.all,
            self.outside,
            self.off_network,
            self.unreachable,
            self.beyond,
            self.covered,
            self.unknown,
        )


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

    reason = "" if ledger.share is not None else NO_POINT if ledger.covered is None else NOBODY
    return LedgerFigures(
        share=Figure("coverage_share", base, ledger.share, reason=reason, place_name=place_name),
        covered=people("people_covered", ledger.covered),
        uncovered=people("people_uncovered", ledger.uncovered),
        inside=people("people_inside", ledger.inside, everybody),
        all=people("people_all", ledger.input, everybody),
        outside=people("people_outside", ledger.outside, everybody),
        off_network=people("people_off_network", ledger.off_network),
        unreachable=people("people_unreachable", ledger.unreachable),
        beyond=people("people_beyond", ledger.beyond),
        unknown=people("people_unknown", ledger.unknown),
    )


def band_figures(people_within: Sequence[tuple[int, float]], base: Base) -> tuple[Figure, ...]:
    """Return the people within each band of minutes: the same term as the circle's, other limits.

    Parameters
    ----------
    people_within
        (minutes, people inside the zones), cumulated; empty where no point counts.
    """
    known: dict[int, float] = dict(people_within)
    return tuple(
        Figure(
            "people_covered",
            replace(base, minutes=float(minutes)),
            known.get(minutes),
            reason="" if minutes in known else NO_POINT,
        )
        for minutes in BANDS_MINUTES
    )


def robust_figures(cover: RobustCover | None, base: Base) -> tuple[Figure, Figure, Figure]:
    """Return the people covered at all, at some and at none of the speeds.

    Parameters
    ----------
    cover
        None where no point counts.
    """
    if cover is None:
        all_sets, some_sets, no_set = (
            Figure(f"people_covered_in_{which}", base, None, reason=NO_POINT)
            for which in ("all", "some", "none")
        )
        return all_sets, some_sets, no_set
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
    nearest_people: Figure
    median: Figure
    worst: Figure
    beyond_horizon: Figure
    no_path: Figure


def gap_figures(
    gap: Gap, base: Base, place_name: str = "", *, horizon_minutes: float
) -> GapFigures:
    """Return the figures of a gap.

    Parameters
    ----------
    base
        That of the study's coverage in the gap's mode.
    place_name
        Zone and village of the gap.
    horizon_minutes
        How far times were searched: where there is none, it is longer than that.
    """
    own = replace(base, place=f"gap:{gap.gap_id}")

    def people(term: str, value: float, stands_on: Base = own) -> Figure:
        return Figure(term, stands_on, value, place_name=place_name)

    def minutes(term: str, value: float | None) -> Figure:
        above = horizon_minutes if value is None else None
        return Figure(term, own, value, above=above, place_name=place_name)

    return GapFigures(
        people=people("gap_people", gap.people),
        groups=tuple(
            people("gap_people", count, replace(own, group=name))
            for name, count in gap.group_people
        ),
        nearest_people=people("gap_nearest_people", gap.nearest_people),
        median=minutes("gap_median_minutes", gap.median_minutes),
        worst=minutes("gap_worst_minutes", gap.worst_minutes),
        beyond_horizon=people("gap_beyond_horizon", gap.beyond_horizon_people),
        no_path=people("gap_no_path", gap.no_path_people),
    )


def gap_totals(gaps: tuple[Gap, ...], base: Base, *, is_known: bool) -> tuple[Figure, Figure]:
    """Return how many gaps there are and how many people live in them.

    Parameters
    ----------
    is_known
        False where no point counts: then nobody can be told to live in a gap.
    """
    if not is_known:
        return (
            Figure("gap_count", base, None, reason=NO_POINT),
            Figure("gap_people", base, None, reason=NO_POINT),
        )
    people = float(sum(gap.people for gap in gaps))
    return Figure("gap_count", base, float(len(gaps))), Figure("gap_people", base, people)
