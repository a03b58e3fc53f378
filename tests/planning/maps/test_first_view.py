"""A map begins at the zones, not at the farthest hospital of the list."""

from __future__ import annotations

import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.maps.cartography import assessment_map
from tests.planning.small_study import place, write_study

ROAD = {"highway": "residential"}


@pytest.mark.parametrize("far_m", [900.0, 60_000.0])
def test_the_first_view_is_the_zones(tmp_path, far_m):
    study = read_study(
        write_study(
            tmp_path,
            nodes={1: (0, 0), 2: (1000, 0), 3: (far_m, 0)},
            ways=[([1, 2, 3], ROAD)],
            people=[("home", (400, 0), 100), ("away", (600, 0), 50)],
            points=[("clinic", (0, 0)), ("hospital", (far_m, 0))],
        )
    )
    dataset = load_dataset(study)
    spec = assessment_map(assess(dataset, study), "en")
    assert spec.bounds is not None
    west, south, east, north = spec.bounds
    assert west < place(400, 0)[0] < place(600, 0)[0] < east < place(10_000, 0)[0]
    assert south < place(400, 0)[1] < north < place(0, 10_000)[1]
