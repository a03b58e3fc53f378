"""Where the next stations go, with a bound on how much better any other plan could be."""

from planning.siting.instance import SparseReach, sparse_reach
from planning.siting.problems import MaximalCover, SiteRules, SitingPlan, SolveLimits
from planning.siting.solve import solve

__all__ = [
    "MaximalCover",
    "SiteRules",
    "SitingPlan",
    "SolveLimits",
    "SparseReach",
    "solve",
    "sparse_reach",
]
