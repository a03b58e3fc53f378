"""Every access and one-way rule as one small case: tags in, who may go where."""

from __future__ import annotations

import math

import pytest

from geo.access import (
    FERRY_WAIT_MINUTES,
    STRUCTURE_BIT,
    USE_BITS,
    VEHICLES,
    barrier_closes,
    way_use,
)

BOTH, ALONG, AGAINST, CLOSED = "both", "along", "against", "closed"


def goes(tags: dict[str, str], vehicle: str) -> str:
    use = way_use(tags).use
    along = bool(use & USE_BITS[vehicle, "forward"])
    against = bool(use & USE_BITS[vehicle, "backward"])
    return {(True, True): BOTH, (True, False): ALONG, (False, True): AGAINST}.get(
        (along, against), CLOSED
    )


def street(**tags: str) -> dict[str, str]:
    return {"highway": "residential", **{key.replace("__", ":"): v for key, v in tags.items()}}


@pytest.mark.parametrize(
    ("highway", "foot", "bicycle", "car"),
    [
        ("motorway", CLOSED, CLOSED, ALONG),
        ("motorway_link", CLOSED, CLOSED, BOTH),
        *[
            (name, BOTH, BOTH, BOTH)
            for base in ("trunk", "primary", "secondary", "tertiary")
            for name in (base, f"{base}_link")
        ],
        *[
            (name, BOTH, BOTH, BOTH)
            for name in ("unclassified", "residential", "living_street", "service", "road")
        ],
        *[(name, BOTH, BOTH, CLOSED) for name in ("cycleway", "path", "track")],
        *[
            (name, BOTH, CLOSED, CLOSED)
            for name in ("footway", "steps", "pedestrian", "corridor", "bridleway")
        ],
        *[
            (name, CLOSED, CLOSED, CLOSED)
            for name in ("platform", "construction", "proposed", "busway", "raceway", "")
        ],
    ],
)
def test_classes(highway, foot, bicycle, car):
    tags = {"highway": highway}
    assert [goes(tags, vehicle) for vehicle in VEHICLES] == [foot, bicycle, car]


@pytest.mark.parametrize("value", ["yes", "designated", "permissive", "destination", "customers"])
@pytest.mark.parametrize("highway", ["footway", "pedestrian", "corridor", "bridleway"])
def test_e_bikes_use_footways_when_invited(highway, value):
    assert goes({"highway": highway, "bicycle": value}, "bicycle") == BOTH


@pytest.mark.parametrize("value", ["use_sidepath", "no", "unknown", "dismount"])
def test_other_bicycle_values_are_no_invitation(value):
    assert goes({"highway": "footway", "bicycle": value}, "bicycle") == CLOSED


def test_steps_are_never_ridden():
    assert goes({"highway": "steps", "bicycle": "yes"}, "bicycle") == CLOSED


@pytest.mark.parametrize(
    "value",
    [
        *("no", "private", "agricultural", "forestry", "delivery", "military", "emergency"),
        *("bus", "psv", "permit", "official"),
    ],
)
def test_closed_values_close_to_everybody(value):
    assert [goes(street(access=value), vehicle) for vehicle in VEHICLES] == [CLOSED] * 3


@pytest.mark.parametrize(
    "value",
    ["destination", "customers", "permissive", "yes", "designated", "use_sidepath", "unknown"],
)
def test_other_values_are_open(value):
    assert [goes(street(access=value), vehicle) for vehicle in VEHICLES] == [BOTH] * 3


