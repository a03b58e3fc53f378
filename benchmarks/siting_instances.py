"""Seeded siting instances: clustered people, sites drawn among them, networks, a whole curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree

from planning.solver import SparseReach, sparse_reach
from planning.solver.pairs import read_only

Floats: TypeAlias = NDArray[np.float64]

SIZES = {"S": (2_000, 200, 10), "M": (10_000, 1_000, 20), "L": (100_000, 2_000, 30)}
SIDE_KM = {"S": 60.0, "M": 100.0, "L": 160.0}
CLUSTERS = {"S": 12, "M": 30, "L": 60}
LIMIT_MINUTES = {"S": 15.0, "M": 20.0, "L": 20.0}
MINUTES_PER_KM = 1.3 / 30 * 60  # straight line x 1.3 at 30 km/h

NEAREST_SITES = 400
"""Sites of each row in the largest p-median: the cost of the last one stands for all beyond it."""

CURVE_SITES, CURVE_ROWS, CURVE_PAIRS = 186_719, 408_838, 16_778_081


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Pairs, people and the limit of a cover, or the cost of the pairs that are not listed."""

    reach: SparseReach
    people: Floats
    limit: float
    unlisted_cost: Floats | None = None


def places(size: str) -> tuple[Floats, Floats, Floats]:
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


def cover_instance(size: str) -> Instance:
    """Return the pairs within the limit, all people included."""
    place, site, people = places(size)
    limit = LIMIT_MINUTES[size]
    pairs = cKDTree(place).sparse_distance_matrix(
        cKDTree(site), limit / MINUTES_PER_KM, output_type="coo_matrix"
    )
    minutes = pairs.data * 1.3 / 30 * 60
    reach = sparse_reach(pairs.col, pairs.row, minutes, n_sites=len(site), n_demand=len(place))
    return Instance(reach, people, limit)


def coverable(instance: Instance) -> Instance:
    """Return the instance without the rows that no site reaches: nobody could cover them."""
    rows, demand = np.unique(instance.reach.demand, return_inverse=True)
    kept = SparseReach(
        instance.reach.indptr, read_only(demand, np.int32), instance.reach.cost, len(rows)
    )
    return Instance(kept, instance.people[rows], instance.limit)


def median_instance(size: str) -> Instance:
    """Return every pair in minutes; at L the nearest sites, beyond which no site is dearer."""
    place, site, people = places(size)
    if size == "L":
        km, number = cKDTree(site).query(place, NEAREST_SITES)
        demand = np.repeat(np.arange(len(place)), NEAREST_SITES)
        last = km[:, -1] * MINUTES_PER_KM
    else:
        km = np.hypot(*(site[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
        number, demand = np.indices(km.shape).reshape(2, -1)
        last = None
    minutes = km.ravel() * MINUTES_PER_KM
    reach = sparse_reach(number.ravel(), demand, minutes, n_sites=len(site), n_demand=len(place))
    return Instance(reach, people, float("inf"), last)


def network_instance(n: int) -> Instance:
    """Return all distances of a random network with n * n / 50 links of 1 to 100, one person each.

    The form of the OR-Library p-medians (Beasley 1990), from another generator.
    """
    rng = np.random.default_rng(n)
    tree = np.column_stack([np.arange(1, n), (rng.random(n - 1) * np.arange(1, n)).astype(int)])
    ends = np.concatenate([tree, rng.integers(0, n, (n * n // 50 - n + 1, 2))])
    ends = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    length = rng.integers(1, 101, len(ends)).astype(np.float64)
    graph = csr_matrix((length, (ends[:, 0], ends[:, 1])), shape=(n, n))
    distance = shortest_path(graph, directed=False)
    site, demand = np.indices((n, n)).reshape(2, -1)
    reach = sparse_reach(site, demand, distance.ravel(), n_sites=n, n_demand=n)
    return Instance(reach, np.ones(n), float("inf"))


def curve_instance() -> Instance:
    """Return 187,000 sites and 16.8 million pairs in the plane, people 70 % clustered, seed 3."""
    rng = np.random.default_rng(3)
    side, n_clusters = 1_000.0, 400
    centre = rng.uniform(0, side, (n_clusters, 2))
    near = centre[rng.integers(0, n_clusters, CURVE_ROWS)] + rng.normal(0, 12, (CURVE_ROWS, 2))
    is_clustered = (rng.random(CURVE_ROWS) < 0.7)[:, None]
    place = np.where(is_clustered, near, rng.uniform(0, side, (CURVE_ROWS, 2)))
    site = rng.uniform(0, side, (CURVE_SITES, 2))
    tree = cKDTree(place)
    low, high = 0.5, 20.0
    for _ in range(30):  # the radius that gives the wanted number of pairs
        middle = (low + high) / 2
        n_pairs = tree.query_ball_point(site[::50], middle, return_length=True).sum() * 50
        low, high = (middle, high) if n_pairs < CURVE_PAIRS else (low, middle)
    pairs = tree.sparse_distance_matrix(cKDTree(site), low, output_type="coo_matrix")
    order = np.lexsort((pairs.row, pairs.col))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(pairs.col, minlength=CURVE_SITES))])
    reach = SparseReach(
        read_only(indptr, np.int64),
        read_only(pairs.row[order], np.int32),
        read_only(pairs.data[order], np.float32),
        CURVE_ROWS,
    )
    return Instance(reach, np.ceil(rng.lognormal(3, 1, CURVE_ROWS)), low)
