"""OSMnx GraphML as road segments: drawn edges become straight pieces, twin edges one way."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import shapely

from data.checks import ids_of, row_finding
from data.errors import StudyError, raise_errors
from data.places.positions import layer_crs
from data.roads.osm import OSM_ATTRIBUTION
from data.roads.overrides import Overrides
from data.roads.raw import RawRoads
from data.roads.values import listed, slowest_class, whole_number
from data.study.tables import RoadsTable
from data.tables.sheets import Table
from geo.access import RELEVANT_KEYS, way_use
from geo.crs import LONLAT, transform
from geo.errors import Finding
from geo.roads import ways_of

_ONEWAY = {(True, False): "yes", (False, True): "-1"}
_IS_ONEWAY = frozenset({"true", "yes", "1", "-1", "reverse"})
_OLD_CRS = re.compile(r"\+?init=(\S+)")


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


def read_graphml(
    path: Path, *, source: RoadsTable | None = None, overrides: Overrides | None = None
) -> RawRoads:
    """Read a street graph saved by OSMnx.

    An edge and its twin in the other direction with the same line become one two-way way, so that
    a place that joins it may go either way. Of several values of a tag the slowest class and the
    lowest limit count. A graph of the type `drive` has no paths: walkers then use its roads only.
    In an undirected graph `from` and `to` say which way a one-way street goes.

    Parameters
    ----------
    path
        GraphML with node attributes `x`, `y` and edge attributes `highway`, `oneway`, `geometry`.
    source
        Its `crs` decides over the graph's own.
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
    StudyError
        When its coordinate system or the direction of one-way streets is not known.
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
        number = whole_number(str(node))
        pieces.node_id.append(-1 if number is None else number)
    findings: list[Finding] = []
    crs = _system(graph, pieces.xy, source or RoadsTable(path), findings)
    chains = _chains(graph, path.name)
    uses = []
    unread: Counter[str] = Counter()
    for row, chain in enumerate(chains):
        oneway = _ONEWAY.get((chain.forward, chain.backward), "no")
        use = way_use(overrides.tags_of(chain.way_id, {**chain.tags, "oneway": oneway}))
        uses.append(use)
        if use.unread_maxspeed:
            unread[use.unread_maxspeed] += 1
        _cut(chain, row, index, pieces)
    if unread:
        said = (("count", unread.total()), ("examples", ", ".join(sorted(unread)[:5])))
        findings.append(Finding("roads_maxspeed_unread", said, file=path.name))
    x, y = np.array(pieces.xy, dtype=np.float64).T
    lon, lat = (x, y) if crs == LONLAT else transform(x, y, source=crs, target=LONLAT)
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


def _system(
    graph: Any,
    xy: Sequence[tuple[float, float]],
    source: RoadsTable,
    findings: list[Finding],
) -> str:
    """Return the coordinate system of the nodes: the study's, the graph's, or plain degrees."""
    written = plain_crs(str(graph.graph.get("crs", "")))
    is_like_degrees = all(abs(x) <= 180 and abs(y) <= 90 for x, y in xy)
    said = written or (LONLAT if is_like_degrees else None)
    table = Table(source.path.name, {}, np.zeros(0, dtype=np.int64), crs=said)
    crs = layer_crs(table, source, findings)
    raise_errors(findings)
    if crs is None:  # told above
        raise StudyError
    return LONLAT if crs.upper() == LONLAT else crs


def plain_crs(text: str) -> str:
    """Return a coordinate system as it is written today; OSMnx once wrote PROJ's old forms.

    >>> plain_crs("{'init': 'epsg:4326'}"), plain_crs("+init=epsg:32651 +no_defs")
    ('EPSG:4326', 'EPSG:32651')
    >>> plain_crs("{'proj': 'utm', 'zone': 51, 'no_defs': True}")
    '+proj=utm +zone=51 +no_defs'
    """
    said = text.strip()
    if said.startswith("{"):
        try:
            parts = dict(ast.literal_eval(said))
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            return said
        said = " ".join(
            f"+{key}" if value is True else f"+{key}={value}" for key, value in parts.items()
        )
    old = _OLD_CRS.search(said)
    return old[1].upper() if old else said


