"""Map elements by hand: what closes, what lies inside, what a name says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.errors import PlannerError
from data.fetch.map_elements import (
    facilities_of,
    read_answers,
    rest_of,
    towns_of,
    write_osm_file,
)
from data.roads.osm import read_osm

SQUARE = shapely.box(0, 0, 10, 10)


def ring(first: int, box: tuple[float, float, float, float]) -> list[dict[str, Any]]:
    corners = shapely.get_coordinates(shapely.box(*box))[:4]
    nodes = [
        {"type": "node", "id": first + i, "lon": float(x), "lat": float(y)}
        for i, (x, y) in enumerate(corners)
    ]
    loop = [*range(first, first + 4), first]
    return [*nodes, {"type": "way", "id": first, "nodes": loop}]


def town(
    number: int, members: list[tuple[int, str]], name: str = "某镇", **tags: str
) -> dict[str, Any]:
    return {
        "type": "relation",
        "id": number,
        "members": [{"type": "way", "ref": way, "role": role} for way, role in members],
        "tags": {"admin_level": "8", "name": name, **tags},
    }


def test_a_town_with_a_hole() -> None:
    elements = [*ring(1, (0, 0, 10, 10)), *ring(11, (4, 4, 6, 6))]
    (found,) = towns_of([*elements, town(5, [(1, "outer"), (11, "inner")])], SQUARE)
    assert found.code == "osm5"
    assert shapely.area(found.area) == pytest.approx(96)
    assert shapely.area(rest_of(SQUARE, [found])) == pytest.approx(4)


def test_towns_are_cut_and_those_mostly_outside_left_out() -> None:
    elements = [*ring(1, (-1, 0, 4, 10)), *ring(11, (8, 0, 20, 10))]
    towns = [town(5, [(1, "outer")], ref="330604001"), town(6, [(11, "outer")])]
    (found,) = towns_of([*elements, *towns], SQUARE)
    assert found.code == "330604001"
    assert shapely.area(found.area) == pytest.approx(40)


def test_rings_that_do_not_close_are_no_town() -> None:
    elements = ring(1, (0, 0, 10, 10))
    elements[-1]["nodes"] = [1, 2, 3]
    assert towns_of([*elements, town(5, [(1, "outer")])], SQUARE) == []
    assert towns_of([town(5, [(99, "outer")])], SQUARE) == []


def test_other_levels_are_no_towns() -> None:
    elements = [*ring(1, (0, 0, 10, 10)), town(5, [(1, "outer")], admin_level="6")]
    assert towns_of(elements, SQUARE) == []


def test_a_hospital_of_several_ways_is_in_its_middle() -> None:
    elements = [*ring(1, (1, 1, 2, 2)), *ring(11, (3, 3, 4, 4))]
    hospital = town(5, [(1, "outer"), (11, "outer")], "某医院", amenity="hospital")
    (found,) = facilities_of([*elements, hospital], SQUARE)
    assert (found.id, found.kind, found.lon, found.lat) == ("relation/5", "A100", 2.5, 2.5)
    lost = {**hospital, "members": []}
    assert facilities_of([*elements, lost], SQUARE) == []


def test_an_osm_file_keeps_tags_and_order(tmp_path: Path) -> None:
    nodes = [{"type": "node", "id": i, "lon": 120 + i / 1000, "lat": 30.0} for i in (3, 1, 2)]
    way = {"type": "way", "id": 7, "nodes": [3, 2, 1], "tags": {"highway": "path"}}
    relation = town(9, [(7, "outer")])
    paths = [tmp_path / "a.osm.pbf", tmp_path / "b.osm.pbf"]
    assert write_osm_file(paths[0], [relation, way, *nodes, way]) == 1
    write_osm_file(paths[1], [*nodes[::-1], way, relation])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    raw = read_osm(paths[0])
    assert raw.ways.way_id.tolist() == [7]
    assert len(raw.tail) == 2


def test_answers_are_joined(tmp_path: Path) -> None:
    first, bare = ({"type": "node", "id": i, "lat": 1, "lon": 2} for i in (1, 2))
    tagged = {**bare, "tags": {"a": "b"}}
    told = {"osm3s": {"timestamp_osm_base": "2025-01-02T03:04:05Z"}}
    (tmp_path / "a.json").write_text(json.dumps({**told, "elements": [bare]}), encoding="utf-8")
    (tmp_path / "b.json").write_text(
        json.dumps({"elements": [tagged, first, bare]}), encoding="utf-8"
    )
    found = read_answers(tmp_path, "http://host/api")
    assert found.date == "2025-01-02"
    assert found.elements == [first, tagged]


ODD = (
    {"id": 1},
    {"type": "node", "id": 1},
    {"type": "node", "id": 1, "lat": "x", "lon": 0},
    {"type": "node", "id": 1, "lat": 91, "lon": 0},
    {"type": "node", "id": 1, "lat": 1, "lon": 0, "tags": ["x"]},
    {"type": "way", "id": 1},
    {"type": "way", "id": 1, "nodes": ["x"]},
    {"type": "area", "id": 1},
    {"type": "relation", "id": 1, "members": [{"type": "way"}]},
    {"type": "relation", "id": 1, "members": [{"type": "", "ref": 1, "role": ""}]},
    7,
)


@pytest.mark.parametrize("text", ["[]", "{}", "x", *(json.dumps({"elements": [e]}) for e in ODD)])
def test_other_answers_are_removed(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(PlannerError):
        read_answers(tmp_path, "http://host/api")
    assert not list(tmp_path.iterdir())
