"""Columns of a database as files: every digit of an id stays, whatever the kind of column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from data import postgis
from data.tables.parquet import read_parquet

IDS = [330604001001234171, 330604001001234188, None]


@pytest.mark.parametrize("has_geometry", [False, True])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (IDS, ("330604001001234171", "330604001001234188", None)),
        ([1, 2, None], (1.0, 2.0, None)),
        ([1.5, 2, 3], (1.5, 2.0, 3.0)),
        (["001", None, "2"], ("001", None, "2")),
        ([9007199254740993, 1, 2], ("9007199254740993", "1", "2")),
    ],
)
def test_ids_of_a_database_keep_every_digit(
    tmp_path: Path, has_geometry: bool, values: list[Any], expected: tuple[Any, ...]
) -> None:
    columns = [postgis._Column("id", False), postgis._Column("geom", True)][: 1 + has_geometry]
    point = shapely.to_wkb(shapely.Point(120.8, 30.0))
    rows = [(value, point)[: 1 + has_geometry] for value in values]
    postgis._write(tmp_path / "a.parquet", columns, rows, "EPSG:4326")
    table = read_parquet(tmp_path / "a.parquet", findings=[])
    assert table.columns["id"] == expected
