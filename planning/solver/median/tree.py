"""Branch and bound of the p-median on Lagrangian prices; far faster here than a general solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planning.solver.median import kernels
from planning.solver.median.model import MedianCore
from planning.solver.median.search import MedianDual, by_row
from planning.solver.pairs import Flags, Indices
from planning.solver.stop import Clock

LARGEST_STACK = 60_000_000
"""Most numbers on the stack of open nodes (rows x sites)."""

PATIENCE = 10
"""Rounds without a better bound before the step is cut, in the tree."""

PAIRS_A_CHUNK = 40_000_000

FIRST_PAIRS, ALL_PAIRS = 2_000_000_000, 60_000_000_000
"""Pairs walked by the tree before a general solver is tried, and in all when no clock is set."""

TREE_NODES = 3
"""Nodes of the tree for each node of the limits, which are meant for a general solver."""


@dataclass(slots=True, eq=False)
class MedianTree:
    """A search that can be stopped and taken up again.

    Parameters
    ----------
    core
        The problem; no rules among sites.
    stack
        Open nodes.
    best
        (n_sites,) sites of the best plan that the tree met; none when it met none.
    state
        Open nodes, least cost, nodes and rounds done.
    """

    core: MedianCore
    stack: kernels.Stack
    best: Flags
    state: Any

    @property
    def sites(self) -> Indices | None:
        """Best sites met; None when the tree met none."""
        return np.flatnonzero(self.best) if self.best.any() else None

    @property
    def nodes(self) -> int:
        """Nodes done."""
        return int(self.state.nodes)

    @property
    def lowest(self) -> float:
        """No plan costs less: neither the best one nor any plan of an open node."""
        open_bounds = self.stack.bound[: int(self.state.n_open)]
        lowest = min(float(open_bounds.min(initial=np.inf)), float(self.state.cost))
        return lowest + self.core.constant


def fits_tree(core: MedianCore) -> bool:
    """Say whether the tree can take this problem: no rules among sites, and a stack that fits."""
    return core.rules.are_plain and len(core.people) * core.n_sites <= LARGEST_STACK


def median_tree(core: MedianCore, dual: MedianDual, best_cost: float) -> MedianTree:
    """Return the tree with its root alone; plans that cost `best_cost` or more are left out."""
    n, m = len(core.people), core.n_sites
    stack = kernels.Stack(
        np.zeros((m + 3, m), dtype=np.int8), np.zeros((m + 3, n)), np.zeros(m + 3)
    )
    stack.price[0], stack.bound[0] = dual.price, dual.bound - core.constant
    state = np.zeros(1, kernels.TREE_STATE).view(np.recarray)[0]
    state.n_open, state.cost = 1, best_cost - core.constant
    return MedianTree(core, stack, np.zeros(m, dtype=np.bool_), state)


def grow(tree: MedianTree, step: float, clock: Clock, *, is_last: bool) -> None:
    """Search depth first until nothing better is left or the nodes, the pairs or the clock end it.

    Parameters
    ----------
    tree
        Is changed.
    step
        A better plan is cheaper by more than this.
    clock
        Nodes and time.
    is_last
        False when a general solver will be tried on what this leaves.
    """
    core, state = tree.core, tree.state
    n_pairs = len(core.row_site) + len(core.people) + core.n_sites + 1
    rounds = max(1, PAIRS_A_CHUNK // n_pairs)
    node_state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    most_nodes = TREE_NODES * clock.limits.nodes
    most_pairs = np.inf if clock.limits.seconds is not None else ALL_PAIRS
    most_pairs = most_pairs if is_last else FIRST_PAIRS
    while state.n_open > 0 and state.nodes < most_nodes and state.rounds * n_pairs <= most_pairs:
        if not clock.goes_on("branch", tree.nodes, most_nodes):
            break
        kernels.median_tree(
            by_row(core), core.people, core.base, core.count, step, rounds, PATIENCE, tree.stack,
            tree.best, state, node_state,
        )  # fmt: skip
