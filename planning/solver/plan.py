"""A plan with its proof, and the one frame around every model: task in, answer out, plan made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from geo.errors import Finding
from planning.solver.pairs import (
    Flags,
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    read_only,
    within,
)
from planning.solver.rules import RuleArrays, after_required, compile_rules
from planning.solver.stop import Clock

Status: TypeAlias = Literal["optimal", "within_gap", "time_limit", "infeasible", "not_asked"]
Sense: TypeAlias = Literal["max", "min"]

NO_INDICES: Indices = read_only([], np.int32)
NO_PEOPLE: Floats = read_only([], np.float64)

OBJECTIVES: dict[str, tuple[str, Sense]] = {
    "mclp": ("people", "max"),
    "lscp": ("sites", "min"),
    "partial-lscp": ("sites", "min"),
    "p-median": ("person-minutes", "min"),
    "p-centre": ("minutes", "min"),
    "backup": ("people covered twice", "max"),
    "mexclp": ("expected people", "max"),
    "capacitated-cover": ("people", "max"),
    "capacitated-median": ("person-minutes", "min"),
    "budget": ("people", "max"),
    "cheapest": ("yuan", "min"),
    "villages": ("sites", "min"),
    "two-level": ("person-minutes", "min"),
}
"""Unit and sense of each model's objective, for costs in minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class SitingPlan:
    """An answer with its proof; numbers of sites and demand rows are those of the problem.

    Parameters
    ----------
    model
        A key of `OBJECTIVES`.
    status
        `optimal` only when proved; `within_gap` when rounds or nodes ran out; `time_limit` when the
        clock or the user stopped the search; `infeasible` when no plan keeps the rules.
    objective
        Recomputed from the assignment; None when infeasible, or when no plan was found before the
        search stopped.
    bound
        No plan can be better than this; None with the objective.
    gap
        abs(bound - objective) / max(abs(objective), 1e-9); None with the objective.
    method
        What found the plan and what proved the bound.
    seed
        Seed of the local search.
    sites
        Open sites, existing ones included, ascending. A site with several units appears once.
    new_sites
        Sites to build, ascending.
    assignment
        (n_demand,) site that serves each row, -1 where none does.
    flow_demand, flow_site, flow_people
        People served by pair, for models that share a row between sites; empty otherwise.
    units
        (len(sites),) units at each site; 1 but for expected cover.
    is_replayable
        False when the clock or the user stopped the run.
    findings
        What a reader must know: who cannot be reached, what is short of its lower load.
    """

    model: str
    status: Status
    objective: float | None
    bound: float | None
    gap: float | None
    method: str
    seed: int
    sites: Indices
    new_sites: Indices
    assignment: Indices
    flow_demand: Indices
    flow_site: Indices
    flow_people: Floats
    units: Indices
    is_replayable: bool = True
    findings: tuple[Finding, ...] = ()

    @property
    def unit(self) -> str:
        """Unit of objective and bound, for costs in minutes."""
        return OBJECTIVES[self.model][0]

    @property
    def sense(self) -> Sense:
        """`max` or `min`."""
        return OBJECTIVES[self.model][1]


def relative_gap(objective: float, bound: float) -> float:
    """Return abs(bound - objective) / max(abs(objective), 1e-9).

    >>> relative_gap(200.0, 201.0)
    0.005
    """
    return abs(bound - objective) / max(abs(objective), 1e-9)


def step_of(values: Floats) -> float:
    """Return the least difference of two sums of these numbers; 0 when they are not whole.

    >>> step_of(np.array([4.0, 6.0])), step_of(np.array([0.5, 1.0]))
    (2.0, 0.0)
    """
    if not len(values) or values.max(initial=0.0) > 2.0**52 or (values != np.floor(values)).any():
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64)))


def least_gain(objective: float, step: float) -> float:
    """Return how much better a plan must be to count as better.

    Objectives of a known step differ by it or not at all, so a search may stop at any bound that
    leaves less than one step; a millionth of it allows for float sums. Without a step only the
    rounding of the objective itself is left out.

    >>> least_gain(1000.0, 2.0)
    1.999998
    >>> f"{least_gain(1000.0, 0.0):.0e}"
    '1e-07'
    """
    return step * (1 - 1e-6) if step > 0 else 1e-10 * abs(objective)


