"""Shapefiles with and without their encoding, zipped and trapped; KML; Parquet."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from data.errors import StudyError
from data.study.tables import TableSource
from data.tables.read import read_any
from data.tables.sheets import Table
from geo.errors import Finding

POINTS = [shapely.Point(120.81, 30.01), shapely.Point(120.85, 30.02)]
NAMES = ["甲乡卫生院", "乙村卫生室"]


def read(path: Path, **options: Any) -> tuple[Table, list[Finding]]:
    findings: list[Finding] = []
    return read_any(TableSource(path=path, **options), findings), findings


def fault(path: Path, **options: Any) -> str:
    with pytest.raises(StudyError) as caught:
        read(path, **options)
    assert str(path.parent) not in str(caught.value)
    assert caught.value.findings[0].file == path.name
    return caught.value.findings[0].code


@pytest.fixture
def shapefile(tmp_path: Path, write_layer: Any) -> Any:
    def write(name: str = "医院", *, encoding: str = "gbk", cpg: str | None = None) -> Path:
        path = tmp_path / f"{name}.shp"
        write_layer(
            path, POINTS, {"名称": NAMES, "床位": [20, 0]}, crs="EPSG:4490", encoding=encoding
        )
        (tmp_path / f"{name}.cpg").unlink(missing_ok=True)
        if cpg:
            (tmp_path / f"{name}.cpg").write_text(cpg)
        return path

    return write


def zipped(shapefile: Path, path: Path, prefix: str = "", *, raw_name: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(shapefile.parent.glob(f"{shapefile.stem}.*")):
            if part.suffix != ".zip":
                archive.writestr(prefix + part.name, part.read_bytes())
    del raw_name
    return path


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("gbk", None), ("gbk", "GBK"), ("gbk", "UTF-8"), ("utf-8", None), ("utf-8", "UTF-8")],
)
def test_shapefiles_in_any_encoding_with_or_without_a_true_cpg(
    shapefile: Any, encoding: str, cpg: str | None
) -> None:
    table, findings = read(shapefile(encoding=encoding, cpg=cpg))
    assert table.columns == {"名称": tuple(NAMES), "床位": (20.0, 0.0)}
    assert table.crs == "EPSG:4490"
    assert [f.code for f in findings] == ([] if encoding == "utf-8" else ["encoding_read_as"])


def test_a_stated_encoding_is_kept(shapefile: Any) -> None:
    assert read(shapefile(), encoding="gb18030")[0].columns["名称"] == tuple(NAMES)
    assert fault(shapefile(), encoding="utf-8") == "encoding_unknown"
    assert fault(shapefile(), encoding="no-such") == "encoding_unknown"


def test_long_whole_numbers_keep_their_digits(tmp_path: Path, write_layer: Any) -> None:
    codes = [123306044713000171, 123306044713000188]
    for name in ("a.shp", "a.fgb"):
        path = write_layer(tmp_path / name, POINTS, {"code": codes})
        assert sorted(read(path)[0].columns["code"]) == [str(code) for code in codes]
    pq.write_table(pa.table({"code": [*codes, None]}), tmp_path / "a.parquet")
    cells = read(tmp_path / "a.parquet")[0].columns["code"]
    assert cells == (str(codes[0]), str(codes[1]), None)


@pytest.mark.parametrize("ending", [".shx", ".dbf"])
def test_a_shapefile_says_which_part_it_lacks(shapefile: Any, ending: str) -> None:
    path = shapefile()
    path.with_suffix(ending).unlink()
    with pytest.raises(StudyError, match=f"missing beside it: {ending}"):
        read(path)


def test_a_zipped_shapefile(shapefile: Any, tmp_path: Path) -> None:
    for prefix in ("", "文件夹/子/", "../../etc/", "/abs/", "C:\\x\\"):
        path = zipped(shapefile(), tmp_path / "a.zip", prefix)
        before = sorted(p.name for p in tmp_path.parent.iterdir())
        table, findings = read(path)
        assert table.columns["名称"] == tuple(NAMES)
        assert table.file == "a.zip"
        assert {finding.file for finding in findings} == {"a.zip"}
        assert sorted(p.name for p in tmp_path.parent.iterdir()) == before


def test_an_archive_with_several_shapefiles(shapefile: Any, tmp_path: Path) -> None:
    first, second = shapefile("一"), shapefile("二")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in (*tmp_path.glob("一.*"), *tmp_path.glob("二.*")):
            archive.write(part, part.name)
    assert first != second
    assert fault(path) == "layer_not_told"
    assert fault(path, layer="三") == "layer_missing"
    assert len(read(path, layer="二")[0]) == 2


def test_archives_that_are_no_shapefile(shapefile: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    assert fault(path) == "file_unreadable"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert fault(path) == "file_unreadable"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", b"PK")
    assert fault(path) == "file_unreadable"
    shapefile("甲")
    (tmp_path / "甲.dbf").unlink()
    assert fault(zipped(tmp_path / "甲.shp", path)) == "file_unreadable"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    shapefile: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    import data.tables.layers.archives

    path = zipped(shapefile(), tmp_path / "a.zip")
    monkeypatch.setattr(data.tables.layers.archives, "MAX_UNPACKED_BYTES", 100)
    assert fault(path) == "file_too_large"


KML = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>甲 &amp; 乙</name>
<ExtendedData><Data name="kind"><value>B100</value></Data></ExtendedData>
<Point><coordinates>120.8,30.0,12</coordinates></Point></Placemark></Document></kml>"""


