"""Winners and losers on one road whose answers are in the reader's head."""

import pytest
import shapely

from app_pages.views.edit_map import change_areas
from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.whatif.compare import (
    difference_rows,
    difference_sheet,
    plain_words,
    winners_and_losers,
    zone_change_columns,
)
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from tests.planning.small_study import place, write_study

NODES = {number + 1: (1000.0 * number, 0.0) for number in range(7)}
PEOPLE = [(f"p{number}", (1000.0 * number, 0.0), 100.0 + number) for number in range(7)]


def english(text: str) -> str:
    return text


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    path = write_study(
        tmp_path_factory.mktemp("road"),
        nodes=NODES,
        ways=[(list(NODES), {"highway": "footway"})],
        people=PEOPLE,
        points=[("west", (0.0, 0.0))],
    )
    study = read_study(path)
    present = assess(load_dataset(study), study)
    lon, lat = place(5000.0, 0.0)
    moved = (Edit("move", "west", lon=lon, lat=lat, cost_wan_yuan=30.0),)
    return [apply_edits(present, edits) for edits in ((), moved)]


def test_who_gains_and_who_loses(outcomes):
    change = winners_and_losers(*outcomes, "walk")
    assert (change.groups[0].gained, change.groups[0].lost) == (104 + 105 + 106, 100 + 101)
    assert sum(zone.groups[0].gained for zone in change.zones) == change.groups[0].gained


def test_gained_less_lost_is_the_difference_of_the_covered(outcomes):
    for mode in outcomes[0].modes:
        net = winners_and_losers(*outcomes, mode).groups[0].net
        before, after = (outcome.modes[mode].ledgers["all"].covered for outcome in outcomes)
        assert net == pytest.approx(after - before)


def test_measures_side_by_side(outcomes):
    rows = dict(difference_rows(outcomes, "walk"))
    assert rows["people_covered"] == [201.0, 315.0]
    assert rows["cost"] == [None, 30.0]
    sheet = difference_sheet(["A", "B"], outcomes, "walk", english)
    assert sheet.headers == ("Measure", "A", "B", "B: difference")
    assert sheet.rows[0][1:] == ("201", "315", "+114")


def test_the_paragraph_names_winners_and_losers(outcomes):
    text = plain_words(["Now", "Moved"], outcomes, "walk", english)
    assert "315 people gain the circle and 201 lose it, net +114" in text


def test_a_table_by_zone(outcomes):
    columns = {c.name: c.values for c in zone_change_columns(winners_and_losers(*outcomes, "walk"))}
    assert list(columns["gained"]) == [315.0]
    assert list(columns["lost"]) == [201.0]


def test_only_zones_with_winners_or_losers_and_where_they_live(outcomes):
    assert zone_change_columns(winners_and_losers(outcomes[0], outcomes[0], "walk"))[0].values == []
    assert change_areas(outcomes[0], outcomes[0], "walk", english) is None
    areas = change_areas(*outcomes, "walk", english)
    assert areas.group.tolist() == [0, 1]
    homes = shapely.points([place(1000.0 * number, 0.0) for number in range(7)])
    gained, lost = (shapely.contains(area, homes).tolist() for area in areas.polygons)
    assert gained == [False] * 4 + [True] * 3
    assert lost == [True] * 2 + [False] * 5
    assert difference_sheet(["A", "B"], outcomes, "walk", english).rows[-1][-1] == "+30"
