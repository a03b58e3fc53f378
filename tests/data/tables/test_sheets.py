"""Tables as offices keep them: encodings, title rows, merged headers, totals, footnotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.errors import StudyError
from data.study.tables import TableSource
from data.tables.headers import find_columns, is_ambiguous_beds, unit_factor
from data.tables.read import read_any
from data.tables.sheets import Table, table_of
from geo.errors import Finding

CHINESE = "机构代码,机构名称,经度,纬度\n001,上虞区某某卫生院,120.8,30.0\n"


def read(path: Path, **options: Any) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return read_any(TableSource(path=path, **options), findings), findings


def fault(path: Path, **options: Any) -> str:
    with pytest.raises(StudyError) as caught:
        read(path, **options)
    assert str(path.parent) not in str(caught.value)
    return caught.value.findings[0].code


def table(rows: list[list[Any]]) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return table_of(rows, file="t.csv", findings=findings), findings


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gbk", ["encoding_read_as"]),
        ("gb18030", ["encoding_read_as"]),
        ("utf-16", ["encoding_read_as"]),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, noted: list[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(CHINESE.encode(encoding))
    found, findings = read(path)
    assert list(found.columns) == ["机构代码", "机构名称", "经度", "纬度"]
    assert found.columns["机构名称"] == ("上虞区某某卫生院",)
    assert found.columns["机构代码"] == ("001",)
    assert [finding.code for finding in findings] == noted


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,lon,lat\nA,1,2\n".encode(encoding))
    assert read(path)[0].columns["id"] == ("A",)


def test_a_rare_character_of_gb18030_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    name = "㙍头村卫生室𠮷"
    path.write_bytes(f"机构代码,机构名称\n1,{name}\n".encode("gb18030"))
    assert read(path)[0].columns["机构名称"] == (name,)


def test_a_doubtful_encoding_is_said_and_can_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = "id,name\n1,\xd0\xfd\xfe\xfe\n2,\xfc\xfe\xf8\xfe\n"
    path.write_bytes(text.encode("latin-1"))
    assert "encoding_doubtful" in [finding.code for finding in read(path)[1]]
    found, _ = read(path, encoding="latin-1")
    assert found.columns["name"][0] == "Ðýþþ"


def test_delimiters(tmp_path: Path) -> None:
    for name, text in (
        ("a.tsv", "id\tn\n1\t2\n"),
        ("b.csv", "id;n\n1;2\n"),
        ("c.txt", "id|n\n1|2\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read(tmp_path / name)[0].columns == {"id": ("1",), "n": ("2",)}


def test_names_with_quotes_commas_and_newlines(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('id,name\n1,"甲, ""乙""\n丙"\n2,\'=1+1\n', encoding="utf-8")
    assert read(path)[0].columns["name"] == ('甲, "乙"\n丙', "=1+1")


def test_texts_written_by_us_come_back_as_they_were(tmp_path: Path) -> None:
    from planning.words.tables import Column, write_csv

    texts = ["=1+1", "'=1", "''-x", "'quoted'", "@a", "+86", "甲", "a=b"]
    write_csv(tmp_path / "a.csv", [Column("id", texts), Column("n", texts)])
    assert read(tmp_path / "a.csv")[0].columns["n"] == tuple(texts)


def test_blank_rows_are_skipped_but_counted() -> None:
    found, _ = table([["id", "n"], ["a", "1"], ["", ""], ["b", "2"]])
    assert found.row.tolist() == [1, 3]
    assert found.columns["id"] == ("a", "b")


def test_titles_totals_and_footnotes_are_not_rows() -> None:
    found, findings = table(
        [
            ["某县医疗卫生机构一览表", "", ""],
            ["填表单位：卫健局", "", "2024年"],
            ["编号", "名称", "人口"],
            ["1", "甲", "10"],
            ["", "小 计", "10"],
            ["2", "乙", "20"],
            ["合计", "", "30"],
            ["注：不含民营", "", ""],
        ]
    )
    assert found.columns["编号"] == ("1", "2")
    assert [(f.code, f.rows) for f in findings] == [("rows_not_data", (2, 4, 5))]


def test_a_place_called_like_a_total_is_a_row() -> None:
    found, _ = table([["编号", "名称"], ["1", "合计村卫生室"], ["2", "总计划生育站"]])
    assert len(found) == 2


def test_two_header_rows_as_saved_from_merged_cells() -> None:
    found, _ = table(
        [
            ["机构名称", "人员", "", "床位数"],
            ["", "执业医师", "注册护士", ""],
            ["甲", "3", "4", "20"],
        ]
    )
    assert list(found.columns) == ["机构名称", "人员/执业医师", "人员/注册护士", "床位数"]


def test_one_column_and_no_header_and_nothing() -> None:
    assert table([["id"], ["a"], ["b"]])[0].columns == {"id": ("a", "b")}
    for rows, code in (([["1", "2"], ["3", "4"]], "table_no_header"), ([], "table_empty")):
        with pytest.raises(StudyError) as caught:
            table(rows)
        assert caught.value.findings[0].code == code


def test_repeated_headers_keep_the_first() -> None:
    found, findings = table([["id", "n", "n"], ["a", "1", "2"]])
    assert found.columns["n"] == ("1",)
    assert [finding.code for finding in findings] == ["header_repeated"]


def test_too_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(100_000)) + "\n", encoding="utf-8")
    assert fault(path) == "table_too_wide"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "table_empty"),
        ("a.csv", b"\n\n\n", "table_empty"),
        ("a.csv", b"\x00\x01\x02\x03", "encoding_unknown"),
        ("a.csv", b"id,n\n\xff\xff\xff,\x80\n", "encoding_unknown"),
        ("a.csv", b'id,n\n"' + b"x" * 200_000 + b"\n", "quote_broken"),
        ("a.csv", b"id,n\n" + b"x" * 200_000 + b"\n", "file_unreadable"),
        ("a.xlsx", b"", "file_unreadable"),
        ("a.xlsx", b"PK\x03\x04broken", "file_unreadable"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook_old"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook_old"),
        ("a.gpkg", b"", "file_unreadable"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\0" * 100, "file_unreadable"),
        ("a.geojson", b"[1, 2", "file_unreadable"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "file_unreadable"),
        ("a.doc", b"x", "file_kind_no_table"),
        ("a.xyz", b"x", "file_kind_unknown"),
        ("a", b"x", "file_kind_unknown"),
    ],
)
def test_broken_files_are_one_fault(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert fault(path) == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert fault(tmp_path / "a.csv") == "file_missing"


def workbook(path: Path, rows: list[list[Any]], merges: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    book.save(path)
    return path


def test_a_workbook_with_merged_title_and_header(tmp_path: Path) -> None:
    import datetime

    path = workbook(
        tmp_path / "机构.xlsx",
        [
            ["某区基层医疗卫生机构情况表（2024年）", None, None, None, None],
            ["机构代码", "机构名称", "人员", None, "开业日期"],
            [None, None, "执业医师", "注册护士", None],
            [330604000001, "甲", 3, 4.0, datetime.datetime(2020, 5, 1)],  # noqa: DTZ001 - Excel's
            ["合计", None, 3, 4, None],
        ],
        ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"),
    )
    found, findings = read(path)
    assert list(found.columns) == [
        "机构代码",
        "机构名称",
        "人员/执业医师",
        "人员/注册护士",
        "开业日期",
    ]
    assert found.columns["机构代码"] == (330604000001.0,)
    assert found.columns["开业日期"] == ("2020-05-01 00:00:00",)
    assert found.row.tolist() == [1]
    assert [finding.code for finding in findings] == ["rows_not_data"]
    columns = find_columns(found, ("id", "name", "doctors", "nurses", "open_date"), (), findings)
    assert columns == {
        "id": "机构代码",
        "name": "机构名称",
        "doctors": "人员/执业医师",
        "nurses": "人员/注册护士",
        "open_date": "开业日期",
    }


def test_an_old_workbook_where_its_reader_is_installed() -> None:
    pytest.importorskip("xlrd")
    found, findings = read(Path(__file__).parent / "files" / "list.xls")
    assert found.columns == {
        "机构代码": (330604000001.0, "330604000002"),
        "机构名称": ("甲卫生院", "乙卫生室"),
        "人员/执业医师": (3.0, 1.0),
        "人员/注册护士": (4.0, 0.0),
        "开业日期": ("2020-05-01 00:00:00", None),
    }
    assert [finding.code for finding in findings] == ["rows_not_data"]


def test_a_group_header_over_plain_columns(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [["人员", None, "床位", None], ["医师", "护士", "编制床位", "实有床位"], [1, 2, 3, 4]],
        ("A1:B1", "C1:D1"),
    )
    found, _ = read(path)
    assert list(found.columns) == ["人员/医师", "人员/护士", "床位/编制床位", "床位/实有床位"]


def test_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "n"])
    book.active.append(["a", 1])
    book.active.title = "一"
    book.create_sheet("空")
    book.save(path)
    assert read(path)[0].columns["id"] == ("a",)
    book["空"].append(["id", "m"])
    book["空"].append(["b", 2])
    book.save(path)
    assert fault(path) == "layer_not_told"
    assert fault(path, layer="三") == "layer_missing"
    assert read(path, layer="空")[0].columns["id"] == ("b",)


def test_a_sheet_that_reaches_to_the_last_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "id"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    assert fault(tmp_path / "a.xlsx") == "sheet_too_large"


def test_columns_by_mapping_by_name_and_by_the_names_of_lists() -> None:
    found, _ = table([["Code", "机构名称", "常住人口（万人）", "床位数"], ["1", "甲", "2", "3"]])
    findings: list[Finding] = []
    columns = find_columns(found, ("id", "name", "people", "beds"), (("id", "code"),), findings)
    assert columns == {
        "id": "Code",
        "name": "机构名称",
        "people": "常住人口（万人）",
        "beds": "床位数",
    }
    assert [finding.code for finding in findings] == ["columns_recognised"]
    assert unit_factor(columns["people"]) == ("万人", 10_000.0)
    assert is_ambiguous_beds("床位数")
    assert not is_ambiguous_beds("实有床位数")


def test_a_mapped_header_that_is_not_there_names_those_that_are() -> None:
    found, _ = table([["a", "b"], ["1", "x"]])
    findings: list[Finding] = []
    assert find_columns(found, ("id",), (("id", "c"),), findings) == {}
    assert findings[0].column == "c"
    assert dict(findings[0].params)["available"] == "a, b"


def test_licensed_assistant_doctors_are_preferred_to_licensed_doctors() -> None:
    found, _ = table([["执业医师", "执业（助理）医师"], ["2", "3"]])
    assert find_columns(found, ("doctors",), (), [])["doctors"] == "执业（助理）医师"


def test_layers(tmp_path: Path, write_layer: Any) -> None:
    import shapely

    path = tmp_path / "a.gpkg"
    point = shapely.Point(120.8, 30.0)
    write_layer(path, [point, None], {"n": [1, 2], "名称": ["甲", "合计"]}, layer="一")
    found, findings = read(path)
    assert found.columns == {"n": (1.0,), "名称": ("甲",)}
    assert found.crs == "EPSG:4326"
    assert [finding.code for finding in findings] == ["rows_not_data"]
    write_layer(path, [point], {"n": [9]}, layer="二", append=True)
    assert fault(path) == "layer_not_told"
    assert read(path, layer="二")[0].columns == {"n": (9.0,)}
