"""Programmes: who gains and loses, alone and in order; relocations; progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from data.programme.stages import Stage
from geo.pairs import Reach, reach_from_table
from planning.programme.projects import (
    Programme,
    Project,
    ordered,
    projects_of,
    run_programme,
)
from planning.reach.mode_times import is_within, nearest_tenths


def pairs_of(near: list[list[int]], n_demand: int) -> Reach:
    """Return pairs of 10 minutes for the demand points listed per facility."""
    facility = [f for f, row in enumerate(near) for _ in row]
    demand = [d for row in near for d in row]
    return reach_from_table(
        facility, demand, [6000] * len(demand), n_facilities=len(near), n_demand=n_demand
    )


def project(
    project_id: str, opens: tuple[int, ...], closes: tuple[int, ...] = (), day: str = ""
) -> Project:
    return Project(project_id, project_id, Stage.BUILDING, day, opens, closes)


def test_alone_and_after_earlier_projects() -> None:
    pairs = pairs_of([[0], [1, 2], [2, 3]], 4)
    programme = run_programme(
        [project("B", (2,), day="2027-01-01"), project("A", (1,), day="2026-01-01")],
        pairs,
        np.array([100.0, 10.0, 20.0, 40.0]),
        is_open=np.array([True, False, False]),
        minutes=20,
    )
    first, second = programme.effects
    assert first.project.project_id == "A"
    assert (first.gaining_alone, first.gaining_after) == (30, 30)
    assert (second.gaining_alone, second.gaining_after) == (60, 40)
    assert (programme.done, programme.planned, programme.progress) == (0, 2, 0)


def test_a_relocation_gains_and_loses() -> None:
    pairs = pairs_of([[0, 1], [1, 2]], 3)
    programme = run_programme(
        [project("move", (1,), (0,), "2026-07-01")],
        pairs,
        np.array([7.0, 5.0, 3.0]),
        is_open=np.array([True, False]),
        minutes=20,
        figures=lambda mask: {"points": float(mask.sum())},
    )
    (effect,) = programme.effects
    assert effect.project.is_relocation
    assert (effect.gaining_alone, effect.losing_alone) == (3, 7)
    assert effect.figures_before == {"points": 1.0}
    assert effect.figures_after == {"points": 1.0}


def test_29_of_29() -> None:
    done = [Project(f"P{i}", "", Stage.OPERATING, "2020-06-01", (0,)) for i in range(29)]
    programme = run_programme(
        done, pairs_of([[0]], 1), np.ones(1), is_open=np.array([True]), minutes=20
    )
    assert (programme.done, programme.planned, programme.progress) == (29, 29, 1.0)
    assert programme.effects == ()
    assert Programme((), 0, 0).progress is None


def test_projects_without_a_day_come_last() -> None:
    rows = ordered([project("C", (0,)), project("B", (0,), day="2030-01-01"), project("A", (0,))])
    assert [row.project_id for row in rows] == ["B", "A", "C"]


def test_projects_that_the_facility_list_tells(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "old", "kind": "D600", "status": "operating", "close_date": "2026-07-01", "x_m": 0},
        {"id": "new", "kind": "D600", "status": "construction", "open_date": "2026-07-01",
         "x_m": 300},
        {"id": "other", "kind": "D600", "status": "construction", "open_date": "2026-07-01",
         "x_m": 9000},
        {"id": "planned", "kind": "B200", "status": "planned"},
        {"id": "done", "kind": "B200", "status": "operating", "open_date": "2025-03-01"},
        {"id": "ancient", "kind": "B200", "status": "operating", "open_date": "1990-03-01"},
        {"id": "closes", "kind": "B200", "status": "operating", "close_date": "2027-01-01"},
        {"id": "gone", "kind": "D600", "status": "closed", "close_date": "2023-11-30"},
    )  # fmt: skip
    rows = projects_of(facilities, as_of="2025-06-30", since="2025-01-01")
    assert [(row.project_id, row.stage.value, row.closes) for row in rows] == [
        ("done", "operating", ()),
        ("new", "building", (0,)),
        ("other", "building", ()),
        ("closes", "scheduled", (6,)),
        ("planned", "siting", ()),
    ]


def test_a_missed_opening_day_is_not_done(make_facilities: Callable[..., Any]) -> None:
    facilities = make_facilities(
        {"id": "late", "kind": "D600", "status": "construction", "open_date": "2025-03-01"},
        {"id": "due", "kind": "D600", "status": "construction", "open_date": "2025-09-01"},
        {"id": "open", "kind": "D600", "status": "operating", "open_date": "2025-03-01"},
    )

    def done(as_of: str) -> list[str]:
        rows = projects_of(facilities, as_of=as_of, since="2025-01-01", listed_on="2025-06-30")
        return [row.project_id for row in rows if row.stage is Stage.OPERATING]

    assert done("2025-06-30") == ["open"]
    assert done("2025-12-31") == ["open", "due"]


def test_effects_in_order_add_up_to_the_whole(rng: np.random.Generator) -> None:
    n, k = 50, 9
    near = [np.flatnonzero(rng.uniform(size=n) < 0.3).tolist() for _ in range(k)]
    pairs = pairs_of(near, n)
    people = rng.uniform(0, 10, n)
    is_open = np.array([True] * 4 + [False] * 5)
    projects = [
        project("P4", (4,), (0,), "2026-01-01"),
        project("P5", (5, 6), (), "2026-02-01"),
        project("P7", (), (1, 2), "2026-03-01"),
        project("P8", (7, 8), (3,), "2026-04-01"),
    ]
    programme = run_programme(projects, pairs, people, is_open=is_open, minutes=20)
    change = sum(row.gaining_after - row.losing_after for row in programme.effects)
    after = np.array([False] * 4 + [True] * 5)
    covered = [people[is_within(nearest_tenths(pairs, m), 20)].sum() for m in (is_open, after)]
    assert change == pytest.approx(covered[1] - covered[0])
