"""Branch and bound of the p-median on Lagrangian prices; far faster here than a general solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.solver.median import kernels
from planning.solver.median.model import MedianCore
from planning.solver.median.search import MedianDual
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.stop import Clock

LARGEST_STACK = 60_000_000
"""Most numbers on the stack of open nodes (rows x sites)."""

PATIENCE = 10
"""Rounds without a better bound before the step is cut, in the tree."""

PAIRS_A_CHUNK = 40_000_000

FIRST_PAIRS, ALL_PAIRS = 20_000_000_000, 60_000_000_000
"""Pairs walked by the tree before a general solver is tried, and in all when no clock is set."""

TREE_NODES = 3
"""Nodes of the tree for each node of the limits, which are meant for a general solver."""


@dataclass(slots=True, eq=False)
class MedianTree:
    """A search that can be stopped and taken up again; the arrays are those of the kernel.

    Parameters
    ----------
    core
        The problem; no rules among sites.
    status, price, bound
        Open nodes: sites that are open (1), closed (2) or free (0), prices and bound of each.
    best
        (n_sites,) sites of the best plan that the tree met; none when it met none.
    state
        Open nodes, best cost, nodes done, rounds done.
    """

    core: MedianCore
    status: NDArray[np.int8]
    price: Floats
    bound: Floats
    best: Flags
    state: Floats

    @property
    def sites(self) -> Indices | None:
        """Best sites met; None when the tree met none."""
        return np.flatnonzero(self.best) if self.best.any() else None

    @property
    def nodes(self) -> int:
        """Nodes done."""
        return int(self.state[2])

    @property
    def lowest(self) -> float:
        """No plan costs less."""
        open_bounds = self.bound[: int(self.state[0])]
        lowest = min(float(open_bounds.min(initial=np.inf)), float(self.state[1]))
        return lowest + self.core.constant


def fits_tree(core: MedianCore) -> bool:
    """Say whether the tree can take this problem: no rules among sites, and a stack that fits."""
    return core.rules.are_plain and len(core.people) * core.n_sites <= LARGEST_STACK


def median_tree(core: MedianCore, dual: MedianDual, best_cost: float) -> MedianTree:
    """Return the tree with its root alone; plans that cost `best_cost` or more are left out."""
    n, m = len(core.people), core.n_sites
    price, bound = np.zeros((m + 3, n)), np.zeros(m + 3)
    price[0], bound[0] = dual.price, dual.bound - core.constant
    state = np.array([1.0, best_cost - core.constant, 0.0, 0.0])
    status = np.zeros((m + 3, m), dtype=np.int8)
    return MedianTree(core, status, price, bound, np.zeros(m, dtype=np.bool_), state)


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
    most_nodes = TREE_NODES * clock.limits.nodes
    most_pairs = np.inf if clock.limits.seconds is not None else ALL_PAIRS
    most_pairs = most_pairs if is_last else FIRST_PAIRS
    while state[0] > 0 and state[2] < most_nodes and state[3] * n_pairs <= most_pairs:
        if not clock.goes_on("branch", tree.nodes, most_nodes):
            break
        kernels.median_tree(
            core.row_indptr, core.row_site, core.row_cost, core.people, core.base, core.count,
            step, rounds, PATIENCE, tree.status, tree.price, tree.bound, tree.best, state,
        )  # fmt: skip
