"""What could change who is covered stands at the head of every page that shows figures."""

import pytest

from planning.cli.serving import STUDY_VARIABLE
from tests.planning.small_study import write_study


@pytest.fixture
def unstated(tmp_path, monkeypatch):
    study = write_study(
        tmp_path / "study",
        nodes={k: (500.0 * k, 0.0) for k in range(5)},
        ways=[(list(range(5)), {"highway": "residential"})],
        people=[("c", (100.0, 0.0), 100.0)],
        points=[("甲卫生室", (600.0, 0.0))],
        travel='modes = ["walk"]\nheadline_mode = "walk"\nbasis = "会议纪要"',
    )
    text = study.read_text(encoding="utf-8").replace('coordinates = "wgs84"', "")
    study.write_text(text, encoding="utf-8")
    monkeypatch.setenv(STUDY_VARIABLE, str(study))


@pytest.mark.parametrize("name", ["overview", "coverage", "ratios", "siting", "report"])
def test_every_page_says_that_the_list_tells_no_system(run_page, unstated, name):
    app = run_page(name, language="en")
    said = [entry.value.replace("\\", "") for entry in app.warning]
    assert sum("GCJ-02" in text and "BD-09" in text for text in said) == 1
