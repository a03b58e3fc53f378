"""A problem of the solvers with what its numbers mean to planners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from geo.errors import Finding
from planning.reach.scenario import Mask
from planning.sites.readings import (
    Reading,
)
from planning.solver import SitingPlan, SolveLimits, SparseReach, TwoLevel, sparse_reach
from planning.solver.pairs import Indices
from planning.solver.plan import relative_gap
from planning.solver.solve import Problem

Unit: TypeAlias = Literal[
    "people",
    "people covered twice",
    "expected people",
    "sites",
    "yuan",
    "person-minutes",
    "minutes",
]


@dataclass(frozen=True, slots=True, eq=False)
class SitingProblem:
    """A problem with what its numbers mean.

    Parameters
    ----------
    problem
        Options first, in the order of the question; standing points behind them.
    unit, scale, shift
        The objective in planners' units is `objective * scale - shift`.
    centre_facility, centre_site
        Of two levels: institution or option of each centre, -1 for the other.
    findings
        What was set aside or put together.
    """

    problem: Problem | TwoLevel
    unit: Unit
    scale: float = 1.0
    shift: float = 0.0
    limits: SolveLimits | None = None
    centre_facility: Indices | None = None
    centre_site: Indices | None = None
    findings: tuple[Finding, ...] = ()


def in_planners_units(problem: SitingProblem, plan: SitingPlan) -> SitingPlan:
    """Return the plan with objective and bound in planners' units.

    >>> from planning.solver.plan import infeasible_plan
    >>> plan = infeasible_plan("lscp", 0, method="", seed=0, findings=())
    >>> in_planners_units(SitingProblem(None, "sites"), plan) is plan
    True
    """
    if plan.objective is None or plan.bound is None:
        return plan
    if problem.scale == 1.0 and problem.shift == 0.0:
        return plan
    objective = plan.objective * problem.scale - problem.shift
    bound = plan.bound * problem.scale - problem.shift
    return replace(plan, objective=objective, bound=bound, gap=relative_gap(objective, bound))


def option_pairs(reading: Reading, rows: Indices, *, most: int) -> SparseReach:
    """Return the pairs of the options with some demand points."""
    pairs = reading.pairs
    row_of = np.full(len(reading.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int64), np.diff(pairs.indptr))
    keep = (row_of[pairs.demand] >= 0) & (pairs.tenths <= most)
    return sparse_reach(
        site[keep],
        row_of[pairs.demand[keep]],
        pairs.tenths[keep].astype(np.int64),
        n_sites=len(pairs.indptr) - 1,
        n_demand=len(rows),
    )


def note_set_aside(reading: Reading, lost: Mask) -> tuple[Finding, ...]:
    """Return what is said of people whom no option reaches; nothing where there are none."""
    if not lost.any():
        return ()
    said = (("people", float(reading.people[lost].sum())), ("rows", int(lost.sum())))
    return (Finding("siting_set_aside", said),)
