"""What a spreadsheet shows is read with what it stores: padding, signs, scaled displays, ditto."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.population.read import read_population
from data.sidetables import read_reported
from data.study.tables import PopulationTable, TableSource
from data.tables.cells import number, rate, text
from data.tables.formats import shown
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.errors import Finding


def book(path: Path, rows: list[list[Any]], formats: dict[str, str]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cell, code in formats.items():
        made.active[cell].number_format = code
    made.save(path)
    return path


def read(path: Path, **options: Any) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return read_any(TableSource(path=path, **options), findings), findings


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1, "0000", "0001"),
        (330604001, "000000000000", "000330604001"),
        (12, '"F"000', "F012"),
        (7, '"卫"0000', "卫0007"),
        (7, '0000"号"', "0007号"),
        (20210315, "0000-00-00", "2021-03-15"),
        (57188001234, "0000-00000000", "0571-88001234"),
        (5, '"F"0', "F5"),
        (12345, "0000", "12345"),
        (3, "[$-804]0000", "0003"),
        (3, "0000_ ", "0003"),
        (3, "0000;-0000;0000;@", "0003"),
        (3, "000\\-00", "000-03"),
    ],
)
def test_codes_are_read_as_they_are_shown(value: float, code: str, expected: str) -> None:
    assert text(shown(value, code)) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (12, "General", 12),
        (12, "0", 12),
        (12.5, "0.00", 12.5),
        (12345, "#,##0", 12345),
        (12345, "#,##0.00_);[Red](#,##0.00)", 12345),
        (-5, "0000", -5),
        (1.5, "0000", 1.5),
        (12, '0"张"', 12),
        (12, "¥#,##0", 12),
        (12, "0.00E+00", 12),
        (0.853, "0.0%", 0.853),
        (12345, "#,##0,", 12345),
        (123456, '0!.0,"万"', 123456),
        (12, '0"万"', 120_000),
        (3, '0"百万"', 3_000_000),
        (3, '0"千万元"', 30_000_000),
        (12.5, '0.0"万人"', 125_000),
        (12, '[>=10000]0!.0,"万";0', 12),
        (23456, '[>=10000]0!.0,"万";0', 23456),
        (5, "# ?/?", 5),
        (5, "@", 5),
    ],
)
def test_numbers_are_what_they_count(value: float, code: str, expected: float) -> None:
    assert number(shown(value, code)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.853, "0.0%", (85.3, "%")),
        (0.853, "0%", (85.3, "%")),
        (1, "0%", (100, "%")),
        (0.07, "0.00%;[Red]-0.00%", (7, "%")),
        (1.63, '0.00"‰"', (1.63, "‰")),
        (85.3, '0.0"%"', (85.3, "%")),
        (85.3, "0.0\\%", (85.3, "%")),
        (85.3, "0.0", (85.3, "")),
    ],
)
def test_rates_keep_their_sign(value: float, code: str, expected: tuple[float, str]) -> None:
    assert rate(shown(value, code)) == (pytest.approx(expected[0]), expected[1])


def test_a_zero_padded_id_is_found_as_a_parent(tmp_path: Path) -> None:
    rows = [["机构编码", "上级机构编码", "机构名称"], [1, None, "甲"], [2, "0001", "乙"]]
    table, _ = read(book(tmp_path / "a.xlsx", rows, {"A2": "0000", "A3": "0000"}))
    assert table.columns["机构编码"] == ("0001", "0002")
    assert table.columns["上级机构编码"][1] == table.columns["机构编码"][0]


@pytest.mark.parametrize(
    ("header", "value", "code", "expected"),
    [
        ("数值", 0.853, "0.0%", 0.853),
        ("数值(%)", 0.853, "0.0%", 0.853),
        ("数值（%）", 85.3, "0.0", 0.853),
        ("数值(‰)", 1.63, '0.00"‰"', 0.00163),
        ("数值(‰)", 1.63, "0.00", 0.00163),
    ],
)
def test_reported_percentages(
    tmp_path: Path, header: str, value: float, code: str, expected: float
) -> None:
    path = book(
        tmp_path / "a.xlsx", [["指标", "年份", header], ["覆盖率", 2023, value]], {"C2": code}
    )
    read_back = read_reported(TableSource(path=path), [])
    assert read_back[0].value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("header", "value", "code", "expected"),
    [
        ("常住人口", 12345, "#,##0,", 12345),
        ("常住人口(千人)", 12345, "#,##0.0,", 12345),
        ("常住人口(万人)", 123456, "0!.0,", 123456),
        ("常住人口(万人)", 12.3456, "0.00", 123456),
        ("常住人口", 123456, '0!.0,"万"', 123456),
        ("常住人口(万人)", 123456, '0!.0,"万"', 123456),
        ("常住人口", 12, '0"万"', 120_000),
        ("常住人口(万人)", 12, '0"万"', 120_000),
    ],
)
def test_scaled_displays(
    tmp_path: Path, header: str, value: float, code: str, expected: float
) -> None:
    rows = [["编号", header, "经度", "纬度"], ["a", value, 120.8, 30.0]]
    path = book(tmp_path / "a.xlsx", rows, {"B2": code})
    source = PopulationTable(TableSource(path=path), column=header)
    found = read_population(source, [])
    assert found is not None
    assert found.people.tolist() == pytest.approx([expected])


def test_whole_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["编号", "名称"], [71, "甲"], [88, "乙"]], {})
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            for short in (b"71", b"88"):  # as other programs write them: openpyxl rounds
                part = part.replace(b"<v>" + short, b"<v>3306040010012341" + short)
            new.writestr(entry.filename, part)
    path.write_bytes(out.getvalue())
    table, _ = read(path)
    assert table.columns["编号"] == ("330604001001234171", "330604001001234188")


DITTO = ["同上", "〃", "″", "同前", "同上。", "＂"]


@pytest.mark.parametrize("mark", DITTO)
def test_ditto_marks_stand_for_the_cell_above(tmp_path: Path, mark: str) -> None:
    rows = [
        ["编号", "机构类别", "常住人口"],
        ["1", "村卫生室", 5],
        ["2", mark, mark],
        ["3", mark, 7],
    ]
    table, findings = read(book(tmp_path / "a.xlsx", rows, {}))
    assert table.columns["机构类别"] == ("村卫生室",) * 3
    assert table.columns["常住人口"] == (5, 5, 7)
    assert [(f.code, dict(f.params)["count"]) for f in findings] == [("cells_ditto", 3)]


def test_ditto_in_text_tables_and_without_a_cell_above(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,机构类别\n1,同上\n2,村卫生室\n3,同上\n", encoding="utf-8")
    table, _ = read(path)
    assert table.columns["机构类别"] == (None, "村卫生室", "村卫生室")
