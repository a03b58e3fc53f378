"""Speeds: the sets, a study's own figures, and what is refused."""

from __future__ import annotations

import math

import pytest

from geo.errors import GeoError
from geo.modes import MODES, SPEED_SETS, speeds


def test_the_default_speeds_are_those_of_the_contract():
    table = speeds()
    assert table.flat_kph == {"walk": 4.5, "walk_elderly": 3.6, "e_bike": 15.0}
    assert [table.access_kph(mode) for mode in MODES] == [4.5, 3.6, 4.5, 4.5]
    for mode in MODES.values():
        assert mode.speed_kph == table.flat_kph.get(mode.name)
        assert mode.access_speed_kph == table.access_kph(mode.name)


@pytest.mark.parametrize(
    ("road_class", "kph"),
    [
        ("motorway", 90),
        ("motorway_link", 90),
        ("trunk", 85),
        ("primary", 65),
        ("secondary_link", 55),
        ("tertiary", 40),
        ("unclassified", 25),
        ("residential", 25),
        ("road", 25),
        ("living_street", 10),
        ("service", 15),
    ],
)
def test_car_speeds_by_class(road_class, kph):
    assert speeds().car_kph(road_class) == kph


def test_unknown_classes_have_no_speed():
    assert math.isnan(speeds().car_kph("track"))


def test_the_low_set_is_never_faster_and_the_high_never_slower():
    tables = [speeds(name) for name in ("low", "default", "high")]
    for mode in ("walk", "walk_elderly", "e_bike"):
        flat = [table.flat_kph[mode] for table in tables]
        assert flat == sorted(flat)
    for road_class in tables[0].class_kph:
        by_set = [table.car_kph(road_class) for table in tables]
        assert by_set == sorted(by_set)
    assert set(SPEED_SETS) == {"default", "observed", "low", "high"}
    assert speeds("observed").flat_kph["e_bike"] == 17


def test_a_study_changes_speeds_and_factors():
    table = speeds(
        "low",
        flat_kph={"walk": 4.2},
        class_kph={"primary": 60, "primary_link": 30, "track": 10},
        class_factors={"all": 0.5, "trunk": 0.25, "residential_link": 1.0},
    )
    assert table.flat_kph["walk"] == 4.2
    assert table.flat_kph["e_bike"] == 13.5
    assert table.car_kph("primary") == pytest.approx(60 * 0.7 * 0.5)
    assert table.car_kph("primary_link") == pytest.approx(30 * 0.7 * 0.5)
    assert table.car_kph("trunk_link") == pytest.approx(85 * 0.7 * 0.25)
    assert table.car_kph("track") == pytest.approx(10 * 0.7 * 0.5)
    assert table.car_kph("residential_link") == pytest.approx(25 * 0.7)
    assert table.car_kph("residential") == pytest.approx(25 * 0.7 * 0.5)


@pytest.mark.parametrize("value", [0.0, -5.0, math.nan, math.inf])
def test_speeds_must_be_positive(value):
    with pytest.raises(GeoError) as fault:
        speeds(flat_kph={"walk": value}, class_kph={"primary": value}, class_factors={"all": value})
    assert [f.code for f in fault.value.findings] == ["speed_not_positive"] * 3


def test_unknown_sets_are_refused():
    with pytest.raises(GeoError, match="no speed set `fast`"):
        speeds("fast")
