"""Service circles: polygons of travel time, made of the times of cells so that they do not swell.

Each cell of a grid is a place like any other: tied to the road with its straight leg, timed by the
same search. A hill or a bay between two roads stays outside when it is, and cells on open water
are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Ints
from geo.errors import Finding, GeoError, Progress
from geo.outlines import outlines
from geo.reach import reach
from geo.roads import ModeNetwork, RoadGraph
from geo.search import UNREACHED
from geo.snap import Snaps, snap
from geo.times import to_tenths
from geo.travel import nearest
from geo.water import is_on_water, water_polygons

_Frame: TypeAlias = tuple[float, float, float]
"""Lower left corner and side of the cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Square cells over an area, tied to one mode's network.

    Parameters
    ----------
    x0_m, y0_m
        Lower left corner of the first cell.
    cell_m
        Side of a cell.
    rows, columns
        Row 0 is the lowest.
    snaps
        (rows * columns,) where the centre of each cell joins the road; nowhere for cells on water.
    water
        The polygons that areas leave out.
    """

    x0_m: float
    y0_m: float
    cell_m: float
    rows: int
    columns: int
    snaps: Snaps
    water: NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class CellTimes:
    """(rows, columns) tenths of a second and index of the nearest open facility of each cell."""

    cells: Cells
    tenths: Ints
    facility: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """The area from which a facility is reached in more than `from_minutes`, at most `to_minutes`.

    `facility` is -1 for any open facility; `area` is a MultiPolygon.
    """

    facility: int
    from_minutes: float
    to_minutes: float
    area: Any


def cells_of(
    roads: RoadGraph,
    network: ModeNetwork,
    *,
    bounds_m: tuple[float, float, float, float] | None = None,
    cell_m: float = 100.0,
    max_access_m: float = 1000.0,
    water: Iterable[Any] | None = None,
    avoid_islands: bool = True,
) -> Cells:
    """Cover an area with cells and tie their centres to the road.

    Parameters
    ----------
    roads, network
        The road graph and the mode's view of it.
    bounds_m
        Least x and y, largest x and y; None for the roads and `max_access_m` around them.
    cell_m
        Side of a cell; corners lie on multiples of it.
    max_access_m, water, avoid_islands
        As `snap`; cells whose centre lies on water are left out.

    Returns
    -------
    Cells

    Raises
    ------
    GeoError
        When `cell_m` is not above zero, or as `snap`.
    """
    if not cell_m > 0:
        raise GeoError(Finding("cell_not_positive", (("cell_m", cell_m),)))
    polygons = water_polygons(water)
    left, low, right, top = bounds_m or _bounds(roads, max_access_m)
    x0_m, y0_m = math.floor(left / cell_m) * cell_m, math.floor(low / cell_m) * cell_m
    columns = max(1, math.ceil((right - x0_m) / cell_m))
    rows = max(1, math.ceil((top - y0_m) / cell_m))
    row, column = np.divmod(np.arange(rows * columns), columns)
    x_m, y_m = x0_m + (column + 0.5) * cell_m, y0_m + (row + 0.5) * cell_m
    x_m[is_on_water(polygons, x_m, y_m)] = np.nan
    snaps = snap(
        roads,
        network,
        x_m,
        y_m,
        max_access_m=max_access_m,
        water=polygons,
        avoid_islands=avoid_islands,
    )
    return Cells(x0_m, y0_m, cell_m, rows, columns, snaps, polygons)


def _bounds(roads: RoadGraph, rim_m: float) -> tuple[float, float, float, float]:
    if len(roads.x_m) == 0:
        return 0.0, 0.0, 0.0, 0.0
    return (
        float(roads.x_m.min()) - rim_m,
        float(roads.y_m.min()) - rim_m,
        float(roads.x_m.max()) + rim_m,
        float(roads.y_m.max()) + rim_m,
    )


def cell_times(
    cells: Cells,
    network: ModeNetwork,
    facilities: Snaps,
    *,
    is_open: NDArray[np.bool_] | None = None,
    horizon_minutes: float = 120.0,
) -> CellTimes:
    """Return the nearest open facility of every cell. Parameters and errors as `nearest`."""
    found = nearest(
        network, cells.snaps, facilities, is_open=is_open, horizon_minutes=horizon_minutes
    )
    shape = (cells.rows, cells.columns)
    return CellTimes(cells, found.tenths.reshape(shape), found.facility.reshape(shape))


def bands(times: CellTimes, minutes: Sequence[float], *, is_smooth: bool = True) -> list[Circle]:
    """Return one dissolved area for each band up to the next limit, such as 0-5, 5-10, 10-20.

    Parameters
    ----------
    times
        Times of the cells.
    minutes
        Ascending limits, compared with `<=`.
    is_smooth
        As `outlines`.

    Returns
    -------
    list of Circle
        Bands that hold no cell are left out.
    """
    band = _band_of(times.tenths, minutes)
    circles = _circles(band, minutes, [-1], _frame(times.cells), is_smooth=is_smooth)
    return _on_land(circles, times.cells.water)


def basins(times: CellTimes, minutes: Sequence[float], *, is_smooth: bool = True) -> list[Circle]:
    """Return, for each facility, where it is the nearest one, by band. Parameters as `bands`.

    Basins of neighbours fit together without gaps.
    """
    band = _band_of(times.tenths, minutes)
    facility, rank = np.unique(times.facility, return_inverse=True)
    label = np.where(band >= 0, rank.reshape(band.shape) * len(minutes) + band, -1)
    sites = facility.tolist()
    circles = _circles(label, minutes, sites, _frame(times.cells), is_smooth=is_smooth)
    return _on_land(circles, times.cells.water)


def separate_circles(
    cells: Cells,
    network: ModeNetwork,
    facilities: Snaps,
    minutes: Sequence[float],
    *,
    is_smooth: bool = True,
    progress: Progress | None = None,
) -> list[Circle]:
    """Return the areas around each facility by itself; they overlap. Parameters as `bands`."""
    pairs = reach(network, cells.snaps, facilities, limit_minutes=max(minutes), progress=progress)
    circles: list[Circle] = []
    for site in range(len(facilities)):
        row = slice(pairs.indptr[site], pairs.indptr[site + 1])
        if row.start == row.stop:
            continue
        frame, tenths = _window(cells, pairs.demand[row], pairs.tenths[row])
        band = _band_of(tenths, minutes)
        circles += _circles(band, minutes, [site], frame, is_smooth=is_smooth)
        if progress is not None:
            progress("circles", site + 1, len(facilities))
    return _on_land(circles, cells.water)


def _frame(cells: Cells) -> _Frame:
    return cells.x0_m, cells.y0_m, cells.cell_m


def _window(cells: Cells, reached: Ints, tenths: NDArray[Any]) -> tuple[_Frame, Ints]:
    """Return the smallest part of the grid that holds the reached cells: its frame and times."""
    row, column = np.divmod(reached, cells.columns)
    low, left = int(row.min()), int(column.min())
    spread = np.full((int(row.max()) - low + 1, int(column.max()) - left + 1), UNREACHED, np.int32)
    spread[row - low, column - left] = tenths
    x0_m, y0_m = cells.x0_m + left * cells.cell_m, cells.y0_m + low * cells.cell_m
    return (x0_m, y0_m, cells.cell_m), spread


def _band_of(tenths: Ints, minutes: Sequence[float]) -> NDArray[np.int64]:
    """Return the first limit that each time does not exceed; -1 beyond the last."""
    limits = np.array([to_tenths(limit) for limit in minutes])
    if len(limits) == 0 or (np.diff(limits) <= 0).any():
        raise GeoError(Finding("bands_not_ascending", (("minutes", str(list(minutes))),)))
    band = np.searchsorted(limits, tenths, side="left")
    return np.where(band < len(limits), band, -1)


def _circles(
    label: NDArray[np.int64],
    minutes: Sequence[float],
    facilities: list[int],
    frame: _Frame,
    *,
    is_smooth: bool,
) -> list[Circle]:
    """Return the areas of labels that count facility by facility, band by band."""
    x0_m, y0_m, cell_m = frame
    areas = outlines(
        label.astype(np.int32), x0_m=x0_m, y0_m=y0_m, cell_m=cell_m, is_smooth=is_smooth
    )
    starts = [0.0, *minutes]
    circles = []
    for number, area in areas.items():
        rank, band = divmod(number, len(minutes))
        circles.append(Circle(facilities[rank], starts[band], minutes[band], area))
    return circles


def _on_land(circles: list[Circle], water: NDArray[np.object_]) -> list[Circle]:
    """Return the areas without the water that cells on the shore reach into."""
    tree = shapely.STRtree(water.tolist())
    dry: list[Circle] = []
    for circle in circles:
        area = circle.area
        wet = tree.query(area, predicate="intersects")
        if len(wet):
            area = shapely.difference(area, shapely.union_all(water[np.sort(wet)]))
            parts = shapely.get_parts(area)
            is_area = shapely.get_type_id(parts) == int(shapely.GeometryType.POLYGON)
            area = shapely.MultiPolygon(parts[is_area].tolist())
        if not area.is_empty:
            dry.append(replace(circle, area=area))
    return dry
