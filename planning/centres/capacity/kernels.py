"""Compiled core of the assignment within capacities: successive shortest paths among centres.

The people of a cell sit at one or more centres. Moving some of them from centre a to centre c costs
the difference of two times, so the whole min-cost flow can be searched on a graph of the centres
alone, whose arc a -> c is the cheapest move of any cell that has people at a and may go to c. Each
ordered pair of centres keeps its moves in a pairing heap (Fredman et al. 1986, 10.1007/BF01840439);
a move that is no longer possible is thrown away when it comes to the top.

Nodes 0..m-1 are centres (the last one stands for "unserved" and costs `M` a person), node m is the
sink, which takes people within the loads of each centre. Potentials keep all reduced costs at zero
or above, so every path found by Dijkstra's search is a cheapest one and the flow stays optimal for
the people moved so far (Ahuja, Magnanti and Orlin 1993, Network Flows, section 9.7).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Ints, Longs
from geo.compiled import njit

FAR = np.int64(2**60)
"""A cost that no path reaches."""

# What the last step of a path to a node was.
_MOVE = 0
_TO_SINK = 1
_FROM_SINK = 2
_BORROW = 3
_REPAY = 4

# Columns of the `heap` table, one row a node of the pool.
_SOURCE = 0
_TARGET = 1
_CHILD = 2
_SIBLING = 3


@njit(cache=True, nogil=True)
def _before(heap: Ints, key: Longs, one: int, other: int) -> bool:
    """Tell whether a move comes first: cheaper, then lower cell, then lower target."""
    if key[one] != key[other]:
        return bool(key[one] < key[other])
    if heap[one, _SOURCE] != heap[other, _SOURCE]:
        return bool(heap[one, _SOURCE] < heap[other, _SOURCE])
    return bool(heap[one, _TARGET] < heap[other, _TARGET])


@njit(cache=True, nogil=True)
def _meld(heap: Ints, key: Longs, one: int, other: int) -> int:
    if one < 0:
        return other
    if other < 0:
        return one
    if _before(heap, key, other, one):
        one, other = other, one
    heap[other, _SIBLING] = heap[one, _CHILD]
    heap[one, _CHILD] = other
    return one


@njit(cache=True, nogil=True)
def _pop(heap: Ints, key: Longs, root: int) -> int:
    """Return the root of the heap without its first move: children melded in pairs, then back."""
    pairs = -1
    child = heap[root, _CHILD]
    while child >= 0:
        second = heap[child, _SIBLING]
        after = -1
        heap[child, _SIBLING] = -1
        if second >= 0:
            after = heap[second, _SIBLING]
            heap[second, _SIBLING] = -1
        pair = _meld(heap, key, child, second)
        heap[pair, _SIBLING] = pairs
        pairs = pair
        child = after
    merged = -1
    while pairs >= 0:
        after = heap[pairs, _SIBLING]
        heap[pairs, _SIBLING] = -1
        merged = _meld(heap, key, merged, pairs)
        pairs = after
    return merged


@njit(cache=True, nogil=True)
def _offer(
    place: int,
    start: int,
    stop: int,
    centre: Ints,
    cost: Longs,
    heap: Ints,
    key: Longs,
    root: Ints,
    cheapest: Longs,
    used: int,
) -> int:
    """Put the moves of the cell's people at `place` to all its other centres into the heaps."""
    here = centre[place]
    for target in range(start, stop):
        if target == place:
            continue
        there = centre[target]
        key[used] = cost[target] - cost[place]
        heap[used, _SOURCE] = place
        heap[used, _TARGET] = target
        heap[used, _CHILD] = -1
        heap[used, _SIBLING] = -1
        top = _meld(heap, key, root[here, there], used)
        root[here, there] = top
        cheapest[here, there] = key[top]
        used += 1
    return used


@njit(cache=True, nogil=True)
def _clean(
    here: int, there: int, flow: Longs, heap: Ints, key: Longs, root: Ints, cheapest: Longs
) -> None:
    """Throw away moves of nobody from the top of one heap."""
    top = root[here, there]
    while top >= 0 and flow[heap[top, _SOURCE]] == 0:
        top = _pop(heap, key, top)
    root[here, there] = top
    cheapest[here, there] = key[top] if top >= 0 else FAR


