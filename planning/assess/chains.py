"""The referral chain: station -> centre -> district hospital -> city hospital, leg by leg.

Times between facilities come as pairs whose rows are the receiving facilities and whose demand
points are the sending ones, both numbered as all facilities: what `geo.travel.reach` gives when the
facilities are handed over on both sides. Levels are 1, 2, ... from the station upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Ints, require_length
from geo.pairs import Reach
from geo.search import UNREACHED
from geo.times import limits_in_tenths


class LegStatus(IntEnum):
    """What is the matter with the leg that starts at a facility: the first that applies."""

    OK = 0
    TOP = 1
    """The facility is of the highest level: it refers to nobody."""
    MISSING = 2
    """No facility is declared."""
    CLOSED = 3
    """The declared facility is not open."""
    NOT_UPWARD = 4
    """The declared facility is not of a higher level."""
    UNREACHABLE = 5
    """There is no way, or none within the times given."""
    OVER = 6
    """The leg takes longer than its limit; the chain goes on."""
    NOT_OPEN = 7
    """The facility itself is not open."""
    UNPLACED = 8
    """The facility or the declared one has no coordinates (待定位): no time can be known."""


GOING_ON = (LegStatus.OK, LegStatus.OVER)


@dataclass(frozen=True, slots=True, eq=False)
class Referral:
    """The chains of all facilities; those that are not open have none.

    Parameters
    ----------
    level, alliance
        (n,) as given.
    target
        (n,) the facility referred to; -1 where none is declared.
    status
        (n,) `LegStatus` of the leg that starts here.
    leg_tenths
        (n,) time of that leg; `UNREACHED` where there is none.
    is_skipping
        (n,) True where the leg passes over a level.
    is_crossing
        (n,) True where the leg leaves the alliance.
    at_level
        (n, n_levels) first facility of the chain of at least each level (itself up to its own);
        -1 where the chain breaks before.
    tenths_to_level
        (n, n_levels) cumulated time to it; `UNREACHED` where the chain breaks before.
    """

    level: Ints
    alliance: Ints
    target: Ints
    status: NDArray[np.uint8]
    leg_tenths: Ints
    is_skipping: NDArray[np.bool_]
    is_crossing: NDArray[np.bool_]
    at_level: Ints
    tenths_to_level: Ints

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """(n,) True where the chain reaches the highest level."""
        return self.at_level[:, -1] >= 0


def referral_chains(
    times: Reach,
    *,
    level: Ints,
    refers_to: Ints,
    alliance: Ints,
    max_leg_minutes: float | Sequence[float],
    parent: Ints | None = None,
    is_open: NDArray[np.bool_] | None = None,
    is_placed: NDArray[np.bool_] | None = None,
) -> Referral:
    """Follow the declared chain of every facility.

    Parameters
    ----------
    times
        Rows = receiving facility, demand = sending facility, n of both.
    level
        (n,) from 1.
    refers_to
        (n,) the facility each refers to; -1 where none is declared.
    alliance
        (n,) alliance of each; -1 for none.
    max_leg_minutes
        Limit of a leg: one for all, or one for each level that sends (the highest needs none).
    parent
        (n,) the institution each is a branch of; -1 for none. A branch may refer to its own centre,
        which is of the same level. None: no branches.
    is_open
        (n,) True where operating; None: all.
    is_placed
        (n,) True where it has coordinates; None: all.

    Raises
    ------
    PlannerError
        When lengths differ.

    Source: the five-level referral chain of the Xiacheng brochure (standard N9).
    """
    count = times.n_demand
    operating = np.ones(count, dtype=np.bool_) if is_open is None else is_open
    placed = np.ones(count, dtype=np.bool_) if is_placed is None else is_placed
    branch_of = np.full(count, -1, dtype=np.int32) if parent is None else parent
    arrays = {
        "level": level,
        "refers_to": refers_to,
        "alliance": alliance,
        "parent": branch_of,
        "is_open": operating,
        "is_placed": placed,
    }
    for name, values in arrays.items():
        require_length(name, values, count)
    highest = int(level.max(initial=1))
    target = refers_to.astype(np.int32)
    leg = _leg_tenths(times, target)
    to_centre = _to_own_centre(level, target, branch_of)
    limits = _limits(max_leg_minutes, highest)
    status = _leg_status(level, target, leg, operating, to_centre, placed=placed, limits=limits)
    has_target = (target >= 0) & operating
    up = np.where(has_target, target, 0)
    at_level, cumulated = _follow(level, target, leg, status, to_centre, n_levels=highest)
    return Referral(
        level=level,
        alliance=alliance,
        target=target,
        status=status,
        leg_tenths=leg,
        is_skipping=has_target & (level[up] > level + 1),
        is_crossing=has_target & (alliance[up] != alliance),
        at_level=at_level,
        tenths_to_level=cumulated,
    )


def _limits(max_leg_minutes: float | Sequence[float], n_levels: int) -> NDArray[np.int64]:
    """Return (n_levels + 1,) limits in tenths by sending level."""
    if isinstance(max_leg_minutes, int | float):
        return limits_in_tenths(max_leg_minutes, n_levels + 1)
    given = list(max_leg_minutes)[: n_levels - 1]
    missing = n_levels - 1 - len(given)
    if missing > 0:
        require_length("max_leg_minutes", np.asarray(given), n_levels - 1)
    # Level 0 does not exist and the highest sends nobody.
    return limits_in_tenths([0.0, *given, 0.0], n_levels + 1)


def _leg_tenths(times: Reach, target: Ints) -> Ints:
    """Look up the time of each declared leg; `UNREACHED` where there is no pair."""
    leg = np.full(times.n_demand, UNREACHED, dtype=np.int32)
    receiver = times.facility()
    declared = target[times.demand] == receiver
    leg[times.demand[declared]] = times.tenths[declared]
    return leg


def _to_own_centre(level: Ints, target: Ints, branch_of: Ints) -> NDArray[np.bool_]:
    """Return (n,) True for legs from a branch to its own centre, which is no branch itself."""
    up = np.where(target >= 0, target, 0)
    is_own: NDArray[np.bool_] = (target >= 0) & (target == branch_of) & (level[up] == level)
    return np.logical_and(is_own, ~is_own[up])


def _leg_status(
    level: Ints,
    target: Ints,
    leg: Ints,
    operating: NDArray[np.bool_],
    to_centre: NDArray[np.bool_],
    *,
    placed: NDArray[np.bool_],
    limits: NDArray[np.int64],
) -> NDArray[np.uint8]:
    n_levels = len(limits) - 1
    up = np.where(target >= 0, target, 0)
    conditions = [
        ~operating,
        level == n_levels,
        target < 0,
        ~operating[up],
        (level[up] <= level) & ~to_centre,
        ~(placed & placed[up]),
        leg == UNREACHED,
        leg > limits[level],
    ]
    answers = [
        LegStatus.NOT_OPEN,
        LegStatus.TOP,
        LegStatus.MISSING,
        LegStatus.CLOSED,
        LegStatus.NOT_UPWARD,
        LegStatus.UNPLACED,
        LegStatus.UNREACHABLE,
        LegStatus.OVER,
    ]
    return np.select(conditions, answers, default=LegStatus.OK).astype(np.uint8)


def _follow(
    level: Ints,
    target: Ints,
    leg: Ints,
    status: NDArray[np.uint8],
    to_centre: NDArray[np.bool_],
    *,
    n_levels: int,
) -> tuple[Ints, Ints]:
    """Join the legs from the highest level down, at each level centres before their branches.

    Only legs upwards and from a branch to its centre are followed, so none returns.
    """
    count = len(level)
    at_level = np.full((count, n_levels), -1, dtype=np.int32)
    cumulated = np.full((count, n_levels), UNREACHED, dtype=np.int32)
    goes_on = np.isin(status, GOING_ON)
    is_there = status != LegStatus.NOT_OPEN
    for own in range(n_levels, 0, -1):
        here = np.flatnonzero((level == own) & is_there)
        at_level[here, :own] = here[:, None]
        cumulated[here, :own] = 0
        for is_turn in (~to_centre, to_centre):
            sending = here[(goes_on & is_turn)[here]]
            onward = target[sending]
            at_level[sending, own:] = at_level[onward, own:]
            before = cumulated[onward, own:].astype(np.int64)
            total = np.where(before == UNREACHED, UNREACHED, before + leg[sending][:, None])
            cumulated[sending, own:] = np.minimum(total, UNREACHED)
    return at_level, cumulated
