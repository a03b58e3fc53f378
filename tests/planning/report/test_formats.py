"""HTML, Word, workbook and PDF of one report: the same figures, nothing from outside, no script."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import docx
import openpyxl
import pytest

from data.errors import StudyError
from planning.assess.run import run_number
from planning.cli import main
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.formats import pdf, write
from planning.report.formats.html import report_html
from planning.report.formats.pdf import find_browser
from planning.report.formats.write import formats_of
from planning.report.handover import hand_over
from planning.words.figure import Figure
from planning.words.tables import cell_text, printed_rows
from tests.planning.report_study import TOWN_A, assessed


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return assessed(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def report(study):
    return compose(source_of(study, ReportOptions(language="en", audience="internal")))


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    target = tmp_path_factory.mktemp("written") / "out"
    options = ReportOptions(language="en", audience="internal")
    hand_over(source_of(study, options), target, formats=("html", "docx", "xlsx", "map"))
    return target


class Reader(HTMLParser):
    """Collects the texts of cells, the tags and every address of a page."""

    def __init__(self):
        super().__init__()
        self.cells, self.tags, self.addresses = [], set(), []
        self._open = False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "action"}]
        if tag == "td":
            self.cells.append("")
            self._open = True

    def handle_endtag(self, tag):
        if tag == "td":
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.cells[-1] += data


def cells_of(report):
    return [
        text
        for page in report.pages
        for table in page.tables
        for row in printed_rows(table, "en")
        for text in row
    ]


def test_html_holds_every_cell_and_nothing_from_outside(report, written):
    text = (written / "report.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert sorted(reader.cells) == sorted(cells_of(report))
    assert all(address.startswith("data:image/png;base64,") for address in reader.addresses)
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
    assert "@page" in text
    assert "A4" in text


def test_hostile_names_are_text_in_html(report):
    text = report_html(report)
    assert "<script" not in text
    assert "</script><b>" not in text
    assert "甲&lt;/script&gt;&lt;b&gt;镇&quot;&#x27;&amp;" in text
    reader = Reader()
    reader.feed(text)
    assert TOWN_A in reader.cells


def test_word_holds_every_cell_with_chinese_fonts_and_a_page_number(report, written):
    document = docx.Document(written / "report.docx")
    cells = [cell.text for table in document.tables for row in table.rows[1:] for cell in row.cells]
    facts = [cell_text(fact.value, "en") for page in report.pages for fact in page.facts]
    assert sorted(cells) == sorted([*cells_of(report), *facts])
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(docx.oxml.ns.qn("w:eastAsia")) == "宋体"
    assert len(document.inline_shapes) >= 3
    section = document.sections[0]
    assert round(section.page_width.mm) == 210
    assert "NUMPAGES" in section.footer._element.xml
    foot = "\n".join(paragraph.text for paragraph in section.footer.paragraphs)
    assert dict(report.labels)["Run number"] in foot
    assert "Internal" in section.header.paragraphs[0].text


def test_the_workbook_holds_numbers_with_their_formats(report, written):
    workbook = openpyxl.load_workbook(written / "report.xlsx")
    sheet = next(s for s in workbook if s.title.startswith("Subdistricts"))
    table = report.pages[1].table("zones")
    for row, cells in zip(table.rows, sheet.iter_rows(min_row=2, min_col=2), strict=False):
        for entry, cell in zip(row, cells, strict=True):
            if isinstance(entry, Figure):
                assert cell.value == entry.value
    assert sheet["D2"].number_format == "#,##0"
    assert sheet["F2"].number_format == "0.00 %"
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["C"].width > 8


def test_no_text_of_the_workbook_is_a_formula(written):
    workbook = openpyxl.load_workbook(written / "report.xlsx")
    texts = [
        c.value for s in workbook for r in s.iter_rows() for c in r if isinstance(c.value, str)
    ]
    assert "'=乙镇" in texts
    assert "'=1+1村" in texts
    assert all(cell.data_type != "f" for s in workbook for row in s.iter_rows() for cell in row)
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


def test_the_run_is_recorded_with_its_audience(study, written):
    run = json.loads((written / "run.json").read_text(encoding="utf-8"))
    assert run["audience"] == "internal"
    assert run["run_number"] == run_number(study.assessment)


def test_without_a_browser_the_rest_is_written_and_a_sentence_says_why(
    study, tmp_path, monkeypatch
):
    monkeypatch.setattr(write, "find_browser", lambda: None)
    options = ReportOptions(language="en", audience="internal")
    notes = hand_over(source_of(study, options), tmp_path / "out", formats=("html", "pdf", "map"))
    assert len(notes) == 1
    assert "print it" in notes[0]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "map.html", "run.json"}


def test_a_browser_that_fails_is_no_crash(tmp_path):
    (tmp_path / "a.html").write_text("<p>", encoding="utf-8")
    target = tmp_path / "a.pdf"
    assert not pdf.print_pdf(tmp_path / "a.html", target, browser=str(tmp_path / "missing"))


@pytest.mark.browser
def test_the_pdf_has_a_page_a_zone(report, tmp_path):
    browser = find_browser()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    html = tmp_path / "report.html"
    bound = replace(report, pages=tuple(p for p in report.pages if p.scope != "annex"))
    html.write_text(report_html(bound), encoding="utf-8")
    assert pdf.print_pdf(html, tmp_path / "report.pdf", browser=browser)
    content = (tmp_path / "report.pdf").read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page[^s]", content))
    assert pages == len(bound.pages) == 4


def test_formats_are_read_from_a_list():
    assert formats_of("docx,html") == ("html", "docx")
    with pytest.raises(StudyError):
        formats_of("html,doc")


def test_the_command_writes_a_report(study, tmp_path, capsys):
    path = study.assessment.study.path
    words = ["report", str(path), "--out", str(tmp_path / "out"), "--format", "html,xlsx"]
    assert main([*words, "--audience", "内部", "--maker", "卫健局", "--lang", "zh"]) == 0
    assert (tmp_path / "out" / "report.xlsx").is_file()
    assert "卫健局" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main([*words, "--format", "odt"]) == 3