def tighten_bound(bound: float, step: float, *, is_upper: bool) -> float:
    """Return the bound moved to the next value that an objective of this step can take.

    The slack keeps a bound that float sums put a hair on the wrong side of a whole value: rounding
    99.9999999 down to 99 would cut off a plan worth 100. It must stay far below one step, or a
    plan one step better would be cut off as well.

    >>> tighten_bound(100.99, 1.0, is_upper=True), tighten_bound(75.2, 1.0, is_upper=False)
    (100.0, 76.0)
    >>> tighten_bound(99.9999999, 1.0, is_upper=True)
    100.0
    """
    if step <= 0 or not np.isfinite(bound):
        return bound
    slack = 1e-9 * max(1.0, abs(bound) / step) + 1e-7
    steps = np.floor(bound / step + slack) if is_upper else np.ceil(bound / step - slack)
    return float(steps) * step + 0.0  # no negative zero


def status_of(objective: float, bound: float, *, is_cut: bool) -> Status:
    """Return `optimal` at a gap of at most 1e-9, else why the search stopped."""
    if relative_gap(objective, bound) <= 1e-9:
        return "optimal"
    return "time_limit" if is_cut else "within_gap"


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One question as a model sees it.

    Parameters
    ----------
    problem
        A value of `planning.solver.problems`.
    reach
        Its pairs within the limit.
    rules
        Its rules, checked.
    clock
        Rounds, nodes, time and the user.
    seed
        Seed of the search.
    """

    problem: Any
    reach: SparseReach
    rules: RuleArrays
    clock: Clock
    seed: int

    @property
    def standing(self) -> Indices:
        """Sites that stand in every plan: existing and required ones, ascending."""
        return np.union1d(self.rules.existing, self.rules.required)

    @property
    def rest(self) -> RuleArrays:
        """Rules among the sites that are still to be chosen."""
        return after_required(self.rules)

    @property
    def left(self) -> int:
        """New sites still to be chosen beside the required ones."""
        return int(self.problem.count) - len(self.rules.required)

    def with_required(self, sites: Indices) -> Indices:
        """Return the new sites of a plan: the required ones and those that a search chose."""
        return np.concatenate([self.rules.required, sites]).astype(np.int64)

    def assign(self, new_sites: Indices) -> tuple[Indices, Floats]:
        """Return the cheapest open site of each row and its cost, as `nearest_open`."""
        return nearest_open(self.reach, np.concatenate([self.rules.existing, new_sites]))


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """People by pair of demand row and site."""

    demand: Indices
    site: Indices
    people: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model found.

    Parameters
    ----------
    new_sites
        Sites to build, required ones included.
    objective
        Counted from `assignment`, never taken from a solver.
    bound
        No plan is better, in the problem's own sense.
    method
        What found it and what proved it.
    assignment
        (n_demand,) serving site, -1 none.
    step
        Least difference between two objectives, 0 when unknown.
    units
        Units at each of `new_sites`; 1 each when None.
    findings
        What a reader must know.
    flows
        Who is served where, for models with loads.
    """

    new_sites: Indices
    objective: float
    bound: float
    method: str
    assignment: Indices
    step: float = 0.0
    units: Indices | None = None
    findings: tuple[Finding, ...] = ()
    flows: Flows | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NoAnswer:
    """Why there is no plan: the rules leave none, or none was found before the search stopped."""

    method: str
    is_infeasible: bool = True
    findings: tuple[Finding, ...] = ()


def task_of(problem: Any, clock: Clock, seed: int) -> Task:
    """Return the task of a problem: rules checked, pairs cut at the limit.

    Raises
    ------
    StudyError
        When the rules contradict each other.
    """
    # Of units several may share a site, so their number says nothing about the candidates.
    count = None if problem.model == "mexclp" else getattr(problem, "count", None)
    rules = compile_rules(problem.rules, problem.reach.n_sites, count=count)
    reach = problem.reach if problem.limit is None else within(problem.reach, problem.limit)
    return Task(problem, reach, rules, clock, seed)


