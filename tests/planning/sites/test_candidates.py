"""Where a site may stand: exclusion layers, slope, roads, kinds, land status, scores."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from data.dataset import load_dataset
from data.errors import StudyError
from data.study.file import read_study
from planning.assess.workflow import assess
from planning.sites.candidates import kind_group, site_kind
from planning.sites.siting_file import siting_json
from tests.planning.small_study import place, write_study, write_table, write_water

# A straight road of 12 km, 10 people every 2 km, and 30 people 400 m north of its middle; the only
# clinic stands at the west end. Walking at 4.5 km/h, 20 minutes are 1,500 m.
EAST = (0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0, 10_000.0, 12_000.0)
PEOPLE = [(f"p{n}", (east, 0.0), 10.0) for n, east in enumerate(EAST)]


def write_road(folder, extra, *, points=(("west", (0.0, 0.0)),), people=PEOPLE):
    return write_study(
        folder,
        nodes={number: (east, 0.0) for number, east in enumerate(EAST, start=1)},
        ways=[(list(range(1, len(EAST) + 1)), {"highway": "residential"})],
        people=[*people, ("north", (6_000.0, 400.0), 30.0)],
        points=list(points),
        travel='modes = ["walk"]',
        extra=extra,
    )


def answered(folder, extra, **more):
    study = read_study(write_road(folder, extra, **more))
    assessment = assess(load_dataset(study), study)
    return assessment.proposal, siting_json(assessment.proposal, study, assessment.dataset)


def east_of(proposal, sites):
    lon = proposal.candidates.lon[sites]
    metres_a_degree = (place(1_000.0, 0.0)[0] - place(0.0, 0.0)[0]) / 1_000.0
    return sorted(round(float(x - place(0.0, 0.0)[0]) / metres_a_degree / 100) * 100 for x in lon)


def all_sites(proposal):
    return np.arange(len(proposal.candidates))


def test_without_exclusions_everybody_is_a_candidate(tmp_path):
    proposal, found = answered(tmp_path, "[candidates]\nspacing_m = 300\n[siting]\ncount = 1")
    assert len(proposal.candidates) == len(EAST) + 1
    assert found["plan"]["objective"] == 40  # the north and the place below it
    assert found["candidates"]["excluded"] == {"water": {"people": 0.0, "places": 0}}


def test_named_areas_exclude_their_places_and_say_how_many(tmp_path):
    tmp_path.mkdir(exist_ok=True)
    write_water(
        tmp_path / "farm.geojson",
        [(5_500.0, -300.0), (8_500.0, -300.0), (8_500.0, 500.0), (5_500.0, 500.0)],
    )
    extra = """
[candidates]
spacing_m = 300
[exclusions]
layers = [{ name = "永久基本农田", path = "farm.geojson", margin_m = 100 }]
[siting]
count = 1
"""
    proposal, found = answered(tmp_path, extra)
    assert east_of(proposal, all_sites(proposal)) == [0, 2_000, 4_000, 10_000, 12_000]
    excluded = found["candidates"]["excluded"]["永久基本农田"]
    assert excluded == {"people": 50.0, "places": 3}
    layers = found["parameters"]["exclusions"]["layers"]
    assert layers == [{"file": "farm.geojson", "margin_m": 100.0, "name": "永久基本农田"}]


def test_sites_far_from_a_road_are_left_out(tmp_path):
    extra = "[candidates]\nspacing_m = 300\n[exclusions]\nmax_road_m = 200\n[siting]\ncount = 1"
    proposal, found = answered(tmp_path, extra)
    assert len(proposal.candidates) == len(EAST)
    assert found["candidates"]["excluded"]["far_from_road"] == {"people": 30.0, "places": 1}


def write_heights(path):
    """Write heights that rise by 30 % north of the road only."""
    west, north = place(-1_000.0, 2_000.0)
    east, south = place(13_000.0, -2_000.0)
    step = 0.0003
    columns, rows = int((east - west) / step), int((north - south) / step)
    latitude = north - step * (np.arange(rows) + 0.5)
    metres_north = (latitude - 30.0) * 110_850.0
    height = np.where(metres_north > 150.0, 0.3 * (metres_north - 150.0), 0.0)
    grid = np.repeat(height[:, None], columns, axis=1).astype("float32")
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(west, north, step, step),
    ) as raster:  # fmt: skip
        raster.write(grid, 1)


def test_steep_ground_is_left_out_where_heights_are_given(tmp_path):
    tmp_path.mkdir(exist_ok=True)
    write_heights(tmp_path / "dem.tif")
    extra = """
