"""From a dataset and a scenario to an assessment: the one path that cli, app and library share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.errors import CAVEATS, StudyError
from data.study.siting import SitingTable
from data.study.siting_faults import siting_faults
from data.study.tables import Study
from data.types import Dataset
from geo.circles import Circle
from geo.errors import Finding, Progress, silent
from planning.assess.mode_result import ModeResult, assess_mode, input_of_result, travel_findings
from planning.assess.other_places import count_people_changing
from planning.centres.centre_loads import capacity_view
from planning.centres.centres import counted_centres
from planning.centres.norms import RatioBounds
from planning.centres.ratio_rows import ratio_findings
from planning.centres.service_ratio import Ratios, service_ratios
from planning.reach.gaps import Gap, find_gaps, gap_input
from planning.reach.mode_input import ModeInput, nearest_point
from planning.reach.reach15 import Reach15, reach15_of
from planning.reach.scenario import (
    Mask,
    Scenario,
    check_scenario,
    fixed_points,
    is_operating,
    network_states,
    no_point_finding,
    scenario_of,
)
from planning.reach.sensitivity import Variant, sweep
from planning.reach.service_circles import service_circles
from planning.sites import Proposal, propose, unanswered
from planning.words.wording import msgid

FARTHEST_CENTRE_MINUTES = 1440.0


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Everything computed for one dataset and one scenario; the only value that outputs take.

    `analysis_mode` is the headline mode, or walking where the study confirms none; gaps, sites and
    sensitivity are those of this mode. `headline_mode` is None without a basis: then no verdict.
    `points`, (n_facilities,), are the points that count: every figure starts from this one mask.
    """

    dataset: Dataset
    study: Study
    scenario: Scenario
    headline_mode: str | None
    analysis_mode: str
    points: Mask
    modes: Mapping[str, ModeResult]
    gaps: tuple[Gap, ...]
    circles: tuple[Circle, ...]
    ratios: Ratios
    proposal: Proposal
    reach15: tuple[Reach15, ...]
    sensitivity: tuple[Variant, ...]
    findings: tuple[Finding, ...]

    @property
    def caveats(self) -> tuple[Finding, ...]:
        """What every surface says beside the figures: it could change who is covered."""
        return tuple(finding for finding in self.findings if finding.code in CAVEATS)

    @property
    def reason(self) -> Finding | None:
        """Why nothing is known of who is covered; None where at least one point counts."""
        return next((f for f in self.findings if f.code == "no_point_counts"), None)


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
    report = progress or silent
    scenario = scenario or scenario_of(study)
    check_scenario(dataset.facilities, scenario)
    points = fixed_points(dataset.facilities, scenario, outside=study.travel.outside_facilities)
    modes: dict[str, ModeResult] = {}
    for number, mode in enumerate(study.travel.modes):
        report(msgid("Travel times"), number, len(study.travel.modes))
        modes[mode] = assess_mode(dataset, study, scenario, mode)
    headline = study.travel.headline_mode if study.travel.basis else None
    analysis_mode = headline or study.travel.modes[0]
    result = modes[analysis_mode]
    mode_input = input_of_result(dataset, study.travel, result, points)
    report(msgid("Gaps"), 0, 1)
    gaps = find_gaps(gap_input(dataset), result.status, result.nearest)
    report(msgid("Service circles"), 0, 1)
    circles = service_circles(mode_input)
    report(msgid("People per centre"), 0, 1)
    ratios = people_per_centre(mode_input, study, scenario)
    report(msgid("Choosing sites"), 0, 1)
    siting_input = input_of_result(
        dataset, study.travel, modes[study.siting.mode or analysis_mode], points
    )
    states = network_states(dataset, study, scenario, today=points)
    today = modes[siting_input.network.mode].nearest
    try:
        proposal = propose(study, siting_input, states, today=today, progress=progress)
    except StudyError as error:  # a question that cannot be asked stops no other answer
        proposal = unanswered(study, siting_input, states, today=today, findings=error.findings)
    report(msgid("Sensitivity"), 0, 1)
    return Assessment(
        dataset=dataset,
        study=study,
        scenario=scenario,
        headline_mode=headline,
        analysis_mode=analysis_mode,
        points=points,
        modes=modes,
        gaps=gaps,
        circles=circles,
        ratios=ratios,
        proposal=proposal,
        reach15=_reach15(dataset, study, scenario, modes),
        sensitivity=sweep(mode_input),
        findings=(
            *_unknown(dataset, scenario, points),
            *count_people_changing(dataset.findings, mode_input, scenario, result.status),
            *travel_findings(dataset, modes),
            *ratio_findings(ratios),
            *proposal.findings,
        ),
    )


