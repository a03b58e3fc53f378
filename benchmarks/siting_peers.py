"""What others need for the same siting problems: spopt with CBC, and HiGHS on the bare model."""

from __future__ import annotations

import time
import warnings
from importlib.util import find_spec

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack, identity, vstack

from benchmarks.siting_instances import Instance

PEER_SECONDS = 60.0
"""What a peer gets; one that has not finished by then is a row without seconds."""

LARGEST_DENSE = 1_000_000
"""Cells of the dense matrix up to which spopt is asked: it builds its model cell by cell."""

LARGEST_MEDIAN = 1_000_000

HIGHS, SPOPT = "HiGHS (scipy)", "spopt + CBC"


def peer_answers(work: str, given: Instance, count: int) -> dict[str, tuple[float, float] | None]:
    """Return (seconds, objective) of each peer that knows the model; None when it did not finish.

    Parameters
    ----------
    work
        `mclp`, `lscp` or `pmedian`.
    given
        The instance.
    count
        Number of sites.
    """
    return {HIGHS: _highs(work, given, count), SPOPT: _spopt(work, given, count)}


def _highs(work: str, given: Instance, count: int) -> tuple[float, float] | None:
    started = time.perf_counter()
    reach, people = given.reach, given.people
    n_pairs, m, n = len(reach.demand), reach.n_sites, reach.n_demand
    if work == "pmedian" and n_pairs > LARGEST_MEDIAN:
        return None
    ones, pair = np.ones(n_pairs), np.arange(n_pairs)
    covers = csr_matrix((ones, (reach.demand, reach.site)), shape=(n, m))
    spent = csr_matrix(np.ones((1, m)))
    if work == "lscp":
        cost, rows, low, high = np.ones(m), covers, np.ones(n), np.full(n, np.inf)
    elif work == "mclp":
        rows = vstack([hstack([covers, -identity(n)]), hstack([spent, csr_matrix((1, n))])])
        cost = np.concatenate([np.zeros(m), -people])
        low, high = np.append(np.zeros(n), count), np.append(np.full(n, np.inf), count)
    else:
        served = csr_matrix((ones, (reach.demand, pair)), shape=(n, n_pairs))
        opened = csr_matrix((ones, (pair, reach.site)), shape=(n_pairs, m))
        rows = vstack(
            [
                hstack([csr_matrix((n, m)), served]),
                hstack([opened, -identity(n_pairs)]),
                hstack([spent, csr_matrix((1, n_pairs))]),
            ]
        )
        cost = np.concatenate([np.zeros(m), people[reach.demand] * reach.cost])
        low = np.concatenate([np.ones(n), np.zeros(n_pairs), [count]])
        high = np.concatenate([np.ones(n), np.full(n_pairs, np.inf), [count]])
    is_whole = (np.arange(len(cost)) < m).astype(int)
    solved = milp(
        cost,
        constraints=LinearConstraint(rows.tocsr(), low, high),
        integrality=is_whole,
        bounds=(0, 1),
        options={"time_limit": PEER_SECONDS, "mip_rel_gap": 0.0},
    )
    if solved.status != 0:
        return None
    return time.perf_counter() - started, abs(float(solved.fun))


def _spopt(work: str, given: Instance, count: int) -> tuple[float, float] | None:
    reach = given.reach
    # A dense p-median of the smallest size is not done in four minutes.
    is_hopeless = reach.n_sites * reach.n_demand > LARGEST_DENSE or work == "pmedian"
    if is_hopeless or find_spec("spopt") is None:
        return None
    import pulp
    import spopt.locate

    started = time.perf_counter()
    cost = np.full((reach.n_demand, reach.n_sites), 1e6)
    cost[reach.demand, reach.site] = reach.cost
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if work == "mclp":
            model = spopt.locate.MCLP.from_cost_matrix(
                cost, given.people, given.limit, p_facilities=count
            )
        else:
            model = spopt.locate.LSCP.from_cost_matrix(cost, given.limit)
        solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=PEER_SECONDS)
        model = model.solve(solver, results=False)
    if model.problem.status != 1:
        return None
    return time.perf_counter() - started, abs(float(pulp.value(model.problem.objective)))
