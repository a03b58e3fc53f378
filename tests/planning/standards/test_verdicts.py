"""A toy study through all standards: statuses, wording, gaps, missing data, plain words, tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from data.types import ReportedValue, ServiceArea
from planning.standards.as_json import standards_json
from planning.standards.catalogue import load_preset, load_presets
from planning.standards.indicators import UnitGap
from planning.standards.judgement import StandardsResult
from planning.standards.paragraphs import figure_text, paragraph, paragraphs, target_text
from planning.standards.reported import figure_key, split_difference
from planning.standards.standard_sheets import standard_sheets
from planning.standards.verdict import (
    INPUT_NAMES,
    NOTES,
    Note,
    Status,
    Verdict,
    gap_text,
    note_text,
    verdict_text,
)
from tests.planning.standards.toy_rows import centre, clinic


def whole(result: StandardsResult, full_id: str) -> Verdict:
    return result.by_standard()[full_id][0]


def words(result: StandardsResult, verdict: Verdict) -> str:
    preset, standard = result.standard_of(verdict)
    return verdict_text(verdict, preset, standard, "en")


def test_in_its_own_place_a_target_is_met_or_not(study: Callable[..., StandardsResult]) -> None:
    result = study()
    coverage = whole(result, "shangyu-2022/N3a")
    # Of four villages the first two are covered; V2's clinic is 25 minutes away, V3 has none.
    assert (coverage.status, coverage.current) == (Status.NOT_MET, 50.0)
    assert (coverage.numerator, coverage.denominator) == (2.0, 4.0)
    assert (coverage.gap_people, coverage.gap_institutions) == (1000.0, 2)
    assert coverage.ids == ("V2", "V3")
    assert words(result, coverage) == "Not met"
    rate = whole(result, "shangyu-2022/N3b")
    assert (rate.status, rate.current, rate.gap_institutions) == (Status.NOT_MET, 50.0, 1)
    assert rate.ids == ("C",)
    # Zhoushan's targets do not bind here: references, never a failure.
    n4 = whole(result, "zhoushan-2020/N4")
    assert n4.status is Status.REFERENCE_BELOW
    assert words(result, n4) == "By the Zhoushan 2020 target, for reference: a gap remains"
    assert "Not met" not in words(result, n4)


def test_elsewhere_every_target_is_a_reference(study: Callable[..., StandardsResult]) -> None:
    result = study(codes=("339900001000", "339900101000"))
    judged = {Status.MET, Status.NOT_MET, Status.PARTIAL}
    assert not [v.standard_id for v in result.verdicts if v.status in judged]
    assert result.bound == frozenset()


def test_local_counts_are_information_elsewhere(study: Callable[..., StandardsResult]) -> None:
    rows = (
        centre("A", 0),
        clinic("B", 1, status="planned"),
        clinic("C", 1, status="operating", open_date="2025-02-01"),
    )
    # Never "of 29": those are of the whole city, and what falls on this place is not known.
    unknown = whole(study(facilities=rows), "zhoushan-2020/N5")
    assert (unknown.status, unknown.missing) == (Status.UNDECIDABLE, ("allotted",))
    n5 = whole(study(facilities=rows, allotted=3), "zhoushan-2020/N5")
    assert n5.status is Status.INFORMATION
    assert (n5.numerator, n5.denominator, n5.gap_institutions) == (1.0, 3.0, None)
    codes = ("330902001000", "330902101000")
    at_home = whole(study(facilities=rows, codes=codes, allotted=3), "zhoushan-2020/N5")
    assert (at_home.status, at_home.gap_institutions) == (Status.PAST_BELOW, 2)


def test_n1_in_zhoushan(study: Callable[..., StandardsResult]) -> None:
    result = study(codes=("330902001000", "330902101000"), as_of="2020-06-30")
    rows = result.by_standard()["zhoushan-2020/N1"]
    assert [(v.zone_code, v.status) for v in rows] == [
        ("", Status.MET),
        ("330902001000", Status.MET),
        ("330902101000", Status.NOT_APPLICABLE),
    ]
    assert words(result, rows[1]) == "met (both columns)"
    assert words(result, rows[0]) == "Met (an aim to strive for)"
    large = study(
        codes=("330902001000", "330902101000"), people=(120_000, 1000, 800, 200), as_of="2020-06-30"
    )
    verdict = large.by_standard()["zhoushan-2020/N1"][1]
    assert (verdict.status, words(large, verdict)) == (
        Status.MET,
        "met (by subdistrict); more than 100,000 people: add a branch or a station",
    )
    assert (verdict.gap_people, verdict.gap_institutions) == (None, None)


def test_n1_of_the_whole_is_of_the_zones_it_judges(study: Callable[..., StandardsResult]) -> None:
    # 60,000 people of the urban zone, 2,000 of the town: one centre stands in each.
    rows = (centre("A", 0), centre("B", 1), clinic("C", 1))
    verdict = whole(study(facilities=rows), "zhoushan-2020/N1")
    assert (verdict.numerator, verdict.denominator) == (60_000, 1)
    assert (verdict.current, verdict.base) == (60_000, "常住")
    assert ("all_zones", (("people", 62_000.0), ("centres", 2))) in [
        (note.code, note.params) for note in verdict.notes
    ]


def test_zones_that_share_a_centre_each_have_the_verdict(
    study: Callable[..., StandardsResult],
) -> None:
    result = study(
        codes=("330902001000", "330902002000"),
        urban=(True, True),
        people=(15_000, 15_000, 0, 0),
        zone=(0, 1, 1, 1),
        areas=(ServiceArea("330902001000", "A", None), ServiceArea("330902002000", "A", None)),
        facilities=(centre("A", 0), clinic("B", 1), clinic("C", 1)),
        as_of="2020-06-30",
        reading="and",
    )
    rows = result.by_standard()["zhoushan-2020/N1"][1:]
    assert [row.zone_code for row in rows] == ["330902001000", "330902002000"]
    assert {row.zone_name for row in rows} == {"zone 330902001000 + zone 330902002000"}
    assert {words(result, row) for row in rows} == {"not reached: by people alone"}
    text = paragraph(result, result.by_standard()["zhoushan-2020/N1"], "en")
    assert text.count("zone 330902001000 + zone 330902002000") == 1


def test_people_are_short_once_or_not_summed(study: Callable[..., StandardsResult]) -> None:
    # Both zones are urban; all 140,000 go to the one centre, 30,000 of them from the other zone.
    place: dict[str, Any] = {
        "codes": ("330902001000", "330902002000"),
        "urban": (True, True),
        "people": (110_000, 30_000, 0, 0),
        "near": ((5, 9, None, None), (None,) * 4, (None,) * 4),
        "reading": "and",
    }
    nearest = study(**place, nearest=(0, 0, 0, 0)).by_standard()["zhoushan-2020/N1"]
    assert [row.gap_people for row in nearest] == [None, 40_000, 30_000]
    assert [row.gap_institutions for row in nearest] == [2, 1, 1]
    # Declared to nobody, the people of the second zone are in no other load: the sum stands.
    areas = (ServiceArea("330902001000", "A", None),)
    declared = study(**place, areas=areas).by_standard()["zhoushan-2020/N1"]
    assert [row.gap_people for row in declared] == [40_000, 10_000, 30_000]


@pytest.mark.parametrize(
    ("people", "expected", "size"),
    [
        (29_999, "met (both columns)", "below_lower"),
        (30_000, "met (both columns)", ""),
        (100_000, "met (both columns)", ""),
        (
            100_001,
            "met (by subdistrict); more than 100,000 people: add a branch or a station",
            "add_branch",
        ),
    ],
)
def test_n1_at_its_bounds(
    study: Callable[..., StandardsResult], people: float, expected: str, size: str
) -> None:
    result = study(
        codes=("330902001000", "330902101000"), people=(people, 0, 0, 0), as_of="2020-06-30"
    )
    verdict = result.by_standard()["zhoushan-2020/N1"][1]
    assert words(result, verdict) == expected
    codes = {note.code for note in verdict.notes} & {"below_lower", "oversized", "add_branch"}
    assert codes == ({size} if size else set())


def test_branches_count_under_their_centres(study: Callable[..., StandardsResult]) -> None:
    rows = (
        centre("A", 0, services="住院"),
        centre("A1", 0, parent_id="A", services="全科"),
        centre("B", 1, services="全科"),
    )
    verdict = whole(study(facilities=rows), "shangyu-2022/C2a")
    assert (verdict.numerator, verdict.denominator) == (1, 2)
    assert verdict.ids == ("B",)
    notes = {note.code: dict(note.params) for note in verdict.notes}
    assert notes["branches_out"] == {"count": 1, "share": pytest.approx(100 / 3)}
    # A point is open to people wherever it hangs: 5-minute circles know no branches.
    assert whole(study(facilities=rows), "zhoushan-2020/N20").denominator in {None, 3}


def test_points_outside_the_zones_enter_no_rate(study: Callable[..., StandardsResult]) -> None:
    plan = {
        "in_plan": True,
        "standardised": True,
        "insurance_enabled": True,
        "network_enabled": True,
    }
    outside = {**plan, "standardised": False, "insurance_enabled": False, "status": "construction"}
    rows = (
        centre("A", 0, insurance_enabled=True, network_enabled=True),
        clinic("B", 1, **plan),
        clinic("C", -1, open_date="2025-03-01", **outside),
    )
    said = [
        ReportedValue(name, 2024, 1.0, "report")
        for name in ("医保联网率", "规划内村卫生室规范化率")
    ]
    result = study(facilities=rows, reported=said)
    assert whole(result, "zhoushan-2020/N20").current == 100
    assert whole(result, "shangyu-2022/N3b").current == 100
    assert [row.computed for row in result.reported] == [1.0, 1.0]
    assert whole(result, "zhoushan-2020/N5").missing == ("projects",)


def test_gaps_in_years_keep_their_decimals() -> None:
    entry = load_preset("shangyu-2022").standard
    life = next(row for row in entry if row.id == "A01")
    gap = UnitGap(0.12, 0.0, False, 2024, 2024)
    verdict = Verdict("shangyu-2022/A01", "", "", Status.NOT_MET, gap_units=gap)
    assert gap_text(verdict, life, str) == "0.12 short"
    assert gap_text(replace(verdict, gap_units=replace(gap, units=1257)), life, str) == (
        "1,257 short"
    )


def test_shares_in_notes_never_read_100_percent() -> None:
    note = Note("people_share", (("share", 99.999),))
    assert note_text(note, str) == "by people 99.99 %"


def test_n1_without_the_urban_list(study: Callable[..., StandardsResult]) -> None:
    result = study(urban=(None, None))
    verdict = result.by_standard()["zhoushan-2020/N1"][1]
    assert verdict.status is Status.UNDECIDABLE
    assert words(result, verdict) == "Cannot be judged: list of urban subdistricts missing"


def test_without_a_confirmed_mode_there_is_a_figure_and_no_verdict(
    study: Callable[..., StandardsResult],
) -> None:
    result = study(headline=None)
    coverage = whole(result, "shangyu-2022/N3a")
    assert (coverage.status, coverage.current) == (Status.UNDECIDABLE, 50.0)
    assert coverage.missing == ("headline_mode",)
    assert coverage.notes[0].code == "unconfirmed_mode"
    assert words(result, coverage) == "Cannot be judged: confirmed mode of travel missing"


def test_missing_inputs_are_named_and_never_skipped(study: Callable[..., StandardsResult]) -> None:
    result = study(has_villages=False, facilities=(centre("A", 0), clinic("B", 1), clinic("C", 1)))
    missing = {v.standard_id: v.missing for v in result.whole() if v.status is Status.UNDECIDABLE}
    assert missing["shangyu-2022/N2"] == ("villages",)
    assert missing["shangyu-2022/N3a"] == ("villages",)
    assert missing["shangyu-2022/N3b"] == ("in_plan",)
    assert missing["zhoushan-2020/N4"] == ("standardised",)
    assert missing["zhoushan-2020/N20"] == ("network_enabled",)
    assert missing["shangyu-2022/C2a"] == ("services",)
    assert missing["shangyu-2022/A07"] == ("indicators",)
    assert missing["shangyu-2022/M1"] == ("village_doctors",)
    computed = {
        preset.full_id(row)
        for preset in result.presets
        for row in preset.standard
        if row.treatment == "computed"
    }
    assert {v.standard_id for v in result.whole()} == computed
    assert {key for keys in missing.values() for key in keys} <= set(INPUT_NAMES)


def test_nothing_to_count_is_data_missing(study: Callable[..., StandardsResult]) -> None:
    result = study(facilities=(centre("A", 0), centre("B", 0), centre("C", 0)))
    assert whole(result, "zhoushan-2020/N4").status is Status.NO_DATA
    assert whole(result, "zhoushan-2020/N4").missing == ("institutions",)
    nobody = study(people=(0, 0, 0, 0))
    assert whole(nobody, "shangyu-2022/N3a").status is Status.NO_DATA
    assert whole(nobody, "gb50180-2018/T5").status is Status.NO_DATA
    json.dumps(standards_json(nobody), allow_nan=False)


def test_blanks_that_could_turn_the_verdict_leave_it_open(
    study: Callable[..., StandardsResult],
) -> None:
    rows = (
        centre("A", 0),
        clinic("B", 1, standardised=True, in_plan=True),
        clinic("C", 1, in_plan=True),
    )
    verdict = whole(study(facilities=rows), "shangyu-2022/N3b")
    assert (verdict.status, verdict.current, verdict.upper) == (Status.UNDECIDABLE, 50.0, 100.0)
    # One yes and one blank of two: 50 % or 100 %, so 60 % may still be passed.
    assert whole(study(facilities=rows), "zhoushan-2020/N4").status is Status.UNDECIDABLE


def test_indicator_rows_of_study_and_zone(study: Callable[..., StandardsResult]) -> None:
    def row(**values: Any) -> dict[str, Any]:
        return {"indicator_id": "record_opening", "unit": "%", "base": "常住", **values}

    result = study(
        indicators=[
            row(zone_code="", year=2024, value=85.0),
            row(zone_code="330604101000", year=2024, value=70.0),
            row(zone_code="", year=2027, value=99.0),
        ]
    )
    a20 = result.by_standard()["shangyu-2022/A20"]
    assert [(v.zone_code, v.status, v.current, v.year) for v in a20] == [
        ("", Status.MET, 85.0, 2024),
        ("330604101000", Status.NOT_MET, 70.0, 2024),
    ]
    d15 = whole(result, "shangyu-2022/D15")  # the same figure, the document's other target
    assert (d15.status, d15.current) == (Status.NOT_MET, 85.0)
    assert "data_before_target" in {note.code for note in d15.notes}
    zhoushan = whole(result, "zhoushan-2020/D15")
    assert zhoushan.status is Status.REFERENCE_REACHED
    assert "data_after_target" in {note.code for note in zhoushan.notes}


def test_beds_by_kind_stay_apart(study: Callable[..., StandardsResult]) -> None:
    rows = [
        {"indicator_id": "beds_per_1000", "year": 2024, "value": value, "base": base}
        for base, value in (("编制床位", 5.1), ("实有床位", 6.2), ("开放床位", 6.0))
    ]
    beds = study(indicators=rows).by_standard()["shangyu-2022/A07"]
    assert [(v.base, v.current, v.status.value) for v in beds] == [
        ("实有床位", 6.2, "met"),
        ("开放床位", 6.0, "not_met"),
        ("编制床位", 5.1, "not_met"),
    ]


def test_beds_added_up_from_the_list_when_no_row_says(
    study: Callable[..., StandardsResult],
) -> None:
    rows = (centre("A", 0, beds=310), clinic("B", 1), clinic("C", 1))
    verdict = whole(study(facilities=rows), "shangyu-2022/A07")
    assert verdict.current == pytest.approx(5.0)
    assert {"from_list", "blank_rows"} <= {note.code for note in verdict.notes}


@pytest.mark.parametrize(
    ("values", "status", "missing"),
    [
        ({"value": 0.85}, Status.DOUBTFUL, "unit"),
        ({"numerator": 1, "denominator": 0}, Status.NO_DATA, "denominator"),
        ({}, Status.NO_DATA, "value"),
    ],
)
def test_faulty_indicator_rows_pass_nothing(
    study: Callable[..., StandardsResult],
    values: dict[str, Any],
    status: Status,
    missing: str,
) -> None:
    row = {"indicator_id": "SY-20", "unit": "%", "year": 2024, **values}
    verdict = whole(study(indicators=[row]), "shangyu-2022/A20")
    assert (verdict.status, verdict.missing) == (status, (missing,))


def test_a_trend_needs_an_earlier_figure(study: Callable[..., StandardsResult]) -> None:
    rows = [
        {"indicator_id": "SY-16", "year": y, "value": v} for y, v in ((2023, 70.0), (2024, 71.0))
    ]
    # 观察指标: the trend is told and never judged.
    rising = whole(study(indicators=rows), "shangyu-2022/A16")
    assert rising.status is Status.INFORMATION
    assert "changes_per_year" in {note.code for note in rising.notes}
    alone = whole(study(indicators=rows[1:]), "shangyu-2022/A16")
    assert (alone.status, alone.missing) == (Status.UNDECIDABLE, ("earlier_figure",))


def test_reference_figures_stand_beside_without_gap(study: Callable[..., StandardsResult]) -> None:
    verdict = whole(study(), "reference/N7")
    assert verdict.status in {Status.INFORMATION, Status.UNDECIDABLE}
    rows = (centre("A", 0, equipment="DR"), clinic("B", 1), clinic("C", 1))
    n7 = whole(study(facilities=rows), "reference/N7")
    assert (n7.status, n7.current, n7.gap_institutions) == (Status.INFORMATION, 100.0, None)
    assert {"baseline", "target_year_passed"} <= {note.code for note in n7.notes}


def test_reported_figures_beside_the_computed(study: Callable[..., StandardsResult]) -> None:
    result = study(
        reported=[
            ReportedValue("村级服务覆盖率", 2024, 0.75, "report"),
            ReportedValue("村级服务覆盖率", 2024, 75.0, "report in per cent"),
            ReportedValue("常住人口", 2023, 61_500, "yearbook"),
            ReportedValue("没有这个指标", 2023, 1.0, "?"),
        ]
    )
    village, percent, people, unknown = result.reported
    assert (village.computed, percent.reported) == (0.5, 0.75)
    for row in (village, percent, people):
        parts = sum(step.change for step in row.steps) + (row.unexplained or 0.0)
        assert row.computed is not None
        assert row.computed + parts == pytest.approx(row.reported)
    assert [step.cause for step in village.steps] == ["minutes=30"]
    assert people.unexplained == -500
    assert (unknown.computed, unknown.difference) == (None, None)


def test_a_reading_never_passes_the_reported_figure() -> None:
    readings = {"a": 0.3, "b": 0.2, "c": -0.1}

    def evaluate(taken: tuple[str, ...]) -> float:
        return 0.5 + sum(readings[cause] for cause in taken)

    computed, steps, left = split_difference(0.75, evaluate, list(readings))
    assert computed == 0.5
    assert [step.cause for step in steps] == ["b"]
    assert left == pytest.approx(0.05)
    assert split_difference(0.5, evaluate, list(readings))[1] == ()
    assert split_difference(0.5, lambda _: None, ["a"]) == (None, (), None)
    assert figure_key("固定网点20分钟人口覆盖率") == "circle_coverage"


def test_plain_words_carry_the_numbers(study: Callable[..., StandardsResult]) -> None:
    result = study()
    text = paragraphs(result, "en")["shangyu-2022/N3a"]
    assert "Not met" in text
    assert "50.00 %" in text
    assert "1,000 people, 2 village(s)" in text
    assert "village V2 (800 people" in text
    assert "2 villages need a point or a weekly circuit" in text
    chinese = paragraph(result, result.by_standard()["shangyu-2022/N3a"], "zh")
    assert "村级医疗卫生服务覆盖率" in chinese


def test_no_share_below_one_reads_100_percent() -> None:
    standard = next(r for r in load_preset("shangyu-2022").standard if r.id == "N3a")
    near = Verdict("x", "", "", Status.NOT_MET, current=99.9999, numerator=9999.0, denominator=1e4)
    assert figure_text(standard, near, lambda text: text) == "99.99 %"
    full = Verdict("x", "", "", Status.MET, current=100.0, numerator=5.0, denominator=5.0)
    assert figure_text(standard, full, lambda text: text) == "100.00 %"


def test_targets_in_words() -> None:
    def text(preset: str, standard_id: str) -> str:
        row = next(r for r in load_preset(preset).standard if r.id == standard_id)
        return target_text(row, lambda word: word)

    assert text("zhoushan-2020", "N1") == "30,000 to 100,000"
    assert text("shangyu-2022", "A20") == "more than 80"
    assert text("shangyu-2022", "A03") == "6 or less"
    assert text("shangyu-2022", "A16") == "rising"
    assert text("shangyu-2022", "N3a") == "100 % or more"
    assert text("shangyu-2022", "N2") == ""


def test_json_and_sheets(study: Callable[..., StandardsResult]) -> None:
    result = study()
    content = standards_json(result)
    assert json.loads(json.dumps(content, allow_nan=False)).keys() == content.keys()
    assert len(content["verdicts"]) == len(result.verdicts)
    assert {row["id"] for row in content["standards"]} == {
        preset.full_id(row) for preset in load_presets() for row in preset.standard
    }
    assert content["villages"]["e_bike"]["share"] == 0.5
    for language in ("zh", "en"):
        sheets = standard_sheets(result, language)
        assert len(sheets) == 13
        assert len({sheet.title for sheet in sheets}) == 13
        for sheet in sheets:
            assert len(sheet.title) <= 31  # Excel's limit
            assert all(len(row) == len(sheet.headers) for row in sheet.rows)
    matrix = standard_sheets(result, "en")[1]
    assert [row[1] for row in matrix.rows] == [
        "whole study",
        "zone 330604001000",
        "zone 330604101000",
    ]
    sheets = {sheet.title: sheet for sheet in standard_sheets(result, "en")}
    views = sheets["People per centre by view"]
    assert views.headers == ("Number", "Name", "nearest centre")
    assert views.rows == (("A", "A", 60_000),)
    # Every figure of a circle says by what mode and within how many minutes.
    for title in ("Villages", "Programme", "Services", "Hours of the week", "Sole doctors"):
        assert sheets[title].headers[-2:] == ("Mode", "Minutes")
        assert all(row[-2:] == ("E-bike", 20.0) for row in sheets[title].rows)
    evidence = sheets["Standards"].headers.index("Evidence")
    assert {row[evidence][-3:] for row in sheets["Standards"].rows} == {"[S]", "[V]", "[K]"}
    scores = sheets["Score sheet"]
    assert {"卫生健康局", "财政局", "各乡镇街道"} <= {row[0] for row in scores.rows}


def test_two_runs_are_the_same(study: Callable[..., StandardsResult]) -> None:
    first, second = (json.dumps(standards_json(study()), sort_keys=True) for _ in range(2))
    assert first == second


def test_every_note_that_is_made_has_words(study: Callable[..., StandardsResult]) -> None:
    result = study(areas=[ServiceArea("V0", "A", None)])
    assert {note.code for verdict in result.verdicts for note in verdict.notes} <= set(NOTES)
