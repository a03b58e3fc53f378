"""OSMnx graphs: twin edges, lists of tags, curves, other systems, and a real city."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from pyproj import Geod

from data.errors import StudyError
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
