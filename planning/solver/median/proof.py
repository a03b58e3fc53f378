"""What the Lagrangian leaves open of a p-median, decided by branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.solver.cover.proof import add_site_rules
from planning.solver.highs import Programme, Solved, run_highs
from planning.solver.median.model import MedianCore
from planning.solver.median.search import MedianDual
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.stop import Clock

LARGEST_PROOF = 6_000
"""Most steps (distinct costs of all rows) handed to branch and bound: above it the first relaxation
alone takes longer than the tree on prices."""

LARGEST_PROOF_WITH_RULES = 200_000
"""The same where rules among sites leave no other way."""

PAIRS_A_STEP = 30
"""Pairs for each step above which steps are not even counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Distinct costs of each row in order: step s of row i costs `rise` more than the one before.

    A row pays step s unless a site of an earlier step is open; `last` steps may not be paid.
    """

    row: Indices
    is_first: Indices
    rise: Floats
    pair_step: Indices
    pair_site: Indices
    lowest: float


def _usable(core: MedianCore, dual: MedianDual, cutoff: float) -> tuple[Flags, Flags]:
    """Return the pairs and the bases that a plan of at most `cutoff` can use.

    Serving row i at a cost above its price raises the bound by the difference.
    """
    slack = max(cutoff - dual.bound, 0.0) + 1e-6 * abs(cutoff) / len(core.people)
    allowed = dual.price + slack
    row = np.repeat(np.arange(len(core.people)), np.diff(core.row_indptr))
    return core.people[row] * core.row_cost <= allowed[row], core.people * core.base <= allowed


def _steps(core: MedianCore, keep: Flags, has_base: Flags) -> Steps:
    """Return the distinct costs of each row among the pairs and bases that may be used."""
    row = np.repeat(np.arange(len(core.people)), np.diff(core.row_indptr))
    row, site, cost = row[keep], core.row_site[keep], core.row_cost[keep]
    row = np.concatenate([row, np.flatnonzero(has_base)])
    site = np.concatenate([site, np.full(int(has_base.sum()), -1)])
    cost = np.concatenate([cost, core.base[has_base]])
    order = np.lexsort((site, cost, row))
    row, site, cost = row[order], site[order], cost[order]
    is_new_row = np.concatenate([[True], row[1:] != row[:-1]])
    is_new = is_new_row | np.concatenate([[True], cost[1:] != cost[:-1]])
    step = np.cumsum(is_new) - 1
    step_row, step_cost = row[is_new], cost[is_new]
    starts_row = is_new_row[is_new]
    rise = np.diff(step_cost, prepend=0.0)
    rise[starts_row] = 0.0
    weight = core.people[step_row]
    lowest = float(weight[starts_row] @ step_cost[starts_row])
    return Steps(step_row, starts_row, rise * weight, step, site, lowest)


def median_programme(core: MedianCore, steps: Steps) -> Programme:
    """Return the p-median by steps (Cornuejols, Nemhauser and Wolsey 1980; Elloumi 2010).

    Columns: open sites, then for each step 1 when no site of the steps before it is open. The last
    step of a row must end it: one of its sites is open, unless the row's base is among the steps.
    """
    n_sites, n_steps = core.n_sites, len(steps.row)
    programme = Programme(
        np.concatenate([np.zeros(n_sites), steps.rise]),
        np.zeros(n_sites + n_steps),
        np.ones(n_sites + n_steps),
        np.arange(n_sites + n_steps) < n_sites,
    )
    programme.lower[n_sites:][steps.is_first] = 1.0
    is_site = steps.pair_site >= 0
    is_last = np.concatenate([steps.is_first[1:], [True]])
    ends_at_base = np.zeros(n_steps, dtype=bool)
    ends_at_base[steps.pair_step[~is_site]] = True
    # Row s: sites of step s + column of step s + 1 >= column of step s.
    goes_on = np.flatnonzero(~is_last)
    has_row = ~ends_at_base
    number = np.cumsum(has_row) - 1
    pair = is_site & has_row[steps.pair_step]
    goes_on = goes_on[has_row[goes_on]]
    own = np.flatnonzero(has_row)
    programme.add_rows(
        np.concatenate([number[steps.pair_step[pair]], number[goes_on], number[own]]),
        np.concatenate([steps.pair_site[pair], n_sites + goes_on + 1, n_sites + own]),
        np.concatenate([np.ones(int(pair.sum()) + len(goes_on)), -np.ones(len(own))]),
        lower=0.0, upper=np.inf, count=len(own),
    )  # fmt: skip
    return programme


def median_by_branching(
    core: MedianCore, dual: MedianDual, cutoff: float, chosen: Indices | None, clock: Clock
) -> Solved | None:
    """Return what branch and bound finds among plans of at most `cutoff`; None when too large."""
    largest = LARGEST_PROOF if core.rules.are_plain else LARGEST_PROOF_WITH_RULES
    usable, has_base = _usable(core, dual, cutoff)
    if usable.sum() > PAIRS_A_STEP * largest:
        return None
    steps = _steps(core, usable, has_base)
    if len(steps.row) > largest:
        return None
    programme = median_programme(core, steps)
    add_site_rules(
        programme, core.rules, np.ones(core.n_sites), float(core.count), np.arange(core.n_sites)
    )
    start = None if chosen is None else _start_values(core, steps, chosen)
    solved = run_highs(programme, clock, start=start, is_last=not core.rules.are_plain)
    offset = core.constant + steps.lowest
    return replace(solved, objective=solved.objective + offset, bound=solved.bound + offset)


def _start_values(core: MedianCore, steps: Steps, chosen: Indices) -> Floats | None:
    """Return the columns of a plan; None when a row would need a step that was cut."""
    is_open = np.zeros(core.n_sites + 1)
    is_open[chosen] = 1.0
    is_open[-1] = 1.0  # the base of a row, listed as site -1, is always open
    opens = np.zeros(len(steps.row))
    np.maximum.at(opens, steps.pair_step, is_open[steps.pair_site])
    reached = np.cumsum(opens)
    start_of_row = np.flatnonzero(steps.is_first)
    size = np.diff(np.append(start_of_row, len(steps.row)))
    before = np.repeat(reached[start_of_row] - opens[start_of_row], size)
    is_paid = (reached - opens - before == 0).astype(np.float64)
    last = start_of_row + size - 1
    if ((reached - before)[last] == 0).any():
        return None
    return np.concatenate([is_open[:-1], is_paid])
