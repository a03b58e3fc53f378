"""Every page runs alone and through app.py, in both languages, without an exception."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planning.serving import LANGUAGE_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.stem for path in (ROOT / "app_pages").glob("[a-z]*.py"))


def run(script: Path) -> AppTest:
    return AppTest.from_file(str(script), default_timeout=120).run()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_app_opens_with_the_overview(monkeypatch, language):
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    app = run(ROOT / "app.py")
    assert not app.exception
    assert len(app.metric) == 4


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs(page):
    app = run(ROOT / "app_pages" / f"{page}.py")
    assert not app.exception
    assert app.title[0].value
