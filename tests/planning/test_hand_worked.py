"""Small studies, from files to status, with answers that a reader works out in the head."""

import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.reach.coverage import Status
from tests.planning.small_study import write_study, write_water

METRES_PER_SECOND = 4.5 / 3.6
ROAD = {"highway": "residential"}


def assessed(study):
    table = read_study(study)
    return assess(load_dataset(table), table)


def seconds(assessment, mode="walk"):
    times = assessment.modes[mode].nearest.tenths / 10
    return dict(zip(assessment.dataset.demand.cell_id, times.tolist(), strict=True))


def statuses(assessment, mode="walk"):
    status = assessment.modes[mode].status.tolist()
    return dict(zip(assessment.dataset.demand.cell_id, map(Status, status), strict=True))


def test_nine_cells_on_a_road_of_four_nodes(tmp_path):
    # A road 900 m long with nodes every 300 m, the clinic at its west end; three rows of cells:
    # on the road and 100 m north and south of it, at 0, 300 and 600 m.
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (900, 0)},
        ways=[([1, 2, 3, 4], ROAD)],
        people=[
            (f"{column}{row}", (300 * column, 100 * row), 1 + column)
            for row in (-1, 0, 1)
            for column in (0, 1, 2)
        ],
        points=[("clinic", (0, 0))],
    )
    assessment = assessed(study)
    times = seconds(assessment)
    for row in (-1, 0, 1):
        for column in (0, 1, 2):
            metres = 300 * column + 100 * abs(row)
            assert times[f"{column}{row}"] == pytest.approx(metres / METRES_PER_SECOND, abs=0.3)
    ledger = assessment.modes["walk"].coverage[0].ledger
    assert ledger.input == ledger.covered == 3 * (1 + 2 + 3)


@pytest.mark.parametrize(
    ("target", "expected"),
    [(1_199, Status.COVERED), (1_200, Status.COVERED), (1_201, Status.BEYOND)],
)
def test_the_limit_survives_to_the_second(tmp_path, target, expected):
    far = target * METRES_PER_SECOND
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (0, 700), 3: (0, 1_900)},
        ways=[([1, 2, 3], ROAD)],
        people=[("home", (0, far), 5)],
        points=[("clinic", (0, 0))],
    )
    assessment = assessed(study)
    assert seconds(assessment)["home"] == pytest.approx(target, abs=0.05)
    assert statuses(assessment)["home"] == expected


def test_a_strait_without_a_bridge_is_not_crossed(tmp_path):
    # The far shore lies 350 m from the road, well within 1,000 m, but 300 m of it are water.
    write_water(
        tmp_path / "water.geojson", [(-2_000, 20), (2_000, 20), (2_000, 320), (-2_000, 320)]
    )
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (500, 0)},
        ways=[([1, 2], ROAD)],
        people=[("near", (250, 10), 7), ("far", (250, 350), 11)],
        points=[("clinic", (0, 0))],
        extra='[water]\npath = "water.geojson"',
    )
    assessment = assessed(study)
    assert statuses(assessment) == {"near": Status.COVERED, "far": Status.OFF_NETWORK}
    assert assessment.modes["walk"].coverage[0].ledger.off_network == 11


def test_a_bridge_carries_people_across(tmp_path):
    write_water(
        tmp_path / "water.geojson", [(-2_000, 20), (2_000, 20), (2_000, 320), (-2_000, 320)]
    )
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (500, 0), 3: (500, 350), 4: (250, 350)},
        ways=[([1, 2], ROAD), ([2, 3], ROAD | {"bridge": "yes"}), ([3, 4], ROAD)],
        people=[("far", (250, 350), 11), ("afloat", (450, 170), 3)],
        points=[("clinic", (0, 0))],
        extra='[water]\npath = "water.geojson"',
    )
    assessment = assessed(study)
    assert statuses(assessment)["far"] == Status.COVERED
    assert seconds(assessment)["far"] == pytest.approx(
        (500 + 350 + 250) / METRES_PER_SECOND, abs=0.3
    )


def test_one_way_streets_bind_cars_and_not_walkers(tmp_path):
    # A ring of 4 x 400 m driven one way; home lies 400 m behind the clinic.
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400)},
        ways=[([1, 2, 3, 4, 1], ROAD | {"oneway": "yes"})],
        people=[("home", (400, 0), 1)],
        points=[("clinic", (0, 0))],
    )
    assessment = assessed(study)
    assert seconds(assessment)["home"] == pytest.approx(400 / METRES_PER_SECOND, abs=0.3)
    assert seconds(assessment, "car")["home"] == pytest.approx(1_200 / (25 / 3.6), abs=0.3)


def test_without_a_basis_no_mode_is_the_headline(tmp_path):
    drawn = {
        "nodes": {1: (0, 0), 2: (500, 0)},
        "ways": [([1, 2], ROAD)],
        "people": [("home", (400, 0), 1)],
        "points": [("clinic", (0, 0))],
    }
    silent = assessed(write_study(tmp_path / "a", **drawn, travel='headline_mode = "walk"'))
    stated = assessed(
        write_study(tmp_path / "b", **drawn, travel='headline_mode = "e_bike"\nbasis = "自定"')
    )
    assert silent.headline_mode is None
    assert stated.headline_mode == stated.analysis_mode == "e_bike"


def test_emergency_ways_are_closed_to_cars_in_a_road_file(tmp_path):
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (500, 0)},
        ways=[([1, 2], {"highway": "service", "service": "emergency_access"})],
        people=[("home", (400, 0), 1)],
        points=[("clinic", (0, 0))],
        travel='modes = ["walk", "car"]',
    )
    assessment = assessed(study)
    assert statuses(assessment)["home"] == Status.COVERED
    assert statuses(assessment, "car")["home"] == Status.OFF_NETWORK


def test_a_mode_without_any_road_leaves_everybody_off_the_network(tmp_path):
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (3_000, 0)},
        ways=[([1, 2], {"highway": "motorway"})],
        people=[("home", (0, 0), 5)],
        points=[("clinic", (1_000, 0))],
    )
    assessment = assessed(study)
    assert assessment.modes["walk"].coverage[0].ledger.off_network == 5
    assert assessment.proposal.sites == ()


def test_a_passage_through_a_building_is_joined_at_its_side(tmp_path):
    # Home stands in the middle of a passage of 240 m, 144 m of street before the clinic. As a
    # tunnel the passage could not be joined: the nearest street would be 120 m away by foot.
    study = write_study(
        tmp_path,
        nodes={1: (0, 0), 2: (240, 0), 3: (264, 0), 4: (0, 200)},
        ways=[
            ([1, 2], ROAD | {"tunnel": "building_passage"}),
            ([2, 3], ROAD),
            ([1, 4], ROAD),
        ],
        people=[("home", (100, 0), 3)],
        points=[("clinic", (264, 0))],
    )
    # From the side: 164 m. As a tunnel: 100 m on foot to the street at node 1, then 264 m.
    assert seconds(assessed(study))["home"] == pytest.approx(164 / METRES_PER_SECOND, abs=0.3)
