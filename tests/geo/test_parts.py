"""Streets that can be entered but not left, or the other way: drawn, and judged by hand."""

import numpy as np
import pytest

from geo.access import way_use
from geo.graph import Ways
from geo.parts import Link, links_to_main
from geo.roads import build_graph, mode_network
from geo.snap import snap

# A street runs both ways from 0 to 400 m; three lanes hang on its nodes and one lies apart.
X = [0.0, 200.0, 400.0, 200.0, 400.0, 0.0, 5000.0, 5200.0]
Y = [0.0, 0.0, 0.0, 300.0, 300.0, 300.0, 0.0, 0.0]
IN, OUT, BACK, APART = (1, 3), (4, 2), (0, 5), (6, 7)


def links(mode, people=(50.0, 7.0, 5.0, 3.0, 2.0, 1.0)):
    tags = [
        {"highway": "residential"},
        {"highway": "residential"},
        {"highway": "residential", "oneway": "yes"},
        {"highway": "residential", "oneway": "yes"},
        {"highway": "residential"},
        {"highway": "residential"},
    ]
    uses = [way_use(t) for t in tags]
    n = len(tags)
    nan = np.full(n, np.nan)
    ways = Ways(
        np.arange(1, n + 1),
        tuple(use.road_class for use in uses),
        np.array([use.use for use in uses], np.uint16),
        nan,
        nan,
        nan,
    )
    tail, head = zip((0, 1), (1, 2), IN, OUT, BACK, APART, strict=True)
    roads = build_graph(X, Y, tail, head, ways=ways, way=range(n))
    network = mode_network(roads, mode)
    x_m = np.array([100.0, 200.0, 400.0, 0.0, 5100.0, 90_000.0])
    y_m = np.array([0.0, 200.0, 200.0, 200.0, 0.0, 0.0])
    snaps = snap(roads, network, x_m, y_m, avoid_islands=False)
    return [Link(code).name for code in links_to_main(network, snaps, np.array(people))]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("car", ["BOTH_WAYS", "IN_ONLY", "OUT_ONLY", "BOTH_WAYS", "APART", "OFF_NETWORK"]),
        ("walk", ["BOTH_WAYS"] * 4 + ["APART", "OFF_NETWORK"]),
    ],
)
def test_direction_tells_a_trap_from_a_place_apart(mode, expected):
    assert links(mode) == expected


def test_the_main_part_is_the_one_that_most_people_are_on():
    found = links("car", people=(1.0, 1.0, 1.0, 1.0, 90.0, 1.0))
    assert found == ["APART"] * 4 + ["BOTH_WAYS", "OFF_NETWORK"]
