"""Compiled loops of the p-median; the rules of `kernels` hold here too.

Pairs by row are sorted by cost: row i may use row_site[e] at row_cost[e] for e from row_indptr[i]
to row_indptr[i + 1], all cheaper than base[i], the cost of the row when none of its sites opens.
"""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def sort_rows(indptr, site, cost):
    """Sort the pairs of each row by cost, then by site, in place."""
    for i in range(len(indptr) - 1):
        start, end = indptr[i], indptr[i + 1]
        order = np.argsort(cost[start:end], kind="mergesort")
        cost[start:end] = cost[start:end][order]
        site[start:end] = site[start:end][order]


@njit(cache=True, nogil=True)
def median_greedy(
    site_indptr, site_row, site_cost, people, conflict_indptr, conflict_site, zone, room,
    nearest, picked
):  # fmt: skip
    """Pick sites by largest saving, updated lazily; `nearest` is each row's cost now."""
    m = len(site_indptr) - 1
    key = np.full(m, np.inf)
    fresh = np.full(m, -1, np.int64)
    for k in range(len(picked)):
        best = np.argmax(key)
        while True:
            best = np.argmax(key)
            if key[best] < 0.0 or fresh[best] == k:
                break
            if room[zone[best]] <= 0:
                key[best] = -1.0
                continue
            saving = 0.0
            for e in range(site_indptr[best], site_indptr[best + 1]):
                i = site_row[e]
                if site_cost[e] < nearest[i]:
                    saving += people[i] * (nearest[i] - site_cost[e])
            key[best] = saving
            fresh[best] = k
        if key[best] < 0.0:
            return k
        picked[k] = best
        key[best] = -1.0
        room[zone[best]] -= 1
        for e in range(conflict_indptr[best], conflict_indptr[best + 1]):
            key[conflict_site[e]] = -1.0
        for e in range(site_indptr[best], site_indptr[best + 1]):
            nearest[site_row[e]] = min(nearest[site_row[e]], site_cost[e])
    return len(picked)


@njit(cache=True, nogil=True)
def _median_table(row_indptr, row_site, row_cost, people, base, position, gain, loss, shared):
    """Fill what adding and dropping change, walking each row to its second open site."""
    gain[:] = 0.0
    loss[:] = 0.0
    shared[:] = 0.0
    total = 0.0
    for i in range(len(people)):
        first, own, near, far = row_indptr[i + 1], -1, base[i], base[i]
        for e in range(row_indptr[i], row_indptr[i + 1]):
            k = position[row_site[e]]
            if k >= 0:
                if own < 0:
                    first, own, near = e, k, row_cost[e]
                else:
                    far = row_cost[e]
                    break
        total += people[i] * near
        if own >= 0:
            loss[own] += people[i] * (far - near)
        for e in range(row_indptr[i], first):
            gain[row_site[e]] += people[i] * (near - row_cost[e])
            if own >= 0:
                shared[row_site[e], own] += people[i] * (far - near)
        for e in range(first, row_indptr[i + 1]):
            if row_cost[e] >= far:
                break
            shared[row_site[e], own] += people[i] * (far - row_cost[e])
    return total


@njit(cache=True, nogil=True)
def _may_replace(j, d, clash, conflict_indptr, conflict_site, zone, room, least, zone_count):
    """Say whether site j may open in the place of site d under the rules."""
    if zone[j] != zone[d] and (room[zone[j]] <= 0 or zone_count[zone[d]] <= least[zone[d]]):
        return False
    if clash[j] != 1:
        return clash[j] == 0
    is_with_d = False
    for e in range(conflict_indptr[j], conflict_indptr[j + 1]):
        is_with_d = is_with_d or conflict_site[e] == d
    return is_with_d


