"""The app served to a real browser: start it, walk through its pages, read what they show."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser import severe_lines, wait_for

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ("server.headless=true", "server.fileWatcherType=none", "browser.gatherUsageStats=false",
           "server.address=127.0.0.1", "server.enableStaticServing=false")  # fmt: skip
METRICS = """return Array.from(document.querySelectorAll(
    '[data-testid=stMetricValue]')).map(e => e.innerText.trim())"""
IS_AT_REST = """return document.querySelector('h1') !== null
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""
PRESS = """const found = document.evaluate(
    arguments[0], document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
if (found) { found.scrollIntoView({block: 'center'}); found.click(); }
return found !== null"""
TAB = "button[role=radio]"
MAP_FRAME = "iframe[title*=folium]"
MISSING_FOR_STREAMLIT = "_stcore/"
"""Streamlit asks for its health below the page's address first, and then at the root."""


@contextmanager
def served_app(folder: Path, *, study: Path | None = None) -> Iterator[str]:
    """Serve the app on a free port with its data in a folder; yield its address.

    A study is opened instead of the built-in county.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = [f"--{option}" for option in (*OPTIONS, f"server.port={port}")]
    environment = {**os.environ, "SERVICECIRCLE_DATA": str(folder)}
    if study is not None:
        environment["SERVICECIRCLE_STUDY"] = str(study)
    with (folder / "app.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags],
            cwd=folder, env=environment,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_for(lambda: _answers(port), what="the app")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def at_rest(driver: Any, *, seconds: float = 120.0) -> None:
    """Wait until the page has run and has not begun to run again."""
    since: list[float] = []

    def calm() -> bool:
        if not driver.execute_script(IS_AT_REST):
            since.clear()
            return False
        since[:] = since or [time.monotonic()]
        return time.monotonic() - since[0] > 0.6

    wait_for(calm, seconds=seconds, what="the page at rest")


def figures(driver: Any) -> list[str]:
    """Return the numbers of the metrics on the page."""
    return driver.execute_script(METRICS)


def to_page(driver: Any, title: str) -> None:
    """Choose a page of the menu."""
    _press_first(driver, f"//a[@data-testid='stSidebarNavLink'][.//*[text()='{title}']]", title)


def titled(driver: Any, title: str) -> None:
    """Wait for the title of a page."""
    wait_for(
        lambda: driver.execute_script("return document.querySelector('h1')?.innerText") == title,
        what=title,
    )


def press(driver: Any, label: str) -> None:
    """Press a button by the beginning of its text, as soon as it can be pressed."""
    starts = f"[.//*[starts-with(text(), '{label}')]]"
    _press_first(driver, f"//button[not(@disabled)][not(@role='radio')]{starts}", label)


def to_tab(driver: Any, label: str) -> None:
    """Choose a tab by the beginning of its text, as soon as it is there."""
    _press_first(driver, f"//button[@role='radio'][.//*[starts-with(text(), '{label}')]]", label)


def _press_first(driver: Any, path: str, what: str) -> None:
    # Found and pressed in one go: a page that is drawn anew in between replaces its buttons.
    wait_for(lambda: driver.execute_script(PRESS, path), what=what)


def fill(driver: Any, label: str, text: str) -> None:
    """Write into a field by its label, and leave it."""
    path = f"//*[self::input or self::textarea][@aria-label='{label}']"
    field = wait_for(lambda: driver.find_elements("xpath", path), what=label)[0]
    field.send_keys(text + "\t")


def select_row(driver: Any, row: int, *, table: int = 0) -> None:
    """Mark a row of a table that is shown; tables are drawn on a canvas."""
    shown = wait_for(
        lambda: [
            one
            for one in driver.find_elements("css selector", "[data-testid=stDataFrame]")
            if one.is_displayed()
        ],
        what="a table",
    )[table]
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", shown)
    x, y = driver.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y]", shown
    )
    press_at(driver, x + 15, y + 36 + 30 * row + 15)


def press_at(driver: Any, x: float, y: float) -> None:
    """Press the left button of the mouse at a place of the window."""
    for kind in ("mousePressed", "mouseReleased"):
        driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
        )


TABLES = """return Array.from(document.querySelectorAll('[data-testid=stDataFrame]')).map(
    frame => Array.from(frame.querySelectorAll('canvas table tr')).map(
    row => Array.from(row.children).map(cell => cell.textContent)))"""


def tables(driver: Any) -> list[list[list[str]]]:
    """Return the tables of the page as rows of texts, the headers first, as far as they are drawn.

    They are what a screen reader is told of the canvas.
    """
    return [table for table in driver.execute_script(TABLES) if table]


def body_text(driver: Any) -> str:
    """Return every text that the page shows."""
    return driver.find_element("tag name", "body").text


@contextmanager
def in_map(driver: Any, number: int = 0) -> Iterator[None]:
    """Look into a map of the page."""
    driver.switch_to.frame(driver.find_elements("css selector", MAP_FRAME)[number])
    try:
        yield
    finally:
        driver.switch_to.default_content()


def map_is_drawn(driver: Any) -> bool:
    """Return whether the first map of the page has drawn its layers."""
    if not driver.find_elements("css selector", MAP_FRAME):
        return False
    with in_map(driver):
        return driver.execute_script(
            "const m = document.querySelector('.leaflet-container');"
            "return Boolean(m && m.dataset.scReady === '1')"
        )


def map_box(driver: Any) -> list[float]:
    """Return x, y, width and height of the first map in the window, scrolled into it."""
    frame = driver.find_element("css selector", MAP_FRAME)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    return driver.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y, r.width, r.height]",
        frame,
    )


def click_map(driver: Any, right: float, down: float) -> None:
    """Click the map at these shares of its width and height."""
    x0, y0, width, height = map_box(driver)
    press_at(driver, x0 + right * width, y0 + down * height)


def click_place(driver: Any, lon: float, lat: float) -> None:
    """Click the map where a place lies in the present view: the legend shares its frame."""
    with in_map(driver):
        right, down = driver.execute_script(
            "const m = window.map || Object.values(window).find(v => v && v.scStage);"
            "const p = m.latLngToContainerPoint([arguments[1], arguments[0]]);"
            "const r = m.getContainer().getBoundingClientRect();"
            "return [(r.x + p.x) / window.innerWidth, (r.y + p.y) / window.innerHeight]",
            lon,
            lat,
        )
    click_map(driver, right, down)


def faults(driver: Any) -> list[str]:
    """Return the errors of the console that are ours."""
    return [line for line in severe_lines(driver) if MISSING_FOR_STREAMLIT not in line]
