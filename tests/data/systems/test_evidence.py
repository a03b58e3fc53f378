"""Lists and borders in GCJ-02 or BD-09: told by the roads, proposed, never converted unasked."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data.facilities.read import read_facilities
from data.study.tables import FacilitiesTable, TableSource
from data.systems.evidence import (
    PlacedAreas,
    PlacedPoints,
    Shift,
    Surroundings,
    system_of_areas,
    weigh_evidence,
)
from data.systems.verdict import area_findings, judge_points, point_findings
from data.types import Zones
from geo.crs import to_lonlat, to_metric
from geo.errors import Finding
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


def zones_of(codes: tuple[str, ...], geometry: Any) -> Zones:
    n = len(codes)
    return Zones(
        code=codes,
        name=codes,
        level=("town",) * n,
        urban=(None,) * n,
        urban_source="",
        census_people=np.full(n, np.nan),
        geometry=np.array(geometry, dtype=object),
    )


def zones_like(areas: PlacedAreas) -> Zones:
    return zones_of(areas.codes, list(areas.geometry))


def around(roads: Any, named: Any = None) -> Surroundings:
    boxes = [
        shapely.box(485_700, 0, 486_000, 4_000_000),
        shapely.box(486_000, 0, 1_000_000, 4_000_000),
    ]
    roads_read: RoadGraph = roads
    zones = zones_of(("330604001000", "330604102000"), boxes)
    return Surroundings(CRS, roads_read, zones, None, named)


def on_streets(lines: Any, centre: Any, n: int, seed: int = 1) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-2500, 2500, (2, n))
    axis = rng.integers(0, 2, n)
    xy[axis, np.arange(n)] = rng.choice(lines[0][2:-2], n)
    for i in range(n):
        xy[axis[i], i] = rng.choice(lines[axis[i]][2:-2]) + rng.exponential(12)
    return to_lonlat(xy[0] + centre[0][0], xy[1] + centre[1][0], CRS)


def points_of(lon: Any, lat: Any, codes: tuple[str, ...] = (), **how: Any) -> PlacedPoints:
    n = len(lon)
    return PlacedPoints(
        file="list.csv",
        rows=tuple(range(1, n + 1)),
        lon=np.asarray(lon, dtype=np.float64),
        lat=np.asarray(lat, dtype=np.float64),
        stated=how.pop("stated", "wgs84"),
        names=tuple(f"名{i}" for i in range(n)),
        codes=codes or ("",) * n,
        is_beside_roads=how.pop("is_beside_roads", True),
        **how,
    )


def findings_of(points: PlacedPoints, seen: Surroundings) -> list[Finding]:
    evidence = weigh_evidence(points, seen)
    return point_findings(evidence, judge_points(evidence, seen))


def codes_for(points: PlacedPoints, coordinates: Any, roads: Any) -> list[str]:
    """Return the findings where the study states `coordinates`, or asks with "auto"."""
    stated: Any = "wgs84" if coordinates in {None, "auto"} else coordinates
    asked = replace(points, stated=stated, is_auto=coordinates == "auto")
    return [finding.code for finding in findings_of(asked, around(roads))]


@pytest.mark.parametrize("truth", ["gcj02", "bd09"])
def test_a_shifted_list_is_suspected_and_asked_about(streets: Any, truth: Any) -> None:
    roads, lines, centre = streets
    written = from_wgs84(*on_streets(lines, centre, 40), truth)
    points = points_of(*written)
    assert codes_for(points, None, roads) == ["coordinates_suspected"]
    assert codes_for(points, "auto", roads) == ["coordinates_ask"]
    # What the reader does when the study states the system: rows arrive converted.
    assert codes_for(points_of(*to_wgs84(*written, truth)), truth, roads) == []


def test_a_right_list_says_nothing_or_that_it_fits(streets: Any) -> None:
    roads, lines, centre = streets
    points = points_of(*on_streets(lines, centre, 40))
    assert codes_for(points, None, roads) == []
    assert codes_for(points, "wgs84", roads) == []
    assert codes_for(points, "auto", roads) == ["coordinates_fit"]
    # Converted although it was right: the roads object.
    shifted = points_of(*to_wgs84(*on_streets(lines, centre, 40), "gcj02"))
    assert codes_for(shifted, "gcj02", roads) == ["coordinates_suspected"]


def test_few_rows_are_undetermined(streets: Any) -> None:
    roads, lines, centre = streets
    points = points_of(*on_streets(lines, centre, 8))
    assert codes_for(points, "auto", roads) == ["coordinates_undetermined"]
    assert codes_for(points, None, roads) == []


def test_declared_units_decide_where_roads_do_not(streets: Any) -> None:
    roads, _, _ = streets
    rng = np.random.default_rng(5)
    # 30 places in a zone that is a strip of 300 m, far from any road.
    x_m = 486_000 - rng.uniform(0, 150, 30)
    y_m = rng.uniform(3_300_000, 3_305_000, 30)
    lon, lat = to_lonlat(x_m, y_m, CRS)
    points = points_of(*from_wgs84(lon, lat, "gcj02"), ("330604001201",) * 30)
    assert codes_for(points, None, roads) == ["coordinates_suspected"]


def test_odd_rows_of_a_mixed_list_are_named(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = on_streets(lines, centre, 60)
    # A place on the outermost street, written in BD-09: read as WGS 84 it lies far off the net.
    x_m, y_m = lines[0][-1] + centre[0][0], 2900.0 + centre[1][0]
    odd = from_wgs84(*to_lonlat([x_m], [y_m], CRS), "bd09")
    lon[7], lat[7] = odd[0][0], odd[1][0]
    found = findings_of(points_of(lon, lat, is_auto=True), around(roads))
    assert [finding.code for finding in found] == ["coordinates_fit", "coordinates_odd"]
    assert found[1].rows == (8,)


def test_names_of_a_known_map_decide(streets: Any) -> None:
    roads, _, _ = streets
    lon, lat = to_lonlat(np.linspace(500_000, 510_000, 6), np.full(6, 3_300_000.0), CRS)
    named = {f"名{i}": (float(lon[i]), float(lat[i])) for i in range(6)}
    points = points_of(*from_wgs84(lon, lat, "bd09"))
    found = findings_of(points, around(roads, named))
    assert [(f.code, dict(f.params)["found"]) for f in found] == [("coordinates_suspected", "bd09")]
    two = {name: named[name] for name in ("名0", "名1")}
    assert findings_of(points, around(roads, two)) == []
    right = points_of(lon, lat)
    assert findings_of(right, around(roads, named)) == []


def test_rows_without_a_place_do_not_vote(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = from_wgs84(*on_streets(lines, centre, 40), "gcj02")
    assert codes_for(points_of(np.full(40, np.nan), lat), "auto", roads) == []
    lon[5:] = np.nan
    assert codes_for(points_of(lon, lat), "auto", roads) == ["coordinates_undetermined"]


def test_cells_of_people_decide_only_by_the_roads(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = from_wgs84(*on_streets(lines, centre, 60), "gcj02")
    beside = points_of(lon, lat, is_beside_roads=False)
    assert codes_for(beside, None, roads) == ["coordinates_suspected"]
    rng = np.random.default_rng(1)
    for _ in range(40):
        xy = rng.uniform(-2500, 2500, (2, 60))
        anywhere = to_lonlat(xy[0] + centre[0][0], xy[1] + centre[1][0], CRS)
        points = points_of(*anywhere, is_beside_roads=False)
        assert codes_for(points, None, roads) == []


def judged(areas: PlacedAreas, witnesses: list[PlacedPoints], seen: Surroundings) -> list[Finding]:
    return area_findings(areas, system_of_areas(areas, witnesses, seen), seen.crs)


def strips(shifted: Any) -> PlacedAreas:
    """Return forty strips of 200 m, written in a system and read as WGS 84."""
    x_m = 486_000 + 200.0 * np.arange(41)
    boxes = [shapely.box(a, 3_320_000, b, 3_330_000) for a, b in itertools.pairwise(x_m)]

    def moved(xy: Any) -> Any:
        written = from_wgs84(*to_lonlat(xy[:, 0], xy[:, 1], CRS), shifted)
        return np.column_stack(to_metric(*written, CRS))

    geometry = np.asarray(shapely.transform(np.array(boxes, dtype=object), moved), dtype=object)
    codes = tuple(f"330604{i:03d}" for i in range(40))
    return PlacedAreas("zones.gpkg", codes, tuple(f"名{i}" for i in range(40)), geometry, "wgs84")


@pytest.mark.parametrize("truth", ["wgs84", "gcj02", "bd09"])
def test_borders_are_held_against_the_institutions_in_them(streets: Any, truth: Any) -> None:
    areas = strips(truth)
    x_m = 486_000 + 200.0 * np.arange(40) + 100
    lon, lat = to_lonlat(x_m, np.full(40, 3_325_000.0), CRS)
    codes = tuple(f"330604{i:03d}001" for i in range(40))
    witnesses = [points_of(lon, lat, codes)]
    found = judged(areas, witnesses, around(streets[0]))
    if truth == "wgs84":
        assert found == []
        fit = judged(replace(areas, is_auto=True), witnesses, around(streets[0]))
        assert [finding.code for finding in fit] == ["coordinates_fit"]
        return
    assert [(f.code, f.file, dict(f.params)["found"]) for f in found] == [
        ("coordinates_suspected", "zones.gpkg", truth)
    ]
    shift = Shift(truth, "wgs84")
    # Institutions in such zones are not blamed for the borders.
    seen = replace(
        around(streets[0]),
        zones=replace(zones_like(areas), code=areas.codes),
        zone_shift=shift,
    )
    assert "coordinates_suspected" not in {f.code for f in findings_of(witnesses[0], seen)}


def test_borders_without_witnesses_are_undetermined(streets: Any) -> None:
    areas = replace(strips("gcj02"), is_auto=True)
    found = judged(areas, [], around(streets[0]))
    assert [finding.code for finding in found] == ["coordinates_undetermined"]
    middles = shapely.centroid(strips("wgs84").geometry)
    lon, lat = to_lonlat(shapely.get_x(middles), shapely.get_y(middles), CRS)
    named = {f"名{i}": (float(lon[i]), float(lat[i])) for i in range(40)}
    found = judged(areas, [], around(streets[0], named))
    assert [finding.code for finding in found] == ["coordinates_ask"]


def test_abroad_nothing_is_said(streets: Any) -> None:
    roads, _, _ = streets
    points = points_of(np.full(20, -51.2), np.full(20, -30.0))
    assert codes_for(points, "auto", roads) == []


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


def joined(*parts: tuple[Any, Any]) -> tuple[Any, Any]:
    return np.concatenate([lon for lon, _ in parts]), np.concatenate([lat for _, lat in parts])


def test_rows_that_the_study_leaves_out_bear_witness(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = from_wgs84(*on_streets(lines, centre, 60), "gcj02")
    few = points_of(lon[:8], lat[:8], is_unstated=np.full(8, True))
    (unknown,) = findings_of(few, around(roads))
    assert (unknown.code, dict(unknown.params)) == ("coordinates_undetermined", {"count": 8})
    kept = np.arange(60) < 8
    every = points_of(lon, lat, is_kept=kept, is_unstated=np.full(60, True))
    (found,) = findings_of(every, around(roads))
    assert (found.code, dict(found.params)["found"]) == ("coordinates_suspected", "gcj02")


def test_only_kept_rows_without_a_statement_are_undetermined(streets: Any) -> None:
    roads, lines, centre = streets
    kept, unstated = np.arange(9) < 5, np.arange(9) > 2
    points = points_of(*on_streets(lines, centre, 9), is_kept=kept, is_unstated=unstated)
    (found,) = findings_of(points, around(roads))
    assert found.rows == (4, 5)
    stated = replace(points, is_unstated=np.full(9, False))
    assert findings_of(stated, around(roads)) == []


@pytest.mark.parametrize("is_auto", [False, True])
def test_groups_in_different_systems_are_named_and_no_system_is_proposed(
    streets: Any, is_auto: bool
) -> None:
    roads, lines, centre = streets
    right = on_streets(lines, centre, 30, seed=1)
    shifted = from_wgs84(*on_streets(lines, centre, 25, seed=2), "gcj02")
    words = ("甲镇",) * 30 + ("乙镇",) * 25
    points = points_of(*joined(right, shifted), groups={"乡镇": words}, is_auto=is_auto)
    (found,) = findings_of(points, around(roads))
    assert found.code == ("coordinates_mixed_ask" if is_auto else "coordinates_mixed")
    assert dict(found.params)["groups"] == "乙镇 (25): gcj02; 甲镇 (30): wgs84"
    assert found.rows[:2] == (31, 32)


def test_groups_that_agree_and_small_groups_change_nothing(streets: Any) -> None:
    roads, lines, centre = streets
    lon, lat = on_streets(lines, centre, 60)
    alike = points_of(lon, lat, groups={"填报人": ("张",) * 30 + ("李",) * 30})
    assert findings_of(alike, around(roads)) == []
    shifted = from_wgs84(lon[:9], lat[:9], "gcj02")
    few = points_of(
        *joined(shifted, (lon[9:], lat[9:])), groups={"填报人": ("张",) * 9 + ("李",) * 51}
    )
    assert findings_of(few, around(roads)) == []


def test_another_file_of_the_same_source_decides(streets: Any) -> None:
    roads, lines, centre = streets
    seen = around(roads)
    few = points_of(*from_wgs84(*on_streets(lines, centre, 6), "bd09"), source="某地图")
    many = replace(
        points_of(*from_wgs84(*on_streets(lines, centre, 60, seed=4), "bd09"), source="某地图"),
        file="sites.csv",
    )
    weighed = [weigh_evidence(points, seen) for points in (few, many)]
    verdict = judge_points(weighed[0], seen, weighed)
    assert (verdict.system, verdict.sibling) == ("bd09", "sites.csv")
    codes = [finding.code for finding in point_findings(weighed[0], verdict)]
    assert codes == ["coordinates_as_sibling", "coordinates_suspected"]
    other = weigh_evidence(replace(many, source="别家"), seen)
    assert judge_points(weighed[0], seen, [weighed[0], other]).system is None
    nameless = weigh_evidence(replace(many, source=""), seen)
    alone = weigh_evidence(replace(few, source=""), seen)
    assert judge_points(alone, seen, [alone, nameless]).system is None
