"""What happens to a plan when speeds, limits, times and people are other than assumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from data.types import Floats
from geo.errors import Progress
from geo.snap import retimed
from geo.travel import UNREACHED
from planning.reach.mode_input import ModeInput, with_speeds
from planning.sites.problem import build_problem
from planning.sites.question import MODELS_OF_TIME, Question
from planning.sites.readings import Reading, pairs_of, reading_of, scale_reading
from planning.solver import SitingPlan, TwoLevel
from planning.solver.pairs import Indices
from planning.solver.stability import stability
from planning.words.wording import msgid

SLOWEST_FACTOR = 1.4
"""Random factors on times lie between its inverse and this, so that pairs can be cut off there."""


@dataclass(frozen=True, slots=True, eq=False)
class RobustnessRun:
    """One other reading of the inputs.

    Parameters
    ----------
    label
        Stable name such as `speed_set=low`, `minutes=15` or `random=1`.
    share_today, share_with_plan
        Share of the people inside who are covered, without and with the plan that is judged.
    sites
        Options that are best for this reading.
    """

    label: str
    share_today: float
    share_with_plan: float
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """A plan under several readings, the one it was made for first.

    Parameters
    ----------
    chosen_share
        (n_options,) share of all readings whose plan has the option.
    low_share, high_share
        Least and greatest share covered with the plan: a handful of readings has no percentiles.
    """

    runs: tuple[RobustnessRun, ...]
    chosen_share: Floats
    low_share: float
    high_share: float


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
    shares = [run.share_with_plan for run in runs]
    return Robustness(runs, times / len(runs), min(shares), max(shares))


def _run(label: str, reading: Reading, plan: Indices, best: Indices) -> RobustnessRun:
    inside = max(float(reading.people.sum()), 1e-9)
    today = float(reading.people[reading.was_covered].sum())
    return RobustnessRun(
        label, today / inside, reading.covered_people(plan) / inside, tuple(best.tolist())
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
        reading = reading_of(
            other,
            snaps,
            stays=question.stays,
            minutes=question.minutes,
            reach_minutes=question.reach_minutes,
        )
        yield f"speed_set={name}", (reading, other)
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
            (replace(reading, pairs=pairs, limit_tenths=round(minutes * 600)), mode),
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
    demand = np.flatnonzero((reading.people > 0) & (reading.standing * 1.0 > _safe(reading)))
    if not is_of_time:
        minutes = question.minutes * SLOWEST_FACTOR
        pairs = pairs_of(mode, question.snaps, reach_minutes=minutes, demand=demand)
        wide = replace(reading, pairs=pairs)
        stands = np.flatnonzero(question.stays)
        around = pairs_of(
            mode, mode.facility_snaps.take(stands), reach_minutes=minutes, demand=demand
        )
    rng = np.random.default_rng(table.seed)
    for number in range(1, runs + 1):
        by_site = _factors(rng, table.time_spread, len(question.sites))
        by_point = _factors(rng, table.time_spread, len(question.stays))
        by_row = np.exp(rng.normal(0.0, table.people_spread, len(reading.people)))
        if is_of_time:
            standing = _shifted_nearest(reading, float(by_point.mean()))
        else:
            point = np.repeat(by_point[stands], np.diff(around.indptr))
            standing = reading.standing.copy()
            standing[demand] = UNREACHED
            np.minimum.at(standing, around.demand, np.rint(around.tenths * point).astype(np.int32))
        reading = scale_reading(wide, site_factor=by_site, row_factor=by_row, standing=standing)
        yield f"random={number}", (reading, mode)


def _safe(reading: Reading) -> float:
    """Return the tenths within which a standing point covers with every factor."""
    return reading.limit_tenths / SLOWEST_FACTOR


def _factors(rng: np.random.Generator, spread: float, n: int) -> Floats:
    factors = np.exp(rng.normal(0.0, spread, n))
    return np.asarray(np.clip(factors, 1 / SLOWEST_FACTOR, SLOWEST_FACTOR), dtype=np.float64)


def _shifted_nearest(reading: Reading, factor: float) -> Indices:
    """Return the times to standing points, all longer or shorter by one factor."""
    known = reading.standing != UNREACHED
    return np.where(known, np.rint(reading.standing * factor), UNREACHED).astype(np.int32)


RUN_NAMES: dict[str, str] = {
    "used": msgid("As in the study"),
    "speed_set": msgid("Speeds {value}"),
    "minutes": msgid("Limit {value} min"),
    "random": msgid("Random errors, run {value}"),
}
"""What the labels of runs mean, by the word before `=`."""
