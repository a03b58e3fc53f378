"""N1 on toy subdistricts with the answers of the domain reference, and its reference figures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.errors import severity
from data.types import Demand, Facilities, ServiceArea, Villages, Zones
from planning.centres.centres import OWNER_RULES, Centres, counted_centres, government_run
from planning.centres.norms import RatioBounds, SizeStatus, centres_needed, size_of, size_text
from planning.centres.ratio_rows import ratio_findings, ratio_rows, view_differences
from planning.centres.ratio_words import people_sentence, verdict_sentence
from planning.centres.service_people import nearest_view
from planning.centres.service_ratio import Ratios, service_ratios
from planning.centres.urban_verdict import ColumnStatus, UrbanResult
from planning.words.wording import translator

GOVERNMENT = "区卫生健康局"


def judge(
    zones: Zones,
    demand: Demand,
    facilities: Facilities,
    *,
    nearest: Sequence[int] | None = None,
    areas: Sequence[ServiceArea] = (),
    villages: Villages | None = None,
    bounds: RatioBounds | None = None,
    count_branches: bool = False,
    is_operating: Sequence[bool] | None = None,
    reading: str = "or",
    is_known: bool = True,
) -> Ratios:
    operating = np.ones(len(facilities), dtype=bool)
    if is_operating is not None:
        operating = np.array(is_operating)
    dataset: Any = SimpleNamespace(
        zones=zones,
        demand=demand,
        facilities=facilities,
        service_areas=tuple(areas),
        villages=villages,
    )
    return service_ratios(
        dataset,
        centres=counted_centres(facilities, is_operating=operating, count_branches=count_branches),
        nearest_facility=None if nearest is None else np.array(nearest, dtype=np.int32),
        bounds=bounds,
        reading=reading,
        is_known=is_known,
    )


def centre(facility_id: str, zone: int = 0, **columns: Any) -> dict[str, Any]:
    return {"id": facility_id, "zone": zone, "owner": GOVERNMENT, **columns}


@pytest.fixture
def make(
    make_zones: Callable[..., Zones],
    make_demand: Callable[..., Demand],
    make_facilities: Callable[..., Facilities],
    make_villages: Callable[..., Villages],
) -> SimpleNamespace:
    return SimpleNamespace(
        zones=make_zones, demand=make_demand, facilities=make_facilities, villages=make_villages
    )


def test_120_000_people_with_one_centre_meet_the_street_column_only(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([120_000], [0]),
        make.facilities(centre("A")),
        nearest=[0],
    )
    (verdict,) = ratios.zones
    assert verdict.result.value == "符合（按街道口径）"
    assert verdict.size is SizeStatus.OVER
    assert verdict.people_per_centre == 120_000
    assert verdict.centres_needed == (2, 4)
    assert verdict.centres_missing == 0
    assert "服务人口超10万，建议增设分中心或站" in verdict_sentence(verdict, translator("zh"))


def test_two_subdistricts_of_15_000_sharing_one_meet_the_people_column_only(
    make: SimpleNamespace,
) -> None:
    areas = [ServiceArea("Z1", "A", None), ServiceArea("Z2", "A", None)]
    ratios = judge(
        make.zones(("Z1", True), ("Z2", True)),
        make.demand([15_000, 15_000], [0, 1]),
        make.facilities(centre("A")),
        nearest=[0, 0],
        areas=areas,
    )
    for verdict in ratios.zones:  # declared and nearest
        assert verdict.zone_codes == ("Z1", "Z2")
        assert verdict.result.value == "符合（按人口口径）"
        assert verdict.people_per_centre == 30_000
        assert verdict.size is SizeStatus.WITHIN
    assert [verdict.view for verdict in ratios.zones] == ["declared", "nearest"]


def test_without_the_declaration_each_subdistrict_stands_alone(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True), ("Z2", True)),
        make.demand([15_000, 15_000], [0, 1]),
        make.facilities(centre("A")),
        nearest=[0, 0],
    )
    assert [verdict.result.value for verdict in ratios.zones] == [
        "符合（街道和人口口径）",
        "未达到（力争）",
    ]
    assert ratios.zones[0].service_people == 30_000
    assert ratios.zones[1].people_per_centre is None
    # Its residents are served next door: they stand in that row and are judged in their own.
    assert (ratios.zones[1].service_people, ratios.zones[1].judged_people) == (0, 15_000)


def test_below_the_lower_bound_is_a_note_and_never_a_failure(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([12_000], [0]),
        make.facilities(centre("A")),
        nearest=[0],
    )
    assert ratios.zones[0].result is UrbanResult.BOTH
    assert ratios.zones[0].size is SizeStatus.UNDER
    assert size_text(ratios.zones[0].size, ratios.bounds) == "低于3万（提示）"


@pytest.mark.parametrize(
    ("people", "count", "size", "per_centre", "needed"),
    [
        (525_989, 6, "within", 87_665, (6, 17)),  # Xiacheng 2020
        (525_989, 5, "over", 105_198, (6, 17)),
        (525_989, 20, "under", 26_299, (6, 17)),
        (582_000, 8, "within", 72_750, (6, 19)),  # Gongshu
        (1_120_985, 12, "within", 93_415, (12, 37)),  # Gongshu after the merger of 2021
        (1_120_985, 11, "over", 101_908, (12, 37)),
    ],
)
def test_reference_figures(
    make: SimpleNamespace,
    people: int,
    count: int,
    size: str,
    per_centre: int,
    needed: tuple[int, int],
) -> None:
    facilities = make.facilities(*[centre(f"A{i:02d}") for i in range(count)])
    ratios = judge(make.zones(("Z1", True)), make.demand([people], [0]), facilities, nearest=[0])
    (total,) = ratios.totals
    assert round(total.people_per_centre or 0) == per_centre
    assert total.centres_needed == needed
    assert total.size.value == size
    met = ColumnStatus.NOT_MET if size == "over" else ColumnStatus.MET
    assert ratios.zones[0].people is met


def test_xiacheng_people_follow_from_the_brochure() -> None:
    assert round(34_831_000 / 66.22) == 525_989
    assert centres_needed(525_989, RatioBounds()) == (6, 17)


@pytest.mark.parametrize(
    ("people", "size"),
    [
        (29_999.9, "under"),
        (30_000, "within"),
        (100_000, "within"),
        (100_000.1, "over"),
        (0, "under"),
    ],
)
def test_both_bounds_are_inside(people: float, size: str) -> None:
    assert size_of(people, RatioBounds()).value == size


def test_the_noise_of_adding_floats_moves_no_bound() -> None:
    people = float(np.full(1_000_000, 0.1).cumsum()[-1])
    assert people != 100_000
    assert size_of(people, RatioBounds()).value == "within"
    assert centres_needed(people, RatioBounds()) == (1, 3)


def test_bounds_are_parameters_printed_with_the_verdict(make: SimpleNamespace) -> None:
    bounds = RatioBounds(3_000, 100_000)
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([2_999], [0]),
        make.facilities(centre("A")),
        nearest=[0],
        bounds=bounds,
    )
    rows = ratio_rows(ratios)
    assert all(row["bounds"] == [3_000, 100_000] for row in rows)
    assert rows[-1]["size_text"] == "低于3000（提示）"


@pytest.mark.parametrize("pair", [(0, 1), (5, 5), (10, 5), (1, float("inf")), (float("nan"), 2)])
def test_impossible_bounds_are_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="0 < lower < upper"):
        RatioBounds(*pair)


@pytest.mark.parametrize(
    ("level", "urban", "result"),
    [
        ("town", None, "不适用"),
        ("township", False, "不适用"),
        ("street", False, "不适用"),
        ("street", None, "无法判定：缺城区街道名单"),
        ("street", True, "符合（街道和人口口径）"),
        ("town", True, "符合（按人口口径）"),
        ("other", True, "符合（按人口口径）"),
        ("other", None, "符合（按人口口径）"),
    ],
)
def test_who_is_judged(make: SimpleNamespace, level: str, urban: bool | None, result: str) -> None:
    ratios = judge(
        make.zones(("Z1", urban, level)),
        make.demand([50_000], [0]),
        make.facilities(centre("A")),
        nearest=[0],
    )
    assert ratios.zones[0].result.value == result
    assert ratios.zones[0].people_per_centre == 50_000  # the figure stands there for information


def test_an_urban_subdistrict_without_centre_or_people(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True), ("Z2", True)),
        make.demand([50_000, 0], [0, 1]),
        make.facilities(centre("B", zone=1)),
        nearest=[0, 0],
    )
    assert ratios.zones[0].result is UrbanResult.NEITHER
    assert ratios.zones[0].size is SizeStatus.NONE
    assert (ratios.zones[0].service_people, ratios.zones[0].judged_people) == (0, 50_000)
    alone = judge(
        make.zones(("Z1", True)),
        make.demand([0], [0]),
        make.facilities(centre("A")),
        nearest=[-1],
    )
    assert alone.zones[0].result is UrbanResult.NO_PEOPLE


def test_people_whom_no_centre_reaches_stay_on_the_account(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([80_000, 40_000], [0, 0]),
        make.facilities(centre("A")),
        nearest=[0, -1],
    )
    assert ratios.institutions[0].service_people == 80_000
    assert ratios.zones[0].service_people == 120_000
    assert ratios.zones[0].result is UrbanResult.STREET_ONLY
    assert ratios.totals[0].unassigned_people == 40_000


def test_private_and_unverified_owners(make: SimpleNamespace) -> None:
    def result(*owners: str) -> tuple[str, Ratios]:
        rows = [centre(f"A{i}") | {"owner": owner} for i, owner in enumerate(owners)]
        ratios = judge(
            make.zones(("Z1", True)),
            make.demand([120_000], [0]),
            make.facilities(*rows),
            nearest=[0],
        )
        return ratios.zones[0].result.value, ratios

    both = "符合（街道和人口口径）"
    assert result(GOVERNMENT, GOVERNMENT)[0] == both
    assert result(GOVERNMENT, "民营")[0] == "符合（按街道口径）"
    assert result("民营", "个人")[0] == "未达到（力争）"
    assert result("", "个人")[0] == "无法判定：举办主体待核实"
    verdict, ratios = result(GOVERNMENT, "")
    # One column is enough: the unverified owner decides nothing, and is named.
    assert verdict == "符合（按街道口径）"
    assert ratios.zones[0].people is ColumnStatus.UNKNOWN
    assert ratios.unknown_owner == ("A1",)
    assert ratios.totals[0].centres == 1
    assert ratios.totals[0].centres_unknown == 1
    # Where the unverified one changes nothing the verdict stands.
    assert result(GOVERNMENT, GOVERNMENT, "")[0] == both


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("卫健部门", "yes"),
        ("上虞区卫生健康局", "yes"),
        ("街道办事处", "yes"),
        ("镇人民政府", "yes"),
        ("公立医院", "yes"),
        ("医共体领办", "yes"),
        ("government", "yes"),
        ("社会办", "no"),
        ("民营", "no"),
        ("个人", "no"),
        ("公建民营", "no"),
        ("某非公立医院", "no"),
        ("非政府组织", "no"),
        ("Private", "no"),
        ("non-government", "no"),
        ("村集体", "unknown"),
        ("", "unknown"),
        ("  ", "unknown"),
    ],
)
def test_owner_table(owner: str, expected: str) -> None:
    assert government_run(owner) == expected
    assert all(rule.words for rule in OWNER_RULES)


def test_branches_and_stations_count_under_their_centre(make: SimpleNamespace) -> None:
    facilities = make.facilities(
        centre("A"),
        centre("A-branch", parent_id="A"),
        centre("A-station", parent_id="A-branch", kind="B200"),
        centre("B", parent_id="H"),
        centre("H", kind="A100"),
    )
    operating = np.ones(5, dtype=bool)
    centres = counted_centres(facilities, is_operating=operating)
    assert [facilities.id[i] for i in centres.index] == ["A", "B"]
    assert centres.stands_for.tolist() == [0, 0, 0, 1, -1]
    assert centres.points.tolist() == [True, True, False, True, False]
    assert centres.branches.tolist() == [1, 0]
    counted = counted_centres(facilities, is_operating=operating, count_branches=True)
    assert len(counted) == 3
    demand = make.demand([10, 20, 40], [0, 0, -1])
    view = nearest_view(demand, centres, facility=np.array([0, 1, 0], np.int32), n_zones=1)
    assert view.people.tolist() == [30, 0]


def test_centres_that_name_each_other_as_parent_do_not_vanish(make: SimpleNamespace) -> None:
    facilities = make.facilities(centre("A", parent_id="B"), centre("B", parent_id="A"))
    centres = counted_centres(facilities, is_operating=np.ones(2, dtype=bool))
    assert len(centres) == 2


def test_neighbours_and_closed_centres_never_enter(make: SimpleNamespace) -> None:
    facilities = make.facilities(
        centre("A"), centre("N", zone=-1), centre("X"), centre("U", zone=-1, x_m=np.nan)
    )
    centres = counted_centres(facilities, is_operating=np.array([True, True, False, True]))
    assert [facilities.id[i] for i in centres.index] == ["A", "U"]  # U waits for its position


def test_declared_areas_and_their_faults(make: SimpleNamespace) -> None:
    zones = make.zones(("Z1", True), ("Z2", False))
    villages = make.villages(("V1", 0), ("V2", 0), ("V3", 1), ("V3a", 1, 2), ("V4", 1))
    demand = make.demand([100, 200, 300, 50, 40], [0, 0, 1, 1, 1], [0, 1, 2, 3, 4])
    facilities = make.facilities(
        centre("A"), centre("B", zone=1), centre("P", zone=1) | {"owner": "民营"}
    )
    areas = [
        ServiceArea("V1", "A", None),
        ServiceArea("V2", "A", None),
        ServiceArea("V2", "B", None),
        ServiceArea("V3", "B", None),  # an administrative village brings its natural villages
        ServiceArea("V9", "B", 7.0),
        ServiceArea("V1", "P", None),
    ]
    ratios = judge(zones, demand, facilities, areas=areas, villages=villages)
    people = {row.facility_id: row.service_people for row in ratios.institutions}
    assert people == {"A": 200.0, "B": 100.0 + 350.0 + 7.0}
    faults = {(fault.reason, fault.area_code): fault.people for fault in ratios.faults}
    assert faults == {
        ("several", "V1"): 100.0,
        ("not_a_centre", "V1"): 50.0,
        ("several", "V2"): 200.0,
        ("unknown_area", "V9"): 7.0,
        ("none", "V4"): 40.0,
    }
    assert ratios.totals[0].unassigned_people == 40


def test_findings_name_the_areas_and_the_people(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([100, 200, 5], [0, 0, 0], [0, 1, 2]),
        make.facilities(centre("A"), centre("B") | {"owner": ""}),
        areas=[ServiceArea("V1", "A", None), ServiceArea("V1", "B", None)],
        villages=make.villages(("V1", 0), ("V2", 0), ("V3", 0)),
    )
    findings = {finding.code: finding for finding in ratio_findings(ratios)}
    assert findings["declared_none"].rows == ("V2", "V3")
    assert findings["declared_none"].people == 205
    assert findings["declared_several"].people == 100
    assert findings["owner_unverified"].rows == ("B",)
    assert all(severity(finding) == "warning" for finding in findings.values())


def test_a_zone_and_its_village_declared_twice_is_an_overlap(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([100, 200], [0, 0], [0, 1]),
        make.facilities(centre("A"), centre("B")),
        areas=[ServiceArea("Z1", "A", None), ServiceArea("V1", "B", None)],
        villages=make.villages(("V1", 0), ("V2", 0)),
    )
    assert [(fault.reason, fault.people) for fault in ratios.faults] == [("overlap", 100.0)]


def test_a_declared_figure_needs_no_map(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([90_000], [0]),
        make.facilities(centre("A")),
        areas=[ServiceArea("", "A", 87_665.0), ServiceArea("", "A", 1.0)],
    )
    assert ratios.institutions[0].service_people == 87_666
    assert ratios.faults == ()


def test_views_differ_by_institution(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([60_000, 40_000], [0, 0], [0, 1]),
        make.facilities(centre("A"), centre("B")),
        nearest=[0, 0],
        areas=[ServiceArea("V1", "A", None), ServiceArea("V2", "B", None)],
        villages=make.villages(("V1", 0), ("V2", 0)),
    )
    rows = view_differences(ratios)
    assert [row["nearest_minus_declared"] for row in rows] == [40_000, -40_000]
    assert ratios.zones[1].oversized_ids == ()
    assert ratios.zones[1].people_per_centre == 50_000


def test_an_oversized_centre_is_named_where_the_average_holds(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([150_000, 20_000], [0, 0]),
        make.facilities(centre("A"), centre("B")),
        nearest=[0, 1],
    )
    assert ratios.zones[0].result is UrbanResult.BOTH
    assert ratios.zones[0].oversized_ids == ("A",)
    assert [row.size.value for row in ratios.institutions] == ["over", "under"]


def test_rows_are_json_and_in_a_fixed_order(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True), ("Z2", False, "town")),
        make.demand([60_000, 40_000], [0, 1]),
        make.facilities(centre("A"), centre("B", zone=1)),
        nearest=[0, 1],
    )
    rows = ratio_rows(ratios)
    assert [row["row"] for row in rows] == ["all", "institution", "institution", "zone", "zone"]
    assert json.loads(json.dumps(rows, allow_nan=False, ensure_ascii=False)) == rows
    assert rows[3]["verdict"] == "符合（街道和人口口径）"
    assert rows[3]["verdict_code"] == "both"
    assert rows[4]["verdict"] == "不适用"
    assert dataclasses.is_dataclass(ratios)


def test_every_person_of_the_zones_is_counted_once(
    make: SimpleNamespace, rng: np.random.Generator
) -> None:
    n = 500
    zone = rng.integers(-1, 4, n)
    people = rng.uniform(0, 900, n)
    nearest = rng.integers(-1, 6, n)
    facilities = make.facilities(*[centre(f"A{i}", zone=i % 4) for i in range(6)])
    ratios = judge(
        make.zones(*[(f"Z{i}", True) for i in range(4)]),
        make.demand(people, zone),
        facilities,
        nearest=nearest,
    )
    served = sum(row.service_people for row in ratios.institutions)
    inside = float(people[zone >= 0].sum())
    assert served + ratios.totals[0].unassigned_people == pytest.approx(inside, rel=1e-12)
    assert sum(row.service_people for row in ratios.zones) == pytest.approx(inside, rel=1e-12)
    assert sum(row.resident_people for row in ratios.zones) == pytest.approx(inside, rel=1e-12)


def test_no_centre_at_all(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)), make.demand([500], [0]), make.facilities(), nearest=[-1]
    )
    assert ratios.totals[0].people_per_centre is None
    assert ratios.zones[0].result is UrbanResult.NEITHER
    assert ratios.totals[0].size is SizeStatus.NONE
    assert isinstance(
        counted_centres(make.facilities(), is_operating=np.zeros(0, dtype=bool)), Centres
    )


def test_a_district_is_never_judged_by_subdistrict(make: SimpleNamespace) -> None:
    # 汉阳区: 837,263 people and one centre counted; nothing is known of its subdistricts.
    ratios = judge(
        make.zones(("420105", None, "other")),
        make.demand([837_263], [0]),
        make.facilities(centre("A")),
        nearest=[0],
    )
    (verdict,) = ratios.zones
    assert verdict.result.value.startswith("无法判定")
    assert verdict.street is ColumnStatus.UNKNOWN
    assert verdict.people is ColumnStatus.NOT_MET
    assert verdict.people_per_centre == 837_263
    assert verdict.centres_missing is None


@pytest.mark.parametrize(
    ("urban", "street", "people"),
    [
        (True, ColumnStatus.NOT_APPLICABLE, ColumnStatus.MET),
        (False, ColumnStatus.NOT_APPLICABLE, ColumnStatus.NOT_APPLICABLE),
    ],
)
def test_a_town_is_asked_for_people_alone_where_it_is_listed(
    make: SimpleNamespace, urban: bool, street: ColumnStatus, people: ColumnStatus
) -> None:
    ratios = judge(
        make.zones(("Z1", urban, "town")),
        make.demand([50_000], [0]),
        make.facilities(centre("A")),
        nearest=[0],
    )
    assert (ratios.zones[0].street, ratios.zones[0].people) == (street, people)


def test_centres_of_150_000_and_10_000_are_named_in_the_line_of_the_verdict(
    make: SimpleNamespace,
) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([150_000, 10_000], [0, 0]),
        make.facilities(centre("A"), centre("B")),
        nearest=[0, 1],
    )
    (verdict,) = ratios.zones
    assert verdict.people is ColumnStatus.MET
    said = people_sentence(verdict, translator("zh"))
    assert said == "人口口径 符合（平均8万），其中1所超10万：A（15万）"
    assert said in verdict_sentence(verdict, translator("zh"))


def test_both_columns_are_asked_for_where_the_study_reads_it_so(make: SimpleNamespace) -> None:
    def result(people: float, *, reading: str) -> UrbanResult:
        zones, places = make.zones(("Z1", True)), make.facilities(centre("A"))
        demand = make.demand([people], [0])
        return judge(zones, demand, places, nearest=[0], reading=reading).zones[0].result

    assert result(120_000, reading="or") is UrbanResult.STREET_ONLY
    assert result(120_000, reading="and") is UrbanResult.STREET_NOT_PEOPLE
    assert result(50_000, reading="and") is UrbanResult.BOTH


def test_where_no_point_counts_no_zone_is_judged(make: SimpleNamespace) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([837_263], [0]),
        make.facilities(),
        nearest=[-1],
        is_known=False,
    )
    (verdict,) = ratios.zones
    assert verdict.result is UrbanResult.NO_POINTS
    assert verdict.centres_missing is None


@pytest.mark.parametrize("owner", ["村集体", "", "不详"])
def test_an_owner_that_no_row_knows_is_unknown_and_counts_as_no_confirmed_centre(
    make: SimpleNamespace, owner: str
) -> None:
    ratios = judge(
        make.zones(("Z1", True)),
        make.demand([50_000], [0]),
        make.facilities(centre("A") | {"owner": owner}),
        nearest=[0],
    )
    (verdict,) = ratios.zones
    assert (verdict.centres, verdict.centres_unknown) == (0, 1)
    assert (verdict.street, verdict.people) == (ColumnStatus.UNKNOWN, ColumnStatus.UNKNOWN)
    assert verdict.result is UrbanResult.OWNER_UNKNOWN
    assert verdict.centres_missing is None


def test_a_station_below_branches_of_branches_counts_under_their_centre(
    make: SimpleNamespace,
) -> None:
    facilities = make.facilities(
        centre("A"),
        centre("B", parent_id="A"),
        centre("C", parent_id="B"),
        {"id": "S", "kind": "B200", "parent_id": "C", "owner": GOVERNMENT},
    )
    found = counted_centres(facilities, is_operating=np.ones(4, dtype=bool))
    assert [facilities.id[i] for i in found.index] == ["A"]
    assert found.stands_for.tolist() == [0, 0, 0, 0]
    assert found.branches.tolist() == [2]
    assert found.points.tolist() == [True, True, True, False]
