"""One journey for each main page: what is shown equals what the library says."""

import json
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app_pages.views.dashboard import matrix
from app_pages.views.places import search_places, uncovered_sheet
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from planning.whatif.scenarios import (
    SavedScenario,
    load_scenario,
    save_scenario,
    scenario_folder,
)
from planning.words.figures import share_text
from planning.words.wording import translator

ROOT = Path(__file__).resolve().parents[2]


def button(app, label):
    return next(widget for widget in app.button if widget.label == label)


def add(app, lon, lat):
    app.number_input(key="lon").set_value(lon)
    app.number_input(key="lat").set_value(lat).run()
    button(app, "Add at these coordinates").click().run()
    assert not app.exception


def shown(app):
    return [metric.value for metric in app.metric]


def shares(outcome):
    return [share_text(result.ledgers["all"].share) for result in outcome.modes.values()]


def test_the_overview_shows_the_matrix_of_the_library(run_page, county, judged):
    app = run_page("overview", language="en")
    grid = matrix(county, judged, "en")
    table = app.dataframe[0].value
    assert tuple(table["Zone"]) == ("Target", *grid.row_names)
    told = tuple(row[1] for row in grid.texts)
    assert tuple(table[grid.short_names[1]]) == (grid.targets[1], *told)
    assert shown(app) == [share_text(r.coverage[0].share) for r in county.modes.values()]


def test_two_stations_by_keyboard_then_undo_redo_save_and_open(run_page, county):
    demand = county.dataset.demand
    uncovered = [gap.demand[0] for gap in county.gaps[:2]]
    spots = [(float(demand.lon[c].round(5)), float(demand.lat[c].round(5))) for c in uncovered]
    app = run_page("workbench", language="en", bench_tab="Save and open")
    before = shown(app)
    edits = ()
    for number, (lon, lat) in enumerate(spots, start=1):
        add(app, lon, lat)
        edits += (Edit("add", f"NEW-{number:03d}", kind="B200", lon=lon, lat=lat),)
        assert shown(app) == shares(apply_edits(county, edits))
    after = shown(app)
    button(app, "Undo").click().run()
    button(app, "Undo").click().run()
    assert shown(app) == before
    button(app, "Redo").click().run()
    button(app, "Redo").click().run()
    assert shown(app) == after

    app.text_input(key="saved_name").set_value("two more").run()
    button(app, "Save").click().run()
    saved = load_scenario(scenario_folder(county.study), "two more")
    assert [(e.action, e.lon, e.lat) for e in saved.edits] == [("add", *spot) for spot in spots]
    again = run_page("workbench", language="en", bench_tab="Save and open")
    assert shown(again) == before
    button(again, "Open two more (2 steps, revision 1)").click().run()
    assert shown(again) == after


def test_closing_a_point_by_its_name(run_page, county):
    facilities = county.dataset.facilities
    chosen = facilities.id[int(county.points.nonzero()[0][5])]
    app = run_page("workbench", language="en")
    app.selectbox(key="selected").set_value(chosen).run()
    button(app, "Close").click().run()
    assert shown(app) == shares(apply_edits(county, (Edit("close", chosen),)))
    button(app, "Open").click().run()
    assert shown(app) == shares(apply_edits(county, ()))


def test_a_scenario_that_somebody_else_changed_is_not_overwritten(run_page, county):
    folder = scenario_folder(county.study)
    kept = save_scenario(
        folder, SavedScenario("s", (Edit("close", county.dataset.facilities.id[0]),))
    )
    app = run_page("workbench", language="en", bench_tab="Save and open")
    button(app, "Open s (1 steps, revision 1)").click().run()
    save_scenario(folder, replace(kept, note="somebody else"))
    button(app, "Save").click().run()
    assert "somebody else" in app.warning[-1].value or "somebody else" in app.warning[0].value
    assert load_scenario(folder, "s").note == "somebody else"


