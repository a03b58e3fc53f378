"""Where the next stations go, with a bound on how much better any other plan could be."""

from planning.solver.models.cover_curve import CoverCurve, cover_curve
from planning.solver.models.two_level import TwoLevelPlan, solve_two_level
from planning.solver.pairs import SparseReach, sparse_reach
from planning.solver.plan import SitingPlan
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
    SiteRules,
    SolveLimits,
    TwoLevel,
    VillageCover,
)
from planning.solver.solve import solve

__all__ = [
    "BackupCover",
    "BudgetCover",
    "CapacitatedCover",
    "CapacitatedMedian",
    "CheapestCover",
    "CoverCurve",
    "ExpectedCover",
    "FewestSites",
    "MaximalCover",
    "PCentre",
    "PMedian",
    "SiteRules",
    "SitingPlan",
    "SolveLimits",
    "SparseReach",
    "TwoLevel",
    "TwoLevelPlan",
    "VillageCover",
    "cover_curve",
    "solve",
    "solve_two_level",
    "sparse_reach",
]
