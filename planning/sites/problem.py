"""From the question and its ground to a problem of the solvers, and back to planners' units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.study.siting import SitingModel
from geo.errors import Finding
from geo.travel import UNREACHED
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask
from planning.sites.asking import Asked, set_aside, taken
from planning.sites.question import Question, rules_beside
from planning.sites.times import (
    Ground,
    open_pairs,
    stacked,
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
from planning.solver.pairs import Indices

MOST_COVERS = 20
"""Standing points that cover one place and still matter to expected cover."""


def asked(question: Question, ground: Ground, given: ModeInput) -> Asked:
    """Return the problem of a question on a ground."""
    return _BUILDERS[question.table.model](question, ground, given)


def _maximal_cover(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    open_people = np.where(ground.is_covered, 0.0, ground.people) * question.weight
    problem = MaximalCover(
        open_pairs(ground.pairs, open_people),
        open_people,
        ground.limit_tenths,
        question.count,
        question.rules,
    )
    return Asked(problem, "people")


def _budget(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    open_people = np.where(ground.is_covered, 0.0, ground.people) * question.weight
    given_up = ground.was_covered & ~ground.is_covered
    problem = BudgetCover(
        open_pairs(ground.pairs, open_people),
        open_people,
        ground.limit_tenths,
        question.table.budget_yuan or 0.0,
        question.cost_yuan,
        question.rules,
    )
    return Asked(problem, "people", shift=float(open_people[given_up].sum()))


def _fewest(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    """Return the fewest sites for everybody or for a share of the people."""
    share = question.table.share if question.table.model == "partial-lscp" else 1.0
    rows, findings = _rows_in_reach(question, ground, is_for_all=share == 1.0)
    pairs = with_standing_site(ground, rows, most=ground.limit_tenths, is_better_only=False)
    problem = FewestSites(
        pairs,
        ground.people[rows],
        ground.limit_tenths,
        share or 1.0,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return Asked(problem, "sites", shift=1.0, findings=findings)


def _cheapest(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    share = question.table.share or 1.0
    rows, findings = _rows_in_reach(question, ground, is_for_all=share == 1.0)
    pairs = with_standing_site(ground, rows, most=ground.limit_tenths, is_better_only=False)
    problem = CheapestCover(
        pairs,
        ground.people[rows],
        ground.limit_tenths,
        np.append(question.cost_yuan, 1.0),
        share,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return Asked(problem, "yuan", findings=findings)


def _villages(question: Question, ground: Ground, given: ModeInput) -> Asked:
    rows = np.flatnonzero(ground.people > 0)
    village = question.village[rows]
    people = ground.people[rows]
    findings: tuple[Finding, ...] = ()
    if question.table.set_aside_unreachable:
        hopeless = _hopeless_villages(question, ground, rows)
        village = np.where(np.isin(village, hopeless), -1, village)
        villages = given.dataset.villages
        if len(hopeless) and villages is not None:
            names = "、".join(villages.name[i] for i in hopeless[:5].tolist())
            said = (("count", len(hopeless)), ("first", names))
            findings = (Finding("siting_villages_set_aside", said),)
    pairs = with_standing_site(ground, rows, most=ground.limit_tenths, is_better_only=False)
    problem = VillageCover(
        pairs,
        people,
        ground.limit_tenths,
        village,
        question.table.quota,
        rules_beside(question.rules, 1, len(question.sites)),
    )
    return Asked(problem, "sites", shift=1.0, findings=findings)


def _median(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    rows = np.flatnonzero(ground.people > 0)
    most = round(question.horizon_minutes * 600)
    pairs = with_standing_site(ground, rows, most=most, is_better_only=True)
    problem = PMedian(
        pairs,
        (ground.people * question.weight)[rows],
        question.count,
        unlisted_cost=float(most),
        rules=rules_beside(question.rules, 1, len(question.sites)),
    )
    return Asked(problem, "person-minutes", scale=1 / 600)


def _centre(question: Question, ground: Ground, _given: ModeInput) -> Asked:
    most = round(question.horizon_minutes * 600)
    in_reach = _in_reach(question, ground, most)
    rows = np.flatnonzero((ground.people > 0) & in_reach)
    lost = (ground.people > 0) & ~in_reach
    findings = set_aside(ground, lost)
    problem = PCentre(
        with_standing_site(ground, rows, most=most, is_better_only=True),
        ground.people[rows],
        question.count,
        rules=rules_beside(question.rules, 1, len(question.sites)),
    )
    return Asked(problem, "minutes", scale=1 / 600, findings=findings)


def _backup(question: Question, ground: Ground, given: ModeInput) -> Asked:
    rows, findings = _rows_in_reach(question, ground, is_for_all=True, always=True)
    pairs, standing = _with_covers(question, ground, given, rows, most=2)
    problem = BackupCover(
        pairs,
        (ground.people * question.weight)[rows],
        ground.limit_tenths,
        question.count,
        rules_beside(question.rules, standing, len(question.sites)),
    )
    return Asked(problem, "people covered twice", findings=findings)


def _expected(question: Question, ground: Ground, given: ModeInput) -> Asked:
    rows = np.flatnonzero(ground.people > 0)
    pairs, standing = _with_covers(question, ground, given, rows, most=MOST_COVERS)
    problem = ExpectedCover(
        pairs,
        (ground.people * question.weight)[rows],
        ground.limit_tenths,
        question.count,
        question.table.busy_share,
        question.table.units_per_site,
        rules_beside(question.rules, standing, len(question.sites)),
    )
    return Asked(problem, "expected people")


def _with_covers(
    question: Question, ground: Ground, given: ModeInput, rows: Indices, *, most: int
) -> tuple[SparseReach, int]:
    """Return the pairs of some rows with standing covers as last sites, and their number."""
    standing = times_standing(given, question.stays, minutes=question.minutes)
    count = np.bincount(standing.demand, minlength=standing.n_demand)
    own = taken(ground, rows, most=ground.limit_tenths)
    pairs, last = stacked(own, count[rows], most=most)
    return pairs, len(last)


def _in_reach(question: Question, ground: Ground, most: int) -> Mask:
    """Return (n_demand,) True where a standing point or an option that may be built is in reach."""
    pairs = ground.pairs
    site = np.repeat(np.arange(len(question.sites)), np.diff(pairs.indptr))
    good = question.may_build[site] & (pairs.tenths <= most)
    found: Mask = (ground.standing <= most) & (ground.standing != UNREACHED)
    found[pairs.demand[good]] = True
    return found


def _rows_in_reach(
    question: Question, ground: Ground, *, is_for_all: bool, always: bool = False
) -> tuple[Indices, tuple[Finding, ...]]:
    """Return the demand points of a target, without those that are set aside."""
    lived_in = ground.people > 0
    if not is_for_all or not (always or question.table.set_aside_unreachable):
        return np.flatnonzero(lived_in), ()
    lost = lived_in & ~_in_reach(question, ground, ground.limit_tenths)
    return np.flatnonzero(lived_in & ~lost), set_aside(ground, lost)


def _hopeless_villages(question: Question, ground: Ground, rows: Indices) -> Indices:
    """Return the villages whose quota even all candidates together do not reach."""
    village, people = question.village[rows], ground.people[rows]
    inside = village >= 0
    in_reach = _in_reach(question, ground, ground.limit_tenths)[rows]
    n = int(village.max(initial=-1)) + 1
    total = np.bincount(village[inside], people[inside], minlength=n)
    near = np.bincount(village[inside], (people * in_reach)[inside], minlength=n)
    short = near < question.table.quota * total * (1 - 1e-12)
    return np.flatnonzero(short & (total > 0)).astype(np.int32)


_BUILDERS: dict[SitingModel, Callable[[Question, Ground, ModeInput], Asked]] = {
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
