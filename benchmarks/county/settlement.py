"""Where people settle: towns, villages and hamlets, and the boundaries that grow around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import features, transform
from scipy import ndimage
from scipy.spatial import cKDTree

from benchmarks.county import growth, layout
from benchmarks.county.terrain import (
    CELL_M,
    SHAPE,
    Terrain,
    burn,
    cell_centres,
    noise,
    to_row_column,
)

FINE_M = 50.0
Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Settlement:
    """Villages of the county and what lies in them.

    Parameters
    ----------
    seat
        (n, 2) metres: the heart of each village; the first ones are the town seats.
    zone
        (n,) index into `layout.SEATS`.
    area
        (n,) polygons in metres, rivers included, sea excluded.
    zones
        (20,) polygons: the union of their villages.
    hamlet
        (m, 2) metres: built clusters; `hamlet_village` (m,) their village; `hamlet_radius_m` (m,)
        their size.
    near
        (k, 2) village seats beyond the boundary: neighbours that roads lead to.
    """

    seat: Points
    zone: NDArray[np.int64]
    area: NDArray[np.object_]
    zones: NDArray[np.object_]
    hamlet: Points
    hamlet_village: NDArray[np.int64]
    hamlet_radius_m: NDArray[np.float64]
    near: Points


def habitable(terrain: Terrain) -> NDArray[np.float64]:
    """Return how much each cell invites settlement: 1 in the plain, 0 on water and steep ground."""
    flat = np.clip((0.16 - terrain.slope) / 0.13, 0.0, 1.0)
    low = np.exp(-np.clip(terrain.above_stream_m, 0, None) / 28.0)
    score = flat * np.where(terrain.height_m > 25.0, low, 1.0)
    high = np.clip((420.0 - terrain.height_m) / 150.0, 0.0, 1.0)
    away = ndimage.distance_transform_edt(~terrain.wet) * CELL_M
    return np.asarray(np.where(away < 120.0, 0.0, score * high))


def scatter(
    rng: np.random.Generator,
    weight: NDArray[np.float64],
    radius_m: NDArray[np.float64],
    first: Points,
) -> Points:
    """Return points apart by the radius of their cell, likelier where the weight is high."""
    rows, columns = np.nonzero(weight > 0.02)
    keys = rng.exponential(size=len(rows)) / weight[rows, columns]
    offset = rng.uniform(0.05, 0.95, (len(rows), 2))
    order = np.argsort(keys, kind="stable")
    offers = (np.column_stack([columns, rows])[order] + offset[order]) * CELL_M
    reach = radius_m[rows, columns][order]
    points = np.vstack([first, offers])
    reach = np.concatenate([radius_m[to_row_column(first)], reach])
    return points[growth.thin(points, reach, len(first))]


def town_density(terrain: Terrain, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how urban each cell is: near 1 in the hearts of the towns, 0 in the country."""
    x_m, y_m = cell_centres()
    warp_x = noise(rng, 1500.0) * 330.0 + noise(rng, 450.0) * 110.0
    warp_y = noise(rng, 1500.0) * 330.0 + noise(rng, 450.0) * 110.0
    urban = np.zeros(SHAPE)
    for seat in layout.SEATS:
        turn, long = rng.uniform(0, np.pi), rng.uniform(1.05, 1.5)
        share = min(1.0, seat.radius_km)  # small towns are ragged on a small scale
        dx, dy = x_m + share * warp_x - seat.x * 1000, y_m + share * warp_y - seat.y * 1000
        u, v = dx * np.cos(turn) + dy * np.sin(turn), -dx * np.sin(turn) + dy * np.cos(turn)
        far = np.hypot(u / long, v * long**0.7) / (seat.radius_km * 1000)
        urban = np.maximum(urban, np.clip(1.25 - far, 0, 1))
    return np.asarray(np.where(terrain.wet | (terrain.slope > 0.12), 0.0, urban))


def _sheet(terrain: Terrain) -> NDArray[np.bool_]:
    """Return the cells of the county's first outline and a margin around it."""
    outline = shapely.Polygon(np.array(layout.COUNTY) * 1000.0)
    return burn([outline.buffer(3500.0)]) & ~terrain.wet


