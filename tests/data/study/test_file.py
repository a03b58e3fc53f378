"""The study file: everything that is wrong with it is said at once, by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import StudyError
from data.facilities.read import read_facilities
from data.study.file import LIST_NAME, read_study, write_template
from data.study.tables import FacilitiesTable, TableSource
from geo.errors import Finding

MINIMAL = """
format = 1
[study]
name = "A county"
date = "2024-12-31"
[population]
path = "people.tif"
[facilities]
path = "list.csv"
[roads]
path = "roads.osm.pbf"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("people.tif", "list.csv", "roads.osm.pbf", "zones.gpkg"):
        (tmp_path / name).write_text("")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(StudyError) as caught:
        read_study(write(folder, text))
    return [
        (finding.code, str(dict(finding.params).get("key", dict(finding.params).get("table", ""))))
        for finding in caught.value.findings
    ]


def test_a_minimal_study_has_the_documented_defaults(folder: Path) -> None:
    study = read_study(write(folder, MINIMAL))
    assert study.name == "A county"
    assert study.population.source.path == folder / "people.tif"
    assert study.travel.modes == ("walk", "walk_elderly", "e_bike", "car")
    assert (study.travel.minutes, study.travel.max_access_m) == (20.0, 1000.0)
    assert study.travel.headline_mode is None
    assert study.standards.ratio_bounds == (30_000.0, 100_000.0)
    assert study.zones is None
    assert study.candidates.source is None
    assert not study.is_synthetic


def test_every_kind_of_value_is_read(folder: Path) -> None:
    extra = """
groups = [{ name = "65+", path = "people.tif" }, { name = "0-6", column = "kids" }]
"""
    text = MINIMAL.replace('path = "people.tif"\n', 'path = "people.tif"\ncolumn = "n"\n' + extra)
    text = text.replace(
        'path = "list.csv"\n',
        'path = "list.csv"\ncolumns = { id = "编号" }\n'
        'defaults = { owner = "卫健部门", beds = 3 }\n'
        'where = "healthcare > 0"\nkinds = [{ where = "healthcare >= 2", kind = "B100" },'
        ' { kind = "B200" }]\n',
    )
    text += """
[zones]
path = "zones.gpkg"
layer = "towns"
columns = { code = "dm" }
[travel]
modes = ["car"]
minutes = 15
class_speeds_kph = { primary = 50 }
[candidates]
path = "zones.gpkg"
[scenario]
opened = ["A1"]
as_of = 2024-06-30
"""
    study = read_study(write(folder, text))
    assert study.population.column == "n"
    assert [(g.name, g.column) for g in study.population.groups] == [("65+", None), ("0-6", "kids")]
    assert study.facilities.source.columns == (("id", "编号"),)
    assert study.facilities.defaults == (("owner", "卫健部门"), ("beds", 3.0))
    assert [(rule.where, rule.kind) for rule in study.facilities.kinds] == [
        ("healthcare >= 2", "B100"),
        (None, "B200"),
    ]
    assert study.zones is not None
    assert study.zones.source.layer == "towns"
    assert study.travel.class_speeds_kph == (("primary", 50.0),)
    assert study.candidates.source is not None
    assert study.scenario.as_of == "2024-06-30"


def test_all_faults_come_at_once_and_reading_goes_on_after_each(folder: Path) -> None:
    text = """
format = 1
colour = "red"
[study]
name = "A"
date = "31.12.2024"
[zones]
path = "absent.gpkg"
colums = {}
columns = { kode = "x" }
[population]
column = 3
[facilities]
path = 5
kinds = [{ where = "a > 1" }]
[referral]
path = "x"
[travel]
modes = ["walk", "fly"]
minutes = "20"
"""
    assert faults(folder, text) == [
        ("study_key_unknown", "colour"),
        ("study_table_reserved", "referral"),
        ("study_key_missing", "population.path"),
        ("study_key_type", "population.column"),
        ("study_key_type", "facilities.path"),
        ("study_key_missing", "facilities.kinds[1].kind"),
        ("study_key_unknown", "zones.colums"),
        ("study_file_missing", "zones.path"),
        ("study_key_type", "travel.modes"),
        ("study_key_type", "travel.minutes"),
        ("study_key_missing", "[roads]"),
        ("study_key_unknown", "zones.columns.kode"),
        ("study_key_type", "study.date"),
    ]


