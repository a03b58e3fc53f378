"""From a dataset and a scenario to an assessment: the one path that cli, app and library share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.errors import StudyError
from data.study.siting import SitingTable
from data.study.siting_faults import siting_faults
from data.study.tables import Study, TravelTable
from data.types import Dataset
from geo.circles import Circle
from geo.errors import Finding, Progress
from geo.snap import Snaps
from geo.travel import Nearest, nearest
from planning.centres.centre_loads import capacity_view
from planning.centres.centres import counted_centres
from planning.centres.norms import RatioBounds
from planning.centres.ratio_rows import ratio_findings
from planning.centres.service_ratio import Ratios, service_ratios
from planning.reach.coverage import (
    CIRCLE_STANDARD,
    POINT_LEVEL,
    Coverage,
    Gap,
    GapInput,
    Ledger,
    RobustCover,
    Status,
    Statuses,
    find_gaps,
    ledger,
    ledger_by_unit,
    ledger_by_village,
    people_within,
    point_status,
    population_base,
    roads_incomplete,
    robust_cover,
)
from planning.reach.mode_input import ModeInput, snap_all, status_of, statuses_by_speed_set
from planning.reach.scenario import (
    Mask,
    Scenario,
    check_scenario,
    is_operating,
    is_point,
    scenario_of,
)
from planning.reach.sensitivity import Variant, sweep
from planning.reach.service_circles import service_circles
from planning.sites import Proposal, propose, unanswered
from planning.words.wording import msgid

Floats: TypeAlias = NDArray[np.float64]

ALL_PEOPLE = "all"
FARTHEST_CENTRE_MINUTES = 1440.0
ROBUST_SPEED_SETS = ("low", "default", "high")


@dataclass(frozen=True, slots=True, eq=False)
class ModeResult:
    """What one mode of travel gives: times, statuses and counts.

    Parameters
    ----------
    mode
        Name of the mode.
    demand_snaps, facility_snaps
        Where demand and facilities join the road.
    nearest
        Time from each demand point to its nearest open point; facilities by index.
    status
        (n,) `Status` of each demand point.
    coverage
        Figure by group: all people first, then the group layers.
    zone_ledgers, village_ledgers
        Group -> one ledger a zone (village).
    people_within
        (minutes, people) cumulated, all people.
    robust
        People covered under all, some or none of the speed sets.
    roads_incomplete
        One flag a zone: 路网不完整，结论待核.
    people_by_outside
        People who are covered only because points outside the zones count.
    """

    mode: str
    demand_snaps: Snaps
    facility_snaps: Snaps
    nearest: Nearest
    status: Statuses
    coverage: tuple[Coverage, ...]
    zone_ledgers: Mapping[str, tuple[Ledger, ...]]
    village_ledgers: Mapping[str, tuple[Ledger, ...]]
    people_within: tuple[tuple[int, float], ...]
    robust: RobustCover
    roads_incomplete: tuple[bool, ...]
    people_by_outside: float


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Everything computed for one dataset and one scenario; the only value that outputs take.

    `analysis_mode` is the headline mode, or walking where the study confirms none; gaps, sites and
    sensitivity are those of this mode. `headline_mode` is None without a basis: then no verdict.
    """

    dataset: Dataset
    study: Study
    scenario: Scenario
    headline_mode: str | None
    analysis_mode: str
    is_open: Mask
    modes: Mapping[str, ModeResult]
    gaps: tuple[Gap, ...]
    circles: tuple[Circle, ...]
    ratios: Ratios
    proposal: Proposal
    sensitivity: tuple[Variant, ...]
    findings: tuple[Finding, ...]


