"""Water drawn as curves: coast, estuary, rivers, canals, lakes and the outlines of islands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely import Polygon

from benchmarks.county import layout


def _wavy(
    rng: np.random.Generator, line: NDArray[np.float64], *, amplitude_m: float, step: int
) -> NDArray[np.float64]:
    """Push a curve sideways by smooth noise with waves about `step` points long; the ends stay."""
    n = len(line)
    push = ndimage.gaussian_filter1d(rng.standard_normal(n + 8 * step), step / 2.5)[
        4 * step : 4 * step + n
    ]
    push *= amplitude_m / max(push.std(), 1e-9)
    push *= np.minimum(1.0, np.minimum(np.arange(n), np.arange(n)[::-1]) / step)
    tangent = np.gradient(line, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    return line + np.column_stack([-tangent[:, 1], tangent[:, 0]]) * push[:, None]


def ribbon(
    line: NDArray[np.float64], widths: tuple[tuple[float, float], ...], rng: np.random.Generator
) -> shapely.Geometry:
    """Return a river: a band around a curve whose width changes along it, a little unevenly."""
    n = len(line)
    along = np.linspace(0, 1, n)
    width = np.interp(along, [w[0] for w in widths], [w[1] for w in widths])
    uneven = ndimage.gaussian_filter1d(rng.standard_normal(n), 6)
    width = width * (1 + 0.10 * uneven / max(uneven.std(), 1e-9))
    reaches = shapely.linestrings(np.stack([line[:-1], line[1:]], axis=1))
    return shapely.union_all(
        shapely.buffer(reaches, (width[:-1] + width[1:]) / 4, quad_segs=5)
    ).simplify(3.0)


def blob(rng: np.random.Generator, oval: tuple[float, float, float, float, float]) -> Polygon:
    """Return an irregular ellipse (km) in metres: a lake or an island."""
    x, y, a, b, turn = oval
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = np.ones_like(angle)
    for k in range(2, 24):
        radius += (
            0.32 / k**1.25 * rng.standard_normal() * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
        )
    radius = np.maximum(radius, 0.35)
    u, v = a * radius * np.cos(angle), b * radius * np.sin(angle)
    xy = np.column_stack(
        [x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)]
    )
    return Polygon(xy * 1000.0).buffer(60).buffer(-60)


@dataclass(frozen=True, eq=False)
class Curves:
    """The water that is drawn before the ground is carved, and the islands."""

    sea: shapely.Geometry
    rivers: dict[str, shapely.Geometry]
    river_lines: dict[str, NDArray[np.float64]]
    islands: tuple[Polygon, ...]


def draw_water(rng: np.random.Generator) -> Curves:
    """Return sea, rivers, canals and lakes of the sketch as polygons."""
    coast = _wavy(rng, layout.spline(layout.COAST, step_m=80), amplitude_m=95.0, step=22)
    coast = _wavy(rng, coast, amplitude_m=22.0, step=6)
    top = layout.HEIGHT_M + 4000
    sea = Polygon(np.vstack([coast, [[54_000, top], [-3_000, top]]])).buffer(0)
    islands = tuple(blob(rng, island) for island in layout.ISLANDS)
    sea = sea.difference(shapely.union_all(list(islands)))
    lines, rivers = {}, {}
    for name, line, widths, amplitude_m in (
        ("river", layout.MAIN_RIVER, layout.MAIN_RIVER_WIDTH_M, 90.0),
        ("tributary", layout.TRIBUTARY, layout.TRIBUTARY_WIDTH_M, 110.0),
        ("west_stream", layout.WEST_STREAM, layout.WEST_STREAM_WIDTH_M, 100.0),
    ):
        lines[name] = _wavy(rng, layout.spline(line, step_m=60), amplitude_m=amplitude_m, step=24)
        rivers[name] = ribbon(lines[name], widths, rng)
    for number, (line, width_m) in enumerate(layout.CANALS, start=1):
        wavy = _wavy(rng, layout.spline(line, step_m=60), amplitude_m=55.0, step=20)
        rivers[f"canal_{number}"] = ribbon(wavy, ((0, width_m), (1, width_m)), rng)
    for number, lake in enumerate(layout.LAKES, start=1):
        rivers[f"lake_{number}"] = blob(rng, lake)
    return Curves(sea=sea, rivers=rivers, river_lines=lines, islands=islands)
