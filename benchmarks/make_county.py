"""Make the built-in synthetic county: `python -m benchmarks.make_county [FOLDER]`, by default data/samples.

Everything follows from one seed, so that the same program makes the same county.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.county import files, layout, motorways, names, network, roads, services, settlement, sidetables, streets, terrain, traffic
from benchmarks.county.network import Way
from benchmarks.county.population import People, populate
from benchmarks.county.settlement import Settlement
from benchmarks.county.terrain import Terrain

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"


@dataclass(frozen=True, eq=False)
class County:
    """Everything that is written."""

    terrain: Terrain
    urban: NDArray[np.float64]
    settlement: Settlement
    ways: list[Way]
    people: People
    code: list[str]
    village_name: list[str]
    village_people: NDArray[np.int64]
    register: services.Register
    serves: dict[int, str]


def make_ways(rng: np.random.Generator, ground: Terrain, urban: NDArray[np.float64], places: Settlement) -> list[Way]:
    """Return the whole network: country roads, streets, paths, motorways and ferries."""
    country, piers = roads.plan_roads(rng, ground, places)
    town = streets.town_streets(rng, ground, urban, country, streets.make_bend(rng))
    lanes = streets.hamlet_lanes(rng, ground, places, country)
    small = streets.compound_lanes(rng, town, ground, share=0.4) + streets.riverside(rng, ground, urban)
    fast, feet = motorways.build(ground, country)
    town = traffic.one_way_streets(rng, town, urban)
    drawn = traffic.add_roundabouts([*country, *town, *lanes, *small], country, ground, count=16)
    pieces = network.split_at_water(network.node_streets(drawn), ground.water)
    pieces = network.connected(pieces, [tuple(places.seat[0]), tuple(piers[1]), tuple(piers[2])])
    pieces = network.prune(pieces, shortest_m=26.0, keep={(round(x), round(y)) for x, y in piers})
    ways = traffic.insert_points(network.chain(pieces), feet)
    ways += [Way(np.round(shapely.get_coordinates(f.line)), f.highway, f.tags) for f in fast]
    return traffic.sign(rng, traffic.open_traps(ways), urban) + traffic.ferries(piers)


def name_villages(rng: np.random.Generator, ground: Terrain, urban: NDArray[np.float64], places: Settlement) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """Return the code and name of each village, and how urban its seat is."""
    cell = terrain.to_row_column(places.seat)
    coast_m = shapely.distance(ground.kinds["sea"], shapely.points(places.seat))
    is_island = places.zone == len(layout.SEATS) - 1
    is_urban = urban[cell]
    taken = names.Names(rng)
    stems = [taken.take(e) for e in names.endings(ground.height_m[cell], coast_m, is_urban, is_island)]
    for k, seat in enumerate(layout.SEATS):
        stems[k] = seat.short
    codes, full = [], []
    counts: dict[tuple[int, bool], int] = {}
    for v, stem in enumerate(stems):
        zone = int(places.zone[v])
        is_community = bool(is_urban[v] > 0.25)
        counts[zone, is_community] = counts.get((zone, is_community), 0) + 1
        codes.append(f"{zone_code(zone)[:9]}{(0 if is_community else 200) + counts[zone, is_community]:03d}")
        full.append(stem + ("社区" if is_community else "村"))
    return codes, full, is_urban


def zone_code(zone: int) -> str:
    """Return the 12-digit code of a town: 7th digit 0 subdistrict, 1 town, 2 township."""
    level = layout.SEATS[zone].level
    first = {"street": 0, "town": 100, "township": 200}[level]
    rank = sum(s.level == level for s in layout.SEATS[: zone + 1])
    return f"{layout.COUNTY_CODE}{first + rank:03d}000"


def make(seed: int = layout.SEED) -> County:
    """Return the county."""
    rng = np.random.default_rng(seed)
    ground = terrain.make_terrain(rng)
    urban = settlement.town_density(ground, rng)
    places = settlement.settle(rng, ground, urban)
    ways = make_ways(rng, ground, urban, places)
    people = populate(rng, ground, urban, places, ways)
    code, village_name, is_urban = name_villages(rng, ground, urban, places)
    counts = np.bincount(people.village, weights=people.everyone, minlength=len(code)).astype(np.int64)
    register = services.Register(rng, ground, places, code, village_name, counts.astype(np.float64), is_urban)
    register.use_streets(ways)
    serves = services.make_services(register)
    return County(ground, urban, places, ways, people, code, village_name, counts, register, serves)


def write(county: County, folder: Path) -> None:
    """Write every file of the county."""
    folder.mkdir(parents=True, exist_ok=True)
    files.write_population(county.people, folder)
    _write_zones(county, folder)
    _write_villages(county, folder)
    kinds = [(name, p) for name, shape in county.terrain.kinds.items() for p in shape.geoms]
    ground = settlement_reach(county)
    water = np.array([p.intersection(ground) for _, p in kinds], dtype=object)
    keep = ~shapely.is_empty(water)
    labels = [name.split("_")[0] for (name, _), k in zip(kinds, keep, strict=True) if k]
    files.write_layer(folder / "water.gpkg", "water", {"kind": labels}, water[keep])
    ferry_ids = files.write_roads(county.ways, folder / "roads.osm.pbf")
    files.write_facilities(county.register, folder / "facilities.xlsx")
    _write_side_tables(county, folder, ferry_ids)
    files.write_study(folder / "county.toml", county=layout.COUNTY_NAME, date=services.AS_OF)


def settlement_reach(county: County) -> shapely.Geometry:
    """Return the ground whose water is shipped: the county and some kilometres around it."""
    return shapely.union_all(list(county.settlement.zones)).envelope.buffer(4000.0, join_style="mitre")


def _write_zones(county: County, folder: Path) -> None:
    people = np.bincount(county.settlement.zone, weights=county.village_people, minlength=len(layout.SEATS)).astype(np.int64)
    elders = np.bincount(county.settlement.zone[county.people.village], weights=county.people.elders, minlength=len(layout.SEATS))
    level = {"street": "街道", "town": "镇", "township": "乡"}
    columns = {
        "code": [zone_code(k) for k in range(len(layout.SEATS))], "name": [s.name for s in layout.SEATS],
        "level": [level[s.level] for s in layout.SEATS], "urban": ["是" if s.is_urban else "否" for s in layout.SEATS],
        "people": people, "people_65plus": elders.astype(np.int64),
    }  # fmt: skip
    files.write_layer(folder / "zones.gpkg", "zones", columns, county.settlement.zones)


def _write_villages(county: County, folder: Path) -> None:
    rows = settlement.natural_villages(county.terrain, county.settlement, sidetables.village_mask(county.register))
    taken = names.Names(np.random.default_rng(layout.SEED + 1))
    code, name, parent, people = list(county.code), list(county.village_name), [""] * len(county.code), list(county.village_people)
    geometry = list(county.settlement.area)
    cells = shapely.points(county.people.x_m, county.people.y_m)
    tree = shapely.STRtree(cells)
    for village, number, area in rows:
        inside = tree.query(area, predicate="contains")
        code.append(f"{county.code[village]}{number:02d}")
        name.append(taken.hamlet("岙坞坑岭湾畈") + "自然村")
        parent.append(county.code[village])
        people.append(int(county.people.everyone[inside].sum()))
        geometry.append(area)
    columns = {"code": code, "name": name, "people": people, "parent": parent}
    files.write_layer(folder / "villages.gpkg", "villages", columns, np.array(geometry, dtype=object))


def _write_side_tables(county: County, folder: Path, ferry_ids: dict[str, int]) -> None:
    reg = county.register
    stops = sidetables.circuit_stops(reg, county.serves, sidetables.places_to_tour(reg))
    headers = {
        "stop_id": "巡回点编号", "place": "巡回点", "lon": "经度", "lat": "纬度", "base_facility": "派出机构编码", "visits_per_month": "每月巡回次数",
        "weekdays": "巡回日", "hours": "服务时间", "villages": "服务村代码", "is_island_point": "是否海岛点",
    }  # fmt: skip
    files.write_sheet(folder / "circuits.xlsx", "巡回医疗点", [_named(_with_degrees(row), headers) for row in stops])
    areas = sidetables.service_areas(reg, county.serves)
    headers = {"area_code": "村（社区）代码", "area_name": "村（社区）名称", "facility_id": "服务机构编码", "people": "申报服务人口"}
    files.write_csv(folder / "service_areas.csv", [_named(row, headers) for row in areas])
    totals = int(county.people.everyone.sum()), int(county.people.elders.sum())
    headers = {"figure": "指标", "year": "年份", "value": "数值", "source": "来源"}
    files.write_csv(folder / "reported.csv", [_named(row, headers) for row in sidetables.reported_values(*totals)])
    files.write_csv(folder / "indicators.csv", sidetables.indicators())
    files.write_csv(folder / "ferries.csv", sidetables.ferry_times(ferry_ids))
    sites = sidetables.candidate_sites(reg)
    columns = {k: [r[k] for r in sites] for k in ("id", "name", "premises", "village_code")}
    points = shapely.points(np.array([r["xy"] for r in sites]))
    files.write_layer(folder / "candidates.gpkg", "candidates", columns, points)


def _with_degrees(row: services.Row) -> services.Row:
    x, y = row["xy"]  # type: ignore[misc]
    lon, lat = files.to_lonlat(np.array([x]), np.array([y]))
    return {**row, "lon": round(float(lon[0]), 6), "lat": round(float(lat[0]), 6)}


def _named(row: services.Row, headers: dict[str, str]) -> services.Row:
    return {header: row[key] for key, header in headers.items()}


def main(arguments: list[str]) -> None:
    """Make the county and say what it holds."""
    folder = Path(arguments[0]) if arguments else SAMPLES
    county = make()
    write(county, folder)
    size_mb = sum(p.stat().st_size for p in folder.iterdir()) / 1e6
    print(f"{folder}: {county.people.everyone.sum():,} people in {len(county.people.row):,} cells, {len(county.code)} villages,")
    print(f"{len(county.ways):,} ways, {len(county.register.rows)} institutions, {size_mb:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
