"""Line layers: joined at shared ends only, classes and directions, loose ends told."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString, Point

from data.errors import StudyError
from data.roads.lines import CLASS_NAMES, DIRECTIONS, class_of
from data.roads.read import RoadOptions
from data.study.tables import RoadsTable
from geo.access import CLASSES, STRUCTURE_BIT
from tests.data.roads.answers import codes, finding, read

CRS = "EPSG:4549"
X, Y = 500_000.0, 3_300_000.0


def line(*xy: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in xy])


def layer(path: Path, rows, columns=("class",), mapping=(), join_m=0.5):
    """Write rows (geometry, cell, ...) as a layer and return the roads read from it."""
    content = {name: [row[1 + k] for row in rows] for k, name in enumerate(columns)}
    frame = geopandas.GeoDataFrame(content, geometry=[row[0] for row in rows], crs=CRS)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    table = RoadsTable(path, columns=mapping, join_m=join_m)
    return read(path, options=RoadOptions(table=table))


def nodes_of(found) -> int:
    return len(found.graph.x_m)


ROAD = [
    (line((0, 0), (500, 100), (1000, 0)), "secondary"),
    (line((1000.3, 0.2), (2000, 0)), "residential"),
]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet"])
def test_formats_read_alike(tmp_path, ending):
    found = layer(tmp_path / f"roads.{ending}", ROAD)
    assert nodes_of(found) == 4
    assert found.crs == CRS
    assert found.graph.length_m.sum() == pytest.approx(2 * 509.9 + 999.7, abs=0.5)
    car = found.graph.networks["car"]
    assert int(car.component.max()) == 0
    assert finding(found, "road_loose_ends") == {"count": 2, "join_m": 0.5}


def test_lines_of_a_web_map_are_brought_to_wgs84(tmp_path):
    from dataclasses import replace

    plain = layer(tmp_path / "a.gpkg", ROAD)
    table = RoadsTable(tmp_path / "a.gpkg", coordinates="gcj02")
    moved = read(tmp_path / "a.gpkg", options=RoadOptions(table=table))
    apart_m = np.hypot(moved.graph.x_m - plain.graph.x_m, moved.graph.y_m - plain.graph.y_m)
    assert 400 < apart_m.min() <= apart_m.max() < 650
    assert finding(moved, "coordinates_converted") == {"count": 2, "system": "gcj02"}
    same = read(tmp_path / "a.gpkg", options=RoadOptions(table=replace(table, coordinates=None)))
    np.testing.assert_array_equal(same.graph.x_m, plain.graph.x_m)


def test_the_tolerance_decides_which_ends_meet(tmp_path):
    near = layer(tmp_path / "a.gpkg", ROAD, join_m=0.5)
    far = layer(tmp_path / "b.gpkg", ROAD, join_m=0.1)
    assert int(near.graph.networks["walk"].component.max()) == 0
    assert int(far.graph.networks["walk"].component.max()) == 1
    assert finding(far, "road_loose_ends")["count"] == 4


def test_crossing_lines_do_not_meet_and_ends_on_lines_are_named(tmp_path):
    rows = [
        (line((0, 0), (1000, 0)), "primary"),
        (line((500, -100), (500, 100)), "primary"),  # over or under it
        (line((700, 0), (700, 300)), "residential"),  # touches its middle
    ]
    found = layer(tmp_path / "a.gpkg", rows)
    assert finding(found, "roads_parts")["count"] == 3
    assert finding(found, "road_ends_on_lines")["count"] == 1


def test_directions_classes_limits_and_ids(tmp_path):
    columns = ("道路等级", "方向", "限速", "编码")
    rows = [
        (line((0, 0), (1000, 0)), "国道", "双向", "50", "7"),
        (line((1000, 0), (2000, 0)), "县道", "顺向", None, "8"),
        (line((2000, 0), (3000, 0)), "村道", "逆向", None, "9"),
        (line((3000, 0), (4000, 0)), "高速公路", "F", None, "10"),
    ]
    mapping = (("class", "道路等级"), ("direction", "方向"), ("maxspeed", "限速"), ("id", "编码"))
    found = layer(tmp_path / "a.gpkg", rows, columns, mapping)
    roads, car = found.graph, found.graph.networks["car"]
    row = {int(way): k for k, way in enumerate(roads.way_id)}
    assert sorted(row) == [7, 8, 9, 10]
    assert car.forward_tenths[row[7]] == pytest.approx(720, abs=1)
    assert car.backward_tenths[row[8]] == -1
    assert car.forward_tenths[row[8]] == pytest.approx(655, abs=1)
    assert car.forward_tenths[row[9]] == -1
    assert car.backward_tenths[row[9]] == pytest.approx(1440, abs=1)
    assert found.graph.networks["walk"].forward_tenths[row[10]] == -1
    assert found.graph.networks["walk"].backward_tenths[row[8]] == pytest.approx(8000, abs=5)


def test_unknown_classes_and_directions_are_told(tmp_path):
    rows = [(line((0, 0), (100, 0)), "residential", "both"), (line((0, 9), (9, 9)), "type 5", "3")]
    rows.append((line((100, 0), (200, 0)), "residential", "3"))
    found = layer(tmp_path / "a.gpkg", rows, ("class", "direction"))
    assert finding(found, "road_class_unknown") == {"count": 1, "examples": "type 5"}
    assert finding(found, "road_direction_unknown") == {"count": 2, "examples": "3"}
    assert nodes_of(found) == 3


def test_parts_points_and_empty_rows(tmp_path):
    parts = MultiLineString([line((0, 0), (100, 0)), line((100, 0), (200, 0))])
    rows = [(parts, "road"), (Point(X, Y), "road"), (None, "road")]
    found = layer(tmp_path / "a.gpkg", rows)
    assert nodes_of(found) == 3
    told = next(each for each in found.findings if each.code == "road_row_no_line")
    assert told.rows == (2, 3)


def test_tag_columns_and_bridges_are_used(tmp_path):
    rows = [
        (line((0, 0), (100, 0)), "residential", "private", "yes"),
        (line((0, 50), (100, 50)), "residential", None, None),
    ]
    found = layer(tmp_path / "a.gpkg", rows, ("class", "access", "bridge"))
    assert nodes_of(found) == 2


def test_ferries_of_a_layer_need_a_time(tmp_path):
    rows = [
        (line((0, 0), (100, 0)), "residential", None),
        (line((100, 0), (900, 0)), "轮渡", "10"),
        (line((100, 9), (900, 9)), "轮渡", None),
    ]
    found = layer(tmp_path / "a.gpkg", rows, ("class", "duration"))
    walk = found.graph.networks["walk"]
    assert walk.forward_tenths.max() == 25 * 600
    assert "ferry_without_time" in codes(found)


def test_a_closed_ring_and_a_line_shorter_than_the_tolerance(tmp_path):
    ring = line((0, 0), (100, 0), (100, 100), (0, 0))
    rows = [(ring, "residential"), (line((0, 0), (0.1, 0)), "residential")]
    found = layer(tmp_path / "a.gpkg", rows)
    assert len(found.graph.tail) == 3
    assert finding(found, "roads_self_loops") == {"count": 1}


def test_a_layer_without_classes_or_system_is_an_error(tmp_path):
    with pytest.raises(StudyError) as fault:
        layer(tmp_path / "a.gpkg", [(line((0, 0), (1, 0)), "x")], ("name",))
    assert [f.code for f in fault.value.findings] == ["column_missing"]
    with pytest.raises(StudyError) as fault:
        _without_system(tmp_path)
    assert [f.code for f in fault.value.findings] == ["crs_missing"]
    with pytest.raises(StudyError) as fault:
        layer(tmp_path / "c.gpkg", ROAD, mapping=(("class", "等级"),))
    assert [(f.code, f.column) for f in fault.value.findings] == [("column_missing", "等级")]


def _without_system(folder: Path):
    layer(folder / "b.shp", [(line((0, 0), (1, 0)), "road")])
    (folder / "b.prj").unlink()
    read(folder / "b.shp")


def test_every_chinese_class_means_a_class_that_somebody_uses():
    known = frozenset().union(*CLASSES.values()) | {"ferry"}
    assert set(CLASS_NAMES.values()) <= known
    assert set(DIRECTIONS.values()) == {"no", "yes", "-1"}
    assert class_of("  县 道".replace(" ", "")) == "secondary"
    assert class_of("ＰＲＩＭＡＲＹ") == "primary"
    assert class_of(None) is None


def named(path: Path, columns: dict[str, list[object]], rows=None):
    """Return the roads of a layer with these columns and no mapping."""
    lines = [line((0, 0), (1000, 0)), line((1000, 0), (2000, 0)), line((2000, 0), (3000, 0))]
    frame = geopandas.GeoDataFrame(columns, geometry=lines, crs=CRS)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return read(path, options=RoadOptions(table=RoadsTable(path)))


FOREIGN = {
    "osmnx": {"highway": ["residential"] * 3, "oneway": [False] * 3, "osmid": ["1", "2", "3"]},
    "osmnx lists": {"highway": ["['residential', 'service']", "residential", "['service']"]},
    "geofabrik": {
        "osm_id": ["11", "12", "13"],
        "fclass": ["residential", "track_grade3", "living_street"],
        "oneway": ["B", "B", "F"],
        "maxspeed": [0, 0, 40],
        "bridge": ["F", "F", "F"],
        "tunnel": ["F", "F", "F"],
    },
    "qgis": {"highway": ["residential", "tertiary", "service"], "other_tags": ["", "", ""]},
    "chinese": {"道路等级": ["县道", "乡道", "村道"], "单行": ["双向", "双向", "双向"]},
    "class in capitals": {"Class": ["Residential", "Primary", "Secondary"]},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_columns_of_other_programs_are_recognised(tmp_path, name):
    found = named(tmp_path / "roads.gpkg", FOREIGN[name])
    walk = found.graph.networks["walk"]
    assert len(found.graph.tail) == 3
    assert (walk.forward_tenths > 0).all()
    assert walk.may_snap.all()
    assert "road_class_unknown" not in codes(found)


def test_the_limits_and_directions_of_geofabrik(tmp_path):
    found = named(tmp_path / "roads.shp", FOREIGN["geofabrik"])
    car = found.graph.networks["car"]
    assert "roads_maxspeed_unread" not in codes(found)  # 0 is "not known" there
    assert np.isnan(found.graph.maxspeed_forward_kph[:2]).all()
    assert found.graph.maxspeed_forward_kph[2] == 40
    assert car.backward_tenths[2] == -1
    assert car.forward_tenths[2] > 0
    assert found.graph.way_id.tolist() == [11, 12, 13]


def test_bridges_and_tunnels_are_those_that_say_so(tmp_path):
    columns = {"fclass": ["residential"] * 3, "bridge": ["F", "T", "F"], "tunnel": ["F", "F", "T"]}
    found = named(tmp_path / "roads.gpkg", columns)
    assert ((found.graph.use & STRUCTURE_BIT) > 0).tolist() == [False, True, True]
    assert found.graph.networks["walk"].may_snap.tolist() == [True, True, False]


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_lists_in_cells_of_osmnx(tmp_path, ending):
    columns = {
        "highway": ["['tertiary', 'residential']", "residential", "residential"],
        "maxspeed": ["['60', '40']", "60,80", "50"],
        "oneway": ["False", "True", "False"],
    }
    if ending == "parquet":
        columns["highway"] = [["tertiary", "residential"], ["residential"], ["residential"]]
        columns["maxspeed"] = [["60", "40"], ["60", "80"], ["50"]]
    found = named(tmp_path / f"roads.{ending}", columns)
    assert found.graph.maxspeed_forward_kph.tolist() == [40, 60, 50]
    assert found.graph.networks["car"].backward_tenths.tolist()[1] == -1
    assert [found.graph.class_names[k] for k in found.graph.road_class] == ["residential"] * 3


def test_without_a_direction_column_it_is_said_what_that_means(tmp_path):
    found = named(tmp_path / "roads.gpkg", {"highway": ["residential"] * 3})
    assert "roads_without_direction" in codes(found)
    found = named(tmp_path / "roads.gpkg", FOREIGN["osmnx"])
    assert "roads_without_direction" not in codes(found)


def test_ids_of_18_digits_keep_every_digit(tmp_path):
    ids = [330604001001234171, 330604001001234188, 330604001001234199]
    found = named(tmp_path / "roads.parquet", {"highway": ["residential"] * 3, "id": ids})
    assert found.graph.way_id.tolist() == ids


@pytest.mark.parametrize("ids", [["9" * 25, "2", "3"], ["A1", "2", "٣"], ["", "2", "3"]])
def test_ids_that_are_no_numbers_of_64_bits_are_named_by_their_row(tmp_path, ids):
    found = named(tmp_path / "roads.gpkg", {"highway": ["residential"] * 3, "id": ids})
    assert found.graph.way_id.tolist()[:2] == [1, 2]
