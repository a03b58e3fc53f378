"""Bring your own times: tables in, plan out, every fault named by file, column and row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import StudyError
from planning.siting import SolveLimits
from planning.siting.tables import run_site_table

TIMES = """demand_id,site_id,cost
D1,S1,5
D1,S2,25
D2,S1,15
D2,S2,12
D3,S1,35
D3,S2,8
"""
DEMAND = """demand_id,people
D1,1000
D2,2000
D3,3000
"""
LOADS = """site_id,lower,upper
S1,0,3500
S2,0,5000
"""


def write(folder: Path, **texts: str) -> dict[str, Path]:
    files = {}
    for name, text in texts.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    return files


def planned(folder: Path, *, times: str = TIMES, demand: str = DEMAND, **options: Any) -> Any:
    files = write(folder, times=times, demand=demand)
    if "capacity" in options:
        options["capacity"] = write(folder, capacity=options["capacity"])["capacity"]
    return run_site_table(files["times"], files["demand"], **options)


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
    assert written.pop("format") == "servicecircle.plan/1"
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


OK = {"model": "mclp", "limit": 20.0, "count": 1}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"times": TIMES.replace("site_id", "site")}, ["siting_table_column"]),
        ({"times": "demand_id,site_id,cost\n"}, ["siting_table_empty"]),
        ({"times": TIMES + "D1,S1,9\n"}, ["siting_pair_duplicate"]),
        ({"times": TIMES + "D9,S1,9\n"}, ["siting_id_unknown"]),
        ({"times": TIMES + "D3,,9\n"}, ["siting_id_blank"]),
        ({"times": TIMES.replace("25", "-25")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "nan")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "inf")}, ["siting_number"]),
        ({"times": TIMES.replace("25", "25 min")}, ["siting_number"]),
        ({"demand": DEMAND + "D3,5\n"}, ["siting_id_duplicate"]),
        ({"demand": DEMAND.replace("2000", "-1")}, ["siting_number"]),
        ({"demand": DEMAND.replace("2000", "NA")}, ["siting_number"]),
        ({"demand": "demand_id,people\nD1,0\nD2,0\nD3,0\n"}, ["siting_no_people"]),
        ({"limit": 2.0}, ["siting_nobody_in_reach"]),
        ({"limit": None}, ["siting_option_missing"]),
        ({"limit": float("nan")}, ["siting_option_wrong"]),
        ({"count": None}, ["siting_option_missing"]),
        ({"count": 0}, ["siting_option_wrong"]),
        ({"count": 3}, ["siting_count_above_candidates"]),
        ({"existing": ("S1", "S2")}, ["siting_none_allowed"]),
        ({"existing": ("S9",)}, ["siting_id_unknown"]),
        ({"model": "capacitated"}, ["siting_option_missing"]),
        ({"model": "capacitated", "capacity": LOADS + "S3,0,9\n"}, ["siting_id_unknown"]),
        ({"model": "capacitated", "capacity": LOADS[:-10]}, ["siting_id_unknown"]),
        ({"model": "capacitated", "capacity": LOADS + "S2,0,9\n"}, ["siting_id_duplicate"]),
        (
            {"model": "capacitated", "capacity": LOADS.replace("S1,0", "S1,9999")},
            ["siting_lower_above_upper"],
        ),
        (
            {
                "model": "capacitated",
                "capacity": "site_id,lower,upper\nS1,7000,9000\nS2,8000,9000\n",
            },
            ["siting_lower_above_people"],
        ),
        (
            {
                "times": TIMES.replace("25", "x") + "D9,S1,1\nD9,S1,1\n",
                "demand": DEMAND.replace("1000", "-3"),
                "existing": ("S7",),
            },
            ["siting_pair_duplicate", "siting_number", "siting_number", "siting_id_unknown"],
        ),
    ],
)
def test_faults(tmp_path: Path, changes: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(StudyError) as caught:
        planned(tmp_path, out=tmp_path / "PLAN.json", **{**OK, **changes})
    assert [finding.code for finding in caught.value.findings] == codes
    assert str(caught.value)  # every sentence can be made
    assert not (tmp_path / "PLAN.json").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"times\.csv.*\n.*demand\.csv"):
        run_site_table(tmp_path / "times.csv", tmp_path / "demand.csv", **OK)


def test_faults_name_file_column_and_rows(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"times\.csv: column cost: rows 2"):
        planned(tmp_path, times=TIMES.replace("25", "-25"), **OK)


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
