"""Stations for a target, in a study of four places whose answers a reader works out."""

import pytest

from app_pages.views.goals import goal_sheet, site_goals
from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from tests.planning.small_study import place, write_study, write_table

# A straight road of 9 km; 60 people at its west end by a clinic, 20, 15 and 5 people 3 km apart.
# Candidates stand by the 20 and the 15; the last 5 people are 3 km = 40 minutes from a candidate.
SPOTS = (0.0, 3_000.0, 6_000.0, 9_000.0)
PEOPLE = (60.0, 20.0, 15.0, 5.0)


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    folder = tmp_path_factory.mktemp("goals")
    study = write_study(
        folder,
        nodes={number: (east, 0.0) for number, east in enumerate(SPOTS, start=1)},
        ways=[([1, 2, 3, 4], {"highway": "footway"})],
        people=[
            (f"p{n}", (east, 0.0), count)
            for n, (east, count) in enumerate(zip(SPOTS, PEOPLE, strict=False))
        ],
        points=[("west", (0.0, 0.0))],
        travel='modes = ["walk"]',
        extra="""
[candidates]
path = "sites.csv"
[siting]
count = 2
targets = [0.6, 0.8, 0.95, 1.0]
""",
    )
    rows = [[f"S{n}", f"S{n}", *map(repr, place(SPOTS[n], 0.0))] for n in (1, 2)]
    write_table(folder / "sites.csv", ["id", "name", "lon", "lat"], rows)
    table = read_study(study)
    return assess(load_dataset(table), table)


def test_the_first_number_that_reaches_and_the_fewest_that_could(road):
    goals = site_goals(road)
    assert [goal.sites for goal in goals] == [0, 1, 2, None]
    assert [goal.fewest for goal in goals] == [0, 1, 2, None]
    assert goals[0].best_share == pytest.approx(0.95)


def test_what_is_out_of_reach_is_said_in_people_and_minutes(road):
    *reached, whole = site_goals(road)
    assert all(goal.people_short == 0 for goal in reached)
    assert whole.people_short == pytest.approx(5.0)
    assert whole.minutes_needed == pytest.approx(40.0, abs=0.1)


def test_the_table_says_what_cannot_be_reached(road):
    sheet = goal_sheet(site_goals(road), 80.0, lambda text: text)
    assert [row[1] for row in sheet.rows] == ["0", "1", "2", "not with any candidate"]
    assert [row[4] for row in sheet.rows] == [0.0, 80.0, 160.0, None]
    assert sheet.rows[-1][5:] == ("5", "40.0")
