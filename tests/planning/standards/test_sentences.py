"""Standards say what their sentence says: parts, words of lists, observed and past targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planning.standards.catalogue import binds, load_preset
from planning.standards.judgement import StandardsResult
from planning.standards.verdict import Status, Verdict, note_text, verdict_text
from tests.planning.standards.toy_rows import centre, clinic

Study = Callable[..., StandardsResult]


def whole(result: StandardsResult, full_id: str) -> Verdict:
    return result.by_standard()[full_id][0]


def notes(verdict: Verdict) -> list[str]:
    return [note_text(note, str) for note in verdict.notes]


def centres(study: Study, full_id: str, *rows: dict[str, Any], **values: Any) -> Verdict:
    facilities = (*rows, *(clinic(f"Z{i}", 1) for i in range(3 - len(rows))))
    return whole(study(facilities=facilities, **values), full_id)


def test_triage_and_observation_are_two_rooms(study: Study) -> None:
    # 90 % once: every centre has a desk, none has the room.
    c17 = centres(
        study,
        "zhoushan-2020/C17",
        centre("A", 0, services="预检分诊处"),
        centre("B", 1, services="预检分诊"),
    )
    assert (c17.current, c17.numerator, c17.denominator) == (0.0, 0.0, 2.0)
    assert c17.status is Status.INFORMATION
    assert "pre-triage: 100.00 % (2 of 2)" in notes(c17)
    assert "observation room: 0.01 % (0 of 2)" not in notes(c17)
    assert "observation room: 0.00 % (0 of 2)" in notes(c17)
    assert "counted as pre-triage: 预检分诊 1 · 预检分诊处 1" in notes(c17)


def test_network_and_card_are_both_asked(study: Study) -> None:
    n20 = centres(
        study,
        "zhoushan-2020/N20",
        centre("A", 0, network_enabled=True, insurance_enabled=True),
        centre("B", 1, network_enabled=False, insurance_enabled=True),
        centre("C", 1, network_enabled=True, insurance_enabled=None),
    )
    assert (n20.numerator, n20.denominator, n20.upper) == (1.0, 3.0, pytest.approx(200 / 3))
    assert n20.status is Status.REFERENCE_BELOW  # one is not on the network, whatever C says


def test_a_part_that_nobody_states_leaves_the_sentence_unknown(study: Study) -> None:
    # 0.00 % and 344 institutions once, because some rows say no to the other part.
    rows = (centre("A", 0, insurance_enabled=True), centre("B", 1, insurance_enabled=False))
    n20 = centres(study, "zhoushan-2020/N20", *rows)
    assert (n20.status, n20.current, n20.missing) == (
        Status.UNDECIDABLE,
        None,
        ("network_enabled",),
    )


def test_routine_work_is_no_psychological_service(study: Study) -> None:
    c10a = centres(
        study,
        "shangyu-2022/C10a",
        centre("A", 0, services="严重精神障碍患者管理"),
        centre("B", 1, services="心理咨询"),
    )
    assert (c10a.current, c10a.status) == (50.0, Status.INFORMATION)  # 加快 sets no threshold


@pytest.mark.parametrize(
    ("services", "status"),
    [
        (("名医工作室;特色科室", "名医工作室;特色科室"), Status.MET),
        (("名医工作室", "特色科室"), Status.UNDECIDABLE),  # each 50 %, at least one 100 %
        (("全科", "全科"), Status.NOT_MET),
    ],
)
def test_c4_is_judged_only_where_its_readings_agree(
    study: Study, services: tuple[str, str], status: Status
) -> None:
    rows = [
        centre(name, i, services=text)
        for i, (name, text) in enumerate(zip("AB", services, strict=True))
    ]
    result = study(facilities=(*rows, clinic("C", 1)))
    c4 = whole(result, "shangyu-2022/C4")
    assert c4.status is status
    if status is Status.UNDECIDABLE:
        text = verdict_text(c4, *result.standard_of(c4), "zh")
        assert text == "口径不同，结论不同"


def test_hospitals_need_their_grade(study: Study) -> None:
    def hospital(name: str, **columns: Any) -> dict[str, Any]:
        return {"id": name, "zone": 0, "kind": "A100", **columns}

    unknown = centres(study, "shangyu-2022/C7a", hospital("H", services="老年医学科"))
    assert (unknown.status, unknown.missing) == (Status.UNDECIDABLE, ("hospital_grade",))
    c7a = centres(
        study,
        "shangyu-2022/C7a",
        hospital("H", services="老年医学科", hospital_grade="三级甲等"),
        hospital("I", services="全科", hospital_grade="一级"),
    )
    assert (c7a.numerator, c7a.denominator, c7a.status) == (1.0, 1.0, Status.MET)


def test_kinds_of_disease_are_counted_by_centre(study: Study) -> None:
    def kinds(code: str, value: float) -> dict[str, Any]:
        return {"indicator_id": "outpatient_kinds", "zone_code": code, "year": 2024, "value": value}

    rows = (centre("A", 0), centre("B", 1), clinic("C", 1))
    # A has its own row, B that of its town: 100 kinds are enough, 99 are not.
    c3a = whole(
        study(facilities=rows, indicators=[kinds("A", 100), kinds("330604101000", 99)]),
        "shangyu-2022/C3a",
    )
    assert (c3a.numerator, c3a.denominator, c3a.status) == (1.0, 2.0, Status.NOT_MET)
    assert (c3a.ids, c3a.gap_institutions) == (("B",), 1)
    # A figure of the county is no figure of a centre.
    county = whole(study(facilities=rows, indicators=[kinds("", 350)]), "shangyu-2022/C3a")
    assert (county.status, county.missing) == (Status.UNDECIDABLE, ("indicators_by_centre",))
    assert "figure of the whole county: 350" in notes(county)


def test_bed_use_is_asked_of_centres_with_beds(study: Study) -> None:
    use = {"indicator_id": "bed_use", "year": 2024, "unit": "%"}
    c2b = whole(
        study(
            facilities=(
                centre("A", 0, services="住院"),
                centre("B", 1, services="全科"),
                clinic("C", 1),
            ),
            indicators=[
                {**use, "zone_code": "A", "value": 85.0},
                {**use, "zone_code": "B", "value": 5.0},
            ],
        ),
        "shangyu-2022/C2b",
    )
    assert (c2b.numerator, c2b.denominator, c2b.status) == (1.0, 1.0, Status.MET)
    assert "1 centres without the service are not asked" in notes(c2b)


def test_observed_figures_and_words_without_a_number_are_not_judged(study: Study) -> None:
    rows = [
        {"indicator_id": "SY-17", "year": 2024, "value": 12.0, "unit": "%"},
        {"indicator_id": "nursery_towns", "year": 2024, "numerator": 19, "denominator": 20},
    ]
    result = study(indicators=rows)
    for full_id, value in (("shangyu-2022/A17", 12.0), ("shangyu-2022/C10b", 95.0)):
        verdict = whole(result, full_id)
        assert (verdict.status, verdict.current) == (Status.INFORMATION, value)


def test_a_past_target_is_told_and_not_failed(study: Study) -> None:
    row = {"indicator_id": "SY-20", "year": 2024, "value": 70.0, "unit": "%"}
    before = study(indicators=[row], as_of="2025-12-31")
    assert whole(before, "shangyu-2022/A20").status is Status.NOT_MET
    after = study(indicators=[row], as_of="2026-01-01")
    verdict = whole(after, "shangyu-2022/A20")
    assert verdict.status is Status.PAST_BELOW
    assert (
        verdict_text(verdict, *after.standard_of(verdict), "zh") == "历史目标（2025）：目前仍有差距"
    )


def test_a_document_binds_its_place_while_that_exists() -> None:
    gongshu = next(row for row in load_preset("reference").document if row.id == "GS")
    assert binds(gongshu, ["330105001"], as_of="2020-06-30")
    assert not binds(gongshu, ["330105001"], as_of="2021-06-30")


def test_late_clinics_print_their_rule(study: Study) -> None:
    n17 = centres(study, "shangyu-2022/N17", centre("A", 0, hours="Mo-Fr 08:00-18:30"))
    assert "open on a working day after 17:30 for at least 60 minutes (assumption)" in notes(n17)
    assert n17.numerator == 1.0


def test_an_unclear_word_is_a_finding(study: Study) -> None:
    result = study(facilities=(centre("A", 0, equipment="X光"), clinic("B", 1), clinic("C", 1)))
    found = [finding for finding in result.findings if finding.code == "service_word_unclear"]
    assert [(finding.rows, dict(finding.params)["word"]) for finding in found] == [(("A",), "x光")]
