"""Covers found by greedy and by a search with row weights."""

from __future__ import annotations

import numpy as np

from planning.solver.pairs import CoverInstance, Indices
from planning.solver.set import kernels
from planning.solver.stop import Clock

STEPS_A_ROUND = 100
"""Exchanges of the weighted search for each round of the limits."""

STEPS_A_CHUNK = 20_000


def greedy_cover(instance: CoverInstance) -> Indices:
    """Return a cover by largest number of new rows, without sites that turn out redundant."""
    covers = np.zeros(instance.n_rows, dtype=np.int32)
    gain = np.diff(instance.site_indptr).astype(np.int64)
    chosen: list[int] = []
    while (covers == 0).any():
        j = int(np.argmax(gain))
        chosen.append(j)
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        for i in rows[covers[rows] == 0]:
            sites = instance.row_site[instance.row_indptr[i] : instance.row_indptr[i + 1]]
            gain[sites] -= 1
        covers[rows] += 1
    for j in reversed(chosen.copy()):
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        if (covers[rows] > 1).all():
            covers[rows] -= 1
            chosen.remove(j)
    return np.sort(np.array(chosen, dtype=np.int64))


def search_cover(
    instance: CoverInstance, cover: Indices, goal: int, clock: Clock, *, seed: int, share: float
) -> Indices:
    """Improve a cover by the weighted search until it has `goal` sites or its steps are used."""
    if len(cover) <= goal:
        return cover
    n_rows, n_sites = instance.n_rows, instance.n_sites
    is_in = np.zeros(n_sites, dtype=np.bool_)
    is_in[cover] = True
    site = np.repeat(np.arange(n_sites), np.diff(instance.site_indptr))
    covers = np.bincount(instance.site_row[is_in[site]], minlength=n_rows).astype(np.int32)
    alone = np.bincount(site[covers[instance.site_row] == 1], minlength=n_sites)
    score = np.where(is_in, -alone, 0).astype(np.int64)
    best_in = is_in.copy()
    random = np.array([seed + 88172645463325252], dtype=np.uint64)
    state = np.array([0, len(cover), 0, -1], dtype=np.int64)
    arrays = (
        np.ones(n_rows, dtype=np.int64), is_in, covers, score, np.ones(n_sites, dtype=np.bool_),
        np.zeros(n_sites, dtype=np.int64), np.zeros(n_rows, dtype=np.int32),
        np.zeros(n_rows, dtype=np.int32), best_in,
    )  # fmt: skip
    steps = int(clock.limits.rounds * STEPS_A_ROUND * share)
    while state[2] < steps and state[1] > goal and clock.goes_on("cover", int(state[2]), steps):
        kernels.weighted_search(
            instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
            *arrays, min(STEPS_A_CHUNK, steps - int(state[2])), goal, random, state,
        )  # fmt: skip
    return np.flatnonzero(best_in)