def _reach15(
    dataset: Dataset, study: Study, scenario: Scenario, modes: Mapping[str, ModeResult]
) -> tuple[Reach15, ...]:
    """Return the 15-minute circle of every mode: of points, and of every operating institution."""
    facilities, outside = dataset.facilities, study.travel.outside_facilities
    points = fixed_points(facilities, scenario, outside=outside)
    institutions = is_operating(facilities, scenario)
    if outside == "exclude":
        institutions &= facilities.zone >= 0
    return tuple(
        row
        for result in modes.values()
        for row in reach15_of(
            input_of_result(dataset, study.travel, result, points), result, institutions
        )
    )


def _unknown(dataset: Dataset, scenario: Scenario, points: Mask) -> tuple[Finding, ...]:
    if points.any():
        return ()
    people = float(dataset.demand.people[dataset.demand.zone >= 0].sum())
    return (no_point_finding(dataset.facilities, people, scenario),)


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
    (progress or silent)(msgid("Choosing sites"), 0, 1)
    result = assessment.modes[siting.mode or assessment.analysis_mode]
    mode_input = input_of_result(assessment.dataset, study.travel, result, assessment.points)
    network = network_states(
        assessment.dataset, study, assessment.scenario, today=assessment.points
    )
    proposal = propose(study, mode_input, network, today=result.nearest, progress=progress)
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
    dataset, study = assessment.dataset, assessment.study
    check_scenario(dataset.facilities, scenario)
    result = assessment.modes[siting.mode or assessment.analysis_mode]
    points = fixed_points(dataset.facilities, scenario, outside=study.travel.outside_facilities)
    mode_input = input_of_result(dataset, study.travel, result, points)
    study = replace(study, siting=siting)
    network = network_states(dataset, study, scenario, today=points)
    return propose(study, mode_input, network, today=nearest_point(mode_input), progress=progress)


def people_per_centre(mode: ModeInput, study: Study, scenario: Scenario) -> Ratios:
    """Return N1 in its three views; points outside the zones never enter.

    The nearest view assigns people to the centre that is quickest in the mode of the analysis,
    however far it is.
    """
    dataset = mode.dataset
    operating = is_operating(dataset.facilities, scenario)
    centres = counted_centres(dataset.facilities, is_operating=operating)
    to_centres = replace(mode, points=centres.points & dataset.facilities.has_position)
    times = nearest_point(to_centres, horizon_minutes=FARTHEST_CENTRE_MINUTES)
    bounds = RatioBounds(*study.standards.ratio_bounds)
    return service_ratios(
        dataset,
        centres=centres,
        nearest_facility=times.facility,
        capacity=capacity_view(mode, centres, bounds) if len(centres) else None,
        bounds=bounds,
        reading=study.standards.n1_reading,
        is_known=mode.is_known,
    )


def warm_kernels(progress: Progress | None = None) -> None:
    """Compile every kernel once, so that the first answer of a new installation does not wait."""
    from geo import warm as geo_kernels
    from planning.centres import catchments
    from planning.centres.capacity import assignment as capacity
    from planning.solver import warm as siting_kernels

    report = progress or silent
    report(msgid("Compiling travel kernels"), 0, 3)
    geo_kernels.warm()
    report(msgid("Compiling siting kernels"), 1, 3)
    siting_kernels.warm()
    report(msgid("Compiling assignment kernels"), 2, 3)
    capacity.warm()
    catchments.warm()