def place_villages(
    rng: np.random.Generator, terrain: Terrain, urban: NDArray[np.float64]
) -> Points:
    """Return the village seats of the sheet; the first ones are the town seats."""
    weight = habitable(terrain)
    is_hill = (terrain.height_m > 32.0) | (weight < 0.35)
    radius = np.where(is_hill, 2050.0, 1540.0 * (1 + 0.12 * noise(rng, 3000.0)))
    radius = np.where(
        urban > 0.02, 1330.0 - 640.0 * np.clip(urban, 0, 1) - 190.0 * _in_core(), radius
    )
    sea = burn([terrain.kinds["sea"]])
    radius = np.where(_on_islands(sea), 1200.0, radius)
    weight = np.where(_islets(terrain), 0.0, weight)
    seats = np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0
    return scatter(rng, np.where(_sheet(terrain), weight, 0.0), radius, seats)


def _in_core() -> NDArray[np.bool_]:
    """Return the cells nearest to a seat of the urban core."""
    x_m, y_m = cell_centres()
    seats = np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0
    nearest = cKDTree(seats).query(np.column_stack([x_m.ravel(), y_m.ravel()]))[1]
    return np.array([s.is_urban for s in layout.SEATS])[nearest].reshape(SHAPE)


def _on_islands(sea: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the dry cells that no land way joins to the mainland."""
    label, _ = ndimage.label(~sea, structure=np.ones((3, 3)))
    return np.asarray((label > 0) & (label != label[0, SHAPE[1] // 2]))


def _islets(terrain: Terrain) -> NDArray[np.bool_]:
    """Return the cells of the islands too small to live on."""
    label, n = ndimage.label(~burn([terrain.kinds["sea"]]), structure=np.ones((3, 3)))
    size = np.bincount(label.ravel(), minlength=n + 1)
    return np.asarray((label > 0) & (size[label] * CELL_M**2 < 1.5e6))


def fine(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a field of the coarse grid on the fine grid."""
    return np.asarray(ndimage.zoom(field, CELL_M / FINE_M, order=1, mode="nearest", grid_mode=True))


def fine_cell(xy_m: Points) -> NDArray[np.int64]:
    """Return (n, 2) row and column of points on the fine grid."""
    return np.column_stack([xy_m[:, 1] // FINE_M, xy_m[:, 0] // FINE_M]).astype(np.int64)


def _areas(rng: np.random.Generator, terrain: Terrain, seats: Points) -> NDArray[np.int64]:
    """Grow the villages on the fine grid: ridges and rivers become boundaries."""
    ground = 1.0 + (fine(terrain.slope) / 0.12) ** 2
    rough = np.exp(0.55 * fine(noise(rng, 700.0)) + 0.35 * fine(noise(rng, 220.0)))
    wide = [shape for name, shape in terrain.kinds.items() if name in {"river", "tributary"}]
    cost = ground * rough
    # Smooth water: boundaries keep to the middle of a river.
    cost = np.where(burn([terrain.water], cell_m=FINE_M), 4.0, cost)
    cost = np.where(burn([s.buffer(25.0) for s in wide], cell_m=FINE_M), 16.0, cost)
    sea = burn([terrain.kinds["sea"]], cell_m=FINE_M)
    label = growth.grow(np.where(sea, np.inf, cost), fine_cell(seats), np.zeros(len(seats)))
    nearest = ndimage.distance_transform_edt(label < 0, return_distances=False, return_indices=True)
    return np.asarray(label[nearest[0], nearest[1]])


def smooth_areas(
    label: NDArray[np.int64], *, cell_m: float, sigma: float = 2.2
) -> dict[int, shapely.Geometry]:
    """Return smooth polygons of a label raster; neighbours share their boundary point by point."""
    affine = transform.Affine(cell_m, 0, 0, 0, cell_m, 0)
    shapes = [
        shapely.geometry.shape(s)
        for s, _ in features.shapes(label.astype(np.int32), transform=affine)
    ]
    edges = shapely.union_all(shapely.boundary(np.array(shapes)))
    arcs = shapely.get_parts(shapely.line_merge(edges))
    smooth = [
        _smooth_arc(np.asarray(shapely.get_coordinates(arc)), sigma=sigma)
        for arc in _split_at_nodes(arcs)
    ]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(smooth)]))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    row = np.clip((inside[:, 1] / cell_m).astype(int), 0, label.shape[0] - 1)
    column = np.clip((inside[:, 0] / cell_m).astype(int), 0, label.shape[1] - 1)
    owners = label[row, column]
    return {int(k): shapely.union_all(faces[owners == k]) for k in np.unique(owners)}


