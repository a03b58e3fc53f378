"""A study in a real PostgreSQL + PostGIS: read as from files, read-only, passwords never shown."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data import postgis
from data.addresses import DatabaseAddress
from data.dataset import load_dataset
from data.errors import StudyError
from data.postgis import databases_as_files
from data.study.file import read_study
from data.tables.parquet import read_parquet
from tests.data.postgis_cluster import (
    PASSWORD,
    WRITTEN_PASSWORD,
    Cluster,
    running,
    server_folder,
)

pytestmark = pytest.mark.postgis

SCRIPT = """
create extension postgis;
create schema plan;
create table plan.people (id text primary key, n int, old int, geom geometry(Point, 4326));
insert into plan.people values
 ('e', 150, 40, st_setsrid(st_point(120.89, 30.04), 4326)),
 ('a', 100, 20, st_setsrid(st_point(120.81, 30.01), 4326)),
 ('b', 200, 30, st_setsrid(st_point(120.85, 30.01), 4326));
create table plan."机构 名单" (机构代码 text, 机构名称 text, 机构类别 text, 状态 text,
 实有床位 numeric(6,0), 启用日期 date, 服务项目 text[], 经度 float8, 纬度 float8);
insert into plan."机构 名单" values
 ('F2', '乙村卫生室', '村卫生室', '在营', 0, '2020-01-02', '{门诊,接种}', 120.85, 30.02),
 ('F1', '甲社区卫生服务中心', 'B100', '在营', 20, null, null, 120.81, 30.01);
create table plan.zones (code bigint, name text, geom geometry(MultiPolygon, 4549));
insert into plan.zones values (330604001000, '甲街道', st_multi(st_transform(
 st_makeenvelope(120.79, 29.99, 120.91, 30.06, 4326), 4549)));
create table plan.roads (id int, class text, geom geometry(LineStringZ, 4490));
insert into plan.roads values
 (1, '县道', st_force3d(st_geomfromtext('LINESTRING(120.8 30, 120.9 30)', 4490))),
 (2, '县道', st_force3d(st_geomfromtext('LINESTRING(120.9 30, 120.9 30.05, 120.8 30.05)', 4490))),
 (3, '村道', st_force3d(st_geomfromtext('LINESTRING(120.8 30.05, 120.8 30)', 4490)));
create table plan.two (a geometry, b geometry);
create table plan.mixed (a geometry);
insert into plan.mixed values (st_setsrid(st_point(1, 2), 4326));
insert into plan.mixed values (st_setsrid(st_point(1, 2), 4490));
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext) select 990001, 'county', 1, srtext
 from spatial_ref_sys where srid = 4549;
create table plan.own (code text, name text, geom geometry);
insert into plan.own select code::text, name, st_setsrid(geom, 990001) from plan.zones;
insert into plan.own values ('330604002000', '乙街道', null);
create table plan.strange as select code, name, st_setsrid(geom, 990002) as geom from plan.zones;
create table plan.curved (code text, name text, geom geometry);
insert into plan.curved values
 ('1', 'x', 'SRID=4326;CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0))');
