"""The ten questions of docs/questions.md in a browser, zh-CN: at most two clicks, right answers.

Every question begins on 达标总览. What is clicked, and a search that is typed, is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from app_pages.views.centres import missing_text, views_of, zone_sheet
from app_pages.views.dashboard import matrix, method_line
from app_pages.views.goals import goal_sheet, site_goals
from app_pages.views.places import uncovered_sheet
from app_pages.views.tables import page_columns
from app_pages.views.ways import legs_sheet, ways_sheet
from planning.assess.explain import find_place, nearest_ways, road_text
from planning.assess.islands import land_parts
from planning.assess.programme_steps import programme_steps
from planning.assess.workflow import Assessment
from planning.centres.urban_verdict import UrbanResult
from planning.report.results import island_columns
from planning.standards.evidence_sheets import exits_sheet, reported_sheet
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from planning.words.figures import share_text
from planning.words.tables import table_of_columns
from planning.words.wording import translator
from tests.app_pages.served import (
    at_rest,
    body_text,
    click_place,
    faults,
    figures,
    fill,
    map_is_drawn,
    tables,
    titled,
    to_page,
    to_tab,
)
from tests.browser import open_browser, outside_requests, wait_for

pytestmark = pytest.mark.browser
ZH = translator("zh")
MOST_CLICKS = 2


@pytest.fixture(scope="module")
def address(served_county) -> str:
    return served_county[0]


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    opened = open_browser(width=1500, height=1000)
    try:
        yield opened
    finally:
        opened.quit()


@dataclass
class Walk:
    """One person's way from 达标总览, with its clicks counted."""

    driver: Any
    clicks: int = 0

    def page(self, title: str, heading: str = "") -> None:
        self.clicks += 1
        to_page(self.driver, title)
        titled(self.driver, heading or title)
        at_rest(self.driver)

    def tab(self, label: str) -> None:
        self.clicks += 1
        to_tab(self.driver, label)
        at_rest(self.driver)

    def search(self, label: str, text: str) -> None:
        self.clicks += 1
        fill(self.driver, label, text)
        at_rest(self.driver)

    def point(self, lon: float, lat: float) -> None:
        self.clicks += 1
        click_place(self.driver, lon, lat)


@pytest.fixture
def walk(driver, address) -> Iterator[Walk]:
    """Begin as somebody who has just opened the app: a tab keeps what its maps showed last."""
    driver.get(f"{address}/?lang=zh")
    driver.execute_script("window.sessionStorage.clear()")
    titled(driver, "达标总览")
    at_rest(driver)
    begun = Walk(driver)
    yield begun
    assert begun.clicks <= MOST_CLICKS
    assert faults(driver) == []
    assert outside_requests(driver) == []


def is_same(cell: str, value: Any) -> bool:
    """Return whether a cell of the page shows a value of the library, rounded as people read it."""
    if value is None or value == "—":
        return cell in {"", "—"}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(cell.replace(",", "")) == pytest.approx(value, rel=1e-3, abs=1e-4)
        except ValueError:
            return False
    return cell == str(value)


def assert_shown(driver: Any, rows: Any) -> None:
    """Some table of the page begins with these rows of the library (tables draw what fits)."""

    def found() -> bool:
        for _header, *body in tables(driver):
            n = min(len(body), len(rows))
            drawn = [zip(cells, row, strict=False) for cells, row in zip(body, rows, strict=False)]
            if n and all(is_same(cell, value) for row in drawn for cell, value in row):
                return True
        return False

    wait_for(found, what=f"a table that begins with {rows[:2]}; {tables(driver)}")


def test_1_is_the_circle_reached_and_how_is_it_meant(walk, county, judged):
    shares = [share_text(result.coverage[0].share) for result in county.modes.values()]
    wait_for(lambda: figures(walk.driver) == shares, what=f"the shares {shares}")
    wait_for(lambda: method_line(county, ZH) in body_text(walk.driver), what="the method")
    grid = matrix(county, judged, "zh")
    # The table is drawn after the figures above it.
    (table,) = wait_for(lambda: tables(walk.driver), what="the matrix")
    assert table[2][:2] == [grid.row_names[0], grid.texts[0][0]]


def test_2_which_villages_are_not_covered(walk, county, judged):
    walk.page("覆盖率", "谁在服务圈内")
    sheet = uncovered_sheet(county, judged, ZH)
    assert any("65+" in header for header in sheet.headers)
    assert_shown(walk.driver, list(zip(*page_columns(sheet, "zh"), strict=True)))


def test_3_which_subdistricts_lack_a_centre(walk, county):
    walk.page("每所中心服务人口", ZH("People per government-run centre"))
    view = views_of(county.ratios)[0]
    sheet = zone_sheet(county, view, ZH)
    rows = [row for row in county.ratios.zones if row.view == view]
    judged = [row for row in rows if row.result is not UrbanResult.NOT_APPLICABLE]
    short = {"、".join(row.zone_names) for row in judged if row.centres_missing}
    assert {row[0] for row in sheet.rows if row[2] and row[2].value} == short
    assert_shown(walk.driver, list(zip(*page_columns(sheet, "zh"), strict=True)))
    assert missing_text(county.ratios, view, ZH) in body_text(walk.driver)


