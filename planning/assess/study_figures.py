"""The figures of an assessment: coverage by mode, group, zone and village, gaps, settings, N1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from planning.assess.workflow import Assessment
from planning.centres.ratio_figures import ratio_figures
from planning.reach.coverage_figures import (
    NO_POINT,
    GapFigures,
    LedgerFigures,
    band_figures,
    gap_figures,
    gap_totals,
    ledger_figures,
    robust_figures,
)
from planning.reach.gaps import Gap
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.reach15 import reach15_figure
from planning.reach.sensitivity import Variant
from planning.reach.villages.cover import VillageCover
from planning.reach.villages.village_figures import (
    VillagesFigures,
    median_figures,
    village_base,
    villages_figures,
)
from planning.sites.plan_figures import plan_base, plan_figures
from planning.words.figure import Base, Figure, each


def coverage_base(
    assessment: Assessment, mode: str, *, group: str = ALL_PEOPLE, place: str = ""
) -> Base:
    """Return what a coverage figure of today's network stands on."""
    own = assessment.modes[mode].coverage[0]
    return Base(
        mode=mode,
        minutes=own.minutes,
        speed_set=own.speed_set,
        level=own.level,
        group="" if group == ALL_PEOPLE else group,
        place=place,
        state="today",
        date=assessment.scenario.as_of,
        people=own.population_base,
    )


def coverage_figures(
    assessment: Assessment, mode: str, *, group: str = ALL_PEOPLE
) -> LedgerFigures:
    """Return share and ledger of the whole study."""
    rows = {row.group: row.ledger for row in assessment.modes[mode].coverage}
    return ledger_figures(rows[group], coverage_base(assessment, mode, group=group))


def zone_figures(
    assessment: Assessment, mode: str, zone: int, *, group: str = ALL_PEOPLE
) -> LedgerFigures:
    """Return share and ledger of one zone by its index."""
    zones = assessment.dataset.zones
    base = coverage_base(assessment, mode, group=group, place=zones.code[zone])
    ledger = assessment.modes[mode].zone_ledgers[group][zone]
    return ledger_figures(ledger, base, zones.name[zone])


def village_figures(
    assessment: Assessment, mode: str, village: int, *, group: str = ALL_PEOPLE
) -> LedgerFigures:
    """Return share and ledger of one village by its index."""
    villages = assessment.dataset.villages
    if villages is None:
        msg = "the study has no villages"
        raise LookupError(msg)
    base = coverage_base(assessment, mode, group=group, place=f"village:{villages.code[village]}")
    ledger = assessment.modes[mode].village_ledgers[group][village]
    return ledger_figures(ledger, base, villages.name[village])


def villages_of(assessment: Assessment, cover: VillageCover, zone: int | None) -> VillagesFigures:
    """Return the cover of the villages of a zone by its index, or of all (None)."""
    zones = assessment.dataset.zones
    code, name = ("", "") if zone is None else (zones.code[zone], zones.name[zone])
    rows = [row for row in cover.judged if zone is None or row.zone == zone]
    base = village_base(cover, coverage_base(assessment, cover.mode, place=code))
    return villages_figures(rows, base, name)


def village_minutes_of(assessment: Assessment, mode: str) -> dict[str, Figure]:
    """Return the median minutes of every village by its code; nothing without villages."""
    dataset, result = assessment.dataset, assessment.modes[mode]
    if dataset.villages is None:
        return {}
    found = median_figures(
        dataset.demand,
        dataset.villages,
        result.nearest.tenths,
        base=coverage_base(assessment, mode),
        horizon_minutes=assessment.study.travel.horizon_minutes,
    )
    if is_timed(assessment, mode):
        return found
    return {
        code: replace(figure, value=None, above=None, reason=NO_POINT)
        for code, figure in found.items()
    }


def all_gaps_figures(assessment: Assessment) -> tuple[Figure, Figure]:
    """Return the number of gaps and their people."""
    mode = assessment.analysis_mode
    base = coverage_base(assessment, mode)
    return gap_totals(assessment.gaps, base, is_known=is_timed(assessment, mode))


def one_gap_figures(assessment: Assessment, gap: Gap) -> GapFigures:
    """Return the figures of one gap."""
    base = coverage_base(assessment, assessment.analysis_mode)
    dataset = assessment.dataset
    name = dataset.zones.name[gap.zone]
    if dataset.villages is not None and gap.village >= 0:
        name = f"{name} {dataset.villages.name[gap.village]}"
    horizon = assessment.study.travel.horizon_minutes
    return gap_figures(gap, base, name, horizon_minutes=horizon)


def bands_of(assessment: Assessment, mode: str) -> tuple[Figure, ...]:
    """Return the people within each band of minutes in one mode."""
    return band_figures(assessment.modes[mode].people_within, coverage_base(assessment, mode))