create table plan.nothing (code text, name text, geom geometry(Polygon, 4326));
create role planner login;
grant usage on schema plan to planner;
grant all on all tables in schema plan to planner;
grant create on schema plan to planner;
"""

STUDY = """format = 1
[study]
name = "试验县"
date = "2024-12-31"
[zones]
path = "{url}"
layer = "plan.zones"
[population]
path = "{url}"
query = "select id, n as people, old, geom from plan.people where n > 0;"
column = "people"
groups = [{{ name = "65+", column = "old" }}]
[facilities]
path = "{url}"
layer = "plan.机构 名单"
[roads]
path = "{url}"
layer = "plan.roads"
[travel]
modes = ["walk"]
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    programs = server_folder()
    if programs is None:
        reason = "no PostgreSQL server with PostGIS: apt-get install postgresql postgis"
        if os.environ.get("SERVICECIRCLE_REQUIRE_POSTGIS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running(programs, f"{SCRIPT} alter role planner password '{PASSWORD}';") as found:
        yield found


def study_file(folder: Path, url: str, old: str = "", new: str = "") -> Path:
    path = folder / "study.toml"
    text = STUDY.format(url=url)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def query_study(folder: Path, cluster: Cluster, query: str) -> Path:
    old = "select id, n as people, old, geom from plan.people where n > 0;"
    return study_file(folder, cluster.url(), old, query)


def told(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        load_dataset(read_study(path))
    assert_hidden("".join(traceback.format_exception(caught.value)))
    return str(caught.value)


def assert_hidden(text: str) -> None:
    assert PASSWORD not in text
    assert WRITTEN_PASSWORD not in text
    assert "pa:ss" not in text


def test_a_study_of_layers(cluster: Cluster, tmp_path: Path) -> None:
    dataset = load_dataset(read_study(study_file(tmp_path, cluster.url())))
    assert dataset.zones.code == ("330604001000",)
    assert dataset.demand.cell_id == ("a", "b", "e")
    assert dataset.demand.people.sum() == 450
    assert dataset.demand.groups["65+"].sum() == 90
    assert dataset.demand.zone.tolist() == [0, 0, 0]
    assert dataset.facilities.id == ("F1", "F2")
    assert dataset.facilities.columns["beds"] == (20.0, 0.0)
    assert dataset.facilities.columns["open_date"] == (None, "2020-01-02")
    assert dataset.facilities.columns["services"] == (None, "门诊;接种")
    assert dataset.roads.class_names
    assert {entry.role: entry.source for entry in dataset.provenance} == {
        "zones": "county.plan.zones.parquet",
        "population": "county.query.parquet",
        "facilities": "county.plan.机构_名单.parquet",
        "roads": "county.plan.roads.parquet",
    }
    assert_hidden(repr(dataset.provenance) + repr(dataset.findings))


def test_snapshots_are_the_same_whatever_the_order_or_password(
    cluster: Cluster, tmp_path: Path
) -> None:
    first = load_dataset(read_study(study_file(tmp_path, cluster.url())))
    turned = query_study(
        tmp_path,
        cluster,
        "select id, n as people, old, geom from plan.people where n > 0 order by id desc",
    )
    second = load_dataset(read_study(turned))
    assert second.fingerprint == first.fingerprint
    assert second.provenance == first.provenance
    socket_url = (
        f"postgresql:///county?host={cluster.socket_dir}&port={cluster.port}&user=planner"
        f"&password={WRITTEN_PASSWORD}"
    )
    if os.access(cluster.socket_dir, os.X_OK):
        third = load_dataset(read_study(study_file(tmp_path, socket_url)))
        assert third.fingerprint == first.fingerprint


def test_snapshots_are_removed(cluster: Cluster, tmp_path: Path) -> None:
    study = read_study(study_file(tmp_path, cluster.url()))
    seen: list[tuple[str, int, int]] = []
    with databases_as_files(study, progress=lambda *step: seen.append(step)) as local:
        assert local.population.source.database is None
        assert local.population.source.query is None
        path = local.roads.path
        table = read_parquet(path, findings=[])
        assert table.crs is not None
        assert "4490" in table.crs
        assert table.row.tolist() == [1, 2, 3]
        assert path.parent.parent.stat().st_mode & 0o077 == 0
        assert pq.read_metadata(path).num_rows == 3
    assert not path.exists()
    assert ("database", 3, 0) in seen


def test_a_study_without_database_is_left_alone(study_folder: Path) -> None:
    study = read_study(study_folder / "study.toml")
    with databases_as_files(study) as same:
        assert same is study


@pytest.mark.parametrize(
    "query",
    [
        "delete from plan.people returning *",
        "with gone as (delete from plan.people returning *) select * from gone",
        "select 1; drop table plan.people",
        "select set_config('transaction_read_only', 'off', false)",
        "create table plan.new (a int)",
        "select pg_read_file('/etc/passwd')",
        "select from where",
        "",
        "select * from plan.absent",
        "copy plan.people to stdout",
    ],
)
def test_nothing_but_reading(cluster: Cluster, tmp_path: Path, query: str) -> None:
    assert "the database does not answer" in told(query_study(tmp_path, cluster, query))
    after = load_dataset(read_study(study_file(tmp_path, cluster.url())))
    assert after.demand.people.sum() == 450


def test_functions_that_write_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(
            "create or replace function plan.sneaky() returns setof plan.people language sql as "
            "'update plan.people set n = 0 returning *'"
        )
    assert "read-only" in told(query_study(tmp_path, cluster, "select * from plan.sneaky()"))


def test_a_statement_has_a_time_limit(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgis._SESSION, "statement_timeout", "50ms")
    assert "timeout" in told(query_study(tmp_path, cluster, "select pg_sleep(30)"))


def test_limits_of_size(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.postgis.MAX_ROWS", 10_000)
    path = query_study(tmp_path, cluster, "select generate_series(1, 100000000) as people")
    assert "more than 10000 rows" in told(path)
    monkeypatch.setattr("data.postgis.MAX_BYTES", 1_000_000)
    path = query_study(tmp_path, cluster, "select repeat('x', 100000) from generate_series(1, 100)")
    assert "1 MB" in told(path)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ("plan.two", "2 columns of geometry"),
        ("plan.mixed", "2 coordinate systems"),
        ("plan.absent", "does not exist"),
        ('plan."; drop table plan.people', "does not exist"),
    ],
)
def test_layers_that_cannot_be_read(
    cluster: Cluster, tmp_path: Path, layer: str, reason: str
) -> None:
    new = f"layer = '{layer}'"
    assert reason in told(study_file(tmp_path, cluster.url(), 'layer = "plan.roads"', new))


def test_systems_of_their_own(cluster: Cluster, tmp_path: Path) -> None:
    new = "query = 'select * from plan.own where geom is not null'"
    path = study_file(tmp_path, cluster.url(), 'layer = "plan.zones"', new)
    assert load_dataset(read_study(path)).demand.zone.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ("plan.own", "areas"),
        ("plan.strange", "EPSG:990002"),
        ("plan.nothing", "no rows"),
        ("plan.curved", "ST_CurveToLine"),
    ],
)
def test_odd_zones(cluster: Cluster, tmp_path: Path, layer: str, reason: str) -> None:
    path = study_file(tmp_path, cluster.url(), "plan.zones", layer)
    assert reason in told(path)


