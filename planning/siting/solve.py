"""One call for every siting problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from geo.errors import Progress
from planning.siting.backup import solve_backup
from planning.siting.budget import BudgetCover, CheapestCover, solve_budget, solve_cheapest
from planning.siting.capacitated import solve_capacitated
from planning.siting.centre import solve_centre
from planning.siting.cover import solve_maximal_cover
from planning.siting.expected import solve_expected
from planning.siting.faults import require_sound
from planning.siting.fewest import solve_fewest_sites
from planning.siting.median import solve_median
from planning.siting.problems import (
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
from planning.siting.villages import VillageCover, solve_villages

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
        One of the values of `planning.siting.problems`.
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
