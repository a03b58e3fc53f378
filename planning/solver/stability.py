"""What happens to a plan when inputs are wrong: how often each site is chosen, and the range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.errors import Progress
from planning.solver.pairs import Floats
from planning.solver.plan import SitingPlan
from planning.solver.problems import SiteRules, SolveLimits
from planning.solver.solve import Problem, solve
from planning.solver.stop import Clock

QUICK = SolveLimits(rounds=300, nodes=200)
"""Limits of one run: enough to settle most plans, and the same for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How a plan stands over several runs with other inputs.

    Parameters
    ----------
    label
        Name of each run.
    chosen_share
        (n_sites,) share of the runs whose plan builds the site.
    plan_objective
        (n_runs,) objective of the given plan under the inputs of each run; NaN where it breaks.
    best_objective
        (n_runs,) objective of the plan chosen for each run; NaN where there is none.
    low, middle, high
        5th, 50th and 95th percentile of `plan_objective`.
    plans
        The plan of each run.
    """

    label: tuple[str, ...]
    chosen_share: Floats
    plan_objective: Floats
    best_objective: Floats
    low: float
    middle: float
    high: float
    plans: tuple[SitingPlan, ...]


def stability(
    plan: SitingPlan,
    runs: Mapping[str, Problem],
    *,
    seed: int = 0,
    limits: SolveLimits = QUICK,
    progress: Progress | None = None,
) -> Stability:
    """Choose sites again for every run, and measure the given plan under its inputs.

    Parameters
    ----------
    plan
        The plan that is being judged.
    runs
        Name -> the same problem under other inputs: speed sets, thresholds, population sources and
        years. Sites have the same numbers in all.
    seed, limits, progress
        As in `solve`, for each run.
    """
    clock = Clock(SolveLimits(seconds=limits.seconds), progress)
    plans, objectives = [], []
    for number, problem in enumerate(runs.values()):
        if not clock.goes_on("stability", number, len(runs)):
            break
        plans.append(solve(problem, seed=seed, limits=limits, progress=progress))
        objectives.append(_objective_under(plan, problem, seed))
    n_sites = next(iter(runs.values())).reach.n_sites
    chosen = np.zeros(n_sites)
    for other in plans:
        chosen[other.new_sites] += 1.0
    objective = np.array(objectives, dtype=np.float64)
    known = objective[np.isfinite(objective)]
    low, middle, high = np.percentile(known, [5, 50, 95]) if len(known) else (np.nan,) * 3
    best = [np.nan if p.objective is None else p.objective for p in plans]
    return Stability(
        tuple(runs)[: len(plans)], chosen / max(1, len(plans)), objective, np.array(best),
        float(low), float(middle), float(high), tuple(plans),
    )  # fmt: skip


def _objective_under(plan: SitingPlan, problem: Any, seed: int) -> float:
    """Return the objective of a plan's sites under another problem; NaN where they break it."""
    rules = SiteRules(existing=problem.rules.existing, required=tuple(plan.new_sites.tolist()))
    fixed = {"count": len(plan.new_sites)} if hasattr(problem, "count") else {}
    others = np.setdiff1d(
        np.arange(problem.reach.n_sites), [*problem.rules.existing, *plan.new_sites.tolist()]
    )
    closed = replace(rules, forbidden=tuple(int(j) for j in others))
    result = solve(replace(problem, rules=closed, **fixed), seed=seed, limits=QUICK)
    return np.nan if result.objective is None else result.objective
