"""Ferry timetables: waiting, by timetable only, who is carried, faults of rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import StudyError
from data.roads.ferries import count_days, read_ferries
from data.roads.read import RoadOptions
from data.study.tables import TableSource
from data.tables.cells import CellError
from tests.data.roads.answers import codes, finding, read, seconds
from tests.data.roads.drawn_osm import write_osm

HEADER = "way,name,first,last,sailings_per_day,days,crossing_minutes,carries"
STREET = {"highway": "residential"}


def table(folder: Path, *rows: str, header: str = HEADER) -> TableSource:
    path = folder / "ferries.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return TableSource(path)


def test_frequent_ferries_wait_half_an_interval(tmp_path):
    findings = []
    source = table(tmp_path, "10,Line 1,06:00,18:00,13,Mo-Su,20,foot")
    (ferry,) = read_ferries(source, findings)
    assert not findings
    assert not ferry.is_scheduled
    assert ferry.waiting_minutes == 30  # 12 hours, 12 intervals of an hour
    assert ferry.use.ferry_minutes == 50


@pytest.mark.parametrize(
    ("sailings", "days", "scheduled", "waiting_minutes"),
    [
        (4, "Mo-Su", False, 120),
        (4, "Mo-Fr", False, 120),
        (3, "Mo-Su", True, 240),
        (4, "Mo-Th", True, 7 * 24 * 60 / 16 / 2),
        (1, "每天", True, 720),
    ],
)
def test_few_sailings_are_by_timetable(tmp_path, sailings, days, scheduled, waiting_minutes):
    source = table(tmp_path, f"10,,6:00,18:00,{sailings},{days},20,vehicles")
    (ferry,) = read_ferries(source, [])
    assert ferry.is_scheduled == scheduled
    assert ferry.waiting_minutes == waiting_minutes


@pytest.mark.parametrize(
    ("carries", "modes"),
    [
        ("foot", {"walk"}),
        ("", {"walk"}),
        ("仅行人", {"walk"}),
        ("bicycles", {"walk", "e_bike"}),
        ("vehicles", {"walk", "e_bike", "car"}),
        ("车客渡", {"walk", "e_bike", "car"}),
    ],
)
def test_who_is_carried_over_a_strait(tmp_path, carries, modes):
    nodes = {1: (0, 0), 2: (100, 0), 3: (3000, 0), 4: (3100, 0)}
    ways = [(1, [1, 2], STREET), (2, [3, 4], STREET), (10, [2, 3], {"route": "ferry"})]
    pbf = write_osm(tmp_path / "a.osm.pbf", nodes, ways)
    source = table(tmp_path, f"10,Line,06:00,18:00,13,Mo-Su,20,{carries}")
    found = read(pbf, options=RoadOptions(ferries=source))
    reached = {m for m in ("walk", "e_bike", "car") if seconds(found, m, 1, 4) is not None}
    assert reached == modes
    assert seconds(found, "walk", 1, 4) == pytest.approx(160 + 50 * 60, abs=0.2)
    assert "ferry_without_time" not in codes(found)
    assert found.ferries[0].last == "18:00"


def test_behind_a_ferry_by_timetable_everything_is_reachable_and_hours_away(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 3: (3000, 0)}
    ways = [(1, [1, 2], STREET), (10, [2, 3], {"route": "ferry", "duration": "5"})]
    pbf = write_osm(tmp_path / "a.osm.pbf", nodes, ways)
    source = table(tmp_path, "10,Line,,,2,Mo-Su,20,foot", "11,Other,06:00,18:00,9,Mo-Su,20,foot")
    found = read(pbf, options=RoadOptions(ferries=source))
    assert seconds(found, "walk", 1, 3) == pytest.approx(80 + (20 + 360) * 60, abs=0.2)
    assert seconds(found, "car", 1, 3) is None
    assert finding(found, "ferry_scheduled")["count"] == 1
    assert finding(found, "ferry_unknown") == {"count": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,,06:00,18:00,9,Mo-Su,20,foot", "way"),
        ("10,,06:00,18:00,0,Mo-Su,20,foot", "sailings_per_day: 0"),
        ("10,,06:00,18:00,9,Mo-Su,-5,foot", "crossing_minutes: -5"),
        ("10,,06:00,18:00,9,Mo-Su,,foot", "crossing_minutes: -"),
        ("10,,,,9,Mo-Su,20,foot", "first, last"),
        ("10,,18:00,06:00,9,Mo-Su,20,foot", "first 18:00, last 06:00"),
        ("10,,06:00,18:00,9,someday,20,foot", "days: someday"),
        ("10,,06:00,18:00,9,Mo-Su,20,elephants", "carries: elephants"),
    ],
)
def test_faulty_rows_are_errors_with_their_reason(tmp_path, row, reason):
    findings = []
    good = "11,,06:00,18:00,9,Mo-Su,20,foot"
    assert len(read_ferries(table(tmp_path, row, good), findings)) == 1
    (told,) = findings
    assert told.code == "ferry_row"
    assert told.rows == (1,)
    assert dict(told.params)["reason"].startswith(reason)


def test_missing_columns_stop_the_reading_of_roads(tmp_path):
    pbf = write_osm(tmp_path / "a.osm.pbf", {1: (0, 0), 2: (9, 0)}, [(1, [1, 2], STREET)])
    source = table(tmp_path, "10,20", header="way,minutes")
    with pytest.raises(StudyError) as fault:
        read(pbf, options=RoadOptions(ferries=source))
    assert [f.column for f in fault.value.findings] == ["sailings_per_day", "crossing_minutes"]


@pytest.mark.parametrize(
    ("days", "count"),
    [
        *[("Mo-Su", 7), ("", 7), ("daily", 7), ("每天", 7), ("Mo-Fr", 5), ("Fr-Mo", 4)],
        *[
            ("Mo,We,Fr", 3),
            ("周一至周五", 5),
            ("星期一、星期三", 2),
            ("1-7", 7),
            ("6,7", 2),
            ("周日", 1),
        ],
    ],
)
def test_days_of_the_week(days, count):
    assert count_days(days) == count


@pytest.mark.parametrize("days", ["Mo-Fr-Su", "8", "weekends", "Mo-"])
def test_days_that_are_not(days):
    with pytest.raises(CellError):
        count_days(days)
