"""Compiled loops of the cover models; arrays in, arrays and one record out.

Site j covers rows site_row[site_indptr[j]:site_indptr[j + 1]], row i is covered by sites
row_site[row_indptr[i]:row_indptr[i + 1]]; level_gain[c] is what one more cover is worth per person
of a row that is covered c times already, and ends in 0.

Inputs are read-only and of one dtype each (`pairs.read_only`), state and outputs are writable, so
that each kernel is compiled once; callers are the modules of this family.
"""
# mypy: disallow-untyped-defs=False

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

BOUND_STATE = np.dtype([
    ("bound", np.float64), ("worth", np.float64), ("factor", np.float64), ("stale", np.int64),
    ("rounds", np.int64), ("is_done", np.int64), ("least_gap", np.float64),
])  # fmt: skip
"""Best bound, best worth met, factor of the step, rounds without a better bound, rounds done, 1
when finished, and the gap that ends the rounds."""

TREE_STATE = np.dtype([
    ("n_open", np.int64), ("worth", np.float64), ("nodes", np.int64), ("rounds", np.int64),
])  # fmt: skip
"""Open nodes on the stack, best worth, nodes done, rounds done."""


class Pairs(NamedTuple):
    """Cover pairs both ways."""

    site_indptr: Any
    site_row: Any
    row_indptr: Any
    row_site: Any


class SiteRules(NamedTuple):
    """What excludes what, the zone of each site and the fewest sites of each zone."""

    conflict_indptr: Any
    conflict_site: Any
    zone: Any
    zone_least: Any


class Worth(NamedTuple):
    """What covers are worth and what sites cost."""

    people: Any
    level_gain: Any
    cost: Any


class Greedy(NamedTuple):
    """A greedy run that can go on.

    `times` counts the covers of each row, `used` the units at each site (-1 banned); `key` bounds
    each site's gain per cost and orders the `heap`; `room` is what each zone still takes.
    """

    times: Any
    used: Any
    key: Any
    heap: Any
    room: Any


class Choice(NamedTuple):
    """A choice being changed: units by site, chosen sites, covers by row, counts by zone."""

    units: Any
    chosen: Any
    times: Any
    room: Any
    zone_count: Any


class Rows(NamedTuple):
    """Rows as the bound sees them: `start` covers exist, `need` must come first, worth nothing."""

    site_indptr: Any
    site_row: Any
    start: Any
    need: Any


class Prices(NamedTuple):
    """Prices of the rows now and their direction, the best ones and the sites' values at those.

    `units` is the best choice met, `use` the share of late rounds that chose each site.
    """

    now: Any
    direction: Any
    best: Any
    value: Any
    units: Any
    use: Any


class Stack(NamedTuple):
    """Open nodes of a tree: sites in (1), out (2) or free (0), prices, and the bound of each."""

    status: Any
    price: Any
    bound: Any


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
def site_sums(site_indptr, site_row, value):
    """Return the sum of a value of the rows over each site's rows."""
    out = np.zeros(len(site_indptr) - 1)
    for j in range(len(out)):
        total = 0.0
        for e in range(site_indptr[j], site_indptr[j + 1]):
            total += value[site_row[e]]
        out[j] = total
    return out


@njit(cache=True, nogil=True)
def level_prices(site_indptr, site_row, people, ceiling, value, price):
    """Scale each row's price so that its dearest site comes to `ceiling`; `value` are site sums."""
    dearest = np.zeros(len(price))
    for j in range(len(value)):
        for e in range(site_indptr[j], site_indptr[j + 1]):
            dearest[site_row[e]] = max(dearest[site_row[e]], value[j])
    for i in range(len(price)):
        if dearest[i] > 0.0:
            price[i] = min(people[i], price[i] * (ceiling / dearest[i]))


