"""Posted limits and durations in all their spellings."""

from __future__ import annotations

import math

import pytest

from geo.limits import duration_minutes, parse_maxspeed

MPH = 1.609344


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50),
        (" 50 ", 50),
        ("50 km/h", 50),
        ("50km/h", 50),
        ("50 kmh", 50),
        ("50公里/小时", 50),
        ("72.5", 72.5),
        ("72,5", 72.5),
        ("30 mph", 30 * MPH),
        ("30mph", 30 * MPH),
        ("10 knots", 18.52),
        ("walk", 6),
        ("DE:walk", 6),
        ("50;30", 30),
        ("50; 30 mph", 30 * MPH),
        ("30|50", 30),
        ("none;80", 80),
        ("60,80", 60),
        ("80,60", 60),
        ("40, 60, 80", 40),
        ("60/80", 60),
        ("60 / 80 km/h", 60),
        ("60、80", 60),
        ("['60', '80']", 60),
        ("[60, 40]", 40),
        ("CN:urban", 50),
        ("CN:rural", 70),
        ("CN:motorway", 120),
        ("BR:urban", 60),
        ("FR:urban", 50),
        ("GB:nsl_single", 60 * MPH),
        ("DE:zone30", 30),
        ("DE:zone:30", 30),
        ("BE:20", 20),
        ("DE:living_street", 10),
    ],
)
def test_posted_limits(text, kph):
    assert parse_maxspeed(text) == pytest.approx(kph, rel=1e-9)


@pytest.mark.parametrize(
    "text", ["none", "signals", "variable", "implicit", "DE:motorway", "RO:rural", "none;signals"]
)
def test_no_posted_limit(text):
    limit = parse_maxspeed(text)
    assert limit is not None
    assert math.isnan(limit)


@pytest.mark.parametrize(
    "text", ["fast", "", "0", "-30", "0 mph", "50 furlongs", "CN:", "CN:moon", "1e3", "ten"]
)
def test_what_is_not_understood_is_said_so(text):
    assert parse_maxspeed(text) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("20", 20),
        ("7.5", 7.5),
        ("00:20", 20),
        ("1:30", 90),
        ("01:30:30", 90.5),
        ("PT30M", 30),
        ("PT1H", 60),
        ("P1DT2H", 1560),
        ("15分钟", 15),
        ("1h 30m", 90),
        ("1 h", 60),
        ("1h30", 90),
        ("1h30min", 90),
        ("90 mins", 90),
        ("1.5 hours", 90),
        ("2 hr 5 min", 125),
        ("1小时20分", 80),
        ("1个小时", 60),
        ("45 s", 0.75),
        ("20m", 20),
    ],
)
def test_durations(text, minutes):
    assert duration_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "P", "PT", "soon", "-5", "1:2:3:4", "20-30"])
def test_durations_that_are_not(text):
    assert math.isnan(duration_minutes(text))