def test_an_unknown_key_does_not_hide_a_missing_file_of_the_same_table(folder: Path) -> None:
    text = MINIMAL.replace('path = "list.csv"', 'path = "nowhere.csv"\ncolour = 1')
    assert faults(folder, text) == [
        ("study_key_unknown", "facilities.colour"),
        ("study_file_missing", "facilities.path"),
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("[travel]\nminutes = 0", "travel.minutes"),
        ("[travel]\nmodes = []", "travel.modes"),
        ('[travel]\nmodes = ["car", "car"]', "travel.modes"),
        ("[travel]\nmax_access_m = -1", "travel.max_access_m"),
        ('[travel]\noutside_facilities = "maybe"', "travel.outside_facilities"),
        ('[travel]\nheadline_mode = "bus"', "travel.headline_mode"),
        ("[travel]\navoid_islands = 1", "travel.avoid_islands"),
        ("[travel]\nminutes = nan", "travel.minutes"),
        ("[standards]\nratio_bounds = [100000, 30000]", "standards.ratio_bounds"),
        ("[standards]\nratio_bounds = [30000]", "standards.ratio_bounds"),
        ('[standards]\nratio_bounds = "3-10万"', "standards.ratio_bounds"),
        ("[siting]\ncount = 0", "siting.count"),
        ("[siting]\ncount = 1.5", "siting.count"),
        ('[scenario]\nas_of = "soon"', "scenario.as_of"),
        ("[scenario]\nopened = 'A'", "scenario.opened"),
        ("travel = 3", "travel"),
        ("[[travel]]", "travel"),
    ],
)
def test_values_that_make_no_sense_are_named_by_key(folder: Path, line: str, key: str) -> None:
    text = line + MINIMAL if line.startswith("travel =") else MINIMAL + line
    assert faults(folder, text) == [("study_key_type", key)]


@pytest.mark.parametrize("value", ["2", "99"])
def test_a_newer_format_is_refused_alone(folder: Path, value: str) -> None:
    text = MINIMAL.replace("format = 1", f"format = {value}\ncolour = 1")
    assert [code for code, _ in faults(folder, text)] == ["study_format"]


def test_a_format_that_is_no_number_and_none_at_all(folder: Path) -> None:
    assert faults(folder, MINIMAL.replace("format = 1", 'format = "1"'))[0][0] == "study_key_type"
    assert faults(folder, MINIMAL.replace("format = 1", "")) == [("study_key_missing", "format")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"format = 1\n[study\n", "study_syntax"),
        ("name = '上虞'".encode("gb18030"), "study_encoding"),
        (b"a = " + b"[" * 50_000, "study_syntax"),
        (b"# " + b"x" * 1_000_001, "study_syntax"),
        (b"\x00\xff\xfe", "study_encoding"),
    ],
)
def test_what_is_not_toml_is_one_fault(folder: Path, content: bytes, code: str) -> None:
    path = folder / "study.toml"
    path.write_bytes(content)
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert len(str(caught.value)) < 500


def test_a_study_saved_by_notepad_with_a_byte_order_mark_is_read(folder: Path) -> None:
    (folder / "study.toml").write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert read_study(folder / "study.toml").name == "A county"


def test_no_study_file(folder: Path) -> None:
    with pytest.raises(StudyError, match=r"absent\.toml"):
        read_study(folder / "absent.toml")
    with pytest.raises(StudyError):
        read_study(folder)


def test_the_template_is_a_study_once_its_files_are_there(tmp_path: Path) -> None:
    path = write_template(tmp_path / "新建 县")
    for name in ("zones.gpkg", "population.tif", "facilities.xlsx", "roads.osm.pbf"):
        (path.parent / name).write_text("")
    study = read_study(path)
    assert study.zones is not None
    with pytest.raises(StudyError, match="exists already"):
        write_template(path.parent)


def test_the_template_names_every_table_and_key() -> None:
    from data.study.file import TEMPLATE

    text = TEMPLATE.read_text(encoding="utf-8")
    for word in ("[villages]", "[circuits]", "[service_areas]", "[water]", "[reported]", "basis"):
        assert word in text


def test_the_template_of_a_list_is_read_as_it_is_filled(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "新建").parent
    filled = (folder / LIST_NAME).read_text(encoding="utf-8-sig")
    filled += "F1,甲卫生室,村卫生室,卫健部门,在营,120.8,30.0,WGS84,东村,330604001201,2,5\n"
    (folder / LIST_NAME).write_text(filled, encoding="utf-8-sig")
    findings: list[Finding] = []
    source = FacilitiesTable(TableSource(path=folder / LIST_NAME))
    rows = read_facilities(source, findings)
    assert rows is not None
    said = {name: rows.columns[name][0] for name in ("id", "name", "kind", "doctors", "beds")}
    assert said == {"id": "F1", "name": "甲卫生室", "kind": "D600", "doctors": 2, "beds": 5}
    assert (rows.lon[0], rows.division_name[0]) == (120.8, "东村")
    assert {finding.code for finding in findings} <= {"columns_recognised", "beds_ambiguous"}
