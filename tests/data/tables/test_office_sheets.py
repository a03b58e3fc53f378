"""What office sheets add to a table: units, numbered columns, sections, hidden rows, formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.study.tables import TableSource
from data.tables.headers import find_columns, is_ambiguous_beds, unit_factor
from data.tables.read import read_any
from data.tables.sheets import Table, table_of
from geo.errors import Finding

HEADER = ["机构名称", "机构类别", "组织机构代码", "服务人口"]
ROWS = [["甲站", "村卫生室", "a", 3.2], ["乙站", "村卫生室", "b", 2.1]]


def parsed(rows: Sequence[Sequence[Any]]) -> tuple[Table, dict[str, Finding]]:
    findings: list[Finding] = []
    table = table_of(rows, file="f", findings=findings)
    return table, {finding.code: finding for finding in findings}


def read_book(
    path: Path, rows: Sequence[Sequence[Any]], change: Callable[[Any], None]
) -> tuple[Table, dict[str, Finding]]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    book.save(path)
    findings: list[Finding] = []
    table = read_any(TableSource(path=path), findings)
    return table, {finding.code: finding for finding in findings}


def test_units_below_the_header_belong_to_it() -> None:
    table, _ = parsed([HEADER, ["", "", "", "万人"], *ROWS])
    assert list(table.columns)[3] == "服务人口(万人)"
    assert unit_factor("服务人口(万人)") == ("万人", 10_000.0)
    assert table.columns["机构名称"] == ("甲站", "乙站")


def test_numbered_columns_are_no_institution() -> None:
    table, _ = parsed([HEADER, ["甲", "乙", "丙", 1], *ROWS])
    assert table.columns["机构名称"] == ("甲站", "乙站")
    table, _ = parsed([HEADER, ["甲", "村卫生室", "丙", 1], *ROWS])
    assert len(table) == 3


def test_sections_and_repeated_headers_are_noted() -> None:
    rows = [
        HEADER,
        ["一、城区"],
        ROWS[0],
        HEADER,
        ["（二）乡镇"],
        ROWS[1],
        ["城区小计：", "", "", 5],
    ]
    table, found = parsed(rows)
    assert table.columns["机构名称"] == ("甲站", "乙站")
    assert found["rows_not_data"].rows == (1, 3, 4, 6)


def test_lines_below_a_footnote_are_footnotes() -> None:
    table, found = parsed(
        [HEADER, *ROWS, ["注：年末数"], ["口径见附件"], ["填表人：甲", "", "审核人：乙"]]
    )
    assert len(table) == 2
    assert found["rows_not_data"].rows == (3, 4, 5)
    table, _ = parsed([HEADER, *ROWS, ["丙站"]])
    assert len(table) == 3, "a name alone is an institution"


def test_names_that_contain_a_total_are_kept() -> None:
    table, found = parsed([HEADER, ["统计局医务室", "医务室", "c", 1], *ROWS])
    assert len(table) == 3
    assert "rows_not_data" not in found


def test_a_title_states_the_unit_of_people_only() -> None:
    _, found = parsed([["各站服务人口（单位：万人）"], HEADER, *ROWS])
    assert found["unit_in_title"].params == (("unit", "万人"),)
    _, found = parsed([["单位：万人"], [*HEADER[:3], "服务人口（万人）"], *ROWS])
    assert "unit_in_title" not in found


def test_cells_without_a_header_are_noted() -> None:
    _, found = parsed([[*HEADER[:2], "", HEADER[3]], *ROWS])
    assert dict(found["column_nameless"].params) == {"count": 2}


def test_hidden_rows_are_read_and_noted(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    table, found = read_book(tmp_path / "a.xlsx", [HEADER, *ROWS], hide)
    assert len(table) == 2
    assert found["rows_hidden"].rows == (2,)
    _, found = read_book(tmp_path / "b.xlsx", [HEADER, *ROWS], lambda _: None)
    assert not found


def test_formulas_without_a_result_and_errors_are_told(tmp_path: Path) -> None:
    def spoil(sheet: Any) -> None:
        sheet["D2"], sheet["D3"] = "=1+2", "#REF!"

    table, found = read_book(tmp_path / "a.xlsx", [HEADER, *ROWS], spoil)
    assert table.columns["服务人口"] == (None, None)
    assert found["formulas_without_value"].rows == ("D2",)
    assert found["cells_with_errors"].rows == ("D3",)


def test_a_number_of_merged_rows_is_read_once(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("D2:D3")
        sheet.merge_cells("B2:B3")

    table, found = read_book(tmp_path / "a.xlsx", [HEADER, *ROWS], merge)
    assert table.columns["服务人口"] == (3.2, None)
    assert table.columns["机构类别"] == ("村卫生室", "村卫生室")
    assert found["numbers_merged"].rows == ("D2",)


def test_a_merged_code_holds_for_all_its_rows(tmp_path: Path) -> None:
    rows = [["乡镇代码", "名称"], [330604101, "甲"], [None, "乙"]]
    table, found = read_book(tmp_path / "a.xlsx", rows, lambda sheet: sheet.merge_cells("A2:A3"))
    assert table.columns["乡镇代码"] == (330604101.0, 330604101.0)
    assert "numbers_merged" not in found


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("机 构 名 称", "name"),
        ("机构名称（全称）", "name"),
        ("医疗卫生机构名称", "name"),
        ("卫生机构\n（组织）代码", "id"),
        ("卫生机构代码（22位）", "id"),
        ("统一社会信用代码", "id"),
        ("执业许可证号", "id"),
        ("机构类别（WS 218）", "kind"),
        ("主办单位/举办主体", "owner"),
        ("设置/主办单位", "owner"),
        ("经济类型（代码）", "economic_type"),
        ("隶属关系", "affiliation"),
        ("行政区划代码（12位）", "division_code"),
        ("经度（E）", "lon"),
        ("经度(gcj02)", "lon"),
        ("wgs84_lng", "lon"),
        ("纬度（°）", "lat"),
        ("经纬度", "lonlat"),
        ("地址（街道门牌）", "address"),
        ("编制/实有/开放床位", "beds"),
        ("编制床位（张）", "beds"),
        ("床位数（张）/实有", "beds"),
        ("其中：开放床位", "beds"),
        ("执业医师", "doctors"),
        ("执业（助理）医师数", "doctors"),
        ("卫生人员数（人）/执业（助理）\n医师", "doctors"),
        ("注册护士人数", "nurses"),
        ("全科医生数（人）", "gps"),
        ("乡村医生数", "village_doctors"),
        ("乡村医生出生年月", "village_doctor_births"),
        ("是否规划内（是/否）", "in_plan"),
        ("是否规范化", "standardised"),
        ("医保联网（是/否）", "insurance_enabled"),
        ("每周开诊天数（天）", "open_days"),
        ("开诊时间（周一至周五）", "hours"),
        ("常住人口（万人）/合计", "people"),
    ],
)
def test_headers_of_bureaus_are_recognised(header: str, name: str) -> None:
    table, _ = parsed([["序号", header, "备注"], ["1", "2", "x"], ["2", "3", "y"]])
    written = list(table.columns)[1]
    assert find_columns(table, (name,), (), []) == {name: written}


@pytest.mark.parametrize("header", ["常住人口（男）", "执业医师（中医）", "人口密度"])
def test_headers_that_count_something_else_are_not(header: str) -> None:
    table, _ = parsed([["序号", header], ["1", "2"]])
    assert not find_columns(table, ("people", "doctors", "beds"), (), [])


def test_beds_of_a_group_are_told() -> None:
    assert is_ambiguous_beds("床位数（张）")
    assert is_ambiguous_beds("床位")
    assert not is_ambiguous_beds("床位数（张）/实有")
    assert not is_ambiguous_beds("编制床位数")


def test_the_id_is_the_column_that_tells_rows_apart() -> None:
    table, _ = parsed(
        [["统一社会信用代码", "执业许可证号", "名称"], ["A", "1", "x"], ["A", "2", "y"]]
    )
    assert find_columns(table, ("id",), (), [])["id"] == "执业许可证号"
    assert (
        find_columns(table, ("id",), (("id", "统一社会信用代码"),), [])["id"] == "统一社会信用代码"
    )
