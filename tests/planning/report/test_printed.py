"""The report of the built-in county on paper: every town on one sheet, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from planning.assess.workflow import assess
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.formats import pdf
from planning.report.formats.html import report_html
from planning.standards.assessment import standards_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def county():
    study = read_study(SAMPLE_STUDY)
    assessment = assess(load_dataset(study), study)
    return assessment, standards_of(assessment)


@pytest.mark.parametrize("audience", ["public", "internal"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_county_fits_one_sheet(county, language, audience, tmp_path):
    browser = pdf.find_browser()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    report = compose(source_of(*county, ReportOptions(language=language, audience=audience)))
    bound = replace(report, pages=tuple(p for p in report.pages if p.scope != "annex"))
    assert len(bound.pages) == 3 + len(county[0].dataset.zones)
    html = tmp_path / "report.html"
    html.write_text(report_html(bound), encoding="utf-8")
    assert pdf.print_pdf(html, tmp_path / "report.pdf", browser=browser)
    content = (tmp_path / "report.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", content)) == len(bound.pages)
