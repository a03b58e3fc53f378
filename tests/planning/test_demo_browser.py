"""The built-in county's own map.html, opened as an official would: from disk, network off."""

import csv

import geopandas
import numpy as np
import pyarrow.parquet
import pytest

from planning.report.export import write_results
from planning.standards.result import result_of
from tests.browser import open_browser, outside_requests, severe_lines, wait_for_map

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def results(county, tmp_path_factory):
    return write_results(result_of(county), tmp_path_factory.mktemp("d") / "out")


@pytest.fixture(scope="module")
def driver(results):
    browser = open_browser()
    browser.get((results / "map.html").as_uri())
    wait_for_map(browser)
    yield browser
    browser.quit()


def shown_at(driver, lon, lat):
    script = """
        var answer = ServiceCircle.ask(map, L.latLng(arguments[1], arguments[0]));
        return answer.cell && answer.cell.rows;
    """
    return {row[0]: row[1] for row in driver.execute_script(script, lon, lat)}


def test_it_opens_without_a_request_or_an_error(driver):
    assert severe_lines(driver) == []
    assert outside_requests(driver) == []


def test_values_under_the_pointer_are_those_of_the_table(driver, results, rng):
    cells = pyarrow.parquet.read_table(results / "cells.parquet").to_pandas()
    points = geopandas.read_parquet(results / "cells.parquet").geometry
    covered = np.flatnonzero(cells["walk_status"] == "covered")
    for row in rng.choice(covered, 25, replace=False):
        shown = shown_at(driver, points.iloc[row].x, points.iloc[row].y)
        assert shown["人口"] == f"{cells['people'][row]:,.1f}"
        minutes = float(shown["步行"].split()[0])
        assert minutes == pytest.approx(cells["walk_seconds"][row] / 60, abs=0.1)
        assert minutes <= 20.0


def test_the_page_says_place_date_run_and_that_it_is_synthetic(driver, results):
    text = driver.find_element("tag name", "body").text
    for words in (
        "澜浦县",
        "示例数据",
        "2025-06-30",
        "固定网点20分钟人口覆盖率",
        "测算点位，非地块选址",
    ):
        assert words in text
    with (results / "sites.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == 5
