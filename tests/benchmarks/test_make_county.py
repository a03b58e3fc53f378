"""The built-in county: made again from its seed, and plausible to people who plan counties."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import osmium
import pyproj
import pytest
import rasterio
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks import make_county
from benchmarks.county import layout, names
from benchmarks.county.register import HEADERS
from data.study.file import SAMPLE_STUDY, read_study
from data.types import FACILITY_COLUMNS

SAMPLES = SAMPLE_STUDY.parent
DECLARED = sum(seat.people for seat in layout.SEATS)
GROUPS = ("population_65plus", "population_0to6")


@dataclass(frozen=True)
class OsmWay:
    tags: dict[str, str]
    nodes: list[int]
    line: shapely.LineString  # metres


class _Ways(osmium.SimpleHandler):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str], list[int], list[tuple[float, float]]]] = []

    def way(self, way: Any) -> None:
        places = [(n.lon, n.lat) for n in way.nodes]
        self.found.append((dict(way.tags), [n.ref for n in way.nodes], places))


@pytest.fixture(scope="module")
def to_metres() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", layout.CRS, always_xy=True)


@pytest.fixture(scope="module")
def ways(to_metres: pyproj.Transformer) -> list[OsmWay]:
    handler = _Ways()
    handler.apply_file(str(SAMPLES / "roads.osm.pbf"), locations=True)
    out = []
    for tags, nodes, places in handler.found:
        x_m, y_m = to_metres.transform(*np.array(places).T)
        out.append(OsmWay(tags, nodes, shapely.LineString(np.column_stack([x_m, y_m]))))
    return out


@pytest.fixture(scope="module")
def water() -> shapely.Geometry:
    layer = gpd.read_file(SAMPLES / "water.gpkg").to_crs(layout.CRS)
    shape = shapely.union_all(layer.geometry.to_numpy())
    shapely.prepare(shape)
    return shape


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLES / "zones.gpkg").to_crs(layout.CRS)


@pytest.fixture(scope="module")
def villages() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLES / "villages.gpkg").fillna({"parent": ""}).to_crs(layout.CRS)


@pytest.fixture(scope="module")
def facilities() -> list[dict[str, Any]]:
    header, *rows = openpyxl.load_workbook(SAMPLES / "facilities.xlsx").active.values
    ours = {written: name for name, written in HEADERS.items()}
    return [{ours[h]: v for h, v in zip(header, row, strict=True)} for row in rows]


@pytest.fixture(scope="module")
def made() -> make_county.County:
    return make_county.make()


def counts_of(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and people of the populated cells of a raster."""
    with rasterio.open(SAMPLES / f"{name}.tif") as source:
        people = source.read(1)
        assert source.crs.to_epsg() == 4326
        row, column = np.nonzero(people > 0)
        lon, lat = source.xy(row, column)
    return np.asarray(lon), np.asarray(lat), people[row, column]


def islands_of(ways: list[OsmWay], *, with_ferries: bool) -> np.ndarray:
    """Return the sizes of the connected parts of the network, largest first."""
    number: dict[int, int] = {}
    ends: list[tuple[int, int]] = []
    for way in ways:
        if with_ferries or way.tags.get("route") != "ferry":
            ids = [number.setdefault(n, len(number)) for n in way.nodes]
            ends += list(pairwise(ids))
    a, b = np.array(ends).T
    _, part = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (len(number),) * 2))
    return np.sort(np.bincount(part))[::-1]


@pytest.mark.slow
def test_the_seed_makes_the_shipped_people(made: make_county.County) -> None:
    _, _, people = counts_of("population")
    assert made.people.everyone.sum() == people.sum() == DECLARED
    assert len(made.people.row) == pytest.approx(len(people), rel=0.02)
    _, _, elders = counts_of("population_65plus")
    assert made.people.elders.sum() == pytest.approx(elders.sum(), rel=0.01)


@pytest.mark.slow
def test_the_seed_makes_the_shipped_places(
    made: make_county.County, zones: gpd.GeoDataFrame, villages: gpd.GeoDataFrame
) -> None:
    assert len(made.villages.code) == pytest.approx((villages["parent"] == "").sum(), rel=0.02)
    for shipped, area in zip(zones.geometry, made.settlement.zones, strict=True):
        here = shapely.transform(area, lambda xy: xy + np.array(layout.ORIGIN_M))
        assert shipped.intersection(here).area > 0.97 * shipped.union(here).area


