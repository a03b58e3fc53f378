"""What one mode of travel gives: coverage with its description, villages, bands, robustness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from data.study.tables import Study, TravelTable
from data.types import Dataset
from geo.errors import Finding
from geo.parts import Link, links_to_main
from geo.snap import Snaps
from planning.reach.coverage import (
    CIRCLE_STANDARD,
    POINT_LEVEL,
    Coverage,
    Ledger,
    RobustCover,
    Status,
    ledger_by_village,
    people_within,
    population_base,
    roads_incomplete,
    robust_cover,
)
from planning.reach.mode_input import (
    ModeCover,
    ModeInput,
    cover_mode,
    mode_input,
    status_of,
    statuses_by_speed_set,
)
from planning.reach.scenario import Mask, Scenario, fixed_points
from planning.reach.villages.members import members_of

ROBUST_SPEED_SETS = ("low", "default", "high")


@dataclass(frozen=True, slots=True, eq=False)
class ModeResult(ModeCover):
    """What one mode of travel gives: times, statuses and counts.

    Parameters
    ----------
    demand_snaps
        Where demand points join the road.
    coverage
        Figure by group: all people first, then the group layers.
    village_ledgers
        Group -> one ledger a village.
    people_within
        (minutes, people) cumulated, all people; empty where no point counts.
    robust
        People covered under all, some or none of the speed sets; None where no point counts.
    roads_incomplete
        One flag a zone: 路网不完整，结论待核.
    people_by_outside
        People who are covered only because points outside the zones count, or would be if they did.
    links
        (n,) `geo.parts.Link` of each demand point: how it hangs on the main network.
    """

    demand_snaps: Snaps
    coverage: tuple[Coverage, ...]
    village_ledgers: Mapping[str, tuple[Ledger, ...]]
    people_within: tuple[tuple[int, float], ...]
    robust: RobustCover | None
    roads_incomplete: tuple[bool, ...]
    people_by_outside: float
    links: NDArray[np.uint8]


def assess_mode(dataset: Dataset, study: Study, scenario: Scenario, mode: str) -> ModeResult:
    """Compute times and counts of one mode for the points that count in a scenario."""
    travel, facilities = study.travel, dataset.facilities
    points = fixed_points(facilities, scenario, outside=travel.outside_facilities)
    inputs = mode_input(dataset, travel, mode, points)
    with_outside = fixed_points(facilities, scenario, outside="include")
    cover = cover_mode(inputs)
    demand = dataset.demand
    groups = {name: demand.groups.get(name, demand.people) for name in cover.ledgers}
    parent = dataset.villages.parent if dataset.villages else np.zeros(0, dtype=np.int32)
    is_known = inputs.is_known
    return ModeResult(
        **{field.name: getattr(cover, field.name) for field in fields(cover)},
        demand_snaps=inputs.demand_snaps,
        coverage=tuple(
            coverage_figure(dataset, travel, mode, group=name, counted=counted)
            for name, counted in cover.ledgers.items()
        ),
        village_ledgers={
            name: ledger_by_village(
                people, cover.status, demand.village, parent=parent, is_known=is_known
            )
            for name, people in groups.items()
        },
        people_within=people_within(demand.people, cover.nearest, demand.zone < 0)
        if is_known
        else (),
        robust=robust_figure(inputs) if is_known else None,
        roads_incomplete=tuple(
            roads_incomplete(
                demand.people, inputs.demand_snaps.access_m, demand.zone, n_zones=len(dataset.zones)
            )
        ),
        people_by_outside=people_by_outside(replace(inputs, points=with_outside)),
        links=links_to_main(inputs.network, inputs.demand_snaps, demand.people),
    )


def input_of_result(
    dataset: Dataset, travel: TravelTable, result: ModeResult, points: Mask
) -> ModeInput:
    """Return the input of a mode again from its result, with the points asked for."""
    network = dataset.roads.networks[result.mode]
    return ModeInput(dataset, travel, network, result.demand_snaps, result.facility_snaps, points)


def coverage_figure(
    dataset: Dataset, travel: TravelTable, mode: str, *, group: str, counted: Ledger
) -> Coverage:
    """Return the 固定网点20分钟人口覆盖率 of one mode and group with its full description."""
    return Coverage(
        mode=mode,
        minutes=travel.minutes,
        group=group,
        speed_set=travel.speed_set,
        level=POINT_LEVEL,
        standard=CIRCLE_STANDARD,
        population_base=population_base(dataset),
        data_date=dataset.date,
        ledger=counted,
    )


def robust_figure(mode: ModeInput) -> RobustCover:
    """Return the people covered under all, some or none of the low, default and high speeds."""
    statuses = statuses_by_speed_set(mode, ROBUST_SPEED_SETS)
    people = mode.dataset.demand.people
    return robust_cover(people, list(statuses.values()), list(statuses))


def people_by_outside(mode: ModeInput) -> float:
    """Return the people who are covered only when points outside the zones count.

    The figure is the same whether the study includes such points or excludes them.
    """
    facilities = mode.dataset.facilities
    is_inside = mode.points & (facilities.zone >= 0)
    if is_inside.sum() == mode.points.sum():
        return 0.0
    status, without = status_of(mode), status_of(replace(mode, points=is_inside))
    gained = (status == Status.COVERED) & (without != Status.COVERED)
    return float(mode.dataset.demand.people[gained].sum())


LINK_CODES: dict[Link, str] = {
    Link.APART: "people_on_parts",
    Link.IN_ONLY: "people_one_way_in",
    Link.OUT_ONLY: "people_one_way_out",
}
MOST_PLACES = 10


def travel_findings(dataset: Dataset, modes: Mapping[str, ModeResult]) -> tuple[Finding, ...]:
    """Return, by mode, whom the island rule moved, and who hangs on the network by half a way.

    A place that can be entered but not left, or the other way, is held by one-way streets and not
    cut off.
    """
    people = dataset.demand.people
    found = [Finding("water_unknown")] if dataset.water is None else []
    for mode, result in modes.items():
        if result.people_by_outside > 0:
            params = (("mode", mode),)
            found.append(Finding("people_by_outside", params, people=result.people_by_outside))
        kinds = [("people_left_scraps", result.demand_snaps.moved)]
        kinds += [(code, result.links == link) for link, code in LINK_CODES.items()]
        found += [
            _people_finding(dataset, mode, code, touched)
            for code, touched in kinds
            if people[touched].sum() > 0
        ]
    return tuple(found)


def _people_finding(dataset: Dataset, mode: str, code: str, touched: Mask) -> Finding:
    demand = dataset.demand
    params = (
        ("mode", mode),
        ("count", int(touched.sum())),
        ("places", ", ".join(_places(dataset, touched))),
    )
    return Finding(code, params, people=float(demand.people[touched].sum()))


def _places(dataset: Dataset, touched: Mask) -> list[str]:
    """Return the villages (or zones) of these people, most people first."""
    demand, villages = dataset.demand, dataset.villages
    unit, names = (demand.zone, dataset.zones.name)
    if villages is not None and len(villages):
        unit, names = (members_of(villages, demand), villages.name)
    known = touched & (unit >= 0)
    count = np.bincount(unit[known], weights=demand.people[known], minlength=len(names))
    order = np.argsort(-count, kind="stable")[: int((count > 0).sum())]
    return [names[i] for i in order[:MOST_PLACES].tolist()] + ["…"] * (len(order) > MOST_PLACES)
