"""Small seeded instances and a brute force that knows nothing of the solvers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from planning.solver import SparseReach, sparse_reach


@dataclass(frozen=True)
class Small:
    """One small instance: the same pairs sparse and as a dense matrix (inf where none)."""

    reach: SparseReach
    people: NDArray[np.float64]
    cost: NDArray[np.float64]  # (n_sites, n_demand)
    existing: tuple[int, ...]
    rng: np.random.Generator

    @property
    def candidates(self) -> list[int]:
        return [j for j in range(len(self.cost)) if j not in self.existing]

    def plans(self, count: int) -> Iterator[tuple[int, ...]]:
        for new in itertools.combinations(self.candidates, count):
            yield self.existing + new


def make_small(
    seed: int, *, n_sites: int = 9, n_demand: int = 18, density: float | None = None
) -> Small:
    rng = np.random.default_rng(seed)
    share = density if density is not None else (1.0, 0.6, 0.3)[seed % 3]
    site, demand = np.nonzero(rng.random((n_sites, n_demand)) < share)
    cost = rng.integers(0, 20, len(site)).astype(np.float64)
    people = rng.integers(0, 9, n_demand).astype(np.float64)
    if seed % 4 == 3:  # not whole numbers
        cost, people = cost + rng.random(len(site)), people * rng.random(n_demand)
    dense = np.full((n_sites, n_demand), np.inf)
    dense[site, demand] = cost
    existing = tuple(sorted(int(j) for j in rng.choice(n_sites, seed % 3, replace=False)))
    order = rng.permutation(len(site))
    reach = sparse_reach(
        site[order], demand[order], cost[order], n_sites=n_sites, n_demand=n_demand
    )
    return Small(reach, people, dense, existing, rng)


@pytest.fixture
def small() -> Callable[..., Small]:
    return make_small
