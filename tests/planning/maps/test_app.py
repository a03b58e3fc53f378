"""The interactive map in a small app: edits, the kept view, clicks, and no outside host."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import (
    open_browser,
    outside_requests,
    severe_lines,
    wait_for,
    wait_for_map,
)

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    browser = open_browser()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the small app in a folder of its own and return its address."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copy(Path(__file__).with_name("map_app.py"), folder / "app.py")
    (folder / "static").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.enableStaticServing": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py")]
    command += [f"--{name}={value}" for name, value in options.items()]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    server = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def is_up() -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", port)) == 0

    wait_for(is_up, what="the app")
    yield f"http://127.0.0.1:{port}/"
    server.terminate()
    server.wait(timeout=20)


def _enter_map(driver: Any) -> None:
    """Go into the frame of the map and wait until it is drawn."""
    driver.switch_to.default_content()
    frame = wait_for(
        lambda: driver.find_elements("css selector", "iframe[title*=folium]"), what="the frame"
    )[0]
    driver.switch_to.frame(frame)
    wait_for_map(driver, "map_div")


def _press(driver: Any, text: str) -> None:
    driver.switch_to.default_content()
    for element in driver.find_elements("css selector", "button, label"):
        if element.text == text:
            element.click()
            return
    pytest.fail(f"no button {text!r}")


def _metrics(driver: Any) -> list[str]:
    """Return the numbers of the page in one look: elements go stale while it is drawn anew."""
    driver.switch_to.default_content()
    script = """
        var found = document.querySelectorAll('[data-testid="stMetricValue"]');
        return Array.from(found, element => element.innerText.trim());
    """
    return list(driver.execute_script(script))


@pytest.mark.parametrize("query", ["", "?inline=1"], ids=["handed out", "inline"])
def test_the_app_edits_keeps_the_view_and_returns_clicks(
    driver: Any, app_address: str, query: str
) -> None:
    from selenium.webdriver import ActionChains

    driver.get("about:blank")
    severe_lines(driver)
    outside_requests(driver)
    driver.get(app_address + query)
    _enter_map(driver)
    driver.execute_script("window.mark = 1; map.setView([29.9, 121.1], 12.5, {animate: false})")
    count = "return map.scStage.shown.size"
    before = driver.execute_script(count)
    _press(driver, "edit")
    wait_for(lambda: _metrics(driver)[:1] == ["1"], what="the edit")
    _enter_map(driver)
    wait_for(lambda: driver.execute_script(count) == before + 2, what="the layers of the edit")
    assert driver.execute_script("return [window.mark, map.getZoom()]") == [1, 12.5]
    # The legend stands beside the map, not over it.
    beside = """
        return ['#map_div', '.sc-beside'].map(
            name => document.querySelector(name).getBoundingClientRect());
    """
    board, panel = driver.execute_script(beside)
    assert panel["left"] >= board["right"] > 600
    assert panel["height"] == pytest.approx(board["height"], abs=2)
    assert driver.find_elements("css selector", ".sc-floating") == []
    select = "var s = document.querySelector('select'); s.value = '1';"
    driver.execute_script(select + " s.dispatchEvent(new Event('change'))")
    hidden = (
        "return [...map.scStage.shown].filter(l => l.isCells)"
        ".map(l => l.leaflet.getElement().style.display)"
    )
    assert driver.execute_script(hidden) == ["", "none"]
    home = driver.find_element("id", "map_div")
    ActionChains(driver).move_to_element_with_offset(home, 0, 40).click().perform()
    wait_for(lambda: _metrics(driver)[1] != "none", what="the click")
    lon, lat = (float(text) for text in _metrics(driver)[1].split())
    assert lon == pytest.approx(121.1, abs=0.02)
    assert lat == pytest.approx(29.89, abs=0.02)
    _press(driver, "other")
    wait_for(lambda: _metrics(driver) == [], what="the other page")
    _press(driver, "map")
    _enter_map(driver)
    assert driver.execute_script("return map.getZoom()") == 12.5
    assert driver.execute_script("return document.querySelector('select').value") == "1"
    driver.switch_to.default_content()
    assert severe_lines(driver) == []
    assert outside_requests(driver) == []
