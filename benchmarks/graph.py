"""Road files into routable graphs: read anew and from the cache, each in a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

ROOT = Path(__file__).resolve().parent.parent
N_NODES = {"S": 52_000, "M": 523_000, "L": 2_610_000}
ROUNDS = {"S": 5, "M": 5, "L": 3}
SPACING_M = 220.0
METRES_PER_DEGREE = 111_320.0
MODES = ("walk", "walk_elderly", "e_bike", "car")

STAGES = {
    "read": "graph from PBF, four modes",
    "read_car": "graph from PBF, car only",
    "cache": "graph from cache, four modes",
    "cache_car": "graph from cache, car only",
}


def write_town(path: Path, n_nodes: int, *, seed: int = 7) -> int:
    """Write a bent grid of streets as PBF and return its number of nodes.

    Lines of the grid are ways of up to 20 nodes; every fifth is a collector, every tenth an
    arterial, every fiftieth a highway; local streets have gaps, some are one-way, some footpaths.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n_nodes)))
    row, column = np.divmod(np.arange(side * side), side)
    east_m, north_m = (
        each * SPACING_M + rng.normal(0, 0.2 * SPACING_M, side * side) for each in (column, row)
    )
    lat = 30.0 + north_m / METRES_PER_DEGREE
    lon = 120.0 + east_m / (METRES_PER_DEGREE * np.cos(np.radians(30)))
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    for node, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), start=1):
        writer.add_node(Node(id=node, location=place, version=1))
    way = 0
    for is_row in (True, False):
        for line in range(side):
            for start in range(0, side - 1, 19):
                tags = _tags(line, rng)
                if tags is None:
                    continue
                way += 1
                at = np.arange(start, min(start + 20, side))
                refs = 1 + (line * side + at if is_row else at * side + line)
                writer.add_way(Way(id=way, nodes=refs.tolist(), tags=tags, version=1))
    writer.close()
    return side * side


def _tags(line: int, rng: np.random.Generator) -> dict[str, str] | None:
    """Return the tags of a stretch of a line; None for a gap."""
    if line % 50 == 0:
        return {"highway": "trunk", "maxspeed": "80", "name": f"Highway {line}"}
    if line % 10 == 0:
        return {"highway": "primary", "maxspeed": "60", "name": f"Avenue {line}"}
    if line % 5 == 0:
        return {"highway": "tertiary", "name": f"Road {line}"}
    chance = rng.random()
    if chance < 0.12:
        return None
    if chance < 0.2:
        return {"highway": "footway"}
    street = {"highway": "residential"}
    return {**street, "oneway": "yes"} if chance < 0.27 else street


def rows(size: str) -> list[dict[str, Any]]:
    """Return one row for each way of getting a graph, at size S, M or L."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pbf = folder / "town.osm.pbf"
        n_nodes = write_town(pbf, N_NODES[size])
        stages = list(STAGES) + (["osmnx"] if size == "S" else [])
        runs: dict[str, list[dict[str, float]]] = {stage: [] for stage in stages}
        for _ in range(ROUNDS[size] + 1):  # the first one warms the disk and writes the cache
            for stage in stages:
                runs[stage].append(_run(stage, pbf, folder / "cache"))
    return [_row(work, stage, size, n_nodes, runs) for stage, work in STAGES.items()]


def _row(
    work: str, stage: str, size: str, n_nodes: int, runs: dict[str, list[dict[str, float]]]
) -> dict[str, Any]:
    """Return the medians of one piece of work beside the peer's."""
    ours = runs[stage][1:]
    ours_s = statistics.median(run["seconds"] for run in ours)
    has_peer = stage == "read_car" and "osmnx" in runs
    peer_s = statistics.median(run["seconds"] for run in runs["osmnx"][1:]) if has_peer else None
    return {
        "work": work,
        "size": size,
        "nodes": n_nodes,
        "ours_s": round(ours_s, 4),
        "peer": "osmnx graph_from_xml with speeds and times" if has_peer else None,
        "peer_s": None if peer_s is None else round(peer_s, 4),
        "ratio": None if peer_s is None else round(peer_s / ours_s, 2),
        "agrees": abs(ours[0]["nodes"] - runs["osmnx"][-1]["nodes"]) if has_peer else None,
        "peak_mb": round(max(run["peak_mb"] for run in ours)),
    }


def _run(stage: str, pbf: Path, cache_dir: Path) -> dict[str, float]:
    """Run one stage in a new process and return its seconds (imports aside) and peak memory."""
    command = [sys.executable, "-m", "benchmarks.graph", stage, str(pbf), str(cache_dir)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _stage(stage: str, pbf: Path, cache_dir: Path) -> dict[str, float]:
    """Do one stage in this process."""
    if stage == "osmnx":
        seconds, n_nodes = _osmnx(pbf)
        return {"seconds": seconds, "nodes": n_nodes, "peak_mb": _peak_mb()}
    from data.roads.read import RoadOptions, read_roads

    modes = ("car",) if stage.endswith("car") else MODES
    options = RoadOptions(cache_dir=cache_dir if stage.startswith("cache") else None)
    started = time.perf_counter()
    read = read_roads(pbf, modes=modes, options=options)
    seconds = time.perf_counter() - started
    network = read.graph.networks["car"]
    return {
        "seconds": seconds,
        "nodes": int((network.component >= 0).sum()),
        "peak_mb": _peak_mb(),
    }


def _osmnx(pbf: Path) -> tuple[float, int]:
    """Return the seconds that OSMnx takes for a car graph with times, and its number of nodes."""
    import osmnx

    started = time.perf_counter()
    xml = pbf.with_suffix(".osm")
    with osmium.SimpleWriter(str(xml), overwrite=True) as writer:
        used: set[int] = set()
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY):
            if way.tags.get("highway") != "footway":
                used.update(node.ref for node in way.nodes)
        for each in osmium.FileProcessor(str(pbf)):
            if each.is_node() and each.id in used:
                writer.add_node(each)
            elif each.is_way() and each.tags.get("highway") != "footway":
                writer.add_way(each)
    drawn = osmnx.graph_from_xml(xml, simplify=False, retain_all=True)
    drawn = osmnx.add_edge_travel_times(osmnx.add_edge_speeds(drawn))
    return time.perf_counter() - started, len(drawn)


def _peak_mb() -> float:
    """Return the largest resident memory of this process; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    print(json.dumps(_stage(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
