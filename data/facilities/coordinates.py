"""Are the coordinates of a list what they are said to be? Three systems compete at the roads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import row_finding
from data.facilities.positions import read_positions, stated_system
from data.facilities.read import FacilityRows
from data.study.tables import TableSource
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.types import Floats, Geometries, Zones
from geo.crs import to_metric
from geo.errors import Finding
from geo.offsets import (
    SYSTEMS,
    Contest,
    System,
    agreed,
    contest,
    from_wgs84,
    is_in_shifted_area,
    odd_points,
    road_penalty,
    shift_system,
    to_wgs84,
)
from geo.roads import RoadGraph
from geo.zones import assign

_NEAR_M = 1500.0
"""Roads farther than this from every institution cannot be the nearest one that matters."""


_MAX_DRAWN = 150
"""Points that take part in the contest: more add nothing but time."""

_ODD_M = 200.0
"""A row is odd when another system brings it nearer to a road by more than this."""

NamedPlaces: TypeAlias = Mapping[str, tuple[float, float]]
"""Name -> longitude and latitude in WGS 84, of names that stand once in a known map."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What lies around the institutions: roads, zones, water, all in one metric system.

    `named` are places of a map that is known to be WGS 84; None where the study names none.
    """

    crs: str
    roads: RoadGraph
    zones: Zones
    water: Geometries | None
    named: NamedPlaces | None = None


def read_named_places(source: TableSource, findings: list[Finding]) -> NamedPlaces:
    """Return the places of a layer that the study says to be WGS 84, by name.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    columns = find_columns(table, ("name", "lon", "lat"), source.columns, findings)
    if "name" not in columns:
        findings.append(missing_column(table, "name"))
        return {}
    lon, lat = read_positions(table, columns, source, findings)
    names = [text(cell) for cell in table.columns[columns["name"]]]
    counts = Counter(names)
    return {
        name: (float(x), float(y))
        for name, x, y in zip(names, lon, lat, strict=True)
        if name and counts[name] == 1 and np.isfinite(x)
    }


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
    placed = np.flatnonzero(_has_own_place(rows))
    if not len(placed):
        return []
    stated = stated_system(source)
    written = from_wgs84(rows.lon[placed], rows.lat[placed], stated)
    places = [to_metric(*to_wgs84(*written, system), around.crs) for system in SYSTEMS]
    distance_m, is_drawn = _road_distances(places, SYSTEMS.index(stated), around)
    found = agreed(
        contest(road_penalty(distance_m[:, is_drawn])),
        contest(_outside_unit(places, rows.division_code, placed, around.zones)),
        contest(_on_water(places, around.water)),
        _named_matches(written, [text(rows.columns["name"][i]) for i in placed], around.named),
    )
    findings = _verdict(found, stated, source, rows, placed)
    odd = odd_points(distance_m, found or stated, margin_m=_ODD_M)
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


def _has_own_place(rows: FacilityRows) -> NDArray[np.bool_]:
    """Return (n,) True for rows in China with coordinates of their own, not of their village."""
    has_own = np.isfinite(rows.lon) & is_in_shifted_area(rows.lon, rows.lat)
    if rows.placed_by:
        has_own &= np.array(rows.placed_by) == "coordinates"
    return has_own


def _road_distances(
    places: list[tuple[Floats, Floats]], stated: int, around: Surroundings
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return (3, n) metres to the nearest road under each system, and which points were drawn.

    Every point is measured as stated. Under the other systems those are that are drawn for the
    contest (all of a short list) and those far from any road; `inf` stands for the rest.
    """
    n = len(places[0][0])
    lines = _roads_near(places[stated], around.roads)
    is_drawn = np.zeros(n, dtype=bool)
    if not len(lines):
        return np.zeros((len(places), n)), is_drawn
    distance_m = np.full((len(places), n), np.inf)
    is_drawn[:: max(1, n // _MAX_DRAWN)] = True
    tree = shapely.STRtree(lines)

    def nearest_m(place: tuple[Floats, Floats], which: NDArray[np.bool_]) -> Floats:
        points = np.asarray(shapely.points(place[0][which], place[1][which]), dtype=object)
        return np.asarray(shapely.distance(points, lines[tree.nearest(points)]))

    everywhere = np.ones(n, dtype=bool)
    distance_m[stated] = nearest_m(places[stated], everywhere)
    is_asked = is_drawn | (distance_m[stated] > _ODD_M)
    for index, place in enumerate(places):
        if index != stated:
            distance_m[index, is_asked] = nearest_m(place, is_asked)
    return distance_m, is_drawn


def _named_matches(
    written: tuple[Floats, Floats], names: Sequence[str], named: NamedPlaces | None
) -> Contest:
    """Return the system that explains how far the list's names lie from those of a known map."""
    if named is None:
        return Contest(None, {}, 0)
    counts = Counter(names)
    pairs = [
        (index, named[name])
        for index, name in enumerate(names)
        if counts[name] == 1 and name in named
    ]
    rows = [index for index, _ in pairs]
    known = np.array([place for _, place in pairs]).reshape(-1, 2)
    winner = shift_system((written[0][rows], written[1][rows]), (known[:, 0], known[:, 1]))
    return Contest(winner, {}, len(pairs))


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
