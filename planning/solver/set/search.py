"""Covers found by greedy and by a search with row weights."""

from __future__ import annotations

import numpy as np

from planning.solver.pairs import CoverInstance, Indices
from planning.solver.set import kernels
from planning.solver.stop import Clock

STEPS_A_ROUND = 100
"""Exchanges of the weighted search for each round of the limits."""

STEPS_A_CHUNK, PAIRS_A_CHUNK = 20_000, 100_000_000
"""Most steps between two looks at the clock, and most steps times pairs."""


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
    instance: CoverInstance,
    cover: Indices,
    goal: int,
    clock: Clock,
    *,
    seed: int,
    share: float,
    time_share: float = 0.0,
) -> Indices:
    """Improve a cover by the weighted search until it has `goal` sites or its effort is used.

    The effort is a share of the steps that the limits allow and, with a clock, at least a share of
    the time that is left.
    """
    if len(cover) <= goal:
        return cover
    plan = _plan_of(instance, cover)
    pairs = kernels.Pairs(
        instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site
    )
    random = np.array([seed + 88172645463325252], dtype=np.uint64)
    state = np.zeros(1, kernels.SEARCH_STATE).view(np.recarray)[0]
    state.n_open = state.best_size = len(cover)
    state.last_opened = -1
    steps = int(clock.limits.rounds * STEPS_A_ROUND * share)
    until = clock.seconds_left * (1 - time_share) if time_share else np.inf
    chunk = int(np.clip(PAIRS_A_CHUNK // (len(instance.site_row) + 1), 20, STEPS_A_CHUNK))
    while (state.steps < steps or clock.seconds_left > until) and state.best_size > goal:
        if not clock.goes_on("cover", int(state.steps), steps):
            break
        kernels.weighted_search(pairs, plan, chunk, goal, random, state)
    return np.flatnonzero(plan.best_in)


def _plan_of(instance: CoverInstance, cover: Indices) -> kernels.Cover:
    """Return a cover as the kernel changes it."""
    n_rows, n_sites = instance.n_rows, instance.n_sites
    is_in = np.zeros(n_sites, dtype=np.bool_)
    is_in[cover] = True
    site = np.repeat(np.arange(n_sites), np.diff(instance.site_indptr))
    covers = np.bincount(instance.site_row[is_in[site]], minlength=n_rows).astype(np.int32)
    alone = np.bincount(site[covers[instance.site_row] == 1], minlength=n_sites)
    opened, spot = np.zeros(n_sites + 1, dtype=np.int64), np.zeros(n_sites, dtype=np.int64)
    opened[: len(cover)] = cover
    spot[cover] = np.arange(len(cover))
    return kernels.Cover(
        np.ones(n_rows, dtype=np.int64), covers, np.zeros(n_rows, dtype=np.int64),
        np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows, dtype=np.int64), is_in,
        np.where(is_in, -alone, 0).astype(np.int64), np.zeros(n_sites, dtype=np.int64),
        np.full(n_sites, -1, dtype=np.int64), opened, spot, is_in.copy(),
    )  # fmt: skip
