"""Every page runs alone and through app.py, in both languages, without an exception."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.session.state import PAGES
from planning.cli.serving import LANGUAGE_VARIABLE

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_app_opens_with_the_overview(monkeypatch, language):
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    assert not app.exception
    assert len(app.metric) == 4
    assert app.title[0].value == {"zh": "达标总览", "en": "Targets at a glance"}[language]


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs(run_page, page, language):
    app = run_page(page, language=language)
    assert app.title[0].value
    assert not app.error


def test_every_script_is_in_the_menu():
    assert {path.stem for path in (ROOT / "app_pages").glob("[a-z]*.py")} == set(PAGES)


def test_pages_are_short_and_only_the_session_touches_state():
    for path in (ROOT / "app_pages").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not path.stem.startswith("_"):
            assert text.count("\n") <= 85, path.name
        if path.stem != "_session":
            assert "session_state" not in text, path.name
            assert "st.cache" not in text, path.name
