"""What the standards are judged on: measured once from a dataset and its ready travel times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from data.types import Dataset
from geo.arrays import Floats
from geo.modes import MODES
from geo.pairs import Reach
from planning.centres.centres import counted_centres
from planning.centres.service_ratio import Ratios
from planning.programme.projects import Programme, Project, projects_of, run_programme
from planning.reach.mode_times import Mask, ModeTimes
from planning.reach.scenario import PRIMARY_CARE_KINDS, is_of_county
from planning.reach.villages.cover import (
    OnFoot,
    VillageCover,
    VillageInput,
    VillageRules,
    village_cover,
)
from planning.reach.villages.exits import ExitRisk, exit_risk
from planning.reach.villages.members import facility_villages, members_of
from planning.reach.villages.opening import Opening, opening_of
from planning.reach.villages.services import ServiceCover, flag_share, service_cover
from planning.reach.villages.sweep import SweptCover, sweep_villages
from planning.reach.villages.time_of_week import WeekCover, week_cover
from planning.standards.indicators import People

EXIT_YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True, eq=False)
class StandardsInput:
    """Everything the standards need, ready.

    Parameters
    ----------
    dataset
        As read.
    as_of
        Day (ISO) of the assessment.
    points
        (n_facilities,) the fixed points that count, the mask of the assessment.
    is_operating
        (n_facilities,) operating on that day, with or without a position.
    is_operating_on
        Returns the same for another day (ISO), to compare with figures of other years.
    times
        Times by mode to all facilities, held up to 30 minutes or more.
    stop_pairs
        Times to the circuit stops by mode on foot, rows as in `dataset.circuits`; empty without
        stops.
    headline_mode, analysis_mode
        The mode the study confirms (None: 口径未确认, no verdict), and the one that figures are
        shown for.
    minutes
        Limit of the circle.
    ratios
        N1; None leaves it out.
    population
        Residents that rates are spread on, with base, year and source.
    point_kinds
        Kinds that count as fixed points.
    rules
        Parameters of the village modes; their minutes are replaced by `minutes`.
    walk_kph
        Walking speed of the study: distances along the network are times at this speed.
    allotted
        Projects that the list of the year allots to this place; None where the study does not say.
    projects
        The programme; None: what the facility list tells since 1 January of the year of `as_of`.
    """

    dataset: Dataset
    as_of: str
    points: Mask
    is_operating: Mask
    is_operating_on: Callable[[str], Mask]
    times: Mapping[str, ModeTimes]
    stop_pairs: Mapping[str, Reach]
    headline_mode: str | None
    analysis_mode: str
    minutes: float
    ratios: Ratios | None
    population: People
    point_kinds: tuple[str, ...] = PRIMARY_CARE_KINDS
    rules: VillageRules = field(default_factory=VillageRules)
    walk_kph: float = 4.5
    allotted: int | None = None
    projects: tuple[Project, ...] | None = None

    @property
    def year(self) -> int:
        """Year of the assessment."""
        return int(self.as_of[:4])


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Measurements that several standards share; `None` where the study lacks the input."""

    given: StandardsInput
    opening: Opening
    is_point: Mask
    points: Mask
    people: Floats
    village_input: VillageInput | None
    rules: VillageRules
    covers: Mapping[str, VillageCover]
    swept: tuple[SweptCover, ...]
    exits: ExitRisk | None
    week: WeekCover | None
    services: tuple[ServiceCover, ...]
    projects: tuple[Project, ...]
    programme: Programme

    @property
    def analysis(self) -> ModeTimes:
        """Times of the mode that figures are shown for."""
        return self.given.times[self.given.analysis_mode]

    @property
    def cover(self) -> VillageCover | None:
        """The villages in that mode; None without a village list."""
        return self.covers.get(self.given.analysis_mode)


