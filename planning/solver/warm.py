"""Compile the siting kernels once by solving every model on a system of a few dozen points."""

from __future__ import annotations

import numpy as np

from planning.solver.median.cuts import search_by_cuts
from planning.solver.median.model import cost_of, median_core
from planning.solver.models.cover_curve import cover_curve
from planning.solver.pairs import SparseReach, sparse_reach
from planning.solver.problems import (
    BackupCover,
    CapacitatedCover,
    CapacitatedMedian,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SolveLimits,
    VillageCover,
)
from planning.solver.rules import compile_rules
from planning.solver.solve import solve
from planning.solver.stop import Clock

N_DEMAND, N_SITES = 60, 20
FEW = SolveLimits(rounds=60, nodes=50)


def warm() -> None:
    """Call every kernel with the types it is called with later."""
    reach, people = _system()
    limit, count = 400.0, 3
    lower, upper = np.zeros(N_SITES), np.full(N_SITES, people.sum())
    problems = (
        MaximalCover(reach, people, limit, count),
        FewestSites(reach, people, limit),
        PMedian(reach, people, count),
        PCentre(reach, people, count),
        BackupCover(reach, people, limit, count),
        ExpectedCover(reach, people, limit, count, 0.3),
        CapacitatedCover(reach, people, limit, count, lower, upper),
        CapacitatedMedian(reach, people, count, lower, upper),
        VillageCover(reach, people, limit, np.arange(N_DEMAND) // 6),
    )
    for problem in problems:
        solve(problem, limits=FEW)
    cover_curve(reach, people, limit)
    # A median this small is proved before any cut is needed.
    rules = compile_rules(SiteRules(), N_SITES)
    core = median_core(reach, people, np.full(N_DEMAND, 2_000.0), rules, count)
    sites = np.arange(count)
    search_by_cuts(core, sites, cost_of(core, sites), 1.0, Clock(FEW))


def _system() -> tuple[SparseReach, np.ndarray]:
    """Return all pairs of seeded places, in whole metres, and people."""
    rng = np.random.default_rng(1)
    places, sites = rng.uniform(0, 1_000, (N_DEMAND, 2)), rng.uniform(0, 1_000, (N_SITES, 2))
    metres = np.hypot(*(sites[:, None, :] - places[None, :, :]).transpose(2, 0, 1)).round()
    site, demand = np.indices(metres.shape).reshape(2, -1)
    return (
        sparse_reach(
            site.astype(np.int32),
            demand.astype(np.int32),
            metres.ravel().astype(np.int32),
            n_sites=N_SITES,
            n_demand=N_DEMAND,
        ),
        rng.integers(1, 50, N_DEMAND).astype(np.float64),
    )
