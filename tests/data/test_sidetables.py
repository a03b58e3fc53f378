"""Figures of reports and indicators: signs, units and what contradicts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.sidetables import read_circuits, read_indicators, read_reported
from data.study.tables import TableSource
from geo.errors import Finding


def test_signs_of_reported_figures_are_applied_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "reported.csv"
    path.write_text(
        '指标,年份,数值\n覆盖率,2023年,98.5%\n婴儿死亡率,2023,1.63‰\n床位数,2023,"1,234张"\n'
        "说明,2023,很好\n",
        encoding="utf-8",
    )
    findings: list[Finding] = []
    rows = read_reported(TableSource(path=path), findings)
    assert [(row.figure, row.unit) for row in rows] == [
        ("覆盖率", "%"),
        ("婴儿死亡率", "‰"),
        ("床位数", ""),
    ]
    assert [row.value for row in rows] == pytest.approx([0.985, 0.00163, 1234.0])
    assert [f.rows for f in findings if f.code == "cell_not_understood"] == [(4,)]


def test_a_sign_in_the_header_holds_for_rows_without(tmp_path: Path) -> None:
    path = tmp_path / "reported.csv"
    path.write_text("指标,年份,数值（%）\n覆盖率,2023,98.5\n死亡率,2023,2‰\n", encoding="utf-8")
    rows = read_reported(TableSource(path=path), [])
    assert [row.value for row in rows] == pytest.approx([0.985, 0.002])


def test_values_that_contradict_their_unit_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "indicators.csv"
    path.write_text(
        "指标代码,指标值,计量单位\nA,12%,%\nB,12%,\nC,12%,‰\nD,12,‰\n", encoding="utf-8"
    )
    findings: list[Finding] = []
    rows = read_indicators(TableSource(path=path), findings)
    assert [(row["value"], row["unit"]) for row in rows] == [
        (12.0, "%"),
        (12.0, "%"),
        (None, "‰"),
        (12.0, "‰"),
    ]
    assert [f.rows for f in findings if f.code == "unit_contradicts"] == [(3,)]


def test_a_day_that_no_week_has_is_named(tmp_path: Path) -> None:
    path = tmp_path / "circuits.csv"
    days = ("周八", "每周四上午", "周一、周三", "1,3", "9", "Mo-Fr")
    lines = [f'S{i},A,120.9,30.0,"{text}"\n' for i, text in enumerate(days)]
    header = "stop_id,base_facility,lon,lat,weekdays\n"
    path.write_text(header + "".join(lines), encoding="utf-8")
    findings: list[Finding] = []
    read_circuits(
        TableSource(path=path), crs="EPSG:4549", villages=None, facility_ids=("A",),
        findings=findings,
    )  # fmt: skip
    named = [(f.rows, dict(f.params)["text"]) for f in findings if f.code == "weekday_unknown"]
    assert named == [((1, 5), "周八")]
