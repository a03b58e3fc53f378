"""Are the coordinates of a list what they are said to be? Three systems compete at the roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import row_finding
from data.facilities import FacilityRows
from data.positions import stated_system
from data.study import TableSource
from data.types import Floats, Geometries, Zones
from geo.crs import to_metric
from geo.errors import Finding
from geo.offsets import (
    SYSTEMS,
    System,
    agreed,
    contest,
    from_wgs84,
    is_in_shifted_area,
    odd_points,
    road_penalty,
    to_wgs84,
)
from geo.roads import RoadGraph
from geo.zones import assign

_NEAR_M = 1500.0
"""Roads farther than this from every institution cannot be the nearest one that matters."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What lies around the institutions: roads, zones, water, all in one metric system."""

    crs: str
    roads: RoadGraph
    zones: Zones
    water: Geometries | None


def coordinate_findings(
    rows: FacilityRows, source: TableSource, around: Surroundings
) -> list[Finding]:
    """Return what the roads, the declared units and the water say of a list's coordinates.

    Nothing is converted: a system that fits better than the stated one is proposed.

    Parameters
    ----------
    rows
        Institutions, already converted from the system that the study states.
    source
        Their table of the study; `coordinates = "auto"` asks for an answer.
    around
        Roads, zones and water.

    Returns
    -------
    list of Finding
        `coordinates_suspected` (an error when the study says `auto`), `coordinates_undetermined`,
        `coordinates_odd`; nothing outside China.
    """
    placed = np.flatnonzero(np.isfinite(rows.lon) & is_in_shifted_area(rows.lon, rows.lat))
    if not len(placed):
        return []
    stated = stated_system(source)
    written = from_wgs84(rows.lon[placed], rows.lat[placed], stated)
    places = [to_metric(*to_wgs84(*written, system), around.crs) for system in SYSTEMS]
    distance_m = _road_distances(places, around)
    found = agreed(
        contest(road_penalty(distance_m)),
        contest(_outside_unit(places, rows.division_code, placed, around.zones)),
        contest(_on_water(places, around.water)),
    )
    findings = _verdict(found, stated, source, rows, placed)
    odd = odd_points(distance_m, found or stated)
    if found is not None and odd.any() and odd.mean() < 0.5:
        findings.append(row_finding("coordinates_odd", rows.row[placed[odd]], file=rows.file))
    return findings


def _verdict(
    found: System | None,
    stated: System,
    source: TableSource,
    rows: FacilityRows,
    placed: NDArray[np.intp],
) -> list[Finding]:
    if found is None:
        if source.coordinates != "auto":
            return []
        return [row_finding("coordinates_undetermined", rows.row[placed], file=rows.file)]
    if found == stated and source.coordinates != "auto":
        return []
    if found == stated:
        return [Finding("coordinates_fit", (("system", found),), file=rows.file)]
    code = "coordinates_ask" if source.coordinates == "auto" else "coordinates_suspected"
    lon, lat = rows.lon[placed], rows.lat[placed]
    other = to_wgs84(*from_wgs84(lon, lat, stated), found)
    shift_m = float(np.median(np.hypot((other[0] - lon) * 96_000, (other[1] - lat) * 110_900)))
    params = (
        ("stated", stated),
        ("found", found),
        ("shift_m", round(shift_m)),
        ("minutes", round(shift_m / 75, 1)),
    )
    return [Finding(code, params, file=rows.file)]


def _road_distances(places: list[tuple[Floats, Floats]], around: Surroundings) -> Floats:
    """Return (3, n) metres to the nearest road under each system."""
    lines = _roads_near(places[0], around.roads)
    if not len(lines):
        return np.zeros((len(places), len(places[0][0])))
    tree = shapely.STRtree(lines)
    distance_m = []
    for x_m, y_m in places:
        points = np.asarray(shapely.points(x_m, y_m), dtype=object)
        distance_m.append(shapely.distance(points, lines[tree.nearest(points)]))
    return np.array(distance_m)


def _roads_near(place: tuple[Floats, Floats], roads: RoadGraph) -> NDArray[np.object_]:
    """Return the segments in the squares of the map that hold an institution, and around them."""
    wanted = {
        (x + dx, y + dy)
        for x, y in zip(*(np.floor(c / _NEAR_M).astype(int).tolist() for c in place), strict=True)
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    keys = np.array([x * 1_000_003 + y for x, y in sorted(wanted)], dtype=np.int64)
    column = np.floor(roads.x_m / _NEAR_M).astype(np.int64)
    row = np.floor(roads.y_m / _NEAR_M).astype(np.int64)
    is_near = np.isin(column * 1_000_003 + row, keys)
    segments = np.flatnonzero(is_near[roads.tail] | is_near[roads.head])
    ends = np.stack((roads.tail[segments], roads.head[segments]), axis=1)
    coordinates = np.stack((roads.x_m[ends], roads.y_m[ends]), axis=2)
    return np.asarray(shapely.linestrings(coordinates), dtype=object)


def _outside_unit(
    places: list[tuple[Floats, Floats]],
    codes: tuple[str, ...],
    placed: NDArray[np.intp],
    zones: Zones,
) -> Floats:
    """Return (3, n) 1 where a point lies outside the zone of its own division code, else 0."""
    zone_of = {code[:9]: index for index, code in enumerate(zones.code) if len(code) >= 9}
    own = np.array([zone_of.get(codes[i][:9], -1) for i in placed])
    known = np.flatnonzero(own >= 0)
    penalty = np.zeros((len(places), len(known)))
    for index, (x_m, y_m) in enumerate(places):
        zone = assign(x_m[known], y_m[known], zones.geometry)
        penalty[index] = zone != own[known]
    return penalty


def _on_water(places: list[tuple[Floats, Floats]], water: Geometries | None) -> Floats:
    """Return (3, n) 1 where a point lies on water, else 0."""
    if water is None or not len(water):
        return np.zeros((len(places), 0))
    return np.array([assign(x_m, y_m, water) >= 0 for x_m, y_m in places], dtype=np.float64)
