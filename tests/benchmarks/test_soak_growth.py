"""The plot of growth: readable by machines, and numbers of lines that meet stay apart."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

from benchmarks.soak_growth import COLUMNS, STEPS, WORKS, plot


def _rows():
    """Everything grows in proportion, and all works take the same."""
    return [
        {"what": what, "size": size, **dict.fromkeys(COLUMNS, size / 1e5)}
        for what, steps in STEPS.items()
        for size in steps
    ]


def test_growth_in_proportion_has_slope_one():
    drawing = ElementTree.fromstring(plot(_rows()))  # noqa: S314 - made here
    texts = [each for each in drawing if each.tag.endswith("text")]
    slopes = [each for each in texts if each.text == "1.00"]
    assert len(slopes) == 2 * len(STEPS) * len(WORKS)
    for one, other in itertools.combinations(slopes, 2):
        is_beside = one.get("x") != other.get("x")
        assert is_beside or abs(float(one.get("y")) - float(other.get("y"))) >= 12
    lines = [each for each in drawing if each.tag.endswith("polyline")]
    assert len(lines) == len(slopes)


def test_what_was_not_measured_is_left_out():
    rows = [row for row in _rows() if row["what"] == "nodes"][:1]
    drawing = ElementTree.fromstring(plot(rows))  # noqa: S314 - made here
    assert "1.00" not in [each.text for each in drawing]
