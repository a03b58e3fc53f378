"""Tie places to the road: nearest point of the nearest segment to join, never across water.

The kernels and every function they inline stay in this file: numba's cache watches only this file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.errors import Finding, GeoError
from geo.roads import ModeNetwork, RoadGraph
from geo.threads import run_pieces
from geo.water import shore_lines

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

WATER_EXIT_M = 150.0
"""A place in water (a cell centre in a pond) may leave it by a first stretch of this length."""

ISLAND_SLACK_M = 50.0
ISLAND_SLACK_RATIO = 1.5
"""A place leaves a scrap of road for the main network when that is at most so much further away."""

SCRAP_SHARE = 0.05
"""A part of the network is a scrap when it has fewer than this share of the main part's nodes."""

END_ON_SHORE_M = 0.01
"""Legs may end on a shore: they are judged so much short of their end (or past it, from water)."""

ANCHOR_X, ANCHOR_Y = 0.4837, 0.5261
NODE_TOLERANCE_M = 0.001
CELLS_PER_SEGMENT = 0.5
MAX_CELLS = 16_000_000
POINTS_A_PIECE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Snaps:
    """Where places join the road, n places on one mode's network.

    Parameters
    ----------
    segment
        (n,) index of the road segment; -1 where no segment may be joined within reach.
    tail, head
        (n,) nodes at the ends of the segment; -1 where there is none.
    fraction
        (n,) 0 at the tail, 1 at the head.
    access_m
        (n,) length of the straight leg between place and road; NaN where there is none.
    access_tenths
        (n,) tenths of a second of that leg at the mode's access speed; 0 where there is none.
    moved
        (n,) True where the island rule passed over a scrap of road for the main network.
    """

    segment: Ints
    tail: Ints
    head: Ints
    fraction: Floats
    access_m: Floats
    access_tenths: Ints
    moved: Bools

    def __len__(self) -> int:
        return len(self.segment)

    def take(self, index: NDArray[Any]) -> Snaps:
        """Return some of the places, in the order of `index` (positions or a mask)."""
        return Snaps(*(getattr(self, field.name)[index] for field in fields(self)))


def snap(
    roads: RoadGraph,
    network: ModeNetwork,
    x_m: Floats,
    y_m: Floats,
    *,
    max_access_m: float = 1000.0,
    water: Iterable[Any] | None = None,
    avoid_islands: bool = True,
) -> Snaps:
    """Tie each place to the nearest point of the nearest segment that the mode may join.

    The nearest segment wins, the lowest segment number among equals. With water, a segment counts
    only when the straight leg to it stays on land; a leg that would end on a bridge over water is
    refused, too. A place in water may leave it by one first stretch of `WATER_EXIT_M`. With
    `avoid_islands` a place whose nearest segment lies on a scrap (`SCRAP_SHARE`) is tied to a
    larger part instead, when that is within `max_access_m` and at most `ISLAND_SLACK_M` or
    `ISLAND_SLACK_RATIO` times further (the larger of the two).

    Parameters
    ----------
    roads, network
        The road graph and the mode's view of it.
    x_m, y_m
        (n,) metric coordinates in the roads' system; NaN means no position and is never tied.
    max_access_m
        Longest straight leg, inclusive.
    water
        Polygons in the same system; None when nothing is known of water.
    avoid_islands
        Whether the island rule applies; `Snaps.moved` says where it did.

    Returns
    -------
    Snaps

    Raises
    ------
    GeoError
        When the coordinate arrays differ in length or `max_access_m` is negative or not finite.
    """
    x_m, y_m = np.ascontiguousarray(x_m, np.float64), np.ascontiguousarray(y_m, np.float64)
    _check(x_m, y_m, max_access_m)
    is_usable = (network.forward_tenths >= 0) | (network.backward_tenths >= 0)
    usable = np.flatnonzero(network.may_snap & is_usable)
    placed = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
    if len(usable) == 0 or len(placed) == 0:
        return _untied(len(x_m))
    tail, head = roads.tail[usable], roads.head[usable]
    ends = np.column_stack([roads.x_m[tail], roads.y_m[tail], roads.x_m[head], roads.y_m[head]])
    is_scrap = _scraps(network, tail) if avoid_islands else np.zeros(len(usable), np.bool_)
    frame = _frame(ends, max_access_m)
    lakes = _lakes(water, frame)
    order = placed[np.argsort(_cell_of(frame, x_m[placed], y_m[placed]), kind="stable")]
    points = np.column_stack([x_m[order], y_m[order]])
    found = _search(frame, ends, is_scrap, lakes, points, max_access_m)
    return _as_snaps(roads, network, usable, order, found, len(x_m))


