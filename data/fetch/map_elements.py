"""Map elements as Overpass writes them: into an OSM file, towns and health facilities."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import osmium
import shapely
from osmium.osm import mutable

from data.errors import PlannerError
from data.fetch.answers import wrong_content

Element: TypeAlias = Mapping[str, Any]

_KINDS = ("node", "way", "relation")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

_NAMED_KINDS = (
    ("社区卫生服务站", "B200"),
    ("社区卫生服务中心", "B100"),
    ("中心卫生院", "C210"),
    ("街道卫生院", "C100"),
    ("卫生院", "C220"),
    ("卫生室|卫生所|卫生站", "D600"),
    ("妇幼保健", "G100"),
    ("疾病预防|疾控", "J100"),
    ("急救", "E100"),
    ("中西医结合", "A300"),
    ("中医.*医院|中医院", "A210"),
    ("精神|康宁", "A520"),
    ("康复医院", "A527"),
    ("儿童医院", "A519"),
    ("门诊部", "D110"),
    ("医务室", "D400"),
    ("校医", "D500"),
    ("诊所", "D211"),
    ("医院", "A100"),
)
"""What a name says of a kind (WS 218-2002), the most telling first `[I]`."""

_TAGGED_KINDS = {"hospital": "A100", "clinic": "D211", "doctors": "D211", "doctor": "D211"}
FACILITY_TAGS: dict[str, bool | str | list[str]] = {
    "amenity": ["hospital", "clinic", "doctors"],
    "healthcare": ["hospital", "clinic", "doctor", "centre"],
}
"""Tags of the health facilities that are asked for; pharmacies and dentists are not points."""


@dataclass(frozen=True, slots=True, eq=False)
class MapElements:
    """Nodes, ways and relations as Overpass writes them; the day of the map, "" if not told."""

    elements: list[dict[str, Any]]
    date: str


@dataclass(frozen=True, slots=True)
class MapFacility:
    """One health facility of the map; `kind` is "" where neither name nor tags say it."""

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    operator: str
    hours: str


@dataclass(frozen=True, slots=True)
class MapTown:
    """One town or subdistrict of the map, in degrees."""

    code: str
    name: str
    area: shapely.Geometry


def read_answers(folder: Path, url: str) -> MapElements:
    """Return the elements of all answers in a folder, each once, by kind and id.

    Raises
    ------
    PlannerError
        When one of them is something else; it is removed, so that it is asked for again.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    date = ""
    for path in sorted(folder.glob("*.json")):
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
            for element in answer["elements"]:
                key = _checked_key(element)
                # The same node comes bare with a way and with its tags by itself.
                n_tags = len(element.get("tags", ()))
                if key not in found or n_tags > len(found[key].get("tags", ())):
                    found[key] = element
            told = str(answer.get("osm3s", {}).get("timestamp_osm_base", ""))[:10]
        except (ValueError, KeyError, TypeError, AttributeError):
            path.unlink()
            raise PlannerError(wrong_content(url, "other JSON", "map elements")) from None
        date = max(date, told if _DAY.fullmatch(told) else "")
    return MapElements([found[key] for key in sorted(found)], date)


def _checked_key(element: Any) -> tuple[str, int]:
    """Return kind and id of an element that is as Overpass writes them; else raise."""
    kind = element["type"]
    is_right = isinstance(element.get("tags", {}), dict)
    if kind == "node":
        is_right &= abs(float(element["lon"])) <= 180 and abs(float(element["lat"])) <= 90
    elif kind == "way":
        is_right &= all(int(node) > 0 for node in element["nodes"])
    elif kind == "relation":
        members = element["members"]
        is_right &= all(m["type"] in _KINDS and int(m["ref"]) and "role" in m for m in members)
    if not is_right or kind not in _KINDS:
        msg = f"odd element {kind}"
        raise ValueError(msg)
    return kind, int(element["id"])


def drop_broken(folder: Path) -> None:
    """Remove answers that a stopped run has written in half."""
    for path in folder.glob("*.json"):
        if not path.read_bytes().rstrip().endswith((b"}", b"]")):
            path.unlink()


def write_osm_file(path: Path, elements: Iterable[Element]) -> int:
    """Write elements as an OSM file in order of kind and id; return the number of ways.

    Raises
    ------
    KeyError, TypeError, ValueError
        When an element is not as Overpass writes it.
    """
    single = {(_KINDS.index(each["type"]), int(each["id"])): each for each in elements}
    n_ways = 0
    writer = osmium.SimpleWriter(str(path))
    try:
        for (kind, number), each in sorted(single.items(), key=lambda item: item[0]):
            tags = {str(key): str(value) for key, value in each.get("tags", {}).items()}
            if kind == 0:
                place = (float(each["lon"]), float(each["lat"]))
                writer.add_node(mutable.Node(id=number, location=place, tags=tags, version=1))
            elif kind == 1:
                nodes = [int(node) for node in each["nodes"]]
                writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
                n_ways += "highway" in tags
            else:
                members = [(m["type"][0], int(m["ref"]), str(m["role"])) for m in each["members"]]
                relation = mutable.Relation(id=number, members=members, tags=tags, version=1)
                writer.add_relation(relation)
    finally:
        writer.close()
    return n_ways


