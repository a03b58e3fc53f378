"""From chosen sites to a plan: who is served by whom, and the objective counted from that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import Finding
from planning.solver.pairs import (
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    read_only,
)
from planning.solver.problems import SitingPlan, Status, relative_gap, status_of, tightened

NO_INDICES: Indices = read_only([], np.int32)
NO_PEOPLE: Floats = read_only([], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a solver hands back: new sites and a bound; the objective is counted afterwards.

    Parameters
    ----------
    new_sites
        Sites to build; None when no plan keeps the rules.
    bound
        Bound on the objective, in the problem's own sense.
    method
        What found it and what proved it.
    is_cut
        True when the clock or the user stopped the search.
    units
        Units at each of `new_sites`; 1 each when None.
    findings
        What a reader must know.
    """

    new_sites: Indices | None
    bound: float
    method: str
    is_cut: bool = False
    units: Indices | None = None
    findings: tuple[Finding, ...] = field(default=())


def infeasible_plan(
    model: str, n_demand: int, *, method: str, seed: int, findings: tuple[Finding, ...]
) -> SitingPlan:
    """Return the plan that says that there is none, and why."""
    return SitingPlan(
        model, "infeasible", None, None, None, method, seed, NO_INDICES, NO_INDICES,
        read_only(np.full(n_demand, -1), np.int32), NO_INDICES, NO_INDICES, NO_PEOPLE, NO_INDICES,
        findings=findings,
    )  # fmt: skip


def undecided_plan(
    model: str, n_demand: int, *, method: str, seed: int, is_cut: bool
) -> SitingPlan:
    """Return the plan that says that the search ended before it found any."""
    nothing = infeasible_plan(
        model, n_demand, method=method, seed=seed, findings=(Finding("siting_none_found"),)
    )
    status: Status = "time_limit" if is_cut else "within_gap"
    return replace(nothing, status=status, is_replayable=not is_cut)


def plan_of(
    model: str,
    answer: Answer,
    *,
    existing: Indices,
    objective: float,
    assignment: NDArray[Any],
    seed: int,
    step: float,
    is_upper: bool,
) -> SitingPlan:
    """Return the plan of an answer, its bound moved to what the objective can take.

    Parameters
    ----------
    model
        Name of the model.
    answer
        Sites and bound; `new_sites` is not None.
    existing
        Sites that were open before.
    objective
        Counted from `assignment` by the caller.
    assignment
        (n_demand,) serving site, -1 none.
    seed
        Seed of the run.
    step
        Least difference between two objectives, 0 when unknown.
    is_upper
        True when the bound lies above the objective.
    """
    if answer.new_sites is None:
        msg = "an answer without sites is an infeasible plan"
        raise ValueError(msg)
    bound = tightened(answer.bound, step, is_upper=is_upper)
    # A bound made of floating-point sums may fall short of the objective by their rounding.
    bound = max(bound, objective) if is_upper else min(bound, objective)
    new_units = np.ones(len(answer.new_sites)) if answer.units is None else answer.units
    sites = np.concatenate([existing, answer.new_sites])
    order = np.argsort(sites, kind="stable")
    units = np.concatenate([np.ones(len(existing)), new_units])
    return SitingPlan(
        model, status_of(objective, bound, is_cut=answer.is_cut), objective, bound,
        relative_gap(objective, bound), answer.method, seed,
        read_only(sites[order], np.int32), read_only(np.sort(answer.new_sites), np.int32),
        read_only(assignment, np.int32), NO_INDICES, NO_INDICES, NO_PEOPLE,
        read_only(units[order], np.int32), is_replayable=not answer.is_cut,
        findings=answer.findings,
    )  # fmt: skip


def covered_plan(
    model: str,
    answer: Answer,
    reach: SparseReach,
    people: Floats,
    existing: Indices,
    *,
    seed: int,
    step: float,
) -> SitingPlan:
    """Return the plan of a cover answer; the objective is the people of the rows served."""
    sites = np.concatenate([existing, answer.new_sites if answer.new_sites is not None else []])
    assignment, _ = nearest_open(reach, sites.astype(np.int32))
    objective = float(people[assignment >= 0].sum())
    return plan_of(
        model, answer, existing=existing, objective=objective, assignment=assignment,
        seed=seed, step=step, is_upper=True,
    )  # fmt: skip