def _check(x_m: Floats, y_m: Floats, max_access_m: float) -> None:
    if x_m.shape != y_m.shape:
        params = (("name", "y_m"), ("expected", len(x_m)), ("actual", len(y_m)))
        raise GeoError(Finding("array_shape", params))
    if not math.isfinite(max_access_m):
        raise GeoError(Finding("array_not_finite", (("name", "max_access_m"), ("count", 1))))
    if max_access_m < 0:
        raise GeoError(Finding("array_negative", (("name", "max_access_m"), ("count", 1))))


def _untied(count: int) -> Snaps:
    none = np.full(count, -1, np.int32)
    nan = np.full(count, np.nan)
    zero = np.zeros(count, np.int32)
    return Snaps(none, none.copy(), none.copy(), nan, nan.copy(), zero, np.zeros(count, np.bool_))


def _scraps(network: ModeNetwork, tail: Ints) -> Bools:
    """Return True for segments of parts with fewer than `SCRAP_SHARE` of the main part's nodes."""
    part = network.component[tail]
    nodes = np.bincount(network.component[network.component >= 0], minlength=1)
    return np.where(part >= 0, nodes[part] < SCRAP_SHARE * nodes[0], True)


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Square cells over the roads, with a rim as wide as the longest leg (at most 20 km)."""

    x0_m: float
    y0_m: float
    cell_m: float
    columns: int
    rows: int


def _frame(ends: Floats, max_access_m: float) -> _Frame:
    rim_m = min(max_access_m, 20_000.0) + 1.0
    x0_m, y0_m = ends[:, 0::2].min() - rim_m, ends[:, 1::2].min() - rim_m
    width_m, height_m = ends[:, 0::2].max() + rim_m - x0_m, ends[:, 1::2].max() + rim_m - y0_m
    cell_m = math.sqrt(width_m * height_m / (len(ends) / CELLS_PER_SEGMENT))
    cell_m = max(min(max(cell_m, 25.0), 1000.0), math.sqrt(width_m * height_m / MAX_CELLS))
    columns, rows = int(width_m // cell_m) + 1, int(height_m // cell_m) + 1
    return _Frame(float(x0_m), float(y0_m), cell_m, columns, rows)


def _cell_of(frame: _Frame, x_m: Floats, y_m: Floats) -> Ints:
    """Return the cell of each point, row by row; points outside take the nearest cell."""
    column = np.clip((x_m - frame.x0_m) // frame.cell_m, 0, frame.columns - 1)
    row = np.clip((y_m - frame.y0_m) // frame.cell_m, 0, frame.rows - 1)
    return (row * frame.columns + column).astype(np.int32)


def _box(frame: _Frame) -> tuple[float, float, float]:
    return frame.x0_m, frame.y0_m, frame.cell_m


def _register(frame: _Frame, ends: Floats) -> tuple[Longs, Ints]:
    """Return (indptr, item): the segments that touch each cell."""
    count = np.zeros(frame.columns * frame.rows + 1, np.int64)
    none = np.empty(0, np.int32)
    fill_cells(ends, *_box(frame), frame.columns, frame.rows, count[1:], none, False)
    indptr = np.cumsum(count)
    item = np.empty(indptr[-1], np.int32)
    fill_cells(ends, *_box(frame), frame.columns, frame.rows, indptr[:-1].copy(), item, True)
    return indptr, item


@dataclass(frozen=True, slots=True, eq=False)
class _Lakes:
    """Shores as lines with water on their left, and how many lakes hold the anchor of each cell."""

    shore: Floats
    indptr: Longs
    item: Ints
    depth: Ints


def _lakes(water: Iterable[Any] | None, frame: _Frame) -> _Lakes:
    top_m = frame.y0_m + frame.rows * frame.cell_m
    right_m = frame.x0_m + frame.columns * frame.cell_m
    shore = shore_lines(water, right_m=right_m, bottom_m=frame.y0_m, top_m=top_m)
    if len(shore) == 0:
        empty = np.zeros(0, np.int32)
        return _Lakes(shore, np.zeros(1, np.int64), empty, empty.copy())
    step = np.zeros((frame.rows, frame.columns), np.int32)
    anchor_steps(shore, frame.x0_m, frame.y0_m, frame.cell_m, step)
    return _Lakes(shore, *_register(frame, shore), np.cumsum(step, axis=1, dtype=np.int32).ravel())


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Per sorted point: row of `ends` (-1 none), place along it, length of the leg, island flag."""

    row: Ints
    fraction: Floats
    access_m: Floats
    moved: Bools


