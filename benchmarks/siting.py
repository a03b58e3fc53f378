"""Siting on seeded instances: proved answers, one row a piece of work."""

from __future__ import annotations

import time
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.siting import (
    FewestSites,
    MaximalCover,
    PMedian,
    SolveLimits,
    SparseReach,
    cover_curve,
    solve,
    sparse_reach,
)
from planning.siting.warm import warm

Problem: TypeAlias = MaximalCover | FewestSites | PMedian

SIZES = {"S": (2_000, 200, 10), "M": (10_000, 1_000, 20), "L": (100_000, 2_000, 30)}
SIDE_KM = {"S": 60.0, "M": 100.0, "L": 160.0}
CLUSTERS = {"S": 12, "M": 30, "L": 60}
LIMIT_MINUTES = {"S": 15.0, "M": 20.0, "L": 20.0}
MEDIAN_SIZES = ("S", "M")
SECONDS = {"mclp": 120.0, "lscp": 30.0, "pmedian": 120.0}
MINUTES_PER_KM = 1.3 / 30 * 60  # straight line x 1.3 at 30 km/h


def instance(size: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places (n, 2) and sites (m, 2) in km and people (n,): 60 % clustered, seed 3."""
    n, m, _ = SIZES[size]
    rng = np.random.default_rng(3)
    side, k = SIDE_KM[size], CLUSTERS[size]
    centre = rng.uniform(0, side, (k, 2))
    own = rng.integers(0, k, n)
    is_clustered = (rng.random(n) < 0.6)[:, None]
    near = centre[own] + rng.normal(0, side / 25, (n, 2))
    place = np.clip(np.where(is_clustered, near, rng.uniform(0, side, (n, 2))), 0, side)
    people = np.ceil(rng.lognormal(3, 1, n))
    site = place[rng.choice(n, m, replace=False)] + rng.normal(0, 0.2, (m, 2))
    return place, site, people


def cover_pairs(size: str) -> tuple[SparseReach, NDArray[np.float64], float]:
    """Return the pairs within the limit, the people and the limit in minutes."""
    place, site, people = instance(size)
    limit = LIMIT_MINUTES[size]
    pairs = cKDTree(place).sparse_distance_matrix(
        cKDTree(site), limit / MINUTES_PER_KM, output_type="coo_matrix"
    )
    minutes = pairs.data * 1.3 / 30 * 60
    reach = sparse_reach(pairs.col, pairs.row, minutes, n_sites=len(site), n_demand=len(place))
    return reach, people, limit


def rows(size: str) -> list[dict[str, Any]]:
    """Return one row a model: seconds, objective, bound, gap, status; HiGHS beside the smallest."""
    warm()
    reach, people, limit = cover_pairs(size)
    count = SIZES[size][2]
    made = [_row("mclp", size, MaximalCover(reach, people, limit, count))]
    made.append(_row("lscp", size, FewestSites(*_coverable(reach, people), limit)))
    if size in MEDIAN_SIZES:
        made.append(_row("pmedian", size, PMedian(all_pairs(size), people, count)))
    started = time.perf_counter()
    curve = cover_curve(reach, people, limit)
    taken_s = time.perf_counter() - started
    made.append(_entry("curve", size, taken_s, objective=float(curve.covered[-1])))
    return made


def all_pairs(size: str) -> SparseReach:
    """Return every pair of the instance in minutes, for the median."""
    place, site, _ = instance(size)
    metres = np.hypot(*(site[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    number, demand = np.indices(metres.shape).reshape(2, -1)
    minutes = metres.ravel() * MINUTES_PER_KM
    return sparse_reach(number, demand, minutes, n_sites=len(site), n_demand=len(place))


def _coverable(
    reach: SparseReach, people: NDArray[np.float64]
) -> tuple[SparseReach, NDArray[np.float64]]:
    """Return the instance without the rows that no site reaches: nobody could cover them."""
    rows, demand = np.unique(reach.demand, return_inverse=True)
    kept = SparseReach(reach.indptr, demand.astype(np.int32), reach.cost, len(rows))
    return kept, people[rows]


def _row(work: str, size: str, problem: Problem) -> dict[str, Any]:
    started = time.perf_counter()
    plan = solve(problem, limits=SolveLimits(seconds=SECONDS[work]))
    taken_s = time.perf_counter() - started
    found = {name: getattr(plan, name) for name in ("objective", "bound", "gap", "status")}
    return _entry(work, size, taken_s, **found)


def _entry(work: str, size: str, ours_s: float, **found: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("peer", "peer_s", "ratio", "agrees", "peak_mb"))
    answer = dict.fromkeys(("objective", "bound", "gap", "status"))
    return {"work": work, "size": size, "ours_s": ours_s, **nothing, **answer, **found}