def test_4_how_far_is_a_village_and_by_which_road(walk, county):
    village = county.dataset.villages.code[17]
    walk.page("覆盖率", "谁在服务圈内")
    walk.search("搜索村或机构：名称、代码或“经度,纬度”", village)
    ways = nearest_ways(county, find_place(county.dataset, village))
    assert_shown(walk.driver, ways_sheet(county, ways, ZH).rows)
    nearest = ways[county.analysis_mode][0]
    assert_shown(walk.driver, legs_sheet(nearest, ZH).rows)
    assert road_text(nearest.route.legs[0].road_class, ZH) == ZH("straight walk")


def test_5a_what_if_one_is_added_here(walk, county):
    walk.page("方案工作台")
    wait_for(lambda: map_is_drawn(walk.driver), what="the map")
    # In the northwest of the county, where nothing lies over the map.
    lon, lat = county.dataset.demand.lon, county.dataset.demand.lat
    cells = [gap.demand[0] for gap in county.gaps[:10] if lat[gap.demand[0]] > np.median(lat)]
    cell = min(cells, key=lambda row: lon[row])
    walk.point(float(lon[cell]), float(lat[cell]))
    edits = wait_for(lambda: edits_shown(walk.driver, county), what="the step")
    assert [edit.action for edit in edits] == ["add"]
    wait_for(lambda: figures(walk.driver) == shares_after(county, *edits), what="its figures")


def test_5b_what_if_one_is_closed_here(walk, county):
    walk.page("方案工作台")
    wait_for(lambda: map_is_drawn(walk.driver), what="the map")
    row = lonely_clinic(county)
    facilities = county.dataset.facilities
    walk.point(float(facilities.lon[row]), float(facilities.lat[row]))
    edits = (Edit("close", facilities.id[row]),)
    wait_for(lambda: edits_shown(walk.driver, county) == edits, what="the step")
    wait_for(lambda: figures(walk.driver) == shares_after(county, *edits), what="its figures")
    assert shares_after(county, *edits) != shares_after(county)


def lonely_clinic(county: Assessment) -> int:
    """Return the open village clinic that lies farthest from all others."""
    facilities = county.dataset.facilities
    points = np.column_stack([facilities.x_m, facilities.y_m])[facilities.has_position]
    away_m, _ = cKDTree(points).query(
        np.nan_to_num(np.column_stack([facilities.x_m, facilities.y_m])), k=2
    )
    is_open = county.points & facilities.has_position
    is_open &= np.array([kind == "D600" for kind in facilities.kind])
    inside = is_open & (facilities.zone >= 0)
    return int(np.argmax(np.where(inside, away_m[:, 1], -1.0)))


def edits_shown(driver: Any, county: Assessment) -> tuple[Edit, ...]:
    """Return the steps that the workbench lists: stations added, points closed."""
    facilities = county.dataset.facilities
    listed = next((t for t in tables(driver) if t[0][0] == ZH("Step")), [[]])[1:]
    edits = []
    for _number, action, name, _kind, lon, lat, *_rest in (row for row in listed if row[0]):
        if action == ZH("Add"):
            number = f"NEW-{len(edits) + 1:03d}"
            edits.append(Edit("add", number, kind="B200", lon=float(lon), lat=float(lat)))
        else:
            edits.append(Edit("close", facilities.id[facilities.name.index(name)]))
    return tuple(edits)


def shares_after(county: Assessment, *edits: Edit) -> list[str]:
    """Return the shares of all modes after edits, as the page shows them."""
    outcome = apply_edits(county, edits)
    return [share_text(result.ledgers["all"].share) for result in outcome.modes.values()]


def test_6_how_many_more_for_95_percent_and_for_all_and_at_what_price(walk, county):
    walk.page("新增网点", ZH("Where should the next station go"))
    walk.tab(ZH("Stations for a target"))
    sheet = goal_sheet(site_goals(county), None, ZH)
    assert_shown(walk.driver, sheet.rows)


def test_7_how_much_when_all_projects_are_done(walk, county, judged):
    walk.page("项目进度")
    steps = programme_steps(county, judged.evidence.programme)
    assert figures(walk.driver)[:2] == [steps[0].share.text("zh"), steps[-1].share.text("zh")]


def test_8_who_loses_cover_when_doctors_leave(walk, judged):
    walk.page("项目进度")
    walk.tab("唯一")
    assert_shown(walk.driver, exits_sheet(judged, "zh", ZH).rows)


def test_9_every_island_with_its_points(walk, county):
    walk.page("覆盖率", "谁在服务圈内")
    walk.tab("海岛")
    sheet = table_of_columns("islands", island_columns(land_parts(county)), ZH)
    assert_shown(walk.driver, sheet.rows)


def test_10_why_it_differs_from_what_was_reported(walk, judged):
    walk.page("上报与测算比对")
    assert_shown(walk.driver, reported_sheet(judged, "zh", ZH).rows)
