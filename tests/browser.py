"""A headless Chromium that cannot reach any host but this machine, for the browser tests."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
OWN = ("data:", "blob:", "file:", "about:", "chrome", "devtools:")
LOOPBACK = ("http://localhost", "http://127.0.0.1", "ws://localhost", "ws://127.0.0.1")


def open_browser(*, width: int = 1400, height: int = 900, scale: float = 1.0) -> Any:
    """Return a driver; without Chromium or its driver the test is skipped, in CI it fails."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        if os.environ.get("SERVICECIRCLE_REQUIRE_BROWSER"):
            pytest.fail("the CI entry installs Chromium with chromedriver, and one is missing")
        pytest.skip("no Chromium with chromedriver on this machine (Debian: chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--window-size={width},{height}", f"--force-device-scale-factor={scale}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))


def wait_for(condition: Callable[[], Any], *, seconds: float = 180.0, what: str = "") -> Any:
    """Return the first true answer; fail when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    pytest.fail(f"waited {seconds:g} s for {what or condition}")


def wait_for_map(driver: Any, element_id: str = "sc-map") -> None:
    """Wait until every layer of the map has been read and drawn."""
    script = f"var m = document.getElementById('{element_id}'); return m && m.dataset.scReady"
    wait_for(lambda: driver.execute_script(script), what="the map")


def severe_lines(driver: Any) -> list[str]:
    """Return the errors of the console since the last call."""
    return [line["message"] for line in driver.get_log("browser") if line["level"] == "SEVERE"]


def outside_requests(driver: Any) -> list[str]:
    """Return every address asked for that is neither in the page nor on this machine."""
    asked = []
    for line in driver.get_log("performance"):
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith((*OWN, *LOOPBACK)):
                asked.append(url)
    return asked
