"""Cheapest ways over a grid: areas that grow from seeds, and paths to the nearest target."""

from __future__ import annotations

import heapq

import numba
import numpy as np
from numpy.typing import NDArray

# Eight neighbours and the eight knight's moves: paths turn in steps of about 22 degrees.
MOVES = np.array(
    [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1),
     (1, 2), (2, 1), (-1, 2), (2, -1), (1, -2), (-2, 1), (-1, -2), (-2, -1)]
)  # fmt: skip


@numba.njit(cache=True)
def grow(
    cost: NDArray[np.float64], seeds: NDArray[np.int64], starts: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return for each cell the seed it is cheapest to reach from, -1 where none can.

    Parameters
    ----------
    cost
        (rows, columns) cost of one cell; infinite cells are never entered.
    seeds
        (n, 2) row and column of the seeds.
    starts
        (n,) cost a seed starts with: a later start makes a smaller area.
    """
    rows, columns = cost.shape
    best = np.full((rows, columns), np.inf)
    label = np.full((rows, columns), -1, np.int64)
    heap = [(0.0, np.int64(0), np.int64(0))]
    heap.pop()
    for i in range(seeds.shape[0]):
        r, c = seeds[i, 0], seeds[i, 1]
        if starts[i] < best[r, c]:
            best[r, c] = starts[i]
            label[r, c] = i
            heapq.heappush(heap, (starts[i], np.int64(r * columns + c), np.int64(i)))
    while heap:
        spent, cell, owner = heapq.heappop(heap)
        r, c = cell // columns, cell % columns
        if spent > best[r, c]:
            continue
        for m in range(8):
            nr, nc = r + MOVES[m, 0], c + MOVES[m, 1]
            if nr < 0 or nc < 0 or nr >= rows or nc >= columns or not np.isfinite(cost[nr, nc]):
                continue
            length = 1.4142135623730951 if m >= 4 else 1.0
            there = spent + length * 0.5 * (cost[r, c] + cost[nr, nc])
            if there < best[nr, nc]:
                best[nr, nc] = there
                label[nr, nc] = owner
                heapq.heappush(heap, (there, np.int64(nr * columns + nc), owner))
    return label


@numba.njit(cache=True)
def cheapest_path(
    cost: NDArray[np.float64],
    rise: NDArray[np.float64],
    is_road: NDArray[np.bool_],
    is_beside: NDArray[np.bool_],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    prices: tuple[float, float, float, float],
    best: NDArray[np.float64],
    before: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the cells (row, column) of the cheapest path between two cells, or to the nearest road.

    Parameters
    ----------
    cost, rise
        (rows, columns) cost of one cell and its height; a step costs its length times the dearer end plus the
        square of the grade. A step between two road cells costs `prices[0]` of that, a cell beside a road 1.9 times.
    source, target
        Row and column; a target of (-1, -1) means the nearest road cell.
    prices
        Reuse of roads, largest cost that may be entered, factor on the rise, most that may be spent.
    best, before
        (rows * columns,) scratch: infinite and -1 before and after.
    """
    rows, columns = cost.shape
    reuse, dearest, climb, most = prices
    start = np.int64(source[0] * columns + source[1])
    wanted = np.int64(target[0] * columns + target[1]) if target[0] >= 0 else np.int64(-1)
    best[start] = 0.0
    touched = [start]
    heap = [(0.0, start)]
    end = np.int64(-1)
    while heap:
        spent, cell = heapq.heappop(heap)
        if spent > best[cell]:
            continue
        if spent > most:
            break
        r, c = cell // columns, cell % columns
        if cell == wanted or (wanted < 0 and is_road[r, c]):
            end = cell
            break
        for m in range(16):
            dr, dc = MOVES[m, 0], MOVES[m, 1]
            nr, nc = r + dr, c + dc
            if nr < 0 or nc < 0 or nr >= rows or nc >= columns or cost[nr, nc] > dearest:
                continue
            here = max(cost[r, c], cost[nr, nc])
            if m >= 8:  # a knight's move also passes a cell between its ends
                here = max(
                    here,
                    cost[
                        r + (dr // 2 if abs(dr) == 2 else 0), c + (dc // 2 if abs(dc) == 2 else 0)
                    ],
                )
                if here > dearest and cost[r, c] <= dearest:
                    continue
            if is_beside[nr, nc] and not is_road[nr, nc]:
                here *= 1.9
            length = np.sqrt(float(dr * dr + dc * dc))
            grade = climb * (rise[nr, nc] - rise[r, c]) / length
            step = length * (here + grade * grade)
            if is_road[r, c] and is_road[nr, nc]:
                step *= reuse
            to = np.int64(nr * columns + nc)
            if spent + step < best[to]:
                if before[to] < 0:
                    touched.append(to)
                best[to] = spent + step
                before[to] = cell
                heapq.heappush(heap, (best[to], to))
    n = 0
    cell = end
    while cell >= 0:
        n += 1
        cell = before[cell] if cell != start else np.int64(-1)
    path = np.empty((n, 2), np.int64)
    cell = end
    for i in range(n):
        path[n - 1 - i, 0], path[n - 1 - i, 1] = cell // columns, cell % columns
        cell = before[cell]
    for t in touched:
        best[t] = np.inf
        before[t] = -1
    return path


@numba.njit(cache=True)
def thin(
    points: NDArray[np.float64], reach: NDArray[np.float64], n_first: int
) -> NDArray[np.int64]:
    """Return the points kept: the first ones, then each that is not within the mean reach of a kept one."""
    kept = np.empty(points.shape[0], np.int64)
    n = 0
    for i in range(points.shape[0]):
        is_free = True
        if i >= n_first:
            for k in range(n):
                j = kept[k]
                d2 = (points[i, 0] - points[j, 0]) ** 2 + (points[i, 1] - points[j, 1]) ** 2
                if d2 < (0.5 * (reach[i] + reach[j])) ** 2:
                    is_free = False
                    break
        if is_free:
            kept[n] = i
            n += 1
    return kept[:n]


@numba.njit(cache=True)
def road_steps(
    is_road: NDArray[np.bool_],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    limit: float,
    best: NDArray[np.float64],
) -> float:
    """Return the length in cells of the way along road cells between two cells, infinite beyond the limit."""
    rows, columns = is_road.shape
    start = np.int64(source[0] * columns + source[1])
    wanted = np.int64(target[0] * columns + target[1])
    best[start] = 0.0
    touched = [start]
    heap = [(0.0, start)]
    answer = np.inf
    while heap:
        spent, cell = heapq.heappop(heap)
        if cell == wanted:
            answer = spent
        if spent > limit or cell == wanted:
            break
        r, c = cell // columns, cell % columns
        for m in range(16):
            nr, nc = r + MOVES[m, 0], c + MOVES[m, 1]
            if nr < 0 or nc < 0 or nr >= rows or nc >= columns or not is_road[nr, nc]:
                continue
            there = spent + np.sqrt(float(MOVES[m, 0] ** 2 + MOVES[m, 1] ** 2))
            to = np.int64(nr * columns + nc)
            if there < best[to]:
                best[to] = there
                touched.append(to)
                heapq.heappush(heap, (there, to))
    for t in touched:
        best[t] = np.inf
    return answer
