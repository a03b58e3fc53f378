"""Addresses: every parameter is taken when it is plain and within bounds, else left out."""

from __future__ import annotations

import pytest

from app_pages.session.links import Link, link_number, parse_link

MODES = ("walk", "car")
NOTHING = Link(None, None, None, None, None, "", ())


@pytest.mark.parametrize(
    "text",
    ["²", "１５", "١٥", "1e1", "1_0", "+15", "-15", " 15", "15 ", "15.", ".5", "1.2.3", "0", "0.99",
     "120.1", "inf", "nan", "0x10", "9" * 400, "15;", "<b>", "\0", "½", "十五"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["minutes", "lower", "upper"])
def test_what_is_no_plain_number_is_left_out(name: str, text: str) -> None:
    if (name, text) in {("lower", "120.1"), ("upper", "120.1")}:
        return
    link = parse_link({name: text}, MODES)
    assert (link.minutes, link.lower, link.upper) == (None, None, None)
    assert link.refused == (name,)


def test_a_whole_link() -> None:
    asked = {"lang": "en", "mode": "car", "minutes": "7.5", "lower": "30000", "upper": "100000",
             "edits": "close,F1", "utm": "x"}  # fmt: skip
    assert parse_link(asked, MODES) == Link("en", "car", 7.5, 30000.0, 100000.0, "close,F1", ())
    assert parse_link({}, MODES) == NOTHING


@pytest.mark.parametrize("name", ["lang", "mode"])
@pytest.mark.parametrize("text", ["", "WALK", "../..", "zh\n", "e_bike"])
def test_words_are_of_a_list(name: str, text: str) -> None:
    assert parse_link({name: text}, MODES).refused == (name,)


def test_bounds_the_wrong_way_round_are_left_out() -> None:
    link = parse_link({"lower": "100000", "upper": "30000"}, MODES)
    assert (link.lower, link.upper, link.refused) == (None, None, ("lower", "upper"))


def test_a_scenario_that_is_too_long_is_left_out_whole() -> None:
    assert parse_link({"edits": "close,F1;" * 5000}, MODES).refused == ("edits",)


@pytest.mark.parametrize("value", [1.0, 15.0, 7.5, 30_000.0, 1_234_567.0, 10_000_000.0, 2.000001])
def test_what_a_link_says_is_read_back(value: float) -> None:
    assert parse_link({"upper": link_number(value)}, MODES).upper == value
