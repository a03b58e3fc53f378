"""Why a plan is what it is: who gains by each site, what a closure costs, why not another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    keep_sites,
    times_covered,
    within,
)

MOST_NAMED = 3
"""Other sites named beside a figure."""


@dataclass(frozen=True, slots=True, eq=False)
class SiteReason:
    """What one open site does, in people.

    Parameters
    ----------
    site
        Number of the site.
    reached
        People within the limit.
    newly
        Of these, people whom no existing site reaches (all of `reached` for an existing one).
    only_own
        People who would lose cover if this site alone were closed (leave-one-out).
    shared_with
        (site, people within the limit of both), most people first.
    by_group
        Group -> newly reached people of the group.
    """

    site: int
    reached: float
    newly: float
    only_own: float
    shared_with: tuple[tuple[int, float], ...]
    by_group: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class WhyNot:
    """Why a site is not in a plan, in people.

    Parameters
    ----------
    site
        Number of the site.
    reached
        People within the limit.
    by_existing
        Of these, people whom an existing site reaches already.
    taken_by
        (new site, people of the rest whom it reaches), most people first; sites may share people.
    left
        People whom neither an existing nor a chosen site reaches: all that it would add.
    """

    site: int
    reached: float
    by_existing: float
    taken_by: tuple[tuple[int, float], ...]
    left: float


def site_reasons(
    reach: SparseReach,
    people: Floats,
    limit: float,
    *,
    existing: Indices,
    new_sites: Indices,
    groups: Mapping[str, Floats] | None = None,
) -> tuple[SiteReason, ...]:
    """Return what each open site does: new sites first, then existing ones, each ascending.

    Parameters
    ----------
    reach, people, limit
        As in `MaximalCover`.
    existing, new_sites
        Open sites.
    groups
        Name -> (n_demand,) people of a group, such as `65+` or the people of one zone.
    """
    cover = within(reach, limit)
    every = np.concatenate([np.sort(new_sites), np.sort(existing)]).astype(np.int64)
    times = times_covered(cover, every)
    before = times_covered(cover, np.asarray(existing, dtype=np.int64)) > 0
    is_new = np.isin(every, new_sites)
    return tuple(
        _reason(
            cover,
            people,
            int(site),
            every=every,
            times=times,
            before=before & bool(new),
            groups=groups or {},
        )
        for site, new in zip(every, is_new, strict=True)
    )


def _reason(
    cover: SparseReach,
    people: Floats,
    site: int,
    *,
    every: Indices,
    times: Indices,
    before: Flags,
    groups: Mapping[str, Floats],
) -> SiteReason:
    rows = cover.demand[cover.indptr[site] : cover.indptr[site + 1]]
    fresh = rows[~before[rows]]
    return SiteReason(
        site,
        float(people[rows].sum()),
        float(people[fresh].sum()),
        float(people[rows[times[rows] == 1]].sum()),
        _overlaps(cover, people, rows, every[every != site]),
        {name: float(values[fresh].sum()) for name, values in groups.items()},
    )


def _overlaps(
    cover: SparseReach, people: Floats, rows: Indices, others: Indices
) -> tuple[tuple[int, float], ...]:
    """Return the other sites that reach most people of some rows."""
    inside = np.zeros(cover.n_demand, dtype=bool)
    inside[rows] = True
    pairs = keep_sites(cover, others)
    site = np.repeat(np.arange(len(others)), np.diff(pairs.indptr))
    shared = np.bincount(site, people[pairs.demand] * inside[pairs.demand], minlength=len(others))
    order = np.lexsort((others, -shared))[:MOST_NAMED]
    return tuple((int(others[k]), float(shared[k])) for k in order if shared[k] > 0)


def closing_losses(reach: SparseReach, people: Floats, limit: float, open_sites: Indices) -> Floats:
    """Return the people who lose cover if one open site closes, for each of them in turn.

    Examples
    --------
    >>> from planning.solver import sparse_reach
    >>> site, demand = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = sparse_reach(site, demand, np.ones(3), n_sites=2, n_demand=2)
    >>> closing_losses(reach, np.array([5.0, 7.0]), 1.0, np.array([0, 1]))
    array([5., 0.])
    """
    cover = within(reach, limit)
    sites = np.asarray(open_sites, dtype=np.int64)
    times = times_covered(cover, sites)
    pairs = keep_sites(cover, sites)
    site = np.repeat(np.arange(len(sites)), np.diff(pairs.indptr))
    lost = people[pairs.demand] * (times[pairs.demand] == 1)
    return np.asarray(np.bincount(site, lost, minlength=len(sites)), dtype=np.float64)


def gains_of_each_site(
    reach: SparseReach, people: Floats, limit: float, open_sites: Indices
) -> Floats:
    """Return the people each site would newly cover beside the open ones, (n_sites,).

    The answer to "where next" after any change, without a solver; open sites gain nothing.
    """
    cover = within(reach, limit)
    bare = np.where(times_covered(cover, np.asarray(open_sites, dtype=np.int64)) > 0, 0.0, people)
    before = np.concatenate([[0.0], np.cumsum(bare[cover.demand])])
    return np.asarray(np.diff(before[cover.indptr]), dtype=np.float64)


def why_not(
    reach: SparseReach,
    people: Floats,
    limit: float,
    *,
    existing: Indices,
    new_sites: Indices,
    site: int,
) -> WhyNot:
    """Say what a site that was not chosen would add, and who has its people already.

    Parameters
    ----------
    reach, people, limit
        As in `MaximalCover`.
    existing, new_sites
        Open sites.
    site
        The site asked about.
    """
    cover = within(reach, limit)
    rows = cover.demand[cover.indptr[site] : cover.indptr[site + 1]]
    before = times_covered(cover, np.asarray(existing, dtype=np.int64))[rows] > 0
    chosen = np.asarray(new_sites, dtype=np.int64)
    rest = rows[~before]
    is_left = times_covered(cover, chosen)[rest] == 0
    return WhyNot(
        site,
        float(people[rows].sum()),
        float(people[rows[before]].sum()),
        _overlaps(cover, people, rest, chosen),
        float(people[rest[is_left]].sum()),
    )
