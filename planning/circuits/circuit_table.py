"""Bring your own times: circuits from plain tables of stops, teams and minutes, a plan as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.errors import raise_errors
from data.store import write_json
from data.tables.plain import note_no_values, number_column, read_plain_table
from geo.errors import Finding, Progress
from planning.circuits.check import check_plan
from planning.circuits.problem import (
    CircuitPlan,
    CircuitProblem,
    Floats,
    Objective,
    Pattern,
    Stop,
    Team,
    any_days,
)
from planning.circuits.solve import solve_circuits
from planning.solver.stop import cancel_on_interrupt

TIMES = ("from_id", "to_id", "minutes")
STOPS = ("stop_id", "visits", "patterns", "service_minutes", "load", "open", "close")
TEAMS = ("team_id", "base_id", "vehicles", "shift_minutes", "capacity")
UNITS = {"team-days": "team-days", "travel": "minutes"}
MOST_NAMED = 5


def run_circuit_table(  # noqa: PLR0913 - the options of one command
    times: Path,
    stops: Path,
    teams: Path,
    *,
    days: int | None = None,
    objective: Objective = "team-days",
    seconds: float | None = None,
    seed: int = 0,
    out: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Plan circuits from tables of times, stops and teams; write the plan.

    Parameters
    ----------
    times
        CSV `from_id, to_id, minutes`: directed; a missing pair cannot be driven.
    stops
        CSV `stop_id, visits, patterns, service_minutes, load, open, close`: `|` joins the days of
        one combination, `;` separates combinations, empty is any `visits` different days.
    teams
        CSV `team_id, base_id, vehicles, shift_minutes, capacity`: vehicles of each day.
    days
        Days of the plan; by default the last day that a pattern names, or the most visits.
    seconds, seed, progress
        As in `solve_circuits`.
    out
        JSON file to write (`servicecircle.plan/2`); None writes none.

    Raises
    ------
    StudyError
        With every fault of the tables and options, by file, column and row.
    """
    findings: list[Finding] = []
    problem = read_problem(times, stops, teams, days=days, findings=findings)
    with cancel_on_interrupt(progress) as watched:
        plan = solve_circuits(problem, objective, seed=seed, seconds=seconds, progress=watched)
    faults = check_plan(problem, plan)
    if faults:
        raise AssertionError("; ".join(faults[:MOST_NAMED]))
    value = plan_json(plan, findings)
    if out is not None:
        write_json(out, value, kind="plan", version=2)
    return value


def plan_json(plan: CircuitPlan, findings: list[Finding]) -> dict[str, Any]:
    """Return a plan as its file holds it."""
    return {
        "objective": plan.objective,
        "bound": plan.bound,
        "sense": "min",
        "unit": UNITS[plan.objective_name],
        "gap": plan.gap,
        "status": plan.status,
        "routes": [
            {
                "day": route.day,
                "team": route.team_id,
                "vehicle": route.vehicle,
                "base": route.base_id,
                "stops": list(route.stop_ids),
                "start": route.start,
                "travel": route.travel,
                "minutes": route.minutes,
                "load": route.load,
            }
            for route in plan.routes
        ],
        "unserved": [
            {"stop": one.stop_id, "reason": one.reason, "minutes": one.minutes}
            for one in plan.unserved
        ],
        "findings": [
            {"code": note.code, "file": note.file, **dict(note.params)} for note in findings
        ],
    }


def read_problem(
    times: Path, stops: Path, teams: Path, *, days: int | None, findings: list[Finding]
) -> CircuitProblem:
    """Read and check the tables together.

    Raises
    ------
    StudyError
        With every fault at once.
    """
    stop_table = read_plain_table(stops, STOPS[:2], findings, optional=STOPS[2:], ids=("stop_id",))
    team_table = read_plain_table(teams, TEAMS[:4], findings, optional=TEAMS[4:], ids=("team_id",))
    time_table = read_plain_table(times, TIMES, findings, ids=("from_id", "to_id"))
    listed, last_day = read_stops(stop_table, stops.name, days, findings)
    groups = read_teams(team_table, teams.name, findings)
    minutes = number_column(time_table, "minutes", times.name, findings)
    note_no_values(time_table, "minutes", times.name, findings)
    raise_errors(findings)
    bases = tuple(dict.fromkeys(team.base_id for team in groups))
    places = (*(stop.stop_id for stop in listed), *bases)
    matrix = _matrix(
        time_table, minutes, places, n_stops=len(listed), file=times.name, findings=findings
    )
    raise_errors(findings)
    return CircuitProblem(listed, groups, places, matrix, last_day)