def facilities_of(elements: Iterable[Element], area: shapely.Geometry) -> list[MapFacility]:
    """Return the health facilities inside an area (degrees), in order of kind of element and id."""
    elements = list(elements)
    shapes = _Shapes(elements)
    found = []
    for each in elements:
        tags = each.get("tags", {})
        if not any(str(tags.get(key)) in values for key, values in _WANTED.items()):
            continue
        place = shapes.middle(each)
        if place is None or not shapely.contains_xy(area, *place):
            continue
        name = str(tags.get("name:zh") or tags.get("name") or "")
        found.append(
            MapFacility(
                id=f"{each['type']}/{each['id']}",
                name=name or f"{each['type']}/{each['id']}",
                kind=kind_of(name, tags),
                lon=place[0],
                lat=place[1],
                operator=str(tags.get("operator", "")),
                hours=str(tags.get("opening_hours", "")),
            )
        )
    return found


def kind_of(name: str, tags: Mapping[str, Any]) -> str:
    """Return the kind that a name says, else that the tags say, else "".

    >>> kind_of("甲镇中心卫生院", {"amenity": "hospital"}), kind_of("", {"healthcare": "doctor"})
    ('C210', 'D211')
    """
    for words, kind in _NAMED_KINDS:
        if re.search(words, name):
            return kind
    told = (str(tags.get(key, "")) for key in ("amenity", "healthcare"))
    return next((_TAGGED_KINDS[word] for word in told if word in _TAGGED_KINDS), "")


def towns_of(elements: Iterable[Element], boundary: shapely.Geometry) -> list[MapTown]:
    """Return the towns that lie mostly inside a boundary, cut to it, in order of code."""
    elements = list(elements)
    shapes = _Shapes(elements)
    towns = []
    for each in elements:
        tags = each.get("tags", {})
        if each["type"] != "relation" or str(tags.get("admin_level")) != "8":
            continue
        area = shapes.area(each)
        if area is None:
            continue
        inside = polygons_of(shapely.intersection(area, boundary))
        if shapely.area(inside) > 0.5 * shapely.area(area):
            ref = str(tags.get("ref", ""))
            code = ref if re.fullmatch(r"\d{9}|\d{12}", ref) else f"osm{each['id']}"
            towns.append(MapTown(code, str(tags.get("name", code)), inside))
    return sorted(towns, key=lambda town: town.code)


def rest_of(boundary: shapely.Geometry, towns: Iterable[MapTown]) -> shapely.Geometry:
    """Return what towns leave of a boundary."""
    return polygons_of(shapely.difference(boundary, shapely.union_all([t.area for t in towns])))


class _Shapes:
    """Where the elements of an answer are."""

    def __init__(self, elements: Iterable[Element]) -> None:
        self._nodes: dict[int, tuple[float, float]] = {}
        self._ways: dict[int, list[int]] = {}
        for each in elements:
            if each["type"] == "node":
                self._nodes[int(each["id"])] = (float(each["lon"]), float(each["lat"]))
            elif each["type"] == "way":
                self._ways[int(each["id"])] = [int(node) for node in each["nodes"]]

    def middle(self, element: Element) -> tuple[float, float] | None:
        """Return the middle of an element's box; None when its nodes are not there."""
        if element["type"] == "node":
            return self._nodes[int(element["id"])]
        ways = (
            [int(element["id"])]
            if element["type"] == "way"
            else [int(m["ref"]) for m in element["members"] if m["type"] == "way"]
        )
        xy = [xy for way in ways for xy in self._line(way)]
        if not xy:
            return None
        low, high = np.min(xy, axis=0), np.max(xy, axis=0)
        return float((low[0] + high[0]) / 2), float((low[1] + high[1]) / 2)

    def area(self, relation: Element) -> shapely.Geometry | None:
        """Return the area that a boundary's ways enclose; None when they do not close."""
        lines: dict[bool, list[shapely.Geometry]] = {True: [], False: []}
        for member in relation["members"]:
            line = self._line(int(member["ref"])) if member["type"] == "way" else []
            if len(line) > 1:
                lines[member["role"] == "inner"].append(shapely.LineString(line))
        outer = _enclosed(lines[False])
        if shapely.is_empty(outer):
            return None
        return polygons_of(shapely.difference(outer, _enclosed(lines[True])))

    def _line(self, way: int) -> list[tuple[float, float]]:
        return [self._nodes[node] for node in self._ways.get(way, ()) if node in self._nodes]


def _enclosed(lines: list[shapely.Geometry]) -> shapely.Geometry:
    if not lines:
        return shapely.Polygon()
    rings = shapely.polygonize([shapely.union_all(lines)])
    return shapely.union_all(shapely.get_parts(rings))


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, mended, without the lines and points that cutting leaves."""
    parts = shapely.get_parts(shapely.make_valid(shape))
    kept = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return shapely.union_all(kept) if kept else shapely.Polygon()


_WANTED = {
    key: frozenset(values) for key, values in FACILITY_TAGS.items() if isinstance(values, list)
}
