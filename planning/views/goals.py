"""How many more stations a target share asks for: the greedy curve and its bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.figures import share_text
from planning.sheets import Sheet
from planning.tables import Value
from planning.wording import Translate, msgid
from planning.workflow import Assessment

GOALS = (0.90, 0.95, 0.98, 1.0)


@dataclass(frozen=True, slots=True)
class Goal:
    """What one target share asks for.

    Parameters
    ----------
    share
        Target share of the people inside the zones.
    sites
        Stations that reach it by greedy choice; None where the candidates never do.
    fewest
        No choice of fewer candidates reaches it; None where none does at all.
    best_share
        The share that all candidates together reach.
    """

    share: float
    sites: int | None
    fewest: int | None
    best_share: float


def site_goals(assessment: Assessment, shares: tuple[float, ...] = GOALS) -> tuple[Goal, ...]:
    """Return what each target share asks for in the analysis mode.

    The curve ends at its longest number of stations: a target beyond it and below the share that
    all candidates reach has no number either.
    """
    counted = assessment.modes[assessment.analysis_mode].coverage[0].ledger
    curve = assessment.proposal.curve
    if counted.inside <= 0:
        return ()
    reached = (counted.covered + np.asarray(curve.covered)) / counted.inside
    bound = (counted.covered + np.asarray(curve.bound)) / counted.inside
    best = (counted.covered + curve.reachable) / counted.inside
    return tuple(
        Goal(share, _first(reached, share), _first(bound, share), min(best, 1.0))
        for share in shares
    )


def goal_sheet(goals: tuple[Goal, ...], cost_wan_yuan: float | None, translate: Translate) -> Sheet:
    """Return the goals as a table, with the cost at so much a station (None: no cost)."""
    rows: list[tuple[Value, ...]] = []
    for goal in goals:
        can = goal.best_share >= goal.share - 1e-12
        no = translate("more than the curve holds") if can else translate("not with any candidate")
        cost = None if cost_wan_yuan is None or goal.sites is None else goal.sites * cost_wan_yuan
        rows.append(
            (
                share_text(goal.share),
                no if goal.sites is None else str(goal.sites),
                "—" if goal.fewest is None else str(goal.fewest),
                share_text(goal.best_share),
                cost,
            )
        )
    headers = (
        msgid("Target share"),
        msgid("Stations (greedy)"),
        msgid("At least (proved)"),
        msgid("Share with all candidates"),
        msgid("Cost (10,000 yuan)"),
    )
    return Sheet(
        translate("Stations for a target"), tuple(translate(h) for h in headers), tuple(rows)
    )


def _first(shares: np.ndarray, share: float) -> int | None:
    reached = np.flatnonzero(shares >= share - 1e-12)
    return int(reached[0]) if len(reached) else None
