"""Coordinates as people paste them: every notation leads to the same place, and says its order."""

from __future__ import annotations

import pytest

from data.errors import StudyError
from data.places.pasted import read_pasted
from geo.offsets import wgs84_to_gcj02

AREA = (120.5, 29.8, 121.5, 30.5)


@pytest.mark.parametrize(
    ("text", "order", "evidence"),
    [
        ("120.81,30.04", "lon_lat", "range"),
        ("30.04 120.81", "lat_lon", "range"),
        ("１２０．８１，３０．０４", "lon_lat", "range"),
        ("120。81，30。04", "lon_lat", "range"),
        ("（120.81、30.04）", "lon_lat", "range"),
        ("120.81\t30.04\n", "lon_lat", "range"),
        ("POINT(120.81 30.04)", "lon_lat", "range"),
        ("北纬30°02′24″，东经120°48′36″", "lat_lon", "letters"),
        ("东经120度48分36秒 北纬30度2分24秒", "lon_lat", "letters"),
        ("30°02.4'N 120°48.6'E", "lat_lon", "letters"),
        ("30 2 24 N 120 48 36 E", "lat_lon", "letters"),
        ("N30.04 E120.81", "lat_lon", "letters"),
        ("120.81°E；30.04°N", "lon_lat", "letters"),
        ("经度：120.81 纬度：30.04", "lon_lat", "letters"),
        ("latitude: 30.04; longitude: 120.81", "lat_lon", "letters"),
        ("lat=30.04, lng=120.81", "lat_lon", "letters"),
        ("纬度 30.04 / 120.81", "lat_lon", "letters"),
        ("120º48'36\" 30º2'24\"", "lon_lat", "range"),
    ],
)
def test_notations(text, order, evidence):
    found = read_pasted(text, area=AREA)
    assert (found.lon, found.lat) == pytest.approx((120.81, 30.04), abs=1e-9)
    assert (found.order, found.evidence) == (order, evidence)


def test_the_area_decides_where_both_orders_are_degrees():
    porto_alegre = (-51.3, -30.3, -51.0, -29.9)
    for text, order in (("-51.2 -30.1", "lon_lat"), ("30.1S, 51.2W", "lat_lon")):
        found = read_pasted(text, area=porto_alegre)
        assert (found.lon, found.lat) == pytest.approx((-51.2, -30.1))
        assert found.order == order
    assert read_pasted("-30.1, -51.2", area=porto_alegre).evidence == "area"
    assert read_pasted("10, 11", area=(9, 9, 12, 12)).evidence == "assumed"


def test_places_of_a_shifted_map_are_moved_to_wgs84():
    lon, lat = (float(value[0]) for value in wgs84_to_gcj02([120.81], [30.04]))
    found = read_pasted(f"{lat:.8f},{lon:.8f}", system="gcj02", area=AREA)
    assert (found.lon, found.lat) == pytest.approx((120.81, 30.04), abs=1e-7)
    assert found.order == "lat_lon"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ， ",
            "甲村",
            "120.81",
            "12,13,14",
            "40515300, 3328000",
            "=1+1",
            "1e400,3",
            "120,80",
        ),
        *("东经120.81 东经30.04" * 50, "nan,nan", "120°70′,30°"),
    ],
)
def test_what_is_no_place_is_a_sentence(text):
    with pytest.raises(StudyError) as error:
        read_pasted(text, area=AREA)
    assert error.value.findings[0].code in {"pasted_unreadable", "pasted_far"}
    assert len(str(error.value)) < 300


def test_a_place_far_away_is_refused():
    with pytest.raises(StudyError, match="far from the study's area"):
        read_pasted("116.4,39.9", area=AREA)
