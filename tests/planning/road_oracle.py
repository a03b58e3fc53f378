"""An independent reading of a road file: other code, float seconds, scipy's search.

It follows the published rules (who may use a way, speeds, snapping to the nearest segment) and
shares nothing with the packages under test, so that a common mistake is unlikely.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import shapely
from pyproj import Geod, Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

CLOSED = {
    "no",
    "private",
    "agricultural",
    "forestry",
    "delivery",
    "military",
    "emergency",
    "bus",
    "psv",
    "permit",
    "official",
}
ROAD = {
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "trunk_link",
    "primary_link",
    "secondary_link",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
}
FOOT = ROAD | {
    "footway",
    "path",
    "steps",
    "pedestrian",
    "corridor",
    "cycleway",
    "track",
    "bridleway",
}
BIKE = ROAD | {"cycleway", "path", "track"}
BIKE_IF_INVITED = {"footway", "pedestrian", "corridor", "bridleway"}
CAR = ROAD | {"motorway", "motorway_link"}
CAR_KPH = {
    "motorway": 90,
    "trunk": 85,
    "primary": 65,
    "secondary": 55,
    "tertiary": 40,
    "unclassified": 25,
    "residential": 25,
    "living_street": 10,
    "service": 15,
    "road": 25,
}
FLAT_KPH = {"walk": 4.5, "walk_elderly": 3.6, "e_bike": 15.0}
ACCESS_KPH = {"walk": 4.5, "walk_elderly": 3.6, "e_bike": 4.5, "car": 4.5}
KEYS = {
    "walk": ("foot", "access"),
    "walk_elderly": ("foot", "access"),
    "e_bike": ("bicycle", "vehicle", "access"),
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
}


def may_use(tags: dict[str, str], mode: str) -> bool:
    """Whether the mode may be on the way at all."""
    highway = tags.get("highway", "")
    said = next((tags[key] for key in KEYS[mode] if key in tags), "yes")
    if said in CLOSED:
        return False
    if mode == "car":
        return (
            highway in CAR
            and tags.get("area") != "yes"
            and tags.get("service") != "emergency_access"
        )
    if tags.get("motorroad") == "yes":
        return False
    if mode in {"walk", "walk_elderly"}:
        return highway in FOOT
    if tags.get("bicycle") == "dismount" or tags.get("area") == "yes":
        return False
    invited = tags.get("bicycle") in {"yes", "designated", "permissive", "destination", "customers"}
    return highway in BIKE or (highway in BIKE_IF_INVITED and invited)


def directions(tags: dict[str, str], mode: str) -> tuple[bool, bool]:
    """Forward and backward."""
    if mode in {"walk", "walk_elderly"}:
        return tags.get("oneway:foot") != "-1", tags.get("oneway:foot") not in {"yes", "1", "true"}
    keys = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
    if mode == "e_bike":
        keys = ("oneway:bicycle", "oneway:vehicle", "oneway")
    said = next((tags[key] for key in keys if key in tags), None)
    if said is None:
        round_or_fast = (
            tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
        )
        said = "yes" if round_or_fast else "no"
    forward, backward = said not in {"-1", "reverse"}, said not in {"yes", "true", "1"}
    if mode == "e_bike" and "oneway:bicycle" not in tags:
        sides = [tags.get(f"cycleway{side}", "") for side in ("", ":left", ":right", ":both")]
        lanes = [tags.get(f"cycleway:{side}:oneway") for side in ("left", "right")]
        if (
            any(s.startswith("opposite") for s in sides)
            or "no" in lanes
            or tags.get("oneway:cycleway") == "no"
        ):
            forward = backward = True
        if "-1" in lanes or tags.get("bicycle:backward") == "yes":
            backward = True
    return forward, backward


def limit_kph(tags: dict[str, str], side: str) -> float:
    """The posted limit of one direction, infinite where none."""
    text = tags.get(f"maxspeed:{side}", tags.get("maxspeed", ""))
    try:
        return float(text.split()[0]) * (1.609344 if "mph" in text else 1.0)
    except (ValueError, IndexError):
        return math.inf


def times(share, seconds):
    """A share of a segment's seconds; no share of a closed segment takes no time."""
    seconds = np.broadcast_to(seconds, np.shape(share))
    product = np.zeros(np.shape(share))
    return np.multiply(share, seconds, out=product, where=np.asarray(share) > 0)


def closed_nodes(pbf: Path, mode: str) -> set[int]:
    """Barrier nodes that the mode may not pass: by their access tag, or bollards for cars."""
    closed = set()
    for node in osmium.FileProcessor(str(pbf)):
        if not node.is_node() or "barrier" not in node.tags:
            continue
        said = next((node.tags[key] for key in KEYS[mode] if key in node.tags), None)
        stops_cars = node.tags["barrier"] in {"bollard", "block", "cycle_barrier", "chain", "log"}
        if said in CLOSED if said is not None else mode == "car" and stops_cars:
            closed.add(node.id)
    return closed


