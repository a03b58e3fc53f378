"""KML: all placemarks of all folders, Chinese attributes, nothing followed, nothing unfolded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from data.errors import StudyError
from data.study.tables import TableSource
from data.tables.read import read_any
from data.tables.sheets import Table

HEAD = '<?xml version="1.0" encoding="{encoding}"?>'
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def placemark(name: str, lon: float = 120.8, extra: str = "") -> str:
    data = f'<ExtendedData><Data name="机构编码"><value>{name}</value></Data></ExtendedData>'
    point = f"<Point><coordinates>{lon},30.0,0</coordinates></Point>"
    return f"<Placemark><name>{name}</name>{data}{extra}{point}</Placemark>"


def folder(name: str, *content: str) -> str:
    return f"<Folder><name>{name}</name>{''.join(content)}</Folder>"


def read(
    path: Path, body: str, *, layer: str | None = None, encoding: str = "utf-8", declared: str = ""
) -> tuple[Table, list[str]]:
    text = HEAD.format(encoding=declared or encoding) + KML.format(body=body)
    path.write_bytes(text.encode(encoding))
    findings: list = []
    table = read_any(TableSource(path=path, layer=layer), findings)
    return table, [finding.code for finding in findings]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "点位.kml"


def test_folders_are_read_together_and_named(path: Path) -> None:
    body = folder("甲镇", placemark("甲站")) + folder("乙镇", placemark("乙站", 120.81))
    table, codes = read(path, body)
    assert table.columns == {
        "Name": ("甲站", "乙站"),
        "机构编码": ("甲站", "乙站"),
        "Folder": ("甲镇", "乙镇"),
    }
    assert codes == ["kml_folders"]
    table, codes = read(path, body, layer="乙镇")
    assert table.columns["Name"] == ("乙站",)
    assert codes == []
    with pytest.raises(StudyError, match="甲镇, 乙镇"):
        read(path, body, layer="丙镇")


def test_folders_of_one_name_within_others_and_none(path: Path) -> None:
    twice = folder("未命名", placemark("甲")) + folder("未命名", placemark("乙"))
    table, _ = read(path, twice)
    assert table.columns["Name"] == ("甲", "乙")
    assert read(path, twice, layer="未命名")[0].columns["Name"] == ("甲", "乙")
    nested = folder("越城区", placemark("院"), folder("甲镇", placemark("站"))) + placemark("外")
    table, codes = read(path, nested)
    assert table.columns["Name"] == ("院", "站", "外")
    assert table.columns["Folder"] == ("越城区", "甲镇", None)
    assert table.columns["Folder path"] == (None, "越城区/甲镇", None)
    assert codes == ["kml_folders"]
    assert len(read(path, nested, layer="越城区")[0]) == 2
    assert read(path, placemark("甲"))[1] == []


def test_attributes_of_every_form_keep_their_names(path: Path) -> None:
    schema = (
        '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="床位">20</SimpleData>'
        '<SimpleData name="主办 单位">卫健</SimpleData></SchemaData>'
        "<ov:类别>村卫生室</ov:类别></ExtendedData>"
        "<description><![CDATA[<b>说明</b>]]></description><address>一路1号</address>"
        '<ExtendedData><Data name="Name"><value>别名</value></Data><Data name=" "/>'
        '<Data name="空"/></ExtendedData>'
    )
    table, _ = read(path, placemark("甲&amp;乙", extra=schema))
    assert {name: cells[0] for name, cells in table.columns.items()} == {
        "Name": "甲&乙",
        "Description": "<b>说明</b>",
        "Address": "一路1号",
        "机构编码": "甲&乙",
        "床位": "20",
        "主办 单位": "卫健",
        "类别": "村卫生室",
        "Name 2": "别名",
        "空": "",
    }


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gbk", "gb2312"), ("gb18030", "GB18030"), ("gbk", "UTF-8"), ("utf-16", "UTF-16"),
     ("utf-8", "gbk"), ("utf-8-sig", "UTF-8")],
)  # fmt: skip
def test_encodings_declared_rightly_or_not(path: Path, encoding: str, declared: str) -> None:
    table, codes = read(path, placemark("甲镇卫生院"), encoding=encoding, declared=declared)
    assert table.columns["Name"] == ("甲镇卫生院",)
    assert codes == ([] if encoding.startswith("utf-8") else ["encoding_read_as"])


def test_geometry_of_every_form(path: Path) -> None:
    ring = "<LinearRing><coordinates>0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing>"
    hole = ring.replace("4", "1")
    area = (
        f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs>"
        f"<innerBoundaryIs>{hole}</innerBoundaryIs></Polygon>"
    )
    line = "<LineString><coordinates>\n 0, 0, 5\n1, 1\n</coordinates></LineString>"
    track = "<gx:Track><gx:coord>0 0 9</gx:coord><gx:coord>1 1 9</gx:coord></gx:Track>"
    forms = {
        area: ("Polygon", 15.0),
        f"<MultiGeometry>{area}{area.replace('4', '2')}</MultiGeometry>": ("MultiPolygon", 18.0),
        line: ("LineString", 0.0),
        track: ("LineString", 0.0),
        f"<MultiGeometry>{line}{track}</MultiGeometry>": ("MultiLineString", 0.0),
        f"<MultiGeometry>{line}{area}</MultiGeometry>": ("GeometryCollection", 15.0),
        "": (None, 0.0),
    }
    body = "".join(f"<Placemark>{form}</Placemark>" for form in forms)
    table, _ = read(path, body)
    assert table.geometry is not None
    found = [(g.geom_type, g.area) if g is not None else (None, 0.0) for g in table.geometry]
    assert found == list(forms.values())


def test_what_is_not_read_is_counted_and_never_followed(path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    overlay = "<GroundOverlay><Icon><href>/etc/passwd</href></Icon></GroundOverlay>"
    table, codes = read(path, placemark("甲") + link + link + overlay)
    assert len(table) == 1
    assert codes == ["kml_not_read"]


def test_ovkml_says_that_it_is_shifted(tmp_path: Path) -> None:
    kind = "<OvCoordType>GCJ02</OvCoordType>"
    assert read(tmp_path / "a.ovkml", kind + placemark("甲"))[1] == ["kml_moved"]
    kind = "<OvCoordType>CGCS2000</OvCoordType>"
    assert read(tmp_path / "a.ovkml", kind + placemark("甲"))[1] == []


def test_kmz_with_several_files_is_read_together(tmp_path: Path) -> None:
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("files/乙.kml", "doc.kml", "icon.png"):
            archive.writestr(name, KML.format(body=placemark(name)))
    table = read_any(TableSource(path=path), [])
    assert table.columns["Name"] == ("doc.kml", "files/乙.kml")
    assert table.columns["File"] == ("doc.kml", "files/乙.kml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE k [<!ENTITY a "aaaa">]><kml/>', "document type"),
        ("<!-- <k --><!DOCTYPE k SYSTEM 'file:///etc/passwd'><kml/>", "document type"),
        ("<OGRVRTDataSource/>", "another format"),
        ("<kml>" + "<a>" * 1000 + "</a>" * 1000 + "</kml>", "nested"),
        ("<kml><Placemark><Point/></Placemark></kml>", "no coordinates"),
        ("<kml><Placemark><Point><coordinates>1</coordinates></Point></Placemark></kml>", "two"),
        ("<kml><Placemark>", "KML"),
        ("", "empty"),
    ],
)
def test_other_content_is_refused(path: Path, text: str, said: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        read_any(TableSource(path=path), [])
