"""Opening hours as text into intervals of the week: `Mo-Fr 08:00-17:00`, 周一至周五 8:00-17:00.

A later rule replaces the hours of a day that it overlaps and adds to those it does not. Holidays
are noted and are in no interval of the week.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.errors import StudyError
from geo.errors import Finding
from planning.words.wording import msgid

Holidays: TypeAlias = Literal["not_stated", "open", "closed"]
Span: TypeAlias = tuple[int, int]

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES

_DAYS = {name: i for i, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))}
_CHINESE_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "七": 6}
_SETS = {
    "工作日": "mo-fr",
    "周末": "sa-su",
    "双休日": "sa-su",
    "每天": "mo-su",
    "每日": "mo-su",
    "天天": "mo-su",
    "全周": "mo-su",
}
_HALVES = ("上午", "早上", "中午", "下午", "晚上", "夜间", "傍晚")
_NIGHTS = ("晚上", "夜间")
_HOLIDAY = re.compile(
    r"\([^()]*(?:节假日|法定)[^()]*\)|(?:及|和|与|,)?(?:国家)?(?:法定)?节假日(?:除外|不休息?|照常)?"
)
_CLOSED = ("off", "closed", "休息", "不开放", "停诊", "关闭", "除外", "休")
_TIME = re.compile(r"^(\d{1,2})(?::(\d{2}))?$")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―－﹣−~～至到", "-"))


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a place is open in an ordinary week.

    Parameters
    ----------
    intervals
        (start, end) in minutes from Monday 00:00, end excluded, in order, not touching one
        another. A night across Sunday's midnight is cut in two.
    weekdays
        Days on which opening begins, 0 for Monday; a night counts for the day it begins on.
    holidays
        What is said of public holidays.
    text
        As it was written.
    """

    intervals: tuple[Span, ...]
    weekdays: tuple[int, ...]
    holidays: Holidays = "not_stated"
    text: str = ""

    def is_open(self, minute: int) -> bool:
        """Return whether the place is open at a minute of the week.

        >>> parse_hours("Fr 22:00-06:00").is_open(5 * 1440 + 60)
        True
        """
        return any(start <= minute % WEEK_MINUTES < end for start, end in self.intervals)

    def minutes_within(self, window: Span) -> int:
        """Return the minutes of opening inside one window of the week."""
        begin, stop = window
        return sum(max(0, min(end, stop) - max(start, begin)) for start, end in self.intervals)

    @property
    def days_per_week(self) -> int:
        """Days of the week on which opening begins."""
        return len(self.weekdays)

    @property
    def hours_per_week(self) -> float:
        """Hours of opening in a week."""
        return sum(end - start for start, end in self.intervals) / 60


WINDOWS: dict[str, tuple[Span, ...]] = {
    "weekday": tuple((d * DAY_MINUTES + 480, d * DAY_MINUTES + 1020) for d in range(5)),
    "evening": tuple((d * DAY_MINUTES + 1050, d * DAY_MINUTES + 1320) for d in range(5)),
    "weekend": tuple((d * DAY_MINUTES + 480, d * DAY_MINUTES + 1020) for d in (5, 6)),
}
"""Named windows `[I]`: Mo-Fr 08:00-17:00, Mo-Fr 17:30-22:00, Sa and Su 08:00-17:00."""

WINDOW_WORDS: dict[str, str] = {
    "weekday": msgid("on a working day between 08:00 and 17:00"),
    "evening": msgid("on a working day after 17:30"),
    "weekend": msgid("at a weekend between 08:00 and 17:00"),
}
"""The windows as they are printed beside a share."""


def parse_hours(text: str) -> OpeningHours:
    """Read opening hours.

    Parameters
    ----------
    text
        Rules joined by `;`: days and times such as `Mo-Fr 08:00-12:00,13:30-17:00; Sa off`,
        `24/7`, 周一至周五 8:00-17:00, 周一、三、五上午8:00-11:30, 每天, 工作日; what is said of
        holidays (`PH off`, 节假日休息) is noted.

    Raises
    ------
    StudyError
        For a part that cannot be read.

    >>> parse_hours("周一至周五 08:00-17:00") .intervals[0]
    (480, 1020)
    >>> parse_hours("Mo-Fr 08:00-17:00; PH off").holidays
    'closed'
    """
    return _parse(text.strip())


