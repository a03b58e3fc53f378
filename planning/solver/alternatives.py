"""Plans that are nearly as good and differ, so that officials can choose."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import Any

from geo.errors import Progress
from planning.solver.plan import SitingPlan, relative_gap, status_of
from planning.solver.problems import SolveLimits
from planning.solver.solve import Problem, solve
from planning.solver.stop import Clock

MOST_TRIALS = 300
"""Problems solved in the search for alternatives."""

QUICK = SolveLimits(rounds=60, nodes=0)
"""Limits of an alternative: search and a short bound; the proof is that of the best plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Alternatives:
    """The best plan first, then others in order of their objective.

    Parameters
    ----------
    plans
        Each keeps the rules; its gap is measured to the bound of the best plan.
    lost_share
        What each plan gives up, as a share of the best plan's objective.
    is_complete
        True when the search ended because nothing else is within the share, not because it was
        stopped.
    """

    plans: tuple[SitingPlan, ...]
    lost_share: tuple[float, ...]
    is_complete: bool


def alternatives(
    problem: Problem,
    *,
    count: int = 3,
    within: float = 0.01,
    differ: int = 2,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> Alternatives:
    """Return plans within a share of the best that differ from each other in some sites.

    The best plan is solved; then one of its new sites after the other is forbidden, and again those
    of the plans that this gives, in order of their objective. Every plan that differs in `differ`
    sites can be reached in that many steps, so the order is that of the objective as far as the
    short searches find each best plan.

    Parameters
    ----------
    problem
        Any problem with `rules`.
    count
        Most plans to return, the best one included.
    within
        Largest loss as a share of the best objective.
    differ
        New sites in which two plans differ, at least.
    seed, progress
        As in `solve`.
    limits
        Limits of the best plan.
    """
    clock = Clock(limits or SolveLimits(), progress)
    best = solve(problem, seed=seed, limits=limits, progress=progress)
    if best.objective is None:
        return Alternatives((best,), (0.0,), True)
    found, n_trials = [best], 0
    queue: list[tuple[float, int, frozenset[int], SitingPlan]] = [(0.0, 0, frozenset(), best)]
    seen: set[frozenset[int]] = {frozenset()}
    while queue and len(found) < count and n_trials < MOST_TRIALS:
        if not clock.goes_on("alternatives", len(found), count):
            break
        _, _, closed, plan = heapq.heappop(queue)
        if all(_difference(plan, other) >= differ for other in found):
            found.append(plan)
        for site in _may_close(problem, plan):
            without = closed | {site}
            if without in seen or n_trials >= MOST_TRIALS:
                continue
            seen.add(without)
            n_trials += 1
            trial = _solve_without(problem, without, seed, clock)
            lost = _lost(best, trial)
            if trial is not None and lost <= within:
                heapq.heappush(queue, (lost, n_trials, without, trial))
    plans = tuple(_with_bound_of(best, plan) for plan in found)
    return Alternatives(
        plans, tuple(_lost(best, plan) for plan in found), not queue and not clock.is_cut
    )


def _may_close(problem: Any, plan: SitingPlan) -> list[int]:
    """Return the new sites of a plan that are not required."""
    return [int(j) for j in plan.new_sites if int(j) not in problem.rules.required]


def _solve_without(
    problem: Any, closed: frozenset[int], seed: int, clock: Clock
) -> SitingPlan | None:
    """Return a plan without some sites; None when the rules leave too few."""
    rules = problem.rules
    candidates = problem.reach.n_sites - len(set(rules.existing) | set(rules.forbidden) | closed)
    if candidates < max(1, getattr(problem, "count", 1)):
        return None
    forbidden = tuple(sorted(set(rules.forbidden) | closed))
    smaller = replace(problem, rules=replace(rules, forbidden=forbidden))
    plan = solve(smaller, seed=seed, limits=QUICK, progress=clock.progress)
    return plan if plan.objective is not None else None


def _difference(a: SitingPlan, b: SitingPlan) -> int:
    """Return how many new sites of one plan the other lacks, the larger of both ways."""
    one, two = set(a.new_sites.tolist()), set(b.new_sites.tolist())
    return max(len(one - two), len(two - one))


def _lost(best: SitingPlan, plan: SitingPlan | None) -> float:
    """Return the loss of a plan as a share of the best objective, 0 when it is as good."""
    if plan is None or plan.objective is None or best.objective is None or best.bound is None:
        return float("inf")
    loss = best.objective - plan.objective
    loss = loss if best.sense == "max" else -loss
    return max(0.0, loss) / max(abs(best.objective), 1e-9)


def _with_bound_of(best: SitingPlan, plan: SitingPlan) -> SitingPlan:
    """Return a plan with the bound of the whole problem instead of its own restricted one."""
    if plan is best or best.bound is None or plan.objective is None:
        return plan
    gap = relative_gap(plan.objective, best.bound)
    status = status_of(plan.objective, best.bound, is_cut=False)
    return replace(plan, bound=best.bound, gap=gap, status=status)
