"""Where the next points go: the plan with its proof, its reasons and its alternatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.errors import StudyError
from data.study.tables import Study
from geo.errors import Finding, Progress, silent
from geo.travel import Nearest, Reach
from planning.reach.mode_input import ModeInput
from planning.sites.candidates import UPGRADE, CandidateSites, Group, kind_group, options_of
from planning.sites.costs import PARTS, Assumption, unit_costs
from planning.sites.explained import explain_no_gain, name_villages
from planning.sites.problem import build_problem
from planning.sites.question import Question, empty_question, question_of, without_weights
from planning.sites.readings import Reading, open_pairs, reading_of
from planning.sites.reasons import (
    ClosingLoss,
    NotChosen,
    ProposedSite,
    Target,
    chosen_sites,
    closing_losses,
    popular_left_out,
    targets,
)
from planning.sites.robustness import Robustness, check_robustness
from planning.sites.units import SitingProblem, Unit, in_planners_units
from planning.solver import SitingPlan, SolveLimits, TwoLevel, solve, solve_two_level
from planning.solver.alternatives import alternatives
from planning.solver.cover.curve import CoverCurve, cover_curve
from planning.solver.pairs import Indices
from planning.solver.plan import infeasible_plan
from planning.words.wording import msgid

CURVE_SITES = 60


@dataclass(frozen=True, slots=True, eq=False)
class PlanChoice:
    """A plan among its alternatives, the best one first.

    Parameters
    ----------
    plan
        In planners' units, with the bound of the best plan.
    lost_share
        What it gives up, as a share of the best objective.
    gained_people
        People newly covered.
    """

    plan: SitingPlan
    lost_share: float
    gained_people: float


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    """People inside the zones by what the plan does for them.

    Parameters
    ----------
    inside
        All of them.
    today, with_plan
        Covered without and with the plan.
    newly, lost
        Covered by the plan only, and today only (by points that the plan gives up).
    """

    inside: float
    today: float
    with_plan: float
    newly: float
    lost: float


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A centre of a plan of two levels: an institution that stands, or an option."""

    facility: int
    candidate: int

    @property
    def is_new(self) -> bool:
        """True when it is to be built."""
        return self.candidate >= 0


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The answer to "where should the next stations go", with its proof.

    Parameters
    ----------
    model, unit
        What was asked for, and what objective and bound of the plan are counted in.
    mode, minutes, kind
        What the sites were chosen for.
    candidates
        Options; plans, sites and curve name them by index.
    plan
        Status, objective, bound and gap in planners' units.
    without_weights
        The same question with every person counting 1, where the study weighs groups.
    sites
        New and upgraded points of the plan with their reasons.
    centres
        Of two levels; empty for other models.
    closed
        Institutions that the plan gives up.
    people
        Who is covered without and with the plan, everybody counting 1.
    curve
        People newly covered by 0, 1, 2, ... sites with a bound for every number.
    choices, is_complete
        The best plan and others nearly as good; True when nothing else is within the share.
    robustness
        The plan under other readings of the inputs.
    reach
        Rows: candidates; demand points within the limit.
    served_by, served_tenths
        (n_demand,) option of the plan that is nearest to each newly covered point, and the way to
        it; -1 for all other points.
    costs, cost_yuan, years
        Unit costs used, and the cost of each option over the years of the plan.
    """

    model: str
    unit: Unit
    mode: str
    minutes: float
    kind: str
    candidates: CandidateSites
    plan: SitingPlan
    without_weights: PlanChoice | None
    sites: tuple[ProposedSite, ...]
    centres: tuple[Centre, ...]
    closed: tuple[int, ...]
    people: PeopleCounted
    curve: CoverCurve
    choices: tuple[PlanChoice, ...]
    is_complete: bool
    robustness: Robustness | None
    not_chosen: tuple[NotChosen, ...]
    closing: tuple[ClosingLoss, ...]
    targets: tuple[Target, ...]
    reach: Reach
    served_by: Indices
    served_tenths: Indices
    costs: tuple[Assumption, ...]
    cost_yuan: np.ndarray
    years: float
    excluded: Mapping[str, tuple[int, float]]
    findings: tuple[Finding, ...]

    @property
    def plan_yuan(self) -> float:
        """Cost of the options of the plan over its years."""
        return float(self.cost_yuan[self.plan.new_sites].sum())


def propose(
    study: Study, mode: ModeInput, today: Nearest, *, progress: Progress | None = None
) -> Proposal:
    """Answer the siting question of a study.

    Parameters
    ----------
    study
        Its candidates, exclusions and siting tables.
    mode
        Networks and snaps of the mode of the question; `points` are those that count.
    today
        Times to those points.

    Raises
    ------
    StudyError
        With every name that does not exist and every rule that contradicts another.
    """
    report = progress or silent
    progress = None if progress is None else _as_one_stage(progress)
    question = question_of(study, mode)
    # Where no point counts nobody is known to be without one: there is nothing to ask.
    reading = reading_of(
        mode,
        question.snaps,
        stays=question.stays,
        minutes=question.minutes,
        reach_minutes=question.reach_minutes,
        today=today,
    )
    if not len(question.sites) or not mode.is_known:
        return _no_proposal(question, reading, mode, today)
    problem = build_problem(question, reading, mode)
    plan, centres = _solved(question, problem, progress)
    report(msgid("Reasons of the plan"), 0, 1)
    curve = _curve(question, reading, progress)
    choices, is_complete = _choices(question, problem, reading, plan, progress)
    report(msgid("Stability of the plan"), 0, 1)
    found = check_robustness(question, reading, mode, plan, progress=progress)
    report(msgid("Reasons of the plan"), 0, 1)
    public = in_planners_units(problem, plan)
    served_by, served_tenths = served(reading, plan.new_sites)
    return Proposal(
        model=question.table.model,
        unit=problem.unit,
        mode=mode.network.mode,
        minutes=question.minutes,
        kind=question.kind,
        candidates=question.sites,
        plan=replace(public, findings=name_villages(public.findings, mode)),
        without_weights=_without_weights(question, reading, mode, progress),
        sites=_sites(question, reading, mode, plan.new_sites),
        centres=centres,
        closed=_closed(question, plan),
        people=_people(reading, plan.new_sites),
        curve=curve,
        choices=choices,
        is_complete=is_complete,
        robustness=found,
        not_chosen=popular_left_out(question, reading, plan.new_sites),
        closing=closing_losses(question, reading, mode, today.facility, plan.new_sites),
        targets=targets(question, reading, mode, curve),
        reach=_within(reading),
        served_by=served_by,
        served_tenths=served_tenths,
        costs=_costs(question),
        cost_yuan=question.cost_yuan,
        years=question.table.money.years,
        excluded=question.excluded,
        findings=(
            *question.findings,
            *problem.findings,
            *name_villages(plan.findings, mode),
            *explain_no_gain(question, reading, mode, plan),
        ),
    )


def unanswered(
    study: Study, mode: ModeInput, today: Nearest, findings: Sequence[Finding]
) -> Proposal:
    """Return the proposal of a study whose question cannot be asked: none, and why.

    Parameters
    ----------
    study, mode, today
        As for `propose`.
    findings
        What is wrong with the question.
    """
    question = empty_question(study, mode)
    reading = reading_of(
        mode,
        question.snaps,
        stays=question.stays,
        minutes=question.minutes,
        reach_minutes=question.reach_minutes,
        today=today,
    )
    none = _no_proposal(question, reading, mode, today)
    return replace(none, findings=(Finding("siting_unanswered"), *findings))


def _solved(
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


def _curve(question: Question, reading: Reading, progress: Progress | None) -> CoverCurve:
    open_people = np.where(reading.is_covered, 0.0, reading.people)
    return cover_curve(
        open_pairs(reading.pairs, open_people),
        open_people,
        reading.limit_tenths,
        rules=question.rules,
        most=CURVE_SITES,
        progress=progress,
    )


def _choices(
    question: Question,
    problem: SitingProblem,
    reading: Reading,
    plan: SitingPlan,
    progress: Progress | None,
) -> tuple[tuple[PlanChoice, ...], bool]:
    """Return the plan and its alternatives."""
    table = question.table.alternatives
    best = PlanChoice(in_planners_units(problem, plan), 0.0, _people(reading, plan.new_sites).newly)
    is_single = question.table.plans < 2 or not plan.objective  # nothing to lose, or no plan
    if is_single or isinstance(problem.problem, TwoLevel):
        return (best,), False
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
        PlanChoice(in_planners_units(problem, other), lost, _people(reading, other.new_sites).newly)
        for other, lost in zip(found.plans[1:], found.lost_share[1:], strict=True)
    ]
    return (best, *others), found.is_complete


def _without_weights(
    question: Question, reading: Reading, mode: ModeInput, progress: Progress | None
) -> PlanChoice | None:
    """Return the plan in which everybody counts 1, where some count more."""
    if not question.is_weighted:
        return None
    plain = without_weights(question)
    problem = build_problem(plain, reading, mode)
    plan, _ = _solved(plain, problem, progress)
    return PlanChoice(in_planners_units(problem, plan), 0.0, _people(reading, plan.new_sites).newly)


def _sites(
    question: Question, reading: Reading, mode: ModeInput, new_sites: Indices
) -> tuple[ProposedSite, ...]:
    found = chosen_sites(question, reading, mode.dataset, new_sites)
    return tuple(site for site in found if question.sites.role[site.candidate] != "keep")


def _closed(question: Question, plan: SitingPlan) -> tuple[int, ...]:
    """Return the institutions that a plan does not keep."""
    if plan.objective is None:
        return ()
    kept = set(plan.new_sites.tolist())
    options = options_of(question.sites, "keep").tolist()
    return tuple(int(question.sites.facility[i]) for i in options if i not in kept)


def _people(reading: Reading, new_sites: Indices) -> PeopleCounted:
    covered = reading.is_covered | reading.reached_by(new_sites)
    was, people = reading.was_covered, reading.people
    return PeopleCounted(
        inside=float(people.sum()),
        today=float(people[was].sum()),
        with_plan=float(people[covered].sum()),
        newly=float(people[covered & ~was].sum()),
        lost=float(people[was & ~covered].sum()),
    )


def served(reading: Reading, new_sites: Indices) -> tuple[Indices, Indices]:
    """Return for each newly covered demand point the nearest site of the plan and its tenths.

    Both are -1 for points that are covered today, outside, or not reached; ties go to the lowest
    site.
    """
    site = np.full(len(reading.people), -1, dtype=np.int32)
    best = np.full(len(reading.people), np.iinfo(np.int32).max, dtype=np.int32)
    for number in np.sort(new_sites).tolist():  # a loop over chosen sites only
        pairs = slice(reading.pairs.indptr[number], reading.pairs.indptr[number + 1])
        demand, tenths = reading.pairs.demand[pairs], reading.pairs.tenths[pairs]
        is_better = (tenths <= reading.limit_tenths) & (tenths < best[demand])
        site[demand[is_better]] = number
        best[demand[is_better]] = tenths[is_better]
    is_new = (site >= 0) & ~reading.was_covered & (reading.people > 0)
    return np.where(is_new, site, -1), np.where(is_new, best, -1)


def _within(reading: Reading) -> Reach:
    """Return the pairs within the limit."""
    pairs = reading.pairs
    keep = pairs.tenths <= reading.limit_tenths
    if keep.all():
        return pairs
    before = np.concatenate([[0], np.cumsum(keep)])
    return Reach(before[pairs.indptr], pairs.demand[keep], pairs.tenths[keep], pairs.n_demand)


def _costs(question: Question) -> tuple[Assumption, ...]:
    """Return the unit costs of the kinds and roles that the options have."""
    groups: list[Group] = sorted({kind_group(kind) for kind in question.sites.kind})
    has_upgrades = UPGRADE in question.sites.role
    parts = PARTS if has_upgrades else tuple(part for part in PARTS if part != "upgrade")
    return unit_costs(question.table, groups, parts=parts)


def _no_proposal(question: Question, reading: Reading, mode: ModeInput, today: Nearest) -> Proposal:
    """Return the answer where nothing can be built: no populated place lies by a usable road."""
    has_rules = question.table.rules.required or question.table.money.budget_yuan is not None
    if mode.is_known and has_rules:
        raise StudyError(Finding("siting_none_allowed"))
    nothing = np.zeros(1)
    none = np.zeros(0, dtype=np.int32)
    found = Finding("siting_no_candidates" if mode.is_known else "siting_not_asked")
    model = question.table.model
    curve = CoverCurve(none, nothing, nothing, 0.0, 0)
    plan = infeasible_plan(model, len(reading.people), method="no candidates", seed=0, findings=())
    if not mode.is_known:
        plan = replace(plan, status="not_asked", method="no point counts")
    return Proposal(
        model=model,
        unit="people",
        mode=mode.network.mode,
        minutes=question.minutes,
        kind=question.kind,
        candidates=question.sites,
        plan=plan,
        without_weights=None,
        sites=(),
        centres=(),
        closed=(),
        people=_people(reading, none),
        curve=curve,
        choices=(PlanChoice(plan, 0.0, 0.0),),
        is_complete=True,
        robustness=None,
        not_chosen=(),
        closing=closing_losses(question, reading, mode, today.facility, none),
        targets=targets(question, reading, mode, curve),
        reach=Reach(np.zeros(1, np.int64), none, none, len(reading.people)),
        served_by=np.full(len(reading.people), -1, dtype=np.int32),
        served_tenths=np.full(len(reading.people), -1, dtype=np.int32),
        costs=(),
        cost_yuan=np.zeros(0),
        years=question.table.money.years,
        excluded=question.excluded,
        findings=(*question.findings, found),
    )


def _as_one_stage(progress: Progress) -> Progress:
    """Return a progress that names the solvers' stages as people know them."""

    def report(_stage: str, done: int, total: int) -> None:
        progress(msgid("Choosing sites"), done, total)

    return report
