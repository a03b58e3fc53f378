"""Ferry timetables of a study: who is carried, how long it takes, how long people wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from data.checks import row_finding
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.cells import CellError, is_blank, number, text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from data.types import CellValue
from geo.access import FERRY, USE_BITS, Vehicle, WayUse
from geo.errors import Finding

Carries: TypeAlias = Literal["foot", "bicycles", "vehicles"]

CARRIES: dict[str, Carries] = {
    **dict.fromkeys(("", "foot", "passengers", "people", "客运", "行人", "仅行人", "客船"), "foot"),
    **dict.fromkeys(("bicycle", "bicycles", "非机动车", "自行车", "电动自行车"), "bicycles"),
    **dict.fromkeys(
        ("vehicle", "vehicles", "car", "cars", "车客渡", "汽渡", "车渡", "车辆"), "vehicles"
    ),
}
_CARRIED: dict[Carries, tuple[Vehicle, ...]] = {
    "foot": ("foot",),
    "bicycles": ("foot", "bicycle"),
    "vehicles": ("foot", "bicycle", "car"),
}

FREQUENT_SAILINGS_A_DAY = 4
FREQUENT_DAYS_A_WEEK = 5
"""With fewer `[I]` a ferry runs by its timetable (按班次): nobody waits half an interval for it."""

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?::\d{2})?")
_DAY_NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DAYS = {name: day for day, name in enumerate(_DAY_NAMES)}
_DAYS |= {name: day for day, name in enumerate("一二三四五六日")} | {"天": 6}
_DAYS |= {str(day + 1): day for day in range(7)}
_EVERY_DAY = frozenset({"", "daily", "每天", "每日", "天天"})


@dataclass(frozen=True, slots=True)
class FerryTime:
    """The timetable of one ferry.

    Parameters
    ----------
    way
        Id of its way in the road file.
    name
        Of the line.
    first, last
        First and last sailing as `HH:MM`; empty where not stated.
    sailings_per_day
        In each direction.
    days
        As written; `days_per_week` counts them.
    crossing_minutes
        From departure to arrival.
    carries
        Who is taken: people on foot, e-bikes too, cars too.
    """

    way: int
    name: str
    first: str
    last: str
    sailings_per_day: int
    days: str
    days_per_week: int
    crossing_minutes: float
    carries: Carries

    @property
    def is_scheduled(self) -> bool:
        """True where sailings are so few that people go by the timetable (按班次)."""
        few = self.sailings_per_day < FREQUENT_SAILINGS_A_DAY
        return few or self.days_per_week < FREQUENT_DAYS_A_WEEK

    @property
    def waiting_minutes(self) -> float:
        """Half the interval between sailings; by timetable, half the mean gap in a week."""
        if self.is_scheduled:
            return 7 * 24 * 60 / (self.sailings_per_day * self.days_per_week) / 2
        span_minutes = _minute_of_day(self.last) - _minute_of_day(self.first)
        return span_minutes / (self.sailings_per_day - 1) / 2

    @property
    def use(self) -> WayUse:
        """Who may use the ferry, and its minutes with waiting.

        A ferry by timetable takes hours with its waiting: what lies behind it is reachable and
        beyond every circle.
        """
        bits = 0
        for vehicle in _CARRIED[self.carries]:
            bits |= USE_BITS[vehicle, "forward"] | USE_BITS[vehicle, "backward"]
        return WayUse(FERRY, bits, ferry_minutes=self.crossing_minutes + self.waiting_minutes)


def read_ferries(source: TableSource, findings: list[Finding]) -> tuple[FerryTime, ...]:
    """Read the timetable of a study.

    Parameters
    ----------
    source
        A table with one row for each ferry: `way` (id of its way in the road file), `name`, `first`
        and `last` sailing, `sailings_per_day`, `days` (`Mo-Su`), `crossing_minutes` and `carries`
        (`foot`, `bicycles` or `vehicles`; foot where it is blank).
    findings
        Receives a finding for each fault; rows with a fault are left out.

    Returns
    -------
    tuple of FerryTime
        In order of the file.
    """
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["ferries"], source.columns, findings)
    needed = ("way", "sailings_per_day", "crossing_minutes")
    absent = [missing_column(table, name) for name in needed if name not in columns]
    findings.extend(absent)
    if absent:
        return ()
    read: list[FerryTime] = []
    for index in range(len(table)):
        row = {name: table.columns[header][index] for name, header in columns.items()}
        try:
            read.append(_ferry(row))
        except CellError as fault:
            at = int(table.row[index])
            findings.append(row_finding("ferry_row", [at], file=table.file, reason=str(fault)))
    return tuple(read)


def _ferry(row: Mapping[str, CellValue]) -> FerryTime:
    """Return the ferry of a row, or raise with what is wrong."""
    way, sailings, crossing = (
        _positive(row, n) for n in ("way", "sailings_per_day", "crossing_minutes")
    )
    first, last = (text(row.get(name)) for name in ("first", "last"))
    days = text(row.get("days"))
    carries = CARRIES.get(text(row.get("carries")).lower())
    if carries is None:
        raise CellError(f"carries: {text(row.get('carries'))}")
    ferry = FerryTime(
        way=int(way),
        name=text(row.get("name")),
        first=first,
        last=last,
        sailings_per_day=int(sailings),
        days=days,
        days_per_week=count_days(days),
        crossing_minutes=crossing,
        carries=carries,
    )
    if not ferry.is_scheduled and _minute_of_day(last) <= _minute_of_day(first):
        raise CellError(f"first {first}, last {last}")
    return ferry


def _positive(row: Mapping[str, CellValue], name: str) -> float:
    """Return a number above zero, or raise with its column."""
    try:
        value = None if is_blank(row[name]) else number(row[name])
    except CellError as fault:
        raise CellError(f"{name}: {fault}") from fault
    if value is None or value <= 0:
        raise CellError(f"{name}: {text(row[name]) or '-'}")
    return value


def _minute_of_day(clock: str) -> int:
    """Return the minutes after midnight of `HH:MM`, or raise."""
    found = _CLOCK.fullmatch(clock)
    if not found:
        raise CellError(f"first, last: {clock or '-'}")
    return int(found[1]) * 60 + int(found[2])


def count_days(days: str) -> int:
    """Return how many days of the week are named.

    Raises
    ------
    CellError
        When a day is not understood.

    >>> count_days("Mo-Fr,Su"), count_days("每天"), count_days("周一至周五"), count_days("1,3,5")
    (6, 7, 5, 3)
    """
    plain = days.strip().lower()
    if plain in _EVERY_DAY:
        return 7
    named: set[int] = set()
    for part in re.split(r"[,;，、；]+", re.sub(r"周|星期|礼拜|\s", "", plain)):
        ends = re.split(r"[-–~至到]", part)
        unknown = [end for end in ends if end not in _DAYS]
        if unknown or len(ends) > 2:
            raise CellError(f"days: {days}")
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        named |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return len(named)
