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
from planning.report.compose import compose, source_of
from planning.report.content import ReportOptions
from planning.report.lines import result_lines
from planning.report.results import cell_columns, facility_columns, summary, zone_columns
from planning.standards.assessment import standards_input, standards_of
from planning.standards.measures.evidence import measure
from planning.standards.result import result_of
from planning.whatif.edits import Edit
from planning.whatif.outcome import apply_edits
from planning.words.wording import translator
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


def column(columns, name):
    return list(next(each for each in columns if each.name == name).values)


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
        columns = facility_columns(excluding)
        assert column(columns, "counts_as_point") == [True, False]
        assert [f.value for f in column(columns, "walk_nearest_people")] == [100.0, 0.0]

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


@pytest.fixture(scope="module")
def unknown(tmp_path_factory):
    """Return a county whose list calls all of them hospitals: nobody can be said to be covered."""
    study = write_border_study(tmp_path_factory.mktemp("unknown"), "include")
    rows = [
        ["a", "桁堰社区卫生服务站", "A100", *map(repr, place(0, 0))],
        ["b", "某镇卫生院", "A100", *map(repr, place(3200, 0))],
    ]
    write_table(study.parent / "points.csv", ["id", "name", "kind", "lon", "lat"], rows)
    return assess_file(study)


class TestNoPointCounts:
    """Where no point counts nothing that follows is a number, and the reason stands first."""

    def test_the_ledger_is_unknown_and_adds_up(self, unknown):
        ledger = unknown.modes["walk"].coverage[0].ledger
        assert (ledger.covered, ledger.beyond, ledger.unreachable) == (None, None, None)
        assert ledger.unknown == 100
        assert ledger.outside + ledger.off_network + ledger.unknown == ledger.input
        assert ledger.share is None
        assert all(row.ledger.share is None for row in unknown.sensitivity)
        assert unknown.gaps == ()

    def test_files_hold_nulls(self, unknown):
        found = summary(unknown, [])
        walk = found["ledger"]["walk"]
        assert {k: walk[k] for k in ("unreachable", "beyond", "covered", "unknown")} == {
            "unreachable": None,
            "beyond": None,
            "covered": None,
            "unknown": 100.0,
        }
        covered = found["coverage"]["walk"]
        assert (covered["share"], covered["people"]) == (None, None)
        assert covered["reason"]
        assert found["gaps"] == {"count": None, "people": None}
        cells = cell_columns(unknown)
        assert set(cells["walk_status"]) == {"unknown"}
        assert np.isnan(cells["walk_seconds"]).all()
        assert set(cells["walk_facility"]) == {None}
        covered = column(zone_columns(unknown), "walk_covered")
        assert {figure.value for figure in covered} == {None}

    def test_no_site_is_asked_for(self, unknown):
        assert unknown.proposal.plan.status == "not_asked"
        assert unknown.proposal.sites == ()

    def test_the_reason_comes_first_with_the_way_out(self, unknown):
        assert unknown.findings[0].code == "no_point_counts"
        assert "社区卫生服务站 1" in dict(unknown.findings[0].params)["proposed"]
        lines = result_lines(result_of(unknown), "zh")
        assert "没有一家机构计入" in "".join(lines[:6])
        assert "无法判定" in "".join(lines)
        # Hospitals alone are near: said of all institutions within 15 minutes, nowhere else.
        assert [line for line in lines if "%" in line] == [
            "    步行：网点 无法判定，所有机构 100.00 %"
        ]
        assert map_notes(unknown, translator("en"))[0].startswith("column kind")

    def test_standards_are_undecidable(self, unknown):
        result = standards_of(unknown)
        of_points = {"village_modes", "village_coverage", "sole_doctor", "tier_coverage"}
        rows = [v for v in result.verdicts if result.standard_of(v)[1].measure in of_points]
        assert rows
        assert {row.current for row in rows} == {None}
        assert all("points" in row.missing for row in rows)

    def test_the_whole_report_is_written(self, unknown):
        source = source_of(result_of(unknown), ReportOptions(language="zh"))
        text = repr(compose(source))
        assert "没有一家机构计入" in text
        assert "无法判定" in text or "—" in text


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    """Return a county with a lane that leads into a trap one way, and one out of a yard."""
    ends = {3: (1000, 1500), 4: (0, 1500), 5: (9000, 0), 6: (9500, 0)}
    study = write_study(
        tmp_path_factory.mktemp("trap"),
        nodes={1: (0, 0), 2: (1000, 0), **ends},
        ways=[
            ([1, 2], ROAD),
            ([2, 3], ROAD | {"oneway": "yes"}),
            ([4, 1], ROAD | {"oneway": "yes"}),
            ([5, 6], ROAD),
        ],
        people=[
            ("main", (500, 0), 900),
            ("trap", (1000, 1400), 70),
            ("yard", (0, 1400), 30),
            ("apart", (9200, 0), 5),
        ],
        points=[("clinic", (0, 0))],
        travel='modes = ["walk", "car"]\navoid_islands = false',
    )
    return assess_file(study)


class TestOneWayStreets:
    """A place that can be entered but not left is held by one-way streets, and not cut off."""

    def test_the_places_are_named_with_their_people(self, trap):
        codes = {"people_on_parts", "people_one_way_in", "people_one_way_out"}
        found = [f for f in trap.findings if f.code in codes]
        assert {(f.code, dict(f.params)["mode"], f.people) for f in found} == {
            ("people_on_parts", "walk", 5),
            ("people_on_parts", "car", 5),
            ("people_one_way_in", "car", 70),
            ("people_one_way_out", "car", 30),
        }

    def test_they_are_not_cut_off(self, trap):
        car = standards_input(trap).times["car"]
        ids = trap.dataset.demand.cell_id
        assert [ids[i] for i in np.flatnonzero(car.is_cut_off)] == ["apart"]
        assert [ids[i] for i in np.flatnonzero(car.is_one_way)] == ["trap"]
