"""A study of files as a bureau has them, read and assessed without an edit to any of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import shapely
from rasterio import Affine

from data.dataset import load_dataset, read_study
from data.places.positions import to_system
from planning import cli

STUDY = """format = 1
[study]
name = "某区"
date = "2024-12-31"
[zones]
path = "乡镇街道.gpkg"
columns = { code = "XZQDM", name = "XZQMC" }
[villages]
path = "行政村.zip"
[population]
path = "chn_ppp_2020.tif"
[facilities]
path = "机构.csv"
[roads]
path = "roads.osm.pbf"
"""

LIST = """某区医疗卫生机构一览表,,,,,,,,
机构代码,机构名称,机构类别,主办单位,经度,纬度,人员,,床位数
,,,,,,执业(助理)医师,注册护士,
330604000001,甲街道社区卫生服务中心,社区卫生服务中心,卫健局,120°48′36″,30°0′36″,"1,2",20,30
330604000002,乙村卫生室,村卫生室,个人,120.85,30.02,1,0,
330604000003,丙村卫生室,村卫生室,个人,,,1,,
合计,,,,,,14,20,30
"""


def write_roads(path: Path) -> None:
    corners = [(120.78, 29.98), (120.92, 29.98), (120.92, 30.07), (120.78, 30.07)]
    with osmium.SimpleWriter(str(path)) as writer:
        for index, place in enumerate(corners, start=1):
            writer.add_node(osmium.osm.mutable.Node(id=index, location=place))
        way = osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4, 1], tags={"highway": "residential"})
        writer.add_way(way)
        across = osmium.osm.mutable.Way(id=2, nodes=[1, 3], tags={"highway": "tertiary"})
        writer.add_way(across)


@pytest.fixture
def bureau(tmp_path: Path, write_layer: Any, write_raster: Any) -> Path:
    folder = tmp_path / "某区 资料"
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "机构.csv").write_bytes(LIST.encode("gbk"))
    boxes = [shapely.box(120.80, 29.99, 120.84, 30.06), shapely.box(120.84, 29.99, 120.90, 30.06)]
    zone_40 = to_system(np.array(boxes, dtype=object), source="EPSG:4490", target="EPSG:4528")
    write_layer(
        folder / "乡镇街道.gpkg",
        list(zone_40),
        {"XZQDM": ["330604001000", "330604102000"], "XZQMC": ["甲街道", "乙镇"]},
        crs="EPSG:4528",
    )
    parts = tmp_path / "parts"
    parts.mkdir()
    write_layer(
        parts / "行政村.shp",
        boxes,
        {"村代码": ["330604001201", "330604102201"], "村名": ["丙村", "乙村"]},
        crs="EPSG:4490",
        encoding="gbk",
    )
    (parts / "行政村.cpg").unlink()
    with zipfile.ZipFile(folder / "行政村.zip", "w") as archive:
        for part in sorted(parts.iterdir()):
            archive.write(part, part.name)
    values = np.full((60, 90), -99999.0, dtype=np.float32)
    values[::3, ::3] = 2.5
    write_raster(
        folder / "chn_ppp_2020.tif",
        values,
        nodata=-99999.0,
        transform=Affine(1 / 1200, 0.0, 120.81, 0.0, -1 / 1200, 30.05),
    )
    write_roads(folder / "roads.osm.pbf")
    return folder


def test_it_is_read_without_an_edit(bureau: Path) -> None:
    before = {path: path.read_bytes() for path in bureau.iterdir()}
    dataset = load_dataset(read_study(bureau / "study.toml"))
    assert dataset.demand.people.sum() == 20 * 30 * 2.5
    assert dataset.zones.name == ("甲街道", "乙镇")
    assert dataset.zones.level == ("street", "town")
    assert set(dataset.demand.zone.tolist()) == {0, 1}
    assert dataset.villages is not None
    assert dataset.villages.name == ("丙村", "乙村")
    facilities = dataset.facilities
    assert facilities.id == ("330604000001", "330604000002", "330604000003")
    assert facilities.kind == ("B100", "D600", "D600")
    assert facilities.lon[0] == pytest.approx(120.81)
    assert facilities.columns["placed_by"] == ("coordinates", "coordinates", "own_name")
    assert facilities.columns["nurses"] == (20.0, 0.0, None)
    codes = {finding.code for finding in dataset.findings}
    assert codes >= {
        "encoding_read_as",
        "columns_recognised",
        "rows_not_data",
        "beds_ambiguous",
        "cell_not_understood",  # "1,2" doctors
        "facilities_placed",
    }
    assert {path: path.read_bytes() for path in bureau.iterdir()} == before


def test_it_is_assessed(bureau: Path) -> None:
    from planning.assess.workflow import assess
    from planning.reach.scenario import scenario_of

    study = read_study(bureau / "study.toml")
    dataset = load_dataset(study)
    assessment = assess(dataset, study, scenario=scenario_of(study))
    ledger = assessment.modes["walk"].coverage[0].ledger
    assert ledger.input == pytest.approx(1500.0)


def test_it_goes_the_whole_way_by_the_command_line(bureau: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in bureau.iterdir()}
    study, out = str(bureau / "study.toml"), tmp_path / "结果"
    assert cli.main(["assess", study, "--out", str(out), "--lang", "zh"]) == 0
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    ledger = summary["ledger"]["walk"]
    assert ledger["input"] == pytest.approx(1500.0)
    assert sum(ledger.values()) == pytest.approx(2 * ledger["input"])
    assert cli.main(["audit", study, "--out", str(tmp_path / "audit"), "--lang", "zh"]) == 4
    assert {path: path.read_bytes() for path in bureau.iterdir()} == before
