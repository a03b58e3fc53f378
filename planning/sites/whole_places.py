"""Models that serve places whole: loads of sites, and stations with their centres."""

from __future__ import annotations

import numpy as np

from data.types import Floats
from geo.errors import Finding
from geo.times import to_tenths
from geo.travel import UNREACHED, reach
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask, is_centre
from planning.sites.candidates import kind_group
from planning.sites.proof import SitingProblem, note_set_aside
from planning.sites.proposal import NewService
from planning.sites.question import Question, rules_beside
from planning.sites.readings import (
    Reading,
    option_pairs,
    pairs_of,
)
from planning.solver import (
    CapacitatedCover,
    CapacitatedMedian,
    SiteRules,
    SitingPlan,
    SolveLimits,
    SparseReach,
    TwoLevel,
    solve,
    sparse_reach,
)
from planning.solver.pairs import Indices
from planning.solver.solve import Problem

NO_LOWER, NO_UPPER = 0.0, np.inf
MOST_CELL_ROWS = 2_000
"""Models that serve places whole take settlements when there are more cells than this."""


BLOCK_M = 1_000.0
"""Side of the blocks that cells outside all villages are put together in."""


WHOLE_ROWS = SolveLimits(rounds=400, nodes=60)
"""Limits of models with loads and of two levels, which are long to prove."""


