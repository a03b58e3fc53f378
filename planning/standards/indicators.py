"""Indicators: the figure of a year from numerator and denominator, its gap in units, its trend."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from data.types import Facilities
from planning.reach.mode_times import Mask
from planning.standards.catalogue import Preset, Standard
from planning.standards.thresholds import Threshold

Problem: TypeAlias = Literal["", "zero_denominator", "no_value", "unit"]
Row: TypeAlias = Mapping[str, Any]

UNIT_SCALES: tuple[tuple[str, float], ...] = (
    ("10万", 100_000.0),
    ("十万", 100_000.0),
    ("万", 10_000.0),
    ("千", 1_000.0),
    ("‰", 1_000.0),
    ("%", 100.0),
)
"""What a unit text says a figure is multiplied by; the first that occurs decides."""

COUNTED_UNITS = frozenset({"家", "个", "种"})
"""Units of plain counts, whose gaps are whole."""

MISMATCH = 0.01
"""A stated value and its own numerator / denominator may differ by this share of the value."""


@dataclass(frozen=True, slots=True)
class People:
    """A population that gaps are counted on."""

    people: float
    base: str
    year: int | None
    source: str


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """One indicator of one unit in one year, in the unit of its standard.

    Parameters
    ----------
    value
        None where `problem` says why: `zero_denominator`, `no_value`; with `unit` the value stands
        as it was given and no verdict is made from it.
    numerator, denominator
        Counts where the row states them.
    year, base, source
        Of the row; `source` is `facilities` where the figure was added up from the facility list.
    series
        (year, value) of all usable rows up to this year, in order of year.
    blank_rows
        Facilities without the column, for a figure added up from the list.
    is_inconsistent
        The row's value and its own counts differ by more than `MISMATCH`; the counts are used.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    year: int | None
    base: str
    source: str
    series: tuple[tuple[int, float], ...] = ()
    problem: Problem = ""
    blank_rows: int = 0
    is_inconsistent: bool = False

    @property
    def before(self) -> float | None:
        """The figure of the last earlier year, for trends."""
        earlier = [value for year, value in self.series if year != self.year]
        return earlier[-1] if earlier else None

    @property
    def change_per_year(self) -> float | None:
        """Mean change a year from the first to the last year of the series."""
        if len(self.series) < 2:
            return None
        (first_year, first), (last_year, last) = self.series[0], self.series[-1]
        return (last - first) / (last_year - first_year)


@dataclass(frozen=True, slots=True)
class UnitGap:
    """What is missing to a target, in units (beds, doctors, people).

    Parameters
    ----------
    units
        Units to add, 0 where none is missing. From counts it is a whole number, rounded up; an
        estimate is rounded to the nearest.
    people
        The population it is counted on.
    is_estimate
        True (推算): a rate of `rate_year` and a population of `people_year`.
    """

    units: float
    people: float
    is_estimate: bool
    rate_year: int | None
    people_year: int | None


def indicator_names(presets: Sequence[Preset], standard: Standard) -> frozenset[str]:
    """Return every name that rows of an indicator may go by.

    Its own id, and of all standards on the same indicator (two documents may set two targets) the
    key, the full id, the title and the aliases.
    """
    names = {standard.select, standard.id}
    for preset in presets:
        for row in preset.standard:
            if row.measure == "indicator" and row.select == standard.select:
                names |= {row.title, preset.full_id(row), *row.aliases}
    return frozenset(names)


def indicator_rows(
    rows: Iterable[Row], *, names: Collection[str], zone_codes: Sequence[str]
) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of one indicator by zone code and base; code "" is the whole study.

    A figure given on two bases (eligible people and task, beds by plan and in use) stays two.

    Parameters
    ----------
    rows
        The study's indicator table.
    names
        What `indicator_id` may say, from `indicator_names`.
    zone_codes
        Codes of the study's zones; a blank code or that of the county above them is the whole.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if str(row.get("indicator_id", "")).strip() in names:
            code = str(row.get("zone_code") or "").strip()
            unit = "" if is_whole(code, zone_codes) else code
            found.setdefault((unit, str(row.get("base") or "")), []).append(row)
    return found


def is_whole(code: str, zone_codes: Sequence[str]) -> bool:
    """Return whether a code stands for the whole study: blank, or above all its zones.

    >>> is_whole("330604000000", ["330604001", "330604002"]), is_whole("330604001", ["330604001"])
    (True, False)
    """
    stem = code.rstrip("0")
    is_zone = code in zone_codes
    return not code or (not is_zone and all(zone.startswith(stem) for zone in zone_codes))


