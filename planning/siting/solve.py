"""One call for every siting problem."""

from __future__ import annotations

from geo.errors import Progress
from planning.siting.cover import solve_maximal_cover
from planning.siting.problems import MaximalCover, SitingPlan, SolveLimits


def solve(
    problem: MaximalCover,
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
    return solve_maximal_cover(problem, seed=seed, limits=limits, progress=progress)
