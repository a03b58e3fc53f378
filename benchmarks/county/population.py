"""People: how many live in each 3-second cell, by village and town, summing exactly to the census."""

from __future__ import annotations

from dataclasses import dataclass

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

_STREET_WEIGHT = {
    "residential": 1.0, "living_street": 1.2, "pedestrian": 0.6, "service": 0.7, "unclassified": 0.45, "tertiary": 0.4,
    "secondary": 0.2, "primary": 0.1,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class People:
    """Whole people of every cell that has any.

    Parameters
    ----------
    west, north
        Outer corner of the raster in degrees; cells are `STEP` wide and high; `shape` (rows, columns).
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
    terrain: Terrain,
    urban: NDArray[np.float64],
    settlement: Settlement,
    xy: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how densely each place along the streets is built: high in town hearts, low in the open country."""
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


def populate(
    rng: np.random.Generator,
    terrain: Terrain,
    urban: NDArray[np.float64],
    settlement: Settlement,
    ways: list[Way],
) -> People:
    """Return the people of the county by cell."""
    xy, like = _frontage(ways)
    like = like * _density(rng, terrain, urban, settlement, xy)
    lon, lat = to_lonlat(xy[:, 0], xy[:, 1])
    west, north = np.floor(lon.min() * 100) / 100, np.ceil(lat.max() * 100) / 100
    shape = (
        int(np.ceil((north - lat.min()) / STEP)) + 6,
        int(np.ceil((lon.max() - west) / STEP)) + 6,
    )
    raster = np.zeros(shape)
    np.add.at(raster, (((north - lat) / STEP).astype(int), ((lon - west) / STEP).astype(int)), like)
    raster = ndimage.gaussian_filter(raster, 0.55) * np.exp(0.38 * rng.standard_normal(shape))
    row, column = np.nonzero(raster > 0.02)
    weight = raster[row, column]
    x_m, y_m = from_lonlat(west + (column + 0.5) * STEP, north - (row + 0.5) * STEP)
    village = _in_villages(settlement, x_m, y_m)
    shore = terrain.water.buffer(8.0)
    shapely.prepare(shore)
    steep = terrain.slope[to_row_column(np.column_stack([x_m, y_m]))] > 0.30
    keep = (village >= 0) & ~shapely.contains_xy(shore, x_m, y_m) & ~steep
    row, column, x_m, y_m, village, weight = (
        a[keep] for a in (row, column, x_m, y_m, village, weight)
    )
    everyone = _allot(rng, settlement, village, weight)
    keep = everyone > 0
    row, column, x_m, y_m, village, everyone = (
        a[keep] for a in (row, column, x_m, y_m, village, everyone)
    )
    elders, children = _ages(rng, terrain, settlement, village, everyone, x_m, y_m)
    return People(
        west=float(west), north=float(north), shape=shape, row=row, column=column, x_m=x_m, y_m=y_m,
        village=village, everyone=everyone, elders=elders, children=children,
    )  # fmt: skip


def _allot(
    rng: np.random.Generator,
    settlement: Settlement,
    village: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return people per cell: the census of each town over its villages, each village over its cells."""
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
    terrain: Terrain,
    settlement: Settlement,
    village: NDArray[np.int64],
    everyone: NDArray[np.int64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return people aged 65+ and 0-6 per cell: older uphill and away from the town's heart."""
    n = len(settlement.seat)
    share = np.array([s.elder_share for s in layout.SEATS])[settlement.zone]
    share = share * np.exp(0.10 * rng.standard_normal(n))
    share[: len(layout.SEATS)] *= 0.86
    height = terrain.height_m[to_row_column(np.column_stack([x_m, y_m]))]
    cell_share = (
        share[village]
        * (1 + np.clip(height - 40.0, 0, 300) / 900.0)
        * np.exp(0.15 * rng.standard_normal(len(village)))
    )
    cell_share = np.clip(cell_share * ELDER_LEVEL, 0.02, 0.7)
    elders = rng.binomial(everyone, cell_share)
    young = np.clip(0.092 - 0.19 * cell_share, 0.012, 0.08)
    children = rng.binomial(everyone - elders, young)
    return elders, children


ELDER_LEVEL = 1.02
"""Brings the county to about 18 % aged 65+."""
