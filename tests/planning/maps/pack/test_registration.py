"""Registration: the picture shows, at every place, the cell that the source grid has there."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.polynomial import chebyshev
from pyproj import Transformer

from geo.points import Grid
from planning.maps.pack.registration import Locator, lattice_cell, locator, mercator_y, picture

GRIDS = {
    "degrees, wide cells": Grid("EPSG:4326", (0.004, 0, 120.6, 0, -0.0025, 30.4), (90, 60)),
    "degrees, tall cells": Grid("EPSG:4326", (0.001, 0, 120.6, 0, -0.006, 30.4), (40, 150)),
    "degrees, south to north": Grid("EPSG:4326", (0.003, 0, -51.3, 0, 0.003, -30.2), (70, 50)),
    "degrees, turned": Grid("EPSG:4326", (0.003, 0.001, 120, 0.001, -0.003, 30), (50, 60)),
    "CGCS2000": Grid("EPSG:4490", (0.003, 0, 120.6, 0, -0.003, 30.4), (60, 60)),
    "Gauss-Kruger": Grid("EPSG:4549", (400, 0, 560_000, 0, -250, 3_360_000), (120, 80)),
    "Mollweide": Grid("ESRI:54009", (1000, 0, 11_000_000, 0, -1000, 3_700_000), (80, 90)),
    "Albers, province": Grid(
        "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84",
        (4000, 0, 1_000_000, 0, -4000, 3_600_000),
        (150, 120),
    ),
}


def _whole(grid: Grid) -> tuple[Locator, tuple[int, int], tuple[int, int]]:
    rows, columns = (0, grid.shape[0]), (0, grid.shape[1])
    return locator(grid, rows, columns), rows, columns


def _places(grid: Grid, column: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude by the grid's own formula and PROJ."""
    a, b, c, d, e, f = grid.transform
    transformer = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(a * column + b * row + c, d * column + e * row + f)
    return np.asarray(lon), np.asarray(lat)


def _at(place: Locator, lon: float, lat: float) -> tuple[float, float]:
    """Do what the page does: column and row of one place."""
    if place.inverse is not None:
        p, q, r, s, t, u = place.inverse
        return p * lon + q * lat + r, s * lon + t * lat + u
    west, south, east, north = place.box
    x, y = 2 * (lon - west) / (east - west) - 1, 2 * (lat - south) / (north - south) - 1
    column = chebyshev.chebval2d(x, y, place.column_terms)
    return float(column), float(chebyshev.chebval2d(x, y, place.row_terms))


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_places_are_found_within_a_hundredth_of_a_cell(
    grid: Grid, rng: np.random.Generator
) -> None:
    place, _, _ = _whole(grid)
    column, row = rng.uniform(0, grid.shape[1], 400), rng.uniform(0, grid.shape[0], 400)
    for lon, lat, c, r in zip(*_places(grid, column, row), column, row, strict=True):
        found_column, found_row = _at(place, lon, lat)
        assert found_column == pytest.approx(c, abs=0.01)
        assert found_row == pytest.approx(r, abs=0.01)


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_the_pixel_at_a_place_shows_its_cell(grid: Grid, rng: np.random.Generator) -> None:
    place, rows, columns = _whole(grid)
    lookup = np.arange(grid.shape[0] * grid.shape[1], dtype=np.int32).reshape(grid.shape)
    shown = picture(place, lookup, rows, columns)
    height, width = shown.cell.shape
    west, south, east, north = shown.box
    # Pixels are a quarter of a cell: half a pixel in x and half in y may add up along slant edges.
    inner = rng.uniform(0.25, 0.75, (2, 600))
    cell_column, cell_row = (rng.integers(0, n, 600) for n in grid.shape[::-1])
    lon, lat = _places(grid, cell_column + inner[0], cell_row + inner[1])
    top, bottom = mercator_y(np.array([north, south]))
    x = np.floor((lon - west) / (east - west) * width).astype(int)
    y = np.floor((mercator_y(lat) - top) / (bottom - top) * height).astype(int)
    np.testing.assert_array_equal(shown.cell[y, x], lookup[cell_row, cell_column])


def test_only_the_filled_part_of_a_grid_is_drawn() -> None:
    grid = Grid("EPSG:4326", (0.01, 0, 120, 0, -0.01, 31), (1000, 1000))
    place = locator(grid, (200, 202), (300, 303))
    lookup = np.array([[0, 1, -1], [2, -1, 3]], dtype=np.int32)
    shown = picture(place, lookup, (200, 202), (300, 303))
    assert place.box == pytest.approx((123.0, 28.98, 123.03, 29.0))
    assert sorted(np.unique(shown.cell)) == [-1, 0, 1, 2, 3]


def test_a_grid_beyond_its_system_is_refused() -> None:
    grid = Grid("ESRI:54009", (1000, 0, 17_990_000, 0, -1000, 6_000_000), (50, 50))
    with pytest.raises(ValueError, match="coordinate system"):
        locator(grid, (0, 50), (0, 50))


def test_large_grids_get_fewer_pixels_a_cell() -> None:
    grid = Grid("EPSG:4326", (0.001, 0, 120, 0, -0.001, 31), (3000, 2500))
    place, rows, columns = _whole(grid)
    shown = picture(place, np.zeros(grid.shape, dtype=np.int32), rows, columns)
    assert shown.cell.size <= 9_000_000


@pytest.mark.parametrize("sides", [6, 4])
def test_cells_of_a_lattice_fill_the_plane(sides: int) -> None:
    row, column = np.divmod(np.arange(900), 30)
    turn = np.radians(11.0)
    x = column + 0.5 * (row % 2) if sides == 6 else column.astype(float)
    y = row * np.sqrt(0.75) if sides == 6 else row.astype(float)
    east_m = 250 * (x * np.cos(turn) - y * np.sin(turn))
    north_m = 250 * (x * np.sin(turn) + y * np.cos(turn))
    lat = 30 + north_m / 111_194.9
    lon = 120 + east_m / (111_194.9 * np.cos(np.radians(np.median(lat))))
    cell = lattice_cell(lon, lat)
    assert cell is not None
    assert cell.shape == (sides, 2)
    assert shapely.Polygon(cell).area == pytest.approx(
        250**2 * (np.sqrt(0.75) if sides == 6 else 1)
    )


def test_scattered_points_are_no_lattice(rng: np.random.Generator) -> None:
    assert lattice_cell(rng.uniform(0, 1, 900), rng.uniform(0, 1, 900)) is None
    assert lattice_cell(np.zeros(5), np.zeros(5)) is None
    assert lattice_cell(np.zeros(50), np.zeros(50)) is None
