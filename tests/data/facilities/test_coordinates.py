"""Lists in GCJ-02 or BD-09: told by the roads, proposed, never converted unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.facilities.coordinates import Surroundings, coordinate_findings
from data.facilities.read import FacilityRows, read_facilities
from data.study.tables import FacilitiesTable, TableSource
from data.types import Zones
from geo.crs import to_lonlat, to_metric
from geo.offsets import from_wgs84, to_wgs84
from geo.roads import RoadGraph

CRS = "EPSG:4549"


@pytest.fixture(scope="module")
def streets() -> Any:
    """Streets every 300 m, unevenly, on 6 x 6 km; only what is asked of roads."""
    rng = np.random.default_rng(3)
    centre = to_metric([120.85], [30.05], CRS)
    lines = np.sort(rng.uniform(-3000, 3000, (2, 20)), axis=1)
    x, y, tail, head = [], [], [], []
    for axis in (0, 1):
        for line in lines[axis]:
            steps = np.linspace(-3000, 3000, 13)
            start = len(x)
            x.extend(steps if axis else np.full(13, line))
            y.extend(np.full(13, line) if axis else steps)
            tail.extend(range(start, start + 12))
            head.extend(range(start + 1, start + 13))

    class Roads:
        x_m = np.array(x) + centre[0][0]
        y_m = np.array(y) + centre[1][0]

    Roads.tail, Roads.head = np.array(tail), np.array(head)  # type: ignore[attr-defined]
    return Roads, lines, centre


def around(roads: Any, named: Any = None) -> Surroundings:
    import shapely

    zones = Zones(
        code=("330604001000", "330604102000"),
        name=("甲", "乙"),
        level=("street", "town"),
        urban=(None, None),
        urban_source="",
        census_people=np.full(2, np.nan),
        geometry=np.array(
            [
                shapely.box(485_700, 0, 486_000, 4_000_000),
                shapely.box(486_000, 0, 1_000_000, 4_000_000),
            ],
            dtype=object,
        ),
    )
    roads_read: RoadGraph = roads
    return Surroundings(CRS, roads_read, zones, None, named)


def on_streets(lines: Any, centre: Any, n: int, seed: int = 1) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-2500, 2500, (2, n))
    axis = rng.integers(0, 2, n)
    xy[axis, np.arange(n)] = rng.choice(lines[0][2:-2], n)
    for i in range(n):
        xy[axis[i], i] = rng.choice(lines[axis[i]][2:-2]) + rng.exponential(12)
    return to_lonlat(xy[0] + centre[0][0], xy[1] + centre[1][0], CRS)


def rows_of(lon: Any, lat: Any, codes: tuple[str, ...] | None = None) -> FacilityRows:
    n = len(lon)
    blank = ("",) * n
    return FacilityRows(
        file="list.csv",
        row=np.arange(1, n + 1),
        columns={"name": tuple(f"名{i}" for i in range(n))},
        level=np.zeros(n, dtype=np.int8),
        lon=np.asarray(lon),
        lat=np.asarray(lat),
        division_code=codes or blank,
        division_name=blank,
        address=blank,
    )


def codes_for(rows: FacilityRows, coordinates: Any, roads: Any) -> list[str]:
    source = TableSource(path=Path("list.csv"), coordinates=coordinates)
    return [finding.code for finding in coordinate_findings(rows, source, around(roads))]


@pytest.mark.parametrize("truth", ["gcj02", "bd09"])
def test_a_shifted_list_is_suspected_and_asked_about(streets: Any, truth: Any) -> None:
    roads, lines, centre = streets
    written = from_wgs84(*on_streets(lines, centre, 40), truth)
    rows = rows_of(*written)
    assert codes_for(rows, None, roads) == ["coordinates_suspected"]
    assert codes_for(rows, "auto", roads) == ["coordinates_ask"]
    # What the reader does when the study states the system: rows arrive converted.
    assert codes_for(rows_of(*to_wgs84(*written, truth)), truth, roads) == []


def test_a_right_list_says_nothing_or_that_it_fits(streets: Any) -> None:
    roads, lines, centre = streets
    rows = rows_of(*on_streets(lines, centre, 40))
    assert codes_for(rows, None, roads) == []
    assert codes_for(rows, "wgs84", roads) == []
    assert codes_for(rows, "auto", roads) == ["coordinates_fit"]
    # Converted although it was right: the roads object.
    shifted = rows_of(*to_wgs84(*on_streets(lines, centre, 40), "gcj02"))
    assert codes_for(shifted, "gcj02", roads) == ["coordinates_suspected"]


def test_few_rows_are_undetermined(streets: Any) -> None:
    roads, lines, centre = streets
    rows = rows_of(*on_streets(lines, centre, 8))
    assert codes_for(rows, "auto", roads) == ["coordinates_undetermined"]
    assert codes_for(rows, None, roads) == []


def test_declared_units_decide_where_roads_do_not(streets: Any) -> None:
    roads, _, _ = streets
    rng = np.random.default_rng(5)
    # 30 places in a zone that is a strip of 300 m, far from any road.
    x_m = 486_000 - rng.uniform(0, 150, 30)
    y_m = rng.uniform(3_300_000, 3_305_000, 30)
    lon, lat = to_lonlat(x_m, y_m, CRS)
    rows = rows_of(*from_wgs84(lon, lat, "gcj02"), ("330604001201",) * 30)
    assert codes_for(rows, None, roads) == ["coordinates_suspected"]


def test_odd_rows_of_a_mixed_list_are_named(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = on_streets(lines, centre, 60)
    # A place on the outermost street, written in BD-09: read as WGS 84 it lies far off the net.
    x_m, y_m = lines[0][-1] + centre[0][0], 2900.0 + centre[1][0]
    odd = from_wgs84(*to_lonlat([x_m], [y_m], CRS), "bd09")
    lon[7], lat[7] = odd[0][0], odd[1][0]
    source = TableSource(path=Path("list.csv"), coordinates="auto")
    found = coordinate_findings(rows_of(lon, lat), source, around(roads))
    assert [finding.code for finding in found] == ["coordinates_fit", "coordinates_odd"]
    assert found[1].rows == (8,)


def test_names_of_a_known_map_decide(streets: Any) -> None:
    roads, _, _ = streets
    lon, lat = to_lonlat(np.linspace(500_000, 510_000, 6), np.full(6, 3_300_000.0), CRS)
    named = {f"名{i}": (float(lon[i]), float(lat[i])) for i in range(6)}
    rows = rows_of(*from_wgs84(lon, lat, "bd09"))
    source = TableSource(path=Path("list.csv"))
    found = coordinate_findings(rows, source, around(roads, named))
    assert [(f.code, dict(f.params)["found"]) for f in found] == [("coordinates_suspected", "bd09")]
    two = {name: named[name] for name in ("名0", "名1")}
    assert coordinate_findings(rows, source, around(roads, two)) == []
    right = rows_of(lon, lat)
    assert coordinate_findings(right, source, around(roads, named)) == []


def test_rows_placed_by_their_village_do_not_vote(streets: Any) -> None:
    from dataclasses import replace

    roads, lines, centre = streets
    rows = rows_of(*from_wgs84(*on_streets(lines, centre, 40), "gcj02"))
    by_village = replace(rows, placed_by=("village_code",) * 40)
    assert codes_for(by_village, "auto", roads) == []


def test_abroad_nothing_is_said(streets: Any) -> None:
    roads, _, _ = streets
    rows = rows_of(np.full(20, -51.2), np.full(20, -30.0))
    assert codes_for(rows, "auto", roads) == []


def test_a_column_states_the_system_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lon, lat = from_wgs84([120.15, 120.15], [30.25, 30.25], "bd09")
    gcj = from_wgs84([120.15], [30.25], "gcj02")
    path.write_text(
        "id,kind,经度,纬度,坐标系\n"
        f"1,B100,{lon[0]:.12f},{lat[0]:.12f},百度\n"
        f"2,B100,{gcj[0][0]:.12f},{gcj[1][0]:.12f},高德\n"
        "3,B100,120.15,30.25,WGS84\n"
        "4,B100,120.15,30.25,\n"
        "5,B100,120.15,30.25,北京54\n",
        encoding="utf-8",
    )
    findings: list[Any] = []
    rows = read_facilities(FacilitiesTable(source=TableSource(path=path)), findings)
    assert rows is not None
    np.testing.assert_allclose(rows.lon, 120.15, atol=1e-9)
    np.testing.assert_allclose(rows.lat, 30.25, atol=1e-9)
    codes = [finding.code for finding in findings]
    assert codes.count("coordinates_converted") == 2
    assert codes.count("coordinates_unknown") == 1
