"""Why there is no plan, or nobody gains: in people, villages and the limit that would do."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.reach.mode_input import ModeInput
from planning.sites.question import Question
from planning.sites.readings import Reading
from planning.sites.reasons import (
    quickest_times,
)
from planning.solver import SitingPlan
from planning.solver.pairs import Indices


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
    if model == "mclp" and plan.objective == 0 and bare > 0:
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
    horizon = round(question.horizon_minutes * 600)
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