@njit(cache=True, nogil=True)
def median_swap(
    row_indptr, row_site, row_cost, people, base, conflict_indptr, conflict_site, zone,
    zone_least, room, zone_count, chosen, most, least_gain
):  # fmt: skip
    """Replace one open site at a time, best replacement first; return (moves, total cost)."""
    m, p = len(zone), len(chosen)
    position = np.full(m, -1, np.int32)
    clash = np.zeros(m, np.int32)
    for k in range(p):
        position[chosen[k]] = k
        for e in range(conflict_indptr[chosen[k]], conflict_indptr[chosen[k] + 1]):
            clash[conflict_site[e]] += 1
    gain = np.zeros(m)
    loss = np.zeros(p)
    shared = np.zeros((m, p))
    moves = 0
    while True:
        total = _median_table(
            row_indptr, row_site, row_cost, people, base, position, gain, loss, shared
        )
        best, to, out = least_gain, -1, -1
        for j in range(m):
            if position[j] >= 0:
                continue
            for k in range(p):
                change = gain[j] - loss[k] + shared[j, k]
                if change > best and _may_replace(
                    j, chosen[k], clash, conflict_indptr, conflict_site, zone, room, zone_least,
                    zone_count
                ):  # fmt: skip
                    best, to, out = change, j, k
        if to < 0 or moves == most:
            return moves, total
        d = chosen[out]
        for turn in range(2):
            site, step = (d, -1) if turn == 0 else (to, 1)
            room[zone[site]] -= step
            zone_count[zone[site]] += step
            for e in range(conflict_indptr[site], conflict_indptr[site + 1]):
                clash[conflict_site[e]] += step
        position[d] = -1
        position[to] = out
        chosen[out] = to
        moves += 1


@njit(cache=True, nogil=True)
def _median_sums(row_indptr, row_site, row_cost, people, price, first, last, reduced):
    """Add to `reduced` the reduced costs of the pairs of rows first..last; return their prices."""
    total = 0.0
    for i in range(first, last):
        total += price[i]
        for e in range(row_indptr[i], row_indptr[i + 1]):
            saving = people[i] * row_cost[e] - price[i]
            if saving >= 0.0:
                break
            reduced[row_site[e]] += saving
    return total


@njit(cache=True, nogil=True)
def _median_step(
    site_indptr, site_row, site_cost, people, base, count, patience, total, reduced, price,
    direction, times, nearest, best_price, best_reduced, best_sites, numbers
):  # fmt: skip
    """Take one deflected subgradient step from `_median_sums`; return the cheapest sites.

    numbers = (best bound, best cost found, step factor, rounds without progress, rounds done, 1
    when finished, gap that ends it).
    """
    n = len(people)
    numbers[4] += 1
    order = np.argsort(reduced)[:count]
    times[:] = 0
    nearest[:] = base
    for j in order:
        if reduced[j] < 0.0:
            total += reduced[j]
        for e in range(site_indptr[j], site_indptr[j + 1]):
            i = site_row[e]
            if people[i] * site_cost[e] < price[i]:
                times[i] += 1
            nearest[i] = min(nearest[i], site_cost[e])
    cost = 0.0
    square = 0.0
    for i in range(n):
        cost += people[i] * nearest[i]
        direction[i] = 1.0 - times[i] + 0.9 * direction[i]
        square += direction[i] * direction[i]
    if cost < numbers[1]:
        numbers[1] = cost
        best_sites[:] = order
    if total > numbers[0]:
        numbers[3] = 0 if total > numbers[0] + 2e-5 * abs(numbers[0]) else numbers[3] + 1
        numbers[0] = total
        best_price[:] = price
        best_reduced[:] = reduced
    else:
        numbers[3] += 1
    if square == 0.0 or numbers[1] - numbers[0] < numbers[6] or numbers[2] < 2e-3:
        numbers[5] = 1
        return order
    if numbers[3] >= patience:
        numbers[2] *= 0.7
        numbers[3] = 0
        price[:] = best_price
        direction[:] = 0.0
        return order
    step = numbers[2] * (1.01 * numbers[1] - total) / square
    for i in range(n):
        price[i] = min(people[i] * base[i], max(0.0, price[i] + step * direction[i]))
    return order


