"""A study fetched from a server on loopback: whole answers only, patience, nothing half written."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import osmnx
import pytest
import rasterio
import shapely

from data.dataset import load_dataset
from data.errors import PlannerError
from data.fetch.download import Services, fetch_elements, fetch_place, remote_raster
from data.fetch.map_elements import FACILITY_TAGS, kind_of
from data.fetch.open_data import OpenData, write_open_study
from data.study.file import read_study
from geo.errors import Cancelled
from planning import cli
from planning.cli import console
from tests.data.fetch.open_data_server import (
    EAST,
    NORTH,
    PLACE,
    SOUTH,
    WEST,
    World,
    make_raster,
    serving,
)

pytestmark = pytest.mark.slow
BOX = shapely.box(WEST, SOUTH, EAST, NORTH)


@pytest.fixture(scope="module")
def raster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_raster(tmp_path_factory.mktemp("server") / "chn.tif")


@pytest.fixture
def world(raster: Path) -> Iterator[World]:
    with serving(raster) as found:
        yield found


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were waited for; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def fetch(world: World, folder: Path, place: str = "试验区", **changes: Any) -> Any:
    out = folder / "study"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    return write_open_study(
        OpenData(place), out, services=world.services(**changes), cache=folder / "cache"
    )


def elements(world: World, folder: Path, **changes: Any) -> Any:
    return fetch_elements(
        BOX, stage="facilities", tags=FACILITY_TAGS, services=world.services(**changes),
        cache=folder,
    ).elements  # fmt: skip


def told(world: World, folder: Path, **changes: Any) -> str:
    with pytest.raises(PlannerError) as caught:
        elements(world, folder, **changes)
    (finding,) = caught.value.findings
    assert str(caught.value).count("\n") == 0
    return finding.code


def test_a_study_is_ready(world: World, tmp_path: Path) -> None:
    fetched = fetch(world, tmp_path)
    assert fetched.full_name.startswith("试验区, 某市")
    assert (fetched.n_towns, fetched.n_roads, fetched.n_facilities) == (2, 14, 4)
    dataset = load_dataset(read_study(fetched.study))
    assert dataset.zones.name == ("甲街道", "乙镇")
    assert dataset.zones.level == ("street", "town")
    kinds = dict(zip(dataset.facilities.name, dataset.facilities.kind, strict=True))
    assert list(kinds.items()) == [
        ("甲社区卫生服务站", "B200"),
        ("乙镇中心卫生院", "C210"),
        ("node/5", ""),
        ("试验区人民医院", "A100"),
    ]
    assert dataset.facilities.lon[3] == pytest.approx(120.83025)
    assert dataset.demand.people.sum() == pytest.approx(fetched.people, rel=1e-6)
    assert dataset.water is not None
    by_role = {entry.role: entry for entry in dataset.provenance}
    assert by_role["roads"].date == "2025-11-20"
    assert "OpenStreetMap" in by_role["facilities"].attribution
    assert by_role["population"].licence == "CC BY 4.0"


def test_people_are_those_of_the_raster(world: World, raster: Path, tmp_path: Path) -> None:
    fetched = fetch(world, tmp_path)
    with (
        rasterio.open(raster) as whole,
        rasterio.open(fetched.study.parent / "population.tif") as cut,
    ):
        assert cut.nodata == whole.nodata
        assert (cut.scales, cut.offsets, cut.units) == (whole.scales, whole.offsets, whole.units)
        assert cut.crs == whole.crs
        row, column = whole.index(*cut.xy(0, 0))
        expected = whole.read(1)[row : row + cut.height, column : column + cut.width]
        assert np.array_equal(cut.read(1), expected)
        west, south, east, north = cut.bounds
    assert west <= WEST + 1e-9
    assert south <= SOUTH + 1e-9
    assert east >= EAST - 1e-9
    assert north >= NORTH - 1e-9
    assert fetched.people == pytest.approx(expected[expected > 0].sum(dtype=float))
    assert world.raster_bytes < len(world.raster) / 2


def test_the_same_answers_give_the_same_files(world: World, tmp_path: Path) -> None:
    first = fetch(world, tmp_path / "one")
    second = fetch(world, tmp_path / "two")
    for path in sorted(first.study.parent.iterdir()):
        assert path.read_bytes() == (second.study.parent / path.name).read_bytes(), path.name


def test_a_second_run_asks_nothing_again(world: World, tmp_path: Path) -> None:
    fetch(world, tmp_path)
    asked = list(world.asked)
    fetch(world, tmp_path)
    assert world.asked == asked


def test_a_stopped_run_goes_on(world: World, tmp_path: Path) -> None:
    world.faults["admin_level"] = ["400"]
    with pytest.raises(PlannerError):
        fetch(world, tmp_path)
    before = world.count("highway"), world.count("place"), world.count("amenity")
    for broken in (tmp_path / "cache").glob("towns-*/*.json"):
        broken.write_bytes(b'{"elements": [')
    fetch(world, tmp_path)
    assert (world.count("highway"), world.count("place"), world.count("amenity")) == before


def test_texts_of_the_map_stay_texts(world: World, tmp_path: Path) -> None:
    fetched = fetch(world, tmp_path)
    text = (fetched.study.parent / "facilities.csv").read_text(encoding="utf-8-sig")
    assert ",'=cmd|x," in text
    assert ",=" not in text


@pytest.mark.parametrize(
    "fault",
    [*("429 1", "429", "503", "504", "500", "cut", "cut without length", "not json"),
     *("html as json", "remark", "silent", "reset")],
)  # fmt: skip
def test_one_fault_is_overcome(world: World, tmp_path: Path, fault: str) -> None:
    world.faults["amenity"] = [fault]
    assert len(elements(world, tmp_path)) == 10
    assert world.count("amenity") == 2


@pytest.mark.parametrize("fault", ["503", "cut", "not json", "remark"])
def test_lasting_faults_end(world: World, tmp_path: Path, fault: str) -> None:
    world.faults["amenity"] = [fault] * 9
    assert told(world, tmp_path) == "fetch_busy"
    assert world.count("amenity") == 5
    assert not list(tmp_path.glob("*/finished"))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *(("400", "fetch_status"), ("403", "fetch_status"), ("html", "fetch_content")),
        *(("redirect", "fetch_redirect"), ("other json", "fetch_content")),
        *(("429 3600", "fetch_wait"), ("huge", "fetch_too_large")),
    ],
)
def test_faults_that_are_told_at_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, code: str
) -> None:
    monkeypatch.setattr("data.fetch.answers.MAX_ANSWER_BYTES", 1_000_000)
    world.faults["amenity"] = [fault]
    assert told(world, tmp_path) == code
    assert world.count("amenity") == 1
    assert len(elements(world, tmp_path)) == 10  # nothing wrong was kept


def test_the_server_says_how_long_to_wait(world: World, tmp_path: Path, waits: list[float]) -> None:
    world.faults["amenity"] = ["429 7"]
    elements(world, tmp_path)
    assert sum(waits) == pytest.approx(7, abs=0.01)
    waits.clear()
    until = datetime.now(UTC) + timedelta(seconds=60)
    world.faults["place"] = [f"429 {format_datetime(until, usegmt=True)}"]
    fetch_place("试验区", services=world.services(), cache=tmp_path)
    assert 55 < sum(waits) < 65


@pytest.mark.parametrize("fault", ["odd elements", "off the globe", "odd tags"])
def test_odd_elements_are_refused(world: World, tmp_path: Path, fault: str) -> None:
    world.faults["highway"] = [fault]
    with pytest.raises(PlannerError) as caught:
        fetch(world, tmp_path)
    assert caught.value.findings[0].code == "fetch_content"
    assert fetch(world, tmp_path).n_roads == 14  # it is asked for again


def test_waiting_can_be_stopped(world: World, tmp_path: Path) -> None:
    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "waiting for the server":
            raise Cancelled

    world.faults["amenity"] = ["504"]
    with pytest.raises(Cancelled):
        fetch_elements(
            BOX, stage="facilities", tags=FACILITY_TAGS, services=world.services(),
            cache=tmp_path, progress=stop,
        )  # fmt: skip


def test_osmnx_is_as_before(world: World, tmp_path: Path) -> None:
    names = [name for name in osmnx.settings.__annotations__ if not name.startswith("_")]
    before = {name: getattr(osmnx.settings, name) for name in names}
    resolve = socket.getaddrinfo
    fetch(world, tmp_path)
    world.faults["amenity"] = ["403"]
    with pytest.raises(PlannerError):
        elements(world, tmp_path)
    assert {name: getattr(osmnx.settings, name) for name in names} == before
    assert socket.getaddrinfo is resolve


def test_unknown_places(world: World, tmp_path: Path) -> None:
    with pytest.raises(PlannerError) as caught:
        fetch(world, tmp_path, place="无此地")
    assert caught.value.findings[0].code == "fetch_place_unknown"


def test_places_too_large(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.fetch.open_data.MAX_AREA_KM2", 10)
    with pytest.raises(PlannerError) as caught:
        fetch(world, tmp_path)
    assert caught.value.findings[0].code == "fetch_place_too_large"


def read_corner(world: World, cache: Path, progress: Any = None) -> Any:
    url = world.services().population_url.format(year=2025, ISO3="CHN", iso3="chn")
    with remote_raster(url, timeout_s=1, cache=cache, progress=progress) as raster:
        return raster.read(1, window=((900, 950), (950, 1000)))


@pytest.mark.parametrize("fault", ["429 1", "503", "short", "cut", "silent", "reset"])
def test_one_fault_of_the_raster_is_overcome(
    world: World, raster: Path, tmp_path: Path, fault: str
) -> None:
    world.faults["raster"] = [fault]
    with rasterio.open(raster) as whole:
        expected = whole.read(1, window=((900, 950), (950, 1000)))
    assert np.array_equal(read_corner(world, tmp_path), expected)


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        *(("404", "fetch_status"), ("whole", "fetch_no_ranges"), ("html", "fetch_content")),
        *(("redirect", "fetch_redirect"),),
    ],
)
def test_faults_of_the_raster(
    world: World, tmp_path: Path, fault: str, code: str, later: bool
) -> None:
    world.faults["raster"] = [*([""] if later else []), fault]
    with pytest.raises(PlannerError) as caught:
        read_corner(world, tmp_path)
    assert caught.value.findings[0].code == code


def test_what_is_no_raster(world: World, tmp_path: Path) -> None:
    world.faults["raster"] = ["other"]
    with pytest.raises(PlannerError) as caught:
        read_corner(world, tmp_path)
    assert caught.value.findings[0].code == "fetch_content"


def test_a_raster_that_changes_is_never_mixed(world: World, tmp_path: Path) -> None:
    url = world.services().population_url.format(year=2025, ISO3="CHN", iso3="chn")
    with remote_raster(url, timeout_s=1, cache=tmp_path) as raster:
        raster.read(1, window=((0, 10), (0, 10)))
    world.etag = '"2"'
    with pytest.raises(PlannerError) as caught:
        read_corner(world, tmp_path)
    assert caught.value.findings[0].code == "fetch_busy"
    assert read_corner(world, tmp_path).shape == (50, 50)


def test_reading_the_raster_can_be_stopped(world: World, tmp_path: Path) -> None:
    def stop(*_: Any) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_corner(world, tmp_path, stop)


def test_a_raster_elsewhere(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = json.loads(json.dumps(PLACE))
    far["geojson"] = json.loads(shapely.to_geojson(shapely.box(130, 30, 130.1, 30.1)))
    monkeypatch.setattr("tests.data.fetch.open_data_server.PLACE", far)
    monkeypatch.setattr("data.fetch.open_data.MAX_AREA_KM2", 10**6)
    with pytest.raises(PlannerError) as caught:
        fetch(world, tmp_path)
    assert caught.value.findings[0].code == "fetch_not_there"


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/passwd", "nothing", "http://"])
def test_addresses(url: str) -> None:
    with pytest.raises(PlannerError) as caught:
        Services(overpass_url=url)
    assert caught.value.findings[0].code == "fetch_address"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("某社区卫生服务中心", "B100"), ("某镇卫生院", "C220"), ("某村卫生室", "D600")),
        *(("某区中医院", "A210"), ("某诊所", "D211"), ("妇幼保健院", "G100"), ("某中心", "D211")),
    ],
)
def test_kinds_by_name(name: str, kind: str) -> None:
    assert kind_of(name, {"amenity": "clinic"}) == kind


def words(world: World, out: Path) -> list[str]:
    services = world.services()
    return [
        *("fetch", "--place", "试验区", "--out", str(out), "--lang", "en"),
        *("--nominatim-url", services.nominatim_url, "--overpass-url", services.overpass_url),
        *("--population-url", services.population_url),
    ]


def test_by_one_command(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "县 一"
    assert cli.main(words(world, out)) == console.OK
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("study.toml", "zones.geojson", "facilities.csv", "roads.osm.pbf", "population.tif"),
    }
    assert {path.name for path in tmp_path.iterdir()} == {"县 一", "县 一.cache"}
    told_text = capsys.readouterr().out
    assert "2 zones, 14 roads, 4 health facilities" in told_text
    assert cli.main(["assess", str(out / "study.toml"), "--out", str(tmp_path / "r")]) == console.OK
    summary = json.loads((tmp_path / "r" / "summary.json").read_text(encoding="utf-8"))
    assert summary["coverage"]["walk"]["share"] > 0
    # A study that is there is never overwritten.
    assert cli.main(words(world, out)) == console.USAGE


def test_without_internet(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = [word.replace(str(world.port), "1") for word in words(world, tmp_path / "out")]
    assert cli.main(closed) == console.BAD_INPUT
    told_text = capsys.readouterr().err
    assert "127.0.0.1 cannot be reached" in told_text
    assert told_text.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_fault_half_way_leaves_no_study(world: World, tmp_path: Path) -> None:
    world.faults["raster"] = ["404"]
    assert cli.main(words(world, tmp_path / "out")) == console.BAD_INPUT
    assert [path.name for path in tmp_path.iterdir()] == ["out.cache"]
