"""Ground of cells on the map: every cell has its own size and shape, whatever the raster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.crs import to_lonlat, transform
from geo.points import Grid, cell_centres
from planning.maps.cells import cell_areas, cell_outlines

CRS = "EPSG:4549"
WEST, NORTH = 500_000.0, 3_350_000.0


def _on_grid(make_demand, grid: Grid, row: np.ndarray, column: np.ndarray):
    x, y = cell_centres(grid, row, column)
    x_m, y_m = transform(x, y, source=grid.crs, target=CRS)
    lon, lat = to_lonlat(x_m, y_m, CRS)
    plain = make_demand(people=[1.0] * len(row), zone=[0] * len(row))
    return replace(
        plain,
        x_m=x_m,
        y_m=y_m,
        lon=lon,
        lat=lat,
        grid=grid,
        row=row.astype(np.int32),
        column=column.astype(np.int32),
    )


@pytest.fixture
def square_km(make_demand):
    """25 cells of 1 km."""
    row, column = np.divmod(np.arange(25), 5)
    return _on_grid(make_demand, Grid(CRS, (1000, 0, WEST, 0, -1000, NORTH), (5, 5)), row, column)


def test_25_cells_of_one_kilometre_are_one_square_of_five(square_km):
    (area,) = cell_areas(square_km, [np.arange(25)], CRS)
    assert area.equals(shapely.box(WEST, NORTH - 5000, WEST + 5000, NORTH))
    assert shapely.get_num_coordinates(area) == 5


def test_cells_that_do_not_touch_stay_apart_and_a_hole_stays_open(square_km):
    ring = np.delete(np.arange(25), [6, 7, 8, 11, 12, 13, 16, 17, 18])
    hollow, corners = cell_areas(square_km, [ring, np.array([0, 24])], CRS)
    assert hollow.area == 16e6
    assert len(hollow.interiors) == 1
    assert corners.geom_type == "MultiPolygon"
    assert corners.area == 2e6


def test_cells_of_degrees_keep_their_width_and_height(make_demand):
    grid = Grid("EPSG:4326", (0.01, 0, 120, 0, -0.005, 31), (40, 40))
    row, column = np.divmod(np.arange(1600), 40)
    demand = _on_grid(make_demand, grid, row, column)
    (area,) = cell_areas(demand, [np.arange(1600)], CRS)

    def in_metres(points):
        return np.column_stack(transform(*points.T, source="EPSG:4326", target=CRS))

    # Sides of a grid of degrees are curved in metres.
    box = shapely.segmentize(shapely.box(120, 30.8, 120.4, 31), 0.001)
    expected = shapely.transform(box, in_metres)
    assert shapely.symmetric_difference(area, expected).area < 1e-4 * expected.area
    assert area.covers(shapely.points(demand.x_m, demand.y_m)).all()
    outline = shapely.bounds(cell_outlines(demand, CRS)[0])
    assert outline[2] - outline[0] == pytest.approx(956, abs=3)
    assert outline[3] - outline[1] == pytest.approx(554, abs=3)


def test_points_of_a_table_have_squares_of_their_spacing(make_demand):
    y, x = 300.0 * np.array(np.divmod(np.arange(36), 6))
    demand = make_demand(people=[1.0] * 36, zone=[0] * 36)
    lon, lat = to_lonlat(x + WEST, y + NORTH, CRS)
    demand = replace(demand, x_m=x + WEST, y_m=y + NORTH, lon=lon, lat=lat)
    (area,) = cell_areas(demand, [np.arange(36)], CRS)
    assert area.area == pytest.approx(1800**2, rel=1e-6)


def test_no_cells_have_no_ground(square_km):
    (area,) = cell_areas(square_km, [np.zeros(0, dtype=np.int64)], CRS)
    assert area.is_empty
