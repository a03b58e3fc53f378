"""Bring your own times: tables in, plan out, every fault named by file, column and row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planning.sites.site_table.run import run_site_table
from planning.solver import SolveLimits
from tests.planning.sites.site_table.small_tables import DEMAND, LOADS, TIMES, planned


@pytest.mark.parametrize(
    ("model", "options", "objective", "sites"),
    [
        ("mclp", {"limit": 20.0, "count": 1}, 5000.0, ["S2"]),
        ("lscp", {"limit": 20.0}, 2.0, ["S1", "S2"]),
        ("lscp", {"limit": 25.0, "count": 9}, 1.0, ["S2"]),
        ("p-median", {"count": 1}, 73_000.0, ["S2"]),
        ("p-median", {"count": 2}, 53_000.0, ["S1", "S2"]),
        ("p-centre", {"count": 1}, 25.0, ["S2"]),
        ("p-centre", {"count": 2}, 12.0, ["S1", "S2"]),
        ("backup", {"limit": 20.0, "count": 2}, 2000.0, ["S1", "S2"]),
        ("capacitated", {"count": 2, "capacity": LOADS}, 53_000.0, ["S1", "S2"]),
        ("capacitated", {"count": 1, "limit": 20.0, "capacity": LOADS}, 5000.0, ["S2"]),
        ("p-median", {"count": 1, "existing": ("S1",)}, 53_000.0, ["S1", "S2"]),
        ("mclp", {"count": 0, "limit": 20.0, "existing": ("S1",)}, 3000.0, ["S1"]),
        ("mclp", {"count": 0, "limit": 20.0, "existing": ("S1,S2",)}, 6000.0, ["S1", "S2"]),
    ],
)
def test_every_model(
    tmp_path: Path, model: str, options: dict[str, Any], objective: float, sites: list[str]
) -> None:
    plan = planned(tmp_path, model=model, out=tmp_path / "PLAN.json", **options)
    assert (plan["status"], plan["objective"], plan["bound"]) == ("optimal", objective, objective)
    assert plan["gap"] == 0.0
    assert plan["sites"] == sites
    written = json.loads((tmp_path / "PLAN.json").read_text(encoding="utf-8"))
    assert written.pop("format") == "servicecircle.plan/2"
    assert written == plan
    assert set(plan["assignment"].values()) <= set(sites)


def test_ids_stay_text_and_sorted(tmp_path: Path) -> None:
    times = "cost,site_id,note,demand_id\n3,007,x,村1\n4,7,y,村1\n1,1e3,z,02\n"
    plan = planned(
        tmp_path, times=times, demand="people,demand_id\n5,02\n5,村1\n", model="lscp", limit=4.0
    )
    assert plan["sites"] == ["007", "1e3"]
    assert plan["assignment"] == {"02": "1e3", "村1": "007"}


def test_a_file_with_byte_order_mark_is_read(tmp_path: Path) -> None:
    plan = planned(
        tmp_path, times="\ufeff" + TIMES, demand="\ufeff" + DEMAND, model="p-median", count=1
    )
    assert plan["objective"] == 73_000.0


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, people = TIMES.splitlines(), DEMAND.splitlines()
    plans = []
    for _ in range(3):
        times = "\n".join([rows[0], *rng.permutation(rows[1:])])
        demand = "\n".join([people[0], *rng.permutation(people[1:])])
        plans.append(planned(tmp_path, times=times, demand=demand, model="p-median", count=1))
    assert plans[0] == plans[1] == plans[2]


def test_an_infeasible_plan_is_written_and_explained(tmp_path: Path) -> None:
    plan = planned(tmp_path, model="lscp", limit=10.0, out=tmp_path / "PLAN.json")
    assert plan["status"] == "infeasible"
    assert (plan["objective"], plan["bound"], plan["gap"]) == (None, None, None)
    assert (plan["sites"], plan["assignment"]) == ([], {})
    assert plan["findings"][0]["people"] == 2000.0
    assert plan["findings"][0]["needed"] == 12.0
    json.loads((tmp_path / "PLAN.json").read_text(encoding="utf-8"))


def test_rows_nobody_can_serve_stay_in_the_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, demand=DEMAND + "D4,500\n", model="mclp", limit=20.0, count=2)
    assert plan["unserved"] == ["D4"]
    assert "D4" not in plan["assignment"]


def test_binding_lower_loads_change_the_plan(tmp_path: Path) -> None:
    loads = "site_id,lower,upper\nS1,3000,3500\nS2,0,5000\n"
    options = {"model": "capacitated", "count": 2, "capacity": loads}
    soft = planned(tmp_path, **options)
    assert (soft["objective"], soft["below_lower"]) == (53_000.0, {"S1": 2000.0})
    said = [note for note in soft["findings"] if note["code"] == "siting_site_below_lower"]
    assert [(note["site"], note["short"]) for note in said] == [("S1", 2000.0)]
    binding = planned(tmp_path, lower_loads="binding", **options)
    assert (binding["objective"], binding["below_lower"]) == (59_000.0, {})
    assert binding["loads"] == {"S1": 3000.0, "S2": 3000.0}


@pytest.mark.parametrize(
    ("model", "options", "objective"),
    [
        ("mclp", {"limit": 25.0, "count": 1, "existing": ("S2",)}, 6000.0),
        ("mclp", {"limit": 20.0, "count": 1, "existing": ("S1", "S2")}, 6000.0),
        ("lscp", {"limit": 25.0, "existing": ("S2",)}, 1.0),
        ("lscp", {"limit": 20.0, "existing": ("S1", "S2")}, 2.0),
        ("backup", {"limit": 40.0, "count": 1, "existing": ("S1", "S2")}, 6000.0),
        ("p-median", {"count": 2, "existing": ("S1", "S2")}, 53_000.0),
        ("p-centre", {"count": 1, "existing": ("S1", "S2")}, 12.0),
        ("capacitated", {"count": 1, "capacity": LOADS, "existing": ("S1", "S2")}, 53_000.0),
    ],
)
def test_existing_sites_may_be_enough(
    tmp_path: Path, model: str, options: dict[str, Any], objective: float
) -> None:
    plan = planned(tmp_path, model=model, **options)
    assert (plan["status"], plan["objective"], plan["new_sites"]) == ("optimal", objective, [])
    codes = [note["code"] for note in plan["findings"]]
    first = ["siting_capacitated_median"] if model == "capacitated" else []
    assert codes == ([] if model == "lscp" else [*first, "siting_existing_suffice"])


def test_options_that_a_model_ignores_are_named(tmp_path: Path) -> None:
    plan = planned(tmp_path, model="lscp", limit=20.0, count=7, capacity=LOADS)
    codes = [note["code"] for note in plan["findings"]]
    assert codes == ["siting_count_unused", "siting_capacity_unused"]


def test_idle_sites_are_left_out_and_named(tmp_path: Path) -> None:
    plan = planned(tmp_path, model="mclp", limit=25.0, count=2)
    assert plan["sites"] == ["S2"]
    assert plan["findings"] == [{"code": "siting_further_sites_idle", "idle": 1, "count": 2}]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_encodings_of_offices_are_read(tmp_path: Path, encoding: str) -> None:
    files = {}
    for name, text in (("times", TIMES), ("demand", DEMAND)):
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_bytes(text.replace("D1", "村一").encode(encoding))
    plan = run_site_table(files["times"], files["demand"], model="p-median", count=1)
    assert plan["objective"] == 73_000.0
    assert [note["file"] for note in plan["findings"]] == (
        [] if encoding == "utf-8-sig" else ["times.csv", "demand.csv"]
    )


def test_semicolons_and_blank_lines_are_read(tmp_path: Path) -> None:
    times = TIMES.replace(",", ";").replace("D2;S1", "\n;;\nD2;S1")
    assert planned(tmp_path, times=times, model="p-median", count=1)["objective"] == 73_000.0


def network_table(folder: Path, n: int, count: int) -> dict[str, Any]:
    """Write a random network's distances as tables and return the plan of its p-median."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    rng = np.random.default_rng(n)
    ends = np.concatenate(
        [np.column_stack([np.arange(1, n), np.arange(n - 1)]), rng.integers(0, n, (n * n // 50, 2))]
    )
    length = rng.integers(1, 101, len(ends)).astype(float)
    graph = csr_matrix((length, (ends[:, 0], ends[:, 1])), shape=(n, n))
    distance = shortest_path(graph, directed=False).astype(int)
    i, j = np.meshgrid(np.arange(1, n + 1), np.arange(1, n + 1), indexing="ij")
    rows = np.char.add(np.char.add(i.ravel().astype(str), ","), j.ravel().astype(str))
    rows = np.char.add(np.char.add(rows, ","), distance.ravel().astype(str))
    demand = "demand_id,people\n" + "\n".join(f"{k},1" for k in range(1, n + 1))
    times = "demand_id,site_id,cost\n" + "\n".join(rows)
    plan: dict[str, Any] = planned(
        folder,
        times=times,
        demand=demand,
        model="p-median",
        count=count,
        limits=SolveLimits(seconds=60),
    )
    chosen = np.array([int(site) - 1 for site in plan["sites"]])
    assert plan["objective"] == distance[:, chosen].min(axis=1).sum()
    assert len(chosen) == count
    return plan


@pytest.mark.parametrize(("n", "count"), [(100, 5), (100, 33), (200, 10), (200, 67)])
def test_networks_of_the_literature_are_proved(tmp_path: Path, n: int, count: int) -> None:
    assert network_table(tmp_path, n, count)["status"] == "optimal"
