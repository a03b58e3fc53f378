"""Heights: between cells, nodata, other systems, rasters that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

from data.elevation import read_heights
from data.errors import StudyError
from data.roads.read import RoadOptions
from data.study.tables import TableSource
from geo.slope import tobler_pace
from tests.data.roads.answers import codes, finding, read, seconds
from tests.data.roads.drawn_osm import ORIGIN_M, write_osm

CRS = "EPSG:4549"
BOX = (500_000.0, 3_300_000.0, 502_000.0, 3_301_000.0)


def raster(path: Path, values, *, west, north, cell, crs=CRS, nodata=None, count=1) -> Path:
    values = np.asarray(values)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=count,
        dtype=values.dtype,
        crs=crs,
        transform=from_origin(west, north, cell, cell),
        nodata=nodata,
    ) as file:
        for band in range(count):
            file.write(values, band + 1)
    return path


def plane(path: Path, *, rows=60, columns=100, cell=30.0, dtype=np.float32, **options) -> Path:
    """Write z = 0.1 * east + 0.05 * north of the box's corner, around the box."""
    west, north = BOX[0] - 10 * cell, BOX[1] + (rows - 10) * cell
    x = west + cell * (np.arange(columns) + 0.5) - BOX[0]
    y = north - cell * (np.arange(rows) + 0.5) - BOX[1]
    values = (0.1 * x[None, :] + 0.05 * y[:, None]).astype(dtype)
    return raster(path, values, west=west, north=north, cell=cell, **options)


def test_a_plane_is_a_plane_between_the_cells(tmp_path):
    heights = read_heights(plane(tmp_path / "z.tif"), crs=CRS, box_m=BOX)
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 1900, 500), rng.uniform(0, 900, 500)
    expected = 0.1 * x + 0.05 * y
    assert heights(BOX[0] + x, BOX[1] + y) == pytest.approx(expected, abs=1e-3)


def test_a_raster_in_degrees_serves_roads_in_metres(tmp_path):
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*BOX[:2])
    cell = 1 / 3600
    values = np.add.outer(np.arange(80) * -2.0, np.arange(120) * 3.0).astype(np.float32)
    path = raster(
        tmp_path / "z.tif",
        values,
        west=lon - 20 * cell,
        north=lat + 60 * cell,
        cell=cell,
        crs="EPSG:4326",
    )
    heights = read_heights(path, crs=CRS, box_m=BOX)
    here = heights(np.array([BOX[0]]), np.array([BOX[1]]))[0]
    assert here == pytest.approx(-2.0 * 59.5 + 3.0 * 19.5, abs=0.01)


def test_outside_and_beside_nodata_nothing_is_known(tmp_path):
    values = np.full((40, 70), 7, dtype=np.int16)
    values[:, 30] = -32768
    path = raster(
        tmp_path / "z.tif", values, west=BOX[0], north=BOX[3] + 200, cell=30.0, nodata=-32768
    )
    heights = read_heights(path, crs=CRS, box_m=BOX)
    x = BOX[0] + np.array([100.0, 915.0, 880.0, 1500.0, 5000.0, -500.0])
    found = heights(x, np.full(6, BOX[1] + 500))
    assert np.isfinite(found).tolist() == [True, False, True, True, False, False]
    assert found[[0, 2, 3]] == pytest.approx(7)


def test_absurd_heights_without_a_tag_are_nodata(tmp_path):
    values = np.full((40, 70), -3.4e38, dtype=np.float32)
    path = raster(tmp_path / "z.tif", values, west=BOX[0], north=BOX[3] + 200, cell=30.0)
    heights = read_heights(path, crs=CRS, box_m=BOX)
    assert np.isnan(heights(np.array([BOX[0] + 100]), np.array([BOX[1] + 500]))).all()


def test_a_raster_far_away_knows_nothing(tmp_path):
    path = raster(tmp_path / "z.tif", np.ones((5, 5)), west=0, north=0, cell=30.0)
    heights = read_heights(path, crs=CRS, box_m=BOX)
    assert np.isnan(heights(np.array([BOX[0]]), np.array([BOX[1]]))).all()


