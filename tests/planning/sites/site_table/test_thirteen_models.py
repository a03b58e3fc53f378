"""Every model of `site-table` on random tables, against all plans counted one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planning.sites.site_table.table_options import MODELS
from tests.planning.sites.site_table.small_tables import planned

LIMIT = 40.0


class Tables:
    """Random costs with gaps, villages, site costs and roles, as files and as arrays."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.sites, self.rows = 7, 12
        self.cost = rng.uniform(1, 60, (self.sites, self.rows)).round(3)  # costs are never rounded
        self.cost[rng.random(self.cost.shape) < 0.15] = np.inf
        self.cost[seed % self.sites] = np.minimum(self.cost[seed % self.sites], 39.0)
        self.people = rng.integers(0, 9, self.rows).astype(float)
        self.village = rng.integers(0, 3, self.rows)
        self.build = rng.integers(0, 6, self.sites) * 10.0
        self.running = rng.integers(1, 3, self.sites) * 1.0
        self.existing = (int(rng.integers(self.sites)),) if seed % 2 else ()
        self.forbidden = tuple({(seed + 3) % self.sites} - set(self.existing))
        self.upper = rng.integers(15, 40, self.sites).astype(float)
        self.between = rng.uniform(5, 30, (self.sites, 3)).round(2)

    def files(self) -> dict[str, str]:
        j, i = np.nonzero(np.isfinite(self.cost))
        times = [f"D{b},S{a},{self.cost[a, b]}" for a, b in zip(j, i, strict=True)]
        members = enumerate(zip(self.people, self.village, strict=True))
        people = [f"D{k},{p},V{v}" for k, (p, v) in members]
        fixed = ["forbidden" if k in self.forbidden else "" for k in range(self.sites)]
        sites = [f"S{k},{self.build[k]},{self.running[k]},{fixed[k]}" for k in range(self.sites)]
        loads = [f"S{k},0,{upper}" for k, upper in enumerate(self.upper)]
        ways = [f"S{a},C{c},{self.between[a, c]}" for a in range(self.sites) for c in range(3)]
        return {
            "times": "\n".join(["demand_id,site_id,cost", *times]),
            "demand": "\n".join(["demand_id,people,village", *people]),
            "sites": "\n".join(["site_id,build_cost,running_cost,fixed", *sites]),
            "capacity": "\n".join(["site_id,lower,upper", *loads]),
            "between": "\n".join(["from_site,to_site,cost", *ways]),
        }

    def plans(self, least: int = 0, most: int | None = None) -> Iterator[list[int]]:
        free = [k for k in range(self.sites) if k not in {*self.existing, *self.forbidden}]
        for count in range(least, (len(free) if most is None else most) + 1):
            for new in itertools.combinations(free, count):
                yield [*self.existing, *new]

    def covered(self, plan: list[int]) -> Any:
        return (self.cost[plan] <= LIMIT).sum(axis=0)

    def yuan(self, plan: list[int]) -> float:
        new = [k for k in plan if k not in self.existing]
        return float((self.build + self.running)[new].sum())


def cover(tables: Tables, plan: list[int]) -> float:
    return float(tables.people[tables.covered(plan) > 0].sum())


def assigned(tables: Tables, plan: list[int]) -> float:
    """Return the least people x cost with whole rows and upper loads, every assignment tried."""
    best, rows = np.inf, np.flatnonzero(tables.people > 0)

    def place(k: int, room: dict[int, float], total: float) -> None:
        nonlocal best
        if total >= best:
            return
        if k == len(rows):
            best = total
            return
        i = rows[k]
        for j in plan:
            if tables.people[i] <= room[j] + 1e-9 and np.isfinite(tables.cost[j, i]):
                left = {**room, j: room[j] - tables.people[i]}
                place(k + 1, left, total + tables.people[i] * tables.cost[j, i])

    place(0, {j: float(tables.upper[j]) for j in plan}, 0.0)
    return best


def median(tables: Tables, plan: list[int], cost: Any = None) -> float:
    near = (tables.cost if cost is None else cost)[plan].min(axis=0)
    has = tables.people > 0
    return float(tables.people[has] @ near[has])


