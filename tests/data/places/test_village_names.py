"""Villages without codes: old names, 村 or 社区, lost characters; two candidates are a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.dataset import load_dataset, read_study
from data.places.village_names import match_name
from data.types import Dataset
from geo.errors import Finding

NAMES = ("联丰村", "新建社区", "东村", "双村", "双村", "丁宅居委会", "岙里村", "大勤新村")
FORMER = {"甲村": (0,), "乙村": (0, 1), "双喜村": (3,)}


@pytest.mark.parametrize(
    ("written", "village", "confidence"),
    [
        ("联丰村", 0, "exact"),
        (" 联丰 村 ", 0, "exact"),
        ("联丰", 0, "ending"),
        ("联丰社区", 0, "ending"),
        ("联丰村民委员会", 0, "ending"),
        ("联丰村委会", 0, "ending"),
        ("新建村", 1, "ending"),
        ("丁宅社区", 5, "ending"),
        ("丁宅居", 5, "ending"),
        ("甲村", 0, "former"),
        ("甲", 0, "former"),
        ("原甲村", 0, "former"),
        ("双喜村", 3, "former"),
        ("?里村", 6, "lost"),
        ("□里村", 6, "lost"),
        ("\ue000里村", 6, "lost"),
        ("岙里", 6, "ending"),
    ],
)
def test_a_village_is_found_with_how_sure_that_is(
    written: str, village: int, confidence: str
) -> None:
    found = match_name(written, NAMES, FORMER)
    assert (found.villages, found.how) == ((village,), confidence)


@pytest.mark.parametrize(
    ("written", "villages"),
    [("双村", (3, 4)), ("乙村", (0, 1)), ("丙村", ()), ("", ()), ("??村", ())],
)
def test_two_candidates_are_a_question_and_none_is_none(
    written: str, villages: tuple[int, ...]
) -> None:
    assert match_name(written, NAMES, FORMER).villages == villages


VILLAGES = """code,name,people,lon,lat,former
330604001201,联丰村,120,120.81,30.012,甲村、乙村
330604102201,新建社区,300,120.86,30.02,
330604102202,双村,10,120.88,30.04,
330604103203,双村,10,120.81,30.04,
"""
LIST = """机构代码,机构名称,机构类别,经度,纬度,所在村,所在乡镇
A,A卫生室,D600,,,乙村,
B,B卫生室,D600,,,新建村,
C,甲村卫生室,D600,,,,
D,双村卫生室,D600,,,双村,
E,E卫生室,D600,,,天外村,
"""


@pytest.fixture
def folder(study_folder: Path) -> Path:
    (study_folder / "villages.csv").write_text(VILLAGES, encoding="utf-8")
    (study_folder / "list.csv").write_text(LIST, encoding="utf-8")
    text = (study_folder / "study.toml").read_text(encoding="utf-8")
    (study_folder / "study.toml").write_text(
        text + '[villages]\npath = "villages.csv"\nformer_names = "former"\n', encoding="utf-8"
    )
    return study_folder


def load(folder: Path) -> tuple[Dataset, dict[str, Finding]]:
    dataset = load_dataset(read_study(folder / "study.toml"))
    return dataset, {finding.code: finding for finding in dataset.findings}


def test_clinics_under_the_name_of_a_merged_village_stand_in_the_new_one(folder: Path) -> None:
    dataset, found = load(folder)
    placed = dict(zip(dataset.facilities.id, dataset.facilities.columns["placed_by"], strict=True))
    assert placed == {"A": "village_name", "B": "village_name", "C": "own_name", "D": "", "E": ""}
    assert found["facilities_former_village"].rows == (1, 3)
    assert "乙村 = 联丰村" in dict(found["facilities_former_village"].params)["names"]
    assert found["facilities_village_unclear"].rows == (4,)
    assert "双村" in dict(found["facilities_village_unclear"].params)["names"]


def test_former_names_may_be_a_table_of_their_own(folder: Path) -> None:
    (folder / "former.csv").write_text(
        "code,former_name\n330604001201,甲村\n330604001201,乙村\n", encoding="utf-8"
    )
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8").replace('"former"', '"former.csv"')
    study.write_text(text, encoding="utf-8")
    dataset, _ = load(folder)
    assert dataset.facilities.columns["placed_by"][:3] == (
        "village_name",
        "village_name",
        "own_name",
    )
