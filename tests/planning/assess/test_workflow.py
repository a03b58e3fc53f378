"""Which points count is asked once: every surface of an assessment gives the same answer."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from app_pages.views.access import access_sheet
from data.dataset import load_dataset
from data.study.file import read_study
from planning.assess.explain import find_place, nearest_ways
from planning.assess.islands import land_parts
from planning.assess.workflow import assess
from planning.centres.catchments import Method
from planning.maps.cartography import map_notes
from planning.report.results import facility_columns
from planning.standards.assessment import standards_input
from planning.standards.measures.evidence import measure
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from tests.planning.small_study import place, write_study, write_table

ROAD = {"highway": "residential"}


def write_border_study(folder, outside_facilities):
    """Write a county of 100 people whose border runs 200 m west of a neighbour's clinic.

    90 of them live 2,500 m east of the county's own clinic (33.3 min on foot) and 700 m west of
    the neighbour's (9.3 min); the others live beside their own.
    """
    ring = [(-500, -500), (3000, -500), (3000, 500), (-500, 500), (-500, -500)]
    zone = {
        "type": "Feature",
        "properties": {"code": "330000", "name": "County", "level": "town"},
        "geometry": {"type": "Polygon", "coordinates": [[list(place(*spot)) for spot in ring]]},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zones.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [zone]}), encoding="utf-8"
    )
    study = write_study(
        folder,
        nodes={k: (400 * k - 400, 0) for k in range(1, 10)},
        ways=[(list(range(1, 10)), ROAD)],
        people=[("near", (200, 0), 10), ("far", (2500, 0), 90)],
        points=[("clinic", (0, 0)), ("neighbour", (3200, 0))],
        travel=f'modes = ["walk"]\noutside_facilities = "{outside_facilities}"',
        extra='[zones]\npath = "zones.geojson"\n[candidates]\nspacing_m = 400\n[siting]\ncount = 1',
    )
    write_table(
        folder / "points.csv",
        ["id", "name", "kind", "lon", "lat", "doctors"],
        [
            ["clinic", "clinic", "D600", *map(repr, place(0, 0)), 1],
            ["neighbour", "neighbour", "D600", *map(repr, place(3200, 0)), 9],
        ],
    )
    return study


def assess_file(path):
    study = read_study(path)
    return assess(load_dataset(study), study)


@pytest.fixture(scope="module")
def excluding(tmp_path_factory):
    return assess_file(write_border_study(tmp_path_factory.mktemp("border"), "exclude"))


class TestPointsOutside:
    """A point outside all zones that the study excludes counts on no surface."""

    def test_only_the_countys_own_point_counts(self, excluding):
        assert excluding.points.tolist() == [True, False]

    def test_coverage_robustness_and_sensitivity_agree(self, excluding):
        walk = excluding.modes["walk"]
        assert walk.coverage[0].share == 0.10
        assert (walk.robust.all_sets, walk.robust.some_sets, walk.robust.no_set) == (10, 0, 90)
        assert {row.ledger.share for row in excluding.sensitivity} == {0.10}
        assert walk.people_by_outside == 90

    def test_the_map_says_no_other_share(self, excluding):
        notes = " ".join(map_notes(excluding, lambda text: text))
        assert "100.00" not in notes
        assert "between 10.00 % and 10.00 %" in notes

    def test_the_drawn_circle_leaves_the_uncovered_out(self, excluding):
        demand = excluding.dataset.demand
        far = shapely.points(demand.x_m[1], demand.y_m[1])
        assert not any(shapely.covers(circle.area, far) for circle in excluding.circles)

    def test_facilities_csv_counts_it_not(self, excluding):
        columns = {column.name: column.values for column in facility_columns(excluding)}
        assert list(columns["counts_as_point"]) == [True, False]
        assert list(columns["walk_nearest_people"]) == [100.0, 0.0]

    def test_route_says_what_the_table_says(self, excluding):
        (way,) = nearest_ways(excluding, find_place(excluding.dataset, "far"))["walk"]
        assert way.tenths == excluding.modes["walk"].nearest.tenths[1]
        assert way.tenths / 600 == pytest.approx(33.3, abs=0.05)

    def test_standards_weeks_and_catchments_agree(self, excluding):
        evidence = measure(standards_input(excluding))
        assert evidence.points.tolist() == [True, False]
        weekly = max(window.people_if_unknown_open for window in evidence.week.windows)
        assert weekly == 10
        sheet = access_sheet(
            excluding, method=Method.TWO_STEP, supply="doctors", translate=lambda text: text
        )
        assert sheet.rows == (("County", 10.0),)  # 1 doctor for 10 of 100 people, per 1,000

    def test_islands_count_it_not(self, excluding):
        assert land_parts(excluding) == ()

    def test_a_what_if_begins_where_the_assessment_stands(self, excluding):
        outcome = apply_edits(excluding, [])
        assert outcome.points.tolist() == [True, False]
        assert outcome.modes["walk"].ledgers["all"].share == 0.10
        closed = apply_edits(excluding, [Edit("close", "clinic")])
        assert closed.points.tolist() == [False, False]

    def test_sites_start_from_it(self, excluding):
        assert excluding.proposal.people.today == 10

    def test_included_it_counts_everywhere(self, tmp_path):
        found = assess_file(write_border_study(tmp_path, "include"))
        assert found.points.tolist() == [True, True]
        assert found.modes["walk"].coverage[0].share == 1.0
        assert found.modes["walk"].people_by_outside == 90
        ways = nearest_ways(found, find_place(found.dataset, "far"))["walk"]
        assert np.array([way.tenths for way in ways]) / 600 == pytest.approx([9.3, 33.3], abs=0.05)
