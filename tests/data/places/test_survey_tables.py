"""Coordinates as surveyors write them: X north and Y east, with or without zone, or of a city."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.places.positions import read_positions
from data.study.tables import COLUMN_NAMES, TableSource
from data.tables.headers import find_columns
from data.tables.read import read_any
from geo.crs import transform
from geo.errors import Finding

LON, LAT = 120.81, 30.02
EAST, NORTH = (float(v[0]) for v in transform([LON], [LAT], source="EPSG:4326", target="EPSG:4549"))
ZONE = 40_000_000.0


def read(path: Path, x: float, y: float, crs: str | None) -> tuple[float, float, list[str]]:
    """Return where a row of X and Y is, and the codes of what is said of it."""
    rows = "".join(f"F{k},甲,{x + k:.3f},{y + k:.3f}\n" for k in range(3))
    path.write_text("机构代码,机构名称,X坐标,Y坐标\n" + rows, encoding="utf-8")
    findings: list[Finding] = []
    source = TableSource(path=path, crs=crs)
    table = read_any(source, findings)
    columns = find_columns(table, COLUMN_NAMES["facilities"], (), findings)
    findings.clear()
    lon, lat = read_positions(table, columns, source, findings)
    return float(lon[0]), float(lat[0]), [finding.code for finding in findings]


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4528"])
@pytest.mark.parametrize("zone", [0.0, ZONE])
@pytest.mark.parametrize("is_north_first", [True, False])
def test_which_is_which_is_decided_by_value_and_said(
    tmp_path: Path, crs: str, zone: float, is_north_first: bool
) -> None:
    pair = (NORTH, EAST + zone) if is_north_first else (EAST + zone, NORTH)
    lon, lat, codes = read(tmp_path / "a.csv", *pair, crs)
    assert (lon, lat) == (pytest.approx(LON, abs=1e-5), pytest.approx(LAT, abs=1e-5))
    expected = ["position_north_first"] * is_north_first
    expected += ["position_zone"] * ((crs == "EPSG:4528") != (zone > 0))
    assert codes == expected


def test_another_zone_than_the_stated_one_is_an_error(tmp_path: Path) -> None:
    lon, _, codes = read(tmp_path / "a.csv", NORTH, EAST + 39_000_000, "EPSG:4549")
    assert np.isnan(lon)
    assert "crs_does_not_fit" in codes


@pytest.mark.parametrize("pair", [(NORTH, EAST + ZONE), (EAST + ZONE, NORTH)])
def test_without_a_stated_system_the_fix_that_is_offered_works(
    tmp_path: Path, pair: tuple[float, float]
) -> None:
    path = tmp_path / "a.csv"
    lon, _, codes = read(path, *pair, None)
    assert np.isnan(lon)
    assert codes == ["position_not_degrees"]
    lon, lat, _ = read(path, *pair, "EPSG:4528")
    assert (lon, lat) == (pytest.approx(LON, abs=1e-5), pytest.approx(LAT, abs=1e-5))


@pytest.mark.parametrize("pair", [(51_234.5, 83_456.7), (-12_000.0, 34_000.0), (8_123.0, 1_234.0)])
@pytest.mark.parametrize("crs", [None, "EPSG:4549"])
def test_coordinates_of_a_city_are_refused_with_the_way_out(
    tmp_path: Path, pair: tuple[float, float], crs: str | None
) -> None:
    lon, _, codes = read(tmp_path / "a.csv", *pair, crs)
    assert np.isnan(lon)
    assert codes == ["position_local"]