def capacitated(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    """Return cover or p-median with loads, served settlement by settlement."""
    is_cover = question.table.model == "capacitated"
    most = reading.limit_tenths if is_cover else to_tenths(question.horizon_minutes)
    rows, people, row_of, findings = _settlements(question, reading, mode)
    stands = np.flatnonzero(question.start.stays)
    pairs = _with_points(reading, mode, rows, stands, most=most)
    served = np.bincount(pairs.demand, minlength=len(rows)) > 0
    if not is_cover and not served.all():  # a p-median serves everybody who can be served at all
        lost = np.isin(np.arange(len(reading.people)), rows[~served])
        findings += note_set_aside(reading, lost)
        number = np.where(served, np.cumsum(served) - 1, -1)
        row_of = np.where(row_of >= 0, number[row_of], -1).astype(np.int32)
        rows, people = rows[served], people[served]
        pairs = _with_points(reading, mode, rows, stands, most=most)
    lower, upper = _loads(question, mode, stands)
    rules = rules_beside(question.rules, len(stands), len(question.sites))
    lower_penalty = np.inf if question.table.loads.lower_binding else 0.0
    if is_cover:
        problem: Problem = CapacitatedCover(
            pairs, people, reading.limit_tenths, question.count, lower, upper, lower_penalty,
            rules=rules,
        )  # fmt: skip
        return SitingProblem(problem, "people", limits=WHOLE_ROWS, row_of=row_of, findings=findings)
    problem = CapacitatedMedian(
        pairs, people, question.count, lower, upper, lower_penalty=lower_penalty, rules=rules
    )
    return SitingProblem(
        problem,
        "person-minutes",
        scale=1 / 600,
        limits=WHOLE_ROWS,
        row_of=row_of,
        findings=findings,
    )


def served_within_loads(
    question: Question, reading: Reading, mode: ModeInput, points: Mask
) -> float:
    """Return the people whom some points serve within their loads and the limit, without a plan.

    Places are served whole, as in the plan; where the best assignment is not proved, it is the best
    that was found.
    """
    stands = np.flatnonzero(points)
    if not len(stands):
        return 0.0
    rows, people, _, _ = _settlements(question, reading, mode)
    pairs = _with_points(reading, mode, rows, stands, most=reading.limit_tenths)
    lower, upper = _loads(question, mode, stands)
    n_options = len(question.sites)
    last = tuple(range(n_options, n_options + len(stands)))
    problem = CapacitatedCover(
        pairs,
        people,
        reading.limit_tenths,
        0,
        np.zeros(len(lower)),
        upper,
        rules=SiteRules(existing=last),
    )
    return solve(problem, seed=question.table.seed, limits=WHOLE_ROWS).objective or 0.0


def served_by_sites(
    problem: SitingProblem, plan: SitingPlan, reading: Reading, n_options: int
) -> tuple[float, NewService]:
    """Return the people served within loads and the limit, and whom each new site serves.

    A place that is served whole has all its demand points served by the same site.
    """
    model = problem.problem
    if problem.row_of is None or not isinstance(model, CapacitatedCover | CapacitatedMedian):
        msg = "the model has no loads"
        raise ValueError(msg)
    pairs, site_of = model.reach, plan.assignment.astype(np.int64)
    listed = pairs.site.astype(np.int64) * pairs.n_demand + pairs.demand
    rows = np.flatnonzero(site_of >= 0)
    tenths = np.full(len(site_of), UNREACHED, dtype=np.int64)
    tenths[rows] = pairs.cost[np.searchsorted(listed, site_of[rows] * pairs.n_demand + rows)]
    in_time = tenths <= reading.limit_tenths
    with_plan = float(model.people[in_time].sum())
    row = problem.row_of
    is_new = (row >= 0) & (in_time & (site_of < n_options))[row] & (reading.people > 0)
    return with_plan, NewService(
        site=np.where(is_new, site_of[row], -1).astype(np.int32),
        tenths=np.where(is_new, tenths[row], -1).astype(np.int32),
        people=np.where(is_new, reading.people, 0.0),
    )


def _with_points(
    reading: Reading, mode: ModeInput, rows: Indices, points: Indices, *, most: int
) -> SparseReach:
    """Return the pairs of options and standing points with some demand points."""
    own = option_pairs(reading, rows, most=most)
    order = np.argsort(rows, kind="stable")
    standing = pairs_of(
        mode, mode.facility_snaps.take(points), reach_minutes=most / 600, demand=rows[order]
    )
    row_of = np.full(len(reading.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(len(points), dtype=np.int64), np.diff(standing.indptr))
    return sparse_reach(
        np.concatenate([own.site.astype(np.int64), site + own.n_sites]),
        np.concatenate([own.demand.astype(np.int64), row_of[standing.demand]]),
        np.concatenate([own.cost.astype(np.int64), standing.tenths.astype(np.int64)]),
        n_sites=own.n_sites + len(points),
        n_demand=len(rows),
    )


def _loads(question: Question, mode: ModeInput, stands: Indices) -> tuple[Floats, Floats]:
    """Return fewest and most people of each option and standing point.

    The norm of 30,000 to 100,000 binds urban community health service centres only; points that
    stand are held to the capacity their row states.
    """
    table, dataset = question.table, mode.dataset
    urban = dataset.zones.urban
    lower, upper = [], []
    for kind, zone in zip(question.sites.kind, question.sites.zone.tolist(), strict=True):
        is_urban = zone >= 0 and urban[zone] is True
        norm = question.ratio_bounds if kind == "B100" and is_urban else (NO_LOWER, NO_UPPER)
        lower.append(norm[0] if table.loads.lower_people is None else table.loads.lower_people)
        upper.append(norm[1] if table.loads.upper_people is None else table.loads.upper_people)
    stated = dataset.facilities.numbers("capacity_people")[stands]
    room = np.where(np.isnan(stated), NO_UPPER, stated)
    upper_all = np.concatenate([np.array(upper, dtype=np.float64), room])
    lower_all = np.concatenate([np.array(lower, dtype=np.float64), np.zeros(len(stands))])
    return np.minimum(lower_all, upper_all), upper_all


def two_level(question: Question, reading: Reading, mode: ModeInput) -> SitingProblem:
    """Return stations and centres chosen together, settlement by settlement."""
    most = to_tenths(question.horizon_minutes)
    rows, people, _, findings = _settlements(question, reading, mode)
    stands = np.flatnonzero(question.start.stays)
    facilities = mode.dataset.facilities
    old = np.flatnonzero(question.start.stays & is_centre(facilities))
    new = _centre_options(question)
    stations = question.snaps.append(mode.facility_snaps.take(stands))
    centres = mode.facility_snaps.take(old).append(question.snaps.take(new))
    ways = reach(mode.network, stations, centres, limit_minutes=question.horizon_minutes)
    referral = np.full((len(stations), len(centres)), np.inf)
    column = np.repeat(np.arange(len(centres)), np.diff(ways.indptr))
    referral[ways.demand, column] = ways.tenths
    for k, facility in enumerate(old.tolist()):
        referral[len(question.sites) + np.searchsorted(stands, facility), k] = 0.0
    for k, site in enumerate(new.tolist()):
        referral[site, len(old) + k] = 0.0
    table = question.table
    problem = TwoLevel(
        _with_points(reading, mode, rows, stands, most=most),
        people,
        question.count,
        table.goal.centres,
        referral,
        table.goal.referral_share,
        existing_centres=tuple(range(len(old))),
        unlisted_cost=most * (1.0 + table.goal.referral_share),
        rules=rules_beside(question.rules, len(stands), len(question.sites)),
    )
    none_old, none_new = np.full(len(old), -1), np.full(len(new), -1)
    return SitingProblem(
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
    question: Question, reading: Reading, mode: ModeInput
) -> tuple[Indices, Floats, Indices, tuple[Finding, ...]]:
    """Return the places that are served whole: a demand point for each, and its people.

    The third value is the place of each demand point, -1 for those without people.

    Cells are taken one by one where they are few; else villages, each at its most populated point,
    and outside villages blocks of 1 km.
    """
    rows = np.flatnonzero(reading.people > 0)
    place = np.full(len(reading.people), -1, dtype=np.int32)
    if len(rows) <= MOST_CELL_ROWS:
        place[rows] = np.arange(len(rows))
        return rows, reading.people[rows], place, ()
    demand, village = mode.dataset.demand, question.village[rows].astype(np.int64)
    column = np.floor(demand.x_m[rows] / BLOCK_M).astype(np.int64)
    line = np.floor(demand.y_m[rows] / BLOCK_M).astype(np.int64)
    loose = village < 0
    key = np.stack([village, np.where(loose, column, 0), np.where(loose, line, 0)], axis=1)
    _, group = np.unique(key, axis=0, return_inverse=True)
    group = group.reshape(-1)
    people = np.bincount(group, reading.people[rows]).astype(np.float64)
    order = np.lexsort((rows, -reading.people[rows], group))
    first = order[np.searchsorted(group[order], np.arange(len(people)))]
    found = Finding("siting_as_settlements", (("rows", len(people)),))
    place[rows] = group
    return rows[first], people, place, (found,)