@njit(cache=True, nogil=True)
def greedy(pairs, worth, rules, run, budget, copies, size, most, picked, picked_gain):
    """Pick by largest gain per cost, updated lazily; return (picks, heap size, budget left).

    Gains only fall as rows are covered (the worth is submodular), so an old gain bounds the new
    one: only the site at the top of the heap is counted anew (Minoux 1978). `run` goes on where
    the last call stopped.
    """
    top = len(worth.level_gain) - 1
    n_picked = 0
    while n_picked < most and size > 0:
        j = run.heap[0]
        if (
            run.used[j] < 0
            or run.used[j] >= copies
            or run.room[rules.zone[j]] <= 0
            or worth.cost[j] > budget
        ):
            size -= 1
            run.heap[0] = run.heap[size]
            if size > 0:
                _sift_down(run.heap, size, 0, run.key)
            continue
        gain = 0.0
        for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
            i = pairs.site_row[e]
            gain += worth.people[i] * worth.level_gain[min(run.times[i], top)]
        run.key[j] = gain / worth.cost[j]
        if size > 1:
            _sift_down(run.heap, size, 0, run.key)
        if run.heap[0] != j:
            continue
        if gain <= 0.0:
            break
        run.used[j] += 1
        run.room[rules.zone[j]] -= 1
        budget -= worth.cost[j]
        for e in range(rules.conflict_indptr[j], rules.conflict_indptr[j + 1]):
            run.used[rules.conflict_site[e]] = -1
        for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
            run.times[pairs.site_row[e]] += 1
        picked[n_picked] = j
        picked_gain[n_picked] = gain
        n_picked += 1
    return n_picked, size, budget


@njit(cache=True, nogil=True)
def _swap_table(pairs, worth, position, times, gain, loss, shared):
    """Fill what adding, dropping, and doing both at once change (Resende and Werneck 2003).

    gain[j] - loss[k] + shared[j, k] is the change when one unit moves from position k to site j:
    a row that both cover loses nothing, which gain and loss alone would not see.
    """
    gain[:] = 0.0
    loss[:] = 0.0
    shared[:] = 0.0
    top = len(worth.level_gain) - 1
    row_indptr, row_site = pairs.row_indptr, pairs.row_site
    for i in range(len(times)):
        people = worth.people[i]
        up = people * worth.level_gain[min(times[i], top)]
        down = people * worth.level_gain[times[i] - 1] if 0 < times[i] <= top else 0.0
        if up == 0.0 and down == 0.0:
            continue
        for e in range(row_indptr[i], row_indptr[i + 1]):
            gain[row_site[e]] += up
        if down == 0.0:
            continue
        for f in range(row_indptr[i], row_indptr[i + 1]):
            k = position[row_site[f]]
            if k >= 0:
                loss[k] += down
                for e in range(row_indptr[i], row_indptr[i + 1]):
                    shared[row_site[e], k] += down - up


@njit(cache=True, nogil=True)
def _may_move(j, d, may_build, copies, spare, cost, clash, rules, choice):
    """Say whether one unit may move from site d to site j under the rules."""
    if not may_build[j] or choice.units[j] >= copies or cost[j] - cost[d] > spare:
        return False
    to, out = rules.zone[j], rules.zone[d]
    if to != out and (choice.room[to] <= 0 or choice.zone_count[out] <= rules.zone_least[out]):
        return False
    if clash[j] == 0:
        return True
    # One conflict is no obstacle when it is with the very site that closes.
    if clash[j] > 1 or choice.units[d] > 1:
        return False
    is_with_d = False
    for e in range(rules.conflict_indptr[j], rules.conflict_indptr[j + 1]):
        is_with_d = is_with_d or rules.conflict_site[e] == d
    return is_with_d


@njit(cache=True, nogil=True)
def _move_unit(j, step, pairs, rules, cost, clash, choice):
    """Add (step 1) or remove (step -1) one unit at j; return its cost with the sign of the step."""
    choice.units[j] += step
    choice.room[rules.zone[j]] -= step
    choice.zone_count[rules.zone[j]] += step
    if choice.units[j] == 0 or (step > 0 and choice.units[j] == 1):
        for e in range(rules.conflict_indptr[j], rules.conflict_indptr[j + 1]):
            clash[rules.conflict_site[e]] += step
    for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
        choice.times[pairs.site_row[e]] += step
    return step * cost[j]


