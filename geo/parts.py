"""How places are linked to the main part of a network: both ways, in only, out only, not at all.

Judged by strong connectivity: from each node of a strong part every other one can be reached.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from geo.arrays import Bools, Floats, Ints
from geo.roads import ModeNetwork
from geo.snap import Snaps


class Link(IntEnum):
    """How a place is linked to the part of the network where most people live."""

    BOTH_WAYS = 0
    IN_ONLY = 1
    """One gets there from the main part and not back (只能进)."""
    OUT_ONLY = 2
    """One gets from there to the main part and not back (只能出)."""
    APART = 3
    """Neither: no road links it."""
    OFF_NETWORK = 4


def links_to_main(network: ModeNetwork, snaps: Snaps, people: Floats) -> NDArray[np.uint8]:
    """Return the (n,) `Link` of each place.

    Parameters
    ----------
    network
        What the mode makes of the roads; its directions count.
    snaps, people
        (n,) places on it, and the people who live there: the main part is the strong one that most
        of them are on.
    """
    segment = np.maximum(snaps.segment, 0)
    is_on = snaps.segment >= 0
    # A place leaves over the end that traffic runs to, and is reached over the other.
    ways = [(network.forward_tenths[segment] >= 0) & is_on] if len(network.forward_tenths) else []
    if not ways:
        return np.full(len(snaps), Link.OFF_NETWORK, np.uint8)
    ways.append((network.backward_tenths[segment] >= 0) & is_on)
    tail, head = np.maximum(snaps.tail, 0), np.maximum(snaps.head, 0)
    graph = _as_graph(network)
    main = _main_node(graph, np.where(ways[0], head, tail)[is_on], people[is_on])
    after, before = _reached(graph, main), _reached(csr_array(graph.T), main)
    gets_in = (ways[0] & after[tail]) | (ways[1] & after[head])
    gets_out = (ways[0] & before[head]) | (ways[1] & before[tail])
    link = np.full(len(snaps), Link.APART, np.uint8)
    link[gets_in] = Link.IN_ONLY
    link[gets_out] = Link.OUT_ONLY
    link[gets_in & gets_out] = Link.BOTH_WAYS
    link[~is_on] = Link.OFF_NETWORK
    return link


def _as_graph(network: ModeNetwork) -> csr_array:
    n_nodes = len(network.from_indptr) - 1
    ones = np.ones(len(network.from_node), dtype=np.int8)
    return csr_array((ones, network.from_node, network.from_indptr), shape=(n_nodes, n_nodes))


def _main_node(graph: csr_array, node: Ints, people: Floats) -> int:
    """Return a node of the strong part that most people are on, the lowest part on ties."""
    _, part = connected_components(graph, directed=True, connection="strong")
    main = int(np.argmax(np.bincount(part[node], weights=people, minlength=1)))
    return int(np.argmax(part == main))


def _reached(graph: csr_array, node: int) -> Bools:
    """Return the (n_nodes,) nodes that can be reached from one, itself among them."""
    reached = np.zeros(graph.shape[0], dtype=np.bool_)
    reached[breadth_first_order(graph, node, return_predecessors=False)] = True
    return reached
