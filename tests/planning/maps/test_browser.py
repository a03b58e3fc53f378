"""Maps in a real Chromium that can reach nothing but this machine."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
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
BLOCK = 4
CLASS_COLOURS = ("#440154", "#31688e", "#e08214", "#fde725")


def _lonlat(grid: Grid, column: Any, row: Any) -> tuple[Any, Any]:
    """Return places by the grid's own formula and PROJ."""
    a, b, x0, d, e, y0 = grid.transform
    transformer = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(a * column + b * row + x0, d * column + e * row + y0)
    return lon, lat


def _blocks(grid: Grid, rng: np.random.Generator) -> maps.CellLayer:
    """Return cells whose classes form blocks of 4 x 4, each cell with its own number of people."""
    n_rows, n_columns = grid.shape
    row, column = np.divmod(np.arange(n_rows * n_columns, dtype=np.int32), np.int32(n_columns))
    classes = rng.integers(0, 4, (n_rows // BLOCK, n_columns // BLOCK)).astype(np.uint8)
    classes = classes.repeat(BLOCK, 0).repeat(BLOCK, 1).ravel()
    swatches = tuple(maps.Swatch(colour, colour) for colour in CLASS_COLOURS)
    lon, lat = _lonlat(grid, column + 0.5, row + 0.5)
    people = maps.HoverNumber("people", rng.uniform(0, 900, row.size), "", 2)
    return maps.CellLayer(
        "cells", "Cells", lon, lat, (maps.CellTheme("t", "T", "", classes, swatches),), (people,),
        grid=grid, row=row, column=column, opacity=0.8,
    )  # fmt: skip


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_value_under_the_pointer_is_the_pixel_and_the_table(
    show: Any, grid: Grid, rng: np.random.Generator
) -> None:
    layer = _blocks(grid, rng)
    people = layer.hover[0].values  # type: ignore[union-attr]
    classes = layer.themes[0].classes
    driver = show(maps.MapSpec("registration", (layer,)))
    pixels = _pixels(driver)
    # The middle of a block is surely inside its class, however the screen rounds.
    middles = np.flatnonzero((layer.row % BLOCK == 2) & (layer.column % BLOCK == 2))
    for k in rng.choice(middles, 30, replace=False):
        answer = _answer(driver, layer.lon[k], layer.lat[k])
        assert answer["rows"] == [["people", f"{people[k]:,.2f}", ""]]
        seen = pixels[round(answer["y"]), round(answer["x"])].astype(int)
        assert np.abs(seen - _rgb(CLASS_COLOURS[classes[k]], 0.8)).max() <= 2
    # Every cell and nearly every place in it, by the formula alone.
    for k in rng.integers(0, len(people), 300):
        inner = rng.uniform(0.02, 0.98, 2)
        place = _lonlat(grid, layer.column[k] + inner[0], layer.row[k] + inner[1])
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
    picker = driver.find_element("css selector", ".sc-layer select")
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


PAPERS_MM = {"A4": (297, 210), "A3": (420, 297), "A1": (841, 594)}


def _printed(driver: Any, folder: Path) -> tuple[list[np.ndarray], str]:
    """Return the printed sheets as (height, width, 3) colours, and what is told of the paper."""
    printer, reader = shutil.which("pdftoppm"), shutil.which("pdfinfo")
    if printer is None or reader is None:
        pytest.skip("no pdftoppm on this machine (Debian: poppler-utils)")
    options = {"preferCSSPageSize": True, "printBackground": True}
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", options)["data"])
    (folder / "map.pdf").write_bytes(pdf)
    words = [printer, "-scale-to", "2400", "-png", "map.pdf", "sheet"]
    subprocess.run(words, cwd=folder, check=True)
    told = subprocess.run([reader, "map.pdf"], cwd=folder, check=True, capture_output=True)
    sheets = sorted(folder.glob("sheet*.png"))
    return [np.asarray(Image.open(path).convert("RGB")) for path in sheets], told.stdout.decode()


@pytest.mark.parametrize("paper", PAPERS_MM)
def test_ink_of_map_legend_head_and_foot_reaches_one_sheet(
    show: Any, spec: maps.MapSpec, tmp_path: Path, paper: str
) -> None:
    # A long foot takes room from the map, not a second sheet.
    driver = show(replace(spec, notes=spec.notes * 20))
    driver.execute_script("document.getElementById('sc-paper').value = arguments[0]", paper)
    sheets, told = _printed(driver, tmp_path)
    assert len(sheets) == 1
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told)
    assert size is not None
    points = [float(part) for part in size.groups()]
    assert points == pytest.approx([mm / 25.4 * 72 for mm in PAPERS_MM[paper]], abs=3)
    colours = sheets[0].astype(int)
    height, width, _ = colours.shape
    is_ink = colours.min(axis=2) < 245
    # Top, bottom, left and right of each region in parts of the sheet, and its least share of ink.
    regions = {
        "map": (0.2, 0.7, 0.05, 0.7, 0.5),
        "legend": (0.15, 0.8, 0.76, 1.0, 0.03),
        "head": (0.0, 0.12, 0.0, 1.0, 0.02),
        "foot": (0.88, 0.96, 0.0, 1.0, 0.02),
    }
    for name, (top, bottom, left, right, least) in regions.items():
        rows = slice(int(top * height), int(bottom * height))
        columns = slice(int(left * width), int(right * width))
        assert is_ink[rows, columns].mean() > least, name
    # Covered cells in their colour, and stripes over the uncovered: black on orange.
    stripe = 0.4 * _rgb(themes.UNCOVERED, 0.8)
    for colour, least in ((_rgb(themes.COVERED, 0.8), 0.003), (stripe, 0.002)):
        is_near = np.abs(colours - colour).max(axis=2) <= 12
        assert is_near.mean() > least, colour
    # The page on screen is as it was.
    assert driver.find_elements("css selector", ".sc-sheet canvas") == []
    assert _share(driver, _rgb(themes.COVERED, 0.8)) > 0.002


def test_a_program_that_prints_at_once_prints_the_map(
    driver: Any, spec: maps.MapSpec, tmp_path: Path
) -> None:
    (tmp_path / "map.html").write_text(maps.to_html(spec), encoding="utf-8")
    # The page counts as loaded only when all of it is drawn.
    driver.get((tmp_path / "map.html").as_uri() + "#paper=A3")
    assert driver.find_element("id", "sc-map").get_attribute("data-sc-ready") == "1"
    sheets, told = _printed(driver, tmp_path)
    assert "(A3)" in told
    assert (sheets[0].min(axis=2) < 245).mean() > 0.4


def test_cells_without_a_grid_are_printed_with_their_stripes(
    show: Any, spec: maps.MapSpec, tmp_path: Path
) -> None:
    cells = next(one for one in spec.layers if isinstance(one, maps.CellLayer))
    none = np.zeros(0, dtype=np.int32)
    dots = replace(cells, grid=None, row=none, column=none, cell_size_m=800.0)
    sheets, _ = _printed(show(replace(spec, layers=(dots,), background=themes.LAND)), tmp_path)
    colours = sheets[0].astype(int)
    for colour in (_rgb(themes.COVERED, 0.8), _rgb(themes.UNCOVERED, 0.8)):
        assert (np.abs(colours - colour).max(axis=2) <= 12).mean() > 0.005
