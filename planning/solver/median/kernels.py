"""Compiled loops of the p-median; the rules of `cover.kernels` hold here too.

Pairs by row are sorted by cost: row i may use row_site[e] at row_cost[e] for e from row_indptr[i]
to row_indptr[i + 1], all cheaper than base[i], the cost of the row when none of its sites opens.
"""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

BOUND_STATE = np.dtype([
    ("bound", np.float64), ("cost", np.float64), ("factor", np.float64), ("stale", np.int64),
    ("rounds", np.int64), ("is_done", np.int64), ("least_gap", np.float64),
])  # fmt: skip
"""Best bound, least cost of a plan, factor of the step, rounds without a better bound, rounds done,
1 when finished, and the gap that ends the rounds."""

TREE_STATE = np.dtype([
    ("n_open", np.int64), ("cost", np.float64), ("nodes", np.int64), ("rounds", np.int64),
])  # fmt: skip
"""Open nodes on the stack, least cost of a plan, nodes done, rounds done."""


class ByRow(NamedTuple):
    """Pairs by row, cheapest first."""

    indptr: Any
    site: Any
    cost: Any


class BySite(NamedTuple):
    """The same pairs by site."""

    indptr: Any
    row: Any
    cost: Any


class SiteRules(NamedTuple):
    """What excludes what, the zone of each site, and the counts that zones ask for and have."""

    conflict_indptr: Any
    conflict_site: Any
    zone: Any
    zone_least: Any
    room: Any
    zone_count: Any


class Prices(NamedTuple):
    """Prices of the rows now and their direction, the best ones and the reduced costs at those.

    `sites` is the cheapest plan met.
    """

    now: Any
    direction: Any
    best: Any
    reduced: Any
    sites: Any


class Work(NamedTuple):
    """Memory of one round: reduced costs, sites that serve each row, cost of each row."""

    reduced: Any
    times: Any
    nearest: Any


class Node(NamedTuple):
    """The pairs of a node both ways, the base of each row, numbers of sites and back."""

    rows: Any
    sites: Any
    base: Any
    number: Any
    site: Any


class Stack(NamedTuple):
    """Open nodes of a tree: sites open (1), closed (2) or free (0), prices, bound of each."""

    status: Any
    price: Any
    bound: Any


@njit(cache=True, nogil=True)
def sort_rows(indptr, site, cost):
    """Sort the pairs of each row by cost, then by site, in place."""
    for i in range(len(indptr) - 1):
        start, end = indptr[i], indptr[i + 1]
        order = np.argsort(cost[start:end], kind="mergesort")
        cost[start:end] = cost[start:end][order]
        site[start:end] = site[start:end][order]


@njit(cache=True, nogil=True)
def median_greedy(sites, people, rules, nearest, picked):
    """Pick sites by largest saving, updated lazily; `nearest` is each row's cost now.

    Savings only fall as sites open, so a saving counted earlier bounds the present one.
    """
    room, zone = rules.room, rules.zone
    m = len(sites.indptr) - 1
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
            for e in range(sites.indptr[best], sites.indptr[best + 1]):
                i = sites.row[e]
                if sites.cost[e] < nearest[i]:
                    saving += people[i] * (nearest[i] - sites.cost[e])
            key[best] = saving
            fresh[best] = k
        if key[best] < 0.0:
            return k
        picked[k] = best
        key[best] = -1.0
        room[zone[best]] -= 1
        for e in range(rules.conflict_indptr[best], rules.conflict_indptr[best + 1]):
            key[rules.conflict_site[e]] = -1.0
        for e in range(sites.indptr[best], sites.indptr[best + 1]):
            nearest[sites.row[e]] = min(nearest[sites.row[e]], sites.cost[e])
    return len(picked)


@njit(cache=True, nogil=True)
def _median_table(rows, people, base, position, gain, loss, shared):
    """Fill what adding and dropping change, walking each row to its second open site.

    gain[j] - loss[k] + shared[j, k] is the saving when site j opens in the place of the site at
    position k (Resende and Werneck 2003); rows are sorted by cost, so a row is left where its
    second open site stands.
    """
    gain[:] = 0.0
    loss[:] = 0.0
    shared[:] = 0.0
    total = 0.0
    for i in range(len(people)):
        first, own, near, far = rows.indptr[i + 1], -1, base[i], base[i]
        for e in range(rows.indptr[i], rows.indptr[i + 1]):
            k = position[rows.site[e]]
            if k >= 0:
                if own < 0:
                    first, own, near = e, k, rows.cost[e]
                else:
                    far = rows.cost[e]
                    break
        total += people[i] * near
        if own >= 0:
            loss[own] += people[i] * (far - near)
        for e in range(rows.indptr[i], first):
            gain[rows.site[e]] += people[i] * (near - rows.cost[e])
            if own >= 0:
                shared[rows.site[e], own] += people[i] * (far - near)
        for e in range(first, rows.indptr[i + 1]):
            if rows.cost[e] >= far:
                break
            shared[rows.site[e], own] += people[i] * (far - rows.cost[e])
    return total


