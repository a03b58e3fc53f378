"""What computes an indicator: the latest year's figure, its gap and trend, by zone and base."""

from __future__ import annotations

import numpy as np

from data.types import Facilities
from planning.reach.mode_times import Mask
from planning.reach.scenario import is_of_county
from planning.reach.villages.services import read_services
from planning.standards.indicators import (
    IndicatorFigure,
    Row,
    figure_of,
    figure_of_list,
    indicator_names,
    indicator_rows,
    pace_needed,
    unit_gap,
)
from planning.standards.measures.institutions import Subject, judged
from planning.standards.verdict import Note, Param, Status, Verdict

PROBLEM_INPUT = {"zero_denominator": "denominator", "no_value": "value", "unit": "unit"}


def indicator(subject: Subject) -> list[Verdict]:
    """Judge one indicator for the whole study and for each zone that has rows, base by base."""
    given = subject.evidence.given
    zones = given.dataset.zones
    verdicts = []
    for (code, _), rows in sorted(_rows_of(subject).items()):
        figure = figure_of(rows, subject.standard, last_year=given.year)
        if figure is not None and (code == "" or code in zones.code):
            zone = -1 if code == "" else zones.code.index(code)
            verdicts.append(_verdict(subject, zone, figure))
    if not any(verdict.zone_code == "" for verdict in verdicts):
        verdicts.insert(0, _from_list(subject))
    return verdicts


def centres_reaching(subject: Subject) -> list[Verdict]:
    """C2b, C3a, C3b: how many centres reach the figure, each by its own row, the short ones named.

    A row belongs to a centre when its code is the centre's id, or that of a zone with one centre.
    """
    given, standard = subject.evidence.given, subject.standard
    facilities = given.dataset.facilities
    counted = subject.licensed()[0] & is_of_county(facilities)
    notes: list[Note] = []
    if standard.among:
        offer = read_services(facilities, standard.among)
        unasked = counted & ~offer.has & ~offer.is_unknown
        counted &= offer.has
        if unasked.any():
            notes.append(Note("not_asked", (("count", int(unasked.sum())),)))
    figures = _figures_by_centre(subject, counted)
    values = [figures.get(facility_id) for facility_id in _ids(facilities, counted)]
    known = [value for value in values if value is not None]
    county = _county_figure(subject)
    if county is not None:
        notes.append(Note("county_figure", (("value", county),)))
    if not known:
        missing = ("indicators_by_centre",)
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=missing, notes=tuple(notes))]
    target = subject.target
    short = [
        facility_id
        for facility_id, value in zip(_ids(facilities, counted), values, strict=True)
        if value is not None and target is not None and not target.holds(value)
    ]
    reached, unknown = len(known) - len(short), len(values) - len(known)
    status = Status.NOT_MET if short else Status.UNDECIDABLE if unknown else Status.MET
    counts = (("count", reached), ("of", len(values)), ("unknown", unknown))
    return [
        subject.verdict(
            -1,
            status,
            current=100.0 * reached / len(values),
            numerator=float(reached),
            denominator=float(len(values)),
            gap_institutions=len(short) if short else None,
            base=standard.base,
            missing=("indicators_by_centre",) if status is Status.UNDECIDABLE else (),
            notes=(Note("reached", counts), *notes),
            ids=tuple(short),
        )
    ]


def _ids(facilities: Facilities, counted: Mask) -> list[str]:
    return [facilities.id[row] for row in np.flatnonzero(counted)]


def _rows_of(subject: Subject) -> dict[tuple[str, str], list[Row]]:
    given = subject.evidence.given
    return indicator_rows(
        given.dataset.indicators,
        names=indicator_names(subject.presets, subject.standard),
        zone_codes=given.dataset.zones.code,
    )


def _figures_by_centre(subject: Subject, counted: Mask) -> dict[str, float]:
    """Return the latest figure of each counted centre that has one."""
    given = subject.evidence.given
    facilities, zones = given.dataset.facilities, given.dataset.zones
    in_zone: dict[str, list[str]] = {}
    for row in np.flatnonzero(counted & (facilities.zone >= 0)):
        in_zone.setdefault(zones.code[facilities.zone[row]], []).append(facilities.id[row])
    figures: dict[str, float] = {}
    for (code, _), rows in sorted(_rows_of(subject).items()):
        figure = figure_of(rows, subject.standard, last_year=given.year)
        if figure is None or figure.value is None or figure.problem:
            continue
        centres = in_zone.get(code, [])
        owner = code if code in facilities.id else centres[0] if len(centres) == 1 else ""
        if owner:
            figures[owner] = figure.value
    return figures


