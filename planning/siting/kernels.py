"""Every compiled loop of the siting package; flat arrays in, flat arrays out.

Inputs are read-only and of one dtype each (`instance.read_only`), state and outputs are writable,
so that each kernel is compiled once; callers are the modules that own the methods. Shared names:
site j covers rows site_row[site_indptr[j]:site_indptr[j + 1]], row i is covered by sites
row_site[row_indptr[i]:row_indptr[i + 1]]; level_gain[c] is what one more cover is worth per person
of a row that is covered c times already, and ends in 0.
"""
# mypy: disallow-untyped-defs=False

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def transpose(indptr, index, n_columns):
    """Return (column indptr, pair numbers by column): a counting sort of the pairs."""
    out_indptr = np.zeros(n_columns + 1, np.int64)
    for e in range(len(index)):
        out_indptr[index[e] + 1] += 1
    for i in range(n_columns):
        out_indptr[i + 1] += out_indptr[i]
    place = out_indptr[:-1].copy()
    pair = np.empty(len(index), np.int64)
    row = np.empty(len(index), np.int32)
    for j in range(len(indptr) - 1):
        for e in range(indptr[j], indptr[j + 1]):
            k = place[index[e]]
            pair[k] = e
            row[k] = j
            place[index[e]] = k + 1
    return out_indptr, row, pair


@njit(cache=True, nogil=True)
def _sift_down(heap, size, start, key):
    """Move the entry at `start` down: largest key first, lowest site among equals."""
    i = start
    site = heap[i]
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            key[heap[right]] > key[heap[child]]
            or (key[heap[right]] == key[heap[child]] and heap[right] < heap[child])
        ):
            child = right
        if key[heap[child]] > key[site] or (key[heap[child]] == key[site] and heap[child] < site):
            heap[i] = heap[child]
            i = child
        else:
            break
    heap[i] = site


@njit(cache=True, nogil=True)
def gains(site_indptr, site_row, people, level_gain, times):
    """Return what each site would add now."""
    out = np.zeros(len(site_indptr) - 1)
    top = len(level_gain) - 1
    for j in range(len(out)):
        total = 0.0
        for e in range(site_indptr[j], site_indptr[j + 1]):
            i = site_row[e]
            total += people[i] * level_gain[min(times[i], top)]
        out[j] = total
    return out


@njit(cache=True, nogil=True)
def greedy(
    site_indptr,
    site_row,
    people,
    level_gain,
    cost,
    conflict_indptr,
    conflict_site,
    zone,
    budget,
    copies,
    room,
    times,
    used,
    key,
    heap,
    size,
    most,
    picked,
    picked_gain,
):
    """Pick by largest gain per cost, updated lazily; return (picks, heap size, budget left).

    `key` bounds each site's gain per cost from above (gains only fall) and orders `heap`, so that a
    call goes on where the last one stopped. `used[j]` is the number of units at j, -1 banned.
    """
    top = len(level_gain) - 1
    n_picked = 0
    while n_picked < most and size > 0:
        j = heap[0]
        if used[j] < 0 or used[j] >= copies or room[zone[j]] <= 0 or cost[j] > budget:
            size -= 1
            heap[0] = heap[size]
            if size > 0:
                _sift_down(heap, size, 0, key)
            continue
        gain = 0.0
        for e in range(site_indptr[j], site_indptr[j + 1]):
            i = site_row[e]
            gain += people[i] * level_gain[min(times[i], top)]
        key[j] = gain / cost[j]
        if size > 1:
            _sift_down(heap, size, 0, key)
        if heap[0] != j:
            continue
        if gain <= 0.0:
            break
        used[j] += 1
        room[zone[j]] -= 1
        budget -= cost[j]
        for e in range(conflict_indptr[j], conflict_indptr[j + 1]):
            used[conflict_site[e]] = -1
        for e in range(site_indptr[j], site_indptr[j + 1]):
            times[site_row[e]] += 1
        picked[n_picked] = j
        picked_gain[n_picked] = gain
        n_picked += 1
    return n_picked, size, budget
