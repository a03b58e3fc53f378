"""The rows of the result tables and summary.json, made from an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from data.types import Dataset, Demand, Floats, Ints, Villages
from geo.crs import to_lonlat
from geo.travel import UNREACHED
from planning.assess.islands import LandPart
from planning.assess.mode_result import ModeResult
from planning.assess.workflow import Assessment
from planning.centres.ratio_rows import ratio_rows
from planning.reach.coverage import Ledger, Status
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.scenario import is_operating
from planning.reach.villages.members import members_of
from planning.sites import CandidateSites
from planning.sites import rows as proposal_rows
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
        "ledger": {mode: ledger_row(modes[mode].coverage[0].ledger) for mode in modes},
        "coverage": {mode: coverage_row(result) for mode, result in modes.items()},
        "groups": {mode: group_rows(result) for mode, result in modes.items()},
        "bands": {
            mode: [{"minutes": m, "people": people} for m, people in result.people_within]
            for mode, result in modes.items()
        },
        "robust": {mode: robust_row(result) for mode, result in modes.items()},
        "headline_mode": assessment.headline_mode,
        "headline_basis": assessment.study.travel.basis,
        "analysis_mode": assessment.analysis_mode,
        "sensitivity": sensitivity_rows(assessment),
        "gaps": gap_row(assessment),
        "unplaced_facilities": int((~assessment.dataset.facilities.has_position).sum()),
        "ratios": ratio_rows(assessment.ratios),
        "siting": siting_row(assessment),
        "warnings": list(warnings),
    }


def ledger_row(ledger: Ledger) -> dict[str, float | None]:
    """Return a ledger as summary.json writes it."""
    return {field: getattr(ledger, field) for field in LEDGER_FIELDS}


def coverage_row(result: ModeResult) -> dict[str, Any]:
    """Return the coverage of all people in one mode as summary.json writes it."""
    figure = result.coverage[0]
    reason = {"reason": "no_point_counts"} if figure.ledger.covered is None else {}
    return reason | {
        "minutes": figure.minutes,
        "share": figure.share,
        "people": figure.ledger.covered,
        "speed_set": figure.speed_set,
        "level": figure.level,
        "standard": figure.standard,
        "population_base": figure.population_base,
        "data_date": figure.data_date,
    }


def gap_row(assessment: Assessment) -> dict[str, float | None]:
    """Return how many gaps there are and their people; null where no point counts."""
    if assessment.reason is not None:
        return {"count": None, "people": None}
    people = float(sum(gap.people for gap in assessment.gaps))
    return {"count": len(assessment.gaps), "people": people}


def group_rows(result: ModeResult) -> dict[str, Any]:
    """Return coverage and ledger of each population group in one mode."""
    return {
        figure.group: {
            "share": figure.share,
            "people": figure.ledger.covered,
            "ledger": ledger_row(figure.ledger),
        }
        for figure in result.coverage[1:]
    }


def robust_row(result: ModeResult) -> dict[str, Any]:
    """Return how many people the speed sets agree on, and who counts only by outside points."""
    robust = result.robust
    return {
        "speed_sets": [] if robust is None else list(robust.speed_sets),
        "covered_in_all": None if robust is None else robust.all_sets,
        "covered_in_some": None if robust is None else robust.some_sets,
        "covered_in_none": None if robust is None else robust.no_set,
        "people_only_by_outside_facilities": result.people_by_outside,
    }


def sensitivity_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """Return how the analysis mode's figure moves with each setting."""
    return [
        {
            "setting": variant.name,
            "used": variant.is_used,
            "share": variant.ledger.share,
            "people": variant.ledger.covered,
            "off_network": variant.ledger.off_network,
        }
        for variant in assessment.sensitivity
    ]


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
    first = next(iter(assessment.modes.values()))
    columns += _people_columns(first.zone_ledgers)
    for mode, result in assessment.modes.items():
        columns += _mode_columns(mode, result.zone_ledgers)
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
    first = next(iter(assessment.modes.values()))
    columns += _people_columns(first.village_ledgers)
    for mode, result in assessment.modes.items():
        columns += _mode_columns(mode, result.village_ledgers)
        minutes = village_minutes(assessment.dataset.demand, villages, result.nearest.tenths)
        columns.append(Column(f"{mode}_median_minutes", minutes, 1))
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
            Column(f"{mode}_nearest_people", people_nearest(dataset, result).tolist(), 2)
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
    columns = [
        Column("gap_id", [gap.gap_id for gap in gaps]),
        Column("mode", [assessment.analysis_mode] * len(gaps)),
        Column("minutes", [assessment.study.travel.minutes] * len(gaps), 1),
        Column("zone_code", _texts(zones.code, zone)),
        Column("zone_name", _texts(zones.name, zone)),
        Column("village_name", _texts(villages.name if villages else (), village)),
        Column("villages", [gap.villages for gap in gaps], 0),
        Column("people", [gap.people for gap in gaps], 2),
    ]
    for name in dataset.demand.groups:
        people = [dict(gap.group_people)[name] for gap in gaps]
        columns.append(Column(f"people_{name}", people, 2))
    return [
        *columns,
        Column("nearest_facility", _texts(facilities.id, nearest)),
        Column("nearest_facility_name", _texts(facilities.name, nearest)),
        Column("nearest_people", [gap.nearest_people for gap in gaps], 2),
        Column("median_minutes", [gap.median_minutes for gap in gaps], 1),
        Column("worst_minutes", [gap.worst_minutes for gap in gaps], 1),
        Column("beyond_horizon_people", [gap.beyond_horizon_people for gap in gaps], 2),
        Column("no_path_people", [gap.no_path_people for gap in gaps], 2),
        Column("points", [len(gap.demand) for gap in gaps], 0),
        Column("lon", lon.tolist(), 6),
        Column("lat", lat.tolist(), 6),
    ]