def reach15_figures(assessment: Assessment) -> tuple[Figure, ...]:
    """Return who is within 15 minutes, by mode, of points and of every institution."""
    return tuple(
        reach15_figure(row, coverage_base(assessment, row.mode)) for row in assessment.reach15
    )


def is_timed(assessment: Assessment, mode: str) -> bool:
    """Return whether any point counts, so that times of a mode are known."""
    return assessment.modes[mode].coverage[0].ledger.covered is not None


def zone_sites_figure(assessment: Assessment, zone: int) -> Figure:
    """Return how many sites of the plan lie in a zone by its index."""
    zones, proposal = assessment.dataset.zones, assessment.proposal
    base = replace(plan_base(proposal), place=zones.code[zone])
    count = sum(int(proposal.candidates.zone[site.candidate]) == zone for site in proposal.sites)
    return Figure("plan_sites", base, float(count), place_name=zones.name[zone])


def speeds_of(assessment: Assessment, mode: str) -> tuple[Figure, ...]:
    """Return who is covered at all, some or no speeds, and who by outside points only."""
    result, base = assessment.modes[mode], coverage_base(assessment, mode)
    outside = Figure("people_only_by_outside_points", base, result.people_by_outside)
    return (*robust_figures(result.robust, base), outside)


def setting_figures(assessment: Assessment, variant: Variant) -> LedgerFigures:
    """Return the coverage under another defensible setting; under the study's own, that itself."""
    base = coverage_base(assessment, assessment.analysis_mode)
    detail = "" if variant.is_used else variant.name
    return ledger_figures(variant.ledger, replace(base, detail=detail))


def setting_range(assessment: Assessment) -> tuple[Variant, Variant] | None:
    """Return the settings with the least and with the largest cover; None where no share is."""
    rows = [row for row in assessment.sensitivity if row.ledger.share is not None]
    if not rows:
        return None
    order = {row.name: (row.ledger.covered, row.name) for row in rows}
    return min(rows, key=lambda row: order[row.name]), max(rows, key=lambda row: order[row.name])


def nearest_people_figures(assessment: Assessment, mode: str) -> tuple[Figure, ...]:
    """Return, per institution, the people inside the zones whose nearest point it is."""
    dataset, result = assessment.dataset, assessment.modes[mode]
    counted = (result.nearest.facility >= 0) & (dataset.demand.zone >= 0)
    people = np.bincount(
        result.nearest.facility[counted],
        weights=dataset.demand.people[counted],
        minlength=len(dataset.facilities),
    )
    base, is_known = coverage_base(assessment, mode), is_timed(assessment, mode)
    names = zip(dataset.facilities.id, dataset.facilities.name, people.tolist(), strict=True)
    return tuple(
        Figure(
            "nearest_people",
            replace(base, place=code),
            count if is_known else None,
            reason="" if is_known else NO_POINT,
            place_name=name,
        )
        for code, name, count in names
    )


def findings_figure(assessment: Assessment) -> Figure:
    """Return how many findings the readers and the assessment made."""
    return Figure("findings", Base(), float(len(assessment.findings)))


def unplaced_figure(assessment: Assessment) -> Figure:
    """Return how many institutions have no coordinates."""
    count = int(np.count_nonzero(~assessment.dataset.facilities.has_position))
    return Figure("unplaced_facilities", Base(date=assessment.scenario.as_of), float(count))


def assessment_figures(assessment: Assessment) -> Iterator[Figure]:
    """Yield every figure of an assessment."""
    dataset = assessment.dataset
    yield from reach15_figures(assessment)
    villages = 0 if dataset.villages is None else len(dataset.villages)
    groups = (ALL_PEOPLE, *dataset.demand.groups)
    for mode in assessment.modes:
        for group in groups:
            yield from coverage_figures(assessment, mode, group=group)
            for zone in range(len(dataset.zones)):
                yield from zone_figures(assessment, mode, zone, group=group)
            for village in range(villages):
                yield from village_figures(assessment, mode, village, group=group)
        yield from village_minutes_of(assessment, mode).values()
        yield from nearest_people_figures(assessment, mode)
        yield from bands_of(assessment, mode)
        yield from speeds_of(assessment, mode)
    for variant in assessment.sensitivity:
        yield from setting_figures(assessment, variant)
    yield from all_gaps_figures(assessment)
    for gap in assessment.gaps:
        yield from each(one_gap_figures(assessment, gap))
    yield unplaced_figure(assessment)
    yield findings_figure(assessment)
    yield from each(ratio_figures(assessment.ratios, ratio_base(assessment)))
    yield from each(plan_figures(assessment.proposal))
    yield from (zone_sites_figure(assessment, zone) for zone in range(len(dataset.zones)))


def ratio_base(assessment: Assessment) -> Base:
    """Return what the figures of N1 stand on."""
    own = assessment.modes[assessment.analysis_mode].coverage[0]
    return Base(date=assessment.scenario.as_of, people=own.population_base)
