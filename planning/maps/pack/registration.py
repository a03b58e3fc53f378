"""Where a cell lies: from a place to the row and column of the grid, and the Mercator picture.

The page draws in Web Mercator. The picture is resampled to it here; the value under the pointer is
found by the formula of the source grid, never from the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from pyproj import CRS
from scipy.spatial import cKDTree

from geo.crs import LONLAT, transform
from geo.points import Grid

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]

_TOLERANCE_CELLS = 2e-3
_LARGEST_DEGREE = 14
_OVERSAMPLING = 4
_LARGEST_PICTURE = 9_000_000
_STRIP_ROWS = 256
_METRES_PER_DEGREE = 111_194.9


@dataclass(frozen=True, slots=True, eq=False)
class Locator:
    """Column and row of a place, counted from the corner of the grid, with fractions.

    Parameters
    ----------
    box
        (west, south, east, north) in degrees, around all cells.
    inverse
        Six numbers (p, q, r, s, t, u): column = p * lon + q * lat + r, row = s * lon + t * lat + u.
        None for grids that are not in longitude and latitude.
    column_terms, row_terms
        (d, d) Chebyshev coefficients over the box: first index longitude, second latitude.
    """

    box: tuple[float, float, float, float]
    inverse: tuple[float, float, float, float, float, float] | None
    column_terms: Floats
    row_terms: Floats

    @property
    def is_separable(self) -> bool:
        """True when columns follow longitude alone and rows latitude alone."""
        return self.inverse is not None and self.inverse[1] == 0 and self.inverse[3] == 0

    def on_mesh(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return (n_lat, n_lon) columns and rows at every crossing of these degrees."""
        if self.inverse is not None:
            p, q, r, s, t, u = self.inverse
            x, y = lon[None, :], lat[:, None]
            return p * x + q * y + r, s * x + t * y + u
        west, south, east, north = self.box
        degree = len(self.column_terms) - 1
        x_terms = chebyshev.chebvander(_scaled(lon, west, east), degree)
        y_terms = chebyshev.chebvander(_scaled(lat, south, north), degree)
        return (
            y_terms @ (x_terms @ self.column_terms).T,
            y_terms @ (x_terms @ self.row_terms).T,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what the page needs to find a cell."""
        if self.inverse is not None:
            return {"inverse": list(self.inverse)}
        return {
            "box": list(self.box),
            "columnTerms": self.column_terms.tolist(),
            "rowTerms": self.row_terms.tolist(),
        }


def locator(grid: Grid, rows: tuple[int, int], columns: tuple[int, int]) -> Locator:
    """Return the locator of a part of a grid, exact or within 0.002 cells.

    Parameters
    ----------
    grid
        The source grid, in any coordinate system.
    rows, columns
        First and one past the last row and column that hold cells.

    Raises
    ------
    ValueError
        When the grid cannot be expressed in longitude and latitude there.
    """
    a, b, c, d, e, f = grid.transform
    edge_column, edge_row = _rim(rows, columns)
    lon, lat = transform(
        a * edge_column + b * edge_row + c,
        d * edge_column + e * edge_row + f,
        source=grid.crs,
        target=LONLAT,
    )
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError(f"the grid leaves the range of its coordinate system ({grid.crs})")
    box = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    inverse = _inverse(grid)
    if CRS.from_user_input(grid.crs).is_geographic:
        p, q, r = inverse[:3]
        if np.abs(p * lon + q * lat + r - edge_column).max() < _TOLERANCE_CELLS:
            return Locator(box, inverse, np.zeros((0, 0)), np.zeros((0, 0)))
    return _fitted(grid, inverse, box)


def _rim(rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return columns and rows along the rim, dense enough that curved edges keep within the box."""
    across = np.linspace(columns[0], columns[1], 65)
    down = np.linspace(rows[0], rows[1], 65)
    edge_column = np.concatenate([across, across, np.full(65, columns[0]), np.full(65, columns[1])])
    edge_row = np.concatenate([np.full(65, rows[0]), np.full(65, rows[1]), down, down])
    return edge_column.astype(np.float64), edge_row.astype(np.float64)


def _inverse(grid: Grid) -> tuple[float, float, float, float, float, float]:
    """Return the six numbers that turn source coordinates into column and row."""
    a, b, c, d, e, f = grid.transform
    det = a * e - b * d
    p, q, s, t = e / det, -b / det, -d / det, a / det
    return p, q, -(p * c + q * f), s, t, -(s * c + t * f)


def _fitted(
    grid: Grid,
    inverse: tuple[float, float, float, float, float, float],
    box: tuple[float, float, float, float],
) -> Locator:
    """Fit polynomials for column and row over the box, of the lowest degree that will do."""
    p, q, r, s, t, u = inverse

    def exact(x_unit: Floats, y_unit: Floats) -> tuple[Floats, Floats]:
        lon = box[0] + (x_unit + 1) / 2 * (box[2] - box[0])
        lat = box[1] + (y_unit + 1) / 2 * (box[3] - box[1])
        x, y = transform(lon.ravel(), lat.ravel(), source=LONLAT, target=grid.crs)
        return p * x + q * y + r, s * x + t * y + u

    check = np.meshgrid(np.linspace(-1, 1, 37), np.linspace(-1, 1, 37))
    check_column, check_row = exact(*check)
    for degree in range(3, _LARGEST_DEGREE + 1):
        nodes = np.cos(np.pi * (np.arange(2 * degree) + 0.5) / (2 * degree))
        mesh = np.meshgrid(nodes, nodes)
        basis = chebyshev.chebvander2d(mesh[0].ravel(), mesh[1].ravel(), [degree, degree])
        target = np.column_stack(exact(*mesh))
        terms = np.linalg.lstsq(basis, target, rcond=None)[0].T.reshape(2, degree + 1, degree + 1)
        column_miss = chebyshev.chebval2d(*check, terms[0]).ravel() - check_column
        row_miss = chebyshev.chebval2d(*check, terms[1]).ravel() - check_row
        if max(np.abs(column_miss).max(), np.abs(row_miss).max()) < _TOLERANCE_CELLS:
            return Locator(box, None, terms[0], terms[1])
    raise ValueError(f"the grid is too large to be drawn from {grid.crs}; cut it into parts")


def lattice_cell(lon: Floats, lat: Floats) -> Floats | None:
    """Return the cell around each point of a hexagonal or square lattice.

    Parameters
    ----------
    lon, lat
        (n,) centres in degrees.

    Returns
    -------
    array or None
        (6 or 4, 2) corners, metres east and north of the centre. None where the nearest
        neighbours lie at all distances or in all directions: the points are no lattice.

    >>> y, x = np.divmod(np.arange(100), 10)
    >>> np.abs(lattice_cell(x * 0.001, y * 0.001)).round().astype(int).tolist()
    [[56, 56], [56, 56], [56, 56], [56, 56]]
    """
    if len(lon) < 20:
        return None
    scale = np.cos(np.radians(np.median(lat)))
    points = np.column_stack([lon * scale, lat]) * _METRES_PER_DEGREE
    chosen = points[:: max(len(points) // 1000, 1)]
    distance_m, nearest = cKDTree(points).query(chosen, k=7)
    low, spacing_m, high = np.percentile(distance_m[:, 1], (10, 50, 90))
    if low <= 0 or high > 1.15 * low:
        return None
    # All direct neighbours, not one: six in a hexagonal lattice, four in a square one.
    is_next = distance_m[:, 1:] < 1.2 * spacing_m
    step = (points[nearest[:, 1:]] - chosen[:, None])[is_next]
    angle = np.arctan2(step[:, 1], step[:, 0])
    for sides in (6, 4):
        # Directions that differ by whole turns of the shape fall on one another.
        turned = np.mean(np.exp(1j * sides * angle))
        if abs(turned) > 0.9:
            return _corners(step, angle - np.angle(turned) / sides, sides)
    return None


def _corners(step: Floats, angle: Floats, sides: int) -> Floats | None:
    """Return the points as far from the centre as from two neighbours in a row."""
    sector = np.rint(angle * sides / (2 * np.pi)).astype(int) % sides
    if len(np.unique(sector)) < sides:
        return None
    neighbour = np.array([np.median(step[sector == k], axis=0) for k in range(sides)])
    # Opposite neighbours of a lattice are mirror images.
    neighbour = (neighbour - np.roll(neighbour, sides // 2, axis=0)) / 2
    corners = [
        np.linalg.solve(pair, (pair**2).sum(axis=1) / 2)
        for pair in np.stack([neighbour, np.roll(neighbour, -1, axis=0)], axis=1)
    ]
    return np.array(corners)


def _scaled(value: Floats, low: float, high: float) -> Floats:
    """Return values of low..high as -1..1."""
    return 2 * (value - low) / (high - low) - 1


def mercator_y(lat: Floats) -> Floats:
    """Return Web Mercator northing of a latitude in degrees, in radians of the equator.

    >>> round(float(mercator_y(np.array([30.0]))[0]), 6)
    0.549306
    """
    return np.asarray(np.arctanh(np.sin(np.radians(lat))), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Which cell each pixel of the Mercator picture shows.

    Parameters
    ----------
    cell
        (height, width) int32 index of the cell, -1 where there is none.
    box
        (west, south, east, north) of the picture's outer edges in degrees.
    """

    cell: Ints
    box: tuple[float, float, float, float]


def picture(
    place: Locator, lookup: Ints, rows: tuple[int, int], columns: tuple[int, int]
) -> Picture:
    """Resample a part of a grid to Web Mercator.

    Parameters
    ----------
    place
        Locator of the grid.
    lookup
        (n_rows, n_columns) int32 index of the cell of that part, -1 where there is none.
    rows, columns
        First and one past the last row and column of the part.

    Returns
    -------
    Picture
        Each pixel shows the cell that holds its centre; cells are several pixels high (and wide,
        unless columns are meridians), so that edges lie within a quarter of a cell.
    """
    n_rows, n_columns = lookup.shape
    width, height = _picture_size(place, n_rows, n_columns)
    west, south, east, north = place.box
    lon = west + (np.arange(width) + 0.5) / width * (east - west)
    top, bottom = mercator_y(np.array([north, south]))
    lat = np.degrees(np.arcsin(np.tanh(top + (np.arange(height) + 0.5) / height * (bottom - top))))
    cell = np.empty((height, width), dtype=np.int32)
    # Strip by strip: whole meshes of a large picture would take hundreds of megabytes.
    for first in range(0, height, _STRIP_ROWS):
        strip = slice(first, first + _STRIP_ROWS)
        cell[strip] = _cells_at(place, lon, lat[strip], lookup, (columns[0], rows[0]))
    return Picture(cell, place.box)


def _cells_at(
    place: Locator, lon: Floats, lat: Floats, lookup: Ints, corner: tuple[int, int]
) -> Ints:
    """Return (n_lat, n_lon) cell at every crossing of these degrees, -1 where there is none.

    `corner` is the first column and row of the lookup table.
    """
    if place.is_separable:
        column, row = place.on_mesh(lon, lat[:1])[0], place.on_mesh(lon[:1], lat)[1]
    else:
        column, row = place.on_mesh(lon, lat)
    column_at = np.floor(column).astype(np.int32) - np.int32(corner[0])
    row_at = np.floor(row).astype(np.int32) - np.int32(corner[1])
    n_rows, n_columns = lookup.shape
    is_in = (row_at >= 0) & (row_at < n_rows) & (column_at >= 0) & (column_at < n_columns)
    cell = lookup[np.clip(row_at, 0, n_rows - 1), np.clip(column_at, 0, n_columns - 1)]
    return np.where(is_in, cell, np.int32(-1))


def _picture_size(place: Locator, n_rows: int, n_columns: int) -> tuple[int, int]:
    """Return width and height that make a pixel a quarter of a cell, or more in large pictures."""
    if place.is_separable:
        factor = max(min(_OVERSAMPLING, _LARGEST_PICTURE // (n_rows * n_columns)), 1)
        return n_columns, n_rows * factor
    west, south, east, north = place.box
    steps = 16
    mesh = place.on_mesh(np.linspace(west, east, steps + 1), np.linspace(south, north, steps + 1))
    # Cells crossed from one side of the picture to the other, where most are crossed.
    across, down = (
        steps * max(float(np.abs(np.diff(part, axis=axis)).max()) for part in mesh)
        for axis in (1, 0)
    )
    factor = min(float(_OVERSAMPLING), (_LARGEST_PICTURE / (across * down)) ** 0.5)
    return max(int(np.ceil(factor * across)), 1), max(int(np.ceil(factor * down)), 1)
