"""Names that look like code are text on every page and on the exported map, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_pages.session.choices import PAGES
from data.dataset import load_dataset
from data.side_files import remarks_file
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.audit.remarks import Remark, add_remark
from planning.report.export import map_html
from planning.whatif.scenarios import SavedScenario, save_scenario, scenario_folder
from tests.app_pages.served import (
    MAP_FRAME,
    TAB,
    at_rest,
    body_text,
    faults,
    in_map,
    map_is_drawn,
    served_app,
    tables,
)
from tests.browser import open_browser, outside_requests, severe_lines, wait_for, wait_for_map

pytestmark = pytest.mark.browser

CODE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=2'>"
MARKS = '![p](http://evil.example/a.png) **粗** $a^2$ `c` :red[r] <b>b</b> &amp; "q" 😀'
FORMULA = '=HYPERLINK("http://evil.example")'
ALL = f"{CODE} {MARKS}"
IS_HURT = """return [window.pwned ?? null,
    document.querySelectorAll('img[src*="evil"], img[src="x"], [onerror]').length,
    document.querySelectorAll('[data-testid=stException]').length]"""


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Return a study of two towns whose every name is code, Markdown or a formula."""
    from tests.planning.report_study import TOWN_A, TOWN_B, VILLAGES, write_report_study

    path = write_report_study(tmp_path_factory.mktemp("names"))
    folder = path.parent

    def rename(file: str, names: dict[str, str]) -> None:
        import json

        value = json.loads((folder / file).read_text(encoding="utf-8"))
        for feature in value["features"]:
            known = feature["properties"]["name"]
            feature["properties"]["name"] = names.get(known, known)
        (folder / file).write_text(json.dumps(value), encoding="utf-8")

    rename("zones.geojson", {TOWN_A: f"甲 {ALL}", TOWN_B: f"{FORMULA} 乙"})
    rename(
        "villages.geojson", {name: f"{k} {ALL}" for k, (name, *_) in enumerate(VILLAGES.values())}
    )
    for file in folder.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        quoted = f"室 {ALL}".replace('"', '""')
        text = text.replace("甲卫生室", f'"甲{quoted}"').replace("=乙卫生室", f'"=1+1 {quoted}"')
        file.write_text(text, encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    name = text.split('name = "', 1)[1].split('"', 1)[0]
    told = f"县 {ALL}".replace('"', "”").replace("'", "’")
    path.write_text(text.replace(f'name = "{name}"', f"name = '{told}'", 1), encoding="utf-8")
    read = read_study(path)
    save_scenario(scenario_folder(read), SavedScenario(MARKS[:58].strip(), ()))
    add_remark(remarks_file(read), Remark(ALL, 120.0, 30.0, "walk", ALL, who=MARKS[:50]))
    return path


@pytest.fixture(scope="module")
def driver(study, tmp_path_factory) -> Iterator[Any]:
    opened = open_browser(width=1500, height=1000)
    try:
        with served_app(tmp_path_factory.mktemp("data"), study=study) as address:
            opened.get(address)
            opened.address = address
            yield opened
    finally:
        opened.quit()


def assert_unhurt(driver: Any) -> None:
    assert driver.execute_script(IS_HURT) == [None, 0, 0]
    if driver.find_elements("css selector", MAP_FRAME):
        wait_for(lambda: map_is_drawn(driver), what="the map")
        with in_map(driver):
            assert driver.execute_script(IS_HURT)[:2] == [None, 0]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_names_as_text(driver, page):
    driver.get(f"{driver.address}/{'' if page == 'overview' else page}?lang=en")
    at_rest(driver)
    assert_unhurt(driver)
    for tab in range(len(driver.find_elements("css selector", TAB))):
        driver.find_elements("css selector", TAB)[tab].click()
        at_rest(driver)
        assert_unhurt(driver)
    said = body_text(driver) + str(tables(driver))
    assert "window.pwned=1" in said
    assert "![p](http://evil.example/a.png) **粗** $a^2$ `c` :red[r] <b>b</b> &amp;" in said
    assert faults(driver) == []
    assert outside_requests(driver) == []


def test_the_exported_map_shows_names_as_text(driver, study, tmp_path):
    read = read_study(study)
    assessment = assess(load_dataset(read), read)
    (tmp_path / "map.html").write_text(map_html(assessment, "zh"), encoding="utf-8")
    driver.get((tmp_path / "map.html").as_uri())
    wait_for_map(driver)
    assert "window.pwned=1" in driver.find_element("css selector", "h1").text
    spot = assessment.dataset.facilities.lat[0], assessment.dataset.facilities.lon[0]
    driver.execute_script(
        "map.setView([arguments[0], arguments[1]], 15, {animate: false});"
        "map.fire('click', {latlng: L.latLng(arguments[0], arguments[1])})", *spot,
    )  # fmt: skip
    popup = wait_for(lambda: driver.find_elements("css selector", ".leaflet-popup-content"))
    assert CODE in popup[0].text
    assert driver.execute_script(IS_HURT)[:2] == [None, 0]
    assert severe_lines(driver) == []
    assert outside_requests(driver) == []
