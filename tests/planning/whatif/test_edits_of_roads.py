"""Road edits: worked by hand, and equal to a study whose road file holds the same change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.dataset import load_dataset
from data.errors import PlannerError
from data.study.file import read_study
from planning.assess.workflow import Assessment, assess
from planning.reach.coverage import Status
from planning.whatif.edits import Edit
from planning.whatif.outcome import Outcome, apply_edits
from planning.whatif.roads import (
    edited_roads,
    lines_of,
    nearest_way,
    next_road,
    way_name,
    way_of,
)
from tests.planning.small_study import place, write_study

# Two county roads from west to east, 2 km apart, joined only at their far west end by a third; each
# has a node every kilometre. The clinic stands at the east end of the southern one.
SOUTH = {number + 1: (1000.0 * number, 0.0) for number in range(6)}
NORTH = {number + 11: (1000.0 * number, 2000.0) for number in range(6)}
NODES = {**SOUTH, **NORTH}
ROAD = {"highway": "tertiary"}
WAYS = [(list(SOUTH), ROAD), (list(NORTH), ROAD), ([1, 11], ROAD)]
PEOPLE = [(f"s{n}", SOUTH[n + 1], 100.0 + n) for n in range(6)]
PEOPLE += [(f"n{n}", NORTH[n + 11], 200.0 + n) for n in range(6)]


def assessed(path: Path) -> Assessment:
    study = read_study(path)
    return assess(load_dataset(study), study)


def drawn(folder: Path, nodes=NODES, ways=WAYS, extra: str = "") -> Assessment:
    return assessed(
        write_study(
            folder,
            nodes=nodes,
            ways=ways,
            people=PEOPLE,
            points=[("east", SOUTH[6])],
            extra=extra,
        )
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Assessment:
    return drawn(tmp_path_factory.mktemp("town"))


def link(start, end, **more) -> Edit:
    (lon, lat), (to_lon, to_lat) = place(*start), place(*end)
    options = {"road_class": "tertiary", **more}
    return Edit("add_road", "ROAD-001", lon=lon, lat=lat, to_lon=to_lon, to_lat=to_lat, **options)


def assert_same_times(outcome: Outcome, fresh: Assessment) -> None:
    """The times of every place and mode are those of an assessment of its own."""
    for mode, result in fresh.modes.items():
        now = outcome.modes[mode]
        assert now.nearest.tenths.tolist() == result.nearest.tenths.tolist(), mode
        assert now.status.tolist() == result.status.tolist(), mode
        assert now.ledgers["all"] == result.coverage[0].ledger


@pytest.mark.parametrize(
    ("more", "tags"),
    [
        ({}, ROAD),
        ({"is_oneway": True}, {**ROAD, "oneway": "yes"}),
        ({"road_class": "footway"}, {"highway": "footway"}),
        ({"road_class": "primary", "speed_kph": 50.0}, {"highway": "primary", "maxspeed": "50"}),
    ],
)
def test_a_link_between_nodes_is_the_same_link_in_the_road_file(town, tmp_path, more, tags):
    outcome = apply_edits(town, (link(NORTH[15], SOUTH[5], **more),))
    fresh = drawn(tmp_path, ways=[*WAYS, ([15, 5], tags)])
    assert_same_times(outcome, fresh)
    assert outcome.modes["walk"].nearest.tenths.tolist() != (
        town.modes["walk"].nearest.tenths.tolist()
    )


def test_a_link_between_two_nodes_joins_roads_where_they_are_met(town, tmp_path):
    nodes = {**NODES, 21: (4400.0, 2000.0), 22: (4400.0, 0.0)}
    ways = [
        ([1, 2, 3, 4, 5, 22, 6], ROAD),
        ([11, 12, 13, 14, 15, 21, 16], ROAD),
        WAYS[2],
        ([21, 22], ROAD),
    ]
    outcome = apply_edits(town, (link((4400.0, 1960.0), (4400.0, 70.0)),))
    assert_same_times(outcome, drawn(tmp_path, nodes=nodes, ways=ways))
    way = way_of(outcome.dataset.roads, "ROAD-001")
    assert (way.n_joined, round(way.length_m)) == (2, 2000)


def test_both_ends_on_one_segment_and_an_end_in_the_open(town, tmp_path):
    nodes = {**NODES, 21: (4300.0, 0.0), 22: (4700.0, 0.0)}
    ways = [([1, 2, 3, 4, 5, 21, 22, 6], ROAD), *WAYS[1:], ([21, 22], {"highway": "primary"})]
    outcome = apply_edits(town, (link((4300.0, 9.0), (4700.0, -9.0), road_class="primary"),))
    assert_same_times(outcome, drawn(tmp_path / "a", nodes=nodes, ways=ways))

    nodes = {**NODES, 21: (5000.0, 1000.0)}
    outcome = apply_edits(town, (link(SOUTH[6], (5000.0, 1000.0)),))
    assert_same_times(outcome, drawn(tmp_path / "b", nodes=nodes, ways=[*WAYS, ([6, 21], ROAD)]))
    assert way_of(outcome.dataset.roads, "ROAD-001").n_joined == 1


def test_a_closed_road_is_no_road_in_the_file(town, tmp_path):
    outcome = apply_edits(town, (Edit("close_road", "way/3"),))
    assert_same_times(outcome, drawn(tmp_path, ways=WAYS[:2]))
    north = [outcome.dataset.demand.cell_id.index(f"n{n}") for n in range(6)]
    assert set(outcome.modes["walk"].status[north]) == {Status.UNREACHABLE}


def test_a_speed_is_that_of_an_override_and_no_other_mode_moves(town, tmp_path):
    outcome = apply_edits(town, (Edit("set_speed", "way/1", speed_kph=12.0),))
    (tmp_path / "speeds.csv").parent.mkdir(exist_ok=True)
    (tmp_path / "speeds.csv").write_text("osm_id,max_speed,speed_type\n1,12,km/h\n", "utf-8")
    fresh = drawn(tmp_path, extra='[overrides]\npath = "speeds.csv"\n')
    assert_same_times(outcome, fresh)
    networks = outcome.dataset.roads.networks
    assert networks["walk"] is town.dataset.roads.networks["walk"]
    assert networks["car"] is not town.dataset.roads.networks["car"]
    assert way_of(outcome.dataset.roads, "way/1").car_kph == pytest.approx(12.0, abs=0.01)


def test_steps_on_steps_equal_all_at_once_and_undo_gives_the_former(town):
    lon, lat = place(2000.0, 2000.0)
    steps = (
        link(NORTH[15], SOUTH[5]),
        Edit("add", "NEW-001", kind="B200", lon=lon, lat=lat),
        Edit("set_speed", "ROAD-001", speed_kph=10.0),
        Edit("close_road", "way/3"),
        Edit("close", "east"),
        Edit("close_road", "ROAD-001"),
    )
    known = [apply_edits(town, ())]
    for count in range(1, len(steps) + 1):
        known.append(apply_edits(town, steps[:count], previous=known[-1]))
        alone = apply_edits(town, steps[:count])
        for mode, result in alone.modes.items():
            now = known[-1].modes[mode]
            assert now.nearest.tenths.tolist() == result.nearest.tenths.tolist(), (count, mode)
            assert now.facility_snaps.segment.tolist() == result.facility_snaps.segment.tolist()
    for count in range(len(steps) - 1, -1, -1):
        back = apply_edits(town, steps[:count], previous=known[-1])
        for mode, result in known[count].modes.items():
            assert back.modes[mode].nearest.tenths.tolist() == result.nearest.tenths.tolist()
        known.append(back)


@pytest.mark.slow
def test_any_road_edits_equal_a_fresh_assessment_of_the_edited_county(county, rng):
    roads, demand = county.dataset.roads, county.dataset.demand
    cell = rng.choice(len(demand), 4, replace=False)
    (lon, to_lon), (lat, to_lat) = demand.lon[cell[:2]].tolist(), demand.lat[cell[:2]].tolist()
    driven = np.flatnonzero(roads.networks["car"].forward_tenths > 0)
    ways = [way_name(int(w)) for w in rng.choice(np.unique(roads.way_id[driven]), 3, False)]
    edits = (
        Edit("add_road", "ROAD-001", lon=lon, lat=lat, to_lon=to_lon, to_lat=to_lat,
             road_class="secondary"),
        Edit("add", "NEW-001", kind="B100", lon=float(demand.lon[cell[2]]),
             lat=float(demand.lat[cell[2]])),
        Edit("set_speed", ways[0], speed_kph=90.0),
        Edit("close_road", ways[1]),
    )  # fmt: skip
    outcome = apply_edits(county, edits)
    fresh = assess(outcome.dataset, county.study, scenario=outcome.scenario)
    assert_same_times(outcome, fresh)
    assert fresh.ratios == outcome.ratios
    assert [gap.people for gap in fresh.gaps] == [gap.people for gap in outcome.gaps]


def test_the_nearest_road_is_picked(town):
    lon, lat = place(2500.0, 1400.0)
    roads, crs = town.dataset.roads, town.dataset.crs
    assert nearest_way(roads, crs, lon, lat) == "way/2"
    (line,) = lines_of(roads, crs, "way/2")
    assert line == pytest.approx(np.array([place(*spot) for spot in NORTH.values()]), abs=1e-7)
    assert way_of(roads, "way/2").car_kph == pytest.approx(40.0, abs=0.01)
    assert nearest_way(roads, crs, 121.0, 30.0) is None
    assert next_road((link(NORTH[15], SOUTH[5]),)) == "ROAD-002"


def test_road_edits_that_cannot_be_made_are_all_named(town):
    good = link(NORTH[15], SOUTH[5])
    wrong = (
        Edit("close_road", "way/99"),
        Edit("set_speed", "way/1"),
        Edit("set_speed", "way/1", speed_kph=500.0),
        link(NORTH[15], SOUTH[5], road_class="rail"),
        Edit("add_road", "ROAD-001", road_class="tertiary", lon=120.0, lat=30.0),
        link(NORTH[15], NORTH[15]),
        good,
        good,
        Edit("close_road", "east"),
    )
    with pytest.raises(PlannerError) as caught:
        edited_roads(town.dataset, town.study.travel, wrong)
    rows = [finding.rows for finding in caught.value.findings]
    assert rows == [(1,), (2,), (3,), (4,), (5,), (6,), (8,), (9,)]
