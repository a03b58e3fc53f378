"""One call for every siting problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from geo.errors import Progress
from planning.solver.cover.maximal import solve_maximal_cover
from planning.solver.faults import require_sound
from planning.solver.loads.capacitated import solve_capacitated
from planning.solver.median.p_median import solve_median
from planning.solver.models.backup import solve_backup
from planning.solver.models.budget import BudgetCover, CheapestCover, solve_budget, solve_cheapest
from planning.solver.models.expected import solve_expected
from planning.solver.models.fewest import solve_fewest_sites
from planning.solver.models.p_centre import solve_centre
from planning.solver.models.villages import VillageCover, solve_villages
from planning.solver.problems import (
    BackupCover,
    CapacitatedCover,
    CapacitatedMedian,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SitingPlan,
    SolveLimits,
)

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

_SOLVERS: dict[type, Callable[..., SitingPlan]] = {
    MaximalCover: solve_maximal_cover,
    FewestSites: solve_fewest_sites,
    PMedian: solve_median,
    PCentre: solve_centre,
    BackupCover: solve_backup,
    ExpectedCover: solve_expected,
    CapacitatedCover: solve_capacitated,
    CapacitatedMedian: solve_capacitated,
    BudgetCover: solve_budget,
    CheapestCover: solve_cheapest,
    VillageCover: solve_villages,
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
    options: dict[str, Any] = {"seed": seed, "limits": limits, "progress": progress}
    return _SOLVERS[type(problem)](problem, **options)
