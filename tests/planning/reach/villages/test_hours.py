"""Opening hours in the spellings that lists have; intervals are minutes from Monday 00:00."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import StudyError
from planning.reach.villages.hours import (
    DAY_MINUTES,
    WEEK_MINUTES,
    WINDOWS,
    OpeningHours,
    open_at,
    open_in,
    parse_hours,
    read_hours,
)


def at(day: int, hour: float) -> int:
    return day * DAY_MINUTES + round(hour * 60)


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 08:00-17:00",
        "mo-fr 8:00-17:00",
        "Mo,Tu,We,Th,Fr 08:00-17:00",
        "周一至周五 8:00-17:00",
        "周一到周五8:00—17:00",
        "周一至五 8:00-17:00",
        "星期一至星期五 ８：００－１７：００",
        "工作日 8:00至17:00",
        "周一至周五 8点-17点",
        "周一、二、三、四、五 8:00～17:00",
        "Mo-Fr 08:00-17:00; PH off",
        "Mo-Su 08:00-17:00; Sa,Su off",
        "Mo-Fr 08:00-17:00; Sa-Su off",
    ],
)
def test_five_working_days_in_every_spelling(text: str) -> None:
    hours = parse_hours(text)
    assert hours.intervals == tuple((at(day, 8), at(day, 17)) for day in range(5))
    assert hours.days_per_week == 5
    assert hours.hours_per_week == 45


@pytest.mark.parametrize(
    ("text", "days", "hours_per_week"),
    [
        ("Mo-Fr 08:00-12:00,13:30-17:00", 5, 37.5),
        ("周一至周五 上午8:00-11:30 下午1:30-5:00", 5, 35.0),
        ("周一至周五上午8:00-11:30；周一至周五下午1:30-5:00", 5, 35.0),
        ("周一至周五08:00—11:30，13:30—17:00；周六上午8:00-11:30", 6, 38.5),
        ("周一、三、五 8:00-11:30", 3, 10.5),
        ("Mo,We,Fr 08:00-11:00", 3, 9.0),
        ("每天 8:00-20:00", 7, 84.0),
        ("Mo-Fr 08:00-17:00 Sa 08:00-12:00", 6, 49.0),
        ("Mo-Fr 08:00-17:00, Sa 08:00-12:00", 6, 49.0),
        ("Mo-Fr 08:00-12:00,13:30-17:00, Sa 08:00-12:00", 6, 41.5),
        ("周一至周五8:00-17:00，周六8:00-12:00", 6, 49.0),
        ("周一至周五 8:00-17:00，周六、周日 8:00-12:00", 7, 53.0),
        ("Mo-Su,PH 08:00-17:00", 7, 63.0),
        ("Mo-Fr 08:00-17:00; Sa,Su,PH off", 5, 45.0),
        ("Mo-Su 08:00-17:00; We off", 6, 54.0),
        ("Mo-Su 08:00-17:00; Sa-Su 09:00-12:00", 7, 51.0),
        ("Sa-Mo 08:00-12:00", 3, 12.0),
        ("24/7", 7, 168.0),
        ("全天", 7, 168.0),
        ("Mo-Fr 08:00-24:00", 5, 80.0),
        ("8:00-17:00", 7, 63.0),
    ],
)
def test_days_and_hours(text: str, days: int, hours_per_week: float) -> None:
    hours = parse_hours(text)
    assert (hours.days_per_week, hours.hours_per_week) == (days, hours_per_week)


def test_across_midnight() -> None:
    friday = parse_hours("Fr 22:00-06:00")
    assert friday.intervals == ((at(4, 22), at(5, 6)),)
    assert friday.days_per_week == 1
    assert friday.is_open(at(4, 23))
    assert friday.is_open(at(5, 5.99))
    assert not friday.is_open(at(5, 6))


def test_across_the_midnight_of_sunday_the_week_closes_on_itself() -> None:
    sunday = parse_hours("周日 20:00-08:00")
    assert sunday.intervals == ((0, at(0, 8)), (at(6, 20), WEEK_MINUTES))
    assert sunday.days_per_week == 1
    assert sunday.hours_per_week == 12
    assert sunday.is_open(at(7, 1))


def test_touching_intervals_join() -> None:
    hours = parse_hours("Mo 22:00-24:00; Tu 00:00-08:00")
    assert hours.intervals == ((at(0, 22), at(1, 8)),)
    assert hours.days_per_week == 2


@pytest.mark.parametrize(
    ("text", "holidays"),
    [
        ("Mo-Fr 08:00-17:00", "not_stated"),
        ("Mo-Fr 08:00-17:00; PH off", "closed"),
        ("Mo-Fr 08:00-17:00 PH off", "closed"),
        ("Mo-Fr 08:00-17:00; Sa,Su,PH off", "closed"),
        ("Mo-Su,PH 08:00-17:00", "open"),
        ("Mo-Su 08:00-17:00; PH 09:00-12:00", "open"),
        ("周一至周五 8:00-17:00；节假日休息", "closed"),
        ("周一至周五 8:00-17:00 法定节假日除外", "closed"),
        ("每天 8:00-17:00；节假日不休", "open"),
    ],
)
def test_holidays_are_noted_and_change_no_week(text: str, holidays: str) -> None:
    hours = parse_hours(text)
    assert hours.holidays == holidays
    assert hours.is_open(at(2, 10))


@pytest.mark.parametrize(
    "text",
    ["abc", "Mo-Fr", "25:00-26:00", "Mo-Fr 08:00", "Jan-Mar Mo 08:00-10:00", "周八 8:00-9:00",
     "Mo 08:61-09:00", "Mo 08:00-08:00", "sunrise-sunset"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(StudyError, match=r"cannot be read.*Mo-Fr 08:00-17:00"):
        parse_hours(text)


def test_a_list_of_hours_keeps_reading() -> None:
    hours, findings = read_hours(["Mo 08:00-09:00", "", "?", "  "])
    assert [value is None for value in hours] == [False, True, True, True]
    assert [(f.code, f.rows, f.column) for f in findings] == [("hours_unread", (3,), "hours")]


def test_windows() -> None:
    texts = [
        "Mo-Fr 08:00-17:00",
        "Sa 08:00-12:00",
        "Mo 18:00-20:00",
        "Mo-Fr 15:30-18:20",  # 50 minutes after 17:30 a day are not an hour
        "",
        "24/7",
    ]
    hours, _ = read_hours(texts)
    assert open_in(hours, "weekday").tolist() == [True, False, False, True, False, True]
    assert open_in(hours, "weekend").tolist() == [False, True, False, False, False, True]
    assert open_in(hours, "evening").tolist() == [False, False, True, False, False, True]
    assert open_in(hours, "weekday", min_minutes=91).tolist()[3] is False
    assert open_in(hours, "evening", min_minutes=50).tolist()[3] is True
    assert open_at(hours, at(0, 8)).tolist() == [True, False, False, False, False, True]
    assert open_at(hours, at(0, 17)).tolist() == [False, False, False, True, False, True]


def test_minutes_within_agrees_with_counting_minutes(rng: np.random.Generator) -> None:
    for _ in range(20):
        edges = np.sort(rng.choice(WEEK_MINUTES, 6, replace=False)).tolist()
        hours = OpeningHours(tuple(zip(edges[::2], edges[1::2], strict=True)), ())
        for spans in WINDOWS.values():
            for begin, stop in spans:
                counted = sum(hours.is_open(minute) for minute in range(begin, stop))
                assert hours.minutes_within((begin, stop)) == counted


@pytest.mark.parametrize(
    ("text", "spans", "holidays"),
    [
        ("中午11:30-13:30", [(0, 690, 810)], "not_stated"),
        ("中午12:00-1:30", [(0, 720, 810)], "not_stated"),
        ("晚上6:00-12:00", [(0, 1080, 1440)], "not_stated"),
        ("上午8:30-下午5:00", [(0, 510, 1020)], "not_stated"),
        ("周六日8:00-12:00", [(5, 480, 720), (6, 480, 720)], "not_stated"),
        ("周一三上午8:00-11:30", [(0, 480, 690), (2, 480, 690)], "not_stated"),
        ("周末及节假日9:00-16:00", [(5, 540, 960), (6, 540, 960)], "open"),
        ("周一8:00-17:00（节假日不休）", [(0, 480, 1020)], "open"),
        ("周一8:00-17:00节假日除外", [(0, 480, 1020)], "closed"),
        ("周一8:00-17:00，周末、节假日休息", [(0, 480, 1020)], "closed"),
    ],
)
def test_words_of_the_day_and_of_holidays(
    text: str, spans: list[tuple[int, int, int]], holidays: str
) -> None:
    hours = parse_hours(text)
    found = [(a // 1440, a % 1440, b - a // 1440 * 1440) for a, b in hours.intervals]
    assert found[: len(spans)] == spans
    assert len(hours.weekdays) in {len(spans), 7}
    assert hours.holidays == holidays


def test_holidays_alone_tell_no_hours() -> None:
    assert read_hours(["节假日休息", "Mo 08:00-12:00; PH off"])[0][0] is None
