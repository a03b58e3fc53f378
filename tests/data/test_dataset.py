"""Studies into datasets: nobody is lost, every fault is named, all at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from rasterio import Affine

from data.dataset import load_dataset, read_study
from data.errors import MESSAGES, StudyError
from data.types import FACILITY_COLUMNS, Dataset
from geo.crs import to_metric
from geo.errors import sentence


def load(folder: Path) -> Dataset:
    return load_dataset(read_study(folder / "study.toml"))


def codes(dataset: Dataset) -> list[str]:
    return [finding.code for finding in dataset.findings]


def faults(folder: Path) -> list[Any]:
    with pytest.raises(StudyError) as caught:
        load(folder)
    return list(caught.value.findings)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_small_study(study_folder: Path) -> None:
    dataset = load(study_folder)
    assert dataset.title == "试验县"
    assert dataset.crs == "EPSG:4549"
    demand = dataset.demand
    assert demand.cell_id == ("a", "b", "d", "e")
    assert demand.people.sum() == 500.5
    assert demand.groups["65+"].tolist() == [20, 30, 10, 40]
    assert demand.zone.tolist() == [0, 0, 0, 0]
    assert demand.village.tolist() == [-1, -1, -1, -1]
    assert dataset.zones.code == ("all",)
    assert dataset.zones.name == ("试验县",)
    facilities = dataset.facilities
    assert facilities.id == ("F1", "F2", "F3")
    assert facilities.kind == ("B100", "D600", "B200")
    assert facilities.level.tolist() == [2, 1, 1]
    assert facilities.has_position.tolist() == [True, True, False]
    assert facilities.zone.tolist() == [0, 0, -1]
    assert facilities.columns["status"] == ("operating", "operating", "construction")
    assert facilities.columns["beds"] == (20.0, 0.0, None)
    assert set(facilities.columns) > set(FACILITY_COLUMNS)
    assert "facilities_unplaced" in codes(dataset)
    assert [entry.role for entry in dataset.provenance] == ["population", "facilities", "roads"]
    assert all(len(entry.sha256) == 64 and "/" not in entry.source for entry in dataset.provenance)


def test_arrays_cannot_be_changed(study_folder: Path) -> None:
    dataset = load(study_folder)
    for array in (dataset.demand.people, dataset.demand.zone, dataset.facilities.x_m):
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_fingerprint_follows_content_not_place_or_name(study_folder: Path) -> None:
    first = load(study_folder).fingerprint
    moved = study_folder.rename(study_folder.parent / "elsewhere")
    (moved / "list.csv").rename(moved / "other.csv")
    edit(moved, "study.toml", '"list.csv"', '"other.csv"')
    assert load(moved).fingerprint == first
    edit(moved, "other.csv", "甲社区卫生服务中心", "丁社区卫生服务中心")
    second = load(moved).fingerprint
    assert second != first
    edit(moved, "people.csv", "a,120.81,30.01,100", "a,120.81,30.01,101")
    assert load(moved).fingerprint not in {first, second}


def test_progress_is_told_and_can_cancel(study_folder: Path) -> None:
    from geo.errors import Cancelled

    stages: list[str] = []
    study = read_study(study_folder / "study.toml")
    load_dataset(study, progress=lambda stage, *_: stages.append(stage))
    assert stages

    def stop(stage: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        load_dataset(study, progress=stop)


def test_zones_villages_and_side_tables(study_folder: Path, write_layer: Any) -> None:
    write_layer(
        study_folder / "zones.gpkg",
        [shapely.box(120.83, 29.99, 120.92, 30.06), shapely.box(120.79, 29.99, 120.83, 30.06)],
        {
            "code": ["330604102000", "330604001000"],
            "name": ["乙镇", "甲街道"],
            "urban": [0, 1],
            "people": [350.0, 160.0],
        },
    )
    (study_folder / "villages.csv").write_text(
        "code,name,people,parent,lon,lat\n"
        "330604001201,东村,120,,120.81,30.012\n"
        "330604102201,西村,300,,120.86,30.02\n"
        "330604102201-1,西村小组,30,330604102201,120.89,30.041\n"
        "330604102999,海外村,5,,120.70,30.2\n",
        encoding="utf-8",
    )
    (study_folder / "circuits.csv").write_text(
        "stop_id,place,base_facility,visits_per_month,weekdays,hours,villages\n"
        "S2,西村小组,F1,4,Th,09:00-11:00,西村小组;330604102201\n"
        "S1,无名处,F9,1,,,北村\n",
        encoding="utf-8",
    )
    (study_folder / "areas.csv").write_text(
        "area_code,facility_id,people\n330604001201,F1,\n330604102201,F2,320\nX,F8,1\n",
        encoding="utf-8",
    )
    (study_folder / "reported.csv").write_text(
        "指标,年份,数值,来源\n服务人口,2023,500,年报\n网点数,2023,,年报\n", encoding="utf-8"
    )
    (study_folder / "indicators.csv").write_text(
        "indicator_id,zone_code,year,numerator,denominator,value,unit,base,source\n"
        "N1,330604001000,2023,3,1000,3,‰,常住,统计局\n",
        encoding="utf-8",
    )
    write_layer(
        study_folder / "sites.geojson",
        [shapely.Point(120.85, 30.03), shapely.box(120.80, 30.0, 120.82, 30.02)],
        {"id": ["C2", "C1"], "note": ["x", "y"]},
    )
    text = (study_folder / "study.toml").read_text(encoding="utf-8")
    for table, name in (
        ("zones", "zones.gpkg"),
        ("villages", "villages.csv"),
        ("circuits", "circuits.csv"),
        ("service_areas", "areas.csv"),
        ("reported", "reported.csv"),
        ("indicators", "indicators.csv"),
        ("candidates", "sites.geojson"),
    ):
        text += f'[{table}]\npath = "{name}"\n'
    (study_folder / "study.toml").write_text(text, encoding="utf-8")

    dataset = load(study_folder)
    zones = dataset.zones
    assert zones.code == ("330604001000", "330604102000")
    assert (zones.level, zones.urban) == (("street", "town"), (True, False))
    assert zones.census_people.tolist() == [160.0, 350.0]
    assert dataset.demand.zone.tolist() == [0, 1, 0, 1]
    assert dataset.facilities.zone.tolist() == [0, 1, -1]

    villages = dataset.villages
    assert villages is not None
    assert villages.parent.tolist() == [-1, -1, 1, -1]
    assert villages.zone.tolist() == [0, 1, 1, -1]
    assert dataset.demand.village.tolist() == [0, 1, 0, 2]

    first, second = dataset.circuits
    assert (first.stop_id, first.base_facility, first.villages) == ("S1", "F9", ("北村",))
    assert np.isnan(first.x_m)
    assert second.villages == ("330604102201-1", "330604102201")
    assert second.lon == pytest.approx(120.89, abs=1e-9)
    assert [(a.area_code, a.facility_id, a.people) for a in dataset.service_areas] == [
        ("330604001201", "F1", None),
        ("330604102201", "F2", 320.0),
        ("X", "F8", 1.0),
    ]
    assert [(r.figure, r.year, r.value) for r in dataset.reported] == [("服务人口", 2023, 500.0)]
    assert dataset.indicators[0]["numerator"] == 3.0
    assert dataset.candidates is not None
    assert dataset.candidates.id == ("C1", "C2")
    assert dataset.candidates.columns == {"note": ("y", "x")}
    assert dataset.candidates.lon[0] == pytest.approx(120.81, abs=0.01)
    assert codes(dataset).count("facility_unknown") == 2
    assert codes(dataset).count("area_unknown") == 2
    assert "stops_unplaced" in codes(dataset)


def test_people_outside_the_zones_are_kept_and_counted(
    study_folder: Path, write_layer: Any
) -> None:
    write_layer(
        study_folder / "zones.gpkg",
        [shapely.box(120.79, 29.99, 120.87, 30.02)],
        {"code": ["1"], "name": ["甲"]},
    )
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.gpkg"\n[roads]')
    dataset = load(study_folder)
    assert dataset.demand.zone.tolist() == [0, 0, -1, -1]
    assert dataset.demand.people.sum() == 500.5
    finding = next(f for f in dataset.findings if f.code == "people_outside")
    assert finding.people == 200.5


def test_zones_in_a_projected_system_and_mended_borders(
    study_folder: Path, write_layer: Any
) -> None:
    from data.places.positions import to_system

    bowtie = shapely.Polygon(
        [(120.79, 29.99), (120.92, 30.06), (120.92, 29.99), (120.79, 30.06), (120.79, 29.99)]
    )
    box = shapely.box(120.70, 29.9, 120.78, 30.0)
    moved = to_system(np.array([bowtie, box], dtype=object), source="EPSG:4490", target="EPSG:4528")
    write_layer(
        study_folder / "zones.gpkg", list(moved), {"code": ["1", "2"], "name": ["甲", "乙"]},
        crs="EPSG:4528",
    )  # fmt: skip
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.gpkg"\n[roads]')
    dataset = load(study_folder)
    assert "polygon_mended" in codes(dataset)
    assert all(zone.is_valid for zone in dataset.zones.geometry)
    west = dataset.zones.geometry[1].bounds[0]
    assert west == pytest.approx(moved[1].bounds[0] - 40_000_000, abs=0.01)


def test_borders_stated_to_be_shifted_are_converted(study_folder: Path, write_layer: Any) -> None:
    from geo.offsets import from_wgs84

    box = shapely.box(120.79, 29.99, 120.92, 30.06)
    shifted = shapely.transform(
        box, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], "gcj02"))
    )
    columns = {"code": ["1"], "name": ["甲"]}
    write_layer(study_folder / "zones.gpkg", [box], columns, crs="EPSG:4490")
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.gpkg"\n[roads]')
    plain = load(study_folder)
    write_layer(study_folder / "moved.gpkg", [shifted], columns, crs="EPSG:4490")
    edit(study_folder, "study.toml", '"zones.gpkg"', '"moved.gpkg"\ncoordinates = "gcj02"')
    dataset = load(study_folder)
    assert "coordinates_converted" in codes(dataset)
    assert "coordinates_converted" not in codes(plain)
    assert shapely.hausdorff_distance(
        dataset.zones.geometry[0], plain.zones.geometry[0]
    ) == pytest.approx(0.0, abs=1e-4)


def test_a_system_of_web_maps_is_not_for_osm_files_and_rasters(
    study_folder: Path, write_raster: Any
) -> None:
    write_raster(study_folder / "people.tif", np.ones((2, 2), dtype=np.float32))
    edit(
        study_folder, "study.toml", 'path = "people.csv"\ncolumn = "people"', 'path = "people.tif"'
    )
    edit(study_folder, "study.toml", 'groups = [{ name = "65+", column = "old" }]', "")
    assert "coordinates_ignored" not in codes(load(study_folder))
    edit(study_folder, "study.toml", '"people.tif"', '"people.tif"\ncoordinates = "gcj02"')
    edit(study_folder, "study.toml", '"roads.osm"', '"roads.osm"\ncoordinates = "auto"')
    found = [f.file for f in load(study_folder).findings if f.code == "coordinates_ignored"]
    assert found == ["people.tif", "roads.osm"]


def test_a_raster_population_is_cells_as_points(study_folder: Path, write_raster: Any) -> None:
    values = np.array([[1.5, 0, -9999], [np.nan, 2, 3], [0, 0, 4]], dtype=np.float32)
    write_raster(study_folder / "people.tif", values, nodata=-9999)
    old = np.array([[0.5, 0, -9999], [0, 1, 0], [7, 0, 1]], dtype=np.float32)
    write_raster(study_folder / "old.tif", old, nodata=-9999)
    edit(
        study_folder, "study.toml", 'path = "people.csv"\ncolumn = "people"', 'path = "people.tif"'
    )
    edit(study_folder, "study.toml", 'column = "old"', 'path = "old.tif"')
    dataset = load(study_folder)
    demand = dataset.demand
    assert demand.cell_id == ("r0c0", "r1c1", "r1c2", "r2c0", "r2c2")
    assert demand.people.tolist() == [1.5, 2, 3, 0, 4]
    assert demand.groups["65+"].tolist() == [0.5, 1, 0, 7, 1]
    assert demand.lon[0] == pytest.approx(120.805)
    assert demand.lat[0] == pytest.approx(30.045)
    assert demand.grid is not None
    assert (demand.grid.crs, demand.grid.shape) == ("EPSG:4326", (3, 3))
    assert demand.row.tolist() == [0, 1, 1, 2, 2]
    # Seven old people live where nobody lives: kept, and said.
    assert "group_exceeds" in codes(dataset)
    assert [entry.role for entry in dataset.provenance][-1] == "population 65+"


def test_a_group_raster_of_another_grid_loses_nobody(study_folder: Path, write_raster: Any) -> None:
    from rasterio import Affine

    write_raster(study_folder / "people.tif", np.full((3, 3), 10, dtype=np.int16))
    write_raster(
        study_folder / "old.tif",
        np.full((2, 2), 5, dtype=np.float32),
        transform=Affine(0.015, 0.0, 120.80, 0.0, -0.015, 30.05),
    )
    edit(
        study_folder, "study.toml", 'path = "people.csv"\ncolumn = "people"', 'path = "people.tif"'
    )
    edit(study_folder, "study.toml", 'column = "old"', 'path = "old.tif"')
    dataset = load(study_folder)
    assert dataset.demand.groups["65+"].sum() == 20
    assert "group_other_grid" in codes(dataset)


def test_every_message_can_be_said(study_folder: Path) -> None:
    for finding in load(study_folder).findings:
        assert sentence(finding, MESSAGES)


def test_all_faults_of_all_files_come_at_once(study_folder: Path) -> None:
    edit(study_folder, "people.csv", "b,120.85,30.01,200", "b,120.85,30.01,-200")
    edit(study_folder, "people.csv", "d,120.81,30.04,50", "d,120.81,30.04,")
    edit(study_folder, "list.csv", "F2,乙", "F1,乙")
    (study_folder / "roads.osm").write_text("<osm version='0.6'></osm>")
    found = {(finding.code, finding.file) for finding in faults(study_folder)}
    assert found >= {
        ("people_negative", "people.csv"),
        ("people_blank", "people.csv"),
        ("id_repeated", "list.csv"),
    }
    assert any(file == "roads.osm" for _, file in found)


def WITH(line: str) -> tuple[str, str]:  # noqa: N802 - reads as one word of the table below
    """Return what to replace to give the facilities another key."""
    return '"list.csv"', f'"list.csv"\n{line}'


BAD_INPUTS: dict[str, tuple[str, str, str, str]] = {
    "missing column": ("study.toml", 'column = "people"', 'column = "folk"', "column_missing"),
    "negative people": ("people.csv", ",100,", ",-100,", "people_negative"),
    "NaN people": ("people.csv", ",100,", ",nan,", "people_blank"),
    "text for people": ("people.csv", ",100,", ",约一百,", "people_not_number"),
    "infinite people": ("people.csv", ",100,", ",1e999,", "people_not_number"),
    "people without a place": ("people.csv", "a,120.81,", "a,,", "people_nowhere"),
    "empty facilities": ("study.toml", *WITH('where = "beds > 99"'), "facilities_empty"),
    "wrong where": ("study.toml", *WITH('where = "beds"'), "where_syntax"),
    "where on no column": ("study.toml", *WITH('where = "bed > 1"'), "column_missing"),
    "another country": ("list.csv", "120.81,30.01,20", "20.81,30.01,20", "facility_far"),
    "swapped axes": ("list.csv", "120.81,30.01,20", "30.01,120.81,20", "position_swapped"),
    "metres": ("list.csv", "120.81,30.01,20", "40515300,3349722,20", "position_not_degrees"),
    "duplicate facility ids": ("list.csv", "F2,", "F1,", "id_repeated"),
    "duplicate cell ids": ("people.csv", "b,", "a,", "id_repeated"),
    "negative beds": ("list.csv", ",20\n", ",-20\n", "number_negative"),
    "unknown coordinate system": ("study.toml", *WITH('crs = "EPSG:99"'), "crs_unknown"),
    "unreadable file": ("study.toml", '"list.csv"', '"roads.osm"', "file_kind_unknown"),
    "a group without a column": ("study.toml", ', column = "old"', "", "group_source"),
    "a row longer than the header": ("list.csv", ",20\n", ",20,x,y\n", "row_too_long"),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input_is_one_message_with_its_fix(study_folder: Path, name: str) -> None:
    file, old, new, code = BAD_INPUTS[name]
    edit(study_folder, file, old, new)
    found = faults(study_folder)
    assert [finding.code for finding in found] == [code]
    said = sentence(found[0], MESSAGES)
    assert MESSAGES[code].fix
    assert found[0].file
    assert "Traceback" not in said
    assert str(study_folder) not in said


def test_the_fix_names_the_likely_zone(study_folder: Path) -> None:
    edit(study_folder, "list.csv", "120.81,30.01,20", "40515300,3349722,20")
    assert "EPSG:4528" in sentence(faults(study_folder)[0], MESSAGES)
    edit(study_folder, "study.toml", '"list.csv"', '"list.csv"\ncrs = "EPSG:4528"')
    edit(study_folder, "list.csv", "120.85,30.02,0", ",,0")
    dataset = load(study_folder)
    assert dataset.facilities.lon[0] == pytest.approx(120.159, abs=1e-4)


def test_zones_that_cannot_be_used(study_folder: Path, write_layer: Any) -> None:
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.geojson"\n[roads]')
    path = study_folder / "zones.geojson"
    box = shapely.box(120.79, 29.99, 120.92, 30.06)
    cases = {
        "code_repeated": ([box, box], {"code": ["1", "1"], "name": ["甲镇", "乙镇"]}),
        "code_blank": ([box, box], {"code": ["1", ""]}),
        "layer_not_polygons": ([box, shapely.LineString([(0, 0), (1, 1)])], {"code": ["1", "2"]}),
        "column_missing": ([box, box], {"kode": ["1", "2"]}),
    }
    for code, (geometry, columns) in cases.items():
        path.unlink(missing_ok=True)
        write_layer(path, geometry, columns)
        assert [finding.code for finding in faults(study_folder)] == [code]
    path.write_text("{ not json", encoding="utf-8")
    assert [finding.code for finding in faults(study_folder)] == ["file_unreadable"]
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>')
    assert [finding.code for finding in faults(study_folder)] == ["file_unreadable"]


@pytest.mark.parametrize(
    ("columns", "codes_read"),
    [
        ({"kode": ["1"]}, ("1",)),
        ({"name": ["甲镇"]}, ("甲镇",)),
        ({"name": ["乙镇", "甲镇"]}, ("乙镇", "甲镇")),
    ],
)
def test_zones_without_codes_are_known_by_their_names(
    study_folder: Path, write_layer: Any, columns: Any, codes_read: Any
) -> None:
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.geojson"\n[roads]')
    halves = [shapely.box(120.79, 29.99, 120.85, 30.06), shapely.box(120.85, 29.99, 120.92, 30.06)]
    n = len(codes_read)
    shapes = halves if n == 2 else [shapely.box(120.79, 29.99, 120.92, 30.06)]
    write_layer(study_folder / "zones.geojson", shapes, columns)
    dataset = load(study_folder)
    assert dataset.zones.code == codes_read
    assert "codes_by_name" in codes(dataset)


def test_a_window_counts_from_the_border_not_from_its_box(
    study_folder: Path, write_layer: Any, write_raster: Any
) -> None:
    # A triangle: the corner of its box opposite to it is 5 km from the border.
    triangle = shapely.Polygon([(120.80, 30.0), (120.90, 30.0), (120.80, 30.1), (120.80, 30.0)])
    write_layer(study_folder / "zones.geojson", [triangle], {"code": ["1"], "name": ["甲"]})
    where = Affine(0.01, 0.0, 120.75, 0.0, -0.01, 30.15)
    values = np.ones((20, 20), dtype=np.float32)
    write_raster(study_folder / "pop.tif", values, transform=where)
    old = (study_folder / "study.toml").read_text(encoding="utf-8")
    start, end = old.index("[population]"), old.index("[facilities]")
    population = '[population]\npath = "pop.tif"\nwindow_km = 2\n'
    zones = '[zones]\npath = "zones.geojson"\n'
    (study_folder / "study.toml").write_text(old[:start] + population + old[end:] + zones, "utf-8")
    dataset = load(study_folder)
    lon, lat = np.meshgrid(120.755 + 0.01 * np.arange(20), 30.145 - 0.01 * np.arange(20))
    places = shapely.points(*to_metric(lon.ravel(), lat.ravel(), dataset.crs))
    near = shapely.distance(places, dataset.zones.geometry[0]) <= 2000
    assert len(dataset.demand) == near.sum()
    left_out = next(f for f in dataset.findings if f.code == "people_not_read")
    assert left_out.people == 400 - near.sum()


def test_a_layer_without_coordinate_system(study_folder: Path, write_layer: Any) -> None:
    box = shapely.box(120.79, 29.99, 120.92, 30.06)
    write_layer(study_folder / "zones.gpkg", [box], {"code": ["1"]}, crs=None)
    edit(study_folder, "study.toml", "[roads]", '[zones]\npath = "zones.gpkg"\n[roads]')
    found = faults(study_folder)
    assert [finding.code for finding in found] == ["crs_missing"]
    edit(
        study_folder, "study.toml", 'path = "zones.gpkg"', 'path = "zones.gpkg"\ncrs = "EPSG:4490"'
    )
    assert load(study_folder).zones.code == ("1",)


def test_rasters_that_cannot_be_used(study_folder: Path, write_raster: Any) -> None:
    edit(
        study_folder, "study.toml", 'path = "people.csv"\ncolumn = "people"', 'path = "people.tif"'
    )
    edit(study_folder, "study.toml", 'groups = [{ name = "65+", column = "old" }]', "")
    path = study_folder / "people.tif"
    ones = np.ones((3, 3), dtype=np.float32)
    cases: dict[str, tuple[Any, dict[str, Any]]] = {
        "raster_no_crs": (ones, {"crs": None}),
        "raster_bands": (np.ones((2, 3, 3), dtype=np.float32), {}),
        "raster_negative": (-ones, {}),
        "population_empty": (ones * 0, {}),
        "file_unreadable": (ones.astype(np.complex64), {}),
    }
    for code, (values, options) in cases.items():
        write_raster(path, values, **options)
        assert [finding.code for finding in faults(study_folder)] == [code]
    path.write_bytes(path.read_bytes()[:80])
    assert [finding.code for finding in faults(study_folder)] == ["file_unreadable"]
    path.write_text("not a raster")
    assert [finding.code for finding in faults(study_folder)] == ["file_unreadable"]


@pytest.mark.shared
def test_porto_alegre(shared_data: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "porto-alegre.toml"
    study = read_study(example)
    dataset = load_dataset(study)
    assert dataset.demand.people.sum() == 812_935
    assert len(dataset.demand) == 1_124
    assert len(dataset.facilities) == 117
    assert dataset.facilities.kind.count("B100") == 15
    assert (dataset.demand.zone == 0).all()
    assert len(dataset.zones) == 1
    assert load_dataset(replace(study, name="x")).crs == dataset.crs


def test_units_in_headers_are_applied_and_noted(study_folder: Path) -> None:
    edit(study_folder, "people.csv", "id,lon,lat,people,old", "id,lon,lat,人口（万人）,old")
    edit(study_folder, "study.toml", 'column = "people"', 'column = "人口（万人）"')
    edit(study_folder, "list.csv", "lat,beds", "lat,可服务人口(万人)")
    dataset = load(study_folder)
    assert dataset.demand.people.sum() == 5_005_000
    assert dataset.facilities.columns["capacity_people"][0] == 200_000
    noted = [finding for finding in dataset.findings if finding.code == "unit_in_header"]
    assert [finding.column for finding in noted] == ["人口（万人）", "可服务人口(万人)"]


def test_people_by_village_code_stand_in_their_village(
    study_folder: Path, write_layer: Any
) -> None:
    (study_folder / "people.csv").write_text(
        "村代码,people,old\n330604001201,100,20\n330604001202,50,5\n330604001299,7,1\n",
        encoding="utf-8",
    )
    (study_folder / "villages.csv").write_text(
        "code,name,lon,lat\n330604001201,东村,120.81,30.01\n330604001202,西村,120.85,30.02\n",
        encoding="utf-8",
    )
    path = study_folder / "study.toml"
    text = path.read_text(encoding="utf-8") + '[villages]\npath = "villages.csv"\n'
    path.write_text(text, encoding="utf-8")
    found = faults(study_folder)
    assert [(finding.code, finding.rows, finding.people) for finding in found] == [
        ("people_nowhere", (3,), 7.0)
    ]
    edit(study_folder, "people.csv", "330604001299,7,1\n", "")
    dataset = load(study_folder)
    assert dataset.demand.people.tolist() == [100.0, 50.0]
    assert dataset.demand.lon.tolist() == [120.81, 120.85]
    assert dataset.demand.village.tolist() == [0, 1]
    assert "people_by_code" in codes(dataset)


def test_people_of_areas_stand_inside_them(study_folder: Path, write_layer: Any) -> None:
    box = shapely.box(120.80, 30.0, 120.82, 30.02)
    write_layer(study_folder / "people.gpkg", [box], {"people": [10.0], "old": [1.0]})
    edit(study_folder, "study.toml", 'path = "people.csv"', 'path = "people.gpkg"')
    dataset = load(study_folder)
    assert shapely.contains_xy(box, dataset.demand.lon, dataset.demand.lat).all()
    assert "people_of_areas" in codes(dataset)
