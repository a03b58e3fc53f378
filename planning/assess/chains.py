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

from geo.arrays import Floats, Ints, require_length
from geo.pairs import Reach
from geo.search import UNREACHED
from geo.times import TENTHS_PER_MINUTE, limits_in_tenths
from planning.words.wording import msgid


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


LEG_WORDS: dict[LegStatus, str] = {
    LegStatus.OK: msgid("In time"),
    LegStatus.TOP: msgid("Highest level"),
    LegStatus.MISSING: msgid("No facility declared"),
    LegStatus.CLOSED: msgid("Declared facility not open"),
    LegStatus.NOT_UPWARD: msgid("Declared facility not of a higher level"),
    LegStatus.UNREACHABLE: msgid("Unreachable by road"),
    LegStatus.OVER: msgid("Longer than the limit of the leg"),
    LegStatus.NOT_OPEN: msgid("Not open"),
}

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


@dataclass(frozen=True, slots=True)
class AllianceReferral:
    """Referral within one alliance (-1: facilities of none); counts are of open facilities.

    Parameters
    ----------
    alliance
        Index.
    facilities, complete
        How many, and how many whose chain reaches the highest level.
    missing, closed, not_upward, unreachable, over, skipping, crossing
        Legs by what is the matter; the last three may overlap.
    mean_minutes, worst_minutes
        Cumulated time to the highest level of the facilities below it with a complete chain; None
        where there is none.
    """

    alliance: int
    facilities: int
    complete: int
    missing: int
    closed: int
    not_upward: int
    unreachable: int
    over: int
    skipping: int
    crossing: int
    mean_minutes: float | None
    worst_minutes: float | None


@dataclass(frozen=True, slots=True)
class LevelAccess:
    """People who come to a level along the chain: through their nearest point, then by referral."""

    level: int
    people: float
    connected: float
    within_limit: float


def referral_chains(
    times: Reach,
    *,
    level: Ints,
    refers_to: Ints,
    alliance: Ints,
    max_leg_minutes: float | Sequence[float],
    parent: Ints | None = None,
    is_open: NDArray[np.bool_] | None = None,
    n_levels: int | None = None,
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
    n_levels
        Number of levels; None: the highest level that there is.

    Raises
    ------
    PlannerError
        When lengths differ.

    Source: the five-level referral chain of the Xiacheng brochure (standard N9).
    """
    count = times.n_demand
    operating = np.ones(count, dtype=np.bool_) if is_open is None else is_open
    branch_of = np.full(count, -1, dtype=np.int32) if parent is None else parent
    arrays = {
        "level": level,
        "refers_to": refers_to,
        "alliance": alliance,
        "parent": branch_of,
        "is_open": operating,
    }
    for name, values in arrays.items():
        require_length(name, values, count)
    highest = int(level.max(initial=1)) if n_levels is None else n_levels
    target = refers_to.astype(np.int32)
    leg = _leg_tenths(times, target)
    to_centre = _to_own_centre(level, target, branch_of)
    status = _leg_status(
        level, target, leg, operating, to_centre, limits=_limits(max_leg_minutes, highest)
    )
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


def nearest_links(
    times: Reach,
    *,
    level: Ints,
    alliance: Ints,
    is_open: NDArray[np.bool_] | None = None,
    within_alliance: bool = True,
) -> Ints:
    """Propose for each facility the nearest open one of the next level that can be reached.

    Where the next level has none in reach, the one after is taken. Ties go to the lowest index.
    Used to fill missing links, never without being asked.

    Returns
    -------
    (n,) facility; -1 where there is none, and for closed facilities.
    """
    operating = np.ones(times.n_demand, dtype=np.bool_) if is_open is None else is_open
    receiver, sender = times.facility(), times.demand
    possible = (level[receiver] > level[sender]) & operating[receiver] & operating[sender]
    if within_alliance:
        possible &= alliance[receiver] == alliance[sender]
    receiver, sender, tenths = receiver[possible], sender[possible], times.tenths[possible]
    order = np.lexsort((receiver, tenths, level[receiver], sender))
    senders, first = np.unique(sender[order], return_index=True)
    links = np.full(times.n_demand, -1, dtype=np.int32)
    links[senders] = receiver[order[first]]
    return links


def referral_by_alliance(
    referral: Referral, *, is_open: NDArray[np.bool_] | None = None
) -> list[AllianceReferral]:
    """Sum up the chains by alliance, in the order of their indices (-1 first)."""
    operating = np.ones(len(referral.level), dtype=np.bool_) if is_open is None else is_open
    alliances = np.unique(referral.alliance[operating])
    return [_alliance_row(referral, int(row), operating) for row in alliances]


def tenths_from_points(referral: Referral, facility: Ints, tenths: Ints) -> Ints:
    """Return the (n_points, n_levels) time of each point to each level along its chain.

    Parameters
    ----------
    facility, tenths
        (n_points,) the nearest point of care and the time to it; facility -1 where none is reached.

    Returns
    -------
    Tenths of a second; `UNREACHED` where the chain does not get there.
    """
    reached = facility >= 0
    onward = referral.tenths_to_level[np.where(reached, facility, 0)].astype(np.int64)
    has_way = reached[:, None] & (onward != UNREACHED)
    total = np.where(has_way, onward + tenths[:, None].astype(np.int64), UNREACHED)
    return np.minimum(total, UNREACHED).astype(np.int32)


def people_by_level(
    tenths_to_level: Ints, people: Floats, *, limit_minutes: Sequence[float]
) -> list[LevelAccess]:
    """Count the people who get to each level, and in time.

    Parameters
    ----------
    tenths_to_level
        What `tenths_from_points` gives.
    people
        (n_points,) people.
    limit_minutes
        (n_levels,) cumulated limit of each level.
    """
    limits = limits_in_tenths(list(limit_minutes), tenths_to_level.shape[1])
    return [
        LevelAccess(
            level=row + 1,
            people=float(people.sum()),
            connected=float(people[tenths_to_level[:, row] != UNREACHED].sum()),
            within_limit=float(people[tenths_to_level[:, row] <= limit].sum()),
        )
        for row, limit in enumerate(limits)
    ]


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
        leg == UNREACHED,
        leg > limits[level],
    ]
    answers = [
        LegStatus.NOT_OPEN,
        LegStatus.TOP,
        LegStatus.MISSING,
        LegStatus.CLOSED,
        LegStatus.NOT_UPWARD,
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


def _alliance_row(
    referral: Referral, alliance: int, operating: NDArray[np.bool_]
) -> AllianceReferral:
    own = (referral.alliance == alliance) & operating
    counts = np.bincount(referral.status[own], minlength=len(LegStatus))
    complete = own & referral.is_complete
    sending = complete & (referral.status != LegStatus.TOP)
    minutes = referral.tenths_to_level[sending, -1] / TENTHS_PER_MINUTE
    return AllianceReferral(
        alliance=alliance,
        facilities=int(own.sum()),
        complete=int(complete.sum()),
        missing=int(counts[LegStatus.MISSING]),
        closed=int(counts[LegStatus.CLOSED]),
        not_upward=int(counts[LegStatus.NOT_UPWARD]),
        unreachable=int(counts[LegStatus.UNREACHABLE]),
        over=int(counts[LegStatus.OVER]),
        skipping=int((own & referral.is_skipping).sum()),
        crossing=int((own & referral.is_crossing).sum()),
        mean_minutes=float(minutes.mean()) if minutes.size else None,
        worst_minutes=float(minutes.max()) if minutes.size else None,
    )
