"""Zones whose parts are rows of their own: joined where they agree, an error where they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data.regions import Layer, build_villages, read_layer_of, whole_zone
from data.study.tables import TableSource
from geo.errors import Finding

MAIN, ISLAND, TOWN = (shapely.box(x, 30.0, x + 0.01, 30.01) for x in (120.80, 120.82, 120.84))


def read(path: Path, table: str = "zones") -> tuple[Layer, list[Finding]]:
    findings: list[Finding] = []
    layer = read_layer_of(TableSource(path=path), table, findings)
    assert layer is not None
    return layer, findings


@pytest.mark.parametrize("table", ["zones", "villages"])
@pytest.mark.parametrize(
    "columns",
    [
        {"code": ["330902001", "330902001", "330902002"], "name": ["甲镇", "甲镇", "乙镇"]},
        {"code": ["330902001", "330902001.0", "330902002"]},
        {"code": [330902001, 330902001, 330902002], "people": [500, 500, 9]},
        {"code": ["1", "1", "2"], "面积": [1.5, 0.5, 1.0], "name": ["甲 ", "甲", "乙"]},
    ],
)
def test_islands_are_joined_to_their_zone(
    tmp_path: Path, write_layer: Any, columns: dict[str, list[Any]], table: str
) -> None:
    path = write_layer(tmp_path / "z.gpkg", [MAIN, ISLAND, TOWN], columns)
    layer, findings = read(path, table)
    assert len(layer.table) == 2
    assert layer.table.row.tolist() == [1, 3]
    assert layer.lonlat[0].equals(shapely.union_all([MAIN, ISLAND]))
    assert [f.rows for f in findings if f.code == "zone_parts_joined"] == [(2,)]


def test_the_people_of_a_joined_zone_count_once(tmp_path: Path, write_layer: Any) -> None:
    columns = {"code": ["1", "1", "2"], "people": [500, 500, 9]}
    layer, _ = read(write_layer(tmp_path / "z.gpkg", [MAIN, ISLAND, TOWN], columns))
    assert np.array(layer.table.columns["people"]).sum() == 509


@pytest.mark.parametrize(
    "columns",
    [
        {"code": ["1", "1", "2"], "name": ["甲镇", "丙镇", "乙镇"]},
        {"code": ["1", "1", "2"], "people": [500, 20, 9]},
        {"code": ["", "", "2"], "name": ["甲镇", "甲镇", "乙镇"]},
    ],
)
def test_rows_that_differ_or_have_no_code_stay_apart(
    tmp_path: Path, write_layer: Any, columns: dict[str, list[Any]]
) -> None:
    layer, findings = read(write_layer(tmp_path / "z.gpkg", [MAIN, ISLAND, TOWN], columns))
    assert len(layer.table) == 3
    assert "zone_parts_joined" not in {finding.code for finding in findings}


def test_a_layout_plan_is_read_in_its_own_words(tmp_path: Path, write_layer: Any) -> None:
    columns = {
        "code": ["330902002", "330902001", "330902003"],
        "name": ["乙村", "甲村", "丙村"],
        "覆盖模式": ["组团覆盖", "点位", "远程"],
        "服务机构": ["甲村卫生室", "", ""],
    }
    path = write_layer(tmp_path / "v.gpkg", [MAIN, ISLAND, TOWN], columns)
    layer, findings = read(path, "villages")
    zones = whole_zone(np.array([0.0, 1e6]), np.array([0.0, 5e6]), "all")
    villages = build_villages(layer, zones, "EPSG:4549", findings)
    assert villages.name == ("甲村", "乙村", "丙村")
    assert villages.declared_mode == ("point", "cluster", "")
    assert villages.served_by == ("", "甲村卫生室", "")
    (unknown,) = [f for f in findings if f.code == "village_mode_unknown"]
    assert dict(unknown.params)["words"] == "远程"
