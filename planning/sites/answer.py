"""From a study's question to its answer: choose, prove, explain, doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.errors import StudyError
from data.study.tables import Study
from geo.errors import Finding, Progress, silent
from geo.travel import Nearest
from planning.reach.coverage import POINT_LEVEL, population_base
from planning.reach.mode_input import ModeInput, nearest_point
from planning.reach.scenario import NetworkStates
from planning.sites.formulation import build_problem
from planning.sites.proof import SitingProblem, in_planners_units
from planning.sites.proposal import (
    MODELS_WITH_LOADS,
    Alternatives,
    Centre,
    NewService,
    PeopleCounted,
    PlanChoice,
    Proposal,
    Robustness,
    StateCounts,
    Terms,
    Unit,
)
from planning.sites.question import (
    Question,
    empty_question,
    plan_costs_of,
    question_of,
    without_weights,
)
from planning.sites.readings import Reading, reading_of
from planning.sites.reasons import (
    assign_new,
    chosen_sites,
    closing_losses,
    match_projects,
    points_given_up,
    popular_left_out,
)
from planning.sites.robustness import check_robustness, speed_bands
from planning.sites.targets import (
    curve_of,
    drop_idle_sites,
    drop_small_options,
    explain_no_gain,
    least_gain_people,
    name_villages,
    note_enough,
    targets,
)
from planning.sites.whole_places import served_by_sites, served_within_loads
from planning.solver import (
    CoverCurve,
    SitingPlan,
    SolveLimits,
    TwoLevel,
    solve,
    solve_two_level,
)
from planning.solver.alternatives import alternatives
from planning.solver.plan import infeasible_plan
from planning.words.figure import Base
from planning.words.wording import msgid

NO_SITES = np.zeros(0, dtype=np.int32)


def propose(
    study: Study,
    mode: ModeInput,
    network: NetworkStates,
    *,
    today: Nearest,
    progress: Progress | None = None,
) -> Proposal:
    """Answer the siting question of a study.

    Parameters
    ----------
    study
        Its candidates, exclusions and siting tables.
    mode
        Networks and snaps of the mode of the question.
    network
        Today's points and those once what is decided is in use; the study says which a plan starts
        from.
    today
        Times to today's points.

    Raises
    ------
    StudyError
        With every name that does not exist and every rule that contradicts another.
    """
    report = progress or silent
    stage = None if progress is None else _as_one_stage(progress)
    mode = _starting(study, mode, network)
    question = question_of(study, mode, network)
    reading = _reading(question, mode, today)
    # Where no point counts nobody is known to be without one: there is nothing to ask.
    if not len(question.sites) or not mode.is_known:
        return _no_proposal(_Case(question, reading, mode, 0.0))
    case = _Case(question, reading, mode, least_gain_people(question, reading))
    solved = _solve_worthwhile(case, stage)
    report(msgid("Stability of the plan"), 0, 1)
    robustness = check_robustness(solved.case.question, reading, mode, solved.plan, progress=stage)
    report(msgid("Reasons of the plan"), 0, 1)
    return _proposal(case, solved, robustness, stage)


def unanswered(
    study: Study,
    mode: ModeInput,
    network: NetworkStates,
    *,
    today: Nearest,
    findings: Sequence[Finding],
) -> Proposal:
    """Return the proposal of a study whose question cannot be asked: none, and why.

    Parameters
    ----------
    study, mode, network, today
        As for `propose`.
    findings
        What is wrong with the question.
    """
    mode = _starting(study, mode, network)
    question = empty_question(study, mode, network)
    none = _no_proposal(_Case(question, _reading(question, mode, today), mode, 0.0))
    return replace(none, findings=(Finding("siting_unanswered"), *findings))


def _starting(study: Study, mode: ModeInput, network: NetworkStates) -> ModeInput:
    """Return the mode with the points of the state that a plan starts from."""
    base = network.today if study.siting.start.base == "today" else network.committed
    return replace(mode, points=base)


def _reading(question: Question, mode: ModeInput, today: Nearest) -> Reading:
    return reading_of(
        mode,
        question.snaps,
        question.start,
        minutes=question.minutes,
        reach_minutes=question.reach_minutes,
        today=today,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """A question with everything that its plans are counted on."""

    question: Question
    reading: Reading
    mode: ModeInput
    least_people: float


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """The question as solved, the plan in the solvers' units, people within loads before it."""

    case: _Case
    problem: SitingProblem
    plan: SitingPlan
    centres: tuple[Centre, ...]
    within_loads: tuple[float, float] | None


