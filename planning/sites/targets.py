"""What target shares ask for, when it is enough, and why there is no plan: in people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.types import Floats
from geo.errors import Finding, Progress
from geo.times import to_tenths
from geo.travel import UNREACHED, nearest
from planning.reach.mode_input import ModeInput
from planning.sites.proposal import Target
from planning.sites.question import Question
from planning.sites.readings import Reading, open_pairs
from planning.sites.reasons import gains_of_each_site
from planning.solver import CoverCurve, SitingPlan, cover_curve
from planning.solver.pairs import Indices

CURVE_SITES = 60

MODELS_OF_GAIN = ("mclp", "budget")
"""Models of most people newly covered: sites that gain too few are not proposed."""

LEAST_GAIN_SHARE = 0.0002
"""Share of the people that a site must gain to be proposed, at least one person `[I]`."""

ALMOST_ALL_SHARE = 0.99
"""Share covered that is called 基本全覆盖 when it is said why nothing is proposed `[I]`."""


def curve_of(question: Question, reading: Reading, progress: Progress | None) -> CoverCurve:
    """Return the people newly covered by 0, 1, 2, ... sites with their bounds."""
    open_people = np.where(reading.is_covered, 0.0, reading.people)
    return cover_curve(
        open_pairs(reading.pairs, open_people),
        open_people,
        reading.limit_tenths,
        rules=question.rules,
        most=CURVE_SITES,
        progress=progress,
    )


def targets(
    question: Question, reading: Reading, mode: ModeInput, curve: CoverCurve
) -> tuple[Target, ...]:
    """Return what each target share asks for, and why one cannot be reached."""
    inside = float(reading.people.sum())
    if inside <= 0:
        return ()
    covered = float(reading.people[reading.is_covered].sum())
    reached = (covered + np.asarray(curve.covered)) / inside
    bound = (covered + np.asarray(curve.bound)) / inside
    best = min((covered + curve.reachable) / inside, 1.0)
    quickest = quickest_times(question, reading, mode)
    return tuple(
        Target(
            share,
            _first_reaching(reached, share),
            _first_reaching(bound, share),
            best,
            max(0.0, share * inside - best * inside) if best < share - 1e-12 else 0.0,
            minutes_for(reading.people, quickest, share),
        )
        for share in question.table.targets
    )


def quickest_times(question: Question, reading: Reading, mode: ModeInput) -> Indices:
    """Return (n_demand,) tenths to the nearest standing point or option that may be built."""
    found = reading.standing
    if len(question.sites):
        times = nearest(
            mode.network,
            mode.demand_snaps,
            question.snaps,
            is_open=question.may_build,
            horizon_minutes=question.horizon_minutes,
        )
        found = np.minimum(found, times.tenths)
    return found


def minutes_for(people: Floats, tenths: Indices, share: float) -> float | None:
    """Return the limit within which a share of the people is, None where there is none.

    >>> minutes_for(np.array([60.0, 40.0]), np.array([600, 1500], dtype=np.int32), 0.9)
    2.5
    """
    order = np.argsort(tenths, kind="stable")
    total = np.cumsum(people[order])
    enough = np.flatnonzero(total >= share * people.sum() * (1 - 1e-12))
    if not len(enough):
        return None
    needed = int(tenths[order[enough[0]]])
    return None if needed == UNREACHED else needed / 600


def _first_reaching(shares: Floats, share: float) -> int | None:
    reached = np.flatnonzero(shares >= share - 1e-12)
    return int(reached[0]) if len(reached) else None


def least_gain_people(question: Question, reading: Reading) -> float:
    """Return how many people a point must gain to be proposed: the study's or the default."""
    stated = question.table.start.min_gain_people
    return max(1.0, LEAST_GAIN_SHARE * float(reading.people.sum())) if stated is None else stated


def drop_small_options(question: Question, reading: Reading, least_people: float) -> Question:
    """Return the question without options that gain too few even alone, for models of most people.

    No plan can gain more by them than they gain alone, so nothing worth proposing is lost. Where
    fewer are left than asked for, that many are asked for.
    """
    if question.table.model not in MODELS_OF_GAIN:
        return question
    allowed = question.may_build
    if question.table.model == "mclp" and question.count > allowed.sum():
        return question  # the solvers say so
    is_new = np.array([role != "keep" for role in question.sites.role], dtype=bool)
    is_required = np.zeros(len(allowed), dtype=bool)
    is_required[list(question.rules.required)] = True
    gain = gains_of_each_site(reading, reading.is_covered)
    small = allowed & is_new & ~is_required & (gain < least_people)
    left = int((allowed & ~small).sum())
    kept = min(question.count, left)
    if question.table.model == "mclp" and kept < sum(question.rules.zone_min.values()):
        return question  # the study wants sites there, whatever they gain
    rules = replace(
        question.rules,
        forbidden=tuple(sorted({*question.rules.forbidden, *np.flatnonzero(small).tolist()})),
    )
    return replace(question, rules=rules, count=kept)


