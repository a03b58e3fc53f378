"""Why there is no plan, or nobody gains: in people, villages and the limit that would do."""

from __future__ import annotations

import numpy as np

from geo.errors import Finding
from planning.reach.mode_input import ModeInput
from planning.sites.question import Question
from planning.sites.reasons import (
    quickest_times,
)
from planning.sites.times import Ground
from planning.solver import SitingPlan
from planning.solver.pairs import Indices


def in_words(findings: tuple[Finding, ...], given: ModeInput) -> tuple[Finding, ...]:
    """Return what the solvers found, villages by name; sentences in tenths of a second are ours."""
    villages = given.dataset.villages
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


def explained(
    question: Question, ground: Ground, given: ModeInput, plan: SitingPlan
) -> tuple[Finding, ...]:
    """Return why there is no plan or no gain, in people and in the limit that would do."""
    model = question.table.model
    if plan.objective is None and model in {"lscp", "partial-lscp", "cheapest", "backup"}:
        share = question.table.share if model in {"partial-lscp", "cheapest"} else 1.0
        return _beyond(question, ground, given, share or 1.0)
    bare = ground.people[~ground.is_covered].sum()
    if model == "mclp" and plan.objective == 0 and bare > 0:
        return (Finding("siting_nobody_gains", (("minutes", question.minutes),)),)
    return ()


def _beyond(
    question: Question, ground: Ground, given: ModeInput, share: float
) -> tuple[Finding, ...]:
    """Return who is beyond the limit of everything, and the limit that the target needs."""
    quickest = quickest_times(question, ground, given)
    beyond = (quickest > ground.limit_tenths) & (ground.people > 0)
    if not beyond.any():
        return ()
    horizon = round(question.horizon_minutes * 600)
    never = quickest > horizon
    in_time = quickest[beyond & ~never]
    total = float(ground.people.sum())
    possible = float(ground.people[~never].sum())
    needed = "—"
    if len(in_time):
        order = np.sort(in_time) if share >= 1.0 or possible < share * total else None
        tenths = int(order[-1]) if order is not None else _limit_of(ground, quickest, share)
        needed = f"{tenths / 600:.1f}"
    said = (
        ("people", float(ground.people[beyond].sum())),
        ("rows", int(beyond.sum())),
        ("minutes", question.minutes),
        ("needed", needed),
        ("never", float(ground.people[beyond & never].sum())),
    )
    return (Finding("siting_people_beyond", said),)


def _limit_of(ground: Ground, quickest: Indices, share: float) -> int:
    order = np.argsort(quickest, kind="stable")
    total = np.cumsum(ground.people[order])
    row = int(np.searchsorted(total, share * total[-1] * (1 - 1e-12)))
    return int(quickest[order[min(row, len(order) - 1)]])
