"""Compile every kernel once, so that no user waits for the compiler."""

from __future__ import annotations

import numpy as np
import shapely

from geo.access import USE_BITS
from geo.graph import Ways
from geo.legs import arriving, reversed_arrays
from geo.live import close_facility, open_facility, travel_state
from geo.reach import node_reach, reach
from geo.roads import build_graph, mode_network
from geo.snap import snap
from geo.travel import nearest


def warm() -> None:
    """Call every wrapper on a street of two segments; numba keeps what it compiles.

    Takes some ten seconds after an installation or a change of the kernels, later under a second.
    """
    everything = np.array([sum(USE_BITS.values())], np.uint16)
    nan = np.array([np.nan])
    ways = Ways(np.array([1]), ("residential",), everything, nan, nan, nan)
    roads = build_graph([0.0, 100.0, 200.0], [0.0, 0.0, 0.0], [0, 1], [1, 2], ways=ways, way=[0, 0])
    network = mode_network(roads, "walk")
    lake = shapely.box(40, 10, 60, 30)
    homes = snap(roads, network, np.array([10.0, 50.0]), np.array([5.0, 50.0]), water=[lake])
    sites = snap(roads, network, np.array([90.0, 150.0]), np.array([0.0, 0.0]))
    nearest(network, homes, sites)
    reach(network, homes, sites, limit_minutes=5.0).by_demand()
    node_reach(reversed_arrays(network), arriving(network, sites), limit_tenths=3000)
    state = travel_state(network, homes, sites)
    close_facility(state, 0)
    open_facility(state, 0)