def _split_at_nodes(arcs: NDArray[np.object_]) -> list[shapely.LineString]:
    """Return arcs that end wherever three boundaries meet, rings included."""
    ends = np.array(
        [c for arc in arcs if not arc.is_closed for c in (arc.coords[0], arc.coords[-1])]
    )
    nodes = {tuple(p) for p in ends}
    out = []
    for arc in arcs:
        coords = list(arc.coords)
        cuts = [i for i in range(1, len(coords) - 1) if coords[i] in nodes]
        for a, b in zip([0, *cuts], [*cuts, len(coords) - 1], strict=True):
            out.append(shapely.LineString(coords[a : b + 1]))
    return out


def _smooth_arc(coords: Points, *, sigma: float) -> shapely.LineString:
    """Smooth the steps of a raster boundary; the ends of an open arc stay where they are."""
    length = float(np.hypot(*np.diff(coords, axis=0).T).sum())
    n = max(4, int(length / 25.0))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    even = np.column_stack(
        [np.interp(np.linspace(0, length, n), along, coords[:, k]) for k in (0, 1)]
    )
    if np.allclose(coords[0], coords[-1]):
        ring = ndimage.gaussian_filter1d(even[:-1], sigma, axis=0, mode="wrap")
        return shapely.simplify(shapely.LineString(np.vstack([ring, ring[:1]])), 7.0)
    # Odd reflection about each end keeps the end and lets the curve leave it straight.
    k = min(n - 1, int(4 * sigma))
    padded = np.vstack([2 * even[0] - even[k:0:-1], even, 2 * even[-1] - even[-2 : -k - 2 : -1]])
    out = ndimage.gaussian_filter1d(padded, sigma, axis=0)[k : k + n]
    out[0], out[-1] = even[0], even[-1]
    return shapely.simplify(shapely.LineString(out), 7.0)


def _zones_of(terrain: Terrain, seats: Points) -> NDArray[np.int64]:
    """Return the town of each village: the seat cheapest to reach; islands have their own."""
    cost = 1.0 + (terrain.slope / 0.10) ** 2 + 6.0 * terrain.wet
    sea = burn([terrain.kinds["sea"]])
    row, column = to_row_column(seats)
    own = np.column_stack(to_row_column(np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0))
    # Large towns started early: they took more of the land between two seats.
    starts = np.array(
        [(1.0 - s.radius_km) * 7.0 if s.level != "street" else 0.0 for s in layout.SEATS]
    )
    label = growth.grow(np.where(sea, np.inf, cost), own, starts - starts.min())
    zone = label[row, column]
    zone[zone < 0] = len(layout.SEATS) - 1
    return np.asarray(zone)


def _join_strays(zone: NDArray[np.int64], area: NDArray[np.object_]) -> NDArray[np.int64]:
    """Give every village that its town cannot be reached from inside to the town around it."""
    tree = shapely.STRtree(area)
    left, right = tree.query(area, predicate="intersects")
    zone = zone.copy()
    for _ in range(4):
        reached = np.arange(len(zone)) < len(layout.SEATS)
        for _ in range(60):
            hit = reached[left] & (zone[left] == zone[right])
            reached[right[hit]] = True
        strays = np.nonzero(~reached & (zone != len(layout.SEATS) - 1))[0]
        for v in strays:
            around = zone[right[(left == v) & (right != v) & reached[right]]]
            if len(around):
                zone[v] = np.bincount(around).argmax()
    return zone


