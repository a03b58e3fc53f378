"""The county as ordinary files: GeoTIFF, GeoPackage, OSM PBF, XLSX, CSV and the study file."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import osmium
import pyogrio
import rasterio
import shapely
from numpy.typing import NDArray
from openpyxl.styles import Alignment, Font, PatternFill
from rasterio.transform import from_origin
from scipy import ndimage

from benchmarks.county.network import Way
from benchmarks.county.population import STEP, People, from_lonlat, to_lonlat
from benchmarks.county.register import HEADERS, KIND_NAMES, UNMAPPED, Register, Row
from benchmarks.county.terrain import CELL_M, Terrain

SAVED_ON = "2025-06-30"
_CLOCK = re.compile(rb">\d{4}-\d\d-\d\dT[\d:.]+Z?<")
FIRST_NODE_ID = 3_399_000_000
FIRST_WAY_ID = 339_900_000


def write_population(people: People, folder: Path) -> None:
    """Write three rasters of counts: everyone, 65+ and 0-6."""
    for name, counts in (
        ("population", people.everyone),
        ("population_65plus", people.elders),
        ("population_0to6", people.children),
    ):
        raster = np.zeros(people.shape, dtype=np.float32)
        raster[people.row, people.column] = counts
        used = raster.shape
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=used[0], width=used[1], count=1,
            crs="EPSG:4326", transform=from_origin(people.west, people.north, STEP, STEP),
            dtype="float32", nodata=-9999.0,
            compress="deflate", predictor=3, zlevel=9, tiled=True, blockxsize=256, blockysize=256,
        ) as sink:  # fmt: skip
            sink.write(raster, 1)


def write_heights(terrain: Terrain, people: People, path: Path) -> None:
    """Write whole metres of height on the population's grid, wider by what the sheet holds."""
    rows, columns = people.shape
    lon = people.west + (np.arange(columns) + 0.5) * STEP
    lat = people.north - (np.arange(rows) + 0.5) * STEP
    x_m, y_m = from_lonlat(*np.meshgrid(lon, lat))
    at = np.stack([y_m.ravel() / CELL_M - 0.5, x_m.ravel() / CELL_M - 0.5])
    height = ndimage.map_coordinates(terrain.height_m, at, order=1, mode="nearest")
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="int16",
        crs="EPSG:4326", transform=from_origin(people.west, people.north, STEP, STEP),
        compress="deflate", predictor=2, zlevel=9, tiled=True, blockxsize=256, blockysize=256,
    ) as sink:  # fmt: skip
        sink.write(np.rint(height).astype(np.int16).reshape(rows, columns), 1)


def to_degrees(geometry: NDArray[np.object_], *, digits: int = 6) -> NDArray[np.object_]:
    """Return geometries of the sheet in degrees, rounded to about a tenth of a metre."""

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = to_lonlat(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), digits)

    return np.asarray(shapely.transform(geometry, move))