def read_stops(
    table: pd.DataFrame, file: str, days: int | None, findings: list[Finding]
) -> tuple[tuple[Stop, ...], int]:
    """Return the stops, and the days of the plan."""
    numbers = {
        name: number_column(table, name, file, findings, blank=blank)
        for name, blank in (
            ("visits", None), ("service_minutes", 0.0), ("load", 0.0), ("open", 0.0),
            ("close", np.inf),
        )
    }  # fmt: skip
    texts = table["patterns"].tolist()
    written = [
        _patterns(text, int(row), file, findings)
        for text, row in zip(texts, table.index, strict=True)
    ]
    visits = np.nan_to_num(numbers["visits"], nan=1.0)
    named = [day for patterns in written for pattern in patterns for day in pattern]
    last = days or max([*named, *(int(v) for v in visits), 1])
    wrong = np.flatnonzero((visits != np.round(visits)) | (visits < 1))
    if len(wrong):
        findings.append(_rows("circuit_visits", table, wrong, file, "visits"))
    late = np.flatnonzero(numbers["open"] > numbers["close"])
    if len(late):
        findings.append(_rows("circuit_window", table, late, file, "close"))
    listed = []
    for place, (row, stop_id) in enumerate(zip(table.index, table["stop_id"], strict=True)):
        count = int(visits[place])
        patterns = written[place]
        fitting = tuple(p for p in patterns if len(p) == count and max(p) <= last)
        if patterns and not fitting:
            params = (("visits", count), ("days", last), ("text", texts[place]))
            findings.append(Finding("circuit_pattern", params, file, "patterns", (int(row),)))
            continue
        if not patterns:
            try:
                fitting = any_days(count, last)
            except ValueError:
                params = (("visits", count), ("days", last), ("text", texts[place]))
                findings.append(Finding("circuit_pattern", params, file, "visits", (int(row),)))
                continue
        listed.append(
            Stop(
                stop_id,
                fitting,
                float(numbers["service_minutes"][place]),
                float(numbers["load"][place]),
                float(numbers["open"][place]),
                float(numbers["close"][place]),
            )
        )
    return tuple(listed), last


def _patterns(text: str, row: int, file: str, findings: list[Finding]) -> tuple[Pattern, ...]:
    """Return the combinations of days of a cell: `1|3;2|4`."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        days = part.split("|")
        if not all(day.strip().isdecimal() and int(day) >= 1 for day in days):
            params = (("visits", 0), ("days", 0), ("text", text))
            findings.append(Finding("circuit_pattern_unread", params, file, "patterns", (row,)))
            return ()
        found.append(tuple(sorted({int(day) for day in days})))
    return tuple(dict.fromkeys(found))


def read_teams(table: pd.DataFrame, file: str, findings: list[Finding]) -> tuple[Team, ...]:
    """Return the teams."""
    vehicles = number_column(table, "vehicles", file, findings)
    shift = number_column(table, "shift_minutes", file, findings, blank=np.inf)
    capacity = number_column(table, "capacity", file, findings, blank=np.inf)
    none = np.flatnonzero((vehicles < 1) | (vehicles != np.round(vehicles)))
    if len(none):
        findings.append(_rows("circuit_vehicles", table, none, file, "vehicles"))
    blank = np.flatnonzero((table["base_id"] == "").to_numpy())
    if len(blank):
        findings.append(_rows("siting_id_blank", table, blank, file, "base_id"))
    return tuple(
        Team(team_id, base_id, int(v) if np.isfinite(v) else 0, float(s), float(c))
        for team_id, base_id, v, s, c in zip(
            table["team_id"], table["base_id"], vehicles, shift, capacity, strict=True
        )
    )


def _matrix(
    table: pd.DataFrame,
    minutes: Floats,
    places: tuple[str, ...],
    *,
    n_stops: int,
    file: str,
    findings: list[Finding],
) -> Floats:
    """Return the directed minutes among the places; inf for pairs that the table lacks."""
    if len(set(places)) < len(places):
        twice = sorted({name for name in places[n_stops:] if name in places[:n_stops]})
        both = (("count", len(twice)), ("first", ", ".join(twice[:3])))
        findings.append(Finding("circuit_base_is_stop", both, file))
        return np.zeros((0, 0))
    position = pd.Index(places)
    origin = position.get_indexer(pd.Index(table["from_id"]))
    target = position.get_indexer(pd.Index(table["to_id"]))
    matrix = np.full((len(places), len(places)), np.inf)
    known = (origin >= 0) & (target >= 0)
    matrix[origin[known], target[known]] = minutes[known]
    np.fill_diagonal(matrix, 0.0)
    strange = int((~known).sum())
    if strange:
        findings.append(Finding("circuit_times_unused", (("count", strange),), file))
    listed = set(table["from_id"]) | set(table["to_id"])
    lost = [name for name in places if name not in listed]
    if lost and len(places) > 1:
        params = (("count", len(lost)), ("first", ", ".join(lost[:3])))
        code = "circuit_base_without_times" if lost[-1] in places[n_stops:] else "circuit_no_times"
        findings.append(Finding(code, params, file))
    return matrix


def _rows(code: str, table: pd.DataFrame, rows: np.ndarray, file: str, column: str) -> Finding:
    shown = tuple(int(row) for row in table.index[rows][:MOST_NAMED])
    return Finding(code, (("count", len(rows)),), file, column, shown)
