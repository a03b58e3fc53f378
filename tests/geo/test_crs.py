"""Coordinate systems: the right metric one, round trips, and the refused ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geo.crs import is_web_mercator, local_crs, require_metric, to_lonlat, to_metric, transform
from geo.errors import GeoError


@pytest.mark.parametrize(
    ("lon", "expected"),
    [
        (120.159, "EPSG:4549"),
        (122.1, "EPSG:4550"),
        (118.4, "EPSG:4548"),
        (74.0, "EPSG:4534"),
        (135.9, "EPSG:4554"),
    ],
)
def test_the_nearest_zone_of_china_is_taken(lon: float, expected: str) -> None:
    assert local_crs([lon], [30.0]) == expected


def test_elsewhere_the_meridian_is_the_median_longitude() -> None:
    crs = local_crs([-51.3, -51.16, 10.0], [-30.0, -30.1, 50.0])
    assert "+lon_0=-51.2" in crs
    require_metric(crs)


def test_hangzhou_vector_in_4549_and_4528() -> None:
    x_m, y_m = to_metric([120.159], [30.267], "EPSG:4549")
    assert (x_m[0], y_m[0]) == pytest.approx((515_300.094, 3_349_722.302), abs=0.001)
    x_m, _ = to_metric([120.159], [30.267], "EPSG:4528")
    assert x_m[0] == pytest.approx(40_515_300.094, abs=0.001)


def test_round_trip(rng: np.random.Generator) -> None:
    lon, lat = rng.uniform(118, 123, 100), rng.uniform(27, 31, 100)
    back = to_lonlat(*to_metric(lon, lat, "EPSG:4549"), "EPSG:4549")
    np.testing.assert_allclose(back, (lon, lat), atol=1e-10)


def test_cgcs2000_degrees_are_taken_as_equal_to_wgs84() -> None:
    x, y = transform([120.15], [30.25], source="EPSG:4490", target="EPSG:4326")
    assert (x[0], y[0]) == pytest.approx((120.15, 30.25), abs=1e-9)


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("EPSG:4326", "crs_degrees"),
        ("EPSG:4490", "crs_degrees"),
        ("EPSG:3857", "crs_web_mercator"),
        ("ESRI:102100", "crs_web_mercator"),
        ("EPSG:2225", "crs_not_metres"),
        ("EPSG:999999", "crs_unknown"),
        ("nonsense", "crs_unknown"),
    ],
)
def test_systems_that_cannot_measure_are_refused(crs: str, code: str) -> None:
    with pytest.raises(GeoError) as caught:
        require_metric(crs)
    assert [finding.code for finding in caught.value.findings] == [code]


def test_the_stretch_of_web_mercator_is_stated() -> None:
    with pytest.raises(GeoError, match=r"15\.8 %"):
        require_metric("EPSG:3857", latitude=30.25)
    assert math.isclose(1 / math.cos(math.radians(30.25)), 1.1576, abs_tol=1e-4)
    assert not is_web_mercator("EPSG:4549")


def test_no_coordinate_is_an_error() -> None:
    with pytest.raises(GeoError):
        local_crs([math.nan], [math.nan])