def infeasible_plan(
    model: str, n_demand: int, *, method: str, seed: int, findings: tuple[Finding, ...]
) -> SitingPlan:
    """Return the plan that says that there is none, and why."""
    return SitingPlan(
        model, "infeasible", None, None, None, method, seed, NO_INDICES, NO_INDICES,
        read_only(np.full(n_demand, -1), np.int32), NO_INDICES, NO_INDICES, NO_PEOPLE, NO_INDICES,
        findings=findings,
    )  # fmt: skip


def plan_of(task: Task, answer: Answer | NoAnswer) -> SitingPlan:
    """Return the plan of an answer, its bound moved to what the objective can take."""
    if isinstance(answer, NoAnswer):
        return _no_plan(task, answer)
    model, existing, is_cut = task.problem.model, task.rules.existing, task.clock.is_cut
    is_upper = OBJECTIVES[model][1] == "max"
    objective = answer.objective
    bound = tighten_bound(answer.bound, answer.step, is_upper=is_upper)
    # A bound made of floating-point sums may fall short of the objective by their rounding.
    bound = max(bound, objective) if is_upper else min(bound, objective)
    new_units = np.ones(len(answer.new_sites)) if answer.units is None else answer.units
    sites = np.concatenate([existing, answer.new_sites])
    order = np.argsort(sites, kind="stable")
    units = np.concatenate([np.ones(len(existing)), new_units])
    flows = answer.flows or Flows(NO_INDICES, NO_INDICES, NO_PEOPLE)
    by_pair = np.lexsort((flows.site, flows.demand))
    return SitingPlan(
        model, status_of(objective, bound, is_cut=is_cut), objective, bound,
        relative_gap(objective, bound), answer.method, task.seed,
        read_only(sites[order], np.int32), read_only(np.sort(answer.new_sites), np.int32),
        read_only(answer.assignment, np.int32), read_only(flows.demand[by_pair], np.int32),
        read_only(flows.site[by_pair], np.int32), read_only(flows.people[by_pair], np.float64),
        read_only(units[order], np.int32), is_replayable=not is_cut, findings=answer.findings,
    )  # fmt: skip


def _no_plan(task: Task, answer: NoAnswer) -> SitingPlan:
    findings, is_cut = answer.findings, task.clock.is_cut
    if not findings:
        code = "siting_rules_leave_none" if answer.is_infeasible else "siting_none_found"
        findings = (Finding(code),)
    plan = infeasible_plan(
        task.problem.model, task.reach.n_demand, method=answer.method, seed=task.seed,
        findings=findings,
    )  # fmt: skip
    if answer.is_infeasible:
        return plan
    status: Status = "time_limit" if is_cut else "within_gap"
    return replace(plan, status=status, is_replayable=not is_cut)


def people_served(people: Floats, assignment: Indices) -> float:
    """Return the people of the rows that a site serves."""
    return float(people[assignment >= 0].sum())


def unreachable_rows(reach: SparseReach, rules: RuleArrays) -> Flags:
    """Return the rows that no site that stands or may be built reaches, (n_demand,)."""
    return np.asarray(nearest_open(reach, sites_that_may_stand(rules))[0] < 0)


def sites_that_may_stand(rules: RuleArrays) -> Indices:
    """Return the sites that stand or may be built beside the required ones."""
    may_stand = np.array(after_required(rules).may_build)
    may_stand[np.concatenate([rules.existing, rules.required])] = True
    return np.flatnonzero(may_stand)


def unreachable_finding(task: Task, lost: Flags) -> Finding:
    """Say how many people no candidate reaches, and from which limit on each would be."""
    people = task.problem.people
    _, cost = nearest_open(task.problem.reach, sites_that_may_stand(task.rules))
    needed = cost[lost]
    is_known = np.isfinite(needed)
    params = (
        ("rows", int(lost.sum())),
        ("people", float(people[lost].sum())),
        ("needed", float(needed[is_known].max(initial=0.0))),
        ("never", float(people[lost][~is_known].sum())),
    )
    rows = tuple(int(i) for i in np.flatnonzero(lost)[:5])
    code = "siting_beyond_reach" if is_known.any() else "siting_unreachable_people"
    return Finding(code, params, rows=rows, people=params[1][1])