@pytest.mark.slow
def test_the_seed_makes_the_shipped_roads_and_facilities(
    made: make_county.County, ways: list[OsmWay], facilities: list[dict[str, Any]]
) -> None:
    assert len(made.ways) == pytest.approx(len(ways), rel=0.03)
    here_m = sum(shapely.LineString(w.xy).length for w in made.ways)
    assert here_m == pytest.approx(sum(w.line.length for w in ways), rel=0.03)
    assert len(made.register.rows) == pytest.approx(len(facilities), rel=0.08)


def test_the_samples_are_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 5_000_000
    assert all(path.name.isascii() for path in SAMPLES.iterdir())


def test_people_add_up_to_the_census(
    zones: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, to_metres: pyproj.Transformer
) -> None:
    lon, lat, people = counts_of("population")
    x_m, y_m = to_metres.transform(lon, lat)
    point, zone = shapely.STRtree(zones.geometry).query(shapely.points(x_m, y_m), "within")
    assert len(point) == len(people)  # nobody outside
    by_zone = np.bincount(zone, weights=people[point], minlength=len(zones))
    assert by_zone.tolist() == zones["people"].tolist() == [s.people for s in layout.SEATS]
    top = villages[villages["parent"] == ""]
    assert top.groupby(top["code"].str[:9])["people"].sum().tolist() == zones["people"].tolist()
    assert top["people"].min() > 0


def test_the_age_groups_are_parts_of_everyone() -> None:
    with rasterio.open(SAMPLES / "population.tif") as source:
        everyone = source.read(1)
    parts = np.zeros_like(everyone)
    for name in GROUPS:
        with rasterio.open(SAMPLES / f"{name}.tif") as source:
            parts += source.read(1)
    assert (parts <= everyone).all()
    assert counts_of(GROUPS[0])[2].sum() / everyone.sum() == pytest.approx(0.18, abs=0.005)


def test_hills_and_islands_are_older(zones: gpd.GeoDataFrame) -> None:
    share = (zones["people_65plus"] / zones["people"]).to_numpy()
    level = np.array([seat.level for seat in layout.SEATS])
    assert share[level == "township"].min() > share[level == "town"].max()
    assert share[level == "town"].min() > share[:3].max()


def test_nobody_and_nothing_stands_on_water(
    facilities: list[dict[str, Any]], water: shapely.Geometry, to_metres: pyproj.Transformer
) -> None:
    lon, lat, _ = counts_of("population")
    assert not shapely.contains_xy(water, *to_metres.transform(lon, lat)).any()
    placed = np.array([(f["lon"], f["lat"]) for f in facilities if f["lon"] is not None])
    assert not shapely.contains_xy(water, *to_metres.transform(*placed.T)).any()
    sites = gpd.read_file(SAMPLES / "candidates.gpkg").to_crs(layout.CRS).geometry
    assert not shapely.contains_xy(water, sites.x, sites.y).any()


def test_the_county_has_the_shape_of_its_sketch(
    zones: gpd.GeoDataFrame, villages: gpd.GeoDataFrame
) -> None:
    assert (len(zones), (zones["urban"] == "是").sum()) == (20, 3)
    assert (zones["level"] == "街道").sum() == 7
    assert 380 <= (villages["parent"] == "").sum() <= 460
    west, south, east, north = zones.to_crs("EPSG:4326").total_bounds
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((120.9, 30.0), abs=0.1)
    assert zones.area.sum() / 1e6 == pytest.approx(1_400, rel=0.06)
    assert zones.is_valid.all()
    assert villages.is_valid.all()


def test_villages_tile_the_county(villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> None:
    top = villages[villages["parent"] == ""]
    assert top.area.sum() == pytest.approx(zones.area.sum(), rel=1e-6)
    children = villages[villages["parent"] != ""].set_index("code")
    parents = top.set_index("code").loc[children["parent"]]
    inside = children.geometry.buffer(-2.0).within(parents.geometry.set_axis(children.index))
    assert inside.all()


def test_boundaries_are_no_grid(zones: gpd.GeoDataFrame) -> None:
    xy = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(zones.geometry)[:5]))
    step = np.diff(xy, axis=0)
    step = step[np.hypot(*step.T) < 2000.0]
    heading = np.degrees(np.arctan2(step[:, 1], step[:, 0])) % 45.0
    on_axis = np.minimum(heading, 45.0 - heading) < 0.5
    assert on_axis.mean() < 0.1