@njit(cache=True, nogil=True)
def fill_heaps(
    indptr: Longs,
    centre: Ints,
    cost: Longs,
    flow: Longs,
    heap: Ints,
    key: Longs,
    root: Ints,
    cheapest: Longs,
) -> int:
    """Build all heaps anew from the present flow; return how many nodes of the pool they use."""
    root[:] = -1
    cheapest[:] = FAR
    used = 0
    for cell in range(len(indptr) - 1):
        for place in range(indptr[cell], indptr[cell + 1]):
            if flow[place] > 0:
                used = _offer(
                    place,
                    indptr[cell],
                    indptr[cell + 1],
                    centre,
                    cost,
                    heap,
                    key,
                    root,
                    cheapest,
                    used,
                )
    return used


@njit(cache=True, nogil=True)
def _search(
    excess: Longs,
    within: Longs,
    room: Longs,
    borrowed: Longs,
    borrow_cost: int,
    cheapest: Longs,
    potential: Longs,
    distance: Longs,
    parent: Ints,
    step: Ints,
    done: NDArray[np.uint8],
) -> int:
    """Find the nearest node with a deficit from all nodes with an excess; return it or -1.

    `distance`, `parent` and `step` describe the cheapest paths of the nodes that are `done`.
    """
    sink = len(excess) - 1
    for node in range(sink + 1):
        done[node] = 0
        parent[node] = -1
        distance[node] = 0 if excess[node] > 0 else FAR
    while True:
        here = -1
        for node in range(sink + 1):
            if done[node] == 0 and distance[node] < (FAR if here < 0 else distance[here]):
                here = node
        if here < 0 or excess[here] < 0:
            return here
        done[here] = 1
        base = distance[here] + potential[here]
        if here == sink:
            for there in range(sink):
                if done[there]:
                    continue
                # Giving a place back costs nothing; borrowing people that do not exist costs most.
                price = np.int64(0) if within[there] > 0 else np.int64(borrow_cost)
                reached = base + price - potential[there]
                if reached < distance[there]:
                    distance[there] = reached
                    parent[there] = here
                    step[there] = _FROM_SINK if within[there] > 0 else _BORROW
            continue
        for there in range(sink):
            if done[there] == 0 and cheapest[here, there] < FAR:
                reached = base + cheapest[here, there] - potential[there]
                if reached < distance[there]:
                    distance[there] = reached
                    parent[there] = here
                    step[there] = _MOVE
        if done[sink] == 0:
            if borrowed[here] > 0:
                reached = base - borrow_cost - potential[sink]
                if reached < distance[sink]:
                    distance[sink] = reached
                    parent[sink] = here
                    step[sink] = _REPAY
            elif within[here] < room[here]:
                reached = base - potential[sink]
                if reached < distance[sink]:
                    distance[sink] = reached
                    parent[sink] = here
                    step[sink] = _TO_SINK


@njit(cache=True, nogil=True)
def _amount(
    target: int,
    excess: Longs,
    within: Longs,
    room: Longs,
    borrowed: Longs,
    flow: Longs,
    heap: Ints,
    root: Ints,
    parent: Ints,
    step: Ints,
) -> int:
    """Return how many people the path to `target` carries."""
    amount = -excess[target]
    node = target
    while parent[node] >= 0:
        before = parent[node]
        if step[node] == _MOVE:
            amount = min(amount, flow[heap[root[before, node], _SOURCE]])
        elif step[node] == _TO_SINK:
            amount = min(amount, room[before] - within[before])
        elif step[node] == _FROM_SINK:
            amount = min(amount, within[node])
        elif step[node] == _REPAY:
            amount = min(amount, borrowed[before])
        node = before
    return int(min(amount, excess[node]))


