"""Who may use a way and in which direction: pure rules on OpenStreetMap tags.

These are the default rules; a study may override single ways, not the rules. A missing pavement
(`sidewalk=no`) is no ban and closes nothing; conditional tags are not read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from geo.limits import duration_minutes, parse_maxspeed

Vehicle: TypeAlias = Literal["foot", "bicycle", "car"]
Tags: TypeAlias = Mapping[str, str]

VEHICLES: tuple[Vehicle, ...] = ("foot", "bicycle", "car")

USE_BITS: dict[tuple[Vehicle, Literal["forward", "backward", "join"]], int] = {
    ("foot", "forward"): 1 << 0,
    ("foot", "backward"): 1 << 1,
    ("foot", "join"): 1 << 2,
    ("bicycle", "forward"): 1 << 3,
    ("bicycle", "backward"): 1 << 4,
    ("bicycle", "join"): 1 << 5,
    ("car", "forward"): 1 << 6,
    ("car", "backward"): 1 << 7,
    ("car", "join"): 1 << 8,
}
"""Bits of `RoadGraph.use`: who may go along and against it, where a place may join."""

STRUCTURE_BIT = 1 << 9
"""Bit of `RoadGraph.use` of bridges and tunnels: the ground's height says nothing of theirs."""

FERRY_WAIT_MINUTES = 15.0
"""Added to the OSM `duration` of a ferry without a timetable `[I]`."""

_NO_TUNNEL = frozenset({"no", "building_passage"})
"""A passage through a building lies on the ground and is entered from the house beside it."""

FERRY = "ferry"
CONNECTOR = "connector"
"""Class of the zero-length segments that carry across a barrier those whom it lets through."""


CLOSED_VALUES = frozenset(
    {"no", "private", "agricultural", "forestry", "delivery", "military", "emergency"}
    | {"bus", "psv", "permit", "official"}
)
"""Access values that close a way to the public; every other value leaves it open."""

ACCESS_KEYS: dict[Vehicle, tuple[str, ...]] = {
    "foot": ("foot", "access"),
    "bicycle": ("bicycle", "vehicle", "access"),
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
}
"""Most specific first; the first one present decides. In law an e-bike is a bicycle."""

_LINKED = ("trunk", "primary", "secondary", "tertiary")
_STREETS = frozenset(_LINKED) | {f"{name}_link" for name in _LINKED}
_STREETS |= {"unclassified", "residential", "living_street", "service", "road"}
_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_INVITED_BICYCLES = frozenset({"footway", "pedestrian", "corridor", "bridleway"})

CLASSES: dict[Vehicle, frozenset[str]] = {
    "foot": _STREETS
    | {"footway", "path", "steps", "pedestrian", "corridor", "cycleway", "track", "bridleway"},
    "bicycle": _STREETS | {"cycleway", "path", "track"} | _INVITED_BICYCLES,
    "car": _STREETS | _MOTORWAYS,
}
"""Highway values that a vehicle may use unless a tag closes them."""

_INVITATIONS = frozenset({"yes", "designated", "permissive", "destination", "customers"})
_ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
_CAR_ONEWAY = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
_BICYCLE_ONEWAY = ("oneway:vehicle", "oneway")
_CYCLEWAY_SIDES = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")

RELEVANT_KEYS = frozenset(
    {key for keys in ACCESS_KEYS.values() for key in keys}
    | {
        "highway",
        "route",
        "man_made",
        "junction",
        "motorroad",
        "area",
        "conveying",
        "bridge",
        "tunnel",
        "duration",
        "service",
        "oneway:bicycle",
    }
    | {"oneway:foot", "foot:forward", "foot:backward", "bicycle:backward", "oneway:cycleway"}
    | {
        "cycleway:left:oneway",
        "cycleway:right:oneway",
        "maxspeed",
        "maxspeed:forward",
        "maxspeed:backward",
    }
    | set(_CAR_ONEWAY)
    | set(_CYCLEWAY_SIDES)
)
"""Every tag key that `way_use` looks at: readers may drop the others."""


