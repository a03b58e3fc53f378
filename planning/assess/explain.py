"""Explain a time: the nearest points of a place and the way to each, leg by leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from data.errors import StudyError
from data.types import Dataset
from geo.crs import to_lonlat, to_metric
from geo.errors import Finding
from geo.routes import ACCESS, Route, nearest_sites, route
from geo.snap import Snaps
from planning.assess.mode_result import ModeResult
from planning.assess.workflow import Assessment
from planning.reach.mode_input import snap_places
from planning.words.figures import mode_text
from planning.words.wording import Translate, msgid

NEAREST = 3
ROADS: dict[str, str] = {
    ACCESS: msgid("straight walk"),
    "motorway": msgid("motorway"),
    "trunk": msgid("trunk road"),
    "primary": msgid("primary road"),
    "secondary": msgid("secondary road"),
    "tertiary": msgid("tertiary road"),
    "unclassified": msgid("rural road"),
    "residential": msgid("residential street"),
    "living_street": msgid("living street"),
    "service": msgid("service road"),
    "road": msgid("road of unknown class"),
    "pedestrian": msgid("pedestrian street"),
    "footway": msgid("footway"),
    "path": msgid("path"),
    "steps": msgid("steps"),
    "track": msgid("track"),
    "cycleway": msgid("cycleway"),
    "bridleway": msgid("bridleway"),
    "corridor": msgid("corridor"),
    "ferry": msgid("ferry"),
}
"""The classes of roads in words; a slip road bears the name of its parent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route begins: a cell, a village, or a spot on the map."""

    name: str
    x_m: float
    y_m: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The way from a place to one facility by one mode; `route` is None where there is none."""

    mode: str
    facility: int
    tenths: int
    route: Route | None


def find_place(dataset: Dataset, text: str) -> Place:
    """Return the place that a text names.

    Parameters
    ----------
    text
        `lon,lat` in WGS 84, a cell id, or the code or exact name of a village; a village stands at
        its most populated point, or at a point of its own where nobody is counted.

    Raises
    ------
    StudyError
        When nothing, or several villages, go by that name.
    """
    spot = _spot(text)
    if spot is not None and abs(spot[0]) <= 180 and abs(spot[1]) <= 90:
        x_m, y_m = to_metric(np.array([spot[0]]), np.array([spot[1]]), dataset.crs)
        return Place(text, float(x_m[0]), float(y_m[0]), *spot)
    if text in dataset.demand.cell_id:
        return _at_cell(dataset, text, dataset.demand.cell_id.index(text))
    villages = dataset.villages
    named = (
        []
        if villages is None
        else [
            row
            for row, (code, name) in enumerate(zip(villages.code, villages.name, strict=True))
            if text in {code, name}
        ]
    )
    if len(named) != 1:
        params = (("place", text), ("count", len(named)))
        raise StudyError(Finding("place_unknown", params))
    people = np.where(dataset.demand.village == named[0], dataset.demand.people, -1.0)
    if villages is not None and people.max(initial=-1.0) < 0:
        return _inside(dataset, text, villages.geometry[named[0]])
    return _at_cell(dataset, text, int(np.argmax(people)))


def nearest_ways(
    assessment: Assessment, place: Place, *, modes: tuple[str, ...] | None = None
) -> Mapping[str, tuple[Way, ...]]:
    """Return, by mode, the ways from a place to its nearest three open points.

    Parameters
    ----------
    modes
        The modes asked for; all modes of the study when None.
    """
    chosen = modes or tuple(assessment.modes)
    return {mode: _ways(assessment, assessment.modes[mode], place) for mode in chosen}


def way_lines(assessment: Assessment, way: Way, translate: Translate) -> list[str]:
    """Return a way in words: the point, minutes and metres, then each leg."""
    facilities = assessment.dataset.facilities
    head = translate("{name} ({id}), {mode}: {minutes} min, {metres} m").format(
        name=facilities.name[way.facility],
        id=facilities.id[way.facility],
        mode=mode_text(way.mode, translate),
        minutes=f"{way.tenths / 600:.1f}",
        metres=f"{way.route.length_m:,.0f}" if way.route else "—",
    )
    legs = way.route.legs if way.route else ()
    return [head] + [
        translate("  {seconds:>7.1f} s  {metres:>8.0f} m  {road_class}").format(
            seconds=leg.tenths / 10,
            metres=leg.length_m,
            road_class=road_text(leg.road_class, translate),
        )
        for leg in legs
    ]


def road_text(road_class: str, translate: Translate) -> str:
    """Return a class of roads in words; one that is not known as it is.

    >>> road_text("primary_link", lambda text: text), road_text("busway", lambda text: text)
    ('primary road', 'busway')
    """
    return translate(ROADS.get(road_class.removesuffix("_link"), road_class))


def _ways(assessment: Assessment, result: ModeResult, place: Place) -> tuple[Way, ...]:
    dataset, travel = assessment.dataset, assessment.study.travel
    network = dataset.roads.networks[result.mode]
    here = snap_places(dataset, travel, network, np.array([place.x_m]), np.array([place.y_m]))
    found, tenths = nearest_sites(
        network, here, result.facility_snaps, count=NEAREST, is_open=assessment.points
    )
    facilities = dataset.facilities
    return tuple(
        Way(
            result.mode,
            facility,
            time,
            route(
                dataset.roads,
                network,
                here,
                _one(result.facility_snaps, facility),
                place_m=(place.x_m, place.y_m),
                facility_m=(float(facilities.x_m[facility]), float(facilities.y_m[facility])),
            ),
        )
        for facility, time in zip(found.tolist(), tenths.tolist(), strict=True)
    )


def _one(snaps: Snaps, index: int) -> Snaps:
    return snaps.take(np.array([index]))


def _spot(text: str) -> tuple[float, float] | None:
    parts = text.replace("，", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    return lon, lat


def _inside(dataset: Dataset, name: str, area: shapely.Geometry) -> Place:
    """Return a point of a village where nobody is counted."""
    point = shapely.point_on_surface(area)
    x_m, y_m = float(shapely.get_x(point)), float(shapely.get_y(point))
    lon, lat = to_lonlat(np.array([x_m]), np.array([y_m]), dataset.crs)
    return Place(name, x_m, y_m, float(lon[0]), float(lat[0]))


def _at_cell(dataset: Dataset, name: str, row: int) -> Place:
    demand = dataset.demand
    return Place(
        name,
        float(demand.x_m[row]),
        float(demand.y_m[row]),
        float(demand.lon[row]),
        float(demand.lat[row]),
    )