@pytest.mark.parametrize(
    ("tags", "foot", "bicycle", "car"),
    [
        ({"access": "private", "foot": "yes"}, BOTH, CLOSED, CLOSED),
        ({"access": "yes", "foot": "no"}, CLOSED, BOTH, BOTH),
        ({"access": "no", "vehicle": "yes"}, CLOSED, BOTH, BOTH),
        ({"vehicle": "no", "bicycle": "yes"}, BOTH, BOTH, CLOSED),
        ({"vehicle": "yes", "motor_vehicle": "no"}, BOTH, BOTH, CLOSED),
        ({"motor_vehicle": "private", "motorcar": "yes"}, BOTH, BOTH, BOTH),
        ({"motor_vehicle": "yes", "motorcar": "no"}, BOTH, BOTH, CLOSED),
        ({"motor_vehicle": "no"}, BOTH, BOTH, CLOSED),
        ({"motorroad": "yes"}, CLOSED, CLOSED, BOTH),
        ({"bicycle": "dismount"}, BOTH, CLOSED, BOTH),
        ({"area": "yes"}, BOTH, CLOSED, CLOSED),
        ({"service": "emergency_access"}, BOTH, BOTH, CLOSED),
        ({"access": "private;customers"}, BOTH, BOTH, BOTH),
        ({"access": "private;delivery"}, CLOSED, CLOSED, CLOSED),
        ({"sidewalk": "no"}, BOTH, BOTH, BOTH),
        ({"access": ""}, BOTH, BOTH, BOTH),
    ],
)
def test_the_most_specific_tag_decides(tags, foot, bicycle, car):
    assert [goes(street(**tags), vehicle) for vehicle in VEHICLES] == [foot, bicycle, car]


@pytest.mark.parametrize(
    ("tags", "car"),
    [
        ({}, BOTH),
        *[({"oneway": value}, ALONG) for value in ("yes", "true", "1")],
        *[({"oneway": value}, AGAINST) for value in ("-1", "reverse")],
        *[({"oneway": value}, BOTH) for value in ("no", "false", "0", "reversible")],
        ({"junction": "roundabout"}, ALONG),
        ({"junction": "circular"}, ALONG),
        ({"junction": "roundabout", "oneway": "no"}, BOTH),
        ({"highway": "motorway", "oneway": "no"}, BOTH),
        ({"highway": "motorway", "oneway": "-1"}, AGAINST),
        ({"oneway": "yes", "oneway__vehicle": "no"}, BOTH),
        ({"oneway__vehicle": "yes", "oneway__motor_vehicle": "no"}, BOTH),
        ({"oneway__motor_vehicle": "yes", "oneway__motorcar": "-1"}, AGAINST),
        ({"oneway": "yes", "oneway__bicycle": "no"}, ALONG),
    ],
)
def test_one_way_for_cars(tags, car):
    assert goes(street(**tags), "car") == car


@pytest.mark.parametrize(
    ("tags", "bicycle"),
    [
        ({"oneway": "yes"}, ALONG),
        ({"oneway": "-1"}, AGAINST),
        ({"junction": "roundabout"}, ALONG),
        ({"oneway": "yes", "oneway__bicycle": "no"}, BOTH),
        ({"oneway__bicycle": "yes"}, ALONG),
        ({"oneway": "yes", "oneway__bicycle": "-1"}, AGAINST),
        ({"oneway__motor_vehicle": "yes"}, BOTH),
        ({"oneway": "yes", "oneway__vehicle": "no"}, BOTH),
        *[
            ({"oneway": "yes", key: value}, BOTH)
            for key in ("cycleway", "cycleway__left", "cycleway__right", "cycleway__both")
            for value in ("opposite", "opposite_lane", "opposite_track", "opposite_share_busway")
        ],
        ({"oneway": "yes", "cycleway": "lane"}, ALONG),
        ({"oneway": "yes", "oneway__cycleway": "no"}, BOTH),
        ({"oneway": "yes", "cycleway__left__oneway": "no"}, BOTH),
        ({"oneway": "yes", "cycleway__right__oneway": "-1"}, BOTH),
        ({"oneway": "yes", "bicycle__backward": "yes"}, BOTH),
        ({"oneway": "-1", "cycleway": "opposite"}, BOTH),
        ({"oneway": "yes", "oneway__bicycle": "yes", "cycleway": "opposite"}, ALONG),
    ],
)
def test_one_way_and_contraflow_for_e_bikes(tags, bicycle):
    assert goes(street(**tags), "bicycle") == bicycle


@pytest.mark.parametrize(
    ("tags", "foot"),
    [
        ({"oneway": "yes"}, BOTH),
        ({"junction": "roundabout"}, BOTH),
        ({"oneway__foot": "yes"}, ALONG),
        ({"oneway__foot": "-1"}, AGAINST),
        ({"foot__backward": "no"}, ALONG),
        ({"foot__forward": "no"}, AGAINST),
        ({"foot__forward": "no", "foot__backward": "no"}, CLOSED),
        ({"highway": "steps", "conveying": "forward"}, ALONG),
        ({"highway": "steps", "conveying": "backward"}, AGAINST),
        ({"highway": "steps", "conveying": "yes"}, BOTH),
    ],
)
def test_walking_goes_both_ways_with_few_exceptions(tags, foot):
    assert goes(street(**tags), "foot") == foot


