"""People brought to official totals per zone, and carried forward to another year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.checks import row_finding
from data.population.read import Population
from data.study.tables import COLUMN_NAMES, CalibrationTable, ProjectionTable
from data.tables.cells import parse, rate, text
from data.tables.headers import find_columns, missing_column, rate_factor
from data.tables.read import read_any
from data.types import Floats, Ints, Zones
from geo.errors import Finding

Mask: TypeAlias = NDArray[np.bool_]

USUAL_FACTORS = (0.5, 2.0)
"""A factor outside says that boundary, year or raster do not belong together."""

MAX_RATE = 0.2
"""No zone grows or shrinks by more than this in a year: such a figure is a percentage."""


@dataclass(frozen=True, slots=True, eq=False)
class ZoneFactors:
    """What the people of each zone were multiplied by; 1 where nothing is known.

    Parameters
    ----------
    factor
        (n_zones,) factors.
    before, after
        People of all zones before and after.
    """

    factor: Floats
    before: float
    after: float


def calibrated(
    population: Population,
    zone: Ints,
    zones: Zones,
    table: CalibrationTable,
    findings: list[Finding],
) -> tuple[Population, ZoneFactors]:
    """Return people that add up to the census of every zone, spread as the source spreads them.

    Parameters
    ----------
    population
        As read.
    zone
        (n,) zone of each place; places outside keep their people.
    zones
        Their `census_people` are the totals; a zone without one keeps its people.
    table
        `[calibration]` of the study: whether groups are scaled too.
    findings
        Receives the factors, a warning for unusual ones, and an error for a zone whose census has
        people but whose cells have none.

    Returns
    -------
    Population, ZoneFactors
        Groups are multiplied by the same factors, so that shares by age stay.
    """
    inside = zone >= 0
    present = np.bincount(zone[inside], weights=population.people[inside], minlength=len(zones))
    census = zones.census_people
    is_known = np.isfinite(census)
    is_empty = is_known & (census > 0) & (present <= 0)
    factor = np.ones(len(zones))
    is_scaled = is_known & (present > 0)
    factor[is_scaled] = census[is_scaled] / present[is_scaled]
    _report_calibration(zones, factor, is_known, is_empty, findings)
    scaled = _multiplied(population, zone, factor, with_groups=table.groups)
    return scaled, _totals(population, scaled, factor, inside)


def projected(
    population: Population,
    zone: Ints,
    zones: Zones,
    table: ProjectionTable,
    findings: list[Finding],
) -> tuple[Population, ZoneFactors]:
    """Return people carried from one year to another by yearly growth rates of the zones.

    Parameters
    ----------
    population, zone, zones
        As for `calibrated`.
    table
        `[projection]` of the study: years, one rate for all or a table by zone.
    findings
        Receives the factors and every fault of the table.

    Returns
    -------
    Population, ZoneFactors
        People times (1 + rate) to the power of the years; places outside keep their people.

    Raises
    ------
    StudyError
        When the table of rates cannot be read at all.
    """
    rates = np.full(len(zones), table.rate if table.rate is not None else 0.0)
    if table.source is not None:
        rates = _rates(table, zones, rates, findings)
    if (np.abs(rates) > MAX_RATE).any():
        codes = [zones.code[i] for i in np.flatnonzero(np.abs(rates) > MAX_RATE)]
        params = (("highest", float(np.abs(rates).max())), ("limit", MAX_RATE))
        findings.append(Finding("rate_implausible", params, rows=tuple(codes[:20])))
        rates = np.zeros(len(zones))
    factor = (1.0 + rates) ** (table.year - table.base_year)
    projected_people = _multiplied(population, zone, factor, with_groups=True)
    totals = _totals(population, projected_people, factor, zone >= 0)
    params_years = (
        ("base_year", table.base_year),
        ("year", table.year),
        ("before", round(totals.before)),
        ("after", round(totals.after)),
        ("factors", _listed(zones.code, factor)),
    )
    findings.append(Finding("population_projected", params_years))
    return projected_people, totals


def _multiplied(
    population: Population, zone: Ints, factor: Floats, *, with_groups: bool
) -> Population:
    weight = np.where(zone >= 0, factor[np.maximum(zone, 0)], 1.0)
    groups = population.groups
    if with_groups:
        groups = {name: people * weight for name, people in groups.items()}
    return replace(population, people=population.people * weight, groups=groups)


def _totals(before: Population, after: Population, factor: Floats, inside: Mask) -> ZoneFactors:
    return ZoneFactors(
        factor, float(before.people[inside].sum()), float(after.people[inside].sum())
    )


def _report_calibration(
    zones: Zones, factor: Floats, is_known: Mask, is_empty: Mask, findings: list[Finding]
) -> None:
    params = (("factors", _listed(zones.code, factor)), ("count", int(is_known.sum())))
    findings.append(Finding("population_calibrated", params))
    for code, rows in (("calibration_unknown", ~is_known), ("calibration_empty", is_empty)):
        if rows.any():
            codes = tuple(zones.code[i] for i in np.flatnonzero(rows)[:20])
            findings.append(Finding(code, (("count", int(rows.sum())),), rows=codes))
    is_unusual = (factor < USUAL_FACTORS[0]) | (factor > USUAL_FACTORS[1])
    if is_unusual.any():
        places = np.flatnonzero(is_unusual)
        shown = _listed([zones.code[i] for i in places], factor[places])
        low, high = USUAL_FACTORS
        unusual = (("factors", shown), ("low", low), ("high", high), ("count", len(places)))
        findings.append(Finding("calibration_unusual", unusual))


def _rates(
    table: ProjectionTable, zones: Zones, otherwise: Floats, findings: list[Finding]
) -> Floats:
    assert table.source is not None  # noqa: S101 - the caller has asked
    read = read_any(table.source, findings)
    columns = find_columns(read, COLUMN_NAMES["projection"], table.source.columns, findings)
    absent = [name for name in ("zone_code", "rate") if name not in columns]
    findings.extend(missing_column(read, name) for name in absent)
    if absent:
        return otherwise
    values, bad = parse(read.columns[columns["rate"]], rate)
    if bad:
        findings.append(
            row_finding("rate_not_number", read.row[bad], file=read.file, column=columns["rate"])
        )
    of_header = rate_factor(columns["rate"])
    rates = otherwise.copy()
    place_of = {code: index for index, code in enumerate(zones.code)}
    unknown = []
    for index, (cell, value) in enumerate(
        zip(read.columns[columns["zone_code"]], values, strict=True)
    ):
        place = place_of.get(text(cell))
        if place is None:
            unknown.append(index)
        elif value is not None:
            rates[place] = value[0] * (rate_factor(value[1]) if value[1] else of_header)
    if unknown:
        words = ", ".join(text(read.columns[columns["zone_code"]][i]) for i in unknown[:20])
        findings.append(
            row_finding("zone_unknown", read.row[unknown], file=read.file, words=words[:200])
        )
    return rates


def _listed(codes: Sequence[str], factor: Floats) -> str:
    return ", ".join(f"{code} {value:.4f}" for code, value in zip(codes, factor, strict=True))
