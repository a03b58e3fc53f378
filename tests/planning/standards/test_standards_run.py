"""The standards of the built-in county, from its files: complete, consistent, the same twice."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from data.errors import StudyError
from planning.assess.workflow import Assessment
from planning.reach.coverage import Status as Covered
from planning.reach.mode_times import is_within
from planning.reach.villages.cover import CoverMode
from planning.standards.as_json import standards_json
from planning.standards.assessment import standards_input, standards_of, study_presets
from planning.standards.catalogue import SHIPPED
from planning.standards.judgement import StandardsResult
from planning.standards.measures.institutions import Subject
from planning.standards.measures.network_measures import tier_coverage
from planning.standards.verdict import Status


@pytest.fixture(scope="module")
def assessment(county: Assessment) -> Assessment:
    return county


@pytest.fixture(scope="module")
def result(assessment: Assessment) -> StandardsResult:
    return standards_of(assessment)


def test_every_computed_standard_has_a_verdict_on_the_whole(result: StandardsResult) -> None:
    computed = {
        preset.full_id(row)
        for preset in result.presets
        for row in preset.standard
        if row.treatment == "computed"
    }
    assert {v.standard_id for v in result.whole()} == computed


def test_an_invented_county_is_bound_by_nothing(result: StandardsResult) -> None:
    assert result.bound == frozenset()
    assert not {v.status for v in result.verdicts} & {Status.MET, Status.NOT_MET, Status.PARTIAL}


@pytest.mark.parametrize("mode", ["walk", "walk_elderly", "e_bike", "car"])
def test_pairs_and_the_search_for_the_nearest_cover_the_same_people(
    assessment: Assessment, result: StandardsResult, mode: str
) -> None:
    evidence = result.evidence
    times = evidence.given.times[mode]
    near = is_within(times.nearest(evidence.points), evidence.given.minutes)
    covered = assessment.modes[mode].status == Covered.COVERED
    inside = assessment.dataset.demand.zone >= 0
    assert np.array_equal(near[inside], covered[inside])


def test_the_programme_starts_from_the_figures_of_the_verdicts(result: StandardsResult) -> None:
    before = result.evidence.programme.effects[0].figures_before
    by_standard = result.by_standard()
    for figure, standard_id in (
        ("village_coverage", "shangyu-2022/N3a"),
        ("clinics_standardised_in_plan", "shangyu-2022/N3b"),
        ("clinics_and_stations_standardised", "zhoushan-2020/N4"),
    ):
        assert 100 * before[figure] == pytest.approx(by_standard[standard_id][0].current)


def test_villages_add_up(assessment: Assessment, result: StandardsResult) -> None:
    villages = assessment.dataset.villages
    assert villages is not None
    for cover in result.evidence.covers.values():
        assert len(cover.rows) == int((villages.parent < 0).sum())
        assert sum(cover.count(mode) for mode in CoverMode) == len(cover.rows)
        people = sum(row.people for row in cover.rows) + cover.people_without_village
        assert people == pytest.approx(result.evidence.people.sum())
    shares = {mode: cover.share for mode, cover in result.evidence.covers.items()}
    assert (shares["walk_elderly"] or 0) <= (shares["walk"] or 0) <= (shares["e_bike"] or 0)


def test_zones_and_the_unplaced_add_up_to_the_whole(result: StandardsResult) -> None:
    unplaced = int((~result.evidence.given.dataset.facilities.has_position).sum())
    for full_id in ("shangyu-2022/N3a", "shangyu-2022/N3b", "shangyu-2022/C2a"):
        whole, *zones = result.by_standard()[full_id]
        for name in ("numerator", "denominator"):
            in_zones = sum(getattr(verdict, name) or 0 for verdict in zones)
            assert 0 <= getattr(whole, name) - in_zones <= unplaced


def test_n1_of_the_county(result: StandardsResult) -> None:
    rows = result.by_standard()["zhoushan-2020/N1"]
    by_status = {status: [v for v in rows[1:] if v.status is status] for status in Status}
    assert by_status[Status.REFERENCE_BELOW]  # one urban subdistrict has no centre
    # One has over 100,000 people and one centre: met by subdistrict, and told what to add.
    assert any(note.code == "add_branch" for row in rows for note in row.notes)
    assert len(by_status[Status.NOT_APPLICABLE]) == 17


@pytest.mark.slow
def test_the_same_twice(assessment: Assessment, result: StandardsResult) -> None:
    first = json.dumps(standards_json(result), sort_keys=True, allow_nan=False)
    again = json.dumps(standards_json(standards_of(assessment)), sort_keys=True, allow_nan=False)
    assert first == again


def test_reported_parts_add_up(result: StandardsResult) -> None:
    assert result.reported
    for row in result.reported:
        if row.computed is not None and row.unexplained is not None:
            parts = sum(step.change for step in row.steps) + row.unexplained
            assert row.computed + parts == pytest.approx(row.reported)


def test_presets_of_a_study(assessment: Assessment) -> None:
    folder = assessment.study.path.parent
    assert next(iter(study_presets("reference", folder))).preset.id == "reference"
    assert len(study_presets("reference", folder)) == len(SHIPPED)
    with pytest.raises(StudyError, match="no standards preset"):
        study_presets("my.toml", folder)


@pytest.mark.slow
def test_residents_are_those_of_the_census(assessment: Assessment) -> None:
    given = standards_input(assessment)
    assert given.population.people == pytest.approx(assessment.dataset.zones.census_people.sum())
    assert given.population.base == "常住"


@pytest.mark.parametrize(("standard_id", "everywhere"), [("T5", 6.18), ("T15", 14.75)])
def test_tiers_are_metres_along_the_network(
    result: StandardsResult, standard_id: str, everywhere: float
) -> None:
    preset = next(row for row in result.presets if row.preset.id == "gb50180-2018")
    standard = next(row for row in preset.standard if row.id == standard_id)
    # By minutes the same sentences gave 22.25 % and 18.54 % of the whole county.
    subject = Subject(
        result.evidence, replace(standard, where=""), preset.full_id(standard), result.presets
    )
    assert tier_coverage(subject)[0].current == pytest.approx(everywhere, abs=0.005)
    urban = result.by_standard()[preset.full_id(standard)]
    assert urban[0].status is Status.INFORMATION
    zones = result.evidence.given.dataset.zones
    named = {row.zone_code for row in urban[1:]}
    assert named == {c for c, u in zip(zones.code, zones.urban, strict=True) if u}
    assert any(note.code == "straight" for note in urban[0].notes)