def _county_figure(subject: Subject) -> float | None:
    """Return what the indicator says of the whole county: shown, it judges no centre."""
    rows = [row for (code, _), found in _rows_of(subject).items() if not code for row in found]
    figure = figure_of(rows, subject.standard, last_year=subject.evidence.given.year)
    return None if figure is None else figure.value


def _from_list(subject: Subject) -> Verdict:
    """Return the figure added up from the facility list, or what is missing."""
    given = subject.evidence.given
    facilities = given.dataset.facilities
    inside = given.is_operating & is_of_county(facilities)
    figure = figure_of_list(
        facilities, subject.standard, is_counted=inside, population=given.population
    )
    if figure is None:
        return subject.verdict(-1, Status.UNDECIDABLE, missing=("indicators",))
    return _verdict(subject, -1, figure)


def _verdict(subject: Subject, zone: int, figure: IndicatorFigure) -> Verdict:
    standard, target = subject.standard, subject.target
    given = subject.evidence.given
    base = figure.base or standard.base
    if figure.value is None or figure.problem:
        status = Status.DOUBTFUL if figure.problem == "unit" else Status.NO_DATA
        return subject.verdict(
            zone,
            status,
            current=figure.value,
            numerator=figure.numerator,
            denominator=figure.denominator,
            year=figure.year,
            base=base,
            missing=(PROBLEM_INPUT[figure.problem or "no_value"],),
        )
    status = judged(target, figure.value, figure.before)
    is_whole = zone < 0
    gap = None
    if target is not None and (is_whole or figure.denominator):
        gap = unit_gap(standard, figure, target, given.population)
    return subject.verdict(
        zone,
        status,
        current=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        gap_units=gap,
        gap_institutions=int(gap.units) if gap is not None and standard.base == "机构" else None,
        year=figure.year,
        base=base,
        missing=("earlier_figure",) if status is Status.UNDECIDABLE else (),
        notes=_notes(subject, figure),
    )


def _notes(subject: Subject, figure: IndicatorFigure) -> tuple[Note, ...]:
    notes = [*_year_notes(subject, figure), *_trend_notes(subject, figure)]
    if figure.source == "facilities":
        notes.append(Note("from_list"))
    if figure.blank_rows:
        notes.append(Note("blank_rows", (("count", figure.blank_rows),)))
    if figure.is_inconsistent:
        notes.append(Note("inconsistent"))
    standard, target = subject.standard, subject.target
    if target is not None:
        gap = unit_gap(standard, figure, target, subject.evidence.given.population)
        if gap is not None and gap.is_estimate and gap.units:
            years = (("rate_year", _text(gap.rate_year)), ("people_year", _text(gap.people_year)))
            notes.append(Note("estimate", years))
    return tuple(notes)


def _year_notes(subject: Subject, figure: IndicatorFigure) -> list[Note]:
    year = subject.standard.target_year
    if year is None or figure.year is None or figure.year == year:
        return []
    params: tuple[tuple[str, Param], ...] = (("data_year", figure.year), ("year", year))
    return [Note("data_after_target" if figure.year > year else "data_before_target", params)]


def _trend_notes(subject: Subject, figure: IndicatorFigure) -> list[Note]:
    notes = []
    change = figure.change_per_year
    if change is not None and np.isfinite(change):
        notes.append(Note("changes_per_year", (("change", change),)))
    standard, target = subject.standard, subject.target
    if target is not None and standard.target_year is not None and figure.value is not None:
        pace = pace_needed(figure, target, standard.target_year)
        if pace is not None and not target.holds(figure.value):
            params = (("change", pace), ("year", standard.target_year))
            notes.append(Note("needs_per_year", params))
    return notes


def _text(year: int | None) -> str:
    return "?" if year is None else str(year)
