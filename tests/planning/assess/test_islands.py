"""Land parts without a road link: a drawn strait with a ferry, people and points on both sides."""

import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.islands import land_parts
from planning.assess.workflow import assess
from tests.planning.small_study import write_study

ROAD = {"highway": "residential"}
FERRY = {"route": "ferry", "duration": "00:10", "foot": "yes"}


def parts(folder, ways, *, points=(("clinic", (0, 0)),)):
    study = read_study(
        write_study(
            folder,
            nodes={1: (0, 0), 2: (500, 0), 3: (5_500, 0), 4: (6_000, 0)},
            ways=ways,
            people=[("mainland", (250, 0), 900), ("island", (5_750, 0), 90)],
            points=points,
        )
    )
    return land_parts(assess(load_dataset(study), study))


def test_an_island_with_a_ferry_is_one_row(tmp_path):
    rows = parts(
        tmp_path,
        [([1, 2], ROAD), ([2, 3], FERRY), ([3, 4], ROAD)],
        points=[("clinic", (0, 0)), ("station", (6_000, 0))],
    )
    assert len(rows) == 1
    assert rows[0].people == 90
    assert rows[0].points == 1
    assert rows[0].elders is None
    assert rows[0].lon == pytest.approx(120.0596, abs=1e-3)


def test_a_road_link_makes_it_mainland(tmp_path):
    assert parts(tmp_path, [([1, 2, 3, 4], ROAD)]) == ()


def test_a_part_without_any_link_is_listed_without_minutes(tmp_path):
    rows = parts(tmp_path, [([1, 2], ROAD), ([3, 4], ROAD)])
    assert [(row.people, row.centre_minutes, row.last_boat) for row in rows] == [(90, None, "")]
