"""Tables: what a spreadsheet sees is what we wrote."""

import csv

import pytest

from planning.words.tables import Column, as_text, write_csv


def read_back(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle))


def test_csv_has_bom_fixed_decimals_and_empty_cells(tmp_path):
    path = tmp_path / "t.csv"
    write_csv(
        path,
        [
            Column("name", ["甲", None]),
            Column("share", [0.5, None], 3),
            Column("ok", [True, False]),
        ],
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_back(path) == [["name", "share", "ok"], ["甲", "0.500", "yes"], ["", "", "no"]]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)", "'=quoted", "''=twice"])
def test_formula_text_is_neutral_and_can_be_undone(text):
    written = as_text(text)
    assert written[0] == "'"
    assert written[1:] == text


@pytest.mark.parametrize("text", ["卫生院", "'70s clinic", "a=b", ""])
def test_ordinary_text_is_left_alone(text):
    assert as_text(text) == text


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    with pytest.raises(ValueError, match="column share"):
        write_csv(tmp_path / "t.csv", [Column("share", [float("nan")], 2)])


def test_columns_of_unequal_length_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a 1, b 2"):
        write_csv(tmp_path / "t.csv", [Column("a", ["x"]), Column("b", ["x", "y"])])