@njit(cache=True, nogil=True)
def median_rounds(
    row_indptr, row_site, row_cost, site_indptr, site_row, site_cost, people, base, count,
    patience, rounds, price, direction, best_price, best_reduced, best_sites, numbers
):  # fmt: skip
    """Raise the Lagrangian bound of a p-median: every row's assignment is priced."""
    n, m = len(people), len(site_indptr) - 1
    reduced = np.zeros(m)
    times = np.zeros(n, np.int32)
    nearest = np.zeros(n)
    for _ in range(rounds):
        reduced[:] = 0.0
        total = _median_sums(row_indptr, row_site, row_cost, people, price, 0, n, reduced)
        _median_step(
            site_indptr, site_row, site_cost, people, base, count, patience, total, reduced, price,
            direction, times, nearest, best_price, best_reduced, best_sites, numbers
        )  # fmt: skip
        if numbers[5] == 1:
            return


@njit(cache=True, nogil=True)
def _build_node(row_indptr, row_site, row_cost, base, status, sub):
    """Fill the pairs of a node: free sites that beat the sites that are open for good.

    sub = (row indptr, row site, row cost, site indptr, site row, site cost, base, number of each
    site, site of each number); return the number of free sites.
    """
    s_indptr, s_site, s_cost, t_indptr, t_row, t_cost, s_base, number, site = sub
    n_free = 0
    for j in range(len(status)):
        number[j] = -1
        if status[j] == 0:
            number[j] = n_free
            site[n_free] = j
            n_free += 1
    t_indptr[: n_free + 1] = 0
    k = 0
    for i in range(len(base)):
        s_indptr[i] = k
        s_base[i] = base[i]
        for e in range(row_indptr[i], row_indptr[i + 1]):
            j = row_site[e]
            if status[j] == 1:
                s_base[i] = row_cost[e]
                break
            if status[j] == 0:
                s_site[k] = number[j]
                s_cost[k] = row_cost[e]
                t_indptr[number[j] + 1] += 1
                k += 1
    s_indptr[len(base)] = k
    for j in range(n_free):
        t_indptr[j + 1] += t_indptr[j]
    for i in range(len(base)):
        for e in range(s_indptr[i], s_indptr[i + 1]):
            j = s_site[e]
            t_row[t_indptr[j]] = i
            t_cost[t_indptr[j]] = s_cost[e]
            t_indptr[j] += 1
    for j in range(n_free, 0, -1):
        t_indptr[j] = t_indptr[j - 1]
    t_indptr[0] = 0
    return n_free


@njit(cache=True, nogil=True)
def _decide(reduced, order, count, bound, cutoff, status, site):
    """Fix sites that a plan within the cutoff must or cannot open; return how many."""
    n_free = len(order)
    decided = 0
    first_out = reduced[order[count]] if count < n_free else 0.0
    last_in = reduced[order[count - 1]]
    for k in range(n_free):
        j = order[k]
        if k < count:
            if bound - reduced[j] + first_out > cutoff:
                status[site[j]] = 1
                decided += 1
        elif bound + reduced[j] - last_in > cutoff:
            status[site[j]] = 2
            decided += 1
    return decided


@njit(cache=True, nogil=True)
def _cost_of_all(sub, n_free, opens_free, people, nearest):
    """Return the cost of a node's open sites, with all its free ones or without any."""
    _, _, _, t_indptr, t_row, t_cost, s_base, _, _ = sub
    nearest[:] = s_base
    if opens_free:
        for e in range(t_indptr[n_free]):
            nearest[t_row[e]] = min(nearest[t_row[e]], t_cost[e])
    cost = 0.0
    for i in range(len(people)):
        cost += people[i] * nearest[i]
    return cost


@njit(cache=True, nogil=True)
def _bound_node(sub, n_free, left, people, patience, cutoff, price, best_price, best_reduced, use,
                sites, numbers):  # fmt: skip
    """Raise the bound of one node for a few rounds, or until it passes the cutoff."""
    s_indptr, s_site, s_cost, t_indptr, t_row, t_cost, s_base, _, _ = sub
    n = len(people)
    reduced, direction, nearest = np.zeros(n_free), np.zeros(n), np.zeros(n)
    times = np.zeros(n, np.int32)
    for i in range(n):
        price[i] = min(price[i], people[i] * s_base[i])
    use[:] = 0.0
    before = -1e300
    while numbers[5] == 0 and numbers[4] < 150 and numbers[0] <= cutoff:
        if numbers[4] % 25 == 24:  # not on its way to the cutoff: splitting helps more
            if numbers[4] > 40 and numbers[0] + 2.0 * (numbers[0] - before) < cutoff:
                break
            before = numbers[0]
        reduced[:] = 0.0
        total = _median_sums(s_indptr, s_site, s_cost, people, price, 0, n, reduced)
        order = _median_step(
            t_indptr[: n_free + 1], t_row, t_cost, people, s_base, left, patience, total, reduced,
            price, direction, times, nearest, best_price, best_reduced[:n_free], sites, numbers
        )  # fmt: skip
        for k in range(n_free):
            use[k] *= 0.95
        for k in order:
            use[k] += 0.05


