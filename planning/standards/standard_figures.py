"""Standards as figures: the current figure and the gap to the target of every verdict."""

from __future__ import annotations

from typing import NamedTuple

from planning.standards.catalogue import Standard
from planning.standards.verdict import Status, Verdict
from planning.words.figure import NOT_APPLICABLE, Base, Figure
from planning.words.units import Unit
from planning.words.wording import msgid

NO_DATA = msgid("data are missing")

UNITS: dict[str, Unit] = {
    "": "ratio",
    "%": "share",
    "‰": "per_1000",
    "/10万": "per_100000",
    "人": "persons",
    "人/所": "people_per_centre",
    "元": "yuan",
    "家": "institutions",
    "个": "units",
    "种": "kinds",
    "张": "beds",
    "岁": "life_years",
}
"""Units of the presets."""


class VerdictFigures(NamedTuple):
    """The figures of one verdict; a gap is None where there is none."""

    current: Figure
    gap_people: Figure | None
    gap_institutions: Figure | None
    gap_units: Figure | None


def verdict_figures(standard: Standard, verdict: Verdict) -> VerdictFigures:
    """Return the figures of one verdict."""
    return VerdictFigures(
        current=current_figure(standard, verdict),
        gap_people=gap_people_figure(verdict),
        gap_institutions=_gap("standard_gap_institutions", verdict, verdict.gap_institutions),
        gap_units=_gap(
            "standard_gap_units",
            verdict,
            None if verdict.gap_units is None else verdict.gap_units.units,
        ),
    )


def current_figure(standard: Standard, verdict: Verdict) -> Figure:
    """Return the current figure of a standard in its own unit."""
    unit = UNITS[standard.unit]
    if unit == "persons" and standard.scale != 1.0:
        unit = "persons_rate"
    value = verdict.current
    reason = ""
    if value is None:
        is_apart = verdict.status is Status.NOT_APPLICABLE
        reason = NOT_APPLICABLE if is_apart else NO_DATA
    elif unit == "share":
        value /= 100
    return Figure(
        "standard_figure",
        _base(verdict),
        value,
        unit,
        reason=reason,
        place_name=verdict.zone_name,
    )


def gap_people_figure(verdict: Verdict) -> Figure | None:
    """Return the people missing to a standard; None where there is no such gap."""
    return _gap("standard_gap_people", verdict, verdict.gap_people)


def _gap(term: str, verdict: Verdict, value: float | None) -> Figure | None:
    if value is None:
        return None
    return Figure(term, _base(verdict), float(value), place_name=verdict.zone_name)


def _base(verdict: Verdict) -> Base:
    return Base(
        mode=verdict.mode,
        minutes=verdict.minutes,
        place=verdict.zone_code,
        people=verdict.base,
        detail=verdict.standard_id,
    )
