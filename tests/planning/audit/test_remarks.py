"""Remarks: kept beside the study, numbered, safe when two people write at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from data.errors import PlannerError
from data.side_files import remarks_file, side_folder, with_side_files
from data.study.file import SAMPLE_STUDY, read_study
from planning.audit.remarks import (
    Remark,
    add_remark,
    list_remarks,
    now,
    remarks_sheet,
    settle_remark,
)
from planning.words.wording import translator

DOUBT = Remark(
    "甲村", 120.85, 30.02, "walk", "桥断了", who="张三", time="2026-01-01T08:00:00+08:00"
)


def test_remarks_are_kept_in_order_and_settled(tmp_path):
    path = tmp_path / "county.remarks.json"
    assert list_remarks(path) == ()
    first = add_remark(path, DOUBT)
    second = add_remark(path, replace(DOUBT, text="  <script> & =1+1 😀 ", who=" 李\n四 "))
    assert (first.number, second.number) == (1, 2)
    assert (second.text, second.who) == ("<script> & =1+1 😀", "李 四")
    settle_remark(path, 1, is_settled=True)
    assert [one.is_settled for one in list_remarks(path)] == [True, False]
    sheet = remarks_sheet(list_remarks(path), translator("en"))
    assert [row[0] for row in sheet.rows] == [2, 1]
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == "servicecircle.remarks/1"


@pytest.mark.parametrize("text", ["", "   ", "长" * 1001])
def test_a_remark_that_says_nothing_or_too_much_is_refused(tmp_path, text):
    with pytest.raises(PlannerError):
        add_remark(tmp_path / "r.json", replace(DOUBT, text=text))
    assert list_remarks(tmp_path / "r.json") == ()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"format": "servicecircle.remarks/9", "remarks": []}',
        b'{"format": "servicecircle.scenario/1"}',
        b'{"format": "servicecircle.remarks/1", "remarks": [{"text": 1}]}',
        b'{"format": "servicecircle.remarks/1", "remarks": {}}',
    ],
)
def test_a_damaged_file_is_a_sentence_and_stays(tmp_path, content):
    path = tmp_path / "r.json"
    path.write_bytes(content)
    for act in (lambda: list_remarks(path), lambda: add_remark(path, DOUBT)):
        with pytest.raises(PlannerError):
            act()
    assert path.read_bytes() == content


def test_many_people_write_at_once_and_nothing_is_lost(tmp_path):
    path = tmp_path / "r.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add_remark(path, replace(DOUBT, text=str(n))), range(40)))
    kept = list_remarks(path)
    assert [one.number for one in kept] == list(range(1, 41))
    assert {one.text for one in kept} == {str(n) for n in range(40)}


def test_the_built_in_county_keeps_its_side_files_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVICECIRCLE_DATA", str(tmp_path))
    study = read_study(SAMPLE_STUDY)
    assert side_folder(study).is_relative_to(tmp_path)
    assert remarks_file(study).name == "county.remarks.json"
    placed = with_side_files(study).facilities.placed
    assert placed is not None
    assert placed.startswith(str(tmp_path))


def test_another_study_keeps_them_beside_itself(tmp_path):
    study = replace(read_study(SAMPLE_STUDY), path=tmp_path / "a.toml", is_synthetic=False)
    assert remarks_file(study) == tmp_path / "a.remarks.json"
    assert with_side_files(study) is study


def test_the_time_of_a_remark_names_its_zone():
    assert now()[-6] in "+-"
