"""The structure of text tables is verified: quotes, separator, decimal mark, length of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.errors import MESSAGES, StudyError
from data.study.tables import TableSource
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.errors import Finding, sentence

HEADER = "机构编码,机构名称,机构类别,经度,纬度\n"
ROW = "F{0},{1}卫生站,社区卫生服务站,120.8{0}00,30.0201\n"
ROWS = [ROW.format(k, name) for k, name in enumerate("甲乙丙丁戊")]


def read(path: Path, **options: Any) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return read_any(TableSource(path=path, **options), findings), findings


def written(tmp_path: Path, text: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def fault(path: Path, **options: Any) -> Finding:
    with pytest.raises(StudyError) as caught:
        read(path, **options)
    return caught.value.findings[0]


def spoiled(*places: tuple[int, str, str]) -> str:
    rows = list(ROWS)
    for row, old, new in places:
        assert old in rows[row]
        rows[row] = rows[row].replace(old, new, 1)
    return HEADER + "".join(rows)


BROKEN_QUOTES = {
    "never closed": (spoiled((1, "乙", '"乙')), 2),
    "never closed in the last row": (spoiled((4, "戊", '"戊')), 5),
    "opened twice": (spoiled((1, "乙", '"乙'), (3, "丁", '"丁')), 2),
    "closed rows later": (spoiled((1, "乙", '"乙'), (3, "站", '站"')), 2),
    "closed in the next row": (spoiled((1, "乙", '"乙'), (2, "站", '站"')), 2),
    "quotes inside quotes": (spoiled((2, "丙卫生站", '"丙"老"卫生站"')), 3),
    "escaped by a backslash": (spoiled((2, "丙卫生站", '"丙\\"老\\"卫生站"')), 3),
    "text behind a quote": (spoiled((0, "甲卫生站", '"甲"卫生站')), 1),
}


@pytest.mark.parametrize("name", BROKEN_QUOTES)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_broken_quote_is_an_error_with_its_row(tmp_path: Path, name: str, separator: str) -> None:
    text, row = BROKEN_QUOTES[name]
    found = fault(written(tmp_path, text.replace(",", separator)))
    assert (found.code, found.rows) == ("quote_broken", (row,))


def test_a_quote_in_the_header_is_told_too(tmp_path: Path) -> None:
    found = fault(written(tmp_path, HEADER.replace("机构名称", '"机构名称') + "".join(ROWS)))
    assert found.code == "quote_broken"


WHOLE_QUOTES = {
    "a line break": (spoiled((1, "乙卫生站", '"乙\n卫生站"')), "乙\n卫生站"),
    "two line breaks and a comma": (spoiled((1, "乙卫生站", '"乙,\n卫生\n站"')), "乙,\n卫生\n站"),
    "doubled quotes": (spoiled((1, "乙卫生站", '"乙""老""卫生站"')), '乙"老"卫生站'),
    "quotes inside a plain cell": (spoiled((1, "乙卫生站", '乙"老"卫生站')), '乙"老"卫生站'),
    "chinese quotes": (spoiled((1, "乙卫生站", "“乙”卫生站")), "“乙”卫生站"),
    "everything quoted": (
        "\n".join(
            ",".join(f'"{cell}"' for cell in line.split(","))
            for line in (HEADER + "".join(ROWS)).split("\n")[:-1]
        ),
        "乙卫生站",
    ),
}


@pytest.mark.parametrize("name", WHOLE_QUOTES)
def test_quotes_that_are_right_are_read(tmp_path: Path, name: str) -> None:
    text, expected = WHOLE_QUOTES[name]
    table, findings = read(written(tmp_path, text))
    assert table.columns["机构名称"][1] == expected
    assert len(table) == 5
    assert findings == []


SEPARATED = {
    "decimal commas": "id;name;lon;lat;people\n1;甲;120,8000;30,0205;99,5\n2;乙;120,81;30,02;100\n",
    "lists with commas": "id;name;services\n1;甲;全科,中医,预防\n2;乙;全科,中医\n3;丙;全科\n",
    "commas in every row": "id;name;note\n1;甲;a,b\n2;乙;c,d\n3;丙;e,f\n",
    "pipes": "id|name|note\n1|甲|a, b, c, d\n2|乙|e, f, g; h; i\n",
    "tabs in a txt": "id\tname\tnote\n1\t甲\ta, b; c\n2\t乙\td, e; f\n",
    "a title above": "某区机构表,,\nid,name,note\n1,甲,a;b;c;d;e\n2,乙,c;d;e;f;g\n",
    "quoted separators": 'id,name,note\n1,"甲;乙;丙;丁",x\n2,"乙;丙;丁;戊",y\n',
    "sep line of Excel": "sep=;\r\nid;name;note\r\n1;甲;a,b,c\r\n2;乙;c,d,e\r\n",
    "chinese commas": "id，name，note\n1，甲，x\n2，乙，y\n",
    "one row": "id;name;lon;lat\n1;甲;120,80001;30,02051\n",
    "a remark with many commas below": "id;name;note\n1;甲;x\n2;乙;y\n注：a,b,c,d,e,f,g,h,i\n",
}


SEPARATORS = {
    "pipes": "|",
    "chinese commas": "，",
    "tabs in a txt": "\t",
    "a title above": ",",
    "quoted separators": ",",
}


@pytest.mark.parametrize("name", SEPARATED)
def test_the_separator_is_the_one_that_makes_columns(tmp_path: Path, name: str) -> None:
    text = SEPARATED[name]
    table, _ = read(written(tmp_path, text, "t.txt"))
    header = next(line for line in text.splitlines() if line.startswith("id"))
    assert list(table.columns) == header.split(SEPARATORS.get(name, ";"))
    assert table.columns["name"][0][0] == "甲"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_tsv_is_parted_by_what_parts_it(tmp_path: Path, separator: str) -> None:
    text = separator.join(("id", "name")) + "\n" + separator.join(("1", "甲")) + "\n"
    table, _ = read(written(tmp_path, text, "a.tsv"))
    assert list(table.columns) == ["id", "name"]


def test_decimal_commas_are_numbers(tmp_path: Path) -> None:
    table, findings = read(written(tmp_path, SEPARATED["decimal commas"]))
    assert table.columns["lon"] == ("120.8000", "120.81")
    assert table.columns["people"] == ("99.5", "100")
    assert [finding.code for finding in findings] == ["decimal_comma"]


THOUSANDS = "id;name;people;lon\n1;甲;1.234;120,80\n2;乙;12.345,5;120,81\n3;丙;99;120,82\n"


def test_points_between_thousands_of_a_file_with_decimal_commas(tmp_path: Path) -> None:
    table, _ = read(written(tmp_path, THOUSANDS))
    assert table.columns["people"] == ("1234", "12345.5", "99")


@pytest.mark.parametrize("cell", ["1,234", "12,345,678", "1,234.5"])
def test_commas_between_thousands_stay(tmp_path: Path, cell: str) -> None:
    text = f'id,name,people\n1,甲,"{cell}"\n2,乙,"2,000"\n'
    table, findings = read(written(tmp_path, text))
    assert table.columns["people"] == (cell, "2,000")
    assert findings == []


def test_points_decide_where_both_marks_stand_in_one_file(tmp_path: Path) -> None:
    text = "id;name;lon;people\n1;甲;120.80;99,5\n2;乙;120.81;7,25\n"
    table, findings = read(written(tmp_path, text))
    assert table.columns["people"] == ("99,5", "7,25")  # no number: told where it is read
    assert findings == []
    table, _ = read(written(tmp_path, text.replace("120.8", "1208")), decimal=",")
    assert table.columns["people"] == ("99.5", "7.25")


@pytest.mark.parametrize("days", ["1,3,5", "1,3", "周一,周三"])
def test_lists_of_numbers_are_no_decimals(tmp_path: Path, days: str) -> None:
    text = f'id,name,weekdays\n1,甲,"{days}"\n2,乙,"2,4"\n'
    table, findings = read(written(tmp_path, text))
    assert table.columns["weekdays"] == (days, "2,4")
    assert findings == []


def test_keys_state_what_cannot_be_known(tmp_path: Path) -> None:
    path = written(tmp_path, "id^name^people\n1^甲^1,5\n2^乙^2,5\n")
    table, _ = read(path, separator="^", decimal=",")
    assert table.columns["people"] == ("1.5", "2.5")
    table, _ = read(written(tmp_path, "id,name;x\n1,甲;y\n"), separator=",")
    assert list(table.columns) == ["id", "name;x"]
    table, _ = read(written(tmp_path, "id;a\n1;12,345\n"), decimal=",")
    assert table.columns["a"] == ("12.345",)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (HEADER + "".join(ROWS[:2]) + "F7,甲\n" + "".join(ROWS) * 2, (3,)),
        (HEADER + ROWS[0] + ROWS[1].replace("卫生", "\n卫生", 1) + ROWS[2], (2, 3)),
        (HEADER + "".join(ROWS)[:-20], (5,)),
    ],
)
def test_rows_that_cannot_be_right_are_named(tmp_path: Path, text: str, rows: Any) -> None:
    _, findings = read(written(tmp_path, text))
    assert [(f.code, f.rows) for f in findings] == [("row_too_short", rows)]


def test_rows_with_blank_cells_left_out_at_their_end_are_right(tmp_path: Path) -> None:
    text = "id,name,lon,lat,beds,note\n1,甲,120,30,5,x\n2,乙,120,30\n3,丙,120,30\n4,丁,120,30,1\n"
    table, findings = read(written(tmp_path, text))
    assert table.columns["beds"] == ("5", None, None, "1")
    assert findings == []


def test_a_message_of_a_broken_quote_names_a_fix(tmp_path: Path) -> None:
    found = fault(written(tmp_path, BROKEN_QUOTES["opened twice"][0]))
    assert "row" in sentence(found, MESSAGES)
    mended = BROKEN_QUOTES["opened twice"][0].replace('"', "")
    table, findings = read(written(tmp_path, mended))
    assert len(table) == 5
    assert findings == []
