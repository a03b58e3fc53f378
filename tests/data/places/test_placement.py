"""Institutions without coordinates: by side file, by village, on the worklist; the list stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset, read_study
from data.errors import StudyError
from data.places.chosen import chosen_places, remove_place, save_place
from data.types import Dataset
from planning.audit.worklist import WorklistRow, worklist

VILLAGES = """code,name,people,lon,lat
330604001201,东村,120,120.81,30.012
330604102201,西村,300,120.86,30.02
330604102202,双村,10,120.88,30.04
330604102203,双村,10,120.70,30.04
"""
LIST = """机构代码,机构名称,机构类别,经度,纬度,区划代码,所在村,地址
A,甲卫生室,D600,,,330604001201,,
B,乙卫生室,D600,,,,西村,
C,西村卫生室,D600,,,,,
D,双村卫生室,D600,,,,双村,某镇双村1号
E,某镇东村第二卫生室,D600,,,33060410,,
F,己卫生室,D600,120.85,30.02,330604001201,,
"""


@pytest.fixture
def folder(study_folder: Path) -> Path:
    (study_folder / "villages.csv").write_text(VILLAGES, encoding="utf-8")
    (study_folder / "list.csv").write_text(LIST, encoding="utf-8")
    text = (study_folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('path = "list.csv"', 'path = "list.csv"\nplaced = "placed.csv"')
    (study_folder / "study.toml").write_text(
        text + '[villages]\npath = "villages.csv"\n', encoding="utf-8"
    )
    return study_folder


def load(folder: Path) -> Dataset:
    return load_dataset(read_study(folder / "study.toml"))


def unplaced(dataset: Dataset) -> list[WorklistRow]:
    return [row for row in worklist(dataset) if row.state == "unplaced"]


def test_rows_are_placed_by_what_the_list_says_and_no_further(folder: Path) -> None:
    before = (folder / "list.csv").read_bytes()
    dataset = load(folder)
    facilities = dataset.facilities
    assert facilities.columns["placed_by"] == (
        "village_code",
        "village_name",
        "own_name",
        "",
        "",
        "coordinates",
    )
    # The people of 东村 live at a (100) and d (50): the institution stands between them.
    x_m = dataset.demand.x_m
    assert facilities.x_m[0] == pytest.approx((100 * x_m[0] + 50 * x_m[2]) / 150)
    assert facilities.columns["placed_error_m"][0] == pytest.approx(2217, abs=5)
    assert facilities.lon[5] == 120.85
    placed = [f for f in dataset.findings if f.code == "facilities_placed"]
    assert [(dict(f.params)["method"], f.rows) for f in placed] == [
        ("village_code", (1,)),
        ("village_name", (2,)),
        ("own_name", (3,)),
    ]
    unplaced = next(f for f in dataset.findings if f.code == "facilities_unplaced")
    assert unplaced.rows == (4, 5)
    assert (folder / "list.csv").read_bytes() == before


def test_the_worklist_says_why_and_where_it_may_be(folder: Path) -> None:
    dataset = load(folder)
    several, none = unplaced(dataset)
    assert (several.facility_id, several.why) == ("D", "name_repeated")
    assert [guess.code for guess in several.guesses] == ["330604102202", "330604102203"]
    assert (none.facility_id, none.why) == ("E", "nothing_named")
    (guess,) = none.guesses
    assert (guess.method, guess.code) == ("village_in_words", "330604001201")
    # The middle of the people of 东村, and its farthest cell, as for those placed by their code.
    facilities = dataset.facilities
    assert (guess.lon, guess.lat) == pytest.approx((facilities.lon[0], facilities.lat[0]))
    assert guess.error_m == pytest.approx(2217, abs=5)


def test_the_side_file_places_and_can_be_taken_back(folder: Path) -> None:
    side = folder / "placed.csv"
    assert save_place(side, "D", 120.88, 30.041, note="电话确认") is None
    save_place(side, "E", 120.81, 30.01)
    earlier = save_place(side, "D", 120.881, 30.0415, note="=1+1\n第二行")
    assert earlier is not None
    assert (earlier.lon, earlier.note) == (120.88, "电话确认")
    save_place(side, "X", 120.0, 30.0)
    assert chosen_places(side)["D"].note == "=1+1 第二行"
    dataset = load(folder)
    facilities = dataset.facilities
    assert facilities.columns["placed_by"][3:5] == ("side_file", "side_file")
    assert (facilities.lon[3], facilities.lat[3]) == (120.881, 30.0415)
    assert unplaced(dataset) == []
    codes = [finding.code for finding in dataset.findings]
    assert "facility_unknown" in codes
    assert "facilities_unplaced" not in codes
    assert dataset.provenance[-1].source == "placed.csv"
    written = side.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in written
    assert remove_place(side, "E") is not None
    assert remove_place(side, "E") is None
    assert [row.facility_id for row in unplaced(load(folder))] == ["E"]


def test_the_side_file_needs_no_line_in_the_study(folder: Path) -> None:
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8").replace('placed = "placed.csv"\n', "")
    study.write_text(text, encoding="utf-8")
    assert [row.facility_id for row in unplaced(load(folder))] == ["D", "E"]
    save_place(folder / "placed.csv", "D", 120.88, 30.041)
    assert [row.facility_id for row in unplaced(load(folder))] == ["E"]


def test_a_list_of_that_name_is_never_taken_for_the_side_file(folder: Path) -> None:
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8").replace('placed = "placed.csv"\n', "")
    study.write_text(text.replace("list.csv", "placed.csv"), encoding="utf-8")
    (folder / "list.csv").rename(folder / "placed.csv")
    before = (folder / "placed.csv").read_bytes()
    assert len(unplaced(load(folder))) == 2
    with pytest.raises(StudyError, match="not written by the app"):
        save_place(folder / "placed.csv", "D", 120.88, 30.041)
    assert (folder / "placed.csv").read_bytes() == before


def test_damaged_side_files_are_a_sentence_and_stay(tmp_path: Path) -> None:
    side = tmp_path / "placed.csv"
    head = "facility_id,lon,lat,method,note\r\n"
    for content in (b"", b"\xff\xfe\x00", (head + "A,x,1,chosen,\r\n").encode(), b"a,b\r\n1,2\r\n"):
        side.write_bytes(content)
        with pytest.raises(StudyError):
            save_place(side, "D", 120.88, 30.041)
        assert side.read_bytes() == content


def test_a_place_that_is_no_place_is_refused(tmp_path: Path) -> None:
    for lon, lat in ((181.0, 0.0), (0.0, -91.0), (float("nan"), 0.0)):
        with pytest.raises(ValueError, match="not degrees"):
            save_place(tmp_path / "placed.csv", "A", lon, lat)
    assert not (tmp_path / "placed.csv").exists()


def test_placing_by_village_can_be_turned_off(folder: Path) -> None:
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8").replace(
        'placed = "placed.csv"', "place_by_village = false"
    )
    path.write_text(text, encoding="utf-8")
    facilities = load(folder).facilities
    assert np.isfinite(facilities.x_m).tolist() == [False] * 5 + [True]
