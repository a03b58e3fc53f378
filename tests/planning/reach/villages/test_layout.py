"""The layout plan of village points: declared beside computed, and why they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planning.reach.mode_times import ModeTimes
from planning.reach.villages.cover import VillageInput, VillageRules, village_cover
from planning.reach.villages.layout import village_layout
from planning.reach.villages.opening import opening_of
from tests.geo.hand_pairs import pairs_from_minutes

FAR = np.inf


@pytest.fixture
def layout(
    make_villages: Callable[..., Any],
    make_demand: Callable[..., Any],
    make_facilities: Callable[..., Any],
) -> Callable[..., Any]:
    """Return the row of one village of 100 people, 80 of them in one cell."""

    def build(mode: str, served_by: str, minutes: Any, *, points: Any = (True, True)) -> Any:
        villages = replace(make_villages(("V0", 0)), declared_mode=(mode,), served_by=(served_by,))
        facilities = make_facilities(
            {"id": "A", "name": "clinic A", "kind": "D600", "open_days": 5, "standardised": False},
            {"id": "B", "name": "clinic B", "kind": "D600", "open_days": 5},
        )
        given = VillageInput(
            villages=villages,
            demand=make_demand([80, 20], [0, 0], [0, 0]),
            facilities=facilities,
            is_point=np.ones(2, dtype=bool),
            points=np.array(points),
            opening=opening_of(facilities),
            facility_village=np.full(2, -1, dtype=np.int32),
        )
        cut = np.zeros(2, dtype=bool)
        times = ModeTimes("e_bike", pairs_from_minutes(minutes), 30.0, cut)
        cover = village_cover(given, times, VillageRules())
        (row,) = village_layout(given, times, cover)
        return row

    return build


def test_a_declared_cluster_is_checked_against_the_clinic_it_names(layout: Any) -> None:
    # Clinic B is near and covers the village; the plan names A, which 20 of 100 people reach.
    row = layout("cluster", "A", [[25, 5], [10, 5]])
    assert row.row.cover.value == "cluster"
    assert (row.difference, row.clinic_share) == ("clinic_too_far", pytest.approx(0.2))
    assert (row.clinic, row.minutes, row.advice) == (0, 25.0, "name_a_clinic")


def test_a_clinic_is_named_by_id_or_by_name(layout: Any) -> None:
    for name in ("B", "clinic B"):
        row = layout("cluster", name, [[25, 5], [10, 5]])
        assert (row.clinic, row.difference, row.advice) == (1, "", "keep")
    assert layout("cluster", "nobody", [[25, 5], [10, 5]]).difference == "clinic_unknown"


def test_a_closed_clinic_serves_nobody(layout: Any) -> None:
    row = layout("cluster", "A", [[5, 5], [5, 5]], points=(False, True))
    assert (row.difference, row.advice) == ("clinic_not_counted", "open_or_replace")


def test_what_is_declared_otherwise_stands_beside_what_is_computed(layout: Any) -> None:
    row = layout("circuit", "", [[5, 25], [5, 25]])
    assert (row.declared.value, row.row.cover.value) == ("circuit", "cluster")
    assert (row.difference, row.is_named) == ("other_mode", False)
    # The nearest clinic is not up to standard: that is what is left to do.
    assert (row.clinic, row.advice) == (0, "standardise")


def test_silence_is_no_agreement(layout: Any) -> None:
    row = layout("", "", [[FAR, 5], [FAR, 5]])
    assert (row.declared, row.difference, row.advice) == (None, "not_declared", "declare")
    lost = layout("", "", [[FAR, FAR], [FAR, FAR]])
    assert (lost.clinic, lost.minutes, lost.advice) == (-1, None, "add_cover")
