"""What a report says: figures of the library, one golden page, nothing hidden told elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from geo.errors import Cancelled
from planning.assess.run import run_number
from planning.maps import CellLayer, HoverNumber
from planning.report.audience import audience_map
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions, page_lines
from planning.report.formats.html import report_html
from planning.report.pages.small_map import icon, small_map
from planning.report.tally import withhold
from planning.words.figure import FEW, WITHHELD, Base, Figure
from planning.words.figures import people_text, share_text
from planning.words.tables import cell_text
from tests.planning.reader import ranges
from tests.planning.report_study import TOWN_A, TOWN_B, assessed

GOLDEN = Path(__file__).parents[1] / "golden" / "report_page.txt"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("report"))


def source(study, audience="internal", language="en", **options):
    return source_of(study, ReportOptions(language=language, audience=audience, **options))


@pytest.fixture(scope="module")
def internal(study):
    return compose(source(study))


@pytest.fixture(scope="module")
def public(study):
    return compose(source(study, "public"))


def lines(report):
    return [line for page in report.pages for line in page_lines(page, "en")]


def test_there_is_a_page_a_zone_between_the_summary_and_the_annexes(internal):
    assert [page.scope for page in internal.pages] == [
        *["county"] * 2,
        *["zone"] * 2,
        *["annex"] * 2,
    ]
    assert [page.title for page in internal.pages[2:4]] == [TOWN_A, TOWN_B]


def test_the_page_of_a_town_reads_as_it_was_approved(internal, request):
    page = next(page for page in internal.pages if page.title == TOWN_B)
    text = "\n".join(page_lines(page, "en")) + "\n"
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_figures_are_those_of_the_library(study, internal):
    assessment = study.assessment
    ledger = assessment.modes["walk"].zone_ledgers["all"][0]
    assert (ledger.covered, ledger.beyond) == (600, 4)
    table = internal.pages[2].table("ledger")
    column = {row[0]: row[1].value for row in table.rows}
    assert column["People within 20 min of a point"] == ledger.covered
    assert column["People beyond the limit"] == ledger.beyond
    assert column["Share within 20 min of a point"] == ledger.share
    zones = internal.pages[1].table("zones").rows
    assert [row[2].value for row in zones] == [604, 600]
    assert [row[4].value for row in zones] == [600 / 604, 500 / 600]


def test_the_foot_names_date_counting_and_run(study, internal):
    assessment = study.assessment
    labels = dict(internal.labels)
    assert labels["Data as of"] == "2026-01-01"
    assert labels["Run number"] == run_number(assessment)
    assert "Walking" in labels["How it is counted"]
    assert "会议纪要" in labels["How it is counted"]
    assert labels["Map review number"] == "For internal use, not for publication"


def test_maker_and_review_numbers_are_printed(study):
    given = source(
        study,
        maker="某县卫生健康局",
        review_number="浙S(2026)1号",
        base_map_number="GS(2019)1822号",
    )
    labels = dict(compose(given).labels)
    assert labels["Made by (unit)"] == "某县卫生健康局"
    assert labels["Map review number"] == "浙S(2026)1号"
    assert labels["Review number of the base map"] == "GS(2019)1822号"


NOT_REVIEWED = "送审稿，未取得审图号，不得公开发布"
FORMS = {
    ("public", ""): ("公开稿（不含地图）", "本稿不含地图", ""),
    ("public", "浙S1"): ("公开", "浙S1", ""),
    ("review", ""): ("送审稿", NOT_REVIEWED, NOT_REVIEWED),
    ("review", "浙S1"): ("公开", "浙S1", ""),
    ("internal", ""): ("内部", "内部使用，不得公开", "内部使用，不得公开"),
    ("internal", "浙S1"): ("内部", "浙S1", "内部使用，不得公开"),
}  # fmt: skip


@pytest.mark.parametrize(("form", "words"), FORMS.items())
def test_every_copy_says_once_who_may_read_it_and_shows_maps_only_where_it_may(study, form, words):
    audience, number = form
    mark, label, map_mark = words
    given = source(study, audience, language="zh", review_number=number)
    report = compose(given)
    assert report.marks[0] == mark
    assert dict(report.labels)["审图号"] == label
    pictures = [page.picture for page in report.pages if page.picture is not None]
    assert bool(pictures) == (form != ("public", ""))
    for picture in pictures:
        assert (map_mark or f"审图号：{number}") in picture.note
        assert (number or map_mark) in picture.note
    if given.options.has_maps:
        assert audience_map(given).mark == map_mark
    html = report_html(report)
    assert not ("公开</span>" in html and "不得公开" in html)


def test_the_audience_is_printed(internal, public):
    assert "Internal" in internal.marks
    assert "For publication (without maps)" in public.marks
    assert not any("fewer than ten" in note for note in internal.notes)
    assert any("fewer than ten" in note for note in public.notes)


def test_a_public_report_prints_no_small_count(public):
    for line in lines(public):
        assert not re.search(r"\b[1-9] (people|do not)", line), line
    amounts = [
        entry
        for page in public.pages
        for table in page.tables
        for row in table.rows
        for entry in row
        if isinstance(entry, Figure) and entry.unit == "people"
    ]
    assert {a.reason for a in amounts} == {"", FEW, WITHHELD}
    assert all(a.value is None or a.value == 0 or a.value >= 10 for a in amounts)


def test_a_public_report_never_prints_what_it_hides(study, public):
    given = source(study, "public")
    assessment = study.assessment
    for zone, code in enumerate(assessment.dataset.zones.code):
        ledger = assessment.modes["walk"].zone_ledgers["all"][zone]
        assert (code, "walk/uncovered") in given.tally.hidden
        page = "\n".join(page_lines(public.pages[2 + zone], "en"))
        assert share_text(ledger.share) not in page
        # Either the people covered or all people of the town are hidden: both would tell the rest.
        is_whole_hidden = (code, "inside") in given.tally.hidden
        if not is_whole_hidden:
            assert people_text(ledger.covered) not in page.replace("600 people", "")
        else:
            assert people_text(ledger.inside) not in page
    whole = assessment.modes["walk"].coverage[0]
    assert all(share_text(whole.share) not in line for line in lines(public))


def test_a_reader_of_a_public_report_cannot_work_out_what_is_hidden(study):
    tally = source(study, "public").tally
    # Figures that are printed nowhere are no secret, but the reader does not know them either.
    unknown = tally.hidden | {key for key in tally.unprinted if tally.people[key] > 0}
    found = ranges(tally.people, tally.sums, unknown)
    assert tally.hidden
    for key in tally.hidden:
        least, most = found[key]
        assert most - least > 0.5, (key, tally.people[key], least, most)


def test_an_internal_report_hides_nothing(study):
    assert source(study).tally.hidden == frozenset()


def test_a_public_map_tells_no_hidden_count(study):
    spec = audience_map(source(study, "public"))
    cells = next(layer for layer in spec.layers if isinstance(layer, CellLayer))
    number = next(row for row in cells.hover if isinstance(row, HoverNumber))
    assert number.hide_below == 10
    shown = number.values[number.values >= 10]
    assert np.array_equal(shown, np.round(shown, -1))
    assert all(not swatch.note for theme in cells.themes for swatch in theme.swatches)
    zones = next(layer for layer in spec.layers if layer.id == "zones")
    assert zones.fields[1][1] == ("*", "*")
    assert spec.figures == ()
    assert spec.review_number == ""


def test_an_internal_map_keeps_its_figures(study):
    spec = audience_map(source(study, review_number="7"))
    assert spec.figures
    assert spec.review_number == "7"


def test_both_languages_have_the_same_figures(study, internal):
    chinese = compose(source(study, language="zh"))
    assert len(chinese.pages) == len(internal.pages)
    for one, other in zip(chinese.pages, internal.pages, strict=True):
        assert [fact.value for fact in one.facts] == [fact.value for fact in other.facts]
        for table in one.tables:
            twin = other.table(table.key)
            assert len(table.rows) == len(twin.rows)
            for row, same in zip(table.rows, twin.rows, strict=True):
                numbers = [entry for entry in row if isinstance(entry, Figure)]
                assert numbers == [entry for entry in same if isinstance(entry, Figure)]


def test_a_report_is_the_same_every_time(study, internal):
    assert compose(source(study)) == internal


def test_composing_can_be_cancelled(study):
    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        compose(source(study), progress=stop)


def test_the_small_map_shows_cover_where_it_is(study):
    """Pixels of the middle row: blue where town A is covered, orange beyond it."""
    from io import BytesIO

    from PIL import Image

    assessment = study.assessment
    image = Image.open(BytesIO(small_map(assessment, zone=0, size_px=(700, 300)))).convert("RGB")
    colours = {image.getpixel((x, y)) for x in range(700) for y in range(300)}
    blue = sum(b - r > 50 for r, _, b in colours)
    orange = sum(r - b > 100 for r, _, b in colours)
    assert blue
    assert orange


@pytest.mark.parametrize("name", ["covered", "uncovered", "site", "hospital", "centre", "clinic"])
def test_every_key_of_the_legend_is_a_picture(name):
    assert icon(name).startswith(b"\x89PNG")


def test_a_cell_is_written_as_figures_are_written():
    share = Figure("coverage_share", Base(minutes=20.0), 0.999999)
    assert cell_text(share, "en") == "99.99 %"
    assert cell_text(withhold(share), "en") == "*"
    assert cell_text("<10", "en") == "<10"
