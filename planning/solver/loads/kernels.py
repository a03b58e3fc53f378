"""Compiled loops of the models with loads; the rules and names of `cover.kernels` hold here too.

Everything is a maximum: pair e brings profit[e] when site j serves row site_row[e] whole, a row
weighs weight[i] people, a site takes at most upper[j] and pays `penalty` per person below lower[j].
"""
# mypy: disallow-untyped-defs=False, disallow-untyped-decorators=False

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

BOUND_STATE = np.dtype([
    ("bound", np.float64), ("profit", np.float64), ("factor", np.float64), ("stale", np.int64),
    ("rounds", np.int64), ("is_done", np.int64), ("least_gap", np.float64), ("is_better", np.int64),
])  # fmt: skip
"""Best bound, best profit of a plan, factor of the step, rounds without a better bound, rounds
done, 1 when finished, the gap that ends the rounds, 1 when the bound improved in this call."""


class Sites(NamedTuple):
    """Pairs by site and what each brings; loads of each site and whether it stands already.

    `units` are the weights of the rows, `upper_units` the upper loads, in whole units of people;
    both are empty where knapsacks are not filled exactly.
    """

    indptr: Any
    row: Any
    profit: Any
    lower: Any
    upper: Any
    is_fixed: Any
    units: Any
    upper_units: Any


class Prices(NamedTuple):
    """Prices of the rows now, their direction, and the best ones.

    At the best ones each site has its `value`, the price of one person's `room` and the `slack` by
    which the fractional knapsack is worth more; `is_open` and `share` are the sites that open now
    and what they take of each pair.
    """

    now: Any
    direction: Any
    best: Any
    value: Any
    room: Any
    slack: Any
    is_open: Any
    share: Any


@njit(cache=True, nogil=True)
def _fill(j, sites, weight, price, penalty, share):
    """Fill one site with the best rows at these prices, the last one in part.

    `share` receives that of each pair; return (value, price of one person's room), value -inf when
    the lower load cannot be met. The fractional knapsack (Dantzig 1957) bounds the whole one; the
    rate at which it stops is what one more person's room would bring.
    """
    lower, upper = sites.lower[j], sites.upper[j]
    start, end = sites.indptr[j], sites.indptr[j + 1]
    share[start:end] = 0.0
    value, load = 0.0, 0.0
    for e in range(start, end):
        gain = sites.profit[e] - price[sites.row[e]]
        if gain > 0.0:
            share[e] = 1.0
            value += gain
            load += weight[sites.row[e]]
    if lower <= load <= upper:
        return value, 0.0
    # Over its load a site gives back its worst rows; below it, it takes the least bad others.
    is_full = load > upper
    side = np.empty(end - start, np.int64)
    ratio = np.empty(end - start)
    k = 0
    for e in range(start, end):
        if (share[e] > 0.0) == is_full:
            side[k] = e
            rate = (sites.profit[e] - price[sites.row[e]]) / weight[sites.row[e]]
            ratio[k] = rate if is_full else -rate
            k += 1
    order = np.argsort(ratio[:k], kind="mergesort")
    room = 0.0
    for position in order:
        e = side[position]
        w = weight[sites.row[e]]
        rate = ratio[position] if is_full else -ratio[position]
        if is_full:
            part = min(1.0, (load - upper) / w)
            share[e] = 1.0 - part
            load -= part * w
            value -= part * w * rate
        else:
            if -rate >= penalty:
                break
            part = min(1.0, (lower - load) / w)
            share[e] = part
            load += part * w
            value += part * w * rate
        room = rate
        if part < 1.0 or load == upper:
            break
    if load < lower - 1e-9 * lower:
        if penalty == np.inf:
            return -np.inf, 0.0
        value -= penalty * (lower - load)
        room = -penalty
    return value, room