def measure(given: StandardsInput) -> Evidence:
    """Measure what the standards are judged on.

    Parameters
    ----------
    given
        Dataset, times and parameters.
    """
    dataset = given.dataset
    facilities, times = dataset.facilities, given.times[given.analysis_mode]
    opening = opening_of(facilities)
    is_point = np.isin(facilities.kind, given.point_kinds)
    is_placed = given.is_operating & facilities.has_position
    rules = replace(given.rules, minutes=given.minutes)
    villages = village_input(given, opening=opening, is_point=is_point)
    covers: dict[str, VillageCover] = {}
    is_known = bool(given.points.any())
    if villages is not None and is_known:
        covers = {mode: village_cover(villages, of, rules) for mode, of in given.times.items()}
    people = np.where(dataset.demand.zone >= 0, dataset.demand.people, 0.0)
    projects = given.projects
    if projects is None:
        projects = projects_of(
            facilities,
            as_of=given.as_of,
            since=f"{given.year}-01-01",
            listed_on=dataset.date,
        )
    return Evidence(
        given=given,
        opening=opening,
        is_point=is_point,
        points=given.points,
        people=people,
        village_input=villages,
        rules=rules,
        covers=covers,
        swept=()
        if not covers or villages is None
        else sweep_villages(villages, given.times, rules),
        exits=_exits(given, villages, rules, covers) if covers else None,
        week=week_cover(
            dataset.demand, times, points=given.points, opening=opening, minutes=given.minutes
        )
        if is_known
        else None,
        services=service_cover(
            dataset.demand, facilities, times, is_operating=is_placed, minutes=given.minutes
        ),
        projects=projects,
        programme=run_programme(
            projects if is_known else (),
            times.pairs,
            people,
            is_open=given.points,
            minutes=given.minutes,
            figures=lambda state: network_figures(given, villages, state, rules),
        ),
    )


def _exits(
    given: StandardsInput,
    villages: VillageInput | None,
    rules: VillageRules,
    covers: Mapping[str, VillageCover],
) -> ExitRisk | None:
    if villages is None:
        return None
    mode, year = given.analysis_mode, given.year + EXIT_YEARS_AHEAD
    return exit_risk(villages, given.times[mode], rules, cover=covers[mode], year=year)


def network_figures(
    given: StandardsInput, villages: VillageInput | None, state: Mask, rules: VillageRules
) -> dict[str, float | None]:
    """Return the figures a programme changes: N1's centres, N3a, N3b and N4.

    Parameters
    ----------
    state
        (n_facilities,) the fixed points that are open.
    """
    dataset, times = given.dataset, given.times[given.analysis_mode]
    facilities = dataset.facilities
    # Points without a position have no place in the programme and count as they do in the verdicts.
    is_changed = facilities.has_position & np.isin(facilities.kind, given.point_kinds)
    operating = np.where(is_changed, state, given.is_operating)
    counted = operating & is_of_county(facilities)
    clinics = np.isin(facilities.kind, ("D600",)) & counted
    stations = np.isin(facilities.kind, ("B200", "D600")) & counted
    in_plan = np.array([flag is True for flag in facilities.flags("in_plan")], dtype=np.bool_)
    centres = counted_centres(facilities, is_operating=operating)
    seats = set(facilities.zone[centres.index].tolist())
    urban = [zone for zone, is_urban in enumerate(dataset.zones.urban) if is_urban]
    cover = None
    if villages is not None:
        cover = village_cover(replace(villages, points=state), times, rules)
    return {
        "centres": float(len(centres)),
        "urban_zones_without_centre": float(sum(zone not in seats for zone in urban)),
        "village_coverage": None if cover is None else cover.share,
        "clinics_standardised_in_plan": flag_share(
            facilities, "standardised", is_counted=clinics & in_plan
        ).share,
        "clinics_and_stations_standardised": flag_share(
            facilities, "standardised", is_counted=stations
        ).share,
    }


def village_input(
    given: StandardsInput, *, opening: Opening, is_point: Mask
) -> VillageInput | None:
    """Return what the village modes stand on; None where the study has no village list."""
    dataset = given.dataset
    villages = dataset.villages
    if villages is None or not len(villages):
        return None
    if (members_of(villages, dataset.demand) < 0).all():
        return None
    return VillageInput(
        villages=villages,
        demand=dataset.demand,
        facilities=dataset.facilities,
        is_point=is_point,
        points=given.points,
        opening=opening,
        facility_village=facility_villages(
            dataset.facilities, villages, in_village_m=given.rules.in_village_m
        ),
        stops=dataset.circuits,
        on_foot={
            mode: OnFoot(times, given.stop_pairs.get(mode))
            for mode, times in given.times.items()
            if MODES[mode].vehicle == "foot"
        },
    )
