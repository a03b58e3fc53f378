"""A real browser, every outside host blocked: read coverage, add two stations, save, compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from planning.whatif.scenarios import edits_from_text, load_scenario, scenario_folder
from planning.words.figures import share_text
from tests.app_pages.served import (
    at_rest,
    click_map,
    faults,
    figures,
    fill,
    in_map,
    map_is_drawn,
    press,
    titled,
    to_page,
    to_tab,
)
from tests.browser import open_browser, outside_requests, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def address(served_county, monkeypatch) -> str:
    """Return where the county is served; scenarios are looked for where the server keeps them."""
    address, folder = served_county
    monkeypatch.setenv("SERVICECIRCLE_DATA", str(folder))
    return address


@pytest.fixture
def driver() -> Iterator[Any]:
    opened = open_browser(width=1500, height=1000)
    yield opened
    opened.quit()


def shares(outcome: Any) -> list[str]:
    return [share_text(result.ledgers["all"].share) for result in outcome.modes.values()]


def edits_of_address(driver: Any) -> tuple[Edit, ...]:
    """Return the steps that the address of the browser holds."""
    search = driver.execute_script("return location.search")
    return edits_from_text(parse_qs(search.removeprefix("?")).get("edits", [""])[0])


def steps_seen(driver: Any) -> int:
    return len(edits_of_address(driver))


def view_of(driver: Any) -> list[float]:
    script = "const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()]"
    with in_map(driver):
        return list(driver.execute_script(script))


def test_from_reading_coverage_to_comparing_two_stations(address, driver, county):
    driver.get(f"{address}/?lang=zh")
    titled(driver, "达标总览")
    present = shares(apply_edits(county, ()))
    wait_for(lambda: figures(driver) == present, what="the coverage of the library")

    to_page(driver, "方案工作台")
    titled(driver, "方案工作台")
    wait_for(lambda: map_is_drawn(driver), what="the map")
    for number, spot in enumerate(((0.30, 0.62), (0.46, 0.80)), start=1):
        click_map(driver, *spot)
        wait_for(lambda n=number: steps_seen(driver) == n, what="the new station")
    to_tab(driver, "保存与打开")
    fill(driver, "方案名称", "东片两所")
    press(driver, "保存")
    folder = scenario_folder(county.study)
    wait_for(lambda: list(folder.glob("*.json")), what="the saved scenario")
    saved = load_scenario(folder, "东片两所")
    assert [edit.action for edit in saved.edits] == [e.action for e in edits_of_address(driver)]
    assert len(saved.edits) == 2
    after = shares(apply_edits(county, saved.edits))
    wait_for(lambda: figures(driver) == after, what="the numbers of the library")

    press(driver, "清空")
    wait_for(lambda: figures(driver) == present, what="the present state")
    press(driver, "打开 东片两所")
    wait_for(lambda: figures(driver) == after, what="the saved scenario")

    to_page(driver, "方案比较")
    titled(driver, "方案比较")
    wait_for(
        lambda: len(driver.find_elements("css selector", "iframe[title*=folium]")) == 2,
        what="two maps",
    )
    assert "东片两所" in driver.find_element("tag name", "body").text
    assert outside_requests(driver) == []
    assert faults(driver) == []


WATCH_TABS = """window.refusals = 0;
const look = () => { window.refusals += document.querySelectorAll(
    'button[role=radio]:is([disabled], [aria-disabled=true]), [role=tab][aria-disabled=true]'
).length; };
new MutationObserver(look).observe(document.body,
    {attributes: true, subtree: true, childList: true});"""


def test_a_tab_refuses_no_click_while_the_page_follows_an_edit(address, driver):
    driver.get(f"{address}/workbench?lang=en")
    wait_for(lambda: map_is_drawn(driver), what="the map")
    at_rest(driver)
    driver.execute_script(WATCH_TABS)
    for number, spot in enumerate(((0.30, 0.62), (0.46, 0.80), (0.62, 0.50)), start=1):
        click_map(driver, *spot)
        wait_for(lambda n=number: steps_seen(driver) == n, what="the new station")
        at_rest(driver)
    assert driver.execute_script("return window.refusals") == 0
    click_map(driver, 0.40, 0.40)
    to_tab(driver, "Save and open")
    fill(driver, "Name of the scenario", "four")
    wait_for(lambda: steps_seen(driver) == 4, what="the new station")


def test_reload_back_and_link_lose_nothing(address, driver, county):
    driver.get(f"{address}/workbench?lang=en")
    wait_for(lambda: map_is_drawn(driver), what="the map")
    with in_map(driver):
        driver.execute_script("map.setView([30.0, 120.9], 11.5, {animate: false})")
    for number, spot in enumerate(((0.30, 0.62), (0.46, 0.80)), start=1):
        click_map(driver, *spot)
        wait_for(lambda n=number: steps_seen(driver) == n, what="the new station")
    edits, link = edits_of_address(driver), driver.current_url
    after = shares(apply_edits(county, edits))
    wait_for(lambda: figures(driver) == after, what="the numbers of the library")
    view = view_of(driver)

    driver.refresh()
    wait_for(lambda: figures(driver) == after, what="the scenario after a reload")
    wait_for(lambda: map_is_drawn(driver), what="the map after a reload")
    to_page(driver, "Start")
    titled(driver, "Start")
    driver.back()
    titled(driver, "Scenario workbench")
    wait_for(lambda: figures(driver) == after, what="the scenario after going back")
    wait_for(lambda: map_is_drawn(driver), what="the map after going back")
    assert view_of(driver) == pytest.approx(view, abs=1e-4)

    click_map(driver, 0.36, 0.40)
    driver.refresh()
    wait_for(lambda: map_is_drawn(driver), what="the map after a reload amid a run")
    kept = edits_of_address(driver)
    assert kept[:2] == edits
    wait_for(lambda: figures(driver) == shares(apply_edits(county, kept)), what="its numbers")

    driver.switch_to.new_window("tab")
    driver.get(link)
    wait_for(lambda: figures(driver) == after, what="the scenario of the link")
    wait_for(lambda: map_is_drawn(driver), what="the map of the link")
    assert view_of(driver) == pytest.approx(view, abs=1e-4)
    assert faults(driver) == []