def read_hours(
    texts: Sequence[str],
) -> tuple[tuple[OpeningHours | None, ...], tuple[Finding, ...]]:
    """Read the hours of many places: None for a blank, None and a finding for a bad text.

    A text of holidays alone (节假日休息) tells no hours of the week: None too.
    """
    hours: list[OpeningHours | None] = []
    findings: list[Finding] = []
    for row, text in enumerate(texts, start=1):
        try:
            read = parse_hours(text) if text.strip() else None
            hours.append(read if read is not None and read.intervals else None)
        except StudyError as error:
            hours.append(None)
            findings += [
                Finding(f.code, f.params, column="hours", rows=(row,)) for f in error.findings
            ]
    return tuple(hours), tuple(findings)


def open_at(hours: Sequence[OpeningHours | None], minute: int) -> NDArray[np.bool_]:
    """Return (n,) True for places open at a minute of the week; without hours they are not."""
    return np.array([h is not None and h.is_open(minute) for h in hours], dtype=np.bool_)


def open_in(
    hours: Sequence[OpeningHours | None], window: str, *, min_minutes: int = 60
) -> NDArray[np.bool_]:
    """Return (n,) True for places open for at least `min_minutes` within a window on one day."""
    spans = WINDOWS[window]
    return np.array(
        [
            h is not None and any(h.minutes_within(span) >= min_minutes for span in spans)
            for h in hours
        ],
        dtype=np.bool_,
    )


@lru_cache(maxsize=4096)
def _parse(text: str) -> OpeningHours:
    plain = _plain(text)
    if plain in {"24/7", "24小时", "全天", "mo-su24小时", "mo-su全天"}:
        return OpeningHours(((0, WEEK_MINUTES),), tuple(range(7)), text=text)
    week: list[list[Span]] = [[] for _ in range(7)]
    holidays: Holidays = "not_stated"
    days: tuple[int, ...] = tuple(range(7))
    for rule in re.split(r"[;。]", plain):
        if not rule:
            continue
        holidays = _holidays(rule) or holidays
        rest = _without_holidays(rule)
        if rest:
            days = _read_rule(rest, days, week, text)
    if not any(week) and holidays == "not_stated":
        raise StudyError(Finding("hours_unread", (("text", text), ("part", text))))
    weekdays = tuple(day for day, spans in enumerate(week) if spans)
    return OpeningHours(_merged(week), weekdays, holidays, text)


