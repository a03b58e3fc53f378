"""The command line: exit status, all faults at once, nothing left behind, both languages."""

import argparse
import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from planning.cli import main
from planning.cli.console import ProgressLine
from tests.planning.small_study import place, write_study, write_table

ROAD = {"highway": "residential"}
DRAWN = {
    "nodes": {1: (0, 0), 2: (500, 0)},
    "ways": [([1, 2], ROAD)],
    "people": [("home", (400, 0), 100)],
    "points": [("clinic", (0, 0))],
}


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path / "in", **DRAWN)


def run(*words, capsys):
    status = main([str(word) for word in words])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_assess_writes_everything_and_prints_the_result(study, tmp_path, capsys):
    status, out, err = run(
        "assess", study, "--out", tmp_path / "out", "--lang", "en", capsys=capsys
    )
    assert (status, err) == (0, "")
    assert "100.00 %" in out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {
        "summary.json",
        "cells.parquet",
        "zones.csv",
        "villages.csv",
        "facilities.csv",
        "gaps.csv",
        "sites.csv",
        "results.gpkg",
        "map.html",
        "run.json",
    }
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["run_number"] in out
    assert str(tmp_path) not in json.dumps(record)


def test_quiet_says_nothing(study, tmp_path, capsys):
    assert run("--quiet", "assess", study, "--out", tmp_path / "out", capsys=capsys) == (0, "", "")


def test_options_stand_on_both_sides_of_the_command(study, tmp_path, capsys):
    _, first, _ = run("--lang", "en", "assess", study, "--out", tmp_path / "a", capsys=capsys)
    _, second, _ = run("assess", study, "--out", tmp_path / "a", "--lang", "en", capsys=capsys)
    assert first == second
    assert "Ledger of people" in first


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["unknown"],
        ["assess"],
        ["assess", "x.toml", "--threads", "0"],
        ["assess", "x.toml", "--out", "o", "--as-of", "2020-13-01"],
    ],
)
def test_usage_faults_end_with_status_two(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "en", "--help"])
    assert ended.value.code == 0
    assert "servicecircle demo --out" in capsys.readouterr().out


