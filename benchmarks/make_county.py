"""Make the built-in synthetic county: `python -m benchmarks.make_county [FOLDER]`.

Everything follows from one seed, so that the same program makes the same county. The folder is
data/samples by default.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.county import (
    figures,
    files,
    hospitals,
    layout,
    motorways,
    names,
    network,
    projects,
    register,
    roads,
    services,
    settlement,
    sidetables,
    streets,
    terrain,
    traffic,
)
from benchmarks.county.network import Way
from benchmarks.county.population import People, populate
from benchmarks.county.register import Register, Row, Villages
from benchmarks.county.settlement import Settlement
from benchmarks.county.terrain import Terrain

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
LEVELS = {"street": "街道", "town": "镇", "township": "乡"}
NATURAL_ABOVE_M = 60.0
"""Villages seated higher than this are divided into natural villages."""


@dataclass(frozen=True, eq=False)
class County:
    """Everything that is written; `serves` is seat -> its centre, `west` the old town's second."""

    terrain: Terrain
    settlement: Settlement
    ways: list[Way]
    people: People
    villages: Villages
    register: Register
    serves: dict[int, str]
    west: str


def make(seed: int = layout.SEED) -> County:
    """Return the county."""
    rng = np.random.default_rng(seed)
    ground = terrain.make_terrain(rng)
    urban = settlement.town_density(ground, rng)
    places = settlement.settle(rng, ground, urban)
    ways = make_ways(rng, ground, urban, places)
    people = populate(rng, ground, urban, places, ways)
    villages = name_villages(rng, ground, urban, places, people)
    reg = Register(rng, places, villages, register.Frontage(ground, ways))
    hospitals.add_hospitals(reg)
    hospitals.add_city_hospital(reg)
    serves = services.add_centres(reg)
    west = services.add_west_centre(reg)
    services.add_branches(reg, serves)
    services.add_stations(reg, serves)
    services.add_village_clinics(reg, serves)
    services.add_second_clinics(reg, most=18)
    services.add_private(reg)
    services.break_chain(reg)
    services.open_lately(reg, count=7)
    projects.add_projects(reg, serves)
    projects.relocate(reg)
    projects.close_and_lose(reg)
    return County(ground, places, ways, people, villages, reg, serves, west)


def make_ways(
    rng: np.random.Generator, ground: Terrain, urban: NDArray[np.float64], places: Settlement
) -> list[Way]:
    """Return the whole network: country roads, streets, paths, motorways and ferries."""
    country, piers = roads.plan_roads(rng, ground, places)
    town = streets.town_streets(rng, ground, urban, country, streets.make_bend(rng))
    lanes = streets.hamlet_lanes(rng, ground, urban, places, country)
    small = streets.compound_lanes(rng, town, ground, share=0.4)
    small += streets.riverside(rng, ground, urban)
    fast, feet = motorways.build(ground, country)
    town = traffic.pedestrian_streets(town, within_m=420.0)
    town = traffic.one_way_streets(rng, town, urban)
    drawn = traffic.add_roundabouts([*country, *town, *lanes, *small], country, ground, count=16)
    pieces = network.split_at_water(network.node_streets(drawn), ground.water)
    roots = [tuple(places.seat[0]), tuple(piers[1]), tuple(piers[2])]
    pieces = network.connected(pieces, roots)
    ends = {(round(x), round(y)) for x, y in piers}
    pieces = network.prune(pieces, shortest_m=26.0, keep=ends)
    pieces = network.close_to_cars(pieces, roots)
    ways = traffic.insert_points(network.chain(pieces), feet)
    ways += [Way(np.round(shapely.get_coordinates(f.line)), f.highway, f.tags) for f in fast]
    return traffic.sign(rng, traffic.open_traps(ways), urban) + traffic.ferries(piers)


