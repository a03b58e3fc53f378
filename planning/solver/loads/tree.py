"""Branch and bound of the models with loads on assignment prices, the most promising node first."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from planning.solver.loads import kernels
from planning.solver.loads.bound import (
    LoadDual,
    decide_pairs,
    dual_of,
    prices_from,
    run_rounds,
)
from planning.solver.loads.model import LoadCore, LoadPlan
from planning.solver.loads.proof import branch
from planning.solver.loads.search import exchange_sites, plan_at
from planning.solver.pairs import Flags, Floats, read_only
from planning.solver.plan import least_gain
from planning.solver.stop import Clock

MOST_ROUNDS, FEW_ROUNDS = 60, 15
"""Rounds of the bound at a node, and those after which it must be on its way to the target."""

PATIENCE = 5

KEPT_USE = 0.9
"""How much of the past the share of rounds that open a site remembers."""

FIRST_PAIRS, MOST_PAIRS = 600_000_000, 2_000_000_000
"""Pairs filled before a general solver is tried, and in all when no clock is set."""

LEAF_NODES = 200
"""Nodes of the general solver once all sites of a node are decided."""


@dataclass(order=True, slots=True)
class Node:
    """Sites that are in and out, the bound of the plans that keep to them, and its prices."""

    key: float
    number: int
    is_in: Flags = field(compare=False)
    is_out: Flags = field(compare=False)
    price: Floats = field(compare=False)

    @property
    def bound(self) -> float:
        """No plan of this node brings more."""
        return -self.key


@dataclass(slots=True, eq=False)
class LoadTree:
    """A search that can be stopped and taken up again.

    Parameters
    ----------
    core
        The problem; no rules among sites.
    best
        Best plan known.
    step
        Least difference between two objectives, 0 when unknown.
    nodes
        Open nodes, a heap by bound.
    left_bound
        Bound of the nodes that were given up with all their sites decided.
    n_done, n_pairs
        Nodes done and pairs filled.
    """

    core: LoadCore
    best: LoadPlan
    step: float
    nodes: list[Node]
    left_bound: float = -np.inf
    n_done: int = 0
    n_pairs: float = 0.0
    seen: set[bytes] = field(default_factory=set)

    @property
    def target(self) -> float:
        """Profit that a better plan must reach."""
        return self.best.profit + least_gain(self.best.profit, self.step)

    @property
    def bound(self) -> float:
        """No plan at all brings more."""
        highest = self.nodes[0].bound if self.nodes else -np.inf
        return max(self.best.profit, self.left_bound, highest)


def load_tree(core: LoadCore, dual: LoadDual, best: LoadPlan, step: float) -> LoadTree:
    """Return the tree with its root alone."""
    nothing = np.zeros(len(core.site), dtype=bool)
    root = Node(-dual.bound, 0, np.array(core.is_fixed), nothing, np.array(dual.price))
    return LoadTree(core, best, step, [root])


def grow(tree: LoadTree, clock: Clock, *, is_last: bool) -> None:
    """Search until nothing better is left or the clock, the nodes or the pairs end it."""
    most_pairs = MOST_PAIRS if clock.limits.seconds is None else np.inf
    most_pairs = most_pairs if is_last else FIRST_PAIRS
    while tree.nodes and tree.nodes[0].bound >= tree.target and tree.n_pairs < most_pairs:
        if tree.n_done >= clock.limits.nodes:
            break
        if not clock.goes_on("branch", tree.n_done, clock.limits.nodes):
            break
        node = heapq.heappop(tree.nodes)
        tree.n_done += 1
        _settle(tree, node, clock)
    if tree.nodes and tree.nodes[0].bound < tree.target:
        tree.nodes.clear()


def _settle(tree: LoadTree, node: Node, clock: Clock) -> None:
    """Bound a node; drop it, solve it, or split it at the site its rounds are least sure of."""
    core = _within(tree.core, node)
    dual, use = _bound_node(tree, core, node, clock)
    if dual.bound < tree.target:
        return
    is_in, is_out, may_use = decide_pairs(core, dual, tree.target)
    is_out |= node.is_out
    free = np.flatnonzero(~is_in & ~is_out)
    full = is_in.sum() - tree.core.is_fixed.sum() >= tree.core.count
    if full or not len(free):
        site = np.repeat(np.arange(len(core.site)), np.diff(core.site_indptr))
        _solve_leaf(tree, (is_in, ~is_in, may_use & is_in[site]), dual.bound, clock)
        return
    pick = free[np.argmin(np.abs(use[free] - 0.5))]
    for child in range(2):  # first with the site, then without it
        sides = [is_in.copy(), is_out.copy()]
        sides[child][pick] = True
        number = 2 * tree.n_done + child
        heapq.heappush(tree.nodes, Node(-dual.bound, number, sides[0], sides[1], dual.price))


def _within(core: LoadCore, node: Node) -> LoadCore:
    """Return the problem of a node: sites that are in stand, sites that are out have no room."""
    n_new = int(node.is_in.sum() - core.is_fixed.sum())
    return replace(
        core,
        is_fixed=read_only(node.is_in, np.bool_),
        upper=read_only(np.where(node.is_out, 0.0, core.upper), np.float64),
        upper_units=read_only(
            np.where(node.is_out, 0, core.upper_units) if len(core.units) else [], np.int64
        ),
        count=core.count - n_new,
    )


def _bound_node(
    tree: LoadTree, core: LoadCore, node: Node, clock: Clock
) -> tuple[LoadDual, Floats]:
    """Return the bound of a node and how often its rounds opened each site; try their sites."""
    prices, use = prices_from(core, node.price), np.zeros(len(core.site))
    state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    state.bound, state.profit, state.factor = 1e300, tree.best.profit, 0.4
    state.least_gap = tree.target - tree.best.profit
    before = np.inf
    while not state.is_done and state.rounds < MOST_ROUNDS:
        run_rounds(core, prices, state, rounds=1, patience=PATIENCE)
        use += (1 - KEPT_USE) * (prices.is_open - use)
        if state.rounds % FEW_ROUNDS == 0:
            # At the pace of the last rounds, would the rest of them reach the target?
            rest = (MOST_ROUNDS - state.rounds) / FEW_ROUNDS
            if state.bound - rest * (before - state.bound) > tree.target:
                break
            before = float(state.bound)
    tree.n_pairs += state.rounds * len(core.profit)
    _try_sites(tree, core, prices.value, node.is_out, clock)
    return dual_of(prices, min(node.bound, float(state.bound)), int(state.rounds)), use


def _try_sites(tree: LoadTree, core: LoadCore, value: Floats, is_out: Flags, clock: Clock) -> None:
    """Make a plan of the sites that are worth most at the best prices of a node."""
    worth = np.where(core.is_fixed, np.inf, np.where(is_out, -np.inf, value))
    top = np.argsort(-worth, kind="stable")[: int(core.is_fixed.sum()) + core.count]
    sites = np.sort(top[worth[top] > 0])
    key = sites.tobytes()
    if key in tree.seen:
        return
    tree.seen.add(key)
    found = plan_at(tree.core, sites)
    if found.profit > tree.best.profit:
        tree.best = exchange_sites(tree.core, value, found, clock)


def _solve_leaf(
    tree: LoadTree, decided: tuple[Flags, Flags, Flags], bound: float, clock: Clock
) -> None:
    """Assign the rows to the sites of a node as well as possible, all its sites being decided."""
    part = clock.part(1.0, 1.0)
    part.limits = replace(part.limits, nodes=LEAF_NODES)
    found, solved = branch(tree.core, decided, tree.best, part)
    clock.is_cut, clock.is_stopped = clock.is_cut or part.is_stopped, part.is_stopped
    if found is not None and found.profit > tree.best.profit:
        tree.best = found
    if not solved.is_infeasible:
        tree.left_bound = max(tree.left_bound, min(bound, -solved.bound))
