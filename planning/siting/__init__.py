"""Where the next stations go, with a bound on how much better any other plan could be."""

from planning.siting.budget import BudgetCover, CheapestCover
from planning.siting.curve import CoverCurve, cover_curve
from planning.siting.instance import SparseReach, sparse_reach
from planning.siting.problems import (
    BackupCover,
    CapacitatedCover,
    CapacitatedMedian,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SiteRules,
    SitingPlan,
    SolveLimits,
)
from planning.siting.solve import solve
from planning.siting.two_level import TwoLevel, TwoLevelPlan, solve_two_level
from planning.siting.villages import VillageCover

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