def _solve_worthwhile(case: _Case, progress: Progress | None) -> _Solved:
    """Return the best plan whose every site gains enough; none where no site does."""
    question = drop_small_options(case.question, case.reading, case.least_people)
    while True:
        changed = replace(case, question=question)
        problem = build_problem(question, case.reading, case.mode)
        has_lost_all = case.question.may_build.any() and not question.may_build.any()
        if has_lost_all or not question.count:
            return _Solved(changed, problem, _nothing(case), (), None)
        plan, centres = _solve(question, problem, progress)
        fewer = drop_idle_sites(question, case.reading, plan.new_sites, case.least_people)
        if fewer is None:
            return _Solved(changed, problem, plan, centres, _served_before(changed))
        question = fewer


def _nothing(case: _Case) -> SitingPlan:
    """Return the plan of a question that asks for nothing worth proposing."""
    model, n = case.question.table.model, len(case.reading.people)
    plan = infeasible_plan(model, n, method="", seed=case.question.table.seed, findings=())
    return replace(plan, status="not_asked")


def _solve(
    question: Question, problem: SitingProblem, progress: Progress | None
) -> tuple[SitingPlan, tuple[Centre, ...]]:
    limits = _limits(question, problem)
    seed = question.table.seed
    if not isinstance(problem.problem, TwoLevel):
        return solve(problem.problem, seed=seed, limits=limits, progress=progress), ()
    found = solve_two_level(problem.problem, seed=seed, limits=limits, progress=progress)
    facility, site = problem.centre_facility, problem.centre_site
    if facility is None or site is None:
        return found.plan, ()
    centres = tuple(Centre(int(facility[k]), int(site[k])) for k in found.centres.tolist())
    return found.plan, centres


def _limits(question: Question, problem: SitingProblem) -> SolveLimits:
    return replace(problem.limits or SolveLimits(), seconds=question.table.seconds)


def _served_before(case: _Case) -> tuple[float, float] | None:
    """Return the people served within loads today and in the committed network."""
    if case.question.table.model not in MODELS_WITH_LOADS:
        return None
    network = case.question.start.network
    today = served_within_loads(case.question, case.reading, case.mode, network.today)
    if (network.today == network.committed).all():
        return today, today
    return today, served_within_loads(case.question, case.reading, case.mode, network.committed)


def _proposal(
    case: _Case, solved: _Solved, robustness: Robustness | None, progress: Progress | None
) -> Proposal:
    """Return the answer of a solved question."""
    question, reading, mode = solved.case.question, case.reading, case.mode
    new_sites = solved.plan.new_sites
    people, service = _count(solved, solved.plan)
    shown = in_planners_units(solved.problem, solved.plan)
    curve = curve_of(case.question, reading, progress)
    times = nearest_point(mode)
    return Proposal(
        terms=_terms(case, solved.problem.unit, includes_base=solved.problem.includes_base),
        candidates=question.sites,
        excluded=question.excluded,
        plan=replace(shown, findings=name_villages(shown.findings, mode)),
        without_weights=_without_weights(solved, progress),
        people=people,
        sites=chosen_sites(question, reading, mode, new_sites, service),
        centres=solved.centres,
        closed=points_given_up(question, solved.plan),
        service=service,
        curve=curve,
        targets=targets(case.question, reading, mode, curve),
        alternatives=_alternatives(solved, people, progress),
        robustness=robustness,
        speed_bands=speed_bands(question, mode, new_sites),
        not_chosen=popular_left_out(case.question, reading, new_sites),
        closing=closing_losses(question, reading, mode, times.facility, new_sites),
        costs=plan_costs_of(question.table.money, question.sites, question.cost_yuan),
        findings=(
            *note_enough(
                case.question, reading, proposed=len(new_sites), least_people=case.least_people
            ),
            *question.findings,
            *solved.problem.findings,
            *name_villages(solved.plan.findings, mode),
            *explain_no_gain(case.question, reading, mode, solved.plan),
        ),
    )


def _terms(case: _Case, unit: Unit, *, includes_base: bool) -> Terms:
    question = case.question
    return Terms(
        model=question.table.model,
        unit=unit,
        includes_base=includes_base,
        mode=case.mode.network.mode,
        minutes=question.minutes,
        kind=question.kind,
        base=question.start.base,
        committed_until=question.start.network.until,
        min_gain_people=case.least_people,
        coverage=Base(
            mode=case.mode.network.mode,
            minutes=question.minutes,
            speed_set=case.mode.travel.speed_set,
            level=POINT_LEVEL,
            state="today",
            date=question.start.network.day,
            people=population_base(case.mode.dataset),
        ),
        knows_today=bool(question.start.network.today.any()),
        is_known=case.mode.is_known,
    )


