"""GDAL opens nothing but the formats we read: what hostile files ask for is never reached."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.elevation import read_heights
from data.errors import StudyError
from data.gdal import DRIVERS, IN_MEMORY, SKIPPED, open_raster
from data.population.rasters import read_counts
from data.study.tables import TableSource
from data.tables.layers.read import ARCHIVE_ENDINGS, LAYER_ENDINGS
from data.tables.read import RASTER_ENDINGS, read_any
from geo.errors import Finding

PRIVATE = "cookie-4711"
ENDINGS = (*LAYER_ENDINGS, *ARCHIVE_ENDINGS)

LIST_DRIVERS = """
import ctypes, glob, json, os, sys
{first}
import pyogrio, rasterio
with rasterio.Env():
    pass
site = os.path.dirname(os.path.dirname(pyogrio.__file__))
found = []
for package in ("pyogrio", "rasterio"):
    library, = glob.glob(os.path.join(site, package + ".libs", "*gdal*"))
    gdal = ctypes.CDLL(library)
    gdal.GDALGetDriver.restype = gdal.GDALGetDriverShortName.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = [ctypes.c_int]
    gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    drivers = [gdal.GDALGetDriver(i) for i in range(gdal.GDALGetDriverCount())]
    found.append([gdal.GDALGetDriverShortName(driver).decode() for driver in drivers])
