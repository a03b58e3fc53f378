"""Our own files: whole or not at all, versions, and a cache that is never trusted."""

from __future__ import annotations

import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.errors import StudyError
from data.roads.cache import load_roads, save_roads
from data.roads.read import RoadOptions
from data.store import (
    atomic_file,
    file_sha256,
    load_arrays,
    read_json,
    save_arrays,
    write_json,
)
from data.study.tables import TableSource
from geo.fingerprints import fingerprint
from tests.data.roads.answers import codes, read
from tests.data.roads.drawn_osm import write_osm

STREET = {"highway": "residential"}


def test_a_stopped_write_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    with atomic_file(path) as file:
        file.write(b"first")

    class StoppedError(Exception):
        pass

    def stop() -> None:
        with atomic_file(path) as file:
            file.write(b"second, half wr")
            raise StoppedError

    with pytest.raises(StoppedError):
        stop()
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_json_round_trip_is_sorted_and_states_its_format(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1.5, "a": "村卫生室", "c": None}, kind="toy", version=2)
    text = path.read_text(encoding="utf-8")
    assert text.index('"a"') < text.index('"b"') < text.index('"format"')
    assert "村卫生室" in text
    value = read_json(path, kind="toy", version=2)
    assert value == {"a": "村卫生室", "b": 1.5, "c": None, "format": "servicecircle.toy/2"}
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"a": float("nan")}, kind="toy", version=2)
    assert read_json(path, kind="toy", version=2) == value


def test_json_of_other_versions(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"name": "x"}, kind="toy", version=1)
    steps = {
        1: lambda value: {**value, "names": [value["name"]]},
        2: lambda value: {"names": value["names"], "count": len(value["names"])},
    }
    assert read_json(path, kind="toy", version=3, migrations=steps) == {"names": ["x"], "count": 1}
    with pytest.raises(StudyError, match="too old"):
        read_json(path, kind="toy", version=3)
    write_json(path, {}, kind="toy", version=9)
    with pytest.raises(StudyError, match="format 9 is newer"):
        read_json(path, kind="toy", version=3)