@njit(cache=True, nogil=True)
def _fill_whole(j, sites, price, share, best, keep):
    """Fill one site with whole rows at these prices, by dynamic programming; return its value.

    The exact knapsack bounds less loosely than the fractional one: the Lagrangian then comes to
    what the relaxation over whole sets of rows gives (Ceselli and Righini 2005 for the capacitated
    p-median), on tight loads ten times nearer.
    """
    room = sites.upper_units[j]
    start, end = sites.indptr[j], sites.indptr[j + 1]
    best[: room + 1] = 0.0
    for e in range(start, end):
        share[e] = 0.0
        k = e - start
        gain = sites.profit[e] - price[sites.row[e]]
        w = sites.units[sites.row[e]]
        keep[k, : room + 1] = False
        if gain <= 0.0:
            continue
        for u in range(room, w - 1, -1):
            if best[u - w] + gain > best[u]:
                best[u] = best[u - w] + gain
                keep[k, u] = True
    u = room
    for e in range(end - 1, start - 1, -1):
        if keep[e - start, u]:
            share[e] = 1.0
            u -= sites.units[sites.row[e]]
    return best[room]


@njit(cache=True, nogil=True)
def load_rounds(sites, weight, penalty, count, must_serve, rounds, patience, prices, state):
    """Lower the Lagrangian bound: each row's assignment is priced, each site fills itself.

    bound(u) = sum of u + the standing sites' values + the `count` largest others (the capacitated
    facility location relaxation of Geoffrion and McBride 1978; Pirkul 1987). Any u gives a valid
    bound; a price below 0 is one only where every row must be served.
    """
    n, m = len(weight), len(sites.lower)
    value, room, slack, served = np.zeros(m), np.zeros(m), np.zeros(m), np.zeros(n)
    is_whole = len(sites.units) > 0
    most, longest = 0, 0
    if is_whole:
        for j in range(m):
            most = max(most, sites.upper_units[j])
            longest = max(longest, sites.indptr[j + 1] - sites.indptr[j])
    best, keep = np.zeros(most + 1), np.zeros((longest, most + 1), np.bool_)
    price, direction, is_open = prices.now, prices.direction, prices.is_open
    state.is_better = 0
    for _ in range(rounds):
        state.rounds += 1
        bound = 0.0
        for i in range(n):
            bound += price[i]
        for j in range(m):
            value[j], room[j] = _fill(j, sites, weight, price, penalty, prices.share)
            slack[j] = 0.0
            if is_whole and room[j] > 0.0:  # full, so the last row may be there in part
                whole = _fill_whole(j, sites, price, prices.share, best, keep)
                slack[j] = max(0.0, value[j] - whole)
                value[j] = whole
        is_open[:] = sites.is_fixed
        left = count
        for j in np.argsort(-value, kind="mergesort"):
            if sites.is_fixed[j]:
                continue
            if left == 0 or value[j] <= 0.0:
                break
            is_open[j] = True
            left -= 1
        served[:] = 0.0
        for j in range(m):
            if is_open[j]:
                bound += value[j]
                for e in range(sites.indptr[j], sites.indptr[j + 1]):
                    served[sites.row[e]] += prices.share[e]
        square = 0.0
        for i in range(n):
            g = 1.0 - served[i] + 0.8 * direction[i]
            if not must_serve and g > 0.0 and price[i] <= 0.0:
                g = 0.0
            direction[i] = g
            square += g * g
        if bound < state.bound - 1e-7 * abs(state.bound):
            state.bound = bound
            state.stale = 0
            state.is_better = 1
            prices.best[:] = price
            prices.value[:] = value
            prices.room[:] = room
            prices.slack[:] = slack
        else:
            state.stale += 1
        if square < 1e-9 or state.factor < 1e-3 or state.bound - state.profit < state.least_gap:
            state.is_done = 1
            return
        if state.stale >= patience:
            state.factor *= 0.7
            state.stale = 0
            price[:] = prices.best
            direction[:] = 0.0
            continue
        step = state.factor * max(bound - state.profit, 1e-9 * abs(bound)) / square
        for i in range(n):
            price[i] -= step * direction[i]
            if not must_serve and price[i] < 0.0:
                price[i] = 0.0


