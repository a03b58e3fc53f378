"""Circuits from plain tables: the plan's form, and every fault at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.errors import StudyError
from planning.circuits.circuit_table import run_circuit_table
from planning.cli import main

TIMES = "from_id,to_id,minutes\n" + "".join(
    f"{a},{b},{abs(x - y)}\n"
    for a, x in (("a", 10), ("c", 20), ("base", 0))
    for b, y in (("a", 10), ("c", 20), ("base", 0))
    if a != b
)
STOPS = "stop_id,visits,patterns,service_minutes,load,open,close\na,1,,10,1,,\nc,2,1|2;2|3,10,1,,\n"
TEAMS = "team_id,base_id,vehicles,shift_minutes,capacity\nt,base,1,100,5\n"


def write(folder: Path, **texts: str) -> list[Path]:
    """Return the files of times, stops and teams; `texts` replaces some."""
    files = {"times": TIMES, "stops": STOPS, "teams": TEAMS, **texts}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in ("times", "stops", "teams")]


def test_the_plan_as_the_command_writes_it(tmp_path: Path) -> None:
    times, stops, teams = write(tmp_path)
    out = tmp_path / "plan.json"
    words = ["circuit-table", "--times", times, "--stops", stops, "--teams", teams]
    assert main([*map(str, words), "--seconds", "0.3", "--out", str(out), "--quiet"]) == 0
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert plan["format"] == "servicecircle.plan/2"
    assert (plan["objective"], plan["bound"], plan["gap"]) == (2.0, 2.0, 0.0)
    assert (plan["sense"], plan["unit"], plan["status"]) == ("min", "team-days", "optimal")
    assert plan["unserved"] == []
    days = sorted(route["day"] for route in plan["routes"])
    assert days in ([1, 2], [2, 3])  # the patterns of c
    served = [stop for route in plan["routes"] for stop in route["stops"]]
    assert sorted(served) == ["a", "c", "c"]
    assert set(plan["routes"][0]) == {
        "day", "team", "vehicle", "base", "stops", "start", "travel", "minutes", "load",
    }  # fmt: skip


def test_travel_is_minutes_driven(tmp_path: Path) -> None:
    plan = run_circuit_table(*write(tmp_path), objective="travel", seconds=0.3)
    assert (plan["unit"], plan["objective"]) == ("minutes", 80.0)
    assert sum(route["travel"] for route in plan["routes"]) == 80.0


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        ({"stops": "stop_id,visits\na,0\nb,x\n"}, {"circuit_visits", "table_number"}),
        ({"stops": "stop_id,visits,patterns\na,2,1|9\n"}, {"circuit_pattern"}),
        ({"stops": "stop_id,visits,patterns\na,1,Mo\n"}, {"circuit_pattern_unread"}),
        ({"stops": "stop_id,visits,open,close\na,1,9,3\n"}, {"circuit_window"}),
        ({"stops": "stop_id,visits\na,1\na,1\n"}, {"siting_id_duplicate"}),
        ({"teams": "team_id,base_id,vehicles,shift_minutes\nt,base,0,9\n"}, {"circuit_vehicles"}),
        (
            {"teams": "team_id,base_id,vehicles,shift_minutes\nt,x,1,9\n"},
            {"circuit_base_without_times"},
        ),
        ({"teams": "team_id,base_id,vehicles,shift_minutes\nt,a,1,9\n"}, {"circuit_base_is_stop"}),
        ({"times": "from_id,to_id\na,base\n"}, {"siting_table_column"}),
        ({"times": "from_id,to_id,minutes\na,base,-1\n"}, {"table_number"}),
    ],
)
def test_faults_are_named(tmp_path: Path, texts: dict[str, str], codes: set[str]) -> None:
    with pytest.raises(StudyError) as caught:
        run_circuit_table(*write(tmp_path, **texts), days=3, seconds=0.1)
    assert codes <= {finding.code for finding in caught.value.findings}
