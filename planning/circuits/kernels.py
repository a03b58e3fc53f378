"""Compiled core of the circuits: ruin and recreate over routes, days and patterns.

Slack induction by string removals (Christiaens and Vanden Berghe 2020) carried over to periodic
routing: who is removed leaves all days at once and returns by the pattern whose insertions add up
to least (Pisinger and Ropke 2007 for the frame). Loads above the capacity are allowed at a price
that adapts; times never are. A slot is one vehicle of one team on one day.

Only this file holds kernels of the circuits: numba's cache watches single files.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

FAR = 1e15
"""Stands for no way at all; sums of it stay finite."""


class Instance(NamedTuple):
    """What a search reads.

    minutes (p, p) directed, FAR where there is no way; service, load, opens, closes (n,);
    pattern (n, a, days) True on its days; n_patterns (n,); near (n, n - 1) other stops, nearest
    first; slot_day, slot_base, slot_kind (r,) int32: alike slots (one team and day) have one kind
    and follow each other; slot_shift, slot_room (r,).
    """

    minutes: Floats
    service: Floats
    load: Floats
    opens: Floats
    closes: Floats
    pattern: Flags
    n_patterns: Longs
    near: Ints
    slot_day: Ints
    slot_base: Ints
    slot_kind: Ints
    slot_shift: Floats
    slot_room: Floats


class Routes(NamedTuple):
    """Routes of all slots.

    stop (r, n) int32, length (r,), load and travel (r,), earliest and latest (r, n) start of each
    service, slot (n, days) where a stop is served that day or -1.
    """

    stop: Ints
    length: Longs
    load: Floats
    travel: Floats
    earliest: Floats
    latest: Floats
    slot: Ints


@njit(cache=True, nogil=True)
def schedule(given: Instance, routes: Routes, r: int) -> None:
    """Bring earliest and latest starts of a route up to date."""
    base, length = given.slot_base[r], routes.length[r]
    at, leave = base, 0.0
    for p in range(length):
        i = routes.stop[r, p]
        begin = max(given.opens[i], leave + given.minutes[at, i])
        routes.earliest[r, p] = begin
        leave = begin + given.service[i]
        at = i
    to, limit = base, given.slot_shift[r]
    for p in range(length - 1, -1, -1):
        i = routes.stop[r, p]
        limit = min(given.closes[i], limit - given.minutes[i, to] - given.service[i])
        routes.latest[r, p] = limit
        to = i


@njit(cache=True, nogil=True)
def take_out(given: Instance, routes: Routes, i: int) -> int:
    """Remove a stop from all its days; return the number of routes that are empty now."""
    emptied = 0
    for day in range(routes.slot.shape[1]):
        r = routes.slot[i, day]
        if r < 0:
            continue
        length, base = routes.length[r], given.slot_base[r]
        p = 0
        while routes.stop[r, p] != i:
            p += 1
        before = base if p == 0 else routes.stop[r, p - 1]
        after = base if p == length - 1 else routes.stop[r, p + 1]
        rest = 0.0 if length == 1 else given.minutes[before, after]
        routes.travel[r] += rest - given.minutes[before, i] - given.minutes[i, after]
        for q in range(p, length - 1):
            routes.stop[r, q] = routes.stop[r, q + 1]
        routes.length[r] = length - 1
        routes.load[r] -= given.load[i]
        routes.slot[i, day] = -1
        if length == 1:
            emptied += 1
            routes.travel[r] = 0.0
            routes.load[r] = 0.0
        schedule(given, routes, r)
    return emptied


@njit(cache=True, nogil=True)
def put_in(given: Instance, routes: Routes, i: int, r: int, p: int) -> None:
    """Insert a stop into a route at a position."""
    length, base = routes.length[r], given.slot_base[r]
    before = base if p == 0 else routes.stop[r, p - 1]
    after = base if p == length else routes.stop[r, p]
    direct = 0.0 if length == 0 else given.minutes[before, after]
    routes.travel[r] += given.minutes[before, i] + given.minutes[i, after] - direct
    for q in range(length, p, -1):
        routes.stop[r, q] = routes.stop[r, q - 1]
    routes.stop[r, p] = i
    routes.length[r] = length + 1
    routes.load[r] += given.load[i]
    routes.slot[i, given.slot_day[r]] = r
    schedule(given, routes, r)


@njit(cache=True, nogil=True)
def cheapest_place(
    given: Instance, routes: Routes, i: int, r: int, blink: float
) -> tuple[float, int]:
    """Return (added travel, position) of the best feasible place in a route; FAR where none is.

    A place is passed over with probability `blink`, so that ties and greed do not rule.
    """
    best, place = FAR, -1
    length, base, shift = routes.length[r], given.slot_base[r], given.slot_shift[r]
    before, leave = base, 0.0
    for p in range(length + 1):
        after = routes.stop[r, p] if p < length else base
        begin = max(given.opens[i], leave + given.minutes[before, i])
        if begin <= given.closes[i]:
            arrive = begin + given.service[i] + given.minutes[i, after]
            if p < length:
                fits = max(given.opens[after], arrive) <= routes.latest[r, p]
            else:
                fits = arrive <= shift
            if fits and (blink == 0.0 or np.random.random() >= blink):
                direct = 0.0 if length == 0 else given.minutes[before, after]
                added = given.minutes[before, i] + given.minutes[i, after] - direct
                if added < best:
                    best, place = added, p
        if p < length:
            before = after
            leave = routes.earliest[r, p] + given.service[after]
    return best, place


@njit(cache=True, nogil=True)
def insert_best(
    given: Instance,
    routes: Routes,
    i: int,
    used: int,
    most: int,
    fixed: float,
    price: float,
    blink: float,
    day_cost: Floats,
    day_slot: Ints,
    day_place: Ints,
) -> tuple[int, bool]:
    """Insert a stop by its cheapest pattern; return (routes opened, whether it was inserted)."""
    days = routes.slot.shape[1]
    for day in range(days):
        day_cost[day] = FAR
    last_empty = -1
    for r in range(len(routes.length)):
        day = given.slot_day[r]
        is_empty = routes.length[r] == 0
        if is_empty:
            # Of alike empty slots one is as good as another.
            if used >= most or given.slot_kind[r] == last_empty:
                continue
            last_empty = given.slot_kind[r]
        needed = False
        for a in range(given.n_patterns[i]):
            if given.pattern[i, a, day]:
                needed = True
                break
        if not needed:
            continue
        added, place = cheapest_place(given, routes, i, r, blink)
        if place < 0:
            continue
        room = given.slot_room[r]
        over = max(0.0, routes.load[r] + given.load[i] - room) - max(0.0, routes.load[r] - room)
        cost = added + price * over + (fixed if is_empty else 0.0)
        if cost < day_cost[day]:
            day_cost[day], day_slot[day], day_place[day] = cost, r, place
    best, chosen = FAR, -1
    for a in range(given.n_patterns[i]):
        total, opened, is_open = 0.0, 0, True
        for day in range(days):
            if given.pattern[i, a, day]:
                if day_cost[day] >= FAR:  # costs may be below 0: a sum would not tell
                    is_open = False
                    break
                total += day_cost[day]
                opened += routes.length[day_slot[day]] == 0
        if is_open and total < best and used + opened <= most:
            best, chosen = total, a
    if chosen < 0:
        return 0, False
    opened = 0
    for day in range(days):
        if given.pattern[i, chosen, day]:
            opened += routes.length[day_slot[day]] == 0
            put_in(given, routes, i, day_slot[day], day_place[day])
    return opened, True


@njit(cache=True, nogil=True)
def choose_out(
    given: Instance, routes: Routes, absent: Ints, is_absent: Flags, n_absent: int, most_out: int
) -> int:
    """Choose stops to remove: near a seed, in strings along routes, or a whole route."""
    n, days = routes.slot.shape
    seed = np.random.randint(n)
    way = np.random.random()
    goal = n_absent + 1 + np.random.randint(most_out)
    if way < 0.1:
        # All of a route: the way to do with one route less.
        r = routes.slot[seed, np.random.randint(days)]
        if r >= 0:
            for p in range(routes.length[r]):
                i = routes.stop[r, p]
                if not is_absent[i]:
                    absent[n_absent] = i
                    is_absent[i] = True
                    n_absent += 1
    if not is_absent[seed]:
        absent[n_absent] = seed
        is_absent[seed] = True
        n_absent += 1
    for z in range(given.near.shape[1]):
        if n_absent >= goal:
            break
        j = given.near[seed, z]
        if way < 0.5:
            if not is_absent[j] and np.random.random() < 0.75:
                absent[n_absent] = j
                is_absent[j] = True
                n_absent += 1
            continue
        r = routes.slot[j, np.random.randint(days)]
        if r < 0:
            continue
        p = 0
        while routes.stop[r, p] != j:
            p += 1
        for q in range(p, min(routes.length[r], p + 1 + np.random.randint(4))):
            i = routes.stop[r, q]
            if not is_absent[i] and n_absent < goal:
                absent[n_absent] = i
                is_absent[i] = True
                n_absent += 1
    return n_absent


@njit(cache=True, nogil=True)
def clear_broken(
    given: Instance, routes: Routes, absent: Ints, is_absent: Flags, n_absent: int, used: int
) -> tuple[int, int]:
    """Take all stops out of routes that no longer fit; return the counts of absent and of routes.

    Times need not obey the triangle inequality: without one of its stops a route may take longer.
    """
    is_broken = True
    while is_broken:
        is_broken = False
        for r in range(len(routes.length)):
            while routes.length[r] > 0 and routes.earliest[r, 0] > routes.latest[r, 0]:
                i = routes.stop[r, 0]
                used -= take_out(given, routes, i)
                absent[n_absent] = i
                is_absent[i] = True
                n_absent += 1
                is_broken = True
    return n_absent, used


@njit(cache=True, nogil=True)
def order_out(given: Instance, absent: Ints, n_absent: int) -> None:
    """Order the absent stops: at random, by load, far from or near to the first base."""
    rule = np.random.randint(4)
    base = given.slot_base[0]
    for z in range(n_absent):
        best, key = z, -np.inf
        for y in range(z, n_absent):
            i = absent[y]
            if rule == 0:
                value = np.random.random()
            elif rule == 1:
                value = given.load[i] + given.service[i]
            elif rule == 2:
                value = given.minutes[base, i]
            else:
                value = -given.minutes[base, i]
            if value > key:
                best, key = y, value
        absent[z], absent[best] = absent[best], absent[z]


@njit(cache=True, nogil=True)
def copy_routes(source: Routes, target: Routes) -> None:
    """Copy routes slot by slot, only as far as they are filled."""
    for r in range(len(source.length)):
        length = source.length[r]
        for p in range(length):
            target.stop[r, p] = source.stop[r, p]
            target.earliest[r, p] = source.earliest[r, p]
            target.latest[r, p] = source.latest[r, p]
        target.length[r] = length
        target.load[r] = source.load[r]
        target.travel[r] = source.travel[r]
    target.slot[:] = source.slot


@njit(cache=True, nogil=True)
def set_seed(seed: int) -> None:
    """Seed the generator of the compiled code."""
    np.random.seed(seed)


@njit(cache=True, nogil=True)
def improve(
    given: Instance,
    routes: Routes,
    current: Routes,
    best: Routes,
    weight: Floats,
    figures: Floats,
    most: int,
    fixed: float,
    heat: float,
    steps: int,
    most_out: int,
    counts_routes: bool,
) -> None:
    """Ruin and recreate for some steps under annealing.

    Of two plans that leave out as little, the one with less travel is better, with `counts_routes`
    the one with fewer routes before that.

    `routes` is worked on, `current` is the accepted state, `best` the best without overload.
    `weight` (n,) price of leaving a stop out. `figures` holds, in and out: price of load, steps
    with overload, cost of current, weight absent in best, routes of best, travel of best,
    weight absent in current, its overload, steps since the price changed.
    """
    n, days = routes.slot.shape
    n_slots = len(routes.length)
    absent = np.empty(n, np.int32)
    is_absent = np.zeros(n, np.bool_)
    day_cost, day_slot = np.empty(days), np.zeros(days, np.int32)
    day_place = np.zeros(days, np.int32)
    for _step in range(steps):
        n_absent, used = 0, 0
        for r in range(n_slots):
            used += routes.length[r] > 0
        for i in range(n):
            is_absent[i] = True
            for day in range(days):
                if routes.slot[i, day] >= 0:
                    is_absent[i] = False
            if is_absent[i]:
                absent[n_absent] = i
                n_absent += 1
        first = n_absent
        n_absent = choose_out(given, routes, absent, is_absent, n_absent, most_out)
        for z in range(first, n_absent):
            used -= take_out(given, routes, absent[z])
        n_absent, used = clear_broken(given, routes, absent, is_absent, n_absent, used)
        order_out(given, absent, n_absent)
        left_out = 0.0
        for z in range(n_absent):
            opened, is_in = insert_best(
                given, routes, absent[z], used, most, fixed, figures[0], 0.01,
                day_cost, day_slot, day_place,
            )  # fmt: skip
            used += opened
            if not is_in:
                left_out += weight[absent[z]]
        travel, over = 0.0, 0.0
        for r in range(n_slots):
            travel += routes.travel[r]
            over += max(0.0, routes.load[r] - given.slot_room[r])
        cost = travel + fixed * used + figures[0] * over + left_out
        if over <= 1e-9:
            is_better = left_out < figures[3] - 1e-9
            if not is_better and left_out <= figures[3] + 1e-9:
                is_better = travel < figures[5] - 1e-9
                if counts_routes and used != figures[4]:
                    is_better = used < figures[4]
            if is_better:
                copy_routes(routes, best)
                figures[3], figures[4], figures[5] = left_out, used, travel
        figures[1] += over > 1e-9
        if cost < figures[2] - heat * np.log(np.random.random()):
            copy_routes(routes, current)
            figures[2], figures[6] = cost, left_out
            figures[7] = over
        else:
            copy_routes(current, routes)
        figures[8] += 1
        if figures[8] >= 1000:
            # Between a third and two thirds of the steps overloaded: the border is searched.
            before = figures[0]
            if figures[1] > 600:
                figures[0] = min(figures[0] * 1.2, 1e4)
            elif figures[1] < 300:
                figures[0] = max(figures[0] / 1.2, 0.05)
            figures[2] += (figures[0] - before) * figures[7]
            figures[1], figures[8] = 0, 0


@njit(cache=True, nogil=True)
def find_set(
    between: Floats,
    ends: Floats,
    service: Floats,
    load: Floats,
    shift: float,
    room: float,
    target: int,
    most: int,
) -> tuple[int, int]:
    """Return 1 if some set of the size fits a shift, else 0; and how many sets were looked at.

    A set is grown by stops of higher number and kept while some order of it fits the shift beside
    the least service of the stops still to come. With closed times a subset of a fitting set fits,
    so nothing is missed.
    """
    n = len(service)
    least = service.min()
    chosen = np.empty(target, np.int64)
    depth, seen = 0, 0
    chosen[0] = -1
    while depth >= 0:
        chosen[depth] += 1
        if chosen[depth] >= n:
            depth -= 1
            continue
        seen += 1
        if seen >= most:
            return 0, seen
        work, weight = 0.0, 0.0
        for k in range(depth + 1):
            work += service[chosen[k]]
            weight += load[chosen[k]]
        work += (target - depth - 1) * least
        if weight > room + 1e-9 or work > shift + 1e-9:
            continue
        if shortest_order(between, ends, chosen, depth + 1) + work > shift + 1e-9:
            continue
        if depth + 1 == target:
            return 1, seen
        chosen[depth + 1] = chosen[depth]
        depth += 1
    return 0, seen


@njit(cache=True, nogil=True)
def shortest_order(between: Floats, ends: Floats, chosen: Longs, size: int) -> float:
    """Return the least travel of a route through the chosen stops, by dynamic programming."""
    best = np.inf
    full = 1 << size
    table = np.empty((full, size))
    for first in range(size):
        table[:] = np.inf
        table[1 << first, first] = 0.0
        for mask in range(full):
            for at in range(size):
                value = table[mask, at]
                if value == np.inf:
                    continue
                for to in range(size):
                    if mask & (1 << to) == 0:
                        longer = value + between[chosen[at], chosen[to]]
                        table[mask | (1 << to), to] = min(table[mask | (1 << to), to], longer)
        for last in range(size):
            total = table[full - 1, last] + ends[chosen[first], chosen[last]]
            best = min(best, total)
    return best
