"""The rational agent access model: where people go when crowding and travel both cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.arrays import Floats, Ints, checked_amounts
from geo.errors import Progress
from geo.pairs import Reach, of_facilities, reach_from_table, within
from geo.times import TENTHS_PER_MINUTE
from planning.centres.capacity.assignment import Flows
from planning.centres.catchments import kernels

MAX_ROUNDS = 1000
SWEEPS_A_ROUND = 4
STOP_REGRET = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """Where people go when nobody could do better elsewhere.

    Parameters
    ----------
    flows
        People of each point at each facility.
    cost
        (n_demand,) congestion + travel cost of the cheapest facility: lower is better; inf where no
        facility is in reach. 1 is the congestion of the mean load, or the travel of tau minutes.
    load
        (n_facilities,) people.
    congestion
        (n_facilities,) people per supply over rho: 1 is the mean load; 0 without supply.
    people_per_supply, tau_minutes
        rho and tau.
    regret
        Largest cost that somebody could save by going elsewhere; 0 but for rounding.
    people_without
        People with no facility in reach.
    """

    flows: Flows
    cost: Floats
    load: Floats
    congestion: Floats
    people_per_supply: float
    tau_minutes: float
    regret: float
    people_without: float


@dataclass(frozen=True, slots=True, eq=False)
class _Agents:
    """Cells with people and their places, as the kernels want them; `pair` of each place."""

    cells: NDArray[np.int64]
    pair: NDArray[np.int64]
    indptr: NDArray[np.int64]
    centre: Ints
    time: Floats
    people: Floats
    rate: Floats
    flow: Floats
    load: Floats


def rational_agents(
    pairs: Reach,
    *,
    people: ArrayLike,
    supply: ArrayLike,
    tau_minutes: float = 30.0,
    limit_minutes: float | None = None,
    people_per_supply: float | None = None,
    progress: Progress | None = None,
) -> Equilibrium:
    """Find the equilibrium of min over l of (d_l / s_l) / rho + t_il / tau, exactly.

    Parameters
    ----------
    pairs
        Travel times by facility.
    people
        (n_demand,) people; parts of a person may go to different facilities.
    supply
        (n_facilities,) supply; facilities without any are closed.
    tau_minutes
        Travel time that weighs as much as the mean congestion.
    limit_minutes
        Longest time allowed; None: every pair given.
    people_per_supply
        rho; None: all people over all supply.

    Raises
    ------
    PlannerError
        When lengths differ or amounts are negative.

    Source: Saxon and Snow 2020, 10.1080/24694452.2019.1629870; the equilibrium is that of Wardrop
    1952, found as the minimum of a convex programme.
    """
    weights = checked_amounts("people", people, pairs.n_demand)
    offered = checked_amounts("supply", supply, pairs.n_facilities)
    reach = of_facilities(pairs, offered > 0)
    if limit_minutes is not None:
        reach = within(reach, limit_minutes)
    rho = people_per_supply or _mean_load(weights, offered)
    agents = _agents(reach, weights, offered * rho, tau_minutes)
    regret = _settle(agents, progress)
    return _equilibrium(agents, reach, weights, offered * rho, (rho, tau_minutes, regret))


def warm() -> None:
    """Compile the kernels on a toy, so that no user waits for the compiler."""
    toy = reach_from_table([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 4, 3], n_facilities=2, n_demand=2)
    rational_agents(toy, people=[9.0, 2.0], supply=[1.0, 9.0])


def _mean_load(people: Floats, supply: Floats) -> float:
    total = float(supply.sum())
    return float(people.sum()) / total if total > 0 and people.sum() > 0 else 1.0


def _agents(reach: Reach, people: Floats, places: Floats, tau_minutes: float) -> _Agents:
    chosen = np.flatnonzero(people[reach.demand] > 0)
    chosen = chosen[np.argsort(reach.demand[chosen], kind="stable")]
    cells, starts = np.unique(reach.demand[chosen], return_index=True)
    tau_tenths = tau_minutes * TENTHS_PER_MINUTE
    return _Agents(
        cells=cells.astype(np.int64),
        pair=chosen,
        indptr=np.append(starts, len(chosen)).astype(np.int64),
        centre=reach.facility()[chosen],
        time=reach.tenths[chosen] / tau_tenths,
        people=people[cells],
        rate=np.divide(1.0, places, out=np.ones(len(places)), where=places > 0),
        flow=np.zeros(len(chosen)),
        load=np.zeros(len(places)),
    )


def _start(agents: _Agents) -> None:
    """Send everybody to the nearest facility, ties to the lowest index."""
    if not len(agents.cells):
        return
    nearest = np.minimum.reduceat(agents.time, agents.indptr[:-1])
    row = np.repeat(np.arange(len(agents.cells)), np.diff(agents.indptr))
    candidates = np.flatnonzero(agents.time == nearest[row])
    _, first = np.unique(row[candidates], return_index=True)
    agents.flow[candidates[first]] = agents.people


def _settle(agents: _Agents, progress: Progress | None) -> float:
    """Repeat sweeps and forests until nobody regrets; return the largest regret left."""
    _start(agents)
    n_centres, n_cells = len(agents.rate), len(agents.cells)
    quiet = np.zeros(n_cells)
    shared = np.empty(n_cells, dtype=np.int64)
    parent = np.empty(n_centres + n_cells, dtype=np.int32)
    edge = np.empty(n_centres + n_cells, dtype=np.int64)
    places = (agents.indptr, agents.centre)
    drift = 0.0
    kernels.add_up_loads(*places, agents.flow, agents.load)
    for _ in range(MAX_ROUNDS):
        drift, regret = _sweeps(agents, quiet, drift, progress)
        if regret <= STOP_REGRET:
            # Nobody that was looked at gained; look at everybody once more to be sure.
            quiet[:] = 0.0
            drift, regret = _sweeps(agents, quiet, 0.0, progress)
            if regret <= STOP_REGRET:
                break
        count = kernels.make_forest(
            *places, agents.time, agents.flow, n_centres, shared, parent, edge
        )
        before = agents.load * agents.rate
        while kernels.settle_forest(
            agents.time, agents.rate, agents.flow, agents.load, count, parent, edge
        ):
            kernels.add_up_loads(*places, agents.flow, agents.load)
        kernels.add_up_loads(*places, agents.flow, agents.load)
        drift += float(np.abs(agents.load * agents.rate - before).max(initial=0.0))
    return regret


def _sweeps(
    agents: _Agents, quiet: Floats, drift: float, progress: Progress | None
) -> tuple[float, float]:
    """Sweep a few times; return the drift and the regret met by the first sweep."""
    regret = 0.0
    for turn in range(SWEEPS_A_ROUND):
        before = agents.load * agents.rate
        worst, moved = kernels.sweep(
            agents.indptr,
            agents.centre,
            agents.time,
            agents.people,
            agents.rate,
            agents.flow,
            agents.load,
            quiet,
            drift,
        )
        drift += float(np.abs(agents.load * agents.rate - before).max(initial=0.0))
        if turn == 0:
            regret = worst
        if progress is not None:
            # How many rounds are needed is not known; the cells still moving tell how far it is.
            progress("agents", len(quiet) - moved, len(quiet))
        if not moved:
            break
    return drift, regret


def _equilibrium(
    agents: _Agents,
    reach: Reach,
    people: Floats,
    places: Floats,
    parameters: tuple[float, float, float],
) -> Equilibrium:
    rho, tau_minutes, regret = parameters
    used = np.flatnonzero(agents.flow > 0)
    used = used[np.argsort(agents.pair[used], kind="stable")]
    pair = agents.pair[used]
    facility = reach.facility()
    counts = np.bincount(facility[pair], minlength=len(places))
    congestion = np.divide(agents.load, places, out=np.zeros(len(places)), where=places > 0)
    of_pair = congestion[facility] + reach.tenths / (tau_minutes * TENTHS_PER_MINUTE)
    cost = np.full(reach.n_demand, np.inf)
    np.minimum.at(cost, reach.demand, of_pair)
    return Equilibrium(
        flows=Flows(
            indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            demand=reach.demand[pair],
            tenths=reach.tenths[pair],
            people=agents.flow[used],
            n_demand=reach.n_demand,
        ),
        cost=cost,
        load=agents.load,
        congestion=congestion,
        people_per_supply=rho,
        tau_minutes=tau_minutes,
        regret=regret,
        people_without=float(people[np.isinf(cost)].sum()),
    )
