"""The rows of the result tables and summary.json, made from an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from data.types import Floats, Ints
from geo.crs import to_lonlat
from geo.travel import UNREACHED
from planning.assess.islands import LandPart
from planning.assess.mode_result import ModeResult
from planning.assess.study_figures import (
    all_gaps_figures,
    bands_of,
    coverage_figures,
    nearest_people_figures,
    one_gap_figures,
    reach15_figures,
    setting_figures,
    speeds_of,
    unplaced_figure,
    village_figures,
    village_minutes_of,
    zone_figures,
)
from planning.assess.workflow import Assessment
from planning.centres.ratio_rows import ratio_rows
from planning.reach.coverage import BANDS_MINUTES, Status
from planning.reach.coverage_figures import LedgerFigures
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.scenario import is_operating
from planning.sites import CandidateSites
from planning.sites import rows as proposal_rows
from planning.sites.plan_figures import curve_figures, proposal_figures
from planning.sites.siting_file import people_row
from planning.words.tables import Column, Value

SUMMARY_FORMAT = "servicecircle.summary/1"
STATUS_NAMES: dict[int, str] = {
    Status.COVERED: "covered",
    Status.BEYOND: "beyond",
    Status.UNREACHABLE: "unreachable",
    Status.OFF_NETWORK: "off_network",
    Status.OUTSIDE: "outside",
    Status.UNKNOWN: "unknown",
}
LEDGER_FIELDS = (
    "input", "outside", "off_network", "unreachable", "beyond", "covered", "unknown",
)  # fmt: skip


def summary(assessment: Assessment, warnings: Sequence[str]) -> dict[str, Any]:
    """Return the content of summary.json; `warnings` are sentences in English."""
    modes = assessment.modes
    return {
        "format": SUMMARY_FORMAT,
        "synthetic": assessment.dataset.is_synthetic,
        "ledger": {mode: ledger_row(coverage_figures(assessment, mode)) for mode in modes},
        "coverage": {mode: coverage_row(assessment, mode) for mode in modes},
        "groups": {mode: group_rows(assessment, mode) for mode in modes},
        "bands": {mode: band_rows(assessment, mode) for mode in modes},
        "reach15": reach15_rows(assessment),
        "robust": {mode: robust_row(assessment, mode) for mode in modes},
        "headline_mode": assessment.headline_mode,
        "headline_basis": assessment.study.travel.basis,
        "analysis_mode": assessment.analysis_mode,
        "sensitivity": sensitivity_rows(assessment),
        "gaps": gap_row(assessment),
        "unplaced_facilities": int(unplaced_figure(assessment).value or 0),
        "ratios": ratio_rows(assessment.ratios),
        "siting": siting_row(assessment),
        "warnings": list(warnings),
    }


def ledger_row(figures: LedgerFigures) -> dict[str, float | None]:
    """Return a ledger as summary.json writes it."""
    values = [figure.value for figure in figures.lines]
    return dict(zip(LEDGER_FIELDS, values, strict=True))


def coverage_row(assessment: Assessment, mode: str) -> dict[str, Any]:
    """Return the coverage of all people in one mode as summary.json writes it."""
    row, figures = assessment.modes[mode].coverage[0], coverage_figures(assessment, mode)
    reason = {} if figures.covered.value is not None else {"reason": "no_point_counts"}
    return reason | {
        "minutes": row.minutes,
        "share": figures.share.value,
        "people": figures.covered.value,
        "speed_set": row.speed_set,
        "level": row.level,
        "standard": row.standard,
        "population_base": row.population_base,
        "data_date": row.data_date,
    }


def gap_row(assessment: Assessment) -> dict[str, float | None]:
    """Return how many gaps there are and their people; null where no point counts."""
    count, people = all_gaps_figures(assessment)
    return {"count": None if count.value is None else int(count.value), "people": people.value}


def group_rows(assessment: Assessment, mode: str) -> dict[str, Any]:
    """Return coverage and ledger of each population group in one mode."""
    rows = {}
    for group in assessment.dataset.demand.groups:
        figures = coverage_figures(assessment, mode, group=group)
        rows[group] = {
            "share": figures.share.value,
            "people": figures.covered.value,
            "ledger": ledger_row(figures),
        }
    return rows


def reach15_rows(assessment: Assessment) -> dict[str, Any]:
    """Return the 15-minute circle (for reference) by mode: of points and of all institutions."""
    rows: dict[str, Any] = {}
    for row, share in zip(assessment.reach15, reach15_figures(assessment), strict=True):
        own = {"share": share.value, "people": row.ledger.covered}
        rows.setdefault(row.mode, {})[row.scope] = own
    return rows


def band_rows(assessment: Assessment, mode: str) -> list[dict[str, Any]]:
    """Return the people within each band of minutes in one mode."""
    found = bands_of(assessment, mode)
    return [
        {"minutes": minutes, "people": figure.value}
        for minutes, figure in zip(BANDS_MINUTES, found, strict=True)
    ]


def robust_row(assessment: Assessment, mode: str) -> dict[str, Any]:
    """Return how many people the speed sets agree on, and who counts only by outside points."""
    names = (
        "covered_in_all",
        "covered_in_some",
        "covered_in_none",
        "people_only_by_outside_facilities",
    )
    values = [figure.value for figure in speeds_of(assessment, mode)]
    robust = assessment.modes[mode].robust
    speed_sets = [] if robust is None else list(robust.speed_sets)
    return {"speed_sets": speed_sets, **dict(zip(names, values, strict=True))}


def sensitivity_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """Return how the analysis mode's figure moves with each setting."""
    rows = []
    for variant in assessment.sensitivity:
        figures = setting_figures(assessment, variant)
        rows.append(
            {
                "setting": variant.name,
                "used": variant.is_used,
                "share": figures.share.value,
                "people": figures.covered.value,
                "off_network": figures.off_network.value,
            }
        )
    return rows


