"""Motorways: two one-way carriageways on viaducts, tunnels in the hills, ramps to main roads."""

from __future__ import annotations

from itertools import pairwise

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
    return [shapely.ops.substring(line, a, b) for a, b in pairwise(marks) if b - a > 0.5]


def _flags(terrain: Terrain, line: shapely.LineString) -> dict[str, str]:
    """Return the tags of one stretch: a tunnel where the ground is high, else a viaduct."""
    xy = shapely.get_coordinates(shapely.segmentize(line, 50.0))
    middle = xy[len(xy) // 2]
    high = float(terrain.height_m[to_row_column(middle)])
    if high > _grade(middle) + 22.0:
        return {"tunnel": "yes", "layer": "-1"}
    return {"bridge": "yes", "layer": "1"}


def _grade(xy: Points) -> float:
    """Return the height (m) of the carriageway: level in the plain, rising to the south."""
    return 10.0 + max(0.0, 20_000.0 - float(xy[1])) / 1000.0 * 4.0


def _marks(terrain: Terrain, line: shapely.LineString) -> list[float]:
    """Return where along a line tunnels begin and end."""
    at = np.arange(0.0, line.length, 50.0)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    grade = np.array([_grade(p) for p in xy])
    deep = terrain.height_m[to_row_column(xy)] > grade + 22.0
    return [float(a) for a in at[1:][np.diff(deep.astype(int)) != 0]]


def interchanges(axis: shapely.LineString, roads: list[Street], *, every_m: float) -> list[float]:
    """Return where along a motorway it meets main roads and gets ramps."""
    main = [r.line for r in roads if RANK[r.highway] >= RANK["secondary"]]
    parts = shapely.get_parts(shapely.intersection(np.array(main), axis))
    kept: list[float] = []
    for at in sorted(float(axis.project(p)) for p in parts if p.geom_type == "Point"):
        if 900.0 < at < axis.length - 900.0 and (not kept or at - kept[-1] > every_m):
            kept.append(at)
    return kept


def _heading(line: shapely.LineString, at: float) -> Points:
    """Return the unit vector along a line."""
    d = np.array(line.interpolate(at + 5).coords[0]) - line.interpolate(max(at - 5, 0)).coords[0]
    return np.asarray(d / np.hypot(*d))


def _left(d: Points) -> Points:
    return np.array([-d[1], d[0]])


def _ramps(axis: shapely.LineString, at: float, roads: list[Street]) -> list[Street]:
    """Return the four ramps of one interchange; traffic keeps to the right."""
    crossing = axis.interpolate(at)
    left = _left(_heading(axis, at))
    main = [r.line for r in roads if RANK[r.highway] >= RANK["secondary"]]
    road = min(main, key=lambda line: line.distance(crossing))
    where = crossing.buffer(85.0).exterior.intersection(road)
    ends = [np.array(p.coords[0]) for p in shapely.get_parts(where) if p.geom_type == "Point"]
    ramps = []
    for side in (-1.0, 1.0) if ends else ():
        offsets = [side * float((p - np.array(crossing.coords[0])) @ left) for p in ends]
        foot = np.round(ends[int(np.argmax(offsets))])
        for is_exit in (True, False):
            # The right carriageway (side -1) runs along the axis, the left one against it.
            reach = RAMP_M * side if is_exit else -RAMP_M * side
            line = _ramp(axis, at + reach, side, foot, -np.sign(reach))
            tags = {"oneway": "yes", "maxspeed": "40"}
            ramps.append(Street(line if is_exit else shapely.reverse(line), "motorway_link", tags))
    return ramps


def _ramp(
    axis: shapely.LineString, at: float, side: float, foot: Points, turn: float
) -> shapely.LineString:
    """Return a ramp from a carriageway to its foot on the main road."""
    direction = _heading(axis, at)
    outward = _left(direction) * side
    leave = _aside(axis, np.array(axis.interpolate(at).coords[0]), side)
    first = leave + turn * direction * 0.45 * RAMP_M + outward * 38.0
    second = foot + (first - foot) * 0.25 + outward * 8.0
    return shapely.LineString(_curve(np.array([leave, first, second, foot])))


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
        for at in interchanges(axis, roads, every_m=3800.0):
            if k == 0 and abs(at - branch_at) < 2500.0:
                continue  # the junction of the two motorways is there
            ramps += _ramps(axis, at, roads)
            marks += [at - RAMP_M, at + RAMP_M]
        for ramp in ramps:
            ends = shapely.Point(ramp.line.coords[0]), shapely.Point(ramp.line.coords[-1])
            feet.append(max(ends, key=axis.distance))
        if k == 0:
            marks += [branch_at - 2 * RAMP_M, branch_at + 2 * RAMP_M]
        out += _carriageways(terrain, axis, name, marks) + ramps
    return out + _junction(axes[0], axes[1], branch_at), feet


def _junction(main: shapely.LineString, branch: shapely.LineString, at: float) -> list[Street]:
    """Return the four links that join the end of one motorway to the other, one above another."""
    start, d = np.array(branch.coords[0]), _heading(branch, 0.0)
    away, home = np.round(start - _left(d) * HALF_M), np.round(start + _left(d) * HALF_M)
    out = []
    for side in (-1.0, 1.0):
        for is_exit in (True, False):
            reach = at + (side if is_exit else -side) * 2 * RAMP_M
            here = _aside(main, np.array(main.interpolate(reach).coords[0]), side)
            ahead = _heading(main, reach) * -side
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
    """Return a point of the axis on its carriageway, in whole metres so that pieces meet."""
    at = axis.project(shapely.Point(p))
    return np.round(np.asarray(p) + _left(_heading(axis, at)) * side * HALF_M)
