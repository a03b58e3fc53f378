"""What happens to a plan when speeds, limits, times and people are other than assumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from data.types import Floats
from geo.errors import Progress
from geo.snap import retimed
from geo.times import to_tenths
from geo.travel import UNREACHED, Reach, nearest
from planning.reach.mode_input import ModeInput, nearest_point, with_speeds
from planning.reach.scenario import Mask
from planning.sites.formulation import build_problem
from planning.sites.proposal import STATE_NAMES, Robustness, RobustnessRun, State
from planning.sites.question import MODELS_OF_TIME, Question
from planning.sites.readings import Reading, pairs_of, reading_of, scale_reading
from planning.solver import SitingPlan, TwoLevel
from planning.solver.pairs import Indices
from planning.solver.stability import stability
from planning.words.wording import msgid

BAND_SPEED_SETS = ("low", "default", "high")

SLOWEST_FACTOR = 1.4
"""Random factors on times lie between its inverse and this, so that pairs can be cut off there."""


def check_robustness(
    question: Question,
    reading: Reading,
    mode: ModeInput,
    plan: SitingPlan,
    *,
    progress: Progress | None = None,
) -> Robustness | None:
    """Ask the question again under the other readings that the study names.

    Returns
    -------
    Robustness or None
        None where the study names no other reading, there is no plan, or the model chooses two
        levels.
    """
    if plan.objective is None:
        return None
    readings = dict(_readings(question, reading, mode))
    problems = {}
    for label, (other_reading, other_mode) in readings.items():
        problem = build_problem(question, other_reading, other_mode).problem
        if isinstance(problem, TwoLevel):
            return None
        problems[label] = problem
    if not problems:
        return None
    limits = build_problem(question, reading, mode).limits
    chosen = {} if limits is None else {"limits": limits}
    found = stability(plan, problems, seed=question.table.seed, progress=progress, **chosen)
    own = _run("used", reading, plan.new_sites, plan.new_sites)
    others = [
        _run(label, readings[label][0], plan.new_sites, best.new_sites)
        for label, best in zip(found.label, found.plans, strict=True)
    ]
    runs = (own, *others)
    times = np.zeros(len(question.sites))
    for run in runs:
        times[list(run.sites)] += 1.0
    return Robustness(runs, times / len(runs))


def speed_bands(
    question: Question, mode: ModeInput, new_sites: Indices
) -> dict[State, tuple[float, float]]:
    """Return fewest and most people covered in each state under the low, default and high speeds.

    The band of a state is what no speed set takes away and what at least one gives.
    """
    people = np.where(mode.dataset.demand.zone >= 0, mode.dataset.demand.people, 0.0)
    limit = to_tenths(question.minutes)
    start = question.start
    found: dict[State, list[float]] = {state: [] for state in STATE_NAMES}
    for name in BAND_SPEED_SETS:
        other = with_speeds(mode, name)
        today = nearest_point(replace(other, points=start.network.today)).tenths
        committed = nearest_point(replace(other, points=start.network.committed)).tenths
        planned = nearest_point(replace(other, points=start.stays)).tenths
        if len(new_sites):
            snaps = retimed(question.snaps.take(new_sites), other.network.access_speed_kph)
            sites = nearest(
                other.network,
                other.demand_snaps,
                snaps,
                is_open=np.ones(len(new_sites), dtype=bool),
                horizon_minutes=question.minutes,
            )
            planned = np.minimum(planned, sites.tenths)
        found["today"].append(float(people[today <= limit].sum()))
        found["committed"].append(float(people[committed <= limit].sum()))
        found["proposed"].append(float(people[planned <= limit].sum()))
    return {state: (min(counts), max(counts)) for state, counts in found.items()}


def _run(label: str, reading: Reading, plan: Indices, best: Indices) -> RobustnessRun:
    inside = max(float(reading.people.sum()), 1e-9)
    return RobustnessRun(
        label,
        reading.people_within(reading.today) / inside,
        reading.people_within(reading.committed) / inside,
        reading.covered_people(plan) / inside,
        tuple(best.tolist()),
    )


def _readings(
    question: Question, reading: Reading, mode: ModeInput
) -> Iterator[tuple[str, tuple[Reading, ModeInput]]]:
    """Yield the label and reading of every other reading."""
    table = question.table.stability
    for name in question.table.speed_sets:
        if name == mode.network.speed_set:
            continue
        other = with_speeds(mode, name)
        snaps = retimed(question.snaps, other.network.access_speed_kph)
        other_reading = reading_of(
            other,
            snaps,
            question.start,
            minutes=question.minutes,
            reach_minutes=question.reach_minutes,
        )
        yield f"speed_set={name}", (other_reading, other)
    for minutes in table.minutes:
        if minutes == question.minutes:
            continue
        reach_minutes = max(minutes, question.reach_minutes)
        if reach_minutes == question.reach_minutes:
            pairs = reading.pairs
        else:
            pairs = pairs_of(mode, question.snaps, reach_minutes=reach_minutes)
        yield (
            f"minutes={minutes:g}",
            (replace(reading, pairs=pairs, limit_tenths=to_tenths(minutes)), mode),
        )
    yield from _random(question, reading, mode)


def _random(
    question: Question, reading: Reading, mode: ModeInput
) -> Iterator[tuple[str, tuple[Reading, ModeInput]]]:
    """Yield readings with one random factor for the times of each site and the people of each row.

    Only demand points that some reading may leave bare need their pairs: whom a point covers with
    every factor is covered in all.
    """
    table = question.table.stability
    runs = question.table.random_runs
    if not runs:
        return
    is_of_time = question.table.model in MODELS_OF_TIME
    wide = reading
    demand = np.flatnonzero((reading.people > 0) & (_longest(reading) > _safe(reading)))
    if not is_of_time:
        minutes = question.minutes * SLOWEST_FACTOR
        pairs = pairs_of(mode, question.snaps, reach_minutes=minutes, demand=demand)
        wide = replace(reading, pairs=pairs)
        start = question.start
        points = np.flatnonzero(start.stays | start.network.today | start.network.committed)
        around = pairs_of(
            mode, mode.facility_snaps.take(points), reach_minutes=minutes, demand=demand
        )
    rng = np.random.default_rng(table.seed)
    for number in range(1, runs + 1):
        by_site = _factors(rng, table.time_spread, len(question.sites))
        by_point = _factors(rng, table.time_spread, len(question.start.stays))
        by_row = np.exp(rng.normal(0.0, table.people_spread, len(reading.people)))
        if is_of_time:
            factor = float(by_point.mean())
            times = (
                _shifted_nearest(reading.standing, factor),
                _shifted_nearest(reading.today, factor),
                _shifted_nearest(reading.committed, factor),
            )
        else:
            slowed = np.rint(around.tenths * np.repeat(by_point[points], np.diff(around.indptr)))
            shifted = replace(around, tenths=slowed.astype(np.int32))
            times = (
                _nearest_of(shifted, start.stays[points], reading.standing, demand),
                _nearest_of(shifted, start.network.today[points], reading.today, demand),
                _nearest_of(shifted, start.network.committed[points], reading.committed, demand),
            )
        other = scale_reading(wide, site_factor=by_site, row_factor=by_row, times=times)
        yield f"random={number}", (other, mode)


def _longest(reading: Reading) -> Floats:
    """Return the longest of the times to the points of the states, tenths."""
    found = np.maximum(np.maximum(reading.standing, reading.today), reading.committed)
    return found.astype(np.float64)


def _safe(reading: Reading) -> float:
    """Return the tenths within which a standing point covers with every factor."""
    return reading.limit_tenths / SLOWEST_FACTOR


def _factors(rng: np.random.Generator, spread: float, n: int) -> Floats:
    factors = np.exp(rng.normal(0.0, spread, n))
    return np.asarray(np.clip(factors, 1 / SLOWEST_FACTOR, SLOWEST_FACTOR), dtype=np.float64)


def _shifted_nearest(tenths: Indices, factor: float) -> Indices:
    """Return the times to standing points, all longer or shorter by one factor."""
    known = tenths != UNREACHED
    return np.where(known, np.rint(tenths * factor), UNREACHED).astype(np.int32)


def _nearest_of(around: Reach, is_open: Mask, old: Indices, demand: Indices) -> Indices:
    """Return the shortest time of some points' pairs; demand points without pairs keep theirs."""
    keep = np.repeat(is_open, np.diff(around.indptr))
    found = old.copy()
    found[demand] = UNREACHED
    np.minimum.at(found, around.demand[keep], around.tenths[keep])
    return found


RUN_NAMES: dict[str, str] = {
    "used": msgid("As in the study"),
    "speed_set": msgid("Speeds {value}"),
    "minutes": msgid("Limit {value} min"),
    "random": msgid("Random errors, run {value}"),
}
"""What the labels of runs mean, by the word before `=`."""
