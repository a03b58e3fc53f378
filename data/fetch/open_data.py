"""A ready study from open data: one place, its roads, health facilities, towns and people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.errors import PlannerError
from data.fetch.download import Services, fetch_elements, fetch_place, remote_raster
from data.fetch.map_elements import (
    FACILITY_TAGS,
    MapElements,
    MapFacility,
    MapTown,
    facilities_of,
    polygons_of,
    rest_of,
    towns_of,
    write_osm_file,
)
from data.roads.osm import OSM_ATTRIBUTION
from data.store import atomic_file
from geo.crs import LONLAT, local_crs, to_lonlat, to_metric
from geo.errors import Finding, Progress

MAX_AREA_KM2 = 50_000
_NO_ROADS = "abandoned|construction|no|planned|platform|proposed|raceway|razed"
ROAD_FILTERS = (f'["highway"]["highway"!~"^({_NO_ROADS})$"]', '["route"="ferry"]')
_WATER_TAGS: dict[str, bool | str | list[str]] = {"natural": ["water", "coastline"]}
_TOWN_TAGS: dict[str, bool | str | list[str]] = {"admin_level": "8"}
_TOWNS_COVER = 0.9
_REST_AREA = 0.001
_FORMULA_STARTS = ("=", "+", "-", "@", "'")
_ODBL = "ODbL 1.0"

_STUDY = """# Made from open data. 由开放数据生成：请用本单位的名单和边界替换后再作结论。
format = 1

[study]
name = {name}
date = "{date}"

[zones]
path = "zones.geojson"
columns = {{ code = "code", name = "name" }}
licence = "{odbl}"
attribution = "{osm}"

[population]
path = "population.tif"
licence = "CC BY 4.0"
attribution = {population}

# OpenStreetMap lacks many points: compare with the bureau's list. 名单不全，须与卫健部门名单核对。
[facilities]
path = "facilities.csv"
columns = {{ id = "id", name = "name", kind = "kind", lon = "lon", lat = "lat", hours = "hours" }}
licence = "{odbl}"
attribution = "{osm}"
date = "{map_date}"

[roads]
path = "roads.osm.pbf"
licence = "{odbl}"
attribution = "{osm}"
date = "{map_date}"

[travel]
modes = ["walk", "walk_elderly", "e_bike", "car"]
minutes = 20

[candidates]
spacing_m = 1000

