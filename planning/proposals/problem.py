"""From the question and its ground to a problem of the solvers, and back to planners' units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from data.study.siting import SitingModel
from data.types import Floats
from geo.errors import Finding
from geo.travel import UNREACHED, reach
from planning.mode_input import ModeInput
from planning.proposals.candidates import joined_snaps, kind_group
from planning.proposals.ground import (
    Ground,
    open_pairs,
    pairs_of,
    stacked,
    times_standing,
    with_standing_site,
)
from planning.proposals.question import Question, rules_beside
from planning.scenario import Mask, is_centre
from planning.siting import (
    BackupCover,
    BudgetCover,
    CapacitatedCover,
    CapacitatedMedian,
    CheapestCover,
    ExpectedCover,
    FewestSites,
    MaximalCover,
    PCentre,
    PMedian,
    SitingPlan,
    SolveLimits,
    SparseReach,
    TwoLevel,
    VillageCover,
    sparse_reach,
)
from planning.siting.instance import Indices
from planning.siting.problems import relative_gap
from planning.siting.solve import Problem

Unit: TypeAlias = Literal[
    "people",
    "people covered twice",
    "expected people",
    "sites",
    "yuan",
    "person-minutes",
    "minutes",
]

MOST_CELL_ROWS = 2_000
"""Models that serve places whole take settlements when there are more cells than this."""

BLOCK_M = 1_000.0
"""Side of the blocks that cells outside all villages are put together in."""

MOST_COVERS = 20
"""Standing points that cover one place and still matter to expected cover."""

NO_LOWER, NO_UPPER = 0.0, np.inf
WHOLE_ROWS = SolveLimits(rounds=400, nodes=60)
"""Limits of models with loads and of two levels, which are long to prove."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A problem with what its numbers mean.

    Parameters
    ----------
    problem
        Options first, in the order of the question; standing points behind them.
    unit, scale, shift
        The objective in planners' units is `objective * scale - shift`.
    centre_facility, centre_site
        Of two levels: institution or option of each centre, -1 for the other.
    findings
        What was set aside or put together.
    """

    problem: Problem | TwoLevel
    unit: Unit
    scale: float = 1.0
    shift: float = 0.0
    limits: SolveLimits | None = None
    centre_facility: Indices | None = None
    centre_site: Indices | None = None
    findings: tuple[Finding, ...] = ()


def asked(question: Question, ground: Ground, given: ModeInput) -> Asked:
    """Return the problem of a question on a ground."""
    return _BUILDERS[question.table.model](question, ground, given)


def shown(problem: Asked, plan: SitingPlan) -> SitingPlan:
    """Return the plan with objective and bound in planners' units.

    >>> from planning.siting.plans import infeasible_plan
    >>> plan = infeasible_plan("lscp", 0, method="", seed=0, findings=())
    >>> shown(Asked(None, "sites"), plan) is plan
    True
    """
    if plan.objective is None or plan.bound is None:
        return plan
    if problem.scale == 1.0 and problem.shift == 0.0:
        return plan
    objective = plan.objective * problem.scale - problem.shift
    bound = plan.bound * problem.scale - problem.shift
    return replace(plan, objective=objective, bound=bound, gap=relative_gap(objective, bound))


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
    findings = _set_aside(ground, lost)
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
    own = _taken(ground, rows, most=ground.limit_tenths)
    pairs, last = stacked(own, count[rows], most=most)
    return pairs, len(last)


def _taken(ground: Ground, rows: Indices, *, most: int) -> SparseReach:
    """Return the pairs of the options with some demand points."""
    pairs = ground.pairs
    row_of = np.full(len(ground.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int64), np.diff(pairs.indptr))
    keep = (row_of[pairs.demand] >= 0) & (pairs.tenths <= most)
    return sparse_reach(
        site[keep],
        row_of[pairs.demand[keep]],
        pairs.tenths[keep].astype(np.int64),
        n_sites=len(pairs.indptr) - 1,
        n_demand=len(rows),
    )


def _capacitated(question: Question, ground: Ground, given: ModeInput) -> Asked:
    """Return cover or p-median with loads, served settlement by settlement."""
    is_cover = question.table.model == "capacitated"
    most = ground.limit_tenths if is_cover else round(question.horizon_minutes * 600)
    rows, people, findings = _settlements(question, ground, given)
    stands = np.flatnonzero(question.stays)
    pairs = _with_points(ground, given, rows, stands, most=most)
    served = np.bincount(pairs.demand, minlength=len(rows)) > 0
    if not is_cover and not served.all():  # a p-median serves everybody who can be served at all
        lost = np.isin(np.arange(len(ground.people)), rows[~served])
        findings += _set_aside(ground, lost)
        rows, people = rows[served], people[served]
        pairs = _with_points(ground, given, rows, stands, most=most)
    lower, upper = _loads(question, given, stands)
    rules = rules_beside(question.rules, len(stands), len(question.sites))
    lower_penalty = np.inf if question.table.lower_binding else 0.0
    if is_cover:
        problem: Problem = CapacitatedCover(
            pairs, people, ground.limit_tenths, question.count, lower, upper, lower_penalty,
            rules=rules,
        )  # fmt: skip
        return Asked(problem, "people", limits=WHOLE_ROWS, findings=findings)
    problem = CapacitatedMedian(
        pairs, people, question.count, lower, upper, lower_penalty=lower_penalty, rules=rules
    )
    return Asked(problem, "person-minutes", scale=1 / 600, limits=WHOLE_ROWS, findings=findings)


def _with_points(
    ground: Ground, given: ModeInput, rows: Indices, points: Indices, *, most: int
) -> SparseReach:
    """Return the pairs of options and standing points with some demand points."""
    own = _taken(ground, rows, most=most)
    order = np.argsort(rows, kind="stable")
    standing = pairs_of(
        given, given.facility_snaps.take(points), reach_minutes=most / 600, demand=rows[order]
    )
    row_of = np.full(len(ground.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(len(points), dtype=np.int64), np.diff(standing.indptr))
    return sparse_reach(
        np.concatenate([own.site.astype(np.int64), site + own.n_sites]),
        np.concatenate([own.demand.astype(np.int64), row_of[standing.demand]]),
        np.concatenate([own.cost.astype(np.int64), standing.tenths.astype(np.int64)]),
        n_sites=own.n_sites + len(points),
        n_demand=len(rows),
    )


def _loads(question: Question, given: ModeInput, stands: Indices) -> tuple[Floats, Floats]:
    """Return fewest and most people of each option and standing point.

    The norm of 30,000 to 100,000 binds urban community health service centres only; points that
    stand are held to the capacity their row states.
    """
    table, dataset = question.table, given.dataset
    urban = dataset.zones.urban
    lower, upper = [], []
    for kind, zone in zip(question.sites.kind, question.sites.zone.tolist(), strict=True):
        is_urban = zone >= 0 and urban[zone] is True
        norm = question.ratio_bounds if kind == "B100" and is_urban else (NO_LOWER, NO_UPPER)
        lower.append(norm[0] if table.lower_people is None else table.lower_people)
        upper.append(norm[1] if table.upper_people is None else table.upper_people)
    stated = dataset.facilities.numbers("capacity_people")[stands]
    room = np.where(np.isnan(stated), NO_UPPER, stated)
    upper_all = np.concatenate([np.array(upper, dtype=np.float64), room])
    lower_all = np.concatenate([np.array(lower, dtype=np.float64), np.zeros(len(stands))])
    return np.minimum(lower_all, upper_all), upper_all


def _two_level(question: Question, ground: Ground, given: ModeInput) -> Asked:
    """Return stations and centres chosen together, settlement by settlement."""
    most = round(question.horizon_minutes * 600)
    rows, people, findings = _settlements(question, ground, given)
    stands = np.flatnonzero(question.stays)
    facilities = given.dataset.facilities
    old = np.flatnonzero(question.stays & is_centre(facilities))
    new = _centre_options(question)
    stations = joined_snaps(question.snaps, given.facility_snaps.take(stands))
    centres = joined_snaps(given.facility_snaps.take(old), question.snaps.take(new))
    ways = reach(given.network, stations, centres, limit_minutes=question.horizon_minutes)
    referral = np.full((len(stations), len(centres)), np.inf)
    column = np.repeat(np.arange(len(centres)), np.diff(ways.indptr))
    referral[ways.demand, column] = ways.tenths
    for k, facility in enumerate(old.tolist()):
        referral[len(question.sites) + np.searchsorted(stands, facility), k] = 0.0
    for k, site in enumerate(new.tolist()):
        referral[site, len(old) + k] = 0.0
    table = question.table
    problem = TwoLevel(
        _with_points(ground, given, rows, stands, most=most),
        people,
        question.count,
        table.centres,
        referral,
        table.referral_share,
        existing_centres=tuple(range(len(old))),
        unlisted_cost=most * (1.0 + table.referral_share),
        rules=rules_beside(question.rules, len(stands), len(question.sites)),
    )
    none_old, none_new = np.full(len(old), -1), np.full(len(new), -1)
    return Asked(
        problem,
        "person-minutes",
        scale=1 / 600,
        limits=WHOLE_ROWS,
        centre_facility=np.concatenate([old, none_new]).astype(np.int32),
        centre_site=np.concatenate([none_old, new]).astype(np.int32),
        findings=findings,
    )


def _centre_options(question: Question) -> Indices:
    """Return the options where a centre may stand: those of its kind, all where none says so."""
    allowed = question.may_build
    is_centre_kind = np.array([kind_group(k) == "centre" for k in question.sites.kind], dtype=bool)
    chosen = allowed & is_centre_kind if is_centre_kind.any() else allowed
    return np.flatnonzero(chosen).astype(np.int32)


def _settlements(
    question: Question, ground: Ground, given: ModeInput
) -> tuple[Indices, Floats, tuple[Finding, ...]]:
    """Return the places that are served whole: a demand point for each, and its people.

    Cells are taken one by one where they are few; else villages, each at its most populated point,
    and outside villages blocks of 1 km.
    """
    rows = np.flatnonzero(ground.people > 0)
    if len(rows) <= MOST_CELL_ROWS:
        return rows, ground.people[rows], ()
    demand, village = given.dataset.demand, question.village[rows].astype(np.int64)
    column = np.floor(demand.x_m[rows] / BLOCK_M).astype(np.int64)
    line = np.floor(demand.y_m[rows] / BLOCK_M).astype(np.int64)
    loose = village < 0
    key = np.stack([village, np.where(loose, column, 0), np.where(loose, line, 0)], axis=1)
    _, group = np.unique(key, axis=0, return_inverse=True)
    group = group.reshape(-1)
    people = np.bincount(group, ground.people[rows]).astype(np.float64)
    order = np.lexsort((rows, -ground.people[rows], group))
    first = order[np.searchsorted(group[order], np.arange(len(people)))]
    found = Finding("siting_as_settlements", (("rows", len(people)),))
    return rows[first], people, (found,)


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
    return np.flatnonzero(lived_in & ~lost), _set_aside(ground, lost)


def _set_aside(ground: Ground, lost: Mask) -> tuple[Finding, ...]:
    if not lost.any():
        return ()
    said = (("people", float(ground.people[lost].sum())), ("rows", int(lost.sum())))
    return (Finding("siting_set_aside", said),)


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
    "capacitated": _capacitated,
    "capacitated-median": _capacitated,
    "budget": _budget,
    "cheapest": _cheapest,
    "two-level": _two_level,
}
