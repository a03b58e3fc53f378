"""Streets inside towns and hamlets: bent lattices that follow main roads, and short lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.county import layout
from benchmarks.county.roads import RANK, Street
from benchmarks.county.settlement import Settlement
from benchmarks.county.terrain import CELL_M, SHAPE, Terrain, noise, to_row_column

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bend:
    """A smooth displacement of the sheet: straight lattices become streets that curve."""

    east_m: NDArray[np.float64]
    north_m: NDArray[np.float64]

    def __call__(self, xy: Points) -> Points:
        """Return the displaced points."""
        row, column = xy[..., 1] / CELL_M - 0.5, xy[..., 0] / CELL_M - 0.5
        r0 = np.clip(np.floor(row).astype(int), 0, SHAPE[0] - 2)
        c0 = np.clip(np.floor(column).astype(int), 0, SHAPE[1] - 2)
        fr, fc = np.clip(row - r0, 0, 1), np.clip(column - c0, 0, 1)
        out = [
            f[r0, c0] * (1 - fr) * (1 - fc) + f[r0 + 1, c0] * fr * (1 - fc)
            + f[r0, c0 + 1] * (1 - fr) * fc + f[r0 + 1, c0 + 1] * fr * fc
            for f in (self.east_m, self.north_m)
        ]  # fmt: skip
        return xy + np.stack(out, axis=-1)


def make_bend(rng: np.random.Generator) -> Bend:
    """Return a bend of wide and small waves."""
    east = 125.0 * noise(rng, 2400.0, roughness=3.0) + 14.0 * noise(rng, 600.0)
    north = 125.0 * noise(rng, 2400.0, roughness=3.0) + 14.0 * noise(rng, 600.0)
    return Bend(east_m=east, north_m=north)


def road_heading(roads: list[Street], xy: Points, *, within_m: float) -> float:
    """Return the mean heading (radians, modulo a quarter turn) of main roads near a place."""
    lines = [s.line for s in roads if RANK[s.highway] >= RANK["tertiary"]]
    near = shapely.STRtree(lines).query(shapely.Point(xy).buffer(within_m))
    total = 0.0 + 0.0j
    for i in near:
        d = np.diff(np.asarray(lines[i].coords), axis=0)
        length = np.hypot(d[:, 0], d[:, 1])
        total += np.sum(length * np.exp(4j * np.arctan2(d[:, 1], d[:, 0])))
    return float(np.angle(total) / 4.0) if abs(total) > 0 else 0.0


def _levels(rng: np.random.Generator, half_m: float, spacing_m: float) -> tuple[Points, list[str]]:
    """Return uneven positions of parallel streets from -half to half and the class of each."""
    gaps = spacing_m * rng.uniform(0.62, 1.45, int(2.6 * half_m / spacing_m) + 4)
    at = np.concatenate([[0.0], np.cumsum(gaps)])
    at = at[at <= 2 * half_m] - half_m
    at -= at[np.argmin(np.abs(at))]  # one street runs through the heart
    step = max(3, round(430.0 / spacing_m))
    first = int(np.argmin(np.abs(at))) % step
    classes = [
        "tertiary"
        if (i - first) % (2 * step) == 0
        else "unclassified"
        if (i - first) % step == 0
        else "residential"
        for i in range(len(at))
    ]
    return at, classes


def lattice(
    rng: np.random.Generator,
    centre: Points,
    bend: Bend,
    *,
    heading: float,
    half_m: float,
    spacing_m: float,
) -> list[Street]:
    """Return the streets of one town before they are cut to its outline."""
    u, u_class = _levels(rng, half_m, spacing_m * 1.15)
    v, v_class = _levels(rng, half_m, spacing_m * 0.9)
    wobble = rng.normal(0, 0.055 * spacing_m, (len(u), len(v), 2))
    corners = np.stack(np.meshgrid(u, v, indexing="ij"), axis=-1) + wobble
    turn = np.array([[np.cos(heading), np.sin(heading)], [-np.sin(heading), np.cos(heading)]])
    t = np.linspace(0, 1, 5)[:, None]
    out: list[Street] = []
    for along, classes in enumerate((u_class, v_class)):
        grid = corners if along == 0 else corners.swapaxes(0, 1)
        share = [0.0 if c != "residential" else rng.uniform(0.05, 0.42) for c in classes]
        is_kept = rng.random((len(grid), grid.shape[1] - 1)) >= np.array(share)[:, None]
        i, j = np.nonzero(is_kept)
        flat = (1 - t) * grid[i, j][:, None] + t * grid[i, j + 1][:, None]
        bent = bend(centre + flat @ turn) - (bend(centre[None, :])[0] - centre)
        run = f"{centre[0]:.0f}/{centre[1]:.0f}/{along}"
        lines = shapely.linestrings(bent)
        out += [
            Street(line, classes[k], {"_run": f"{run}/{k}"})
            for k, line in zip(i.tolist(), lines, strict=True)
        ]
    return out


def _keep_inside(
    streets: list[Street],
    urban: NDArray[np.float64],
    terrain: Terrain,
    owner: NDArray[np.bool_],
    *,
    edge: float,
) -> list[Street]:
    """Return the streets on built-up, dry and gentle ground that belongs to the town."""
    lines = np.array([s.line for s in streets])
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    row, column = to_row_column(shapely.get_coordinates(middles))
    keep = (urban[row, column] > edge) & owner[row, column] & (terrain.slope[row, column] < 0.10)
    for end in (0, -1):
        r, c = to_row_column(shapely.get_coordinates(shapely.get_point(lines, end)))
        keep &= (urban[r, c] > edge * 0.75) & (terrain.slope[r, c] < 0.12)
    wet = terrain.water.buffer(16.0)
    shapely.prepare(wet)
    keep &= ~shapely.intersects(wet, lines)
    return [s for s, k in zip(streets, keep, strict=True) if k]


def drop_doubles(streets: list[Street], roads: list[Street], *, within_m: float) -> list[Street]:
    """Drop streets that run beside a country road instead of crossing it."""
    lines = np.array([r.line for r in roads])
    band = shapely.union_all(shapely.buffer(lines, within_m, quad_segs=4))
    shapely.prepare(band)
    drawn = np.array([s.line for s in streets])
    steps = shapely.line_interpolate_point(
        drawn[:, None], np.linspace(0, 1, 13)[None], normalized=True
    )
    share = shapely.contains_xy(band, shapely.get_x(steps), shapely.get_y(steps)).mean(axis=1)
    beside_m = share * shapely.length(drawn)
    keep = (share < 0.62) & (beside_m < 3.2 * within_m)
    return [s for s, k in zip(streets, keep, strict=True) if k]


def town_streets(
    rng: np.random.Generator,
    terrain: Terrain,
    urban: NDArray[np.float64],
    roads: list[Street],
    bend: Bend,
) -> list[Street]:
    """Return the streets of the twenty towns."""
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    xy = np.column_stack([(columns.ravel() + 0.5) * CELL_M, (rows.ravel() + 0.5) * CELL_M])
    seats = np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0
    radius = np.array([s.radius_km for s in layout.SEATS])
    far = np.hypot(xy[:, None, 0] - seats[:, 0], xy[:, None, 1] - seats[:, 1]) / radius
    owner = np.argmin(far, axis=1).reshape(SHAPE)
    out: list[Street] = []
    for k, seat in enumerate(layout.SEATS):
        heading = road_heading(roads, seats[k], within_m=700.0 * seat.radius_km)
        spacing_m = 128.0 if seat.is_urban else 118.0 if seat.level == "street" else 102.0
        half_m = 1450.0 * seat.radius_km
        streets = lattice(rng, seats[k], bend, heading=heading, half_m=half_m, spacing_m=spacing_m)
        inside = _keep_inside(streets, urban, terrain, owner == k, edge=0.2)
        main = [r for r in roads if r.line.distance(shapely.Point(seats[k])) < 2.2 * half_m]
        out += drop_doubles(inside, main, within_m=34.0)
    return out


def hamlet_lanes(
    rng: np.random.Generator,
    terrain: Terrain,
    urban: NDArray[np.float64],
    settlement: Settlement,
    roads: list[Street],
) -> list[Street]:
    """Return the lanes of every hamlet: one or two along its road, short ones across."""
    lines = [r.line for r in roads]
    tree = shapely.STRtree(lines)
    wet = terrain.water.buffer(12.0)
    shapely.prepare(wet)
    out: list[Street] = []
    is_country = urban[to_row_column(settlement.hamlet)] <= 0.2
    hamlets = settlement.hamlet[is_country], settlement.hamlet_radius_m[is_country]
    for xy, radius_m in zip(*hamlets, strict=True):
        heading = _heading_at(lines, tree, xy) + rng.normal(0, 0.12)
        for line, highway in _lanes(rng, xy, heading, float(radius_m)):
            if not wet.intersects(line) and _gentle(terrain, line):
                out.append(Street(line, highway))
    return drop_doubles(out, roads, within_m=20.0)


def _heading_at(lines: list[shapely.LineString], tree: shapely.STRtree, xy: Points) -> float:
    """Return the heading of the nearest road at a place."""
    line = lines[int(tree.nearest(shapely.Point(xy)))]
    at = line.project(shapely.Point(xy))
    a = np.array(line.interpolate(max(at - 60.0, 0.0)).coords[0])
    b = np.array(line.interpolate(min(at + 60.0, line.length)).coords[0])
    return float(np.arctan2(b[1] - a[1], b[0] - a[0]))


def _gentle(terrain: Terrain, line: shapely.LineString) -> bool:
    xy = np.asarray(line.coords)
    return bool(np.all(terrain.slope[to_row_column(xy)] < 0.22))


def _lane_class(rng: np.random.Generator) -> str:
    return str(rng.choice(["residential", "living_street", "service"], p=[0.68, 0.07, 0.25]))


def _lanes(
    rng: np.random.Generator, xy: Points, heading: float, radius_m: float
) -> list[tuple[shapely.LineString, str]]:
    """Return lanes across the road through a hamlet, and a second one beside it in a larger one."""
    ahead = np.array([np.cos(heading), np.sin(heading)])
    left = np.array([-ahead[1], ahead[0]])
    spacing_m = rng.uniform(62.0, 95.0)
    at = np.arange(-radius_m, radius_m, spacing_m) + rng.uniform(0.2, 0.8) * spacing_m
    out = []
    for a in at:
        depth = (
            radius_m * rng.uniform(0.35, 0.95) * np.sqrt(max(0.1, 1 - (a / (1.15 * radius_m)) ** 2))
        )
        other = depth * rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.25, 0.35])
        skew = rng.normal(0, 0.10)
        near, far = xy + ahead * a - left * other, xy + ahead * (a + skew * depth) + left * depth
        middle = (near + far) / 2 + ahead * rng.normal(0, 5)
        out.append(
            (
                shapely.LineString([near, middle, far]),
                _lane_class(rng),
            )
        )
    if radius_m > 125.0 and len(at) > 2:
        for side in (1.0, -1.0) if radius_m > 210.0 else (1.0,):
            offset = side * radius_m * rng.uniform(0.36, 0.5)
            n = 6
            steps = np.linspace(at[0] - 15, at[-1] + 15, n)
            wave = np.cumsum(rng.normal(0, 4.0, n))
            line = xy + steps[:, None] * ahead + (offset + wave)[:, None] * left
            out.append((shapely.LineString(line), "residential"))
    return out


def compound_lanes(
    rng: np.random.Generator, streets: list[Street], terrain: Terrain, *, share: float
) -> list[Street]:
    """Return short service lanes that enter the blocks beside town streets."""
    wet = terrain.water.buffer(12.0)
    shapely.prepare(wet)
    out = []
    for street in streets:
        if street.highway != "residential" or rng.random() > share or street.line.length < 70.0:
            continue
        at = street.line.length * rng.uniform(0.3, 0.7)
        p = np.array(street.line.interpolate(at).coords[0])
        q = np.array(street.line.interpolate(at + 5.0).coords[0])
        left = np.array([p[1] - q[1], q[0] - p[0]]) / 5.0 * rng.choice([-1.0, 1.0])
        line = shapely.LineString([p, p + left * rng.uniform(28.0, 62.0)])
        if not wet.intersects(line):
            out.append(Street(line, "service" if rng.random() < 0.7 else "footway"))
    return out


def riverside(
    rng: np.random.Generator, terrain: Terrain, urban: NDArray[np.float64]
) -> list[Street]:
    """Return a greenway along the river in the county town, and footpaths over the lone hills."""
    out: list[Street] = []
    bank = terrain.kinds["river"].buffer(42.0).simplify(8.0)
    for ring in shapely.get_parts(shapely.boundary(bank)):
        xy = shapely.get_coordinates(shapely.segmentize(ring, 60.0))
        row, column = to_row_column(xy)
        inside = (urban[row, column] > 0.15) & ~terrain.wet[row, column]
        runs = np.split(np.arange(len(xy)), np.nonzero(np.diff(inside.astype(int)))[0] + 1)
        out += [
            Street(shapely.LineString(xy[run]), "cycleway", {"foot": "yes"})
            for run in runs
            if inside[run[0]] and len(run) > 8
        ]
    for hill in layout.LONE_HILLS[:8]:
        out += _hill_paths(rng, hill)
    return out


def _hill_paths(rng: np.random.Generator, hill: layout.Hill) -> list[Street]:
    """Return a round walk on a hill and three ways up."""
    angle = np.linspace(0, 2 * np.pi, 22)
    ring = np.column_stack([0.62 * hill.a * np.cos(angle), 0.62 * hill.b * np.sin(angle)])
    ring *= 1 + 0.12 * rng.standard_normal((22, 1))
    ring[-1] = ring[0]
    cos, sin = np.cos(hill.turn), np.sin(hill.turn)
    centre = np.array([hill.x, hill.y]) * 1000.0
    loop = centre + 1000.0 * ring @ np.array([[cos, sin], [-sin, cos]])
    out = [Street(shapely.LineString(loop), "footway")]
    for k in (0, 7, 14):
        foot = centre + (loop[k] - centre) * 2.1
        bend = (loop[k] + foot) / 2 + rng.normal(0, 25.0, 2)
        out.append(Street(shapely.LineString([loop[k], bend, foot]), "footway" if k else "steps"))
    return out
