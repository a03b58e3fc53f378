"""Mixed-integer programmes on HiGHS: built from arrays, started from a plan, stopped cleanly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.rules import RuleArrays
from planning.solver.stop import Clock
from planning.solver.turns import take_turn

LOOK_SECONDS = 0.2
"""Time between two looks at the clock and the user while HiGHS runs in its thread."""

SHARE_OF_TIME, SHARE_OF_NODES = 0.3, 0.02
"""What HiGHS gets of the time and the nodes when something else will be tried after it."""

_CUT = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt)


@dataclass(slots=True, eq=False)
class Programme:
    """Minimise cost x subject to rows and bounds; rows are added in blocks.

    Parameters
    ----------
    cost, lower, upper
        (n_columns,) objective and bounds.
    is_integer
        (n_columns,) True for whole columns.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    is_integer: Flags
    row: list[NDArray[Any]] = field(default_factory=list)
    column: list[NDArray[Any]] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    n_rows: int = 0

    def add_rows(
        self,
        row: NDArray[Any],
        column: NDArray[Any],
        value: NDArray[Any] | float,
        *,
        lower: NDArray[Any] | float,
        upper: NDArray[Any] | float,
        count: int,
    ) -> None:
        """Add `count` rows with entries (row, column, value); a block numbers its rows from 0."""
        self.row.append(np.asarray(row) + self.n_rows)
        self.column.append(np.asarray(column))
        self.value.append(np.broadcast_to(value, np.shape(row)).astype(np.float64))
        self.row_lower.append(np.broadcast_to(lower, count).astype(np.float64))
        self.row_upper.append(np.broadcast_to(upper, count).astype(np.float64))
        self.n_rows += count


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What HiGHS found.

    Parameters
    ----------
    x
        (n_columns,) values of the best solution; None when there is none.
    objective
        Its objective; inf when there is none.
    bound
        No solution has a smaller objective; -inf when nothing is known.
    is_optimal
        True when HiGHS proved `x` optimal, to its feasibility tolerance of 1e-6.
    is_infeasible
        True when there is no solution at all.
    nodes
        Nodes of branch and bound.
    row_dual
        (n_rows,) duals of a programme without whole columns; empty otherwise.
    """

    x: Floats | None
    objective: float
    bound: float
    is_optimal: bool
    is_infeasible: bool
    nodes: int
    row_dual: Floats


def run_highs(
    programme: Programme,
    clock: Clock,
    *,
    start: Floats | None = None,
    nodes: int | None = None,
    interior_point: bool = False,
    is_last: bool = True,
    finds_plans: bool = True,
) -> Solved:
    """Solve a programme with a relative gap of exactly 0.

    Parameters
    ----------
    programme
        Columns and rows.
    clock
        Stops the search; node and time limits are its own unless `nodes` is given.
    start
        (n_columns,) a feasible solution to begin with.
    nodes
        Most nodes of branch and bound.
    interior_point
        Solve linear programmes by interior point without crossover.
    is_last
        False when something else will be tried afterwards: fewer nodes, less of the time left.
    finds_plans
        False where a search of our own has looked for plans: all the time goes to the bound.
    """
    if len(programme.cost) == 0:
        return _without_columns(programme)
    with take_turn(clock) as has_turn:
        if not has_turn:
            return _not_begun(programme, start)
        part = clock if is_last else clock.part(SHARE_OF_TIME, SHARE_OF_NODES)
        solver = _solver(part, nodes)
        if interior_point:
            solver.setOptionValue("solver", "ipm")
            solver.setOptionValue("run_crossover", "off")
        if not finds_plans:
            solver.setOptionValue("mip_heuristic_effort", 0.0)
        solver.passModel(_model(programme))
        if start is not None:
            first = highspy.HighsSolution()
            first.col_value = np.asarray(start, dtype=np.float64)
            solver.setSolution(first)
        _run(solver, part)
        if solver.getModelStatus() in _CUT and (is_last or part.is_stopped):
            clock.is_cut = True
        return _answer(solver, programme)


class Relaxation:
    """A linear programme that grows: rows are added and bounds changed between solves.

    Each solve starts from the last basis, so a few new rows cost little.
    """

    def __init__(self, programme: Programme, clock: Clock) -> None:
        self._clock = clock
        self._lower, self._upper = programme.lower.copy(), programme.upper.copy()
        self._solver = _solver(clock, None)
        # The limit would count all solves together; the clock stops each of them.
        self._solver.setOptionValue("time_limit", highspy.kHighsInf)
        self._solver.setOptionValue("solver", "simplex")
        self._solver.passModel(_model(programme))

    def solve(self) -> Solved:
        """Solve it as it stands."""
        _run(self._solver, self._clock)
        info, status = self._solver.getInfo(), self._solver.getModelStatus()
        is_optimal = status == highspy.HighsModelStatus.kOptimal
        x = np.array(self._solver.getSolution().col_value) if is_optimal else None
        objective = float(info.objective_function_value) if is_optimal else np.inf
        return Solved(
            x, objective, objective if is_optimal else -np.inf, is_optimal,
            status == highspy.HighsModelStatus.kInfeasible, 0, np.zeros(0),
        )  # fmt: skip

    def reduced_costs(self) -> Floats:
        """Return what each column adds to the objective of the last solve, (n_columns,)."""
        return np.array(self._solver.getSolution().col_dual)

    def add_rows(self, row: Indices, column: Indices, value: Floats, *, lower: Floats) -> None:
        """Add rows "sum >= lower" with entries (row, column, value), numbered from 0."""
        order = np.argsort(row, kind="stable")
        start = np.searchsorted(row[order], np.arange(len(lower)))
        self._solver.addRows(
            len(lower), lower, np.full(len(lower), highspy.kHighsInf), len(row),
            start.astype(np.int32), column[order].astype(np.int32), value[order],
        )  # fmt: skip

    def set_bounds(
        self, column: int, lower: float, upper: float, *, is_for_good: bool = False
    ) -> None:
        """Change the bounds of a column; for good, or until `reset_bounds`."""
        self._solver.changeColBounds(column, lower, upper)
        if is_for_good:
            self._lower[column], self._upper[column] = lower, upper

    def reset_bounds(self, column: int) -> None:
        """Give a column back its own bounds."""
        self._solver.changeColBounds(column, self._lower[column], self._upper[column])


@contextmanager
def open_relaxation(programme: Programme, clock: Clock) -> Iterator[Relaxation | None]:
    """Take a turn for a programme that grows; None when the user stops the search before it."""
    with take_turn(clock) as has_turn:
        yield Relaxation(programme, clock) if has_turn else None


def _run(solver: Any, clock: Clock) -> None:
    """Run a solver in a thread of its own, so that the clock and the user can stop it.

    highspy's own `startSolve` holds one lock for the whole class: a second solver in the same
    process would be told that it is running already.
    """
    worker = threading.Thread(target=solver.run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(LOOK_SECONDS)
            if not clock.goes_on("proof", 0, 1):
                solver.cancelSolve()
    except BaseException:
        solver.cancelSolve()
        worker.join()
        raise


def _not_begun(programme: Programme, start: Floats | None) -> Solved:
    """Return what is known of a programme that was stopped before its turn came."""
    objective = np.inf if start is None else float(programme.cost @ start)
    return Solved(start, objective, -np.inf, False, False, 0, np.zeros(0))


def _without_columns(programme: Programme) -> Solved:
    """Return the answer of a programme with nothing to choose, which HiGHS calls empty."""
    lower, upper = np.concatenate(programme.row_lower), np.concatenate(programme.row_upper)
    is_met = bool((lower <= 0).all() and (upper >= 0).all())
    nothing = np.zeros(0)
    if is_met:
        return Solved(nothing, 0.0, 0.0, True, False, 0, nothing)
    return Solved(None, np.inf, np.inf, False, True, 0, nothing)


def _solver(clock: Clock, nodes: int | None) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.HandleUserInterrupt = True
    options: dict[str, Any] = {
        "output_flag": False,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "threads": 1,
        "random_seed": 0,
        "mip_max_nodes": clock.limits.nodes if nodes is None else nodes,
    }
    if np.isfinite(clock.seconds_left):
        options["time_limit"] = max(0.1, clock.seconds_left)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _model(programme: Programme) -> Any:
    """Return the rows in HiGHS' own form, entries by row."""
    row, column = np.concatenate(programme.row), np.concatenate(programme.column)
    order = np.lexsort((column, row))
    model = highspy.HighsLp()
    model.num_col_ = len(programme.cost)
    model.num_row_ = programme.n_rows
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.lower, programme.upper
    model.row_lower_ = np.concatenate(programme.row_lower)
    model.row_upper_ = np.concatenate(programme.row_upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    count = np.bincount(row, minlength=programme.n_rows)
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    model.a_matrix_.index_ = column[order].astype(np.int32)
    model.a_matrix_.value_ = np.concatenate(programme.value)[order]
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(whole)] for whole in programme.is_integer]
    return model


