"""Siting on seeded instances: answers with their proofs, one row a piece of work and a peer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from benchmarks.siting_instances import (
    SIZES,
    Instance,
    cover_instance,
    coverable,
    curve_instance,
    median_instance,
    network_instance,
)
from benchmarks.siting_peers import peer_answers
from data.dataset import load_dataset
from data.study.file import SAMPLE_STUDY, read_study
from geo.snap import snap
from geo.travel import UNREACHED, nearest
from geo.travel import reach as travel_reach
from planning.assess.workflow import assess
from planning.solver import (
    CapacitatedCover,
    CapacitatedMedian,
    FewestSites,
    MaximalCover,
    PMedian,
    SitingPlan,
    SolveLimits,
    SparseReach,
    cover_curve,
    solve,
)
from planning.solver.solve import Problem
from planning.solver.warm import warm

Row: TypeAlias = dict[str, Any]

SECONDS = {"mclp": 60.0, "lscp": 60.0, "pmedian": 175.0, "capacitated": 60.0}
LSCP_SECONDS = {"S": 20.0, "M": 20.0, "L": 60.0}

ROUNDS = 5
QUICK_SECONDS = 2.0
"""Work that takes less is timed `ROUNDS` times, and the median kept."""

ROOM, TIGHT_ROOM = 1.25, 0.75
"""Upper load of each site as a multiple of the people per site: a p-median, and a cover in which
the best sites without loads would be overfull."""

NETWORKS = ((500, 5), (500, 50), (500, 100))
"""Nodes and sites of the network p-medians."""


def rows(size: str) -> list[Row]:
    """Return one row a model and a peer: seconds, objective, bound, gap and status."""
    started = time.perf_counter()
    warm()
    made = [_entry("compile or load the kernels", size, time.perf_counter() - started)]
    count = SIZES[size][2]
    given = cover_instance(size)
    cover = MaximalCover(given.reach, given.people, given.limit, count)
    made += _rows_of("mclp", size, cover, given, count)
    every = coverable(given)
    fewest = FewestSites(every.reach, every.people, every.limit)
    made += _rows_of("lscp", size, fewest, every, count)
    made += _median_rows(size, count)
    if size == "S":
        made += _rows_with_loads(given, count)
        made += [_network_row(n, p) for n, p in NETWORKS]
        made += [_what_if_row()]
    made.append(_curve_row("curve", size, given))
    if size == "L":
        made.append(_curve_row("curve, 187k candidates, 16.8M pairs", size, curve_instance()))
    return made


def _rows_of(work: str, size: str, problem: Problem, given: Instance, count: int) -> list[Row]:
    """Return the row of a model beside each peer."""
    seconds = LSCP_SECONDS[size] if work == "lscp" else SECONDS[work]
    ours = _solved(work, size, problem, seconds)
    made = []
    for peer, answer in peer_answers(work, given, count).items():
        row = {**ours, "peer": peer}
        if answer is not None:
            row["peer_s"] = answer[0]
            row["ratio"] = answer[0] / ours["ours_s"]
            row["agrees"] = abs(answer[1] - ours["objective"])
        made.append(row)
    return made


def _median_rows(size: str, count: int) -> list[Row]:
    given = median_instance(size)
    problem = PMedian(given.reach, given.people, count, unlisted_cost=given.unlisted_cost)
    return _rows_of("pmedian", size, problem, given, count)


def _rows_with_loads(given: Instance, count: int) -> list[Row]:
    """Return maximal cover and p-median where no site may serve more than its room."""
    n_sites, people = given.reach.n_sites, given.people
    lower, each = np.zeros(n_sites), np.full(n_sites, people.sum() / count)
    pairs = median_instance("S").reach
    problems: dict[str, Problem] = {
        "capacitated maximal cover": CapacitatedCover(
            given.reach, people, given.limit, count, lower, TIGHT_ROOM * each
        ),
        "capacitated p-median": CapacitatedMedian(pairs, people, count, lower, ROOM * each),
    }
    return [
        _solved(work, "S", problem, SECONDS["capacitated"]) for work, problem in problems.items()
    ]


def _network_row(n: int, count: int) -> Row:
    given = network_instance(n)
    problem = PMedian(given.reach, given.people, count)
    return _solved(f"pmedian network {n} x {count}", "S", problem, 60.0)


def _curve_row(work: str, size: str, given: Instance) -> Row:
    """Return cover against every number of sites; objective and bound at the knee."""
    taken_s, curve = _timed(lambda: cover_curve(given.reach, given.people, given.limit))
    objective, bound = float(curve.covered[curve.knee]), float(curve.bound[curve.knee])
    gap = (bound - objective) / max(objective, 1e-9)
    return _entry(work, size, taken_s, objective=objective, bound=bound, gap=gap, status="curve")


def _what_if_row() -> Row:
    """Return the best new site of the built-in county after its busiest point closes."""
    study = read_study(SAMPLE_STUDY)
    found = assess(load_dataset(study), study)
    result, proposal = found.modes[found.proposal.terms.mode], found.proposal
    demand, travel = found.dataset.demand, found.study.travel
    load = np.bincount(
        result.nearest.facility[result.nearest.facility >= 0], minlength=len(found.points)
    )
    is_open = found.points.copy()
    is_open[int(load.argmax())] = False
    network = found.dataset.roads.networks[result.mode]
    limit = round(proposal.terms.minutes * 600)
    sites = proposal.candidates
    snaps = snap(
        found.dataset.roads, network, sites.x_m, sites.y_m, max_access_m=travel.max_access_m
    )
    pairs = travel_reach(network, result.demand_snaps, snaps, limit_minutes=proposal.terms.minutes)
    reach = SparseReach(pairs.indptr, pairs.demand, pairs.tenths, pairs.n_demand)

    def answer() -> SitingPlan:
        times = nearest(
            network, result.demand_snaps, result.facility_snaps, is_open=is_open,
            horizon_minutes=travel.horizon_minutes,
        )  # fmt: skip
        is_served = (times.tenths != UNREACHED) & (times.tenths <= limit)
        people = np.where(is_served | (demand.zone < 0), 0.0, demand.people)
        return solve(MaximalCover(reach, people, limit, 1))

    taken_s, plan = _timed(answer)
    return _entry("mclp what if: best new site after one closure", "S", taken_s, **_proof(plan))


def _solved(work: str, size: str, problem: Problem, seconds: float) -> Row:
    taken_s, plan = _timed(lambda: solve(problem, limits=SolveLimits(seconds=seconds)))
    return _entry(work, size, taken_s, **_proof(plan))


def _proof(plan: SitingPlan) -> Row:
    return {name: getattr(plan, name) for name in ("objective", "bound", "gap", "status")}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median seconds of some work, or those of one run when it is long, and its end."""
    taken: list[float] = []
    while len(taken) < ROUNDS and (not taken or taken[0] < QUICK_SECONDS):
        started = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken), answer


def _entry(work: str, size: str, ours_s: float, **found: Any) -> Row:
    nothing = dict.fromkeys(("peer", "peer_s", "ratio", "agrees", "peak_mb"))
    answer = dict.fromkeys(("objective", "bound", "gap", "status"))
    return {"work": work, "size": size, "ours_s": ours_s, **nothing, **answer, **found}
