"""A made-up county as a map of any size, for tests and timings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree

from geo.points import Grid
from planning import maps
from planning.maps import themes
from planning.words.wording import translator

Floats = NDArray[np.float64]

WEST, NORTH = 120.70, 30.20
LIMITS_MINUTES = (5, 10, 15, 20, 30, 45, 60)
MODES = (
    ("walk", "步行", 4.5),
    ("walk_elderly", "老年步行", 3.6),
    ("e_bike", "电动自行车", 15.0),
    ("car", "小汽车", 28.0),
)
WATER = maps.AreaStyle("水域", "#cfe3f1", 1.0, line_colour="#9cc3dd")
LAND = maps.AreaStyle("县域", themes.LAND, 1.0)
BORDER = maps.AreaStyle("县界", line_colour="#3c3c3c", line_width_px=2.4, dash=(9, 4, 2, 4))
STATUSES = ("20分钟内", "超出时限", "路网不可达", "远离路网", "界外")
# fmt: off
ZONE_NAMES = (
    "临溪街道", "望江街道", "东浦街道", "青石镇", "云岭镇", "白沙镇", "双桥镇",
    "枫林镇", "石塘镇", "梅湾镇", "竹坞乡", "长汀镇", "南屏镇", "松岙乡",
    "大畈镇", "清源镇", "古渡镇", "海门街道", "沙洲镇", "岚山乡",
)
# fmt: on
LAST_LABELS = ["60分钟以上", "不可达"]
KINDS = ("医院", "社区卫生服务中心/乡镇卫生院", "社区卫生服务站", "村卫生室")
SUFFIXES = ("人民医院", "中心卫生院", "社区卫生服务站", "村卫生室")
HOSTILE_NAME = "</script><img src=x onerror=alert(1)>\"'=1+1 😀村卫生室"
SITE_NOTE = "测算点位，非地块选址，用地须经自然资源部门核实"


@dataclass(frozen=True, slots=True)
class Size:
    """How large the made-up county is."""

    columns: int = 400
    rows: int = 250
    edges: int = 50_000
    facilities: int = 500


SMALL = Size(120, 90, 3_000, 60)
MEDIUM = Size()
LARGE = Size(1000, 625, 200_000, 3_000)


@dataclass(frozen=True, slots=True, eq=False)
class _County:
    size: Size
    step: float
    outline: shapely.Polygon
    water: Any
    zones: list[shapely.Polygon]
    towns: Floats

    @property
    def land(self) -> Any:
        return self.outline.difference(self.water)


def county_map(size: Size = MEDIUM, *, seed: int = 5, is_full: bool = True) -> maps.MapSpec:
    """Return the map of a made-up county.

    With `is_full` every cell of the rectangle is filled (as many cells as the size says); without,
    only populated land within the county's border.
    """
    rng = np.random.default_rng(seed)
    county = _county(rng, size)
    points = _facilities(rng, county)
    cells = _cells(rng, county, points, is_full=is_full)
    layers = (
        replace(_area("land", "县域", [county.outline], LAND), is_in_legend=False),
        _area("water", "水域", [county.water], WATER),
        cells,
        _roads(rng, county, is_full=is_full),
        _zones(county),
        _area("county", "县界", [county.outline], BORDER),
        _gaps(rng, county),
        points,
        _sites(county),
    )
    walk = next(row for row in cells.hover if isinstance(row, maps.HoverTime))
    people = cells.hover[0].values  # type: ignore[union-attr]
    covered = float(people[walk.status == 0].sum())
    return maps.MapSpec(
        title="云溪县基层医疗卫生机构20分钟服务圈现状图（2025年）",
        subtitle="村卫生室、社区卫生服务站、中心和卫生院 · 步行4.5公里/小时",
        layers=layers,
        source="人口栅格（100米）、机构名录、路网：内置示例",
        data_date="2025-12-31",
        crs_text="CGCS2000 / 3度带高斯-克吕格 中央经线120°E",
        maker="云溪县卫生健康局",
        is_synthetic=True,
        notes=(
            "从家到最近开放网点的时间，含步行到路网。",
            "待定位机构计入总数，不参与服务圈测算。",
        ),
        attribution="© OpenStreetMap contributors, ODbL",
        figures=(
            maps.Headline("固定网点20分钟人口覆盖率（步行）", f"{covered / people.sum():.2%}"),
            maps.Headline("服务盲区人口", f"{people.sum() - covered:,.0f}", "人"),
        ),
        strings=maps.map_strings(translator("zh")),
        background="#e9e8e3",
    )


def on_grid(spec: maps.MapSpec, grid: Grid, lon: Floats, lat: Floats) -> maps.MapSpec:
    """Return the spec with its cells moved to another grid, cell k to row k // columns."""
    n = grid.shape[0] * grid.shape[1]
    row, column = np.divmod(np.arange(n, dtype=np.int32), np.int32(grid.shape[1]))
    cells = next(layer for layer in spec.layers if isinstance(layer, maps.CellLayer))
    moved = replace(cells, grid=grid, row=row, column=column, lon=lon, lat=lat)
    return replace(spec, layers=(moved,))