@njit(cache=True, nogil=True)
def _may_replace(j, d, clash, rules):
    """Say whether site j may open in the place of site d under the rules."""
    to, out = rules.zone[j], rules.zone[d]
    if to != out and (rules.room[to] <= 0 or rules.zone_count[out] <= rules.zone_least[out]):
        return False
    if clash[j] != 1:
        return clash[j] == 0
    is_with_d = False
    for e in range(rules.conflict_indptr[j], rules.conflict_indptr[j + 1]):
        is_with_d = is_with_d or rules.conflict_site[e] == d
    return is_with_d


@njit(cache=True, nogil=True)
def median_swap(rows, people, base, rules, chosen, most, least_gain):
    """Replace one open site at a time, best replacement first; return (moves, total cost)."""
    m, p = len(rules.zone), len(chosen)
    position = np.full(m, -1, np.int32)
    clash = np.zeros(m, np.int32)
    for k in range(p):
        position[chosen[k]] = k
        for e in range(rules.conflict_indptr[chosen[k]], rules.conflict_indptr[chosen[k] + 1]):
            clash[rules.conflict_site[e]] += 1
    gain = np.zeros(m)
    loss = np.zeros(p)
    shared = np.zeros((m, p))
    moves = 0
    while True:
        total = _median_table(rows, people, base, position, gain, loss, shared)
        best, to, out = least_gain, -1, -1
        for j in range(m):
            if position[j] >= 0:
                continue
            for k in range(p):
                change = gain[j] - loss[k] + shared[j, k]
                if change > best and _may_replace(j, chosen[k], clash, rules):
                    best, to, out = change, j, k
        if to < 0 or moves == most:
            return moves, total
        d = chosen[out]
        for turn in range(2):
            site, step = (d, -1) if turn == 0 else (to, 1)
            rules.room[rules.zone[site]] -= step
            rules.zone_count[rules.zone[site]] += step
            for e in range(rules.conflict_indptr[site], rules.conflict_indptr[site + 1]):
                clash[rules.conflict_site[e]] += step
        position[d] = -1
        position[to] = out
        chosen[out] = to
        moves += 1


@njit(cache=True, nogil=True)
def _add_reduced_costs(rows, people, price, reduced):
    """Add each row's savings below its price to its sites; return the sum of the prices."""
    total = 0.0
    for i in range(len(people)):
        total += price[i]
        for e in range(rows.indptr[i], rows.indptr[i + 1]):
            saving = people[i] * rows.cost[e] - price[i]
            if saving >= 0.0:
                break
            reduced[rows.site[e]] += saving
    return total


@njit(cache=True, nogil=True)
def _take_step(sites, people, base, count, patience, total, prices, work, state):
    """Take one deflected subgradient step at these prices; return the cheapest sites.

    `total` is the sum of the prices. The cheapest sites at these prices are a plan as well: its
    cost is looked at in every round.
    """
    n = len(people)
    price, direction = prices.now, prices.direction
    state.rounds += 1
    order = np.argsort(work.reduced)[:count]
    work.times[:] = 0
    work.nearest[:] = base
    for j in order:
        # Exactly `count` sites open, so a site that brings nothing costs nothing either.
        if work.reduced[j] < 0.0:
            total += work.reduced[j]
        for e in range(sites.indptr[j], sites.indptr[j + 1]):
            i = sites.row[e]
            if people[i] * sites.cost[e] < price[i]:
                work.times[i] += 1
            work.nearest[i] = min(work.nearest[i], sites.cost[e])
    cost = 0.0
    square = 0.0
    for i in range(n):
        cost += people[i] * work.nearest[i]
        direction[i] = 1.0 - work.times[i] + 0.9 * direction[i]
        square += direction[i] * direction[i]
    if cost < state.cost:
        state.cost = cost
        prices.sites[:] = order
    if total > state.bound:
        state.stale = 0 if total > state.bound + 2e-5 * abs(state.bound) else state.stale + 1
        state.bound = total
        prices.best[:] = price
        prices.reduced[:] = work.reduced
    else:
        state.stale += 1
    if square == 0.0 or state.cost - state.bound < state.least_gap or state.factor < 2e-3:
        state.is_done = 1
        return order
    if state.stale >= patience:
        state.factor *= 0.7
        state.stale = 0
        price[:] = prices.best
        direction[:] = 0.0
        return order
    # Aiming a little above the best cost keeps the step from dying as the gap closes.
    step = state.factor * (1.01 * state.cost - total) / square
    for i in range(n):
        # A price above people x base would never be paid: the base serves the row for less.
        price[i] = min(people[i] * base[i], max(0.0, price[i] + step * direction[i]))
    return order


