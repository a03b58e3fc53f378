"""Outlines of labelled cells: polygons whose borders run between cells of different labels."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


def outlines(
    labels: Ints, *, x0_m: float, y0_m: float, cell_m: float, is_smooth: bool = True
) -> dict[int, Any]:
    """Return the area of each label as a MultiPolygon.

    Parameters
    ----------
    labels
        (rows, columns) label of each cell, -1 for none; row 0 is the lowest.
    x0_m, y0_m
        Lower left corner of the first cell.
    cell_m
        Side of a cell.
    is_smooth
        True to let borders run through the middles of the cells' sides, which turns stairs into
        slopes and moves no border by more than half a cell. Where three labels meet, or two cross,
        the corner is kept, so that the areas of neighbours still fit together.

    Returns
    -------
    dict
        Label -> MultiPolygon, labels ascending.
    """
    sides = _Sides(labels)
    by_part: dict[int, list[Floats]] = {}
    for ring in sides.rings():
        points = sides.line(ring, is_smooth=is_smooth)
        by_part.setdefault(int(sides.part[ring[0]]), []).append(points)
    corner_m = np.array([x0_m, y0_m])
    areas: dict[int, list[Any]] = {}
    for part in sorted(by_part):
        rings = [shapely.LinearRing(ring * cell_m + corner_m) for ring in by_part[part]]
        outer = [ring for ring in rings if shapely.is_ccw(ring)]
        inner = [ring for ring in rings if not shapely.is_ccw(ring)]
        areas.setdefault(int(sides.label[part]), []).append(shapely.Polygon(outer[0], inner))
    return {label: shapely.MultiPolygon(areas[label]) for label in sorted(areas)}


def _parts(labels: Ints) -> tuple[Longs, Longs]:
    """Return the part of each cell, joined over common sides, and the label of each part."""
    rows, columns = labels.shape
    cell = np.arange(rows * columns).reshape(rows, columns)
    flat = labels.ravel()
    a = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
    b = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
    same = flat[a] == flat[b]
    graph = coo_array(
        (np.ones(int(same.sum()), np.int8), (a[same], b[same])), shape=(flat.size,) * 2
    )
    count, part = connected_components(graph, directed=False)
    label = np.empty(count, np.int64)
    label[part] = flat
    return part.astype(np.int64), label


class _Sides:
    """The cell sides that part labels, walked with their cell on the left.

    In units of cells; corner (column, row) has the number row * (columns + 1) + column.
    """

    def __init__(self, labels: Ints) -> None:
        rows, columns = labels.shape
        self.width = columns + 1
        parts, self.label = _parts(labels)
        framed = np.full((rows + 2, columns + 2), -1, np.int64)
        framed[1:-1, 1:-1] = labels
        row, column = np.divmod(np.arange(labels.size), columns)
        inside = framed[1:-1, 1:-1].ravel()
        starts, ends, cells = [], [], []
        # Below, right, above, left: the step to the neighbour and the two corners of that side.
        for (down, right), (r1, c1), (r2, c2) in (
            ((-1, 0), (0, 0), (0, 1)),
            ((0, 1), (0, 1), (1, 1)),
            ((1, 0), (1, 1), (1, 0)),
            ((0, -1), (1, 0), (0, 0)),
        ):
            outside = framed[1 + down : rows + 1 + down, 1 + right : columns + 1 + right].ravel()
            cell = np.flatnonzero((inside >= 0) & (inside != outside))
            starts.append((row[cell] + r1) * self.width + column[cell] + c1)
            ends.append((row[cell] + r2) * self.width + column[cell] + c2)
            cells.append(cell)
        self.start, self.end = np.concatenate(starts), np.concatenate(ends)
        self.cell = np.concatenate(cells)
        self.part = parts[self.cell]
        self.is_kept = _kept_corners(framed)

    def _following(self) -> Longs:
        """Return the side after each: the one of its part that begins where it ends.

        Where two cells of one part touch at a corner only, two sides begin there. The part then
        closes a loop around one of the gaps, and the border passes on to the other cell, so that
        the gap has a ring of its own.
        """
        if len(self.start) == 0:
            return np.empty(0, np.int64)
        base = int(self.part.max()) + 1
        key = self.start * base + self.part
        order = np.argsort(key, kind="stable")
        wanted = self.end * base + self.part
        low = order[np.searchsorted(key[order], wanted, side="left")]
        high = order[np.searchsorted(key[order], wanted, side="right") - 1]
        return np.where(self.cell[low] == self.cell, high, low)

    def rings(self) -> list[list[int]]:
        """Return the sides of each ring in order; rings begin at their first side."""
        following = self._following().tolist()
        is_done = [False] * len(following)
        rings = []
        for first in range(len(following)):
            if is_done[first]:
                continue
            ring, side = [], first
            while not is_done[side]:
                is_done[side] = True
                ring.append(side)
                side = following[side]
            rings.append(ring)
        return rings

    def line(self, ring: list[int], *, is_smooth: bool) -> Floats:
        """Return the closed line of a ring, in cells."""
        start = self.start[ring]
        corner = np.column_stack([start % self.width, start // self.width]).astype(np.float64)
        if not is_smooth:
            return _without_straight(corner)
        middle = (corner + np.roll(corner, -1, axis=0)) / 2
        points = np.stack([corner, middle], axis=1).reshape(-1, 2)
        is_used = np.stack([self.is_kept[start], np.ones(len(ring), np.bool_)], axis=1).ravel()
        return _without_straight(points[is_used])


def _kept_corners(framed: Longs) -> NDArray[np.bool_]:
    """Return True for corners where three labels meet or two cross."""
    a, b = framed[:-1, :-1], framed[:-1, 1:]
    c, d = framed[1:, :-1], framed[1:, 1:]
    changes = [a != b, b != d, d != c, c != a]
    is_kept: NDArray[np.bool_] = (np.sum(changes, axis=0) >= 3).ravel()
    return is_kept


def _without_straight(points: Floats) -> Floats:
    """Return a ring without the points between which it does not turn."""
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    bends: Floats = points[turns]
    return bends