def two_level(tables: Tables, plan: list[int]) -> float:
    onward = [
        tables.cost + 0.5 * tables.between[:, list(pair)].min(axis=1)[:, None]
        for pair in itertools.combinations(range(3), 2)
    ]
    return min(median(tables, plan, cost) for cost in onward)


def quotas(tables: Tables, plan: list[int]) -> bool:
    near = tables.covered(plan) > 0
    return all(
        tables.people[near & (tables.village == v)].sum()
        >= 0.6 * tables.people[tables.village == v].sum() - 1e-9
        for v in range(3)
    )


def share(tables: Tables, plan: list[int]) -> bool:
    return cover(tables, plan) >= 0.7 * tables.people.sum() - 1e-9


def everyone(tables: Tables, plan: list[int]) -> bool:
    return bool((tables.covered(plan) > 0).all())


def expected(tables: Tables) -> float:
    free = [k for k in range(tables.sites) if k not in {*tables.existing, *tables.forbidden}]
    best = 0.0
    for new in itertools.combinations_with_replacement(free, 2):
        times = tables.covered([*tables.existing, *new])
        best = max(best, float(tables.people @ (1 - 0.3**times)))
    return best


def least(tables: Tables, is_enough: Callable[..., bool], worth: Callable[..., float]) -> float:
    plans = (plan for plan in tables.plans() if plan and is_enough(tables, plan))
    return min((worth(plan) for plan in plans), default=np.inf)


def best_of(model: str, tables: Tables) -> float:
    """Return the best objective of a model; infinite (or minus that) where there is no plan."""
    two = [plan for plan in tables.plans(0, 2) if plan]
    twice = [p for p in two if everyone(tables, p)]
    budget = [plan for plan in tables.plans() if tables.yuan(plan) <= 60.0]
    answers: dict[str, Callable[[], float]] = {
        "mclp": lambda: max(cover(tables, plan) for plan in two),
        "lscp": lambda: least(tables, everyone, tables.yuan),
        "partial-lscp": lambda: least(tables, share, len),
        "villages": lambda: least(tables, quotas, len),
        "p-median": lambda: min(median(tables, plan) for plan in two),
        "p-centre": lambda: min(float(tables.cost[plan].min(axis=0).max()) for plan in two),
        "backup": lambda: max(
            (float(tables.people[tables.covered(p) > 1].sum()) for p in twice), default=-np.inf
        ),
        "mexclp": lambda: expected(tables),
        "capacitated-median": lambda: min(assigned(tables, plan) for plan in tables.plans(0, 3)),
        "budget": lambda: max(cover(tables, plan) for plan in budget),
        "cheapest": lambda: least(tables, share, tables.yuan),
        "two-level": lambda: min(two_level(tables, plan) for plan in two),
    }
    return answers[model]()


OPTIONS: dict[str, dict[str, Any]] = {
    "limit": {"limit": LIMIT}, "count": {"count": 2}, "share": {"share": 0.7},
    "quota": {"quota": 0.6}, "busy": {"busy": 0.3}, "budget": {"budget": 60.0},
    "centres": {"centres": 2}, "referral_share": {"referral_share": 0.5},
}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("model", [name for name in MODELS if name != "capacitated"])
def test_every_model_finds_the_best_plan(tmp_path: Path, model: str, seed: int) -> None:
    tables = Tables(seed)
    files = tables.files()
    options: dict[str, Any] = {"existing": tuple(f"S{k}" for k in tables.existing)}
    uses = MODELS[model]
    for name in (*uses.needs, "share" if model == "cheapest" else "limit"):
        options |= OPTIONS.get(name, {}) if name in {*uses.needs, "share"} else {}
        options |= {name: files[name]} if name in files else {}
    options["sites"] = files["sites"]
    if model == "capacitated-median":
        options["count"] = 3
    plan = planned(tmp_path, times=files["times"], demand=files["demand"], model=model, **options)
    best = best_of(model, tables)
    if not np.isfinite(best):
        assert plan["status"] == "infeasible"
        assert plan["findings"]
        return
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(best)
    assert plan["bound"] == pytest.approx(best)
    assert plan["sense"] == ("max" if model in {"mclp", "backup", "mexclp", "budget"} else "min")
    assert plan["includes_base"] is True
    assert not {f"S{k}" for k in tables.forbidden} & set(plan["sites"])
    assert {f"S{k}" for k in tables.existing} <= set(plan["sites"])