def test_a_folder_with_other_files_is_refused_before_any_work(study, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("x", encoding="utf-8")
    status, _, err = run("assess", study, "--out", tmp_path / "out", capsys=capsys)
    assert status == 2
    assert "不是本程序结果" in err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.docx"]


def test_an_internal_error_is_one_sentence_and_a_log(study, tmp_path, capsys, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("planning.assess.workflow.assess", broken)
    status, _, err = run("assess", study, "--out", tmp_path / "out", "--lang", "en", capsys=capsys)
    assert status == 1
    assert "Traceback" not in err
    log = Path(err.strip().rsplit(" ", 1)[-1])
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    log.unlink()
    assert not (tmp_path / "out").exists()


def bad(study, **edits):
    text = study.read_text(encoding="utf-8")
    for old, new in edits.values():
        assert old in text
        text = text.replace(old, new)
    study.write_text(text, encoding="utf-8")


def people(study, rows):
    write_table(study.parent / "people.csv", ["id", "lon", "lat", "people"], rows)


def points(study, rows):
    write_table(study.parent / "points.csv", ["id", "name", "kind", "lon", "lat"], rows)


def missing_column(study):
    bad(study, edit=('column = "people"', 'column = "persons"'))
    return ["people.csv", "persons"]


def negative_people(study):
    people(study, [["home", *place(400, 0), 5], ["shed", *place(300, 0), -4]])
    return ["people.csv", "column people", "rows 2"]


def people_that_are_no_number(study):
    people(study, [["home", *place(400, 0), "nan"], ["shed", *place(300, 0), ""]])
    return ["people.csv", "column people", "rows 1"]


def no_facilities(study):
    points(study, [])
    return ["points.csv"]


def a_far_facility(study):
    points(
        study,
        [["clinic", "clinic", "D600", *place(0, 0)], ["far", "far", "D600", *place(200_000, 0)]],
    )
    return ["points.csv", "far", "100 km"]


def duplicate_ids(study):
    points(study, [["clinic", "a", "D600", *place(0, 0)], ["clinic", "b", "D600", *place(10, 0)]])
    return ["points.csv", "column id"]


def an_unreadable_road_file(study):
    (study.parent / "roads.osm.pbf").write_bytes(b"not a road file at all")
    return ["roads.osm.pbf"]


def a_road_file_without_roads(study):
    write_study(study.parent, **{**DRAWN, "ways": [([1, 2], {"waterway": "river"})]})
    return ["roads.osm.pbf"]


def a_missing_file(study):
    (study.parent / "points.csv").unlink()
    return ["points.csv", "facilities.path"]


def an_unknown_key(study):
    bad(study, edit=("[population]", "[population]\ncolour = 3"))
    return ["population.colour"]


def a_raster_without_crs(study):
    with rasterio.open(
        study.parent / "people.tif",
        "w",
        driver="GTiff",
        width=3,
        height=3,
        count=1,
        dtype="float32",
        transform=from_origin(120, 30, 0.001, 0.001),
    ) as raster:
        raster.write(np.ones((1, 3, 3), dtype="float32"))
    bad(
        study, path=('path = "people.csv"', 'path = "people.tif"'), column=('column = "people"', "")
    )
    return ["people.tif", "coordinate system"]


def wrong_values_beside_a_missing_file(study):
    (study.parent / "people.csv").unlink()
    bad(
        study,
        edit=(
            "[travel]",
            '[travel]\nmax_access_m = -5\nhorizon_minutes = 10\nheadline_mode = "fly"',
        ),
    )
    return ["population.path", "max_access_m", "horizon_minutes", "headline_mode"]


def an_unknown_institution_in_the_scenario(study):
    bad(study, edit=("[travel]", '[scenario]\nclosed = ["clnic"]\n[travel]'))
    return ["scenario.closed", "clnic"]


FAULTS = [
    wrong_values_beside_a_missing_file,
    an_unknown_institution_in_the_scenario,
    missing_column,
    negative_people,
    people_that_are_no_number,
    no_facilities,
    a_far_facility,
    duplicate_ids,
    an_unreadable_road_file,
    a_road_file_without_roads,
    a_missing_file,
    an_unknown_key,
    a_raster_without_crs,
]


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_named_and_leaves_nothing_behind(study, tmp_path, capsys, fault, language):
    expected = fault(study)
    status, out, err = run(
        "assess", study, "--out", tmp_path / "out", "--lang", language, capsys=capsys
    )
    assert (status, out) == (3, "")
    assert "Traceback" not in err
    if language == "en":
        for part in expected:
            assert part in err
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_all_faults_are_told_at_once(study, tmp_path, capsys):
    for fault in (negative_people, duplicate_ids):
        fault(study)
    (study.parent / "roads.osm.pbf").unlink()
    _, _, err = run("assess", study, "--out", tmp_path / "out", "--lang", "en", capsys=capsys)
    assert "roads.path" in err
    _, _, err = run(
        "assess", write_roads_again(study), "--out", tmp_path / "out", "--lang", "en", capsys=capsys
    )
    for part in ("people.csv", "points.csv", "column id"):
        assert part in err


def write_roads_again(study):
    other = write_study(study.parent.parent / "other", **DRAWN)
    (study.parent / "roads.osm.pbf").write_bytes((other.parent / "roads.osm.pbf").read_bytes())
    return study


def test_the_log_has_one_line_a_stage_with_count_and_seconds(caplog):
    options = argparse.Namespace(quiet=True, translate=str)
    with caplog.at_level(logging.INFO, logger="servicecircle"), ProgressLine(options) as progress:
        progress("roads", 0, 2)
        progress("roads", 1, 2)
        progress("reach", 0, 7)
    lines = [record.getMessage().rsplit(", ", 1) for record in caplog.records]
    assert [said for said, _ in lines] == ["roads: total 2", "reach: total 7"]
    assert all(float(seconds.removesuffix(" s")) >= 0 for _, seconds in lines)


def test_a_reader_who_has_had_enough_is_a_normal_end(study, tmp_path):
    words = [sys.executable, "-m", "planning", "assess", str(study), "--out", str(tmp_path / "out")]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.close()  # as `| head -0`
    _, complaint = run.communicate(timeout=120)
    assert (run.returncode, complaint) == (0, b"")
    assert (tmp_path / "out" / "summary.json").is_file()


def test_a_siting_question_that_cannot_be_asked_is_a_finding_of_the_command(tmp_path, capsys):
    study = write_study(
        tmp_path / "in", **DRAWN, extra="[candidates]\nspacing_m = 90000\n[siting]\ncount = 9\n"
    )
    words = ("assess", study, "--out", tmp_path / "out", "--lang", "en")
    status, out, err = run(*words, capsys=capsys)
    assert (status, err) == (0, "")
    assert "the question of new sites could not be asked" in out
    assert "9 new sites are asked for, 1 candidates may be built" in out
    assert "100.00 %" in out
