"""What a file holds decides, not its ending: each kind is read, or named with the way out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.errors import MESSAGES, StudyError
from data.study.tables import TableSource
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.errors import Finding, sentence

ROWS = [["机构编码", "机构名称", "床位数"], ["001", "甲卫生院", 20], ["002", "乙卫生院", 5]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path, **options: Any) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return read_any(TableSource(path=path, **options), findings), findings


def fault(path: Path) -> Finding:
    with pytest.raises(StudyError) as caught:
        read(path)
    assert len(caught.value.findings) == 1
    said = sentence(caught.value.findings[0], MESSAGES)
    assert "Save it again and rerun" not in said
    return caught.value.findings[0]


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, *replaced: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            for before, after in replaced:
                part = part.replace(before.encode(), after.encode())
            new.writestr(entry.filename, part)
    return out.getvalue()


STRICT = (
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


def test_strict_open_xml_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", rezipped(workbook(("表", ROWS)), *STRICT))
    table, _ = read(path)
    assert table.columns["机构名称"] == ("甲卫生院", "乙卫生院")
    assert table.columns["床位数"] == (20, 5)


WEB_PAGES = {
    "html": b"<html><head></head><body><table><tr><td>id</td></tr></table></body></html>",
    "bom and blanks": '\ufeff\r\n  <HTML xmlns:x="urn:schemas-microsoft-com:office">'.encode(),
    "doctype": b"<!DOCTYPE html>\n<html></html>",
    "bare table": b"<table border=1><tr><th>id</th></tr></table>",
    "utf-16": "<html><table></table></html>".encode("utf-16"),
    "archive": b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
    "meta first": b'<meta http-equiv="Content-Type" content="text/html; charset=gbk"><table>',
}


@pytest.mark.parametrize("name", WEB_PAGES)
@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".et"])
def test_a_web_page_named_as_a_workbook_is_named(tmp_path: Path, name: str, ending: str) -> None:
    found = fault(saved(tmp_path / f"a{ending}", WEB_PAGES[name]))
    assert (found.code, dict(found.params)["kind"]) == ("content_is_old_table", "a web page")


KINDS = {
    "an XML spreadsheet of 2003": b'<?xml version="1.0"?>\n<?mso-application?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    "a PDF": b"%PDF-1.7\n",
    "a picture": b"\x89PNG\r\n\x1a\n",
    "a drawing (DWG)": b"AC1032\0\0",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".csv"])
def test_other_kinds_are_named(tmp_path: Path, kind: str, ending: str) -> None:
    found = fault(saved(tmp_path / f"a{ending}", KINDS[kind]))
    code = "content_is_old_table" if "XML" in kind else "content_is"
    assert (found.code, dict(found.params)["kind"]) == (code, kind)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"PK\x03\x04"),
        ("a.pdf", b"%PDF-1.4"),
        ("a.dwg", b"AC1027"),
        ("a.doc", OLE),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.rar", b"Rar!"),
        ("a.mdb", b"\0\1\0\0Standard Jet DB"),
    ],
)
def test_office_files_that_hold_no_table_have_a_way_out(
    tmp_path: Path, name: str, content: bytes
) -> None:
    found = fault(saved(tmp_path / name, content))
    assert found.code in {"content_is", "file_kind_no_table"}
    assert "template" in sentence(found, MESSAGES)


def ole(*names: str) -> bytes:
    """Return the beginning of a compound file whose directory lists these streams."""
    return (
        OLE + b"\0" * 504 + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    )


def test_a_password_is_told_apart_from_an_old_workbook(tmp_path: Path) -> None:
    locked = saved(tmp_path / "a.xlsx", ole("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    assert fault(locked).code == "workbook_password"
    old = saved(tmp_path / "b.xls", ole("Root Entry", "Workbook"))
    assert fault(old).code == "workbook_old"


@pytest.mark.parametrize(
    "head", [b"\x62\x14\x23\x65", b"%TSD-Header-###%", b"E-SafeNet", b"\x9f\x11\x8a"]
)
@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_an_encryption_system_is_told_apart_from_a_password(
    tmp_path: Path, head: bytes, ending: str
) -> None:
    content = head + bytes((7 * k * k + 11 * k) % 256 for k in range(4000))
    assert fault(saved(tmp_path / f"a{ending}", content)).code == "workbook_encrypted"


@pytest.mark.parametrize("ending", [".csv", ".txt", ".xls", ".et"])
def test_a_workbook_under_another_ending_is_read(tmp_path: Path, ending: str) -> None:
    table, findings = read(saved(tmp_path / f"a{ending}", workbook(("表", ROWS))))
    assert table.columns["机构编码"] == ("001", "002")
    assert [finding.code for finding in findings] == ["content_other"]


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_a_text_table_named_as_a_workbook_is_read(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    text = "".join(separator.join(map(str, row)) + "\n" for row in ROWS)
    table, findings = read(saved(tmp_path / "a.xls", text.encode(encoding)))
    assert table.columns["机构名称"] == ("甲卫生院", "乙卫生院")
    assert "content_other" in [finding.code for finding in findings]


def test_sheets_with_one_header_are_one_table(tmp_path: Path) -> None:
    more = [ROWS[0], ["003", "丙卫生院", 7]]
    content = workbook(("东关街道", ROWS), ("曹娥街道", more), ("崧厦街道", [ROWS[0], *ROWS[1:]]))
    table, findings = read(saved(tmp_path / "a.xlsx", content))
    assert len(table) == 5
    assert table.row.tolist() == [1, 2, 3, 4, 5]
    assert table.columns["工作表"] == ("东关街道", "东关街道", "曹娥街道", "崧厦街道", "崧厦街道")
    found = next(each for each in findings if each.code == "sheets_stacked")
    assert dict(found.params)["sheets"] == "东关街道 1-2, 曹娥街道 3, 崧厦街道 4-5"


def test_sheets_are_stacked_by_their_names_and_below_their_titles(tmp_path: Path) -> None:
    first = [["甲镇机构表", None, None], *ROWS, ["合计", None, 25]]
    turned = [["床位数", "机构编码", "机构名称"], [9, "004", "丁卫生院"]]
    table, findings = read(saved(tmp_path / "a.xlsx", workbook(("甲镇", first), ("乙镇", turned))))
    assert table.columns["机构编码"] == ("001", "002", "004")
    assert table.columns["床位数"] == (20, 5, 9)
    assert "rows_not_data" in [finding.code for finding in findings]


def test_notes_beside_the_sheets_are_left_out_and_told(tmp_path: Path) -> None:
    content = workbook(("说明", [["本表由各乡镇填报"]]), ("甲镇", ROWS), ("乙镇", ROWS[:2]))
    table, findings = read(saved(tmp_path / "a.xlsx", content))
    assert len(table) == 3
    found = next(each for each in findings if each.code == "sheets_stacked")
    assert dict(found.params)["others"] == "说明"


def test_sheets_with_other_headers_are_asked_for(tmp_path: Path) -> None:
    other = [["区划代码", "常住人口"], ["330604001", 5000]]
    path = saved(tmp_path / "a.xlsx", workbook(("机构", ROWS), ("人口", other)))
    assert fault(path).code == "layer_not_told"
    table, _ = read(path, layer="人口")
    assert table.columns["常住人口"] == (5000,)


def test_one_sheet_and_a_note(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", workbook(("机构", ROWS), ("说明", [["填表说明：……"]])))
    table, findings = read(path)
    assert len(table) == 2
    assert [finding.code for finding in findings] == ["sheets_left_out"]