@njit(cache=True, nogil=True)
def swap(pairs, worth, rules, may_build, copies, choice, spare, n_chosen, most, least_gain):
    """Move one unit at a time, best move first; return (moves, distinct sites, budget left)."""
    cost, chosen = worth.cost, choice.chosen
    m = len(cost)
    position = np.full(m, -1, np.int32)
    clash = np.zeros(m, np.int32)
    for k in range(n_chosen):
        position[chosen[k]] = k
        for e in range(rules.conflict_indptr[chosen[k]], rules.conflict_indptr[chosen[k] + 1]):
            clash[rules.conflict_site[e]] += 1
    gain = np.zeros(m)
    loss = np.zeros(len(chosen))
    shared = np.zeros((m, len(chosen)))
    for moves in range(most):
        _swap_table(pairs, worth, position, choice.times, gain, loss, shared)
        best, to, out = least_gain, -1, -1
        for j in range(m):
            for k in range(n_chosen):
                change = gain[j] - loss[k] + shared[j, k]
                if change > best and chosen[k] != j and _may_move(
                    j, chosen[k], may_build, copies, spare, cost, clash, rules, choice
                ):  # fmt: skip
                    best, to, out = change, j, k
        if to < 0:
            return moves, n_chosen, spare
        d = chosen[out]
        spare -= _move_unit(d, -1, pairs, rules, cost, clash, choice)
        spare -= _move_unit(to, 1, pairs, rules, cost, clash, choice)
        if choice.units[d] == 0:
            position[d] = -1
            n_chosen -= 1
            chosen[out] = chosen[n_chosen]
            if out < n_chosen:
                position[chosen[out]] = out
        if position[to] < 0:
            position[to] = n_chosen
            chosen[n_chosen] = to
            n_chosen += 1
    return most, n_chosen, spare


@njit(cache=True, nogil=True)
def _fill_budget(value, cost, budget, copies, amount):
    """Fill `amount` with the best fractional choice; return (its value, order by ratio).

    Taking sites by value per cost, the last one in part, is the linear relaxation of the knapsack
    (Dantzig 1957): never worth less than its best whole choice, so the bound stays valid.
    """
    ratio = np.empty(len(value))
    for j in range(len(value)):
        ratio[j] = -value[j] / cost[j]
    order = np.argsort(ratio)
    total = 0.0
    amount[:] = 0.0
    for j in order:
        if value[j] <= 0.0 or budget <= 0.0:
            break
        amount[j] = min(np.float64(copies), budget / cost[j])
        budget -= amount[j] * cost[j]
        total += amount[j] * value[j]
    return total, order


@njit(cache=True, nogil=True)
def _choose_at_prices(rows, cost, budget, copies, prices, value, amount, times):
    """Choose the best units at these prices and count their covers; return their value."""
    m = len(cost)
    for j in range(m):
        total = 0.0
        for e in range(rows.site_indptr[j], rows.site_indptr[j + 1]):
            total += prices.now[rows.site_row[e]]
        value[j] = total
    total, order = _fill_budget(value, cost, budget, copies, amount)
    times[:] = 0.0
    for j in order:
        if amount[j] == 0.0:
            break
        for e in range(rows.site_indptr[j], rows.site_indptr[j + 1]):
            times[rows.site_row[e]] += amount[j]
    for j in range(m):
        prices.use[j] = 0.95 * prices.use[j] + 0.05 * amount[j]
    return total


@njit(cache=True, nogil=True)
def _turn_direction(rows, people, level_gain, prices, times):
    """Turn the direction by what each row lacks or has too much of.

    Return (worth of the rows at these prices, worth of the choice itself, squared length).

    The subgradient of the bound at these prices is covers minus covers wanted. Keeping 0.9 of the
    last direction (Camerini, Fratta and Maffioli 1975) closed gaps that the bare subgradient left
    at 1 %; a price at its floor or ceiling does not turn further outwards.
    """
    top = len(level_gain) - 1
    price, direction = prices.now, prices.direction
    at_prices, worth, square = 0.0, 0.0, 0.0
    for i in range(len(people)):
        # Each row buys the covers that are worth more than their price; those that it needs it
        # must buy, at the price alone.
        at_prices -= rows.need[i] * price[i]
        wanted = rows.need[i]
        k = rows.start[i]
        while k < top and people[i] * level_gain[k] > price[i]:
            at_prices += people[i] * level_gain[k] - price[i]
            wanted += 1
            k += 1
        covers = np.int64(times[i] + 1e-9) - rows.need[i]
        if covers < 0:
            worth = -np.inf
        for k in range(rows.start[i], min(rows.start[i] + covers, top)):
            worth += people[i] * level_gain[k]
        turn = times[i] - wanted + 0.9 * direction[i]
        if (turn < 0.0 and price[i] >= _ceiling(i, rows, people, level_gain)) or (
            turn > 0.0 and price[i] <= 0.0
        ):
            turn = 0.0
        direction[i] = turn
        square += turn * turn
    return at_prices, worth, square


