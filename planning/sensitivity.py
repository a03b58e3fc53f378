"""How far the headline figure moves with settings that are all defensible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.study.tables import TravelTable
from data.types import Dataset
from geo.roads import ModeNetwork, mode_network
from geo.snap import Snaps, retimed, snap
from geo.travel import nearest
from planning.coverage import Ledger, Statuses, ledger, point_status
from planning.scenario import Mask

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


@dataclass(frozen=True, slots=True, eq=False)
class ModeInput:
    """What one mode's search stands on; `is_open` is (n_facilities,)."""

    dataset: Dataset
    travel: TravelTable
    network: ModeNetwork
    demand_snaps: Snaps
    facility_snaps: Snaps
    is_open: Mask


def status_of(given: ModeInput) -> Statuses:
    """Return the (n,) statuses of the demand points for these networks and snaps."""
    times = nearest(
        given.network,
        given.demand_snaps,
        given.facility_snaps,
        is_open=given.is_open,
        horizon_minutes=given.travel.horizon_minutes,
    )
    return point_status(
        times, given.dataset.demand.zone < 0, limit_tenths=round(given.travel.minutes * 600)
    )


def statuses_by_speed_set(given: ModeInput, speed_sets: tuple[str, ...]) -> Mapping[str, Statuses]:
    """Return the statuses under each speed set: same roads, same snaps, other speeds."""
    return {name: status_of(with_speeds(given, name)) for name in speed_sets}


def sweep(given: ModeInput) -> tuple[Variant, ...]:
    """Vary the snapping rule, the access limit, the access legs and the speeds, one at a time."""
    travel = given.travel
    people = given.dataset.demand.people

    def variant(name: str, changed: ModeInput, *, is_used: bool) -> Variant:
        return Variant(name, is_used, ledger(people, status_of(changed)))

    rows = [
        variant(
            f"snap={'main_network' if avoid else 'any_road'}",
            _resnapped(given, replace(travel, avoid_islands=avoid)),
            is_used=avoid == travel.avoid_islands,
        )
        for avoid in (True, False)
    ]
    rows += [
        variant(
            f"max_access_m={limit:.0f}",
            _resnapped(given, replace(travel, max_access_m=limit)),
            is_used=limit == travel.max_access_m,
        )
        for limit in ACCESS_LIMITS_M
    ]
    rows += [
        variant("access_legs=counted", given, is_used=True),
        variant("access_legs=free", _without_access_legs(given), is_used=False),
    ]
    rows += [
        variant(f"speed_set={name}", with_speeds(given, name), is_used=name == travel.speed_set)
        for name in SWEPT_SPEED_SETS
    ]
    return tuple(rows)


def with_speeds(given: ModeInput, speed_set: str) -> ModeInput:
    """Return the same roads and joints travelled at the speeds of another set."""
    if speed_set == given.network.speed_set:
        return given
    network = mode_network(given.dataset.roads, given.network.mode, speed_set=speed_set)
    return replace(
        given,
        network=network,
        demand_snaps=retimed(given.demand_snaps, network.access_speed_kph),
        facility_snaps=retimed(given.facility_snaps, network.access_speed_kph),
    )


def _resnapped(given: ModeInput, travel: TravelTable) -> ModeInput:
    if travel == given.travel:
        return given
    demand_snaps, facility_snaps = snap_all(given.dataset, travel, given.network)
    return replace(given, travel=travel, demand_snaps=demand_snaps, facility_snaps=facility_snaps)


def _without_access_legs(given: ModeInput) -> ModeInput:
    return replace(
        given, demand_snaps=_free(given.demand_snaps), facility_snaps=_free(given.facility_snaps)
    )


def _free(snaps: Snaps) -> Snaps:
    return replace(snaps, access_tenths=np.zeros_like(snaps.access_tenths))


def snap_all(dataset: Dataset, travel: TravelTable, network: ModeNetwork) -> tuple[Snaps, Snaps]:
    """Return where demand points and facilities join the road of one mode."""
    demand, facilities = dataset.demand, dataset.facilities

    def tie(x_m: np.ndarray, y_m: np.ndarray) -> Snaps:
        return snap(
            dataset.roads,
            network,
            x_m,
            y_m,
            max_access_m=travel.max_access_m,
            water=dataset.water,
            avoid_islands=travel.avoid_islands,
        )

    return tie(demand.x_m, demand.y_m), tie(facilities.x_m, facilities.y_m)
