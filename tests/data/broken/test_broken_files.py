"""A corpus of broken files: each is refused with a sentence or read; nothing else happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answers(tmp_path_factory: Any) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("corpus")
    run = subprocess.run(
        [sys.executable, "-m", "tests.data.broken.corpus", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=280,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_there_are_at_least_250_files_of_every_kind(answers: dict[str, Any]) -> None:
    names = [row["name"] for row in answers["rows"]]
    assert len(names) == len(set(names)) >= 250
    assert {row["table"] for row in answers["rows"]} == {
        "population",
        "facilities",
        "zones",
        "roads",
        "study",
    }


def test_every_file_is_refused_with_a_sentence_or_read(answers: dict[str, Any]) -> None:
    wrong = [row for row in answers["rows"] if row["outcome"] not in {"refused", "read"}]
    assert wrong == []
    refused = [row for row in answers["rows"] if row["outcome"] == "refused"]
    assert all(row["said"] for row in refused)
    assert not any("Traceback" in row["said"] or row["shows_path"] for row in refused)


def test_no_file_takes_long_or_much_memory(answers: dict[str, Any]) -> None:
    assert max(row["seconds"] for row in answers["rows"]) < 10
    assert answers["peak_mb"] < 2000


def test_no_file_leaves_another_behind(answers: dict[str, Any]) -> None:
    assert not any(row["left_behind"] for row in answers["rows"])
    assert answers["scratch_left"] == []


@pytest.mark.parametrize(
    "name",
    [
        "book-entities",
        "book-bomb",
        "entities.kml",
        "external.kml",
        "entities.graphml",
        "external.graphml",
        "entities.osm",
        "bomb.zip",
        "zones-vrt",
        "raster-vrt",
        "raster-absurd-size",
        "list-columns-1e6",
        "study-path-device",
    ],
)
def test_traps_are_refused(answers: dict[str, Any], name: str) -> None:
    row = next(row for row in answers["rows"] if row["name"] == name)
    assert row["outcome"] == "refused"
    assert "root:" not in row["said"]  # nothing of /etc/passwd


@pytest.mark.parametrize(
    "name", ["good.gpkg", "good.fgb", "good.zip", "names-html", "names-formula", "list-cr-only"]
)
def test_what_is_whole_is_read(answers: dict[str, Any], name: str) -> None:
    row = next(row for row in answers["rows"] if row["name"] in {name, f"list-{name}"})
    assert row["outcome"] == "read", row
