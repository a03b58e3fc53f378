"""Saved scenarios: round trip, two people at once, full disk, older and damaged files."""

import json
import threading
from dataclasses import replace

import pytest

from data.errors import PlannerError
from planning.whatif import scenarios
from planning.whatif.edits import Edit
from planning.whatif.scenarios import (
    SavedScenario,
    delete_scenario,
    edits_from_text,
    edits_text,
    list_scenarios,
    load_scenario,
    save_scenario,
    scenario_file,
)

EDITS = (
    Edit("add", "NEW-001", "东片站 <b>&\"'", "B200", 120.5, 30.25, 3000.0, 80.0),
    Edit("close", "330604-D600-001"),
    Edit("add_road", "ROAD-001", lon=120.5, lat=30.25, to_lon=120.6, to_lat=30.2,
         road_class="tertiary", speed_kph=40.0, is_oneway=True),
    Edit("set_speed", "way/12", speed_kph=35.5),
    Edit("close_road", "way/13"),
)  # fmt: skip


def codes(error) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_round_trip(tmp_path):
    saved = save_scenario(tmp_path, SavedScenario("东片 加两所 🏥", EDITS, study_name="county"))
    assert saved.revision == 1
    assert load_scenario(tmp_path, "东片 加两所 🏥") == saved
    assert list_scenarios(tmp_path) == (saved,)
    assert save_scenario(tmp_path, saved).revision == 2
    delete_scenario(tmp_path, saved.name)
    assert list_scenarios(tmp_path) == ()


def test_whoever_saves_second_is_told(tmp_path):
    first = save_scenario(tmp_path, SavedScenario("s", EDITS))
    save_scenario(tmp_path, replace(first, note="mine"))
    with pytest.raises(PlannerError) as error:
        save_scenario(tmp_path, replace(first, note="yours"))
    assert codes(error) == ["scenario_changed"]
    assert load_scenario(tmp_path, "s").note == "mine"


def test_of_many_who_save_at_once_exactly_one_succeeds(tmp_path):
    first = save_scenario(tmp_path, SavedScenario("s", EDITS))
    outcomes = []

    def save(number: int) -> None:
        try:
            outcomes.append(save_scenario(tmp_path, replace(first, note=str(number))).note)
        except PlannerError:
            outcomes.append(None)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [note for note in outcomes if note is not None]
    kept = load_scenario(tmp_path, "s")
    assert (kept.note, kept.revision) == (winner, 2)


def test_a_full_disk_leaves_the_earlier_file_whole(tmp_path, monkeypatch):
    first = save_scenario(tmp_path, SavedScenario("s", EDITS))

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scenarios, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        save_scenario(tmp_path, replace(first, note="lost"))
    assert load_scenario(tmp_path, "s") == first


def test_an_older_version_is_brought_up(tmp_path):
    path = scenario_file(tmp_path, "old")
    value = {"format": "servicecircle.scenario/0", "name": "old", "opened": ["a"], "closed": ["b"]}
    path.write_text(json.dumps(value), encoding="utf-8")
    assert load_scenario(tmp_path, "old").edits == (Edit("open", "a"), Edit("close", "b"))


def test_the_version_before_roads_is_brought_up(tmp_path):
    path = scenario_file(tmp_path, "old")
    edit = {"action": "add", "facility_id": "NEW-001", "name": "", "kind": "B200", "lon": 120.5,
            "lat": 30.25, "capacity_people": None, "cost_wan_yuan": 80.0}  # fmt: skip
    value = {
        "format": "servicecircle.scenario/1",
        "name": "old",
        "revision": 3,
        "edits": [edit],
        "study_name": "county",
        "dataset_fingerprint": "",
        "note": "",
    }
    path.write_text(json.dumps(value), encoding="utf-8")
    saved = load_scenario(tmp_path, "old")
    assert saved.edits == (Edit("add", "NEW-001", "", "B200", 120.5, 30.25, cost_wan_yuan=80.0),)
    assert save_scenario(tmp_path, saved).revision == 4
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == "servicecircle.scenario/2"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "servicecircle.scenario/3"}, "study_format"),
        ({"edits": [{"action": "close", "facility_id": "a", "name": None}]}, "scenario_content"),
        ({"edits": [{"action": "close", "facility_id": "a", "is_oneway": 1}]}, "scenario_content"),
        ({"edits": [{"action": "close", "facility_id": "a", "lon": True}]}, "scenario_content"),
        ({"format": "servicecircle.summary/1"}, "file_unreadable"),
        ({"edits": "close"}, "scenario_content"),
        ({"edits": [{"action": "burn", "facility_id": "a"}]}, "scenario_content"),
        ({"edits": [{"action": "close"}]}, "scenario_content"),
        ({"edits": [{"action": "close", "facility_id": "a", "path": "/x"}]}, "scenario_content"),
        ({"edits": [{"action": "add", "facility_id": "a", "lon": "x"}]}, "scenario_content"),
        ({"revision": True}, "scenario_content"),
    ],
)
def test_files_that_do_not_fit_are_refused_and_not_listed(tmp_path, change, code):
    save_scenario(tmp_path, SavedScenario("s", EDITS))
    path = scenario_file(tmp_path, "s")
    value = json.loads(path.read_text(encoding="utf-8")) | change
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(PlannerError) as error:
        load_scenario(tmp_path, "s")
    assert codes(error) == [code]
    assert list_scenarios(tmp_path) == ()


@pytest.mark.parametrize("name", ["", " s", "a\nb", "x" * 61])
def test_names_that_cannot_be_used(tmp_path, name):
    with pytest.raises(PlannerError) as error:
        save_scenario(tmp_path, SavedScenario(name, EDITS))
    assert codes(error) == ["scenario_name"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x", "a/b", "..", "<script>"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    assert scenario_file(tmp_path, name).parent == tmp_path
    save_scenario(tmp_path, SavedScenario(name, EDITS))
    assert load_scenario(tmp_path, name).name == name


def test_a_link_holds_the_steps():
    plain = tuple(replace(edit, name="") for edit in EDITS)
    assert edits_from_text(edits_text(EDITS)) == plain


@pytest.mark.parametrize("text", ["burn,a", "add", "add,a,B200,x,30", "move,a,,nan,30"])
def test_a_link_that_cannot_be_read_is_refused(text):
    with pytest.raises(PlannerError):
        edits_from_text(text)
