"""Motorways: two one-way carriageways above the country, tunnels in the hills, ramps to the main roads."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from benchmarks.county import layout
from benchmarks.county.roads import RANK, Street
from benchmarks.county.terrain import Terrain, to_row_column

Points = NDArray[np.float64]
HALF_M = 15.0
RAMP_M = 420.0


def _cut(line: shapely.LineString, at: list[float]) -> list[shapely.LineString]:
    """Cut a line at distances along it."""
    marks = sorted({0.0, *(float(np.clip(a, 0, line.length)) for a in at), line.length})
    return [
        shapely.ops.substring(line, a, b)
        for a, b in zip(marks[:-1], marks[1:], strict=True)
        if b - a > 0.5
    ]


def _flags(terrain: Terrain, line: shapely.LineString) -> dict[str, str]:
    """Return the tags of one stretch: a tunnel where the ground is high, else a viaduct."""
    xy = shapely.get_coordinates(shapely.segmentize(line, 50.0))
    middle = xy[len(xy) // 2]
    high = float(terrain.height_m[to_row_column(middle)])
    if high > _grade(middle) + 22.0:
        return {"tunnel": "yes", "layer": "-1"}
    return {"bridge": "yes", "layer": "1"}


def _grade(xy: Points) -> float:
    """Return the height (m) of the carriageway: level in the plain, rising to the southern border."""
    return 10.0 + max(0.0, 20_000.0 - float(xy[1])) / 1000.0 * 4.0


def _marks(terrain: Terrain, line: shapely.LineString) -> list[float]:
    """Return where along a line tunnels begin and end."""
    at = np.arange(0.0, line.length, 50.0)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    grade = np.array([_grade(p) for p in xy])
    deep = terrain.height_m[to_row_column(xy)] > grade + 22.0
    return [float(a) for a in at[1:][np.diff(deep.astype(int)) != 0]]


def interchanges(
    axis: shapely.LineString, roads: list[Street], *, every_m: float
) -> list[tuple[float, shapely.Point]]:
    """Return where a motorway meets main roads and gets ramps: distance along it and the crossing point."""
    found: list[tuple[float, shapely.Point]] = []
    for road in roads:
        if RANK[road.highway] < RANK["secondary"]:
            continue
        for point in shapely.get_parts(road.line.intersection(axis)):
            if point.geom_type == "Point":
                found.append((float(axis.project(point)), point))
    kept: list[tuple[float, shapely.Point]] = []
    for at, point in sorted(found, key=lambda f: f[0]):
        if 900.0 < at < axis.length - 900.0 and (not kept or at - kept[-1][0] > every_m):
            kept.append((at, point))
    return kept


def _ramps(
    axis: shapely.LineString, at: float, roads: list[Street]
) -> tuple[list[Street], list[Street], list[float]]:
    """Return the four ramps of one interchange, the replaced pieces of the main road and the marks on the motorway."""
    ramps: list[Street] = []
    crossing = axis.interpolate(at)
    ahead = np.array(axis.interpolate(at + 5).coords[0]) - np.array(
        axis.interpolate(at - 5).coords[0]
    )
    ahead /= np.hypot(*ahead)
    left = np.array([-ahead[1], ahead[0]])
    main = [r for r in roads if RANK[r.highway] >= RANK["secondary"]]
    road = min(main, key=lambda r: r.line.distance(crossing))
    for side, forward in ((-1.0, 1.0), (1.0, -1.0)):  # traffic keeps to the right
        where = crossing.buffer(85.0).exterior.intersection(road.line)
        ends = [np.array(p.coords[0]) for p in shapely.get_parts(where) if p.geom_type == "Point"]
        if not ends:
            continue
        foot = max(ends, key=lambda p: side * float((p - np.array(crossing.coords[0])) @ left))
        foot = np.round(foot)
        for is_exit in (True, False):
            reach = -RAMP_M * forward if is_exit else RAMP_M * forward
            leave = np.array(axis.interpolate(at + reach).coords[0]) + left * side * HALF_M
            direction = np.array(axis.interpolate(at + reach + 5).coords[0]) - np.array(
                axis.interpolate(at + reach - 5).coords[0]
            )
            direction /= np.hypot(*direction)
            normal = np.array([-direction[1], direction[0]]) * side
            leave = np.array(axis.interpolate(at + reach).coords[0]) + normal * HALF_M
            first = leave + np.sign(-reach) * direction * 0.45 * RAMP_M + normal * 38.0
            second = foot + (first - foot) * 0.25 + normal * 8.0
            line = shapely.LineString(_curve(np.array([np.round(leave), first, second, foot])))
            tags = {"oneway": "yes", "maxspeed": "40"}
            ramps.append(Street(line if is_exit else shapely.reverse(line), "motorway_link", tags))
    return ramps, [road], [at - RAMP_M, at + RAMP_M]


def _curve(control: Points) -> Points:
    """Return a smooth curve (Bezier) over four control points, ends rounded to whole metres."""
    t = np.linspace(0, 1, 9)[:, None]
    a, b, c, d = control
    curve = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    curve[0], curve[-1] = a, d
    return np.asarray(curve)


def build(terrain: Terrain, roads: list[Street]) -> tuple[list[Street], list[shapely.Point]]:
    """Return the motorways with their ramps, and the feet of the ramps on the main roads."""
    axes = [
        shapely.LineString(layout.spline(control, step_m=120.0)) for _, control in layout.MOTORWAYS
    ]
    branch_at = float(axes[0].project(shapely.Point(axes[1].coords[0])))
    out: list[Street] = []
    feet: list[shapely.Point] = []
    for k, (axis, (name, _)) in enumerate(zip(axes, layout.MOTORWAYS, strict=True)):
        marks = _marks(terrain, axis)
        ramps: list[Street] = []
        for at, _ in interchanges(axis, roads, every_m=3800.0):
            if k == 0 and abs(at - branch_at) < 2500.0:
                continue  # the junction of the two motorways is there
            new, _, cuts = _ramps(axis, at, roads)
            ramps += new
            marks += cuts
        for ramp in ramps:
            ends = shapely.Point(ramp.line.coords[0]), shapely.Point(ramp.line.coords[-1])
            feet.append(max(ends, key=axis.distance))
        if k == 0:
            marks += [branch_at - 2 * RAMP_M, branch_at + 2 * RAMP_M]
        out += _carriageways(terrain, axis, name, marks) + ramps
    return out + _junction(axes[0], axes[1], branch_at), feet


def _junction(main: shapely.LineString, branch: shapely.LineString, at: float) -> list[Street]:
    """Return the four links that join the end of one motorway to the other, all above one another."""
    start = np.array(branch.coords[0])
    d = np.array(branch.interpolate(5.0).coords[0]) - start
    d /= np.hypot(*d)
    left = np.array([-d[1], d[0]])
    away, home = (
        np.round(start - left * HALF_M),
        np.round(start + left * HALF_M),
    )  # traffic keeps to the right
    out = []
    for side, forward in ((-1.0, 1.0), (1.0, -1.0)):
        for is_exit in (True, False):
            reach = at + (-forward if is_exit else forward) * 2 * RAMP_M
            here = _aside(main, np.array(main.interpolate(reach).coords[0]), side)
            ahead = np.array(main.interpolate(reach + 5).coords[0]) - np.array(
                main.interpolate(reach - 5).coords[0]
            )
            ahead *= forward / np.hypot(*ahead)
            if is_exit:
                control = np.array([here, here + ahead * 500.0, away - d * 330.0, away])
            else:
                control = np.array([home, home - d * 330.0, here - ahead * 500.0, here])
            tags = {"oneway": "yes", "maxspeed": "60", "bridge": "yes", "layer": "2"}
            out.append(Street(shapely.LineString(_curve(control)), "motorway_link", tags))
    return out


def _carriageways(
    terrain: Terrain, axis: shapely.LineString, name: str, marks: list[float]
) -> list[Street]:
    """Return both carriageways cut at their marks, each in its direction of travel."""
    out: list[Street] = []
    pieces = _cut(axis, marks)
    for side in (-1.0, 1.0):
        for piece in pieces:
            xy = np.asarray(piece.coords)
            line = shapely.LineString(np.vstack([_aside(axis, p, side) for p in xy]))
            tags = {"oneway": "yes", "maxspeed": "100", "name": name, **_flags(terrain, piece)}
            out.append(Street(line if side < 0 else shapely.reverse(line), "motorway", tags))
    return out


def _aside(axis: shapely.LineString, p: Points, side: float) -> Points:
    """Return a point of the axis moved to the carriageway, ends in whole metres so that pieces meet."""
    at = axis.project(shapely.Point(p))
    d = np.array(axis.interpolate(at + 5).coords[0]) - np.array(
        axis.interpolate(at - 5 if at > 5 else 0).coords[0]
    )
    d /= np.hypot(*d)
    return np.round(np.asarray(p) + np.array([-d[1], d[0]]) * side * HALF_M)
