"""The app as people meet it: served on this machine, opened in Chromium, clicked and timed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planning.cli.serving import SERVER_ENVIRONMENT
from tests.browser import open_browser, wait_for

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = (
    "server.headless=true",
    "server.fileWatcherType=none",
    "server.address=127.0.0.1",
    "server.enableStaticServing=false",
    "browser.gatherUsageStats=false",
)
PROBE = """
const frame = document.querySelector('iframe[title*=folium]');
const home = () => document.querySelector('iframe[title*=folium]')?.contentDocument
  ?.querySelector('.leaflet-container');
const shown = '[data-testid=stMetric], [data-testid=stCaptionContainer]';
const figures = () => Array.from(document.querySelectorAll(shown))
  .map((one) => one.innerText).join('|');
const drawn = () => Number(home()?.dataset.scFilled || 0);
const before = figures(), filled = drawn();
const probe = window.scProbe = {clicked: 0, numbers: 0, picture: 0, isSameMap: null};
const map = home();
frame.contentWindow.addEventListener('mouseup',
  () => { probe.clicked = performance.now(); }, {capture: true, once: true});
const watch = () => {
  const now = performance.now();
  if (probe.clicked && !probe.numbers && figures() !== before) { probe.numbers = now; }
  if (probe.clicked && !probe.picture && (home()?.dataset.scReady && drawn() !== filled)) {
    probe.picture = now;
    probe.isSameMap = home() === map;
  }
  if (!probe.numbers || !probe.picture) { requestAnimationFrame(watch); }
};
requestAnimationFrame(watch);
"""
"""Notes when the pointer was released, when the figures changed, when the edit was drawn."""

SPOT = """
const frame = document.querySelector('iframe[title*=folium]');
frame.scrollIntoView({block: 'center'});
const box = frame.getBoundingClientRect();
const at = frame.contentWindow.map.latLngToContainerPoint([arguments[1], arguments[0]]);
const size = frame.contentWindow.map.getSize();
return [box.x + at.x, box.y + at.y,
  at.x > 60 && at.y > 20 && at.x < size.x - 300 && at.y < size.y - 60];
"""
"""Where a place of the map stands in the window, and whether nothing of the map lies over it."""


PRESS = """
const one = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
if (one) { one.scrollIntoView({block: 'center'}); one.click(); }
return Boolean(one);
"""


@contextmanager
def served_app(*, data_folder: Path | None = None) -> Iterator[tuple[str, int]]:
    """Serve the app on a free port; gives its address and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = [f"--{option}" for option in (*OPTIONS, f"server.port={port}")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = data_folder or Path(temporary)
        with (folder / "app.log").open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags],
                cwd=folder,
                env={**SERVER_ENVIRONMENT, **os.environ, "SERVICECIRCLE_DATA": str(folder)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_for(lambda: _answers(port), what="the app")
                yield f"http://127.0.0.1:{port}", server.pid
            finally:
                server.terminate()
                server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def chromium(*, width: int = 1500, height: int = 1000) -> Iterator[Any]:
    """Open a headless Chromium that reaches no other host."""
    driver = open_browser(width=width, height=height)
    try:
        yield driver
    finally:
        driver.quit()


def open_workbench(driver: Any, address: str, *, language: str = "zh") -> None:
    """Open the workbench and wait until its map is drawn."""
    driver.get(f"{address}/workbench?lang={language}")
    wait_for(lambda: map_is_ready(driver), seconds=90, what="the map")


def map_is_ready(driver: Any) -> bool:
    """Return whether the first map of the page has drawn every layer."""
    return bool(
        driver.execute_script(
            """return Boolean(document.querySelector('iframe[title*=folium]')
            ?.contentDocument?.querySelector('[data-sc-ready]'))"""
        )
    )


def click_at(driver: Any, x: float, y: float) -> None:
    """Click a place of the window as a mouse does."""
    for kind in ("mousePressed", "mouseReleased"):
        driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
        )


def press(driver: Any, label: str, *, role: str = "") -> None:
    """Press a button (or what has a role, such as `radio`) by the beginning of its text."""
    kind = f"//*[@role='{role}']" if role else "//button[not(@role='radio')]"
    path = f"{kind}[not(@disabled)][.//*[starts-with(text(), '{label}')]]"
    # Found and pressed in one go: a page that is drawn anew in between replaces its buttons.
    wait_for(lambda: driver.execute_script(PRESS, path), what=label)


def timed_click(driver: Any, lon: float, lat: float) -> dict[str, Any] | None:
    """Click a place of the map; return the seconds to figures and picture, or None if it is hidden.

    The seconds count from the release of the pointer in the browser's own clock.
    """
    x, y, is_free = driver.execute_script(SPOT, lon, lat)
    if not is_free:
        return None
    driver.execute_script(PROBE)
    click_at(driver, x, y)
    done = "return window.scProbe.numbers && window.scProbe.picture"
    wait_for(lambda: driver.execute_script(done), seconds=60, what="figures and picture")
    probe = driver.execute_script("return window.scProbe")
    time.sleep(0.15)
    return {
        "numbers_s": (probe["numbers"] - probe["clicked"]) / 1000,
        "picture_s": (probe["picture"] - probe["clicked"]) / 1000,
        "is_same_map": probe["isSameMap"],
    }


SWITCH = """
const [target, done] = arguments;
const link = Array.from(document.querySelectorAll('[data-testid=stSidebarNavLink]'))
  .find((one) => one.getAttribute('href').endsWith(target));
const before = document.querySelector('h1')?.innerText;
const begin = performance.now();
link.click();
const watch = () => {
  const title = document.querySelector('h1')?.innerText;
  const isDrawn = !document.querySelector('[data-stale=true], [data-testid=stStatusWidget]');
  if (title && title !== before && isDrawn) { done((performance.now() - begin) / 1000); }
  else { requestAnimationFrame(watch); }
};
requestAnimationFrame(watch);
"""
"""Seconds from the click on a page of the menu until its last part is there and nothing runs."""


def switch_seconds(driver: Any, *, steps: int, rounds: int = 3) -> list[float]:
    """Go from the workbench to other pages and back; return the seconds of each change of page.

    View and scenario must be there on return, else the measure is refused.
    """
    driver.set_script_timeout(120)
    view = """const map = document.querySelector('iframe[title*=folium]').contentWindow.map;
    return [map.getCenter().lat.toFixed(3), map.getCenter().lng.toFixed(3), map.getZoom()]"""
    before = driver.execute_script(view)
    taken = []
    for number in range(rounds + 1):
        for page in ("/coverage", "/workbench"):
            seconds = driver.execute_async_script(SWITCH, page)
            if number:  # the first round computes what the page shows
                taken.append(seconds)
        wait_for(lambda: map_is_ready(driver), seconds=60, what="the map")
        text = driver.find_element("tag name", "body").text
        if driver.execute_script(view) != before or f"{steps}" not in text:
            raise RuntimeError("view or scenario were lost when the page changed")
    return taken
