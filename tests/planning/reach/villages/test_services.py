"""Services in the words of lists: who offers them, shares, and who is within reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo.pairs import reach_from_table
from planning.reach.mode_times import ModeTimes
from planning.reach.villages.opening import opening_of
from planning.reach.villages.service_words import SERVICES, SHOWN
from planning.reach.villages.services import (
    flag_share,
    read_services,
    service_cover,
    service_share,
)
from planning.reach.villages.time_of_week import minute_of_week, open_in_window, week_cover


def times(minutes: list[list[float | None]]) -> ModeTimes:
    table = np.array(
        [
            (f, d, round(value * 600))
            for f, row in enumerate(minutes)
            for d, value in enumerate(row)
            if value is not None
        ]
    )
    n = len(minutes[0])
    pairs = reach_from_table(
        table[:, 0], table[:, 1], table[:, 2], n_facilities=len(minutes), n_demand=n
    )
    return ModeTimes("e_bike", pairs, 30.0, np.zeros(n, dtype=bool))


@pytest.mark.parametrize(
    ("service", "text", "expected"),
    [
        ("dr", "DR;彩超;心电图", True),
        ("dr", "数字X线摄影", True),
        ("dr", "Drug store", False),
        ("ct", "CT;MRI", True),
        ("ct", "PET-CT", True),
        ("ct", "active", False),
        ("inpatient", "全科;住院", True),
        ("geriatric", "老年医学科", True),
        ("geriatric", "老年健康管理", False),
        ("vaccination", "Vaccination; TCM", True),
        ("tcm", "中医适宜技术", True),
        ("mental_health", "心理", True),
        ("remote_ecg", "远程心电", True),
        ("ecg", "远程心电", False),
        # Each of these was a yes: routine work, remote work, denied, stopped, planned, on order.
        ("mental_health", "严重精神障碍患者管理", False),
        ("dr", "远程放射诊断", False),
        ("inpatient", "无住院", False),
        ("inpatient", "住院（停）", False),
        ("inpatient", "住院停用", False),
        ("ct", "CT筹建中", False),
        ("dr", "DR（在购）", False),
        ("dr", "DR 2台", True),
        ("inpatient", "住院部 40张", True),
        ("observation", "预检分诊", False),
    ],
)
def test_words_of_lists(
    make_facilities: Callable[..., Any], service: str, text: str, expected: bool
) -> None:
    offer = read_services(make_facilities({"id": "A", "services": text}), service)
    assert offer.has.tolist() == [expected]
    assert not offer.is_unknown[0]


def test_a_word_that_may_mean_two_things_decides_nothing(
    make_facilities: Callable[..., Any],
) -> None:
    rows = make_facilities(
        {"id": "A", "services": "全科;X光"}, {"id": "B", "services": "X光", "equipment": "DR"}
    )
    offer = read_services(rows, "dr")
    assert offer.has.tolist() == [False, True]
    assert offer.is_unknown.tolist() == [True, False]
    assert offer.unclear == (("x光", ("A",)),)
    assert offer.words_of(np.array([True, True])) == [("dr", 1)]


def test_dr_of_six_centres(make_facilities: Callable[..., Any]) -> None:
    rows = [{"id": f"A{i}", "equipment": "DR"} for i in range(6)]
    share = service_share(make_facilities(*rows), "dr", is_counted=np.ones(6, dtype=bool))
    assert (share.numerator, share.denominator, share.share) == (6, 6, 1.0)
    ct = service_share(make_facilities(*rows), "ct", is_counted=np.ones(6, dtype=bool))
    assert ct.share == 0
    assert len(ct.missing_ids) == 6


def test_rows_that_say_nothing_are_unknown_and_no_yes(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "A", "services": "住院"}, {"id": "B"}, {"id": "C", "services": "x"}
    )
    share = service_share(facilities, "inpatient", is_counted=np.ones(3, dtype=bool))
    assert share.share == pytest.approx(1 / 3)
    assert share.upper == pytest.approx(2 / 3)
    assert share.unknown == 1
    none = service_share(facilities, "inpatient", is_counted=np.zeros(3, dtype=bool))
    assert none.share is None
    assert none.upper is None


def test_flags(make_facilities: Callable[..., Any]) -> None:
    rows = [
        {"id": k, "insurance_enabled": v} for k, v in {"A": True, "B": False, "C": None}.items()
    ]
    share = flag_share(make_facilities(*rows), "insurance_enabled", is_counted=np.ones(3, bool))
    assert (share.numerator, share.denominator, share.unknown) == (1, 3, 1)
    assert share.missing_ids == ("B", "C")


def test_coverage_by_service_and_its_group(
    make_facilities: Callable[..., Any], make_demand: Callable[..., Any]
) -> None:
    facilities = make_facilities(
        {"id": "A", "services": "预防接种"}, {"id": "B", "services": "预防接种"}, {"id": "C"}
    )
    demand = make_demand([100, 50, 30], [0, 0, -1], groups={"0-6": [10, 5, 3]})
    rows = service_cover(
        demand,
        facilities,
        times([[5, 25, 5], [25, 5, 25], [1, 1, 1]]),
        is_operating=np.array([True, False, True]),
        minutes=20,
        services=("vaccination", "hospice"),
    )
    everybody, children, hospice = rows
    assert (everybody.people, everybody.people_covered) == (150, 100)
    assert children.share == pytest.approx(10 / 15)
    assert everybody.unknown_facilities == 1
    assert hospice.share == 0
    missing = service_cover(
        make_demand([100], [0]),
        facilities,
        times([[5], [5], [5]]),
        is_operating=np.ones(3, dtype=bool),
        minutes=20,
        services=("vaccination",),
    )
    assert missing[1].share is None  # the study lacks the group


def test_nothing_is_known_of_a_service_that_no_row_names(
    make_facilities: Callable[..., Any], make_demand: Callable[..., Any]
) -> None:
    (cover,) = service_cover(
        make_demand([100], [0]),
        make_facilities({"id": "A"}),
        times([[5]]),
        is_operating=np.array([True]),
        minutes=20,
        services=("dr",),
    )
    assert (cover.people_covered, cover.share, cover.unknown_facilities) == (None, None, 1)


def test_every_shown_service_is_known() -> None:
    assert set(SHOWN) <= set(SERVICES)


def test_the_week(make_facilities: Callable[..., Any], make_demand: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "A", "hours": "Mo-Fr 08:00-17:00"},
        {"id": "B", "hours": "Mo-Su 08:00-20:00"},
        {"id": "C"},
        {"id": "D", "hours": "Fr 22:00-06:00"},
    )
    demand = make_demand([100, 50, 20, 10, 5], [0, 0, 0, 0, -1])
    week = week_cover(
        demand,
        times(
            [
                [5, None, None, None, 5],
                [None, 5, None, None, 5],
                [None, None, 5, None, None],
                [None, None, None, 5, None],
            ]
        ),
        points=np.ones(4, dtype=bool),
        opening=opening_of(facilities),
        minutes=20,
    )
    assert week.people == 180
    assert week.share_at(9) == pytest.approx(150 / 180)
    assert week.share_at(5 * 24 + 9) == pytest.approx(50 / 180)
    assert week.share_at(5 * 24 + 2) == pytest.approx(10 / 180)  # the night of Friday
    assert week.share_at(3) == 0
    by_name = {row.window: row for row in week.windows}
    assert by_name["weekday"].people_covered == 150
    assert by_name["weekday"].people_if_unknown_open == 170
    assert by_name["evening"].people_covered == 50
    assert by_name["weekend"].people_covered == 50
    assert week.people_weekday_only == 100
    assert week.is_weekday_only.tolist() == [True, False, False, False, False]
    assert week.points_without_hours == 1


def test_stated_days_that_contradict_the_hours(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "A", "hours": "Mo-Fr 08:00-17:00", "open_days": 7},
        {"id": "B", "hours": "Mo-Fr 08:00-17:00", "open_days": 5},
        {"id": "C", "open_days": 7},
    )
    opening = opening_of(facilities)
    assert [(f.code, f.rows) for f in opening.findings] == [("open_days_contradict_hours", ("A",))]
    assert opening.days_per_week.tolist() == [7, 5, 7]


def test_stations_open_at_weekends(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "A", "hours": "周一至周日 8:00-17:00"},
        {"id": "B", "hours": "Mo-Fr 08:00-17:00"},
        {"id": "C"},
    )
    is_open, silent = open_in_window(opening_of(facilities), "weekend")
    assert is_open.tolist() == [True, False, False]
    assert silent.tolist() == [False, False, True]


def test_minute_of_week() -> None:
    assert minute_of_week(0, 0) == 0
    assert minute_of_week(6, 23.5) == 7 * 1440 - 30
