"""Modes of travel and their speeds, each figure with its mark; who may use a way is in `access`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from geo.access import CONNECTOR, FERRY, USE_BITS, VEHICLES, Vehicle, WayUse, way_use
from geo.errors import Finding, GeoError

__all__ = [
    "CLASS_SPEEDS_KPH",
    "CONNECTOR",
    "FERRY",
    "MODES",
    "SPEED_SETS",
    "USE_BITS",
    "VEHICLES",
    "Mode",
    "Speeds",
    "Vehicle",
    "WayUse",
    "speeds",
    "way_use",
]


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of travelling.

    Parameters
    ----------
    name
        `walk`, `walk_elderly`, `e_bike` or `car`.
    vehicle
        Whose access rules apply.
    speed_kph
        Flat speed of the set `default`; None for the car, which takes the speed of each road.
    access_speed_kph
        Speed of the straight leg between a place and the road, set `default`.
    """

    name: str
    vehicle: Vehicle
    speed_kph: float | None
    access_speed_kph: float


MODES: dict[str, Mode] = {
    "walk": Mode("walk", "foot", 4.5, 4.5),
    "walk_elderly": Mode("walk_elderly", "foot", 3.6, 3.6),
    "e_bike": Mode("e_bike", "bicycle", 15.0, 4.5),
    "car": Mode("car", "car", None, 4.5),
}

CLASS_SPEEDS_KPH: dict[str, float] = {
    "motorway": 90.0,
    "trunk": 85.0,
    "primary": 65.0,
    "secondary": 55.0,
    "tertiary": 40.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "road": 25.0,
    "living_street": 10.0,
    "service": 15.0,
}
"""Car speeds by road class (OSRM's older car profile `[V]`; `road` as unclassified `[I]`)."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """One set of speeds, ready to be used and to be printed beside a result.

    Parameters
    ----------
    name
        Of the set.
    flat_kph
        Mode -> speed, for the modes with one speed everywhere.
    class_kph
        Road class -> car speed before the posted limit, factors included.
    """

    name: str
    flat_kph: Mapping[str, float]
    class_kph: Mapping[str, float]

    def access_kph(self, mode: str) -> float:
        """Return the walking speed of the straight leg to the road, slower for `walk_elderly`."""
        return self.flat_kph["walk_elderly" if mode == "walk_elderly" else "walk"]

    def car_kph(self, road_class: str) -> float:
        """Return the car speed of a class (a `_link` has its parent's unless listed), else NaN."""
        parent = road_class.removesuffix("_link")
        return self.class_kph.get(road_class, self.class_kph.get(parent, math.nan))


SPEED_SETS: dict[str, tuple[dict[str, float], float]] = {
    "default": ({"walk": 4.5, "walk_elderly": 3.6, "e_bike": 15.0}, 1.0),
    "observed": ({"walk": 4.5, "walk_elderly": 3.6, "e_bike": 17.0}, 1.0),
    "low": ({"walk": 4.0, "walk_elderly": 3.0, "e_bike": 13.5}, 0.7),
    "high": ({"walk": 5.0, "walk_elderly": 4.0, "e_bike": 17.09}, 1.15),
}
"""Set -> (flat speeds in km/h, factor on the car's class speeds).

Marks: walking 4-5 `[V]`; older people 3.0-3.6 `[K]`, 4.0 as an optimistic bound `[I]`; e-bike 15
the legal limit `[V]`; in Hangzhou bicycles at 13.46 and e-bikes at 17.09 were observed `[V]`; car
x0.7 for the peak in Hangzhou (0.6-0.8) `[K]`, x1.15 `[I]`.
"""


def speeds(
    speed_set: str = "default",
    *,
    flat_kph: Mapping[str, float] | None = None,
    class_kph: Mapping[str, float] | None = None,
    class_factors: Mapping[str, float] | None = None,
) -> Speeds:
    """Return a set of speeds with a study's own figures put in.

    Parameters
    ----------
    speed_set
        A key of `SPEED_SETS`.
    flat_kph, class_kph
        Mode -> km/h and road class -> km/h that replace the defaults; the set's car factor applies.
    class_factors
        Road class -> factor on its speed (congestion); `all` is for every class not named.

    Returns
    -------
    The speeds.

    Raises
    ------
    GeoError
        When the set is unknown, or a speed or factor is not a positive number.

    >>> speeds("low").car_kph("primary_link")
    45.5
    """
    if speed_set not in SPEED_SETS:
        known = ", ".join(SPEED_SETS)
        raise GeoError(Finding("speed_set_unknown", (("name", speed_set), ("known", known))))
    given = [*(flat_kph or {}).items(), *(class_kph or {}).items(), *(class_factors or {}).items()]
    faults = [
        Finding("speed_not_positive", (("name", name), ("value", value)))
        for name, value in given
        if not (math.isfinite(value) and value > 0)
    ]
    if faults:
        raise GeoError(*faults)
    flat, car_factor = SPEED_SETS[speed_set]
    factors = class_factors or {}
    by_class = {**CLASS_SPEEDS_KPH, **(class_kph or {})}
    for name in factors:
        if name != "all" and name not in by_class:
            by_class[name] = by_class.get(name.removesuffix("_link"), math.nan)
    by_class = {
        name: kph
        * car_factor
        * factors.get(name, factors.get(name.removesuffix("_link"), factors.get("all", 1.0)))
        for name, kph in by_class.items()
    }
    return Speeds(speed_set, {**flat, **(flat_kph or {})}, by_class)
