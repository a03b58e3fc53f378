"""Country roads: main roads along cheap ground, a tree of village roads, short cuts, hill paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import Delaunay, cKDTree

from benchmarks.county import growth, layout
from benchmarks.county.settlement import FINE_M, Settlement, fine, fine_cell
from benchmarks.county.terrain import Terrain, burn, noise

RANK = {
    "path": 1,
    "footway": 2,
    "steps": 2,
    "cycleway": 2,
    "track": 3,
    "service": 4,
    "pedestrian": 5,
    "living_street": 6,
    "residential": 7,
    "unclassified": 8,
    "tertiary": 9,
    "secondary": 10,
    "primary": 11,
    "trunk": 12,
    "motorway_link": 13,
    "motorway": 14,
}
"""Which class wins where two roads share their ground."""
CAR = {k for k, rank in RANK.items() if rank >= RANK["service"] and k != "pedestrian"}


@dataclass(frozen=True, eq=False)
class Street:
    """One drawn road before crossings are made: a line in metres, its class, further tags."""

    line: shapely.LineString
    highway: str
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Both ends in whole metres."""
        a, b = self.line.coords[0], self.line.coords[-1]
        return (round(a[0]), round(a[1])), (round(b[0]), round(b[1]))


@dataclass(eq=False)
class GridRoads:
    """Roads as steps between cells of the fine grid, filled in while they are planned."""

    ground: growth.Ground
    steps: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    anchors: dict[int, tuple[float, float]] = field(default_factory=dict)
    scratch: growth.Scratch = field(init=False)

    def __post_init__(self) -> None:
        n = self.cost.size
        self.scratch = (np.full(n, np.inf), np.full(n, -1, dtype=np.int64))

    @property
    def cost(self) -> NDArray[np.float64]:
        """(rows, columns) what it costs to build on each cell."""
        return self.ground[..., growth.COST]

    @property
    def is_road(self) -> NDArray[np.bool_]:
        """(rows, columns) True where a road runs."""
        return self.ground[..., growth.ROAD] > 0.0

    def key(self, row: int, column: int) -> int:
        """Return the number of a cell."""
        return int(row) * self.cost.shape[1] + int(column)

    def add(self, path: NDArray[np.int64], highway: str, name: str = "") -> None:
        """Lay a road of a class along a path; a dearer class takes over a cheaper one."""
        cells = [self.key(r, c) for r, c in path]
        for a, b in pairwise(cells):
            step = (min(a, b), max(a, b))
            if RANK[highway] > RANK.get(self.steps.get(step, ("", ""))[0], 0):
                self.steps[step] = (highway, name)
        for r, c in path:
            self.ground[r, c, growth.ROAD] = 1.0
            near = self.ground[max(r - 1, 0) : r + 2, max(c - 1, 0) : c + 2]
            near[..., growth.BESIDE_ROAD] = 1.0

    def path(
        self,
        source: tuple[int, int],
        target: tuple[int, int] = (-1, -1),
        *,
        river: bool = False,
        climb: float = 1.0,
        most: float = np.inf,
    ) -> NDArray[np.int64]:
        """Return the cheapest path to a cell or the nearest road; main roads bridge rivers."""
        prices = (0.55, 20.0 if river else 5.5, climb, most)
        return growth.cheapest_path(
            self.ground, np.array(source), np.array(target), prices, self.scratch
        )


def ground(rng: np.random.Generator, terrain: Terrain) -> GridRoads:
    """Return the empty road grid: what each cell costs to build on."""
    cost = (
        1.0 + 0.30 * np.abs(fine(noise(rng, 600.0))) + 0.15 * rng.random(fine(terrain.slope).shape)
    )
    wet = burn([terrain.water], cell_m=FINE_M)
    away = ndimage.distance_transform_edt(~wet) * FINE_M
    cost = np.where(away < 90.0, cost * 2.2, cost)
    narrow = [s for name, s in terrain.kinds.items() if name.startswith(("canal", "west"))]
    wide = [s for name, s in terrain.kinds.items() if name in {"river", "tributary"}]
    closed = [
        s for name, s in terrain.kinds.items() if name.startswith(("sea", "lake", "reservoir"))
    ]
    cost = np.where(burn([s.buffer(20) for s in narrow], cell_m=FINE_M), 5.0, cost)
    cost = np.where(burn([s.buffer(20) for s in wide], cell_m=FINE_M), 6.0, cost)
    cost = np.where(burn([s.buffer(45) for s in closed], cell_m=FINE_M), np.inf, cost)
    cost = np.where(
        burn([s.buffer(30) for s in narrow], cell_m=FINE_M) & (cost < 5.0), cost * 1.5, cost
    )
    rise = fine(terrain.height_m) / (FINE_M * 0.065)
    none = np.zeros(cost.shape)
    return GridRoads(np.stack([cost, rise, none, none], axis=-1))


