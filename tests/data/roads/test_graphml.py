"""OSMnx graphs: twin edges, lists of tags, curves, other systems, and a real city."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod

from data.errors import StudyError
from data.roads.read import RoadOptions
from data.study.tables import RoadsTable
from tests.data.roads.answers import finding, read, seconds


def write_graphml(path: Path, nodes, edges, **graph_attributes: str) -> Path:
    drawn = nx.MultiDiGraph(crs="epsg:4326", **graph_attributes)
    for node, (x, y) in nodes.items():
        drawn.add_node(node, x=str(x), y=str(y))
    for tail, head, attributes in edges:
        drawn.add_edge(tail, head, **{key: str(value) for key, value in attributes.items()})
    nx.write_graphml(drawn, path)
    return path


SQUARE = {1: (120.0, 30.0), 2: (120.01, 30.0), 3: (120.01, 30.01)}


def test_twin_edges_become_one_two_way_street_and_curves_are_kept(tmp_path):
    bend = "LINESTRING (120 30, 120.005 30.003, 120.01 30)"
    back = "LINESTRING (120.01 30, 120.005 30.003, 120 30)"
    edges = [
        (1, 2, {"osmid": 5, "highway": "residential", "oneway": False, "geometry": bend}),
        (2, 1, {"osmid": 5, "highway": "residential", "oneway": False, "geometry": back}),
        (2, 3, {"osmid": "[6, 7]", "highway": "['primary', 'secondary']", "oneway": True}),
    ]
    found = read(write_graphml(tmp_path / "g.graphml", SQUARE, edges))
    assert len(found.graph.tail) == 3
    assert seconds(found, "car", 1, 2) == pytest.approx(seconds(found, "car", 2, 1), abs=0.11)
    assert seconds(found, "car", 3, 2) is None
    assert seconds(found, "walk", 3, 2) == pytest.approx(1109 / 1.25, abs=2)
    assert seconds(found, "car", 2, 3) == pytest.approx(1109 * 3.6 / 55, abs=1)
    assert sorted(np.unique(found.graph.way_id).tolist()) == [5, 6]


def test_graphml_tags_follow_the_same_rules(tmp_path):
    edges = [
        (1, 2, {"highway": "residential", "oneway": False, "maxspeed": "['40', '20']"}),
        (2, 3, {"highway": "footway", "oneway": False}),
        (1, 3, {"highway": "service", "access": "private", "oneway": False}),
    ]
    found = read(write_graphml(tmp_path / "g.graphml", SQUARE, edges))
    metres = Geod(ellps="WGS84").inv(120.0, 30.0, 120.01, 30.0)[2]
    assert seconds(found, "car", 1, 2) == pytest.approx(metres * 3.6 / 20, abs=0.1)
    assert seconds(found, "car", 2, 1) is not None
    assert seconds(found, "car", 2, 3) is None
    assert seconds(found, "walk", 3, 1) == pytest.approx((metres + 1108.7) / 1.25, abs=2)


def test_a_graph_in_metres_is_read_in_its_own_system(tmp_path):
    nodes = {1: (500_000, 3_300_000), 2: (501_000, 3_300_000)}
    edges = [(1, 2, {"highway": "residential", "oneway": False})]
    path = write_graphml(tmp_path / "g.graphml", nodes, edges)
    path.write_text(
        path.read_text(encoding="utf-8").replace("epsg:4326", "EPSG:4549"), encoding="utf-8"
    )
    found = read(path)
    assert found.graph.length_m[0] == pytest.approx(1000, abs=0.1)


def test_graphml_nodes_without_a_place_are_left_out_and_told(tmp_path):
    nodes = {**SQUARE, 3: (math.nan, 30.0)}
    edges = [
        (1, 2, {"highway": "residential", "oneway": False}),
        (2, 3, {"highway": "residential", "oneway": False}),
    ]
    found = read(write_graphml(tmp_path / "g.graphml", nodes, edges))
    assert finding(found, "roads_bad_coordinates") == {"count": 1}
    assert len(found.graph.tail) == 1


def test_odd_attributes_never_escape_as_other_errors(tmp_path):
    edge = {"highway": "residential", "oneway": False}
    path = write_graphml(tmp_path / "a.graphml", SQUARE, [(1, 2, {**edge, "geometry": "LINE 1"})])
    with pytest.raises(StudyError, match="not WKT"):
        read(path)
    odd = {**edge, "maxspeed": "[" * 5000 + "]" * 5000, "osmid": "['x', None]"}
    found = read(write_graphml(tmp_path / "b.graphml", SQUARE, [(1, 2, odd)]))
    assert len(found.graph.tail) == 1


def test_graphml_of_something_else_is_unreadable(tmp_path):
    path = tmp_path / "g.graphml"
    nx.write_graphml(nx.path_graph(3), path)
    with pytest.raises(StudyError, match="3 of 3 nodes have no x and y"):
        read(path)


STREETS = [
    (k, k + 1, {"osmid": 100 + k, "highway": "residential", "oneway": False}) for k in (1, 2, 4, 5)
]
STOPS = {k: (120.8 + 0.01 * (k - 1), 30.02) for k in range(1, 7)}
METRES = Geod(ellps="WGS84").inv(120.8, 30.02, 120.81, 30.02)[2]


def undirected(path: Path, edges, nodes=STOPS, crs="epsg:4326") -> Path:
    drawn = nx.MultiGraph(crs=crs)
    for node, (x, y) in nodes.items():
        drawn.add_node(node, x=str(x), y=str(y))
    for tail, head, attributes in edges:
        drawn.add_edge(tail, head, **{key: str(value) for key, value in attributes.items()})
    nx.write_graphml(drawn, path)
    return path


@pytest.mark.parametrize(
    "crs",
    [
        "epsg:4326",
        "EPSG:4326",
        "{'init': 'epsg:4326'}",
        "{'init': 'EPSG:4326', 'no_defs': True}",
        '{"init": "epsg:4326"}',
        "+init=epsg:4326 +no_defs",
        "+proj=longlat +datum=WGS84 +no_defs",
        "{'proj': 'longlat', 'datum': 'WGS84', 'no_defs': True}",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
    ],
)
def test_every_way_of_writing_degrees(tmp_path, crs):
    path = tmp_path / "g.graphml"
    drawn = nx.MultiDiGraph(crs=crs)
    for node, (x, y) in STOPS.items():
        drawn.add_node(node, x=str(x), y=str(y))
    drawn.add_edge(1, 2, highway="residential", oneway="False")
    nx.write_graphml(drawn, path)
    assert read(path).graph.length_m.sum() == pytest.approx(METRES, abs=0.1)


@pytest.mark.parametrize(
    "crs",
    [
        "{'init': 'epsg:4549'}",
        "+init=epsg:4549 +type=crs",
        "{'proj': 'tmerc', 'lat_0': 0, 'lon_0': 120, 'k': 1, 'x_0': 500000, 'y_0': 0, "
        "'ellps': 'GRS80', 'units': 'm', 'no_defs': True}",
    ],
)
def test_every_way_of_writing_metres(tmp_path, crs):
    nodes = {1: (500_000.0, 3_300_000.0), 2: (501_000.0, 3_300_000.0)}
    edges = [(1, 2, {"highway": "residential", "oneway": False})]
    path = undirected(tmp_path / "g.graphml", edges, nodes, crs)
    assert read(path).graph.length_m.sum() == pytest.approx(1000, abs=1)


def test_the_studys_system_is_obeyed_and_a_missing_one_is_asked_for(tmp_path):
    nodes = {1: (500_000.0, 3_300_000.0), 2: (501_000.0, 3_300_000.0)}
    edges = [(1, 2, {"highway": "residential", "oneway": False})]
    path = undirected(tmp_path / "g.graphml", edges, nodes, "EPSG:32651")
    options = RoadOptions(table=RoadsTable(path, crs="EPSG:4549"))
    found = read(path, options=options)
    assert found.crs == "EPSG:4549"
    assert dict(finding(found, "crs_overruled"))["stated"] == "EPSG:4549"
    drawn = nx.MultiDiGraph()
    for node, (x, y) in nodes.items():
        drawn.add_node(node, x=str(x), y=str(y))
    drawn.add_edge(1, 2, highway="residential")
    nx.write_graphml(drawn, path)
    with pytest.raises(StudyError) as caught:
        read(path)
    assert [each.code for each in caught.value.findings] == ["crs_missing"]
    # The fix that the message offers leads to the right roads.
    assert read(path, options=options).graph.length_m.sum() == pytest.approx(1000, abs=1)
    unknown = undirected(tmp_path / "u.graphml", edges, nodes, "{'init': 'moon:1'}")
    with pytest.raises(StudyError):
        read(unknown)
    mended = RoadOptions(table=RoadsTable(unknown, crs="EPSG:4549"))
    assert read(unknown, options=mended).graph.length_m.sum() == pytest.approx(1000, abs=1)


def test_the_arcs_of_a_directed_graph_without_oneway_are_its_directions(tmp_path):
    both = [(k, k + 1, {"highway": "residential"}) for k in (1, 2)]
    back = [(2, 1, {"highway": "residential"})]
    found = read(write_graphml(tmp_path / "g.graphml", STOPS, [*both, *back]))
    assert seconds(found, "car", 1, 3) is not None
    assert seconds(found, "car", 2, 1) is not None
    assert seconds(found, "car", 3, 2) is None
    assert seconds(found, "walk", 3, 1) is not None


def test_node_ids_beyond_64_bits_are_read(tmp_path):
    nodes = {"9" * 25: (120.8, 30.02), "x": (120.81, 30.02)}
    edges = [("9" * 25, "x", {"highway": "residential", "oneway": False, "osmid": "8" * 30})]
    assert read(undirected(tmp_path / "g.graphml", edges, nodes)).graph.length_m.sum() > 900


@pytest.mark.parametrize("yes", ["True", "true", "yes", "1", "-1", "['yes', 'True']"])
def test_from_and_to_decide_the_direction_of_an_undirected_graph(tmp_path, yes):
    oneway = (3, 4, {"highway": "residential", "oneway": yes, "from": 4, "to": 3})
    found = read(undirected(tmp_path / "g.graphml", [*STREETS, oneway]))
    assert seconds(found, "car", 6, 1) is not None
    assert seconds(found, "car", 1, 6) is None
    assert seconds(found, "walk", 1, 6) is not None


def test_one_ways_of_an_undirected_graph_without_directions_are_refused(tmp_path):
    oneway = (3, 4, {"highway": "residential", "oneway": True, "osmid": 77})
    with pytest.raises(StudyError) as caught:
        read(undirected(tmp_path / "g.graphml", [*STREETS, oneway]))
    assert [each.code for each in caught.value.findings] == ["roads_graph_undirected"]
    assert caught.value.findings[0].rows == ("77",)


def test_a_line_drawn_against_its_edge_is_not_a_zigzag(tmp_path):
    bend = "LINESTRING (120.83 30.02, 120.828 30.021, 120.822 30.021, 120.82 30.02)"
    edges = [
        (3, 4, {"highway": "residential", "oneway": False, "geometry": bend, "from": 4, "to": 3})
    ]
    found = read(undirected(tmp_path / "g.graphml", edges))
    length = Geod(ellps="WGS84").geometry_length(shapely.from_wkt(bend))
    assert found.graph.length_m.sum() == pytest.approx(length, abs=0.1)
    directed = write_graphml(tmp_path / "d.graphml", STOPS, [(3, 4, edges[0][2])])
    assert read(directed).graph.length_m.sum() == pytest.approx(length, abs=0.1)


@pytest.mark.shared
def test_futian_graph_is_two_way_where_the_street_is(shared_data):
    found = read(shared_data / "china" / "futian_osmnx.graphml")
    assert found.crs == "EPSG:4547"
    source = nx.read_graphml(shared_data / "china" / "futian_osmnx.graphml")
    assert source.number_of_nodes() == 1_751
    assert source.number_of_edges() == 4_009
    car = found.graph.networks["car"]
    ids = np.array([int(node) for node in source.nodes])
    assert np.isin(ids, found.graph.node_id).mean() > 0.98  # the rest lies on closed ways
    lengths = {}
    for tail, head, data in source.edges(data=True):
        key = (min(tail, head), max(tail, head), round(float(data["length"]), 2))
        if data.get("access") not in {"no", "private", "bus"}:
            lengths[key] = float(data["length"])
    usable = found.graph.length_m.sum()
    assert usable == pytest.approx(sum(lengths.values()), rel=0.01)  # theirs is on a sphere
    both = (car.forward_tenths >= 0) & (car.backward_tenths >= 0)
    assert 0.2 < both.mean() < 0.9
