"""OSMnx GraphML as road segments: drawn edges become straight pieces, twin edges one way."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import shapely

from data.roads.osm import OSM_ATTRIBUTION
from data.roads.overrides import Overrides
from data.roads.raw import RawRoads
from geo.access import RELEVANT_KEYS, way_use
from geo.crs import LONLAT, transform
from geo.errors import Finding, GeoError
from geo.modes import CLASS_SPEEDS_KPH
from geo.roads import ways_of

_ONEWAY = {(True, False): "yes", (False, True): "-1"}


@dataclass(slots=True)
class _Chain:
    """One drawn line between two nodes, in one direction or both."""

    ends: tuple[str, str]
    line: tuple[tuple[float, float], ...]
    tags: dict[str, str]
    way_id: int
    forward: bool = False
    backward: bool = False


@dataclass(slots=True)
class _Pieces:
    """Nodes and segments while the chains are cut up."""

    xy: list[tuple[float, float]] = field(default_factory=list)
    node_id: list[int] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    way: list[int] = field(default_factory=list)


def read_graphml(path: Path, *, overrides: Overrides | None = None) -> RawRoads:
    """Read a street graph saved by OSMnx.

    An edge and its twin in the other direction with the same line become one two-way way, so that
    a place that joins it may go either way. Of several values of a tag the slowest class and the
    lowest limit count. A graph of the type `drive` has no paths: walkers then use its roads only.

    Parameters
    ----------
    path
        GraphML with node attributes `x`, `y` and edge attributes `highway`, `oneway`, `geometry`.
    overrides
        Tags of single ways that the study replaces, by `osmid`.

    Returns
    -------
    RawRoads
        With the OSM ids of nodes where they are numbers.

    Raises
    ------
    ValueError
        When it is not a GraphML file with those attributes.
    """
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except nx.NetworkXException as fault:
        raise ValueError(str(fault)) from fault
    bare = [node for node, data in graph.nodes(data=True) if not {"x", "y"} <= data.keys()]
    if bare or not graph.number_of_nodes():
        msg = f"{len(bare)} of {graph.number_of_nodes()} nodes have no x and y"
        raise ValueError(msg)
    overrides = overrides or Overrides()
    pieces = _Pieces()
    index = {}
    for node, data in graph.nodes(data=True):
        index[node] = len(pieces.xy)
        pieces.xy.append((_number(data["x"]), _number(data["y"])))
        pieces.node_id.append(int(node) if str(node).lstrip("-").isdigit() else -1)
    chains = _chains(graph)
    uses = []
    unread: Counter[str] = Counter()
    for row, chain in enumerate(chains):
        oneway = _ONEWAY.get((chain.forward, chain.backward), "no")
        use = way_use(overrides.tags_of(chain.way_id, {**chain.tags, "oneway": oneway}))
        uses.append(use)
        if use.unread_maxspeed:
            unread[use.unread_maxspeed] += 1
        _cut(chain, row, index, pieces)
    lon, lat = _degrees(pieces.xy, str(graph.graph.get("crs", LONLAT)))
    findings = []
    if unread:
        said = (("count", unread.total()), ("examples", ", ".join(sorted(unread)[:5])))
        findings.append(Finding("roads_maxspeed_unread", said, file=path.name))
    return RawRoads(
        lon=lon,
        lat=lat,
        node_id=np.array(pieces.node_id, dtype=np.int64),
        tail=np.array(pieces.tail, dtype=np.int64),
        head=np.array(pieces.head, dtype=np.int64),
        way=np.array(pieces.way, dtype=np.int64),
        ways=ways_of([chain.way_id for chain in chains], uses),
        file=path.name,
        findings=tuple(findings),
        attribution=OSM_ATTRIBUTION,
    )


def _chains(graph: Any) -> list[_Chain]:
    """Return the lines of all edges, an edge and its twin as one."""
    chains: dict[tuple[Any, ...], _Chain] = {}
    for number, (tail, head, data) in enumerate(graph.edges(data=True)):
        line = _line(data, graph.nodes[tail], graph.nodes[head])
        along, against = (tail, head, line), (head, tail, line[::-1])
        is_along = along <= against
        ends_and_line = along if is_along else against
        tags = {key: _one_value(key, data[key]) for key in RELEVANT_KEYS & data.keys()}
        is_oneway = "True" in _values(data.get("oneway")) or "yes" in _values(data.get("oneway"))
        ways = [int(value) for value in _values(data.get("osmid")) if value.lstrip("-").isdigit()]
        key = (*ends_and_line, tags.get("highway"))
        chain = chains.setdefault(
            key,
            _Chain(ends_and_line[:2], ends_and_line[2], tags, min(ways, default=-1 - number)),
        )
        chain.forward |= is_along or not is_oneway
        chain.backward |= not is_along or not is_oneway
    return list(chains.values())


def _line(
    data: Mapping[str, Any], tail: Mapping[str, Any], head: Mapping[str, Any]
) -> tuple[tuple[float, float], ...]:
    """Return the points of an edge from its tail to its head."""
    first = (_number(tail["x"]), _number(tail["y"]))
    last = (_number(head["x"]), _number(head["y"]))
    drawn = data.get("geometry")
    if not drawn:
        return (first, last)
    try:
        points = shapely.get_coordinates(shapely.from_wkt(drawn))
    except (shapely.errors.GEOSException, TypeError) as fault:
        msg = f"the line of an edge is not WKT: {str(drawn)[:60]}"
        raise ValueError(msg) from fault
    return (first, *map(tuple, points[1:-1].tolist()), last)


def _cut(chain: _Chain, row: int, index: Mapping[str, int], pieces: _Pieces) -> None:
    """Add the straight pieces of a chain; points between its ends become nodes."""
    inner = [len(pieces.xy) + k for k in range(len(chain.line) - 2)]
    pieces.xy.extend(chain.line[1:-1])
    pieces.node_id.extend([-1] * len(inner))
    stops = [index[chain.ends[0]], *inner, index[chain.ends[1]]]
    pieces.tail.extend(stops[:-1])
    pieces.head.extend(stops[1:])
    pieces.way.extend([row] * (len(stops) - 1))


def _degrees(xy: Sequence[tuple[float, float]], crs: str) -> tuple[Any, Any]:
    """Return longitudes and latitudes of the graph's own coordinates."""
    x, y = np.array(xy, dtype=np.float64).T
    if crs.upper() in {LONLAT, ""}:
        return x, y
    try:
        return transform(x, y, source=crs, target=LONLAT)
    except GeoError as fault:
        raise ValueError(str(fault)) from fault


def _number(value: Any) -> float:
    """Return a coordinate; NaN where it is not a number, which is found later."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _values(value: Any) -> list[str]:
    """Return the values of an attribute; of an edge that joins several ways OSMnx writes a list."""
    text = "" if value is None else str(value)
    if text.startswith("[") and text.endswith("]"):
        try:
            return [str(each) for each in ast.literal_eval(text)]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return [text]
    return [text] if text else []


def _one_value(key: str, value: Any) -> str:
    """Return one tag value: the slowest road class, else all values joined as OSM does."""
    values = _values(value)
    if key == "highway":
        return min(values, key=lambda name: (_class_kph(name), name), default="")
    return ";".join(values)


def _class_kph(name: str) -> float:
    """Return the car speed of a class; 0 where cars do not go."""
    return CLASS_SPEEDS_KPH.get(name.removesuffix("_link"), 0.0)