def _stop_xy(stop: layout.Stop) -> tuple[float, float]:
    if isinstance(stop, int):
        seat = layout.SEATS[stop]
        return seat.x * 1000.0, seat.y * 1000.0
    return stop[0] * 1000.0, stop[1] * 1000.0


def _cell(grid: GridRoads, xy: tuple[float, float]) -> tuple[int, int]:
    """Return the nearest cell that can be built on."""
    row, column = fine_cell(np.array([xy]))[0]
    rows, columns = grid.cost.shape
    row, column = int(np.clip(row, 0, rows - 1)), int(np.clip(column, 0, columns - 1))
    if np.isfinite(grid.cost[row, column]) and grid.cost[row, column] < 4.5:
        return row, column
    r0, c0 = max(row - 30, 0), max(column - 30, 0)
    window = grid.cost[r0 : row + 31, c0 : column + 31] < 4.5
    good = np.argwhere(window) + np.array([r0, c0])
    best = good[np.argmin(((good - (row, column)) ** 2).sum(axis=1))]
    return int(best[0]), int(best[1])


def lay_main_roads(grid: GridRoads) -> None:
    """Lay trunk, primary and secondary roads between the stops of the sketch."""
    for highway, name, stops in layout.LINKS:
        for a, b in pairwise(stops):
            ends = _cell(grid, _stop_xy(a)), _cell(grid, _stop_xy(b))
            grid.add(grid.path(*ends, river=True, climb=1.7), highway, name)


def join_places(grid: GridRoads, places: NDArray[np.float64], highway: Iterable[str]) -> None:
    """Join each place to the nearest road by the cheapest ground, nearest places first."""
    far = ndimage.distance_transform_edt(~grid.is_road)
    cells = [_cell(grid, (float(x), float(y))) for x, y in places]
    classes = list(highway)
    order = np.argsort([far[c] for c in cells], kind="stable")
    for i in order:
        cell = cells[i]
        if cell == tuple(fine_cell(places[i : i + 1])[0]):
            grid.anchors[grid.key(*cell)] = (float(places[i, 0]), float(places[i, 1]))
        else:
            grid.anchors[grid.key(*cell)] = ((cell[1] + 0.5) * FINE_M, (cell[0] + 0.5) * FINE_M)
        if grid.ground[cell][growth.ROAD] > 0.0:
            continue
        grid.add(grid.path(cell), classes[i])


def short_cuts(
    grid: GridRoads,
    seats: NDArray[np.float64],
    highway: str,
    *,
    detour: float,
    longest_m: float,
    climb: float,
) -> int:
    """Add roads between neighbouring villages whose way round is long; return how many."""
    pairs = _neighbours(seats, longest_m=longest_m)
    cells = [_cell(grid, (float(x), float(y))) for x, y in seats]
    added = 0
    for a, b, straight_m in pairs:
        if _is_joined(grid, cells[a], cells[b], limit_m=detour * straight_m):
            continue
        path = grid.path(cells[a], cells[b], climb=climb, most=4.0 * straight_m / FINE_M)
        if len(path) < 2 or len(path) * FINE_M * 1.1 > 1.9 * straight_m:
            continue
        grid.add(path, highway)
        added += 1
    return added


def _neighbours(seats: NDArray[np.float64], *, longest_m: float) -> list[tuple[int, int, float]]:
    """Return the Delaunay pairs up to a length, shortest first."""
    mesh = Delaunay(seats)
    pairs = {
        tuple(sorted((int(t[i]), int(t[j]))))
        for t in mesh.simplices
        for i, j in ((0, 1), (1, 2), (0, 2))
    }
    out = [(a, b, float(np.hypot(*(seats[a] - seats[b])))) for a, b in sorted(pairs)]
    return sorted((p for p in out if p[2] <= longest_m), key=lambda p: p[2])


def _is_joined(grid: GridRoads, a: tuple[int, int], b: tuple[int, int], *, limit_m: float) -> bool:
    """Return whether roads join two cells within a length."""
    steps = growth.road_steps(
        grid.ground, np.array(a), np.array(b), limit_m / FINE_M, grid.scratch[0]
    )
    return bool(steps <= limit_m / FINE_M)


