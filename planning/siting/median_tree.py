"""Branch and bound of the p-median on Lagrangian prices; far faster here than a general solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.siting import median_kernels as kernels
from planning.siting.clock import Clock
from planning.siting.instance import Indices
from planning.siting.median_core import MedianCore
from planning.siting.median_search import MedianDual

LARGEST_STACK = 60_000_000
"""Most numbers on the stack of open nodes (rows x sites)."""

PATIENCE = 10
"""Rounds without a better bound before the step is cut, in the tree."""

PAIRS_A_CHUNK = 40_000_000

FIRST_PAIRS = 20_000_000_000
"""Pairs walked by the tree before a general solver is tried on what it left."""


@dataclass(frozen=True, slots=True, eq=False)
class TreeAnswer:
    """The best sites of the tree (None when it met none), the bound on all its plans, and nodes."""

    sites: Indices | None
    bound: float
    nodes: int


def fits_tree(core: MedianCore) -> bool:
    """Say whether the tree can take this problem: no rules among sites, and a stack that fits."""
    return core.rules.are_plain and len(core.people) * core.n_sites <= LARGEST_STACK


def median_by_tree(
    core: MedianCore,
    dual: MedianDual,
    best_cost: float,
    step: float,
    *,
    clock: Clock,
    is_last: bool,
) -> TreeAnswer:
    """Search all plans cheaper than `best_cost`, depth first.

    Parameters
    ----------
    core, dual
        The problem and its bound at the root.
    best_cost
        Cost of the best plan known.
    step
        A better plan is cheaper by more than this.
    clock
        Nodes and time.
    is_last
        True when nothing else will be tried: the tree goes on to the limits of the clock.
    """
    n, m = len(core.people), core.n_sites
    status = np.zeros((m + 3, m), dtype=np.int8)
    price = np.zeros((m + 3, n))
    price[0] = dual.price
    bound = np.zeros(m + 3)
    bound[0] = dual.bound - core.constant
    state = np.array([1.0, best_cost - core.constant, 0.0, 0.0])
    best = np.zeros(m, dtype=np.bool_)
    n_pairs = len(core.row_site) + n + m + 1
    rounds = max(1, PAIRS_A_CHUNK // n_pairs)
    while state[0] > 0 and state[2] < clock.limits.nodes:
        if not clock.goes_on("branch", int(state[2]), clock.limits.nodes):
            break
        if not is_last and state[3] * n_pairs > FIRST_PAIRS:
            break
        kernels.median_tree(
            core.row_indptr, core.row_site, core.row_cost, core.people, core.base, core.count,
            step, rounds, PATIENCE, status, price, bound, best, state,
        )  # fmt: skip
    open_bounds = bound[: int(state[0])]
    lowest = float(min(open_bounds.min(initial=np.inf), state[1]))
    sites = np.flatnonzero(best) if best.any() else None
    return TreeAnswer(sites, lowest + core.constant, int(state[2]))
