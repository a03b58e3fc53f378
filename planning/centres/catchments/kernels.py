"""Compiled loops of the catchments: sums over pairs, and the equilibrium of the rational agents.

Costs are congestion + travel: load[c] * rate[c] + time[place], with `rate` = 1 / (supply * rho).
The equilibrium is the minimum of a convex programme (Beckmann): the sum over centres of half
load^2 * rate plus the travel cost of all people. Three steps are repeated until no cell has a
cheaper place:

1. `sweep`: each cell in turn shares its people out at equal cost, all others held fast.
2. `make_forest`: cells shared between centres in a ring are shifted round the ring at no loss until
   the shared places form a forest of cells and centres.
3. `settle_forest`: within each tree the loads at which all shared places cost the same follow from
   one linear equation; go there, or to the first place that runs empty, which leaves the tree.

Step 3 ends at the minimum among all flows on the same places, so no set of places comes twice and
the repetition ends at the exact equilibrium.

Arrays: `indptr` (n_cells + 1,) places by cell; `centre`, `time`, `flow` by place; `rate`, `load` by
centre. Forest nodes are the centres and behind them the shared cells in the order of `shared`;
`parent` is a node or -1, `edge` the place that joins a node with its parent.
"""

from __future__ import annotations

import numpy as np

from geo.arrays import Floats, Ints, Longs
from geo.compiled import njit

TIE = 1e-12
"""Costs that differ by less are equal."""


@njit(cache=True, nogil=True)
def look_up(
    indptr: Longs, tenths: Ints, tables: Floats, start: Longs, end: Longs, weight: Floats
) -> None:
    """Weigh each pair by its facility's table, whose last entry holds for all longer times."""
    for row in range(len(indptr) - 1):
        for pair in range(indptr[row], indptr[row + 1]):
            weight[pair] = tables[min(start[row] + tenths[pair], end[row])]


@njit(cache=True, nogil=True)
def row_sums(indptr: Longs, demand: Ints, weight: Floats, amount: Floats, sums: Floats) -> None:
    """Add up weight x amount of the point over the pairs of each facility."""
    for row in range(len(indptr) - 1):
        total = 0.0
        for pair in range(indptr[row], indptr[row + 1]):
            total += weight[pair] * amount[demand[pair]]
        sums[row] = total


@njit(cache=True, nogil=True)
def point_sums(indptr: Longs, demand: Ints, weight: Floats, amount: Floats, sums: Floats) -> None:
    """Add up weight x amount of the facility over the pairs of each point; `sums` starts at 0."""
    for row in range(len(indptr) - 1):
        here = amount[row]
        if here != 0:
            for pair in range(indptr[row], indptr[row + 1]):
                sums[demand[pair]] += weight[pair] * here


@njit(cache=True, nogil=True)
def add_up_loads(indptr: Longs, centre: Ints, flow: Floats, load: Floats) -> None:
    """Compute the load of each centre anew."""
    load[:] = 0.0
    for place in range(indptr[-1]):
        load[centre[place]] += flow[place]


@njit(cache=True, nogil=True)
def sweep(
    indptr: Longs,
    centre: Ints,
    time: Floats,
    people: Floats,
    rate: Floats,
    flow: Floats,
    load: Floats,
    quiet_until: Floats,
    drift: float,
) -> tuple[float, int]:
    """Let each cell share its people out anew; return the worst regret met and the cells changed.

    A cell is skipped while prices have drifted less than half its lead: `drift` is the sum of the
    greatest price changes of all earlier sweeps, `quiet_until` (changed) the drift up to which the
    cell cannot have found anything cheaper.
    """
    worst = 0.0
    changed = 0
    widest = 0
    for cell in range(len(people)):
        widest = max(widest, indptr[cell + 1] - indptr[cell])
    ranked = np.empty(widest, dtype=np.int64)
    level = np.empty(widest, dtype=np.float64)
    for cell in range(len(people)):
        if drift < quiet_until[cell]:
            continue
        low = np.inf
        lowest_unused = np.inf
        high = -np.inf
        used = 0
        for place in range(indptr[cell], indptr[cell + 1]):
            here = centre[place]
            cost = load[here] * rate[here] + time[place]
            low = min(low, cost)
            if flow[place] > 0:
                high = max(high, cost)
                used += 1
            else:
                lowest_unused = min(lowest_unused, cost)
        if high - low <= TIE:
            # A shared cell answers to every change.
            lead = max(lowest_unused - high, 0.0) if used == 1 else 0.0
            quiet_until[cell] = drift + lead / 2
            continue
        worst = max(worst, high - low)
        changed += 1
        _share_out(
            indptr[cell],
            indptr[cell + 1],
            people[cell],
            high,
            centre,
            time,
            rate,
            flow,
            load,
            ranked,
            level,
        )
    return worst, changed


