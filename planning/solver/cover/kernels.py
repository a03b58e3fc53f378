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
def greedy(
    site_indptr, site_row, people, level_gain, cost, conflict_indptr, conflict_site, zone,
    budget, copies, room, times, used, key, heap, size, most, picked, picked_gain
):  # fmt: skip
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


@njit(cache=True, nogil=True)
def _swap_table(row_indptr, row_site, people, level_gain, position, times, gain, loss, shared):
    """Fill what adding, dropping, and doing both at once change (Resende and Werneck 2003).

    gain[j] - loss[k] + shared[j, k] is the change when one unit moves from position k to site j.
    """
    gain[:] = 0.0
    loss[:] = 0.0
    shared[:] = 0.0
    top = len(level_gain) - 1
    for i in range(len(people)):
        up = people[i] * level_gain[min(times[i], top)]
        down = people[i] * level_gain[times[i] - 1] if 0 < times[i] <= top else 0.0
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
def _may_move(j, d, may_build, units, copies, cost, spare, clash, conflict_indptr, conflict_site,
              zone, room, zone_least, zone_count):  # fmt: skip
    """Say whether one unit may move from site d to site j under the rules."""
    if not may_build[j] or units[j] >= copies or cost[j] - cost[d] > spare:
        return False
    if zone[j] != zone[d] and (room[zone[j]] <= 0 or zone_count[zone[d]] <= zone_least[zone[d]]):
        return False
    if clash[j] == 0:
        return True
    if clash[j] > 1 or units[d] > 1:
        return False
    found = False
    for e in range(conflict_indptr[j], conflict_indptr[j + 1]):
        found = found or conflict_site[e] == d
    return found


@njit(cache=True, nogil=True)
def _move_unit(j, step, site_indptr, site_row, conflict_indptr, conflict_site, zone, cost,
               times, units, clash, room, zone_count):  # fmt: skip
    """Add (step 1) or remove (step -1) one unit at j; return its cost with the sign of the step."""
    units[j] += step
    room[zone[j]] -= step
    zone_count[zone[j]] += step
    if units[j] == 0 or (step > 0 and units[j] == 1):
        for e in range(conflict_indptr[j], conflict_indptr[j + 1]):
            clash[conflict_site[e]] += step
    for e in range(site_indptr[j], site_indptr[j + 1]):
        times[site_row[e]] += step
    return step * cost[j]


@njit(cache=True, nogil=True)
def swap(
    site_indptr, site_row, row_indptr, row_site, people, level_gain, cost,
    conflict_indptr, conflict_site, zone, zone_least, may_build,
    spare, copies, room, zone_count, times, units, chosen, n_chosen, most, least_gain
):  # fmt: skip
    """Move one unit at a time, best move first; return (moves, distinct sites, budget left)."""
    m = len(cost)
    position = np.full(m, -1, np.int32)
    clash = np.zeros(m, np.int32)
    for k in range(n_chosen):
        position[chosen[k]] = k
        for e in range(conflict_indptr[chosen[k]], conflict_indptr[chosen[k] + 1]):
            clash[conflict_site[e]] += 1
    gain = np.zeros(m)
    loss = np.zeros(len(chosen))
    shared = np.zeros((m, len(chosen)))
    for moves in range(most):
        _swap_table(row_indptr, row_site, people, level_gain, position, times, gain, loss, shared)
        best, to, out = least_gain, -1, -1
        for j in range(m):
            for k in range(n_chosen):
                change = gain[j] - loss[k] + shared[j, k]
                if change > best and chosen[k] != j and _may_move(
                    j, chosen[k], may_build, units, copies, cost, spare, clash, conflict_indptr,
                    conflict_site, zone, room, zone_least, zone_count
                ):  # fmt: skip
                    best, to, out = change, j, k
        if to < 0:
            return moves, n_chosen, spare
        d = chosen[out]
        for turn in range(2):
            site, step = (d, -1) if turn == 0 else (to, 1)
            spare -= _move_unit(
                site, step, site_indptr, site_row, conflict_indptr, conflict_site, zone, cost,
                times, units, clash, room, zone_count
            )  # fmt: skip
        if units[d] == 0:
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
    """Fill `amount` with the best fractional choice; return (its value, order by ratio)."""
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
def _take_best(site_indptr, site_row, price, cost, budget, copies, value, amount, times, use):
    """Choose the best units at these prices and count their covers; return their value."""
    m = len(cost)
    for j in range(m):
        total = 0.0
        for e in range(site_indptr[j], site_indptr[j + 1]):
            total += price[site_row[e]]
        value[j] = total
    total, order = _fill_budget(value, cost, budget, copies, amount)
    times[:] = 0.0
    for j in order:
        if amount[j] == 0.0:
            break
        for e in range(site_indptr[j], site_indptr[j + 1]):
            times[site_row[e]] += amount[j]
    for j in range(m):
        use[j] = 0.95 * use[j] + 0.05 * amount[j]
    return total


