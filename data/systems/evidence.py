"""Are coordinates what they are said to be? Three systems compete at roads, borders and water."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.checks import shown_rows
from data.places.positions import read_positions
from data.study.tables import TableSource
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.types import Floats, Geometries, Zones
from geo.crs import to_lonlat, to_metric
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
    road_contest,
    shift_system,
    to_wgs84,
)
from geo.roads import RoadGraph
from geo.zones import assign

_NEAR_M = 500.0
"""Roads farther than this from every point cannot be the nearest one that matters."""


_MAX_DRAWN = 150
_MAX_DRAWN_ANYWHERE = 60
"""Points that take part in the contest: more add nothing but time."""

_ODD_M = 200.0
"""A row is odd when another system brings it nearer to a road by more than this."""

NamedPlaces: TypeAlias = Mapping[str, tuple[float, float]]
"""Name -> longitude and latitude in WGS 84, of names that stand once in a known map."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How a place appears to things that are in system `true` and are read as `stated`."""

    true: System = "wgs84"
    stated: System = "wgs84"

    def moved(self, lonlat: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Return WGS 84 coordinates as they appear there."""
        if self.true == self.stated:
            return lonlat
        return to_wgs84(*from_wgs84(*lonlat, self.true), self.stated)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPoints:
    """Points of one file with coordinates of their own, n of them.

    Parameters
    ----------
    file, rows
        File name and (n,) rows or ids, for findings.
    lon, lat
        (n,) degrees: WGS 84 if `stated` is right.
    stated, is_auto
        The system that the coordinates were converted from, and whether the study asks for it.
    names, codes
        (n,) names, and division codes of the unit that each is in; () where there are none.
    is_beside_roads
        True for what has an entrance at a road, as institutions have; cells of people have none.
    """

    file: str
    rows: Sequence[int | str]
    lon: Floats
    lat: Floats
    stated: System
    is_auto: bool = False
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    is_beside_roads: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PlacedAreas:
    """Units of one file with their borders in the dataset's metric system, n of them."""

    file: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    geometry: Geometries
    stated: System
    is_auto: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What lies around a layer: roads, zones, water, all in one metric system.

    `named` are places of a map that is known to be WGS 84; None where the study names none.
    `zone_shift` says how places appear to the zones, where these seem to be shifted themselves.
    """

    crs: str
    roads: RoadGraph
    zones: Zones
    water: Geometries | None
    named: NamedPlaces | None = None
    zone_shift: Shift = Shift()


def read_named_places(source: TableSource, findings: list[Finding]) -> NamedPlaces:
    """Return the places of a layer that the study says to be WGS 84, by name.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    if table.geometry is not None:
        # The middle of an area, as that of the units that it is compared with.
        table = replace(table, geometry=np.asarray(shapely.centroid(table.geometry), dtype=object))
    columns = find_columns(table, ("name", "lon", "lat", "lonlat"), source.columns, findings)
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


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What is known of points without asking the borders of units.

    Parameters
    ----------
    points
        Those of them that lie where web maps shift coordinates, n of them.
    lonlat
        For each of `SYSTEMS` (n,) degrees as they would be in WGS 84.
    distance_m
        (3, n) metres to the nearest road; `inf` where it was not measured.
    contests
        What roads, water and known names say.
    """

    points: PlacedPoints
    lonlat: list[tuple[Floats, Floats]]
    distance_m: Floats
    contests: tuple[Contest, ...]

    @property
    def system(self) -> System | None:
        """The system that the points seem to be in; None where that is not told."""
        return agreed(*self.contests)


def heard(points: PlacedPoints, around: Surroundings) -> Hearing:
    """Return what roads, water and known names say of points."""
    points = _in_china(points)
    written = from_wgs84(points.lon, points.lat, points.stated)
    lonlat = [to_wgs84(*written, system) for system in SYSTEMS]
    places = [to_metric(*each, around.crs) for each in lonlat]
    distance_m, is_drawn = _road_distances(points, places, around)
    contests = (
        road_contest(distance_m[:, is_drawn], is_beside_roads=points.is_beside_roads),
        contest(_on_water(places, around.water)),
        _named_matches(written, points.names, around.named),
    )
    return Hearing(points, lonlat, distance_m, contests)


def point_findings(said: Hearing, around: Surroundings) -> list[Finding]:
    """Return what the roads, the declared units, the water and known names say of points.

    Nothing is converted: a system that fits better than the stated one is proposed.

    Parameters
    ----------
    said
        Of points that were already converted from the system that the study states.
    around
        Roads, zones, water and known places.

    Returns
    -------
    list of Finding
        `coordinates_suspected` (an error when the study says `auto`), `coordinates_undetermined`,
        `coordinates_odd`; nothing outside China.
    """
    points = said.points
    if not len(points.lon):
        return []
    units = [to_metric(*around.zone_shift.moved(each), around.crs) for each in said.lonlat]
    found = agreed(*said.contests, contest(_outside_unit(units, points.codes, around.zones)))
    findings = _verdict(found, points)
    if found is None or not points.is_beside_roads:
        return findings
    odd = odd_points(said.distance_m, found, margin_m=_ODD_M)
    if odd.any() and odd.mean() < 0.5:
        rows = [points.rows[i] for i in np.flatnonzero(odd).tolist()]
        findings.append(_finding("coordinates_odd", rows, points.file))
    return findings


def area_findings(areas: PlacedAreas, found: System | None, crs: str) -> list[Finding]:
    """Return what is to be said of borders that seem to be in a system, or in an unknown one.

    Parameters
    ----------
    areas
        Already converted from the system that the study states.
    found
        As `system_of_areas` returns it.
    crs
        Metric system of the areas.

    Returns
    -------
    list of Finding
        As for `point_findings`; nothing outside China.
    """
    points = _in_china(_middles(areas, crs))
    return _verdict(found, points) if len(points.lon) else []


def system_of_areas(
    areas: PlacedAreas, witnesses: Sequence[PlacedPoints], around: Surroundings
) -> System | None:
    """Return the system that puts most witnesses into their own unit, where that is told.

    Parameters
    ----------
    areas
        Already converted from the system that the study states.
    witnesses
        Points in WGS 84 whose `codes` name the unit that each belongs to.
    around
        For its metric system and known places.
    """
    index_of = {re.sub(r"(?<=^\d{9})000$", "", code): i for i, code in enumerate(areas.codes)}
    lengths = sorted({len(code) for code in index_of}, reverse=True)
    own, lon, lat = [], [], []
    for points in filter(lambda each: each.codes, witnesses):
        for code, x, y in zip(points.codes, points.lon.tolist(), points.lat.tolist(), strict=True):
            unit = next((index_of[code[:n]] for n in lengths if code[:n] in index_of), -1)
            if unit >= 0 and np.isfinite(x):
                own.append(unit)
                lon.append(x)
                lat.append(y)
    penalty = np.zeros((len(SYSTEMS), len(own)))
    for index, system in enumerate(SYSTEMS):
        seen = Shift(system, areas.stated).moved((np.array(lon), np.array(lat)))
        penalty[index] = assign(*to_metric(*seen, around.crs), areas.geometry) != np.array(own)
    middles = _middles(areas, around.crs)
    written = from_wgs84(middles.lon, middles.lat, areas.stated)
    return agreed(contest(penalty), _named_matches(written, areas.names, around.named))


def _middles(areas: PlacedAreas, crs: str) -> PlacedPoints:
    centres = shapely.centroid(areas.geometry)
    x_m, y_m = np.full(len(centres), np.nan), np.full(len(centres), np.nan)
    is_somewhere = ~(shapely.is_empty(centres) | shapely.is_missing(centres))
    x_m[is_somewhere] = shapely.get_x(centres[is_somewhere])
    y_m[is_somewhere] = shapely.get_y(centres[is_somewhere])
    lon, lat = to_lonlat(x_m, y_m, crs)
    return PlacedPoints(
        file=areas.file,
        rows=areas.codes,
        lon=lon,
        lat=lat,
        stated=areas.stated,
        is_auto=areas.is_auto,
        names=areas.names,
        codes=areas.codes,
    )


def _verdict(found: System | None, points: PlacedPoints) -> list[Finding]:
    if found is None:
        return (
            []
            if not points.is_auto
            else [_finding("coordinates_undetermined", points.rows, points.file)]
        )
    if found == points.stated:
        said = (("system", found),)
        return [Finding("coordinates_fit", said, file=points.file)] if points.is_auto else []
    code = "coordinates_ask" if points.is_auto else "coordinates_suspected"
    written = from_wgs84(points.lon, points.lat, points.stated)
    other = to_wgs84(*written, found)
    shift_m = float(
        np.median(np.hypot((other[0] - points.lon) * 96_000, (other[1] - points.lat) * 110_900))
    )
    params = (
        ("stated", points.stated),
        ("found", found),
        ("shift_m", round(shift_m)),
        ("minutes", round(shift_m / 75, 1)),
    )
    return [Finding(code, params, file=points.file)]


def _finding(code: str, rows: Sequence[int | str], file: str) -> Finding:
    return Finding(code, (("count", len(rows)),), file=file, rows=shown_rows(rows))


def _in_china(points: PlacedPoints) -> PlacedPoints:
    """Return the points that have a place where web maps shift coordinates."""
    is_kept = np.isfinite(points.lon) & is_in_shifted_area(points.lon, points.lat)
    keep: list[int] = np.flatnonzero(is_kept).tolist()
    return replace(
        points,
        rows=[points.rows[i] for i in keep],
        lon=points.lon[keep],
        lat=points.lat[keep],
        names=tuple(points.names[i] for i in keep) if points.names else (),
        codes=tuple(points.codes[i] for i in keep) if points.codes else (),
    )


def _road_distances(
    points: PlacedPoints, places: list[tuple[Floats, Floats]], around: Surroundings
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return (3, n) metres to the nearest road under each system, and which points were drawn.

    Those are measured that are drawn for the contest (all of a short list). Of what stands by roads
    every point is measured as stated, and those far from any road under the other systems, too;
    `inf` stands for the rest.
    """
    n, stated = len(points.lon), SYSTEMS.index(points.stated)
    is_drawn = np.zeros(n, dtype=bool)
    most = _MAX_DRAWN if points.is_beside_roads else _MAX_DRAWN_ANYWHERE
    is_drawn[:: max(1, n // most)] = True
    is_asked = np.ones(n, dtype=bool) if points.is_beside_roads else is_drawn.copy()
    wanted = [(x_m[is_asked], y_m[is_asked]) for x_m, y_m in places]
    lines = _roads_near(wanted, around.roads)
    if not len(lines):
        return np.zeros((len(places), n)), np.zeros(n, dtype=bool)
    distance_m = np.full((len(places), n), np.inf)
    tree = shapely.STRtree(lines)

    def nearest_m(place: tuple[Floats, Floats], which: NDArray[np.bool_]) -> Floats:
        at = np.asarray(shapely.points(place[0][which], place[1][which]), dtype=object)
        return np.asarray(shapely.distance(at, lines[tree.nearest(at)]))

    distance_m[stated, is_asked] = nearest_m(places[stated], is_asked)
    if points.is_beside_roads:
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


def _roads_near(places: list[tuple[Floats, Floats]], roads: RoadGraph) -> NDArray[np.object_]:
    """Return the segments in the squares of the map that hold a point, and around them."""
    squares = {
        square for x_m, y_m in places for square in zip(_square(x_m), _square(y_m), strict=True)
    }
    wanted = {(x + dx, y + dy) for x, y in squares for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    keys = np.array([x * 1_000_003 + y for x, y in sorted(wanted)], dtype=np.int64)
    column = np.floor(roads.x_m / _NEAR_M).astype(np.int64)
    row = np.floor(roads.y_m / _NEAR_M).astype(np.int64)
    is_near = np.isin(column * 1_000_003 + row, keys)
    segments = np.flatnonzero(is_near[roads.tail] | is_near[roads.head])
    ends = np.stack((roads.tail[segments], roads.head[segments]), axis=1)
    coordinates = np.stack((roads.x_m[ends], roads.y_m[ends]), axis=2)
    return np.asarray(shapely.linestrings(coordinates), dtype=object)


def _square(metres: Floats) -> list[int]:
    squares: list[int] = np.floor(metres / _NEAR_M).astype(np.int64).tolist()
    return squares


def _outside_unit(
    places: list[tuple[Floats, Floats]], codes: tuple[str, ...], zones: Zones
) -> Floats:
    """Return (3, n) 1 where a point lies outside the zone of its own division code, else 0."""
    zone_of = {code[:9]: index for index, code in enumerate(zones.code) if len(code) >= 9}
    own = np.array([zone_of.get(code[:9], -1) for code in codes], dtype=np.int64)
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
