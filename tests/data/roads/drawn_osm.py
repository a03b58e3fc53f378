"""OpenStreetMap files drawn in metres around one place, written with osmium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way
from pyproj import Transformer

CRS = "EPSG:4549"
_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
ORIGIN_M = (500_000.0, 3_300_000.0)


def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
    return _DEGREES.transform(ORIGIN_M[0] + x_m, ORIGIN_M[1] + y_m)


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[int, Sequence[int], Mapping[str, str]]],
    *,
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    relations: Sequence[tuple[int, Sequence[tuple[str, int, str]], Mapping[str, str]]] = (),
) -> Path:
    """Write nodes (metres), ways (id, refs, tags) and relations (id, members, tags)."""
    writer = osmium.SimpleWriter(str(path))
    for node, xy in sorted(nodes.items()):
        tags = dict((node_tags or {}).get(node, {}))
        writer.add_node(Node(id=node, location=lonlat(*xy), tags=tags, version=1))
    for way, refs, way_tags in ways:
        writer.add_way(Way(id=way, nodes=list(refs), tags=dict(way_tags), version=1))
    for relation, members, tags in relations:
        writer.add_relation(
            Relation(id=relation, members=list(members), tags=dict(tags), version=1)
        )
    writer.close()
    return path
