"""Catchments and assignment against the clock and the peers: PySAL access and an LP solver."""

from __future__ import annotations

import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.pairs import Reach, reach_from_table
from planning.centres import catchments
from planning.centres.capacity import assignment as capacity
from planning.centres.capacity.assignment import assign_people
from planning.centres.capacity.filling import fill_in_order, order_by_people
from planning.centres.catchments import Method, crowding, floating_catchments, rational_agents

Floats = NDArray[np.float64]
Row = dict[str, Any]

SIZES = {"S": (2_000, 20), "M": (20_000, 100), "L": (100_000, 500)}
CENTRES = {"S": 20, "M": 100, "L": 100}
"""Facilities of the assignment: centres, fewer than the points of the catchments."""

SIDE_KM = 60.0
LIMIT_MINUTES = 20.0
MINUTES_PER_KM = {20: 1.2, 100: 1.4, 500: 2.0}
"""By number of facilities, so that a cell reaches some of them at every size."""

ROUNDS = 5

PEER_METHODS = {
    Method.TWO_STEP: "two_stage_fca",
    Method.ENHANCED: "two_stage_fca",
    Method.THREE_STEP: "three_stage_fca",
}


def instance(size: str, n_facilities: int) -> tuple[Reach, Floats, Floats]:
    """Return pairs within 20 minutes, people and supply of a seeded county of towns and hamlets."""
    n_cells = SIZES[size][0]
    rng = np.random.default_rng(7)
    site = rng.uniform(0, SIDE_KM, (n_facilities, 2))
    in_town = rng.random(n_cells) < 0.5
    near = site[rng.integers(0, n_facilities, n_cells)] + rng.normal(0, 2.5, (n_cells, 2))
    cell = np.where(in_town[:, None], near, rng.uniform(0, SIDE_KM, (n_cells, 2)))
    people = np.ceil(rng.lognormal(2, 1, n_cells))
    supply = rng.integers(1, 40, n_facilities).astype(float)
    reach = cKDTree(site).sparse_distance_matrix(
        cKDTree(cell), LIMIT_MINUTES / MINUTES_PER_KM[n_facilities], output_type="coo_matrix"
    )
    tenths = np.rint(reach.data * MINUTES_PER_KM[n_facilities] * 600)
    pairs = reach_from_table(
        reach.row, reach.col, tenths, n_facilities=n_facilities, n_demand=n_cells
    )
    return pairs, people, supply


def rows(size: str) -> list[Row]:
    """Return one row for each method and each peer."""
    compiled = _compile_row(size)
    pairs, people, supply = instance(size, SIZES[size][1])
    table = _peer_table(pairs)
    system = (pairs, people, supply)
    made = [compiled, *(_method_row(size, method, system, table) for method in Method)]
    given = {"people": people, "supply": supply}
    made.append(_row("i2sfca", size, lambda: crowding(pairs, **given).people_per_supply))
    made.append(_raam_row(size, system, table))
    made.extend(_assignment_rows(size))
    return made


def _compile_row(size: str) -> Row:
    start = time.perf_counter()
    capacity.warm()
    catchments.warm()
    seconds = time.perf_counter() - start
    return _filled("compile or load the kernels", size, seconds)


def _method_row(size: str, method: Method, system: tuple[Reach, Floats, Floats], table: Any) -> Row:
    pairs, people, supply = system

    def ours() -> Floats:
        return floating_catchments(
            pairs, people=people, supply=supply, method=method, limit_minutes=LIMIT_MINUTES
        ).access

    if method not in PEER_METHODS:
        return _row(method.value, size, ours)
    if table is None:
        return _row(method.value, size, ours, peer="access")
    return _row(
        method.value, size, ours, peer="access", theirs=_peer(method, people, supply, table)
    )


def _peer_table(pairs: Reach) -> Any:
    """Return the pairs as the data frame that the peer wants; None where it is not installed."""
    if find_spec("access") is None:
        return None
    import pandas as pd

    columns = {
        "origin": pairs.demand,
        "dest": pairs.facility(),
        "cost": pairs.tenths / 600,
    }
    return pd.DataFrame(columns)


def _peer(method: Method, people: Floats, supply: Floats, table: Any) -> Callable[[], Floats]:
    import pandas as pd
    from access import fca

    demand = pd.DataFrame({"demand": people}, index=pd.RangeIndex(len(people), name="geoid"))
    offered = pd.DataFrame({"supply": supply}, index=pd.RangeIndex(len(supply), name="geoid"))
    thirds = [LIMIT_MINUTES * 10 / 30, LIMIT_MINUTES * 20 / 30]

    def step(minutes: float) -> float:
        tenths = round(minutes * 600)
        return 1.0 if tenths <= thirds[0] * 600 else 0.68 if tenths <= thirds[1] * 600 else 0.22

    weight = (lambda _: 1.0) if method == Method.TWO_STEP else step

    def theirs() -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = getattr(fca, PEER_METHODS[method])(
                demand,
                offered,
                table,
                max_cost=LIMIT_MINUTES,
                demand_index=True,
                supply_index=True,
                weight_fn=weight,
            )
        return answer.reindex(range(len(people))).fillna(0.0).to_numpy()

    return theirs


