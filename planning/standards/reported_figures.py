"""Reported figures of a study beside the computed ones, with the readings that explain a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeAlias

import numpy as np

from data.types import ReportedValue
from planning.centres.centres import counted_centres
from planning.reach.mode_times import Mask, is_within, nearest_tenths
from planning.reach.scenario import is_of_county
from planning.reach.villages.cover import WALK, village_cover
from planning.reach.villages.services import flag_share
from planning.standards.catalogue import Preset, Standard
from planning.standards.indicators import figure_of, indicator_names, indicator_rows
from planning.standards.measures.evidence import Evidence
from planning.standards.reported import Evaluate, ReportedRow, figure_key, split_difference

OTHER_MINUTES = (10.0, 15.0, 20.0, 30.0)
SHARES = frozenset(
    {"circle_coverage", "village_coverage", "clinics_standardised", "insurance_share"}
)

Builder: TypeAlias = Callable[[Evidence, ReportedValue], tuple[Evaluate, list[str]]]


def compare_reported(evidence: Evidence, presets: Sequence[Preset]) -> tuple[ReportedRow, ...]:
    """Return every reported figure of the study beside the computed one, in the file's order."""
    return tuple(_row(evidence, presets, value) for value in evidence.given.dataset.reported)


def _row(evidence: Evidence, presets: Sequence[Preset], value: ReportedValue) -> ReportedRow:
    key = figure_key(value.figure)
    if key not in BUILDERS:
        return _indicator_row(evidence, presets, value)
    # A share may be written in per cent.
    reported = value.value / 100 if key in SHARES and value.value > 1.5 else value.value
    evaluate, causes = BUILDERS[key](evidence, value)
    computed, steps, rest = split_difference(reported, cache(evaluate), causes)
    return ReportedRow(value.figure, key, value.year, value.source, reported, computed, steps, rest)


def _indicator_row(
    evidence: Evidence, presets: Sequence[Preset], value: ReportedValue
) -> ReportedRow:
    """Compare with the indicator of that name, of the latest year and of the reported one."""
    given = evidence.given
    found = _indicator_named(presets, value.figure)
    if found is None:
        return ReportedRow(value.figure, "", value.year, value.source, value.value, None)
    table = indicator_rows(
        given.dataset.indicators,
        names=indicator_names(presets, found),
        zone_codes=given.dataset.zones.code,
    )
    standard = found
    rows = [row for (code, _), group in sorted(table.items()) if code == "" for row in group]

    def evaluate(readings: tuple[str, ...]) -> float | None:
        last_year = given.year
        if "year" in readings and value.year is not None:
            last_year = value.year
        figure = figure_of(rows, standard, last_year=last_year)
        return None if figure is None or figure.problem else figure.value

    computed, steps, rest = split_difference(value.value, evaluate, ["year"])
    return ReportedRow(
        value.figure, standard.select, value.year, value.source, value.value, computed, steps, rest
    )


def _indicator_named(presets: Sequence[Preset], figure: str) -> Standard | None:
    plain = figure.strip()
    for preset in presets:
        for row in preset.standard:
            names = {row.select, row.title, row.title.partition("（")[0], *row.aliases}
            if row.measure == "indicator" and plain in names:
                return row
    return None


def _circle_coverage(evidence: Evidence, value: ReportedValue) -> tuple[Evaluate, list[str]]:
    given = evidence.given
    total = float(evidence.people.sum())

    def evaluate(readings: tuple[str, ...]) -> float | None:
        mode, minutes = _mode_and_minutes(evidence, readings)
        times = given.times[mode]
        if total <= 0 or minutes > times.limit_minutes:
            return None
        near = is_within(times.nearest(_points(evidence, readings, value)), minutes)
        to_stops = given.stop_pairs.get(mode, given.stop_pairs.get(WALK))
        if "circuits" in readings and to_stops is not None:
            stops = np.ones(len(given.dataset.circuits), dtype=np.bool_)
            near |= is_within(nearest_tenths(to_stops, stops), minutes)
        return float(evidence.people[near].sum()) / total

    return evaluate, [
        *(["data_date"] if value.year is not None else []),
        "facility_list",
        *(["circuits"] if given.dataset.circuits else []),
        *_modes(evidence),
        *_minutes(evidence),
    ]


def _village_coverage(evidence: Evidence, value: ReportedValue) -> tuple[Evaluate, list[str]]:
    villages = evidence.village_input

    def evaluate(readings: tuple[str, ...]) -> float | None:
        if villages is None:
            return None
        mode, minutes = _mode_and_minutes(evidence, readings)
        rules = replace(evidence.rules, minutes=minutes)
        if "nominal" in readings:
            rules = replace(rules, min_days=0.0, min_visits=0.0, island_visits=0.0)
        given = replace(villages, points=_points(evidence, readings, value))
        cover = village_cover(given, evidence.given.times[mode], rules)
        return cover.people_share if "by_people" in readings else cover.share

    causes = ["nominal", "by_people", "facility_list", *_modes(evidence), *_minutes(evidence)]
    return evaluate, [*(["data_date"] if value.year is not None else []), *causes]


