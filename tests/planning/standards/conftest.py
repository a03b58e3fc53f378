"""A judge of toy studies: two zones of Shangyu, one urban, four villages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.types import ReportedValue, ServiceArea
from geo.pairs import reach_from_table
from planning.centres.centres import counted_centres
from planning.centres.service_ratio import service_ratios
from planning.centres.urban_verdict import Reading
from planning.reach.mode_times import ModeTimes
from planning.reach.scenario import PRIMARY_CARE_KINDS
from planning.standards.indicators import People
from planning.standards.judgement import StandardsResult, assess_standards
from planning.standards.measures.evidence import StandardsInput
from tests.planning.standards.toy_rows import centre, clinic


@pytest.fixture
def study(
    make_zones: Callable[..., Any],
    make_demand: Callable[..., Any],
    make_facilities: Callable[..., Any],
    make_villages: Callable[..., Any],
) -> Callable[..., StandardsResult]:
    """Return a judge of toy studies: two zones of Shangyu, one urban, four villages."""

    def judge(
        *,
        codes: Sequence[str] = ("330604001000", "330604101000"),
        urban: Sequence[bool | None] = (True, False),
        people: Sequence[float] = (60_000, 1000, 800, 200),
        zone: Sequence[int] = (0, 1, 1, 1),
        near: Sequence[Sequence[float | None]] = (
            (5, None, None, None),
            (None, 5, None, None),
            (None, None, 25, None),
        ),
        facilities: Sequence[dict[str, Any]] | None = None,
        indicators: Sequence[dict[str, Any]] = (),
        reported: Sequence[ReportedValue] = (),
        areas: Sequence[ServiceArea] = (),
        headline: str | None = "e_bike",
        nearest: Sequence[int] | None = None,
        has_villages: bool = True,
        as_of: str = "2025-06-30",
        allotted: int | None = None,
        reading: Reading = "or",
    ) -> StandardsResult:
        zones = make_zones(
            *[
                (c, u, "street" if i == 0 else "town")
                for i, (c, u) in enumerate(zip(codes, urban, strict=True))
            ]
        )
        demand = make_demand(people, zone, list(range(len(people))))
        rows = facilities or (
            centre("A", 0, services="住院;中医", hours="Mo-Su 08:00-17:00"),
            clinic("B", 1, standardised=True, in_plan=True, insurance_enabled=True),
            clinic("C", 1, standardised=False, in_plan=True, insurance_enabled=True),
        )
        places = make_facilities(*rows)
        dataset: Any = SimpleNamespace(
            zones=zones,
            demand=demand,
            facilities=places,
            villages=make_villages(*[(f"V{i}", z) for i, z in enumerate(zone)])
            if has_villages
            else None,
            circuits=(),
            service_areas=tuple(areas),
            indicators=tuple(indicators),
            reported=tuple(reported),
            is_synthetic=True,
            date="2025-06-30",
        )
        table = np.array(
            [(f, d, m * 600) for f, row in enumerate(near) for d, m in enumerate(row) if m]
        ).reshape(-1, 3)
        pairs = reach_from_table(
            table[:, 0], table[:, 1], table[:, 2], n_facilities=len(rows), n_demand=len(people)
        )
        cut = np.zeros(len(people), dtype=bool)
        operating = np.ones(len(rows), dtype=bool)
        if nearest is None:
            nearest = [0 if number == 0 else -1 for number in zone]
        given = StandardsInput(
            dataset=dataset,
            as_of=as_of,
            points=np.isin(places.kind, PRIMARY_CARE_KINDS) & places.has_position,
            is_operating=operating,
            is_operating_on=lambda _: operating,
            times={mode: ModeTimes(mode, pairs, 30.0, cut) for mode in ("walk", "e_bike")},
            stop_pairs={},
            headline_mode=headline,
            analysis_mode=headline or "walk",
            minutes=20.0,
            ratios=service_ratios(
                dataset,
                centres=counted_centres(places, is_operating=operating),
                nearest_facility=np.array(nearest, dtype=np.int32),
                reading=reading,
            ),
            population=People(float(sum(people)), "常住", 2023, "toy"),
            allotted=allotted,
        )
        return assess_standards(given)

    return judge
