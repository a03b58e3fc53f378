"""Roads of a drawing: lines by layer, classes that the study states, edges drawn as two lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from data.errors import StudyError
from data.roads.read import RoadOptions
from data.study.tables import RoadsTable
from tests.data.roads.answers import codes, finding, read

X, Y = 500_000.0, 3_300_000.0
Line = Sequence[tuple[float, float]]


def pair(code: int, value: object) -> str:
    return f"{code:>3}\n{value}\n"


def line(layer: str, points: Line) -> str:
    (x0, y0), (x1, y1) = ((X + x, Y + y) for x, y in points)
    ends = pair(10, x0) + pair(20, y0) + pair(30, 0.0) + pair(11, x1) + pair(21, y1) + pair(31, 0.0)
    return pair(0, "LINE") + pair(8, layer) + ends


def lwpolyline(layer: str, points: Line, *, closed: bool = False) -> str:
    drawn = "".join(pair(10, X + x) + pair(20, Y + y) for x, y in points)
    return (
        pair(0, "LWPOLYLINE")
        + pair(8, layer)
        + pair(90, len(points))
        + pair(70, int(closed))
        + drawn
    )


def polyline(layer: str, points: Line) -> str:
    drawn = "".join(
        pair(0, "VERTEX") + pair(8, layer) + pair(10, X + x) + pair(20, Y + y) for x, y in points
    )
    begin = pair(0, "POLYLINE") + pair(8, layer) + pair(66, 1) + pair(10, 0.0) + pair(20, 0.0)
    return begin + drawn + pair(0, "SEQEND") + pair(8, layer)


TEXT = pair(0, "TEXT") + pair(8, "注记") + pair(10, X) + pair(20, Y) + pair(1, "人民路")


def drawing(path: Path, *entities: str, encoding: str = "utf-8") -> Path:
    text = (
        pair(0, "SECTION") + pair(2, "HEADER") + pair(9, "$DWGCODEPAGE") + pair(3, "ANSI_936")
        + pair(0, "ENDSEC") + pair(0, "SECTION") + pair(2, "BLOCKS")
        + line("县道", [(0, 0), (9_000, 9_000)]) + pair(0, "ENDSEC")
        + pair(0, "SECTION") + pair(2, "ENTITIES") + "".join(entities) + pair(0, "ENDSEC")
        + pair(0, "EOF")
    )  # fmt: skip
    path.write_bytes(text.encode(encoding))
    return path


def roads(path: Path, **options):
    table = RoadsTable(path, crs="EPSG:4549", **options)
    return read(path, options=RoadOptions(table=table))


DRAWN = (
    line("县道", [(0, 0), (1000, 0)]),
    lwpolyline("乡道", [(1000, 0), (1500, 0), (2000, 500)]),
    polyline("村道", [(2000, 500), (2500, 500), (3000, 500)]),
    TEXT,
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_lines_of_every_kind_are_roads_of_their_layer(tmp_path, encoding):
    found = roads(drawing(tmp_path / "路网.dxf", *DRAWN, encoding=encoding))
    assert found.graph.length_m.sum() == pytest.approx(1000 + 500 + 707.1 + 1000, abs=1)
    names = {found.graph.class_names[k] for k in found.graph.road_class}
    assert names == {"secondary", "tertiary", "unclassified"}
    assert found.graph.networks["walk"].component.max() == 0
    assert dict(finding(found, "drawing_layers"))["layers"] == "乡道 1, 县道 1, 村道 1"


def test_a_closed_line_comes_back_to_its_start(tmp_path):
    ring = [(0, 0), (100, 0), (100, 100), (0, 100)]
    found = roads(drawing(tmp_path / "a.dxf", lwpolyline("县道", ring, closed=True)))
    assert found.graph.length_m.sum() == pytest.approx(400, abs=1)


def test_layers_get_the_class_that_the_study_states(tmp_path):
    path = drawing(
        tmp_path / "a.dxf", line("DLZX", [(0, 0), (1000, 0)]), line("GX", [(0, 9), (9, 9)])
    )
    with pytest.raises(StudyError) as caught:
        roads(path)
    told = {each.code: each for each in caught.value.findings}
    assert "roads_none" in told
    assert "DLZX" in dict(told["road_class_unknown"].params)["examples"]
    found = roads(path, classes=(("DLZX", "residential"),))
    assert found.graph.length_m.sum() == pytest.approx(1000, abs=1)
    assert dict(finding(found, "road_class_unknown"))["examples"] == "GX"


def test_a_drawing_without_a_stated_system_is_asked_for_it(tmp_path):
    path = drawing(tmp_path / "a.dxf", *DRAWN)
    with pytest.raises(StudyError) as caught:
        read(path, options=RoadOptions(table=RoadsTable(path)))
    assert [each.code for each in caught.value.findings if each.code != "drawing_layers"] == [
        "crs_missing"
    ]


def edges(gap_m: float) -> list[str]:
    """Return five crossing streets, each drawn as its two edges."""
    streets = []
    for k in range(5):
        for side in (-gap_m / 2, gap_m / 2):
            streets.append(line("县道", [(0, 300 * k + side), (1500, 300 * k + side)]))
            streets.append(line("县道", [(300 * k + side, 0), (300 * k + side, 1500)]))
    return streets


@pytest.mark.parametrize(
    ("gap_m", "told"), [(7.0, True), (20.0, True), (0.0, False), (150.0, False)]
)
def test_streets_drawn_as_two_edges_are_told(tmp_path, gap_m, told):
    found = roads(drawing(tmp_path / "a.dxf", *edges(gap_m)))
    assert ("roads_double_lines" in codes(found)) == told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\0" * 100, "file_unreadable"),
        (b"AC1032" + b"\0" * 100, "file_unreadable"),
        (b"", "file_unreadable"),
        (b"  0\nSECTION\n  2\nENTITIES\n  0\n", "roads_none"),
        (b"  0\nSECTION\n  2\nENTITIES\n  0\nLINE\n 10\nx\n", "file_unreadable"),
    ],
)
def test_broken_drawings_are_refused(tmp_path, content, code):
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    with pytest.raises(StudyError) as caught:
        roads(path)
    assert code in [each.code for each in caught.value.findings]


def test_a_dwg_has_a_way_out(tmp_path):
    path = tmp_path / "a.dwg"
    path.write_bytes(b"AC1032")
    with pytest.raises(StudyError) as caught:
        read(path)
    assert [each.code for each in caught.value.findings] == ["roads_dwg"]