def name_villages(
    rng: np.random.Generator,
    ground: Terrain,
    urban: NDArray[np.float64],
    places: Settlement,
    people: People,
) -> Villages:
    """Return code, name and people of each village; town seats bear the name of their town."""
    cell = terrain.to_row_column(places.seat)
    coast_m = shapely.distance(ground.kinds["sea"], shapely.points(places.seat))
    is_island = places.zone == len(layout.SEATS) - 1
    height_m, is_urban = ground.height_m[cell], urban[cell]
    taken = names.Names(rng)
    stems = [taken.take(e) for e in names.endings(height_m, coast_m, is_urban, is_island)]
    stems[: len(layout.SEATS)] = [seat.short for seat in layout.SEATS]
    code, name = [], []
    counts: dict[tuple[int, bool], int] = {}
    for zone, stem, density in zip(places.zone, stems, is_urban, strict=True):
        key = (int(zone), bool(density > 0.25))
        counts[key] = counts.get(key, 0) + 1
        code.append(f"{zone_code(int(zone))[:9]}{(0 if key[1] else 200) + counts[key]:03d}")
        name.append(stem + ("社区" if key[1] else "村"))
    total = np.bincount(people.village, weights=people.everyone, minlength=len(code))
    return Villages(code, name, total, is_urban, height_m)


def zone_code(zone: int) -> str:
    """Return the 12-digit code of a town: 7th digit 0 subdistrict, 1 town, 2 township."""
    level = layout.SEATS[zone].level
    first = {"street": 0, "town": 100, "township": 200}[level]
    rank = sum(seat.level == level for seat in layout.SEATS[: zone + 1])
    return f"{layout.COUNTY_CODE}{first + rank:03d}000"


def write(county: County, folder: Path) -> None:
    """Write every file of the county."""
    folder.mkdir(parents=True, exist_ok=True)
    files.write_population(county.people, folder)
    files.write_heights(county.terrain, county.people, folder / "elevation.tif")
    _write_zones(county, folder)
    _write_villages(county, folder)
    _write_water(county, folder)
    ferry_ids = files.write_roads(county.ways, folder / "roads.osm.pbf")
    files.write_facilities(county.register, folder / "facilities.xlsx")
    _write_side_tables(county, folder, ferry_ids)
    _write_candidates(county, folder)
    files.write_study(folder / "county.toml", county=layout.COUNTY_NAME, date=register.AS_OF)


