"""Searches on the road graph in integer tenths of a second: all kernels of travel times.

Every search runs on the REVERSED graph, from facilities outwards, and so gives times TO them. The
kernels and every function they inline stay in this file: numba's cache watches only this file.
Each kernel is called from one place, with arrays of one kind, so that it is compiled once.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Words: TypeAlias = NDArray[np.uint64]

UNREACHED = np.int32(2**31 - 1)
"""Tenths of a second where there is no path."""

NOWHERE = -1
_NEVER = 2**31 - 1  # the same as a Python integer, so that sums are taken in 64 bits
TIME, SITE, BEFORE, AFTER = 0, 1, 2, 3
DONE = -2  # `BEFORE` of a node that has left its bucket

_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_BIT_NUMBER = np.zeros(64, np.int64)  # number of a lone bit, found by its product with the constant
for _bit in range(64):
    _BIT_NUMBER[((0x03F79D71B4CB0A89 << _bit) & (2**64 - 1)) >> 58] = _bit


# ---- nearest facility: Dial's buckets as doubly linked lists, one entry a node


@njit(nogil=True, cache=True)
def settle_nearest(
    indptr: Ints,
    node: Ints,
    tenths: Ints,
    seed_node: Ints,
    seed_tenths: Ints,
    seed_facility: Ints,
    width: int,
    best: Ints,
    facility: Ints,
) -> None:
    """Fill `best` and `facility` for every node from which a seed can be reached.

    Seeds are sorted by time and enter when their time comes. `width` is a power of two above the
    longest arc. At equal times the lowest facility wins; across arcs of zero a node that has left
    its bucket enters it again for a lower facility.

    Parameters
    ----------
    indptr, node, tenths
        Reversed graph.
    seed_node, seed_tenths, seed_facility
        (k,) nodes from which a facility is `seed_tenths` away.
    width
        Number of buckets.
    best, facility
        (n_nodes,) written.
    """
    n_nodes, mask = best.shape[0], width - 1
    first = np.full(width, NOWHERE, np.int32)
    # One row a node keeps what a step needs in one line of the processor's cache; links and unlinks
    # are written out in the inner loop, because calls take a third of the speed.
    table = np.empty((n_nodes, 4), np.int32)
    for u in range(n_nodes):
        table[u, TIME], table[u, SITE] = UNREACHED, NOWHERE
    waiting, k, now = 0, 0, 0
    while waiting > 0 or k < seed_node.shape[0]:
        if waiting == 0:
            now = max(now, seed_tenths[k])
        while k < seed_node.shape[0] and seed_tenths[k] <= now:
            waiting += _enter(table, first, mask, seed_node[k], now, seed_facility[k])
            k += 1
        bucket = now & mask
        while first[bucket] != NOWHERE:
            u = first[bucket]
            follower = table[u, AFTER]
            first[bucket] = follower
            if follower >= 0:
                table[follower, BEFORE] = NOWHERE
            table[u, BEFORE] = DONE
            waiting -= 1
            site = table[u, SITE]
            for e in range(indptr[u], indptr[u + 1]):
                v = node[e]
                then = now + tenths[e]
                was = table[v, TIME]
                if then > was:
                    continue
                if then == was:
                    if site >= table[v, SITE]:
                        continue
                    table[v, SITE] = site
                    if table[v, BEFORE] != DONE:
                        continue
                elif was != UNREACHED:
                    leader, follower = table[v, BEFORE], table[v, AFTER]
                    if leader == NOWHERE:
                        first[was & mask] = follower
                    else:
                        table[leader, AFTER] = follower
                    if follower >= 0:
                        table[follower, BEFORE] = leader
                    waiting -= 1
                target = then & mask
                follower = first[target]
                table[v, TIME], table[v, SITE] = then, site
                table[v, BEFORE], table[v, AFTER] = NOWHERE, follower
                if follower >= 0:
                    table[follower, BEFORE] = v
                first[target] = v
                waiting += 1
        now += 1
    for u in range(n_nodes):
        best[u], facility[u] = table[u, TIME], table[u, SITE]


@njit(nogil=True, cache=True)
def _enter(table: Ints, first: Ints, mask: int, u: int, now: int, site: int) -> int:
    """Let a seed enter the bucket of this moment; return how many more nodes wait."""
    was = table[u, TIME]
    if now > was or (now == was and site >= table[u, SITE]):
        return 0
    table[u, SITE] = site
    if now == was:
        return 0
    if was != UNREACHED:
        leader, follower = table[u, BEFORE], table[u, AFTER]
        if leader == NOWHERE:
            first[was & mask] = follower
        else:
            table[leader, AFTER] = follower
        if follower >= 0:
            table[follower, BEFORE] = leader
    follower = first[now & mask]
    table[u, TIME], table[u, BEFORE], table[u, AFTER] = now, NOWHERE, follower
    if follower >= 0:
        table[follower, BEFORE] = u
    first[now & mask] = u
    return 1 if was == UNREACHED else 0


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
    """Fill the ends and legs of places that people leave from, or arrive at.

    The place along a segment is rounded to whole tenths once for each direction, so that the parts
    on both sides of it always add up to the segment. Whoever stands at a node is there, whichever
    way the segment may be driven.
    """
    for i in range(segment.shape[0]):
        ends_out[i, 0], ends_out[i, 1] = tail[i], head[i]
        at_tail, at_head = -1, -1
        s = segment[i]
        if s >= 0:
            forward, backward = int(forward_tenths[s]), int(backward_tenths[s])
            before = int(np.rint(fraction[i] * forward))
            after = int(np.rint((1.0 - fraction[i]) * backward))
            if fraction[i] == 0.0:
                at_tail = 0
            elif is_leaving:
                at_tail = backward - after if backward >= 0 else -1
            else:
                at_tail = before if forward >= 0 else -1
            if fraction[i] == 1.0:
                at_head = 0
            elif is_leaving:
                at_head = forward - before if forward >= 0 else -1
            else:
                at_head = after if backward >= 0 else -1
        legs_out[i, 0] = at_tail + access_tenths[i] if at_tail >= 0 else -1
        legs_out[i, 1] = at_head + access_tenths[i] if at_head >= 0 else -1


@njit(nogil=True, cache=True)
def answer_places(
    chosen: Ints,
    segment: Ints,
    ends: Ints,
    legs: Ints,
    fraction: Floats,
    forward_tenths: Ints,
    backward_tenths: Ints,
    first_on_segment: Ints,
    next_on_segment: Ints,
    site_legs: Ints,
    site_fraction: Floats,
    is_open: Bools,
    best: Ints,
    facility: Ints,
    tenths_out: Ints,
    facility_out: Ints,
) -> None:
    """Fill time and facility of the chosen places from the times of the nodes.

    A place leaves by either end of its segment, or stays on it when a facility lies there, too.

    Parameters
    ----------
    chosen
        (k,) places to answer.
    segment, ends, legs, fraction
        (n_places, ...) where places join: segment, its (tail, head), tenths from the place to each
        of them with the access leg (-1 closed), and how far along.
    forward_tenths, backward_tenths
        (n_segments,) of the network.
    first_on_segment, next_on_segment
        Linked lists of the facilities on each segment, -1 at the end.
    site_legs, site_fraction, is_open
        (n_facilities, ...) tenths from (tail, head) to the facility, how far along, open or not.
    best, facility
        (n_nodes,) answer of `settle_nearest`.
    tenths_out, facility_out
        (n_places,) written for the chosen places only.
    """
    for j in range(chosen.shape[0]):
        i = chosen[j]
        time, site = _NEVER, -1
        s = segment[i]
        if s >= 0:
            for end in range(2):
                u = ends[i, end]
                if legs[i, end] >= 0 and best[u] != UNREACHED:
                    t = int(best[u]) + int(legs[i, end])
                    if t < time or (t == time and facility[u] < site):
                        time, site = t, int(facility[u])
            f = first_on_segment[s]
            while f >= 0:
                if is_open[f]:
                    t = _along(
                        int(legs[i, 0]), int(legs[i, 1]), fraction[i],
                        int(site_legs[f, 0]), int(site_legs[f, 1]), site_fraction[f],
                        int(forward_tenths[s]), int(backward_tenths[s]),
                    )  # fmt: skip
                    if t < time or (t == time and f < site):
                        time, site = t, int(f)
                f = next_on_segment[f]
        tenths_out[i] = time
        facility_out[i] = site


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
    after: Ints,
    settled: Ints,
) -> int:
    """Settle the nodes within `limit` of one facility; return how many stand in `settled`.

    `best` and `first` are clean on entry; `first` is clean on return, `best` is not. An entry is
    pushed only for a strictly better time, so entries never outnumber arcs and seeds.
    """
    used, count = 0, 0
    for k in range(seed_node.shape[0]):
        u, then = seed_node[k], seed_tenths[k]
        if u >= 0 and 0 <= then <= limit and then < best[u]:
            best[u] = then
            entry[used], after[used] = u, first[then]
            first[then] = used
            used += 1
    done, now = 0, 0
    while done < used:
        while first[now] != NOWHERE:
            q = first[now]
            first[now] = after[q]
            done += 1
            u = entry[q]
            if best[u] != now:
                continue
            settled[count] = u
            count += 1
            for e in range(indptr[u], indptr[u + 1]):
                v = node[e]
                then = now + tenths[e]
                if then <= limit and then < best[v]:
                    best[v] = then
                    entry[used], after[used] = v, first[then]
                    first[then] = used
                    used += 1
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
    after: Ints,
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
            best, first, entry, after, settled,
        )  # fmt: skip
        fits = used + count <= node_out.shape[0]
        for k in range(count):
            u = settled[k]
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
    after: Ints,
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
            best, first, entry, after, settled,
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
        u = settled[k]
        now = best[u]
        best[u] = UNREACHED
        for e in range(at_indptr[u], at_indptr[u + 1]):
            t = now + at_tenths[e]
            if t <= limit:
                i = at_place[e]
                if place_best[i] == UNREACHED:
                    count += 1
                    low, high = min(low, i >> 6), max(high, i >> 6)
                    bits[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
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
            lowest = word & (~word + np.uint64(1))
            i = (w << 6) + _BIT_NUMBER[(lowest * _DE_BRUIJN) >> np.uint64(58)]
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