def _plain(text: str) -> str:
    """Return the text in one spelling: half width, `mo` for Monday, `-` for all dashes."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.replace("、", ",").replace("；", ";").translate(_DASHES)
    plain = re.sub(r"\s*([-,;:])\s*", r"\1", plain)
    plain = re.sub(r"(?<=\d)[点时]半", ":30", plain)
    plain = re.sub(r"(?<=\d)[点时]", ":00", plain)
    for word, days in _SETS.items():
        plain = plain.replace(word, days)
    plain = re.sub(r"(?:星期|礼拜|周)([一二三四五六日天七])", _day_name, plain)
    for _ in range(6):  # 周一、三、五 or 周一三五: each pass carries the week one name further
        plain = re.sub(r"(mo|tu|we|th|fr|sa|su)([-,]?)([一二三四五六日天七])", _day_tail, plain)
    # A comma or a blank may stand between two rules, or between morning and afternoon.
    plain = re.sub(r"(?<=[\df休]),\s*(?=(?:mo|tu|we|th|fr|sa|su|ph)\b|法|节)", ";", plain)
    plain = re.sub(r"(?<=\d),(?=(?:mo|tu|we|th|fr|sa|su|ph)[-,\d])", ";", plain)
    plain = re.sub(r"(?<=[\df])\s+(?=(?:mo|tu|we|th|fr|sa|su|ph|法定|节假日)\b|法|节)", ";", plain)
    plain = re.sub(r"(?<=\d)\s*(?=下午|晚上|夜间|傍晚|中午)", ",", plain)
    return re.sub(r"\s+", "", plain)


def _day_name(found: re.Match[str]) -> str:
    return list(_DAYS)[_CHINESE_DAYS[found.group(1)]]


def _day_tail(found: re.Match[str]) -> str:
    return found.group(1) + (found.group(2) or ",") + list(_DAYS)[_CHINESE_DAYS[found.group(3)]]


def _holidays(rule: str) -> Holidays | None:
    """Return what a rule says of public holidays; None where it says nothing of them."""
    if not (rule.startswith(("ph", "sh")) or ",ph" in rule or "节假日" in rule or "法定" in rule):
        return None
    return "closed" if any(word in rule for word in _CLOSED) and "不休" not in rule else "open"


def _without_holidays(rule: str) -> str:
    """Return what a rule says of days of the week; empty where it is about holidays alone."""
    if rule.startswith(("ph", "sh", "节", "法", "国")):
        return ""
    return _HOLIDAY.sub("", rule.replace(",ph", ""))


def _read_rule(
    rule: str, last_days: tuple[int, ...], week: list[list[Span]], text: str
) -> tuple[int, ...]:
    """Write one rule into the week and return its days, which a rule without days repeats."""
    head = re.match(r"^((?:(?:mo|tu|we|th|fr|sa|su)[-,]?)*)", rule)
    names = (head.group(1) if head else "").rstrip(",-")
    rest = rule[len(names) :].lstrip(",:")
    days = _days(names, rule, text) if names else last_days
    if any(rest == word for word in _CLOSED):
        for day in days:
            week[day] = []
        return days
    is_whole_day = rest in {"24小时", "全天"}
    spans = [(0, DAY_MINUTES)] if is_whole_day else _spans(rest, rule, text)
    for day in days:
        is_new = not any(a < d and c < b for a, b in week[day] for c, d in spans)
        week[day] = [*week[day], *spans] if is_new else spans
    return days


def _days(names: str, rule: str, text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in names.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise StudyError(Finding("hours_unread", (("text", text), ("part", rule))))
        start, end = _DAYS[first], _DAYS[last or first]
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return tuple(dict.fromkeys(days))


def _spans(times: str, rule: str, text: str) -> list[Span]:
    spans: list[Span] = []
    for part in re.split(r"[,和及]", times):
        half = next((word for word in _HALVES if part.startswith(word)), "")
        start, _, end = part.removeprefix(half).partition("-")
        own = next((word for word in _HALVES if end.startswith(word)), "")
        end = end.removeprefix(own)
        begin, stop = _minute(start, half), _minute(end, own or half)
        if begin is None or stop is None or begin == stop or begin >= DAY_MINUTES:
            raise StudyError(Finding("hours_unread", (("text", text), ("part", rule))))
        spans.append((begin, stop if stop > begin else stop + DAY_MINUTES))
    return spans


def _minute(time: str, half: str) -> int | None:
    """Return the minute of the day of `8`, `8:30`, of 下午2:00 and 中午1:30 as people mean them."""
    found = _TIME.match(time)
    if found is None:
        return None
    hour, minute = int(found.group(1)), int(found.group(2) or 0)
    is_noon_passed = half == "中午" and hour < 6
    if is_noon_passed or (half in ("下午", "晚上", "夜间", "傍晚") and hour < 12):
        hour += 12
    elif half in _NIGHTS and hour == 12:
        hour = 24
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY_MINUTES else None


def _merged(week: list[list[Span]]) -> tuple[Span, ...]:
    """Return intervals of the week in order, joined where they touch, cut at Sunday's midnight."""
    spans: list[Span] = []
    for day, times in enumerate(week):
        for start, end in times:
            begin, stop = day * DAY_MINUTES + start, day * DAY_MINUTES + end
            spans.append((begin, min(stop, WEEK_MINUTES)))
            if stop > WEEK_MINUTES:
                spans.append((0, stop - WEEK_MINUTES))
    joined: list[Span] = []
    for begin, stop in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((begin, stop))
    return tuple(joined)
