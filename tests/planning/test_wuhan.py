"""Wuhan, a real list in GCJ-02: what its raw file says, and whom it would have misplaced."""

from __future__ import annotations

import re

import numpy as np
import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.mode_result import assess_mode
from planning.assess.other_places import people_changing_side
from planning.reach.coverage import Status
from planning.reach.mode_input import mode_input, status_of
from planning.reach.scenario import fixed_points, scenario_of

pytestmark = pytest.mark.shared
PLACES = """path = "wuhan/wuhan_weibo_places_gcj02.csv"
where = "Category == 医院"
columns = { name = "Name_POI", lon = "Longitude", lat = "Latitude" }"""


@pytest.fixture(scope="module")
def variant(shared_data, tmp_path_factory):
    """Return a function that reads the study of Wuhan after changes of its text."""
    folder = tmp_path_factory.mktemp("wuhan")
    text = (shared_data / "china" / "wuhan.toml").read_text(encoding="utf-8")

    def read(*changes: tuple[str, str]):
        changed = text
        for old, new in changes:
            assert old in changed
            changed = changed.replace(old, new)
        changed = re.sub(r'path = "', f'path = "{(shared_data / "china").as_posix()}/', changed)
        path = folder / f"{abs(hash(changes))}.toml"
        path.write_text(changed, encoding="utf-8")
        study = read_study(path)
        return study, load_dataset(study, cache_dir=folder)

    return read


UNSTATED = ('coordinates = "gcj02"\n', "")


def test_the_people_who_would_change_side_are_those_of_a_fresh_assessment(variant):
    study, taken = variant(UNSTATED)
    (finding,) = (f for f in taken.findings if f.code.startswith("coordinates_"))
    assert (finding.code, dict(finding.params)["count"]) == ("coordinates_undetermined", 47)
    stated_study, stated = variant()
    scenario = scenario_of(study)
    points = fixed_points(taken.facilities, scenario, outside=study.travel.outside_facilities)
    mode = mode_input(taken, study.travel, "walk", points)
    before = status_of(mode)
    other = taken.other_places
    assert other.systems == ("gcj02", "bd09")
    told = people_changing_side(mode, scenario, before, other.lon[0], other.lat[0])
    after = assess_mode(stated, stated_study, scenario, "walk").status
    is_other = (before == Status.COVERED) != (after == Status.COVERED)
    assert told == pytest.approx(taken.demand.people[is_other].sum(), rel=1e-9)
    # A quarter of the covered people were the wrong ones.
    wrong = (before == Status.COVERED) & (after != Status.COVERED)
    covered = taken.demand.people[before == Status.COVERED].sum()
    assert taken.demand.people[wrong].sum() / covered == pytest.approx(0.25, abs=0.05)


def test_all_rows_of_the_places_decide_at_once(variant):
    _, dataset = variant(UNSTATED, ('path = "wuhan/wuhan_hospitals_weibo_gcj02.csv"', PLACES))
    found = [f for f in dataset.findings if f.code.startswith("coordinates_")]
    assert [f.code for f in found] == ["coordinates_suspected"]
    said = dict(found[0].params)
    assert (said["found"], said["shift_m"]) == ("gcj02", 588)
    assert len(dataset.facilities) == 47
    assert np.isfinite(dataset.other_places.lon).all()
