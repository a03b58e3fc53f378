"""Why a plan is what it is: who gains by each site, which project it is, why not another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.kinds import kind_level
from data.programme.stages import ProjectClass
from data.types import Floats
from geo.travel import reach, reach_blocks
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask
from planning.sites.candidates import options_of
from planning.sites.proposal import (
    ClosingLoss,
    NewService,
    NotChosen,
    PlannedProject,
    ProposedSite,
)
from planning.sites.question import Question
from planning.sites.readings import Reading
from planning.solver import SitingPlan
from planning.solver.pairs import Indices

MOST_NAMED = 3
"""Other sites named beside a figure."""

MOST_POPULAR = 8
"""Sites that were not chosen and are explained, the most reaching first."""


def chosen_sites(
    question: Question, reading: Reading, mode: ModeInput, new_sites: Indices, service: NewService
) -> tuple[ProposedSite, ...]:
    """Return the new and upgraded points with their reasons, most people reached first."""
    dataset = mode.dataset
    groups = {
        name: np.where(dataset.demand.zone >= 0, values, 0.0)
        for name, values in dataset.demand.groups.items()
    }
    covers = count_covers(reading, new_sites)
    is_served = service.site >= 0
    served = np.bincount(
        service.site[is_served], service.people[is_served], minlength=len(question.sites)
    )
    projects = match_projects(question, mode, new_sites)
    sites = [
        reason_of(
            reading,
            site,
            new_sites,
            covers=covers,
            groups=groups,
            zone=dataset.demand.zone,
            served_people=float(served[site]),
            project=projects.get(site),
        )
        for site in new_sites.tolist()
        if question.sites.role[site] != "keep"
    ]
    return tuple(sorted(sites, key=lambda site: (-site.reached_people, site.candidate)))


def assign_new(reading: Reading, new_sites: Indices) -> NewService:
    """Return for each newly covered demand point the nearest site of the plan.

    Ties go to the lowest site.
    """
    site = np.full(len(reading.people), -1, dtype=np.int32)
    best = np.full(len(reading.people), np.iinfo(np.int32).max, dtype=np.int32)
    for number in np.sort(new_sites).tolist():  # a loop over chosen sites only
        pairs = slice(reading.pairs.indptr[number], reading.pairs.indptr[number + 1])
        demand, tenths = reading.pairs.demand[pairs], reading.pairs.tenths[pairs]
        is_better = (tenths <= reading.limit_tenths) & (tenths < best[demand])
        site[demand[is_better]] = number
        best[demand[is_better]] = tenths[is_better]
    is_new = (site >= 0) & ~reading.in_base & (reading.people > 0)
    return NewService(
        site=np.where(is_new, site, -1).astype(np.int32),
        tenths=np.where(is_new, best, -1).astype(np.int32),
        people=np.where(is_new, reading.people, 0.0),
    )


def count_covers(reading: Reading, sites: Indices) -> Indices:
    """Return (n_demand,) how many of some candidates are within the limit."""
    covers = np.zeros(len(reading.people), dtype=np.int32)
    for site in sites.tolist():  # a loop over chosen sites only
        covers[reading.rows_of(site)] += 1
    return covers


def reason_of(
    reading: Reading,
    site: int,
    new_sites: Indices,
    *,
    covers: Indices,
    groups: Mapping[str, Floats] | None = None,
    zone: Indices | None = None,
    served_people: float = 0.0,
    project: PlannedProject | None = None,
) -> ProposedSite:
    """Return what one chosen site does.

    Parameters
    ----------
    covers
        (n_demand,) chosen sites within the limit, as `count_covers` gives it.
    groups, zone
        (n_demand,) people by group, and the zone of each point.
    """
    rows = reading.rows_of(site)
    fresh = rows[~reading.is_covered[rows]]
    return ProposedSite(
        candidate=site,
        served_people=served_people,
        new_people=float(reading.people[fresh[covers[fresh] == 1]].sum()),
        reached_people=float(reading.people[fresh].sum()),
        in_reach_people=float(reading.people[rows].sum()),
        by_group={name: float(values[fresh].sum()) for name, values in (groups or {}).items()},
        by_zone=() if zone is None else _by_zone(reading, fresh, zone),
        shared_with=overlaps(reading, fresh, new_sites[new_sites != site]),
        project=project,
    )


def overlaps(reading: Reading, rows: Indices, others: Indices) -> tuple[tuple[int, float], ...]:
    """Return the other sites that reach most people of some rows, most first."""
    inside = np.zeros(len(reading.people), dtype=bool)
    inside[rows] = True
    found = []
    for other in others.tolist():
        near = reading.rows_of(other)
        found.append((int(other), float(reading.people[near[inside[near]]].sum())))
    found.sort(key=lambda entry: (-entry[1], entry[0]))
    return tuple(entry for entry in found[:MOST_NAMED] if entry[1] > 0)


def gains_of_each_site(reading: Reading, is_covered: Mask) -> Floats:
    """Return the people whom each option would newly cover, (n_options,)."""
    pairs = reading.pairs
    bare = np.where(is_covered, 0.0, reading.people)
    gain = np.where(pairs.tenths <= reading.limit_tenths, bare[pairs.demand], 0.0)
    before = np.concatenate([[0.0], np.cumsum(gain)])
    return np.asarray(np.diff(before[pairs.indptr]), dtype=np.float64)


def popular_left_out(
    question: Question, reading: Reading, new_sites: Indices
) -> tuple[NotChosen, ...]:
    """Return the options that reach most people without cover and were not chosen."""
    gain = gains_of_each_site(reading, reading.is_covered)
    gain[new_sites] = 0.0
    gain[~question.may_build] = 0.0
    order = np.lexsort((np.arange(len(gain)), -gain))[:MOST_POPULAR]
    covers = count_covers(reading, new_sites)
    return tuple(
        why_not(reading, site, new_sites, covers=covers) for site in order[gain[order] > 0].tolist()
    )


def why_not(reading: Reading, site: int, new_sites: Indices, *, covers: Indices) -> NotChosen:
    """Say what a site that was not chosen would add, and who has its people already."""
    rows = reading.rows_of(site)
    is_covered = reading.is_covered[rows]
    rest = rows[~is_covered]
    return NotChosen(
        candidate=site,
        in_reach_people=float(reading.people[rows].sum()),
        covered_before=float(reading.people[rows[is_covered]].sum()),
        covered_by=overlaps(reading, rest, new_sites),
        left=float(reading.people[rest[covers[rest] == 0]].sum()),
    )


def closing_losses(
    question: Question,
    reading: Reading,
    mode: ModeInput,
    nearest_point: Indices,
    new_sites: Indices,
) -> tuple[ClosingLoss, ...]:
    """Return what the closure of each point of the starting state costs, most people first.

    Parameters
    ----------
    nearest_point
        (n_demand,) nearest point: the only one that covers a place which one point covers.
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
    before = np.bincount(nearest_point[alone], reading.people[alone], minlength=n)
    beside = np.bincount(nearest_point[kept], reading.people[kept], minlength=n)
    order = sorted(points.tolist(), key=lambda i: (-before[i], i))
    return tuple(ClosingLoss(i, float(before[i]), float(beside[i])) for i in order)