print(json.dumps(found))
"""


def registered(first: str = "") -> tuple[set[str], set[str], str]:
    """Return the drivers of both GDALs in a process of its own, and what it wrote to stderr."""
    environment = {k: v for k, v in os.environ.items() if k not in {"GDAL_SKIP", "CPL_LOG"}}
    done = subprocess.run(
        [sys.executable, "-c", LIST_DRIVERS.format(first=first)],
        env=environment, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    vectors, rasters = json.loads(done.stdout)
    return set(vectors), set(rasters), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the bundled libraries lie elsewhere")
@pytest.mark.parametrize("first", ["import data", "import planning"])
def test_both_gdals_have_only_our_drivers(first: str) -> None:
    ours = {*DRIVERS, *IN_MEMORY}
    vectors, rasters, said = registered(first)
    assert vectors == ours - {"Memory"}
    assert rasters == ours - {"FlatGeobuf"}
    assert said == ""


@pytest.mark.skipif(os.name == "nt", reason="the bundled libraries lie elsewhere")
def test_the_skipped_are_every_other_driver_of_either() -> None:
    vectors, rasters, _ = registered()
    assert set(SKIPPED) == (vectors | rasters) - {*DRIVERS, *IN_MEMORY}
    assert {"VRT", "OGR_VRT", "WMS", "WFS", "GDALG", "HTTP", "PDF", "SQLite"} <= set(SKIPPED)


def test_a_skip_of_the_users_own_is_kept_and_handed_down() -> None:
    code = "import data, os; print(os.environ['GDAL_SKIP'])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "GDAL_SKIP": "GeoJSON"},
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.split(",")[0] == "GeoJSON"
    assert "OGR_VRT" in os.environ["GDAL_SKIP"]  # what a worker of this process is given


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.0)
        yield server


def hostile(folder: Path, port: int) -> dict[str, bytes]:
    """Return the content of files that ask GDAL for other files and addresses."""
    secret = folder / "secret.csv"
    secret.write_text(f"id,name\n1,{PRIVATE}\n", encoding="utf-8")
    url = f"http://127.0.0.1:{port}/x"
    layer = f"<OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    texts = {
        "OGR_VRT": f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>",
        "VRT": f"<VRTDataset rasterXSize='2' rasterYSize='2'><VRTRasterBand dataType='Byte' band="
        f"'1'><SimpleSource><SourceFilename>/vsicurl/{url}</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>",
        "WMS": f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>",
        "WFS": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>",
        "WCS": f"<WCS_GDAL><ServiceURL>{url}</ServiceURL></WCS_GDAL>",
        "OAPIF": f"OAPIF:{url}",
        "HTTP": url,
        "GDALG": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline read {secret}"}
        ),
        "ESRIJSON": json.dumps({"geometryType": "esriGeometryPoint", "features": []}),
        "TopoJSON": json.dumps({"type": "Topology", "objects": {}, "arcs": []}),
        "STACTA": json.dumps({"stac_version": "1.0.0", "type": "Feature", "links": [url]}),
        "KML link": "<kml><NetworkLink><Link><href>" + url + "</href></Link></NetworkLink></kml>",
        "XXE": f"<!DOCTYPE k [<!ENTITY a SYSTEM '{secret.as_uri()}'>]><kml><Placemark><name>&a;"
        "</name></Placemark></kml>",
        "CSV": secret.read_text(encoding="utf-8"),
        "PDF": "%PDF-1.7\n%%EOF\n",
    }
    contents = {name: text.encode() for name, text in texts.items()}
    database = folder / "plain.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"CREATE TABLE secret AS SELECT '{PRIVATE}' AS name")
        connection.commit()
    contents["SQLite"] = database.read_bytes()
    return contents


@pytest.mark.parametrize("ending", ENDINGS)
def test_hostile_layers_under_every_ending(
    tmp_path: Path, listener: socket.socket, ending: str
) -> None:
    for name, content in hostile(tmp_path, listener.getsockname()[1]).items():
        path = tmp_path / f"x{ending}"
        path.write_bytes(content)
        (tmp_path / "x.shx").write_bytes(content)
        (tmp_path / "x.dbf").write_bytes(content)
        findings: list[Finding] = []
        if name in {"KML link", "STACTA"} and ending in {".kml", ".ovkml", ".geojson", ".json"}:
            # A link is counted, not followed; a feature is one whatever else the file says.
            with suppress(StudyError):
                assert read_any(TableSource(path=path), findings).columns == {}
            continue
        with pytest.raises(StudyError) as refused:
            read_any(TableSource(path=path), findings)
        assert PRIVATE not in str(refused.value), name
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("ending", RASTER_ENDINGS)
def test_hostile_rasters(tmp_path: Path, listener: socket.socket, ending: str) -> None:
    for content in hostile(tmp_path, listener.getsockname()[1]).values():
        path = tmp_path / f"x{ending}"
        path.write_bytes(content)
        with pytest.raises(StudyError, match="GeoTIFF"):
            read_counts(path, findings=[])
        with pytest.raises(StudyError, match="GeoTIFF"):
            read_heights(path, crs="EPSG:4549", box_m=(0, 0, 1, 1))
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    import rasterio
    from rasterio.transform import from_origin

    path = tmp_path / "people.tif"
    profile = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "float32",
               "crs": "EPSG:4326", "transform": from_origin(120, 30, 0.01, 0.01)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.ones((1, 2, 2), dtype=np.float32))
    return path


LEADING_AWAY = {
    "people.tif.ovr": b"<VRTDataset/>",
    "people.tif.msk": b"<VRTDataset/>",
    "people.tif.aux.xml": b'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">'
    b"/home/b/secret.tif</MDI></Metadata></PAMDataset>",
    "people.aux.xml": b"<PAMDataset><SourceFilename>/vsicurl/http://x</SourceFilename></PAMDataset>",
}


@pytest.mark.parametrize("name", LEADING_AWAY)
def test_sidecars_that_lead_away_are_refused(raster: Path, name: str) -> None:
    (raster.parent / name).write_bytes(LEADING_AWAY[name])
    with pytest.raises(StudyError) as refused, open_raster(raster):
        pass
    assert [finding.code for finding in refused.value.findings] == ["sidecar_leads_away"]
    (raster.parent / name).unlink()
    assert read_counts(raster, findings=[]).people.sum() == 4


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_sidecars_outside_the_folder_are_refused(
    raster: Path, tmp_path: Path, write_layer: Any
) -> None:
    import shapely

    other = tmp_path / "other"
    other.mkdir()
    write_layer(other / "b.shp", [shapely.Point(1, 1)], {"name": [PRIVATE]})
    mine = write_layer(tmp_path / "a.shp", [shapely.Point(1, 1)], {"name": ["x"]})
    mine.with_suffix(".dbf").unlink()
    mine.with_suffix(".dbf").symlink_to(other / "b.dbf")
    with pytest.raises(StudyError) as refused:
        read_any(TableSource(path=mine), [])
    assert [finding.code for finding in refused.value.findings] == ["sidecar_leads_away"]
    raster.with_suffix(".tfw").symlink_to("/etc/hostname")
    with pytest.raises(StudyError, match="leads to other files"):
        read_counts(raster, findings=[])
    # A file that is itself a link, with its parts beside what it names, is the user's own doing.
    linked = tmp_path / "linked.shp"
    for part in other.iterdir():
        linked.with_suffix(part.suffix).symlink_to(part)
    assert len(read_any(TableSource(path=linked), [])) == 1


def test_harmless_sidecars_are_read(raster: Path) -> None:
    import rasterio

    with rasterio.open(raster, "r+") as opened:
        opened.build_overviews([2])
    xml = b"<PAMDataset><Metadata><MDI key='AREA_OR_POINT'>Area</MDI></Metadata></PAMDataset>"
    (raster.parent / "people.tif.aux.xml").write_bytes(xml)
    assert read_counts(raster, findings=[]).people.sum() == 4


def test_a_raster_of_one_huge_block_is_refused(tmp_path: Path) -> None:
    import rasterio

    path = tmp_path / "one.tif"
    profile = {"driver": "GTiff", "width": 20_000, "height": 20_000, "count": 1, "dtype": "uint8",
               "crs": "EPSG:4326", "blockysize": 20_000, "sparse_ok": True,
               "transform": rasterio.Affine(0.001, 0, 120, 0, -0.001, 30)}  # fmt: skip
    with rasterio.open(path, "w", **{**profile, "dtype": "float64", "compress": "deflate"}):
        pass
    assert path.stat().st_size < 10_000
    with pytest.raises(StudyError, match="pieces of 20000 x 20000 cells"):
        read_counts(path, findings=[])


def test_one_module_opens_files_with_gdal() -> None:
    root = Path(__file__).parents[2]
    opening = ("rasterio.open(", "import pyogrio", "from pyogrio", "read_dataframe", ".read_file(")
    found = {
        str(path.relative_to(root))
        for room in ("geo", "data", "planning", "app_pages")
        for path in (root / room).rglob("*.py")
        if any(sign in path.read_text(encoding="utf-8") for sign in opening)
    }
    assert found == {"data/gdal.py", "data/fetch/open_data.py"}  # the second only writes