@njit(cache=True, nogil=True)
def dense_profit(row_indptr, row_site, row_profit, position, out):
    """Fill out[i, k] with the profit of row i at the open site with position k."""
    out[:] = -np.inf
    for i in range(len(row_indptr) - 1):
        for e in range(row_indptr[i], row_indptr[i + 1]):
            if position[row_site[e]] >= 0:
                out[i, position[row_site[e]]] = row_profit[e]


@njit(cache=True, nogil=True)
def _cheapest_moves(table, weight, assigned, site, loss, row):
    """Fill the row of `loss` for one site: least loss per person of moving one of its rows."""
    p = table.shape[1]
    loss[site, :] = np.inf
    row[site, :] = -1
    for i in range(len(weight)):
        if assigned[i] != site:
            continue
        for k in range(p):
            if k != site and table[i, k] > -np.inf:
                rate = (table[i, site] - table[i, k]) / weight[i]
                if rate < loss[site, k]:
                    loss[site, k] = rate
                    row[site, k] = i


@njit(cache=True, nogil=True)
def _shortest_path(loss, source, load, upper, previous, distance):
    """Return the site with room that is cheapest to reach (Bellman and Ford); -1 none."""
    p = len(load)
    distance[:] = np.inf
    distance[source] = 0.0
    previous[:] = -1
    for _ in range(p):
        changed = False
        for a in range(p):
            for b in range(p):
                if b != source and distance[a] + loss[a, b] < distance[b] - 1e-12:
                    distance[b] = distance[a] + loss[a, b]
                    previous[b] = a
                    changed = True
        if not changed:
            break
    best = -1
    for b in range(p):
        if (
            load[b] < upper[b]
            and distance[b] < np.inf
            and b != source
            and (best < 0 or distance[b] < distance[best])
        ):
            best = b
    return best


@njit(cache=True, nogil=True)
def _balance(table, weight, upper, assigned, load):
    """Start every row at its best site and move rows along cheapest paths out of full sites.

    For divisible rows this is the successive shortest path method of minimum-cost flow; whole rows
    follow it as near as they can.
    """
    n, p = table.shape
    load[:] = 0.0
    for i in range(n):
        best = 0
        for k in range(p):
            if table[i, k] > table[i, best]:
                best = k
        assigned[i] = best if table[i, best] > -np.inf else -1
        if assigned[i] >= 0:
            load[best] += weight[i]
    loss, row = np.full((p, p), np.inf), np.full((p, p), -1, np.int64)
    distance, previous = np.zeros(p), np.zeros(p, np.int64)
    for a in range(p):
        _cheapest_moves(table, weight, assigned, a, loss, row)
    for source in range(p):
        for _ in range(n):
            if load[source] <= upper[source]:
                break
            end = _shortest_path(loss, source, load, upper, previous, distance)
            if end < 0:
                break
            b, hops = end, 0
            while b != source and hops <= p:
                a = previous[b]
                i = row[a, b]
                assigned[i] = b
                load[a] -= weight[i]
                load[b] += weight[i]
                b = a
                hops += 1
            b, hops = end, 0
            _cheapest_moves(table, weight, assigned, b, loss, row)
            while b != source and hops <= p:
                b = previous[b]
                _cheapest_moves(table, weight, assigned, b, loss, row)
                hops += 1


@njit(cache=True, nogil=True)
def _unload(table, weight, upper, assigned, load):
    """Take rows from sites that are still above their load: the smallest that suffices first."""
    for k in range(table.shape[1]):
        while load[k] > upper[k]:
            best = -1
            for i in range(len(weight)):
                if assigned[i] != k:
                    continue
                if best < 0:
                    best = i
                    continue
                enough, best_enough = load[k] - weight[i] <= upper[k], (
                    load[k] - weight[best] <= upper[k]
                )  # fmt: skip
                if (enough and (not best_enough or weight[i] < weight[best])) or (
                    not enough and not best_enough and weight[i] > weight[best]
                ):
                    best = i
            assigned[best] = -1
            load[k] -= weight[best]


@njit(cache=True, nogil=True)
def _place(i, table, weight, upper, assigned, load):
    """Give a row to its most profitable site with room; say whether there is one."""
    best = -1
    for k in range(table.shape[1]):
        if (
            table[i, k] > -np.inf
            and load[k] + weight[i] <= upper[k]
            and (best < 0 or table[i, k] > table[i, best])
        ):
            best = k
    assigned[i] = best
    if best >= 0:
        load[best] += weight[i]
    return best >= 0


