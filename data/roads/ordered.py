"""OpenStreetMap files as their reader needs them: each object once, alive, in order of its id.

Files of servers are so; files of editors and of queries are often not. Their nodes come behind the
ways, have numbers below zero until they are uploaded, or stand in the ways themselves.
"""

from __future__ import annotations

import bz2
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast
from xml.parsers import expat

import osmium
from osmium.osm.mutable import Node, Relation, Way

from data.errors import unreadable
from geo.errors import Finding

_TYPES = {"n": 0, "w": 1, "r": 2}
_ELEMENTS = {"node": "n", "way": "w", "relation": "r"}
_DELETES = re.compile(rb"action=[\"']delete[\"']")
_BLOCK_BYTES = 1_000_000
_FIRST_NEW_NODE = 50_000_000_000
"""Nodes below zero are numbered from here: far above every node of the map."""


@contextmanager
def in_order(path: Path, findings: list[Finding]) -> Iterator[Path]:
    """Give an OpenStreetMap file whose objects are in order; a copy where the file's are not.

    Parameters
    ----------
    path
        OSM PBF or XML.
    findings
        Receives how many objects are marked as deleted: nothing of them is in the copy.

    Raises
    ------
    StudyError
        When the file cannot be read as OpenStreetMap.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        try:
            deleted = set() if path.name.lower().endswith(".pbf") else _deleted_in_editor(path)
            is_in_order = not deleted and _is_in_order(path)
            n_deleted = 0 if is_in_order else _write_copy(path, copy, deleted)
        except Exception as fault:  # broken files raise what their parser raises
            raise unreadable(path, "OSM", fault) from fault
        if n_deleted:
            findings.append(Finding("roads_deleted", (("count", n_deleted),), file=path.name))
        yield path if is_in_order else copy


def _deleted_in_editor(path: Path) -> set[tuple[str, int]]:
    """Return type and id of the objects that an editor (JOSM) has marked to be deleted.

    libosmium knows the states of servers only, so the marks are looked for in the text.
    """
    with _unpacked(path) as file:
        rest, is_found = b"", False
        while not is_found and (block := file.read(_BLOCK_BYTES)):
            is_found = _DELETES.search(rest + block) is not None
            rest = block[-20:]
    deleted: set[tuple[str, int]] = set()
    if not is_found:
        return deleted

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in _ELEMENTS and attributes.get("action") == "delete":
            deleted.add((_ELEMENTS[name], int(attributes.get("id", 0))))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with _unpacked(path) as file:
        parser.ParseFile(file)
    return deleted


def _unpacked(path: Path) -> BinaryIO:
    """Open the text of an XML file, packed or not."""
    openers: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
    return cast("BinaryIO", openers.get(path.suffix, open)(path, "rb"))


def _is_in_order(path: Path) -> bool:
    """Return True where every object comes once, alive and in order, and only nodes have places."""
    with osmium.io.Reader(str(path)) as reader:
        header = reader.header()
    if header.has_multiple_object_versions:
        return False
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    if any(_has_places(way) for way, _ in zip(ways, range(1), strict=False)):
        return False
    if header.get("sorting") == "Type_then_ID":  # as the servers' extracts say, and keep
        return True
    last = (0, -1)
    for each in cast("Iterator[Any]", osmium.FileProcessor(str(path))):
        here = (_TYPES.get(each.type_str(), 3), each.id)
        if here <= last or here[1] < 0 or each.deleted:
            return False
        last = here
    return True


def _has_places(way: Any) -> bool:
    """Return True where a way states the places of its nodes itself."""
    return len(way.nodes) > 0 and way.nodes[0].location.valid()


class _Copy(osmium.SimpleHandler):
    """Writes the objects that are alive; nodes below zero get new numbers."""

    def __init__(self, writer: Any, deleted: set[tuple[str, int]], places: dict[int, Any]) -> None:
        super().__init__()
        self.n_deleted = 0
        self._writer = writer
        self._deleted = deleted
        self._places = places
        self._new_nodes: list[Node] = []
        self._has_nodes = True

    def node(self, node: Any) -> None:
        self._places.pop(node.id, None)
        if not self._is_alive("n", node):
            return
        if node.id < 0:
            copy = Node(node, id=_new_number(node.id), location=_place(node), tags=dict(node.tags))
            self._new_nodes.append(copy)
        else:
            self._writer.add_node(node)

    def way(self, way: Any) -> None:
        self.close_nodes()
        if self._is_alive("w", way):
            refs = [_new_number(node.ref) for node in way.nodes]
            self._writer.add_way(Way(way, nodes=refs, tags=dict(way.tags)))

    def relation(self, relation: Any) -> None:
        self.close_nodes()
        if self._is_alive("r", relation):
            members = [(m.type, m.ref, m.role) for m in relation.members]
            self._writer.add_relation(Relation(relation, members=members, tags=dict(relation.tags)))

    def close_nodes(self) -> None:
        """Write the nodes that come behind all others; ways follow."""
        if not self._has_nodes:
            return
        self._has_nodes = False
        for ref, place in self._places.items():
            self._new_nodes.append(Node(id=_new_number(ref), location=place, tags={}, version=1))
        for node in sorted(self._new_nodes, key=lambda each: each.id or 0):
            self._writer.add_node(node)

    def _is_alive(self, kind: str, each: Any) -> bool:
        is_deleted = each.deleted or (kind, each.id) in self._deleted
        self.n_deleted += is_deleted
        return not is_deleted


def _write_copy(path: Path, copy: Path, deleted: set[tuple[str, int]]) -> int:
    """Write the living objects in their newest version, in order; return how many are deleted."""
    places: dict[int, tuple[float, float]] = {}
    for way in cast("Iterator[Any]", osmium.FileProcessor(str(path), osmium.osm.WAY)):
        if _has_places(way):
            places |= {n.ref: (n.lon, n.lat) for n in way.nodes if n.location.valid()}
    merged = osmium.MergeInputReader()
    merged.add_file(str(path))
    writer = osmium.SimpleWriter(str(copy))
    try:
        handler = _Copy(writer, deleted, places)
        merged.apply(handler, simplify=True)
        handler.close_nodes()
    finally:
        writer.close()
    return handler.n_deleted


def _new_number(node: int) -> int:
    """Return the number of a node in the copy."""
    return node if node >= 0 else _FIRST_NEW_NODE - node


def _place(node: Any) -> tuple[float, float] | None:
    return (node.location.lon, node.location.lat) if node.location.valid() else None
