"""How often a point of care is open: days a week and visits a month, from what its row states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.types import Facilities
from geo.arrays import Floats
from geo.errors import Finding
from planning.reach.mode_times import Mask
from planning.reach.villages.hours import OpeningHours, read_hours

VISITS_PER_DAY = 52 / 12
"""Visits a month of a point that is open one day a week."""

STAFF_COLUMNS = ("doctors", "gps", "nurses", "village_doctors")


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What the rows say about opening, n facilities.

    Parameters
    ----------
    hours
        (n,) opening hours; None where none are stated or they cannot be read.
    days_per_week
        (n,) days a week: `open_days`, else the days of the hours; NaN where neither is stated.
    is_staffed, is_insured
        (n,) False only where the row says so: staff columns filled and all zero, the insurance
        flag no. A blank is no proof of the contrary and is counted in the findings.
    findings
        Hours that cannot be read, and days that contradict the hours.
    """

    hours: tuple[OpeningHours | None, ...]
    days_per_week: Floats
    is_staffed: Mask
    is_insured: Mask
    findings: tuple[Finding, ...]

    def days(self, assumed_days: float) -> Floats:
        """Return (n,) days a week, `assumed_days` where nothing is stated."""
        return np.where(np.isnan(self.days_per_week), assumed_days, self.days_per_week)


def opening_of(facilities: Facilities) -> Opening:
    """Return how often each facility is open, from its row."""
    hours, findings = read_hours(facilities.texts("hours"))
    stated = facilities.numbers("open_days")
    by_hours = np.array([np.nan if h is None else float(h.days_per_week) for h in hours])
    staff = np.column_stack([facilities.numbers(name) for name in STAFF_COLUMNS])
    has_staff_figures = ~np.isnan(staff).all(axis=1)
    nobody = has_staff_figures & (np.nansum(staff, axis=1) == 0)
    insured = [flag is not False for flag in facilities.flags("insurance_enabled")]
    differ = np.flatnonzero(np.isfinite(stated) & np.isfinite(by_hours) & (stated != by_hours))
    if len(differ):
        findings = (
            *findings,
            Finding(
                "open_days_contradict_hours",
                (("count", len(differ)),),
                column="open_days",
                rows=tuple(facilities.id[row] for row in differ),
            ),
        )
    return Opening(
        hours=hours,
        days_per_week=np.where(np.isnan(stated), by_hours, stated),
        is_staffed=~nobody,
        is_insured=np.array(insured, dtype=np.bool_),
        findings=findings,
    )
