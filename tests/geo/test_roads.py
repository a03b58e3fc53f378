"""The graph: order, rounding, parallel and degenerate segments, parts, networks."""

from __future__ import annotations

import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from geo.access import way_use
from geo.arcs import hilbert_key
from geo.errors import GeoError
from geo.roads import (
    NOT_ALLOWED,
    build_graph,
    mode_network,
    ways_of,
    with_car_speeds,
    with_networks,
    with_pace,
)
from tests.geo.drawn_graphs import STREET, as_networkx, graph_of, tenths_between


def random_roads(rng, n=60):
    """Return points and lines of a random sparse drawing."""
    xy = rng.uniform(0, 2000, (n, 2))
    lines = [rng.choice(n, rng.integers(2, 6), replace=False).tolist() for _ in range(n // 2)]
    kinds = [
        STREET,
        {**STREET, "oneway": "yes"},
        {"highway": "primary", "oneway": "-1", "maxspeed": "30"},
        {"highway": "footway"},
        {
            "highway": "secondary",
            "maxspeed:backward": "20",
            "cycleway": "opposite",
            "oneway": "yes",
        },
    ]
    tags = [kinds[k] for k in rng.integers(0, len(kinds), len(lines))]
    return xy, lines, tags


def test_four_nodes_in_a_row_by_hand():
    roads = graph_of([(0, 0), (100, 0), (200, 0), (300, 0)], [[0, 1, 2, 3]])
    walk = mode_network(roads, "walk")  # 1.25 m/s: 80 s for 100 m
    assert tenths_between(walk, roads, 0, 1) == 800
    assert tenths_between(walk, roads, 3, 2) == 800
    car = mode_network(roads, "car")  # 25 km/h: 14.4 s
    assert tenths_between(car, roads, 1, 2) == 144


def test_rounding_is_cumulative_along_each_way_and_direction():
    lengths = [0.3, 0.4, 7.1, 0.2, 3.33, 0.1, 0.1, 12.0]
    x = np.cumsum([0, *lengths])
    roads = graph_of(np.column_stack([x, 0 * x]), [list(range(len(x)))])
    walk = mode_network(roads, "walk")
    along = [tenths_between(walk, roads, k, k + 1) for k in range(len(lengths))]
    against = [tenths_between(walk, roads, k + 1, k) for k in range(len(lengths))]
    seconds = np.array(lengths) / 1.25
    assert along == np.diff(np.rint(10 * np.cumsum([0, *seconds]))).tolist()
    assert against[::-1] == np.diff(np.rint(10 * np.cumsum([0, *seconds[::-1]]))).tolist()
    for tenths in (along, against):
        for start in range(len(lengths)):
            for end in range(start, len(lengths)):
                exact = 10 * seconds[start : end + 1].sum()
                assert abs(sum(tenths[start : end + 1]) - exact) <= 1 + 1e-9


def test_a_hundred_short_pieces_take_the_time_of_the_whole():
    x = np.linspace(0, 50, 101)  # 0.5 m = 4 tenths at 4.5 km/h, 0.72 tenths by car
    roads = graph_of(np.column_stack([x, 0 * x]), [list(range(101))])
    car = mode_network(roads, "car")
    total = sum(tenths_between(car, roads, k, k + 1) for k in range(100))
    assert total == round(50 / (25 / 3.6) * 10)
    assert 0 in [tenths_between(car, roads, k, k + 1) for k in range(100)]


def test_rounding_goes_on_over_rows_of_the_same_way():
    x = np.linspace(0, 10, 11)
    xy = np.column_stack([x, 0 * x])
    whole = graph_of(xy, [list(range(11))], ids=[7])
    cut = graph_of(xy, [list(range(6)), list(range(5, 11))], ids=[7, 7])
    times = [
        [tenths_between(mode_network(roads, "car"), roads, k, k + 1) for k in range(10)]
        for roads in (whole, cut)
    ]
    assert times[0] == times[1]


def test_parallel_segments_count_by_the_fastest_and_are_not_added():
    tags = [{"highway": "residential"}, {"highway": "primary"}, {"highway": "footway"}]
    roads = graph_of([(0, 0), (100, 0)], [[0, 1], [1, 0], [0, 1]], tags=tags)
    car = mode_network(roads, "car")
    assert tenths_between(car, roads, 0, 1) == round(1000 * 3.6 / 65)
    assert len(car.from_node) == 2
    assert len(roads.tail) == 3


def test_segments_from_a_node_to_itself_are_left_out_and_counted():
    roads = graph_of([(0, 0), (100, 0)], [[0, 0, 1, 1]])
    assert roads.n_dropped == 2
    assert len(roads.tail) == 1


def test_two_nodes_at_one_place_stay_joined_and_nobody_joins_there():
    roads = graph_of([(0, 0), (50, 0), (50, 0), (100, 0)], [[0, 1, 2, 3]])
    walk = mode_network(roads, "walk")
    assert tenths_between(walk, roads, 1, 2) == 0
    assert walk.may_snap.tolist() == (roads.length_m > 0).tolist()
    assert nx.shortest_path_length(as_networkx(walk), 0, 3, weight="weight") == 800


def test_one_way_in_both_csr_forms():
    roads = graph_of([(0, 0), (100, 0)], [[0, 1]], tags=[{**STREET, "oneway": "yes"}])
    car = mode_network(roads, "car")
    start, end = (int(np.flatnonzero(roads.node_id == each)[0]) for each in (0, 1))
    assert car.from_node[car.from_indptr[start] : car.from_indptr[start + 1]].tolist() == [end]
    assert car.to_node[car.to_indptr[end] : car.to_indptr[end + 1]].tolist() == [start]
    assert car.from_indptr[end] == car.from_indptr[end + 1]
    assert (car.backward_tenths == NOT_ALLOWED).all()


def test_posted_limits_count_where_they_are_lower_in_each_direction():
    tags = [{"highway": "primary", "maxspeed": "100", "maxspeed:backward": "20"}]
    roads = graph_of([(0, 0), (1000, 0)], [[0, 1]], tags=tags)
    car = mode_network(roads, "car")
    assert tenths_between(car, roads, 0, 1) == round(10_000 * 3.6 / 65)
    assert tenths_between(car, roads, 1, 0) == 1800
    assert tenths_between(mode_network(roads, "e_bike"), roads, 1, 0) == 2400


def test_ferries_share_their_minutes_by_length_in_every_speed_set():
    tags = [{"route": "ferry", "duration": "00:20"}]
    roads = graph_of([(0, 0), (300, 0), (1000, 0)], [[0, 1, 2]], tags=tags)
    for speed_set in ("low", "high"):
        for mode in ("walk", "car"):
            network = mode_network(roads, mode, speed_set=speed_set)
            assert tenths_between(network, roads, 0, 1) == round(0.3 * 35 * 600)
            assert tenths_between(network, roads, 2, 1) == round(0.7 * 35 * 600)
            assert not network.may_snap.any()


def test_parts_are_numbered_by_size_and_loose_nodes_have_none():
    xy = [(k * 10, row * 500) for row in range(3) for k in range(4)]
    lines = [[0, 1], [4, 5, 6, 7], [8, 9, 10]]
    tags = [STREET, STREET, {"highway": "footway"}]
    roads = graph_of(xy, lines, tags=tags)
    part = dict(
        zip(roads.node_id.tolist(), mode_network(roads, "walk").component.tolist(), strict=True)
    )
    assert part == {0: 2, 1: 2, 4: 0, 5: 0, 6: 0, 7: 0, 8: 1, 9: 1, 10: 1}
    part = dict(
        zip(roads.node_id.tolist(), mode_network(roads, "car").component.tolist(), strict=True)
    )
    assert [part[k] for k in (4, 0, 8)] == [0, 1, -1]


def test_a_mode_without_roads_is_an_empty_network():
    roads = graph_of([(0, 0), (100, 0)], [[0, 1]], tags=[{"highway": "footway"}])
    car = mode_network(roads, "car")
    assert len(car.from_node) == len(car.to_node) == 0
    assert car.component.tolist() == [-1, -1]
    assert not car.may_snap.any()


def test_no_roads_at_all_is_an_empty_graph():
    empty = build_graph([], [], [], [], ways=ways_of([], []), way=[])
    empty = with_networks(empty, ["walk", "car"])
    assert len(empty.tail) == 0
    assert empty.networks["car"].from_indptr.tolist() == [0]


def test_hilbert_order_of_four_quarters_and_neighbours():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1000, (2, 4000))
    order = np.argsort(hilbert_key(x, y))
    steps = np.hypot(np.diff(x[order]), np.diff(y[order]))
    assert np.median(steps) < 20  # two random points are 500 m apart
    assert len(np.unique(hilbert_key(*np.indices((16, 16)).reshape(2, -1).astype(float)))) == 256


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mode", ["walk", "e_bike", "car"])
def test_the_reversed_graph_holds_the_same_arcs(seed, mode):
    rng = np.random.default_rng(seed)
    xy, lines, tags = random_roads(rng)
    network = mode_network(graph_of(xy, lines, tags=tags), mode)
    out, into = (
        {
            (row, int(node[k])): int(tenths[k])
            for row in range(len(indptr) - 1)
            for k in range(indptr[row], indptr[row + 1])
        }
        for indptr, node, tenths in (
            (network.from_indptr, network.from_node, network.from_tenths),
            (network.to_indptr, network.to_node, network.to_tenths),
        )
    )
    assert {(b, a): tenths for (a, b), tenths in out.items()} == into


@pytest.mark.parametrize("seed", range(5))
def test_relabelling_nodes_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    xy, lines, tags = random_roads(rng)
    shuffled = rng.permutation(len(xy))
    moved = np.empty_like(xy)
    moved[shuffled] = xy
    first = graph_of(xy, lines, tags=tags)
    second = graph_of(moved, [shuffled[line].tolist() for line in lines], tags=tags)
    same = {n: getattr(first, n) for n in ("x_m", "y_m", "tail", "head", "way_id", "use")}
    assert all(np.array_equal(values, getattr(second, name)) for name, values in same.items())
    for mode in ("walk", "car"):
        a, b = (mode_network(roads, mode) for roads in (first, second))
        assert np.array_equal(a.from_tenths, b.from_tenths)


@pytest.mark.parametrize("seed", range(5))
def test_drawing_a_way_the_other_way_round_changes_no_time(seed):
    rng = np.random.default_rng(seed)
    xy, lines, _ = random_roads(rng)
    forward = [{**STREET, "oneway": "yes", "maxspeed:forward": "20"}] * len(lines)
    backward = [{**STREET, "oneway": "-1", "maxspeed:backward": "20"}] * len(lines)
    a = graph_of(xy, lines, tags=forward)
    b = graph_of(xy, [line[::-1] for line in lines], tags=backward)
    for mode in ("walk", "e_bike", "car"):
        drawn, turned = (as_networkx(mode_network(roads, mode)) for roads in (a, b))
        assert dict(drawn.edges) == dict(turned.edges)


def test_speeds_of_a_study():
    roads = graph_of([(0, 0), (1000, 0)], [[0, 1]], tags=[{"highway": "primary"}])
    slow = mode_network(roads, "car", class_speeds_kph={"primary": 36}, class_factors={"all": 0.5})
    assert tenths_between(slow, roads, 0, 1) == 2000
    low = mode_network(roads, "walk", speed_set="low")
    assert (low.access_speed_kph, low.speed_set) == (4.0, "low")
    assert tenths_between(low, roads, 0, 1) == 9000
    elderly = mode_network(roads, "walk_elderly", flat_kph={"walk_elderly": 1.8})
    assert tenths_between(elderly, roads, 0, 1) == 20_000


def test_overrides_of_single_ways():
    xy = [(0, 0), (1000, 0), (2000, 0), (3000, 0)]
    tags = [{"highway": "primary", "maxspeed": "50"}] * 3
    roads = graph_of(xy, [[0, 1], [1, 2], [2, 3]], tags=tags, ids=[5, 6, 7])
    changed = with_car_speeds(roads, kph={6: 72.0, 99: 10.0}, factor={7: 0.5})
    car = mode_network(changed, "car")
    times = [tenths_between(car, changed, k, k + 1) for k in range(3)]
    assert times == [720, 500, 1440]
    assert changed.fingerprint != roads.fingerprint
    with pytest.raises(GeoError, match="way 6"):
        with_car_speeds(roads, kph={6: 0.0}, factor={})


def test_pace_slows_walkers_and_e_bikes_by_direction_but_not_cars():
    roads = graph_of([(0, 0), (900, 0)], [[0, 1]])
    hilly = with_pace(roads, np.array([[2.0], [0.5], [3.0], [1.0]]))
    walk, bike, car = (mode_network(hilly, mode) for mode in ("walk", "e_bike", "car"))
    assert [tenths_between(walk, hilly, a, b) for a, b in ((0, 1), (1, 0))] == [14_400, 3600]
    assert [tenths_between(bike, hilly, a, b) for a, b in ((0, 1), (1, 0))] == [6480, 2160]
    assert tenths_between(car, hilly, 0, 1) == tenths_between(car, hilly, 1, 0) == 1296
    for bad in (np.ones((4, 2)), np.zeros((4, 1)), np.full((4, 1), math.nan)):
        with pytest.raises(GeoError):
            with_pace(roads, bad)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x_m": [0, math.nan]}, "array_not_finite"),
        ({"length_m": [math.nan]}, "array_not_finite"),
        ({"length_m": [-1.0]}, "array_negative"),
        ({"head": [2]}, "node_missing"),
        ({"head": [-1]}, "node_missing"),
        ({"way": [0, 0]}, "array_shape"),
        ({"y_m": [0]}, "array_shape"),
    ],
)
def test_bad_arrays_are_refused(change, code):
    good = {"x_m": [0, 100], "y_m": [0, 0], "tail": [0], "head": [1], "way": [0]}
    arrays = {**good, **change}
    ways = ways_of([1], [way_use(STREET)])
    position = [arrays.pop(name) for name in ("x_m", "y_m", "tail", "head")]
    with pytest.raises(GeoError) as fault:
        build_graph(*position, ways=ways, **arrays)
    assert fault.value.findings[0].code == code


