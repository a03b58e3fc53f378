"""Ground and water: a raster of heights carved by streams, and water polygons drawn as curves."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numba
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import features, transform
from scipy import ndimage
from shapely import MultiPolygon, Polygon

from benchmarks.county import layout
from benchmarks.county.water import Curves, draw_water

CELL_M = 100.0
SHAPE = (int(layout.HEIGHT_M / CELL_M), int(layout.WIDTH_M / CELL_M))
Grid = NDArray[np.float64]
Flow = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Receiver of each cell, cells from the outlets upstream, area drained in cells."""


@dataclass(frozen=True, eq=False)
class Terrain:
    """Heights and water of the sheet, rows from south to north.

    Parameters
    ----------
    height_m
        (rows, columns) height of each cell of `CELL_M`.
    slope
        (rows, columns) metres of rise a metre.
    drained_km2
        (rows, columns) area that drains through the cell.
    above_stream_m
        (rows, columns) height above the stream the cell drains to.
    water
        All water as polygons (sea, estuary, rivers, canals, lakes, reservoirs).
    kinds
        The same water by kind, name -> polygon.
    wet
        (rows, columns) True where the centre of the cell is water.
    """

    height_m: Grid
    slope: Grid
    drained_km2: Grid
    above_stream_m: Grid
    water: MultiPolygon
    kinds: dict[str, MultiPolygon]
    wet: NDArray[np.bool_]


def noise(rng: np.random.Generator, scale_m: float, *, roughness: float = 2.0) -> Grid:
    """Return smooth noise of mean 0 and deviation 1, with features about `scale_m` wide."""
    rows, columns = SHAPE
    white = rng.standard_normal((2 * rows, 2 * columns))
    fy = np.fft.fftfreq(2 * rows)[:, None] * scale_m / CELL_M
    fx = np.fft.rfftfreq(2 * columns)[None, :] * scale_m / CELL_M
    spectrum = (1.0 + fx**2 + fy**2) ** (-roughness / 2 - 0.5)
    field = np.fft.irfft2(np.fft.rfft2(white) * spectrum, s=white.shape)[:rows, :columns]
    return np.asarray((field - field.mean()) / field.std())


def cell_centres() -> tuple[Grid, Grid]:
    """Return x and y in metres of every cell centre."""
    rows, columns = SHAPE
    y, x = np.mgrid[0:rows, 0:columns]
    return (x + 0.5) * CELL_M, (y + 0.5) * CELL_M


