"""The nearest points of a place and the way to each: tables, and legs on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data.types import Dataset
from geo.crs import to_lonlat
from geo.routes import ACCESS, RouteLeg
from planning.assess.explain import Place, Way, road_text
from planning.assess.workflow import Assessment
from planning.maps import FacilityLayer, LineLayer, LineStyle, PointStyle
from planning.maps.layers import Layer
from planning.words.figures import mode_text
from planning.words.tables import Table, Value, table_of
from planning.words.wording import Translate, msgid

WAY, BESIDE, STRAIGHT = "#d6006c", "#8e5ea2", "#444444"

Bounds = tuple[float, float, float, float]


def all_ways(ways: Mapping[str, Sequence[Way]]) -> list[Way]:
    """Return the ways in the order of the rows of `ways_sheet`."""
    return [way for found in ways.values() for way in found]


def ways_sheet(assessment: Assessment, ways: Mapping[str, Sequence[Way]], _: Translate) -> Table:
    """Return the nearest points of a place by mode: minutes and metres."""
    facilities = assessment.dataset.facilities
    limit = round(assessment.study.travel.minutes * 600)
    rows: list[tuple[Value, ...]] = []
    for mode, found in ways.items():
        for rank, way in enumerate(found, start=1):
            rows.append(
                (
                    mode_text(mode, _),
                    rank,
                    facilities.name[way.facility],
                    round(way.tenths / 600, 1),
                    round(way.route.length_m) if way.route else None,
                    _("yes") if way.tenths <= limit else _("no"),
                )
            )
    headers = (
        msgid("Mode"),
        msgid("Rank"),
        msgid("Nearest point"),
        msgid("Minutes"),
        msgid("Metres"),
        msgid("Inside the circle"),
    )
    return table_of(msgid("Nearest points"), headers, rows, _)


def legs_sheet(way: Way, translate: Translate) -> Table:
    """Return a way leg by leg: road, metres, seconds, and minutes since the start."""
    rows: list[tuple[Value, ...]] = []
    passed = 0
    for number, leg in enumerate(way.route.legs if way.route else (), start=1):
        passed += leg.tenths
        rows.append(
            (
                number,
                road_text(leg.road_class, translate),
                round(leg.length_m),
                round(leg.tenths / 10, 1),
                round(passed / 600, 1),
            )
        )
    headers = (
        msgid("Leg"),
        msgid("Road"),
        msgid("Metres"),
        msgid("Seconds"),
        msgid("Minutes since the start"),
    )
    return table_of(msgid("Leg by leg"), headers, rows, translate)


def way_layers(
    dataset: Dataset, way: Way, beside: Sequence[Way], translate: Translate
) -> list[Layer]:
    """Return a way leg by leg, with a numbered mark where each leg begins, and others thinner."""
    chosen = [leg for leg in (way.route.legs if way.route else ()) if len(leg.line_m) > 1]
    others = [
        leg
        for other in beside
        if other is not way and other.route is not None
        for leg in other.route.legs
        if len(leg.line_m) > 1
    ]
    legs = [*others, *chosen]
    if not legs:
        return []
    group = [int(leg.road_class == ACCESS) for leg in others]
    group += [2 + int(leg.road_class == ACCESS) for leg in chosen]
    lines = LineLayer(
        id="route",
        label=translate("Way to the point"),
        lines=tuple(_degrees(dataset, leg) for leg in legs),
        group=np.array(group, dtype=np.uint8),
        styles=(
            LineStyle(translate("Road to the next points"), BESIDE, 2.5, casing="#ffffff"),
            LineStyle(translate("Straight leg"), BESIDE, 2.0, dash=(3.0, 4.0)),
            LineStyle(translate("Road"), WAY, 5.0, casing="#ffffff"),
            LineStyle(translate("Straight leg to the road"), STRAIGHT, 3.5, dash=(3.0, 4.0)),
        ),
    )
    return [lines, *_leg_marks(dataset, chosen, translate)]


def place_marker(place: Place) -> FacilityLayer:
    """Return one marked place."""
    return FacilityLayer(
        id="place",
        label=place.name,
        lon=np.array([place.lon]),
        lat=np.array([place.lat]),
        name=(place.name,),
        group=np.zeros(1, dtype=np.uint8),
        styles=(PointStyle(place.name, "diamond", "#000000", 16.0, 9.0),),
    )


def way_bounds(dataset: Dataset, place: Place, ways: Sequence[Way]) -> Bounds:
    """Return (west, south, east, north) of a place and the ways from it."""
    lon, lat = np.array([place.lon]), np.array([place.lat])
    for route in (way.route for way in ways if way.route is not None):
        along = to_lonlat(route.line_m[:, 0], route.line_m[:, 1], dataset.crs)
        lon, lat = np.append(lon, along[0]), np.append(lat, along[1])
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _leg_marks(dataset: Dataset, legs: Sequence[RouteLeg], _: Translate) -> list[Layer]:
    """Return a mark at the middle of each leg that says its number, road, metres and time."""
    if not legs:
        return []
    middles = np.array([_middle(leg.line_m) for leg in legs])
    lon, lat = to_lonlat(middles[:, 0], middles[:, 1], dataset.crs)
    text = _("{number} {road}: {metres:.0f} m, {minutes:.1f} min")
    names = tuple(
        text.format(
            number=number,
            road=road_text(leg.road_class, _),
            metres=leg.length_m,
            minutes=leg.tenths / 600,
        )
        for number, leg in enumerate(legs, start=1)
    )
    style = PointStyle(_("Leg of the way"), "dot", WAY, 8.0, 14.5)
    group = np.zeros(len(legs), dtype=np.uint8)
    return [FacilityLayer("legs", _("Legs"), lon, lat, names, group, (style,))]


def _middle(line_m: np.ndarray) -> np.ndarray:
    """Return the point half way along a line."""
    steps = np.hypot(*np.diff(line_m, axis=0).T)
    at = np.append(0.0, np.cumsum(steps))
    half = at[-1] / 2
    return np.array([np.interp(half, at, line_m[:, axis]) for axis in (0, 1)])


def _degrees(dataset: Dataset, leg: RouteLeg) -> np.ndarray:
    lon, lat = to_lonlat(leg.line_m[:, 0], leg.line_m[:, 1], dataset.crs)
    return np.column_stack([lon, lat])
