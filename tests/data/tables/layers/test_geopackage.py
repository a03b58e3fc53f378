"""GeoPackages: plain tables are read whole; what a file computes is never run."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.errors import StudyError
from data.tables.layers import geopackage
from data.tables.layers.geopackage import read_geopackage
from geo.errors import Finding

POINTS = [shapely.Point(120.81, 30.01), None, shapely.Point(120.85, 30.02)]
ENDLESS = (
    "CREATE VIEW {name} AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT x AS fid, x AS name FROM n"
)


@pytest.fixture
def package(tmp_path: Path, write_layer: Any) -> Path:
    columns = {"代码": [123306044713000171, 2, -5], "名称": ["甲", "乙", "丙"],
               "床位": [1.5, float("nan"), 0.0], "开": [True, False, True]}  # fmt: skip
    return write_layer(tmp_path / "甲 地.gpkg", POINTS, columns, layer="机构", crs="EPSG:4490")


def change(path: Path, *statements: str) -> Path:
    """Run statements in a package as a person with a database program could."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def announce(name: str) -> str:
    columns = "table_name, data_type, identifier, srs_id"
    return f"INSERT INTO gpkg_contents ({columns}) VALUES ('{name}', 'attributes', '{name}', 0)"  # noqa: S608


def faults(path: Path, layer: str | None = None) -> list[str]:
    with pytest.raises(StudyError) as refused:
        read_geopackage(path, layer=layer, findings=[])
    assert str(path.parent) not in str(refused.value)
    return [finding.code for finding in refused.value.findings]


def test_a_layer_is_read_as_gdal_reads_it_but_with_all_digits(package: Path) -> None:
    table = read_geopackage(package, layer=None, findings=[])
    assert table.columns == {
        "代码": ("123306044713000171", 2.0, -5.0),
        "名称": ("甲", "乙", "丙"),
        "床位": (1.5, None, 0.0),
        "开": (True, False, True),
    }
    assert table.crs == "EPSG:4490"
    assert table.geometry is not None
    assert [g and g.wkt for g in table.geometry] == [
        "POINT (120.81 30.01)",
        None,
        "POINT (120.85 30.02)",
    ]


def test_an_endless_view_is_not_read_and_does_not_hold_up_the_others(package: Path) -> None:
    change(package, ENDLESS.format(name="endless"), announce("endless"))
    started = time.monotonic()
    assert len(read_geopackage(package, layer="机构", findings=[])) == 3
    assert faults(package, "endless") == ["layer_is_computed"]
    assert faults(package) == ["layer_not_told"]
    assert time.monotonic() - started < 30  # for ever before


def test_views_in_place_of_the_catalogue_are_not_run(package: Path) -> None:
    for name in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        copy = package.with_name(f"{name}.gpkg")
        copy.write_bytes(package.read_bytes())
        change(
            copy,
            "PRAGMA legacy_alter_table = ON",
            f"ALTER TABLE {name} RENAME TO kept",
            ENDLESS.format(name=name).replace("x AS fid, x AS name", "kept.* FROM kept, n --"),
        )
        assert faults(copy) == ["file_unreadable"]


def test_virtual_tables_triggers_and_computed_columns_are_not_run(package: Path) -> None:
    change(
        package,
        "CREATE VIRTUAL TABLE words USING fts5(name)",
        announce("words"),
        "CREATE TABLE computed (fid INTEGER PRIMARY KEY, name TEXT, "
        "big TEXT GENERATED ALWAYS AS (hex(zeroblob(200000000))) VIRTUAL)",
        "INSERT INTO computed (fid, name) VALUES (1, '甲')",
        announce("computed"),
        "CREATE TRIGGER t AFTER INSERT ON computed BEGIN SELECT load_extension('x'); END",
    )
    assert faults(package, "words") == ["layer_is_computed"]
    assert read_geopackage(package, layer="computed", findings=[]).columns == {"name": ("甲",)}


def test_reading_ends_at_the_deadline(package: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(geopackage, "MAX_SECONDS", -1.0)
    monkeypatch.setattr(geopackage, "_STEPS_BETWEEN_LOOKS", 1)
    assert faults(package) == ["layer_takes_too_long"]


def test_limits_of_size(package: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(geopackage, "MAX_BYTES", 10)
    assert faults(package) == ["file_too_large"]
    monkeypatch.setattr(geopackage, "MAX_VALUE_BYTES", 40)
    assert faults(package) == ["file_unreadable"]


def test_databases_that_are_no_package(package: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.gpkg"
    change(plain, "CREATE TABLE passwords (name TEXT)")
    assert faults(plain) == ["file_unreadable"]
    assert faults(plain, "passwords") == ["file_unreadable"]
    assert faults(package, "gpkg_contents") == ["layer_missing"]
    assert faults(change(package, "DELETE FROM gpkg_contents")) == ["table_empty"]


def test_a_table_that_is_announced_and_not_there(package: Path) -> None:
    assert faults(change(package, announce("gone")), "gone") == ["layer_is_computed"]


def test_broken_geometry(package: Path) -> None:
    for blob in ("x'4750'", "x'00'", "'text'", "x'475000010000000001010000'"):
        copy = package.with_name("b.gpkg")
        copy.write_bytes(package.read_bytes())
        change(copy, "DROP TRIGGER IF EXISTS rtree_机构_geom_update6",
               "DROP TRIGGER IF EXISTS rtree_机构_geom_update7")  # fmt: skip
        with closing(sqlite3.connect(copy)) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
            connection.execute(f"UPDATE 机构 SET geom = {blob} WHERE fid = 1")  # noqa: S608
            connection.commit()
        assert faults(copy) == ["file_unreadable"]


def test_changes_that_another_program_holds_back_are_told(package: Path) -> None:
    package.with_name(package.name + "-wal").write_bytes(b"x" * 64)
    findings: list[Finding] = []
    assert len(read_geopackage(package, layer=None, findings=findings)) == 3
    assert [finding.code for finding in findings] == ["geopackage_in_use"]


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4326", "ESRI:102025", None])
def test_systems(tmp_path: Path, write_layer: Any, crs: str | None) -> None:
    path = write_layer(tmp_path / "a.gpkg", [shapely.Point(1, 2)], {"n": [1]}, crs=crs)
    found = read_geopackage(path, layer=None, findings=[]).crs
    assert found == crs