def _search(
    frame: _Frame,
    ends: Floats,
    is_scrap: Bools,
    lakes: _Lakes,
    points: Floats,
    max_access_m: float,
) -> _Found:
    count = len(points)
    found = _Found(
        row=np.full(count, -1, np.int32),
        fraction=np.full(count, np.nan),
        access_m=np.full(count, np.nan),
        moved=np.zeros(count, np.bool_),
    )
    indptr, item = _register(frame, ends)

    def run(start: int, stop: int) -> None:
        nearest_segments(
            points[start:stop],
            ends,
            is_scrap,
            indptr,
            item,
            lakes.shore,
            lakes.indptr,
            lakes.item,
            lakes.depth,
            frame.x0_m,
            frame.y0_m,
            frame.cell_m,
            frame.columns,
            frame.rows,
            float(max_access_m),
            found.row[start:stop],
            found.fraction[start:stop],
            found.access_m[start:stop],
            found.moved[start:stop],
        )

    run_pieces(run, [*range(0, count, POINTS_A_PIECE), count])
    return found


def _as_snaps(
    roads: RoadGraph,
    network: ModeNetwork,
    segment: Longs,
    order: Longs,
    found: _Found,
    count: int,
) -> Snaps:
    """Return the answers in the caller's order; `segment` numbers the rows of `ends`."""
    snaps = _untied(count)
    tied = np.flatnonzero(found.row >= 0)
    place, joined = order[tied], segment[found.row[tied]]
    snaps.segment[place] = joined
    snaps.tail[place], snaps.head[place] = roads.tail[joined], roads.head[joined]
    # A foot within a hair of a node is the node: what leaves it may leave from there.
    fraction = found.fraction[tied]
    length_m = np.hypot(
        roads.x_m[snaps.head[place]] - roads.x_m[snaps.tail[place]],
        roads.y_m[snaps.head[place]] - roads.y_m[snaps.tail[place]],
    )
    fraction[fraction * length_m < NODE_TOLERANCE_M] = 0.0
    fraction[(1.0 - fraction) * length_m < NODE_TOLERANCE_M] = 1.0
    snaps.fraction[place] = fraction
    access_m = found.access_m[tied]
    snaps.access_m[place] = access_m
    snaps.access_tenths[place] = _leg_tenths(access_m, network.access_speed_kph)
    snaps.moved[place] = found.moved[tied]
    return snaps


def retimed(snaps: Snaps, access_speed_kph: float) -> Snaps:
    """Return the same joints with the straight legs walked at another speed."""
    tied = snaps.segment >= 0
    tenths = np.zeros_like(snaps.access_tenths)
    tenths[tied] = _leg_tenths(snaps.access_m[tied], access_speed_kph)
    return replace(snaps, access_tenths=tenths)


def _leg_tenths(access_m: Floats, speed_kph: float) -> Floats:
    """Return the rounded tenths of a second of straight legs."""
    return np.rint(access_m * 36.0 / speed_kph)


# ---- kernels


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
