"""Change the nearest facility of the nodes when one facility opens or closes.

Only the nodes that change are visited, with a heap of packed keys (tenths << 32 | node). As in
`search`, the lowest label (tenths << 32 | facility) wins, zero arcs included, and the kernels and
what they inline stay in this file.
"""

from __future__ import annotations

import numpy as np

from geo.arrays import Bools, Ints, Longs
from geo.compiled import njit

NEVER = 2**63 - 1  # as in `search`; the cache watches one file, so that nothing is imported
LOW = 0xFFFFFFFF  # the half of a key or label with the node or facility


@njit(nogil=True, cache=True)
def _push(heap: Longs, size: int, key: int) -> None:
    """Put a key at the end of a heap of `size` keys with four children a node."""
    i = size
    while i > 0 and heap[(i - 1) >> 2] > key:
        heap[i] = heap[(i - 1) >> 2]
        i = (i - 1) >> 2
    heap[i] = key


@njit(nogil=True, cache=True)
def _pop(heap: Longs, size: int) -> int:
    """Take the least key of a heap of `size` keys."""
    least, last = heap[0], heap[size - 1]
    size -= 1
    i = 0
    while 4 * i + 1 < size:
        child = 4 * i + 1
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < heap[child]:
                child = other
        if heap[child] >= last:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = last
    return int(least)


@njit(nogil=True, cache=True)
def _roomier(values: Longs) -> Longs:
    """Return a copy with twice the room."""
    copy = np.empty(2 * values.shape[0], np.int64)
    copy[: values.shape[0]] = values
    return copy


@njit(nogil=True, cache=True)
def open_site(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    site: int,
    label: Longs,
) -> tuple[Longs, Longs]:
    """Let one more facility compete; return the nodes it wins, with the labels they had.

    Only nodes that improve are visited. A node is logged when it first takes the label.
    """
    heap = np.empty(256, np.int64)
    won, old_label = np.empty(256, np.int64), np.empty(256, np.int64)
    size, count = 0, 0
    u, now, e, last = -1, 0, 0, seed_node.shape[0]
    while True:
        # The seeds first, then the arcs of each node taken from the heap.
        if e == last:
            u = -1
            while size > 0 and u < 0:
                key = _pop(heap, size)
                size -= 1
                if key >> 32 == label[key & LOW] >> 32:
                    u, now = key & LOW, key >> 32
            if u < 0:
                break
            e, last = indptr[u], indptr[u + 1]
            continue
        if u < 0:
            v, then = seed_node[e], int(seed_tenths[e])
        else:
            v, then = node[e], now + int(tenths[e])
        e += 1
        if v < 0 or then < 0 or (then << 32) | site >= label[v]:
            continue
        if label[v] & LOW != site:
            if count == won.shape[0]:
                won, old_label = _roomier(won), _roomier(old_label)
            won[count], old_label[count] = v, label[v]
            count += 1
        label[v] = (then << 32) | site
        if size == heap.shape[0]:
            heap = _roomier(heap)
        _push(heap, size, (then << 32) | v)
        size += 1
    return won[:count], old_label[:count]


@njit(nogil=True, cache=True)
def close_site(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    from_indptr: Ints,
    from_node: Ints,
    from_tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    first_seed: Ints,
    next_seed: Ints,
    is_open: Bools,
    site: int,
    label: Longs,
) -> tuple[Longs, Longs]:
    """Take a facility out; return the nodes it held, with the labels they had.

    Its nodes are found by walking from its seeds over nodes of its label, emptied, and entered
    again from their neighbours and from the seeds of other open facilities among them.

    Parameters
    ----------
    first_seed, next_seed
        Linked lists, by node, of the seeds 2 * facility + end that lie there.
    """
    cell, old_label = np.empty(256, np.int64), np.empty(256, np.int64)
    count, done = 0, 0
    e, last, u = 0, 2, -1
    while True:
        if e == last:
            if done == count:
                break
            u = cell[done]
            done += 1
            e, last = indptr[u], indptr[u + 1]
            continue
        v = seed_node[site, e] if u < 0 else node[e]
        e += 1
        if v < 0 or label[v] & LOW != site:
            continue
        if count == cell.shape[0]:
            cell, old_label = _roomier(cell), _roomier(old_label)
        cell[count], old_label[count] = v, label[v]
        count += 1
        label[v] = NEVER
    heap = np.empty(count + 256, np.int64)
    size = 0
    for k in range(count):
        v = cell[k]
        for e in range(from_indptr[v], from_indptr[v + 1]):
            if label[from_node[e]] != NEVER:
                label[v] = min(label[v], label[from_node[e]] + (int(from_tenths[e]) << 32))
        seed = first_seed[v]
        while seed >= 0:
            if is_open[seed // 2]:
                then = int(seed_tenths[seed // 2, seed % 2])
                label[v] = min(label[v], (then << 32) | (seed // 2))
            seed = next_seed[seed]
        if label[v] != NEVER:
            _push(heap, size, (label[v] >> 32 << 32) | v)
            size += 1
    while size > 0:
        key = _pop(heap, size)
        size -= 1
        u = key & LOW
        if key >> 32 != label[u] >> 32:
            continue
        for e in range(indptr[u], indptr[u + 1]):
            v, offer = node[e], label[u] + (int(tenths[e]) << 32)
            if offer >= label[v]:
                continue
            label[v] = offer
            if size == heap.shape[0]:
                heap = _roomier(heap)
            _push(heap, size, (offer >> 32 << 32) | v)
            size += 1
    return cell[:count], old_label[:count]


@njit(nogil=True, cache=True)
def places_of_nodes(
    nodes: Longs, at_indptr: Longs, at_place: Ints, is_listed: Bools, place_out: Ints
) -> int:
    """List the places that leave to any of the nodes, each once; `is_listed` is clean again."""
    count = 0
    for k in range(nodes.shape[0]):
        for e in range(at_indptr[nodes[k]], at_indptr[nodes[k] + 1]):
            i = at_place[e]
            if not is_listed[i]:
                is_listed[i] = True
                place_out[count] = i
                count += 1
    for k in range(count):
        is_listed[place_out[k]] = False
    return count
