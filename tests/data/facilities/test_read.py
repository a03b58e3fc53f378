"""Lists of institutions as offices write them: every column read, nothing changed in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.facilities.read import FacilityRows, read_facilities
from data.study.tables import FacilitiesTable, TableSource
from geo.errors import Finding


def read(path: Path, text: str, **options: Any) -> tuple[FacilityRows, dict[str, Finding]]:
    path.write_text(text, encoding="utf-8")
    findings: list[Finding] = []
    rows = read_facilities(FacilitiesTable(source=TableSource(path=path, **options)), findings)
    assert rows is not None
    return rows, {finding.code: finding for finding in findings}


def test_births_are_kept_as_years_and_never_shown(tmp_path: Path) -> None:
    rows, found = read(
        tmp_path / "a.csv",
        "机构代码,机构名称,机构类别,经度,纬度,乡村医生,乡村医生出生年月\n"
        'a,甲,村卫生室,120.8,30,2,"1970年8月、1965.3"\n'
        "b,乙,村卫生室,120.8,30,1,195803\n"
        'c,丙,村卫生室,120.8,30,1,"1958-03;1960-02"\n'
        "d,丁,村卫生室,120.8,30,1,六五年生\n"
        "e,戊,村卫生室,120.8,30,,\n",
    )
    assert rows.birth_years == ((1965, 1970), (1958,), (1958, 1960), (), ())
    assert found["births_differ"].rows == (3,)
    assert found["births_unread"].rows == (4,)
    for said in (repr(rows), repr(found), repr(rows.columns)):
        assert not any(year in said for year in ("1965", "1970", "1958", "六五年"))


def test_economic_types_are_kept(tmp_path: Path) -> None:
    text = "机构代码,机构名称,机构类别,经度,纬度,经济类型\na,甲,村卫生室,120.8,30,集体\n"
    rows, _ = read(tmp_path / "a.csv", text)
    assert rows.economic_type == ("集体",)


def test_assistants_counted_apart_are_added(tmp_path: Path) -> None:
    head = "机构代码,机构名称,机构类别,经度,纬度,"
    rows, found = read(
        tmp_path / "a.csv",
        head + "执业医师数,执业助理医师数（人）\na,甲,B100,120.8,30,3,2\nb,乙,B100,120.8,30,,1\n"
        "c,丙,B100,120.8,30,,\n",
    )
    assert rows.columns["doctors"] == (5.0, 1.0, None)
    assert "doctors_added" in found
    rows, found = read(
        tmp_path / "a.csv", head + "执业（助理）医师,执业助理医师\na,甲,B100,120.8,30,5,2\n"
    )
    assert rows.columns["doctors"] == (5.0,)
    assert "doctors_added" not in found


def test_codes_that_lost_digits_and_day_numbers_are_told(tmp_path: Path) -> None:
    rows, found = read(
        tmp_path / "a.csv",
        "机构代码,机构名称,机构类别,经度,纬度,开业日期\n"
        "1.23306E+11,甲,B100,120.8,30,43905\n330604000001.0,乙,B100,120.8,30,2020年3月\n"
        "ＰＤＹ００１,丙,B100,120.8,30,20200315\n",
    )
    assert rows.columns["id"] == ("1.23306E+11", "330604000001", "PDY001")
    assert found["codes_rounded"].rows == (1,)
    assert rows.columns["open_date"] == ("2020-03-15", "2020-03-01", "2020-03-15")
    assert found["dates_as_numbers"].rows == (1,)


@pytest.mark.parametrize(
    "places",
    [
        '经纬度\n{0}"120.81,30.01"\n',
        "坐标\n{0}120.81 30.01\n",
        'location\n{0}"120.81，30.01"\n',
        "经度（E）,纬度（N）\n{0}E120.81°,N30.01°\n",
        "东经,北纬\n{0}120°48′36″,30°0′36″\n",
        "经度（度分秒）,纬度（度分秒）\n{0}120-48-36,30:00:36\n",
        "wgs84_lng,wgs84_lat\n{0}１２０．８１,３０．０１\n",
    ],
)
def test_places_in_many_writings(tmp_path: Path, places: str) -> None:
    text = "机构代码,机构名称,机构类别," + places.format("a,甲,B100,")
    rows, _ = read(tmp_path / "a.csv", text)
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((120.81, 30.01))


def test_a_header_states_the_system_of_a_web_map(tmp_path: Path) -> None:
    text = "机构代码,机构名称,机构类别,经度(gcj02),纬度(gcj02)\na,甲,B100,120.8,30\n"
    rows, found = read(tmp_path / "a.csv", text)
    assert rows.system == "gcj02"
    assert "coordinates_converted" in found
    assert rows.lon[0] != 120.8
    rows, found = read(tmp_path / "a.csv", text, coordinates="wgs84")
    assert rows.lon[0] == 120.8
    assert "coordinates_converted" not in found


def test_northings_that_come_first_are_told(tmp_path: Path) -> None:
    text = "机构代码,机构名称,机构类别,X坐标,Y坐标\na,甲,B100,3349722,40515300\n"
    _, found = read(tmp_path / "a.csv", text, crs="EPSG:4528")
    assert "position_north_first" in found
    _, found = read(tmp_path / "a.csv", text)
    assert "position_north_first" in found
    assert dict(found["position_not_degrees"].params)["crs"] == "EPSG:4528"
    columns = (("lon", "Y坐标"), ("lat", "X坐标"))
    rows, found = read(tmp_path / "a.csv", text, crs="EPSG:4528", columns=columns)
    assert "position_north_first" not in found
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((120.159, 30.267), abs=1e-4)
