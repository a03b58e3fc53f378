"""One call for every siting problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from geo.errors import Progress
from planning.solver.faults import require_sound
from planning.solver.models.backup import backup_cover
from planning.solver.models.budget import budget_cover, cheapest_cover
from planning.solver.models.capacitated import capacitated
from planning.solver.models.expected import expected_cover
from planning.solver.models.fewest import fewest_sites
from planning.solver.models.maximal import maximal_cover
from planning.solver.models.p_centre import p_centre
from planning.solver.models.p_median import p_median
from planning.solver.models.villages import village_cover
from planning.solver.plan import Answer, NoAnswer, SitingPlan, Task, plan_of, task_of
from planning.solver.problems import (
    BackupCover,
    BudgetCover,
    CapacitatedCover,
    CapacitatedMedian,
    CheapestCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SolveLimits,
    VillageCover,
)
from planning.solver.stop import Clock

Problem: TypeAlias = (
    MaximalCover
    | FewestSites
    | PMedian
    | PCentre
    | BackupCover
    | ExpectedCover
    | CapacitatedCover
    | CapacitatedMedian
    | BudgetCover
    | CheapestCover
    | VillageCover
)

_MODELS: dict[type, Callable[[Task], Answer | NoAnswer]] = {
    MaximalCover: maximal_cover,
    FewestSites: fewest_sites,
    PMedian: p_median,
    PCentre: p_centre,
    BackupCover: backup_cover,
    ExpectedCover: expected_cover,
    CapacitatedCover: capacitated,
    CapacitatedMedian: capacitated,
    BudgetCover: budget_cover,
    CheapestCover: cheapest_cover,
    VillageCover: village_cover,
}


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Return the best plan found for a siting problem, with its bound.

    Parameters
    ----------
    problem
        One of the values of `planning.solver.problems`.
    seed
        Seed of the local search; the same seed gives the same plan.
    limits
        Rounds, nodes and seconds at which the search stops.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When the problem contradicts itself; every fault at once.
    """
    require_sound(problem)
    task = task_of(problem, Clock(limits or SolveLimits(), progress), seed)
    return plan_of(task, _MODELS[type(problem)](task))