def test_kml(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_text(KML.format(doctype=""), encoding="utf-8")
    table, _ = read(path)
    assert table.columns["Name"] == ("甲 & 乙",)
    assert table.columns["kind"] == ("B100",)
    assert table.geometry is not None
    assert table.geometry[0].wkt == "POINT (120.8 30)"


def test_kml_with_entities_or_other_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    bomb = '<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    for text in (
        KML.format(doctype=bomb),
        "<OGRVRTDataSource/>",
        "<kml><Document>",
        "no xml at all",
        "",
    ):
        path.write_text(text, encoding="utf-8")
        assert fault(path) == "file_unreadable"


def kmz(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return path


def test_kmz(tmp_path: Path) -> None:
    good = KML.format(doctype="")
    path = kmz(tmp_path / "点位.kmz", other_kml="<kml/>", doc_kml=good, icon_png="x")
    table, _ = read(path)
    assert table.file == "点位.kmz"
    assert table.columns["Name"] == ("甲 & 乙",)
    assert read(kmz(path, a_kml=good))[0].columns["kind"] == ("B100",)


def test_kmz_with_traps_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    import data.tables.layers.archives

    path, good = tmp_path / "a.kmz", KML.format(doctype="")
    for files in ({"readme_txt": "x"}, {"doc_kml": "<VRT/>"}):
        assert fault(kmz(path, **files)) == "file_unreadable"
    bomb = '<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert fault(kmz(path, doc_kml=KML.format(doctype=bomb))) == "file_unreadable"
    path.write_bytes(b"PK\x03\x04 broken")
    assert fault(path) == "file_unreadable"
    monkeypatch.setattr(data.tables.layers.archives, "MAX_UNPACKED_BYTES", 100)
    assert fault(kmz(path, doc_kml=good)) == "file_too_large"


def test_addresses_in_a_kml_are_not_followed(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.kml"
        link = f"<NetworkLink><Link><href>{url}</href></Link></NetworkLink>"
        style = f"<styleUrl>{url}#s</styleUrl>"
        text = KML.format(doctype="").replace("<Placemark>", f"{link}<Placemark>{style}")
        (tmp_path / "a.kml").write_text(text, encoding="utf-8")
        assert read(tmp_path / "a.kml")[0].columns["Name"] == ("甲 & 乙",)
        with pytest.raises(TimeoutError):
            server.accept()


def test_parquet_and_geoparquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    wkb = shapely.to_wkb(np.array(POINTS, dtype=object)).tolist()
    table = pa.table({"名称": NAMES, "n": [1, None], "ok": [True, None], "geometry": wkb})
    pq.write_table(table.drop(["geometry"]), path)
    found, _ = read(path)
    assert found.columns == {
        "名称": tuple(NAMES),
        "n": (1.0, None),
        "ok": (True, None),
    }
    assert found.geometry is None
    geo = {"version": "1.0.0", "primary_column": "geometry",
           "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}}}  # fmt: skip
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    found, _ = read(path)
    assert found.crs == "EPSG:4326"
    assert found.geometry is not None
    assert found.geometry[1].wkt == "POINT (120.85 30.02)"
    assert "geometry" not in found.columns
    geo["columns"]["geometry"]["crs"] = None  # type: ignore[index]
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    assert read(path)[0].crs is None


def test_geoparquet_by_geopandas_keeps_its_system(tmp_path: Path) -> None:
    import geopandas as gpd

    from geo.crs import is_same

    path = tmp_path / "a.geoparquet"
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=POINTS, crs="EPSG:4490").to_parquet(path)
    crs = read(path)[0].crs
    assert crs is not None
    assert is_same(crs, "EPSG:4490")


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"PAR1" + b"\0" * 40 + b"PAR1", b"not parquet"],
)
def test_broken_parquet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert fault(path) == "file_unreadable"


def test_geoparquet_with_bad_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"geometry": [b"\x01\x02", b"\xff"]})
    for geo in (
        "{",
        "[]",
        '{"primary_column": "g"}',
        '{"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}',
        '{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}',
    ):
        pq.write_table(table.replace_schema_metadata({"geo": geo}), path)
        assert fault(path) == "file_unreadable"


def test_flatgeobuf(tmp_path: Path, write_layer: Any) -> None:
    path = write_layer(tmp_path / "a.fgb", POINTS, {"n": [1, 2]})
    assert read(path)[0].columns["n"] in {(1.0, 2.0), (2.0, 1.0)}
