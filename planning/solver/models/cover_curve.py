"""The cover curve: people covered by 0, 1, 2, ... new sites, with a bound for every number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Progress
from planning.solver.cover import kernels
from planning.solver.cover.model import CoverCore, PreparedCover, prepare_cover
from planning.solver.cover.search import (
    GreedyState,
    Picks,
    gains_left,
    pick_more,
    site_sums,
    start_greedy,
)
from planning.solver.pairs import Floats, Indices, SparseReach, read_only, within
from planning.solver.problems import SiteRules, SolveLimits
from planning.solver.rules import compile_rules
from planning.solver.stop import Clock

STEP_GROWTH = 2.0
"""The bound by gains left is taken again whenever the plan has grown by this share."""

PRICE_PAIRS = 600_000_000
"""Pairs walked to level prices over the whole curve."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverCurve:
    """People covered by 0, 1, 2, ... new sites.

    Parameters
    ----------
    site
        (n_new,) new sites in the order in which they are added.
    covered
        (n_new + 1,) people covered after each, starting with the existing sites.
    bound
        (n_new + 1,) no choice of that many new sites covers more.
    reachable
        People that any site reaches.
    knee
        Number of new sites after which one more adds least compared with those before.
    """

    site: Indices
    covered: Floats
    bound: Floats
    reachable: float
    knee: int


def cover_curve(
    reach: SparseReach,
    people: Floats,
    limit: float,
    *,
    rules: SiteRules | None = None,
    most: int | None = None,
    progress: Progress | None = None,
) -> CoverCurve:
    """Add new sites one by one by the greedy rule and bound every number of sites from above.

    The bound for n sites is the least of two kinds. What is covered after any k picks plus the n
    largest gains left (Nemhauser, Wolsey and Fisher 1978); and, for any prices of the rows between
    0 and their people, the people above their prices plus the n sites with the largest sums of
    prices, with prices levelled so that no site is much dearer than the gain of the n-th pick.

    Parameters
    ----------
    reach
        All pairs.
    people
        (n_demand,) people.
    limit
        A row is covered at this cost or less.
    rules
        Existing, required and forbidden sites, conflicts and most per zone; the bound leaves
        conflicts and zones out.
    most
        Longest curve; by default until nobody more can be covered.
    progress
        Called between steps.
    """
    clock = Clock(SolveLimits(), progress)
    arrays = compile_rules(rules or SiteRules(), reach.n_sites)
    most = len(arrays.candidates) if most is None else min(most, len(arrays.candidates))
    cover = prepare_cover(
        within(reach, limit), people, arrays, most - len(arrays.required), is_merged=False
    )
    return greedy_curve(cover, most - len(arrays.required), clock)


def greedy_curve(cover: PreparedCover, most: int, clock: Clock) -> CoverCurve:
    """Return the curve of a prepared cover problem with at most `most` sites still to build."""
    picks, bound = _curve(cover.core, most, clock)
    covered = cover.base + np.concatenate([[0.0], np.cumsum(picks.gain)])
    reachable = cover.base + float(cover.core.instance.people.sum())
    bound = np.minimum(cover.base + bound[: len(covered)], reachable)
    # A float sum may fall short of the covered people by its rounding.
    bound = np.maximum(bound, covered)
    return CoverCurve(picks.site, covered, bound, reachable, _knee(covered))


def _curve(core: CoverCore, most: int, clock: Clock) -> tuple[Picks, Floats]:
    """Return the greedy picks and, by number of sites, the bound on what they can add."""
    state = start_greedy(core)
    bound = np.full(most + 1, np.inf)
    bound[0] = 0.0
    added, done, segments = 0.0, 0, []
    while True:
        _lower_bound_by_gains(core, state, added, bound)
        picks = pick_more(core, state, most=min(most - done, _next_step(done)), clock=clock)
        segments.append(picks)
        done += len(picks.site)
        added += float(picks.gain.sum())
        if done >= most or len(picks.site) == 0:
            break
    site = np.concatenate([picks.site for picks in segments])
    gain = np.concatenate([picks.gain for picks in segments])
    if len(gain) and not clock.is_cut:
        _lower_bound_by_prices(core, gain, bound, clock)
    return Picks(site, gain), bound


def _lower_bound_by_prices(core: CoverCore, gain: Floats, bound: Floats, clock: Clock) -> None:
    """Lower the bound by prices levelled at the gains of a few picks along the curve."""
    instance = core.instance
    passes = int(np.clip(PRICE_PAIRS // (2 * len(instance.site_row) + 1), 8, 200))
    n_levels = int(np.clip(passes // 3, 4, 25))
    # Evenly along the covered people: the gains fall fast at first and slowly at the end.
    added = np.cumsum(gain)
    shares = (np.arange(n_levels) + 0.5) / n_levels
    levels = gain[np.unique(np.searchsorted(added, shares * added[-1]))]
    price = np.array(instance.people)
    value = site_sums(instance, price)
    for done, ceiling in enumerate(levels):
        for _ in range(max(1, passes // len(levels))):
            if not clock.goes_on("curve", done, len(levels)):
                return
            kernels.level_prices(
                instance.site_indptr, instance.site_row, instance.people, float(ceiling),
                read_only(value, np.float64), price,
            )  # fmt: skip
            value = site_sums(instance, price)
            _lower(bound, float((instance.people - price).sum()), value)


def _next_step(done: int) -> int:
    """Return how many sites to pick before the next bound: denser at the start, where it moves."""
    return max(1, int(done * STEP_GROWTH))


def _lower_bound_by_gains(core: CoverCore, state: GreedyState, added: float, bound: Floats) -> None:
    """Lower the bound of every number of sites by the gains that are left now."""
    _lower(bound, added, gains_left(core, state.times)[core.rules.may_build])


def _lower(bound: Floats, base: float, value: Floats) -> None:
    """Lower the bound of n sites to the base plus the n largest values, for every n."""
    left = np.sort(value)[::-1]
    most = base + np.concatenate([[0.0], np.cumsum(left)])[: len(bound)]
    np.minimum(bound[: len(most)], most, out=bound[: len(most)])
    if len(most) < len(bound):
        np.minimum(bound[len(most) :], most[-1], out=bound[len(most) :])


def _knee(covered: Floats) -> int:
    """Return the number of sites farthest above the straight line from none to all.

    >>> _knee(np.array([0.0, 60.0, 90.0, 95.0, 100.0]))
    2
    """
    steps = np.linspace(0.0, 1.0, len(covered))
    rise = covered - (covered[0] + (covered[-1] - covered[0]) * steps)
    return int(np.argmax(rise))
