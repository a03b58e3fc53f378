"""Proposed sites: candidates near people, the best plan of k new stations and the cover curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from data.study.tables import Study
from data.types import Dataset, Floats, Geometries, Ints
from geo.errors import Progress
from geo.snap import snap
from geo.travel import Reach, reach
from planning.coverage import Status, Statuses
from planning.sensitivity import ModeInput
from planning.siting import MaximalCover, SitingPlan, SolveLimits, SparseReach, solve
from planning.siting.candidates import on_water, spaced_points
from planning.siting.curve import CoverCurve, cover_curve
from planning.siting.plans import infeasible_plan

CURVE_SITES = 60


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSites:
    """Places where a station may stand, n of them: 测算点位, never parcels of land.

    `village` and `zone` are indices into the dataset's values, -1 where there is none; `source` is
    `layer` or `generated`.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    lon: Floats
    lat: Floats
    zone: Ints
    village: Ints
    source: str

    def __len__(self) -> int:
        return len(self.id)

    def taken(self, index: Sequence[int]) -> CandidateSites:
        """Return the candidates of these indices, in that order."""
        rows = np.asarray(index, dtype=np.int64)
        return replace(
            self,
            id=tuple(self.id[i] for i in index),
            name=tuple(self.name[i] for i in index),
            x_m=self.x_m[rows],
            y_m=self.y_m[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
            zone=self.zone[rows],
            village=self.village[rows],
        )


@dataclass(frozen=True, slots=True, eq=False)
class ProposedSite:
    """One chosen site, in the order of people newly covered.

    Parameters
    ----------
    candidate
        Index into `CandidateSites`.
    new_people
        People covered by the plan who have no other point within the limit but this site.
    reached_people
        People without cover today whom this site reaches, shared ones included.
    """

    candidate: int
    new_people: float
    reached_people: float


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """The answer to "where should the next stations go", with its proof.

    Parameters
    ----------
    mode, minutes, kind
        What the sites were chosen for.
    plan
        The plan with status, objective (people newly covered), bound and gap.
    curve
        People newly covered by 0, 1, 2, ... sites with a bound for every number.
    reach
        Rows: candidates; people without cover today within the limit.
    """

    mode: str
    minutes: float
    kind: str
    candidates: CandidateSites
    plan: SitingPlan
    sites: tuple[ProposedSite, ...]
    curve: CoverCurve
    reach: Reach


def propose(
    study: Study, given: ModeInput, status: Statuses, *, progress: Progress | None = None
) -> Proposal:
    """Choose the study's number of new stations so that they cover most people who have none.

    Parameters
    ----------
    study
        Its candidates and siting tables.
    given
        Networks and snaps of the mode of the siting question.
    status
        (n_demand,) statuses of the demand points today.

    Raises
    ------
    StudyError
        When the siting table contradicts itself.
    """
    dataset = given.dataset
    minutes = study.siting.minutes or given.travel.minutes
    candidates = candidate_sites(dataset, study, given)
    if not len(candidates):
        return _no_proposal(study, given, candidates)
    snaps = snap(
        dataset.roads,
        given.network,
        candidates.x_m,
        candidates.y_m,
        max_access_m=given.travel.max_access_m,
        water=dataset.water,
        avoid_islands=given.travel.avoid_islands,
    )
    pairs = reach(given.network, given.demand_snaps, snaps, limit_minutes=minutes)
    open_people = uncovered_people(dataset, status)
    sparse = SparseReach(pairs.indptr, pairs.demand, pairs.tenths, pairs.n_demand)
    limit = minutes * 600
    plan = solve(
        MaximalCover(sparse, open_people, limit, min(study.siting.asked, len(candidates))),
        limits=SolveLimits(),
        progress=progress,
    )
    return Proposal(
        mode=given.network.mode,
        minutes=minutes,
        kind=study.siting.kind,
        candidates=candidates,
        plan=plan,
        sites=_ranked(plan, pairs, open_people),
        curve=cover_curve(sparse, open_people, limit, most=CURVE_SITES, progress=progress),
        reach=pairs,
    )


def _no_proposal(study: Study, given: ModeInput, candidates: CandidateSites) -> Proposal:
    """Return the answer where nothing can be built: no populated place lies by a usable road."""
    n_demand = len(given.dataset.demand)
    nothing = np.zeros(1)
    return Proposal(
        mode=given.network.mode,
        minutes=study.siting.minutes or given.travel.minutes,
        kind=study.siting.kind,
        candidates=candidates,
        plan=infeasible_plan("mclp", n_demand, method="no candidates", seed=0, findings=()),
        sites=(),
        curve=CoverCurve(np.zeros(0, np.int32), nothing, nothing, 0.0, 0),
        reach=Reach(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32), n_demand),
    )


