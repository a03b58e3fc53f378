"""What the signs say: roundabouts, one-way streets, speed limits, street names, ferries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.county import layout
from benchmarks.county.names import Names
from benchmarks.county.network import Way
from benchmarks.county.roads import CAR, RANK, Street
from benchmarks.county.terrain import Terrain, to_row_column

RING_M = 24.0


def add_roundabouts(
    streets: list[Street], roads: list[Street], terrain: Terrain, *, count: int
) -> list[Street]:
    """Put rings where main roads meet and end every street at its ring."""
    ends: dict[tuple[float, float], list[str]] = defaultdict(list)
    for road in roads:
        if RANK["secondary"] <= RANK[road.highway] <= RANK["trunk"]:
            for end in (road.line.coords[0], road.line.coords[-1]):
                ends[end].append(road.highway)
    wet = terrain.water.buffer(70.0)
    seats = np.array([(s.x, s.y) for s in layout.SEATS]) * 1000.0
    offers = [
        p for p, classes in ends.items() if len(classes) >= 3 and not wet.contains(shapely.Point(p))
    ]
    offers.sort(key=lambda p: float(np.min(np.hypot(*(seats - p).T))))
    kept: list[tuple[float, float]] = []
    for p in offers:
        if len(kept) < count and all(np.hypot(p[0] - q[0], p[1] - q[1]) > 900 for q in kept):
            kept.append(p)
    rings = [shapely.Point(p).buffer(RING_M, quad_segs=6) for p in kept]
    disks = shapely.union_all(rings)
    shapely.prepare(disks)
    out = []
    for street in streets:
        if not disks.intersects(street.line):
            out.append(street)
            continue
        rest = shapely.get_parts(street.line.difference(disks))
        out += [
            replace(street, line=part)
            for part in rest
            if part.geom_type == "LineString" and part.length > 8.0
        ]
    for p, ring in zip(kept, rings, strict=True):
        highest = max(ends[p], key=lambda h: RANK[h])
        line = shapely.LineString(shapely.orient_polygons(ring).exterior.coords)
        out.append(Street(line, highest, {"junction": "roundabout", "oneway": "yes"}))
    return out


def one_way_streets(
    rng: np.random.Generator, streets: list[Street], urban: NDArray[np.float64]
) -> list[Street]:
    """Make some lines of the town lattices one-way, neighbours in opposite directions."""
    core = {f"{s.x * 1000:.0f}/{s.y * 1000:.0f}" for s in layout.SEATS if s.is_urban}
    chosen: dict[str, bool] = {}
    out = []
    for street in streets:
        run = street.tags.get("_run", "")
        place = "/".join(run.split("/")[:2])
        if place not in core or street.highway not in {"residential", "unclassified"}:
            out.append(street)
            continue
        middle = np.array(street.line.interpolate(0.5, normalized=True).coords[0])
        if run not in chosen:
            chosen[run] = bool(rng.random() < 0.30)
        if not chosen[run] or urban[to_row_column(middle)] < 0.62:
            out.append(street)
            continue
        is_odd = int(run.split("/")[3]) % 2 == 1
        line = shapely.reverse(street.line) if is_odd else street.line
        out.append(
            replace(street, line=line, tags={**street.tags, "oneway": "yes", "_run": run + "/one"})
        )
    return out


def pedestrian_streets(streets: list[Street], *, within_m: float) -> list[Street]:
    """Close every other narrow street in the heart of the old town to traffic."""
    seat = layout.SEATS[0]
    heart = shapely.Point(seat.x * 1000.0, seat.y * 1000.0)
    place = f"{heart.x:.0f}/{heart.y:.0f}/0"
    out = []
    for street in streets:
        run = street.tags.get("_run", "")
        is_narrow = street.highway == "residential" and run.startswith(place)
        if is_narrow and int(run.split("/")[3]) % 2 and street.line.distance(heart) < within_m:
            tags = {"bicycle": "yes", "_run": f"{run}/walk"}
            out.append(Street(street.line, "pedestrian", tags))
        else:
            out.append(street)
    return out


def open_traps(ways: list[Way]) -> list[Way]:
    """Make one-way streets two-way again where cars could enter and never leave, or never enter."""
    for _ in range(6):
        trapped = _trapped_nodes(ways)
        is_trap = [_may_open(way) and any((p[0], p[1]) in trapped for p in way.xy) for way in ways]
        ways = [
            replace(way, tags={k: v for k, v in way.tags.items() if k != "oneway"}) if trap else way
            for way, trap in zip(ways, is_trap, strict=True)
        ]
        if not any(is_trap):
            break
    return ways


def _may_open(way: Way) -> bool:
    """Return whether a way is a one-way street: no motorway, no roundabout."""
    is_street = way.highway in CAR and not way.highway.startswith("motorway")
    return is_street and way.tags.get("oneway") == "yes" and "junction" not in way.tags


def _trapped_nodes(ways: list[Way]) -> set[tuple[float, float]]:
    """Return the nodes outside the largest strong component of their connected network."""
    number: dict[tuple[float, float], int] = {}
    tail, head = [], []
    for way in ways:
        if way.highway in CAR:
            ids = [number.setdefault((p[0], p[1]), len(number)) for p in way.xy]
            tail += ids[:-1]
            head += ids[1:]
            if way.tags.get("oneway") != "yes":
                tail += ids[1:]
                head += ids[:-1]
    n = len(number)
    graph = coo_matrix((np.ones(len(tail)), (tail, head)), shape=(n, n))
    _, weak = connected_components(graph, directed=True, connection="weak")
    _, strong = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(strong)[strong]
    largest = np.zeros(weak.max() + 1, dtype=np.int64)
    np.maximum.at(largest, weak, size)
    return {node for node, i in number.items() if size[i] < largest[weak[i]]}


_LIMITS = {
    "trunk": ("80", "60"),
    "primary": ("60", "50"),
    "secondary": ("60", "50"),
    "tertiary": ("50", "40"),
    "unclassified": ("40", "40"),
    "residential": ("30", "30"),
}
_SIGNED = {
    "trunk": 1.0,
    "primary": 0.95,
    "secondary": 0.9,
    "tertiary": 0.7,
    "unclassified": 0.3,
    "residential": 0.25,
}


def sign(rng: np.random.Generator, ways: list[Way], urban: NDArray[np.float64]) -> list[Way]:
    """Add speed limits, and names to the streets of towns."""
    names = Names(rng)
    by_place: dict[tuple[str, int], str] = {}
    out = []
    for way in ways:
        tags = dict(way.tags)
        run = tags.pop("_run", "")
        in_town = float(urban[to_row_column(way.xy[len(way.xy) // 2])]) > 0.2
        if (
            way.highway in _LIMITS
            and "maxspeed" not in tags
            and rng.random() < _SIGNED[way.highway]
        ):
            tags["maxspeed"] = "30" if tags.get("junction") else _LIMITS[way.highway][int(in_town)]
        if (
            "/" in run
            and way.highway in {"tertiary", "unclassified", "secondary"}
            and "name" not in tags
        ):
            key = ("/".join(run.split("/")[:4]), 0)
            if key not in by_place:
                by_place[key] = names.road("街" if run.split("/")[2] == "1" else "路")
            tags["name"] = by_place[key]
        if way.highway == "track":
            tags.setdefault("tracktype", "grade3")
        out.append(replace(way, tags=tags))
    return out


def ferries(piers: NDArray[np.float64]) -> list[Way]:
    """Return the ferry ways between the piers, bent a little out to sea."""
    out = []
    for a, b, duration, name in layout.FERRIES:
        first, last = piers[a], piers[b]
        middle = (first + last) / 2 + np.array([-(last - first)[1], (last - first)[0]]) * 0.16
        t = np.linspace(0, 1, 13)[:, None]
        xy = (1 - t) ** 2 * first + 2 * (1 - t) * t * middle + t**2 * last
        tags = {
            "route": "ferry",
            "name": name,
            "duration": duration,
            "foot": "yes",
            "bicycle": "yes",
            "motor_vehicle": "yes",
        }
        out.append(Way(np.round(xy), "", tags))
    return out


def insert_points(
    ways: list[Way], points: list[shapely.Point], *, lowest: str = "secondary"
) -> list[Way]:
    """Give the nearest main road a node at each point, so that ramps join it."""
    picks = [
        i for i, w in enumerate(ways) if RANK["trunk"] >= RANK.get(w.highway, 0) >= RANK[lowest]
    ]
    lines = [shapely.LineString(ways[i].xy) for i in picks]
    tree = shapely.STRtree(lines)
    added: dict[int, list[shapely.Point]] = defaultdict(list)
    for point in points:
        added[picks[int(tree.nearest(point))]].append(point)
    out = list(ways)
    for i in sorted(added):
        line = shapely.LineString(out[i].xy)
        at = [line.project(shapely.Point(p)) for p in out[i].xy]
        at[-1] = line.length
        rows = [(a, tuple(p)) for a, p in zip(at, out[i].xy, strict=True)]
        for point in added[i]:
            here = (round(point.x), round(point.y))
            if all((p[0], p[1]) != here for _, p in rows):
                rows.append((line.project(point), here))
        rows.sort(key=lambda r: r[0])
        out[i] = replace(out[i], xy=np.array([p for _, p in rows], dtype=np.float64))
    return out
