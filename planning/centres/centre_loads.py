"""The capacity-aware view of N1 (容量约束测算): who each centre serves when none is overfull."""

from __future__ import annotations

import numpy as np

from data.types import Dataset, Floats, Ints
from geo.pairs import Reach
from geo.travel import reach
from planning.centres.capacity.assignment import assign_people
from planning.centres.centres import Centres
from planning.centres.norms import RatioBounds
from planning.centres.service_people import ServicePeople
from planning.reach.mode_input import ModeInput


def capacity_view(mode: ModeInput, centres: Centres, bounds: RatioBounds) -> ServicePeople:
    """Assign the people of the zones to centres within capacities, quickest in sum.

    A centre takes at most its `capacity_people`, or the upper bound of the norm where its row
    states none; its branches take people for it. Ways longer than the horizon do not count.

    Parameters
    ----------
    mode
        Networks and snaps of the mode.
    centres
        From `counted_centres`.
    bounds
        The norm.
    """
    dataset = mode.dataset
    demand = dataset.demand
    inside = demand.zone >= 0
    best = assign_people(
        institution_pairs(mode, centres),
        people=np.where(inside, demand.people, 0.0),
        capacity=capacities(dataset, centres, bounds),
    ).assignment
    unserved = best.unserved_full + best.unserved_far
    return ServicePeople(
        "capacity",
        best.load,
        np.bincount(
            demand.zone[inside], weights=unserved[inside], minlength=len(dataset.zones)
        ).astype(np.float64),
    )


def capacities(dataset: Dataset, centres: Centres, bounds: RatioBounds) -> Floats:
    """Return the (m,) most people of each centre."""
    stated = dataset.facilities.numbers("capacity_people")[centres.index]
    return np.where(np.isnan(stated), bounds.upper_people, stated)


def institution_pairs(mode: ModeInput, centres: Centres) -> Reach:
    """Return the times to each institution: the quickest of its centre and branches."""
    facilities = mode.dataset.facilities
    points = np.flatnonzero(centres.points & facilities.has_position)
    pairs = reach(
        mode.network,
        mode.demand_snaps,
        mode.facility_snaps.take(points),
        limit_minutes=mode.travel.horizon_minutes,
    )
    rows = [
        _quickest(pairs, np.flatnonzero(centres.stands_for[points] == number))
        for number in range(len(centres))
    ]
    counts = [len(demand) for demand, _ in rows]
    return Reach(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        demand=np.concatenate([*(d for d, _ in rows), np.zeros(0)]).astype(np.int32),
        tenths=np.concatenate([*(t for _, t in rows), np.zeros(0)]).astype(np.int32),
        n_demand=pairs.n_demand,
    )


def _quickest(pairs: Reach, sites: np.ndarray) -> tuple[Ints, Ints]:
    """Return the demand points that any of the sites reaches, and the least time to one."""
    spans = [slice(pairs.indptr[site], pairs.indptr[site + 1]) for site in sites.tolist()]
    demand = np.concatenate([*(pairs.demand[span] for span in spans), np.zeros(0)]).astype(np.int32)
    tenths = np.concatenate([*(pairs.tenths[span] for span in spans), np.zeros(0)]).astype(np.int32)
    order = np.lexsort((tenths, demand))
    points, first = np.unique(demand[order], return_index=True)
    return points.astype(np.int32), tenths[order][first]
