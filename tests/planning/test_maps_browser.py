"""Maps in a real Chromium that can reach nothing but this machine."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer

from benchmarks.map_spec import HOSTILE_NAME, SMALL, county_map
from geo.points import Grid
from planning import maps
from planning.maps import themes
from tests.browser import (
    open_browser,
    outside_requests,
    severe_lines,
    wait_for,
    wait_for_map,
)

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    browser = open_browser()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def spec() -> maps.MapSpec:
    return replace(county_map(SMALL), strings=maps.map_strings(lambda text: text))


@pytest.fixture
def show(driver: Any, tmp_path: Path) -> Any:
    """Return a function that opens a spec as a page and leaves no error and no request behind."""

    def open_page(spec: maps.MapSpec, *, compress: bool = True, before: str = "") -> Any:
        driver.get("about:blank")
        severe_lines(driver)
        outside_requests(driver)
        text = maps.to_html(spec, compress=compress)
        (tmp_path / "map.html").write_text(text, encoding="utf-8")
        script = {}
        if before:
            script = driver.execute_cdp_cmd(
                "Page.addScriptToEvaluateOnNewDocument", {"source": before}
            )
        driver.get((tmp_path / "map.html").as_uri())
        wait_for_map(driver)
        if before:
            driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        return driver

    yield open_page
    assert severe_lines(driver) == []
    assert outside_requests(driver) == []


def _pixels(driver: Any) -> np.ndarray:
    """Return the map, without its controls, as (height, width, 3) colours."""
    hide = "document.querySelector('.leaflet-control-container').style.visibility = arguments[0]"
    driver.execute_script(hide, "hidden")
    png = driver.find_element("id", "sc-map").screenshot_as_png
    driver.execute_script(hide, "")
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _rgb(colour: str, opacity: float) -> np.ndarray:
    mixed = themes.over_land(colour, opacity)
    return np.array([int(mixed[k : k + 2], 16) for k in (1, 3, 5)])


def _text(driver: Any, selector: str) -> str:
    """Return the visible text of the first element, empty while there is none."""
    found = driver.find_elements("css selector", selector)
    return str(found[0].text) if found else ""


def _share(driver: Any, colour: np.ndarray) -> float:
    """Return the share of the map's pixels that have a colour."""
    distance = np.abs(_pixels(driver).reshape(-1, 3).astype(int) - colour).max(axis=1)
    return float((distance <= 3).mean())


def _answer(driver: Any, lon: float, lat: float) -> dict[str, Any]:
    """Return what the page says of a place, and where on the screen it is."""
    answer: dict[str, Any] = driver.execute_script(
        """
        var latlng = L.latLng(arguments[1], arguments[0]);
        var answer = ServiceCircle.ask(map, latlng), at = map.latLngToContainerPoint(latlng);
        return {rows: answer.cell && answer.cell.rows, hit: answer.hit && answer.hit.title,
                x: at.x, y: at.y};
        """,
        lon,
        lat,
    )
    return answer


