"""Checks of people and ground: water, roads, zones and villages."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import shown_rows
from geo.errors import Finding
from geo.zones import assign, overlaps
from planning.audit.ground import Ground, file_of

CENSUS_LIMIT = 0.10
MIN_AREA_M2 = 10_000.0
VILLAGE_SUM_LIMIT = 0.10
BOUNDARY_MARGIN_M = 2_000.0
BOUNDARY_SHARE = 0.2


def cells_on_water(ground: Ground) -> list[Finding]:
    """Find places with people in the water."""
    dataset = ground.dataset
    if dataset.water is None or not len(dataset.water):
        return []
    demand = dataset.demand
    return _places(ground, "cells_on_water", assign(demand.x_m, demand.y_m, dataset.water) >= 0)


def people_repeated(ground: Ground) -> list[Finding]:
    """Find rows of a table that count the same people at the same place as another row."""
    demand = ground.dataset.demand
    if demand.grid is not None or not len(demand):
        return []
    rows = np.column_stack((demand.lon, demand.lat, demand.people))
    _, first, where = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    is_again = first[where.reshape(-1)] != np.arange(len(rows))
    return _places(ground, "people_repeated", is_again)


def cells_off_road(ground: Ground) -> list[Finding]:
    """Find places with people that no road of a mode is near."""
    found = []
    for mode, snaps in ground.demand_snaps.items():
        found += _places(
            ground, "cells_off_road", snaps.segment < 0, mode=mode, limit_m=ground.max_access_m
        )
    return found


def people_on_islands(ground: Ground) -> list[Finding]:
    """Find places with people whose nearest road has no link with the main network of a mode."""
    found = []
    for mode, snaps in ground.demand_snaps.items():
        network = ground.dataset.roads.networks[mode]
        is_tied = snaps.segment >= 0
        is_cut_off = is_tied & (network.component[np.maximum(snaps.tail, 0)] != 0)
        found += _places(ground, "people_on_islands", is_cut_off, mode=mode)
    return found


def roads_end_here(ground: Ground) -> list[Finding]:
    """Find places with people outside the hull of all roads."""
    hull: Any = _road_hull(ground)
    demand = ground.dataset.demand
    is_beyond = ~shapely.contains_xy(hull.buffer(ground.max_access_m), demand.x_m, demand.y_m)
    return _places(ground, "roads_end_here", is_beyond)


def roads_end_at_boundary(ground: Ground) -> list[Finding]:
    """Find out whether the road file was cut along the boundary of the zones."""
    zones = ground.dataset.zones
    if zones.code == ("all",) or not _has_areas(ground):
        return []
    border: Any = shapely.boundary(shapely.union_all(zones.geometry))
    inner: Any = shapely.buffer(_road_hull(ground), -BOUNDARY_MARGIN_M)
    share = 1.0 - shapely.length(shapely.intersection(border, inner)) / shapely.length(border)
    if share < BOUNDARY_SHARE:
        return []
    params = (
        ("margin_m", round(BOUNDARY_MARGIN_M)),
        ("share_percent", round(100 * float(share))),
    )
    return [Finding("roads_end_at_boundary", params, file=file_of(ground, "roads"))]


def zone_people_differ(ground: Ground) -> list[Finding]:
    """Find zones whose people are not those of their census."""
    zones, people = ground.dataset.zones, _people_by_zone(ground)
    census = zones.census_people
    with np.errstate(invalid="ignore", divide="ignore"):
        share = people / census - 1.0
    differing = np.flatnonzero(np.isfinite(share) & (np.abs(share) > CENSUS_LIMIT))
    if not len(differing):
        return []
    words = ", ".join(f"{zones.name[i]} {100 * share[i]:+.0f} %" for i in differing[:20])
    params = (
        ("count", len(differing)),
        ("limit_percent", round(100 * CENSUS_LIMIT)),
        ("zones", words),
    )
    touched = float(np.abs(people[differing] - census[differing]).sum())
    return [_zones_finding(ground, "zone_people_differ", differing, params, touched)]


def zones_overlap(ground: Ground) -> list[Finding]:
    """Find zones that lie over each other, and the people there."""
    if not _has_areas(ground):
        return []
    zones = ground.dataset.zones
    pairs = overlaps(zones.geometry, min_area_m2=MIN_AREA_M2)
    if not pairs:
        return []
    shared = [shapely.intersection(zones.geometry[a], zones.geometry[b]) for a, b, _ in pairs]
    words = ", ".join(f"{zones.name[a]} / {zones.name[b]}" for a, b, _ in pairs[:10])
    params = (
        ("count", len(pairs)),
        ("area_ha", round(sum(area for _, _, area in pairs) / 10_000)),
        ("zones", words),
    )
    rows = sorted({index for a, b, _ in pairs for index in (a, b)})
    return [_zones_finding(ground, "zones_overlap", rows, params, _people_in(ground, shared))]


def zones_gap(ground: Ground) -> list[Finding]:
    """Find holes between zones, and the people in them."""
    if not _has_areas(ground):
        return []
    merged: Any = shapely.union_all(ground.dataset.zones.geometry)
    holes = [
        shapely.Polygon(ring)
        for part in shapely.get_parts(merged)
        for ring in part.interiors
        if shapely.Polygon(ring).area >= MIN_AREA_M2
    ]
    if not holes:
        return []
    params = (
        ("count", len(holes)),
        ("area_ha", round(float(shapely.area(holes).sum()) / 10_000)),
    )
    return [_zones_finding(ground, "zones_gap", [], params, _people_in(ground, holes))]


def zones_empty(ground: Ground) -> list[Finding]:
    """Find zones without anybody."""
    empty = np.flatnonzero(_people_by_zone(ground) == 0)
    if not len(empty):
        return []
    census = np.nan_to_num(ground.dataset.zones.census_people[empty]).sum()
    params = (("count", len(empty)),)
    return [_zones_finding(ground, "zones_empty", empty, params, float(census))]


def villages_empty(ground: Ground) -> list[Finding]:
    """Find administrative villages that have people by their table but not on the ground."""
    villages = ground.dataset.villages
    if villages is None:
        return []
    people = _people_by_village(ground)
    listed = np.nan_to_num(villages.people)
    empty = np.flatnonzero((people == 0) & (listed > 0) & (villages.zone >= 0))
    if not len(empty):
        return []
    return [
        Finding(
            "villages_empty",
            (("count", len(empty)),),
            file=file_of(ground, "villages"),
            rows=shown_rows(villages.code[i] for i in empty),
            people=float(listed[empty].sum()),
        )
    ]


def villages_differ(ground: Ground) -> list[Finding]:
    """Compare the sum of the villages' table with the people counted in villages."""
    villages = ground.dataset.villages
    if villages is None or not np.isfinite(villages.people).any():
        return []
    is_top = villages.parent < 0
    listed = float(np.nansum(villages.people[is_top]))
    counted = float(ground.dataset.demand.people[ground.dataset.demand.village >= 0].sum())
    if listed == 0 or abs(counted - listed) <= VILLAGE_SUM_LIMIT * listed:
        return []
    params = (("listed", round(listed)), ("counted", round(counted)))
    file = file_of(ground, "villages")
    return [Finding("villages_differ", params, file=file, people=abs(counted - listed))]