def match_projects(
    question: Question, mode: ModeInput, new_sites: Indices
) -> dict[int, PlannedProject]:
    """Return the chosen options that are projects already: site -> the project nearest to it.

    A site is a project that is not built yet where it lies within the circle of a point of the same
    kind (a centre, or a point below it): it is never a new station.
    """
    facilities, sites = mode.dataset.facilities, question.sites
    base = question.start.points
    unbuilt = [point for point in question.start.network.unbuilt if not base[point.facility]]
    fresh = np.array([i for i in new_sites.tolist() if sites.role[i] == "new"], dtype=np.int32)
    if not unbuilt or not len(fresh):
        return {}
    points = np.array([point.facility for point in unbuilt], dtype=np.int32)
    pairs = reach(
        mode.network,
        question.snaps.take(fresh),
        mode.facility_snaps.take(points),
        limit_minutes=question.minutes,
    )
    found: dict[int, tuple[int, float, int]] = {}
    project = np.repeat(np.arange(len(points)), np.diff(pairs.indptr)).tolist()
    for k, row, tenths in zip(project, pairs.demand.tolist(), pairs.tenths.tolist(), strict=True):
        site, facility = int(fresh[row]), int(points[k])
        if kind_level(sites.kind[site]) != int(facilities.level[facility]):
            continue
        metres = float(
            np.hypot(
                sites.x_m[site] - facilities.x_m[facility],
                sites.y_m[site] - facilities.y_m[facility],
            )
        )
        found[site] = min(found.get(site, (tenths, metres, k)), (tenths, metres, k))
    return {
        site: PlannedProject(
            facility=unbuilt[k].facility,
            project_id=unbuilt[k].project_id,
            name=unbuilt[k].name,
            is_decided=unbuilt[k].project_class is ProjectClass.DECIDED,
            opens_on=unbuilt[k].opens_on,
            distance_m=metres,
        )
        for site, (_, metres, k) in found.items()
    }


def _by_zone(reading: Reading, rows: Indices, zone: Indices) -> tuple[tuple[int, float], ...]:
    """Return the zones of some demand points with their people, most first."""
    inside = rows[zone[rows] >= 0]
    people = np.bincount(zone[inside], reading.people[inside])
    order = np.lexsort((np.arange(len(people)), -people))
    return tuple((int(i), float(people[i])) for i in order if people[i] > 0)


def points_given_up(question: Question, plan: SitingPlan) -> tuple[int, ...]:
    """Return the institutions that a plan does not keep."""
    if plan.objective is None:
        return ()
    kept = set(plan.new_sites.tolist())
    options = options_of(question.sites, "keep").tolist()
    return tuple(int(question.sites.facility[i]) for i in options if i not in kept)