@njit(cache=True, nogil=True)
def _share_out(
    start: int,
    stop: int,
    people: float,
    high: float,
    centre: Ints,
    time: Floats,
    rate: Floats,
    flow: Floats,
    load: Floats,
    ranked: Longs,
    level: Floats,
) -> None:
    """Fill the cell's places from the cheapest up to one common cost, like water."""
    for place in range(start, stop):
        load[centre[place]] -= flow[place]
        flow[place] = 0.0
    count = 0
    for place in range(start, stop):
        here = centre[place]
        cost = load[here] * rate[here] + time[place]
        if cost >= high:
            continue
        at = count
        while at > 0 and level[at - 1] > cost:
            level[at] = level[at - 1]
            ranked[at] = ranked[at - 1]
            at -= 1
        level[at] = cost
        ranked[at] = place
        count += 1
    wet = 0
    volume = people
    width = 0.0
    surface = 0.0
    while wet < count and (wet == 0 or surface > level[wet]):
        breadth = 1.0 / rate[centre[ranked[wet]]]
        volume += breadth * level[wet]
        width += breadth
        surface = volume / width
        wet += 1
    total = 0.0
    for at in range(wet):
        place = ranked[at]
        flow[place] = (surface - level[at]) / rate[centre[place]]
        total += flow[place]
    for at in range(wet):
        place = ranked[at]
        flow[place] *= people / total
        load[centre[place]] += flow[place]


@njit(cache=True, nogil=True)
def _make_root(node: int, parent: Ints, edge: Longs) -> None:
    """Turn the path from the node to its root round."""
    before = -1
    joint = np.int64(-1)
    while node >= 0:
        after = parent[node]
        next_joint = edge[node]
        parent[node] = before
        edge[node] = joint
        before = node
        joint = next_joint
        node = after


@njit(cache=True, nogil=True)
def make_forest(
    indptr: Longs,
    centre: Ints,
    time: Floats,
    flow: Floats,
    n_centres: int,
    shared: Longs,
    parent: Ints,
    edge: Longs,
) -> int:
    """Shift people round rings of shared cells until none is left; return how many are shared.

    Loads stay as they are and the travel cost does not rise. Fills `shared`, `parent` and `edge`.
    """
    count = 0
    parent[:n_centres] = -1
    path = np.empty(2 * n_centres + 2, dtype=np.int64)
    for cell in range(len(indptr) - 1):
        used = 0
        for place in range(indptr[cell], indptr[cell + 1]):
            if flow[place] > 0:
                used += 1
        if used < 2:
            continue
        node = n_centres + count
        shared[count] = cell
        parent[node] = -1
        count += 1
        for place in range(indptr[cell], indptr[cell + 1]):
            if flow[place] > 0:
                _join(node, place, centre[place], time, flow, parent, edge, path)
    return count


@njit(cache=True, nogil=True)
def _join(
    node: int,
    place: int,
    here: int,
    time: Floats,
    flow: Floats,
    parent: Ints,
    edge: Longs,
    path: Longs,
) -> None:
    """Add one place to the forest; when it closes a ring, empty a place of that ring."""
    _make_root(node, parent, edge)
    length = 0
    step = here
    while parent[step] >= 0:
        path[length] = step
        length += 1
        step = parent[step]
    if step == node:
        _empty_ring(place, length, time, flow, edge, path)
        for at in range(length):
            if flow[edge[path[at]]] == 0:
                parent[path[at]] = -1
    if flow[place] > 0:
        parent[node] = here
        edge[node] = place


