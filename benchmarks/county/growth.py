"""Cheapest ways over a grid: areas that grow from seeds, and paths to the nearest target."""

from __future__ import annotations

import heapq

import numba
import numpy as np
from numpy.typing import NDArray

Ground = NDArray[np.float64]
"""(rows, columns, 4): cost of a cell, its height, 1 where it is road, 1 where beside a road."""
COST, RISE, ROAD, BESIDE_ROAD = range(4)
Prices = tuple[float, float, float, float]
Scratch = tuple[NDArray[np.float64], NDArray[np.int64]]
Found = tuple[int, list[int]]

BESIDE = 1.9
"""Ground right beside a road is dear, so that roads merge and do not run in pairs."""

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


@numba.njit(inline="always")
def _step_cost(ground: Ground, prices: Prices, r: int, c: int, m: int) -> float:
    """Return the cost of a move from a cell, infinite where it is not allowed."""
    reuse, dearest, climb, _ = prices
    dr, dc = MOVES[m, 0], MOVES[m, 1]
    nr, nc = r + dr, c + dc
    if nr < 0 or nc < 0 or nr >= ground.shape[0] or nc >= ground.shape[1]:
        return np.inf
    here = max(ground[r, c, COST], ground[nr, nc, COST])
    if ground[nr, nc, COST] > dearest:
        return np.inf
    if m >= 8:  # a knight's move also passes a cell between its ends
        middle_r = r + (dr // 2 if abs(dr) == 2 else 0)
        middle_c = c + (dc // 2 if abs(dc) == 2 else 0)
        if ground[middle_r, middle_c, COST] > dearest:
            return np.inf
        here = max(here, ground[middle_r, middle_c, COST])
    is_road = ground[nr, nc, ROAD] > 0.0
    if ground[nr, nc, BESIDE_ROAD] > 0.0 and not is_road:
        here *= BESIDE
    length = np.sqrt(float(dr * dr + dc * dc))
    grade = climb * (ground[nr, nc, RISE] - ground[r, c, RISE]) / length
    step = length * (here + grade * grade)
    return step * reuse if is_road and ground[r, c, ROAD] > 0.0 else step


@numba.njit(cache=True)
def _search(ground: Ground, start: int, wanted: int, prices: Prices, scratch: Scratch) -> Found:
    """Search from a cell; return the end that was reached (-1 for none) and the cells touched."""
    best, before = scratch
    columns = ground.shape[1]
    row, column = wanted // columns, wanted % columns
    best[start] = 0.0
    touched = [start]
    heap = [(0.0, 0.0, start)]
    while heap:
        _, spent, cell = heapq.heappop(heap)
        if spent > best[cell]:
            continue
        if spent > prices[3]:
            break
        r, c = cell // columns, cell % columns
        if cell == wanted or (wanted < 0 and ground[r, c, ROAD] > 0.0):
            return cell, touched
        for m in range(16):
            step = _step_cost(ground, prices, r, c, m)
            if not np.isfinite(step):
                continue
            to = np.int64((r + MOVES[m, 0]) * columns + c + MOVES[m, 1])
            if spent + step < best[to]:
                if before[to] < 0:
                    touched.append(to)
                best[to] = spent + step
                before[to] = cell
                ahead = 0.0
                if wanted >= 0:  # no step is cheaper than a used road: the search keeps its aim
                    dr, dc = float(to // columns - row), float(to % columns - column)
                    ahead = prices[0] * np.sqrt(dr * dr + dc * dc)
                heapq.heappush(heap, (best[to] + ahead, best[to], to))
    return np.int64(-1), touched


@numba.njit(cache=True)
def cheapest_path(
    ground: Ground,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    prices: Prices,
    scratch: Scratch,
) -> NDArray[np.int64]:
    """Return the cells of the cheapest path between two cells, or to the nearest road.

    Parameters
    ----------
    ground
        A step costs its length times the dearer end plus the square of the grade.
    source, target
        Row and column; a target of (-1, -1) means the nearest road cell.
    prices
        Factor on a step between two road cells, largest cost that may be entered, factor on the
        rise, most that may be spent.
    scratch
        Best cost and cell before, (rows * columns,) each: infinite and -1 before and after.
    """
    best, before = scratch
    columns = ground.shape[1]
    start = np.int64(source[0] * columns + source[1])
    wanted = np.int64(target[0] * columns + target[1]) if target[0] >= 0 else np.int64(-1)
    end, touched = _search(ground, start, wanted, prices, scratch)
    cells = [end]
    while cells[-1] >= 0 and cells[-1] != start:
        cells.append(before[cells[-1]])
    n = len(cells) if end >= 0 else 0
    path = np.empty((n, 2), np.int64)
    for i in range(n):
        path[n - 1 - i, 0], path[n - 1 - i, 1] = cells[i] // columns, cells[i] % columns
    for t in touched:
        best[t] = np.inf
        before[t] = -1
    return path


@numba.njit(cache=True)
def thin(
    points: NDArray[np.float64], reach: NDArray[np.float64], n_first: int
) -> NDArray[np.int64]:
    """Return the points kept: the first ones, then each beyond the mean reach of those kept."""
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
    ground: Ground,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    limit: float,
    best: NDArray[np.float64],
) -> float:
    """Return the length in cells of the way along roads, infinite beyond the limit."""
    rows, columns = ground.shape[:2]
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
            if nr < 0 or nc < 0 or nr >= rows or nc >= columns or ground[nr, nc, ROAD] == 0.0:
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
