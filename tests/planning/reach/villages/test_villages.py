"""Village modes on toy villages: one for each mode, each trap and each reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from data.types import CircuitStop, Villages
from geo.pairs import Reach, reach_from_table
from planning.reach.mode_times import (
    ModeTimes,
    cover_count,
    covered_by,
    is_within,
    nearest_tenths,
    people_losing_alone,
)
from planning.reach.villages.cover import (
    CoverMode,
    OnFoot,
    Reason,
    VillageCover,
    VillageInput,
    VillageRules,
    village_cover,
)
from planning.reach.villages.exits import exit_risk
from planning.reach.villages.members import facility_villages, members_of
from planning.reach.villages.opening import opening_of
from planning.reach.villages.sweep import sweep_villages

FAR = None
MIN = 600


def pairs_of(minutes: Sequence[Sequence[float | None]]) -> Reach:
    """Return pairs from minutes[facility][demand]; None is out of reach."""
    rows = [
        (f, d, round(value * MIN))
        for f, row in enumerate(minutes)
        for d, value in enumerate(row)
        if value is not None
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return reach_from_table(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        n_facilities=len(minutes),
        n_demand=len(minutes[0]) if minutes else 0,
    )


def stop(stop_id: str, visits: float, *, island: bool = False) -> CircuitStop:
    return CircuitStop(stop_id, stop_id, 0, 0, 0, 0, "", visits, "", "", (), island)


@pytest.fixture
def world(
    make_villages: Callable[..., Villages],
    make_demand: Callable[..., Any],
    make_facilities: Callable[..., Any],
) -> Callable[..., Any]:
    """Return a builder of village inputs from minutes between points and demand."""

    def build(
        *,
        people: Sequence[float],
        village: Sequence[int],
        facilities: Sequence[dict[str, Any]],
        minutes: Sequence[Sequence[float | None]],
        walk: Sequence[Sequence[float | None]] | None = None,
        stops: Sequence[CircuitStop] = (),
        stop_minutes: Sequence[Sequence[float | None]] = (),
        villages: Villages | None = None,
        is_open: Sequence[bool] | None = None,
        cut_off: Sequence[bool] | None = None,
        one_way: Sequence[bool] | None = None,
        rules: VillageRules | None = None,
    ) -> SimpleNamespace:
        n = max(village) + 1
        units = villages or make_villages(*[(f"V{i}", 0) for i in range(n)])
        demand = make_demand(people, [0] * len(people), village)
        places = make_facilities(*[{"kind": "D600", **row} for row in facilities])
        pairs = pairs_of(minutes)
        cut = np.zeros(len(people), bool) if cut_off is None else np.array(cut_off)
        on_foot = pairs if walk is None else pairs_of(walk)
        given = VillageInput(
            villages=units,
            demand=demand,
            facilities=places,
            is_point=np.ones(len(places), dtype=bool),
            points=np.ones(len(places), bool) if is_open is None else np.array(is_open),
            opening=opening_of(places),
            facility_village=np.array([row.get("in", -1) for row in facilities], dtype=np.int32),
            stops=stops,
            on_foot={
                "walk": OnFoot(
                    ModeTimes("walk", on_foot, 30.0, cut),
                    pairs_of(stop_minutes) if stops else None,
                )
            },
        )
        held = None if one_way is None else np.array(one_way)
        times = ModeTimes("e_bike", pairs, 30.0, cut, held)
        cover = village_cover(given, times, rules or VillageRules())
        return SimpleNamespace(given=given, times=times, cover=cover, row=cover.rows[0])

    return build


def verdicts(cover: VillageCover) -> list[str]:
    return [row.cover.value for row in cover.rows]


def test_a_clinic_in_the_village_is_point(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": 0, "open_days": 5}],
        minutes=[[10]],
    )
    assert toy.row.cover is CoverMode.POINT
    assert toy.row.facility_ids == ("A",)
    assert toy.cover.share == 1
    assert toy.cover.people_share == 1


def test_trap_the_village_of_the_township_centre_is_point(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": 0, "kind": "C220", "hours": "Mo-Su 00:00-24:00"}],
        minutes=[[3]],
    )
    assert toy.row.cover is CoverMode.POINT


def test_trap_an_own_clinic_open_three_days_is_circuit(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": 0, "open_days": 3}],
        minutes=[[10]],
    )
    assert toy.row.cover is CoverMode.CIRCUIT
    van = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "open_days": 5}],
        minutes=[[FAR]],
        stops=[stop("S", 52 / 12)],
        stop_minutes=[[10]],
    )
    assert van.row.cover is CoverMode.CIRCUIT


def test_trap_own_clinic_85_percent_any_clinic_95_is_point(world: Callable[..., Any]) -> None:
    toy = world(
        people=[850, 100, 50],
        village=[0, 0, 0],
        facilities=[{"id": "A", "in": 0, "open_days": 5}, {"id": "B", "open_days": 5}],
        minutes=[[10, 25, 25], [25, 15, 25]],
    )
    assert toy.row.cover is CoverMode.POINT
    assert toy.row.share_fixed == pytest.approx(0.95)
    assert toy.row.people_covered == 950
    alone = world(
        people=[850, 100, 50],
        village=[0, 0, 0],
        facilities=[{"id": "A", "in": 0, "open_days": 5}],
        minutes=[[10, 25, 25]],
    )
    assert alone.row.cover is CoverMode.UNCOVERED
    assert alone.row.reason is Reason.PARTLY_BEYOND


def test_near_a_clinic_elsewhere_is_cluster(world: Callable[..., Any]) -> None:
    toy = world(
        people=[900, 100],
        village=[0, 0],
        facilities=[{"id": "A", "in": -1, "open_days": 5}],
        minutes=[[20, 20.01]],
    )
    assert toy.row.cover is CoverMode.CLUSTER  # exactly 90 % at exactly 20 minutes


def test_a_part_time_point_of_its_own_makes_no_village_worse(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": 0, "open_days": 0.5}, {"id": "B", "open_days": 5}],
        minutes=[[5], [15]],
        walk=[[5], [FAR]],
    )
    assert toy.row.cover is CoverMode.CLUSTER


def test_elders_walk_to_circuits_at_their_own_speed(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": -1, "open_days": 7}],
        minutes=[[20]],
        stops=[stop("S", 4.34)],
        stop_minutes=[[20]],
    )
    nobody = np.zeros(1, dtype=bool)
    slow = ModeTimes("walk_elderly", pairs_of([[25]]), 30.0, nobody)
    on_foot = {**toy.given.on_foot, "walk_elderly": OnFoot(slow, pairs_of([[25]]))}
    given = replace(toy.given, on_foot=on_foot)
    assert verdicts(village_cover(given, slow, VillageRules())) == ["uncovered"]
    walking = given.on_foot["walk"].times
    assert verdicts(village_cover(given, walking, VillageRules())) == ["cluster"]


def test_a_shorter_circle_is_shorter_for_circuits_too(world: Callable[..., Any]) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "in": 0, "open_days": 7}],
        minutes=[[16]],
        stops=[stop("S", 52 / 12)],
        stop_minutes=[[16]],
    )
    by_limit = {
        minutes: village_cover(toy.given, toy.times, VillageRules(minutes=minutes)).share
        for minutes in (10.0, 15.0, 16.0, 20.0)
    }
    assert by_limit == {10.0: 0.0, 15.0: 0.0, 16.0: 1.0, 20.0: 1.0}


@pytest.mark.parametrize(
    ("visits", "island", "expected", "reason"),
    [
        (4.34, False, "circuit", ""),
        (52 / 12, False, "circuit", ""),
        (4.0, False, "uncovered", "too_rare"),
        (1.0, False, "uncovered", "too_rare"),
        (1.0, True, "circuit", ""),
        (0.5, True, "uncovered", "too_rare"),
    ],
)
def test_circuits_need_their_frequency(
    world: Callable[..., Any], visits: float, island: bool, expected: str, reason: str
) -> None:
    toy = world(
        people=[1000],
        village=[0],
        facilities=[{"id": "A", "open_days": 5}],
        minutes=[[FAR]],
        stops=[stop("S", visits, island=island)],
        stop_minutes=[[20]],
    )
    assert (toy.row.cover.value, toy.row.reason.value) == (expected, reason)


def test_reasons(world: Callable[..., Any]) -> None:
    def reason(**change: Any) -> str:
        spec = {
            "people": [1000],
            "village": [0],
            "facilities": [{"id": "A", "open_days": 5}],
            "minutes": [[FAR]],
        }
        return world(**{**spec, **change}).row.reason.value

    assert reason() == "no_point"
    assert reason(cut_off=[True]) == "cut_off"
    assert reason(one_way=[True]) == "one_way"
    closed = [{"id": "A", "in": 0, "open_days": 5}]
    assert reason(facilities=closed, is_open=[False], minutes=[[5]]) == "not_open"
    assert reason(facilities=[{"id": "A", "in": 0, "open_days": 0}], minutes=[[5]]) == "not_open"
    split = {"people": [500, 500], "village": [0, 0], "minutes": [[5, 25]]}
    assert reason(**split) == "partly_beyond"
    rare = {"stops": [stop("S", 1)], "stop_minutes": [[5]]}
    assert reason(**rare) == "too_rare"


def test_villages_decide_and_people_stand_beside(world: Callable[..., Any]) -> None:
    toy = world(
        people=[9000, 1000, 0],
        village=[0, 1, 2],
        facilities=[{"id": "A", "in": 0, "open_days": 5}],
        minutes=[[5, 25, FAR]],
    )
    assert verdicts(toy.cover) == ["point", "uncovered", "no_people"]
    assert toy.cover.share == 0.5
    assert toy.cover.people_share == 0.9
    assert toy.cover.count(CoverMode.POINT) == 1


def test_nominal_against_effective(world: Callable[..., Any]) -> None:
    unstaffed = {"id": "A", "in": 0, "open_days": 5, "doctors": 0, "village_doctors": 0}
    uninsured = {"id": "A", "in": 0, "open_days": 5, "insurance_enabled": False}
    for facility in (unstaffed, uninsured):
        toy = world(people=[100], village=[0], facilities=[facility], minutes=[[5]])
        assert toy.row.nominal
        assert toy.row.cover is CoverMode.POINT
        assert toy.row.effective is CoverMode.UNCOVERED
        assert toy.cover.effective_share == 0
    blank = world(people=[100], village=[0], facilities=[{"id": "A", "in": 0}], minutes=[[5]])
    assert blank.row.effective is CoverMode.POINT  # a blank is no proof; it is counted
    assert blank.cover.points_without_days == 1


def test_natural_villages_add_up_in_their_village(
    world: Callable[..., Any], make_villages: Callable[..., Villages]
) -> None:
    villages = make_villages(("V0", 0), ("V1", 0), ("V0a", 0, 0), ("V0b", 0, 0))
    toy = world(
        people=[400, 500, 100],
        village=[2, 3, 0],
        villages=villages,
        facilities=[{"id": "A", "open_days": 5}],
        minutes=[[5, 5, 25]],
    )
    assert [row.code for row in toy.cover.rows] == ["V0", "V1"]
    assert toy.row.people == 1000
    assert toy.row.cover is CoverMode.CLUSTER
    assert toy.cover.rows[1].cover is CoverMode.NO_PEOPLE


def test_nobody_and_no_village(world: Callable[..., Any]) -> None:
    toy = world(people=[0], village=[0], facilities=[{"id": "A"}], minutes=[[5]])
    assert toy.cover.share is None
    assert toy.cover.people_share is None
    assert toy.cover.effective_share is None


def test_people_outside_all_villages_are_counted_beside(world: Callable[..., Any]) -> None:
    toy = world(people=[70, 30], village=[0, -1], facilities=[{"id": "A"}], minutes=[[5, 5]])
    assert toy.cover.people_without_village == 30
    assert toy.row.people == 70


def test_a_larger_limit_never_covers_fewer_villages(
    world: Callable[..., Any], rng: np.random.Generator
) -> None:
    n, k = 60, 8
    toy = world(
        people=rng.integers(1, 500, n).tolist(),
        village=rng.integers(0, 12, n).tolist(),
        facilities=[{"id": f"A{i}", "in": i, "open_days": 5} for i in range(k)],
        minutes=rng.uniform(1, 40, (k, n)).tolist(),
    )
    swept = sweep_villages(toy.given, {"e_bike": toy.times}, VillageRules())
    shares = [row.share for row in swept]
    assert [row.minutes for row in swept] == [10, 15, 20, 30]
    assert shares == sorted(shares)
    assert sweep_villages(toy.given, {"e_bike": toy.times}, VillageRules(), minutes=[45]) == ()


def test_who_loses_cover_when_the_sole_doctor_leaves(world: Callable[..., Any]) -> None:
    toy = world(
        people=[300, 200, 100],
        village=[0, 1, 2],
        facilities=[
            {"id": "A", "in": 0, "open_days": 5, "sole_doctor_exit_year": 2026},
            {"id": "B", "in": 1, "open_days": 5, "sole_doctor_exit_year": 2026},
            {"id": "C", "in": 2, "open_days": 5, "sole_doctor_exit_year": 2031},
            {"id": "D", "in": 2, "open_days": 5},
        ],
        minutes=[[5, 15, FAR], [15, 5, FAR], [FAR, FAR, 5], [FAR, 10, FAR]],
    )
    risk = exit_risk(toy.given, toy.times, VillageRules(), cover=toy.cover, year=2028)
    assert [(row.facility_id, row.people_losing) for row in risk.exits] == [("A", 0), ("B", 0)]
    assert risk.people_losing_together == 300  # village 0 had A and B, village 1 keeps D
    assert risk.villages_losing == ("V0",)
    assert risk.points_without_year == 1
    later = exit_risk(toy.given, toy.times, VillageRules(), cover=toy.cover, year=2031)
    assert later.exits[0].facility_id == "C"
    assert later.exits[0].people_losing == 100


def test_losing_alone_agrees_with_closing_one_by_one(rng: np.random.Generator) -> None:
    n, k = 80, 7
    minutes = np.where(rng.uniform(size=(k, n)) < 0.4, rng.uniform(1, 40, (k, n)), np.nan)
    pairs = pairs_of([[None if np.isnan(v) else v for v in row] for row in minutes])
    people = rng.uniform(0, 100, n)
    is_open = rng.uniform(size=k) < 0.8
    losses = people_losing_alone(
        pairs, is_open, people, closing=np.arange(k, dtype=np.int32), minutes=20
    )
    before = is_within(nearest_tenths(pairs, is_open), 20)
    for f in range(k):
        without = is_open.copy()
        without[f] = False
        after = is_within(nearest_tenths(pairs, without), 20)
        assert losses[f] == pytest.approx(people[before & ~after].sum())
    assert cover_count(pairs, is_open, 20).tolist() == [
        sum(d in covered_by(pairs, f, 20) for f in np.flatnonzero(is_open)) for d in range(n)
    ]


def test_facilities_stand_in_the_polygon_or_near_the_point(
    make_villages: Callable[..., Villages], make_facilities: Callable[..., Any]
) -> None:
    villages = make_villages(("V0", 0), ("V1", 0), ("V1a", 0, 1), ("V2", 0))
    villages.geometry[0] = shapely.box(0, 0, 1000, 1000)
    villages.geometry[1] = shapely.Point(5000, 0)
    villages.geometry[2] = shapely.Point(7000, 0)
    facilities = make_facilities(
        {"id": "in polygon", "x_m": 500, "y_m": 500},
        {"id": "near V1", "x_m": 5600},
        {"id": "near V1a", "x_m": 6500},
        {"id": "far", "x_m": 9000},
        {"id": "unplaced", "x_m": np.nan},
    )
    found = facility_villages(facilities, villages, in_village_m=1000)
    assert found.tolist() == [0, 1, 1, -1, -1]


def test_members_without_villages(
    make_villages: Callable[..., Villages], make_demand: Callable[..., Any]
) -> None:
    demand = make_demand([1, 2], [0, 0])
    assert members_of(make_villages(), demand).tolist() == [-1, -1]
