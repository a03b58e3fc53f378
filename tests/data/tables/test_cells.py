"""Cells as bureaus write them."""

from __future__ import annotations

import pytest

from data.tables.cells import CellError, angle, flag, is_blank, iso_date, items, number, parse, text


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234", 1234.0),
        ("1,234", 1234.0),
        ("1,234,567.5", 1234567.5),
        ("１２．５", 12.5),
        ("1.2万人", 12000.0),
        ("3张", 3.0),
        ("-5", -5.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        (True, 1.0),
        (float("nan"), None),
        ("NULL", None),
        ("无", None),
        ("  ", None),
        (None, None),
    ],
)
def test_numbers(cell: str | float | None, expected: float | None) -> None:
    assert number(cell) == expected


@pytest.mark.parametrize(
    "cell", ["1,23", "1.2.3", "约300", "12%", "3-10万", "1 234 x", "1e999", "0x10"]
)
def test_what_is_no_number_is_not_guessed(cell: str) -> None:
    with pytest.raises(CellError):
        number(cell)


def test_flags() -> None:
    assert [flag(cell) for cell in ("是", "√", "Ｙ", 1.0, True)] == [True] * 5
    assert [flag(cell) for cell in ("否", "×", "N", 0.0, False)] == [False] * 5
    assert [flag(cell) for cell in ("", None, "—")] == [None] * 3
    with pytest.raises(CellError):
        flag("部分")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2021-03-15", "2021-03-15"),
        ("2021.3.5", "2021-03-05"),
        ("2021年3月5日", "2021-03-05"),
        ("2021年", "2021-01-01"),
        ("2021-03-15T10:00:00", "2021-03-15"),
        ("202103", "2021-03-01"),
        (2021.0, "2021-01-01"),
    ],
)
def test_dates(cell: str | float, expected: str) -> None:
    assert iso_date(cell) == expected


@pytest.mark.parametrize("cell", ["2021-13-01", "2021-02-30", "去年", "15/03/2021"])
def test_what_is_no_date_is_not_guessed(cell: str) -> None:
    with pytest.raises(CellError):
        iso_date(cell)


def test_codes_in_number_cells_stay_whole() -> None:
    assert text(330604001000.0) == "330604001000"
    assert text(0.25) == "0.25"
    assert text(float("inf")) == ""
    assert text("\ufeff甲\u200b") == "甲"


def test_lists_and_blanks() -> None:
    assert items("a;b；c\nd") == "a;b;c;d"
    assert items("、") is None
    assert is_blank("N/A")
    assert not is_blank("0")


def test_parse_names_the_bad_cells() -> None:
    assert parse(["1", "x", None, "y"], number) == ([1.0, None, None, None], [1, 3])


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("120.81", 120.81),
        (120.81, 120.81),
        ("120°48'36\"", 120.81),
        ("120°48′36″E", 120.81),
        ("东经120度48分36秒", 120.81),
        ("E120°48.6'", 120.81),
        ("120 48 36", 120.81),
        ("30º30'S", -30.5),
        ("120°", 120.0),
        ("", None),
    ],
)
def test_angles(cell: str | float, degrees: float | None) -> None:
    assert angle(cell) == (None if degrees is None else pytest.approx(degrees, abs=1e-12))


@pytest.mark.parametrize("cell", ["120°61'", "120.81,30.01", '120°48\'36""X', "N", "1200 48 36"])
def test_what_is_no_angle_is_not_guessed(cell: str) -> None:
    with pytest.raises(CellError):
        angle(cell)
