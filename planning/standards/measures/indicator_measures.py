"""What computes an indicator: the latest year's figure, its gap and trend, by zone and base."""

from __future__ import annotations

import numpy as np

from planning.reach.scenario import is_of_county
from planning.standards.indicators import (
    IndicatorFigure,
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
    found = indicator_rows(
        given.dataset.indicators,
        names=indicator_names(subject.presets, subject.standard),
        zone_codes=zones.code,
    )
    verdicts = []
    for (code, _), rows in sorted(found.items()):
        figure = figure_of(rows, subject.standard, last_year=given.year)
        if figure is not None and (code == "" or code in zones.code):
            zone = -1 if code == "" else zones.code.index(code)
            verdicts.append(_verdict(subject, zone, figure))
    if not any(verdict.zone_code == "" for verdict in verdicts):
        verdicts.insert(0, _from_list(subject))
    return verdicts


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