def test_roads_cross_water_only_on_bridges(ways: list[OsmWay], water: shapely.Geometry) -> None:
    dry = [w.line for w in ways if not {"bridge", "tunnel", "route"} & w.tags.keys()]
    assert not shapely.intersects(water, np.array(dry)).any()
    bridges = [w for w in ways if "bridge" in w.tags and w.tags["highway"] != "motorway"]
    assert sum(water.intersects(w.line) for w in bridges) > 80


def test_the_network_hangs_together_and_islands_only_by_ferry(ways: list[OsmWay]) -> None:
    assert len(islands_of(ways, with_ferries=True)) == 1
    assert len(islands_of(ways, with_ferries=False)) == 3
    ferries = [w for w in ways if w.tags.get("route") == "ferry"]
    assert all(re.fullmatch(r"00:\d\d", w.tags["duration"]) for w in ferries)
    assert len(ferries) == 2


def test_the_network_is_planar_where_it_has_no_levels(ways: list[OsmWay]) -> None:
    ground = [w for w in ways if not {"layer", "route"} & w.tags.keys()]
    lines = np.array([w.line for w in ground])
    left, right = shapely.STRtree(lines).query(lines, predicate="crosses")
    apart = [
        (i, j)
        for i, j in zip(left, right, strict=True)
        if i < j and not set(ground[i].nodes) & set(ground[j].nodes)
    ]
    assert len(apart) < 0.002 * len(lines)


def test_the_road_classes_are_there(ways: list[OsmWay]) -> None:
    count = Counter(w.tags.get("highway") for w in ways)
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link"):
        assert count[name] > 20, name
    for name in ("service", "track", "footway", "path", "steps", "cycleway", "pedestrian"):
        assert count[name] > 0, name
    assert count["residential"] > 1_000
    tags = Counter(f"{k}={v}" for w in ways for k, v in w.tags.items())
    assert tags["junction=roundabout"] > 10
    assert tags["oneway=yes"] > 150
    assert tags["tunnel=yes"] > 5
    assert sum("maxspeed" in w.tags for w in ways) > 2_000
    degree = Counter(n for w in ways for n in w.nodes)
    segments = sum(sum(degree[n] > 1 for n in w.nodes[1:-1]) + 1 for w in ways)
    assert 25_000 < segments < 45_000


def test_main_roads_avoid_steep_ground(ways: list[OsmWay]) -> None:
    with rasterio.open(SAMPLES / "elevation.tif") as source:
        height_m, bounds = source.read(1).astype(float), source.bounds
    back = pyproj.Transformer.from_crs(layout.CRS, "EPSG:4326", always_xy=True)
    grades = []
    for way in ways:
        if way.tags.get("highway") in {"trunk", "primary"} and way.line.length > 300.0:
            at = shapely.line_interpolate_point(way.line, np.arange(0.0, way.line.length, 150.0))
            lon, lat = back.transform(*shapely.get_coordinates(at).T)
            row = np.clip(((bounds.top - lat) * 1200).astype(int), 0, height_m.shape[0] - 1)
            column = np.clip(((lon - bounds.left) * 1200).astype(int), 0, height_m.shape[1] - 1)
            grades += (np.abs(np.diff(height_m[row, column])) / 150.0).tolist()
    assert np.percentile(grades, 95) < 0.06


