"""Tie places to the road: nearest point of the nearest segment to join, never across water.

The search itself is in `segment_search`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints, Longs
from geo.errors import Finding, GeoError, Progress
from geo.roads import ModeNetwork, RoadGraph
from geo.segment_search import (
    ISLAND_SLACK_M,
    ISLAND_SLACK_RATIO,
    WATER_EXIT_M,
    anchor_steps,
    fill_cells,
    nearest_segments,
)
from geo.threads import run_pieces
from geo.water import shore_lines

__all__ = [
    "ISLAND_SLACK_M",
    "ISLAND_SLACK_RATIO",
    "SCRAP_SHARE",
    "WATER_EXIT_M",
    "Snaps",
    "retimed",
    "snap",
]

SCRAP_SHARE = 0.05
"""A part of the network is a scrap when it has fewer than this share of the main part's nodes."""

NODE_TOLERANCE_M = 0.001
CELLS_PER_SEGMENT = 0.5
MAX_CELLS = 16_000_000
POINTS_A_PIECE = 50_000
FEW_PLACES = 16
"""So few places look only at the segments around them: a single edit need not sort all roads."""


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

    def append(self, other: Snaps) -> Snaps:
        """Return these places with others of the same network behind them."""
        names = [field.name for field in fields(self)]
        return Snaps(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))


def snap(
    roads: RoadGraph,
    network: ModeNetwork,
    x_m: Floats,
    y_m: Floats,
    *,
    max_access_m: float = 1000.0,
    water: Iterable[Any] | None = None,
    avoid_islands: bool = True,
    progress: Progress | None = None,
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
    progress
        Called with ("snap", pieces done, pieces); may raise `Cancelled`.

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
    if 0 < len(placed) <= FEW_PLACES:
        usable = _near(roads, usable, x_m[placed], y_m[placed], max_access_m)
    if len(usable) == 0 or len(placed) == 0:
        return _untied(len(x_m))
    tail, head = roads.tail[usable], roads.head[usable]
    ends = np.column_stack([roads.x_m[tail], roads.y_m[tail], roads.x_m[head], roads.y_m[head]])
    is_scrap = _scraps(network, tail) if avoid_islands else np.zeros(len(usable), np.bool_)
    frame = _frame(ends, max_access_m)
    lakes = _lakes(water, frame)
    order = placed[np.argsort(_cell_of(frame, x_m[placed], y_m[placed]), kind="stable")]
    points = np.column_stack([x_m[order], y_m[order]])
    found = _search(
        frame,
        ends,
        is_scrap,
        lakes,
        points=points,
        max_access_m=max_access_m,
        progress=progress,
    )
    return _as_snaps(roads, network, segment=usable, order=order, found=found, count=len(x_m))


def _check(x_m: Floats, y_m: Floats, max_access_m: float) -> None:
    if x_m.shape != y_m.shape:
        params = (("name", "y_m"), ("expected", len(x_m)), ("actual", len(y_m)))
        raise GeoError(Finding("array_shape", params))
    if not math.isfinite(max_access_m):
        raise GeoError(Finding("array_not_finite", (("name", "max_access_m"), ("count", 1))))
    if max_access_m < 0:
        raise GeoError(Finding("array_negative", (("name", "max_access_m"), ("count", 1))))


def _near(roads: RoadGraph, segment: Longs, x_m: Floats, y_m: Floats, within_m: float) -> Longs:
    """Return the segments, in their order, whose box comes within a distance of a place."""
    is_near = np.zeros(len(segment), np.bool_)
    reach_m = within_m + 1.0  # the exact comparison is that of the search
    x, y = (
        (along[roads.tail[segment]], along[roads.head[segment]]) for along in (roads.x_m, roads.y_m)
    )
    (west, east), (south, north) = ((np.minimum(*ends), np.maximum(*ends)) for ends in (x, y))
    for at_x, at_y in zip(x_m.tolist(), y_m.tolist(), strict=True):
        is_near |= (
            (west <= at_x + reach_m)
            & (east >= at_x - reach_m)
            & (south <= at_y + reach_m)
            & (north >= at_y - reach_m)
        )
    return segment[is_near]


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
    *,
    points: Floats,
    max_access_m: float,
    progress: Progress | None,
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

    cuts = [*range(0, count, POINTS_A_PIECE), count]
    run_pieces(run, cuts, stage="snap", progress=progress)
    return found


def _as_snaps(
    roads: RoadGraph,
    network: ModeNetwork,
    *,
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
