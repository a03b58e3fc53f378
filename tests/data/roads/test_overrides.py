"""Overrides of single ways: factors, speeds, tags, and rows that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import StudyError
from data.roads.overrides import read_overrides
from data.roads.read import RoadOptions
from data.study.tables import TableSource
from tests.data.roads.answers import codes, finding, read, seconds
from tests.data.roads.drawn_osm import write_osm

STREET = {"highway": "residential"}


def table(folder: Path, text: str) -> TableSource:
    path = folder / "overrides.csv"
    path.write_text(text, encoding="utf-8")
    return TableSource(path)


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    nodes = {1: (0, 0), 2: (1000, 0), 3: (2000, 0), 4: (3000, 0)}
    ways = [(10, [1, 2], STREET), (11, [2, 3], STREET), (12, [3, 4], {**STREET, "access": "no"})]
    return write_osm(tmp_path / "a.osm.pbf", nodes, ways)


def test_factors_and_speeds(pbf, tmp_path):
    source = table(tmp_path, "osm_id,max_speed,speed_type\n10,0.5,scale\n11,50,km/h\n")
    found = read(pbf, options=RoadOptions(overrides=source))
    assert seconds(found, "car", 1, 2) == pytest.approx(288, abs=0.1)
    assert seconds(found, "car", 2, 3) == pytest.approx(72, abs=0.1)
    assert seconds(found, "walk", 1, 2) == pytest.approx(800, abs=0.1)
    assert "override_unknown" not in codes(found)


def test_a_factor_holds_in_every_speed_set(pbf, tmp_path):
    source = table(tmp_path, "osm_id,max_speed,speed_type\n10,0.5,scale\n")
    found = read(pbf, speed_set="low", options=RoadOptions(overrides=source))
    assert seconds(found, "car", 1, 2) == pytest.approx(288 / 0.7, abs=0.1)


def test_tags_of_single_ways_follow_the_rules_again(pbf, tmp_path):
    source = table(
        tmp_path,
        "osm_id,access,oneway,highway,maxspeed\n12,-,,,\n10,,yes,,10\n11,,,footway,\n",
    )
    found = read(pbf, options=RoadOptions(overrides=source))
    assert seconds(found, "car", 3, 4) == pytest.approx(144, abs=0.1)
    assert seconds(found, "car", 1, 2) == pytest.approx(360, abs=0.1)
    assert seconds(found, "car", 2, 1) is None
    assert seconds(found, "car", 2, 3) is None
    assert seconds(found, "walk", 2, 3) == pytest.approx(800, abs=0.1)


def test_unknown_ways_and_repeated_rows_are_told(pbf, tmp_path):
    text = "osm_id,max_speed,speed_type\n10,0.5,scale\n10,25,km/h\n99,0.5,scale\n"
    found = read(pbf, options=RoadOptions(overrides=table(tmp_path, text)))
    assert finding(found, "override_unknown") == {"count": 1, "total": 2}
    assert finding(found, "override_repeated") == {"count": 1}
    assert seconds(found, "car", 1, 2) == pytest.approx(144, abs=0.1)


@pytest.mark.parametrize("row", ["x,1,scale", "10,0,scale", "10,-5,km/h", "10,1,parsecs", "1.5,1,"])
def test_rows_that_cannot_be_used_stop_the_run(pbf, tmp_path, row):
    source = table(tmp_path, f"osm_id,max_speed,speed_type\n11,1,scale\n{row}\n")
    with pytest.raises(StudyError) as fault:
        read(pbf, options=RoadOptions(overrides=source))
    (told,) = fault.value.findings
    assert (told.code, told.rows) == ("override_row", (2,))


def test_a_table_without_ids_is_an_error(tmp_path):
    findings = []
    read_overrides(table(tmp_path, "way,max_speed\n10,5\n"), findings)
    assert [f.code for f in findings] == ["column_missing"]


@pytest.mark.shared
def test_the_congestion_table_of_porto_alegre(shared_data):
    findings = []
    read_table = read_overrides(
        TableSource(shared_data / "porto-alegre" / "poa_osm_congestion.csv"), findings
    )
    assert set(read_table.car_factor.values()) == {0.5}
    assert len(read_table.car_factor) == 61
    assert not findings
