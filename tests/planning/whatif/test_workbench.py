"""Edits of a scenario: worked by hand on one road, and equal to a fresh assessment."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset
from data.errors import PlannerError
from data.study.file import read_study
from planning.assess.mode_result import assess_mode
from planning.assess.workflow import Assessment, assess
from planning.reach.coverage import Status
from planning.reach.scenario import Scenario
from planning.whatif.edits import Edit, edited_facilities, edited_scenario, next_id
from planning.whatif.outcome import Outcome, apply_edits
from tests.planning.small_study import place, write_study

# One straight footway of 6 km; 100 people every kilometre, a clinic at its west end. Walking at
# 4.5 km/h, 20 minutes are 1,500 m.
NODES = {number + 1: (1000.0 * number, 0.0) for number in range(7)}
WAYS = [(list(NODES), {"highway": "footway"})]
PEOPLE = [(f"p{number}", (1000.0 * number, 0.0), 100.0) for number in range(7)]


@pytest.fixture(scope="module")
def road(tmp_path_factory) -> Assessment:
    folder = tmp_path_factory.mktemp("road")
    study = write_study(
        folder, nodes=NODES, ways=WAYS, people=PEOPLE, points=[("west", (0.0, 0.0))]
    )
    return assessed(study)


def assessed(path: Path) -> Assessment:
    study = read_study(path)
    return assess(load_dataset(study), study)


def covered(outcome: Outcome) -> list[str]:
    is_covered = outcome.modes["walk"].status == Status.COVERED
    return [outcome.dataset.demand.cell_id[row] for row in np.flatnonzero(is_covered)]


def station(number: str, east_m: float, **more) -> Edit:
    lon, lat = place(east_m, 0.0)
    return Edit("add", number, kind="B200", lon=lon, lat=lat, **more)


def test_without_edits_it_is_the_present_state(road):
    outcome = apply_edits(road, ())
    assert covered(outcome) == ["p0", "p1"]
    assert outcome.modes["walk"].ledgers["all"] == road.modes["walk"].coverage[0].ledger
    assert [gap.people for gap in outcome.gaps] == [gap.people for gap in road.gaps]


def test_a_station_covers_who_lives_within_1500_metres(road):
    outcome = apply_edits(road, (station("new", 4000.0, cost_wan_yuan=80.0),))
    assert covered(outcome) == ["p0", "p1", "p3", "p4", "p5"]
    assert outcome.modes["walk"].ledgers["all"].covered == 500.0
    assert outcome.cost_wan_yuan == 80.0
    row = outcome.dataset.demand.cell_id.index("p4")
    assert outcome.dataset.facilities.id[outcome.modes["walk"].nearest.facility[row]] == "new"


def test_moving_and_closing(road):
    lon, lat = place(6000.0, 0.0)
    moved = apply_edits(road, (Edit("move", "west", lon=lon, lat=lat),))
    assert covered(moved) == ["p5", "p6"]
    closed = apply_edits(road, (Edit("close", "west"),))
    assert covered(closed) == []
    counted = closed.modes["walk"].ledgers["all"]
    assert (counted.covered, counted.unreachable, counted.unknown) == (None, None, 700.0)
    assert closed.gaps == ()
    again = apply_edits(road, (Edit("close", "west"), Edit("open", "west")), previous=closed)
    assert covered(again) == ["p0", "p1"]


def test_the_same_place_is_tied_to_the_road_once(road):
    first = apply_edits(road, (station("a", 3000.0),))
    second = apply_edits(road, (station("a", 3000.0), station("b", 6000.0)), previous=first)
    alone = apply_edits(road, (station("a", 3000.0), station("b", 6000.0)))
    for mode, result in second.modes.items():
        assert (result.nearest.tenths == alone.modes[mode].nearest.tenths).all()


@pytest.mark.slow
def test_any_edits_equal_a_fresh_assessment_of_the_edited_county(county, rng):
    facilities, demand = county.dataset.facilities, county.dataset.demand
    open_ids = [facilities.id[row] for row in np.flatnonzero(county.points)]
    cells = rng.choice(len(demand), 6, replace=False)
    spots = [(float(demand.lon[c]), float(demand.lat[c])) for c in cells]
    edits: tuple[Edit, ...] = ()
    outcome = None
    for step in (
        Edit("add", "NEW-001", kind="B200", lon=spots[0][0], lat=spots[0][1]),
        Edit("add", "NEW-002", kind="B100", lon=spots[1][0], lat=spots[1][1]),
        Edit("close", open_ids[10]),
        Edit("move", open_ids[40], lon=spots[2][0], lat=spots[2][1]),
        Edit("upgrade", open_ids[80], kind="B100"),
        Edit("move", "NEW-001", lon=spots[3][0], lat=spots[3][1]),
        Edit("close", "NEW-002"),
    ):
        edits += (step,)
        outcome = apply_edits(county, edits, previous=outcome)
    fresh = assess(outcome.dataset, county.study, scenario=outcome.scenario)
    assert (fresh.points == outcome.points).all()
    assert_times_equal(outcome, county)
    assert fresh.ratios == outcome.ratios
    assert [(g.people, g.zone) for g in fresh.gaps] == [(g.people, g.zone) for g in outcome.gaps]


@pytest.mark.slow
def test_200_random_edits_one_after_the_other_equal_a_fresh_assessment(county, rng):
    travel = replace(county.study.travel, modes=("walk", "car"))
    modes = {mode: county.modes[mode] for mode in travel.modes}
    county = replace(county, study=replace(county.study, travel=travel), modes=modes)
    facilities, demand = county.dataset.facilities, county.dataset.demand
    open_ids = [facilities.id[row] for row in np.flatnonzero(county.points)]
    edits: tuple[Edit, ...] = ()
    outcome = None
    for number in range(200):
        cell = int(rng.integers(len(demand)))
        spot = {"lon": float(demand.lon[cell]), "lat": float(demand.lat[cell])}
        added = [edit.facility_id for edit in edits if edit.action == "add"]
        chosen = str(rng.choice([*open_ids, *added]))
        what = rng.choice(["add", "add", "move", "close", "open", "upgrade", "undo"])
        if what == "undo":
            edits = edits[:-1]
        elif what == "add":
            edits += (Edit("add", f"N{number}", kind="B200", **spot),)
        elif what == "move":
            edits += (Edit("move", chosen, **spot),)
        elif what == "upgrade":
            edits += (Edit("upgrade", chosen, kind="B200"),)
        else:
            edits += (Edit(str(what), chosen),)
        outcome = apply_edits(county, edits, previous=outcome)
        if number % 67 == 65:
            assert_times_equal(outcome, county)


def assert_times_equal(outcome: Outcome, county: Assessment) -> None:
    """Times, facilities and ledgers are those of the edited county on its own."""
    for mode, after in outcome.modes.items():
        fresh = assess_mode(outcome.dataset, county.study, outcome.scenario, mode)
        assert (fresh.nearest.tenths == after.nearest.tenths).all()
        assert (fresh.nearest.facility == after.nearest.facility).all()
        assert (fresh.status == after.status).all()
        assert fresh.zone_ledgers == after.zone_ledgers


def test_undoing_gives_the_former_numbers(county):
    demand = county.dataset.demand
    one = Edit("add", "NEW-001", kind="B200", lon=float(demand.lon[9]), lat=float(demand.lat[9]))
    before = apply_edits(county, (one,))
    after = apply_edits(county, (one, Edit("close", county.dataset.facilities.id[0])))
    back = apply_edits(county, (one,), previous=after)
    for mode, result in before.modes.items():
        assert result.ledgers == back.modes[mode].ledgers


def test_the_dataset_of_the_assessment_is_not_touched(road):
    before = road.dataset.facilities
    apply_edits(road, (station("new", 4000.0), Edit("close", "west")))
    assert road.dataset.facilities is before
    assert before.id == ("west",)


def test_edits_that_cannot_be_made_are_all_named(road):
    wrong = (
        Edit("close", "nobody"),
        Edit("add", "west", kind="B200", lon=120.0, lat=30.0),
        Edit("add", "x", kind="Z9", lon=120.0, lat=30.0),
        Edit("add", "y", kind="B200"),
        Edit("move", "west", lon=500.0, lat=30.0),
    )
    with pytest.raises(PlannerError) as caught:
        edited_facilities(road.dataset, wrong)
    assert [finding.rows for finding in caught.value.findings] == [(1,), (2,), (3,), (4,), (5,)]


def test_the_last_of_open_and_close_counts():
    scenario = Scenario(as_of="2025-01-01", opened=("a",))
    edits = (Edit("close", "a"), Edit("open", "b"), Edit("close", "b"))
    assert edited_scenario(scenario, edits) == replace(scenario, opened=(), closed=("a", "b"))


def test_numbers_of_new_points_are_never_taken():
    assert next_id((), ["NEW-001"]) == "NEW-002"