def cell_columns(assessment: Assessment) -> dict[str, Any]:
    """Return the columns of cells.parquet but its geometry, in the contract's order."""
    dataset = assessment.dataset
    demand = dataset.demand
    columns: dict[str, Any] = {"cell_id": list(demand.cell_id), "people": demand.people}
    columns |= dict(demand.groups)
    columns["township"] = _texts(dataset.zones.code, demand.zone)
    columns["village"] = _texts(dataset.villages.code if dataset.villages else (), demand.village)
    for mode, result in assessment.modes.items():
        columns[f"{mode}_seconds"] = _seconds(result)
        columns[f"{mode}_facility"] = _texts(dataset.facilities.id, result.nearest.facility)
        columns[f"{mode}_status"] = [STATUS_NAMES[value] for value in result.status.tolist()]
        columns[f"{mode}_access_m"] = result.demand_snaps.access_m
    return columns


def zone_columns(assessment: Assessment) -> list[Column]:
    """Return zones.csv: people and coverage of each zone by mode and group."""
    zones = assessment.dataset.zones
    columns = [
        Column("code", zones.code),
        Column("name", zones.name),
        Column("level", zones.level),
        Column("urban", zones.urban),
        Column("census_people", _numbers(zones.census_people), 0),
    ]
    rows = range(len(zones))
    columns += _unit_columns(assessment, zone_figures, rows)
    for mode, result in assessment.modes.items():
        columns += _mode_columns(assessment, mode, zone_figures, rows)
        columns.append(Column(f"{mode}_roads_incomplete", result.roads_incomplete))
    return columns


def village_columns(assessment: Assessment) -> list[Column]:
    """Return villages.csv: people, coverage and the median minutes of each village by mode."""
    villages = assessment.dataset.villages
    if villages is None:
        return [Column(name, ()) for name in ("code", "name", "zone_code", "people")]
    zones = assessment.dataset.zones
    columns = [
        Column("code", villages.code),
        Column("name", villages.name),
        Column("parent_code", _texts(villages.code, villages.parent)),
        Column("zone_code", _texts(zones.code, villages.zone)),
        Column("listed_people", _numbers(villages.people), 0),
    ]
    rows = range(len(villages))
    columns += _unit_columns(assessment, village_figures, rows)
    for mode in assessment.modes:
        columns += _mode_columns(assessment, mode, village_figures, rows)
        minutes = village_minutes_of(assessment, mode)
        columns.append(
            Column(f"{mode}_median_minutes", [minutes[code] for code in villages.code], 1)
        )
    return columns


