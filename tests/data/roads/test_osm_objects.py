"""Objects of a map in any order, numbering and state of life; ways carried by other objects."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Way

from tests.data.roads.answers import codes, finding, read, seconds
from tests.data.roads.osm_xml import LAT, LON, STEP, WALK_SECONDS, node, relation, way, write

STREET = {"highway": "residential"}
FERRY = {"route": "ferry", "duration": "00:05", "foot": "yes"}


def road_metres(path: Path) -> float:
    return float(read(path).graph.length_m.sum())


WHOLE = 2 * 964.5  # metres of the road over three stops

IN_ANY_ORDER = {
    "ascending": [node(1), node(2), node(3), way(10, [1, 2, 3], STREET)],
    "descending": [node(3), node(2), node(1), way(10, [1, 2, 3], STREET)],
    "shuffled": [node(2), node(3), node(1), way(10, [1, 2, 3], STREET)],
    "ways first": [way(10, [1, 2, 3], STREET), node(3), node(1), node(2)],
    "relation first": [
        relation(9, [10], {"type": "route"}),
        way(10, [1, 2, 3], STREET),
        node(2),
        node(1),
        node(3),
    ],
    "nodes on both sides": [node(3), way(10, [1, 2, 3], STREET), node(1), node(2)],
    "below zero": [node(-1), node(-2), node(-3), way(-10, [-1, -2, -3], STREET)],
    "below zero, descending": [node(-3), node(-2), node(-1), way(-10, [-1, -2, -3], STREET)],
    "both signs": [node(1), node(-2), node(3), way(-10, [1, -2, 3], STREET)],
    "very large": [node(10**14 + k, k) for k in (2, 1, 3)]
    + [way(10, [10**14 + 1, 10**14 + 2, 10**14 + 3], STREET)],
    "given twice": [
        node(1),
        node(2),
        node(2),
        node(3),
        way(10, [1, 2, 3], STREET),
        way(10, [1, 2, 3], STREET),
    ],
    "tiles one after another": [
        node(1),
        node(2),
        way(10, [1, 2], STREET),
        node(2),
        node(3),
        way(11, [2, 3], STREET),
    ],
}


@pytest.mark.parametrize("name", IN_ANY_ORDER)
def test_objects_are_read_in_any_order_and_numbering(tmp_path: Path, name: str) -> None:
    found = read(write(tmp_path / "roads.osm", *IN_ANY_ORDER[name]))
    assert found.graph.length_m.sum() == pytest.approx(WHOLE, abs=2)
    assert "roads_clipped" not in codes(found)
    assert "roads_parts" not in codes(found)


def test_thousands_of_unsorted_nodes(tmp_path: Path) -> None:
    order = np.random.default_rng(3).permutation(3000) + 1
    nodes = [node(int(k), lat=LAT + k * 1e-5, place=1) for k in order]
    ways = [way(k, [k, k + 1], STREET) for k in range(1, 3000)]
    found = read(write(tmp_path / "roads.osm", *nodes, *ways))
    assert len(found.graph.tail) == 2999
    assert "roads_clipped" not in codes(found)


def test_only_what_is_truly_not_in_the_file_is_missing(tmp_path: Path) -> None:
    content = [node(4), node(3), node(2), node(1), way(10, [1, 2, 3, 4, 5, 6], STREET)]
    assert finding(read(write(tmp_path / "roads.osm", *content)), "roads_clipped") == {"count": 2}


LIVES = {
    "deleted in the editor": way(11, [2, 3], STREET, action="delete"),
    "deleted on the server": way(11, [2, 3], STREET, version="2", visible="false"),
    "older version": way(11, [2, 3], STREET, version="1")
    + way(11, [2, 3], {"highway": "proposed"}, version="2"),
    "older version after the newer": way(11, [2, 3], {"highway": "proposed"}, version="2")
    + way(11, [2, 3], STREET, version="1"),
    "created and deleted": way(11, [2, 3], STREET, version="1")
    + way(11, [], {}, version="2", visible="false"),
}


@pytest.mark.parametrize("name", LIVES)
def test_what_is_no_more_is_not_used(tmp_path: Path, name: str) -> None:
    kept = [node(1), node(2), node(3), way(10, [1, 2], STREET)]
    found = read(write(tmp_path / "roads.osm", *kept, LIVES[name]))
    assert found.graph.way_id.tolist() == [10]


def test_a_way_that_was_changed_is_read_as_it_is_now(tmp_path: Path) -> None:
    old = way(10, [1, 2], STREET, version="3", action="modify")
    found = read(write(tmp_path / "roads.osm", node(1), node(2, action="modify"), old))
    assert found.graph.way_id.tolist() == [10]
    moved = [node(1, version="1"), node(2, 3, version="1"), node(2, 2, version="2")]
    found = read(write(tmp_path / "roads.osm", *moved, way(10, [1, 2], STREET)))
    assert found.graph.length_m.sum() == pytest.approx(964.5, abs=1)


def test_a_deleted_node_of_a_way_is_left_out_and_told(tmp_path: Path) -> None:
    content = [node(1), node(2, action="delete"), node(3), way(10, [1, 3], STREET)]
    found = read(write(tmp_path / "roads.osm", *content))
    assert found.graph.length_m.sum() == pytest.approx(WHOLE, abs=2)
    assert finding(found, "roads_deleted") == {"count": 1}


def test_deleted_objects_of_a_packed_file(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.osm", node(1), node(2), node(3), way(10, [1, 2], STREET))
    text = plain.read_text().replace("</osm>", LIVES["deleted in the editor"] + "</osm>")
    packed = tmp_path / "roads.osm.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert read(packed).graph.way_id.tolist() == [10]


def test_locations_that_stand_in_the_ways(tmp_path: Path) -> None:
    """Overpass `out geom` and `osmium add-locations-to-ways` write no nodes beside the ways."""
    places = "".join(f'<nd ref="{k}" lat="{LAT}" lon="{LON + (k - 1) * STEP}"/>' for k in (1, 2, 3))
    content = f'<way id="10">{places}<tag k="highway" v="residential"/></way>'
    found = read(write(tmp_path / "roads.osm", content))
    assert found.graph.length_m.sum() == pytest.approx(WHOLE, abs=2)


def test_an_unsorted_pbf(tmp_path: Path) -> None:
    path = tmp_path / "roads.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    writer.add_way(Way(id=10, nodes=[1, 2, 3], tags=STREET, version=1))
    for k in (3, 1, 2):
        writer.add_node(Node(id=k, location=(LON + (k - 1) * STEP, LAT), tags={}, version=1))
    writer.close()
    assert road_metres(path) == pytest.approx(WHOLE, abs=2)


@pytest.mark.parametrize("name", ["ways first", "below zero", "given twice"])
def test_water_is_read_from_such_files_too(tmp_path: Path, name: str) -> None:
    sign = -1 if name == "below zero" else 1
    corners = [node(sign * (20 + k), 1, lat=LAT + 0.01) for k in range(1)]
    corners += [node(sign * 21, 2, lat=LAT + 0.01), node(sign * 22, 2, lat=LAT + 0.02)]
    lake = way(sign * 30, [sign * k for k in (20, 21, 22, 20)], {"natural": "water"})
    ring = [node(sign * 41, 3, lat=LAT + 0.01), node(sign * 42, 4, lat=LAT + 0.01)]
    ring += [node(sign * 43, 4, lat=LAT + 0.02), way(sign * 50, [sign * 41, sign * 42], {})]
    ring += [way(sign * 51, [sign * 42, sign * 43, sign * 41], {})]
    pond = relation(sign * 60, [sign * 50, sign * 51], {"type": "multipolygon", "natural": "water"})
    content = [*IN_ANY_ORDER[name], lake, pond, *corners, *ring]
    found = read(write(tmp_path / "roads.osm", *content))
    assert found.water is not None
    assert len(found.water) == 2
    assert "water_incomplete" not in codes(found)


def islands(*between: str) -> list[str]:
    """Return two roads with a gap between stops 3 and 5, and what is said to bridge it."""
    nodes = [node(k) for k in (1, 2, 3, 5, 6)]
    return [*nodes, way(100, [1, 2, 3], STREET), way(104, [5, 6], STREET), *between]


CARRIED = {
    "pier and ferry": [
        node(10, 4),
        way(102, [3, 10], {"man_made": "pier"}),
        way(103, [10, 5], FERRY),
    ],
    "pier as a relation": [
        node(10, 4),
        way(102, [3, 10], {}),
        way(103, [10, 5], FERRY),
        relation(9, [102], {"type": "multipolygon", "man_made": "pier"}),
    ],
    "ferry tagged on its route": [
        way(103, [3, 5], {}),
        relation(
            9, [103], {"type": "route", "route": "ferry", "duration": "00:05", "foot": "yes"}, ""
        ),
    ],
    "ferry of two ways on a route": [
        node(4),
        way(103, [3, 4], {}),
        way(105, [4, 5], {}),
        relation(9, [103, 105], {"type": "route", "route": "ferry", "duration": "10"}, ""),
    ],
    "square": [
        node(24, 4),
        node(22, 4, lat=LAT + 0.0005),
        way(110, [3, 22, 5, 24, 3], {}),
        relation(9, [110], {"type": "multipolygon", "highway": "pedestrian", "area": "yes"}),
    ],
    "square of two ways": [
        node(24, 4),
        node(22, 4, lat=LAT + 0.0005),
        way(110, [3, 22, 5], {}),
        way(111, [5, 24, 3], {"source": "survey"}),
        relation(9, [110, 111], {"type": "multipolygon", "highway": "pedestrian"}),
    ],
    "yard": [
        node(24, 4),
        node(22, 4, lat=LAT + 0.0005),
        way(110, [3, 22, 5, 24, 3], {}),
        relation(9, [110], {"type": "multipolygon", "highway": "footway", "area": "yes"}),
    ],
    "floating pontoon": [
        node(10, 4),
        way(102, [3, 10, 5], {"man_made": "pier", "floating": "yes"}),
    ],
}


@pytest.mark.parametrize("name", CARRIED)
def test_ways_carried_by_other_objects_are_joined(tmp_path: Path, name: str) -> None:
    found = read(write(tmp_path / "roads.osm", *islands(*CARRIED[name])))
    assert seconds(found, "walk", 1, 6) is not None
    modes = [dict(each.params)["mode"] for each in found.findings if each.code == "roads_parts"]
    assert "walk" not in modes


def test_cars_do_not_drive_on_piers_and_squares(tmp_path: Path) -> None:
    for name in ("pier and ferry", "square", "floating pontoon"):
        found = read(write(tmp_path / "roads.osm", *islands(*CARRIED[name])))
        assert seconds(found, "car", 1, 6) is None


def test_a_pier_that_is_closed_stays_closed(tmp_path: Path) -> None:
    pier = way(102, [3, 10, 5], {"man_made": "pier", "access": "private"})
    found = read(write(tmp_path / "roads.osm", *islands(node(10, 4), pier)))
    assert seconds(found, "walk", 1, 6) is None


def test_tags_of_the_way_itself_decide_over_its_relation(tmp_path: Path) -> None:
    street = way(103, [3, 5], {"highway": "residential"})
    carrier = relation(9, [103], {"type": "route", "route": "ferry", "duration": "00:59"}, "")
    found = read(write(tmp_path / "roads.osm", *islands(street, carrier)))
    assert seconds(found, "walk", 3, 5) == pytest.approx(2 * WALK_SECONDS, abs=2)


def test_a_ferry_that_ends_in_nothing_is_told_with_its_end(tmp_path: Path) -> None:
    ferry = way(103, [3, 10], FERRY)
    found = read(write(tmp_path / "roads.osm", *islands(node(10, 4), ferry)))
    told = next(each for each in found.findings if each.code == "ferry_ends_nowhere")
    assert dict(told.params)["count"] == 1
    assert told.rows == ("103",)


def test_members_that_are_not_in_the_file_are_counted(tmp_path: Path) -> None:
    square = relation(9, [110, 111], {"type": "multipolygon", "highway": "pedestrian"})
    content = islands(node(24, 4), way(110, [3, 24], {}), square)
    assert finding(read(write(tmp_path / "roads.osm", *content)), "roads_members_missing") == {
        "count": 1
    }