def figure_of(rows: Sequence[Row], standard: Standard, *, last_year: int) -> IndicatorFigure | None:
    """Return the figure of the latest year that is not after `last_year`.

    Parameters
    ----------
    rows
        Rows of one indicator and one unit.
    standard
        Its scale, unit and plausible range.
    last_year
        Year of the assessment: later data are of no use for it.

    Returns
    -------
    IndicatorFigure or None
        None where no row is of that year or earlier. A row without a year is the oldest.
    """
    dated = sorted(
        (row for row in rows if (_year(row) or 0) <= last_year), key=lambda row: _year(row) or 0
    )
    if not dated:
        return None
    series = []
    for row in dated:
        value, problem, _ = _value(row, standard)
        year = _year(row)
        if value is not None and not problem and year is not None:
            series.append((year, value))
    last = dated[-1]
    value, problem, is_inconsistent = _value(last, standard)
    return IndicatorFigure(
        value=value,
        numerator=_number(last, "numerator"),
        denominator=_number(last, "denominator"),
        year=_year(last),
        base=str(last.get("base") or ""),
        source=str(last.get("source") or ""),
        series=tuple(dict(series).items()),
        problem=problem,
        is_inconsistent=is_inconsistent,
    )


def figure_of_list(
    facilities: Facilities, standard: Standard, *, is_counted: Mask, population: People
) -> IndicatorFigure | None:
    """Return the figure added up from a column of the facility list, over the population.

    Returns
    -------
    IndicatorFigure or None
        None where the standard names no column or no counted row fills it.
    """
    if not standard.column:
        return None
    values = facilities.numbers(standard.column)[is_counted]
    if not np.isfinite(values).any():
        return None
    total = float(np.nansum(values))
    has_people = population.people > 0
    return IndicatorFigure(
        value=total * standard.scale / population.people if has_people else None,
        numerator=total,
        denominator=population.people,
        year=population.year,
        base=population.base,
        source="facilities",
        problem="" if has_people else "zero_denominator",
        blank_rows=int(np.isnan(values).sum()),
    )


def unit_gap(
    standard: Standard, figure: IndicatorFigure, target: Threshold, population: People
) -> UnitGap | None:
    """Return what is missing in units; None for trends, scores and figures without a population.

    The count of the same year as its population gives an exact gap. A rate alone is spread on the
    study's population and labelled an estimate with both years.
    """
    if figure.value is None or figure.problem or target.is_trend or target.operator == "range":
        return None
    if standard.scale == 1.0:
        units = round(target.shortfall(figure.value), 9)
        units = math.ceil(units) if standard.unit in COUNTED_UNITS else units
        return UnitGap(units, figure.denominator or 0.0, False, figure.year, figure.year)
    if figure.numerator is not None and figure.denominator:
        units = target.units_missing(figure.numerator, figure.denominator / standard.scale)
        return UnitGap(units, figure.denominator, False, figure.year, figure.year)
    if standard.denominator != "residents" or population.people <= 0:
        return None
    shortfall = target.shortfall(figure.value)
    units = round(shortfall * population.people / standard.scale)
    return UnitGap(units, population.people, True, figure.year, population.year)


def target_count(standard: Standard, target: Threshold, population: People) -> float | None:
    """Return the count that meets a rate at a population; None where the rate has another base."""
    if standard.denominator != "residents" or target.is_trend or target.operator == "range":
        return None
    return target.value * population.people / standard.scale


def pace_needed(figure: IndicatorFigure, target: Threshold, target_year: int) -> float | None:
    """Return the change a year that still reaches the target; None when the year has come."""
    if figure.value is None or figure.year is None or target.is_trend:
        return None
    years = target_year - figure.year
    if years <= 0 or target.operator == "range":
        return None
    return (target.value - figure.value) / years


def growth_factor(percent: float) -> float:
    """Return how many times as large something is after growing by so many per cent.

    >>> round(growth_factor(157.02), 4)
    2.5702
    """
    return 1 + percent / 100


def _value(row: Row, standard: Standard) -> tuple[float | None, Problem, bool]:
    """Return the row's figure in the standard's unit, what is wrong, and whether it contradicts."""
    stated = _number(row, "value")
    if stated is not None:
        stated *= _unit_factor(str(row.get("unit") or ""), standard)
    numerator, denominator = _number(row, "numerator"), _number(row, "denominator")
    value, is_inconsistent = stated, False
    if numerator is not None and denominator is not None:
        if denominator <= 0:
            return None, "zero_denominator", False
        value = numerator * standard.scale / denominator
        if stated is not None:
            is_inconsistent = abs(value - stated) > max(MISMATCH * abs(value), 0.011)
    elif stated is None:
        value = numerator if standard.scale == 1.0 else None
    if value is None:
        return None, "no_value", False
    low, high = standard.plausible or (-math.inf, math.inf)
    return value, "" if low <= value <= high else "unit", is_inconsistent


def _unit_factor(unit: str, standard: Standard) -> float:
    """Return what turns a figure in the row's unit into the standard's."""
    scale = next((scale for text, scale in UNIT_SCALES if text in unit), None)
    if scale is None or standard.scale == 1.0:
        return 1.0
    return standard.scale / scale


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _year(row: Row) -> int | None:
    number = _number(row, "year")
    return None if number is None else int(number)