def _zone_sum(county: County, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    zone = county.settlement.zone[county.people.village]
    return np.bincount(zone, weights=counts, minlength=len(layout.SEATS)).astype(np.int64)


def _write_zones(county: County, folder: Path) -> None:
    columns = {
        "code": [zone_code(k) for k in range(len(layout.SEATS))],
        "name": [seat.name for seat in layout.SEATS],
        "level": [LEVELS[seat.level] for seat in layout.SEATS],
        "urban": ["是" if seat.is_urban else "否" for seat in layout.SEATS],
        "people": _zone_sum(county, county.people.everyone),
        "people_65plus": _zone_sum(county, county.people.elders),
    }
    files.write_layer(folder / "zones.gpkg", "zones", columns, county.settlement.zones)


def _write_villages(county: County, folder: Path) -> None:
    villages = county.villages
    is_high = villages.height_m > NATURAL_ABOVE_M
    parts = settlement.natural_villages(county.terrain, county.settlement, is_high)
    taken = names.Names(np.random.default_rng(layout.SEED + 1))
    tree = shapely.STRtree(shapely.points(county.people.x_m, county.people.y_m))
    held = [tree.query(area, predicate="contains") for _, _, area in parts]
    columns = {
        "code": [*villages.code, *(f"{villages.code[v]}{n:02d}" for v, n, _ in parts)],
        "name": [*villages.name, *(taken.hamlet() + "自然村" for _ in parts)],
        "people": [
            *villages.people.astype(int),
            *(int(county.people.everyone[cells].sum()) for cells in held),
        ],
        "parent": [*([""] * len(villages.code)), *(villages.code[v] for v, _, _ in parts)],
    }
    areas = [*county.settlement.area, *(area for _, _, area in parts)]
    files.write_layer(folder / "villages.gpkg", "villages", columns, np.array(areas, dtype=object))


def _write_water(county: County, folder: Path) -> None:
    """Write the water of the county and of some kilometres around it."""
    zones = shapely.union_all(list(county.settlement.zones))
    around = zones.envelope.buffer(4000.0, join_style="mitre")
    parts = [(kind, p) for kind, shape in county.terrain.kinds.items() for p in shape.geoms]
    water = np.array([p.intersection(around) for _, p in parts], dtype=object)
    keep = ~shapely.is_empty(water)
    kinds = [kind.split("_")[0] for (kind, _), k in zip(parts, keep, strict=True) if k]
    files.write_layer(folder / "water.gpkg", "water", {"kind": kinds}, water[keep])


CIRCUIT_HEADERS = {
    "stop_id": "巡回点编号",
    "place": "巡回点",
    "lon": "经度",
    "lat": "纬度",
    "base_facility": "派出机构编码",
    "visits_per_month": "每月巡回次数",
    "weekdays": "巡回日",
    "hours": "服务时间",
    "villages": "服务村代码",
    "is_island_point": "是否海岛点",
}
AREA_HEADERS = {
    "area_code": "村（社区）代码",
    "area_name": "村（社区）名称",
    "facility_id": "服务机构编码",
    "people": "申报服务人口",
}
REPORTED_HEADERS = {"figure": "指标", "year": "年份", "value": "数值", "source": "来源"}


def _write_side_tables(county: County, folder: Path, ferry_ids: dict[str, int]) -> None:
    reg, people = county.register, county.people
    stops = [_with_degrees(row) for row in sidetables.circuit_stops(reg, county.serves)]
    files.write_sheet(folder / "circuits.xlsx", "巡回医疗点", _named(stops, CIRCUIT_HEADERS))
    areas = sidetables.service_areas(reg, county.serves, county.west)
    files.write_csv(folder / "service_areas.csv", _named(areas, AREA_HEADERS))
    reported = sidetables.reported_values(int(people.everyone.sum()), int(people.elders.sum()))
    files.write_csv(folder / "reported.csv", _named(reported, REPORTED_HEADERS))
    codes = [zone_code(k) for k in range(len(layout.SEATS))]
    counts = [int(n) for n in _zone_sum(county, people.everyone)]
    files.write_csv(folder / "indicators.csv", figures.indicators(codes, counts))
    files.write_csv(folder / "ferries.csv", sidetables.ferry_times(ferry_ids))


def _write_candidates(county: County, folder: Path) -> None:
    sites = sidetables.candidate_sites(county.register)
    columns = {k: [r[k] for r in sites] for k in ("id", "name", "premises", "village_code")}
    points = shapely.points(np.array([row["xy"] for row in sites]))
    files.write_layer(folder / "candidates.gpkg", "candidates", columns, points)


def _with_degrees(row: Row) -> Row:
    lon, lat = files.to_lonlat(*np.array([row["xy"]], dtype=np.float64).T)
    return {**row, "lon": round(float(lon[0]), 6), "lat": round(float(lat[0]), 6)}


def _named(rows: list[Row], headers: dict[str, str]) -> list[Row]:
    return [{header: row[key] for key, header in headers.items()} for row in rows]


def main(arguments: list[str]) -> None:
    """Make the county and say what it holds."""
    folder = Path(arguments[0]) if arguments else SAMPLES
    county = make()
    write(county, folder)
    size_mb = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"{county.people.everyone.sum():,} people in {len(county.people.row):,} cells")
    print(f"{len(county.villages.code)} villages, {len(county.register.rows)} institutions")
    print(f"{len(county.ways):,} ways; {size_mb:.2f} MB in {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