def test_damaged_scenarios_do_not_stop_the_page(run_page, county):
    folder = scenario_folder(county.study)
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text("{", encoding="utf-8")
    value = {"format": "servicecircle.scenario/9", "name": "new", "edits": [], "revision": 1}
    (folder / "new.json").write_text(json.dumps(value), encoding="utf-8")
    app = run_page("workbench", language="en", bench_tab="Save and open")
    assert not app.error


def test_a_link_opens_the_same_view(county):
    closed = county.dataset.facilities.id[int(county.points.nonzero()[0][0])]
    app = AppTest.from_file(str(ROOT / "app_pages" / "workbench.py"), default_timeout=180)
    app.query_params.update({"lang": "en", "minutes": "15", "edits": f"close,{closed}"})
    app.run()
    assert not app.exception
    assert app.number_input(key="minutes").value == 15.0
    assert [edit.facility_id for edit in app.session_state["edits"]] == [closed]
    assert app.title[0].value == "Scenario workbench"


def test_a_village_is_found_and_its_nearest_points_are_listed(run_page, county, judged):
    villages = county.dataset.villages
    name = villages.name[3]
    app = run_page("coverage", language="en", search=villages.code[3])
    assert any(name in header.value for header in app.subheader)
    ways = app.dataframe[0].value
    assert len(ways) == 3 * len(county.modes)
    listed = next(f.value for f in app.dataframe if "People not covered" in f.value)
    sheet = uncovered_sheet(county, judged, translator("en"))
    assert len(listed) == len(sheet.rows)
    assert list(listed["Code"]) == [row[0] for row in sheet.rows]


def test_search_finds_names_codes_and_coordinates(county):
    dataset = county.dataset
    assert (
        search_places(dataset, dataset.villages.name[0])[0].place.name == dataset.villages.name[0]
    )
    assert search_places(dataset, dataset.facilities.id[4])[0].code == dataset.facilities.id[4]
    assert search_places(dataset, "121.5,30.1")[0].place.lon == 121.5
    assert search_places(dataset, "no such place") == []
    assert search_places(dataset, "nan") == []


def test_two_scenarios_are_compared(run_page, county):
    facilities = county.dataset.facilities
    ids = [facilities.id[row] for row in county.points.nonzero()[0][[3, 60]]]
    save_scenario(scenario_folder(county.study), SavedScenario("fewer", (Edit("close", ids[0]),)))
    app = run_page("compare", language="en")
    figures = app.dataframe[0].value
    assert list(figures.columns) == ["Measure", "Present", "fewer", "fewer: difference"]
    assert any("lose it" in text.value for text in app.markdown)


def test_a_study_that_has_gone_leads_on(run_page, tmp_path):
    app = run_page("coverage", language="en", study=str(tmp_path / "gone.toml"))
    assert "no longer there" in app.error[0].value
    button(app, "Open the built-in county").click().run()
    assert not app.exception
    assert not app.error


def test_a_wrong_study_is_a_sentence(run_page, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("format = 1\n[study]\nname = 'x'\n", encoding="utf-8")
    app = run_page("overview", study=str(wrong))
    assert app.error
    assert not app.exception


def test_a_norm_upside_down_is_a_sentence(run_page):
    app = run_page("ratios", language="en")
    app.number_input(key="upper_people").set_value(80.0).run()
    assert not app.exception
    assert "must be below" in app.error[0].value


def test_a_link_with_numbers_that_are_none_opens_with_the_studys_own(county):
    app = AppTest.from_file(str(ROOT / "app_pages" / "workbench.py"), default_timeout=180)
    app.query_params.update({"lang": "en", "minutes": "²", "lower": "nan", "mode": "rocket"})
    app.run()
    assert not app.exception
    assert app.number_input(key="minutes").value == county.study.travel.minutes
    assert any(
        "mode, minutes, lower" in each.value for each in (*app.warning, *app.info, *app.error)
    )
