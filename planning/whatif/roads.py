"""Road edits of a scenario: a new link, another car speed, a closed road, on the graph they make.

The ends of a new link join the nearest road that its traffic may enter, when that is near; else
they end in the open. Whatever touches a way concerns the whole way as the road file has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from data.errors import PlannerError
from data.study.tables import TravelTable
from data.types import Dataset
from geo.access import USE_BITS, Vehicle, way_use
from geo.crs import to_lonlat, to_metric
from geo.errors import Finding
from geo.modes import MODES, Speeds, speeds
from geo.road_edits import (
    Link,
    nearest_foot,
    renewed,
    with_foot,
    with_link,
    with_node,
    with_way_speed,
    without_way,
)
from geo.roads import RoadGraph
from planning.whatif.edits import ROAD_ACTIONS, Edit, is_on_earth
from planning.words.wording import msgid

LINK_CLASSES: dict[str, str] = {
    "unclassified": msgid("Rural road"),
    "tertiary": msgid("County road"),
    "secondary": msgid("Provincial road"),
    "primary": msgid("National road"),
    "residential": msgid("Street"),
    "service": msgid("Service road"),
    "track": msgid("Farm track"),
    "footway": msgid("Footway"),
}
"""Classes offered for a new link, the usual one first; names as a planner says them."""

JOIN_WITHIN_M = 250.0
"""An end of a link this near to a road joins it: a click on a county map is 50 m off."""
FASTEST_KPH = 130.0
PICK_WITHIN_M = 2000.0
PICK_BLUR_M = 10.0
PICK_FACTORS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (1.0, ("motorway", "trunk", "primary", "secondary", "tertiary")),
    (1.5, ("unclassified", "ferry")),
    (2.0, ("residential", "living_street", "road")),
    (3.0, ()),
)
"""(factor, classes) by which the distance to a road counts when it is picked; () is any road."""
_LINK_WAY_BASE = -1_000_000_000
_WAY_NAME = re.compile(r"(ROAD|way)[-/](-?\d{1,18})")
_GEOD = Geod(ellps="WGS84")
_USED = sum(bit for (_, what), bit in USE_BITS.items() if what != "join")
_DRIVEN = USE_BITS["car", "forward"] | USE_BITS["car", "backward"]


@dataclass(frozen=True, slots=True)
class Way:
    """A road as a person picks it.

    Parameters
    ----------
    name
        Its id in an edit.
    road_class
        Highway value.
    length_m
        Length of the whole way.
    car_kph
        Mean car speed along it; None where no car may go.
    n_joined
        How many of its two ends meet another road.
    is_closed
        Nobody may use it.
    """

    name: str
    road_class: str
    length_m: float
    car_kph: float | None
    n_joined: int
    is_closed: bool


def way_id_of(name: str) -> int | None:
    """Return the way that the id of a road edit names; None where it names none.

    >>> way_id_of("way/42"), way_id_of("ROAD-001"), way_id_of("330604-D600-001")
    (42, -1000000001, None)
    """
    found = _WAY_NAME.fullmatch(name)
    if found is None:
        return None
    number = int(found[2])
    return number if found[1] == "way" else _LINK_WAY_BASE - number


def way_name(way_id: int) -> str:
    """Return the id of a way in an edit.

    >>> way_name(42), way_name(-1000000001)
    ('way/42', 'ROAD-001')
    """
    if way_id < _LINK_WAY_BASE:
        return f"ROAD-{_LINK_WAY_BASE - way_id:03d}"
    return f"way/{way_id}"


def next_road(edits: Sequence[Edit]) -> str:
    """Return the id of the next new link.

    >>> next_road(())
    'ROAD-001'
    """
    used = {edit.facility_id for edit in edits}
    number = 1
    while f"ROAD-{number:03d}" in used:
        number += 1
    return f"ROAD-{number:03d}"


def road_steps(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the steps that change roads."""
    return tuple(edit for edit in edits if edit.action in ROAD_ACTIONS)


