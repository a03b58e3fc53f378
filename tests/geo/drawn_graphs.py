"""Small graphs drawn by hand, and their arcs by source id."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np

from geo.access import way_use
from geo.roads import build_graph, ways_of

STREET = {"highway": "residential"}


def graph_of(xy, lines, *, tags=None, ids=None, **options):
    """Build a graph from points and lines of point numbers, one way for each line."""
    tags = tags or [STREET] * len(lines)
    segments = [(a, b, row) for row, line in enumerate(lines) for a, b in pairwise(line)]
    tail, head, way = np.array(segments).reshape(-1, 3).T
    ways = ways_of(ids or range(1, len(lines) + 1), [way_use(each) for each in tags])
    x, y = np.array(xy, dtype=float).reshape(-1, 2).T
    return build_graph(x, y, tail, head, ways=ways, way=way, node_id=np.arange(len(x)), **options)


def tenths_between(network, roads, tail, head):
    """Return the tenths of the arc between two nodes by source id, None without one."""
    a, b = (int(np.flatnonzero(roads.node_id == each)[0]) for each in (tail, head))
    row = slice(network.from_indptr[a], network.from_indptr[a + 1])
    found = dict(
        zip(network.from_node[row].tolist(), network.from_tenths[row].tolist(), strict=True)
    )
    return found.get(b)


def as_networkx(network):
    drawn = nx.DiGraph()
    drawn.add_nodes_from(range(len(network.from_indptr) - 1))
    for a in range(len(network.from_indptr) - 1):
        for k in range(network.from_indptr[a], network.from_indptr[a + 1]):
            drawn.add_edge(a, int(network.from_node[k]), weight=int(network.from_tenths[k]))
    return drawn
