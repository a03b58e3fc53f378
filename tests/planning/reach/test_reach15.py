"""The 15-minute circle stands beside the 20 minutes, under its own name, of two kinds of places."""

from __future__ import annotations

import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.study_figures import reach15_figures
from planning.assess.workflow import assess
from planning.report.lines import result_lines
from planning.report.results import summary
from planning.standards.result import result_of
from tests.planning.small_study import place, write_study, write_table

METRES_A_MINUTE = 75.0


@pytest.fixture(scope="module")
def assessment(tmp_path_factory):
    """Return 60 people 10, 30 people 18 minutes from the clinic, and these 5 from a hospital."""
    far = 18 * METRES_A_MINUTE
    study = write_study(
        tmp_path_factory.mktemp("reach15"),
        nodes={1: (0, 0), 2: (2500, 0)},
        ways=[([1, 2], {"highway": "residential"})],
        people=[("near", (750, 0), 60), ("far", (far, 0), 30)],
        points=[("clinic", (0, 0))],
        travel='modes = ["walk"]',
    )
    spots = {"clinic": (0, "D600"), "hospital": (far + 5 * METRES_A_MINUTE, "A100")}
    rows = [[name, name, kind, *map(repr, place(x, 0))] for name, (x, kind) in spots.items()]
    write_table(study.parent / "points.csv", ["id", "name", "kind", "lon", "lat"], rows)
    table = read_study(study)
    return assess(load_dataset(table), table)


def test_points_and_all_institutions_are_counted_apart(assessment):
    counted = {(row.mode, row.scope): row.ledger.covered for row in assessment.reach15}
    assert counted == {("walk", "points"): 60, ("walk", "institutions"): 90}
    assert assessment.modes["walk"].coverage[0].ledger.covered == 90  # 20 minutes, points


def test_it_has_its_own_name_and_no_verdict(assessment):
    points, institutions = reach15_figures(assessment)
    assert points.identity != institutions.identity
    assert "15分钟医疗服务圈（参考，口径未定）" in points.name("zh")
    lines = "\n".join(result_lines(result_of(assessment), "zh"))
    assert "15分钟医疗服务圈（参考，口径未定）" in lines
    assert "网点 66.67 %，所有机构 100.00 %" in lines
    rows = summary(assessment, [])["reach15"]["walk"]
    assert (rows["points"]["people"], rows["institutions"]["share"]) == (60, 1.0)
    assert summary(assessment, [])["coverage"]["walk"]["minutes"] == 20