@dataclass(frozen=True, slots=True)
class WayUse:
    """What the tags of a way say to a traveller.

    Parameters
    ----------
    road_class
        The highway value, or `ferry`.
    use
        Bits of `USE_BITS` and `STRUCTURE_BIT`; 0 when nobody may use the way.
    maxspeed_forward_kph, maxspeed_backward_kph
        Posted limit; NaN where none.
    ferry_minutes
        Crossing time of a ferry with its waiting; NaN elsewhere.
    unread_maxspeed
        A limit that could not be understood, else empty.
    """

    road_class: str
    use: int
    maxspeed_forward_kph: float = math.nan
    maxspeed_backward_kph: float = math.nan
    ferry_minutes: float = math.nan
    unread_maxspeed: str = ""


def way_use(tags: Tags) -> WayUse:
    """Return who may use a way, and its posted limits.

    Parameters
    ----------
    tags
        The tags of an OpenStreetMap way; only `RELEVANT_KEYS` are looked at.

    Returns
    -------
    Bits and limits. A ferry without a readable `duration` is used by nobody.

    >>> bin(way_use({"highway": "residential", "oneway": "yes"}).use)
    '0b101101111'
    >>> way_use({"highway": "platform"}).use
    0
    """
    is_ferry = tags.get("route") == FERRY
    road_class = FERRY if is_ferry else tags.get("highway", "")
    if not road_class and tags.get("man_made") == "pier":
        road_class = "footway"  # people walk over piers to the boat, whatever a way is called
    minutes = ferry_minutes(tags.get("duration", "")) if is_ferry else math.nan
    if is_ferry and math.isnan(minutes):
        return WayUse(FERRY, 0)
    is_tunnel = tags.get("tunnel", "no") not in _NO_TUNNEL
    may_join = not is_ferry and road_class not in _MOTORWAYS and not is_tunnel
    use = 0
    for vehicle in VEHICLES:
        if not (is_ferry or road_class in CLASSES[vehicle]) or not _may_enter(
            tags, vehicle, road_class
        ):
            continue
        forward, backward = directions(tags, vehicle)
        use |= USE_BITS[vehicle, "forward"] * forward | USE_BITS[vehicle, "backward"] * backward
        use |= USE_BITS[vehicle, "join"] * (may_join and (forward or backward))
    if use and (is_tunnel or tags.get("bridge", "no") != "no"):
        use |= STRUCTURE_BIT
    forward_kph, backward_kph, unread = _limits(tags)
    return WayUse(road_class, use, forward_kph, backward_kph, minutes, unread)


def is_open(tags: Tags, vehicle: Vehicle) -> bool:
    """Return whether the access tags let a vehicle in; the most specific tag present decides.

    >>> is_open({"access": "private", "foot": "yes"}, "foot")
    True
    """
    for key in ACCESS_KEYS[vehicle]:
        values = [value.strip().lower() for value in tags.get(key, "").split(";") if value.strip()]
        if values:
            return not CLOSED_VALUES.issuperset(values)
    return True


def _may_enter(tags: Tags, vehicle: Vehicle, road_class: str) -> bool:
    """Return whether access and the special rules of each vehicle let it in."""
    if not is_open(tags, vehicle):
        return False
    if vehicle == "car":
        return tags.get("area") != "yes" and tags.get("service") != "emergency_access"
    if tags.get("motorroad") == "yes":
        return False
    if vehicle == "foot":
        return True
    bicycle = tags.get("bicycle", "")
    if bicycle == "dismount" or tags.get("area") == "yes":
        return False
    return road_class not in _INVITED_BICYCLES or bicycle in _INVITATIONS


