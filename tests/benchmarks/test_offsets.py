"""The simulation of the coordinate detector: right with enough facilities, silent with few."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "offsets.py"
    spec = importlib.util.spec_from_file_location("benchmarks_offsets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rates_with_streets_every_200_m(simulation: ModuleType) -> None:
    rows = {row["count"]: row for row in simulation.simulate(120, (200,))}
    assert rows[50]["right"] >= 0.95
    assert rows[20]["right"] >= 0.80
    assert all(row["wrong"] == 0 for row in rows.values())
    assert rows[5]["right"] == 0.0


def test_points_anywhere_decide_nothing(simulation: ModuleType) -> None:
    (row,) = simulation.simulate(120, (200,), (60,), is_beside_roads=False)
    assert row["wrong"] == 0
    assert row["right"] == 0


def test_distance_to_streets_by_hand(simulation: ModuleType) -> None:
    net = simulation.StreetNet(np.random.default_rng(1), 200.0)
    net.angle = 0.0
    net.lines = np.array([[0.0, 100.0], [50.0, 500.0]])
    assert net.distance_m(np.array([[30.0, 200.0], [90.0, 55.0]])).tolist() == [30.0, 5.0]


def test_wilson_by_hand(simulation: ModuleType) -> None:
    low, high = simulation.wilson(0, 400)
    assert low == 0.0
    assert high == pytest.approx(0.0095, abs=1e-4)


def test_lists_in_one_system_are_hardly_ever_called_mixed(simulation: ModuleType) -> None:
    (row,) = simulation.simulate_groups(60, (200,), ((20, 10),))
    assert row["wrong"] <= 0.05
    assert row["deciding"] > 0.1
