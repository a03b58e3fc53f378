"""Where the next stations go, with a bound on how much better any other plan could be."""

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

__all__ = [
    "BackupCover",
    "CapacitatedCover",
    "CapacitatedMedian",
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
    "cover_curve",
    "solve",
    "sparse_reach",
]