def write_layer(
    path: Path, layer: str, columns: dict[str, Sequence[Any]], geometry: NDArray[np.object_]
) -> None:
    """Write one layer of a GeoPackage in degrees."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{SAVED_ON}T00:00:00.000Z"})
    frame = gpd.GeoDataFrame(columns, geometry=to_degrees(geometry), crs="EPSG:4326")
    frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")


def write_roads(ways: list[Way], path: Path) -> dict[str, int]:
    """Write nodes and ways as OSM PBF; return name -> id of the ferry ways."""
    path.unlink(missing_ok=True)
    number: dict[tuple[float, float], int] = {}
    for way in ways:
        for x, y in way.xy:
            number.setdefault((float(x), float(y)), len(number))
    xy = np.array(list(number))
    lon, lat = to_lonlat(xy[:, 0], xy[:, 1])
    ids: dict[str, int] = {}
    with osmium.SimpleWriter(str(path)) as sink:
        for i in range(len(xy)):
            place = (round(float(lon[i]), 7), round(float(lat[i]), 7))
            sink.add_node(osmium.osm.mutable.Node(id=FIRST_NODE_ID + i, location=place, version=1))
        for i, way in enumerate(ways):
            tags = {**({"highway": way.highway} if way.highway else {}), **way.tags}
            refs = [FIRST_NODE_ID + number[float(x), float(y)] for x, y in way.xy]
            sink.add_way(
                osmium.osm.mutable.Way(id=FIRST_WAY_ID + i, nodes=refs, tags=tags, version=1)
            )
            if tags.get("route") == "ferry":
                ids[tags["name"]] = FIRST_WAY_ID + i
    return ids


def write_facilities(reg: Register, path: Path) -> None:
    """Write the list of institutions as a workbook with Chinese headers."""
    xy = np.array(reg.xy)
    lon, lat = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
    placed = np.isfinite(xy[:, 0])
    lon[placed], lat[placed] = to_lonlat(xy[placed, 0], xy[placed, 1])
    rows: list[Row] = []
    for i, listed in enumerate(reg.rows):
        row = dict(listed)
        row["lon"], row["lat"] = (
            (round(float(lon[i]), 6), round(float(lat[i]), 6)) if placed[i] else ("", "")
        )
        row["kind_name"] = KIND_NAMES[str(row["kind"])]
        rows.append({HEADERS[k]: row.get(k, "") for k in HEADERS})
    rows.sort(key=lambda r: str(r[HEADERS["id"]]))
    write_sheet(path, "医疗卫生机构", rows)


def write_sheet(path: Path, title: str, rows: list[Row]) -> None:
    """Write rows as one sheet: bold headers, frozen first row, column widths by content."""
    book = openpyxl.Workbook()
    book.properties.creator = "ServiceCircle"
    sheet = book.active
    sheet.title = title
    headers = list(rows[0])
    sheet.append(headers)
    for row in rows:
        sheet.append([None if row[h] == "" else row[h] for h in headers])
    for k, header in enumerate(headers, start=1):
        cell = sheet.cell(row=1, column=k)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F1")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        longest = max(len(str(r[header])) for r in rows[:60])
        sheet.column_dimensions[cell.column_letter].width = min(40, max(9, 1.3 * longest + 2))
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)
    _without_clock(path)


def _without_clock(path: Path) -> None:
    """Write a workbook again without the time of day, so that the same rows give the same bytes."""
    with zipfile.ZipFile(path) as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            is_core = name == "docProps/core.xml"
            sink.writestr(
                entry,
                _CLOCK.sub(f">{SAVED_ON}T00:00:00Z<".encode(), content) if is_core else content,
            )


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV in UTF-8 with BOM, as a spreadsheet program saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as sink:
        writer = csv.DictWriter(sink, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


STUDY = """# 示例县（合成数据）。本县及其地名、机构、人口、道路均为程序生成，不对应任何真实地方。
# The built-in county, made by benchmarks/make_county.py: no place or institution is real.
format = 1

[study]
name = "{county}基层医疗卫生服务圈（示例数据）"
date = "{date}"
maker = "{county}卫生健康局（示例数据）"
synthetic = true

# 坡度：打开后按 Tobler 公式计算步行速度。Slope: uncomment to walk by Tobler's rule.
# [elevation]
# path = "elevation.tif"

[zones]
path = "zones.gpkg"
layer = "zones"
columns = {{ code = "code", name = "name", level = "level", urban = "urban", people = "people" }}
urban_source = "{county}主城区街道名单（示例数据）"

[villages]
path = "villages.gpkg"
layer = "villages"
columns = {{ code = "code", name = "name", people = "people", parent = "parent" }}

[population]
path = "population.tif"
groups = [
  {{ name = "65+", path = "population_65plus.tif" }},
  {{ name = "0-6", path = "population_0to6.tif" }},
]

[facilities]
path = "facilities.xlsx"

[facilities.columns]
{columns}

[circuits]
path = "circuits.xlsx"

[circuits.columns]
stop_id = "巡回点编号"
place = "巡回点"
lon = "经度"
lat = "纬度"
base_facility = "派出机构编码"
visits_per_month = "每月巡回次数"
weekdays = "巡回日"
hours = "服务时间"
villages = "服务村代码"
is_island_point = "是否海岛点"

[service_areas]
path = "service_areas.csv"
columns = {{ area_code = "村（社区）代码", facility_id = "服务机构编码", people = "申报服务人口" }}

[roads]
path = "roads.osm.pbf"

[ferries]
path = "ferries.csv"

[water]
path = "water.gpkg"
layer = "water"

[travel]
modes = ["walk", "walk_elderly", "e_bike", "car"]
headline_mode = "walk"
basis = "自定（示例数据）"
minutes = 20

[standards]
preset = "zhoushan-2020"
ratio_bounds = [30000, 100000]

[candidates]
path = "candidates.gpkg"
layer = "candidates"
columns = {{ id = "id", name = "name" }}

[siting]
count = 5

# 备选方案：最多比最优少 3 %，至少一处不同。Other plans: at most 3 % less, one site different.
[siting.alternatives]
within = 0.03
differ = 1

[reported]
path = "reported.csv"
columns = {{ figure = "指标", year = "年份", value = "数值", source = "来源" }}

[indicators]
path = "indicators.csv"
"""


def write_study(path: Path, *, county: str, date: str) -> None:
    """Write the study file that names all the others."""
    ours = [k for k in HEADERS if k not in UNMAPPED]
    columns = "\n".join(f'{k} = "{HEADERS[k]}"' for k in ours)
    path.write_text(
        STUDY.format(county=county, date=date, columns=columns), encoding="utf-8", newline="\n"
    )