def to_row_column(xy_m: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell of each point, held inside the sheet."""
    column = np.clip((xy_m[..., 0] / CELL_M).astype(np.int64), 0, SHAPE[1] - 1)
    row = np.clip((xy_m[..., 1] / CELL_M).astype(np.int64), 0, SHAPE[0] - 1)
    return row, column


def burn(shapes: list[shapely.Geometry], *, cell_m: float = CELL_M) -> NDArray[np.bool_]:
    """Return a raster of the sheet, True where a cell centre lies in one of the shapes."""
    rows, columns = int(layout.HEIGHT_M / cell_m), int(layout.WIDTH_M / cell_m)
    affine = transform.Affine(cell_m, 0, 0, 0, cell_m, 0)
    if not shapes:
        return np.zeros((rows, columns), dtype=bool)
    return features.rasterize([(s, 1) for s in shapes], (rows, columns), transform=affine).astype(
        bool
    )


@numba.njit(cache=True)
def _fill(
    height: Grid, is_base: NDArray[np.bool_]
) -> tuple[Grid, NDArray[np.int64], NDArray[np.int64]]:
    """Flood from the base cells: heights without pits, receiver of each cell, order of flood."""
    rows, columns = height.shape
    filled = height.copy()
    receiver = np.full(rows * columns, -1, np.int64)
    order = np.empty(rows * columns, np.int64)
    done = np.zeros((rows, columns), np.bool_)
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for r in range(rows):
        for c in range(columns):
            if is_base[r, c]:
                done[r, c] = True
                heapq.heappush(heap, (height[r, c], np.int64(r * columns + c)))
    n = 0
    while heap:
        level, cell = heapq.heappop(heap)
        order[n] = cell
        n += 1
        r, c = cell // columns, cell % columns
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                nr, nc = r + dr, c + dc
                if nr < 0 or nc < 0 or nr >= rows or nc >= columns or done[nr, nc]:
                    continue
                done[nr, nc] = True
                receiver[nr * columns + nc] = cell
                filled[nr, nc] = max(height[nr, nc], level + 0.01)
                heapq.heappush(heap, (filled[nr, nc], np.int64(nr * columns + nc)))
    return filled, receiver, order[:n]


@numba.njit(cache=True)
def _steepest(height: Grid, receiver: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn each receiver to the steepest lower neighbour where there is one."""
    rows, columns = height.shape
    out = receiver.copy()
    for cell in range(rows * columns):
        if receiver[cell] < 0:
            continue
        r, c = cell // columns, cell % columns
        best = 0.0
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                nr, nc = r + dr, c + dc
                if (dr == 0 and dc == 0) or nr < 0 or nc < 0 or nr >= rows or nc >= columns:
                    continue
                drop = (height[r, c] - height[nr, nc]) / np.sqrt(dr * dr + dc * dc)
                if drop > best:
                    best = drop
                    out[cell] = nr * columns + nc
    return out


@numba.njit(cache=True)
def _drain(
    receiver: NDArray[np.int64], order: NDArray[np.int64], cell_km2: float
) -> NDArray[np.float64]:
    """Return the area that drains through each cell; `order` runs upstream."""
    area = np.full(receiver.size, cell_km2)
    for i in range(order.size - 1, -1, -1):
        cell = order[i]
        if receiver[cell] >= 0:
            area[receiver[cell]] += area[cell]
    return area


@numba.njit(cache=True)
def _carve(
    height: NDArray[np.float64],
    uplift: NDArray[np.float64],
    flow: Flow,
    columns: int,
) -> None:
    """One implicit step of stream-power erosion, in place, from the outlets upstream."""
    receiver, order, area = flow
    for i in range(order.size):
        cell = order[i]
        to = receiver[cell]
        if to < 0:
            continue
        is_diagonal = (cell // columns != to // columns) and (cell % columns != to % columns)
        f = 0.55 * area[cell] ** 0.45 / (1.41421356 if is_diagonal else 1.0)
        height[cell] = (height[cell] + uplift[cell] + f * height[to]) / (1.0 + f)


def _mass(hills: tuple[layout.Hill, ...], x_m: Grid, y_m: Grid, warp: tuple[Grid, Grid]) -> Grid:
    """Return the height of the hills' envelopes, their outline warped by noise."""
    total = np.zeros(SHAPE)
    for hill in hills:
        dx = (x_m + warp[0]) / 1000 - hill.x
        dy = (y_m + warp[1]) / 1000 - hill.y
        u = (dx * np.cos(hill.turn) + dy * np.sin(hill.turn)) / hill.a
        v = (-dx * np.sin(hill.turn) + dy * np.cos(hill.turn)) / hill.b
        r2 = u**2 + v**2
        total = np.maximum(total, hill.height_m * np.clip(1.25 - r2, 0, 1) ** 0.9)
    return total


def _valleys(curves: Curves) -> tuple[Grid, Grid]:
    """Return the distance (m) to the nearest drawn river and the height of its bed (m)."""
    distance = np.full(SHAPE, np.inf)
    bed = np.zeros(SHAPE)
    tops_m = {"river": 46.0, "tributary": 120.0, "west_stream": 60.0}
    for name, line in curves.river_lines.items():
        channel = np.full(SHAPE, np.nan)
        row, column = to_row_column(line)
        channel[row, column] = 2.0 + (tops_m[name] - 2.0) * np.linspace(1, 0, len(line)) ** 1.5
        far, (near_row, near_column) = ndimage.distance_transform_edt(
            np.isnan(channel), return_indices=True
        )
        is_nearer = far * CELL_M < distance
        distance = np.where(is_nearer, far * CELL_M, distance)
        bed = np.where(is_nearer, channel[near_row, near_column], bed)
    return distance, bed


def carve_ground(rng: np.random.Generator, curves: Curves) -> tuple[Grid, Grid, Grid]:
    """Return height (m), drained area (km2) and height above the stream (m)."""
    x_m, y_m = cell_centres()
    warp = (noise(rng, 5000.0) * 900.0, noise(rng, 5000.0) * 900.0)
    small = (noise(rng, 1500.0) * 90.0, noise(rng, 1500.0) * 90.0)
    distance_m, bed_m = _valleys(curves)
    floor_half_m = 330.0 + 170.0 * noise(rng, 2500.0)
    in_valley = np.clip((distance_m - floor_half_m) / 1400.0, 0.0, 1.0) ** 0.8
    envelope = _mass(layout.HILLS, x_m, y_m, warp) * in_valley * (1 + 0.22 * noise(rng, 3000.0))
    envelope = np.maximum(envelope, _mass(layout.LONE_HILLS, x_m, y_m, small))
    sea = burn([curves.sea])
    is_base = (envelope < 8.0) | sea
    plain = 3.2 + 0.7 * noise(rng, 4000.0) + np.clip(22_000.0 - y_m, 0, None) / 1600.0
    plain = np.where(distance_m < 2500, np.minimum(plain, bed_m + 3 + distance_m / 250), plain)
    plain = np.where(sea, 0.0, np.maximum(plain, 1.5))
    height = np.where(is_base, plain, plain + 2.0 + 0.5 * envelope + rng.uniform(0, 12, SHAPE))
    uplift = np.where(is_base, 0.0, np.maximum(envelope, 0.0) * 0.05)
    for _ in range(45):
        filled, receiver, order = _fill(height, is_base)
        receiver = _steepest(filled, receiver)
        area = _drain(receiver, order, 1.0)
        flat = filled.ravel().copy()
        _carve(flat, uplift.ravel(), (receiver, order, area), SHAPE[1])
        height = flat.reshape(SHAPE)
    return _finish(height, plain, is_base, envelope)


def _finish(
    height: Grid, plain: Grid, is_base: NDArray[np.bool_], envelope: Grid
) -> tuple[Grid, Grid, Grid]:
    """Scale the relief to the envelopes, widen the valley floors, follow the water once more."""
    above = np.where(is_base, 0.0, height - plain)
    top = np.percentile(above[~is_base], 99.5)
    above = above * (0.62 * np.percentile(envelope[~is_base], 99.5) / top)
    height = plain + np.maximum(above, 0.0)
    filled, receiver, order = _fill(height, is_base)
    receiver = _steepest(filled, receiver)
    area = _drain(receiver, order, (CELL_M / 1000.0) ** 2).reshape(SHAPE)
    above_stream = _above_stream(filled, receiver, order, (area > 1.2) | is_base)
    floor = np.exp(-np.clip(above_stream, 0, None) / 18.0) * ndimage.gaussian_filter(
        (area > 2.0) * 1.0, 2.0
    )
    low = ndimage.minimum_filter(filled, 3)
    height = np.where(is_base, filled, filled - (filled - low) * np.clip(floor * 4, 0, 0.85))
    return ndimage.gaussian_filter(height, 0.6), area, above_stream


def _above_stream(
    height: Grid, receiver: NDArray[np.int64], order: NDArray[np.int64], stream: NDArray[np.bool_]
) -> Grid:
    """Return each cell's height above the stream cell it drains to."""
    flat, is_stream = height.ravel(), stream.ravel()
    level = flat.copy()
    for cell in order:
        to = receiver[cell]
        if to >= 0 and not is_stream[cell]:
            level[cell] = level[to]
    return np.asarray((flat - level).reshape(SHAPE))


def reservoirs(height: Grid, area: Grid, taken: NDArray[np.bool_]) -> list[Polygon]:
    """Return two reservoirs: valley floors in the hills flooded to a level below a dam."""
    x_m, y_m = cell_centres()
    found: list[Polygon] = []
    for x_km, y_km, depth_m in ((24.6, 9.0, 42.0), (19.4, 10.0, 40.0)):
        near = np.hypot(x_m / 1000 - x_km, y_m / 1000 - y_km)
        away = ndimage.distance_transform_edt(~taken) * CELL_M
        score = np.where(
            (near < 3.0) & (away > 1600.0) & (area > 4.0) & (area < 14.0) & ~taken, -near, -np.inf
        )
        row, column = np.unravel_index(int(np.argmax(score)), SHAPE)
        pool = (
            (height < height[row, column] + depth_m)
            & (near < 3.6)
            & (away > 1000.0)
            & (height >= height[row, column] - 0.5)
        )
        label, _ = ndimage.label(ndimage.binary_opening(pool, iterations=1) | (pool & (area > 3)))
        part = (label == label[row, column]) & pool
        part = ndimage.binary_closing(part, iterations=1)
        outline = [
            shapely.box(c * CELL_M, r * CELL_M, (c + 1) * CELL_M, (r + 1) * CELL_M)
            for r, c in np.argwhere(part)
        ]
        shape = shapely.union_all(outline).buffer(70).buffer(-140).buffer(90)
        largest = max(shapely.get_parts(shape), key=shapely.area)
        found.append(Polygon(shapely.simplify(largest, 12).exterior))
    return found


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Return the ground and the water of the sheet."""
    curves = draw_water(rng)
    height, area, above = carve_ground(rng, curves)
    gy, gx = np.gradient(ndimage.gaussian_filter(height, 0.8), CELL_M)
    drawn = burn([curves.sea, *curves.rivers.values()])
    pools = reservoirs(height, area, drawn)
    sheet = shapely.box(0, 0, layout.WIDTH_M, layout.HEIGHT_M)
    inland = dict(curves.rivers)
    inland.update({f"reservoir_{i}": pool for i, pool in enumerate(pools, start=1)})
    land = sheet.difference(curves.sea)
    kinds = {"sea": curves.sea.intersection(sheet)}
    kinds.update({name: shape.intersection(land) for name, shape in inland.items()})
    multi = {name: _polygons(shape) for name, shape in kinds.items()}
    water = _polygons(shapely.union_all(list(multi.values())))
    return Terrain(
        height_m=height, slope=np.hypot(gx, gy), drained_km2=area, above_stream_m=above,
        water=water, kinds=multi, wet=burn([water]),
    )  # fmt: skip


def _polygons(shape: shapely.Geometry) -> MultiPolygon:
    """Return the polygons of any geometry."""
    parts = [
        p for p in shapely.get_parts(shape.buffer(0)) if p.geom_type == "Polygon" and p.area > 400.0
    ]
    return MultiPolygon(parts)
