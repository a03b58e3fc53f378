"""Thresholds as the documents write them."""

from __future__ import annotations

import pytest

from data.errors import StudyError
from planning.standards.thresholds import parse_threshold


@pytest.mark.parametrize(
    "text",
    ["3-10万", "3—10万", "3~10万人", "3万-10万", "30-100k", "3 - 10 万", "３－１０万人",
     "3至10万人",      "30000-100000", "30,000–100,000", "30k-100k", "3W-10W"],
)  # fmt: skip
def test_3_to_10_wan_is_30_000_to_100_000(text: str) -> None:
    threshold = parse_threshold(text)
    assert (threshold.operator, threshold.lower, threshold.upper) == ("range", 30_000, 100_000)
    assert threshold.holds(30_000)
    assert threshold.holds(100_000)
    assert not threshold.holds(29_999.99)
    assert not threshold.holds(100_000.01)


@pytest.mark.parametrize("text", ["3-100k", "3-100K", "3～100千人", "3-100000", "3-100,000"])
def test_the_usual_slip_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(StudyError, match="Write 3-10万 or 30-100k"):
        parse_threshold(text)


@pytest.mark.parametrize("text", ["", "abc", "10-3万", "3-3万", "万", "≥", "3-10", "1公里"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    if text == "3-10":
        assert parse_threshold(text).upper == 10  # plain numbers are a plain range
        return
    with pytest.raises(StudyError, match="cannot be read"):
        parse_threshold(text)


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit"),
    [
        ("83以上", ">=", 83, ""),
        ("83 以上", ">=", 83, ""),
        ("≥2.5", ">=", 2.5, ""),
        ("≥ 2.5", ">=", 2.5, ""),
        (">=2.5", ">=", 2.5, ""),
        (">80", ">", 80, ""),
        ("＞80", ">", 80, ""),
        ("超过80", ">", 80, ""),
        ("6.0以下", "<=", 6, ""),
        ("6.0 以下", "<=", 6, ""),
        ("7/10万以内", "<=", 7, "/10万"),
        ("3‰以内", "<=", 3, "‰"),
        ("不超过5%", "<=", 5, "%"),
        ("不满5", "<", 5, ""),
        ("<5", "<", 5, ""),
        ("不低于100种", ">=", 100, "种"),
        ("60%以上", ">=", 60, "%"),
        ("5人以上", ">=", 5, "人"),
        ("2个以上", ">=", 2, "个"),
        ("6.05", ">=", 6.05, ""),
        ("100%", ">=", 100, "%"),
        ("1.5万", ">=", 15_000, ""),
    ],
)
def test_operator_value_and_unit(text: str, operator: str, value: float, unit: str) -> None:
    threshold = parse_threshold(text)
    assert (threshold.operator, threshold.value, threshold.unit) == (operator, value, unit)
    assert threshold.text == text


@pytest.mark.parametrize(
    ("text", "below", "on", "above"),
    [
        ("83以上", False, True, True),
        (">83", False, False, True),
        ("83以下", True, True, False),
        ("<83", True, False, False),
        ("不低于83", False, True, True),
        ("不超过83", True, True, False),
        ("超过83", False, False, True),
        ("不满83", True, False, False),
    ],
)
def test_who_includes_the_boundary(text: str, below: bool, on: bool, above: bool) -> None:
    threshold = parse_threshold(text)
    assert [threshold.holds(v) for v in (82.9, 83.0, 83.1)] == [below, on, above]


def test_trends_need_the_figure_before() -> None:
    rising = parse_threshold("稳步提升")
    assert rising.is_trend
    assert rising.holds(2.0) is None
    assert rising.holds(2.0, before=1.0) is True
    assert rising.holds(1.0, before=1.0) is False
    assert parse_threshold("逐步下降").holds(1.0, before=2.0) is True
    with pytest.raises(ValueError, match="no single value"):
        _ = rising.value


def test_shortfall() -> None:
    assert parse_threshold("6.05").shortfall(4.82) == pytest.approx(1.23)
    assert parse_threshold("6.0以下").shortfall(8.0) == 2.0
    assert parse_threshold("3-10万").shortfall(120_000) == 20_000
    assert parse_threshold("3-10万").shortfall(50_000) == 0
    assert parse_threshold(">80").shortfall(80) == 0
