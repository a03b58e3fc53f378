"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps: both ways, and telling apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Floats

Pair: TypeAlias = tuple[Floats, Floats]
System: TypeAlias = Literal["wgs84", "gcj02", "bd09"]

SYSTEMS: tuple[System, ...] = ("wgs84", "gcj02", "bd09")
SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the area where web maps shift coordinates, by convention."""

_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_WAVE = np.pi * 3000.0 / 180.0
_TOLERANCE_DEG = 1e-10
_MAX_ITERATIONS = 20

_SCORE_M = 20.0
_N_RESAMPLES = 200
_WIN_SHARE = 0.95
_MIN_POINTS = 10
_BESIDE_ROADS = 0.65
"""Mean penalty of points that lie 18 m from a road: points anywhere lie farther off."""
_CLEAR_LEAD = 0.3
_MIN_POINTS_ANYWHERE = 50
_MIN_PAIRS = 3
_MAX_MISS_M = 60.0
_MAX_SPREAD_M = 80.0
_METRES_PER_DEGREE = 111_000.0


def is_in_shifted_area(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return (n,) True where web maps of China shift coordinates; elsewhere nothing is changed."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = SHIFTED_BOX
    with np.errstate(invalid="ignore"):
        return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 (Amap, Tencent) of WGS 84; points outside the shifted area stay as they are.

    >>> lon, lat = wgs84_to_gcj02([120.15], [30.25])
    >>> round(float(lon[0]), 10), round(float(lat[0]), 10)
    (120.1547069456, 30.2476779613)
    """
    return _where_shifted(lon, lat, _gcj02)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 of GCJ-02, by iteration to 1e-10 degree."""
    return _where_shifted(lon, lat, lambda x, y: _inverse(_gcj02, x, y))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 (Baidu) of GCJ-02."""
    return _where_shifted(lon, lat, _bd09)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 of BD-09, by iteration to 1e-10 degree."""
    return _where_shifted(lon, lat, lambda x, y: _inverse(_bd09, x, y))


def to_wgs84(lon: ArrayLike, lat: ArrayLike, system: System) -> Pair:
    """Return WGS 84 of coordinates in one of the three systems."""
    if system == "wgs84":
        return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    if system == "bd09":
        lon, lat = bd09_to_gcj02(lon, lat)
    return gcj02_to_wgs84(lon, lat)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, system: System) -> Pair:
    """Return coordinates of one of the three systems of WGS 84."""
    if system == "wgs84":
        return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    shifted = wgs84_to_gcj02(lon, lat)
    return gcj02_to_bd09(*shifted) if system == "bd09" else shifted


@dataclass(frozen=True, slots=True)
class Contest:
    """Which system fits a set of points best.

    Parameters
    ----------
    winner
        The system that wins in at least 95 % of the resamples; None: undetermined.
    shares
        System -> share of resamples that it wins.
    n_points
        Points that could be compared.
    """

    winner: System | None
    shares: Mapping[System, float]
    n_points: int


def contest(penalty: Floats, *, seed: int = 0) -> Contest:
    """Return the system with the least mean penalty, if it stays the least when points are redrawn.

    Parameters
    ----------
    penalty
        (3, n) what speaks against each of `SYSTEMS` at each point, such as `road_penalty` of the
        distance to the nearest road, or 1 where the point lies outside its declared unit.
    seed
        Of the resampling.

    Returns
    -------
    Contest
        Undetermined for fewer than 10 points, and when two systems fit equally well.
    """
    n_points = penalty.shape[1]
    if n_points < _MIN_POINTS:
        return Contest(None, dict.fromkeys(SYSTEMS, 0.0), n_points)
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, n_points, (_N_RESAMPLES, n_points))
    means = penalty[:, draws].mean(axis=2)
    # A tie is nobody's win: equal evidence must not decide by the order of the systems.
    wins = (means == means.min(axis=0)) & ((means == means.min(axis=0)).sum(axis=0) == 1)
    shares = {system: float(wins[i].mean()) for i, system in enumerate(SYSTEMS)}
    best = max(SYSTEMS, key=lambda system: shares[system])
    return Contest(best if shares[best] >= _WIN_SHARE else None, shares, n_points)


def road_penalty(distance_m: Floats) -> Floats:
    """Return the penalty of a distance to the road: steep near it, flat far away.

    >>> road_penalty(np.array([0.0, 20.0])).round(3).tolist()
    [0.0, 0.693]
    """
    return np.log1p(distance_m / _SCORE_M)


def road_contest(distance_m: Floats, *, is_beside_roads: bool = True, seed: int = 0) -> Contest:
    """Return the system under which points lie nearest to the roads.

    Parameters
    ----------
    distance_m
        (3, n) metres to the nearest road under each of `SYSTEMS`.
    is_beside_roads
        False for points that need not lie by a road, such as cells of people: fifty of them decide,
        and only if they do lie there. Points anywhere would be decided by chance now and then.
    seed
        Of the resampling.
    """
    penalty = road_penalty(distance_m)
    found = contest(penalty, seed=seed)
    if found.winner is None or is_beside_roads:
        return found
    best, second, _ = np.sort(penalty.mean(axis=1))
    is_clear = best <= _BESIDE_ROADS and second - best >= _CLEAR_LEAD
    if is_clear and found.n_points >= _MIN_POINTS_ANYWHERE:
        return found
    return Contest(None, found.shares, found.n_points)


def group_contests(
    distance_m: Floats, groups: Sequence[NDArray[np.int64]], *, is_beside_roads: bool = True
) -> list[System | None]:
    """Return the system of each group of points; None where the roads do not decide.

    Among many groups one would decide by chance: the more there are, the surer each has to be
    (Bonferroni).

    Parameters
    ----------
    distance_m
        (3, n) metres to the nearest road under each of `SYSTEMS`.
    groups
        Indices of the points of each.
    is_beside_roads
        As for `road_contest`.
    """
    may_err = (1 - _WIN_SHARE) / max(len(groups), 1)
    found: list[System | None] = []
    for points in groups:
        won = road_contest(distance_m[:, points], is_beside_roads=is_beside_roads)
        is_sure = won.winner is not None and 1 - won.shares[won.winner] <= may_err
        found.append(won.winner if is_sure else None)
    return found


def shift_system(written: Pair, known: Pair) -> System | None:
    """Return the system that explains how far points lie from their places on a known map.

    Parameters
    ----------
    written
        (n,) longitudes and latitudes as a file states them.
    known
        (n,) longitudes and latitudes of the same places in WGS 84.

    Returns
    -------
    System or None
        The median difference must lie within 60 m of what the system shifts there, and half of the
        points within 80 m of that median; fewer than 3 points decide nothing.
    """
    if len(known[0]) < _MIN_PAIRS:
        return None
    east_m, north_m = _METRES_PER_DEGREE * np.cos(np.radians(known[1])), _METRES_PER_DEGREE
    moved = np.array([(written[0] - known[0]) * east_m, (written[1] - known[1]) * north_m])
    median = np.median(moved, axis=1, keepdims=True)
    if np.median(np.hypot(*(moved - median))) >= _MAX_SPREAD_M:
        return None
    for system in SYSTEMS:
        lon, lat = from_wgs84(known[0], known[1], system)
        expected = np.array([(lon - known[0]) * east_m, (lat - known[1]) * north_m])
        if np.hypot(*(median - np.median(expected, axis=1, keepdims=True)))[0] <= _MAX_MISS_M:
            return system
    return None


def agreed(*contests: Contest) -> System | None:
    """Return the system on which all contests agree that decide anything; None otherwise."""
    winners = {found.winner for found in contests if found.winner is not None}
    return winners.pop() if len(winners) == 1 else None


def odd_points(distance_m: Floats, system: System, *, margin_m: float = 200.0) -> NDArray[np.bool_]:
    """Return (n,) True where another system brings a point nearer to a road by more than a margin.

    Parameters
    ----------
    distance_m
        (3, n) distance to the nearest road under each of `SYSTEMS`.
    system
        What the file as a whole is in.
    margin_m
        Metres; in a mixed file the odd rows are better by hundreds of metres.
    """
    own = distance_m[SYSTEMS.index(system)]
    return np.asarray(own - distance_m.min(axis=0) > margin_m)


def _where_shifted(
    lon: ArrayLike, lat: ArrayLike, change: Callable[[Floats, Floats], Pair]
) -> Pair:
    x, y = np.array(lon, dtype=np.float64, ndmin=1), np.array(lat, dtype=np.float64, ndmin=1)
    inside = is_in_shifted_area(x, y)
    x[inside], y[inside] = change(x[inside], y[inside])
    return x, y


def _inverse(forward: Callable[[Floats, Floats], Pair], x: Floats, y: Floats) -> Pair:
    """Return the fixed point of w = w - (forward(w) - given)."""
    lon, lat = x.copy(), y.copy()
    for _ in range(_MAX_ITERATIONS):
        shifted_lon, shifted_lat = forward(lon, lat)
        step_lon, step_lat = shifted_lon - x, shifted_lat - y
        lon, lat = lon - step_lon, lat - step_lat
        if (
            max(np.abs(step_lon).max(initial=0.0), np.abs(step_lat).max(initial=0.0))
            < _TOLERANCE_DEG
        ):
            break
    return lon, lat


def _gcj02(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = _wave(x, (20.0, 6.0), (20.0, 2.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += _wave(x, (20.0, 1.0), (40.0, 1 / 3)) + _wave(x, (150.0, 1 / 12), (300.0, 1 / 30))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += _wave(y, (20.0, 1.0), (40.0, 1 / 3)) + _wave(y, (160.0, 1 / 12), (320.0, 1 / 30))
    phi = np.radians(lat)
    m = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    across_m = _KRASOVSKY_A_M * np.cos(phi) / np.sqrt(m)
    along_m = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / m**1.5
    return lon + np.degrees(east_m / across_m), lat + np.degrees(north_m / along_m)


def _wave(value: Floats, *terms: tuple[float, float]) -> Floats:
    """Return 2/3 of the sum of `amplitude * sin(frequency * pi * value)`, in metres."""
    total = np.zeros_like(value)
    for amplitude_m, frequency in terms:
        total += amplitude_m * np.sin(frequency * np.pi * value)
    return total * (2.0 / 3.0)


def _bd09(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_WAVE)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT
