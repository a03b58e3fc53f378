"""The search for the nearest road segment of points, with shores that a straight leg may not cross.

The kernels and every function they inline stay in this file: numba's cache watches only this file.
"""

from __future__ import annotations

import math

import numpy as np

from geo.arrays import Bools, Floats, Ints, Longs
from geo.compiled import njit

WATER_EXIT_M = 150.0
"""A place in water (a cell centre in a pond) may leave it by a first stretch of this length."""

ISLAND_SLACK_M = 50.0
ISLAND_SLACK_RATIO = 1.5
"""A place leaves a scrap of road for the main network when that is at most so much further away."""

END_ON_SHORE_M = 0.01
"""Legs may end on a shore: they are judged so much short of their end (or past it, from water)."""

ANCHOR_X, ANCHOR_Y = 0.4837, 0.5261


@njit(nogil=True, cache=True)
def fill_cells(
    ends: Floats,
    x0: float,
    y0: float,
    cell: float,
    columns: int,
    rows: int,
    cursor: Longs,
    item: Ints,
    is_filling: bool,
) -> None:
    """Count the segments that touch each cell, or write their numbers where `cursor` says."""
    for s in range(ends.shape[0]):
        xa, ya, xb, yb = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
        first = max(math.floor((min(ya, yb) - y0) / cell), 0)
        last = min(math.floor((max(ya, yb) - y0) / cell), rows - 1)
        for r in range(first, last + 1):
            low, high = _columns_in_row(xa, ya, xb, yb, x0, y0 + r * cell, cell)
            for c in range(max(low, 0), min(high, columns - 1) + 1):
                k = r * columns + c
                if is_filling:
                    item[cursor[k]] = s
                cursor[k] += 1


@njit(nogil=True, cache=True)
def _columns_in_row(
    xa: float, ya: float, xb: float, yb: float, x0: float, row_y: float, cell: float
) -> tuple[int, int]:
    """Return the first and last column that a line touches in the row of cells from `row_y` up."""
    low, high = min(xa, xb), max(xa, xb)
    if yb != ya:
        ta, tb = (row_y - ya) / (yb - ya), (row_y + cell - ya) / (yb - ya)
        ta, tb = max(min(ta, tb), 0.0), min(max(ta, tb), 1.0)
        low = max(low, min(xa + ta * (xb - xa), xa + tb * (xb - xa)))
        high = min(high, max(xa + ta * (xb - xa), xa + tb * (xb - xa)))
    # A hair wider than computed, so that rounding never loses a cell.
    return math.floor((low - x0) / cell - 1e-9), math.floor((high - x0) / cell + 1e-9)


@njit(nogil=True, cache=True)
def anchor_steps(shore: Floats, x0: float, y0: float, cell: float, step: Ints) -> None:
    """Add, per row of cells, how the number of lakes around the anchors changes from left to right.

    The anchor of a cell lies off its centre, where no shore drawn on a round grid passes.
    """
    rows, columns = step.shape
    for s in range(shore.shape[0]):
        xa, ya, xb, yb = shore[s, 0], shore[s, 1], shore[s, 2], shore[s, 3]
        first = max(math.floor((min(ya, yb) - y0) / cell) - 1, 0)
        last = min(math.floor((max(ya, yb) - y0) / cell) + 1, rows - 1)
        for r in range(first, last + 1):
            y = y0 + (r + ANCHOR_Y) * cell
            if (ya > y) == (yb > y):
                continue
            x = xa + (y - ya) / (yb - ya) * (xb - xa)
            c = max(math.floor((x - x0) / cell - ANCHOR_X) + 1, 0)
            if c < columns:
                step[r, c] += 1 if ya > y else -1


@njit(nogil=True, cache=True)
def _crossing(
    px: float, py: float, qx: float, qy: float, shore: Floats, s: int
) -> tuple[float, int]:
    """Return (place along p-q, +1 into water or -1 out of it) where it meets a shore; 0 for no."""
    dx, dy = qx - px, qy - py
    ax, ay, bx, by = shore[s, 0] - px, shore[s, 1] - py, shore[s, 2] - px, shore[s, 3] - py
    side_a, side_b = dx * ay - dy * ax, dx * by - dy * bx
    if (side_a > 0.0) == (side_b > 0.0):
        return 0.0, 0
    ex, ey = bx - ax, by - ay
    t = (ax * ey - ay * ex) / (dx * ey - dy * ex)
    if t < 0.0 or t > 1.0:
        return 0.0, 0
    return t, 1 if side_a > 0.0 else -1


@njit(nogil=True, cache=True)
def _lakes_around(
    px: float,
    py: float,
    shore: Floats,
    indptr: Longs,
    item: Ints,
    depth: Ints,
    x0: float,
    y0: float,
    cell: float,
    columns: int,
    rows: int,
) -> int:
    """Return how many lakes hold a point; 0 outside the frame."""
    c, r = math.floor((px - x0) / cell), math.floor((py - y0) / cell)
    if c < 0 or r < 0 or c >= columns or r >= rows:
        return 0
    k = r * columns + c
    around = int(depth[k])
    ax, ay = x0 + (c + ANCHOR_X) * cell, y0 + (r + ANCHOR_Y) * cell
    for i in range(indptr[k], indptr[k + 1]):
        around += _crossing(ax, ay, px, py, shore, item[i])[1]
    return around


@njit(nogil=True, cache=True)
def _is_wet(
    px: float,
    py: float,
    qx: float,
    qy: float,
    around: int,
    shore: Floats,
    indptr: Longs,
    item: Ints,
    x0: float,
    y0: float,
    cell: float,
    columns: int,
    rows: int,
    place: Floats,
    turn: Ints,
    seen: Ints,
) -> bool:
    """Return True where the leg p-q may not be walked; `place`, `turn`, `seen` are scratch."""
    length = math.hypot(qx - px, qy - py)
    if length <= END_ON_SHORE_M:
        return False
    scale = 1.0 + (END_ON_SHORE_M if around > 0 else -END_ON_SHORE_M) / length
    qx, qy = px + (qx - px) * scale, py + (qy - py) * scale
    count = 0
    first = max(math.floor((min(py, qy) - y0) / cell), 0)
    last = min(math.floor((max(py, qy) - y0) / cell), rows - 1)
    for r in range(first, last + 1):
        low, high = _columns_in_row(px, py, qx, qy, x0, y0 + r * cell, cell)
        for c in range(max(low, 0), min(high, columns - 1) + 1):
            for i in range(indptr[r * columns + c], indptr[r * columns + c + 1]):
                s = item[i]
                t, sign = _crossing(px, py, qx, qy, shore, s)
                if sign == 0:
                    continue
                if around == 0 or count == len(place):
                    return True
                j = count
                is_known = False
                for m in range(count):
                    is_known = is_known or seen[m] == s
                if is_known:
                    continue
                while j > 0 and place[j - 1] > t:
                    place[j], turn[j], seen[j] = place[j - 1], turn[j - 1], seen[j - 1]
                    j -= 1
                place[j], turn[j], seen[j] = t, sign, s
                count += 1
    if around == 0:
        return False
    # In water: out by the first stretch, and never in again.
    for j in range(count):
        around += turn[j]
        if around <= 0:
            return place[j] * length > WATER_EXIT_M or j + 1 < count
    return True


@njit(nogil=True, cache=True)
def _foot(px: float, py: float, ends: Floats, s: int) -> tuple[float, float, float, float]:
    """Return (squared distance, place along, x, y) of the nearest point of a segment."""
    xa, ya, xb, yb = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    dx, dy = xb - xa, yb - ya
    square = dx * dx + dy * dy
    t = ((px - xa) * dx + (py - ya) * dy) / square if square > 0.0 else 0.0
    if t <= 0.0:
        t, x, y = 0.0, xa, ya
    elif t >= 1.0:
        # The end itself, not a sum near it: segments that share it must tie exactly.
        t, x, y = 1.0, xb, yb
    else:
        x, y = xa + t * dx, ya + t * dy
    return (px - x) * (px - x) + (py - y) * (py - y), t, x, y