def edited_roads(dataset: Dataset, travel: TravelTable, edits: Sequence[Edit]) -> RoadGraph:
    """Return the roads after the edits, with the networks that they touch made anew.

    Raises
    ------
    PlannerError
        When a link has no place, class or length, or an edit names a road that does not exist; all
        faults at once.
    """
    roads = dataset.roads
    faults: list[Finding] = []
    for number, edit in enumerate(edits, start=1):
        if edit.action not in ROAD_ACTIONS:
            continue
        fault = _fault(roads, edit)
        changed = None if fault else _changed(roads, edit, dataset.crs)
        if changed is None:
            reason = fault or "both ends meet the road at the same place"
            params = (("action", edit.action), ("id", edit.facility_id), ("reason", reason))
            faults.append(Finding("scenario_edit", params, rows=(number,)))
        else:
            roads = changed
    if faults:
        raise PlannerError(*faults)
    if roads is dataset.roads:
        return roads
    is_speed_only = all(edit.action == "set_speed" for edit in road_steps(edits))
    modes = [mode for mode in roads.networks if not is_speed_only or MODES[mode].vehicle == "car"]
    return renewed(roads, dataset.roads, modes, _speeds(travel))


def nearest_way(roads: RoadGraph, crs: str, lon: float, lat: float) -> str | None:
    """Return the id of the road nearest to a place; None where none is within 2 km.

    Small roads count as further away than they are (`PICK_FACTORS`): who points at a county map
    means the road that it shows, not the car park beside it.
    """
    x_m, y_m = (float(axis[0]) for axis in to_metric([lon], [lat], crs))
    names = np.array([name.removesuffix("_link") for name in roads.class_names])
    found = []
    for factor, classes in PICK_FACTORS:
        row = np.flatnonzero(np.isin(names, classes) if classes else np.ones(len(names), bool))
        is_class = np.isin(roads.road_class, row)
        foot = nearest_foot(roads, x_m, y_m, use=_USED, among=is_class)
        if foot is not None and foot.away_m <= PICK_WITHIN_M:
            found.append(((foot.away_m + PICK_BLUR_M) * factor, foot.segment))
    return way_name(int(roads.way_id[min(found)[1]])) if found else None


def way_of(roads: RoadGraph, name: str) -> Way | None:
    """Return what is known of a road; None where there is none of this id."""
    row = np.flatnonzero(roads.way_id == way_id_of(name))
    if not len(row):
        return None
    length_m = float(roads.length_m[row].sum())
    is_driven = (roads.use[row] & _DRIVEN) > 0
    car = roads.networks.get("car")
    kph = None
    if car is not None and is_driven.any():
        tenths = np.maximum(car.forward_tenths, car.backward_tenths)[row][is_driven]
        kph = float(roads.length_m[row][is_driven].sum() * 36 / max(tenths.sum(), 1))
    return Way(
        name=name,
        road_class=roads.class_names[roads.road_class[row[0]]],
        length_m=length_m,
        car_kph=kph,
        n_joined=_joined_ends(roads, row),
        is_closed=not (roads.use[row] & _USED).any(),
    )


def lines_of(roads: RoadGraph, crs: str, name: str) -> list[np.ndarray]:
    """Return the stretches of a road as (k, 2) longitudes and latitudes."""
    row = np.flatnonzero(roads.way_id == way_id_of(name))
    row = row[np.argsort(roads.position[row], kind="stable")]
    if not len(row):
        return []
    is_start = np.ones(len(row), bool)
    is_start[1:] = roads.tail[row[1:]] != roads.head[row[:-1]]
    lines = []
    for part in np.split(row, np.flatnonzero(is_start)[1:]):
        node = np.append(roads.tail[part], roads.head[part[-1]])
        lines.append(np.column_stack(to_lonlat(roads.x_m[node], roads.y_m[node], crs)))
    return lines


