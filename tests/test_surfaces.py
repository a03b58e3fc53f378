"""One figure, one name: every surface says the same of every figure, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.views.dashboard import CIRCLE, matrix
from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from planning.assess.workflow import assess
from planning.cli.serving import STUDY_VARIABLE
from planning.report.compose import source_of
from planning.report.content import ReportOptions
from planning.report.export import write_results
from planning.report.handover import hand_over
from planning.report.lines import result_lines
from planning.standards.result import Result, result_of
from planning.words.wording import Language
from tests.planning.report_study import POINTS, write_report_study
from tests.planning.small_study import place, write_table
from tests.surfaces import (
    Known,
    Sighting,
    assert_agree,
    csv_sightings,
    frame_sightings,
    geopackage_sightings,
    html_sightings,
    line_sightings,
    summary_sightings,
    word_sightings,
    workbook_sightings,
)

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
PAGES = ("overview", "coverage", "ratios", "siting", "projects", "reported")


def exclude(folder: Path) -> Path:
    """A point outside the zones that the study excludes."""
    points = [*POINTS, ("界外卫生室", (9400, 0))]
    return write_report_study(folder, points=points, travel='outside_facilities = "exclude"')


def no_points(folder: Path) -> Path:
    """Every point has closed: nothing that follows from a time is known."""
    study = write_report_study(folder)
    rows = [[name, name, "D600", *map(repr, place(*spot)), "2020-01-01"] for name, spot in POINTS]
    header = ["id", "name", "kind", "lon", "lat", "close_date"]
    write_table(folder / "points.csv", header, rows)
    return study


def weights(folder: Path) -> Path:
    """Old people count three times in the siting question."""
    return write_report_study(folder, siting='weights = { "65+" = 3.0 }\n')


def loads(folder: Path) -> Path:
    """New sites may serve so many people and no more."""
    return write_report_study(folder, siting='model = "capacitated"\nupper_people = 80\n')


SMALL: dict[str, Callable[[Path], Path]] = {
    "exclude": exclude,
    "no points": no_points,
    "weights": weights,
    "loads": loads,
}


def assessed(path: Path) -> Result:
    study = read_study(path)
    return result_of(assess(load_dataset(study), study))


@pytest.fixture(scope="module", params=SMALL)
def small(request, tmp_path_factory) -> tuple[Path, Known]:
    path = SMALL[request.param](tmp_path_factory.mktemp("study"))
    return path, Known(assessed(path))


@pytest.fixture(scope="module")
def county_known(county, judged) -> Known:
    return Known(result_of(county, standards=judged))


def walk_files(known: Known, folder: Path, language: Language) -> None:
    """Compare everything that `assess`, `report` and the map write."""
    result = known.result
    options = ReportOptions(language=language, audience="internal")
    results = write_results(result, folder / "out", options=options)
    assert assert_agree(summary_sightings(results / "summary.json", known), language)
    assert assert_agree(csv_sightings(results, known), language)
    assert assert_agree(geopackage_sightings(results / "results.gpkg", known), language)
    page = (results / "map.html").read_text(encoding="utf-8")
    assert assert_agree(html_sightings(page, known), language)
    hand_over(source_of(result, options), folder / "report", formats=("html", "docx", "xlsx"))
    report = folder / "report"
    page = (report / "report.html").read_text(encoding="utf-8")
    assert assert_agree(html_sightings(page, known), language)
    assert assert_agree(word_sightings(report / "report.docx", known), language)
    assert assert_agree(workbook_sightings(report / "report.xlsx", known), language)
    lines = result_lines(result, language)
    assert assert_agree(line_sightings(lines, known, language), language)


def walk_page(known: Known, page: str, language: Language) -> None:
    """Compare the metrics and tables of a page."""
    app = AppTest.from_file(str(ROOT / "app_pages" / f"{page}.py"), default_timeout=180)
    app.session_state["language"] = language
    app.run()
    assert not app.exception, app.exception
    names = known.names(language)
    for metric in app.metric:
        name = (metric.help or "").replace("\\", "")
        if name in names:
            assert_agree([Sighting(f"metric {name}", names[name], metric.value)], language)
    for frame in app.dataframe:
        assert_agree(frame_sightings(frame.value, known, language), language)
    if page == "overview":
        assert len(app.metric) == len(known.result.assessment.modes)
        walk_overview(known, app, language)


def walk_overview(known: Known, app: AppTest, language: Language) -> None:
    """Compare the matrix of zones and standards, cell by cell."""
    result = known.result
    grid = matrix(result.assessment, result.standards, language)
    frame = app.dataframe[0].value
    rows = frame.iloc[1:]  # the first row holds the targets
    for zone, code in enumerate(("", *result.assessment.dataset.zones.code)):
        for column, key in enumerate(grid.column_ids, start=1):
            shown = str(rows.iloc[zone, column])
            if key == CIRCLE:
                mode = result.assessment.analysis_mode
                figure = known.coverage("coverage_share", mode, place=code)
                assert_agree([Sighting("matrix", figure, shown)], language)
                continue
            found = [
                result.verdict(verdict).current
                for verdict in result.standards.by_standard()[key]
                if verdict.zone_code == code
            ]
            if found and found[0].value is not None and shown.strip("✓◐✗?— "):
                assert shown.endswith(found[0].text(language)), (key, code, shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_of_a_small_study_agree(small, tmp_path, language):
    walk_files(small[1], tmp_path, language)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_small_study_agree(small, monkeypatch, tmp_path, page, language):
    monkeypatch.setenv("SERVICECIRCLE_DATA", str(tmp_path))
    monkeypatch.setenv(STUDY_VARIABLE, str(small[0]))
    walk_page(small[1], page, language)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_files_of_the_county_agree(county_known, tmp_path, language):
    walk_files(county_known, tmp_path, language)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_the_county_agree(county_known, monkeypatch, tmp_path, page, language):
    monkeypatch.setenv("SERVICECIRCLE_DATA", str(tmp_path))
    monkeypatch.setenv(STUDY_VARIABLE, str(SAMPLE_STUDY))
    walk_page(county_known, page, language)


def test_no_points_leaves_no_number_that_follows_from_a_time(tmp_path):
    known = Known(assessed(no_points(tmp_path)))
    mode = known.result.assessment.analysis_mode
    for term in ("coverage_share", "people_covered", "people_unreachable", "gap_count"):
        figure = known.coverage(term, mode)
        assert figure.value is None
        assert figure.text("zh") == "无法判定"