[siting]
count = 5
"""


@dataclass(frozen=True, slots=True)
class OpenData:
    """What is asked for: a place, its country (ISO 3166 alpha-3) and the year of its people."""

    place: str
    country: str = "CHN"
    year: int = 2025
    around_km: float = 3.0


@dataclass(frozen=True, slots=True)
class FetchedStudy:
    """What was written."""

    study: Path
    full_name: str
    n_towns: int
    n_roads: int
    n_facilities: int
    people: float
    findings: tuple[Finding, ...]


def write_open_study(
    wanted: OpenData,
    folder: Path,
    *,
    services: Services,
    cache: Path,
    progress: Progress | None = None,
) -> FetchedStudy:
    """Fetch everything about a place and write a study that can be assessed at once.

    Parameters
    ----------
    wanted
        The place.
    folder
        Empty folder to write to; the caller moves it to its place when all went well.
    services, cache
        Where to ask; where answers are kept, so that a stopped run goes on where it was.
    progress
        Called with the stage and bytes.

    Raises
    ------
    PlannerError
        When the place is unknown or too large, or a service does not give a whole answer.
    """
    common: dict[str, Any] = {"services": services, "cache": cache, "progress": progress}
    full_name, drawn_boundary = fetch_place(wanted.place, **common)
    boundary = polygons_of(drawn_boundary)
    around = _around(boundary, wanted)
    roads = fetch_elements(around, stage="roads", ways=ROAD_FILTERS, **common)
    water = fetch_elements(around, stage="water", tags=_WATER_TAGS, **common)
    listed = fetch_elements(around, stage="facilities", tags=FACILITY_TAGS, **common)
    drawn = fetch_elements(around, stage="towns", tags=_TOWN_TAGS, **common)
    findings: list[Finding] = []
    n_roads = write_osm_file(folder / "roads.osm.pbf", (*water.elements, *roads.elements))
    facilities = facilities_of(listed.elements, around)
    towns = _towns(drawn, boundary, wanted, findings)
    if not n_roads:
        raise PlannerError(Finding("fetch_no_roads", (("place", wanted.place),)))
    _write_zones(folder / "zones.geojson", towns)
    _write_facilities(folder / "facilities.csv", facilities, wanted, findings)
    people = _write_population(folder / "population.tif", boundary, wanted, common)
    study = _write_study(folder / "study.toml", wanted, roads)
    return FetchedStudy(
        study, full_name, len(towns), n_roads, len(facilities), people, tuple(findings)
    )


def _around(boundary: shapely.Geometry, wanted: OpenData) -> shapely.Geometry:
    """Return the boundary and what lies around it, in degrees; a place too large is refused."""
    middle = shapely.point_on_surface(boundary)
    crs = local_crs(np.array([shapely.get_x(middle)]), np.array([shapely.get_y(middle)]))
    metric = shapely.transform(
        boundary, lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs))
    )
    area_km2 = shapely.area(metric) / 1e6
    if area_km2 > MAX_AREA_KM2:
        said = (
            ("place", wanted.place),
            ("area_km2", round(area_km2)),
            ("limit_km2", MAX_AREA_KM2),
        )
        raise PlannerError(Finding("fetch_place_too_large", said))
    # Simplified by less than is added: the outline goes into every question to the server.
    wide = shapely.simplify(shapely.buffer(metric, 1000 * wanted.around_km + 100), 100)
    return shapely.transform(wide, lambda xy: np.column_stack(to_lonlat(xy[:, 0], xy[:, 1], crs)))


def _towns(
    drawn: MapElements, boundary: shapely.Geometry, wanted: OpenData, findings: list[Finding]
) -> list[MapTown]:
    """Return the towns and what they leave; the whole place where the map has too few of them."""
    towns = towns_of(drawn.elements, boundary)
    covered = float(shapely.area(shapely.union_all([town.area for town in towns])))
    if covered < _TOWNS_COVER * float(shapely.area(boundary)):
        findings.append(Finding("fetch_no_towns", (("place", wanted.place),)))
        return [MapTown("all", wanted.place, boundary)]
    rest = rest_of(boundary, towns)
    if shapely.area(rest) > _REST_AREA * shapely.area(boundary):
        towns.append(MapTown("rest", f"{wanted.place}（其余）", rest))
    return towns


def _write_zones(path: Path, towns: Sequence[MapTown]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"code": town.code, "name": town.name},
            "geometry": json.loads(shapely.to_geojson(town.area)),
        }
        for town in towns
    ]
    content = {"type": "FeatureCollection", "features": features}
    with atomic_file(path) as file:
        file.write(json.dumps(content, ensure_ascii=False).encode("utf-8"))


def _write_facilities(
    path: Path,
    facilities: Sequence[MapFacility],
    wanted: OpenData,
    findings: list[Finding],
) -> None:
    if facilities:
        findings.append(Finding("fetch_kinds_guessed", (("count", len(facilities)),)))
    else:
        findings.append(Finding("fetch_no_facilities", (("place", wanted.place),)))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["id", "name", "kind", "lon", "lat", "operator", "hours"])
    for each in facilities:
        place = (f"{each.lon:.7f}", f"{each.lat:.7f}")
        rows.writerow(
            [
                each.id,
                _plain(each.name),
                each.kind,
                *place,
                _plain(each.operator),
                _plain(each.hours),
            ]
        )
    with atomic_file(path) as file:
        file.write(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, on one line."""
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_population(
    path: Path, boundary: shapely.Geometry, wanted: OpenData, common: dict[str, Any]
) -> float:
    """Write the cells around a place; return the people in them."""
    import rasterio
    from rasterio.warp import transform_bounds
    from rasterio.windows import Window, from_bounds

    services: Services = common["services"]
    url = services.population_url.format(
        iso3=wanted.country.lower(), ISO3=wanted.country.upper(), year=wanted.year
    )
    nowhere = Finding("fetch_not_there", (("host", url.split("/")[2]), ("place", wanted.place)))
    with remote_raster(
        url, timeout_s=services.timeout_s, cache=common["cache"], progress=common["progress"]
    ) as raster:
        box = transform_bounds(LONLAT, raster.crs or LONLAT, *shapely.bounds(boundary))
        left, bottom, right, top = box
        place = from_bounds(left, bottom, right, top, raster.transform)
        rows = _span(place.row_off, place.height, raster.height)
        columns = _span(place.col_off, place.width, raster.width)
        if not (len(rows) and len(columns)):
            raise PlannerError(nowhere)
        window = Window(columns.start, rows.start, len(columns), len(rows))
        values = raster.read(1, window=window)
        is_people = np.isfinite(values) & (values > 0)
        if raster.nodata is not None:
            is_people &= values != raster.nodata
        scale, offset = raster.scales[0], raster.offsets[0]
        people = float((values[is_people].astype(np.float64) * scale + offset).sum())
        if not people:
            raise PlannerError(nowhere)
        profile = {
            **{"driver": "GTiff", "compress": "deflate", "count": 1, "dtype": values.dtype},
            **{"width": len(columns), "height": len(rows), "nodata": raster.nodata},
            **{"crs": raster.crs, "transform": raster.window_transform(window)},
        }
        units = raster.units
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
        target.scales, target.offsets, target.units = (scale,), (offset,), units
    return people


def _span(offset: float, length: float, size: int) -> range:
    """Return the whole cells of a span that are in the raster."""
    return range(max(int(np.floor(offset)), 0), min(int(np.ceil(offset + length)), size))


def _write_study(path: Path, wanted: OpenData, roads: MapElements) -> Path:
    date = f"{wanted.year}-07-01"
    text = _STUDY.format(
        name=json.dumps(f"{wanted.place}医疗卫生服务圈", ensure_ascii=False),
        date=date,
        odbl=_ODBL,
        osm=OSM_ATTRIBUTION,
        population=json.dumps(f"WorldPop R2025A, {wanted.year}", ensure_ascii=False),
        map_date=roads.date or date,
    )
    with atomic_file(path) as file:
        file.write(text.encode("utf-8"))
    return path
