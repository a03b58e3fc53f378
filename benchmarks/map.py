"""The exported map against the clock: seconds to make and to open, and how large it is."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import folium
import numpy as np
import shapely

from benchmarks.map_spec import LARGE, MEDIUM, SMALL, Size, county_map
from data.types import Demand
from geo.crs import LONLAT, transform
from planning import maps
from planning.maps.cells import cell_areas, cell_outlines

Row = dict[str, Any]

SIZES: dict[str, Size] = {"S": SMALL, "M": MEDIUM, "L": LARGE}
"""M is 100,000 cells, 50,000 edges and 500 facilities; L is 625,000, 200,000 and 3,000."""

METRIC = "EPSG:4549"
ROUNDS = 5
QUIET_SECONDS = 1.5
PEER_SIZES = ("S",)
"""The peer takes a quarter of a minute to make a file of 50 MB at M: quoted, not repeated."""

WATCH_LONG_TASKS = """
window.scLast = 0;
new PerformanceObserver((list) => list.getEntries().forEach((task) => {
  window.scLast = Math.max(window.scLast, task.startTime + task.duration);
})).observe({type: 'longtask', buffered: true});
"""


def rows(size: str) -> list[Row]:
    """Return rows for making the page, opening it, and making the app's map again."""
    spec = county_map(SIZES[size])
    page = maps.to_html(spec)
    peer_s = _seconds(lambda: _peer_page(spec), rounds=1) if size in PEER_SIZES else None
    export = _row("map export", size, lambda: maps.to_html(spec))
    export.update(
        peer="folium.GeoJson",
        peer_s=peer_s,
        ratio=None if peer_s is None else peer_s / export["ours_s"],
        file_mb=len(page.encode()) / 1e6,
    )
    return [export, _areas_row(size, spec), _idle_row(size, page), *_app_rows(size, spec)]


def _areas_row(size: str, spec: maps.MapSpec) -> Row:
    """Return the row for joining every second stripe of cells to areas, as gaps are joined."""
    cells = next(layer for layer in spec.layers if isinstance(layer, maps.CellLayer))
    demand = _demand_of(cells)
    groups = [np.flatnonzero(cells.row // 10 == stripe) for stripe in range(0, 62, 2)]
    row = _row("map areas", size, lambda: cell_areas(demand, groups, METRIC))
    if size in PEER_SIZES:
        outlines = [cell_outlines(demand, METRIC, group) for group in groups]
        areas = [shapely.union_all(each) for each in outlines]
        peer_s = _seconds(lambda: [shapely.union_all(each) for each in outlines], rounds=1)
        agrees = np.abs(shapely.area(areas) - shapely.area(cell_areas(demand, groups, METRIC)))
        row.update(peer="shapely.union_all", peer_s=peer_s, ratio=peer_s / row["ours_s"])
        row["agrees"] = float(agrees.max() / 1e6)  # km2
    return row


def _demand_of(cells: maps.CellLayer) -> Demand:
    n = len(cells.lon)
    none = np.full(n, -1, dtype=np.int32)
    x_m, y_m = transform(cells.lon, cells.lat, source=LONLAT, target=METRIC)
    return Demand(
        cell_id=("",) * n,
        x_m=x_m,
        y_m=y_m,
        lon=cells.lon,
        lat=cells.lat,
        people=np.ones(n),
        groups={},
        zone=none,
        village=none,
        grid=cells.grid,
        row=cells.row,
        column=cells.column,
    )


def _row(work: str, size: str, function: Callable[[], object]) -> Row:
    seconds = _seconds(function, rounds=ROUNDS)
    tracemalloc.start()
    function()
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return {
        "work": work,
        "size": size,
        "ours_s": seconds,
        "peer": None,
        "peer_s": None,
        "ratio": None,
        "agrees": None,
        "peak_mb": peak_mb,
    }


def _seconds(function: Callable[[], object], *, rounds: int) -> float:
    function()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return median(taken)


def _app_rows(size: str, spec: maps.MapSpec) -> list[Row]:
    """Return the cost of a rerun of the app's page with the encoded map at hand."""
    encoded = maps.encode_map(spec)

    def put(content: bytes, suffix: str) -> str:
        return f"/media/{hashlib.sha256(content).hexdigest()}{suffix}"

    return [
        _row(
            "map rerun",
            size,
            lambda: maps.interactive_map(encoded, put=put).get_root().render(),
        )
    ]


def _peer_page(spec: maps.MapSpec) -> str:
    """Return the page that folium makes of the cells as GeoJSON squares."""
    cells = next(layer for layer in spec.layers if isinstance(layer, maps.CellLayer))
    half = cells.grid.transform[0] / 2 if cells.grid else 0.001
    squares = shapely.box(
        cells.lon - half, cells.lat - half, cells.lon + half, cells.lat + half
    ).tolist()
    features = [
        {"type": "Feature", "properties": {"c": c}, "geometry": shapely.geometry.mapping(square)}
        for square, c in zip(squares, cells.themes[0].classes.tolist(), strict=True)
    ]
    board = folium.Map(tiles=None, prefer_canvas=True)
    folium.GeoJson({"type": "FeatureCollection", "features": features}).add_to(board)
    return str(board.get_root().render())


def _idle_row(size: str, page: str) -> Row:
    """Return the seconds from navigation until the page is drawn and its last long task is over."""
    row: Row = {
        "work": "map idle",
        "size": size,
        "ours_s": None,
        "peer": None,
        "peer_s": None,
        "ratio": None,
        "agrees": None,
        "peak_mb": None,
    }
    if shutil.which("chromedriver") is None:
        return row
    from tests.browser import open_browser, outside_requests, wait_for_map

    taken = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        file.write_text(page, encoding="utf-8")
        for _ in range(ROUNDS):
            driver = open_browser(width=1600, height=950)
            driver.execute_cdp_cmd(
                "Page.addScriptToEvaluateOnNewDocument", {"source": WATCH_LONG_TASKS}
            )
            driver.get(file.as_uri())
            wait_for_map(driver)
            ready = driver.execute_script("return performance.now()")
            time.sleep(QUIET_SECONDS)
            taken.append(max(ready, driver.execute_script("return scLast")) / 1000)
            row["requests"] = len(outside_requests(driver))
            driver.quit()
    row["ours_s"] = median(taken)
    return row
