"""The map of an assessment: what it shows first, and what its texts say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from planning.maps import encode_map
from planning.maps.cartography import assessment_map
from tests.planning.report_study import assessed


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("map"))


def test_the_first_view_is_the_zones_however_far_the_farthest_hospital_is(study):
    assessment = study.assessment
    dataset = assessment.dataset
    far = dataset.facilities.lon + np.array([0.0, 3.0])
    dataset = replace(dataset, facilities=replace(dataset.facilities, lon=far))
    spec = assessment_map(replace(assessment, dataset=dataset), "zh")
    land = next(layer for layer in spec.layers if layer.id == "land")
    expected = shapely.total_bounds(land.polygons)
    assert encode_map(spec).document["bounds"] == pytest.approx(expected.tolist(), abs=1e-9)
