"""15分钟医疗服务圈（参考，口径未定）: who is within 15 minutes, of points and of any institution.

Documents name a 15-minute circle without saying which institutions or which way of travel it means.
It stands beside the 20 minutes under its own name, is never judged and never a threshold of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from geo.times import to_tenths
from planning.reach.coverage import Ledger, ledger, point_status
from planning.reach.coverage_figures import NO_POINT
from planning.reach.mode_input import ModeCover, ModeInput, nearest_point
from planning.reach.scenario import Mask
from planning.words.figure import NOBODY, Base, Figure
from planning.words.wording import msgid

REACH15_MINUTES = 15.0
Reach15Scope: TypeAlias = Literal["points", "institutions"]
"""The fixed points of the circle, or every operating institution that has a place."""

SCOPE_WORDS: dict[Reach15Scope, str] = {
    "points": msgid("fixed points"),
    "institutions": msgid("all institutions"),
}


@dataclass(frozen=True, slots=True)
class Reach15:
    """Who is within 15 minutes in one mode of travel; `ledger` counts the people."""

    mode: str
    scope: Reach15Scope
    ledger: Ledger


def reach15_of(mode: ModeInput, cover: ModeCover, institutions: Mask) -> tuple[Reach15, Reach15]:
    """Return who is within 15 minutes of a point, and of any institution.

    Parameters
    ----------
    mode
        Networks and snaps; its points are those that count.
    cover
        The times to these points, already known.
    institutions
        (n_facilities,) every operating institution of any kind.
    """
    demand = mode.dataset.demand
    placed = institutions & mode.dataset.facilities.has_position
    rows = []
    scopes: tuple[tuple[Reach15Scope, Mask], ...] = (
        ("points", mode.points),
        ("institutions", placed),
    )
    for scope, used in scopes:
        times = cover.nearest if scope == "points" else nearest_point(replace(mode, points=used))
        is_known = bool(used.any())
        status = point_status(
            times,
            demand.zone < 0,
            limit_tenths=to_tenths(REACH15_MINUTES),
            is_known=is_known,
        )
        rows.append(Reach15(cover.mode, scope, ledger(demand.people, status, is_known=is_known)))
    return rows[0], rows[1]


def reach15_figure(row: Reach15, base: Base) -> Figure:
    """Return the share of people within 15 minutes under its own name.

    Parameters
    ----------
    base
        That of the study's coverage in the same mode.
    """
    share = row.ledger.share
    reason = "" if share is not None else NO_POINT if row.ledger.covered is None else NOBODY
    return Figure(
        "reach15_share",
        replace(base, minutes=REACH15_MINUTES, level="", detail=row.scope),
        share,
        reason=reason,
        detail_name=SCOPE_WORDS[row.scope],
    )