def drop_idle_sites(
    question: Question, reading: Reading, new_sites: Indices, least_people: float
) -> Question | None:
    """Return the question that leaves out sites which add too few beside the others.

    None where every site of a plan adds enough, or where the study's rules ask for it.
    """
    if question.table.model not in MODELS_OF_GAIN:
        return None
    bound = set(question.rules.required)
    idle = [site for site in idle_sites(question, reading, new_sites, least_people)
            if site not in bound]  # fmt: skip
    if not idle:
        return None
    if question.table.model == "budget":
        forbidden = tuple(sorted({*question.rules.forbidden, *idle}))
        return replace(question, rules=replace(question.rules, forbidden=forbidden))
    kept = len(new_sites) - len(idle)
    least = max(len(bound), sum(question.rules.zone_min.values()))
    return None if kept < least else replace(question, count=kept)


def idle_sites(
    question: Question, reading: Reading, new_sites: Indices, least_people: float
) -> list[int]:
    """Return the new sites that add too few, each taken after those that add more."""
    left = [i for i in new_sites.tolist() if question.sites.role[i] != "keep"]
    covered = reading.is_covered.copy()
    while left:
        gains = [float(reading.people[r[~covered[r]]].sum()) for r in map(reading.rows_of, left)]
        best = int(np.argmax(gains))
        if gains[best] < least_people:
            return left
        covered[reading.rows_of(left.pop(best))] = True
    return []


def note_enough(
    question: Question, reading: Reading, *, proposed: int, least_people: float
) -> tuple[Finding, ...]:
    """Return what is said where fewer points are worth proposing than were asked for."""
    wanted = question.count if question.table.model == "mclp" else 1
    if question.table.model not in MODELS_OF_GAIN or proposed >= wanted:
        return ()
    base = reading.people[reading.in_base].sum() / max(float(reading.people.sum()), 1e-9)
    code = "siting_enough" if base >= ALMOST_ALL_SHARE else "siting_gains_small"
    said = (("people", float(np.ceil(least_people))), ("proposed", proposed))
    return (Finding(code, said),)


def name_villages(findings: tuple[Finding, ...], mode: ModeInput) -> tuple[Finding, ...]:
    """Return what the solvers found, villages by name; sentences in tenths of a second are ours."""
    villages = mode.dataset.villages
    found = []
    for finding in findings:
        if finding.code == "siting_villages_beyond" and villages is not None:
            names = "、".join(villages.name[int(row)] for row in finding.rows)
            said = (*finding.params, ("first", names))
            found.append(Finding("siting_villages_out", said))
        elif finding.code not in _IN_TENTHS:
            found.append(finding)
    return tuple(found)


_IN_TENTHS = ("siting_beyond_reach", "siting_nobody_in_reach", "siting_unreachable_people")


def explain_no_gain(
    question: Question, reading: Reading, mode: ModeInput, plan: SitingPlan
) -> tuple[Finding, ...]:
    """Return why there is no plan or no gain, in people and in the limit that would do."""
    model = question.table.model
    if plan.objective is None and model in {"lscp", "partial-lscp", "cheapest", "backup"}:
        share = question.table.goal.share if model in {"partial-lscp", "cheapest"} else 1.0
        return _beyond(question, reading, mode, share or 1.0)
    bare = reading.people[~reading.is_covered].sum()
    gain = gains_of_each_site(reading, reading.is_covered).max(initial=0.0)
    if model == "mclp" and gain == 0 and bare > 0:
        return (Finding("siting_nobody_gains", (("minutes", question.minutes),)),)
    return ()


def _beyond(
    question: Question, reading: Reading, mode: ModeInput, share: float
) -> tuple[Finding, ...]:
    """Return who is beyond the limit of everything, and the limit that the target needs."""
    quickest = quickest_times(question, reading, mode)
    beyond = (quickest > reading.limit_tenths) & (reading.people > 0)
    if not beyond.any():
        return ()
    horizon = to_tenths(question.horizon_minutes)
    never = quickest > horizon
    in_time = quickest[beyond & ~never]
    total = float(reading.people.sum())
    possible = float(reading.people[~never].sum())
    needed = "—"
    if len(in_time):
        order = np.sort(in_time) if share >= 1.0 or possible < share * total else None
        tenths = int(order[-1]) if order is not None else _limit_of(reading, quickest, share)
        needed = f"{tenths / 600:.1f}"
    said = (
        ("people", float(reading.people[beyond].sum())),
        ("rows", int(beyond.sum())),
        ("minutes", question.minutes),
        ("needed", needed),
        ("never", float(reading.people[beyond & never].sum())),
    )
    return (Finding("siting_people_beyond", said),)


def _limit_of(reading: Reading, quickest: Indices, share: float) -> int:
    order = np.argsort(quickest, kind="stable")
    total = np.cumsum(reading.people[order])
    row = int(np.searchsorted(total, share * total[-1] * (1 - 1e-12)))
    return int(quickest[order[min(row, len(order) - 1)]])
