"""Institutions without coordinates: by side file, by village, on the worklist; the list stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset, read_study
from data.facilities.placement import save_place, worklist
from data.types import Dataset

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


def test_the_worklist_suggests_and_the_side_file_places(folder: Path) -> None:
    dataset = load(folder)
    todo = worklist(dataset.facilities, dataset.villages)
    assert [(row.facility_id, row.suggestions) for row in todo] == [
        ("D", ("330604102202", "330604102203")),
        ("E", ("330604001201",)),
    ]
    save_place(folder / "placed.csv", "D", 120.88, 30.041, note="电话确认")
    save_place(folder / "placed.csv", "E", 120.81, 30.01)
    save_place(folder / "placed.csv", "D", 120.881, 30.0415, note="=1+1")
    save_place(folder / "placed.csv", "X", 120.0, 30.0)
    dataset = load(folder)
    facilities = dataset.facilities
    assert facilities.columns["placed_by"][3:5] == ("side_file", "side_file")
    assert (facilities.lon[3], facilities.lat[3]) == (120.881, 30.0415)
    assert worklist(facilities, dataset.villages) == ()
    codes = [finding.code for finding in dataset.findings]
    assert "facility_unknown" in codes
    assert "facilities_unplaced" not in codes
    written = (folder / "placed.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in written


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