@njit(cache=True, nogil=True)
def median_rounds(rows, sites, people, base, count, patience, rounds, prices, state):
    """Raise the Lagrangian bound of a p-median.

    "Every row is served once" is priced at u (Cornuejols, Fisher and Nemhauser 1977; Beasley 1985):
    bound(u) = sum of u + the `count` least sums, by site, of what its rows cost below their price.
    Any u gives a valid bound. Directions are deflected as in `cover.kernels`.
    """
    n, m = len(people), len(sites.indptr) - 1
    work = Work(np.zeros(m), np.zeros(n, np.int32), np.zeros(n))
    for _ in range(rounds):
        work.reduced[:] = 0.0
        total = _add_reduced_costs(rows, people, prices.now, work.reduced)
        _take_step(sites, people, base, count, patience, total, prices, work, state)
        if state.is_done == 1:
            return


@njit(cache=True, nogil=True)
def _build_node(rows, base, status, node):
    """Fill the pairs of a node: free sites that beat the sites that are open for good.

    Return the number of free sites.
    """
    n_free = 0
    for j in range(len(status)):
        node.number[j] = -1
        if status[j] == 0:
            node.number[j] = n_free
            node.site[n_free] = j
            n_free += 1
    start = node.sites.indptr
    start[: n_free + 1] = 0
    k = 0
    for i in range(len(base)):
        node.rows.indptr[i] = k
        node.base[i] = base[i]
        for e in range(rows.indptr[i], rows.indptr[i + 1]):
            j = rows.site[e]
            if status[j] == 1:
                node.base[i] = rows.cost[e]
                break
            if status[j] == 0:
                node.rows.site[k] = node.number[j]
                node.rows.cost[k] = rows.cost[e]
                start[node.number[j] + 1] += 1
                k += 1
    node.rows.indptr[len(base)] = k
    for j in range(n_free):
        start[j + 1] += start[j]
    for i in range(len(base)):
        for e in range(node.rows.indptr[i], node.rows.indptr[i + 1]):
            j = node.rows.site[e]
            node.sites.row[start[j]] = i
            node.sites.cost[start[j]] = node.rows.cost[e]
            start[j] += 1
    for j in range(n_free, 0, -1):
        start[j] = start[j - 1]
    start[0] = 0
    return n_free


@njit(cache=True, nogil=True)
def _decide(reduced, order, count, bound, cutoff, status, site):
    """Fix sites that a plan within the cutoff must or cannot open; return how many.

    Reduced-cost fixing, as in `cover.kernels` (Beasley 1990; for the p-median Christofides and
    Beasley 1982): closing one of the `count` cheapest sites opens the next one, opening another
    site closes the last of them. Where that lifts the bound above the cutoff the site is decided.
    """
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
def _cost_of_all(node, n_free, opens_free, people, nearest):
    """Return the cost of a node's open sites, with all its free ones or without any."""
    nearest[:] = node.base
    if opens_free:
        for e in range(node.sites.indptr[n_free]):
            i = node.sites.row[e]
            nearest[i] = min(nearest[i], node.sites.cost[e])
    cost = 0.0
    for i in range(len(people)):
        cost += people[i] * nearest[i]
    return cost


