"""Siting against the clock and the peers: seeded instances, proved answers, one row per piece of work."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.siting import SparseReach, sparse_reach

SIZES = {"S": (2_000, 200, 10), "M": (10_000, 1_000, 20), "L": (100_000, 2_000, 30)}
SIDE_KM = {"S": 60.0, "M": 100.0, "L": 160.0}
CLUSTERS = {"S": 12, "M": 30, "L": 60}
LIMIT_MINUTES = {"S": 15.0, "M": 20.0, "L": 20.0}
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
    reach = sparse_reach(
        pairs.col, pairs.row, minutes, n_sites=len(site), n_demand=len(place)
    )
    return reach, people, limit
