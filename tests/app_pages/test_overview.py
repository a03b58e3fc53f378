"""The landing page: dates, run number and unit of run.json; gap view; what stands behind a cell."""

from dataclasses import replace

from app_pages.session.choices import Settings, with_settings
from app_pages.views.cell_map import cell_map, list_marks
from app_pages.views.dashboard import CIRCLE, MOST_WARNINGS, cell_detail, matrix
from planning.assess.run import run_number

VILLAGES = "shangyu-2022/N3a"


def captions(app):
    """Return all small print of a page, without the signs that keep names from being marked up."""
    return "\n".join(caption.value for caption in app.caption).replace("\\", "")


def test_the_page_bears_the_run_number_of_the_command_line(run_page, county):
    app = run_page("overview", language="zh")
    said = captions(app)
    assert run_number(county) in said
    assert county.dataset.date in said
    assert county.study.maker in said
    assert said.count("⚠") <= MOST_WARNINGS


def test_choices_that_equal_the_study_leave_its_run_number(county):
    study = replace(county.study, travel=replace(county.study.travel, modes=("car", "walk")))
    lower, upper = study.standards.ratio_bounds
    same = Settings("walk", study.travel.minutes, lower, upper)
    assert run_number(replace(county, study=with_settings(study, same))) == run_number(
        replace(county, study=study)
    )
    other = with_settings(study, replace(same, mode="car"))
    assert other.travel.headline_mode is None


def test_the_gap_view_shows_people_and_institutions(run_page, county, judged):
    app = run_page("overview", language="en")
    next(pick for pick in app.radio if pick.key != "language").set_value("Gap to the target").run()
    grid = matrix(county, judged, "en")
    table = app.dataframe[0].value
    place = grid.column_ids.index(VILLAGES)
    assert tuple(table[grid.short_names[place]])[1:] == tuple(row[place] for row in grid.gaps)
    assert "village" in grid.gaps[0][place]
    assert "people" in grid.gaps[0][place]


def test_a_cell_opens_its_sentence_map_and_list(run_page, county, judged):
    zone = county.dataset.zones.code[7]
    detail = cell_detail(county, judged, VILLAGES, zone, language="zh")
    app = run_page("overview", language="zh", cell=(VILLAGES, zone))
    said = captions(app) + "\n".join(line.value for line in app.markdown).replace("\\", "")
    assert detail.sentence in said
    assert detail.gap in said
    assert f"{len(detail.ids)} " in said
    marks = list_marks(county, detail.ids)
    assert [mark.number for mark in marks] == list(range(1, len(detail.ids) + 1))
    assert cell_map(county, zone, detail.ids)[:4] == b"\x89PNG"


def test_every_cell_has_a_page(county, judged):
    grid = matrix(county, judged, "zh")
    for column in grid.column_ids:
        for zone in ("", county.dataset.zones.code[0], county.dataset.zones.code[-1]):
            detail = cell_detail(county, judged, column, zone, language="zh")
            assert detail.title
            assert detail.sentence
            assert detail.source
    circle = cell_detail(county, judged, CIRCLE, "", language="zh")
    assert len(circle.ids) == len(county.gaps)
