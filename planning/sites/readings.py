"""What a siting question is measured on: people, times to standing points, times to candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from data.types import Floats
from geo.snap import Snaps
from geo.times import to_tenths
from geo.travel import UNREACHED, Nearest, Reach, reach
from planning.reach.mode_input import ModeInput, nearest_point
from planning.reach.scenario import Mask, NetworkStates
from planning.solver.pairs import (
    Indices,
    SparseReach,
    keep_pairs,
    read_only,
    sparse_reach,
)

Base: TypeAlias = Literal["today", "committed"]

FEW_PAIRS = 1_000_000
"""Up to so many pairs nothing is gained by leaving out those of people who are covered."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The points that a plan starts from.

    Parameters
    ----------
    network
        Today's points and the committed ones.
    base
        Which of the two the plan starts from.
    stays
        (n_facilities,) points of that state which the plan may not give up.
    """

    network: NetworkStates
    base: Base
    stays: Mask

    @property
    def points(self) -> Mask:
        """(n_facilities,) points of the state that the plan starts from."""
        return self.network.today if self.base == "today" else self.network.committed


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Times and people of one reading of the inputs; other speeds or people are another reading.

    Parameters
    ----------
    people
        (n_demand,) people inside the zones; 0 outside.
    standing
        (n_demand,) tenths to the nearest point that stays; `UNREACHED` where there is none.
    today, committed
        (n_demand,) the same with all points of the two states of the network.
    base
        The state that the plan starts from.
    pairs
        Candidates -> demand points with tenths, at least to the limit.
    limit_tenths
        Within it people are covered.
    """

    people: Floats
    standing: Indices
    today: Indices
    committed: Indices
    base: Base
    pairs: Reach
    limit_tenths: int

    @property
    def is_covered(self) -> Mask:
        """(n_demand,) True for people inside whom a point that stays covers."""
        return self.standing <= self.limit_tenths

    @property
    def in_base(self) -> Mask:
        """(n_demand,) True for people inside who are covered before the plan."""
        times = self.today if self.base == "today" else self.committed
        return times <= self.limit_tenths

    def reached_by(self, sites: Indices) -> Mask:
        """(n_demand,) True where any of the candidates is within the limit."""
        found = np.zeros(len(self.people), dtype=bool)
        for site in np.asarray(sites).tolist():  # a loop over chosen sites only
            found[self.rows_of(site)] = True
        return found

    def rows_of(self, site: int) -> Indices:
        """Demand points within the limit of one candidate."""
        pairs = slice(self.pairs.indptr[site], self.pairs.indptr[site + 1])
        return self.pairs.demand[pairs][self.pairs.tenths[pairs] <= self.limit_tenths]

    def covered_people(self, sites: Indices) -> float:
        """People covered with these candidates beside the points that stay."""
        return float(self.people[self.is_covered | self.reached_by(sites)].sum())

    def people_within(self, times: Indices) -> float:
        """People whose time is within the limit."""
        return float(self.people[times <= self.limit_tenths].sum())


def reading_of(
    mode: ModeInput,
    sites: Snaps,
    start: Start,
    *,
    minutes: float,
    reach_minutes: float,
    today: Nearest | None = None,
) -> Reading:
    """Return the reading of a mode and speed set.

    Parameters
    ----------
    mode
        Networks and snaps.
    sites
        Where candidates join the road.
    start
        Points of the two states, and those that the plan may not give up.
    minutes, reach_minutes
        The limit, and how far pairs are looked for.
    today
        Times to the points of today where they are known already.
    """
    known = {} if today is None else {start.network.today.tobytes(): today.tenths}

    def times_to(points: Mask) -> Indices:
        key = points.tobytes()  # two states are often the same points
        if key not in known:
            known[key] = nearest_point(replace(mode, points=points)).tenths
        return known[key]

    demand = mode.dataset.demand
    return Reading(
        people=np.where(demand.zone >= 0, demand.people, 0.0),
        standing=times_to(start.stays),
        today=times_to(start.network.today),
        committed=times_to(start.network.committed),
        base=start.base,
        pairs=pairs_of(mode, sites, reach_minutes=reach_minutes),
        limit_tenths=to_tenths(minutes),
    )


def pairs_of(
    mode: ModeInput, sites: Snaps, *, reach_minutes: float, demand: Indices | None = None
) -> Reach:
    """Return the pairs of sites and demand points, numbered as all demand points."""
    snaps = mode.demand_snaps if demand is None else mode.demand_snaps.take(demand)
    pairs = reach(mode.network, snaps, sites, limit_minutes=reach_minutes)
    if demand is None:
        return pairs
    whole = demand[pairs.demand].astype(np.int32)
    return Reach(pairs.indptr, whole, pairs.tenths, len(mode.demand_snaps))


