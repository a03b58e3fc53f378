"""GeoJSON: ids keep every digit, text is read in the encodings of offices, other JSON is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import StudyError
from data.tables.layers.geojson import read_geojson
from data.tables.sheets import Table
from geo.errors import Finding

POINT = {"type": "Point", "coordinates": [120.8, 30.0, 5.0]}


def feature(geometry: Any = POINT, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def read(
    path: Path, content: Any, *, encoding: str | None = None, written: str = "utf-8"
) -> tuple[Table, list[str]]:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text.encode(written))
    findings: list[Finding] = []
    table = read_geojson(path, encoding=encoding, findings=findings)
    return table, [finding.code for finding in findings]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "点.geojson"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("123306044713000171", "123306044713000171"),
        ("123306044713000188", "123306044713000188"),
        ("123306044713000171.0", "123306044713000171"),
        ("9223372036854775808123", "9223372036854775808123"),
        ("-123306044713000171", "-123306044713000171"),
        ('"123306044713000171"', "123306044713000171"),
        ("330902001", 330902001.0),
        ("0.5", 0.5),
        ("NaN", None),
        ("true", True),
        ('["甲", 1]', '["甲", 1]'),
    ],
)
def test_a_value_is_read_as_it_is_written(path: Path, written: str, expected: object) -> None:
    text = json.dumps(collection(feature(x="?"))).replace('"?"', written)
    assert read(path, text)[0].columns == {"x": (expected,)}


@pytest.mark.parametrize(
    ("written", "encoding", "codes"),
    [
        ("utf-8", None, []),
        ("utf-8-sig", None, []),
        ("gbk", None, ["encoding_read_as"]),
        ("gb18030", None, ["encoding_read_as"]),
        ("gbk", "gbk", ["encoding_read_as"]),
        ("utf-16", None, ["encoding_read_as"]),
        ("utf-16-le", None, ["encoding_read_as"]),
        ("big5", "big5", ["encoding_read_as"]),
    ],
)
def test_encodings(path: Path, written: str, encoding: str | None, codes: list[str]) -> None:
    content = collection(feature(名="甲乙村"), feature(名="中心"))
    table, found = read(path, content, encoding=encoding, written=written)
    assert table.columns == {"名": ("甲乙村", "中心")}
    assert found == codes


def test_columns_are_those_of_any_feature_and_a_written_id_is_one(path: Path) -> None:
    first, second = feature(a=1), {**feature(b=None), "id": "站1", "properties": None}
    table, _ = read(path, collection(first, second))
    assert table.columns == {"id": (None, "站1"), "a": (1.0, None)}
    assert table.geometry is not None
    assert table.geometry[0].wkt == "POINT (120.8 30)"


def test_features_alone_or_a_line_each(path: Path) -> None:
    assert len(read(path, feature(a=1))[0]) == 1
    assert len(read(path, POINT)[0]) == 1
    lines = "\n".join(json.dumps(feature(a=i)) for i in range(3))
    assert read(path, lines)[0].columns == {"a": (0.0, 1.0, 2.0)}
    assert read(path, collection(feature(None, a=1)))[0].geometry == [None]


@pytest.mark.parametrize(
    ("stated", "crs"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:4549", "EPSG:4549"),
        ("urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:EPSG::4490"),
    ],
)
def test_systems(path: Path, stated: str, crs: str) -> None:
    named = {"type": "name", "properties": {"name": stated}}
    assert read(path, collection(feature(), crs=named))[0].crs == crs
    assert read(path, collection(feature()))[0].crs == "EPSG:4326"
    assert read(path, collection(feature(), crs=None))[0].crs is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"type": "Topology", "objects": {}, "arcs": []}, "TopoJSON"),
        ({"geometryType": "esriGeometryPoint", "features": []}, "Esri"),
        ({"type": "gdal_streamed_alg", "command_line": "x"}, "another format"),
        ([1, 2], "another format"),
        ("", "empty"),
        ("{", "GeoJSON"),
        ("[" * 100_000, "GeoJSON"),
        ('{"type": "FeatureCollection", "features": [' + "1" * 5000 + "]}", "GeoJSON"),
        (collection("x"), "no list of features"),
        (collection({"type": "Point"}), "no list of features"),
        (collection(feature({"type": "Polygon", "coordinates": [[[1, 2]]]})), "GeoJSON"),
        (collection(feature({"type": "Circle", "coordinates": [1, 2]})), "GeoJSON"),
        (collection(feature({"type": "Point", "coordinates": ["x", "y"]})), "GeoJSON"),
        (collection(feature(), crs={"type": "name"}), "crs"),
    ],
)
def test_other_content_is_refused_by_name(path: Path, content: Any, said: str) -> None:
    with pytest.raises(StudyError, match=said) as refused:
        read(path, content)
    assert str(path.parent) not in str(refused.value)
