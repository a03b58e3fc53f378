"""GCJ-02 and BD-09: the known vectors, exact inverses, and a detector that rather abstains."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geo.offsets import (
    SYSTEMS,
    agreed,
    bd09_to_gcj02,
    contest,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    odd_points,
    road_penalty,
    shift_system,
    to_wgs84,
    wgs84_to_gcj02,
)

HANGZHOU = (120.15, 30.25)


def test_known_vectors() -> None:
    lon, lat = wgs84_to_gcj02([HANGZHOU[0]], [HANGZHOU[1]])
    assert (lon[0], lat[0]) == pytest.approx((120.15470694564496, 30.247677961254222), abs=1e-12)
    lon, lat = gcj02_to_bd09(lon, lat)
    assert (lon[0], lat[0]) == pytest.approx((120.1612367, 30.2535919), abs=5e-8)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "gcj_m", "bd_m"),
    [
        ("Hangzhou", 120.15, 30.25, 521.0, 1152),
        ("Gongshu", 120.14, 30.32, 522.2, 1156),
        ("Shangyu", 120.87, 30.03, 488.8, 1088),
        ("Shaoxing", 120.58, 30.00, 490.2, 1091),
        ("Dinghai", 122.10, 30.03, 489.5, 1123),
        ("Shengsi", 122.45, 30.73, 477.7, 1116),
        ("Jiande", 119.28, 29.48, 565.8, 1187),
    ],
)
def test_sizes_of_the_shift(place: str, lon: float, lat: float, gcj_m: float, bd_m: float) -> None:
    geod = Geod(ellps="WGS84")
    for system, metres, tolerance_m in (("gcj02", gcj_m, 0.5), ("bd09", bd_m, 1.0)):
        x, y = from_wgs84([lon], [lat], system)  # type: ignore[arg-type]
        assert geod.inv(lon, lat, x[0], y[0])[2] == pytest.approx(metres, abs=tolerance_m), place


def test_round_trips_are_exact(rng: np.random.Generator) -> None:
    lon, lat = rng.uniform(118, 123, 2000), rng.uniform(27, 31.2, 2000)
    for system in SYSTEMS:
        back = to_wgs84(*from_wgs84(lon, lat, system), system)
        # 1e-11 degree is a micrometre.
        np.testing.assert_allclose(back, (lon, lat), atol=2e-11)
    np.testing.assert_allclose(bd09_to_gcj02(*gcj02_to_bd09(lon, lat)), (lon, lat), atol=2e-11)


def test_one_subtraction_would_be_metres_off() -> None:
    lon, lat = wgs84_to_gcj02([HANGZHOU[0]], [HANGZHOU[1]])
    again = wgs84_to_gcj02(lon, lat)
    once = lon - (again[0] - lon)
    exact, _ = gcj02_to_wgs84(lon, lat)
    assert abs(once - HANGZHOU[0])[0] * 96_000 > 0.5
    assert abs(exact - HANGZHOU[0])[0] * 96_000 < 1e-5


def test_points_abroad_and_missing_points_stay() -> None:
    lon, lat = np.array([-51.2, np.nan, 120.15]), np.array([-30.0, np.nan, 30.25])
    x, y = wgs84_to_gcj02(lon, lat)
    assert x[0] == lon[0]
    assert y[0] == lat[0]
    assert np.isnan(x[1])
    assert x[2] != lon[2]
    assert lon[2] == 120.15


def test_the_contest_decides_only_on_clear_evidence(rng: np.random.Generator) -> None:
    near = rng.exponential(15.0, 40)
    far = rng.uniform(0, 100, 40)
    distance_m = np.array([far, near, far])
    assert contest(road_penalty(distance_m)).winner == "gcj02"
    assert contest(road_penalty(distance_m[:, :9])).winner is None
    equal = np.array([near, near, near])
    assert contest(road_penalty(equal)).winner is None
    assert sum(contest(road_penalty(equal)).shares.values()) == 0.0


def test_the_contest_is_the_same_every_time(rng: np.random.Generator) -> None:
    penalty = rng.uniform(0, 1, (3, 12))
    assert contest(penalty) == contest(penalty)


def test_contests_must_agree() -> None:
    decided = np.array([[1.0] * 10, [0.0] * 10, [1.0] * 10])
    gcj, wgs = contest(decided), contest(decided[[1, 0, 2]])
    nothing = contest(decided[:, :9])
    assert agreed(gcj, nothing) == "gcj02"
    assert agreed(gcj, wgs) is None
    assert agreed(nothing) is None


def test_the_median_shift_of_named_places(rng: np.random.Generator) -> None:
    lon, lat = rng.uniform(120.6, 121.0, 9), rng.uniform(29.9, 30.1, 9)
    for system in SYSTEMS:
        written = from_wgs84(lon + rng.normal(0, 2e-4, 9), lat + rng.normal(0, 2e-4, 9), system)
        assert shift_system(written, (lon, lat)) == system
    assert shift_system((lon[:2], lat[:2]), (lon[:2], lat[:2])) is None
    assert shift_system((lon + 0.003, lat), (lon, lat)) is None
    scattered = lon + rng.uniform(-0.01, 0.01, 9)
    assert shift_system((scattered, lat), (lon, lat)) is None


def test_odd_rows_of_a_mixed_file() -> None:
    distance_m = np.array([[10.0, 400.0, 90.0], [80.0, 5.0, 60.0], [50.0, 300.0, 20.0]])
    assert odd_points(distance_m, "wgs84").tolist() == [False, True, False]
