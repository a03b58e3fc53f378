"""Coordinate systems: one metric system per dataset, and those refused for measuring."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.errors import Finding, GeoError

LONLAT = "EPSG:4326"
CHINA_BOX = (73.0, 3.0, 136.0, 54.0)
"""Longitudes and latitudes (west, south, east, north) where the CGCS2000 zones are used."""

_CGCS2000_CM75 = (
    4534  # EPSG code of the 3-degree zone at 75E without zone prefix; one more for each 3 degrees
)
_transformers = threading.local()


def local_crs(lon: ArrayLike, lat: ArrayLike) -> str:
    """Return the metric coordinate system for places around the median of these coordinates.

    In China the CGCS2000 3-degree Gauss-Kruger zone without prefix whose central meridian is
    nearest;
    elsewhere a transverse Mercator whose meridian is the median longitude rounded to 0.1 degree.

    Parameters
    ----------
    lon, lat
        (n,) degrees; values that are not finite are left out.

    Returns
    -------
    str
        `EPSG:<code>` or a PROJ string.

    Raises
    ------
    GeoError
        When there is no finite coordinate.

    >>> local_crs([120.15, 120.9], [30.2, 30.1])
    'EPSG:4549'
    >>> local_crs([-51.2], [-30.0])
    '+proj=tmerc +lat_0=0 +lon_0=-51.2 +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m'
    """
    lon_deg, lat_deg = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    is_known = np.isfinite(lon_deg) & np.isfinite(lat_deg)
    if not is_known.any():
        raise GeoError(Finding("array_not_finite", (("name", "lon, lat"), ("count", lon_deg.size))))
    middle_lon, middle_lat = np.median(lon_deg[is_known]), np.median(lat_deg[is_known])
    west, south, east, north = CHINA_BOX
    if west <= middle_lon <= east and south <= middle_lat <= north:
        meridian = min(max(3 * round(middle_lon / 3), 75), 135)
        return f"EPSG:{_CGCS2000_CM75 + (meridian - 75) // 3}"
    meridian_text = f"+lon_0={middle_lon:.1f}"
    return f"+proj=tmerc +lat_0=0 {meridian_text} +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m"


def transform(
    x: ArrayLike, y: ArrayLike, *, source: str, target: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coordinates of one system in another; x is always east or longitude.

    Parameters
    ----------
    x, y
        (n,) coordinates in `source`.
    source, target
        Coordinate systems as EPSG code, PROJ string or WKT.

    Returns
    -------
    tuple of arrays
        (n,) x and y in `target`; `inf` where a point cannot be expressed there.

    Raises
    ------
    GeoError
        With `crs_unusable` when no way leads from one system to the other.
    """
    x_out, y_out = _transformer(source, target).transform(
        np.array(x, dtype=np.float64, ndmin=1), np.array(y, dtype=np.float64, ndmin=1)
    )
    return np.asarray(x_out, dtype=np.float64), np.asarray(y_out, dtype=np.float64)


def to_metric(
    lon: ArrayLike, lat: ArrayLike, crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres east and north in `crs` of longitudes and latitudes in degrees (WGS 84).

    >>> x_m, y_m = to_metric([120.159], [30.267], "EPSG:4549")
    >>> round(float(x_m[0]), 2), round(float(y_m[0]), 2)
    (515300.09, 3349722.3)
    """
    return transform(lon, lat, source=LONLAT, target=crs)


def to_lonlat(
    x_m: ArrayLike, y_m: ArrayLike, crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes in degrees (WGS 84) of metres east and north in `crs`."""
    return transform(x_m, y_m, source=crs, target=LONLAT)


def require_metric(crs: str, *, latitude: float = 30.25) -> None:
    """Refuse a coordinate system in which metres cannot be measured.

    Parameters
    ----------
    crs
        Coordinate system as EPSG code, PROJ string or WKT.
    latitude
        Degrees; where the stretch of Web Mercator is stated for (Hangzhou by default).

    Raises
    ------
    GeoError
        With `crs_unknown`, `crs_degrees`, `crs_web_mercator` or `crs_not_metres`.
    """
    if not is_known(crs):
        raise GeoError(Finding("crs_unknown", (("crs", crs),)))
    system = CRS.from_user_input(crs)
    if system.is_geographic:
        raise GeoError(Finding("crs_degrees", (("crs", crs),)))
    if is_web_mercator(crs):
        stretch = 100.0 * (1.0 / np.cos(np.radians(latitude)) - 1.0)
        raise GeoError(
            Finding(
                "crs_web_mercator", (("crs", crs), ("stretch_percent", round(float(stretch), 1)))
            )
        )
    if not is_metric(crs):
        raise GeoError(Finding("crs_not_metres", (("crs", crs),)))


def is_on_earth(lon: ArrayLike, lat: ArrayLike) -> bool:
    """Return True when all are degrees of longitude and latitude.

    >>> is_on_earth([120.0], [30.0]), is_on_earth([400.0], [30.0]), is_on_earth([np.nan], [30.0])
    (True, False, False)
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return bool((np.abs(x) <= 180.0).all() and (np.abs(y) <= 90.0).all())


def is_known(crs: str) -> bool:
    """Return True when a text names a coordinate system.

    >>> is_known("EPSG:4549"), is_known("EPSG:99")
    (True, False)
    """
    try:
        CRS.from_user_input(crs)
    except CRSError:
        return False
    return True


def is_same(first: str, second: str) -> bool:
    """Return True when two known systems give the same coordinates, whatever the order of axes."""
    systems = CRS.from_user_input(first), CRS.from_user_input(second)
    return systems[0].equals(systems[1], ignore_axis_order=True)


def is_metric(crs: str) -> bool:
    """Return True when both axes of a projected system are in metres."""
    system = CRS.from_user_input(crs)
    return system.is_projected and all(axis.unit_name == "metre" for axis in system.axis_info[:2])


def is_web_mercator(crs: str) -> bool:
    """Return True for EPSG:3857 and its older names."""
    system = CRS.from_user_input(crs)
    operation = system.coordinate_operation
    method = operation.method_name if operation is not None else ""
    return "Pseudo Mercator" in method or "Pseudo-Mercator" in system.name


def is_degrees(crs: str) -> bool:
    """Return True for geographic systems: longitude and latitude."""
    return CRS.from_user_input(crs).is_geographic


def _transformer(source: str, target: str) -> Transformer:
    """Return a transformer of this thread: pyproj's objects are not shared between threads."""
    cache: dict[tuple[str, str], Transformer] | None = getattr(_transformers, "cache", None)
    if cache is None:
        cache = _transformers.cache = {}
    key = (source, target)
    if key not in cache:
        try:
            cache[key] = Transformer.from_crs(source, target, always_xy=True)
        except ProjError as error:
            # WKT from a broken file may be a system by name and still lead nowhere.
            systems = (("source", source[:60]), ("target", target[:60]))
            raise GeoError(Finding("crs_unusable", systems)) from error
    return cache[key]
