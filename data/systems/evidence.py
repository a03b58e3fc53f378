"""What speaks for each of three systems: roads, water, known names, units that hold places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from data.types import Floats, Geometries, Zones
from geo.crs import to_lonlat, to_metric
from geo.offsets import (
    SYSTEMS,
    Contest,
    System,
    agreed,
    contest,
    from_wgs84,
    is_in_shifted_area,
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

ODD_M = 200.0
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
    groups
        Header -> (n,) words of a column by which a list was collected: township, reporter, source.
    is_kept
        (n,) True for rows that the study uses: the others only bear witness. None: all.
    is_unstated
        (n,) True for rows whose system nobody states. None: it is stated, or need not be.
    source
        Whose data the file is; files of one source are in one system.
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
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_kept: NDArray[np.bool_] | None = None
    is_unstated: NDArray[np.bool_] | None = None
    source: str = ""


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


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
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


def weigh_evidence(points: PlacedPoints, around: Surroundings) -> Evidence:
    """Return what roads, water and known names say of points."""
    points = in_china(points)
    written = from_wgs84(points.lon, points.lat, points.stated)
    lonlat = [to_wgs84(*written, system) for system in SYSTEMS]
    places = [to_metric(*each, around.crs) for each in lonlat]
    distance_m, is_drawn = _road_distances(points, places, around)
    contests = (
        road_contest(distance_m[:, is_drawn], is_beside_roads=points.is_beside_roads),
        contest(_on_water(places, around.water)),
        _named_matches(written, points.names, around.named),
    )
    return Evidence(points, lonlat, distance_m, contests)


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
    middles = middles_of(areas, around.crs)
    written = from_wgs84(middles.lon, middles.lat, areas.stated)
    return agreed(contest(penalty), _named_matches(written, areas.names, around.named))


def middles_of(areas: PlacedAreas, crs: str) -> PlacedPoints:
    """Return the middle of each unit as a point that is named after it."""
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


def in_china(points: PlacedPoints) -> PlacedPoints:
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
        groups={name: tuple(words[i] for i in keep) for name, words in points.groups.items()},
        is_kept=None if points.is_kept is None else points.is_kept[keep],
        is_unstated=None if points.is_unstated is None else points.is_unstated[keep],
    )


def _road_distances(
    points: PlacedPoints, places: list[tuple[Floats, Floats]], around: Surroundings
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return (3, n) metres to the nearest road under each system, and which points were drawn.

    Those are measured that are drawn for the contest (all of a short list), and all of a list with
    groups, each of which is asked. Of what stands by roads every point is measured as stated, and
    those far from any road under the other systems, too; `inf` stands for the rest.
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
        is_asked = is_drawn | (distance_m[stated] > ODD_M) | bool(points.groups)
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


def _on_water(places: list[tuple[Floats, Floats]], water: Geometries | None) -> Floats:
    """Return (3, n) 1 where a point lies on water, else 0."""
    if water is None or not len(water):
        return np.zeros((len(places), 0))
    return np.array([assign(x_m, y_m, water) >= 0 for x_m, y_m in places], dtype=np.float64)
