"""People in each 3-second cell, summing exactly to the census of villages and towns."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage
from scipy.spatial import cKDTree

from benchmarks.county import layout
from benchmarks.county.network import Way
from benchmarks.county.settlement import Settlement
from benchmarks.county.terrain import Terrain, noise, to_row_column

STEP = 1.0 / 1200.0
"""Cell size in degrees (3 arc-seconds)."""

ELDER_LEVEL = 1.02
"""Brings the county to about 18 % aged 65+."""

_STREET_WEIGHT = {
    "residential": 1.0,
    "living_street": 1.2,
    "pedestrian": 0.6,
    "service": 0.7,
    "unclassified": 0.45,
    "tertiary": 0.4,
    "secondary": 0.2,
    "primary": 0.1,
}


@dataclass(frozen=True, eq=False)
class People:
    """Whole people of every cell that has any.

    Parameters
    ----------
    west, north
        Outer corner of the raster in degrees; cells are `STEP` wide; `shape` (rows, columns).
    row, column
        (n,) cell of each populated place, rows from the north.
    x_m, y_m
        (n,) centre of the cell on the sheet.
    village
        (n,) index of the village that holds the centre.
    everyone, elders, children
        (n,) people, people aged 65+, people aged 0-6.
    """

    west: float
    north: float
    shape: tuple[int, int]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    village: NDArray[np.int64]
    everyone: NDArray[np.int64]
    elders: NDArray[np.int64]
    children: NDArray[np.int64]


def to_lonlat(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return degrees of points of the sheet."""
    out = Transformer.from_crs(layout.CRS, "EPSG:4326", always_xy=True)
    lon, lat = out.transform(x_m + layout.ORIGIN_M[0], y_m + layout.ORIGIN_M[1])
    return np.asarray(lon), np.asarray(lat)


