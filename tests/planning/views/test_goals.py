"""Stations for a target, on a curve of round numbers."""

from types import SimpleNamespace

import numpy as np

from planning.coverage import Ledger
from planning.views.goals import goal_sheet, site_goals


def assessment(covered, bound, reachable):
    ledger = Ledger(100.0, 0.0, 0.0, 0.0, 20.0, 80.0)
    mode = SimpleNamespace(coverage=(SimpleNamespace(ledger=ledger),))
    curve = SimpleNamespace(
        covered=np.array(covered, dtype=float), bound=np.array(bound, dtype=float),
        reachable=float(reachable),
    )  # fmt: skip
    return SimpleNamespace(
        modes={"walk": mode}, analysis_mode="walk", proposal=SimpleNamespace(curve=curve)
    )


def test_the_first_number_that_reaches_and_the_fewest_that_could():
    goals = site_goals(assessment([0, 8, 12, 16], [0, 9, 16, 17], 18), (0.8, 0.92, 0.95, 0.97, 1.0))
    assert [goal.sites for goal in goals] == [0, 2, 3, None, None]
    assert [goal.fewest for goal in goals] == [0, 2, 2, 3, None]
    assert goals[0].best_share == 0.98


def test_the_table_says_what_cannot_be_reached():
    goals = site_goals(assessment([0, 8, 12, 16], [0, 9, 16, 17], 18), (0.95, 0.97, 1.0))
    sheet = goal_sheet(goals, 80.0, lambda text: text)
    assert [row[1] for row in sheet.rows] == [
        "3", "more than the curve holds", "not with any candidate",
    ]  # fmt: skip
    assert [row[4] for row in sheet.rows] == [240.0, None, None]
