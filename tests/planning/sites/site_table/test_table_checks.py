"""Faults of tables and options: all at once, by file, column and row, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.errors import StudyError
from planning.sites.site_table.run import run_site_table
from tests.planning.sites.site_table.small_tables import DEMAND, LOADS, TIMES, planned

OK = {"model": "mclp", "limit": 20.0, "count": 1}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"times": TIMES.replace("site_id", "site")}, ["siting_table_column"]),
        ({"times": "demand_id,site_id,cost\n"}, ["siting_table_empty"]),
        ({"times": TIMES + "D1,S1,9\n"}, ["siting_pair_duplicate"]),
        ({"times": TIMES + "D9,S1,9\n"}, ["siting_id_unknown"]),
        ({"times": TIMES + "D3,,9\n"}, ["siting_id_blank"]),
        ({"times": TIMES.replace("25", "-25")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "nan")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "inf")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "25 min")}, ["siting_number"]),
        ({"demand": DEMAND + "D3,5\n"}, ["siting_id_duplicate"]),
        ({"demand": DEMAND.replace("2000", "-1")}, ["siting_number"]),
        ({"demand": DEMAND.replace("2000", "NA")}, ["siting_number"]),
        ({"demand": "demand_id,people\nD1,0\nD2,0\nD3,0\n"}, ["siting_no_people"]),
        ({"demand": DEMAND.replace("2000", "1e308")}, ["siting_number_size"]),
        ({"times": TIMES.replace("25", "1e-320")}, ["siting_number_size"]),
        ({"times": TIMES.replace("25", "1e400")}, ["siting_number"]),
        ({"times": TIMES.replace(",25", ",25,x")}, ["file_unreadable"]),
        ({"times": "demand_id,site_id,cost\nD1,S1,5,x\n"}, ["row_too_long"]),
        ({"times": ""}, ["file_unreadable"]),
        ({"times": TIMES + '"D1,S3,4\n'}, ["file_unreadable"]),
        (
            {"times": "demand_id,site_id,cost\nD4,S1,5\n", "demand": DEMAND + "D4,0\n"},
            ["siting_nobody_listed"],
        ),
        ({"limit": 2.0}, ["siting_nobody_in_reach"]),
        ({"limit": 1e308}, ["siting_number_range"]),
        ({"limit": None}, ["siting_option_missing"]),
        ({"limit": float("nan")}, ["siting_option_wrong"]),
        ({"count": None}, ["siting_option_missing"]),
        ({"count": 0}, ["siting_option_wrong"]),
        ({"count": 3}, ["siting_count_above_candidates"]),
        ({"count": 10**25}, ["siting_count_above_candidates"]),
        ({"existing": ("S1",), "count": 2, "limit": 10.0}, ["siting_count_above_candidates"]),
        ({"existing": ("S9",)}, ["siting_id_unknown"]),
        ({"model": "capacitated"}, ["siting_option_missing"]),
        ({"model": "capacitated", "capacity": LOADS + "S3,0,9\n"}, ["siting_id_unknown"]),
        ({"model": "capacitated", "capacity": LOADS[:-10]}, ["siting_site_without_loads"]),
        ({"model": "capacitated", "capacity": LOADS + "S2,0,9\n"}, ["siting_id_duplicate"]),
        (
            {"model": "capacitated", "capacity": LOADS.replace("S1,0", "S1,9999")},
            ["siting_lower_above_upper"],
        ),
        (
            {
                "model": "capacitated",
                "capacity": "site_id,lower,upper\nS1,7000,9000\nS2,8000,9000\n",
            },
            ["siting_lower_above_people"],
        ),
        (
            {
                "times": TIMES.replace("25", "x") + "D9,S1,1\nD9,S1,1\n",
                "demand": DEMAND.replace("1000", "-3"),
                "existing": ("S7",),
            },
            [
                "siting_pair_duplicate",
                "siting_number",
                "siting_number",
                "siting_id_unknown",
                "siting_id_unknown",
            ],
        ),
    ],
)
def test_faults(tmp_path: Path, changes: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(StudyError) as caught:
        planned(tmp_path, out=tmp_path / "PLAN.json", **{**OK, **changes})
    assert [finding.code for finding in caught.value.findings] == codes
    assert str(caught.value)  # every sentence can be made
    assert not (tmp_path / "PLAN.json").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"times\.csv.*\n.*demand\.csv.*\n.*--limit"):
        run_site_table(tmp_path / "times.csv", tmp_path / "demand.csv", model="mclp", count=1)


def test_faults_name_file_column_and_rows(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"times\.csv: column cost: rows 2"):
        planned(tmp_path, times=TIMES.replace("25", "-25"), **OK)


def test_row_numbers_count_blank_lines(tmp_path: Path) -> None:
    times = TIMES.replace("D2,S1", "\n\nD2,S1").replace("35", "-35")
    with pytest.raises(StudyError, match=r"times\.csv: column cost: rows 7"):
        planned(tmp_path, times=times, **OK)


def test_a_table_that_cannot_be_read_does_not_hide_the_faults_of_another(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        planned(tmp_path, times="a,b\n1,2\n", demand=DEMAND.replace("1000", "-3"), model="mclp")
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["siting_table_column"] * 3 + ["siting_option_missing"] * 2 + ["siting_number"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"times": TIMES.replace("25", "99999")}, "cost"),
        ({"times": TIMES.replace("25", "9999")}, "cost"),
        ({"demand": DEMAND.replace("2000", "65535")}, "people"),
        ({"demand": DEMAND.replace("2000", "2147483647")}, "people"),
    ],
)
def test_numbers_that_look_like_no_value_are_told_and_taken(
    tmp_path: Path, changes: Any, column: str
) -> None:
    plan = planned(tmp_path, **{**OK, **changes})
    told = [note["code"] for note in plan["findings"]]
    assert told.count("numbers_like_no_value") == 1
    unchanged = planned(tmp_path, **OK)
    assert "numbers_like_no_value" not in [note["code"] for note in unchanged["findings"]]
