"""An independent check of a plan: every rule looked at again, stop by stop, without a solver."""

from __future__ import annotations

from collections import Counter, defaultdict

from planning.circuits.problem import CircuitPlan, CircuitProblem, Route

SLACK = 1e-6


def check_plan(problem: CircuitProblem, plan: CircuitPlan) -> list[str]:
    """Return what a plan breaks, in plain sentences; empty when it keeps every rule.

    Windows, shift, load, one route a vehicle and day, patterns of days, every stop served or named
    with its reason, and the objective counted anew.
    """
    faults: list[str] = []
    out = Counter((route.day, route.team_id, route.vehicle) for route in plan.routes)
    faults += [f"{slot} is out {times} times" for slot, times in out.items() if times > 1]
    travel = 0.0
    for route in plan.routes:
        driven, found = _drive(problem, route)
        travel += driven
        faults += found
    faults += _visit_faults(problem, plan)
    objective = travel if plan.objective_name == "travel" else float(len(plan.routes))
    if abs(objective - plan.objective) > SLACK:
        faults.append(f"the objective is {objective:g}, not {plan.objective:g}")
    return faults


def _drive(problem: CircuitProblem, route: Route) -> tuple[float, list[str]]:
    """Return the minutes driven on a route, and what it breaks."""
    name = f"{route.team_id} {route.vehicle} on day {route.day}"
    team = next(team for team in problem.teams if team.team_id == route.team_id)
    stops = {stop.stop_id: stop for stop in problem.stops}
    place = problem.place_ids.index
    faults = []
    if not 1 <= route.vehicle <= team.vehicles or not 1 <= route.day <= problem.days:
        faults.append(f"{name}: there is no such vehicle or day")
    at, now, driven, load = place(team.base_id), route.start, 0.0, 0.0
    for stop_id in route.stop_ids:
        stop, to = stops[stop_id], place(stop_id)
        minutes = float(problem.minutes[at, to])
        now = max(now + minutes, stop.open_minutes)
        if now > stop.close_minutes + SLACK:
            faults.append(f"{name} comes to {stop_id} at {now:g}, after {stop.close_minutes:g}")
        now, driven, load = now + stop.service_minutes, driven + minutes, load + stop.load
        at = to
    home = float(problem.minutes[at, place(team.base_id)])
    now, driven = now + home, driven + home
    if route.start < -SLACK or now > team.shift_minutes + SLACK:
        faults.append(f"{name} is back at {now:g}, the shift ends at {team.shift_minutes:g}")
    if load > team.capacity + SLACK:
        faults.append(f"{name} carries {load:g}, room is {team.capacity:g}")
    if abs(driven - route.travel) > SLACK or abs(now - route.start - route.minutes) > SLACK:
        faults.append(f"{name}: its minutes are not those of its way")
    return driven, faults


def _visit_faults(problem: CircuitProblem, plan: CircuitPlan) -> list[str]:
    """Return which stops are not served on one of their patterns, nor named as unserved."""
    days_of: dict[str, list[int]] = defaultdict(list)
    for route in plan.routes:
        for stop_id in route.stop_ids:
            days_of[stop_id].append(route.day)
    left = {one.stop_id for one in plan.unserved}
    faults = []
    for stop in problem.stops:
        days = tuple(sorted(days_of[stop.stop_id]))
        if stop.stop_id in left and days:
            faults.append(f"{stop.stop_id} is called unserved and is served")
        if stop.stop_id not in left and days not in stop.patterns:
            faults.append(f"{stop.stop_id} is served on {days}, none of its patterns")
    return faults
