"""Porto Alegre: real input against an independent reading of the same files."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset
from data.study.file import read_study
from geo.travel import UNREACHED
from planning.assess.mode_result import assess_mode
from planning.reach.coverage import Status
from planning.reach.scenario import scenario_of
from tests.planning.road_oracle import Oracle

ROOT = Path(__file__).resolve().parents[2]
MODES = ("walk", "walk_elderly", "e_bike", "car")

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def study(shared_data):
    assert shared_data.is_dir()
    return read_study(ROOT / "examples" / "porto-alegre.toml")


@pytest.fixture(scope="module")
def dataset(study):
    return load_dataset(study)


def assessed(dataset, study, mode, **changes):
    changed = replace(study, travel=replace(study.travel, **changes))
    return assess_mode(dataset, changed, scenario_of(study), mode)


def test_the_figures_of_the_source_are_kept(dataset, shared_data):
    with (shared_data / "porto-alegre/poa_hexgrid.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert dataset.demand.people.sum() == 812_935 == sum(int(row["population"]) for row in rows)
    assert len(dataset.facilities) == 117
    assert dataset.facilities.kind.count("B100") == 15
    assert dataset.zones.code == ("all",)
    assert (dataset.demand.zone == 0).all()


@pytest.mark.parametrize("mode", MODES)
def test_times_agree_with_the_oracle(dataset, study, shared_data, mode):
    result = assessed(dataset, study, mode, avoid_islands=False)
    demand, facilities = dataset.demand, dataset.facilities
    oracle = Oracle(shared_data / "porto-alegre/poa_osm.pbf", mode, dataset.crs)
    expected = oracle.seconds(demand.x_m, demand.y_m, facilities.x_m, facilities.y_m)

    chosen = np.random.default_rng(300).choice(len(demand), 300, replace=False)
    ours = np.where(result.nearest.tenths == UNREACHED, np.inf, result.nearest.tenths / 10)
    reached = np.isfinite(ours[chosen])
    assert (reached == (expected[chosen] <= 7_200)).all()
    right = expected[chosen[reached]]
    assert (np.abs(ours[chosen[reached]] - right) <= np.maximum(1.0, 0.001 * right)).all()

    covered = demand.people[result.status == Status.COVERED].sum()
    assert covered == pytest.approx(demand.people[expected <= 1_200].sum(), rel=0.001)


@pytest.mark.parametrize("mode", MODES)
def test_the_island_rule_only_ever_reaches_more_people(dataset, study, mode):
    strict = assessed(dataset, study, mode, avoid_islands=False)
    default = assessed(dataset, study, mode)
    moved = default.demand_snaps.moved
    unreachable = strict.status == Status.UNREACHABLE
    assert moved.any()
    assert (default.status[unreachable & ~moved] == Status.UNREACHABLE).sum() <= unreachable.sum()
    ledger, before = default.coverage[0].ledger, strict.coverage[0].ledger
    assert ledger.unreachable <= before.unreachable
    assert ledger.input == before.input == 812_935
