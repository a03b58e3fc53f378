"""A circuit question and its answer as values: stops, teams, directed times, routes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
Objective: TypeAlias = Literal["team-days", "travel"]
Status: TypeAlias = Literal["optimal", "time_limit", "infeasible"]
Pattern: TypeAlias = tuple[int, ...]

MOST_PATTERNS = 20_000
"""Ways of choosing days that are listed; a stop with more of them is refused."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place that is visited.

    Parameters
    ----------
    stop_id
        Its id.
    patterns
        The combinations of days (from 1) on one of which it is visited; each has as many days as
        the stop has visits.
    service_minutes, load
        Of each visit.
    open_minutes, close_minutes
        Service starts between these, in minutes after the start of the shift.
    """

    stop_id: str
    patterns: tuple[Pattern, ...]
    service_minutes: float = 0.0
    load: float = 0.0
    open_minutes: float = 0.0
    close_minutes: float = np.inf

    @property
    def visits(self) -> int:
        """Visits within the days of the plan."""
        return len(self.patterns[0])


@dataclass(frozen=True, slots=True)
class Team:
    """Vehicles of one base: each may be out once a day.

    Parameters
    ----------
    team_id, base_id
        Ids.
    vehicles
        Of each day.
    shift_minutes
        Bounds travel, service and waiting; the vehicle is back within it.
    capacity
        Most load of a route.
    """

    team_id: str
    base_id: str
    vehicles: int
    shift_minutes: float
    capacity: float = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class CircuitProblem:
    """Stops, teams and the directed minutes between all places.

    Parameters
    ----------
    stops, teams
        At least one of each.
    place_ids
        The stops in their order, then every base once.
    minutes
        (n_places, n_places) directed travel; inf where there is no way.
    days
        Days of the plan.
    """

    stops: tuple[Stop, ...]
    teams: tuple[Team, ...]
    place_ids: tuple[str, ...]
    minutes: Floats
    days: int

    @property
    def visits(self) -> int:
        """Visits of all stops."""
        return sum(stop.visits for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle out on one day.

    `start` is when it leaves, in minutes after the start of the shift; `minutes` is travel, service
    and waiting until it is back; `vehicle` counts from 1 within the team and day.
    """

    day: int
    team_id: str
    vehicle: int
    base_id: str
    stop_ids: tuple[str, ...]
    start: float
    travel: float
    minutes: float
    load: float


@dataclass(frozen=True, slots=True)
class Unserved:
    """A stop without its visits, and why."""

    stop_id: str
    reason: str
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class CircuitPlan:
    """Routes with their proof.

    `bound`: no plan that serves as many stops has a smaller objective; None where nothing is known.
    """

    objective_name: Objective
    objective: float
    bound: float | None
    status: Status
    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]

    @property
    def gap(self) -> float | None:
        """|bound - objective| / max(|objective|, 1e-9); None without a bound."""
        if self.bound is None:
            return None
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-9)


def any_days(visits: int, days: int) -> tuple[Pattern, ...]:
    """Return every combination of different days.

    Raises
    ------
    ValueError
        When there are more visits than days, or more than `MOST_PATTERNS` combinations.

    >>> any_days(2, 3)
    ((1, 2), (1, 3), (2, 3))
    """
    if not 1 <= visits <= days:
        msg = f"{visits} visits do not fit {days} days"
        raise ValueError(msg)
    if comb(days, visits) > MOST_PATTERNS:
        msg = f"{visits} of {days} days can be chosen in {comb(days, visits)} ways"
        raise ValueError(msg)
    return tuple(combinations(range(1, days + 1), visits))
