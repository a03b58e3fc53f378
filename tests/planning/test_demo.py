"""The built-in county from files to results: golden summary, ledger, what officials check."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet
import pytest
import shapely

from geo.routes import route
from geo.snap import snap
from geo.travel import UNREACHED, nearest, reach
from planning.assess.chains import LegStatus
from planning.assess.mode_result import assess_mode
from planning.assess.referral import referral_of
from planning.assess.workflow import assess
from planning.reach.coverage import Ledger, ledger
from planning.report.export import write_results
from planning.standards.result import result_of
from planning.words.figures import share_text

GOLDEN = Path(__file__).parent / "golden" / "demo_summary.json"
MODES = ("walk", "walk_elderly", "e_bike", "car")


@pytest.fixture(scope="module")
def study(county):
    return county.study


@pytest.fixture(scope="module")
def dataset(county):
    return county.dataset


@pytest.fixture(scope="module")
def assessment(county):
    return county


@pytest.fixture(scope="module")
def results(assessment, tmp_path_factory):
    return write_results(
        result_of(assessment), tmp_path_factory.mktemp("demo") / "out", command="demo"
    )


@pytest.fixture(scope="module")
def summary(results):
    return json.loads((results / "summary.json").read_text(encoding="utf-8"))


def rows(results, name):
    with (results / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def flat(value, path=""):
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in flat(part, f"{path}/{key}").items()}
    if isinstance(value, list):
        return {k: v for i, part in enumerate(value) for k, v in flat(part, f"{path}/{i}").items()}
    return {path: value}


def test_the_golden_summary(summary, request):
    if request.config.getoption("--update-golden"):
        GOLDEN.parent.mkdir(exist_ok=True)
        text = json.dumps(summary, ensure_ascii=False, indent=1, sort_keys=True)
        GOLDEN.write_text(text + "\n", encoding="utf-8")
    golden, found = flat(json.loads(GOLDEN.read_text(encoding="utf-8"))), flat(summary)
    assert found.keys() == golden.keys()
    for path, value in golden.items():
        if isinstance(value, float):
            assert found[path] == pytest.approx(value, rel=1e-6, abs=1e-6), path
        else:
            assert found[path] == value, path


@pytest.mark.parametrize("mode", MODES)
def test_every_person_is_in_the_ledger_once(summary, results, dataset, mode):
    counted = summary["ledger"][mode]
    parts = ("outside", "off_network", "unreachable", "beyond", "covered")
    assert sum(counted[part] for part in parts) == pytest.approx(counted["input"], rel=1e-9)
    assert counted["input"] == pytest.approx(dataset.demand.people.sum(), rel=1e-12)
    cells = pyarrow.parquet.read_table(results / "cells.parquet").to_pandas()
    by_status = cells.groupby(f"{mode}_status")["people"].sum()
    for part in parts:
        assert by_status.get(part, 0.0) == pytest.approx(counted[part], rel=1e-9, abs=1e-6)
    share = counted["covered"] / (counted["input"] - counted["outside"])
    assert summary["coverage"][mode]["share"] == pytest.approx(share, rel=1e-12)


def test_cells_follow_the_contract(results, dataset):
    cells = geopandas.read_parquet(results / "cells.parquet")
    assert cells.crs.to_epsg() == 4326
    assert len(cells) == len(dataset.demand)
    head = ["cell_id", "people", "65+", "0-6", "township", "village"]
    assert list(cells.columns[: len(head)]) == head
    for mode in MODES:
        seconds, status = cells[f"{mode}_seconds"], cells[f"{mode}_status"]
        assert (seconds[status == "covered"] <= 1_200).all()
        assert (seconds[status == "beyond"].dropna() > 1_200).all()
        assert seconds[status.isin(["unreachable", "off_network"])].isna().all()
        assert cells[f"{mode}_facility"].notna().equals(seconds.notna())


def test_zones_add_up_to_the_county(results, summary):
    zones = rows(results, "zones")
    assert len(zones) == 20
    for mode in MODES:
        covered = sum(float(row[f"{mode}_covered"]) for row in zones)
        assert covered == pytest.approx(summary["ledger"][mode]["covered"], abs=0.2)


def test_villages_without_their_parts_add_up_to_the_county(results, dataset):
    villages = rows(results, "villages")
    whole = [row for row in villages if not row["parent_code"]]
    assert sum(float(row["people"]) for row in whole) == pytest.approx(dataset.demand.people.sum())
    for row in villages:
        assert float(row["people"]) == pytest.approx(float(row["listed_people"]))
        assert (row["walk_median_minutes"] == "") == (float(row["people"]) == 0)


def test_the_county_total_is_the_declared_total(dataset):
    assert dataset.demand.people.sum() == pytest.approx(dataset.zones.census_people.sum(), rel=1e-4)


@pytest.mark.slow
def test_same_inputs_give_the_same_bytes(dataset, study, results, tmp_path):
    again = write_results(result_of(assess(dataset, study)), tmp_path / "again", command="demo")
    names = [path.name for path in results.iterdir() if path.suffix in {".csv", ".json"}]
    assert len(names) >= 6
    for name in set(names) - {"run.json"}:
        assert (again / name).read_bytes() == (results / name).read_bytes(), name
    one = pyarrow.parquet.read_table(results / "cells.parquet")
    assert pyarrow.parquet.read_table(again / "cells.parquet").equals(one)


def test_four_tiles_run_one_after_the_other_equal_the_whole(dataset, study, assessment):
    whole = assessment.modes["walk"].coverage[0].ledger
    demand = dataset.demand
    east, north = demand.x_m > np.median(demand.x_m), demand.y_m > np.median(demand.y_m)
    merged = Ledger(0, 0, 0, 0, 0, 0)
    for tile in (east & north, east & ~north, ~east & north, ~east & ~north):
        part = replace(dataset, demand=taken(demand, tile))
        result = assess_mode(part, study, assessment.scenario, "walk")
        assert (result.nearest.tenths == assessment.modes["walk"].nearest.tenths[tile]).all()
        merged = merged.merge(ledger(part.demand.people, result.status))
    for field in Ledger.__dataclass_fields__:
        assert getattr(merged, field) == pytest.approx(getattr(whole, field), rel=1e-9, abs=1e-6)


def taken(demand, chosen):
    index = np.flatnonzero(chosen)
    arrays = ("x_m", "y_m", "lon", "lat", "people", "zone", "village", "row", "column")
    return replace(
        demand,
        cell_id=tuple(demand.cell_id[i] for i in index),
        groups={name: people[index] for name, people in demand.groups.items()},
        **{name: getattr(demand, name)[index] for name in arrays},
    )


def test_no_proposed_site_stands_on_water(dataset, assessment):
    proposal = assessment.proposal
    water = shapely.union_all(dataset.water)
    for site in proposal.sites:
        at = shapely.Point(
            proposal.candidates.x_m[site.candidate], proposal.candidates.y_m[site.candidate]
        )
        assert not water.contains(at)


def test_no_access_leg_crosses_water(dataset, assessment, rng):
    roads, demand = dataset.roads, dataset.demand
    snaps = assessment.modes["walk"].demand_snaps
    tied = rng.choice(np.flatnonzero(snaps.segment >= 0), 3_000, replace=False)
    share = snaps.fraction[tied]
    tail, head = roads.tail[snaps.segment[tied]], roads.head[snaps.segment[tied]]
    foot_x = roads.x_m[tail] + share * (roads.x_m[head] - roads.x_m[tail])
    foot_y = roads.y_m[tail] + share * (roads.y_m[head] - roads.y_m[tail])
    ends = np.stack(
        [np.column_stack([demand.x_m[tied], demand.y_m[tied]]), np.column_stack([foot_x, foot_y])],
        axis=1,
    )
    legs = shapely.linestrings(ends)
    leg, lake = shapely.STRtree(dataset.water).query(legs, predicate="intersects")
    starts_wet = shapely.intersects(dataset.water[lake], shapely.points(ends[leg, 0]))
    wet_m = shapely.length(shapely.intersection(legs[leg], dataset.water[lake]))
    assert (wet_m[~starts_wet] < 1.0).all()


def test_the_plan_is_proved_and_its_objective_recounts(assessment):
    proposal, dataset = assessment.proposal, assessment.dataset
    assert proposal.plan.status == "optimal"
    minutes, mode = proposal.terms.minutes, assessment.modes[proposal.terms.mode]
    network = dataset.roads.networks[mode.mode]
    sites = proposal.candidates.take(proposal.plan.new_sites)
    snaps = snap(
        dataset.roads,
        network,
        sites.x_m,
        sites.y_m,
        max_access_m=assessment.study.travel.max_access_m,
        water=dataset.water,
    )
    pairs = reach(network, mode.demand_snaps, snaps, limit_minutes=minutes)
    decided = np.isin(dataset.facilities.id, ["339900-B200-76", "339900-D600-250"])
    before = nearest(
        network,
        mode.demand_snaps,
        mode.facility_snaps,
        is_open=assessment.points | decided,
        horizon_minutes=minutes,
    )
    gained = np.zeros(len(dataset.demand), dtype=bool)
    gained[pairs.demand] = True
    gained &= (before.tenths == UNREACHED) & (dataset.demand.zone >= 0)
    assert dataset.demand.people[gained].sum() == pytest.approx(proposal.plan.objective)


def test_nothing_is_recommended_for_closure(results):
    for path in results.glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        assert "建议关闭" not in text
        assert "建议撤" not in text


def test_no_share_below_one_prints_as_all(assessment):
    for result in assessment.modes.values():
        for counted in result.zone_ledgers["all"]:
            if counted.share is not None and counted.share < 1:
                assert not share_text(counted.share).startswith("100")


def test_times_are_consistent_between_modes(assessment):
    walk, elderly = (assessment.modes[mode].nearest.tenths for mode in ("walk", "walk_elderly"))
    both = (walk != UNREACHED) & (elderly != UNREACHED)
    assert (elderly[both] >= walk[both]).all()


def test_the_map_says_that_the_county_is_synthetic(results):
    page = (results / "map.html").read_text(encoding="utf-8")
    assert "示例数据" in page
    assert len(page) < 3_000_000


def test_legs_of_the_referral_chain_are_those_of_the_drawn_routes(assessment, rng):
    dataset = assessment.dataset
    mode, places, chains = referral_of(assessment)
    network = dataset.roads.networks[mode]
    snaps = assessment.modes[mode].facility_snaps
    legs = np.flatnonzero(chains.status == LegStatus.OK)
    assert len(legs) > 300
    for leg in rng.choice(legs, 8, replace=False).tolist():
        start, end = places[leg], places[chains.target[leg]]
        drawn = route(
            dataset.roads,
            network,
            snaps.take(np.array([start])),
            snaps.take(np.array([end])),
            place_m=(dataset.facilities.x_m[start], dataset.facilities.y_m[start]),
            facility_m=(dataset.facilities.x_m[end], dataset.facilities.y_m[end]),
        )
        assert drawn.tenths == chains.leg_tenths[leg]
