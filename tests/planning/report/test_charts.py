"""The cover curve: one drawing for page and report."""

from __future__ import annotations

import re

from planning.report.pages.charts import as_picture, curve_chart, curve_words

COVERED, BOUND = [0.0, 60.0, 90.0, 95.0], [0.0, 70.0, 95.0, 100.0]


def curve(**options) -> str:
    words = curve_words(lambda text: text)
    return curve_chart(COVERED, BOUND, **{"chosen": 3, "knee": 1, "words": words, **options})


def test_curve_bound_knee_and_plan_are_drawn():
    svg = curve()
    lines = [[tuple(map(float, spot.split(","))) for spot in points.split()]
             for points in re.findall(r'<polyline points="([^"]+)"', svg)]  # fmt: skip
    bound, covered, knee = lines
    assert len(bound) == len(covered) == 4
    # Higher on the page is a smaller y: nothing passes the bound.
    assert all(b[1] <= c[1] for b, c in zip(bound, covered, strict=True))
    assert {spot[0] for spot in knee} == {covered[1][0]}
    (ring,) = re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', svg)
    assert tuple(map(float, ring)) == covered[3]
    for text in ("knee: 1", "People newly covered", "At most possible", "Number of new sites"):
        assert text in svg


def test_a_knee_that_is_none_and_a_plan_beyond_the_curve_are_left_out():
    svg = curve(knee=0, chosen=9)
    assert "knee" not in svg
    assert "<circle" not in svg


def test_a_chart_stands_alone_as_a_picture():
    assert as_picture(curve()).startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox=')
