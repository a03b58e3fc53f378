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
    rows, found = read(tmp_path / "a.csv", text, crs="EPSG:4528")
    assert "position_north_first" in found
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((120.159, 30.267), abs=1e-4)
    _, found = read(tmp_path / "a.csv", text)
    assert dict(found["position_not_degrees"].params)["crs"] == "EPSG:4528"
    columns = (("lon", "Y坐标"), ("lat", "X坐标"))
    rows, found = read(tmp_path / "a.csv", text, crs="EPSG:4528", columns=columns)
    assert "position_north_first" not in found
    assert (rows.lon[0], rows.lat[0]) == pytest.approx((120.159, 30.267), abs=1e-4)


def test_kinds_that_no_column_says_are_read_from_names_and_told(tmp_path: Path) -> None:
    text = (
        "机构代码,机构名称,机构类别,经度,纬度\na,联丰村卫生室,,120.8,30\nb,乙药店,,120.8,30\n"
        "c,丙镇卫生院,非营利性,120.8,30\nd,丁卫生室,B200,120.8,30\n"
    )
    rows, found = read(tmp_path / "a.csv", text)
    assert rows.columns["kind"] == ("D600", "", "C220", "B200")
    assert found["kinds_by_name"].rows == (1, 3)
    assert dict(found["kinds_by_name"].params)["kinds"] == "C220 1, D600 1"
    assert found["kind_unknown"].rows == (2,)
    rows, found = read(tmp_path / "b.csv", "机构代码,机构名称,经度,纬度\na,联丰村卫生室,120.8,30\n")
    assert rows.columns["kind"] == ("D600",)
    assert list(rows.level) == [1]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (",机构名称", ("11", "12")),
        ("Unnamed: 0,机构名称", ("11", "12")),
        ("序号,机构名称", ("11", "12")),
        ("index,机构名称", ("11", "12")),
        ("OBJECTID,机构名称", ("11", "12")),
    ],
)
def test_an_unnamed_or_counting_column_is_the_id_where_there_is_no_other(
    tmp_path: Path, header: str, expected: tuple[str, ...]
) -> None:
    text = f"{header},机构类别,经度,纬度\n11,甲,D600,120.8,30\n12,乙,D600,120.9,30\n"
    rows, found = read(tmp_path / "a.csv", text)
    assert rows.columns["id"] == expected
    assert "id_made" not in found
    with_code = text.replace(header, f"{header},机构代码").replace(",甲", ",甲,Z1", 1)
    with_code = with_code.replace("11,甲,Z1", "11,甲,Z1").replace("12,乙", "12,乙,Z2")
    rows, _ = read(tmp_path / "b.csv", with_code)
    assert rows.columns["id"] == ("Z1", "Z2")


def test_a_counting_column_that_repeats_is_no_id(tmp_path: Path) -> None:
    text = "序号,机构名称,机构类别,经度,纬度\n1,甲,D600,120.8,30\n1,乙,D600,120.9,30\n"
    rows, found = read(tmp_path / "a.csv", text)
    assert rows.columns["id"] == ("row1", "row2")
    assert "id_made" in found


UNSEEN = ["\u200b", "\ufeff", "\u00ad", "\u200e", "\u202a", "\u2060", "\xa0"]


@pytest.mark.parametrize("sign", UNSEEN)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_ids_are_compared_as_a_person_sees_them(tmp_path: Path, sign: str, place: int) -> None:
    if sign == "\xa0" and place == 2:
        return  # a blank between is seen
    hidden = "F001"[:place] + sign + "F001"[place:]
    text = (
        "机构代码,机构名称,机构类别,上级机构代码,经度,纬度\n"
        f"F001,甲,B100,,120.8,30\nF002,乙,B200,{hidden},120.9,30\n"
    )
    rows, _ = read(tmp_path / "a.csv", text)
    assert rows.columns["parent_id"][1] == "F001"


def test_magic_numbers_of_beds_and_staff_are_told(tmp_path: Path) -> None:
    head = "机构代码,机构名称,机构类别,经度,纬度,床位数,医生数\n"
    text = head + "a,甲,B100,120.8,30,20,9999\nb,乙,B100,120.8,30,99999,3\n"
    _, found = read(tmp_path / "a.csv", text)
    assert found["numbers_no_value"].column in {"床位数", "医生数"}
