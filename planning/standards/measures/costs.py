"""Money and workload rules of the documents as small formulas, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.types import Facilities
from planning.reach.mode_times import Mask

SUBSIDY_YUAN, SUBSIDY_SEVERAL_YUAN = 20_000, 40_000
"""Shangyu 2022: a village clinic a year, and with two or more village doctors."""

SIGNING_YUAN = 30 + 78
"""Xiacheng 2020: city and district, per signed person a year."""


@dataclass(frozen=True, slots=True)
class Subsidy:
    """Running subsidy of village clinics a year: no salaries, no building.

    `unknown` clinics state no number of village doctors and are counted as one-doctor clinics.
    """

    single: int
    several: int
    unknown: int

    @property
    def yuan(self) -> int:
        """20,000 for each clinic, 40,000 with two or more doctors."""
        return subsidy_yuan(self.single + self.unknown, self.several)


def subsidy_yuan(single: int, several: int) -> int:
    """Return the subsidy of clinics with one and with two or more village doctors.

    >>> subsidy_yuan(100, 0), subsidy_yuan(60, 40), subsidy_yuan(0, 100)
    (2000000, 2800000, 4000000)
    """
    return SUBSIDY_YUAN * single + SUBSIDY_SEVERAL_YUAN * several


def clinic_subsidy(facilities: Facilities, *, is_clinic: Mask) -> Subsidy:
    """Return the subsidy of the clinics; "2个以上" is two or more `[I]`."""
    doctors = facilities.numbers("village_doctors")[is_clinic]
    several = int((doctors >= 2).sum())
    unknown = int(np.isnan(doctors).sum())
    return Subsidy(len(doctors) - several - unknown, several, unknown)


def signing_fund_yuan(people: float, share: float) -> float:
    """Return what signing a share of the people costs a year at 108 yuan a head.

    >>> round(signing_fund_yuan(525_989, 1.0) / 1e6, 1)
    56.8
    """
    return SIGNING_YUAN * share * people


def township_match_yuan(standard_yuan: float) -> float:
    """Return the least township match a resident, 15 % of the provincial standard (Shangyu).

    >>> township_match_yuan(70.0), round(township_match_yuan(102.0), 1)
    (10.5, 15.3)
    """
    return 0.15 * standard_yuan


def training_loss() -> tuple[float, float]:
    """Return the least and the most share of doctor time spent on training (3-6 months in 3-5 y).

    >>> tuple(round(share, 3) for share in training_loss())
    (0.05, 0.167)
    """
    return 3 / 60, 6 / 36


def refill_visits(weeks: float) -> float:
    """Return the visits a year of a stable patient whose refills last so many weeks.

    >>> round(refill_visits(12), 2)
    4.33
    """
    return 52 / weeks
