"""Compiled loops of set covering; the rules and names of `cover.kernels` hold here too."""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

SEARCH_STATE = np.dtype([
    ("n_bare", np.int64), ("n_open", np.int64), ("best_size", np.int64), ("steps", np.int64),
    ("turn", np.int64), ("last_opened", np.int64),
])  # fmt: skip
"""Bare rows, open sites, size of the best cover, steps done, sites flipped, site opened last."""


class Pairs(NamedTuple):
    """Cover pairs both ways."""

    site_indptr: Any
    site_row: Any
    row_indptr: Any
    row_site: Any


class Cover(NamedTuple):
    """A cover being changed.

    By row: `weight`, `covers`, the turn in which it last changed, its place in the list of bare
    rows. By site: whether it `is_in`, its `score`, the step in which it moved and the turn in which
    it was closed, its spot in the list of open ones.
    """

    weight: Any
    covers: Any
    changed_at: Any
    bare: Any
    place: Any
    is_in: Any
    score: Any
    moved_at: Any
    closed_at: Any
    opened: Any
    spot: Any
    best_in: Any


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
def _flip(j, pairs, plan, state):
    """Open or close site j and bring the scores up to date.

    Scores change only where a row becomes covered or bare, or where a site becomes or stops being
    the only one of a row; all other rows of the site cost nothing.
    """
    row_indptr, row_site, score = pairs.row_indptr, pairs.row_site, plan.score
    opens = not plan.is_in[j]
    plan.is_in[j] = opens
    score[j] = -score[j]
    state.turn += 1
    if opens:
        plan.spot[j] = state.n_open
        plan.opened[state.n_open] = j
        state.n_open += 1
    else:
        state.n_open -= 1
        last = plan.opened[state.n_open]
        plan.opened[plan.spot[j]] = last
        plan.spot[last] = plan.spot[j]
        plan.closed_at[j] = state.turn
    for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
        i = pairs.site_row[e]
        before = plan.covers[i]
        plan.covers[i] += 1 if opens else -1
        plan.changed_at[i] = state.turn
        if before == (0 if opens else 1):  # bare before, or bare now
            change = -plan.weight[i] if opens else plan.weight[i]
            for f in range(row_indptr[i], row_indptr[i + 1]):
                if row_site[f] != j:
                    score[row_site[f]] += change
            if opens:
                state.n_bare -= 1
                moved = plan.bare[state.n_bare]
                plan.bare[plan.place[i]] = moved
                plan.place[moved] = plan.place[i]
            else:
                plan.bare[state.n_bare] = i
                plan.place[i] = state.n_bare
                state.n_bare += 1
        elif before == (1 if opens else 2):  # one other site covered it alone, or does now
            change = plan.weight[i] if opens else -plan.weight[i]
            for f in range(row_indptr[i], row_indptr[i + 1]):
                k = row_site[f]
                if k != j and plan.is_in[k]:
                    score[k] += change
                    break


@njit(cache=True, nogil=True)
def _cheapest_open(plan, n_open, banned):
    """Return the open site whose closing bares least weight, the longest unmoved among equals."""
    best = -1
    for position in range(n_open):
        j = plan.opened[position]
        if j != banned and (
            best < 0
            or plan.score[j] > plan.score[best]
            or (
                plan.score[j] == plan.score[best]
                and (
                    plan.moved_at[j] < plan.moved_at[best]
                    or (plan.moved_at[j] == plan.moved_at[best] and j < best)
                )
            )
        ):
            best = j
    return best


@njit(cache=True, nogil=True)
def _may_open(k, i, pairs, plan):
    """Say whether something changed among a site's rows since it was closed; row i first."""
    if plan.changed_at[i] > plan.closed_at[k]:
        return True
    for e in range(pairs.site_indptr[k], pairs.site_indptr[k + 1]):
        if plan.changed_at[pairs.site_row[e]] > plan.closed_at[k]:
            return True
    return False


@njit(cache=True, nogil=True)
def weighted_search(pairs, plan, steps, target, random, state):
    """Search for smaller covers by row weights (Gao, Weise and Li 2015).

    Whenever everything is covered a site is dropped for good; then sites are exchanged, and rows
    that stay bare grow heavier, so that what is hard to cover is covered first. The site opened
    last may not be closed at once, and one closed may not be opened before its surroundings
    change. Score: weight gained by opening, or minus weight lost by closing.
    """
    for _ in range(steps):
        while state.n_bare == 0:
            plan.best_in[:] = plan.is_in
            state.best_size = state.n_open
            if state.best_size <= target:
                return
            _flip(_cheapest_open(plan, state.n_open, -1), pairs, plan, state)
        state.steps += 1
        j = _cheapest_open(plan, state.n_open, state.last_opened)
        if j >= 0:
            _flip(j, pairs, plan, state)
            plan.moved_at[j] = state.steps
        i = plan.bare[_random(random, state.n_bare)]
        best = -1
        for f in range(pairs.row_indptr[i], pairs.row_indptr[i + 1]):
            k = pairs.row_site[f]
            if (
                best < 0
                or plan.score[k] > plan.score[best]
                or (plan.score[k] == plan.score[best] and plan.moved_at[k] < plan.moved_at[best])
            ) and _may_open(k, i, pairs, plan):
                best = k
        state.last_opened = best
        if best >= 0:
            _flip(best, pairs, plan, state)
            plan.moved_at[best] = state.steps
        for b in range(state.n_bare):
            i = plan.bare[b]
            plan.weight[i] += 1
            for f in range(pairs.row_indptr[i], pairs.row_indptr[i + 1]):
                plan.score[pairs.row_site[f]] += 1


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
