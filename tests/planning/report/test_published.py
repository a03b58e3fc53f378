"""What is published holds no small count and none that tells one; what is internal says so."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from data.errors import StudyError
from planning.cli import main
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.export import write_results
from planning.report.handover import hand_over, hand_over_files
from planning.report.tally import tally_of
from planning.words.audiences import AUDIENCE_WORDS
from tests.planning.reader import ranges
from tests.planning.report_study import TOWN_A, TOWN_B, assessed

PUBLIC = ReportOptions(language="en", audience="public", maker="卫健局")
PERSON_LEVEL = {"cells.parquet", "results.gpkg", "facilities.csv", "islands.csv", "referral.csv"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def published(study, tmp_path_factory):
    target = tmp_path_factory.mktemp("published") / "out"
    return write_results(study, target, options=PUBLIC)


def rows(path):
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def numbers(value):
    """Return every number of a JSON value."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in numbers(part)]
    if isinstance(value, list):
        return [n for part in value for n in numbers(part)]
    return [value] if isinstance(value, float) else []


def test_a_published_folder_holds_no_cells_and_names_its_audience(published):
    names = {path.name for path in published.iterdir()}
    assert names == {
        *("summary.json", "zones.csv", "villages.csv", "gaps.csv", "sites.csv"),
        *("report.xlsx", "run.json"),
    }
    run = json.loads((published / "run.json").read_text(encoding="utf-8"))
    assert run["audience"] == "public"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (replace(PUBLIC, review_number="浙S1"), "浙S1"),
        (replace(PUBLIC, audience="review"), "no review number yet, not for publication"),
    ],
)
def test_a_map_leaves_the_office_with_its_number_or_to_be_reviewed(study, tmp_path, options, said):
    folder = write_results(study, tmp_path / "out", options=options)
    assert said in (folder / "map.html").read_text(encoding="utf-8")
    assert "卫健局" in (folder / "map.html").read_text(encoding="utf-8")
    assert not PERSON_LEVEL & {path.name for path in folder.iterdir()}


def test_four_people_are_hidden_and_so_is_what_would_tell_them(published):
    town = next(row for row in rows(published / "zones.csv") if row["name"] == TOWN_A)
    assert (town["walk_beyond"], town["walk_covered"]) == ("<10", "*")
    assert town["walk_share"] == "*"
    summary = json.loads((published / "summary.json").read_text(encoding="utf-8"))
    assert summary["ledger"]["walk"]["input"] == 1204
    # Town A's 4 follow from the whole's 104 and town B's 100: one of the two is hidden, too.
    other = next(row for row in rows(published / "zones.csv") if row["name"] == f"'{TOWN_B}")
    assert "*" in {other["walk_beyond"]} or summary["ledger"]["walk"]["beyond"] is None


def test_no_hidden_count_of_the_small_study_lies_in_a_short_interval(study):
    tally = tally_of(study.assessment, study.standards, is_public=True)
    assert tally.hidden
    known = ranges(tally.people, tally.sums, tally.hidden, unprinted=tally.unprinted, least=10.0)
    for key, (least, most) in known.items():
        assert most - least > 10.0 - 1e-6, (key, tally.people[key], least, most)


def test_no_published_table_or_summary_holds_a_count_below_ten(published):
    for name in ("zones", "villages", "gaps", "sites"):
        for row in rows(published / f"{name}.csv"):
            counts = {k: v for k, v in row.items() if k.startswith("people") or "_beyond" in k}
            for column, text in counts.items():
                assert text in {"", "*", "<10"} or float(text) == 0 or float(text) >= 10, column
    summary = json.loads((published / "summary.json").read_text(encoding="utf-8"))
    for part in ("ledger", "bands"):
        for mode in summary[part].values():
            cells = mode.values() if isinstance(mode, dict) else [band["people"] for band in mode]
            assert all(people is None or people == 0 or people >= 10 for people in cells)
    assert not [n for n in numbers(summary["coverage"]["walk"]) if 0 < n < 1]
    assert all("People touched" not in warning for warning in summary["warnings"])


def test_internal_results_are_whole_and_say_that_they_are_internal(study, tmp_path):
    options = ReportOptions(language="en", audience="internal")
    folder = write_results(study, tmp_path / "out", options=options)
    assert {path.name for path in folder.iterdir()} >= PERSON_LEVEL | {"standards.xlsx"}
    assert AUDIENCE_WORDS["internal"] in (folder / "map.html").read_text(encoding="utf-8")
    about = openpyxl.load_workbook(folder / "standards.xlsx")["About"]
    assert about["B2"].value.startswith(AUDIENCE_WORDS["internal"])


def test_an_archive_of_results_is_the_same_every_time(study):
    made = [
        hand_over_files(source_of(study, PUBLIC), formats=("results",)).files["results.zip"]
        for _ in range(2)
    ]
    names = [sorted(zipfile.ZipFile(io.BytesIO(data)).namelist()) for data in made]
    assert names[0] == names[1]
    assert "results/zones.csv" in names[0]
    assert not {name.partition("/")[2] for name in names[0]} & PERSON_LEVEL
    texts = [zipfile.ZipFile(io.BytesIO(data)).read("results/zones.csv") for data in made]
    assert texts[0] == texts[1]


def test_zones_are_asked_for_by_code_or_name(study, tmp_path):
    chosen = ReportOptions(language="en", zones=(TOWN_B,))
    titles = [page.title for page in compose(source_of(study, chosen)).pages]
    assert TOWN_B in titles
    assert TOWN_A not in titles
    wrong = ReportOptions(language="en", zones=("丙镇",))
    with pytest.raises(StudyError):
        hand_over(source_of(study, wrong), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("command", "audience", "known"),
    [("export", "公开", "public"), ("export", "内部", "internal"), ("report", "送审", "review")],
)
def test_export_and_report_are_one_command(study, tmp_path, capsys, *, command, audience, known):
    path = str(study.assessment.study.path)
    words = [command, path, "--out", str(tmp_path / "out"), "--format", "map,results"]
    assert main([*words, "--audience", audience, "--quiet"]) == 0
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["audience"] == known
    maps = set() if known == "public" else {"map.html"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"results.zip", "run.json"} | maps
    assert ("本稿不含地图" in capsys.readouterr().err) == (known == "public")


@pytest.mark.parametrize(("given", "is_public"), [((), False), (("--audience", "公开"), True)])
def test_assess_is_internal_unless_told_otherwise(study, tmp_path, capsys, given, is_public):
    path = str(study.assessment.study.path)
    assert main(["assess", path, "--out", str(tmp_path / "out"), "--lang", "en", *given]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert ("cells.parquet" in names) is not is_public
    # A published run prints no figures: what is printed may be passed on, too.
    assert ("Ledger of people" in capsys.readouterr().out) is not is_public


def test_an_unknown_audience_is_a_usage_fault(study, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["export", str(study.assessment.study.path), "--out", "o", "--audience", "秘密"])
    assert ended.value.code == 2
    assert "秘密" in capsys.readouterr().err
