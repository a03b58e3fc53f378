"""Toy builders for the planning tests: a few zones, people and institutions in a reader's head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from data.types import FACILITY_COLUMNS, Demand, Facilities, Villages, Zones

CODES = {"B100": 2, "C100": 2, "C210": 2, "C220": 2, "B200": 1, "D600": 1, "A100": 3}


def _zones(
    *rows: tuple[str, bool | None] | tuple[str, bool | None, str], urban_source: str = "study"
) -> Zones:
    """Return zones from (code, urban, level) rows; the level is `street` where it is left out."""
    n = len(rows)
    return Zones(
        code=tuple(row[0] for row in rows),
        name=tuple(f"zone {row[0]}" for row in rows),
        level=tuple(row[2] if len(row) == 3 else "street" for row in rows),
        urban=tuple(row[1] for row in rows),
        urban_source=urban_source,
        census_people=np.full(n, np.nan),
        geometry=np.full(n, None, dtype=object),
    )


def _villages(*rows: tuple[str, int] | tuple[str, int, int]) -> Villages:
    """Return villages from (code, zone, parent) rows; the parent is -1 where it is left out."""
    n = len(rows)
    return Villages(
        code=tuple(row[0] for row in rows),
        name=tuple(f"village {row[0]}" for row in rows),
        parent=np.array([row[2] if len(row) == 3 else -1 for row in rows], dtype=np.int32),
        zone=np.array([row[1] for row in rows], dtype=np.int32),
        people=np.full(n, np.nan),
        geometry=np.full(n, None, dtype=object),
    )


def _demand(
    people: Sequence[float],
    zone: Sequence[int],
    village: Sequence[int] | None = None,
    groups: Mapping[str, Sequence[float]] | None = None,
) -> Demand:
    n = len(people)
    line = np.arange(n, dtype=np.float64) * 100
    return Demand(
        cell_id=tuple(f"c{i}" for i in range(n)),
        x_m=line,
        y_m=np.zeros(n),
        lon=120 + line / 1e5,
        lat=np.full(n, 30.0),
        people=np.array(people, dtype=np.float64),
        groups={k: np.array(v, dtype=np.float64) for k, v in (groups or {}).items()},
        zone=np.array(zone, dtype=np.int32),
        village=np.array([-1] * n if village is None else village, dtype=np.int32),
        grid=None,
        row=np.zeros(0, dtype=np.int32),
        column=np.zeros(0, dtype=np.int32),
    )


def _facilities(*rows: Mapping[str, Any]) -> Facilities:
    """Return facilities from dicts: `id` and any of kind, zone, x_m, y_m and the fixed columns."""
    n = len(rows)
    kinds = tuple(row.get("kind", "B100") for row in rows)
    columns = {name: tuple(row.get(name) for row in rows) for name in FACILITY_COLUMNS}
    x_m = np.array([row.get("x_m", 0.0) for row in rows], dtype=np.float64)
    return Facilities(
        id=tuple(row["id"] for row in rows),
        name=tuple(row.get("name", row["id"]) for row in rows),
        kind=kinds,
        level=np.array([CODES.get(kind, 0) for kind in kinds], dtype=np.int8),
        x_m=x_m,
        y_m=np.where(np.isfinite(x_m), np.array([row.get("y_m", 0.0) for row in rows]), np.nan),
        lon=np.full(n, 120.0),
        lat=np.full(n, 30.0),
        zone=np.array([row.get("zone", 0) for row in rows], dtype=np.int32),
        columns=columns,
    )


@pytest.fixture
def make_zones() -> Callable[..., Zones]:
    return _zones


@pytest.fixture
def make_villages() -> Callable[..., Villages]:
    return _villages


@pytest.fixture
def make_demand() -> Callable[..., Demand]:
    return _demand


@pytest.fixture
def make_facilities() -> Callable[..., Facilities]:
    return _facilities