def with_standing_site(
    reading: Reading, rows: Indices, *, most: int, is_better_only: bool
) -> SparseReach:
    """Return the pairs of some demand points with all standing points as one last site.

    A plan keeps what stands, so that only the nearest of it matters to anyone: one site with those
    times is the same problem with a fraction of the pairs.

    Parameters
    ----------
    rows
        Demand points that become the rows of the problem.
    most
        Longest time in tenths that is listed.
    is_better_only
        Whether pairs that are not quicker than what stands are left out; they cannot serve anyone.
    """
    pairs = reading.pairs
    n_sites = len(pairs.indptr) - 1
    row_of = np.full(len(reading.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(n_sites, dtype=np.int64), np.diff(pairs.indptr))
    tenths = pairs.tenths.astype(np.int64)
    keep = (row_of[pairs.demand] >= 0) & (tenths <= most)
    if is_better_only:
        keep &= tenths < reading.standing[pairs.demand]
    stands = np.flatnonzero(
        (reading.standing[rows] <= most) & (reading.standing[rows] != UNREACHED)
    )
    return sparse_reach(
        np.concatenate([site[keep], np.full(len(stands), n_sites)]),
        np.concatenate([row_of[pairs.demand[keep]], stands]),
        np.concatenate([tenths[keep], reading.standing[rows][stands].astype(np.int64)]),
        n_sites=n_sites + 1,
        n_demand=len(rows),
    )


def open_pairs(pairs: Reach, open_people: Floats) -> SparseReach:
    """Return the pairs as the solvers take them; of many pairs, those of people who count."""
    whole = SparseReach(pairs.indptr, pairs.demand, pairs.tenths, pairs.n_demand)
    if len(pairs.demand) <= FEW_PAIRS:
        return whole
    return keep_pairs(whole, open_people[pairs.demand] > 0)


def times_standing(mode: ModeInput, stays: Mask, *, minutes: float) -> Reach:
    """Return every pair of a point that stays and a demand point within the limit."""
    rows = np.flatnonzero(stays)
    return reach(
        mode.network,
        mode.demand_snaps,
        mode.facility_snaps.take(rows),
        limit_minutes=minutes,
    )


def stack_covers(
    reach_of_sites: SparseReach, count: Indices, *, most: int
) -> tuple[SparseReach, tuple[int, ...]]:
    """Return the pairs with standing covers as sites of their own: one for each further cover.

    The k-th of them covers the rows that at least k standing points cover, so that every row has as
    many covers as it has in fact.

    Parameters
    ----------
    reach_of_sites
        Pairs of the candidates.
    count
        (n_demand,) standing points that cover each row.
    most
        Covers that matter; further ones are left out.
    """
    levels = [
        np.flatnonzero(count >= k)
        for k in range(1, max(1, min(int(count.max(initial=0)), most)) + 1)
    ]
    n_sites = reach_of_sites.n_sites
    demand = np.concatenate([reach_of_sites.demand, *levels])
    cost = np.concatenate([reach_of_sites.cost, *(np.zeros(len(rows)) for rows in levels)])
    sizes = [len(rows) for rows in levels]
    indptr = np.concatenate(
        [reach_of_sites.indptr, reach_of_sites.indptr[-1] + np.cumsum(sizes, dtype=np.int64)]
    )
    return (
        SparseReach(
            read_only(indptr, np.int64),
            read_only(demand, np.int32),
            read_only(cost, np.float64),
            reach_of_sites.n_demand,
        ),
        tuple(range(n_sites, n_sites + len(levels))),
    )


def scale_reading(
    reading: Reading,
    *,
    site_factor: Floats,
    row_factor: Floats,
    times: tuple[Indices, Indices, Indices],
) -> Reading:
    """Return the reading with other times and people.

    Parameters
    ----------
    site_factor, row_factor
        (n_sites,) factor on the times of each candidate, (n_demand,) factor on the people.
    times
        Times to the points that stay, to those of today and to the committed ones.
    """
    site = np.repeat(np.arange(len(site_factor)), np.diff(reading.pairs.indptr))
    tenths = np.rint(reading.pairs.tenths * site_factor[site]).astype(np.int32)
    pairs = Reach(reading.pairs.indptr, reading.pairs.demand, tenths, reading.pairs.n_demand)
    standing, today, committed = times
    return replace(
        reading,
        people=reading.people * row_factor,
        standing=standing,
        today=today,
        committed=committed,
        pairs=pairs,
    )


def option_pairs(reading: Reading, rows: Indices, *, most: int) -> SparseReach:
    """Return the pairs of the options with some demand points."""
    pairs = reading.pairs
    row_of = np.full(len(reading.people), -1, dtype=np.int64)
    row_of[rows] = np.arange(len(rows))
    site = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int64), np.diff(pairs.indptr))
    keep = (row_of[pairs.demand] >= 0) & (pairs.tenths <= most)
    return sparse_reach(
        site[keep],
        row_of[pairs.demand[keep]],
        pairs.tenths[keep].astype(np.int64),
        n_sites=len(pairs.indptr) - 1,
        n_demand=len(rows),
    )
