"""How far the headline figure moves with settings that are all defensible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.study.tables import TravelTable
from geo.snap import Snaps
from planning.reach.coverage import Ledger, ledger
from planning.reach.mode_input import ModeInput, mode_input, status_of, with_speeds

ACCESS_LIMITS_M = (500.0, 1000.0, 2000.0)
SWEPT_SPEED_SETS = ("low", "default", "high", "observed")


@dataclass(frozen=True, slots=True)
class Variant:
    """One setting of the sweep and the ledger it gives.

    Parameters
    ----------
    name
        Stable key such as `max_access_m=500`.
    is_used
        True for the setting of the assessment itself.
    """

    name: str
    is_used: bool
    ledger: Ledger


def sweep(mode: ModeInput) -> tuple[Variant, ...]:
    """Vary the snapping rule, the access limit, the access legs and the speeds, one at a time."""
    travel = mode.travel
    people = mode.dataset.demand.people

    def variant(name: str, changed: ModeInput, *, is_used: bool) -> Variant:
        return Variant(name, is_used, ledger(people, status_of(changed), is_known=mode.is_known))

    rows = [
        variant(
            f"snap={'main_network' if avoid else 'any_road'}",
            _resnapped(mode, replace(travel, avoid_islands=avoid)),
            is_used=avoid == travel.avoid_islands,
        )
        for avoid in (True, False)
    ]
    rows += [
        variant(
            f"max_access_m={limit:.0f}",
            _resnapped(mode, replace(travel, max_access_m=limit)),
            is_used=limit == travel.max_access_m,
        )
        for limit in ACCESS_LIMITS_M
    ]
    rows += [
        variant("access_legs=counted", mode, is_used=True),
        variant("access_legs=free", _without_access_legs(mode), is_used=False),
    ]
    rows += [
        variant(f"speed_set={name}", with_speeds(mode, name), is_used=name == travel.speed_set)
        for name in SWEPT_SPEED_SETS
    ]
    return tuple(rows)


def _resnapped(mode: ModeInput, travel: TravelTable) -> ModeInput:
    if travel == mode.travel:
        return mode
    return mode_input(mode.dataset, travel, mode.network.mode, mode.points)


def _without_access_legs(mode: ModeInput) -> ModeInput:
    return replace(
        mode, demand_snaps=_free(mode.demand_snaps), facility_snaps=_free(mode.facility_snaps)
    )


def _free(snaps: Snaps) -> Snaps:
    return replace(snaps, access_tenths=np.zeros_like(snaps.access_tenths))
