"""The capacity-aware view: people go on to the next centre when the nearest is full."""

import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from tests.planning.small_study import place, write_study, write_table


def loads(folder, capacities):
    """One road of 2 km, a centre at each end, 100 people at 0, 200, 400 and 1,900 m."""
    study = write_study(
        folder,
        nodes={1: (0, 0), 2: (2_000, 0)},
        ways=[([1, 2], {"highway": "residential"})],
        people=[(f"h{m}", (m, 0), 100) for m in (0, 200, 400, 1_900)],
        points=[],
    )
    write_table(
        folder / "points.csv",
        ["id", "name", "kind", "owner", "capacity_people", "lon", "lat"],
        [
            [name, name, "B100", "政府", capacity, *map(repr, place(east, 0))]
            for (name, east), capacity in zip((("A", 0), ("B", 2_000)), capacities, strict=True)
        ],
    )
    table = read_study(study)
    ratios = assess(load_dataset(table), table).ratios
    return {
        view: [r.service_people for r in ratios.institutions if r.view == view]
        for view in ("nearest", "capacity")
    }


def test_with_room_for_all_the_nearest_centre_serves(tmp_path):
    assert loads(tmp_path, (1_000, 1_000)) == {"nearest": [300, 100], "capacity": [300, 100]}


def test_a_full_centre_sends_people_on(tmp_path):
    found = loads(tmp_path, (150, 1_000))
    assert found["nearest"] == [300, 100]
    assert found["capacity"] == pytest.approx([150, 250])


def test_people_whom_no_centre_has_room_for_stay_unassigned(tmp_path):
    assert sum(loads(tmp_path, (150, 100))["capacity"]) == pytest.approx(250)
