"""What the search of one mode stands on, and the statuses it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.study.tables import TravelTable
from data.types import Dataset
from geo.roads import ModeNetwork, mode_network
from geo.snap import Snaps, retimed, snap
from geo.travel import nearest
from planning.reach.coverage import Statuses, point_status
from planning.reach.scenario import Mask


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