CHECKS = (
    cells_on_water,
    people_repeated,
    cells_off_road,
    people_on_islands,
    roads_end_here,
    roads_end_at_boundary,
    zone_people_differ,
    zones_overlap,
    zones_gap,
    zones_empty,
    villages_empty,
    villages_differ,
)


def _places(
    ground: Ground, code: str, is_found: NDArray[np.bool_], **params: str | float
) -> list[Finding]:
    """Return one finding about places with people; none for none."""
    if not is_found.any():
        return []
    demand = ground.dataset.demand
    return [
        Finding(
            code,
            (("count", int(is_found.sum())), *params.items()),
            file=file_of(ground, "population"),
            rows=shown_rows(demand.cell_id[i] for i in np.flatnonzero(is_found)),
            people=float(demand.people[is_found].sum()),
        )
    ]


def _zones_finding(
    ground: Ground, code: str, rows: Any, params: tuple[tuple[str, Any], ...], people: float
) -> Finding:
    codes = shown_rows(ground.dataset.zones.code[int(i)] for i in rows)
    return Finding(code, params, file=file_of(ground, "zones"), rows=codes, people=people)


def _has_areas(ground: Ground) -> bool:
    return bool((shapely.get_type_id(ground.dataset.zones.geometry) >= 3).all())


def _people_by_zone(ground: Ground) -> NDArray[np.float64]:
    demand, n = ground.dataset.demand, len(ground.dataset.zones)
    inside = demand.zone >= 0
    people = np.bincount(demand.zone[inside], weights=demand.people[inside], minlength=n)
    return people.astype(np.float64)


def _people_by_village(ground: Ground) -> NDArray[np.float64]:
    """Return (n_villages,) people; those of a natural village count for its parent, too."""
    villages, demand = ground.dataset.villages, ground.dataset.demand
    if villages is None:
        return np.array([])
    inside = demand.village >= 0
    n = len(villages)
    counted = np.bincount(demand.village[inside], weights=demand.people[inside], minlength=n)
    people = counted.astype(np.float64)
    has_parent = villages.parent >= 0
    np.add.at(people, villages.parent[has_parent], people[has_parent])
    return people


def _people_in(ground: Ground, polygons: list[Any]) -> float:
    demand = ground.dataset.demand
    is_in = assign(demand.x_m, demand.y_m, np.array(polygons, dtype=object)) >= 0
    return float(demand.people[is_in].sum())


def _road_hull(ground: Ground) -> Any:
    roads = ground.dataset.roads
    return shapely.convex_hull(shapely.multipoints(np.column_stack((roads.x_m, roads.y_m))))