@njit(cache=True, nogil=True)
def _bound_node(node, n_free, left, people, patience, cutoff, prices, use, state):
    """Raise the bound of one node for a few rounds, or until it passes the cutoff."""
    n = len(people)
    work = Work(np.zeros(n_free), np.zeros(n, np.int32), np.zeros(n))
    sites = BySite(node.sites.indptr[: n_free + 1], node.sites.row, node.sites.cost)
    for i in range(n):
        prices.now[i] = min(prices.now[i], people[i] * node.base[i])
    use[:] = 0.0
    before = -1e300
    while state.is_done == 0 and state.rounds < 150 and state.bound <= cutoff:
        if state.rounds % 25 == 24:  # not on its way to the cutoff: splitting helps more
            if state.rounds > 40 and state.bound + 2.0 * (state.bound - before) < cutoff:
                break
            before = state.bound
        work.reduced[:] = 0.0
        total = _add_reduced_costs(node.rows, people, prices.now, work.reduced)
        order = _take_step(sites, people, node.base, left, patience, total, prices, work, state)
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
    rows, people, base, count, step, rounds, patience, stack, best_status, tree, state
):  # fmt: skip
    """Branch and bound by Lagrangian prices, depth first, until `rounds` are used up.

    A node starts from its parent's prices. The stack holds one node more for each site decided, so
    it has room for as many as there are sites.
    `state` is memory of the caller: a record made here would outlive the array that holds it.
    """
    n, m, pairs = len(people), stack.status.shape[1], len(rows.site)
    node = Node(
        ByRow(np.zeros(n + 1, np.int64), np.zeros(pairs, np.int32), np.zeros(pairs)),
        BySite(np.zeros(m + 1, np.int64), np.zeros(pairs, np.int32), np.zeros(pairs)),
        np.zeros(n), np.zeros(m, np.int32), np.zeros(m, np.int32),
    )  # fmt: skip
    price, direction, best_price, nearest = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    use, status = np.zeros(m), np.zeros(m, np.int8)
    last = tree.rounds + rounds
    while tree.n_open > 0 and tree.rounds < last:
        tree.n_open -= 1
        top = tree.n_open
        tree.nodes += 1
        if stack.bound[top] > tree.cost - step:
            continue
        status[:] = stack.status[top]
        price[:] = stack.price[top]
        while True:
            n_free = _build_node(rows, base, status, node)
            left = min(count - np.sum(status == 1), n_free)
            if left < 0:
                break
            if left in {0, n_free}:
                cost = _cost_of_all(node, n_free, left > 0, people, nearest)
                if cost < tree.cost:
                    tree.cost = cost
                    best_status[:] = (status == 1) | ((status == 0) & (left > 0))
                break
            direction[:] = 0.0
            prices = Prices(
                price, direction, best_price, np.zeros(n_free), np.full(left, -1, np.int64)
            )
            state.bound, state.cost = -1e300, tree.cost
            state.factor, state.least_gap = 0.4, step
            state.stale, state.rounds, state.is_done = 0, 0, 0
            cutoff = tree.cost - step
            _bound_node(node, n_free, left, people, patience, cutoff, prices, use, state)
            tree.rounds += state.rounds
            if state.cost < tree.cost:
                tree.cost = state.cost
                best_status[:] = status == 1
                for k in prices.sites:
                    best_status[node.site[k]] = True
            cutoff = tree.cost - step
            if state.bound > cutoff:
                break
            order = np.argsort(prices.reduced, kind="mergesort")
            price[:] = best_price
            n_decided = _decide(prices.reduced, order, left, state.bound, cutoff, status, node.site)
            # Many sites decided: the node is smaller now and worth bounding again before a split.
            if n_decided * 10 >= n_free:
                continue
            pick = _least_sure(status, node.site[:n_free], use)
            if pick < 0:
                continue
            for child in range(2):
                stack.status[top] = status
                stack.status[top, pick] = 2 - child
                stack.price[top] = best_price
                stack.bound[top] = state.bound
                top += 1
            tree.n_open = top
            break


@njit(cache=True, nogil=True)
def cut_levels(rows, base, point, now, level, end, value):
    """Find the cut of each row that is tightest at one point, and its value at another.

    The cut of row i at cost D says that it costs at least D less what each cheaper site saves:
    cost >= D - sum over sites cheaper than D of (D - cost) y. At `point` the tightest D is that of
    the site with which the shares of the cheapest sites reach 1; `end` is the first pair that is
    not cheaper, `value` the right side of the cut at `now`.
    """
    for i in range(len(base)):
        start, stop = rows.indptr[i], rows.indptr[i + 1]
        total, dearest = 0.0, base[i]
        for e in range(start, stop):
            total += point[rows.site[e]]
            if total >= 1.0 - 1e-9:
                dearest = rows.cost[e]
                break
        e, share, spent = start, 0.0, 0.0
        while e < stop and rows.cost[e] < dearest:
            share += now[rows.site[e]]
            spent += rows.cost[e] * now[rows.site[e]]
            e += 1
        level[i], end[i] = dearest, e
        value[i] = dearest - dearest * share + spent
