"""Rasters of people: every nodata, several stripes, other projections, densities refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from rasterio import Affine

import data.population.rasters
from data.errors import StudyError
from data.population.rasters import read_counts
from geo.crs import transform
from geo.errors import Finding
from geo.points import cell_centres


def fault(path: Path, **options: Any) -> str:
    with pytest.raises(StudyError) as caught:
        read_counts(path, findings=[], **options)
    return caught.value.findings[0].code


def test_many_stripes_give_the_same_cells_as_one(
    tmp_path: Path, write_raster: Any, rng: np.random.Generator, monkeypatch: Any
) -> None:
    values = np.where(rng.random((70, 50)) < 0.3, rng.random((70, 50)), 0).astype(np.float32)
    path = write_raster(tmp_path / "a.tif", values)
    whole = read_counts(path, findings=[])
    monkeypatch.setattr(data.population.rasters, "_STRIPE_CELLS", 333)
    stages: list[tuple[str, int, int]] = []
    parts = read_counts(path, findings=[], progress=lambda *told: stages.append(told))
    assert whole.people.sum() == pytest.approx(values.astype(np.float64).sum(), rel=1e-12)
    for name in ("row", "column", "people"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert stages[-1] == ("population", 70, 70)
    expected = np.argwhere(values > 0)
    np.testing.assert_array_equal(np.column_stack((whole.row, whole.column)), expected)


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("float32", -3.4e38),
        ("float32", float(np.finfo(np.float32).min)),
        ("float64", -99999.0),
        ("float64", float("nan")),
        ("int16", -200.0),
        ("uint8", 255.0),
        ("int32", None),
    ],
)
def test_every_nodata_is_nobody(
    tmp_path: Path, write_raster: Any, dtype: str, nodata: float | None
) -> None:
    values = np.array([[1, 2], [3, 0]]).astype(dtype)
    if nodata is not None:
        values[1, 1] = nodata
    cells = read_counts(write_raster(tmp_path / "a.tif", values, nodata=nodata), findings=[])
    assert cells.people.tolist() == [1, 2, 3]


def test_mollweide_cells_are_where_they_are(tmp_path: Path, write_raster: Any) -> None:
    x, y = transform([120.85], [30.05], source="EPSG:4326", target="ESRI:54009")
    grid = Affine(100.0, 0.0, x[0] - 150, 0.0, -100.0, y[0] + 150)
    values = np.arange(9, dtype=np.float64).reshape(3, 3)
    path = write_raster(tmp_path / "ghs.tif", values, crs="ESRI:54009", transform=grid, nodata=-200)
    cells = read_counts(path, findings=[])
    assert cells.people.sum() == 36
    lon, lat = transform(
        *cell_centres(cells.grid, cells.row, cells.column), source=cells.crs, target="EPSG:4326"
    )
    middle = np.flatnonzero((cells.row == 1) & (cells.column == 1))[0]
    assert (lon[middle], lat[middle]) == pytest.approx((120.85, 30.05), abs=1e-9)


def test_a_window_leaves_out_and_counts(tmp_path: Path, write_raster: Any) -> None:
    path = write_raster(tmp_path / "a.tif", np.ones((4, 4), dtype=np.float32))
    findings: list[Finding] = []
    cells = read_counts(path, window=shapely.box(120.80, 30.03, 120.82, 30.05), findings=findings)
    assert cells.people.sum() == 4
    assert [(f.code, f.people) for f in findings] == [("people_not_read", 12.0)]


def test_web_mercator_is_warned_of(tmp_path: Path, write_raster: Any) -> None:
    grid = Affine(100.0, 0.0, 13_450_000.0, 0.0, -100.0, 3_510_000.0)
    path = write_raster(
        tmp_path / "a.tif", np.ones((2, 2), dtype=np.float32), crs="EPSG:3857", transform=grid
    )
    findings: list[Finding] = []
    read_counts(path, findings=findings)
    assert [finding.code for finding in findings] == ["raster_web_mercator"]


def test_densities_are_refused(tmp_path: Path, write_raster: Any) -> None:
    import rasterio

    ones = np.ones((2, 2), dtype=np.float32)
    assert fault(write_raster(tmp_path / "chn_pd_2020_1km.tif", ones)) == "raster_density"
    for key, value in (("units", "people per km2"), ("description", "Population density")):
        path = write_raster(tmp_path / f"{key}.tif", ones)
        with rasterio.open(path, "r+") as raster:
            if key == "units":
                raster.units = (value,)
            else:
                raster.set_band_description(1, value)
        assert fault(path) == "raster_density"
    path = write_raster(tmp_path / "chn_ppp_2020.tif", ones)
    assert read_counts(path, findings=[]).people.sum() == 4


def test_too_many_people_cells(tmp_path: Path, write_raster: Any, monkeypatch: Any) -> None:
    path = write_raster(tmp_path / "a.tif", np.ones((20, 20), dtype=np.float32))
    monkeypatch.setattr(data.population.rasters, "MAX_POPULATED_CELLS", 100)
    assert fault(path) == "raster_too_many_cells"
    monkeypatch.setattr(data.population.rasters, "MAX_CELLS", 100)
    assert fault(path) == "raster_too_large"


def test_another_format_under_the_name_of_a_geotiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    assert fault(path) == "file_unreadable"


def test_a_stated_system_that_is_unknown(tmp_path: Path, write_raster: Any) -> None:
    path = write_raster(tmp_path / "a.tif", np.ones((2, 2), dtype=np.float32), crs=None)
    assert fault(path, crs="EPSG:99") == "crs_unknown"
    assert read_counts(path, crs="EPSG:4326", findings=[]).grid.crs == "EPSG:4326"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "people"),
    [("wuhan_worldpop_20plus.tif", 9_491_334.36), ("wuhan_worldpop_65plus.tif", 1_287_680.99)],
)
def test_wuhan_rasters_add_up(shared_data: Path, name: str, people: float) -> None:
    cells = read_counts(shared_data / "china" / name, findings=[])
    assert cells.people.sum() == pytest.approx(people, rel=1e-6)
    assert len(cells.people) <= 494_676
