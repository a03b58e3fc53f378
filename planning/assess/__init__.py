"""The one path from a dataset to an assessment, its record and its explanations."""

from planning.assess.explain import find_place, nearest_ways
from planning.assess.mode_result import ModeResult, assess_mode
from planning.assess.workflow import Assessment, assess, people_per_centre, with_siting

__all__ = [
    "Assessment",
    "ModeResult",
    "assess",
    "assess_mode",
    "find_place",
    "nearest_ways",
    "people_per_centre",
    "with_siting",
]