def facility_columns(assessment: Assessment) -> list[Column]:
    """Return facilities.csv: who is open, who counts, and the people nearest to each by mode."""
    dataset = assessment.dataset
    facilities = dataset.facilities
    operating = is_operating(facilities, assessment.scenario)
    columns = [
        Column("id", facilities.id),
        Column("name", facilities.name),
        Column("kind", facilities.kind),
        Column("level", facilities.level.tolist(), 0),
        Column("owner", facilities.texts("owner")),
        Column("status", facilities.texts("status")),
        Column("operating", operating.tolist()),
        Column("counts_as_point", assessment.points.tolist()),
        Column("placed", facilities.has_position.tolist()),
        Column("zone_code", _texts(dataset.zones.code, facilities.zone)),
        Column("lon", _numbers(facilities.lon), 6),
        Column("lat", _numbers(facilities.lat), 6),
    ]
    for mode, result in assessment.modes.items():
        columns.append(
            Column(f"{mode}_access_m", _numbers(result.facility_snaps.access_m), 1),
        )
        columns.append(
            Column(f"{mode}_nearest_people", nearest_people_figures(assessment, mode), 2)
        )
    return columns


def gap_columns(assessment: Assessment) -> list[Column]:
    """Return gaps.csv (gaps/2), largest first."""
    dataset, gaps = assessment.dataset, assessment.gaps
    facilities, zones, villages = dataset.facilities, dataset.zones, dataset.villages
    nearest = np.array([gap.nearest_facility for gap in gaps], dtype=np.int32)
    zone = np.array([gap.zone for gap in gaps], dtype=np.int32)
    village = np.array([gap.village for gap in gaps], dtype=np.int32)
    lon, lat = to_lonlat(
        np.array([gap.x_m for gap in gaps]), np.array([gap.y_m for gap in gaps]), dataset.crs
    )
    figures = [one_gap_figures(assessment, gap) for gap in gaps]
    columns = [
        Column("gap_id", [gap.gap_id for gap in gaps]),
        Column("mode", [assessment.analysis_mode] * len(gaps)),
        Column("minutes", [assessment.study.travel.minutes] * len(gaps), 1),
        Column("zone_code", _texts(zones.code, zone)),
        Column("zone_name", _texts(zones.name, zone)),
        Column("village_name", _texts(villages.name if villages else (), village)),
        Column("villages", [gap.villages for gap in gaps], 0),
        Column("people", [found.people for found in figures], 2),
    ]
    for place, name in enumerate(dataset.demand.groups):
        columns.append(Column(f"people_{name}", [f.groups[place] for f in figures], 2))
    return [
        *columns,
        Column("nearest_facility", _texts(facilities.id, nearest)),
        Column("nearest_facility_name", _texts(facilities.name, nearest)),
        Column("nearest_people", [found.nearest_people for found in figures], 2),
        Column("median_minutes", [found.median for found in figures], 1),
        Column("worst_minutes", [found.worst for found in figures], 1),
        Column("beyond_horizon_people", [found.beyond_horizon for found in figures], 2),
        Column("no_path_people", [found.no_path for found in figures], 2),
        Column("points", [len(gap.demand) for gap in gaps], 0),
        Column("lon", lon.tolist(), 6),
        Column("lat", lat.tolist(), 6),
    ]


def siting_row(assessment: Assessment) -> dict[str, Any]:
    """Return the siting answer with its proof as summary.json writes it."""
    proposal = assessment.proposal
    plan, candidates = proposal.plan, proposal.candidates
    figures = proposal_figures(proposal)
    return {
        "mode": proposal.terms.mode,
        "minutes": proposal.terms.minutes,
        "kind": proposal.terms.kind,
        "model": proposal.terms.model,
        "candidates": len(candidates),
        "count": len(proposal.sites),
        "status": plan.status,
        "objective": figures.objective.value,
        "bound": figures.bound.value,
        "gap": figures.solver_gap.value,
        "unit": proposal.terms.unit,
        "includes_base": proposal.terms.includes_base,
        "committed_until": proposal.terms.committed_until,
        "people": people_row(proposal, proposal.people, has_plan=proposal.has_plan),
        "method": plan.method,
        "seed": plan.seed,
        "sites": [candidates.id[site.candidate] for site in proposal.sites],
        "curve": [
            {"sites": number, "people": people.value, "bound": bound.value}
            for number, (people, bound) in enumerate(curve_figures(proposal))
        ],
        "reachable_people": proposal.curve.reachable if proposal.is_asked else None,
        "knee": proposal.curve.knee,
    }