def test_rasters_that_cannot_be_used(tmp_path):
    bands = plane(tmp_path / "bands.tif", count=2)
    bare = plane(tmp_path / "bare.tif", crs=None)
    (tmp_path / "text.tif").write_bytes(b"nonsense")
    for path, code in (
        (bands, "raster_bands"),
        (bare, "raster_no_crs"),
        (tmp_path / "text.tif", "file_unreadable"),
        (tmp_path / "none.tif", "file_missing"),
    ):
        with pytest.raises(StudyError) as fault:
            read_heights(path, crs=CRS, box_m=BOX)
        assert [f.code for f in fault.value.findings] == [code]
    assert read_heights(bare, crs=CRS, box_m=BOX, raster_crs=CRS) is not None


def test_whole_metres_do_not_make_hills_of_a_plain(tmp_path):
    """A plain of 1 in 1,000 in whole metres has steps of 1 m; smoothed they are half as steep."""
    path = plane(tmp_path / "z.tif", dtype=np.float32)
    with rasterio.open(path, "r+") as file:
        file.write(np.rint(file.read(1) / 100).astype(np.float32), 1)
    heights = read_heights(path, crs=CRS, box_m=BOX)
    x = BOX[0] + np.arange(0, 1900, 10.0)
    steepest = np.abs(np.diff(heights(x, np.full(len(x), BOX[1] + 400)))).max() / 10
    assert steepest <= 0.5 / 30 + 1e-9


def test_uphill_to_the_clinic_takes_longer_than_home(tmp_path):
    nodes = {1: (0, 0), 2: (1500, 0), 3: (1900, 0)}
    street = {"highway": "residential"}
    pbf = write_osm(tmp_path / "a.osm.pbf", nodes, [(1, [1, 2, 3], street)])
    assert BOX[:2] == ORIGIN_M
    options = RoadOptions(elevation=TableSource(plane(tmp_path / "z.tif")))
    found, flat = read(pbf, options=options), read(pbf)
    up, down = seconds(found, "walk", 1, 2), seconds(found, "walk", 2, 1)
    assert up == pytest.approx(1200 * float(tobler_pace(0.1)), rel=1e-3)
    assert down == pytest.approx(1200 * float(tobler_pace(-0.1)), rel=1e-3)
    assert seconds(found, "e_bike", 1, 2) == pytest.approx(360 * 2.5, rel=1e-2)
    assert seconds(found, "e_bike", 2, 1) == seconds(flat, "e_bike", 2, 1)
    assert seconds(found, "car", 1, 2) == seconds(flat, "car", 1, 2)
    assert "elevation_gaps" not in codes(found)


def test_roads_beyond_the_raster_are_flat_and_told(tmp_path):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (4000, 0)}
    ways = [(1, [1, 2, 3], {"highway": "residential"})]
    pbf = write_osm(tmp_path / "a.osm.pbf", nodes, ways)
    found = read(pbf, options=RoadOptions(elevation=TableSource(plane(tmp_path / "z.tif"))))
    assert 25 < finding(found, "elevation_gaps")["percent"] < 60


@pytest.mark.parametrize(
    ("stored", "beside", "metres"),
    [
        (1234, (0.1, 0.0, ""), 123.4),
        (100, (1.0, -50.0, "m"), 50.0),
        (1000, (1.0, 0.0, "ft"), 304.8),
        (12_340, (1.0, 0.0, "cm"), 123.4),
        (1000, (0.5, 10.0, "feet"), 510 * 0.3048),
    ],
)
def test_what_stands_beside_the_heights_is_applied(tmp_path, stored, beside, metres):
    scale, offset, unit = beside
    values = np.full((60, 100), stored, dtype=np.int16)
    path = raster(tmp_path / "z.tif", values, west=BOX[0] - 300, north=BOX[1] + 1500, cell=30.0)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets, file.units = (scale,), (offset,), (unit,)
    heights = read_heights(path, crs=CRS, box_m=BOX)
    assert heights(np.array([500_500.0]), np.array([3_300_500.0])) == pytest.approx(metres)


@pytest.mark.parametrize("number", [-9999, -32768, 32767])
def test_no_height_without_a_tag_is_no_height_whatever_the_scale(tmp_path, number):
    values = np.full((60, 100), number, dtype=np.int16)
    path = raster(tmp_path / "z.tif", values, west=BOX[0] - 300, north=BOX[1] + 1500, cell=30.0)
    with rasterio.open(path, "r+") as file:
        file.scales = (0.1,)
    heights = read_heights(path, crs=CRS, box_m=BOX)
    assert np.isnan(heights(np.array([500_500.0]), np.array([3_300_500.0]))).all()