@njit(cache=True, nogil=True)
def _ceiling(i, rows, people, level_gain):
    """Return the highest price of a row that makes sense: the worth of its next cover.

    Above it the row buys nothing, and the bound only rises with the price. A row that must be
    covered has no ceiling.
    """
    if rows.need[i] > 0:
        return np.inf
    return people[i] * level_gain[min(rows.start[i], len(level_gain) - 1)]


@njit(cache=True, nogil=True)
def cover_rounds(rows, worth, budget, copies, rounds, patience, prices, state):
    """Run `_cover_rounds` for callers in Python; the tree calls that one itself."""
    _cover_rounds(rows, worth, budget, copies, rounds, patience, prices, state)


@njit(cache=True, nogil=True)
def _cover_rounds(rows, worth, budget, copies, rounds, patience, prices, state):
    """Lower the Lagrangian bound of a cover problem by deflected subgradient steps.

    The rows "covers <= units in reach" are priced at u >= 0 (Galvao and ReVelle 1996): bound(u) =
    sum over rows of the best worth of its covers less u per cover, plus the best fractional choice
    of sites by the sums of their rows' prices. Every u gives a valid bound (Fisher 1981); the
    steps only look for the lowest.
    """
    people, level_gain, cost = worth.people, worth.level_gain, worth.cost
    n, m = len(people), len(cost)
    value, amount, times = np.zeros(m), np.zeros(m), np.zeros(n)
    for _ in range(rounds):
        state.rounds += 1
        bound = _choose_at_prices(rows, cost, budget, copies, prices, value, amount, times)
        at_prices, found, square = _turn_direction(rows, people, level_gain, prices, times)
        bound += at_prices
        if found > state.worth:  # the choice of this round is a plan, and the best one yet
            state.worth = found
            for j in range(m):
                prices.units[j] = np.int32(amount[j] + 1e-9)
        state.stale += 1
        if bound < state.bound - 1e-9 * abs(state.bound):
            state.bound, state.stale = bound, 0
            prices.best[:] = prices.now
            prices.value[:] = value
        elif state.stale >= patience:
            # Too long without progress: shorter steps, again from the best prices.
            state.factor *= 0.7
            state.stale = 0
            prices.now[:] = prices.best
            prices.direction[:] = 0.0
            if state.factor >= 1e-3:
                continue
        if state.factor < 1e-3 or square < 1e-9 or state.bound - state.worth < state.least_gap:
            state.is_done = 1
            return
        # The step that would close the gap if the bound were linear (Held, Wolfe, Crowder 1974).
        step = state.factor * (bound - max(state.worth, 0.0)) / square
        for i in range(n):
            moved = max(0.0, prices.now[i] - step * prices.direction[i])
            prices.now[i] = min(_ceiling(i, rows, people, level_gain), moved)


@njit(cache=True, nogil=True)
def _build_node(pairs, people, status, served, sub_indptr, sub_row, site):
    """Fill the pairs of free sites with rows that no open site covers.

    Return (free sites, people covered by open sites).
    """
    served[:] = False
    base = 0.0
    n_free = 0
    for j in range(len(status)):
        if status[j] == 1:
            for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
                if not served[pairs.site_row[e]]:
                    served[pairs.site_row[e]] = True
                    base += people[pairs.site_row[e]]
        elif status[j] == 0:
            site[n_free] = j
            n_free += 1
    k = 0
    for position in range(n_free):
        j = site[position]
        sub_indptr[position] = k
        for e in range(pairs.site_indptr[j], pairs.site_indptr[j + 1]):
            if not served[pairs.site_row[e]]:
                sub_row[k] = pairs.site_row[e]
                k += 1
    sub_indptr[n_free] = k
    return n_free, base