@njit(cache=True, nogil=True)
def _make_room(i, table, weight, upper, assigned, load):
    """Serve row i by moving one other row to another site; return whether that worked."""
    p = table.shape[1]
    best, move, to, into = -np.inf, -1, -1, -1
    for k in range(p):
        if table[i, k] == -np.inf:
            continue
        for h in range(len(weight)):
            if assigned[h] != k or load[k] - weight[h] + weight[i] > upper[k]:
                continue
            for q in range(p):
                if q == k or table[h, q] == -np.inf or load[q] + weight[h] > upper[q]:
                    continue
                change = table[i, k] + table[h, q] - table[h, k]
                if change > best:
                    best, move, to, into = change, h, q, k
    if move < 0:
        return False
    load[into] += weight[i] - weight[move]
    load[to] += weight[move]
    assigned[move] = to
    assigned[i] = into
    return True


@njit(cache=True, nogil=True)
def _shift(table, weight, upper, assigned, load):
    """Move single rows to better sites with room; say whether any moved."""
    changed = False
    for i in range(len(weight)):
        for k in range(table.shape[1]):
            a = assigned[i]
            if a >= 0 and table[i, k] > table[i, a] and load[k] + weight[i] <= upper[k]:
                load[a] -= weight[i]
                load[k] += weight[i]
                assigned[i] = k
                changed = True
    return changed


@njit(cache=True, nogil=True)
def _exchange(table, weight, upper, assigned, load):
    """Exchange rows that want to move with rows of the wanted site; say whether any did."""
    changed = False
    for i in range(len(weight)):
        a = assigned[i]
        if a < 0:
            continue
        wanted = a
        for k in range(table.shape[1]):
            if table[i, k] > table[i, wanted]:
                wanted = k
        if wanted == a:
            continue
        for h in range(len(weight)):
            if assigned[h] != wanted or table[h, a] == -np.inf:
                continue
            change = table[i, wanted] - table[i, a] + table[h, a] - table[h, wanted]
            shift = weight[i] - weight[h]
            if (
                change > 1e-12 * abs(table[i, a])
                and load[wanted] + shift <= upper[wanted]
                and (load[a] - shift <= upper[a])
            ):
                load[wanted] += shift
                load[a] -= shift
                assigned[i] = wanted
                assigned[h] = a
                changed = True
                break
    return changed


@njit(cache=True, nogil=True)
def assign_rows(table, weight, upper, sweeps, assigned, load):
    """Assign whole rows to open sites so that the profit is large and no site is over its load."""
    _balance(table, weight, upper, assigned, load)
    _unload(table, weight, upper, assigned, load)
    for i in np.argsort(-weight, kind="mergesort"):
        if assigned[i] < 0 and not _place(i, table, weight, upper, assigned, load) and sweeps > 0:
            _make_room(i, table, weight, upper, assigned, load)
    for _ in range(sweeps):
        moved = _shift(table, weight, upper, assigned, load)
        if not (_exchange(table, weight, upper, assigned, load) or moved):
            break


@njit(cache=True, nogil=True)
def meet_lower(table, weight, upper, lower, assigned, load):
    """Move rows to sites below their lower load, the cheapest move first, while possible."""
    n, p = table.shape
    for k in range(p):
        while load[k] < lower[k]:
            best, move = -np.inf, -1
            for i in range(n):
                a = assigned[i]
                if a == k or table[i, k] == -np.inf or load[k] + weight[i] > upper[k]:
                    continue
                if a >= 0 and load[a] - weight[i] < lower[a]:
                    continue
                change = table[i, k] - (table[i, a] if a >= 0 else 0.0)
                if change / weight[i] > best:
                    best, move = change / weight[i], i
            if move < 0:
                break
            if assigned[move] >= 0:
                load[assigned[move]] -= weight[move]
            load[k] += weight[move]
            assigned[move] = k