def _fault(roads: RoadGraph, edit: Edit) -> str:
    """Return why a road edit cannot be made; empty where it can as far as one can tell before."""
    way, speed = way_id_of(edit.facility_id), edit.speed_kph
    is_known = way is not None and bool((roads.way_id == way).any())
    if speed is not None and not 1 <= speed <= FASTEST_KPH:
        return f"the speed is not between 1 and {FASTEST_KPH:g} km/h"
    if edit.action == "add_road":
        return _link_fault(edit, is_taken=is_known or way is None)
    if not is_known:
        return "there is no such road"
    if edit.action == "set_speed" and speed is None:
        return "the speed is missing"
    if edit.action == "set_speed" and not (roads.use[roads.way_id == way] & _DRIVEN).any():
        return "no car may use this road"
    return ""


def _link_fault(edit: Edit, *, is_taken: bool) -> str:
    if is_taken or not edit.facility_id.startswith("ROAD-"):
        return "the number is taken or empty"
    if edit.road_class not in LINK_CLASSES:
        return "there is no such class of road"
    if not (is_on_earth(edit.lon, edit.lat) and is_on_earth(edit.to_lon, edit.to_lat)):
        return "longitude and latitude are missing or outside the world"
    return ""


def _changed(roads: RoadGraph, edit: Edit, crs: str) -> RoadGraph | None:
    """Return the graph after one step; None for a link whose ends fall together."""
    way = way_id_of(edit.facility_id)
    if way is None:  # pragma: no cover - refused before
        return None
    if edit.action == "close_road":
        return without_way(roads, way)
    if edit.action == "set_speed":
        return with_way_speed(roads, way, edit.speed_kph or 0.0)
    use = way_use({"highway": edit.road_class, "oneway": "yes" if edit.is_oneway else "no"}).use
    ends = []
    for lon, lat in ((edit.lon, edit.lat), (edit.to_lon, edit.to_lat)):
        roads, node = _with_end(roads, float(lon or 0), float(lat or 0), crs, use)
        ends.append(node)
    if ends[0] == ends[1]:
        return None
    (west, east), (south, north) = to_lonlat(roads.x_m[ends], roads.y_m[ends], crs)
    length_m = float(_GEOD.inv(west, south, east, north)[2])
    kph = np.nan if edit.speed_kph is None else edit.speed_kph
    return with_link(roads, Link(way, edit.road_class, use, length_m, kph), *ends)


def _with_end(
    roads: RoadGraph, lon: float, lat: float, crs: str, use: int
) -> tuple[RoadGraph, int]:
    """Return the graph with a node where a link ends, joined to the road where one is near."""
    x_m, y_m = (float(axis[0]) for axis in to_metric([lon], [lat], crs))
    vehicle: Vehicle = "car" if use & _DRIVEN else "foot"
    foot = nearest_foot(roads, x_m, y_m, use=USE_BITS[vehicle, "join"])
    if foot is None or foot.away_m > JOIN_WITHIN_M:
        return with_node(roads, x_m, y_m)
    return with_foot(roads, foot)


def _joined_ends(roads: RoadGraph, row: np.ndarray) -> int:
    """Return how many ends of the segments of a way meet a segment of another way."""
    own = np.concatenate([roads.tail[row], roads.head[row]])
    other = np.ones(len(roads.tail), bool)
    other[row] = False
    is_met = np.zeros(len(roads.x_m), bool)
    is_met[roads.tail[other]] = is_met[roads.head[other]] = True
    node, count = np.unique(own, return_counts=True)
    return int(is_met[node[count == 1]].sum())


def _speeds(travel: TravelTable) -> Speeds:
    """Return the speeds that the study asks for."""
    return speeds(
        travel.speed_set,
        flat_kph=dict(travel.speeds_kph),
        class_kph=dict(travel.class_speeds_kph),
        class_factors=dict(travel.class_factors),
    )
