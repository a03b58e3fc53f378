"""What a siting question stands on: people, times to points that stand, times to candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.types import Floats
from geo.snap import Snaps
from geo.travel import UNREACHED, Nearest, Reach, nearest, reach
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask
from planning.solver.pairs import (
    Indices,
    SparseReach,
    keep_pairs,
    read_only,
    sparse_reach,
)

FEW_PAIRS = 1_000_000
"""Up to so many pairs nothing is gained by leaving out those of people who are covered."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Times and people of one reading of the inputs; another reading is another reading.

    Parameters
    ----------
    people
        (n_demand,) people inside the zones; 0 outside.
    standing
        (n_demand,) tenths to the nearest point that stays; `UNREACHED` where there is none.
    today
        (n_demand,) the same with the points that may be given up.
    pairs
        Candidates -> demand points with tenths, at least to the limit.
    limit_tenths
        Within it people are covered.
    """

    people: Floats
    standing: Indices
    today: Indices
    pairs: Reach
    limit_tenths: int

    @property
    def is_covered(self) -> Mask:
        """(n_demand,) True for people inside whom a point that stays covers."""
        return self.standing <= self.limit_tenths

    @property
    def was_covered(self) -> Mask:
        """(n_demand,) True for people inside who are covered today."""
        return self.today <= self.limit_tenths

    def reached_by(self, sites: Indices) -> Mask:
        """(n_demand,) True where any of the candidates is within the limit."""
        found = np.zeros(len(self.people), dtype=bool)
        for site in np.asarray(sites).tolist():  # a loop over chosen sites only
            rows = slice(self.pairs.indptr[site], self.pairs.indptr[site + 1])
            found[self.pairs.demand[rows][self.pairs.tenths[rows] <= self.limit_tenths]] = True
        return found

    def covered_people(self, sites: Indices) -> float:
        """People covered with these candidates beside the points that stay."""
        return float(self.people[self.is_covered | self.reached_by(sites)].sum())


def reading_of(
    mode: ModeInput,
    sites: Snaps,
    *,
    stays: Mask,
    minutes: float,
    reach_minutes: float,
    today: Nearest | None = None,
    demand: Indices | None = None,
) -> Reading:
    """Return the reading of a mode and speed set.

    Parameters
    ----------
    mode
        Networks and snaps; `points` are those that count today.
    sites
        Candidates tied to the road.
    stays
        (n_facilities,) open points that the plan may not give up.
    minutes, reach_minutes
        The limit, and how far pairs are looked for.
    today
        Times to the points of today where they are known already.
    demand
        Demand points whose pairs are wanted; None for all.
    """
    dataset = mode.dataset
    today = today or _nearest(mode, mode.points)
    standing = today if (stays == mode.points).all() else _nearest(mode, stays)
    return Reading(
        people=np.where(dataset.demand.zone >= 0, dataset.demand.people, 0.0),
        standing=standing.tenths,
        today=today.tenths,
        pairs=pairs_of(mode, sites, reach_minutes=reach_minutes, demand=demand),
        limit_tenths=round(minutes * 600),
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


def _nearest(mode: ModeInput, is_open: Mask) -> Nearest:
    return nearest(
        mode.network,
        mode.demand_snaps,
        mode.facility_snaps,
        is_open=is_open,
        horizon_minutes=mode.travel.horizon_minutes,
    )


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
    standing: Indices,
) -> Reading:
    """Return the reading with other times and people."""
    site = np.repeat(np.arange(len(site_factor)), np.diff(reading.pairs.indptr))
    tenths = np.rint(reading.pairs.tenths * site_factor[site]).astype(np.int32)
    pairs = Reach(reading.pairs.indptr, reading.pairs.demand, tenths, reading.pairs.n_demand)
    return replace(
        reading, people=reading.people * row_factor, standing=standing, today=standing, pairs=pairs
    )