@njit(nogil=True, cache=True)
def _is_near_shore(
    px: float,
    py: float,
    shore: Floats,
    indptr: Longs,
    item: Ints,
    x0: float,
    y0: float,
    cell: float,
    columns: int,
    rows: int,
) -> bool:
    """Return whether any shore is near enough for a place in water to leave it."""
    low = max(math.floor((px - WATER_EXIT_M - x0) / cell), 0)
    high = min(math.floor((px + WATER_EXIT_M - x0) / cell), columns - 1)
    first = max(math.floor((py - WATER_EXIT_M - y0) / cell), 0)
    last = min(math.floor((py + WATER_EXIT_M - y0) / cell), rows - 1)
    for r in range(first, last + 1):
        for i in range(indptr[r * columns + low], indptr[r * columns + high + 1]):
            if _foot(px, py, shore, item[i])[0] <= WATER_EXIT_M * WATER_EXIT_M:
                return True
    return False


@njit(nogil=True, cache=True)
def nearest_segments(
    points: Floats,
    ends: Floats,
    is_scrap: Bools,
    indptr: Longs,
    item: Ints,
    shore: Floats,
    shore_indptr: Longs,
    shore_item: Ints,
    depth: Ints,
    x0: float,
    y0: float,
    cell: float,
    columns: int,
    rows: int,
    max_access_m: float,
    row_out: Ints,
    fraction_out: Floats,
    access_out: Floats,
    moved_out: Bools,
) -> None:
    """Search rings of cells around each point until nothing nearer can be left."""
    has_water = shore.shape[0] > 0
    place, turn, seen = np.empty(64), np.empty(64, np.int32), np.empty(64, np.int32)
    best, best_d = np.empty(2, np.int32), np.empty(2)  # of [the larger parts, the scraps]
    for i in range(points.shape[0]):
        px, py = points[i, 0], points[i, 1]
        cx, cy = math.floor((px - x0) / cell), math.floor((py - y0) / cell)
        rim = min(px - (x0 + cx * cell), x0 + (cx + 1) * cell - px)
        rim = min(rim, py - (y0 + cy * cell), y0 + (cy + 1) * cell - py)
        around = 0
        if has_water:
            around = _lakes_around(
                px, py, shore, shore_indptr, shore_item, depth, x0, y0, cell, columns, rows
            )
            if around > 0 and not _is_near_shore(
                px, py, shore, shore_indptr, shore_item, x0, y0, cell, columns, rows
            ):
                continue
        best[:] = -1
        best_d[:] = np.inf
        bound = max_access_m * max_access_m
        far = max(cx, columns - 1 - cx, cy, rows - 1 - cy)
        ring = max(0, -cx, cx - columns + 1, -cy, cy - rows + 1)
        while ring <= far:
            reach = max((ring - 1) * cell + rim, 0.0)
            if ring > 0 and reach * reach > bound:
                break
            for r in range(max(cy - ring, 0), min(cy + ring, rows - 1) + 1):
                stride = 1 if abs(r - cy) == ring or ring == 0 else 2 * ring
                for c in range(cx - ring, cx + ring + 1, stride):
                    if c < 0 or c >= columns:
                        continue
                    for j in range(indptr[r * columns + c], indptr[r * columns + c + 1]):
                        s = item[j]
                        d, _, x, y = _foot(px, py, ends, s)
                        k = 1 if is_scrap[s] else 0
                        if d > bound or d > best_d[k] or (d == best_d[k] and s >= best[k]):
                            continue
                        if has_water and _is_wet(
                            px, py, x, y, around, shore, shore_indptr, shore_item,
                            x0, y0, cell, columns, rows, place, turn, seen,
                        ):  # fmt: skip
                            continue
                        best[k], best_d[k] = s, d
                        bound = min(bound, _bound(best_d))
            ring += 1
        k = 0
        if best_d[1] < best_d[0]:
            moved_out[i] = best_d[0] <= _slack(best_d[1])
            k = 0 if moved_out[i] else 1
        if best[k] >= 0:
            d, t, _, _ = _foot(px, py, ends, best[k])
            row_out[i], fraction_out[i], access_out[i] = best[k], t, math.sqrt(d)


@njit(nogil=True, cache=True)
def _slack(square: float) -> float:
    """Return the squared distance up to which a larger part is preferred to a scrap so far away."""
    distance = math.sqrt(square)
    further = max(distance + ISLAND_SLACK_M, distance * ISLAND_SLACK_RATIO)
    return further * further


@njit(nogil=True, cache=True)
def _bound(best_d: Floats) -> float:
    """Return the squared distance beyond which a segment can no longer win."""
    limit = best_d[0] if best_d[0] <= best_d[1] else min(best_d[0], _slack(best_d[1]))
    return float(limit)
