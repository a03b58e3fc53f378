"""Land parts that no road links to the rest: who lives there and what reaches them.

A part is what stays connected on foot without ferries; the part where most people live is the
mainland. Every other part with people is listed: islands with a ferry, and places whose roads the
file does not link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.types import Dataset, FerryLine, Floats, Ints
from geo.access import FERRY
from geo.roads import ModeNetwork
from geo.travel import Nearest, nearest
from planning.assess.workflow import Assessment
from planning.reach.scenario import is_centre, is_operating

ISLAND_MODE = "walk"
ELDERS = "65+"
STOP_REACH_M = 2_000.0


@dataclass(frozen=True, slots=True)
class LandPart:
    """One part without a road link.

    Parameters
    ----------
    name
        Zone and village where most of its people live.
    people, elders
        People, and those aged 65 and over; None without that layer.
    points
        Operating fixed points on it.
    circuit_visits_per_month
        Visits of circuit teams to stops on it.
    centre_minutes, hospital_minutes
        Median minutes on foot and by ferry to the nearest centre and hospital, weighted by people;
        None where half of them reach none.
    ferries
        Lines that land on it; empty where no ferry does.
    """

    name: str
    people: float
    elders: float | None
    points: int
    circuit_visits_per_month: float
    centre_minutes: float | None
    hospital_minutes: float | None
    ferries: tuple[FerryLine, ...]
    lon: float
    lat: float

    @property
    def sailings_per_day(self) -> int | None:
        """Sailings a day of all its lines; None without a timetable."""
        return sum(line.sailings_per_day for line in self.ferries) if self.ferries else None

    @property
    def last_boat(self) -> str:
        """The last sailing by the timetable; empty without one."""
        return max((line.last for line in self.ferries), default="")


def land_parts(assessment: Assessment) -> tuple[LandPart, ...]:
    """Return the parts with people that no road links to the mainland, most people first.

    A study that does not walk has none to tell.
    """
    dataset = assessment.dataset
    if ISLAND_MODE not in assessment.modes:
        return ()
    network = dataset.roads.networks[ISLAND_MODE]
    part_of_node = parts_without_ferries(dataset, network)
    part = _part_of(assessment.modes[ISLAND_MODE].demand_snaps.tail, part_of_node)
    people = np.bincount(part[part >= 0], weights=dataset.demand.people[part >= 0])
    if not len(people):
        return ()
    others = np.flatnonzero(people > 0)
    others = others[others != np.argmax(people)]
    given = _Given(assessment, part, part_of_node, *_times_to(assessment, network))
    rows = [_row(given, int(number)) for number in others]
    return tuple(sorted(rows, key=lambda row: (-row.people, row.name)))


def parts_without_ferries(dataset: Dataset, network: ModeNetwork) -> Ints:
    """Return the (n_nodes,) number of the part each node belongs to when no ferry sails."""
    roads = dataset.roads
    is_ferry = np.array([name == FERRY for name in roads.class_names])[roads.road_class]
    used = ((network.forward_tenths >= 0) | (network.backward_tenths >= 0)) & ~is_ferry
    n = len(roads.x_m)
    links = coo_array(
        (np.ones(int(used.sum()), dtype=np.int8), (roads.tail[used], roads.head[used])),
        shape=(n, n),
    )
    labels: Ints = connected_components(links.tocsr(), directed=False)[1].astype(np.int32)
    return labels


def _times_to(assessment: Assessment, network: ModeNetwork) -> tuple[Nearest, Nearest]:
    """Return times to the nearest operating centre and hospital."""
    dataset, travel = assessment.dataset, assessment.study.travel
    facilities = dataset.facilities
    walking = assessment.modes[ISLAND_MODE]
    operating = is_operating(facilities, assessment.scenario) & facilities.has_position
    chosen = (operating & is_centre(facilities), operating & (facilities.level >= 3))
    centre, hospital = (
        nearest(
            network,
            walking.demand_snaps,
            walking.facility_snaps,
            is_open=is_open,
            horizon_minutes=travel.horizon_minutes * 4,
        )
        for is_open in chosen
    )
    return centre, hospital


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What every row is made from; `part` is (n_demand,), `part_of_node` (n_nodes,)."""

    assessment: Assessment
    part: Ints
    part_of_node: Ints
    centre: Nearest
    hospital: Nearest


def _row(given: _Given, number: int) -> LandPart:
    assessment, dataset = given.assessment, given.assessment.dataset
    demand = dataset.demand
    here = np.flatnonzero(given.part == number).astype(np.int32)
    people = demand.people[here]
    elders = demand.groups.get(ELDERS)
    snaps = assessment.modes[ISLAND_MODE].facility_snaps
    facility_part = _part_of(snaps.tail, given.part_of_node)
    return LandPart(
        name=_name(dataset, here, people),
        people=float(people.sum()),
        elders=None if elders is None else float(elders[here].sum()),
        points=int((assessment.points & (facility_part == number)).sum()),
        circuit_visits_per_month=_visits(dataset, here),
        centre_minutes=_median_minutes(given.centre, here, people),
        hospital_minutes=_median_minutes(given.hospital, here, people),
        ferries=_landing(dataset, given.part_of_node, number),
        lon=float(np.average(demand.lon[here], weights=people)),
        lat=float(np.average(demand.lat[here], weights=people)),
    )


def _part_of(tail: Ints, part_of_node: Ints) -> Ints:
    return np.where(tail >= 0, part_of_node[tail], -1).astype(np.int32)


def _name(dataset: Dataset, here: Ints, people: Floats) -> str:
    words = []
    for unit, names in (
        (dataset.demand.zone, dataset.zones.name),
        (dataset.demand.village, dataset.villages.name if dataset.villages else ()),
    ):
        known = unit[here] >= 0
        if known.any() and names:
            most = np.argmax(np.bincount(unit[here][known], weights=people[known]))
            words.append(names[int(most)])
    return " ".join(words)


def _visits(dataset: Dataset, here: Ints) -> float:
    """Return visits a month at stops whose nearest populated point lies on the part."""
    if not dataset.circuits:
        return 0.0
    demand = dataset.demand
    tree = cKDTree(np.column_stack([demand.x_m, demand.y_m]))
    spots = np.array([(stop.x_m, stop.y_m) for stop in dataset.circuits])
    placed = np.isfinite(spots).all(axis=1)
    visits = 0.0
    on_part = set(here.tolist())
    distance, nearest_point = tree.query(np.where(placed[:, None], spots, 0.0))
    for stop, is_placed, metres, point in zip(
        dataset.circuits, placed, distance, nearest_point, strict=True
    ):
        if is_placed and metres <= STOP_REACH_M and int(point) in on_part:
            visits += stop.visits_per_month
    return visits


def _median_minutes(times: Nearest, here: Ints, people: Floats) -> float | None:
    order = np.argsort(times.tenths[here], kind="stable")
    cumulated = np.cumsum(people[order])
    middle = here[order[int(np.searchsorted(cumulated, cumulated[-1] / 2))]]
    return float(times.tenths[middle]) / 600 if times.facility[middle] >= 0 else None


def _landing(dataset: Dataset, part_of_node: Ints, number: int) -> tuple[FerryLine, ...]:
    """Return the ferry lines of the timetable with an end on the part."""
    roads = dataset.roads
    is_ferry = np.array([name == FERRY for name in roads.class_names])[roads.road_class]
    ends_here = (part_of_node[roads.tail] == number) | (part_of_node[roads.head] == number)
    ways = set(roads.way_id[is_ferry & ends_here].tolist())
    return tuple(line for line in dataset.ferries if line.way in ways)