def uncovered_people(dataset: Dataset, status: Statuses) -> Floats:
    """Return (n,) people who live inside the zones and have no cover today, 0 elsewhere."""
    is_open = (status != Status.COVERED) & (status != Status.OUTSIDE)
    return np.where(is_open, dataset.demand.people, 0.0)


def candidate_sites(dataset: Dataset, study: Study, given: ModeInput) -> CandidateSites:
    """Return the study's candidate layer, or sites generated near people.

    Generated sites are populated points at least `candidates.spacing_m` apart: the most populated
    point of each village first, then other cells by people; never on water, outside the zones or
    away from the roads of the mode.
    """
    if dataset.candidates is not None:
        return _from_layer(dataset)
    demand = dataset.demand
    is_allowed = (
        (demand.zone >= 0)
        & (given.demand_snaps.segment >= 0)
        & ~on_water(demand.x_m, demand.y_m, dataset.water)
    )
    chosen = spaced_points(
        demand.x_m,
        demand.y_m,
        demand.people,
        spacing_m=study.candidates.spacing_m,
        is_allowed=is_allowed,
        rank=_village_rank(demand.village, np.where(is_allowed, demand.people, 0.0)),
    )
    names = dataset.villages.name if dataset.villages else ()
    village = demand.village[chosen]
    return CandidateSites(
        id=tuple(f"N{number:05d}" for number in range(1, len(chosen) + 1)),
        name=tuple(
            names[v] if v >= 0 else demand.cell_id[i] for i, v in zip(chosen, village, strict=True)
        ),
        x_m=demand.x_m[chosen],
        y_m=demand.y_m[chosen],
        lon=demand.lon[chosen],
        lat=demand.lat[chosen],
        zone=demand.zone[chosen],
        village=village,
        source="generated",
    )


def _from_layer(dataset: Dataset) -> CandidateSites:
    layer = dataset.candidates
    if layer is None:
        msg = "the dataset has no candidate layer"
        raise ValueError(msg)
    points = shapely.points(layer.x_m, layer.y_m)
    return CandidateSites(
        id=layer.id,
        name=layer.name,
        x_m=layer.x_m,
        y_m=layer.y_m,
        lon=layer.lon,
        lat=layer.lat,
        zone=_holder(points, dataset.zones.geometry),
        village=_holder(points, dataset.villages.geometry if dataset.villages else np.array([])),
        source="layer",
    )


def _holder(points: Any, areas: Geometries) -> Ints:
    """Return for each point the lowest area that holds it, -1 where none does."""
    holder = np.full(len(points), -1, dtype=np.int32)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.lexsort((-area, point))
        holder[point[order]] = area[order]
    return holder


def _village_rank(village: Ints, people: Floats) -> Ints:
    """Return 0 for the most populated point of each village, 1 for all others."""
    rank = np.ones(len(village), dtype=np.int32)
    order = np.lexsort((np.arange(len(village)), -people, village))
    order = order[village[order] >= 0]
    _, first = np.unique(village[order], return_index=True)
    rank[order[first]] = 0
    return rank


def _ranked(plan: SitingPlan, pairs: Reach, people: Floats) -> tuple[ProposedSite, ...]:
    """Return the chosen sites by people whom only they cover, most first."""
    rows = [pairs.demand[pairs.indptr[j] : pairs.indptr[j + 1]] for j in plan.new_sites.tolist()]
    times = np.bincount(np.concatenate(rows), minlength=len(people)) if rows else np.zeros(0)
    sites = [
        ProposedSite(
            candidate=int(site),
            new_people=float(people[row[times[row] == 1]].sum()),
            reached_people=float(people[row].sum()),
        )
        for site, row in zip(plan.new_sites.tolist(), rows, strict=True)
    ]
    return tuple(sorted(sites, key=lambda site: (-site.reached_people, site.candidate)))