def test_a_class_open_to_cars_needs_a_speed():
    roads = graph_of([(0, 0), (100, 0)], [[0, 1]])
    odd = replace(roads, class_names=("spaceway",))
    with pytest.raises(GeoError, match="spaceway"):
        mode_network(odd, "car")
    assert mode_network(odd, "walk").forward_tenths.tolist() == [800]
    assert mode_network(odd, "car", class_speeds_kph={"spaceway": 36}).forward_tenths[0] == 100


def test_unknown_modes_are_refused():
    with pytest.raises(GeoError, match="no mode `fly`"):
        with_networks(graph_of([(0, 0), (1, 0)], [[0, 1]]), ["fly"])


def test_arrays_are_read_only_and_the_fingerprint_follows_the_content():
    first = with_networks(graph_of([(0, 0), (100, 0)], [[0, 1]]), ["walk"])
    again = with_networks(graph_of([(0, 0), (100, 0)], [[0, 1]]), ["walk"])
    other = with_networks(graph_of([(0, 0), (100, 1)], [[0, 1]]), ["walk"])
    faster = with_networks(first, ["walk"], speed_set="high")
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, other.fingerprint, faster.fingerprint}) == 3
    with pytest.raises(ValueError, match="read-only"):
        first.networks["walk"].from_tenths[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        first.x_m[0] = 1