def test_every_village_has_a_road_near_its_people(
    ways: list[OsmWay], villages: gpd.GeoDataFrame, to_metres: pyproj.Transformer
) -> None:
    lon, lat, people = counts_of("population")
    points = shapely.points(*to_metres.transform(lon, lat))
    drivable = {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential"}
    lines = [w.line for w in ways if w.tags.get("highway") in drivable | {"service"}]
    _, away_m = shapely.STRtree(lines).query_nearest(
        points, return_distance=True, all_matches=False
    )
    assert np.average(away_m < 300.0, weights=people) > 0.99
    point, village = shapely.STRtree(villages.geometry).query(points, predicate="within")
    nearest_m = np.full(len(villages), np.inf)
    np.minimum.at(nearest_m, village, away_m[point])
    assert nearest_m[(villages["parent"] == "").to_numpy()].max() < 300.0


# --- facilities and side tables


NOT_FILLED_YET = {
    *("hospital_grade", "building_area_m2", "network_enabled", "quality_level", "teams")
}
"""Columns that a study may fill and the built-in county does not have yet."""


def test_every_facility_column_is_filled_somewhere(facilities: list[dict[str, Any]]) -> None:
    filled = {
        column
        for column in FACILITY_COLUMNS
        if any(row.get(column) not in {None, ""} for row in facilities)
    }
    assert set(FACILITY_COLUMNS) - filled == NOT_FILLED_YET


def test_the_list_holds_what_the_sample_must_show(facilities: list[dict[str, Any]]) -> None:
    kinds = Counter(row["kind"] for row in facilities)
    assert 240 <= kinds["D600"] <= 330
    assert kinds["B100"] + kinds["C210"] + kinds["C220"] in range(20, 30)
    assert kinds["A210"] == 1
    assert Counter(row["status"] for row in facilities).keys() == {
        *("在营", "在建", "筹建", "拟建", "停业")
    }
    assert sum(row["lon"] is None for row in facilities) == 1
    assert sum(row["level"] == 4 for row in facilities) == 1
    ids = {row["id"] for row in facilities}
    assert len(ids) == len(facilities)
    named = {row[c] for row in facilities for c in ("parent_id", "refers_to") if row[c]}
    assert named <= ids


def test_facilities_stand_in_the_village_they_name(
    facilities: list[dict[str, Any]], villages: gpd.GeoDataFrame, to_metres: pyproj.Transformer
) -> None:
    area = villages.set_index("code").geometry
    for row in facilities:
        if row["lon"] is not None and row["division_code"]:
            x_m, y_m = to_metres.transform(row["lon"], row["lat"])
            assert area[row["division_code"]].buffer(1.0).contains(shapely.Point(x_m, y_m))


def test_one_core_subdistrict_has_no_centre_and_one_centre_serves_two(
    facilities: list[dict[str, Any]],
) -> None:
    own = [row for row in facilities if row["kind"] == "B100" and row["status"] == "在营"]
    with_centre = {str(row["division_code"])[:9] for row in own}
    core = [make_county.zone_code(k)[:9] for k, s in enumerate(layout.SEATS) if s.is_urban]
    assert [code for code in core if code not in with_centre] == ["339900003"]
    text = (SAMPLES / "service_areas.csv").read_text(encoding="utf-8-sig").splitlines()
    served: dict[str, set[str]] = defaultdict(set)
    areas: Counter[str] = Counter()
    for line in text[1:]:
        code, _, centre, _ = line.split(",")
        served[centre].add(code[:9])
        areas[code] += 1
    assert {"339900003", "339900006"} in served.values()
    assert sorted(areas.values())[-2:] == [1, 2]


def test_the_study_file_names_files_that_are_there() -> None:
    study = read_study(SAMPLE_STUDY)
    assert study.is_synthetic
    assert "示例数据" in study.name
    assert study.travel.headline_mode == "walk"
    used = re.findall(r'path = "([^"]+)"', SAMPLE_STUDY.read_text(encoding="utf-8"))
    assert {SAMPLE_STUDY.name, *used} == {path.name for path in SAMPLES.iterdir()}


# --- names


def test_names_are_unique_and_none_is_known_to_be_real(villages: gpd.GeoDataFrame) -> None:
    assert villages["name"].is_unique
    stems = {re.sub("(自然村|社区|村)$", "", name) for name in villages["name"]}
    assert not stems & names.REAL
    assert all(code.startswith("3399") for code in villages["code"])


@pytest.mark.shared
def test_no_name_is_that_of_a_zhejiang_county(
    shared_data: Path, villages: gpd.GeoDataFrame, zones: gpd.GeoDataFrame
) -> None:
    text = (shared_data / "china" / "zhejiang_counties_2020_census.geojson").read_text("utf-8")
    real = {
        re.sub("(县|市|区)$", "", f["properties"]["NAME"]) for f in json.loads(text)["features"]
    }
    ours = {
        re.sub("(自然村|社区|街道|村|镇|乡)$", "", n) for n in [*villages["name"], *zones["name"]]
    }
    assert not real & (ours | {layout.COUNTY_NAME.removesuffix("县")})
    codes = {str(f["properties"]["CODE"]) for f in json.loads(text)["features"]}
    assert layout.COUNTY_CODE not in codes


def test_zone_codes_follow_the_division_rules(zones: gpd.GeoDataFrame) -> None:
    digit = {"街道": "0", "镇": "1", "乡": "2"}
    for code, level in zip(zones["code"], zones["level"], strict=True):
        assert re.fullmatch(r"339900\d{6}", code)
        assert code[6] == digit[level]