@njit(cache=True, nogil=True)
def _least_sure(status, site, use):
    """Return the free site that about half of the rounds opened; -1 when none is free."""
    pick, score = -1, 2.0
    for k in range(len(site)):
        if status[site[k]] == 0 and abs(use[k] - 0.5) < score:
            score = abs(use[k] - 0.5)
            pick = site[k]
    return pick


@njit(cache=True, nogil=True)
def median_tree(
    row_indptr, row_site, row_cost, people, base, count, step, rounds, patience,
    stack_status, stack_price, stack_bound, best_status, state
):  # fmt: skip
    """Branch and bound by Lagrangian prices, depth first, until `rounds` are used up.

    A node of the stack says which sites are open (1), closed (2) or free (0). state = (nodes on the
    stack, best cost, nodes done, rounds done). The stack holds a node more for each site decided,
    so it has room for as many as there are sites.
    """
    n, m, pairs = len(people), stack_status.shape[1], len(row_site)
    site = np.zeros(m, np.int32)
    sub = (
        np.zeros(n + 1, np.int64), np.zeros(pairs, np.int32), np.zeros(pairs),
        np.zeros(m + 1, np.int64), np.zeros(pairs, np.int32), np.zeros(pairs),
        np.zeros(n), np.zeros(m, np.int32), site,
    )  # fmt: skip
    price, best_price, nearest = np.zeros(n), np.zeros(n), np.zeros(n)
    best_reduced, use = np.zeros(m), np.zeros(m)
    status, numbers = np.zeros(m, np.int8), np.zeros(7)
    last = state[3] + rounds
    while state[0] > 0 and state[3] < last:
        top = np.int64(state[0]) - 1
        state[0] = top
        state[2] += 1
        if stack_bound[top] > state[1] - step:
            continue
        status[:] = stack_status[top]
        price[:] = stack_price[top]
        while True:
            n_free = _build_node(row_indptr, row_site, row_cost, base, status, sub)
            left = min(count - np.sum(status == 1), n_free)
            if left < 0:
                break
            if left in {0, n_free}:
                cost = _cost_of_all(sub, n_free, left > 0, people, nearest)
                if cost < state[1]:
                    state[1] = cost
                    best_status[:] = (status == 1) | ((status == 0) & (left > 0))
                break
            sites = np.full(left, -1, np.int64)
            numbers[:] = 0.0
            numbers[0], numbers[1], numbers[2], numbers[6] = -1e300, state[1], 0.4, step
            _bound_node(
                sub, n_free, left, people, patience, state[1] - step, price, best_price,
                best_reduced, use, sites, numbers
            )  # fmt: skip
            state[3] += numbers[4]
            if numbers[1] < state[1]:
                state[1] = numbers[1]
                best_status[:] = status == 1
                for k in sites:
                    best_status[site[k]] = True
            if numbers[0] > state[1] - step:
                break
            order = np.argsort(best_reduced[:n_free], kind="mergesort")
            cutoff = state[1] - step
            price[:] = best_price
            if _decide(best_reduced, order, left, numbers[0], cutoff, status, site) * 10 >= n_free:
                continue
            pick = _least_sure(status, site[:n_free], use)
            if pick < 0:
                continue
            for child in range(2):
                stack_status[top] = status
                stack_status[top, pick] = 2 - child
                stack_price[top] = best_price
                stack_bound[top] = numbers[0]
                top += 1
            state[0] = top
            break
