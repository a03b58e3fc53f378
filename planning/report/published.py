"""What may be published of the tables and of summary.json: the counts that a report prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planning.assess.study_figures import unplaced_figure
from planning.reach.coverage import BANDS_MINUTES
from planning.reach.villages.uncovered import UncoveredVillage
from planning.report.content import Source
from planning.report.disclosure import WHOLE
from planning.report.results import (
    LEDGER_FIELDS,
    SUMMARY_FORMAT,
    coverage_row,
    gap_columns,
    gap_row,
    site_columns,
)
from planning.report.tally import MOST_GAPS, SITED, listed_villages
from planning.words.tables import Column

OF_STUDY = ("input", "outside")
BY_MODE = ("off_network", "unreachable", "beyond", "covered")


def published_tables(source: Source) -> dict[str, list[Column]]:
    """Return the tables of a published result by file name.

    Counts are whole people; `<10` and `*` stand where a count may not be printed. Villages and
    gaps are those of the report; cells, institutions and islands are left out.
    """
    return {
        "zones": published_zones(source),
        "villages": published_villages(source),
        "gaps": published_gaps(source),
        "sites": published_sites(source),
    }


def published_summary(source: Source, warnings: Sequence[str]) -> dict[str, Any]:
    """Return summary.json for publication; null stands where a count may not be printed."""
    assessment, tally = source.assessment, source.tally
    coverage = {}
    for mode in assessment.modes:
        share = tally.share(WHOLE, mode)
        people = tally.amount(WHOLE, f"{mode}/covered").value
        coverage[mode] = {**coverage_row(assessment, mode), "share": share.value, "people": people}
    return {
        "format": SUMMARY_FORMAT,
        "audience": source.options.audience,
        "synthetic": assessment.dataset.is_synthetic,
        "ledger": {mode: _ledger(source, mode) for mode in assessment.modes},
        "coverage": coverage,
        "bands": {
            mode: [
                {
                    "minutes": minutes,
                    "people": tally.amount(WHOLE, f"{mode}/within_{minutes}").value,
                }
                for minutes in BANDS_MINUTES
            ]
            for mode in assessment.modes
        },
        "headline_mode": assessment.headline_mode,
        "headline_basis": assessment.study.travel.basis,
        "analysis_mode": assessment.analysis_mode,
        "gaps": {"count": gap_row(assessment)["count"]},
        "unplaced_facilities": int(unplaced_figure(assessment).value or 0),
        "ratios": [],
        "siting": _siting(source),
        "warnings": list(warnings),
    }


def published_zones(source: Source) -> list[Column]:
    """Return zones.csv for publication."""
    assessment = source.assessment
    zones = assessment.dataset.zones
    groups = assessment.dataset.demand.groups
    columns = [
        Column("code", zones.code),
        Column("name", zones.name),
        Column("level", zones.level),
        Column("urban", zones.urban),
        _count(source, zones.code, "inside", "people"),
        *(_count(source, zones.code, f"{group}/inside", f"people_{group}") for group in groups),
    ]
    for mode, result in assessment.modes.items():
        fields = [(f"{mode}/{field}", f"{mode}_{field}") for field in BY_MODE]
        columns += [_count(source, zones.code, figure, name) for figure, name in fields]
        shares = [source.tally.share(code, mode) for code in zones.code]
        columns.append(Column(f"{mode}_share", shares, 6))
        columns.append(Column(f"{mode}_roads_incomplete", result.roads_incomplete))
    return columns


def published_villages(source: Source) -> list[Column]:
    """Return villages.csv for publication: the uncovered villages that the report lists."""
    zones = source.assessment.dataset.zones
    listed: list[tuple[str, UncoveredVillage]] = [
        (code, row)
        for zone, code in enumerate(zones.code)
        for row in listed_villages(source.assessment, zone)
    ]
    mode, cover = source.assessment.analysis_mode, source.standards.evidence.cover
    standard = {} if cover is None else {row.code: row.cover.value for row in cover.rows}
    units = [f"village:{row.code}" for _, row in listed]
    groups = source.assessment.dataset.demand.groups
    return [
        Column("code", [row.code for _, row in listed]),
        Column("name", [row.name for _, row in listed]),
        Column("zone_code", [code for code, _ in listed]),
        _count(source, units, "inside", "people"),
        *(_count(source, units, f"{group}/inside", f"people_{group}") for group in groups),
        _count(source, units, f"{mode}/uncovered", "people_uncovered"),
        Column("village_standard", [standard.get(row.code, "") for _, row in listed]),
    ]


def published_gaps(source: Source) -> list[Column]:
    """Return gaps.csv for publication: the largest gaps, their people without the groups."""
    assessment = source.assessment
    units = [f"gap:{gap.gap_id}" for gap in assessment.gaps[:MOST_GAPS]]
    figure = f"{assessment.analysis_mode}/uncovered"
    # Parts of a gap's people are smaller than the gap and would tell what it withholds.
    left_out = {"points", "nearest_people", "beyond_horizon_people", "no_path_people"}
    left_out |= {*(f"people_{group}" for group in assessment.dataset.demand.groups)}
    return [
        _count(source, units, figure, "people")
        if column.name == "people"
        else Column(column.name, list(column.values)[:MOST_GAPS], column.decimals)
        for column in gap_columns(assessment)
        if column.name not in left_out
    ]


def published_sites(source: Source) -> list[Column]:
    """Return sites.csv for publication."""
    proposal = source.assessment.proposal
    units = [f"site:{proposal.candidates.id[site.candidate]}" for site in proposal.sites]
    counts = {"people_without_cover_in_reach": "reached", "people_only_by_this_site": "new"}
    return [
        _count(source, units, counts[column.name], column.name) if column.name in counts else column
        for column in site_columns(source.assessment)
        if column.name in counts or not column.name.startswith(("people_", "zones_gaining"))
    ]


def _siting(source: Source) -> dict[str, Any]:
    proposal = source.assessment.proposal
    return {
        "mode": proposal.terms.mode,
        "minutes": proposal.terms.minutes,
        "kind": proposal.terms.kind,
        "model": proposal.plan.model,
        "candidates": len(proposal.candidates),
        "count": len(proposal.sites),
        "status": proposal.plan.status,
        "objective": source.tally.amount(WHOLE, SITED).value,
        "sites": [proposal.candidates.id[site.candidate] for site in proposal.sites],
    }


def _ledger(source: Source, mode: str) -> dict[str, float | None]:
    names = {field: field if field in OF_STUDY else f"{mode}/{field}" for field in LEDGER_FIELDS}
    return {field: source.tally.amount(WHOLE, name).value for field, name in names.items()}


def _count(source: Source, units: Sequence[str], figure: str, name: str) -> Column:
    return Column(name, [source.tally.amount(unit, figure) for unit in units], 0)
