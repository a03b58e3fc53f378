"""The zones coloured by people per centre say what the table beside them says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app_pages.views.centres import SHADES, ratio_layer, ratio_legend, shade_of, zone_sheet
from planning.centres.norms import SizeStatus
from planning.centres.urban_verdict import UrbanResult
from tests.planning.report_study import assessed


@pytest.fixture(scope="module")
def assessment(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("ratio")).assessment


def test_towns_to_which_n1_does_not_apply_are_grey_on_the_map_as_in_the_table(assessment):
    view = assessment.ratios.zones[0].view
    layer = ratio_layer(assessment, view, lambda text: text)
    told = {row[0]: row[1] for row in zone_sheet(assessment, view, lambda text: text).rows}
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
    ("result", "size", "label"),
    [
        (UrbanResult.NEITHER, SizeStatus.NONE, "No centre"),
        (UrbanResult.PEOPLE_ONLY, SizeStatus.UNDER, "Under the norm (−)"),
        (UrbanResult.BOTH, SizeStatus.WITHIN, "Within the norm (=)"),
        (UrbanResult.STREET_ONLY, SizeStatus.OVER, "Over the norm (+)"),
        (UrbanResult.NOT_APPLICABLE, SizeStatus.UNDER, "Does not apply"),
        (UrbanResult.NOT_APPLICABLE, SizeStatus.NONE, "Does not apply"),
        (UrbanResult.NO_URBAN_LIST, SizeStatus.UNDER, "Cannot be judged"),
        (UrbanResult.NO_STREETS, SizeStatus.UNDER, "Cannot be judged"),
        (UrbanResult.NO_PEOPLE, SizeStatus.NONE, "Cannot be judged"),
        (UrbanResult.NO_POINTS, SizeStatus.NONE, "Cannot be judged"),
        (UrbanResult.OWNER_UNKNOWN, SizeStatus.OVER, "Cannot be judged"),
    ],
)
def test_every_verdict_has_its_colour(assessment, result, size, label):
    row = replace(assessment.ratios.zones[0], result=result, size=size)
    assert SHADES[shade_of(row)][0] == label
