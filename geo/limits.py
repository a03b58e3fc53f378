"""Figures that stand in tags: posted speed limits in all their spellings, and durations."""

from __future__ import annotations

import math
import re

WALKING_PACE_KPH = 6.0
"""`maxspeed=walk`: as fast as a brisk walk `[I]`."""

_UNITS_KPH = {"mph": 1.609344, "knots": 1.852, "knot": 1.852, "kn": 1.852}
_KPH = frozenset({"", "km/h", "kmh", "kph", "kmph", "km/hr", "公里/小时", "千米/小时", "公里"})
_NO_LIMIT = frozenset(
    {"none", "no", "unlimited", "signals", "variable", "sign", "implicit", "unposted", "default"}
)
_BETWEEN_LIMITS = re.compile(r"[;|、，]|[,/](?=\s*\d{2})")
"""What parts several limits; a comma before one digit is a decimal comma, km/h holds a slash."""
_QUOTES = re.compile("[\\[\\]'\"]")  # of a list as Python prints it
_FIGURE = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*([^\d]*)")
_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)?:(?:zone:?)?([a-z_]*)(\d+)?")
_ZONES_KPH = {
    "cn:urban": 50.0,  # one lane each way; Road Traffic Safety Law rules, article 45 [K]
    "cn:rural": 70.0,
    "cn:motorway": 120.0,
    "br:urban": 60.0,
    "gb:nsl_restricted": 48.28032,
    "gb:nsl_single": 96.56064,
    "gb:nsl_dual": 112.65408,
}
_ZONE_DEFAULTS_KPH = {"urban": 50.0, "rural": math.nan, "motorway": math.nan, "trunk": math.nan}
_ZONE_DEFAULTS_KPH |= {
    "living_street": 10.0,
    "bicycle_road": 30.0,
    "nsl_single": math.nan,
    "nsl_dual": math.nan,
}


def parse_maxspeed(text: str) -> float | None:
    """Return a posted limit in km/h.

    Parameters
    ----------
    text
        The value of a `maxspeed` tag. Of several (`50;30`, `60,80`, `['50', '30']`) the lowest
        counts.

    Returns
    -------
    float | None
        km/h; NaN where no limit is posted (`none`, `signals`); None when it is not understood.

    >>> parse_maxspeed("30 mph"), parse_maxspeed("CN:urban"), parse_maxspeed("50;30")
    (48.28032, 50.0, 30.0)
    """
    parts = _BETWEEN_LIMITS.split(_QUOTES.sub("", text))
    values = [_one_limit(part.strip().lower()) for part in parts if part.strip()]
    known = [value for value in values if value is not None]
    if not known:
        return None
    posted = [value for value in known if not math.isnan(value)]
    return min(posted) if posted else math.nan


def _one_limit(text: str) -> float | None:
    """Return one limit in km/h, NaN for none, None when it is not understood."""
    if text in _NO_LIMIT:
        return math.nan
    if text == "walk" or text.endswith(":walk"):
        return WALKING_PACE_KPH
    figure = _FIGURE.fullmatch(text)
    if figure:
        unit = figure[2].strip()
        factor = 1.0 if unit in _KPH else _UNITS_KPH.get(unit, 0.0)
        kph = float(figure[1].replace(",", ".")) * factor
        return kph if kph > 0 else None
    if text in _ZONES_KPH:
        return _ZONES_KPH[text]
    zone = _ZONE.fullmatch(text)
    if not zone:
        return None
    return float(zone[2]) if zone[2] else _ZONE_DEFAULTS_KPH.get(zone[1])


_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2}))?")
_ISO = re.compile(r"p(?:(\d+)d)?t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_UNITS = re.compile(
    r"(?:(\d+(?:\.\d+)?)\s*(?:h|hrs?|hours?|个?小时|时)\s*)?"
    r"(?:(\d+(?:\.\d+)?)(?:\s*(?:m|mins?|minutes?|分钟?)\s*|$))?"
    r"(?:(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?|秒))?"
)
"""`1h 30m`, `90 min`, 1小时20分; a number alone is minutes."""


def duration_minutes(text: str) -> float:
    """Return the minutes of an OSM `duration`; NaN where it is not understood.

    >>> duration_minutes("01:30"), duration_minutes("PT45M"), duration_minutes("12")
    (90.0, 45.0, 12.0)
    >>> duration_minutes("1h 30m"), duration_minutes("1 h")
    (90.0, 60.0)
    """
    text = text.strip().lower()
    if clock := _CLOCK.fullmatch(text):
        days, times = 0.0, clock.groups()
    elif iso := _ISO.fullmatch(text):
        days, times = float(iso[1] or 0), iso.groups()[1:]
    elif plain := _UNITS.fullmatch(text):
        days, times = 0.0, plain.groups()
    else:
        return math.nan
    if not days and not any(times):
        return math.nan
    hours, minutes, seconds = (float(part or 0) for part in times)
    return days * 1440 + hours * 60 + minutes + seconds / 60
