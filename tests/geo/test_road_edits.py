"""Edits of a graph equal the graph that is built with the edit in it."""

import numpy as np
import pytest

from geo.access import USE_BITS, way_use
from geo.modes import speeds
from geo.road_edits import (
    Link,
    nearest_foot,
    renewed,
    with_foot,
    with_link,
    with_node,
    with_way_speed,
    without_way,
)
from geo.roads import build_graph, ways_of, with_networks

JOIN = USE_BITS["car", "join"]
MODES = ("walk", "car")
# Way 7 runs east in two segments of 1 km, way 8 runs north from its middle.
X_M, Y_M = [0.0, 1000.0, 2000.0, 1000.0], [0.0, 0.0, 0.0, 1000.0]
TAIL, HEAD, WAY = [0, 1, 1], [1, 2, 3], [0, 0, 1]
USES = [way_use({"highway": "tertiary"}), way_use({"highway": "residential", "oneway": "yes"})]


def graph(x_m=X_M, y_m=Y_M, *, tail=TAIL, head=HEAD, way=WAY, ids=(7, 8), uses=USES):
    built = build_graph(x_m, y_m, tail, head, ways=ways_of(ids, uses), way=way)
    return with_networks(built, MODES)


def assert_same(edited, fresh):
    """Nodes, segments and times are the same arrays."""
    for name in ("x_m", "y_m", "tail", "head", "way_id", "position", "use", "road_class"):
        assert getattr(edited, name).tolist() == getattr(fresh, name).tolist(), name
    assert edited.length_m == pytest.approx(fresh.length_m)
    for mode, network in fresh.networks.items():
        assert edited.networks[mode].forward_tenths.tolist() == network.forward_tenths.tolist()
        assert edited.networks[mode].to_tenths.tolist() == network.to_tenths.tolist()


def test_the_nearest_foot_is_on_the_nearest_segment_that_counts():
    foot = nearest_foot(graph(), 1300.0, 30.0, use=JOIN)
    assert (foot.x_m, foot.y_m, foot.away_m) == (1300.0, 0.0, 30.0)
    assert nearest_foot(graph(), 1002.0, -5.0, use=JOIN).fraction in (0.0, 1.0)
    assert nearest_foot(graph(), 0.0, 0.0, use=1 << 12) is None
    roads = graph()
    only = nearest_foot(roads, 1300.0, 30.0, use=JOIN, among=roads.way_id == 8)
    assert (only.x_m, only.y_m) == (1000.0, 30.0)


def test_a_split_way_takes_the_time_it_took():
    roads = graph()
    split, _node = with_foot(roads, nearest_foot(roads, 333.3, 0.0, use=JOIN))
    made = renewed(split, roads, MODES, speeds())
    for mode in MODES:
        before, after = (
            sorted(g.networks[mode].forward_tenths[g.way_id == 7].cumsum()[[-1]].tolist())
            for g in (roads, made)
        )
        assert before == after


def test_a_link_equals_the_graph_that_is_built_with_it():
    roads = graph()
    edited, tail = with_foot(roads, nearest_foot(roads, 1500.0, 0.0, use=JOIN))
    edited, head = with_node(edited, 1500.0, 800.0)
    use = way_use({"highway": "secondary"})
    edited = with_link(edited, Link(-5, "secondary", use.use, 800.0), tail, head)
    fresh = graph(
        [*X_M, 1500.0, 1500.0],
        [*Y_M, 0.0, 800.0],
        tail=[0, 1, 4, 1, 4],
        head=[1, 4, 2, 3, 5],
        way=[0, 0, 0, 1, 2],
        ids=(7, 8, -5),
        uses=[*USES, use],
    )
    names = np.array(edited.class_names)[edited.road_class]
    assert names.tolist() == np.array(fresh.class_names)[fresh.road_class].tolist()
    known = [fresh.class_names.index(name) for name in names]
    edited = renewed(edited, roads, MODES, speeds())
    object.__setattr__(edited, "road_class", np.array(known, np.int16))
    assert_same(edited, fresh)


def test_a_closed_way_and_a_speed():
    roads = graph()
    closed = renewed(without_way(roads, 8), roads, MODES, speeds())
    assert closed.networks["walk"].forward_tenths[closed.way_id == 8].tolist() == [-1]
    slow = renewed(with_way_speed(roads, 7, 10.0), roads, ["car"], speeds())
    assert slow.networks["car"].forward_tenths[slow.way_id == 7].tolist() == [3600, 3600]
    assert slow.networks["walk"] is roads.networks["walk"]