def _raam_row(size: str, system: tuple[Reach, Floats, Floats], table: Any) -> Row:
    """Time the equilibrium; the peer at S only, for it keeps a dense matrix.

    `agrees` stays null: the peer moves whole people in a fixed number of shrinking steps and stops
    away from the equilibrium, while ours has no regret left.
    """
    pairs, people, supply = system

    def ours() -> Floats:
        return rational_agents(pairs, people=people, supply=supply, tau_minutes=30).cost

    if table is None or size != "S":
        return _row("raam", size, ours, peer="access")

    def theirs() -> Floats:
        import pandas as pd
        from access.raam import raam

        answer = raam(
            pd.DataFrame({"demand": people.astype(int)}),
            pd.DataFrame({"supply": supply}),
            table,
            tau=30,
        )
        return answer.reindex(range(len(people))).fillna(np.inf).to_numpy()

    return {**_row("raam", size, ours, peer="access", theirs=theirs), "agrees": None}


def _assignment_rows(size: str) -> list[Row]:
    pairs, people, supply = instance(size, CENTRES[size])
    places = supply / supply.sum() * people.sum()

    def best() -> Floats:
        answer = assign_people(pairs, people=people, capacity=places).assignment
        return np.array([answer.served, answer.person_minutes / answer.people])

    def ordered() -> Floats:
        order = order_by_people(
            pairs, people=people, facilities=range(CENTRES[size]), limit_minutes=LIMIT_MINUTES
        )
        answer = fill_in_order(
            pairs, people=people, capacity=places, order=order, limit_minutes=LIMIT_MINUTES
        )
        return np.array([answer.assignment.served])

    programme = _programme(pairs, people, places) if size == "S" else None
    return [
        _row("assignment within capacities", size, best, peer="HiGHS (scipy)", theirs=programme),
        _row("ordered filling", size, ordered),
    ]


def _programme(pairs: Reach, people: Floats, places: Floats) -> Callable[[], Floats]:
    """Return the same assignment as a linear programme with a large price on the unserved."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    n_pairs, facility = len(pairs.demand), pairs.facility()
    one, column = np.ones(n_pairs), np.arange(n_pairs)
    by_point = coo_array((one, (pairs.demand, column)), shape=(len(people), n_pairs))
    by_centre = coo_array((one, (facility, column)), shape=(len(places), n_pairs))
    minutes = pairs.tenths / 600
    price = LIMIT_MINUTES * (len(places) + 2)

    def theirs() -> Floats:
        answer = linprog(
            minutes - price,
            A_ub=vstack((by_point, by_centre)).tocsr(),
            b_ub=np.concatenate((people, places)),
            method="highs",
        )
        return np.array([answer.x.sum(), answer.x @ minutes / people.sum()])

    return theirs


def _row(
    work: str,
    size: str,
    ours: Callable[[], Floats],
    *,
    peer: str | None = None,
    theirs: Callable[[], Floats] | None = None,
) -> Row:
    """Time both in turns after one warm-up each, which also gives the peak and the difference."""
    tracemalloc.start()
    answer = ours()
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    difference = None
    if theirs is not None:
        other = theirs()
        both = np.isfinite(answer) & np.isfinite(other)
        assert (np.isfinite(answer) == np.isfinite(other)).all()
        difference = float(np.abs(answer[both] - other[both]).max(initial=0.0))
    our_seconds, peer_seconds = [], []
    for _ in range(ROUNDS):
        our_seconds.append(_seconds(ours))
        if theirs is not None:
            peer_seconds.append(_seconds(theirs))
    peer_s = median(peer_seconds) if peer_seconds else None
    return _filled(
        work,
        size,
        median(our_seconds),
        peer=peer,
        peer_s=peer_s,
        agrees=difference,
        peak_mb=peak_mb,
    )


def _seconds(work: Callable[[], Floats]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _filled(
    work: str,
    size: str,
    ours_s: float,
    *,
    peer: str | None = None,
    peer_s: float | None = None,
    agrees: float | None = None,
    peak_mb: float | None = None,
) -> Row:
    return {
        "work": work,
        "size": size,
        "ours_s": ours_s,
        "peer": peer,
        "peer_s": peer_s,
        "ratio": peer_s / ours_s if peer_s is not None else None,
        "agrees": agrees,
        "peak_mb": peak_mb,
    }