@njit(cache=True, nogil=True)
def _look_at_rows(people, level_gain, start, need, price, times, direction):
    """Turn the direction by what each row lacks or has too much of.

    Return (worth of the rows at these prices, worth of the whole covers taken, squared length).
    """
    top = len(level_gain) - 1
    at_prices, worth, square = 0.0, 0.0, 0.0
    for i in range(len(people)):
        at_prices -= need[i] * price[i]
        wanted = need[i]
        k = start[i]
        while k < top and people[i] * level_gain[k] > price[i]:
            at_prices += people[i] * level_gain[k] - price[i]
            wanted += 1
            k += 1
        covers = np.int64(times[i] + 1e-9) - need[i]
        if covers < 0:
            worth = -np.inf
        for k in range(start[i], min(start[i] + covers, top)):
            worth += people[i] * level_gain[k]
        turn = times[i] - wanted + 0.9 * direction[i]
        ceiling = people[i] * level_gain[min(start[i], top)] if need[i] == 0 else np.inf
        if (turn < 0.0 and price[i] >= ceiling) or (turn > 0.0 and price[i] <= 0.0):
            turn = 0.0
        direction[i] = turn
        square += turn * turn
    return at_prices, worth, square


@njit(cache=True, nogil=True)
def cover_rounds(
    site_indptr, site_row, people, level_gain, start, need, cost, budget, copies, rounds, patience,
    price, direction, best_price, best_value, best_units, use, numbers
):  # fmt: skip
    """Run `_cover_rounds` for callers in Python; the tree calls that one itself."""
    _cover_rounds(
        site_indptr, site_row, people, level_gain, start, need, cost, budget, copies, rounds,
        patience, price, direction, best_price, best_value, best_units, use, numbers
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _cover_rounds(
    site_indptr, site_row, people, level_gain, start, need, cost, budget, copies, rounds, patience,
    price, direction, best_price, best_value, best_units, use, numbers
):  # fmt: skip
    """Lower the Lagrangian bound of a cover problem by deflected subgradient steps.

    The cover rows are priced: bound(u) = sum over rows of the best worth of its covers at price u
    less u per cover, plus the fractional knapsack of the sites' priced rows. `start` counts covers
    that exist, `need` those that must come first and are worth nothing. numbers = (best bound, best
    worth, step factor, rounds without progress, rounds done, 1 when finished, least gap); `use` is
    the share of late rounds that took each site.
    """
    n, m, top = len(people), len(cost), len(level_gain) - 1
    value, amount, times = np.zeros(m), np.zeros(m), np.zeros(n)
    for _ in range(rounds):
        numbers[4] += 1
        bound = _take_best(
            site_indptr, site_row, price, cost, budget, copies, value, amount, times, use
        )
        at_prices, worth, square = _look_at_rows(
            people, level_gain, start, need, price, times, direction
        )
        bound += at_prices
        if worth > numbers[1]:
            numbers[1] = worth
            for j in range(m):
                best_units[j] = np.int32(amount[j] + 1e-9)
        numbers[3] += 1
        if bound < numbers[0] - 1e-9 * abs(numbers[0]):
            numbers[0], numbers[3] = bound, 0
            best_price[:] = price
            best_value[:] = value
        elif numbers[3] >= patience:
            numbers[2] *= 0.7
            numbers[3] = 0
            price[:] = best_price
            direction[:] = 0.0
            if numbers[2] >= 1e-3:
                continue
        if numbers[2] < 1e-3 or square < 1e-9 or numbers[0] - numbers[1] < numbers[6]:
            numbers[5] = 1
            return
        step = numbers[2] * (bound - max(numbers[1], 0.0)) / square
        for i in range(n):
            ceiling = people[i] * level_gain[min(start[i], top)] if need[i] == 0 else np.inf
            price[i] = min(ceiling, max(0.0, price[i] - step * direction[i]))


@njit(cache=True, nogil=True)
def _build_node(site_indptr, site_row, people, status, served, sub_indptr, sub_row, site):
    """Fill the pairs of free sites with rows that no open site covers.

    Return (free sites, people covered by open sites).
    """
    served[:] = False
    base = 0.0
    n_free = 0
    for j in range(len(status)):
        if status[j] == 1:
            for e in range(site_indptr[j], site_indptr[j + 1]):
                if not served[site_row[e]]:
                    served[site_row[e]] = True
                    base += people[site_row[e]]
        elif status[j] == 0:
            site[n_free] = j
            n_free += 1
    k = 0
    for position in range(n_free):
        j = site[position]
        sub_indptr[position] = k
        for e in range(site_indptr[j], site_indptr[j + 1]):
            if not served[site_row[e]]:
                sub_row[k] = site_row[e]
                k += 1
    sub_indptr[n_free] = k
    return n_free, base


@njit(cache=True, nogil=True)
def _decide(value, order, count, bound, target, status, site):
    """Fix sites that a choice of at least `target` must or cannot take; return how many."""
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
def cover_tree(
    site_indptr, site_row, people, level_gain, nothing, unit, count, step, rounds, patience,
    stack_status, stack_price, stack_bound, best_status, state
):  # fmt: skip
    """Branch and bound by Lagrangian prices, depth first, until `rounds` are used up.

    Only for single covers, unit costs and no rules among sites. A node of the stack says which
    sites are taken (1), out (2) or free (0). state = (nodes on the stack, best worth, nodes done,
    rounds done).
    """
    n, m = len(people), len(site_indptr) - 1
    sub_indptr, sub_row = np.zeros(m + 1, np.int64), np.zeros(len(site_row), np.int32)
    site, served, left_people = np.zeros(m, np.int32), np.zeros(n, np.bool_), np.zeros(n)
    status, numbers = np.zeros(m, np.int8), np.zeros(7)
    price, direction, best_price = np.zeros(n), np.zeros(n), np.zeros(n)
    last = state[3] + rounds
    while state[0] > 0 and state[3] < last:
        top = np.int64(state[0]) - 1
        state[0] = top
        state[2] += 1
        if stack_bound[top] < state[1] + step:
            continue
        status[:] = stack_status[top]
        price[:] = stack_price[top]
        while True:
            n_free, base = _build_node(
                site_indptr, site_row, people, status, served, sub_indptr, sub_row, site
            )
            left = min(count - np.sum(status == 1), n_free)
            if left <= 0:
                if left == 0 and base > state[1]:
                    state[1] = base
                    best_status[:] = status == 1
                break
            for i in range(n):
                left_people[i] = 0.0 if served[i] else people[i]
                price[i] = min(price[i], left_people[i])
            value, use = np.zeros(n_free), np.full(n_free, 0.5)
            units = np.zeros(n_free, np.int32)
            direction[:] = 0.0
            numbers[:] = 0.0
            numbers[0], numbers[1], numbers[2], numbers[6] = 1e300, state[1] - base, 0.4, step
            _cover_rounds(
                sub_indptr[: n_free + 1], sub_row, left_people, level_gain, nothing, nothing,
                unit[:n_free], left, 1, 150, patience, price, direction, best_price, value, units,
                use, numbers
            )  # fmt: skip
            state[3] += numbers[4]
            if numbers[1] + base > state[1]:
                state[1] = numbers[1] + base
                best_status[:] = status == 1
                for k in range(n_free):
                    best_status[site[k]] = best_status[site[k]] or units[k] > 0
            bound, target = numbers[0] + base, state[1] + step
            if bound < target:
                break
            price[:] = best_price
            order = np.argsort(-value, kind="mergesort")
            if _decide(value, order, left, bound, target, status, site) * 10 >= n_free:
                continue
            pick = _least_sure(status, site[:n_free], use)
            if pick < 0:
                continue
            for child in range(2):
                stack_status[top] = status
                stack_status[top, pick] = 2 - child
                stack_price[top] = best_price
                stack_bound[top] = bound
                top += 1
            state[0] = top
            break


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