def _county(rng: np.random.Generator, size: Size) -> _County:
    step = 1.0 / size.columns
    width, height = 1.0, size.rows * step
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = np.full(240, 0.455)
    for k in range(1, 9):
        radius += 0.455 * rng.normal(0, 0.05 / k) * np.sin(k * angle + rng.uniform(0, 6))
    middle = np.array([WEST + width / 2, NORTH - height / 2])
    rim = np.column_stack([width * radius * np.cos(angle), height * radius * np.sin(angle)])
    outline = shapely.Polygon(middle + rim)
    t = np.linspace(0, 1, 60)
    bends = 0.42 + 0.16 * np.sin(5 * t) + 0.06 * np.sin(13 * t)
    axis = np.column_stack([WEST + width * bends, NORTH - height * t])
    reaches = [
        shapely.LineString(axis[k : k + 2]).buffer(0.0022 + 0.02 * (1 - t[k]) ** 3)
        for k in range(59)
    ]
    frame = shapely.box(WEST, NORTH - height, WEST + width, NORTH)
    sea = shapely.box(WEST, NORTH - 0.1 * height, WEST + width, NORTH)
    water = shapely.union_all([*reaches, sea.difference(outline.buffer(-0.012))])
    water = water.intersection(frame)
    towns = _spread(rng, outline.difference(water).buffer(-0.01), 26)
    return _County(size, step, outline, water, _cut(rng, outline), towns)


def _cut(rng: np.random.Generator, outline: shapely.Polygon) -> list[shapely.Polygon]:
    """Return the outline cut into as many zones as there are names."""
    seeds = _spread(rng, outline, len(ZONE_NAMES))
    around = np.array([[-9, -9], [9, -9], [0, 9], [0, -19]]) + np.array([WEST, NORTH])
    diagram = Voronoi(np.vstack([seeds, around]))
    regions = [diagram.regions[diagram.point_region[k]] for k in range(len(seeds))]
    return [shapely.Polygon(diagram.vertices[r]).intersection(outline) for r in regions]


def _spread(rng: np.random.Generator, polygon: Any, count: int) -> Floats:
    """Return points of the polygon far from each other."""
    west, south, east, north = polygon.bounds
    points = rng.uniform((west, south), (east, north), (40 * count, 2))
    points = points[shapely.contains_xy(polygon, points)]
    chosen = [points[0]]
    for _ in range(count - 1):
        far = np.min([np.hypot(*(points - c).T) for c in chosen], axis=0)
        chosen.append(points[int(np.argmax(far))])
    return np.array(chosen)


