"""Unplaced institutions in a real browser: one click places them, a reload keeps it, undo works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.dataset import load_dataset
from data.places.chosen import chosen_places
from data.study.file import SAMPLE_STUDY, read_study
from tests.app_pages.served import (
    at_rest,
    body_text,
    click_map,
    faults,
    fill,
    map_is_drawn,
    press,
    select_row,
    served_app,
    titled,
    to_page,
    to_tab,
)
from tests.browser import open_browser, outside_requests, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a study of somebody's own: the county's files, with two rows without coordinates."""
    target = tmp_path_factory.mktemp("study")
    shutil.copytree(SAMPLE_STUDY.parent, target, dirs_exist_ok=True)
    text = (target / "county.toml").read_text(encoding="utf-8")
    study = target / "own.toml"
    study.write_text(text.replace("synthetic = true", "synthetic = false"), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory) -> Iterator[str]:
    with served_app(tmp_path_factory.mktemp("data"), study=folder / "own.toml") as served:
        yield served


@pytest.fixture
def driver() -> Iterator[Any]:
    opened = open_browser(width=1500, height=1000)
    yield opened
    opened.quit()


def content_but_the_side_file(folder):
    files = [path for path in folder.iterdir() if path.suffix not in {".csv", ".lock"}]
    return {path.name: path.read_bytes() for path in files}


def test_a_click_places_it_a_reload_keeps_it_and_undo_takes_it_back(address, folder, driver):
    study, side = folder / "own.toml", folder / "placed.csv"
    dataset = load_dataset(read_study(study))
    (row,) = [i for i, known in enumerate(dataset.facilities.has_position) if not known]
    missing, name = dataset.facilities.id[row], dataset.facilities.name[row]
    before = content_but_the_side_file(folder)
    driver.get(f"{address}/checks?lang=en")
    titled(driver, "Data check")
    at_rest(driver)
    to_tab(driver, "Without a place")
    at_rest(driver)
    select_row(driver, 0)
    wait_for(lambda: "Paste coordinates" in body_text(driver), what="the panel of the row")
    wait_for(lambda: map_is_drawn(driver), what="the map")
    at_rest(driver)
    click_map(driver, 0.5, 0.3)
    placed = wait_for(lambda: chosen_places(side).get(missing), what="the side file")
    wait_for(lambda: f"Placed: {name}." in body_text(driver), what="the answer")
    after = load_dataset(read_study(study)).facilities
    assert (after.lon[row], after.lat[row]) == pytest.approx((placed.lon, placed.lat))
    at_rest(driver)
    assert "0 institutions without a place" in body_text(driver)

    driver.refresh()
    at_rest(driver)
    assert "0 institutions without a place" in body_text(driver)
    to_tab(driver, "Without a place")
    at_rest(driver)
    select_row(driver, 0)
    press(driver, "Take this place back")
    wait_for(lambda: not chosen_places(side), what="the place taken back")
    wait_for(lambda: "1 institutions without" in body_text(driver), what="the list")
    at_rest(driver)
    press(driver, "Undo")
    wait_for(lambda: chosen_places(side).get(missing) == placed, what="the place again")
    assert faults(driver) == []
    assert outside_requests(driver) == []
    assert before == content_but_the_side_file(folder)


def test_pasted_coordinates_and_a_changed_file_are_read_at_once(address, folder, driver):
    (folder / "placed.csv").unlink(missing_ok=True)
    driver.get(f"{address}/checks?lang=en")
    titled(driver, "Data check")
    at_rest(driver)
    to_tab(driver, "Without a place")
    at_rest(driver)
    select_row(driver, 0)
    fill(driver, "Paste coordinates", "北纬30°08′12″，东经120°51′04″")
    wait_for(lambda: "by the words beside the numbers" in body_text(driver), what="how it was read")
    press(driver, "Save this place")
    (kept,) = wait_for(lambda: tuple(chosen_places(folder / "placed.csv").values()))
    assert (kept.lon, kept.lat) == pytest.approx((120.851111, 30.136667), abs=1e-6)
    at_rest(driver)

    book = openpyxl.load_workbook(folder / "facilities.xlsx")
    names = [cell.value for cell in book.active[1]]
    book.active.cell(row=2, column=names.index("机构名称") + 1).value = "改名后的卫生院"
    book.save(folder / "facilities.xlsx")
    to_page(driver, "Coverage")
    titled(driver, "Who is inside the circle")
    at_rest(driver)
    fill(driver, "Search a village or institution: name, code, or longitude,latitude", "改名后")
    wait_for(lambda: "改名后的卫生院" in body_text(driver), what="the new name")


def test_a_remark_goes_to_the_list_and_the_audit(address, folder, driver):
    driver.get(f"{address}/coverage?lang=en")
    titled(driver, "Who is inside the circle")
    at_rest(driver)
    wait_for(lambda: map_is_drawn(driver), what="the map")
    click_map(driver, 0.35, 0.5)
    press(driver, "In doubt?")
    fill(driver, "What is doubtful?", "桥已拆，绕行 <b>三公里</b>")
    fill(driver, "Your name", "张三")
    press(driver, "Save the remark")
    path = folder / "own.remarks.json"
    wait_for(path.is_file, what="the file of remarks")
    (kept,) = json.loads(path.read_text(encoding="utf-8"))["remarks"]
    assert (kept["text"], kept["who"], kept["mode"]) == (
        "桥已拆，绕行 <b>三公里</b>", "张三", "walk",
    )  # fmt: skip
    at_rest(driver)
    to_page(driver, "Data check")
    titled(driver, "Data check")
    at_rest(driver)
    assert "1 open remarks" in body_text(driver)


def test_a_wrong_upload_is_a_sentence_and_the_open_study_stays(address, driver, tmp_path):
    wrong = tmp_path / "notes.zip"
    wrong.write_bytes(b"PK but no archive <script>window.pwned=1</script>")
    driver.get(f"{address}/start?lang=en")
    titled(driver, "Start")
    at_rest(driver)
    driver.find_element("css selector", "input[type=file]").send_keys(str(wrong))
    wait_for(lambda: "notes.zip" in body_text(driver), what="the file taken")
    at_rest(driver)
    press(driver, "Check and open")
    wait_for(
        lambda: driver.find_elements("css selector", "[data-testid=stAlert]"), what="a sentence"
    )
    at_rest(driver)
    assert "Open now: own.toml" in body_text(driver)
    assert driver.execute_script("return window.pwned ?? null") is None
    assert not driver.find_elements("css selector", "[data-testid=stException]")
