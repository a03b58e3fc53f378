"""From places to statuses in one mode of travel: snap, nearest point, status, ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.study.tables import TravelTable
from data.types import Dataset, Floats
from geo.roads import ModeNetwork, mode_network
from geo.snap import Snaps, retimed, snap
from geo.times import to_tenths
from geo.travel import Nearest, nearest
from planning.reach.coverage import Ledger, Status, Statuses, ledger, ledger_by_unit, point_status
from planning.reach.scenario import Mask

ALL_PEOPLE = "all"
"""The group of everybody, beside the study's group layers."""


@dataclass(frozen=True, slots=True, eq=False)
class ModeInput:
    """What one mode's search stands on; `points`, (n_facilities,), are those that count."""

    dataset: Dataset
    travel: TravelTable
    network: ModeNetwork
    demand_snaps: Snaps
    facility_snaps: Snaps
    points: Mask

    @property
    def is_known(self) -> bool:
        """False where no point counts at all: nothing can be said of who is covered."""
        return bool(self.points.any())


@dataclass(frozen=True, slots=True, eq=False)
class ModeCover:
    """Who is within the circle in one mode.

    Parameters
    ----------
    mode
        Name of the mode.
    facility_snaps
        Where facilities join the road.
    nearest
        Time from each demand point to the nearest point that counts; facilities by index.
    status
        (n,) `Status` of each demand point.
    ledgers, zone_ledgers
        Group -> the ledger of all people, and one a zone.
    """

    mode: str
    facility_snaps: Snaps
    nearest: Nearest
    status: Statuses
    ledgers: Mapping[str, Ledger]
    zone_ledgers: Mapping[str, tuple[Ledger, ...]]


def snap_places(
    dataset: Dataset, travel: TravelTable, network: ModeNetwork, x_m: Floats, y_m: Floats
) -> Snaps:
    """Return where places join the roads of one mode, by the study's rules of travel."""
    return snap(
        dataset.roads,
        network,
        x_m,
        y_m,
        max_access_m=travel.max_access_m,
        water=dataset.water,
        avoid_islands=travel.avoid_islands,
    )


def mode_input(dataset: Dataset, travel: TravelTable, mode: str, points: Mask) -> ModeInput:
    """Return the input of one mode, with demand points and facilities snapped to its roads."""
    network = dataset.roads.networks[mode]
    demand, facilities = dataset.demand, dataset.facilities
    return ModeInput(
        dataset,
        travel,
        network,
        demand_snaps=snap_places(dataset, travel, network, demand.x_m, demand.y_m),
        facility_snaps=snap_places(dataset, travel, network, facilities.x_m, facilities.y_m),
        points=points,
    )


def nearest_point(mode: ModeInput, *, horizon_minutes: float | None = None) -> Nearest:
    """Return the time from each demand point to the nearest point that counts.

    Parameters
    ----------
    horizon_minutes
        How far to search; None for the study's horizon.
    """
    return nearest(
        mode.network,
        mode.demand_snaps,
        mode.facility_snaps,
        is_open=mode.points,
        horizon_minutes=horizon_minutes or mode.travel.horizon_minutes,
    )


def status_of(mode: ModeInput, times: Nearest | None = None) -> Statuses:
    """Return the (n,) `Status` of the demand points; unknown where no point counts at all."""
    return point_status(
        times or nearest_point(mode),
        mode.dataset.demand.zone < 0,
        limit_tenths=to_tenths(mode.travel.minutes),
        is_known=mode.is_known,
    )


def cover_mode(mode: ModeInput) -> ModeCover:
    """Return times, statuses and ledgers of one mode: the one path from snaps to counted people."""
    demand = mode.dataset.demand
    times = nearest_point(mode)
    status = status_of(mode, times)
    groups = {ALL_PEOPLE: demand.people, **demand.groups}
    return ModeCover(
        mode=mode.network.mode,
        facility_snaps=mode.facility_snaps,
        nearest=times,
        status=status,
        ledgers={
            name: ledger(people, status, is_known=mode.is_known) for name, people in groups.items()
        },
        zone_ledgers={
            name: ledger_by_unit(
                people, status, demand.zone, n_units=len(mode.dataset.zones), is_known=mode.is_known
            )
            for name, people in groups.items()
        },
    )


def statuses_by_speed_set(mode: ModeInput, speed_sets: tuple[str, ...]) -> Mapping[str, Statuses]:
    """Return the statuses under each speed set: same roads, same snaps, other speeds."""
    return {name: status_of(with_speeds(mode, name)) for name in speed_sets}


def with_speeds(mode: ModeInput, speed_set: str) -> ModeInput:
    """Return the same roads and snaps travelled at the speeds of another set."""
    if speed_set == mode.network.speed_set:
        return mode
    network = mode_network(mode.dataset.roads, mode.network.mode, speed_set=speed_set)
    return replace(
        mode,
        network=network,
        demand_snaps=retimed(mode.demand_snaps, network.access_speed_kph),
        facility_snaps=retimed(mode.facility_snaps, network.access_speed_kph),
    )


def held_by_one_ways(mode: ModeInput, cover: ModeCover) -> Mask:
    """Return (n,) True for people whom a road joins to a point, in no direction they may take.

    They are unreachable and not cut off: a street that is one-way stands between.
    """
    part, facilities = mode.network.component, mode.facility_snaps
    with_point = np.unique(part[facilities.tail[mode.points & (facilities.tail >= 0)]])
    tail = mode.demand_snaps.tail
    is_linked = (tail >= 0) & np.isin(part[np.maximum(tail, 0)], with_point)
    held: Mask = (cover.status == Status.UNREACHABLE) & is_linked
    return held
