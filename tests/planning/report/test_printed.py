"""The report of the built-in county on paper: every town on one sheet, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.formats import pdf
from planning.report.formats.html import report_html
from planning.standards.result import result_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("audience", ["public", "internal"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_county_fits_one_sheet(county, judged, language, audience, tmp_path):
    browser = pdf.find_browser()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    found = result_of(county, standards=judged)
    report = compose(source_of(found, ReportOptions(language=language, audience=audience)))
    bound = replace(report, pages=tuple(p for p in report.pages if p.scope != "annex"))
    assert len(bound.pages) == 3 + len(county.dataset.zones)
    html = tmp_path / "report.html"
    html.write_text(report_html(bound), encoding="utf-8")
    assert pdf.print_pdf(html, tmp_path / "report.pdf", browser=browser)
    content = (tmp_path / "report.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", content)) == len(bound.pages)
