"""Tables of pages: numbers that sort as they are written, words where nothing is known."""

from app_pages.views.tables import page_columns, page_frame, page_headers
from planning.words.figure import NOBODY, Base, Figure
from planning.words.tables import table_of

SHARES = [
    Figure("coverage_share", Base(minutes=20.0, place="1"), 0.999999),
    Figure("coverage_share", Base(minutes=20.0, place="2"), None, reason=NOBODY),
]
UNKNOWN = Figure("coverage_share", Base(minutes=20.0, place="3"), None, reason="no point counts")


def test_shares_sort_in_per_cent_and_never_read_whole():
    table = table_of("t", ("Zone", "Covered"), [("甲", SHARES[0]), ("乙", SHARES[1])])
    assert page_headers(table) == ["Zone", "Covered (%)"]
    assert page_columns(table, "zh") == [["甲", "乙"], [99.99, None]]


def test_a_column_with_an_unknown_figure_says_so_in_words():
    table = table_of("t", ("Covered",), [(SHARES[0],), (UNKNOWN,)])
    assert page_columns(table, "zh") == [["99.99 %", "无法判定"]]


def test_a_frame_remembers_which_figures_it_holds():
    table = table_of("t", ("Zone", "Covered"), [("甲", SHARES[0])])
    frame = page_frame(table, page_headers(table), "en")
    assert frame.attrs["figures"] == {"Covered (%)": [SHARES[0].identity]}
    assert list(frame.columns) == ["Zone", "Covered (%)"]