def chosen_sites(assessment: Assessment) -> CandidateSites:
    """Return the chosen sites in order of rank."""
    proposal = assessment.proposal
    return proposal.candidates.take([site.candidate for site in proposal.sites])


def site_columns(assessment: Assessment) -> list[Column]:
    """Return sites.csv: the proposed sites by rank, with the line that they are not parcels."""
    return proposal_rows.site_columns(assessment.proposal, assessment.dataset)


def circle_columns(assessment: Assessment) -> list[Column]:
    """Return the columns of the layer `circles`: the bands of minutes around all open points."""
    circles = assessment.circles
    return [
        Column("mode", [assessment.analysis_mode] * len(circles)),
        Column("from_minutes", [circle.from_minutes for circle in circles], 1),
        Column("to_minutes", [circle.to_minutes for circle in circles], 1),
    ]


def island_columns(parts: Sequence[LandPart]) -> list[Column]:
    """Return islands.csv: land parts without a road link, most people first."""
    return [
        Column("part_id", [f"P{number:03d}" for number in range(1, len(parts) + 1)]),
        Column("name", [part.name for part in parts]),
        Column("people", [part.people for part in parts], 2),
        Column("people_65+", [part.elders for part in parts], 2),
        Column("points", [part.points for part in parts], 0),
        Column("circuit_visits_per_month", [p.circuit_visits_per_month for p in parts], 2),
        Column("centre_minutes", [part.centre_minutes for part in parts], 1),
        Column("hospital_minutes", [part.hospital_minutes for part in parts], 1),
        Column("sailings_per_day", [part.sailings_per_day for part in parts], 0),
        Column("last_boat", [part.last_boat for part in parts]),
        Column("lon", [part.lon for part in parts], 6),
        Column("lat", [part.lat for part in parts], 6),
    ]


class _UnitFigures(Protocol):
    """The figures of a zone or village of an assessment by mode, index and group."""

    def __call__(
        self, assessment: Assessment, mode: str, unit: int, /, *, group: str = ALL_PEOPLE
    ) -> LedgerFigures: ...


def _unit_columns(assessment: Assessment, figures_of: _UnitFigures, units: range) -> list[Column]:
    """Return the people of units, all and by group; they depend on no mode."""
    mode = next(iter(assessment.modes))
    return [
        Column(
            "people" if group == ALL_PEOPLE else f"people_{group}",
            [figures_of(assessment, mode, unit, group=group).all for unit in units],
            2,
        )
        for group in (ALL_PEOPLE, *assessment.dataset.demand.groups)
    ]


def _mode_columns(
    assessment: Assessment, mode: str, figures_of: _UnitFigures, units: range
) -> list[Column]:
    """Return the coverage of units in one mode, and where the others are counted."""
    columns = []
    for group in (ALL_PEOPLE, *assessment.dataset.demand.groups):
        tail = "" if group == ALL_PEOPLE else f"_{group}"
        rows = [figures_of(assessment, mode, unit, group=group) for unit in units]
        columns.append(Column(f"{mode}_covered{tail}", [row.covered for row in rows], 2))
        columns.append(Column(f"{mode}_share{tail}", [row.share for row in rows], 6))
    rows = [figures_of(assessment, mode, unit, group=ALL_PEOPLE) for unit in units]
    return columns + [
        Column(f"{mode}_{field}", [getattr(row, field) for row in rows], 2)
        for field in ("beyond", "unreachable", "off_network")
    ]


def _seconds(result: ModeResult) -> Floats:
    tenths = result.nearest.tenths
    return np.where(tenths == UNREACHED, np.nan, tenths / 10.0)


def _texts(names: Sequence[str], index: Ints) -> list[str | None]:
    return [names[i] if i >= 0 else None for i in index.tolist()]


def _numbers(values: Floats) -> list[Value]:
    return [None if np.isnan(value) else value for value in values.tolist()]