def _chains(graph: Any, file: str) -> list[_Chain]:
    """Return the lines of all edges, an edge and its twin as one."""
    chains: dict[tuple[Any, ...], _Chain] = {}
    lost: list[int] = []
    # Where no edge says `oneway`, the arcs of a directed graph are its directions.
    by_arcs = graph.is_directed() and not any("oneway" in d for _, _, d in graph.edges(data=True))
    for number, (one, other, data) in enumerate(graph.edges(data=True)):
        is_oneway = by_arcs or not _IS_ONEWAY.isdisjoint(
            map(str.lower, _values(data.get("oneway")))
        )
        ids = [whole_number(value) for value in _values(data.get("osmid"))]
        way_id = min((each for each in ids if each is not None), default=-1 - number)
        tail, head = (one, other) if graph.is_directed() else _directed(one, other, data)
        if tail is None or head is None:
            tail, head = one, other
            lost.extend([way_id] * is_oneway)
        line = _line(data, graph.nodes[tail], graph.nodes[head])
        along, against = (tail, head, line), (head, tail, line[::-1])
        is_along = along <= against
        ends_and_line = along if is_along else against
        tags = {key: _one_value(key, data[key]) for key in RELEVANT_KEYS & data.keys()}
        key = (*ends_and_line, tags.get("highway"))
        chain = chains.setdefault(key, _Chain(ends_and_line[:2], ends_and_line[2], tags, way_id))
        chain.forward |= is_along or not is_oneway
        chain.backward |= not is_along or not is_oneway
    if lost:
        raise StudyError(row_finding("roads_graph_undirected", ids_of(sorted(lost)), file=file))
    return list(chains.values())


def _directed(one: Any, other: Any, data: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the ends of an undirected edge from `from` to `to`; None where it does not say."""
    ends = {str(one): one, str(other): other}
    return ends.get(str(data.get("from"))), ends.get(str(data.get("to")))


def _line(
    data: Mapping[str, Any], tail: Mapping[str, Any], head: Mapping[str, Any]
) -> tuple[tuple[float, float], ...]:
    """Return the points of an edge from its tail to its head, whichever way it was drawn."""
    first = (_number(tail["x"]), _number(tail["y"]))
    last = (_number(head["x"]), _number(head["y"]))
    drawn = data.get("geometry")
    if not drawn:
        return (first, last)
    try:
        points = shapely.get_coordinates(shapely.from_wkt(drawn)).tolist()
    except (shapely.errors.GEOSException, TypeError) as fault:
        msg = f"the line of an edge is not WKT: {str(drawn)[:60]}"
        raise ValueError(msg) from fault
    if points and math.dist(points[0], first) > math.dist(points[0], last):
        points.reverse()
    return (first, *map(tuple, points[1:-1]), last)


def _cut(chain: _Chain, row: int, index: Mapping[str, int], pieces: _Pieces) -> None:
    """Add the straight pieces of a chain; points between its ends become nodes."""
    inner = [len(pieces.xy) + k for k in range(len(chain.line) - 2)]
    pieces.xy.extend(chain.line[1:-1])
    pieces.node_id.extend([-1] * len(inner))
    stops = [index[chain.ends[0]], *inner, index[chain.ends[1]]]
    pieces.tail.extend(stops[:-1])
    pieces.head.extend(stops[1:])
    pieces.way.extend([row] * (len(stops) - 1))


def _number(value: Any) -> float:
    """Return a coordinate; NaN where it is not a number, which is found later."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _values(value: Any) -> list[str]:
    """Return the values of an attribute."""
    return listed("" if value is None else str(value))


def _one_value(key: str, value: Any) -> str:
    """Return one tag value: the slowest road class, else all values joined as OSM does."""
    values = _values(value)
    if key == "highway":
        return slowest_class(values) or ""
    return ";".join(values)