def siting_row(assessment: Assessment) -> dict[str, Any]:
    """Return the siting answer with its proof as summary.json writes it."""
    proposal = assessment.proposal
    plan, candidates = proposal.plan, proposal.candidates
    return {
        "mode": proposal.terms.mode,
        "minutes": proposal.terms.minutes,
        "kind": proposal.terms.kind,
        "model": proposal.terms.model,
        "candidates": len(candidates),
        "count": len(proposal.sites),
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "unit": proposal.terms.unit,
        "includes_base": proposal.terms.includes_base,
        "committed_until": proposal.terms.committed_until,
        "people": people_row(proposal, proposal.people, has_plan=proposal.has_plan),
        "method": plan.method,
        "seed": plan.seed,
        "sites": [candidates.id[site.candidate] for site in proposal.sites],
        "curve": [
            {"sites": number, "people": people, "bound": bound}
            for number, (people, bound) in enumerate(
                zip(proposal.curve.covered.tolist(), proposal.curve.bound.tolist(), strict=True)
            )
        ],
        "reachable_people": proposal.curve.reachable,
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


def people_nearest(dataset: Dataset, result: ModeResult) -> Floats:
    """Return (n_facilities,) people inside the zones whose nearest open point each one is."""
    demand = dataset.demand
    counted = (result.nearest.facility >= 0) & (demand.zone >= 0)
    return np.bincount(
        result.nearest.facility[counted],
        weights=demand.people[counted],
        minlength=len(dataset.facilities),
    ).astype(np.float64)


def village_minutes(demand: Demand, villages: Villages, tenths: Ints) -> list[Value]:
    """Return the minutes within which half of each village's people reach a point, or None.

    A village counts the people of its natural villages too.

    Parameters
    ----------
    tenths
        (n_demand,) tenths of a second to the nearest point; `UNREACHED` where there is none.
    """
    n = len(villages)
    parts = median_minutes(demand.people, tenths, demand.village, n_units=n)
    wholes = median_minutes(demand.people, tenths, members_of(villages, demand), n_units=n)
    return [
        part if parent >= 0 else whole
        for part, whole, parent in zip(parts, wholes, villages.parent.tolist(), strict=True)
    ]


def median_minutes(people: Floats, tenths: Ints, unit: Ints, *, n_units: int) -> list[Value]:
    """Return the minutes within which half of each unit's people reach a point, or None.

    Parameters
    ----------
    people, tenths, unit
        (n_demand,) people, tenths of a second to their nearest point, and where they belong (-1:
        nowhere).
    """
    order = np.lexsort((tenths, unit))
    order = order[(unit[order] >= 0) & (people[order] > 0)]
    starts = np.searchsorted(unit[order], np.arange(n_units + 1))
    cumulated = np.concatenate([[0.0], np.cumsum(people[order])])
    values: list[Value] = []
    for start, stop in pairwise(starts.tolist()):
        if start == stop:
            values.append(None)
            continue
        half = (cumulated[start] + cumulated[stop]) / 2
        middle = min(int(np.searchsorted(cumulated, half)) - 1, stop - 1)
        time = tenths[order[max(middle, start)]]
        values.append(None if time == UNREACHED else float(time) / 600)
    return values


def _people_columns(ledgers: Any) -> list[Column]:
    return [
        Column(
            "people" if group == ALL_PEOPLE else f"people_{group}",
            [ledger.input for ledger in rows],
            2,
        )
        for group, rows in ledgers.items()
    ]


def _mode_columns(mode: str, ledgers: Any) -> list[Column]:
    columns = []
    for group, rows in ledgers.items():
        tail = "" if group == ALL_PEOPLE else f"_{group}"
        columns.append(Column(f"{mode}_covered{tail}", [row.covered for row in rows], 2))
        columns.append(Column(f"{mode}_share{tail}", [row.share for row in rows], 6))
    rows = ledgers[ALL_PEOPLE]
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