def _alternatives(
    solved: _Solved, people: PeopleCounted, progress: Progress | None
) -> Alternatives:
    """Return the plan and others nearly as good."""
    question, problem = solved.case.question, solved.problem
    table = question.table.alternatives
    best = PlanChoice(in_planners_units(problem, solved.plan), 0.0, people)
    is_single = question.table.plans < 2 or not solved.plan.objective  # nothing to lose, or no plan
    if is_single or isinstance(problem.problem, TwoLevel):
        return Alternatives((best,), is_complete=False)
    found = alternatives(
        problem.problem,
        count=question.table.plans,
        within=table.within,
        differ=table.differ,
        seed=question.table.seed,
        limits=_limits(question, problem),
        progress=progress,
    )
    others = [
        PlanChoice(in_planners_units(problem, other), lost, _count(solved, other)[0])
        for other, lost in zip(found.plans[1:], found.lost_share[1:], strict=True)
    ]
    return Alternatives((best, *others), found.is_complete)


def _without_weights(solved: _Solved, progress: Progress | None) -> PlanChoice | None:
    """Return the plan in which everybody counts 1, where some count more."""
    case = solved.case
    if not case.question.is_weighted or solved.plan.status == "not_asked":
        return None
    plain = replace(case, question=without_weights(case.question))
    problem = build_problem(plain.question, case.reading, case.mode)
    plan, _ = _solve(plain.question, problem, progress)
    people, _ = _count(replace(solved, case=plain, problem=problem), plan)
    return PlanChoice(in_planners_units(problem, plan), 0.0, people)


def _count(solved: _Solved, plan: SitingPlan) -> tuple[PeopleCounted, NewService]:
    """Return who is covered with a plan in each state, and whom its new sites serve."""
    people, service = _count_covered(solved.case, plan)
    if solved.within_loads is None or plan.objective is None:
        return people, service
    question, reading = solved.case.question, solved.case.reading
    with_plan, service = served_by_sites(solved.problem, plan, reading, len(question.sites))
    projects = match_projects(question, solved.case.mode, plan.new_sites)
    at_projects = np.isin(service.site, sorted(projects))
    served = PeopleCounted(
        inside=people.inside,
        **_states(reading, *solved.within_loads, with_plan),
        lost=0.0,
        on_projects=float(service.people[at_projects].sum()),
        in_reach=StateCounts(people.today, people.committed, people.with_plan, people.newly),
    )
    return served, service


def _count_covered(case: _Case, plan: SitingPlan) -> tuple[PeopleCounted, NewService]:
    """Return the same by reach alone, whatever the loads."""
    reading = case.reading
    covered = reading.is_covered | reading.reached_by(plan.new_sites)
    if plan.objective is None:
        covered = reading.in_base  # without a plan nothing is given up either
    projects = match_projects(case.question, case.mode, plan.new_sites)
    at_projects = reading.reached_by(np.array(sorted(projects), dtype=np.int32))
    people = PeopleCounted(
        inside=float(reading.people.sum()),
        **_states(
            reading,
            reading.people_within(reading.today),
            reading.people_within(reading.committed),
            float(reading.people[covered].sum()),
        ),
        lost=float(reading.people[reading.in_base & ~covered].sum()),
        on_projects=float(reading.people[at_projects & ~reading.in_base].sum()),
        in_reach=None,
    )
    return people, assign_new(reading, plan.new_sites)


def _states(reading: Reading, today: float, committed: float, with_plan: float) -> dict[str, float]:
    base = today if reading.base == "today" else committed
    return {
        "today": today,
        "committed": committed,
        "with_plan": with_plan,
        "newly": with_plan - base,
    }


def _no_proposal(case: _Case) -> Proposal:
    """Return the answer where nothing can be built: no populated place lies by a usable road."""
    question, reading, mode = case.question, case.reading, case.mode
    has_rules = question.table.rules.required or question.table.money.budget_yuan is not None
    if mode.is_known and has_rules:
        raise StudyError(Finding("siting_none_allowed"))
    plan = _nothing(case)
    people, service = _count_covered(case, plan)
    nothing = np.zeros(1)
    curve = CoverCurve(NO_SITES, nothing, nothing, 0.0, 0)
    return Proposal(
        terms=_terms(case, "people", includes_base=False),
        candidates=question.sites,
        excluded=question.excluded,
        plan=plan,
        without_weights=None,
        people=people,
        sites=(),
        centres=(),
        closed=(),
        service=service,
        curve=curve,
        targets=targets(question, reading, mode, curve),
        alternatives=Alternatives((PlanChoice(plan, 0.0, people),), is_complete=True),
        robustness=None,
        speed_bands=speed_bands(question, mode, NO_SITES),
        not_chosen=(),
        closing=closing_losses(
            question,
            reading,
            mode,
            nearest_point(mode).facility,
            NO_SITES,
        ),
        costs=plan_costs_of(question.table.money, question.sites, question.cost_yuan),
        findings=(
            *question.findings,
            Finding("siting_no_candidates" if mode.is_known else "siting_not_asked"),
        ),
    )


def _as_one_stage(progress: Progress) -> Progress:
    """Return a progress that names the solvers' stages as people know them."""
    return lambda _stage, done, total: progress(msgid("Choosing sites"), done, total)