[elevation]
path = "dem.tif"
[candidates]
spacing_m = 300
[exclusions]
max_slope_percent = 15
[siting]
count = 1
"""
    _, found = answered(tmp_path, extra)
    assert found["candidates"]["excluded"]["slope"] == {"people": 30.0, "places": 1}


def test_a_slope_limit_without_heights_is_a_fault(tmp_path):
    study = write_road(tmp_path, "[exclusions]\nmax_slope_percent = 15")
    with pytest.raises(StudyError, match=r"exclusions\.max_slope_percent"):
        read_study(study)


def test_suitability_moves_generated_sites_to_the_road(tmp_path):
    people = [row for row in PEOPLE if row[0] != "p3"]
    near = [("near", (6_000.0, 100.0), 25.0)]
    plain = "[candidates]\nspacing_m = 1_000\n[siting]\ncount = 1"
    scored = (
        "[candidates]\nspacing_m = 1_000\nsuitability = { near_road = 1.0 }\n[siting]\ncount = 1"
    )
    without, _ = answered(tmp_path / "a", plain, people=[*people, *near])
    with_score, found = answered(tmp_path / "b", scored, people=[*people, *near])
    north = place(6_000.0, 400.0)[1]
    assert np.isclose(without.candidates.lat, north, atol=1e-6).any()
    assert not np.isclose(with_score.candidates.lat, north, atol=1e-6).any()
    assert all(0 <= site["suitability"] <= 1 for site in found["sites"])


LAYER = '[candidates]\npath = "sites.csv"\n{more}\n[siting]\ncount = 1\n{siting}'


def write_sites(folder, rows, header=("id", "name", "lon", "lat", "kind", "land_status", "score")):
    folder.mkdir(parents=True, exist_ok=True)
    table = [
        [name, name, *map(repr, place(east, 0.0)), kind, land, score]
        for name, east, kind, land, score in rows
    ]
    write_table(folder / "sites.csv", header, table)


def test_kind_and_land_status_come_from_the_layer(tmp_path):
    rows = [("A", 6_000.0, "村卫生室", "规划医疗用地", 0.9), ("B", 10_000.0, "", "", 0.2)]
    write_sites(tmp_path, rows)
    _, found = answered(tmp_path, LAYER.format(more="", siting=""))
    (site,) = found["sites"]
    assert (site["id"], site["kind"], site["kind_name"]) == ("A", "D600", "村卫生室")
    assert site["land_status"] == "规划医疗用地"
    assert "乡村医生" in site["cannot_mend"]


def test_circuit_stops_are_no_fixed_points(tmp_path):
    rows = [("A", 6_000.0, "巡回点", "", 1.0), ("B", 10_000.0, "站", "", 1.0)]
    write_sites(tmp_path / "a", rows)
    proposal, found = answered(tmp_path / "a", LAYER.format(more="", siting=""))
    assert proposal.candidates.id == ("B",)
    assert "circuit stops" in " ".join(found["findings"])
    write_sites(tmp_path / "b", rows)
    proposal, _ = answered(tmp_path / "b", LAYER.format(more="", siting='kind = "巡回点"'))
    assert proposal.candidates.id == ("A", "B")


def test_scores_of_the_layer_filter_and_faults_are_named(tmp_path):
    rows = [("A", 6_000.0, "", "", 0.9), ("B", 10_000.0, "", "", 0.2)]
    write_sites(tmp_path / "a", rows)
    more = "suitability = { score = 1.0 }\nmin_suitability = 0.5"
    proposal, _ = answered(tmp_path / "a", LAYER.format(more=more, siting=""))
    assert proposal.candidates.id == ("A",)
    write_sites(tmp_path / "b", [("A", 6_000.0, "", "", 7)])
    _, found = answered(tmp_path / "b", LAYER.format(more=more, siting=""))
    assert "not from 0 to 1" in " ".join(found["findings"])
    write_sites(tmp_path / "c", rows)
    layer = LAYER.format(more="suitability = { quiet = 1.0 }", siting="")
    _, found = answered(tmp_path / "c", layer)
    assert "scores that are not there" in " ".join(found["findings"])


def test_an_institution_can_be_upgraded_to_a_point(tmp_path):
    write_sites(tmp_path, [("A", 2_000.0, "", "", 1.0)])
    study = write_road(
        tmp_path,
        LAYER.format(more="", siting='upgradable = ["shop"]\nassume_costs = true'),
        points=[("west", (0.0, 0.0)), ("shop", (6_000.0, 0.0))],
    )
    table = (tmp_path / "points.csv").read_text(encoding="utf-8")
    (tmp_path / "points.csv").write_text(table.replace("shop,shop,D600", "shop,shop,D211"), "utf-8")
    read = read_study(study)
    assessment = assess(load_dataset(read), read)
    found = siting_json(assessment.proposal, read, assessment.dataset)
    (site,) = found["sites"]
    assert (site["id"], site["role"], site["people_newly_reached"]) == ("shop", "upgrade", 40)
    assert {entry["part"] for entry in found["costs"]} == {"build", "upgrade", "running"}


def test_kinds_in_words():
    assert [site_kind(word) for word in ("中心", "站", "村卫生室", "巡回点", "药店")] == [
        "B100",
        "B200",
        "D600",
        "circuit",
        None,
    ]
    assert kind_group("C100") == "centre"
