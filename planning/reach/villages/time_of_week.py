"""Coverage by the hour of the week: who is within the circle of a point that is open then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.types import Demand
from planning.reach.mode_times import Mask, ModeTimes, is_within
from planning.reach.villages.hours import DAY_MINUTES, WINDOWS, open_at, open_in
from planning.reach.villages.opening import Opening

HOURS_OF_WEEK = 168
MIN_MINUTES = 60
"""Minutes a point must be open within a window to count there `[I]`."""


@dataclass(frozen=True, slots=True)
class WindowCover:
    """People covered in one window (weekday, evening, weekend).

    `people_if_unknown_open` also counts the points whose row states no hours; where no row states
    any, `people_covered` is None.
    """

    window: str
    facilities: int
    people_covered: float | None
    people_if_unknown_open: float


@dataclass(frozen=True, slots=True, eq=False)
class WeekCover:
    """Coverage over an ordinary week, holidays left out.

    Parameters
    ----------
    mode, minutes
        Mode of travel and limit.
    people
        People inside the zones.
    covered_by_hour
        168 numbers: people covered at half past each hour, from Monday 00:30.
    windows
        By named window.
    is_weekday_only
        (n_demand,) True for people covered on weekdays and neither in the evening nor at weekends.
    people_weekday_only
        Their number.
    points_without_hours
        Open points whose row states no hours; they are open at no hour here.
    """

    mode: str
    minutes: float
    people: float
    covered_by_hour: tuple[float | None, ...]
    windows: tuple[WindowCover, ...]
    is_weekday_only: Mask
    people_weekday_only: float
    points_without_hours: int

    def share_at(self, hour_of_week: int) -> float | None:
        """Return the share covered at an hour, 0 for Monday 00:00 to 01:00."""
        covered = self.covered_by_hour[hour_of_week % HOURS_OF_WEEK]
        return covered / self.people if covered is not None and self.people > 0 else None


def week_cover(
    demand: Demand, times: ModeTimes, *, points: Mask, opening: Opening, minutes: float
) -> WeekCover:
    """Return coverage by hour and by window.

    Parameters
    ----------
    times
        Times of one mode; not below `minutes`.
    points
        (n_facilities,) fixed points that count.
    opening
        Their hours.
    """
    people = np.where(demand.zone >= 0, demand.people, 0.0)
    known = np.array([hours is not None for hours in opening.hours], dtype=np.bool_)
    # A week has few different sets of open points: each is searched once.
    found: dict[bytes, Mask] = {}

    def near(used: Mask) -> Mask:
        key = np.packbits(used).tobytes()
        if key not in found:
            found[key] = is_within(times.nearest(used), minutes)
        return found[key]

    half_past = [hour * 60 + 30 for hour in range(HOURS_OF_WEEK)]
    is_known = bool((points & known).any())
    by_hour = [
        float(people[near(points & open_at(opening.hours, m))].sum()) if is_known else None
        for m in half_past
    ]
    in_window = {name: near(points & _in(opening, name)) for name in WINDOWS}
    rows = [
        WindowCover(
            name,
            int((points & _in(opening, name)).sum()),
            float(people[in_window[name]].sum()) if is_known else None,
            float(people[near(points & (_in(opening, name) | ~known))].sum()),
        )
        for name in WINDOWS
    ]
    weekday_only = in_window["weekday"] & ~in_window["evening"] & ~in_window["weekend"]
    return WeekCover(
        mode=times.mode,
        minutes=minutes,
        people=float(people.sum()),
        covered_by_hour=tuple(by_hour),
        windows=tuple(rows),
        is_weekday_only=weekday_only & (demand.zone >= 0),
        people_weekday_only=float(people[weekday_only].sum()),
        points_without_hours=int((points & ~known).sum()),
    )


def open_in_window(opening: Opening, window: str) -> tuple[Mask, Mask]:
    """Return who is open for an hour or more within a window, and who states no hours."""
    known = np.array([hours is not None for hours in opening.hours], dtype=np.bool_)
    return _in(opening, window), ~known


def minute_of_week(day: int, hour: float) -> int:
    """Return the minute of the week of a day (0 = Monday) and an hour.

    >>> minute_of_week(5, 9.5)
    7770
    """
    return day * DAY_MINUTES + round(hour * 60)


def _in(opening: Opening, window: str) -> Mask:
    return open_in(opening.hours, window, min_minutes=MIN_MINUTES)