@njit(cache=True, nogil=True)
def _shift(
    target: int,
    amount: int,
    excess: Longs,
    within: Longs,
    borrowed: Longs,
    heap: Ints,
    root: Ints,
    parent: Ints,
    step: Ints,
    moved: Ints,
) -> int:
    """Carry people along the path; list the (source, target) places of its moves in `moved`.

    The tops of the heaps are read before any of them is changed: a path uses each heap once.
    """
    count = 0
    excess[target] += amount
    node = target
    while parent[node] >= 0:
        before = parent[node]
        if step[node] == _MOVE:
            top = root[before, node]
            moved[count, 0] = heap[top, _SOURCE]
            moved[count, 1] = heap[top, _TARGET]
            count += 1
        elif step[node] == _TO_SINK:
            within[before] += amount
        elif step[node] == _FROM_SINK:
            within[node] -= amount
        elif step[node] == _BORROW:
            borrowed[node] += amount
        else:
            borrowed[before] -= amount
        node = before
    excess[node] -= amount
    return count


@njit(cache=True, nogil=True)
def _apply(
    count: int,
    amount: int,
    moved: Ints,
    indptr: Longs,
    cell_of: Ints,
    centre: Ints,
    cost: Longs,
    flow: Longs,
    heap: Ints,
    key: Longs,
    root: Ints,
    cheapest: Longs,
    used: int,
) -> int:
    """Change the flow by the listed moves and mend the heaps they touch."""
    for move in range(count):
        flow[moved[move, 0]] -= amount
    for move in range(count):
        place = moved[move, 1]
        is_new = flow[place] == 0
        flow[place] += amount
        if is_new:
            cell = cell_of[place]
            used = _offer(
                place,
                indptr[cell],
                indptr[cell + 1],
                centre,
                cost,
                heap,
                key,
                root,
                cheapest,
                used,
            )
    for move in range(count):
        place = moved[move, 0]
        if flow[place] == 0:
            cell = cell_of[place]
            for other in range(indptr[cell], indptr[cell + 1]):
                if other != place:
                    _clean(centre[place], centre[other], flow, heap, key, root, cheapest)
    return used


@njit(cache=True, nogil=True)
def shortest_paths(
    indptr: Longs,
    cell_of: Ints,
    centre: Ints,
    cost: Longs,
    flow: Longs,
    excess: Longs,
    within: Longs,
    room: Longs,
    borrowed: Longs,
    borrow_cost: int,
    potential: Longs,
    heap: Ints,
    key: Longs,
    root: Ints,
    cheapest: Longs,
    used: int,
    max_paths: int,
) -> tuple[int, int]:
    """Carry people along cheapest paths until none is in excess; at most `max_paths` of them.

    Parameters
    ----------
    indptr, cell_of, centre, cost
        Places by cell: where each cell's places start, and the cell, centre and cost of each place.
    flow
        People (in units) at each place; changed.
    excess
        (m + 1,) people too many (above 0) or too few at each centre and at the sink; changed.
    within, room
        (m,) people of each centre that went to the sink, and how many may; the first is changed.
    borrowed
        (m,) people a centre is short of its lower load; changed.
    potential
        (m + 1,) potentials; changed.
    heap, key, root, cheapest, used
        The heaps; changed.

    Returns
    -------
    (paths found, nodes of the pool used). Fewer than `max_paths` paths with excess left means that
    the pool is too small for one more path: rebuild it and call again.
    """
    n_nodes = len(excess)
    distance = np.empty(n_nodes, dtype=np.int64)
    parent = np.empty(n_nodes, dtype=np.int32)
    step = np.empty(n_nodes, dtype=np.int32)
    done = np.empty(n_nodes, dtype=np.uint8)
    moved = np.empty((n_nodes, 2), dtype=np.int32)
    widest = 0
    for cell in range(len(indptr) - 1):
        widest = max(widest, indptr[cell + 1] - indptr[cell])
    for paths in range(max_paths):
        if used + n_nodes * widest > len(key):
            return paths, used
        target = _search(
            excess,
            within,
            room,
            borrowed,
            borrow_cost,
            cheapest,
            potential,
            distance,
            parent,
            step,
            done,
        )
        if target < 0:
            return paths, used
        reach = distance[target]
        for node in range(n_nodes):
            potential[node] += min(distance[node], reach)
        amount = _amount(target, excess, within, room, borrowed, flow, heap, root, parent, step)
        count = _shift(target, amount, excess, within, borrowed, heap, root, parent, step, moved)
        used = _apply(
            count,
            amount,
            moved,
            indptr,
            cell_of,
            centre,
            cost,
            flow,
            heap,
            key,
            root,
            cheapest,
            used,
        )
    return max_paths, used