def _answer(solver: Any, programme: Programme) -> Solved:
    info, status = solver.getInfo(), solver.getModelStatus()
    has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = solver.getSolution()
    x = np.array(solution.col_value) if has_solution else None
    is_mip = bool(programme.is_integer.any())
    is_optimal = status == highspy.HighsModelStatus.kOptimal
    objective = float(info.objective_function_value) if has_solution else np.inf
    bound = info.mip_dual_bound if is_mip else -np.inf
    return Solved(
        x,
        objective,
        objective if is_optimal else float(bound),
        is_optimal,
        status == highspy.HighsModelStatus.kInfeasible,
        int(info.mip_node_count) if is_mip else 0,
        np.array([] if is_mip else solution.row_dual),
    )


def add_site_rules(
    programme: Programme, rules: RuleArrays, cost: Floats, budget: float, column: Indices
) -> None:
    """Add budget, conflict and zone rows; `column` is the column of each site, -1 none."""
    sites = np.flatnonzero(column >= 0)
    zero = np.zeros(len(sites), dtype=np.int64)
    programme.add_rows(zero, column[sites], cost[sites], lower=-np.inf, upper=budget, count=1)
    owner = np.repeat(np.arange(len(column)), np.diff(rules.conflict_indptr))
    keep = (owner < rules.conflict_site) & (column[owner] >= 0) & (column[rules.conflict_site] >= 0)
    pairs = np.column_stack([column[owner[keep]], column[rules.conflict_site[keep]]])
    if len(pairs):
        row = np.repeat(np.arange(len(pairs)), 2)
        programme.add_rows(row, pairs.ravel(), 1.0, lower=-np.inf, upper=1.0, count=len(pairs))
    n_zones = len(rules.zone_most) - 1
    if n_zones:
        ruled = sites[rules.zone[sites] < n_zones]
        programme.add_rows(
            rules.zone[ruled], column[ruled], 1.0,
            lower=rules.zone_least[:-1], upper=rules.zone_most[:-1], count=n_zones,
        )  # fmt: skip
