"""Coordinates in metres as surveyors write them: north first, with the zone or without it."""

from __future__ import annotations

import re

import numpy as np

from data.types import Floats
from geo.errors import Finding

_NORTHINGS = (400_000.0, 6_000_000.0)  # metres from the equator, all of China
_MAINLAND_M = 1_700_000.0  # from the equator: no easting without its zone is that large
_ZONE_M = 1_000_000.0
_EPSG = re.compile(r"EPSG:(\d+)", re.IGNORECASE)
_FIRST_ZONES = {4491: 13, 4502: 13, 4513: 25, 4534: 25}
"""First EPSG code of the CGCS2000 zones of 6 and 3 degrees -> its zone; each with the zone before
the easting, then without."""
_N_ZONES = {4491: 11, 4502: 11, 4513: 21, 4534: 21}
_WITH_ZONE = (4491, 4513)


def is_north_first(x: Floats, y: Floats) -> bool:
    """Return True where the first of two metric coordinates is the northing, as surveyors write."""
    if not np.isfinite(x).any() or not np.isfinite(y).any():
        return False
    first, second = float(np.nanmedian(x)), float(np.nanmedian(y))
    is_easting = 200_000 < second % _ZONE_M < 800_000
    is_mainland = first > _MAINLAND_M and not _MAINLAND_M < second < _NORTHINGS[1]
    return _is_northing(first) and is_easting and is_mainland


def is_local(x: Floats, y: Floats) -> bool:
    """Return True where neither of two metric coordinates is a distance from the equator.

    Cities have systems of their own, whose origin is kept by their surveyors.
    """
    if not np.isfinite(x).any() or not np.isfinite(y).any():
        return False
    return not any(_is_northing(float(np.nanmedian(values))) for values in (x, y))


def east_and_north(
    x: Floats, y: Floats, crs: str, *, file: str, findings: list[Finding]
) -> tuple[Floats, Floats] | None:
    """Return metric coordinates as their system has them; None after an error.

    Parameters
    ----------
    x, y
        (n,) as two columns state them, in metres.
    crs
        As the study states it; of the CGCS2000 zones the zone in front of the easting is added or
        taken away by what the numbers are.
    file
        For findings.
    findings
        Receives what was changed, or that the numbers are of another zone or of a city.
    """
    if is_north_first(x, y):
        findings.append(Finding("position_north_first", file=file))
        x, y = y, x
    found = _zone_of(crs)
    if found is None or not np.isfinite(x).any():
        return x, y
    if is_local(x, y):
        findings.append(Finding("position_local", file=file))
        return None
    zone, has_zone = found
    written = int(np.nanmedian(x) // _ZONE_M)
    if written not in {0, zone}:
        findings.append(Finding("crs_does_not_fit", (("crs", crs),), file=file))
        return None
    if has_zone == (written == zone):
        return x, y
    findings.append(Finding("position_zone", (("zone", zone), ("crs", crs)), file=file))
    return x + (zone * _ZONE_M if has_zone else -zone * _ZONE_M), y


def _zone_of(crs: str) -> tuple[int, bool] | None:
    """Return the zone of a CGCS2000 system and whether it stands in front of the easting."""
    code = _EPSG.fullmatch(crs.strip())
    for first, zone in _FIRST_ZONES.items():
        if code is not None and first <= int(code[1]) < first + _N_ZONES[first]:
            return zone + int(code[1]) - first, first in _WITH_ZONE
    return None


def _is_northing(value: float) -> bool:
    return _NORTHINGS[0] < value < _NORTHINGS[1]