class Oracle:
    """Float seconds from points to the nearest of some facilities, by one mode."""

    def __init__(self, pbf: Path, mode: str, crs: str) -> None:
        self.mode = mode
        project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        geod = Geod(ellps="WGS84")
        nodes: dict[int, int] = {}
        closed = closed_nodes(pbf, mode)
        lonlat: list[tuple[float, float]] = []
        tails, heads, forward, backward, joinable = [], [], [], [], []
        for way in osmium.FileProcessor(str(pbf)).with_locations():
            if not way.is_way():
                continue
            tags = {tag.k: tag.v for tag in way.tags}
            if not may_use(tags, mode):
                continue
            ahead, back = directions(tags, mode)
            base = CAR_KPH.get(tags["highway"].removesuffix("_link"), 0)
            kph = [
                FLAT_KPH.get(mode) or min(base, limit_kph(tags, side))
                for side in ("forward", "backward")
            ]
            join = tags["highway"] not in {"motorway", "motorway_link"} and tags.get(
                "tunnel", "no"
            ) in {"no", "building_passage"}
            refs = [
                (n.ref, n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()
            ]
            for a, b in pairwise(refs):
                ends = []
                for ref, lon, lat in (a, b):
                    if (
                        ref not in nodes or ref in closed
                    ):  # a closed node is a dead end of each segment
                        nodes[ref] = len(lonlat)
                        lonlat.append((lon, lat))
                    ends.append(nodes[ref])
                if ends[0] == ends[1]:
                    continue
                metres = geod.inv(a[1], a[2], b[1], b[2])[2]
                tails.append(ends[0])
                heads.append(ends[1])
                joinable.append(join and (ahead or back))
                forward.append(metres / (kph[0] / 3.6) if ahead else math.inf)
                backward.append(metres / (kph[1] / 3.6) if back else math.inf)
        lon, lat = np.array(lonlat).T
        self.x, self.y = project.transform(lon, lat)
        self.tail, self.head = np.array(tails), np.array(heads)
        self.forward, self.backward = np.array(forward), np.array(backward)
        ends = np.stack(
            [
                np.column_stack([self.x[self.tail], self.y[self.tail]]),
                np.column_stack([self.x[self.head], self.y[self.head]]),
            ],
            axis=1,
        )
        self.lines = shapely.linestrings(ends)
        self.joinable = np.flatnonzero(joinable)
        self.tree = shapely.STRtree(self.lines[self.joinable])

    def snap(self, x, y):
        """Nearest segment, fraction along it and length of the leg, for each place."""
        points = shapely.points(x, y)
        pairs, leg = self.tree.query_nearest(points, all_matches=False, return_distance=True)
        segment = self.joinable[pairs[1]]
        along = shapely.line_locate_point(self.lines[segment], points, normalized=True)
        return segment, along, leg

    def seconds(self, x, y, facility_x, facility_y, *, max_access_m=1000.0):
        """Float seconds to the nearest facility; inf where none can be reached."""
        access = ACCESS_KPH[self.mode] / 3.6
        fs, ff, fl = self.snap(facility_x, facility_y)
        near = fl <= max_access_m
        fs, ff, fl = fs[near], ff[near], fl[near]
        n = len(self.x)
        # Reversed graph with one super source at n; seeds are the ends of each facility's segment.
        ok_f, ok_b = np.isfinite(self.forward), np.isfinite(self.backward)
        rows = np.concatenate([self.head[ok_f], self.tail[ok_b]])
        cols = np.concatenate([self.tail[ok_f], self.head[ok_b]])
        cost = np.concatenate([self.forward[ok_f], self.backward[ok_b]])
        seeds = np.concatenate([self.tail[fs], self.head[fs]])
        seed_cost = np.concatenate(
            [
                fl / access + times(ff, self.forward[fs]),
                fl / access + times(1 - ff, self.backward[fs]),
            ]
        )
        good = np.isfinite(seed_cost)
        best: dict[tuple[int, int], float] = {}
        for r, c, t in zip(
            np.concatenate([rows, np.full(good.sum(), n)]),
            np.concatenate([cols, seeds[good]]),
            np.concatenate([cost, seed_cost[good]]),
            strict=True,
        ):
            key = (int(r), int(c))
            best[key] = min(best.get(key, math.inf), max(float(t), 1e-9))
        keys = np.array(list(best))
        graph = coo_matrix(
            (list(best.values()), (keys[:, 0], keys[:, 1])), shape=(n + 1, n + 1)
        ).tocsr()
        reach = dijkstra(graph, indices=n)
        s, f, leg = self.snap(x, y)
        by_head = times(1 - f, self.forward[s]) + reach[self.head[s]]
        by_tail = times(f, self.backward[s]) + reach[self.tail[s]]
        total = np.minimum(by_head, by_tail)
        for segment, along, access_leg in zip(fs, ff, fl, strict=True):
            here = s == segment
            gap = along - f
            ahead = times(np.maximum(gap, 0), self.forward[segment])
            back = times(np.maximum(-gap, 0), self.backward[segment])
            direct = np.where(gap >= 0, ahead, back) + access_leg / access
            total = np.where(here, np.minimum(total, direct), total)
        total = total + leg / access
        return np.where(leg <= max_access_m, total, np.nan)