def place_hamlets(
    rng: np.random.Generator,
    terrain: Terrain,
    area: NDArray[np.object_],
    seats: Points,
    urban: NDArray[np.float64],
) -> tuple[Points, NDArray[np.int64], NDArray[np.float64]]:
    """Return built clusters outside the towns, their village and their radius in metres."""
    weight = np.where((urban > 0.25) | _islets(terrain), 0.0, habitable(terrain))
    coast = ndimage.distance_transform_edt(~burn([terrain.kinds["sea"]])) * CELL_M
    polder = np.clip((coast - 500.0) / 2500.0, 0.04, 1.0)
    is_hill = terrain.height_m > 32.0
    patchy = np.exp(0.9 * noise(rng, 1200.0))
    banks = ndimage.distance_transform_edt(~burn([terrain.water.buffer(120.0)])) * CELL_M
    patchy = patchy * np.where(banks < 200.0, 4.0, 1.0)
    radius = np.where(is_hill, 860.0, 700.0 / np.sqrt(polder)) * np.exp(0.33 * noise(rng, 1100.0))
    points = scatter(rng, np.where(_sheet(terrain), weight * patchy * polder, 0.0), radius, seats)
    tree = shapely.STRtree(area)
    point, village = tree.query(shapely.points(points), predicate="within")
    order = np.argsort(point, kind="stable")
    points, village = points[point[order]], village[order]
    hill = is_hill[to_row_column(points)]
    size = np.where(hill, 85.0, 135.0) * np.exp(0.38 * rng.standard_normal(len(points)))
    far, nearest = cKDTree(points).query(seats)
    heart = nearest[far < 1.0]
    size[heart] = np.maximum(size[heart], np.where(hill[heart], 130.0, 210.0)) * 1.15
    return points, village, np.clip(size, 50.0, 420.0)


def settle(rng: np.random.Generator, terrain: Terrain, urban: NDArray[np.float64]) -> Settlement:
    """Return the villages, their boundaries, their towns and their hamlets."""
    seats = place_villages(rng, terrain, urban)
    land = shapely.box(0, 0, layout.WIDTH_M, layout.HEIGHT_M).difference(terrain.kinds["sea"])
    outline = shapely.Polygon(np.array(layout.COUNTY) * 1000.0)
    inside = shapely.contains_xy(outline, seats[:, 0], seats[:, 1])
    rough = smooth_areas(_areas(rng, terrain, seats), cell_m=FINE_M)
    area = np.array([rough[i].intersection(land) for i in range(len(seats))], dtype=object)
    area = np.array([_tidy(a) for a in area], dtype=object)
    keep = np.nonzero(inside)[0]
    zone = _join_strays(_zones_of(terrain, seats)[keep], area[keep])
    zones = [shapely.union_all(list(area[keep][zone == k])) for k in range(len(layout.SEATS))]
    hamlet, village, radius = place_hamlets(rng, terrain, area[keep], seats[keep], urban)
    return Settlement(
        seat=seats[keep], zone=zone, area=area[keep], zones=np.array(zones, dtype=object),
        hamlet=hamlet, hamlet_village=village, hamlet_radius_m=radius, near=seats[~inside],
    )  # fmt: skip


def _tidy(area: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of an area without specks."""
    parts: Sequence[shapely.Geometry] = [
        p for p in shapely.get_parts(area) if p.geom_type == "Polygon" and p.area > 2e4
    ]
    return shapely.MultiPolygon(list(parts))


def natural_villages(
    terrain: Terrain, settlement: Settlement, is_chosen: NDArray[np.bool_]
) -> list[tuple[int, int, shapely.Geometry]]:
    """Return (village, number, polygon) of the natural villages of chosen villages."""
    members = np.nonzero(is_chosen[settlement.hamlet_village])[0]
    counts = np.bincount(settlement.hamlet_village[members], minlength=len(settlement.seat))
    members = members[counts[settlement.hamlet_village[members]] >= 2]
    cost = 1.0 + (fine(terrain.slope) / 0.12) ** 2
    label = growth.grow(cost, fine_cell(settlement.hamlet[members]), np.zeros(len(members)))
    shapes = smooth_areas(label, cell_m=FINE_M)
    out: list[tuple[int, int, shapely.Geometry]] = []
    numbers = np.zeros(len(settlement.seat), dtype=int)
    for k, hamlet in enumerate(members):
        village = int(settlement.hamlet_village[hamlet])
        area = _tidy(shapes[k].intersection(settlement.area[village]))
        if not area.is_empty:
            numbers[village] += 1
            out.append((village, int(numbers[village]), area))
    return out
