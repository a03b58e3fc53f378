"""Compiled loops of set covering; the rules and names of `kernels` hold here too."""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _random(state, below):
    """Return the next number below `below` of a 64-bit xorshift generator."""
    x = state[0]
    x ^= (x << np.uint64(13)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    x ^= x >> np.uint64(7)
    x ^= (x << np.uint64(17)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    state[0] = x
    return np.int64(x % np.uint64(below))


@njit(cache=True, nogil=True)
def _flip(j, site_indptr, site_row, row_indptr, row_site, weight, is_in, covers, score, may_add,
          bare, place, n_bare):  # fmt: skip
    """Open or close site j and bring scores up to date; return the number of bare rows."""
    opens = not is_in[j]
    is_in[j] = opens
    score[j] = -score[j]
    for e in range(site_indptr[j], site_indptr[j + 1]):
        i = site_row[e]
        before = covers[i]
        covers[i] += 1 if opens else -1
        for f in range(row_indptr[i], row_indptr[i + 1]):
            k = row_site[f]
            may_add[k] = True
            if k == j:
                continue
            if opens:
                if before == 0:
                    score[k] -= weight[i]
                elif before == 1 and is_in[k]:
                    score[k] += weight[i]
            elif before == 1:
                score[k] += weight[i]
            elif before == 2 and is_in[k]:
                score[k] -= weight[i]
        if opens and before == 0:
            n_bare -= 1
            moved = bare[n_bare]
            bare[place[i]] = moved
            place[moved] = place[i]
        elif not opens and before == 1:
            bare[n_bare] = i
            place[i] = n_bare
            n_bare += 1
    return n_bare


@njit(cache=True, nogil=True)
def _cheapest_open(is_in, score, moved, banned):
    """Return the open site whose closing bares least weight, the longest unmoved among equals."""
    best = -1
    for j in range(len(is_in)):
        if (
            is_in[j]
            and j != banned
            and (
                best < 0
                or score[j] > score[best]
                or (score[j] == score[best] and moved[j] < moved[best])
            )
        ):
            best = j
    return best


@njit(cache=True, nogil=True)
def weighted_search(
    site_indptr, site_row, row_indptr, row_site, weight, is_in, covers, score, may_add, moved,
    bare, place, best_in, steps, target, random, state
):  # fmt: skip
    """Search for smaller covers by row weights (Gao, Weise and Li 2015).

    Whenever everything is covered a site is dropped for good; then sites are exchanged, and rows
    that stay bare grow heavier. Score: weight gained by opening, or minus weight lost by closing.
    state = (bare rows, size of the best cover, steps done, site opened last).
    """
    n_bare = state[0]
    opened = state[3]
    for _ in range(steps):
        while n_bare == 0:
            size = 0
            for j in range(len(is_in)):
                size += is_in[j]
            best_in[:] = is_in
            state[1] = size
            if size <= target:
                state[0] = n_bare
                return
            j = _cheapest_open(is_in, score, moved, -1)
            n_bare = _flip(
                j, site_indptr, site_row, row_indptr, row_site, weight, is_in, covers, score,
                may_add, bare, place, n_bare
            )  # fmt: skip
            may_add[j] = False
        state[2] += 1
        j = _cheapest_open(is_in, score, moved, opened)
        if j >= 0:
            n_bare = _flip(
                j, site_indptr, site_row, row_indptr, row_site, weight, is_in, covers, score,
                may_add, bare, place, n_bare
            )  # fmt: skip
            may_add[j] = False
            moved[j] = state[2]
        i = bare[_random(random, n_bare)]
        opened = -1
        for f in range(row_indptr[i], row_indptr[i + 1]):
            k = row_site[f]
            if may_add[k] and (
                opened < 0
                or score[k] > score[opened]
                or (score[k] == score[opened] and moved[k] < moved[opened])
            ):
                opened = k
        if opened >= 0:
            n_bare = _flip(
                opened, site_indptr, site_row, row_indptr, row_site, weight, is_in, covers, score,
                may_add, bare, place, n_bare
            )  # fmt: skip
            moved[opened] = state[2]
        for b in range(n_bare):
            i = bare[b]
            weight[i] += 1
            for f in range(row_indptr[i], row_indptr[i + 1]):
                score[row_site[f]] += 1
    state[0] = n_bare
    state[3] = opened


@njit(cache=True, nogil=True)
def _is_subset(start_a, end_a, start_b, end_b, element):
    """Say whether the ascending elements of a are all among the ascending elements of b."""
    b = start_b
    for a in range(start_a, end_a):
        while b < end_b and element[b] < element[a]:
            b += 1
        if b == end_b or element[b] != element[a] or end_a - a > end_b - b:
            return False
        b += 1
    return True


@njit(cache=True, nogil=True)
def mark_contained(set_indptr, element, owner_indptr, owner, drop_larger, dropped):
    """Flag sets that lie inside another, or (drop_larger) sets that hold another one.

    Of equal sets the first stays. `owner` lists the sets that hold each element, ascending.
    """
    for a in range(len(set_indptr) - 1):
        size = set_indptr[a + 1] - set_indptr[a]
        if size == 0 or dropped[a]:
            continue
        rarest = element[set_indptr[a]]
        for e in range(set_indptr[a], set_indptr[a + 1]):
            x = element[e]
            if owner_indptr[x + 1] - owner_indptr[x] < (
                owner_indptr[rarest + 1] - owner_indptr[rarest]
            ):
                rarest = x
        for f in range(owner_indptr[rarest], owner_indptr[rarest + 1]):
            b = owner[f]
            if b == a or dropped[b]:
                continue
            larger = set_indptr[b + 1] - set_indptr[b]
            if larger < size or (larger == size and (b < a) == drop_larger):
                continue
            if _is_subset(set_indptr[a], set_indptr[a + 1], set_indptr[b], set_indptr[b + 1],
                          element):  # fmt: skip
                if drop_larger:
                    dropped[b] = True
                else:
                    dropped[a] = True
                    break
