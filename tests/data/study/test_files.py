"""The files that a study hangs on: each that changes changes the stamp."""

from __future__ import annotations

import os

from data.dataset import read_study
from data.study.file import SAMPLE_STUDY
from data.study.files import file_stamp, named_files, placed_file


def test_the_county_hangs_on_every_file_of_its_folder_that_it_names():
    study = read_study(SAMPLE_STUDY)
    names = [path.name for path in named_files(study)]
    assert names[0] == "county.toml"
    assert {"facilities.xlsx", "roads.osm.pbf", "population_65plus.tif", "reported.csv"} <= set(
        names
    )
    assert "placed.csv" in names
    assert len(names) == len(set(names))


def test_any_change_changes_the_stamp(tmp_path):
    path = tmp_path / "a.csv"
    assert file_stamp([path]) == (None,)
    path.write_text("1", encoding="utf-8")
    seen = [file_stamp([path])]
    path.write_text("12", encoding="utf-8")
    seen.append(file_stamp([path]))
    os.utime(path, ns=(1, 1))
    seen.append(file_stamp([path]))
    other = tmp_path / "b.csv"
    other.write_text("12", encoding="utf-8")
    os.utime(other, ns=(1, 1))
    other.replace(path)
    seen.append(file_stamp([path]))
    assert len(set(seen)) == 4


def test_the_parts_of_a_shapefile_count(tmp_path):
    path = tmp_path / "zones.shp"
    path.write_bytes(b"")
    before = file_stamp([path])
    path.with_suffix(".dbf").write_bytes(b"names")
    assert file_stamp([path]) != before


def test_the_side_file_beside_the_study_or_as_it_says():
    study = read_study(SAMPLE_STUDY)
    assert placed_file(study) == SAMPLE_STUDY.parent / "placed.csv"
