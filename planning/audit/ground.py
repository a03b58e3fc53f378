"""What every check needs: the dataset, who lives nearest to what, and who has a road."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from data.checks import shown_rows
from data.types import Dataset, Floats
from geo.errors import Finding
from geo.snap import Snaps, snap


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A dataset with what several checks ask of it.

    Parameters
    ----------
    dataset
        As read.
    as_of
        Day (ISO) of the study.
    max_access_m
        Longest straight walk to the road.
    demand_snaps, facility_snaps
        Mode -> where places and institutions join the road, on whatever piece of road is nearest.
    people_nearest
        (n_facilities,) people who live nearer, in a straight line, to this institution than to any
        other: whom a wrong row touches at first; 0 for institutions without a place.
    """

    dataset: Dataset
    as_of: str
    max_access_m: float
    demand_snaps: Mapping[str, Snaps]
    facility_snaps: Mapping[str, Snaps]
    people_nearest: Floats


def prepare(dataset: Dataset, *, as_of: str, max_access_m: float) -> Ground:
    """Return the ground that checks stand on."""
    demand, facilities, roads = dataset.demand, dataset.facilities, dataset.roads

    def snaps(x_m: Floats, y_m: Floats) -> dict[str, Snaps]:
        return {
            mode: snap(roads, network, x_m, y_m, max_access_m=max_access_m, avoid_islands=False)
            for mode, network in roads.networks.items()
        }

    return Ground(
        dataset=dataset,
        as_of=as_of,
        max_access_m=max_access_m,
        demand_snaps=snaps(demand.x_m, demand.y_m),
        facility_snaps=snaps(facilities.x_m, facilities.y_m),
        people_nearest=people_nearest(dataset),
    )


def people_nearest(dataset: Dataset) -> Floats:
    """Return (n_facilities,) the people who live nearest to each institution in a straight line."""
    demand, facilities = dataset.demand, dataset.facilities
    people = np.zeros(len(facilities))
    placed = np.flatnonzero(facilities.has_position)
    if len(placed) and len(demand):
        tree = KDTree(np.column_stack((facilities.x_m[placed], facilities.y_m[placed])))
        _, nearest = tree.query(np.column_stack((demand.x_m, demand.y_m)))
        np.add.at(people, placed[nearest], demand.people)
    return people


def facility_finding(
    ground: Ground, code: str, places: Iterable[int], *, column: str = "", **params: str | float
) -> list[Finding]:
    """Return one finding about institutions, with the people nearest to them; none for none."""
    rows = sorted(set(map(int, places)))
    if not rows:
        return []
    ids = ground.dataset.facilities.id
    return [
        Finding(
            code,
            (("count", len(rows)), *params.items()),
            file=file_of(ground, "facilities"),
            column=column,
            rows=shown_rows(ids[row] for row in rows),
            people=float(ground.people_nearest[rows].sum()),
        )
    ]


def file_of(ground: Ground, role: str) -> str:
    """Return the name of the file that plays a role; "" when the study has none."""
    return next((entry.source for entry in ground.dataset.provenance if entry.role == role), "")