def directions(tags: Tags, vehicle: Vehicle) -> tuple[bool, bool]:
    """Return whether a vehicle may go along the way and against it, access aside.

    >>> directions({"oneway": "yes", "cycleway": "opposite_lane"}, "bicycle")
    (True, True)
    """
    if vehicle == "foot":
        return _foot_directions(tags)
    implied = (
        tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    )
    if vehicle == "car":
        oneway = _oneway(tags, _CAR_ONEWAY, default=int(implied))
        return oneway >= 0, oneway <= 0
    own = _oneway(tags, ("oneway:bicycle",), default=None)
    if own is not None:
        return own >= 0, own <= 0
    oneway = _oneway(tags, _BICYCLE_ONEWAY, default=int(implied)) or 0
    both, against = _contraflow(tags)
    return oneway >= 0 or both, oneway <= 0 or both or against


def _oneway(tags: Tags, keys: tuple[str, ...], *, default: int | None) -> int:
    """Return 1, -1 or 0 from the first key with a value that is understood."""
    for key in keys:
        value = _ONEWAY.get(tags.get(key, "").strip().lower())
        if value is not None:
            return value
    return default  # type: ignore[return-value]


def _contraflow(tags: Tags) -> tuple[bool, bool]:
    """Return whether bicycles may go both ways, and whether they may go against the way."""
    sides = [tags.get("cycleway:left:oneway"), tags.get("cycleway:right:oneway")]
    both = (
        any(tags.get(key, "").startswith("opposite") for key in _CYCLEWAY_SIDES)
        or tags.get("oneway:cycleway") == "no"
        or "no" in sides
    )
    return both, "-1" in sides or tags.get("bicycle:backward") == "yes"


def _foot_directions(tags: Tags) -> tuple[bool, bool]:
    """Return both, but for `oneway:foot`, `foot:forward|backward=no` and moving stairs."""
    oneway = _oneway(tags, ("oneway:foot",), default=0)
    conveying = tags.get("conveying")
    forward = oneway >= 0 and tags.get("foot:forward") != "no" and conveying != "backward"
    backward = oneway <= 0 and tags.get("foot:backward") != "no" and conveying != "forward"
    return forward, backward


BICYCLE_BARRIERS = frozenset(
    {"kissing_gate", "stile", "turnstile", "full-height_turnstile", "horse_stile"}
)
CAR_BARRIERS = BICYCLE_BARRIERS | {
    *("bollard", "block", "cycle_barrier", "motorcycle_barrier", "wicket_gate", "jersey_barrier"),
    *("log", "debris", "chain", "rope", "bus_trap", "sump_buster", "planter", "spikes"),
}


def barrier_closes(tags: Tags) -> frozenset[Vehicle]:
    """Return the vehicles that a barrier node stops.

    An access tag on the node decides; without one the kind of barrier does: gates are passed,
    bollards stop cars.

    >>> sorted(barrier_closes({"barrier": "bollard"}))
    ['car']
    """
    if tags.get("barrier", "no") == "no":
        return frozenset()
    closed: set[Vehicle] = set()
    kinds: dict[Vehicle, frozenset[str]] = {"car": CAR_BARRIERS, "bicycle": BICYCLE_BARRIERS}
    for vehicle in VEHICLES:
        says = any(tags.get(key) for key in ACCESS_KEYS[vehicle])
        stops = (
            not is_open(tags, vehicle)
            if says
            else tags["barrier"] in kinds.get(vehicle, frozenset())
        )
        if stops:
            closed.add(vehicle)
    return frozenset(closed)


def _limits(tags: Tags) -> tuple[float, float, str]:
    """Return the limits forward and backward and the text that was not understood."""
    found = []
    unread = ""
    for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward"):
        text = tags.get(key, "")
        limit = parse_maxspeed(text) if text else math.nan
        if limit is None:
            unread = unread or text
            limit = math.nan
        found.append(limit)
    both, forward, backward = found
    return (
        (both if math.isnan(forward) else forward),
        (both if math.isnan(backward) else backward),
        unread,
    )


def ferry_minutes(duration: str) -> float:
    """Return the minutes of a crossing with its waiting; NaN without a readable duration."""
    minutes = duration_minutes(duration)
    return minutes + FERRY_WAIT_MINUTES if minutes > 0 else math.nan