def trace(grid: GridRoads, rng: np.random.Generator) -> list[Street]:
    """Turn the steps of the grid into smooth lines between crossings."""
    jitter = rng.uniform(-16.0, 16.0, (*grid.cost.shape, 2))
    nodes: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(grid.steps):
        nodes[a].append(b)
        nodes[b].append(a)

    def is_end(cell: int) -> bool:
        near = nodes[cell]
        if len(near) != 2 or cell in grid.anchors:
            return True
        first, second = (grid.steps[min(cell, n), max(cell, n)] for n in near)
        return first != second

    def place(cell: int) -> tuple[float, float]:
        if cell in grid.anchors:
            return grid.anchors[cell]
        row, column = divmod(cell, grid.cost.shape[1])
        dx, dy = jitter[row, column]
        return (column + 0.5) * FINE_M + dx, (row + 0.5) * FINE_M + dy

    used: set[tuple[int, int]] = set()
    out: list[Street] = []
    starts = [c for c in sorted(nodes) if is_end(c)]
    for start in [*starts, *sorted(nodes)]:
        for following in nodes[start]:
            step = (min(start, following), max(start, following))
            if step in used:
                continue
            chain = [start, following]
            used.add(step)
            while not is_end(chain[-1]) and chain[-1] != start:
                onward = next(n for n in nodes[chain[-1]] if n != chain[-2])
                used.add((min(chain[-1], onward), max(chain[-1], onward)))
                chain.append(onward)
            highway, name = grid.steps[step]
            tags = {"name": name, "_run": name} if name else {}
            out.append(Street(smooth(np.array([place(c) for c in chain])), highway, tags))
    return out


def smooth(xy: NDArray[np.float64], *, sigma: float = 1.7) -> shapely.LineString:
    """Round the corners of a line whose ends stay."""
    n = len(xy)
    if n < 3:
        return shapely.LineString(xy)
    even = xy
    if n < 8:  # short lines get points between their points, so that there is something to round
        at = np.arange(0, n - 0.5, 0.5)
        even = np.column_stack([np.interp(at, np.arange(n), xy[:, k]) for k in (0, 1)])
        n = len(even)
    k = min(n - 1, int(4 * sigma))
    padded = np.vstack([2 * even[0] - even[k:0:-1], even, 2 * even[-1] - even[-2 : -k - 2 : -1]])
    out = ndimage.gaussian_filter1d(padded, sigma, axis=0)[k : k + n]
    out[0], out[-1] = even[0], even[-1]
    return shapely.simplify(shapely.LineString(out), 3.0)


def plan_roads(
    rng: np.random.Generator, terrain: Terrain, settlement: Settlement
) -> tuple[list[Street], NDArray[np.float64]]:
    """Return the country roads of the sheet as lines, and the piers."""
    grid = ground(rng, terrain)
    lay_main_roads(grid)
    island = _islands(terrain, settlement.seat)
    towns = np.arange(len(settlement.seat)) < len(layout.SEATS)
    classes = ["tertiary" if t or rng.random() < 0.45 else "unclassified" for t in towns]
    start = _cell(grid, tuple(settlement.seat[len(layout.SEATS) - 1]))
    grid.ground[start][growth.ROAD] = 1.0  # the island's network grows from its seat
    _island_roots(grid, settlement, island)
    join_places(grid, settlement.seat, classes)
    piers = np.array(layout.PIERS) * 1000.0
    join_places(grid, piers, ["tertiary", "tertiary", "unclassified"])
    near = settlement.near[cKDTree(settlement.seat).query(settlement.near)[0] < 3400.0]
    join_places(grid, near, ["unclassified"] * len(near))
    short_cuts(grid, settlement.seat, "unclassified", detour=1.7, longest_m=3300.0, climb=1.0)
    join_places(grid, settlement.hamlet, ["unclassified"] * len(settlement.hamlet))
    is_odd = np.arange(len(settlement.hamlet)) % 2 == 1
    short_cuts(grid, settlement.hamlet, "service", detour=2.6, longest_m=1100.0, climb=1.0)
    short_cuts(grid, settlement.hamlet[is_odd], "track", detour=2.3, longest_m=1600.0, climb=1.0)
    hill = fine(terrain.height_m)[tuple(fine_cell(settlement.hamlet).T)] > 45.0
    short_cuts(grid, settlement.hamlet[hill], "path", detour=2.6, longest_m=3000.0, climb=0.35)
    ends = [grid.anchors[grid.key(*_cell(grid, (x, y)))] for x, y in piers]
    return trace(grid, rng), np.array(ends)


def _islands(terrain: Terrain, seats: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the island (0, 1; -1 for the mainland) of each seat."""
    sheet = shapely.box(0, 0, layout.WIDTH_M, layout.HEIGHT_M).difference(terrain.kinds["sea"])
    parts = sorted(shapely.get_parts(sheet), key=shapely.area, reverse=True)[1:3]
    which = np.full(len(seats), -1)
    for k, part in enumerate(parts):
        which[shapely.within(shapely.points(seats), part.buffer(50))] = k
    return which


def _island_roots(grid: GridRoads, settlement: Settlement, which: NDArray[np.int64]) -> None:
    """Start the road tree of the small island at its first village."""
    for k in (0, 1):
        members = np.nonzero(which == k)[0]
        if len(members):
            grid.ground[_cell(grid, tuple(settlement.seat[members[0]]))][growth.ROAD] = 1.0
