"""From drawn lines to a network: nodes at crossings, bridges over water, no loose ends."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.county.roads import CAR, RANK, Street

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Way:
    """One way of the network: points in metres (crossing ways share one), class and tags."""

    xy: Points
    highway: str
    tags: dict[str, str]


def node_streets(streets: list[Street]) -> list[Street]:
    """Return pieces between crossings, each in the direction and of the class of its street."""
    lines = np.array([s.line for s in streets], dtype=object)
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=1.0))
    pieces = pieces[(shapely.length(pieces) > 0.9) & ~shapely.is_closed(pieces)]
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(lines)
    piece, source = tree.query(middles, predicate="dwithin", distance=1.6)
    rank = np.array([RANK[s.highway] for s in streets])
    order = np.lexsort((source, -rank[source], piece))
    first = np.unique(piece[order], return_index=True)[1]
    piece, source = piece[order][first], source[order][first]
    turned = _turned(pieces[piece], lines[source])
    out = []
    for line, s, is_turned in zip(pieces[piece], source, turned, strict=True):
        tags = {"_run": str(s), **streets[s].tags}
        out.append(Street(shapely.reverse(line) if is_turned else line, streets[s].highway, tags))
    return out


def _turned(pieces: NDArray[np.object_], streets: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which pieces run against the street they come from."""
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    first = shapely.line_locate_point(streets, shapely.get_point(pieces, 0))
    middle = shapely.line_locate_point(streets, middles)
    last = shapely.line_locate_point(streets, shapely.get_point(pieces, -1))
    length = shapely.length(streets)
    around = (middle - first) % length > (last - first) % length
    return np.where(shapely.is_closed(streets), around, first > last)


def prune(
    pieces: list[Street], *, shortest_m: float, keep: set[tuple[float, float]], rounds: int = 3
) -> list[Street]:
    """Drop short loose ends, so that streets end at streets."""
    for _ in range(rounds):
        degree: dict[tuple[float, float], int] = defaultdict(int)
        for piece in pieces:
            for end in piece.ends:
                degree[end] += 1
        loose = [
            any(degree[e] == 1 and e not in keep for e in p.ends) and p.line.length < shortest_m
            for p in pieces
        ]
        pieces = [p for p, is_loose in zip(pieces, loose, strict=True) if not is_loose]
        pieces = _without_loops(pieces)
    return pieces


def _without_loops(pieces: list[Street]) -> list[Street]:
    """Drop the strands that only lead from a crossing back to it."""
    at: dict[tuple[float, float], list[int]] = defaultdict(list)
    for i, piece in enumerate(pieces):
        for end in piece.ends:
            at[end].append(i)
    joints = np.array([near for near in at.values() if len(near) == 2], dtype=np.int64)
    n = len(pieces)
    graph = coo_matrix((np.ones(len(joints)), joints.T), shape=(n, n))
    _, strand = connected_components(graph, directed=False)
    tips: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for end, near in at.items():
        if len(near) != 2:
            for i in near:
                tips[int(strand[i])].append(end)
    is_loop = [len(t := tips[int(k)]) == 2 and t[0] == t[1] for k in strand]
    return [piece for piece, drop in zip(pieces, is_loop, strict=True) if not drop]


def split_at_water(pieces: list[Street], water: shapely.Geometry) -> list[Street]:
    """Cut every piece at the banks: what is over water is a bridge."""
    over = water.buffer(6.0)
    shapely.prepare(over)
    out: list[Street] = []
    for piece in pieces:
        if piece.tags.get("bridge") or piece.tags.get("tunnel") or not over.intersects(piece.line):
            out.append(piece)
            continue
        out += _bridge(piece, over)
    return out