def test_all_faults_come_at_once(cluster: Cluster, tmp_path: Path) -> None:
    path = study_file(tmp_path, cluster.url())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("plan.roads", "plan.r").replace("plan.zones", "plan.z"))
    message = told(path)
    assert "plan.r" in message
    assert "plan.z" in message


@pytest.mark.parametrize(
    "change",
    [
        {"password": "wrong" + WRITTEN_PASSWORD},
        {"user": "nobody"},
        {"password": WRITTEN_PASSWORD, "user": "planner%00"},
    ],
)
def test_refused_log_ins(cluster: Cluster, tmp_path: Path, change: dict[str, str]) -> None:
    assert "the database does not answer" in told(study_file(tmp_path, cluster.url(**change)))


def test_nobody_answers(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.url().replace(str(cluster.port), "1")
    assert "the database does not answer" in told(study_file(tmp_path, url))
    odd = cluster.url() + f"?passwordd={WRITTEN_PASSWORD}"
    assert "the database does not answer" in told(study_file(tmp_path, odd))


def test_without_the_driver(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("psycopg"):
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert "the extra `postgis`" in told(study_file(tmp_path, cluster.url()))


def test_the_command_line_never_shows_the_password(cluster: Cluster, tmp_path: Path) -> None:
    path, log = study_file(tmp_path, cluster.url()), tmp_path / "run.log"
    done = run_cli("assess", str(path), "--out", str(tmp_path / "out"), "-v", "--log", str(log))
    assert done.returncode == 0, done.stderr
    assert_hidden(done.stdout + done.stderr)
    written = [file for file in tmp_path.rglob("*") if file.is_file() and file != path]
    assert {"run.json", "run.log", "map.html"} <= {file.name for file in written}
    for file in written:
        content = file.read_bytes()
        assert PASSWORD.encode() not in content
        assert WRITTEN_PASSWORD.encode() not in content
    bad = study_file(tmp_path, cluster.url(), "plan.roads", "plan.absent")
    done = run_cli("assess", str(bad), "--out", str(tmp_path / "bad"))
    assert done.returncode == 3
    assert "plan.absent" in done.stderr
    assert_hidden(done.stdout + done.stderr)
    assert not (tmp_path / "bad").exists()


def run_cli(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planning", *words],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_the_address_is_in_no_fingerprint(cluster: Cluster, tmp_path: Path) -> None:
    study = read_study(study_file(tmp_path, cluster.url()))
    address = study.roads.database
    assert isinstance(address, DatabaseAddress)
    other = DatabaseAddress(address.secret_url + "?application_name=other")
    moved = replace(study, roads=replace(study.roads, database=other))
    caches = [tmp_path / "one", tmp_path / "two"]
    prints = [
        load_dataset(each, cache_dir=cache).fingerprint
        for each, cache in zip((study, moved), caches, strict=True)
    ]
    assert prints[0] == prints[1]
    assert [f.name for f in caches[0].iterdir()] == [f.name for f in caches[1].iterdir()]