GRIDS = {
    "degrees, wide cells": Grid("EPSG:4326", (0.004, 0, 120.6, 0, -0.0025, 30.4), (60, 80)),
    "Gauss-Kruger, tall cells": Grid("EPSG:4549", (250, 0, 560_000, 0, -400, 3_360_000), (60, 80)),
    "Mollweide": Grid("ESRI:54009", (1000, 0, 11_000_000, 0, -1000, 3_700_000), (60, 80)),
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_value_under_the_pointer_is_the_pixel_and_the_table(
    show: Any, grid: Grid, rng: np.random.Generator
) -> None:
    n_rows, n_columns = grid.shape
    row, column = np.divmod(np.arange(n_rows * n_columns), n_columns)
    # Blocks of 4 x 4 cells of one class, so that a pixel in the middle of a block is sure.
    classes = rng.integers(0, 4, (n_rows // 4, n_columns // 4)).repeat(4, 0).repeat(4, 1).ravel()
    people = rng.uniform(0, 900, row.size)
    to_lonlat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)

    def lonlat(c: Any, r: Any) -> tuple[Any, Any]:
        a, b, x0, d, e, y0 = grid.transform
        return to_lonlat.transform(a * c + b * r + x0, d * c + e * r + y0)  # type: ignore[no-any-return]

    lon, lat = lonlat(column + 0.5, row + 0.5)
    colours = ("#440154", "#31688e", "#e08214", "#fde725")
    theme = maps.CellTheme(
        "t", "T", "", classes.astype(np.uint8), tuple(maps.Swatch(c, c) for c in colours)
    )
    layer = maps.CellLayer(
        "cells", "Cells", lon, lat, (theme,), (maps.HoverNumber("people", people, "", 2),),
        grid=grid, row=row.astype(np.int32), column=column.astype(np.int32), opacity=0.8,
    )  # fmt: skip
    driver = show(maps.MapSpec("registration", (layer,)))
    pixels = _pixels(driver)
    for block in rng.integers(0, (n_rows // 4) * (n_columns // 4), 30):
        block_row, block_column = divmod(int(block), n_columns // 4)
        r, c = 4 * block_row + 2, 4 * block_column + 2
        cell = r * n_columns + c
        place = lonlat(c + 0.5, r + 0.5)
        answer = _answer(driver, *place)
        assert answer["rows"] == [["people", f"{people[cell]:,.2f}", ""]]
        seen = pixels[round(answer["y"]), round(answer["x"])].astype(int)
        assert np.abs(seen - _rgb(colours[classes[cell]], 0.8)).max() <= 2
    # Every cell, not only the middle of blocks, by the formula alone.
    inside = rng.uniform(0.02, 0.98, (2, 300))
    chosen = rng.integers(0, row.size, 300)
    for k, place in zip(
        chosen,
        np.transpose(lonlat(column[chosen] + inside[0], row[chosen] + inside[1])),
        strict=True,
    ):
        assert _answer(driver, *place)["rows"][0][1] == f"{people[k]:,.2f}"


def test_the_county_shows_its_colours_and_values(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    for colour in (themes.COVERED, themes.UNCOVERED):
        assert _share(driver, _rgb(colour, 0.8)) > 0.005
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    walk = next(row for row in cells.hover if isinstance(row, maps.HoverTime))
    k = int(np.flatnonzero((walk.status == 0) & (walk.tenths % 60 > 0))[0])
    rows = _answer(driver, cells.lon[k], cells.lat[k])["rows"]
    shown = {row[0]: row[1:] for row in rows}
    minutes = np.ceil(walk.tenths[k] / 60) / 10
    assert shown[walk.label][0] == f"{minutes:.1f} min"
    assert cells.facility_names[walk.facility[k]] in shown[walk.label][1]


def test_one_theme_at_a_time_and_layers_can_be_hidden(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    picker = driver.find_element("css selector", "select")
    options = picker.find_elements("css selector", "option")
    assert len(options) == 9
    options[1].click()
    notes = driver.find_elements("css selector", ".sc-layer")[0].text
    assert "≤20分钟" in notes
    wait_for(lambda: _share(driver, _rgb("#440154", 0.8)) > 0, what="the other theme")
    boxes = driver.find_elements("css selector", ".sc-layer input")
    assert len(boxes) == len(spec.layers) - 1  # the land is scenery
    shown = "return map.scStage.shown.size"
    before = driver.execute_script(shown)
    boxes[0].click()
    assert driver.execute_script(shown) == before - 1
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    assert _answer(driver, cells.lon[0], cells.lat[0])["rows"] is None
    boxes[0].click()
    assert driver.execute_script(shown) == before


def test_layers_lie_in_the_order_of_the_spec(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    z = driver.execute_script(
        "return map.scBoard.layers.map(l => +getComputedStyle(l.leaflet.getPane()).zIndex)"
    )
    assert z == sorted(z)
    assert len(set(z)) == len(spec.layers)


def test_hostile_names_are_shown_as_text(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    driver.find_element("css selector", "#sc-search input").send_keys("onerror")
    button = wait_for(lambda: driver.find_elements("css selector", ".sc-found button"))[0]
    assert button.text.startswith(HOSTILE_NAME)
    button.click()
    wait_for(lambda: _text(driver, ".sc-popup-title") == HOSTILE_NAME, what="the name")
    assert driver.find_elements("css selector", "#sc-map img[src='x']") == []


def test_the_keyboard_reaches_everything(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    from selenium.webdriver import ActionChains, Keys

    home = driver.find_element("id", "sc-map")
    driver.execute_script("arguments[0].focus()", home)
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    driver.execute_script(
        "map.setView([arguments[1], arguments[0]], 13, {animate: false})",
        float(cells.lon[5000]),
        float(cells.lat[5000]),
    )
    ActionChains(driver).send_keys(Keys.ENTER).perform()
    wait_for(lambda: "人口" in _text(driver, ".sc-popup"), what="the values")
    reached = set()
    for _ in range(40):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        active = driver.switch_to.active_element
        reached.add((active.tag_name, active.get_attribute("type")))
    assert {("a", ""), ("button", "button"), ("input", "search"), ("input", "checkbox")} <= reached
    assert any(tag == "select" for tag, _ in reached)


def test_scale_is_metric_and_no_flag_is_shown(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    scale = driver.find_element("css selector", ".leaflet-control-scale").text
    assert "km" in scale
    assert "mi" not in scale
    attribution = driver.find_element("css selector", ".leaflet-control-attribution")
    assert attribution.text == "© OpenStreetMap contributors, ODbL"
    assert attribution.find_elements("css selector", "a, svg") == []


def test_an_old_browser_is_told_and_a_plain_file_serves_it(show: Any, spec: maps.MapSpec) -> None:
    without = "delete window.DecompressionStream"
    bare = replace(spec, background=themes.LAND)  # the land itself cannot be unpacked
    driver = show(bare, before=without)
    warning = driver.find_element("css selector", ".sc-warning")
    assert "too old" in warning.text
    # The cells are there all the same.
    assert _share(driver, _rgb(themes.COVERED, 0.8)) > 0.005
    driver = show(spec, compress=False, before=without)
    assert driver.find_elements("css selector", ".sc-warning") == []
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    assert _answer(driver, cells.lon[0], cells.lat[0])["rows"]


def test_cells_without_a_grid_are_dots_with_values(show: Any, spec: maps.MapSpec) -> None:
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    none = np.zeros(0, dtype=np.int32)
    dots = replace(cells, grid=None, row=none, column=none, cell_size_m=800.0)
    driver = show(replace(spec, layers=(dots,), background=themes.LAND))
    people = cells.hover[0]
    assert isinstance(people, maps.HoverNumber)
    for k in (7, 4321, 9000):
        rows = _answer(driver, cells.lon[k], cells.lat[k])["rows"]
        assert rows[0][1] == f"{people.values[k]:,.1f} 人"
    assert _share(driver, _rgb(themes.COVERED, 0.8)) > 0.005
    assert _answer(driver, 0.0, 0.0)["rows"] is None


def test_print_fits_one_page_and_stripes_the_uncovered(show: Any, spec: maps.MapSpec) -> None:
    driver = show(spec)
    driver.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    striped = _pixels(driver).reshape(-1, 3).astype(int)
    driver.execute_script("window.dispatchEvent(new Event('afterprint'))")
    plain = _pixels(driver).reshape(-1, 3).astype(int)
    # Stripes are black with opacity 0.6 over the orange of the uncovered.
    stripe = 0.4 * _rgb(themes.UNCOVERED, 0.8)
    share = [float((np.abs(p - stripe).max(axis=1) <= 6).mean()) for p in (striped, plain)]
    assert share[0] > 0.02
    assert share[1] < 0.001
    options = {"preferCSSPageSize": True, "printBackground": True}
    pdf = driver.execute_cdp_cmd("Page.printToPDF", options)["data"]
    pages = re.findall(rb"/Type\s*/Page\b", base64.b64decode(pdf))
    assert len(pages) == 1


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
    driver.switch_to.default_content()
    return [
        element.text
        for element in driver.find_elements("css selector", "[data-testid=stMetricValue]")
    ]


@pytest.mark.parametrize("query", ["", "?inline=1"], ids=["static files", "inline"])
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
