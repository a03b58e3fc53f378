"""What may go wrong while somebody works: a sentence and a way on, and nothing is lost."""

import json
import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app_pages.views.workbench import new_name
from data.study.file import SAMPLE_STUDY
from planning.whatif import scenarios
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from planning.whatif.scenarios import (
    SavedScenario,
    edits_text,
    load_scenario,
    save_scenario,
    scenario_file,
    scenario_folder,
)
from planning.words.figures import share_text

ROOT = Path(__file__).resolve().parents[2]
SAVE_TAB = "Save and open"


def button(app, label):
    return next(widget for widget in app.button if widget.label == label)


def shares(outcome):
    return [share_text(result.ledgers["all"].share) for result in outcome.modes.values()]


def shown(app):
    return [metric.value for metric in app.metric]


def warned(app):
    return " ".join(message.value for message in app.warning)


def test_a_full_disk_says_so_and_keeps_the_steps(run_page, county, monkeypatch):
    folder = scenario_folder(county.study)
    closed = (Edit("close", county.dataset.facilities.id[0]),)
    kept = save_scenario(folder, SavedScenario("s", closed))
    app = run_page("workbench", language="en", bench_tab=SAVE_TAB)
    button(app, "Open s (1 steps, revision 1)").click().run()
    app.number_input(key="lon").set_value(120.9)
    app.number_input(key="lat").set_value(29.95).run()
    button(app, "Add at these coordinates").click().run()
    steps = app.session_state["edits"]
    assert len(steps) == 2

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(scenarios, "write_json", full)
        button(app, "Save").click().run()
    assert not app.exception
    assert "No space left on device" in warned(app)
    assert app.session_state["edits"] == steps
    assert load_scenario(folder, "s") == kept
    button(app, "Save").click().run()
    assert [edit.action for edit in load_scenario(folder, "s").edits] == ["close", "add"]


def test_a_scenario_of_an_older_version_opens_and_is_saved_as_a_new_one(run_page, county):
    folder = scenario_folder(county.study)
    folder.mkdir(parents=True)
    closed = county.dataset.facilities.id[int(county.points.nonzero()[0][4])]
    value = {
        "format": "servicecircle.scenario/1",
        "name": "old",
        "revision": 2,
        "edits": [{"action": "close", "facility_id": closed}],
    }
    scenario_file(folder, "old").write_text(json.dumps(value), encoding="utf-8")
    app = run_page("workbench", language="en", bench_tab=SAVE_TAB)
    button(app, "Open old (1 steps, revision 2)").click().run()
    assert shown(app) == shares(apply_edits(county, (Edit("close", closed),)))
    button(app, "Save").click().run()
    text = scenario_file(folder, "old").read_text(encoding="utf-8")
    assert json.loads(text)["format"] == "servicecircle.scenario/2"
    assert load_scenario(folder, "old").revision == 3


def test_whoever_saves_second_is_told_and_can_save_under_another_name(run_page, county):
    folder = scenario_folder(county.study)
    ids = county.dataset.facilities.id
    save_scenario(folder, SavedScenario("plan", (Edit("close", ids[0]),)))
    first, second = (run_page("workbench", language="en", bench_tab=SAVE_TAB) for _ in range(2))
    for app in (first, second):
        button(app, "Open plan (1 steps, revision 1)").click().run()
    for app, facility in ((first, ids[1]), (second, ids[2])):
        app.session_state["edits"] = (*app.session_state["edits"], Edit("close", facility))
        app.run()
        button(app, "Save").click().run()
    assert "revision 2" in first.success[0].value
    assert not second.success
    assert "somebody else" in warned(second)
    assert len(second.session_state["edits"]) == 2
    assert load_scenario(folder, "plan").edits[-1] == Edit("close", ids[1])
    second.text_input(key="saved_name").set_value("plan of the second").run()
    button(second, "Save").click().run()
    assert load_scenario(folder, "plan of the second").edits[-1] == Edit("close", ids[2])


def test_a_study_deleted_while_open_leads_on(run_page, tmp_path):
    folder = tmp_path / "county"
    shutil.copytree(SAMPLE_STUDY.parent, folder)
    app = run_page("workbench", language="en", study=str(folder / SAMPLE_STUDY.name))
    assert shown(app)
    shutil.rmtree(folder)
    app.run()
    assert not app.exception
    assert "no longer there" in app.error[0].value
    button(app, "Open the built-in county").click().run()
    assert not app.exception
    assert not app.error
    assert shown(app)


def test_steps_that_cannot_be_taken_are_named_and_taken_back(run_page, county):
    good = Edit("close", county.dataset.facilities.id[int(county.points.nonzero()[0][4])])
    app = run_page("workbench", language="en", edits=(good, Edit("close", "nobody")))
    assert "nobody" in app.error[0].value
    button(app, "Undo").click().run()
    assert not app.error
    assert shown(app) == shares(apply_edits(county, (good,)))


def test_a_link_holds_points_roads_capacities_and_costs(county):
    edits = (
        Edit("add", "NEW-001", kind="B200", lon=120.9, lat=29.95, capacity_people=3000.0,
             cost_wan_yuan=80.0),
        Edit("add_road", "ROAD-001", lon=120.8, lat=29.83, to_lon=120.95, to_lat=29.85,
             road_class="tertiary", speed_kph=40.0, is_oneway=True),
    )  # fmt: skip
    app = AppTest.from_file(str(ROOT / "app_pages" / "workbench.py"), default_timeout=180)
    app.query_params.update({"lang": "en", "edits": edits_text(edits)})
    app.run()
    assert not app.exception
    assert shown(app) == shares(apply_edits(county, edits))
    assert edits_text(app.session_state["edits"]) == edits_text(edits)
    names = list(app.dataframe[0].value["Name"])
    assert names == [new_name("NEW-001", "B200", "en"), "ROAD-001"]


def test_a_road_is_added_timed_and_closed_by_the_keyboard(run_page, county):
    app = run_page("workbench", language="en", on_click="link")
    for key, value in (("lon", 120.8), ("lat", 29.83), ("to_lon", 120.95), ("to_lat", 29.85)):
        app.number_input(key=key).set_value(value)
    app.run()
    button(app, "Add the link at these coordinates").click().run()
    link = app.session_state["edits"][0]
    assert (link.action, link.facility_id, link.to_lat) == ("add_road", "ROAD-001", 29.85)
    assert shown(app) == shares(apply_edits(county, (link,)))

    app.radio(key="on_click").set_value("road").run()
    button(app, "Select the road nearest to these coordinates").click().run()
    name = app.session_state["road"]
    app.number_input(key="road_speed").set_value(20.0).run()
    if not button(app, "Set the speed").disabled:
        button(app, "Set the speed").click().run()
    button(app, "Close the road").click().run()
    steps = app.session_state["edits"]
    assert steps[-1] == Edit("close_road", name)
    assert shown(app) == shares(apply_edits(county, steps))
    for _ in range(len(steps)):
        button(app, "Undo").click().run()
    assert shown(app) == shares(apply_edits(county, ()))
