"""From an assessment to its standards: the travel times they need, then every verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.study.tables import Study, TravelTable
from data.types import Dataset
from geo.errors import Progress
from geo.modes import MODES, speeds
from geo.pairs import Reach
from geo.travel import NearestStatus, reach
from planning.assess.mode_result import input_of_result
from planning.assess.workflow import Assessment
from planning.reach.mode_input import held_by_one_ways, snap_places
from planning.reach.mode_times import Mask, ModeTimes
from planning.reach.scenario import is_of_county, is_operating
from planning.reach.villages.cover import VillageRules
from planning.standards.catalogue import SHIPPED, Preset, load_preset
from planning.standards.indicators import People
from planning.standards.judgement import StandardsResult, assess_standards
from planning.standards.measures.evidence import StandardsInput
from planning.words.wording import msgid

LONGEST_MINUTES = 30.0


def standards_of(assessment: Assessment, *, progress: Progress | None = None) -> StandardsResult:
    """Judge all standards of an assessment: the study's own preset first, then the shipped ones.

    Parameters
    ----------
    assessment
        Result of `planning.assess.workflow.assess`.
    progress
        Called between stages.

    Raises
    ------
    StudyError
        When the study names a preset that cannot be read.
    Cancelled
        When `progress` raises it.
    """
    presets = study_presets(assessment.study.standards.preset, assessment.study.path.parent)
    return assess_standards(standards_input(assessment, progress=progress), presets=presets)


def study_presets(own: str, folder: Path) -> tuple[Preset, ...]:
    """Return the study's preset (a name, or a path from its folder) and every shipped one."""
    name = own if own in SHIPPED else str(folder / own)
    return tuple(load_preset(name) for name in dict.fromkeys((name, *SHIPPED)))


def standards_input(
    assessment: Assessment,
    *,
    rules: VillageRules | None = None,
    progress: Progress | None = None,
) -> StandardsInput:
    """Return the ready input of the standards: times of every mode up to 30 minutes, circuits."""
    dataset, study = assessment.dataset, assessment.study
    limit = max(LONGEST_MINUTES, study.travel.minutes)
    times: dict[str, ModeTimes] = {}
    for number, (mode, result) in enumerate(assessment.modes.items()):
        if progress is not None:
            progress(msgid("Times of all pairs"), number, len(assessment.modes))
        status = result.nearest.status
        mode_input = input_of_result(dataset, study.travel, result, assessment.points)
        one_way = held_by_one_ways(mode_input, result)
        has_no_way = (status == NearestStatus.UNREACHABLE) | (status == NearestStatus.OFF_NETWORK)
        times[mode] = ModeTimes(
            mode=mode,
            pairs=reach(
                dataset.roads.networks[mode],
                result.demand_snaps,
                result.facility_snaps,
                limit_minutes=limit,
                progress=progress,
            ),
            limit_minutes=limit,
            is_cut_off=has_no_way & ~one_way,
            is_one_way=one_way,
        )
    return StandardsInput(
        dataset=dataset,
        as_of=assessment.scenario.as_of,
        points=assessment.points,
        is_operating=_operating(assessment, assessment.scenario.as_of),
        is_operating_on=lambda day: _operating(assessment, day),
        times=times,
        stop_pairs=_stop_pairs(assessment),
        headline_mode=assessment.headline_mode,
        analysis_mode=assessment.analysis_mode,
        minutes=study.travel.minutes,
        ratios=assessment.ratios,
        population=residents(dataset),
        point_kinds=assessment.scenario.point_kinds,
        rules=rules or VillageRules(),
        walk_kph=walk_kph(study.travel),
        allotted=allotted_to(study, assessment.scenario.as_of),
    )


def walk_kph(travel: TravelTable) -> float:
    """Return the walking speed of the study: its own, else that of its speed set."""
    return speeds(travel.speed_set, flat_kph=dict(travel.speeds_kph)).flat_kph["walk"]


def allotted_to(study: Study, as_of: str) -> int | None:
    """Return how many projects the lists of the year allot to this place; None without a number."""
    entries = study.programme.allotted if study.programme is not None else ()
    numbers = [entry.number for entry in entries if entry.year == int(as_of[:4])]
    return sum(numbers) if numbers else None


def residents(dataset: Dataset) -> People:
    """Return the study's residents: census people of the zones, else the people inside them."""
    census = dataset.zones.census_people
    sources = [row for row in dataset.provenance if row.role in {"zones", "population"}]
    names: Sequence[str] = [row.source for row in sources]
    year = int(dataset.date[:4]) if dataset.date[:4].isdigit() else None
    if len(census) and np.isfinite(census).all():
        people = float(census.sum())
    else:
        people = float(dataset.demand.people[dataset.demand.zone >= 0].sum())
    return People(people, "常住", year, "; ".join(names))


def _operating(assessment: Assessment, day: str) -> Mask:
    """Return (n_facilities,) who operates on a day, without outside points if the study says so."""
    facilities = assessment.dataset.facilities
    operating = is_operating(facilities, replace(assessment.scenario, as_of=day))
    if assessment.study.travel.outside_facilities == "exclude":
        operating &= is_of_county(facilities)
    return operating


def _stop_pairs(assessment: Assessment) -> dict[str, Reach]:
    """Return the times to the circuit stops by mode on foot; empty without stops."""
    if not assessment.dataset.circuits:
        return {}
    on_foot = [mode for mode in assessment.modes if MODES[mode].vehicle == "foot"]
    return {mode: _pairs_to_stops(assessment, mode) for mode in on_foot}


def _pairs_to_stops(assessment: Assessment, mode: str) -> Reach:
    dataset, travel = assessment.dataset, assessment.study.travel
    network = dataset.roads.networks[mode]
    stops = snap_places(
        dataset,
        travel,
        network,
        np.array([stop.x_m for stop in dataset.circuits]),
        np.array([stop.y_m for stop in dataset.circuits]),
    )
    demand = assessment.modes[mode].demand_snaps
    return reach(network, demand, stops, limit_minutes=LONGEST_MINUTES)
