"""A stop reaches every reader between two pieces of its file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.dataset import load_dataset
from data.stopping import READING, check_stop, stoppable
from data.study.file import read_study
from data.study.tables import TableSource
from data.tables.read import read_any
from geo.errors import Cancelled

POINTS = [shapely.Point(120.8, 30.0 + i / 1000) for i in range(50)]


def stop(*_: object) -> None:
    raise Cancelled


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.geojson", "a.kml"])
def test_readers_stop(tmp_path: Path, write_layer: Any, name: str) -> None:
    path = tmp_path / name
    if name == "a.kml":
        path.write_text("<kml><Document/></kml>", encoding="utf-8")
    elif name == "a.geojson":
        geometry = shapely.geometry.mapping(POINTS[0])
        feature = {"type": "Feature", "properties": {}, "geometry": geometry}
        content = {"type": "FeatureCollection", "features": [feature]}
        path.write_text(json.dumps(content), encoding="utf-8")
    else:
        write_layer(path, POINTS, {"n": list(range(50))})
    with pytest.raises(Cancelled), stoppable(stop):
        read_any(TableSource(path=path), [])
    read_any(TableSource(path=path), [])  # nothing is left behind


def test_a_stop_reaches_sqlite_between_its_steps(
    tmp_path: Path, write_layer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.tables.layers import geopackage

    path = write_layer(tmp_path / "a.gpkg", POINTS, {"n": list(range(50))})
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM gpkg_contents").fetchone() == (1,)
    monkeypatch.setattr(geopackage, "_STEPS_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(geopackage, "_rows", lambda cursor, _path: cursor.fetchall())
    with pytest.raises(Cancelled), stoppable(stop):
        read_any(TableSource(path=path), [])


def test_a_dataset_hands_its_progress_down(study_folder: Path) -> None:
    stages: set[str] = set()

    def note(stage: str, _done: int, _total: int) -> None:
        stages.add(stage)

    with stoppable(note):
        check_stop()
    assert stages == {READING}
    check_stop()
    study = read_study(study_folder / "study.toml")
    load_dataset(study, progress=note)
    with pytest.raises(Cancelled):
        load_dataset(study, progress=stop)