@pytest.mark.parametrize(
    "content",
    [
        *[b"", b"nonsense", b"[]", b"{}", b'{"format": 3}', b'{"format": "servicecircle.toy/x"}'],
        *[b'{"format": "servicecircle.other/1"}', b"[" * 100_000, b"\xff\xfe"],
    ],
    ids=range(9),
)
def test_json_that_is_not_ours_is_refused(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(StudyError):
        read_json(path, kind="toy", version=1)
    with pytest.raises(StudyError, match="does not exist"):
        read_json(tmp_path / "none.json", kind="toy", version=1)


def test_sha256(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert file_sha256(path).startswith("ba7816bf8f01cfea414140de5dae2223")


ARRAYS = {
    "few": np.tile(np.array([1.5, np.nan, -0.0, 0.0]), 5000),
    "same": np.tile(np.array([1.5, np.nan, -0.0, 0.0]), 5000),
    "many": np.arange(20_000, dtype=np.int32),
    "wide": np.arange(-5, 20_000, dtype=np.int64),
    "tail": np.r_[np.zeros(50_000), np.arange(400.0)],
    "short": np.array([3], dtype=np.int16),
    "none": np.zeros(0, dtype=np.float32),
    "flags": np.tile([True, False], 9000),
    "grid": np.ones((4, 5000), dtype=np.float32),
}


def test_arrays_come_back_bit_by_bit_and_read_only(tmp_path):
    path = tmp_path / "a.npz"
    save_arrays(path, ARRAYS, {"n": 3, "名": ["甲"]}, key="k")
    loaded = load_arrays(path, key="k")
    assert loaded is not None
    arrays, meta = loaded
    assert meta == {"n": 3, "名": ["甲"]}
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()
        assert not arrays[name].flags.writeable
    assert arrays["few"] is arrays["same"]
    assert path.stat().st_size < 20_000 + 2 * 20_000 + 2 * 20_005 + 8 * 50_400 + 18_000 + 90_000


def test_objects_are_not_stored(tmp_path):
    with pytest.raises(TypeError, match="pickled"):
        save_arrays(tmp_path / "a.npz", {"a": np.array([{}], dtype=object)}, {}, key="k")


def test_damaged_and_foreign_files_are_not_loaded(tmp_path):
    path = tmp_path / "a.npz"
    save_arrays(path, ARRAYS, {}, key="k")
    whole = path.read_bytes()
    assert load_arrays(path, key="other") is None
    assert load_arrays(tmp_path / "none.npz", key="k") is None
    assert load_arrays(tmp_path, key="k") is None
    np.save(tmp_path / "plain.npy", np.arange(3))
    assert load_arrays(tmp_path / "plain.npy", key="k") is None
    np.savez(tmp_path / "other.npz", a=np.arange(3))
    assert load_arrays(tmp_path / "other.npz", key="k") is None
    rng = np.random.default_rng(5)
    for _ in range(150):
        damaged = bytearray(whole)
        kind = rng.integers(0, 3)
        at = int(rng.integers(0, len(whole)))
        if kind == 0:
            damaged = damaged[:at]
        elif kind == 1:
            damaged[at] ^= 1 << int(rng.integers(0, 8))
        else:
            damaged[at : at + 40] = b""
        path.write_bytes(bytes(damaged))
        loaded = load_arrays(path, key="k")
        if loaded is not None:  # the bit was in a date or in padding
            assert all(loaded[0][n].tobytes() == a.tobytes() for n, a in ARRAYS.items())


class _Trap:
    """Says so if it is ever unpickled."""

    def __reduce__(self):
        return (_spring, ())


def _spring() -> None:
    msg = "a cache file was unpickled"
    raise AssertionError(msg)


def test_nothing_is_ever_unpickled(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(pickle.dumps(_Trap()))
    assert load_arrays(path, key="k") is None
    trap = np.array([_Trap()], dtype=object)
    meta = json.dumps({"key": "k", "meta": {}, "same_as": {}, "palette": [], "wide": {}}).encode()
    np.savez(path, meta=np.frombuffer(meta, dtype=np.uint8), a=trap)
    assert load_arrays(path, key="k") is None


# ---- Roads in the cache -------------------------------------------------------------------------


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    nodes = {1: (0, 0), 2: (400, 0), 3: (1000, 0), 4: (0, 300), 5: (0, 0), 6: (90, 0), 7: (90, 90)}
    ways = [
        (10, [1, 2, 3], {**STREET, "oneway": "yes", "maxspeed": "fast"}),
        (11, [2, 4], {"highway": "footway"}),
        (12, [5, 6, 7, 5], {"natural": "water"}),
    ]
    return write_osm(tmp_path / "a.osm.pbf", nodes, ways)


def stored_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


def test_roads_come_back_from_the_cache_as_they_were(pbf, tmp_path, monkeypatch):
    options = RoadOptions(cache_dir=tmp_path / "cache")
    first = read(pbf, options=options)
    (stored,) = stored_in(tmp_path / "cache")
    monkeypatch.setattr("data.roads.read.read_osm", None)  # the file is not read again
    again = read(pbf, options=options)
    assert fingerprint(first.graph) == fingerprint(again.graph)
    assert again.findings == first.findings
    assert (again.crs, again.attribution) == (first.crs, first.attribution)
    assert first.water is not None
    assert again.water is not None
    assert [a.equals(b) for a, b in zip(first.water, again.water, strict=True)] == [True]
    assert again.extent.equals(first.extent)
    assert stored.name.startswith("roads-")


def test_another_input_speed_mode_or_table_is_another_entry(pbf, tmp_path):
    cache = tmp_path / "cache"
    sides = {"cache_dir": cache}
    csv = tmp_path / "o.csv"
    csv.write_text("osm_id,max_speed,speed_type\n10,0.5,scale\n", encoding="utf-8")
    read(pbf, options=RoadOptions(**sides))
    read(pbf, options=RoadOptions(**sides))
    assert len(stored_in(cache)) == 1
    read(pbf, speed_set="low", options=RoadOptions(**sides))
    read(pbf, class_speeds_kph={"residential": 20}, options=RoadOptions(**sides))
    read(pbf, options=RoadOptions(**sides, class_factors={"all": 0.9}))
    read(pbf, crs="EPSG:4550", options=RoadOptions(**sides))
    slow = read(pbf, options=RoadOptions(**sides, overrides=TableSource(csv)))
    assert len(stored_in(cache)) == 6
    csv.write_text("osm_id,max_speed,speed_type\n10,0.25,scale\n", encoding="utf-8")
    slower = read(pbf, options=RoadOptions(**sides, overrides=TableSource(csv)))
    assert slower.graph.fingerprint != slow.graph.fingerprint
    (tmp_path / "elsewhere").mkdir()
    read(pbf.rename(tmp_path / "elsewhere" / pbf.name), options=RoadOptions(**sides))
    assert len(stored_in(cache)) == 7


def test_a_corrupt_cache_is_made_anew(pbf, tmp_path):
    options = RoadOptions(cache_dir=tmp_path / "cache")
    first = read(pbf, options=options)
    (stored,) = stored_in(tmp_path / "cache")
    for content in (b"", b"nonsense", stored.read_bytes()[:-100], pickle.dumps(_Trap())):
        stored.write_bytes(content)
        again = read(pbf, options=options)
        assert again.graph.fingerprint == first.graph.fingerprint
        assert codes(again) == codes(first)
        assert load_roads(stored, key=stored.stem.removeprefix("roads-")) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tail", 99),
        ("tail", -1),
        ("head", 10**6),
        ("road_class", 9),
        ("x_m", np.nan),
        ("length_m", -1.0),
        *[(f"walk.{name}", 10**6) for name in ("to_node", "from_node", "component")],
        *[(f"walk.{name}", -1) for name in ("to_node", "from_node", "to_tenths", "from_tenths")],
        *[(f"car.{name}", 10**6) for name in ("to_indptr", "from_indptr")],
        ("car.forward_tenths", -2),
    ],
)
def test_a_stored_graph_that_would_lead_out_of_its_arrays_is_not_loaded(
    pbf, tmp_path, field, value
):
    found = read(pbf)
    graph = found.graph
    mode, _, name = field.rpartition(".")
    owner = graph.networks[mode] if mode else graph
    wrong = getattr(owner, name).copy()
    wrong[len(wrong) // 2] = value
    if mode:
        changed = replace(owner, **{name: wrong})
        graph = replace(graph, networks={**graph.networks, mode: changed})
    else:
        graph = replace(graph, **{name: wrong})
    path = tmp_path / "a.npz"
    save_roads(path, found, key="k")
    assert load_roads(path, key="k") is not None
    save_roads(path, replace(found, graph=graph), key="k")
    assert load_roads(path, key="k") is None


@pytest.mark.parametrize("name", ["tail", "walk.to_node", "car.component", "use", "shapes"])
def test_missing_and_mistyped_arrays_are_not_loaded(pbf, tmp_path, name):
    path = tmp_path / "a.npz"
    save_roads(path, read(pbf), key="k")
    loaded = load_arrays(path, key="k")
    assert loaded is not None
    arrays, meta = loaded
    save_arrays(path, {k: v for k, v in arrays.items() if k != name}, meta, key="k")
    assert load_roads(path, key="k") is None
    save_arrays(path, {**arrays, name: arrays[name][:-1]}, meta, key="k")
    assert load_roads(path, key="k") is None
    save_arrays(path, {**arrays, name: arrays[name].astype(np.float16)}, meta, key="k")
    assert load_roads(path, key="k") is None


def test_the_cache_is_an_ordinary_archive(pbf, tmp_path):
    read(pbf, options=RoadOptions(cache_dir=tmp_path))
    with zipfile.ZipFile(stored_in(tmp_path)[0]) as archive:
        assert archive.testzip() is None
