"""What tests ask of roads that were read: findings by code, fastest paths between source nodes."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np

from data.roads.read import RoadsRead, read_roads
from geo.modes import MODES
from tests.geo.drawn_graphs import as_networkx


def read(path: Path, **options) -> RoadsRead:
    return read_roads(path, modes=list(MODES), **options)


def codes(found: RoadsRead) -> list[str]:
    return [finding.code for finding in found.findings]


def finding(found: RoadsRead, code: str) -> dict[str, object]:
    return dict(next(each.params for each in found.findings if each.code == code))


def seconds(found: RoadsRead, mode: str, start: int, end: int) -> float | None:
    """Return the seconds of the fastest path between two nodes of the file, None without one."""
    roads, network = found.graph, found.graph.networks[mode]
    drawn = as_networkx(network)
    ends = [
        [k for k in np.flatnonzero(roads.node_id == node).tolist() if network.component[k] >= 0]
        for node in (start, end)
    ]
    times = [
        nx.shortest_path_length(drawn, a, b, weight="weight") / 10
        for a in ends[0]
        for b in ends[1]
        if nx.has_path(drawn, a, b)
    ]
    return min(times, default=None)
