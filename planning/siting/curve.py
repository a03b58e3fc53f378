"""The cover curve: people covered by 0, 1, 2, ... new sites, with a bound for every number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import Progress
from planning.siting.clock import Clock
from planning.siting.core import CoverCore
from planning.siting.cover import PreparedCover, prepared_cover
from planning.siting.greedy import GreedyState, Picks, gains_left, pick_more, start_greedy
from planning.siting.instance import Floats, Indices, SparseReach
from planning.siting.problems import SiteRules, SolveLimits
from planning.siting.rules import compile_rules

STEP_GROWTH = 0.35
"""The greedy bound is taken again whenever the plan has grown by this share."""


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

    The bound is that of a monotone submodular cover: what is covered after any k picks plus the sum
    of the n largest gains left (Nemhauser, Wolsey and Fisher 1978), the least over several k.

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
    cover = prepared_cover(reach, people, limit, arrays, most)
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
    return Picks(site, np.concatenate([picks.gain for picks in segments])), bound


def _next_step(done: int) -> int:
    """Return how many sites to pick before the next bound: denser at the start, where it moves."""
    return max(1, int(done * STEP_GROWTH))


def _lower_bound_by_gains(core: CoverCore, state: GreedyState, added: float, bound: Floats) -> None:
    """Lower the bound of every number of sites by the gains that are left now."""
    gain = gains_left(core, state.times)
    left = np.sort(gain[core.rules.may_build])[::-1]
    most = added + np.concatenate([[0.0], np.cumsum(left)])[: len(bound)]
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
