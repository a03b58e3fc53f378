"""Compiled loops of set covering; the rules and names of `cover.kernels` hold here too."""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

from typing import Any, NamedTuple

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


class Quotas(NamedTuple):
    """Rows of each site, village and people of each row, people each village still wants."""

    site_indptr: Any
    site_row: Any
    village: Any
    people: Any
    wanted: Any


class QuotaPlan(NamedTuple):
    """A plan being changed: open sites, covers by row, people by village, and spare memory."""

    is_in: Any
    covers: Any
    near: Any
    change: Any


@njit(cache=True, nogil=True)
def _set_site(j, step, quotas, plan):
    """Open (step 1) or close (step -1) a site."""
    plan.is_in[j] = step > 0
    for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
        i = quotas.site_row[e]
        if plan.covers[i] == (0 if step > 0 else 1):
            plan.near[quotas.village[i]] += step * quotas.people[i]
        plan.covers[i] += step


@njit(cache=True, nogil=True)
def _gain(j, quotas, plan):
    """Return the wanted people that opening a site would bring, each village up to its quota."""
    total = 0.0
    for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
        i = quotas.site_row[e]
        v = quotas.village[i]
        if plan.covers[i] == 0 and plan.near[v] < quotas.wanted[v]:
            left = quotas.wanted[v] - plan.near[v] - plan.change[v]
            plan.change[v] += quotas.people[i]
            total += max(0.0, min(left, quotas.people[i]))
    for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
        plan.change[quotas.village[quotas.site_row[e]]] = 0.0
    return total


@njit(cache=True, nogil=True)
def _is_spare(j, quotas, plan):
    """Say whether every village keeps its quota without this open site."""
    is_spare = True
    for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
        i = quotas.site_row[e]
        if plan.covers[i] == 1:
            v = quotas.village[i]
            plan.change[v] += quotas.people[i]
            if plan.near[v] - plan.change[v] < quotas.wanted[v]:
                is_spare = False
                break
    for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
        plan.change[quotas.village[quotas.site_row[e]]] = 0.0
    return is_spare


@njit(cache=True, nogil=True)
def _fill(quotas, plan, sites, noise, random):
    """Open the site that brings most wanted people until none brings any; then drop spare ones."""
    while True:
        best, most = -1, 0.0
        for j in sites:
            if not plan.is_in[j]:
                gain = _gain(j, quotas, plan)
                if noise > 0 and gain > 0.0:
                    gain *= 1.0 + 0.01 * _random(random, noise)
                if gain > most:
                    best, most = j, gain
        if best < 0:
            break
        _set_site(best, 1, quotas, plan)
    for j in sites:
        if plan.is_in[j] and _is_spare(j, quotas, plan):
            _set_site(j, -1, quotas, plan)


@njit(cache=True, nogil=True)
def quota_search(quotas, plan, near_indptr, near_site, best_in, steps, random, state):
    """Search for fewer sites by ruin and recreate (Schrimpf et al. 2000).

    A step closes some open sites around one village and opens the best again, with noise; a plan
    of no more sites than before is kept. `near_site` lists the sites that reach each village.
    state = (sites of the plan, of the best, steps done).
    """
    n_sites, n_villages = len(plan.is_in), len(quotas.wanted)
    if state[2] == 0 and not plan.is_in.any():
        _fill(quotas, plan, np.arange(n_sites), 0, random)
        best_in[:] = plan.is_in
        state[0] = state[1] = plan.is_in.sum()
    before = np.zeros(n_sites, np.bool_)
    is_near = np.zeros(n_sites, np.bool_)
    for _ in range(steps):
        state[2] += 1
        before[:] = plan.is_in
        is_near[:] = False
        n_closed = 2 + _random(random, 5)
        v = _random(random, n_villages)
        for _hop in range(4):
            last = -1
            for e in range(near_indptr[v], near_indptr[v + 1]):
                j = near_site[e]
                is_near[j] = True
                if plan.is_in[j] and n_closed > 0:
                    _set_site(j, -1, quotas, plan)
                    n_closed -= 1
                    last = j
            if last < 0 or n_closed == 0:
                break
            # On to another village that the last closed site reaches.
            size = quotas.site_indptr[last + 1] - quotas.site_indptr[last]
            v = quotas.village[quotas.site_row[quotas.site_indptr[last] + _random(random, size)]]
        for j in range(n_sites):  # closing a site may leave villages short that others reach
            if before[j] and not plan.is_in[j]:
                for e in range(quotas.site_indptr[j], quotas.site_indptr[j + 1]):
                    u = quotas.village[quotas.site_row[e]]
                    if plan.change[u] == 0.0:
                        plan.change[u] = 1.0
                        for f in range(near_indptr[u], near_indptr[u + 1]):
                            is_near[near_site[f]] = True
        plan.change[:] = 0.0
        _fill(quotas, plan, np.flatnonzero(is_near), 30, random)
        size = plan.is_in.sum()
        if size <= state[0]:
            state[0] = size
            if size < state[1]:
                state[1] = size
                best_in[:] = plan.is_in
        else:
            for j in range(n_sites):
                if plan.is_in[j] != before[j]:
                    _set_site(j, 1 if before[j] else -1, quotas, plan)