def _bridge(piece: Street, over: shapely.Geometry) -> list[Street]:
    """Return the parts of one piece, on the bridge and off it, sharing their ends."""
    line = piece.line
    cuts = {0.0, line.length}
    for part in shapely.get_parts(line.intersection(over)):
        if part.geom_type == "LineString":
            cuts |= {
                line.project(shapely.Point(part.coords[0])),
                line.project(shapely.Point(part.coords[-1])),
            }
    marks = [m for m in sorted(cuts) if m in (0.0, line.length) or 3.0 < m < line.length - 3.0]
    joined: list[tuple[float, float, bool]] = []
    for a, b in pairwise(marks):
        wet = over.contains(line.interpolate((a + b) / 2))
        if joined and joined[-1][2] == wet:
            joined[-1] = (joined[-1][0], b, wet)
        else:
            joined.append((a, b, wet))
    out = []
    for a, b, wet in joined:
        tags = {**piece.tags, "bridge": "yes", "layer": "1"} if wet else dict(piece.tags)
        xy = np.round(shapely.get_coordinates(shapely.ops.substring(line, a, b)))
        if len(xy) > 1 and not np.allclose(xy[0], xy[-1]):
            out.append(Street(shapely.LineString(xy), piece.highway, tags))
    return out


def connected(pieces: list[Street], roots: list[tuple[float, float]]) -> list[Street]:
    """Return the pieces of the components nearest to the roots (the mainland, each island)."""
    is_kept = _near_roots(pieces, roots)
    return [piece for piece, k in zip(pieces, is_kept, strict=True) if k]


def close_to_cars(pieces: list[Street], roots: list[tuple[float, float]]) -> list[Street]:
    """Turn the streets that cars cannot come to, because only paths lead there, into paths."""
    is_car = [p.highway in CAR for p in pieces]
    driven = [p for p, c in zip(pieces, is_car, strict=True) if c]
    is_kept = iter(_near_roots(driven, roots))
    return [
        replace(p, highway="path", tags={k: v for k, v in p.tags.items() if k == "_run"})
        if c and not next(is_kept)
        else p
        for p, c in zip(pieces, is_car, strict=True)
    ]


def _near_roots(pieces: list[Street], roots: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Return which pieces hang together with the largest component near one of the roots."""
    number: dict[tuple[float, float], int] = {}
    a = [number.setdefault(p.ends[0], len(number)) for p in pieces]
    b = [number.setdefault(p.ends[1], len(number)) for p in pieces]
    n = len(number)
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    xy = np.array(list(number))
    sizes = np.bincount(component)
    wanted = []
    for root in roots:
        near = component[np.hypot(xy[:, 0] - root[0], xy[:, 1] - root[1]) < 1500.0]
        wanted.append(int(near[np.argmax(sizes[near])]))
    return np.isin(component[a], wanted)


def chain(pieces: list[Street]) -> list[Way]:
    """Join consecutive pieces of one street into ways that run through their crossings."""
    groups: dict[tuple[str, ...], list[Street]] = defaultdict(list)
    for piece in pieces:
        key = (piece.highway, *(f"{k}={v}" for k, v in sorted(piece.tags.items())))
        groups[key].append(piece)
    out: list[Way] = []
    for key in sorted(groups):
        out += _runs(groups[key])
    return out


def _runs(pieces: list[Street]) -> list[Way]:
    """Return maximal runs head to tail among pieces of one street."""
    after: dict[tuple[float, float], int] = {}
    heads = set()
    for i, piece in enumerate(pieces):
        a, b = piece.ends
        after.setdefault(a, i)
        heads.add(b)
    used = [False] * len(pieces)
    starts = [i for i, p in enumerate(pieces) if p.ends[0] not in heads]
    out = []
    for start in [*starts, *range(len(pieces))]:
        if used[start]:
            continue
        used[start] = True
        xy = list(pieces[start].line.coords)
        following = after.get(pieces[start].ends[1])
        while following is not None and not used[following]:
            used[following] = True
            xy += list(pieces[following].line.coords)[1:]
            following = after.get(pieces[following].ends[1])
        tags = dict(pieces[start].tags)
        points = np.round(np.array(xy))
        moves = np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))
        out.append(Way(points[moves], pieces[start].highway, tags))
    return out