def _clinics_standardised(evidence: Evidence, value: ReportedValue) -> tuple[Evaluate, list[str]]:
    facilities = evidence.given.dataset.facilities
    in_plan = np.array([flag is True for flag in facilities.flags("in_plan")], dtype=np.bool_)

    def evaluate(readings: tuple[str, ...]) -> float | None:
        kinds = ("D600", "B200") if "with_stations" in readings else ("D600",)
        counted = np.isin(facilities.kind, kinds) & is_of_county(facilities)
        counted &= _operating(evidence, readings, value)
        if "all_clinics" not in readings:
            counted &= in_plan
        return flag_share(facilities, "standardised", is_counted=counted).share

    causes = ["all_clinics", "with_stations", "facility_list"]
    return evaluate, [*(["data_date"] if value.year is not None else []), *causes]


def _insurance(evidence: Evidence, value: ReportedValue) -> tuple[Evaluate, list[str]]:
    def evaluate(readings: tuple[str, ...]) -> float | None:
        facilities = evidence.given.dataset.facilities
        counted = evidence.is_point & is_of_county(facilities)
        counted &= _operating(evidence, readings, value)
        return flag_share(facilities, "insurance_enabled", is_counted=counted).share

    return evaluate, [*(["data_date"] if value.year is not None else []), "facility_list"]


def _population(evidence: Evidence, _: ReportedValue) -> tuple[Evaluate, list[str]]:
    dataset = evidence.given.dataset
    villages = dataset.villages
    own = None if villages is None else villages.people[villages.parent < 0]
    sums = {
        "census": float(np.nansum(dataset.zones.census_people)),
        "population_base": 0.0 if own is None else float(np.nansum(own)),
        "outside": float(dataset.demand.people.sum()),
    }

    def evaluate(readings: tuple[str, ...]) -> float | None:
        return sums[readings[-1]] if readings else float(evidence.people.sum())

    return evaluate, [cause for cause, people in sums.items() if people > 0]


def _elders(evidence: Evidence, _: ReportedValue) -> tuple[Evaluate, list[str]]:
    demand = evidence.given.dataset.demand
    group = demand.groups.get("65+")

    def evaluate(readings: tuple[str, ...]) -> float | None:
        if group is None:
            return None
        return float(group.sum() if readings else group[demand.zone >= 0].sum())

    return evaluate, ["outside"]


def _centres(evidence: Evidence, value: ReportedValue) -> tuple[Evaluate, list[str]]:
    facilities = evidence.given.dataset.facilities

    def evaluate(readings: tuple[str, ...]) -> float | None:
        operating = _operating(evidence, readings, value)
        centres = counted_centres(
            facilities, is_operating=operating, count_branches="branches" in readings
        )
        return float(len(centres) + (len(centres.private) if "private" in readings else 0))

    dated = ["data_date"] if value.year is not None else []
    return evaluate, [*dated, "branches", "private", "facility_list"]


BUILDERS: dict[str, Builder] = {
    "circle_coverage": _circle_coverage,
    "village_coverage": _village_coverage,
    "clinics_standardised": _clinics_standardised,
    "insurance_share": _insurance,
    "population": _population,
    "population_65+": _elders,
    "centres": _centres,
}
"""How each figure is computed under other readings, and which readings are tried."""


def _operating(evidence: Evidence, readings: tuple[str, ...], value: ReportedValue) -> Mask:
    """Return (n_facilities,) who is counted as operating under the readings."""
    given = evidence.given
    operating = given.is_operating
    if "data_date" in readings and value.year is not None:
        operating = given.is_operating_on(f"{value.year}-12-31")
    if "facility_list" in readings:
        status = given.dataset.facilities.texts("status")
        operating = operating | np.array([text == "construction" for text in status], np.bool_)
    return operating


def _points(evidence: Evidence, readings: tuple[str, ...], value: ReportedValue) -> Mask:
    """Return (n_facilities,) the fixed points that count under the readings."""
    has_position = evidence.given.dataset.facilities.has_position
    return _operating(evidence, readings, value) & evidence.is_point & has_position


def _mode_and_minutes(evidence: Evidence, readings: tuple[str, ...]) -> tuple[str, float]:
    chosen = dict(cause.split("=", 1) for cause in readings if "=" in cause)
    mode = chosen.get("mode", evidence.given.analysis_mode)
    return mode, float(chosen.get("minutes", evidence.given.minutes))


def _modes(evidence: Evidence) -> list[str]:
    given = evidence.given
    return [f"mode={mode}" for mode in given.times if mode != given.analysis_mode]


def _minutes(evidence: Evidence) -> list[str]:
    limit = min(times.limit_minutes for times in evidence.given.times.values())
    others = [m for m in OTHER_MINUTES if m != evidence.given.minutes and m <= limit]
    return [f"minutes={minutes:g}" for minutes in others]
