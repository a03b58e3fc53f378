"""Who is inside the circle: states, travel times, coverage, gaps, villages."""

from planning.reach.coverage import Coverage, Ledger, Status
from planning.reach.gaps import Gap, find_gaps
from planning.reach.mode_input import ALL_PEOPLE, ModeCover, ModeInput, cover_mode, snap_places
from planning.reach.mode_times import ModeTimes
from planning.reach.reach15 import Reach15
from planning.reach.scenario import Scenario, fixed_points, is_operating, scenario_of

__all__ = [
    "ALL_PEOPLE",
    "Coverage",
    "Gap",
    "Ledger",
    "ModeCover",
    "ModeInput",
    "ModeTimes",
    "Reach15",
    "Scenario",
    "Status",
    "cover_mode",
    "find_gaps",
    "fixed_points",
    "is_operating",
    "scenario_of",
    "snap_places",
]
