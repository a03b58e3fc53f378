"""The page of reports: public by default, made on demand, nothing of the office in a public one."""

import io
import zipfile

import pytest

from app_pages.session import state as _session
from planning.words.audiences import AUDIENCE_WORDS

pytestmark = pytest.mark.slow


def button(app, label):
    return next(widget for widget in app.button if widget.label == label)


@pytest.fixture
def taken(monkeypatch):
    """Collect what the download buttons hold, by file name."""
    import streamlit as st

    found = {}

    def note(_self, _label, *, data, file_name, **_options):
        found[file_name] = data
        return False

    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "download_button", note)
    return found


def test_nothing_is_made_before_it_is_asked_for(run_page, taken):
    app = run_page("report", language="en")
    assert app.radio(key="audience").value == "public"
    assert not [name for name in taken if name.startswith("SC-")]
    assert any("公开稿（不含地图）" in line.value for line in app.markdown)


def test_a_public_export_is_made_and_holds_no_cells(run_page, taken):
    app = run_page("report", language="en")
    app.multiselect(key="formats").set_value(["xlsx", "map", "results"]).run()
    app.text_input(key="maker").set_value("卫健局").run()
    app.text_input(key="review_number").set_value("浙S(2026)1号").run()
    button(app, "Make").click().run()
    assert not app.exception
    names = {name.rpartition("-public-")[2] for name in taken if "-public-" in name}
    assert names == {"report.xlsx", "map.html", "results.zip", "run.json"}
    results = next(data for name, data in taken.items() if name.endswith("results.zip"))
    held = {name.partition("/")[2] for name in zipfile.ZipFile(io.BytesIO(results)).namelist()}
    assert "zones.csv" in held
    assert not held & {"cells.parquet", "results.gpkg", "facilities.csv", "standards.xlsx"}
    page = next(data for name, data in taken.items() if name.endswith("map.html")).decode()
    assert AUDIENCE_WORDS["public"] in page
    assert "卫健局" in page
    whole = next(data for name, data in taken.items() if name.endswith("-public.zip"))
    assert len(zipfile.ZipFile(io.BytesIO(whole())).namelist()) == 4


def test_other_choices_ask_to_be_made_anew(run_page, taken):
    app = run_page("report", language="en")
    app.multiselect(key="formats").set_value(["map"]).run()
    button(app, "Make").click().run()
    taken.clear()
    app.radio(key="audience").set_value("internal").run()
    assert not [name for name in taken if name.startswith("SC-")]
    assert any("must not leave" in line.value for line in app.markdown)
    assert not app.exception


def test_the_menu_names_the_page():
    assert _session.PAGES["report"] == "Report and export"
