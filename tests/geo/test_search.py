"""The kernels: equal to scipy on the same integers, compiled once, and right without numba."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import geo.relabel
import geo.search
import geo.segment_search
from benchmarks.road_generator import make_network
from geo.compiled import HAS_NUMBA
from geo.errors import GeoError
from geo.legs import arriving, bucket_count, driven_arrays, leaving, reversed_arrays, sealed
from geo.reach import node_reach
from geo.search import settle_nearest
from geo.slow import slow_node_times, slow_settle_nearest
from geo.travel import UNREACHED, node_labels, times_and_facilities
from geo.warm import warm
from tests.geo.hand_networks import hand_network, random_network, random_snaps, snaps_at

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def county():
    """Some 10,000 nodes in Hilbert order."""
    return make_network(10_000)


def test_nearest_equals_scipy_on_the_same_integers(county):
    roads, network, synthetic = county
    first = np.searchsorted(roads.tail, synthetic.facilities)
    sites = arriving(network, snaps_at(roads, first.tolist(), [0.0] * len(first)))
    label = node_labels(network, sites, np.ones(len(first), np.bool_))
    tenths, facility = times_and_facilities(label)
    node = roads.tail[first]
    graph = csr_array(
        (network.to_tenths.astype(float), network.to_node, network.to_indptr),
        shape=(len(roads.x_m),) * 2,
    )
    expected = dijkstra(graph, indices=node)
    assert np.abs(expected.min(axis=0) - tenths).max() == 0
    assert np.array_equal(facility, expected.argmin(axis=0))


@pytest.mark.parametrize("seed", range(20))
def test_node_labels_equal_the_slow_reference(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 50, longest=int(rng.choice([2, 20, 400])))
    sites = arriving(network, random_snaps(rng, roads, 9))
    opened = rng.random(9) < 0.7
    leg = np.flatnonzero((sites.legs >= 0) & opened[:, None])
    slow = slow_settle_nearest(
        reversed_arrays(network), sites.ends.ravel()[leg], sites.legs.ravel()[leg], leg // 2
    )
    assert np.array_equal(slow, node_labels(network, sites, opened))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("is_outward", [False, True])
def test_node_reach_equals_the_slow_reference(seed, is_outward):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 40)
    snaps = random_snaps(rng, roads, 12)
    arcs = driven_arrays(network) if is_outward else reversed_arrays(network)
    joints = leaving(network, snaps) if is_outward else arriving(network, snaps)
    found = node_reach(arcs, joints, limit_tenths=400, threads=2)
    for k in range(12):
        row = slice(found.indptr[k], found.indptr[k + 1])
        assert (np.diff(found.tenths[row]) >= 0).all()
        times = np.full(len(roads.x_m), UNREACHED)
        times[found.node[row]] = found.tenths[row]
        assert np.array_equal(times, slow_node_times(arcs, joints.ends[k], joints.legs[k], 400))


def test_relabelling_nodes_changes_nothing(rng):
    roads, network = random_network(rng, 40)
    snaps = random_snaps(rng, roads, 8)
    opened = np.ones(8, np.bool_)
    label = node_labels(network, arriving(network, snaps), opened)
    new = rng.permutation(len(roads.x_m))
    table = np.column_stack(
        [new[roads.tail], new[roads.head], network.forward_tenths, network.backward_tenths]
    )
    place = np.empty((len(new), 2))
    place[new] = np.column_stack([roads.x_m, roads.y_m])
    others, other = hand_network(list(map(tuple, place)), table.tolist())
    moved = snaps_at(others, snaps.segment.tolist(), snaps.fraction.tolist(), 0)
    moved.access_tenths[:] = snaps.access_tenths
    again = node_labels(other, arriving(other, moved), opened)
    assert np.array_equal(again[new], label)


def test_very_slow_arcs_and_seeds_are_exact():
    # Longer than one turn of the buckets, and seeds that enter long after each other.
    nodes = [(i, 0) for i in range(4)]
    segments = [(0, 1, 4_000_000, 4_000_000), (1, 2, 3, 3), (2, 3, 4_194_304, 4_194_304)]
    roads, network = hand_network(nodes, segments)
    snaps = snaps_at(roads, [0, 2], [0.0, 1.0], [0, 3_000_000])
    label = node_labels(network, arriving(network, snaps), np.ones(2, np.bool_))
    tenths, facility = times_and_facilities(label)
    assert tenths.tolist() == [0, 4_000_000, 4_000_003, 3_000_000]
    assert facility.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("name", "at", "value"), [("to_node", 0, 99), ("to_node", 3, -1), ("to_indptr", 1, 1000)]
)
def test_arcs_that_lead_out_of_the_graph_are_refused(rng, name, at, value):
    _, network = random_network(rng, 40)
    broken = getattr(network, name).copy()
    broken[at] = value
    with pytest.raises(GeoError, match="outside its 40 nodes"):
        reversed_arrays(replace(network, **{name: broken}))


@pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed")
def test_a_search_without_room_for_its_entries_says_so(rng):
    _, network = random_network(rng, 50)
    arcs = reversed_arrays(network)
    seeds = [sealed(np.array([value]), np.int32) for value in (0, 5, 0)]
    label = np.empty(len(arcs[0]) - 1, np.int64)
    for room, fits in ((6, False), (len(arcs[1]) + 2, True)):
        assert settle_nearest(*arcs, *seeds, bucket_count(arcs), room, label) == fits


@pytest.mark.slow
@pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed")
def test_each_kernel_is_compiled_for_one_kind_of_arguments(county, rng):
    warm()
    for roads, network in (county[:2], random_network(rng, 30)):
        # Arrays of the generator may be written to, those of built graphs may not.
        sites = arriving(network, random_snaps(rng, roads, 3))
        node_labels(network, sites, np.ones(3, np.bool_))
        node_reach(reversed_arrays(network), sites, limit_tenths=100)
    kernels = {
        f"{module.__name__}.{name}": value.signatures
        for module in (geo.search, geo.segment_search, geo.relabel)
        for name, value in vars(module).items()
        if hasattr(value, "signatures") and not name.startswith("_")  # those that Python calls
    }
    assert len(kernels) == 14
    assert {name: found for name, found in kernels.items() if len(found) > 1} == {}


def _run(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
import numpy as np
from geo.compiled import HAS_NUMBA
from geo.errors import GeoError
from geo.live import close_facility, open_facility, travel_state
from geo.snap import snap
from geo.travel import nearest, reach
from tests.geo.hand_networks import random_network, random_snaps, slow_times
assert not HAS_NUMBA
for seed in range(4):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, 25)
    demand, facilities = random_snaps(rng, roads, 30), random_snaps(rng, roads, 5)
    slow = slow_times(network, roads, demand, facilities)
    slow = np.where(slow < 0, 2**31 - 1, slow)
    assert np.array_equal(nearest(network, demand, facilities).tenths, slow.min(axis=0))
    pairs = reach(network, demand, facilities, limit_minutes=1)
    dense = np.full(slow.shape, 2**31 - 1)
    dense[np.repeat(np.arange(5), np.diff(pairs.indptr)), pairs.demand] = pairs.tenths
    assert np.array_equal(dense, np.where(slow <= 600, slow, 2**31 - 1))
    assert pairs.by_demand()[0][-1] == len(pairs.demand)
    state = travel_state(network, demand, facilities)
    close_facility(state, 2)
    open_facility(state, 2)
    assert np.array_equal(state.tenths, slow.min(axis=0))
    assert (snap(roads, network, np.array([5.0]), np.array([5.0])).segment >= 0).all()
print("same")
"""


def test_answers_are_the_same_without_numba():
    done = _run(WITHOUT_NUMBA)
    assert done.stdout.strip() == "same", done.stderr
