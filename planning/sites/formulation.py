"""From the question and its reading to a problem of the solvers, and back to planners' units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.study.siting import SitingModel
from geo.errors import Finding
from geo.times import to_tenths
from geo.travel import UNREACHED
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask
from planning.sites.proof import SitingProblem, note_set_aside
from planning.sites.proposal import Unit
from planning.sites.question import Question, rules_beside
from planning.sites.readings import (
    Reading,
    open_pairs,
    option_pairs,
    stack_covers,
    times_standing,
    with_standing_site,
)
from planning.sites.whole_places import capacitated, two_level
from planning.solver import (
    BackupCover,
    BudgetCover,
    CheapestCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SparseReach,
    VillageCover,
)
from planning.solver.pairs import Indices, times_covered

MOST_COVERS = 20
"""Standing points that cover one place and still matter to expected cover."""


def build_problem(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    """Return the problem of a question on a reading."""
    return _BUILDERS[question.table.model](question, reading, mode)


def _maximal_cover(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    open_people = np.where(reading.is_covered, 0.0, reading.people) * question.weight
    problem = MaximalCover(
        open_pairs(reading.pairs, open_people),
        open_people,
        reading.limit_tenths,
        question.count,
        question.rules,
    )
    unit: Unit = "weighted people" if question.is_weighted else "people"
    return SitingProblem(problem, unit, includes_base=False)


def _budget(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    open_people = np.where(reading.is_covered, 0.0, reading.people) * question.weight
    given_up = reading.in_base & ~reading.is_covered
    problem = BudgetCover(
        open_pairs(reading.pairs, open_people),
        open_people,
        reading.limit_tenths,
        question.table.money.budget_yuan or 0.0,
        question.cost_yuan,
        question.rules,
    )
    unit: Unit = "weighted people" if question.is_weighted else "people"
    lost = float(open_people[given_up].sum())
    return SitingProblem(problem, unit, shift=lost, includes_base=False)


def _fewest(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    """Return the fewest sites for everybody or for a share of the people."""
    share = question.table.goal.share if question.table.model == "partial-lscp" else 1.0
    rows, findings = _rows_in_reach(question, reading, is_for_all=share == 1.0)
    pairs = with_standing_site(reading, rows, most=reading.limit_tenths, is_better_only=False)
    problem = FewestSites(
        pairs,
        reading.people[rows],
        reading.limit_tenths,
        share or 1.0,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return SitingProblem(problem, "sites", shift=1.0, includes_base=False, findings=findings)


def _cheapest(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    share = question.table.goal.share or 1.0
    rows, findings = _rows_in_reach(question, reading, is_for_all=share == 1.0)
    pairs = with_standing_site(reading, rows, most=reading.limit_tenths, is_better_only=False)
    problem = CheapestCover(
        pairs,
        reading.people[rows],
        reading.limit_tenths,
        np.append(question.cost_yuan, 1.0),
        share,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return SitingProblem(problem, "yuan", includes_base=False, findings=findings)


def _villages(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    rows = np.flatnonzero(reading.people > 0)
    village = question.village[rows]
    people = reading.people[rows]
    findings: tuple[Finding, ...] = ()
    if question.table.goal.set_aside_unreachable:
        hopeless = _hopeless_villages(question, reading, rows)
        village = np.where(np.isin(village, hopeless), -1, village)
        villages = mode.dataset.villages
        if len(hopeless) and villages is not None:
            names = "、".join(villages.name[i] for i in hopeless[:5].tolist())
            said = (("count", len(hopeless)), ("first", names))
            findings = (Finding("siting_villages_set_aside", said),)
    pairs = with_standing_site(reading, rows, most=reading.limit_tenths, is_better_only=False)
    problem = VillageCover(
        pairs,
        people,
        reading.limit_tenths,
        village,
        question.table.goal.quota,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return SitingProblem(problem, "sites", shift=1.0, includes_base=False, findings=findings)


def _median(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    rows = np.flatnonzero(reading.people > 0)
    most = to_tenths(question.horizon_minutes)
    pairs = with_standing_site(reading, rows, most=most, is_better_only=True)
    problem = PMedian(
        pairs,
        (reading.people * question.weight)[rows],
        question.count,
        unlisted_cost=float(most),
        rules=rules_beside(question.rules, 1, len(question.sites)),
    )
    return SitingProblem(problem, "person-minutes", scale=1 / 600)


def _centre(question: Question, reading: Reading, _mode: ModeInput) -> SitingProblem:
    most = to_tenths(question.horizon_minutes)
    in_reach = _in_reach(question, reading, most)
    rows = np.flatnonzero((reading.people > 0) & in_reach)
    lost = (reading.people > 0) & ~in_reach
    findings = note_set_aside(reading, lost)
    problem = PCentre(
        with_standing_site(reading, rows, most=most, is_better_only=True),
        reading.people[rows],
        question.count,
        rules=rules_beside(question.rules, 1, len(question.sites)),
    )
    return SitingProblem(problem, "minutes", scale=1 / 600, findings=findings)


def _backup(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    rows, findings = _rows_in_reach(question, reading, is_for_all=True, always=True)
    pairs, standing = _with_covers(question, reading, mode, rows, most=2)
    problem = BackupCover(
        pairs,
        (reading.people * question.weight)[rows],
        reading.limit_tenths,
        question.count,
        rules_beside(question.rules, standing, len(question.sites)),
    )
    twice = times_covered(pairs, np.arange(len(question.sites), pairs.n_sites)) >= 2
    already = float(problem.people[twice].sum())
    return SitingProblem(
        problem, "people covered twice", shift=already, includes_base=False, findings=findings
    )


def _expected(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    rows = np.flatnonzero(reading.people > 0)
    pairs, standing = _with_covers(question, reading, mode, rows, most=MOST_COVERS)
    problem = ExpectedCover(
        pairs,
        (reading.people * question.weight)[rows],
        reading.limit_tenths,
        question.count,
        question.table.goal.busy_share,
        question.table.goal.units_per_site,
        rules_beside(question.rules, standing, len(question.sites)),
    )
    return SitingProblem(problem, "expected people")


def _with_covers(
    question: Question, reading: Reading, mode: ModeInput, rows: Indices, *, most: int
) -> tuple[SparseReach, int]:
    """Return the pairs of some rows with standing covers as last sites, and their number."""
    standing = times_standing(mode, question.start.stays, minutes=question.minutes)
    count = np.bincount(standing.demand, minlength=standing.n_demand)
    own = option_pairs(reading, rows, most=reading.limit_tenths)
    pairs, last = stack_covers(own, count[rows], most=most)
    return pairs, len(last)


def _in_reach(question: Question, reading: Reading, most: int) -> Mask:
    """Return (n_demand,) True where a standing point or an option that may be built is in reach."""
    pairs = reading.pairs
    site = np.repeat(np.arange(len(question.sites)), np.diff(pairs.indptr))
    good = question.may_build[site] & (pairs.tenths <= most)
    found: Mask = (reading.standing <= most) & (reading.standing != UNREACHED)
    found[pairs.demand[good]] = True
    return found


def _rows_in_reach(
    question: Question, reading: Reading, *, is_for_all: bool, always: bool = False
) -> tuple[Indices, tuple[Finding, ...]]:
    """Return the demand points of a target, without those that are set aside."""
    lived_in = reading.people > 0
    if not is_for_all or not (always or question.table.goal.set_aside_unreachable):
        return np.flatnonzero(lived_in), ()
    lost = lived_in & ~_in_reach(question, reading, reading.limit_tenths)
    return np.flatnonzero(lived_in & ~lost), note_set_aside(reading, lost)


def _hopeless_villages(question: Question, reading: Reading, rows: Indices) -> Indices:
    """Return the villages whose quota even all candidates together do not reach."""
    village, people = question.village[rows], reading.people[rows]
    inside = village >= 0
    in_reach = _in_reach(question, reading, reading.limit_tenths)[rows]
    n = int(village.max(initial=-1)) + 1
    total = np.bincount(village[inside], people[inside], minlength=n)
    near = np.bincount(village[inside], (people * in_reach)[inside], minlength=n)
    short = near < question.table.goal.quota * total * (1 - 1e-12)
    return np.flatnonzero(short & (total > 0)).astype(np.int32)


_BUILDERS: dict[SitingModel, Callable[[Question, Reading, ModeInput], SitingProblem]] = {
    "mclp": _maximal_cover,
    "lscp": _fewest,
    "partial-lscp": _fewest,
    "villages": _villages,
    "p-median": _median,
    "p-centre": _centre,
    "backup": _backup,
    "mexclp": _expected,
    "capacitated": capacitated,
    "capacitated-median": capacitated,
    "budget": _budget,
    "cheapest": _cheapest,
    "two-level": two_level,
}
