"""Branch and bound of the maximal cover on Lagrangian prices."""

from __future__ import annotations

import numpy as np

from planning.solver.cover import kernels
from planning.solver.cover.model import Choice, CoverCore, reduce_cover, worth_of
from planning.solver.cover.search import pairs_of
from planning.solver.pairs import Flags, Floats, Indices, read_only
from planning.solver.stop import Clock

LARGEST_STACK = 60_000_000
"""Most numbers on the stack of open nodes (rows x sites)."""

PATIENCE = 10

PAIRS_A_CHUNK = 40_000_000

FIRST_PAIRS = 3_000_000_000
"""Pairs walked by the tree before a general solver is tried on what it left."""


def fits_tree(core: CoverCore, is_open: Flags) -> bool:
    """Say whether the tree can take what is left: single covers, unit costs, no rules, no needs."""
    is_simple = len(core.level_gain) == 2 and core.has_unit_costs and core.copies == 1
    size = core.instance.n_rows * int(is_open.sum())
    return bool(
        is_simple and core.rules.are_plain and not core.need.any() and size <= LARGEST_STACK
    )


def search_tree(
    core: CoverCore, fixed: Indices, is_open: Flags, *, best: Choice, bound: float, step: float,
    clock: Clock, is_last: bool = False,
) -> tuple[Choice, float, int]:  # fmt: skip
    """Search every choice that is worth more than the best, depth first.

    Parameters
    ----------
    core
        The problem.
    fixed, is_open
        (n_sites,) units decided, and sites that may still be fixed.
    best, bound
        Best choice and bound known.
    step
        A better choice is worth at least this much more.
    clock
        Nodes and time.
    is_last
        True when nothing else will be tried: the tree goes on to the limits of the clock.

    Returns
    -------
    tuple
        The best choice, the bound, and the nodes of the tree.
    """
    rest = reduce_cover(core, fixed, is_open)
    base = worth_of(core, fixed)
    sites = np.flatnonzero(np.diff(rest.instance.site_indptr) > 0)
    indptr = np.append(rest.instance.site_indptr[sites], rest.instance.site_indptr[-1:])
    n_rows, n_sites = rest.instance.n_rows, len(sites)
    price = np.zeros((n_sites + 3, n_rows))
    price[0] = _first_price(rest, n_sites)
    status, open_bound = np.zeros((n_sites + 3, n_sites), dtype=np.int8), np.zeros(n_sites + 3)
    open_bound[0] = bound - base
    stack = kernels.Stack(status, price, open_bound)
    state = np.zeros(1, kernels.TREE_STATE).view(np.recarray)[0]
    state.n_open, state.worth = 1, best.worth - base
    node_state = np.zeros(1, kernels.BOUND_STATE).view(np.recarray)[0]
    found = np.zeros(n_sites, dtype=np.bool_)
    n_pairs = len(rest.instance.site_row) + n_rows + n_sites + 1
    rounds = max(1, PAIRS_A_CHUNK // n_pairs)
    pairs = pairs_of(rest.instance)._replace(site_indptr=read_only(indptr, np.int64))
    nothing = read_only(np.zeros(n_rows), np.int32)
    unit = read_only(np.ones(n_sites), np.float64)
    while state.n_open > 0 and state.nodes < clock.limits.nodes:
        if not clock.goes_on("branch", int(state.nodes), clock.limits.nodes):
            break
        if not is_last and state.rounds * n_pairs > FIRST_PAIRS:
            break
        kernels.cover_tree(
            pairs, rest.instance.people, core.level_gain, nothing, unit, round(rest.budget), step,
            rounds, PATIENCE, stack, found, state, node_state,
        )  # fmt: skip
    if found.any():
        units = np.array(fixed)
        units[sites[found]] = 1
        best = Choice(units, worth_of(core, units))
    # Nodes still open may hold anything up to their bound; nodes done hold nothing better.
    highest = float(open_bound[: int(state.n_open)].max(initial=-np.inf))
    return best, min(bound, max(best.worth, highest + base)), int(state.nodes)


def _first_price(rest: CoverCore, n_sites: int) -> Floats:
    """Return the price of each row by the share of its sites that can be expected to be fixed."""
    degree = np.diff(rest.instance.row_indptr)
    share = np.maximum(1.0, degree * rest.budget / max(1, n_sites))
    return np.asarray(rest.instance.people / share, dtype=np.float64)