@njit(cache=True, nogil=True)
def _decide(value, order, count, bound, target, status, site):
    """Fix sites that a choice of at least `target` must or cannot take; return how many.

    Reduced-cost fixing (Beasley 1990, after Balas and Ho 1980): at the same prices, a choice
    without a top site k has the next best site in its place, so its bound is lower by the
    difference of their values; a choice with a site from outside the top loses the last one in.
    Where that bound is below the target, no better choice differs there. The next best site must
    be counted: taking nothing in its place claims too much.
    """
    decided = 0
    last_in = value[order[count - 1]]
    first_out = value[order[count]] if count < len(order) else 0.0
    for k in range(len(order)):
        j = order[k]
        if k < count:
            if bound - value[j] + first_out < target:
                status[site[j]] = 1
                decided += 1
        elif bound - last_in + value[j] < target:
            status[site[j]] = 2
            decided += 1
    return decided


@njit(cache=True, nogil=True)
def _least_sure(status, site, use):
    """Return the free site that about half of the rounds took; -1 when none is free."""
    pick, score = -1, 2.0
    for k in range(len(site)):
        if status[site[k]] == 0 and abs(use[k] - 0.5) < score:
            score = abs(use[k] - 0.5)
            pick = site[k]
    return pick


@njit(cache=True, nogil=True)
def cover_tree(pairs, people, level_gain, nothing, unit, count, step, rounds, patience, stack,
               best_status, tree, state):  # fmt: skip
    """Branch and bound by Lagrangian prices, depth first, until `rounds` are used up.

    Only for single covers, unit costs and no rules among sites. A node starts from its parent's
    prices, so a few rounds settle most (Fisher 1981, section 5). The stack holds one node more for
    each site decided, so it has room for as many as there are sites.
    `state` is memory of the caller: a record made here would outlive the array that holds it.
    """
    n, m = len(people), len(pairs.site_indptr) - 1
    sub_indptr, sub_row = np.zeros(m + 1, np.int64), np.zeros(len(pairs.site_row), np.int32)
    site, served, left_people = np.zeros(m, np.int32), np.zeros(n, np.bool_), np.zeros(n)
    status = np.zeros(m, np.int8)
    price, direction, best_price = np.zeros(n), np.zeros(n), np.zeros(n)
    last = tree.rounds + rounds
    while tree.n_open > 0 and tree.rounds < last:
        tree.n_open -= 1
        top = tree.n_open
        tree.nodes += 1
        if stack.bound[top] < tree.worth + step:
            continue
        status[:] = stack.status[top]
        price[:] = stack.price[top]
        while True:
            n_free, base = _build_node(pairs, people, status, served, sub_indptr, sub_row, site)
            left = min(count - np.sum(status == 1), n_free)
            if left <= 0:
                if left == 0 and base > tree.worth:
                    tree.worth = base
                    best_status[:] = status == 1
                break
            for i in range(n):
                left_people[i] = 0.0 if served[i] else people[i]
                price[i] = min(price[i], left_people[i])
            direction[:] = 0.0
            rows = Rows(sub_indptr[: n_free + 1], sub_row, nothing, nothing)
            worth = Worth(left_people, level_gain, unit[:n_free])
            prices = Prices(
                price, direction, best_price, np.zeros(n_free), np.zeros(n_free, np.int32),
                np.full(n_free, 0.5)
            )  # fmt: skip
            state.bound, state.worth = 1e300, tree.worth - base
            state.factor, state.least_gap = 0.4, step
            state.stale, state.rounds, state.is_done = 0, 0, 0
            _cover_rounds(rows, worth, left, 1, 150, patience, prices, state)
            tree.rounds += state.rounds
            if state.worth + base > tree.worth:
                tree.worth = state.worth + base
                best_status[:] = status == 1
                for k in range(n_free):
                    best_status[site[k]] = best_status[site[k]] or prices.units[k] > 0
            bound, target = state.bound + base, tree.worth + step
            if bound < target:
                break
            price[:] = best_price
            order = np.argsort(-prices.value, kind="mergesort")
            # Many sites decided: the node is smaller now and worth bounding again before a split.
            if _decide(prices.value, order, left, bound, target, status, site) * 10 >= n_free:
                continue
            pick = _least_sure(status, site[:n_free], prices.use)
            if pick < 0:
                continue
            for child in range(2):
                stack.status[top] = status
                stack.status[top, pick] = 2 - child
                stack.price[top] = best_price
                stack.bound[top] = bound
                top += 1
            tree.n_open = top
            break
