"""Travel times against hand-worked cases and a slow independent answer."""

from __future__ import annotations

import numpy as np
import pytest

from geo.travel import UNREACHED, NearestStatus, nearest, reach
from tests.geo.hand_networks import random_network, random_snaps, slow_times


@pytest.mark.parametrize("seed", range(40))
def test_nearest_and_reach_agree_with_networkx(seed):
    rng = np.random.default_rng(seed)
    roads, network = random_network(rng, int(rng.integers(4, 40)))
    demand, facilities = random_snaps(rng, roads, 50), random_snaps(rng, roads, 8)
    slow = slow_times(network, roads, demand, facilities)
    slow = np.where(slow < 0, UNREACHED, slow)
    found = nearest(network, demand, facilities)
    expected = slow.min(axis=0)
    assert np.array_equal(found.tenths, expected)
    assert np.array_equal(found.facility, np.where(expected < UNREACHED, slow.argmin(axis=0), -1))
    assert np.array_equal(found.status == NearestStatus.OFF_NETWORK, demand.segment < 0)
    pairs = reach(network, demand, facilities, limit_minutes=1, threads=2)
    dense = np.full(slow.shape, UNREACHED)
    row = np.repeat(np.arange(len(facilities)), np.diff(pairs.indptr))
    dense[row, pairs.demand] = pairs.tenths
    assert np.array_equal(dense, np.where(slow <= 600, slow, UNREACHED))
