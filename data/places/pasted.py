"""Coordinates as people paste them: Chinese punctuation, degrees and minutes, either order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

import numpy as np

from data.errors import StudyError
from data.tables.cells import CellError, angle
from geo.errors import Finding
from geo.offsets import System, to_wgs84

Order: TypeAlias = Literal["lon_lat", "lat_lon"]
Evidence: TypeAlias = Literal["letters", "range", "area", "assumed"]
Box: TypeAlias = tuple[float, float, float, float]

FAR_DEGREES = 1.0
"""A place farther than this from the study's area is a slip, not an institution of it."""

_AXES = {
    "lon": r"经度|东经|西经|\b(?:longitude|long|lon|lng|x)\b|(?<![a-z])[EW](?![a-z])",
    "lat": r"纬度|北纬|南纬|\b(?:latitude|lat|y)\b|(?<![a-z])[NS](?![a-z])",
}
_DECIMAL = re.compile(
    r"([NSEW]|东经|西经|北纬|南纬)?\s*([+-]?\d{1,3}(?:\.\d*)?)\s*[°度]?\s*([NSEW])?", re.I
)
_LABELS = re.compile(r"经度|纬度|\b(?:longitude|latitude|long|lon|lng|lat|[xy])\b|[:=]", re.I)
_BRACKETS = re.compile(r"\bpoint\b|[()\[\]{}<>【】「」]", re.I)
_SEPARATORS = (r"[;\n\t|/]", r"[,、]", r"。")


@dataclass(frozen=True, slots=True)
class PastedPlace:
    """Where a pasted text says something is.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84.
    written
        The two numbers in degrees, in the order in which they stand.
    order
        Which of them comes first.
    evidence
        What says so: letters or words beside the numbers, their size, the study's area (only one
        order leads there), or nothing (longitude first is assumed).
    """

    lon: float
    lat: float
    written: tuple[float, float]
    order: Order
    evidence: Evidence


def read_pasted(text: str, *, system: System = "wgs84", area: Box) -> PastedPlace:
    """Return the place that a pasted text names.

    Parameters
    ----------
    text
        Two numbers or angles in any usual notation.
    system
        The web map system they were copied from.
    area
        (west, south, east, north) of the study in degrees.

    Raises
    ------
    StudyError
        When the text does not hold two angles, or the place lies far from the area.

    >>> read_pasted("北纬30°02′24″，东经120°48′36″", area=(120, 29, 122, 31)).order
    'lat_lon'
    """
    halves = _halves(text)
    first, second = (_degrees(half, text) for half in halves)
    order, evidence = _order(halves, (first, second), area)
    lon, lat = (first, second) if order == "lon_lat" else (second, first)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        _refuse(text)
    if system != "wgs84":
        lon, lat = (float(v[0]) for v in to_wgs84(np.array([lon]), np.array([lat]), system))
    if distance_degrees(lon, lat, area) > FAR_DEGREES:
        said = (("lon", f"{lon:.5f}"), ("lat", f"{lat:.5f}"))
        raise StudyError(Finding("pasted_far", said))
    return PastedPlace(lon, lat, (first, second), order, evidence)


def distance_degrees(lon: float, lat: float, area: Box) -> float:
    """Return how far a place is from an area, in degrees along the worse axis; 0 inside.

    >>> distance_degrees(120.0, 32.0, (119.0, 29.0, 121.0, 31.5))
    0.5
    """
    west, south, east, north = area
    return max(west - lon, lon - east, south - lat, lat - north, 0.0)


def _halves(text: str) -> tuple[str, str]:
    """Return the two halves of a text, whatever stands between them."""
    # The ordinal sign that keyboards offer for degrees would become a letter.
    plain = unicodedata.normalize("NFKC", text.replace("º", "°")).strip()
    if "." not in plain:
        plain = re.sub(r"(?<=\d)。(?=\d)", ".", plain)
    plain = _BRACKETS.sub(" ", plain).strip(" ,;、。")
    for separator in _SEPARATORS:
        parts = [part for part in re.split(separator, plain) if part.strip()]
        if len(parts) == 2:
            return parts[0], parts[1]
    words = plain.split()
    if len(words) % 2 or not words:
        _refuse(text)
    middle = len(words) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])


def _degrees(half: str, text: str) -> float:
    written = _LABELS.sub(" ", half).strip()
    decimal = _DECIMAL.fullmatch(written)
    if decimal is not None:
        side = (decimal[1] or decimal[3] or "").upper()
        return float(decimal[2]) * (-1 if side in {"S", "W", "南纬", "西经"} else 1)
    try:
        found = angle(written)
    except CellError:
        _refuse(text)
    if found is None:
        _refuse(text)
    return found


def _order(
    halves: tuple[str, str], values: tuple[float, float], area: Box
) -> tuple[Order, Evidence]:
    """Return which number is the longitude, and what says so."""
    first, second = (
        {axis for axis, words in _AXES.items() if re.search(words, half, re.I)} for half in halves
    )
    if (first, second) in (({"lon"}, {"lat"}), ({"lon"}, set()), (set(), {"lat"})):
        return "lon_lat", "letters"
    if (first, second) in (({"lat"}, {"lon"}), ({"lat"}, set()), (set(), {"lon"})):
        return "lat_lon", "letters"
    if abs(values[0]) > 90:
        return "lon_lat", "range"
    if abs(values[1]) > 90:
        return "lat_lon", "range"
    as_written = distance_degrees(values[0], values[1], area)
    turned = distance_degrees(values[1], values[0], area)
    if as_written == turned:
        return "lon_lat", "assumed"
    return ("lon_lat" if as_written < turned else "lat_lon"), "area"


def _refuse(text: str) -> NoReturn:
    raise StudyError(Finding("pasted_unreadable", (("text", " ".join(text.split())[:80]),)))