@njit(cache=True, nogil=True)
def _empty_ring(
    place: int, length: int, time: Floats, flow: Floats, edge: Longs, path: Longs
) -> None:
    """Shift people alternately up and down round the ring, in the direction that costs no more."""
    cost = time[place]
    least_up = flow[place]
    least_down = np.inf
    sign = -1.0
    for at in range(length):
        joint = edge[path[at]]
        cost += sign * time[joint]
        if sign > 0:
            least_up = min(least_up, flow[joint])
        else:
            least_down = min(least_down, flow[joint])
        sign = -sign
    amount = -least_up if cost > 0 else least_down
    flow[place] = _shifted(flow[place], amount)
    sign = -1.0
    for at in range(length):
        joint = edge[path[at]]
        flow[joint] = _shifted(flow[joint], sign * amount)
        sign = -sign


@njit(cache=True, nogil=True)
def _shifted(value: float, amount: float) -> float:
    """Return value + amount, an exact 0 where only rounding is left."""
    result = value + amount
    return 0.0 if result <= 1e-14 * abs(amount) else result


@njit(cache=True, nogil=True)
def _top_down(n_nodes: int, parent: Ints, order: Ints) -> None:
    """List the nodes so that each stands behind its parent."""
    first_child = np.full(n_nodes, -1, dtype=np.int32)
    sibling = np.full(n_nodes, -1, dtype=np.int32)
    filled = 0
    for node in range(n_nodes):
        if parent[node] < 0:
            order[filled] = node
            filled += 1
        else:
            sibling[node] = first_child[parent[node]]
            first_child[parent[node]] = node
    at = 0
    while at < filled:
        child = first_child[order[at]]
        while child >= 0:
            order[filled] = child
            filled += 1
            child = sibling[child]
        at += 1


@njit(cache=True, nogil=True)
def settle_forest(
    time: Floats,
    rate: Floats,
    flow: Floats,
    load: Floats,
    n_shared: int,
    parent: Ints,
    edge: Longs,
) -> int:
    """Move each tree towards the loads at which its shared places cost the same.

    Each tree stops at its first empty place, which is cut from it; returns how many were cut.
    Flows are changed, loads are not.
    """
    n_centres = len(rate)
    n_nodes = n_centres + n_shared
    order = np.empty(n_nodes, dtype=np.int32)
    _top_down(n_nodes, parent, order)
    root = np.empty(n_nodes, dtype=np.int32)
    # Price of a centre, or common cost of a cell, less that of its root.
    height = np.zeros(n_nodes, dtype=np.float64)
    breadth = np.zeros(n_nodes, dtype=np.float64)
    volume = np.zeros(n_nodes, dtype=np.float64)
    for at in range(n_nodes):
        node = order[at]
        root[node] = node
        if parent[node] >= 0:
            up = parent[node]
            root[node] = root[up]
            gain = time[edge[node]]
            height[node] = height[up] + (gain if node >= n_centres else -gain)
        if node < n_centres:
            breadth[root[node]] += 1 / rate[node]
            volume[root[node]] += load[node] - height[node] / rate[node]
    change = np.zeros(n_nodes, dtype=np.float64)
    stride = np.ones(n_nodes, dtype=np.float64)
    for at in range(n_nodes - 1, -1, -1):
        node = order[at]
        top = root[node]
        if node < n_centres:
            change[node] += (height[node] + volume[top] / breadth[top]) / rate[node] - load[node]
        if parent[node] >= 0:
            change[parent[node]] -= change[node]
            if change[node] < 0:
                stride[top] = min(stride[top], flow[edge[node]] / -change[node])
    cut = 0
    for at in range(n_nodes):
        node = order[at]
        if parent[node] < 0:
            continue
        place = edge[node]
        flow[place] = _shifted(flow[place], stride[root[node]] * change[node])
        if flow[place] == 0:
            parent[node] = -1
            cut += 1
    return cut
