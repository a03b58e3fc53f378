"""A list that tells no coordinate system: who would change side, by hand and on each surface."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from geo.offsets import System, to_wgs84
from planning.assess.caveats import caveat_sentences
from planning.assess.workflow import assess
from planning.maps.cartography import map_notes
from planning.report.compose import head_marks, source_of
from planning.report.content import ReportOptions
from planning.report.export import geopackage_metadata, write_results
from planning.report.lines import result_lines
from planning.report.pages.county_page import county_lead
from planning.standards.result import result_of
from planning.words.wording import translator
from tests.planning.small_study import GEOD, ORIGIN, place, write_study

REACH_M = 4500 * 20 / 60
CLINIC = (5000.0, 0.0)
PEOPLE = [(f"c{k}", (250.0 * k + 20, 0.0), 100.0 + k) for k in range(40)]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """One straight road of 10 km, people every 250 m, one clinic in its middle."""
    return write_study(
        tmp_path_factory.mktemp("other"),
        nodes={k: (500.0 * k, 0.0) for k in range(21)},
        ways=[(list(range(21)), {"highway": "residential"})],
        people=PEOPLE,
        points=[("甲卫生室", CLINIC)],
        travel='modes = ["walk"]\nheadline_mode = "walk"\nbasis = "会议纪要"',
    )


def restated(study: Path, line: str) -> Path:
    """Return the same study with another statement of the list's coordinates."""
    text = study.read_text(encoding="utf-8")
    changed = study.with_name(f"study{abs(hash(line))}.toml")
    changed.write_text(text.replace('coordinates = "wgs84"', line), encoding="utf-8")
    return changed


def assessed(path: Path):
    read = read_study(path)
    return assess(load_dataset(read), read)


def covered_by_hand(system: System) -> set[str]:
    """Return who walks to the clinic within 20 minutes if its place is written in a system."""
    lon, lat = (np.array([degrees]) for degrees in place(*CLINIC))
    x, y = (float(degrees[0]) for degrees in to_wgs84(lon, lat, system))
    bearing, _, metres = GEOD.inv(*ORIGIN, x, y)
    east, north = metres * np.sin(np.radians(bearing)), metres * np.cos(np.radians(bearing))
    return {name for name, (at, _), _ in PEOPLE if abs(at - east) + abs(north) <= REACH_M}


def people_changing(system: System) -> int:
    changed = covered_by_hand("wgs84") ^ covered_by_hand(system)
    return round(sum(count for name, _, count in PEOPLE if name in changed))


@pytest.mark.parametrize("line", ["", 'coordinates = "auto"'])
def test_both_figures_are_those_counted_by_hand(study, line):
    found = assessed(restated(study, line))
    (caveat,) = found.caveats
    said = dict(caveat.params)
    assert said["count"] == 1
    assert people_changing("gcj02") != people_changing("bd09")
    assert said["gcj02"] == f"{people_changing('gcj02'):,}"
    assert said["bd09"] == f"{people_changing('bd09'):,}"


@pytest.mark.parametrize("line", ['coordinates = "wgs84"', 'coordinates = "gcj02"'])
def test_a_stated_system_is_not_doubted_without_evidence(study, line):
    found = assessed(restated(study, line))
    assert found.caveats == ()
    assert found.dataset.other_places is None


def test_the_figures_stand_on_every_surface(study, tmp_path):
    found = assessed(restated(study, ""))
    english, chinese = (caveat_sentences(found, translator(lang)) for lang in ("en", "zh"))
    figure = f"{people_changing('gcj02'):,}"
    assert all(figure in text and "GCJ-02" in text for (text,) in (english, chinese))
    assert english != chinese
    assert chinese[0] in result_lines(result_of(found), "zh")
    assert chinese[0] in map_notes(found, translator("zh"))
    assert geopackage_metadata(found)["caveats"] == english[0]
    source = source_of(result_of(found), ReportOptions(language="zh"))
    assert chinese[0] in county_lead(source)
    assert "数据存疑，见首页说明" in head_marks(source)
    folder = write_results(result_of(found), tmp_path / "out", command="assess")
    warnings = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["warnings"]
    assert any(figure in text for text in warnings)
    assert figure in (folder / "map.html").read_text(encoding="utf-8")
