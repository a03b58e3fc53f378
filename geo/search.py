"""Searches on the road graph in integer tenths of a second: all kernels of travel times.

Every search runs on the REVERSED graph, from facilities outwards, and so gives times TO them. The
kernels and every function they inline stay in this file: numba's cache watches only this file.
Each kernel is called from one place, with arrays of one kind, so that it is compiled once.

What makes the inner loops fast (figures in docs/travel-times.md): indices are unsigned, because a
signed one is first tested for being negative; and whether an arc improves a node is as good as
random, so no branch asks: the entry is written in any case and kept by counting it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints, Longs
from geo.compiled import njit

Words: TypeAlias = NDArray[np.uint64]

UNREACHED = np.int32(2**31 - 1)
"""Tenths of a second where there is no path."""

NEVER = 2**63 - 1
"""Label (tenths << 32 | facility) where there is no path: `UNREACHED` and facility -1."""

LONGEST_TENTHS = 2**22
"""Longest limit and slowest arc that a search accepts: about 116 hours."""

NOWHERE = -1
_NEVER = 2**31 - 1  # `UNREACHED` as a Python integer, so that sums are taken in 64 bits
_LAST = _NEVER - LONGEST_TENTHS  # nothing starts later, so that no time ever wraps
NODE, NEXT = 0, 1  # columns of an entry in a bucket
BATCH = 256  # entries that are taken from a bucket at once
ONE, TWO = np.uint64(1), np.uint64(2)

_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_BIT_NUMBER = np.zeros(64, np.int64)  # number of a lone bit, found by its product with the constant
for _bit in range(64):
    _BIT_NUMBER[((0x03F79D71B4CB0A89 << _bit) & (2**64 - 1)) >> 58] = _bit


# ---- nearest facility: Dial's buckets as linked lists; entries that were improved are passed over


@njit(nogil=True, cache=True)
def settle_nearest(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    seed_facility: Ints,
    width: int,
    room: int,
    label: Longs,
) -> bool:
    """Fill `label` of every node from which a seed can be reached, and `NEVER` elsewhere.

    Seeds are sorted by time and enter when their time comes. At equal times the lower facility has
    the lower label and wins; across arcs of zero a node that was done enters its bucket again.

    Parameters
    ----------
    indptr, node, tenths
        Reversed graph.
    seed_node, seed_tenths, seed_facility
        (k,) nodes from which a facility is `seed_tenths` away.
    width
        Number of buckets, a power of two above the longest arc.
    room
        Number of entries; one for each arc and seed and one more are enough, but for ties across
        arcs of zero.
    label
        (n_nodes,) written: tenths << 32 | facility.

    Returns
    -------
    bool
        False when the entries did not fit; the search is then begun anew with more room.
    """
    first = np.full(width, NOWHERE, np.int32)
    entry = np.empty((room, 2), np.int32)
    batch = np.empty(BATCH, np.int32)
    mask, n_arcs = np.uint64(width - 1), np.uint64(node.shape[0])
    label[:] = NEVER
    used, done = np.uint64(0), np.uint64(0)
    k, now = 0, 0
    while (done < used or k < seed_node.shape[0]) and now <= _LAST:
        if done == used:
            now = max(now, seed_tenths[k])
        bucket = np.uint64(now) & mask
        while k < seed_node.shape[0] and seed_tenths[k] <= now:
            offer = (np.int64(now) << 32) | np.int64(seed_facility[k])
            if offer < label[seed_node[k]]:
                label[seed_node[k]] = offer
                entry[used, NODE], entry[used, NEXT] = seed_node[k], first[bucket]
                first[bucket] = used
                used += ONE
            k += 1
        while first[bucket] != NOWHERE:
            count = np.uint64(0)
            while first[bucket] != NOWHERE and count < np.uint64(BATCH):
                q = np.uint64(first[bucket])
                first[bucket] = entry[q, NEXT]
                u = np.uint64(entry[q, NODE])
                batch[count] = u
                count += np.uint64(label[u] >> 32 == now)
                e = np.uint64(indptr[u])
                # No node is below zero: to ask fetches the arcs of many nodes at once.
                done += ONE + np.uint64(e < n_arcs and node[e] < 0)
            for j in range(count):
                u = np.uint64(batch[j])
                mine = label[u]
                e, end = np.uint64(indptr[u]), np.uint64(indptr[u + ONE])
                if used + (end - e) >= np.uint64(room):
                    return False
                for arc in range(e, end):
                    v = np.uint64(node[arc])
                    was = label[v]
                    offer = mine + (np.int64(tenths[arc]) << 32)
                    target = np.uint64(offer >> 32) & mask
                    follower = first[target]
                    is_better = offer < was
                    label[v] = min(offer, was)
                    entry[used, NODE], entry[used, NEXT] = v, follower
                    first[target] = np.int32(used) if is_better else follower
                    used += np.uint64(is_better)
        now += 1
    return True


# ---- from places to nodes, and back


@njit(nogil=True, cache=True)
def join_places(
    segment: Ints,
    tail: Ints,
    head: Ints,
    fraction: Floats,
    access_tenths: Ints,
    forward_tenths: Ints,
    backward_tenths: Ints,
    is_leaving: bool,
    ends_out: Ints,
    legs_out: Ints,
) -> None:
    """Fill the ends and legs of places that people leave from, or arrive at."""
    for i in range(segment.shape[0]):
        ends_out[i, 0], ends_out[i, 1] = tail[i], head[i]
        legs_out[i, 0], legs_out[i, 1] = NOWHERE, NOWHERE
        if segment[i] >= 0:
            s = np.uint64(segment[i])
            legs_out[i, 0], legs_out[i, 1] = _legs(
                fraction[i],
                int(forward_tenths[s]),
                int(backward_tenths[s]),
                int(access_tenths[i]),
                is_leaving,
            )


@njit(nogil=True, cache=True)
def _legs(
    fraction: float, forward: int, backward: int, access: int, is_leaving: bool
) -> tuple[int, int]:
    """Return the tenths between a place and the (tail, head) of its segment; -1 closed.

    The place along a segment is rounded to whole tenths once for each direction, so that the parts
    on both sides of it always add up to the segment. Whoever stands at a node is there, whichever
    way the segment may be driven.
    """
    before, after = int(np.rint(fraction * forward)), int(np.rint((1.0 - fraction) * backward))
    tail, head = before, after
    if is_leaving:
        tail, head = backward - after, forward - before
    may_tail, may_head = (
        (backward >= 0, forward >= 0) if is_leaving else (forward >= 0, backward >= 0)
    )
    tail = tail + access if may_tail else -1
    head = head + access if may_head else -1
    return access if fraction == 0.0 else tail, access if fraction == 1.0 else head


@njit(nogil=True, cache=True)
def answer_places(
    chosen: Ints,
    segment: Ints,
    tail: Ints,
    head: Ints,
    fraction: Floats,
    access_tenths: Ints,
    forward_tenths: Ints,
    backward_tenths: Ints,
    first_on_segment: Ints,
    next_on_segment: Ints,
    site_legs: Ints,
    site_fraction: Floats,
    is_open: Bools,
    label: Longs,
    tenths_out: Ints,
    facility_out: Ints,
) -> None:
    """Fill time and facility of the chosen places from the labels of the nodes.

    A place leaves by either end of its segment, or stays on it when a facility lies there, too.

    Parameters
    ----------
    chosen
        (k,) places to answer.
    segment, tail, head, fraction, access_tenths
        (n_places,) where places join, as in `Snaps`.
    forward_tenths, backward_tenths
        (n_segments,) of the network.
    first_on_segment, next_on_segment
        Linked lists of the facilities on each segment, -1 at the end.
    site_legs, site_fraction, is_open
        (n_facilities, ...) tenths from (tail, head) to the facility, how far along, open or not.
    label
        (n_nodes,) answer of `settle_nearest`.
    tenths_out, facility_out
        (n_places,) written for the chosen places only.
    """
    for j in range(chosen.shape[0]):
        i = np.uint64(chosen[j])
        found = NEVER
        if segment[i] >= 0:
            s = np.uint64(segment[i])
            forward, backward = int(forward_tenths[s]), int(backward_tenths[s])
            to_tail, to_head = _legs(fraction[i], forward, backward, int(access_tenths[i]), True)
            found = min(
                _later(label[np.uint64(tail[i])], to_tail),
                _later(label[np.uint64(head[i])], to_head),
            )
            f = first_on_segment[s]
            while f >= 0:
                if is_open[f]:
                    t = _along(
                        to_tail, to_head, fraction[i],
                        int(site_legs[f, 0]), int(site_legs[f, 1]), site_fraction[f],
                        forward, backward,
                    )  # fmt: skip
                    found = min(found, (t << 32) | int(f) if t < _NEVER else NEVER)
                f = next_on_segment[f]
        tenths_out[i] = found >> 32
        facility_out[i] = found & 0xFFFFFFFF if found != NEVER else NOWHERE


@njit(nogil=True, cache=True)
def judge_places(
    segment: Ints, horizon: int, tenths: Ints, facility: Ints, status_out: NDArray[np.uint8]
) -> None:
    """Fill the `NearestStatus` of each place, and take out the answers beyond the horizon."""
    for i in range(segment.shape[0]):
        status = 2 if tenths[i] == UNREACHED else int(tenths[i] > horizon)
        status = 3 if segment[i] < 0 else status
        status_out[i] = status
        tenths[i] = tenths[i] if status == 0 else UNREACHED
        facility[i] = facility[i] if status == 0 else NOWHERE


@njit(nogil=True, cache=True)
def _later(label: int, leg: int) -> int:
    """Return the label of a place from that of a node; `NEVER` when its leg is closed."""
    then = (label >> 32) + leg
    return (then << 32) | (label & 0xFFFFFFFF) if leg >= 0 and then < _NEVER else NEVER


@njit(nogil=True, cache=True)
def _along(
    to_tail: int,
    to_head: int,
    fraction: float,
    from_tail: int,
    from_head: int,
    site_fraction: float,
    forward: int,
    backward: int,
) -> int:
    """Return the tenths from a place to a facility on the same segment without leaving it.

    Both legs together pass the whole segment once and the part between the two once more.
    """
    time = _NEVER
    if forward >= 0 and site_fraction >= fraction:
        time = min(time, to_head + from_tail - forward)
    if backward >= 0 and site_fraction <= fraction:
        time = min(time, to_tail + from_head - backward)
    return time


# ---- everything within a limit of each facility: buckets with lazy deletion, reset after use


@njit(nogil=True, cache=True)
def _sweep(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    limit: int,
    best: Ints,
    first: Ints,
    entry: Ints,
    settled: Ints,
) -> int:
    """Settle the nodes within `limit` of one facility; return how many stand in `settled`.

    `best` and `first` are clean on entry; `first` is clean on return, `best` is not. An entry is
    kept only for a strictly better time, so that entries never outnumber arcs and seeds. Arcs are
    taken two at a time, an odd last one twice, which changes nothing: an arc improves a node once.
    """
    mask = np.uint64(first.shape[0] - 1)
    used, done, count = np.uint64(0), np.uint64(0), 0
    now = limit
    for k in range(seed_node.shape[0]):
        u, then = seed_node[k], seed_tenths[k]
        if u >= 0 and 0 <= then <= limit and then < best[u]:
            now = min(now, then)
            bucket = np.uint64(then) & mask
            best[u] = then
            entry[used, NODE], entry[used, NEXT] = u, first[bucket]
            first[bucket] = used
            used += ONE
    while done < used:
        bucket = np.uint64(now) & mask
        while first[bucket] != NOWHERE:
            q = np.uint64(first[bucket])
            first[bucket] = entry[q, NEXT]
            done += ONE
            u = np.uint64(entry[q, NODE])
            if best[u] != now:
                continue
            settled[np.uint64(count)] = u
            count += 1
            e, end = np.uint64(indptr[u]), np.uint64(indptr[u + ONE])
            while e < end:
                for step in range(2):
                    arc = min(e + np.uint64(step), end - ONE)
                    v = np.uint64(node[arc])
                    was = best[v]
                    then = now + int(tenths[arc])
                    target = np.uint64(then) & mask
                    follower = first[target]
                    is_better = (then < was) & (then <= limit)
                    best[v] = then if is_better else was
                    entry[used, NODE], entry[used, NEXT] = v, follower
                    first[target] = np.int32(used) if is_better else follower
                    used += np.uint64(is_better)
                e += TWO
        now += 1
    return count


@njit(nogil=True, cache=True)
def within_rows(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    limit: int,
    start: int,
    stop: int,
    best: Ints,
    first: Ints,
    entry: Ints,
    settled: Ints,
    node_out: Ints,
    tenths_out: Ints,
    count_out: Longs,
) -> tuple[int, int]:
    """Append the nodes within `limit` of facilities `start` to `stop`, nearest first.

    Returns (next facility, pairs written); stops early when the next row would not fit.
    """
    used = 0
    for f in range(start, stop):
        count = _sweep(
            indptr, node, tenths, seed_node[f], seed_tenths[f], limit,
            best, first, entry, settled,
        )  # fmt: skip
        fits = used + count <= node_out.shape[0]
        for k in range(count):
            u = np.uint64(settled[k])
            if fits:
                node_out[used + k], tenths_out[used + k] = u, best[u]
            best[u] = UNREACHED
        if not fits:
            return f, used
        count_out[f - start] = count
        used += count
    return stop, used


@njit(nogil=True, cache=True)
def reach_rows(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    site_segment: Ints,
    site_fraction: Floats,
    forward_tenths: Ints,
    backward_tenths: Ints,
    at_indptr: Longs,
    at_place: Ints,
    at_tenths: Ints,
    segment: Ints,
    legs: Ints,
    fraction: Floats,
    limit: int,
    start: int,
    stop: int,
    best: Ints,
    first: Ints,
    entry: Ints,
    settled: Ints,
    place_best: Ints,
    bits: Words,
    place_out: Ints,
    tenths_out: Ints,
    count_out: Longs,
) -> tuple[int, int]:
    """Append the places within `limit` of facilities `start` to `stop`, each row ascending.

    Touched places are kept as bits and read off in order, which costs less than sorting them.
    Returns (next facility, pairs written); stops early when the next row would not fit.
    """
    used = 0
    span = np.empty(2, np.int64)
    for f in range(start, stop):
        settled_count = _sweep(
            indptr, node, tenths, seed_node[f], seed_tenths[f], limit,
            best, first, entry, settled,
        )  # fmt: skip
        span[0], span[1] = bits.shape[0], -1
        count = _mark_around(
            settled[:settled_count], best, at_indptr, at_place, at_tenths, limit,
            place_best, bits, span,
        )  # fmt: skip
        for end in range(2):
            u = seed_node[f, end]
            if u < 0:
                continue
            for e in range(at_indptr[u], at_indptr[u + 1]):
                i = at_place[e]
                s = segment[i]
                if s != site_segment[f]:
                    continue
                t = _along(
                    int(legs[i, 0]), int(legs[i, 1]), fraction[i],
                    int(seed_tenths[f, 0]), int(seed_tenths[f, 1]), site_fraction[f],
                    int(forward_tenths[s]), int(backward_tenths[s]),
                )  # fmt: skip
                if t <= limit:
                    count += _mark(i, t, place_best, bits, span)
        fits = used + count <= place_out.shape[0]
        _read_off(place_best, bits, span, fits, place_out[used:], tenths_out[used:])
        if not fits:
            return f, used
        count_out[f - start] = count
        used += count
    return stop, used


@njit(nogil=True, cache=True)
def _mark(i: int, t: int, place_best: Ints, bits: Words, span: Longs) -> int:
    """Note a time of a place; return 1 when it is its first one. `span` holds the words in use."""
    is_new = 0
    if place_best[i] == UNREACHED:
        is_new = 1
        span[0], span[1] = min(span[0], i >> 6), max(span[1], i >> 6)
        bits[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    place_best[i] = min(place_best[i], t)
    return is_new


@njit(nogil=True, cache=True)
def _mark_around(
    settled: Ints,
    best: Ints,
    at_indptr: Longs,
    at_place: Ints,
    at_tenths: Ints,
    limit: int,
    place_best: Ints,
    bits: Words,
    span: Longs,
) -> int:
    """Mark the places that leave to settled nodes, and clean `best`; return how many are new."""
    count, low, high = 0, span[0], span[1]
    for k in range(settled.shape[0]):
        u = np.uint64(settled[k])
        now = int(best[u])
        best[u] = UNREACHED
        for e in range(np.uint64(at_indptr[u]), np.uint64(at_indptr[u + ONE])):
            t = now + int(at_tenths[e])
            if t <= limit:
                i = np.uint64(at_place[e])
                word = i >> np.uint64(6)
                low, high = min(low, np.int64(word)), max(high, np.int64(word))
                bits[word] |= ONE << (i & np.uint64(63))
                count += place_best[i] == UNREACHED
                place_best[i] = min(place_best[i], t)
    span[0], span[1] = low, high
    return count


@njit(nogil=True, cache=True)
def _read_off(
    place_best: Ints, bits: Words, span: Longs, fits: bool, place_out: Ints, tenths_out: Ints
) -> None:
    """Write the marked places in order where they fit, and clean the marks."""
    k = 0
    for w in range(span[0], span[1] + 1):
        word = bits[w]
        bits[w] = 0
        while word != 0:
            lowest = word & (~word + ONE)
            bit = _BIT_NUMBER[(lowest * _DE_BRUIJN) >> np.uint64(58)]
            i = np.uint64((w << 6) + bit)
            word ^= lowest
            if fits:
                place_out[k], tenths_out[k] = i, place_best[i]
                k += 1
            place_best[i] = UNREACHED


# ---- rows by another key


@njit(nogil=True, cache=True)
def group_rows(key: Ints, cursor: Longs, order: Longs) -> None:
    """Write the positions of each key, ascending, where `cursor` says that its group begins."""
    for i in range(key.shape[0]):
        order[cursor[key[i]]] = i
        cursor[key[i]] += 1


@njit(nogil=True, cache=True)
def transpose_rows(
    indptr: Longs,
    column: Ints,
    value: NDArray[np.uint8],
    cursor: Longs,
    row_out: Ints,
    value_out: NDArray[np.uint8],
) -> None:
    """Turn rows into columns; values come as (n, bytes), so that one kernel serves all types."""
    for row in range(indptr.shape[0] - 1):
        for i in range(indptr[row], indptr[row + 1]):
            k = cursor[column[i]]
            cursor[column[i]] = k + 1
            row_out[k] = row
            for byte in range(value.shape[1]):
                value_out[k, byte] = value[i, byte]
