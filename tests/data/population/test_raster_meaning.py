"""What a raster says beside its numbers (scale, mask, unit), and numbers that mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from data.dataset import load_dataset, read_study
from data.errors import StudyError
from data.population.rasters import read_counts
from geo.errors import Finding

HECTARE = {"crs": "EPSG:4549", "transform": Affine(100.0, 0, 500_000, 0, -100.0, 3_300_000)}


def people(path: Path, **options: Any) -> float:
    return float(read_counts(path, findings=[], **options).people.sum())


def fault(path: Path) -> Finding:
    with pytest.raises(StudyError) as caught:
        read_counts(path, findings=[])
    assert len(caught.value.findings) == 1
    return caught.value.findings[0]


def told(path: Path) -> list[str]:
    findings: list[Finding] = []
    read_counts(path, findings=findings)
    return [finding.code for finding in findings]


def said(path: Path, **beside: Any) -> Path:
    """Write what stands beside the numbers of a raster."""
    with rasterio.open(path, "r+") as raster:
        for name, value in beside.items():
            if name == "mask":
                raster.write_mask(np.asarray(value, dtype=np.uint8) * 255)
            elif name == "description":
                raster.set_band_description(1, value)
            elif name == "tags":
                raster.update_tags(1, **value)
            else:
                setattr(raster, name, (value,))
    return path


@pytest.mark.parametrize(
    ("stored", "scale", "offset", "total"),
    [
        (np.full((1, 6), 10000, np.int32), 0.01, 0.0, 600),
        (np.array([[1, 2, 3]], np.int16), 100.0, 0.0, 600),
        (np.array([[10, 20, 30]], np.uint8), 1.0, -10.0, 30),
        (np.array([[50, 100, -200]], np.int16), 0.5, 0.0, 75),
        (np.array([[0.1, 0.2]], np.float32), 1000.0, 0.0, 300),
        (np.array([[0, 5]], np.uint16), 2.0, 1.0, 12),  # a cell of zero holds the offset
    ],
)
def test_scale_and_offset(
    tmp_path: Path, write_raster: Any, *, stored: Any, scale: float, offset: float, total: float
) -> None:
    nodata = -200 if stored.dtype == np.int16 else None
    path = write_raster(tmp_path / "a.tif", stored, nodata=nodata)
    assert people(said(path, scales=scale, offsets=offset)) == pytest.approx(total, rel=1e-6)


def test_masks_hide_cells(tmp_path: Path, write_raster: Any) -> None:
    values = np.array([[100, 200, 7]], dtype=np.float32)
    for internal in (True, False):
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal):
            path = write_raster(tmp_path / f"{internal}.tif", values)
            said(path, mask=[[1, 1, 0]])
        assert people(path) == 300


def test_a_mask_and_a_nodata_value_and_a_scale_together(tmp_path: Path, write_raster: Any) -> None:
    path = write_raster(tmp_path / "a.tif", np.array([[1, 2, 3, 99]], np.int16), nodata=99)
    said(path, scales=10.0)
    assert people(path) == 60


@pytest.mark.parametrize(
    ("beside", "total"),
    [
        ({"tags": {"scale_factor": "0.1"}}, 0.6),
        ({"tags": {"scale_factor": "10", "add_offset": "1"}}, 63),
        ({"tags": {"units": "千人"}}, 6_000),
        ({"tags": {"unit": "persons"}}, 6),
        ({"description": "Population (thousands)"}, 6_000),
        ({"description": "常住人口（万人）"}, 60_000),
        ({"description": "people per cell"}, 6),
        ({"scales": 10.0, "tags": {"scale_factor": "10"}}, 60),
    ],
)
def test_what_tags_and_descriptions_say(
    tmp_path: Path, write_raster: Any, beside: Any, total: float
) -> None:
    path = write_raster(tmp_path / "a.tif", np.array([[1, 2, 3]], dtype=np.float32))
    assert people(said(path, **beside)) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(
    ("unit", "total"),
    [
        ("", 6),
        ("people", 6),
        ("persons per cell", 6),
        ("人", 6),
        ("人/像元", 6),
        ("count", 6),
        ("千人", 6_000),
        ("thousand people", 6_000),
        ("1000 persons", 6_000),
        ("hundreds of people", 600),
        ("万人", 60_000),
    ],
)
def test_units_of_people(tmp_path: Path, write_raster: Any, unit: str, total: float) -> None:
    path = write_raster(tmp_path / "a.tif", np.array([[1, 2, 3]], dtype=np.float32))
    assert people(said(path, units=unit)) == total


@pytest.mark.parametrize(
    "unit",
    [
        "people/km2",
        "people per hectare",
        "人/公顷",
        "人/km²",
        "pop/sq mi",
        "persons/pixel/km^2",
        "inhabitants ha-1",
        "人/平方公里",
        "people per sq. km",
        "1/km^2",
    ],
)
def test_units_of_densities(tmp_path: Path, write_raster: Any, unit: str) -> None:
    path = write_raster(tmp_path / "a.tif", np.ones((1, 3), dtype=np.float32))
    assert fault(said(path, units=unit)).code == "raster_density"


@pytest.mark.parametrize("unit", ["m", "nW/cm2/sr", "degC", "%", "households", "户"])
def test_units_that_are_no_people(tmp_path: Path, write_raster: Any, unit: str) -> None:
    path = write_raster(tmp_path / "a.tif", np.ones((1, 3), dtype=np.float32))
    found = fault(said(path, units=unit))
    assert (found.code, dict(found.params)["unit"]) == ("raster_unit_unknown", unit)


@pytest.mark.parametrize(
    "name",
    [
        "CHN_pph_v2b_2010",
        "chn_pd_2020_1km",
        "gpw_v4_population_density_rev11",
        "popdens2020",
        "人口密度2020",
        "pop_per_ha",
        "wuhan_ppkm2",
        "chn_pop_density",
        "PopDen",
        "people_per_sqkm",
    ],
)
def test_names_of_densities(tmp_path: Path, write_raster: Any, name: str) -> None:
    path = write_raster(tmp_path / f"{name}.tif", np.ones((1, 3), dtype=np.float32))
    assert fault(path).code == "raster_density"


@pytest.mark.parametrize(
    "name",
    [
        "chn_ppp_2020_UNadj",
        "GHS_POP_E2020",
        "landscan-global-2022",
        "shapph",
        "population_2020",
        "ppp_2020_1km_Aggregated",
        "independence",
        "wardens_houses",
    ],
)
def test_names_of_counts(tmp_path: Path, write_raster: Any, name: str) -> None:
    assert people(write_raster(tmp_path / f"{name}.tif", np.ones((1, 3), dtype=np.float32))) == 3


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("uint8", 255),
        ("uint16", 65535),
        ("int16", 32767),
        ("uint32", 4294967295),
        ("int32", 2147483647),
        ("float32", 65535),
        ("float32", 99999),
        ("float32", 999999),
        ("float64", 2147483647),
        ("int32", 9999),
        ("float64", 1e20),
    ],
)
def test_undeclared_nodata_is_an_error_with_the_cell_and_its_fix_works(
    tmp_path: Path, write_raster: Any, dtype: str, value: float
) -> None:
    values = np.array([[100, 90, 80, 100, 100, value]]).astype(dtype)
    found = fault(write_raster(tmp_path / "a.tif", values))
    assert found.code in {"raster_no_value", "raster_cell_absurd"}
    assert found.rows == ("r0c5",)
    mended = write_raster(tmp_path / "b.tif", values, nodata=value)
    assert people(mended) == 470


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("uint8", [[250, 254, 255, 200]]),
        ("int32", [[9999, 9998, 9500]]),
        ("uint16", [[65535, 60000]]),
    ],
)
def test_numbers_that_only_look_like_no_value(
    tmp_path: Path, write_raster: Any, dtype: str, values: Any
) -> None:
    path = write_raster(tmp_path / "a.tif", np.array(values).astype(dtype))
    assert people(path) == np.array(values).sum()


def test_what_a_census_can_hold(tmp_path: Path, write_raster: Any) -> None:
    def raster(name: str, value: float, cell_m: float) -> Path:
        where = {**HECTARE, "transform": Affine(cell_m, 0, 500_000, 0, -cell_m, 3_300_000)}
        values = np.array([[value, value / 1.2]], dtype=np.float64)
        return write_raster(tmp_path / f"{name}.tif", values, **where)

    assert people(raster("hectare", 12_000, 100)) == 22_000
    found = fault(raster("beyond", 24_001, 100))
    assert found.code == "raster_cell_absurd"
    assert dict(found.params)["limit_per_ha"] == 20_000
    assert people(raster("square_km", 300_000, 1000)) == 550_000
    assert fault(raster("square_km_beyond", 500_000, 1000)).code == "raster_cell_absurd"


STUDY = """format = 1
[study]
name = "x"
date = "2024-12-31"
[population]
path = "{population}"
[facilities]
path = "list.csv"
[roads]
path = "roads.osm"
[zones]
path = "zones.geojson"
"""
BORDER = [[120.79, 29.99], [120.91, 29.99], [120.91, 30.06], [120.79, 30.06], [120.79, 29.99]]


def zones_of(census: float) -> str:
    area = {"type": "Polygon", "coordinates": [BORDER]}
    said = {"code": "1", "name": "甲", "people": census}
    feature = {"type": "Feature", "properties": said, "geometry": area}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.mark.parametrize(
    ("census", "code"),
    [
        (500.5, ""),
        (420, ""),
        (400, "people_unlike_census"),
        (700, "people_unlike_census"),
        (49, "people_not_the_census"),
        (5100, "people_not_the_census"),
    ],
)
def test_the_total_against_the_census_of_the_zones(
    study_folder: Path, census: float, code: str
) -> None:
    (study_folder / "zones.geojson").write_text(zones_of(census), encoding="utf-8")
    study = study_folder / "study.toml"
    study.write_text(STUDY.format(population="people.csv"), encoding="utf-8")
    wanted = {"people_unlike_census", "people_not_the_census"}
    if code == "people_not_the_census":
        with pytest.raises(StudyError) as caught:
            load_dataset(read_study(study))
        assert [each.code for each in caught.value.findings] == [code]
        return
    found = [each.code for each in load_dataset(read_study(study)).findings if each.code in wanted]
    assert found == [code] * bool(code)


@pytest.mark.parametrize("ending", [".vrt", ".img", ".asc", ".nc", ".jp2", ".adf"])
def test_a_raster_of_another_kind_is_told_to_be_saved_as_tif(
    study_folder: Path, ending: str
) -> None:
    (study_folder / f"pop{ending}").write_bytes(b"<VRTDataset/>")
    study = study_folder / "study.toml"
    text = (
        study.read_text(encoding="utf-8").split("column =")[0].replace("people.csv", f"pop{ending}")
    )
    study.write_text(
        text + STUDY.split('path = "{population}"\n')[1].split("[zones]", maxsplit=1)[0], "utf-8"
    )
    with pytest.raises(StudyError) as caught:
        load_dataset(read_study(study))
    found = next(each for each in caught.value.findings if each.code == "file_kind_unknown")
    assert ".tif" in dict(found.params)["known"]
