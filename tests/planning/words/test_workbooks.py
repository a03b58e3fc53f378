"""The one writer of workbooks: values, formats, names, guarded text."""

import io

import openpyxl

from planning.words.figure import FEW, NOBODY, Base, Figure
from planning.words.tables import Column, Table, csv_text, printed_rows, table_of
from planning.words.workbooks import workbook_bytes


def book_of(*tables, language="en"):
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(tables, language)))


def cell_named(book, name):
    ((sheet, spot),) = book.defined_names[name].destinations
    return book[sheet][spot]


SHARES = [
    Figure("coverage_share", Base(minutes=20.0, place="1"), 0.999999),
    Figure("coverage_share", Base(minutes=20.0, place="2"), 0.5),
    Figure("coverage_share", Base(minutes=20.0, place="3"), None, reason=NOBODY),
    Figure("people_covered", Base(minutes=20.0, place="1"), None, reason=FEW),
    Figure("people_covered", Base(minutes=20.0, place="2"), 1234.56),
    Figure("plan_cost", Base(), 12_345.0),
]


def test_a_figure_keeps_its_value_reads_as_its_text_and_can_be_found_by_name():
    book = book_of(table_of("A b!", ("Zone", "Share"), [("甲", f) for f in SHARES]))
    for figure in SHARES:
        cell = cell_named(book, figure.anchor)
        if figure.value is None:
            assert cell.value == figure.text("en")
        else:
            assert cell.value == figure.value
    formats = [cell_named(book, figure.anchor).number_format for figure in SHARES]
    # Excel itself would round 0.999999 to 100.00 %: there the text is the format.
    assert formats[0] == '"99.99 %"'
    assert formats[1] == "0.00 %"
    assert formats[4] == "#,##0"
    assert formats[5] == '"1.23 (10,000 yuan)"'


def test_the_second_place_of_a_figure_has_a_name_of_its_own():
    figure = SHARES[1]
    book = book_of(table_of("a", ("x",), [(figure,)]), table_of("b", ("x",), [(figure,)]))
    assert cell_named(book, figure.anchor).parent.title == "a"
    assert cell_named(book, f"{figure.anchor}_2").parent.title == "b"


def test_formulas_are_text_and_titles_are_unique_and_allowed():
    one = table_of("a/b", ("=x",), [("=1+1",)])
    book = book_of(one, one)
    assert book.sheetnames == ["a b", "a b 2"]
    assert [cell.data_type for row in book["a b"].iter_rows() for cell in row] == ["s", "s"]
    assert book["a b"]["A2"].value == "'=1+1"


def test_a_note_stands_below_the_rows_and_no_rows_are_no_fault():
    book = book_of(table_of("t", ("x", "y"), [], note="nothing found"))
    assert book["t"]["A3"].value == "nothing found"


def test_a_table_prints_figures_as_text_and_repeats_as_ditto_marks():
    rows = [(SHARES[1], "same"), (SHARES[2], "same"), (None, "other")]
    table = table_of("t", ("x", "y"), rows, has_ditto=True)
    assert printed_rows(table, "zh") == [["50.00 %", "same"], ["—", "〃"], ["—", "other"]]


def test_files_hold_values_of_figures_and_signs_of_what_is_not_published():
    text = csv_text([Column("people", SHARES[2:5], 2)])
    assert text.split("\r\n") == ["people", '""', "<10", "1234.56", ""]
    assert Table("t", (Column("people", SHARES[2:5], 2),)).headers == ("people",)