@pytest.mark.parametrize(
    ("tags", "joins"),
    [
        (street(), [True, True, True]),
        (street(oneway="yes"), [True, True, True]),
        (street(foot="no"), [False, True, True]),
        (street(tunnel="yes"), [False, False, False]),
        (street(tunnel="building_passage"), [True, True, True]),
        (street(tunnel="no", bridge="yes"), [True, True, True]),
        ({"highway": "motorway"}, [False, False, False]),
        ({"highway": "motorway_link"}, [False, False, False]),
        ({"highway": "footway"}, [True, False, False]),
        ({"route": "ferry", "duration": "00:20"}, [False, False, False]),
    ],
)
def test_where_a_place_may_join_from_the_side(tags, joins):
    use = way_use(tags).use
    assert [bool(use & USE_BITS[vehicle, "join"]) for vehicle in VEHICLES] == joins


def test_tunnels_and_motorways_are_still_travelled():
    assert goes(street(tunnel="yes"), "foot") == BOTH
    assert goes({"highway": "motorway", "tunnel": "yes"}, "car") == ALONG


def test_bridges_and_tunnels_are_marked_unless_nobody_uses_them():
    assert way_use(street(bridge="viaduct")).use & STRUCTURE_BIT
    assert way_use(street(tunnel="yes")).use & STRUCTURE_BIT
    assert not way_use(street(tunnel="building_passage")).use & STRUCTURE_BIT
    assert not way_use(street(bridge="no")).use & STRUCTURE_BIT
    assert way_use({"highway": "construction", "bridge": "yes"}).use == 0


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("00:20", 20), ("20", 20), ("PT1H30M", 90), ("1:05:30", 65.5), ("2 min", 2)],
)
def test_ferries_take_their_duration_and_the_waiting(duration, minutes):
    ferry = way_use({"route": "ferry", "duration": duration})
    assert ferry.ferry_minutes == minutes + FERRY_WAIT_MINUTES
    assert [goes({"route": "ferry", "duration": duration}, v) for v in VEHICLES] == [BOTH] * 3


@pytest.mark.parametrize("duration", ["", "soon", "0", "00:00", "P", "-5"])
def test_a_ferry_without_a_duration_is_used_by_nobody(duration):
    ferry = way_use({"route": "ferry", "duration": duration})
    assert ferry.use == 0
    assert math.isnan(ferry.ferry_minutes)


def test_a_passenger_ferry_takes_no_cars():
    tags = {"route": "ferry", "duration": "10", "motor_vehicle": "no"}
    assert [goes(tags, vehicle) for vehicle in VEHICLES] == [BOTH, BOTH, CLOSED]


def test_limits_of_each_direction():
    use = way_use(street(maxspeed="50", maxspeed__backward="30 mph"))
    assert (use.maxspeed_forward_kph, use.maxspeed_backward_kph) == (50, 30 * 1.609344)
    use = way_use(street(maxspeed__forward="none", maxspeed="40"))
    assert (use.maxspeed_forward_kph, use.maxspeed_backward_kph) == (40, 40)
    assert math.isnan(way_use(street()).maxspeed_forward_kph)
    assert way_use(street(maxspeed="fast")).unread_maxspeed == "fast"


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({}, set()),
        ({"barrier": "no"}, set()),
        ({"barrier": "gate"}, set()),
        ({"barrier": "lift_gate"}, set()),
        ({"barrier": "bollard"}, {"car"}),
        ({"barrier": "block"}, {"car"}),
        ({"barrier": "cycle_barrier"}, {"car"}),
        ({"barrier": "stile"}, {"car", "bicycle"}),
        ({"barrier": "turnstile"}, {"car", "bicycle"}),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, set()),
        ({"barrier": "gate", "access": "private"}, {"car", "bicycle", "foot"}),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, {"car", "bicycle"}),
        ({"barrier": "gate", "motor_vehicle": "no"}, {"car"}),
        ({"barrier": "stile", "bicycle": "yes"}, {"car"}),
    ],
)
def test_barriers(tags, closed):
    assert barrier_closes(tags) == closed