def _facilities(rng: np.random.Generator, county: _County) -> maps.FacilityLayer:
    towns, n = county.towns, county.size.facilities
    base = towns[rng.integers(0, len(towns), n)]
    xy = base + rng.normal(0, 0.05, (n, 2)) * rng.uniform(0.1, 1.4, (n, 1))
    xy[: len(towns)] = towns[:n]
    outside = ~shapely.contains_xy(county.land, xy)
    xy[outside] = base[outside]
    group = np.full(n, 3, dtype=np.uint8)
    group[: n // 5], group[: len(towns)], group[:4] = 2, 1, 0
    stems = [f"{ZONE_NAMES[k % 20][:2]}{k if k >= 40 else ''}" for k in range(n)]
    names = [stem + SUFFIXES[g] for stem, g in zip(stems, group, strict=True)]
    names[-1] = HOSTILE_NAME
    xy[-2] = np.nan
    doctors = rng.integers(1, 30, n)
    return maps.FacilityLayer(
        id="facilities",
        label="医疗卫生机构",
        lon=xy[:, 0],
        lat=xy[:, 1],
        name=tuple(names),
        group=group,
        styles=(
            maps.PointStyle(KINDS[0], "square", "#67001f", 13, 10),
            maps.PointStyle(KINDS[1], "cross", "#b2182b", 14, 11),
            maps.PointStyle(KINDS[2], "triangle", "#1b7837", 10, 14),
            maps.PointStyle(KINDS[3], "dot", "#222222", 6, 15),
        ),
        fields=(
            ("状态", tuple("运行" if k % 17 else "在建" for k in range(n))),
            ("执业（助理）医师", tuple(str(d) for d in doctors)),
        ),
    )


def _people(rng: np.random.Generator, county: _County, lon: Floats, lat: Floats) -> Floats:
    people = np.full(lon.size, 0.4)
    for k, (x, y) in enumerate(county.towns):
        spread = 0.012 + 0.03 / (k + 1) ** 0.5
        near = np.exp(-((lon - x) ** 2 + (lat - y) ** 2) / (2 * spread**2))
        people += 140 / (k + 1) ** 0.7 * near
    return np.round(people * rng.gamma(1.3, 0.75, lon.size), 2)


def _cells(
    rng: np.random.Generator, county: _County, points: maps.FacilityLayer, *, is_full: bool
) -> maps.CellLayer:
    size, step = county.size, county.step
    row, column = np.divmod(np.arange(size.rows * size.columns), size.columns)
    lon, lat = WEST + (column + 0.5) * step, NORTH - (row + 0.5) * step
    people = _people(rng, county, lon, lat)
    if not is_full:
        keep = shapely.contains_xy(county.land, lon, lat) & (people > 0.6)
        lon, lat, row, column, people = (a[keep] for a in (lon, lat, row, column, people))
    zone = np.full(lon.size, -1, dtype=np.int32)
    for k, polygon in enumerate(county.zones):
        zone[shapely.contains_xy(polygon, lon, lat)] = k
    shown, times = [], []
    for mode in MODES:
        rows = _mode_rows(mode, (lon, lat, people, zone), points)
        times.append(rows[0])
        shown += rows[1]
    labels = ("≤2人", "3–10人", "11–50人", "51–200人", "201–1000人", "1000人以上")
    by_people = themes.ThemeName("people", "每格人口", "人口")
    shown.append(themes.people_theme(by_people, people, (2, 10, 50, 200, 1000), labels))
    numbers = (maps.HoverNumber("人口", people, "人"),)
    return maps.CellLayer(
        id="cells",
        label="人口与可达性",
        lon=lon,
        lat=lat,
        themes=tuple(shown),
        hover=(*numbers, maps.HoverChoice("街道（乡镇）", zone, ZONE_NAMES), *times),
        grid=Grid("EPSG:4326", (step, 0, WEST, 0, -step, NORTH), (size.rows, size.columns)),
        row=row.astype(np.int32),
        column=column.astype(np.int32),
        facility_names=points.name,
    )


def _mode_rows(
    mode: tuple[str, str, float],
    cells: tuple[Floats, Floats, Floats, NDArray[np.int32]],
    points: maps.FacilityLayer,
) -> tuple[maps.HoverTime, list[maps.CellTheme]]:
    """Return the times of one mode (straight lines, a third longer) and its two themes."""
    mode_id, name, speed_kph = mode
    lon, lat, people, zone = cells
    known = np.flatnonzero(np.isfinite(points.lon))
    km = np.array([96.3, 111.2])
    tree = cKDTree(np.column_stack([points.lon, points.lat])[known] * km)
    distance_km, nearest = tree.query(np.column_stack([lon, lat]) * km)
    tenths = np.rint(distance_km * 1.35 / speed_kph * 36000).astype(np.int32)
    status = np.where(tenths <= 12000, 0, np.where(tenths <= 72000, 1, 2)).astype(np.uint8)
    status[zone < 0] = 4
    tenths[status == 2] = 2**31 - 1
    drawn = np.where(status == 4, maps.NO_CLASS, status).astype(np.uint8)
    labels = [f"≤{m}分钟" for m in LIMITS_MINUTES] + LAST_LABELS
    covered = themes.status_theme(
        themes.ThemeName(f"{mode_id}-covered", "20分钟覆盖", name),
        drawn,
        ("20分钟内", "20分钟外"),
        people=people,
    )
    bands = themes.time_theme(
        themes.ThemeName(f"{mode_id}-bands", "到最近网点时间", name),
        tenths,
        LIMITS_MINUTES,
        labels,
        people=people,
        is_blank=status == 4,
    )
    time = maps.HoverTime(name, tenths, status, STATUSES, known[nearest].astype(np.int32))
    return time, [covered, bands]


def _roads(rng: np.random.Generator, county: _County, *, is_full: bool) -> maps.RoadLayer:
    """Return a bent grid of roads, `size.edges` edges of three vertices when `is_full`."""
    west, south, east, north = county.outline.bounds
    n_side = int(np.sqrt(county.size.edges / 2)) + 2
    x, y = np.meshgrid(np.linspace(west, east, n_side), np.linspace(south, north, n_side))
    bend = 0.35 * (east - west) / n_side
    x += rng.normal(0, bend, x.shape) + 0.01 * np.sin(40 * y)
    y += rng.normal(0, bend, y.shape) + 0.008 * np.cos(35 * x)
    node = np.arange(n_side * n_side).reshape(n_side, n_side)
    # Whole rows, then whole columns: segments of one way follow each other.
    start = np.concatenate([node[:, :-1].ravel(), node.T[:, :-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node.T[:, 1:].ravel()])
    line = np.tile(np.repeat(np.arange(n_side), n_side - 1), 2)
    keep = np.sort(rng.permutation(start.size)[: county.size.edges])
    start, end, line = start[keep], end[keep], line[keep]
    corners = np.column_stack([x.ravel(), y.ravel()])
    middles = (corners[start] + corners[end]) / 2 + rng.normal(0, bend / 5, (start.size, 2))
    places = np.vstack([corners, middles])
    middle = len(corners) + np.arange(start.size)
    tail, head = np.column_stack([start, middle]).ravel(), np.column_stack([middle, end]).ravel()
    kind = np.where(line % 14 == 0, 0, np.where(line % 5 == 0, 1, 2))
    group = np.repeat(kind, 2).astype(np.uint8)
    if not is_full:
        is_dry = shapely.contains_xy(county.land, places)
        group[~(is_dry[tail] & is_dry[head]) & (group > 0)] = maps.NO_CLASS
        is_near = shapely.contains_xy(county.outline.buffer(0.02), places)
        group[~(is_near[tail] & is_near[head])] = maps.NO_CLASS
    return maps.RoadLayer(
        id="roads",
        label="道路",
        lon=places[:, 0],
        lat=places[:, 1],
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        group=group,
        styles=(
            maps.LineStyle("国省道", "#b5443c", 2.6, casing="#ffffff"),
            maps.LineStyle("县乡道", "#6e6050", 1.7, casing="#ffffff"),
            maps.LineStyle("村道及其他", "#8c8c8c", 0.9, min_zoom=11),
        ),
    )


def _area(layer_id: str, label: str, areas: list[Any], style: maps.AreaStyle) -> maps.PolygonLayer:
    polygons = np.array(areas, dtype=object)
    return maps.PolygonLayer(layer_id, label, polygons, np.zeros(len(areas), np.uint8), (style,))


def _zones(county: _County) -> maps.PolygonLayer:
    line = maps.AreaStyle("街道（乡镇）界", line_colour="#4a4a4a", line_width_px=1.2, dash=(6, 3))
    people = tuple(f"{30_000 + 1_234 * k:,}" for k in range(len(county.zones)))
    layer = _area("zones", "街道（乡镇）", list(county.zones), line)
    return replace(layer, name=ZONE_NAMES, label_zoom=10.0, fields=(("常住人口", people),))


def _gaps(rng: np.random.Generator, county: _County) -> maps.PolygonLayer:
    discs = [
        shapely.Point(x + 0.05, y + 0.035).buffer(r).intersection(county.land)
        for (x, y), r in zip(county.towns[5:13], rng.uniform(0.008, 0.02, 8), strict=True)
    ]
    style = maps.AreaStyle("服务盲区", "#7f0000", 0.75, "hatch", "#7f0000", 1.6)
    names = tuple(f"盲区{k + 1}" for k in range(8))
    people = tuple(f"{900 - 80 * k}" for k in range(8))
    return replace(_area("gaps", "服务盲区", discs, style), name=names, fields=(("人口", people),))


def _sites(county: _County) -> maps.SiteLayer:
    places = county.towns[5:10] + np.array([0.05, 0.035])
    gains = ("3,210", "2,870", "1,990", "1,540", "980")
    return maps.SiteLayer(
        id="sites",
        label="建议新增站点",
        lon=places[:, 0],
        lat=places[:, 1],
        rank=(1, 2, 3, 4, 5),
        name=tuple(f"拟建点{k}" for k in range(1, 6)),
        fields=(("新增覆盖人口", gains),),
        note=SITE_NOTE,
    )


def edit_layers(spec: maps.MapSpec, count: int) -> tuple[maps.Layer, ...]:
    """Return what `count` new stations would change: cells around them, and the stations."""
    cells = next(layer for layer in spec.layers if isinstance(layer, maps.CellLayer))
    sites = next(layer for layer in spec.layers if isinstance(layer, maps.SiteLayer))
    lon, lat = sites.lon[:count], sites.lat[:count]
    far = np.hypot(cells.lon[:, None] - lon, cells.lat[:, None] - lat).min(axis=1)
    changed = np.flatnonzero(far < 0.02)
    walk = cells.themes[0]
    theme = replace(walk, classes=np.zeros(changed.size, dtype=np.uint8))
    moved = replace(
        cells,
        id="edit-cells",
        lon=cells.lon[changed],
        lat=cells.lat[changed],
        row=cells.row[changed],
        column=cells.column[changed],
        themes=(theme,),
        hover=(),
    )
    stations = maps.SiteLayer(
        "edit-sites", "新增站点", lon, lat, tuple(range(1, count + 1)), ("新增站点",) * count
    )
    return moved, stations
