"""The zones coloured by people per centre say what the table beside them says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app_pages.views.centres import SHADES, ratio_layer, ratio_legend, shade_of, zone_sheet
from planning.centres.norms import RatioBounds
from planning.centres.service_ratio import UrbanResult
from tests.planning.report_study import assessed


@pytest.fixture(scope="module")
def assessment(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("ratio"))[0]


def test_towns_to_which_n1_does_not_apply_are_grey_on_the_map_as_in_the_table(assessment):
    view = assessment.ratios.zones[0].view
    layer = ratio_layer(assessment, view, lambda text: text)
    told = {row[0]: row[1] for row in zone_sheet(assessment.ratios, view, lambda text: text).rows}
    shown = {name: layer.styles[group] for name, group in zip(layer.name, layer.group, strict=True)}
    assert set(told.values()) == {"does not apply"}
    assert {name: style.label for name, style in shown.items()} == dict.fromkeys(
        told, "Does not apply"
    )
    red, green, blue = (int(SHADES[4][1][k : k + 2], 16) for k in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) < 8
    legend = ratio_legend(lambda text: text)
    assert all(label in legend for label, _ in SHADES)


@pytest.mark.parametrize(
    ("result", "each", "label"),
    [
        (UrbanResult.NEITHER, None, "No centre"),
        (UrbanResult.PEOPLE_ONLY, 29_999, "Under the norm (−)"),
        (UrbanResult.BOTH, 30_000, "Within the norm (=)"),
        (UrbanResult.BOTH, 100_000, "Within the norm (=)"),
        (UrbanResult.STREET_ONLY, 100_001, "Over the norm (+)"),
        (UrbanResult.NOT_APPLICABLE, 20_000, "Does not apply"),
        (UrbanResult.NOT_APPLICABLE, None, "Does not apply"),
        (UrbanResult.NO_URBAN_LIST, 20_000, "Cannot be judged"),
        (UrbanResult.NO_PEOPLE, None, "Cannot be judged"),
        (UrbanResult.OWNER_UNKNOWN, 200_000, "Cannot be judged"),
    ],
)
def test_every_verdict_has_its_colour(assessment, result, each, label):
    row = replace(assessment.ratios.zones[0], result=result, people_per_centre=each)
    assert SHADES[shade_of(row, RatioBounds())][0] == label
