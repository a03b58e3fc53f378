"""What is wrong with the data reaches who reads the result: terminal, first page, annex."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.errors import Finding
from planning.cli import main
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.lines import result_lines
from tests.planning.report_study import assessed

MODES = ("walk", "walk_elderly", "e_bike", "car")
NOTES = tuple(Finding("encoding_read_as", (("encoding", f"GB{n}"),)) for n in range(12))
WARNINGS = tuple(
    Finding("same_name_near", (("count", n), ("limit_m", 50), ("names", "甲")), people=10.0 + n)
    for n in range(12)
)
PARTS = tuple(
    Finding("people_on_parts", (("mode", mode), ("places", "甲村")), people=30.0) for mode in MODES
)
WATER = Finding("water_unknown")
CENSUS = Finding("zone_people_differ", (("count", 1), ("limit_percent", 20), ("zones", "甲镇")))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    found = assessed(tmp_path_factory.mktemp("findings"))
    assessment = replace(found.assessment, findings=(*NOTES, *WARNINGS, WATER))
    return replace(found, assessment=assessment, findings=(CENSUS, *PARTS))


def test_the_terminal_tells_every_warning_and_counts_the_notes(study):
    lines = result_lines(study, "en")
    told = lines[lines.index("Findings that may change the result: 15") + 1 :]
    assert len(told) == 16
    assert "differ from their census" in told[0] + told[1]
    assert "nothing is known of water" in told[0] + told[1]
    assert sum("without a link to the main network" in line for line in told) == 1
    assert all(f"People touched: {w.people:.0f}" in "".join(told) for w in WARNINGS)
    assert told[-1] == "  Notes beside: 12; `audit` lists them."


def test_the_first_page_says_what_may_change_a_verdict_and_the_annex_all_of_it(study):
    options = ReportOptions(language="en", audience="internal")
    report = compose(source_of(study, options), has_pictures=False)
    first, *_, annex = report.pages
    assert any("census" in alert for alert in first.alerts)
    assert any("water" in alert for alert in first.alerts)
    assert first.alerts[-1].startswith("13 more findings")
    assert sum("same_name" in line or "bear the name" in line for line in annex.lines) == 12


def test_a_published_report_says_nothing_of_the_people_touched(study):
    options = ReportOptions(language="en", audience="public")
    report = compose(source_of(study, options), has_pictures=False)
    lines = [line for page in report.pages for line in (*page.alerts, *page.lines)]
    assert any("bear the name" in line for line in lines)
    assert not any("People touched" in line for line in lines)


def test_audit_ends_with_four_where_warnings_touch_people(study, tmp_path, capsys):
    path = study.assessment.study.path
    assert main(["audit", str(path)]) == 4
    assert main(["assess", str(path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    audited = [line for line in capsys.readouterr().out.splitlines() if "People touched" in line]
    assert audited
