"""The audit: each check has a case that triggers it and one that does not, with people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely

from data.dataset import load_dataset, read_study
from data.errors import MESSAGES, severity
from data.types import FACILITY_COLUMNS, Dataset, Provenance, ReportedValue, Villages, Zones
from geo.crs import to_metric
from geo.errors import Finding, sentence
from planning.audit import CHECKS, audit, prepare
from planning.audit.remarks import Remark, remarks_sheet
from planning.audit.rows import audit_rows, findings_table, write_audit_json
from planning.words.wording import translator
from planning.words.workbooks import write_workbook

AS_OF = "2024-12-31"

ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="30.00" lon="120.80"/><node id="2" lat="30.00" lon="120.90"/>
 <node id="3" lat="30.05" lon="120.80"/><node id="4" lat="30.05" lon="120.90"/>
 <node id="5" lat="30.06" lon="120.84"/><node id="6" lat="30.06" lon="120.86"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="4"/><nd ref="3"/><nd ref="1"/>
  <tag k="highway" v="residential"/></way>
 <node id="7" lat="29.97" lon="120.77"/><node id="8" lat="29.97" lon="120.93"/>
 <node id="9" lat="30.08" lon="120.93"/><node id="10" lat="30.08" lon="120.77"/>
 <way id="3"><nd ref="1"/><nd ref="7"/><nd ref="8"/><nd ref="9"/><nd ref="10"/><nd ref="7"/>
  <tag k="highway" v="residential"/></way>
 <way id="2"><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way>
</osm>
"""
PEOPLE = "id,lon,lat,people\na,120.81,30.001,100\nb,120.85,30.001,200\nc,120.85,30.049,50\n"
LIST = (
    "id,name,kind,status,lon,lat\n"
    "F1,甲卫生院,C220,在营,120.81234,30.00123\n"
    "F2,乙卫生室,D600,在营,120.85123,30.00123\n"
    "F3,丙卫生室,D600,在营,120.85123,30.04912\n"
)
STUDY = """format = 1
[study]
name = "x"
date = "2024-12-31"
[population]
path = "people.csv"
column = "people"
[facilities]
path = "list.csv"
[roads]
path = "roads.osm"
[travel]
modes = ["walk"]
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: Any) -> Dataset:
    """A dataset in which no check finds anything."""
    folder = tmp_path_factory.mktemp("study")
    for name, text in (("roads.osm", ROADS), ("people.csv", PEOPLE), ("list.csv", LIST)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    dataset = load_dataset(read_study(folder / "study.toml"))
    zone = np.array([0, 1, 1], dtype=np.int32)
    return replace(
        dataset,
        zones=two_zones(dataset.crs),
        demand=replace(dataset.demand, zone=zone),
        facilities=replace(dataset.facilities, zone=zone),
        findings=(),
    )


def box_m(crs: str, west: float, south: float, east: float, north: float) -> Any:
    x_m, y_m = to_metric([west, east], [south, north], crs)
    return shapely.box(x_m[0], y_m[0], x_m[1], y_m[1])


def two_zones(crs: str, *, split: float = 120.83, gap: float = 0.0) -> Zones:
    """Two zones side by side; the roads of the fixture reach kilometres beyond both."""
    return Zones(
        code=("330604001000", "330604002000"),
        name=("西街道", "东街道"),
        level=("street", "street"),
        urban=(None, None),
        urban_source="",
        census_people=np.array([100.0, 250.0]),
        geometry=np.array(
            [
                box_m(crs, 120.805, 29.9995, split, 30.0495),
                box_m(crs, split + gap, 29.9995, 120.895, 30.0495),
            ],
            dtype=object,
        ),
    )


def villages(dataset: Dataset, people: tuple[float, ...] = (100.0, 250.0)) -> Villages:
    return Villages(
        code=("330604001201", "330604002201"),
        name=("甲村", "乙村"),
        parent=np.array([-1, -1], dtype=np.int32),
        zone=np.array([0, 1], dtype=np.int32),
        people=np.array(people),
        geometry=dataset.zones.geometry,
    )


def with_columns(dataset: Dataset, **columns: tuple[Any, ...]) -> Dataset:
    facilities = dataset.facilities
    merged = {**facilities.columns, **columns}
    return replace(dataset, facilities=replace(facilities, columns=merged))


def moved(dataset: Dataset, index: int, lon: float, lat: float) -> Dataset:
    """Put one institution elsewhere."""
    f = dataset.facilities
    arrays = {n: getattr(f, n).copy() for n in ("x_m", "y_m", "lon", "lat")}
    x_m, y_m = to_metric([lon], [lat], dataset.crs)
    values = {"x_m": x_m[0], "y_m": y_m[0], "lon": lon, "lat": lat}
    for name, value in values.items():
        arrays[name][index] = value
    return replace(dataset, facilities=replace(f, **arrays))


def dated(dataset: Dataset, **dates: str) -> Dataset:
    entries = tuple(
        Provenance(role, f"{role}.gpkg", "0" * 64, date=date) for role, date in dates.items()
    )
    return replace(dataset, provenance=entries)


def indicator(value: float, unit: str, **other: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "indicator_id": "SY-3",
        "zone_code": "330604001000",
        "year": 2023,
        "numerator": None,
        "denominator": None,
        "value": value,
        "unit": unit,
        "base": "",
        "source": "",
    }
    return {**row, **other}


def in_demand(dataset: Dataset, **arrays: Any) -> Dataset:
    return replace(dataset, demand=replace(dataset.demand, **arrays))


def hole(dataset: Dataset) -> Dataset:
    zones = dataset.zones
    with_hole = shapely.difference(
        zones.geometry[1], box_m(dataset.crs, 120.845, 30.0005, 120.855, 30.003)
    )
    geometry = np.array([zones.geometry[0], with_hole], dtype=object)
    return replace(dataset, zones=replace(zones, geometry=geometry))


WATER = (120.849, 30.0002, 120.852, 30.002)


def wet(dataset: Dataset) -> Dataset:
    return replace(dataset, water=np.array([box_m(dataset.crs, *WATER)], dtype=object))


def repeated_people(dataset: Dataset, people: float) -> Dataset:
    """Put the third row at the place of the second, with so many people."""
    arrays = {name: getattr(dataset.demand, name).copy() for name in ("lon", "lat", "people")}
    for name in ("lon", "lat"):
        arrays[name][2] = arrays[name][1]
    arrays["people"][2] = people
    return in_demand(dataset, **arrays)


def far_place(dataset: Dataset) -> Dataset:
    """Move the third place with people 6 km north of everything."""
    y_m = dataset.demand.y_m.copy()
    y_m[2] += 6000
    return in_demand(dataset, y_m=y_m)


def on_island(dataset: Dataset) -> Dataset:
    x_m, y_m = to_metric([120.85], [30.0601], dataset.crs)
    xs, ys = dataset.demand.x_m.copy(), dataset.demand.y_m.copy()
    xs[2], ys[2] = x_m[0], y_m[0]
    return in_demand(dataset, x_m=xs, y_m=ys)


def wide_zones(dataset: Dataset) -> Dataset:
    """Zones that reach as far as the roads."""
    zones = dataset.zones
    crs = dataset.crs
    geometry = np.array(
        [
            box_m(crs, 120.77, 29.97, 120.85, 30.08),
            box_m(crs, 120.85, 29.97, 120.93, 30.08),
        ],
        dtype=object,
    )
    return replace(dataset, zones=replace(zones, geometry=geometry))


def census(dataset: Dataset, *people: float) -> Dataset:
    return replace(dataset, zones=replace(dataset.zones, census_people=np.array(people)))


def overlapping(dataset: Dataset) -> Dataset:
    return replace(dataset, zones=two_zones(dataset.crs, gap=-0.03))


def nobody_in_the_west(dataset: Dataset) -> Dataset:
    return in_demand(dataset, zone=np.ones(3, dtype=np.int32))


def same_name(dataset: Dataset, near: bool) -> Dataset:
    facilities = replace(dataset.facilities, name=("甲卫生院", "丙 卫生室", "丙卫生室"))
    dataset = replace(dataset, facilities=facilities)
    return moved(dataset, 1, 120.852, 30.04912) if near else dataset


def codes_of(dataset: Dataset, *codes: str) -> Dataset:
    return with_columns(dataset, division_code=codes)


def reported(dataset: Dataset, *values: tuple[str, int, float]) -> Dataset:
    rows = tuple(ReportedValue(figure, year, value, "") for figure, year, value in values)
    return replace(dataset, reported=rows)


def stacked(dataset: Dataset, n: int) -> Dataset:
    f = dataset.facilities
    arrays = {name: np.repeat(getattr(f, name)[:1], n) for name in ("x_m", "y_m", "lon", "lat")}
    facilities = replace(
        f,
        id=tuple(f"F{i}" for i in range(n)),
        name=tuple(f"名{i}" for i in range(n)),
        kind=("D600",) * n,
        level=np.ones(n, dtype=np.int8),
        zone=np.zeros(n, dtype=np.int32),
        columns=dict.fromkeys((*FACILITY_COLUMNS, "division_code"), (None,) * n),
        **arrays,
    )
    return replace(dataset, facilities=facilities)


Change = Callable[[Dataset], Dataset]

CASES: dict[str, tuple[Change, Change, float | None]] = {
    # check: (triggers, does not, people touched)
    "cells_on_water": (wet, lambda d: d, 200.0),
    "people_repeated": (
        lambda d: repeated_people(d, 200.0),
        lambda d: repeated_people(d, 50.0),
        200.0,
    ),
    "cells_off_road": (far_place, lambda d: d, 50.0),
    "people_on_islands": (on_island, lambda d: d, 50.0),
    "roads_end_here": (far_place, on_island, 50.0),
    "roads_end_at_boundary": (wide_zones, lambda d: d, None),
    "zone_people_differ": (
        lambda d: census(d, 100.0, 300.0),
        lambda d: census(d, 109.0, np.nan),
        50.0,
    ),
    "zones_overlap": (overlapping, lambda d: d, 100.0),
    "zones_gap": (hole, lambda d: d, 200.0),
    "zones_empty": (nobody_in_the_west, lambda d: d, 100.0),
    "villages_empty": (
        lambda d: replace(d, villages=villages(d)),
        lambda d: in_demand(
            replace(d, villages=villages(d)), village=np.array([0, 1, 1], dtype=np.int32)
        ),
        350.0,
    ),
    "villages_differ": (
        lambda d: in_demand(
            replace(d, villages=villages(d, (200.0, 250.0))),
            village=np.array([0, 1, 1], dtype=np.int32),
        ),
        lambda d: in_demand(
            replace(d, villages=villages(d)), village=np.array([0, 1, 1], dtype=np.int32)
        ),
        100.0,
    ),
    "same_name_near": (lambda d: same_name(d, True), lambda d: same_name(d, False), None),
    "same_place": (lambda d: moved(d, 1, 120.81234, 30.00123), lambda d: d, None),
    "stacked_places": (lambda d: stacked(d, 5), lambda d: stacked(d, 4), 350.0),
    "coarse_places": (
        lambda d: moved(d, 1, 120.85, 30.0),
        lambda d: moved(d, 1, 120.855, 30.0),
        200.0,
    ),
    "facility_other_unit": (
        lambda d: codes_of(d, "330604002201", "", "x"),
        lambda d: codes_of(d, "330604001201", "330604002201", "999999999999"),
        100.0,
    ),
    "facility_on_water": (wet, lambda d: d, 200.0),
    "facility_off_road": (lambda d: moved(d, 2, 120.85, 30.025), lambda d: d, 50.0),
    "facility_closed": (
        lambda d: with_columns(d, close_date=(None, "2024-12-31", None)),
        lambda d: with_columns(d, close_date=(None, "2025-01-01", None)),
        200.0,
    ),
    "facility_future": (
        lambda d: with_columns(d, open_date=(None, "2025-01-01", None)),
        lambda d: with_columns(d, open_date=(None, "2024-12-31", None)),
        200.0,
    ),
    "facility_dates_contradict": (
        lambda d: with_columns(d, open_date=("2025-06-01", None, None)),
        lambda d: with_columns(d, open_date=("2020-06-01", None, None)),
        100.0,
    ),
    "staff_implausible": (
        lambda d: with_columns(d, beds=(20.0, 21.0, None)),
        lambda d: with_columns(d, beds=(300.0, 20.0, None)),
        200.0,
    ),
    "staff_fraction": (
        lambda d: with_columns(d, nurses=(1.5, 2.0, None)),
        lambda d: with_columns(d, nurses=(1.0, 2.0, None)),
        100.0,
    ),
    "gps_above_doctors": (
        lambda d: with_columns(d, gps=(3.0, 1.0, 1.0), doctors=(2.0, 1.0, None)),
        lambda d: with_columns(d, gps=(2.0, 1.0, 1.0), doctors=(2.0, 1.0, None)),
        100.0,
    ),
    "village_doctors_ageing": (
        lambda d: replace(d, doctor_birth_years=((1964, 1970, 1980), (1969,), (1975,))),
        lambda d: replace(d, doctor_birth_years=((1970, 1971, 1980), (1972,), (1975,))),
        300.0,
    ),
    "owner_contradicts": (
        lambda d: with_columns(d, owner=("卫健局",) * 3, economic_type=("私有", "国有", "集体")),
        lambda d: with_columns(d, owner=("个人", "卫健局", None), economic_type=("私有", "", "")),
        100.0,
    ),
    "open_days_implausible": (
        lambda d: with_columns(d, open_days=(7.0, 8.0, None)),
        lambda d: with_columns(d, open_days=(7.0, 0.5, None)),
        200.0,
    ),
    "year_implausible": (
        lambda d: with_columns(d, sole_doctor_exit_year=(None, 26.0, None)),
        lambda d: with_columns(d, sole_doctor_exit_year=(None, 2026.0, None)),
        200.0,
    ),
    "parent_missing": (
        lambda d: with_columns(d, parent_id=(None, "F9", None)),
        lambda d: with_columns(d, parent_id=(None, "F1", "F1")),
        200.0,
    ),
    "names_strange": (
        lambda d: replace(d, facilities=replace(d.facilities, name=("<script>", "=1+1", "丙\x07"))),
        lambda d: replace(d, facilities=replace(d.facilities, name=("a & b", "c = d", "丙"))),
        350.0,
    ),
    "value_slip": (
        lambda d: replace(d, indicators=(indicator(16.3, "%", numerator=16.3, denominator=1000),)),
        lambda d: replace(d, indicators=(indicator(1.63, "%", numerator=16.3, denominator=1000),)),
        None,
    ),
    "value_differs": (
        lambda d: replace(d, indicators=(indicator(3.0, "‰", numerator=2, denominator=1000),)),
        lambda d: replace(
            d, indicators=(indicator(2.0, "人/千人", numerator=2, denominator=1000),)
        ),
        None,
    ),
    "unit_slip": (
        lambda d: reported(d, ("婴儿死亡率（%）", 2023, 1.63)),
        lambda d: reported(d, ("婴儿死亡率（‰）", 2023, 1.63)),
        None,
    ),
    "share_above_one": (
        lambda d: replace(d, indicators=(indicator(101.0, "%", numerator=1, denominator=1),)),
        lambda d: replace(d, indicators=(indicator(100.0, "%", numerator=1, denominator=1),)),
        None,
    ),
    "two_values": (
        lambda d: reported(d, ("签约率", 2023, 90.0), ("签约率", 2023, 80.0)),
        lambda d: reported(d, ("签约率", 2023, 90.0), ("签约率", 2022, 80.0)),
        None,
    ),
    "code_old": (
        lambda d: replace(d, zones=replace(d.zones, code=("330682001000", "330604002000"))),
        lambda d: d,
        100.0,
    ),
    "years_apart": (
        lambda d: dated(d, zones="2018-01-01", population="2020-11-01"),
        lambda d: dated(d, zones="2021", population="2020-11-01"),
        350.0,
    ),
    "data_stale": (
        lambda d: dated(d, roads="2020-08-12"),
        lambda d: dated(d, roads="2022-08-12"),
        None,
    ),
}


def found_by(name: str, dataset: Dataset) -> list[Finding]:
    check = next(check for check in CHECKS if check.__name__ == name)
    return check(prepare(dataset, as_of=AS_OF, max_access_m=1000.0))


def test_a_sound_dataset_has_no_finding(sound: Dataset) -> None:
    assert audit(sound, as_of=AS_OF) == ()


def test_every_check_has_its_two_cases() -> None:
    assert {check.__name__ for check in CHECKS} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_check_triggers(sound: Dataset, name: str) -> None:
    change, _, people = CASES[name]
    found = found_by(name, change(sound))
    assert [finding.code for finding in found] == [name]
    if people is not None:
        assert found[0].people == pytest.approx(people)
    assert sentence(found[0], MESSAGES)
    assert MESSAGES[name].fix or severity(found[0]) == "note"


@pytest.mark.parametrize("name", CASES)
def test_a_check_stays_silent(sound: Dataset, name: str) -> None:
    _, leave, _ = CASES[name]
    assert found_by(name, leave(sound)) == []


def test_shares_of_reports_are_held_against_one(sound: Dataset) -> None:
    share = ReportedValue("村级服务覆盖率", 2024, 98.5, "report")
    found = found_by("share_above_one", replace(sound, reported=(share,)))
    assert [finding.rows for finding in found] == [(1,)]
    right = (replace(share, value=0.985), replace(share, figure="常住人口"))
    assert found_by("share_above_one", replace(sound, reported=right)) == []


def test_a_sign_in_the_cell_is_a_unit(sound: Dataset) -> None:
    slip = ReportedValue("婴儿死亡率", 2024, 0.0163, "report", "%")
    found = found_by("unit_slip", replace(sound, reported=(slip,)))
    assert [finding.rows for finding in found] == [(1,)]
    assert found_by("unit_slip", replace(sound, reported=(replace(slip, unit="‰"),))) == []


def test_the_ages_of_doctors_are_sums(sound: Dataset) -> None:
    change, _, _ = CASES["village_doctors_ageing"]
    (finding,) = found_by("village_doctors_ageing", change(sound))
    assert finding.rows == ()
    assert dict(finding.params) == {
        "known": 5, "sixty": 2, "sixty_five": 1, "year": 2029, "alone": 1
    }  # fmt: skip
    few = replace(sound, doctor_birth_years=((1950,), (), ()))
    assert found_by("village_doctors_ageing", few) == []


def test_old_codes_name_the_new_ones(sound: Dataset) -> None:
    found = found_by("code_old", CASES["code_old"][0](sound))
    assert "上虞区 330604" in sentence(found[0], MESSAGES)


def test_findings_come_errors_first_with_those_of_the_readers(sound: Dataset) -> None:
    noted = replace(sound, findings=(Finding("encoding_read_as", (("encoding", "GBK"),)),))
    found = audit(wet(noted), as_of=AS_OF)
    assert [severity(finding) for finding in found] == ["warning", "warning", "note"]


def test_progress_is_told(sound: Dataset) -> None:
    told: list[tuple[str, int, int]] = []
    audit(sound, as_of=AS_OF, progress=lambda *stage: told.append(stage))
    assert told[-1] == ("audit", len(CHECKS), len(CHECKS))


@pytest.fixture
def rows(sound: Dataset) -> Iterator[Any]:
    strange = CASES["names_strange"][0](wet(sound))
    return iter(audit_rows(audit(strange, as_of=AS_OF), translator("en")))


def test_exports_agree(rows: Any, tmp_path: Path) -> None:
    said = tuple(rows)
    doubt = Remark("=甲村", 120.85, 30.02, "walk", "=1+1 走不到", who="@张", time="2026-01-01")
    write_audit_json(tmp_path / "audit.json", said, (doubt,))
    tables = [findings_table(said, translator("en")), remarks_sheet((doubt,), translator("zh"))]
    write_workbook(tmp_path / "audit.xlsx", tables, "en")
    written = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert written["format"] == "servicecircle.audit/1"
    assert written["remarks"][0]["text"] == "=1+1 走不到"
    book = openpyxl.load_workbook(tmp_path / "audit.xlsx")
    assert all(cell.data_type != "f" for line in book.worksheets[1].iter_rows() for cell in line)
    sheet = book.active
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == tables[0].headers
    assert [line[0] for line in lines[1:]] == [row["code"] for row in written["findings"]]
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert {row["people"] for row in written["findings"]} >= {200.0}


@pytest.mark.parametrize("code", ["same_name_near", "same_place"])
def test_a_note_on_two_institutions_names_both(sound: Dataset, code: str) -> None:
    (finding,) = found_by(code, CASES[code][0](sound))
    first, second = str(dict(finding.params)["names"]).split(" / ")
    known = {f"{n} ({i})" for n, i in zip(sound.facilities.name, sound.facilities.id, strict=True)}
    assert first != second
    assert second in known or first in known


@pytest.mark.shared
def test_the_ningbo_list_has_one_true_duplicate(shared_data: Path, sound: Dataset) -> None:
    from data.facilities.read import place_facilities, read_facilities
    from data.study.tables import FacilitiesTable, TableSource

    path = shared_data / "china" / "ningbo_hospitals_points.csv"
    findings: list[Finding] = []
    table = FacilitiesTable(source=TableSource(path=path), defaults=(("kind", "A100"),))
    rows_read = read_facilities(table, findings)
    assert rows_read is not None
    assert len(rows_read.row) == 95
    facilities = place_facilities(rows_read, np.array([], dtype=object), "EPSG:4550")
    names = [n for n in facilities.name if facilities.name.count(n) > 1]
    assert names == ["鹿亭乡卫生院", "鹿亭乡卫生院"]
    (finding,) = found_by("same_name_near", replace(sound, facilities=facilities))
    both = [i for i, name in enumerate(facilities.name) if name == "鹿亭乡卫生院"]
    assert dict(finding.params)["names"] == " / ".join(
        f"鹿亭乡卫生院 ({facilities.id[i]})" for i in both
    )
    assert dict(finding.params)["count"] == 1
    assert found_by("same_place", replace(sound, facilities=facilities)) == []
