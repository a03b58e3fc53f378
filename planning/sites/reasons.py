"""Why a plan is what it is: who gains by each site, why not another, closures and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.types import Dataset, Floats
from geo.travel import UNREACHED, nearest, reach_blocks
from planning.reach.mode_input import ModeInput
from planning.sites.gains import gains_of_each_site, site_reasons, why_not
from planning.sites.question import Question
from planning.sites.readings import Reading, with_standing_site
from planning.solver.cover.curve import CoverCurve
from planning.solver.pairs import Indices, SparseReach

MOST_POPULAR = 8
"""Sites that were not chosen and are explained, the most reaching first."""


@dataclass(frozen=True, slots=True, eq=False)
class ProposedSite:
    """One chosen site; sites stand in order of the people without cover whom they reach.

    Parameters
    ----------
    candidate
        Index into `CandidateSites`.
    new_people
        Only its own: people covered by the plan who have no other point within the limit.
    reached_people
        People without cover today whom this site reaches, shared ones included.
    in_reach_people
        Everybody within the limit of the site.
    by_group, by_zone
        Of `reached_people`: group -> people, zone index -> people.
    shared_with
        (other option, people without cover whom both reach), most first.
    """

    candidate: int
    new_people: float
    reached_people: float
    in_reach_people: float
    by_group: Mapping[str, float]
    by_zone: tuple[tuple[int, float], ...]
    shared_with: tuple[tuple[int, float], ...]

    @property
    def shared_people(self) -> float:
        """People without cover whom another new site reaches, too."""
        return max(0.0, self.reached_people - self.new_people)


@dataclass(frozen=True, slots=True, eq=False)
class NotChosen:
    """Why an option that reaches many is not in the plan.

    Parameters
    ----------
    candidate
        Index into `CandidateSites`.
    in_reach_people, covered_today
        Everybody within the limit, and those of them who are covered already.
    taken_by
        (chosen option, people without cover whom it has), most first; options may share people.
    left
        All that it would add to the plan.
    """

    candidate: int
    in_reach_people: float
    covered_today: float
    taken_by: tuple[tuple[int, float], ...]
    left: float


@dataclass(frozen=True, slots=True, eq=False)
class ClosingLoss:
    """People who lose cover if one existing point closes, today and beside the new sites."""

    facility: int
    today: float
    with_plan: float


@dataclass(frozen=True, slots=True)
class Target:
    """What one share of the people asks for.

    Parameters
    ----------
    share
        Share of the people inside the zones.
    sites
        New sites that reach it by greedy choice; None where the curve never does.
    fewest
        No choice of fewer reaches it; None where none does at all.
    best_share
        The share that all candidates together reach.
    people_short
        People by which all candidates together miss it; 0 where they do not.
    minutes_needed
        Limit at which all candidates together would reach it; None where no limit up to the
        horizon does.
    """

    share: float
    sites: int | None
    fewest: int | None
    best_share: float
    people_short: float
    minutes_needed: float | None


def chosen_sites(
    question: Question, reading: Reading, dataset: Dataset, new_sites: Indices
) -> tuple[ProposedSite, ...]:
    """Return the chosen options with their reasons, most people reached first."""
    pairs, people = _cover_pairs(reading)
    groups = {
        name: np.where(dataset.demand.zone >= 0, values, 0.0)
        for name, values in dataset.demand.groups.items()
    }
    standing = np.array([len(question.sites)])
    found = site_reasons(
        pairs, people, reading.limit_tenths, existing=standing, new_sites=new_sites, groups=groups
    )
    open_people = np.where(reading.is_covered, 0.0, people)
    sites = [
        ProposedSite(
            candidate=reason.site,
            new_people=reason.only_own,
            reached_people=reason.newly,
            in_reach_people=reason.reached,
            by_group=reason.by_group,
            by_zone=_by_zone(reading, dataset, open_people, reason.site),
            shared_with=tuple(
                entry
                for entry in _shared(reading, open_people, reason.site, new_sites)
                if entry[1] > 0
            ),
        )
        for reason in found
        if reason.site < len(question.sites)
    ]
    return tuple(sorted(sites, key=lambda site: (-site.reached_people, site.candidate)))


def popular_left_out(
    question: Question, reading: Reading, new_sites: Indices
) -> tuple[NotChosen, ...]:
    """Return the options that reach most people without cover and were not chosen."""
    pairs, people = _cover_pairs(reading)
    n = len(question.sites)
    gain = gains_of_each_site(pairs, people, reading.limit_tenths, np.array([n]))[:n]
    gain[new_sites] = 0.0
    gain[~question.may_build] = 0.0
    order = np.lexsort((np.arange(n), -gain))[:MOST_POPULAR]
    found = []
    for site in order[gain[order] > 0].tolist():
        why = why_not(
            pairs, people, reading.limit_tenths, existing=np.array([n]), new_sites=new_sites,
            site=site,
        )  # fmt: skip
        found.append(NotChosen(site, why.reached, why.by_existing, why.taken_by, why.left))
    return tuple(found)


def closing_losses(
    question: Question,
    reading: Reading,
    mode: ModeInput,
    nearest_point: Indices,
    new_sites: Indices,
) -> tuple[ClosingLoss, ...]:
    """Return what the closure of each open point costs, most people first.

    Parameters
    ----------
    nearest_point
        (n_demand,) nearest open point: the only one that covers a place which one point covers.
    """
    points = np.flatnonzero(mode.points)
    covers = np.zeros(len(reading.people), dtype=np.int32)
    blocks = reach_blocks(
        mode.network,
        mode.demand_snaps,
        mode.facility_snaps.take(points),
        limit_minutes=question.minutes,
    )
    for _, block in blocks:
        covers += np.bincount(block.demand, minlength=len(covers)).astype(np.int32)
    alone = (covers == 1) & (nearest_point >= 0)
    kept = alone & ~reading.reached_by(new_sites)
    n = len(mode.points)
    today = np.bincount(nearest_point[alone], reading.people[alone], minlength=n)
    beside = np.bincount(nearest_point[kept], reading.people[kept], minlength=n)
    order = sorted(points.tolist(), key=lambda i: (-today[i], i))
    return tuple(ClosingLoss(i, float(today[i]), float(beside[i])) for i in order)


def targets(
    question: Question, reading: Reading, mode: ModeInput, curve: CoverCurve
) -> tuple[Target, ...]:
    """Return what each target share asks for, and why one cannot be reached."""
    inside = float(reading.people.sum())
    if inside <= 0:
        return ()
    covered = float(reading.people[reading.is_covered].sum())
    reached = (covered + np.asarray(curve.covered)) / inside
    bound = (covered + np.asarray(curve.bound)) / inside
    best = min((covered + curve.reachable) / inside, 1.0)
    quickest = quickest_times(question, reading, mode)
    return tuple(
        Target(
            share,
            _first(reached, share),
            _first(bound, share),
            best,
            max(0.0, share * inside - best * inside) if best < share - 1e-12 else 0.0,
            minutes_for(reading.people, quickest, share),
        )
        for share in question.table.targets
    )


def quickest_times(question: Question, reading: Reading, mode: ModeInput) -> Indices:
    """Return (n_demand,) tenths to the nearest standing point or option that may be built."""
    found = reading.standing
    if len(question.sites):
        times = nearest(
            mode.network,
            mode.demand_snaps,
            question.snaps,
            is_open=question.may_build,
            horizon_minutes=question.horizon_minutes,
        )
        found = np.minimum(found, times.tenths)
    return found


def minutes_for(people: Floats, tenths: Indices, share: float) -> float | None:
    """Return the limit within which a share of the people is, None where there is none.

    >>> minutes_for(np.array([60.0, 40.0]), np.array([600, 1500], dtype=np.int32), 0.9)
    2.5
    """
    order = np.argsort(tenths, kind="stable")
    total = np.cumsum(people[order])
    enough = np.flatnonzero(total >= share * people.sum() * (1 - 1e-12))
    if not len(enough):
        return None
    needed = int(tenths[order[enough[0]]])
    return None if needed == UNREACHED else needed / 600


def _first(shares: Floats, share: float) -> int | None:
    reached = np.flatnonzero(shares >= share - 1e-12)
    return int(reached[0]) if len(reached) else None


def _cover_pairs(reading: Reading) -> tuple[SparseReach, Floats]:
    """Return the pairs within the limit with all standing points as one last site."""
    rows = np.arange(len(reading.people))
    return (
        with_standing_site(reading, rows, most=reading.limit_tenths, is_better_only=False),
        reading.people,
    )


def _rows(reading: Reading, site: int) -> Indices:
    pairs = slice(reading.pairs.indptr[site], reading.pairs.indptr[site + 1])
    return reading.pairs.demand[pairs][reading.pairs.tenths[pairs] <= reading.limit_tenths]


def _by_zone(
    reading: Reading, dataset: Dataset, open_people: Floats, site: int
) -> tuple[tuple[int, float], ...]:
    """Return the zones of the people who gain by a site, most first."""
    rows = _rows(reading, site)
    zone = dataset.demand.zone[rows]
    inside = zone >= 0
    people = np.bincount(zone[inside], open_people[rows][inside], minlength=len(dataset.zones))
    order = np.lexsort((np.arange(len(people)), -people))
    return tuple((int(i), float(people[i])) for i in order if people[i] > 0)


def _shared(
    reading: Reading, open_people: Floats, site: int, new_sites: Indices
) -> list[tuple[int, float]]:
    """Return the other new sites that reach people whom this one newly covers, most first."""
    inside = np.zeros(len(open_people), dtype=bool)
    inside[_rows(reading, site)] = True
    found = []
    for other in new_sites.tolist():
        if other != site:
            rows = _rows(reading, other)
            found.append((int(other), float(open_people[rows[inside[rows]]].sum())))
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))[:3]