def from_lonlat(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points of the sheet for degrees."""
    out = Transformer.from_crs("EPSG:4326", layout.CRS, always_xy=True)
    x_m, y_m = out.transform(lon, lat)
    return np.asarray(x_m) - layout.ORIGIN_M[0], np.asarray(y_m) - layout.ORIGIN_M[1]


def _frontage(
    ways: list[Way], *, step_m: float = 14.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points along the streets and how much people like to live there."""
    xy, weight = [], []
    for way in ways:
        like = _STREET_WEIGHT.get(way.highway, 0.0)
        if like == 0.0 or "bridge" in way.tags or "tunnel" in way.tags:
            continue
        points = shapely.get_coordinates(shapely.segmentize(shapely.LineString(way.xy), step_m))
        xy.append(points)
        weight.append(np.full(len(points), like))
    return np.vstack(xy), np.concatenate(weight)


def _density(
    rng: np.random.Generator,
    urban: NDArray[np.float64],
    settlement: Settlement,
    xy: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how densely each place along the streets is built: high in town hearts."""
    cell = to_row_column(xy)
    dense = {"street": 2.6, "town": 2.0, "township": 1.6}
    seats = np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0
    nearest = cKDTree(seats).query(xy)[1]
    level = np.array([5.2 if s.is_urban else dense[s.level] for s in layout.SEATS])[nearest]
    in_town = np.clip((urban[cell] - 0.12) / 0.5, 0.0, 1.0)
    clump = np.exp(
        np.clip(0.42 * noise(rng, 450.0)[cell] + 0.25 * noise(rng, 1500.0)[cell], -1.6, 1.0)
    )
    town = in_town * (0.35 + 0.65 * np.clip(urban[cell], 0, 1)) * level * clump
    far, hamlet = cKDTree(settlement.hamlet).query(xy)
    size = settlement.hamlet_radius_m[hamlet]
    near = np.exp(-((far / (1.15 * size)) ** 2))
    country = near * (0.55 + size / 400.0) + 0.006 * (rng.random(len(xy)) < 0.12)
    return np.asarray(town + np.where(in_town > 0.05, 0.15, 1.0) * country)


def _in_villages(
    settlement: Settlement, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the village that holds each point, -1 for none."""
    village = np.full(len(x_m), -1, dtype=np.int64)
    point, area = shapely.STRtree(settlement.area).query(
        shapely.points(x_m, y_m), predicate="within"
    )
    village[point] = area
    return village


def _shares(total: int, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers in proportion to the weights that sum exactly to the total."""
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.lexsort((np.arange(len(weight)), whole - exact))
    whole[order[: total - int(whole.sum())]] += 1
    return whole


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cells that may hold people, with the pull of each."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    village: NDArray[np.int64]
    weight: NDArray[np.float64]

    def take(self, keep: NDArray[np.bool_]) -> _Cells:
        """Return the cells to keep."""
        return _Cells(*(getattr(self, f.name)[keep] for f in fields(self)))


def _cells(
    raster: NDArray[np.float64], west: float, north: float, terrain: Terrain, settlement: Settlement
) -> _Cells:
    """Return the cells of a village that are dry, not too steep and have some pull."""
    row, column = np.nonzero(raster > 0.02)
    x_m, y_m = from_lonlat(west + (column + 0.5) * STEP, north - (row + 0.5) * STEP)
    village = _in_villages(settlement, x_m, y_m)
    shore = terrain.water.buffer(8.0)
    shapely.prepare(shore)
    is_steep = terrain.slope[to_row_column(np.column_stack([x_m, y_m]))] > 0.30
    fits = (village >= 0) & ~shapely.contains_xy(shore, x_m, y_m) & ~is_steep
    return _Cells(row, column, x_m, y_m, village, raster[row, column]).take(fits)


def populate(
    rng: np.random.Generator,
    terrain: Terrain,
    urban: NDArray[np.float64],
    settlement: Settlement,
    ways: list[Way],
) -> People:
    """Return the people of the county by cell."""
    xy, like = _frontage(ways)
    like = like * _density(rng, urban, settlement, xy)
    lon, lat = to_lonlat(xy[:, 0], xy[:, 1])
    west, north = float(np.floor(lon.min() * 100) / 100), float(np.ceil(lat.max() * 100) / 100)
    row, column = ((north - lat) / STEP).astype(int), ((lon - west) / STEP).astype(int)
    raster = np.zeros((int(row.max()) + 6, int(column.max()) + 6))
    np.add.at(raster, (row, column), like)
    uneven = np.exp(0.38 * rng.standard_normal(raster.shape))
    raster = ndimage.gaussian_filter(raster, 0.55) * uneven
    cells = _cells(raster, west, north, terrain, settlement)
    everyone = _allot(rng, settlement, cells.village, cells.weight)
    cells, everyone = cells.take(everyone > 0), everyone[everyone > 0]
    height_m = terrain.height_m[to_row_column(np.column_stack([cells.x_m, cells.y_m]))]
    elders, children = _ages(rng, height_m, settlement, cells.village, everyone)
    return People(
        west=west, north=north, shape=raster.shape, row=cells.row, column=cells.column,
        x_m=cells.x_m, y_m=cells.y_m, village=cells.village,
        everyone=everyone, elders=elders, children=children,
    )  # fmt: skip


def _allot(
    rng: np.random.Generator,
    settlement: Settlement,
    village: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return people per cell: the census of a town over its villages and their cells."""
    built = np.bincount(village, weights=weight, minlength=len(settlement.seat))
    pull = (built + 0.12 * np.median(built)) ** 0.8 * np.exp(0.15 * rng.standard_normal(len(built)))
    everyone = np.zeros(len(village), dtype=np.int64)
    for zone, seat in enumerate(layout.SEATS):
        members = np.nonzero((settlement.zone == zone) & (built > 0))[0]
        for v, people in zip(members, _shares(seat.people, pull[members]), strict=True):
            cells = np.nonzero(village == v)[0]
            everyone[cells] = _shares(int(people), weight[cells])
    return everyone


def _ages(
    rng: np.random.Generator,
    height_m: NDArray[np.float64],
    settlement: Settlement,
    village: NDArray[np.int64],
    everyone: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return people aged 65+ and 0-6 per cell: older uphill and away from the town's heart."""
    share = np.array([s.elder_share for s in layout.SEATS])[settlement.zone]
    share = share * np.exp(0.10 * rng.standard_normal(len(share)))
    share[: len(layout.SEATS)] *= 0.86
    uphill = 1 + np.clip(height_m - 40.0, 0, 300) / 900.0
    uneven = np.exp(0.15 * rng.standard_normal(len(village)))
    old = np.clip(share[village] * uphill * uneven * ELDER_LEVEL, 0.02, 0.7)
    elders = rng.binomial(everyone, old)
    children = rng.binomial(everyone - elders, np.clip(0.092 - 0.19 * old, 0.012, 0.08))
    return elders, children