def assess(
    dataset: Dataset,
    study: Study,
    *,
    scenario: Scenario | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Compute coverage, ratios, gaps and sites.

    Parameters
    ----------
    dataset
        What was read.
    study
        Its parameters.
    scenario
        Who is open; by default as the study says.
    progress
        Called between stages.

    Raises
    ------
    Cancelled
        When `progress` raises it.
    """
    report = progress or _silent
    scenario = scenario or scenario_of(study)
    check_scenario(dataset.facilities, scenario)
    is_open = open_points(dataset, scenario)
    modes: dict[str, ModeResult] = {}
    for number, mode in enumerate(study.travel.modes):
        report(msgid("Travel times"), number, len(study.travel.modes))
        modes[mode] = assess_mode(dataset, study.travel, mode, is_open=is_open)
    headline = study.travel.headline_mode if study.travel.basis else None
    analysis_mode = headline or study.travel.modes[0]
    result = modes[analysis_mode]
    given = _mode_input(dataset, study.travel, result, is_open)
    report(msgid("Gaps"), 0, 1)
    gaps = find_gaps(gap_input(dataset), result.status, result.nearest)
    report(msgid("Service circles"), 0, 1)
    circles = service_circles(given)
    report(msgid("People per centre"), 0, 1)
    ratios = people_per_centre(given, study, scenario)
    report(msgid("Choosing sites"), 0, 1)
    asked = study.siting.mode or analysis_mode
    proposal = _proposal_or_none(study, dataset, modes[asked], is_open, progress=progress)
    report(msgid("Sensitivity"), 0, 1)
    return Assessment(
        dataset=dataset,
        study=study,
        scenario=scenario,
        headline_mode=headline,
        analysis_mode=analysis_mode,
        is_open=is_open,
        modes=modes,
        gaps=gaps,
        circles=circles,
        ratios=ratios,
        proposal=proposal,
        sensitivity=sweep(given),
        findings=(
            *dataset.findings,
            *travel_findings(dataset, modes),
            *ratio_findings(ratios),
            *proposal.findings,
        ),
    )


def with_siting(
    assessment: Assessment, siting: SitingTable, *, progress: Progress | None = None
) -> Assessment:
    """Return the assessment with another siting question answered; all else stays as it is.

    Raises
    ------
    StudyError
        When the question contradicts itself or names what does not exist.
    Cancelled
        When `progress` raises it.
    """
    if siting == assessment.study.siting:
        return assessment
    faults = list(siting_faults(siting))
    if faults:
        raise StudyError(
            *(
                Finding("study_key_type", (("key", key), ("expected", said), ("actual", actual)))
                for key, said, actual in faults
            )
        )
    study = replace(assessment.study, siting=siting)
    (progress or _silent)(msgid("Choosing sites"), 0, 1)
    result = assessment.modes[siting.mode or assessment.analysis_mode]
    proposal = _proposal(study, assessment.dataset, result, assessment.is_open, progress=progress)
    before = set(assessment.proposal.findings)
    kept = tuple(f for f in assessment.findings if f not in before)
    return replace(assessment, study=study, proposal=proposal, findings=(*kept, *proposal.findings))


def answer_under(
    assessment: Assessment,
    scenario: Scenario,
    siting: SitingTable,
    *,
    progress: Progress | None = None,
) -> Proposal:
    """Return where the next points go when others are open or closed than in the assessment.

    What joins the road, and where, is kept: after a closure the next best site is there at once.

    Raises
    ------
    StudyError
        When the question contradicts itself, or the scenario names unknown facilities.
    """
    dataset, travel = assessment.dataset, assessment.study.travel
    check_scenario(dataset.facilities, scenario)
    result = assessment.modes[siting.mode or assessment.analysis_mode]
    counted = counted_points(dataset, travel, open_points(dataset, scenario))
    given = _mode_input(dataset, travel, result, counted)
    times = nearest(
        given.network,
        given.demand_snaps,
        given.facility_snaps,
        is_open=counted,
        horizon_minutes=travel.horizon_minutes,
    )
    return propose(replace(assessment.study, siting=siting), given, times, progress=progress)


def _proposal(
    study: Study, dataset: Dataset, result: ModeResult, is_open: Mask, *, progress: Progress | None
) -> Proposal:
    """Return the answer to the siting question in the mode of a result."""
    counted = counted_points(dataset, study.travel, is_open)
    given = _mode_input(dataset, study.travel, result, counted)
    return propose(study, given, result.nearest, progress=progress)


def _proposal_or_none(
    study: Study, dataset: Dataset, result: ModeResult, is_open: Mask, *, progress: Progress | None
) -> Proposal:
    """Return the answer, or why there is none: a question that cannot be asked stops nothing."""
    try:
        return _proposal(study, dataset, result, is_open, progress=progress)
    except StudyError as error:
        counted = counted_points(dataset, study.travel, is_open)
        given = _mode_input(dataset, study.travel, result, counted)
        return unanswered(study, given, result.nearest, error.findings)


def counted_points(dataset: Dataset, travel: TravelTable, is_open: Mask) -> Mask:
    """Return the open points that count: those outside all zones only where the study says so."""
    if travel.outside_facilities == "exclude":
        return is_open & (dataset.facilities.zone >= 0)
    return is_open


def open_points(dataset: Dataset, scenario: Scenario) -> Mask:
    """Return (n_facilities,) True for operating points of the circle that have a position."""
    facilities = dataset.facilities
    return (
        is_operating(facilities, scenario)
        & is_point(facilities, scenario)
        & facilities.has_position
    )


def assess_mode(dataset: Dataset, travel: TravelTable, mode: str, *, is_open: Mask) -> ModeResult:
    """Compute times and counts of one mode.

    Parameters
    ----------
    is_open
        (n_facilities,) True for the points that count; those outside all zones are left out when
        the study excludes them.
    """
    network = dataset.roads.networks[mode]
    demand_snaps, facility_snaps = snap_all(dataset, travel, network)
    is_counted = counted_points(dataset, travel, is_open)
    given = ModeInput(dataset, travel, network, demand_snaps, facility_snaps, is_counted)
    times = nearest(
        network,
        demand_snaps,
        facility_snaps,
        is_open=is_counted,
        horizon_minutes=travel.horizon_minutes,
    )
    demand = dataset.demand
    is_outside = demand.zone < 0
    status = point_status(times, is_outside, limit_tenths=round(travel.minutes * 600))
    groups = {ALL_PEOPLE: demand.people, **demand.groups}
    parent = dataset.villages.parent if dataset.villages else np.zeros(0, dtype=np.int32)
    return ModeResult(
        mode=mode,
        demand_snaps=demand_snaps,
        facility_snaps=facility_snaps,
        nearest=times,
        status=status,
        coverage=tuple(
            coverage_figure(dataset, travel, mode, group=name, counted=ledger(people, status))
            for name, people in groups.items()
        ),
        zone_ledgers={
            name: ledger_by_unit(people, status, demand.zone, n_units=len(dataset.zones))
            for name, people in groups.items()
        },
        village_ledgers={
            name: ledger_by_village(people, status, demand.village, parent=parent)
            for name, people in groups.items()
        },
        people_within=people_within(demand.people, times, is_outside),
        robust=robust_figure(given),
        roads_incomplete=tuple(
            roads_incomplete(
                demand.people, demand_snaps.access_m, demand.zone, n_zones=len(dataset.zones)
            )
        ),
        people_by_outside=people_by_outside(replace(given, is_open=is_open)),
    )


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


def robust_figure(given: ModeInput) -> RobustCover:
    """Return the people covered under all, some or none of the low, default and high speeds."""
    statuses = statuses_by_speed_set(given, ROBUST_SPEED_SETS)
    people = given.dataset.demand.people
    return robust_cover(people, list(statuses.values()), list(statuses))


def people_by_outside(given: ModeInput) -> float:
    """Return the people who are covered only when points outside the zones count.

    The figure is the same whether the study includes such points or excludes them.
    """
    facilities = given.dataset.facilities
    is_inside = given.is_open & (facilities.zone >= 0)
    if is_inside.sum() == given.is_open.sum():
        return 0.0
    status, without = status_of(given), status_of(replace(given, is_open=is_inside))
    gained = (status == Status.COVERED) & (without != Status.COVERED)
    return float(given.dataset.demand.people[gained].sum())


def travel_findings(dataset: Dataset, modes: Mapping[str, ModeResult]) -> tuple[Finding, ...]:
    """Return, by mode, the people whom the island rule moved and those on roads without a link."""
    people = dataset.demand.people
    found = [Finding("water_unknown")] if dataset.water is None else []
    for mode, result in modes.items():
        if result.people_by_outside > 0:
            params = (("mode", mode),)
            found.append(Finding("people_by_outside", params, people=result.people_by_outside))
        snaps = result.demand_snaps
        component = dataset.roads.networks[mode].component
        apart = (snaps.tail >= 0) & (component[snaps.tail] > 0)
        for code, touched in (("people_left_scraps", snaps.moved), ("people_on_parts", apart)):
            if people[touched].sum() > 0:
                counted = (("mode", mode), ("count", int(touched.sum())))
                found.append(Finding(code, counted, people=float(people[touched].sum())))
    return tuple(found)


def people_per_centre(given: ModeInput, study: Study, scenario: Scenario) -> Ratios:
    """Return N1 in its three views; points outside the zones never enter.

    The nearest view assigns people to the centre that is quickest in the mode of the analysis,
    however far it is.
    """
    dataset = given.dataset
    operating = is_operating(dataset.facilities, scenario)
    centres = counted_centres(dataset.facilities, is_operating=operating)
    times = nearest(
        given.network,
        given.demand_snaps,
        given.facility_snaps,
        is_open=centres.points & dataset.facilities.has_position,
        horizon_minutes=FARTHEST_CENTRE_MINUTES,
    )
    bounds = RatioBounds(*study.standards.ratio_bounds)
    return service_ratios(
        dataset,
        centres=centres,
        nearest_facility=times.facility,
        capacity=capacity_view(given, centres, bounds) if len(centres) else None,
        bounds=bounds,
    )


def warm_kernels(progress: Progress | None = None) -> None:
    """Compile every kernel once, so that the first answer of a new installation does not wait."""
    from geo import warm as geo_kernels
    from planning.centres import catchments
    from planning.centres.capacity import assignment as capacity
    from planning.solver import warm as siting_kernels

    report = progress or _silent
    report(msgid("Compiling travel kernels"), 0, 3)
    geo_kernels.warm()
    report(msgid("Compiling siting kernels"), 1, 3)
    siting_kernels.warm()
    report(msgid("Compiling assignment kernels"), 2, 3)
    capacity.warm()
    catchments.warm()


def gap_input(dataset: Dataset) -> GapInput:
    """Return the arrays that gaps are made from."""
    demand = dataset.demand
    return GapInput(
        x_m=demand.x_m,
        y_m=demand.y_m,
        people=demand.people,
        groups=tuple(demand.groups.items()),
        zone=demand.zone,
        village=demand.village,
    )


def _mode_input(
    dataset: Dataset, travel: TravelTable, result: ModeResult, is_open: Mask
) -> ModeInput:
    network = dataset.roads.networks[result.mode]
    return ModeInput(dataset, travel, network, result.demand_snaps, result.facility_snaps, is_open)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Report nothing."""
