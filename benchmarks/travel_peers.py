"""Other shortest-path engines on the same arcs, where they are installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.road_generator import SyntheticRoads

Times: TypeAlias = NDArray[np.float64]

LIMIT_TENTHS = 12_000
PEERS = ("networkit", "igraph", "rustworkx", "pandana")


def reversed_matrix(roads: SyntheticRoads) -> csr_array:
    """Return the arcs turned round, as scipy wants them; parallel arcs there are none."""
    shape = (roads.n_nodes, roads.n_nodes)
    return csr_array((roads.tenths.astype(float), (roads.head, roads.tail)), shape=shape)


def scipy_nearest(graph: csr_array, facilities: NDArray[np.int32]) -> tuple[Times, Any]:
    """Return tenths and node of the nearest facility of every node."""
    time, _, source = dijkstra(graph, indices=facilities, min_only=True, return_predecessors=True)
    return time, source


def scipy_within(graph: csr_array, facilities: NDArray[np.int32]) -> list[Times]:
    """Return the tenths of every node to each facility, infinite beyond the limit."""
    return [dijkstra(graph, indices=int(site), limit=LIMIT_TENTHS) for site in facilities]


Prepared: TypeAlias = tuple[Callable[[], Times], Callable[[int], Times]]
"""Nearest times of all nodes, and the times of all nodes to one facility."""


def prepared(name: str, roads: SyntheticRoads) -> Prepared | None:
    """Return the two pieces of work of a peer; None where it is not installed."""
    return _PREPARE[name](roads) if find_spec(name) else None


def _with_source(roads: SyntheticRoads) -> tuple[NDArray[Any], NDArray[Any], Times]:
    """Return reversed arcs with one more node that leads to all facilities at no cost."""
    source = np.full(len(roads.facilities), roads.n_nodes)
    return (
        np.concatenate([roads.head, source]),
        np.concatenate([roads.tail, roads.facilities]),
        np.concatenate([roads.tenths, np.zeros(len(source))]).astype(float),
    )


def _igraph(roads: SyntheticRoads) -> Prepared:
    import igraph

    start, end, weight = _with_source(roads)
    graph = igraph.Graph(n=roads.n_nodes + 1, edges=np.column_stack([start, end]), directed=True)
    graph.es["weight"] = weight

    def times(node: int) -> Times:
        return np.array(graph.distances(source=[node], weights="weight")[0])[:-1]

    return lambda: times(roads.n_nodes), times


def _networkit(roads: SyntheticRoads) -> Prepared:
    import networkit

    start, end, weight = _with_source(roads)
    graph = networkit.GraphFromCoo(
        (weight, (start.astype(np.uint64), end.astype(np.uint64))),
        n=roads.n_nodes + 1,
        weighted=True,
        directed=True,
    )

    def times(node: int) -> Times:
        search = networkit.distance.Dijkstra(graph, node, storePaths=False)
        search.run()
        return np.array(search.getDistances())[:-1]

    return lambda: times(roads.n_nodes), times


def _rustworkx(roads: SyntheticRoads) -> Prepared:
    import rustworkx

    start, end, weight = _with_source(roads)
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(roads.n_nodes + 1))
    graph.add_edges_from(list(zip(start.tolist(), end.tolist(), weight.tolist(), strict=True)))

    def times(node: int) -> Times:
        found = rustworkx.dijkstra_shortest_path_lengths(graph, node, float)
        spread = np.full(roads.n_nodes + 1, np.inf)
        spread[list(found.keys())] = list(found.values())
        spread[node] = 0.0
        return spread[:-1]

    return lambda: times(roads.n_nodes), times


def _pandana(roads: SyntheticRoads) -> Prepared:
    import pandana
    import pandas as pd

    # It searches from nodes to points, on the roads as driven, for a one-to-one answer.
    network = pandana.Network(
        pd.Series(roads.x_m),
        pd.Series(roads.y_m),
        pd.Series(roads.tail),
        pd.Series(roads.head),
        pd.DataFrame({"tenths": roads.tenths.astype(float)}),
        twoway=False,
    )
    furthest = 1e9
    network.set_pois(
        "site",
        furthest,
        1,
        pd.Series(roads.x_m[roads.facilities]),
        pd.Series(roads.y_m[roads.facilities]),
    )
    ids = np.arange(roads.n_nodes)

    def nearest() -> Times:
        return network.nearest_pois(furthest, "site", num_pois=1, include_poi_ids=True)[
            1
        ].to_numpy()

    def outward(node: int) -> Times:
        return np.asarray(network.nodes_in_range([int(ids[node])], LIMIT_TENTHS)["tenths"])

    return nearest, outward


_PREPARE: dict[str, Callable[[SyntheticRoads], Prepared]] = {
    "networkit": _networkit,
    "igraph": _igraph,
    "rustworkx": _rustworkx,
    "pandana": _pandana,
}
