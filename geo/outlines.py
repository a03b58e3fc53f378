"""Outlines of labelled cells: polygons whose borders run between cells of different labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.arrays import Floats, Ints, Longs


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
    if (labels < 0).all():
        return {}
    sides = _Sides(labels)
    side, ring_of_side = sides.rings()
    points, ring = sides.points(side, ring_of_side, is_smooth=is_smooth)
    lines = shapely.linearrings(points * cell_m + np.array([x0_m, y0_m]), indices=ring)
    part = sides.part[side[np.flatnonzero(np.diff(ring_of_side, prepend=-1))]]
    is_outer = shapely.is_ccw(lines)
    holes: dict[int, list[Any]] = {}
    for number in np.flatnonzero(~is_outer).tolist():
        holes.setdefault(int(part[number]), []).append(lines[number])
    areas: dict[int, list[Any]] = {}
    for number in np.flatnonzero(is_outer).tolist():
        polygon = shapely.Polygon(lines[number], holes.get(int(part[number])))
        areas.setdefault(int(sides.label[part[number]]), []).append(polygon)
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
        base = int(self.part.max()) + 1
        key = self.start * base + self.part
        order = np.argsort(key, kind="stable")
        wanted = self.end * base + self.part
        low = order[np.searchsorted(key[order], wanted, side="left")]
        high = order[np.searchsorted(key[order], wanted, side="right") - 1]
        return np.where(self.cell[low] == self.cell, high, low)

    def rings(self) -> tuple[Longs, Longs]:
        """Return all sides ring by ring, and the number of the ring of each."""
        following = self._following().tolist()
        is_done = [False] * len(following)
        sides: list[int] = []
        starts: list[int] = []
        for first in range(len(following)):
            if is_done[first]:
                continue
            starts.append(len(sides))
            side = first
            while not is_done[side]:
                is_done[side] = True
                sides.append(side)
                side = following[side]
        lengths = np.diff([*starts, len(sides)])
        return np.array(sides, np.int64), np.repeat(np.arange(len(starts)), lengths)

    def points(self, side: Longs, ring: Longs, *, is_smooth: bool) -> tuple[Floats, Longs]:
        """Return the points at which the rings turn, in cells, and the ring of each."""
        start, end = self.start[side], self.end[side]
        corner = np.column_stack([start % self.width, start // self.width]).astype(np.float64)
        if is_smooth:
            corner_after = np.column_stack([end % self.width, end // self.width])
            both = np.stack([corner, (corner + corner_after) / 2], axis=1).reshape(-1, 2)
            is_used = np.column_stack([self.is_kept[start], np.ones(len(side), np.bool_)]).ravel()
            corner, ring = both[is_used], np.repeat(ring, 2)[is_used]
        return _without_straight(corner, ring)


def _without_straight(points: Floats, ring: Longs) -> tuple[Floats, Longs]:
    """Return rings without the points at which they do not turn."""
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(ring)) - 1
    before, after = np.arange(len(ring)) - 1, np.arange(len(ring)) + 1
    before[first], after[last] = last, first
    a, b = points - points[before], points[after] - points
    turns = a[:, 0] * b[:, 1] != a[:, 1] * b[:, 0]
    return points[turns], ring[turns]


def _kept_corners(framed: Longs) -> NDArray[np.bool_]:
    """Return True for corners where three labels meet or two cross."""
    a, b = framed[:-1, :-1], framed[:-1, 1:]
    c, d = framed[1:, :-1], framed[1:, 1:]
    changes = [a != b, b != d, d != c, c != a]
    is_kept: NDArray[np.bool_] = (np.sum(changes, axis=0) >= 3).ravel()
    return is_kept
