"""Stations and centres chosen together, the way from station to centre in the objective."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from data.errors import StudyError
from geo.errors import Finding, Progress
from planning.solver.pairs import (
    Floats,
    Indices,
    SparseReach,
    keep_pairs,
    read_only,
    within,
)
from planning.solver.plan import SitingPlan, infeasible_plan, relative_gap, status_of
from planning.solver.problems import PMedian, SolveLimits, TwoLevel
from planning.solver.solve import solve
from planning.solver.stop import Clock


@dataclass(frozen=True, slots=True, eq=False)
class TwoLevelPlan:
    """Stations as a `SitingPlan` of the whole objective, and the centres.

    Parameters
    ----------
    plan
        Stations, objective with referrals, bound and gap.
    centres
        Open centres, existing ones included, ascending.
    centre_of
        (n_sites,) centre that each open station refers to, -1 for other sites.
    """

    plan: SitingPlan
    centres: Indices
    centre_of: Indices


def solve_two_level(
    problem: TwoLevel,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> TwoLevelPlan:
    """Choose stations and centres together.

    With the centres given, this is a p-median whose pairs cost the way to the station plus the
    referral from it. With centres still open, letting every station refer to its cheapest one can
    only lower the cost: the bound of a branch and bound over the centres.

    Parameters
    ----------
    problem
        Stations, centres and the ways between them.
    seed
        Seed of the p-medians.
    limits
        Limits of each p-median; `nodes` also limits the sets of centres that are tried.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When counts are above what there is, or rules contradict each other.
    """
    _require(problem)
    search = _Search(problem, seed, Clock(limits or SolveLimits(), progress))
    standing = frozenset(problem.existing_centres)
    root = search.bound_node(standing, frozenset(range(problem.referral.shape[1])))
    if root is None or root.plan.objective is None:
        return _no_plan(problem, root.plan if root is not None else None, seed)
    queue = [root]
    while queue:
        if search.n_medians >= search.clock.limits.nodes or search.clock.is_cut:
            break
        node = heapq.heappop(queue)
        if node.bound >= search.cutoff:
            queue = []
            break
        for fixed, allowed in search.split(node):
            child = search.bound_node(fixed, allowed)
            if child is not None and child.bound < search.cutoff:
                heapq.heappush(queue, child)
    bound = min([search.loose_bound, *(node.bound for node in queue)])
    return _answer(search, bound)


@dataclass(frozen=True, slots=True, order=True)
class _Node:
    """Centres that are open (`fixed`) and those that may be; ordered by bound, then by number."""

    bound: float
    number: int
    fixed: frozenset[int] = field(compare=False)
    allowed: frozenset[int] = field(compare=False)
    plan: SitingPlan = field(compare=False)


@dataclass(slots=True, eq=False)
class _Search:
    """Branch and bound over the centres; keeps the best plan met and what was not proved."""

    problem: TwoLevel
    seed: int
    clock: Clock
    best: SitingPlan | None = None
    centres: frozenset[int] = frozenset()
    loose_bound: float = np.inf
    n_medians: int = 0

    @property
    def wanted(self) -> int:
        """Number of centres, existing ones included."""
        return self.problem.centres + len(set(self.problem.existing_centres))

    @property
    def cutoff(self) -> float:
        """Cost that a better plan must stay below."""
        if self.best is None or self.best.objective is None:
            return np.inf
        return self.best.objective * (1 - 1e-10)

    def bound_node(self, fixed: frozenset[int], allowed: frozenset[int]) -> _Node | None:
        """Return the node with its bound; None when it holds no plan or is settled."""
        if len(fixed) == self.wanted:
            allowed = fixed
        self.n_medians += 1
        plan = _median(self.problem, allowed, self.seed, self.clock)
        if plan.objective is None or plan.bound is None:
            return (
                _Node(np.inf, self.n_medians, fixed, allowed, plan) if self.n_medians == 1 else None
            )
        used = fixed | _used(self.problem, plan, allowed)
        if len(used) <= self.wanted:
            self.offer(plan, used)
            if plan.status != "optimal":
                self.loose_bound = min(self.loose_bound, plan.bound)
            return None if self.n_medians > 1 else _Node(plan.bound, 1, fixed, fixed | used, plan)
        weight = _people_by_centre(self.problem, plan, allowed)
        ranked = sorted(used - fixed, key=lambda k: (-weight[k], k))
        guess = fixed | set(ranked[: self.wanted - len(fixed)])
        self.offer(_median(self.problem, guess, self.seed, self.clock), guess)
        return _Node(plan.bound, self.n_medians, fixed, allowed, plan)

    def offer(self, plan: SitingPlan, centres: frozenset[int]) -> None:
        """Keep a plan when it is better than the best."""
        if plan.objective is not None and plan.objective < self.cutoff:
            self.best, self.centres = plan, centres

    def split(self, node: _Node) -> list[tuple[frozenset[int], frozenset[int]]]:
        """Return the two halves of a node: its most used free centre open, or closed."""
        weight = _people_by_centre(self.problem, node.plan, node.allowed)
        free = _used(self.problem, node.plan, node.allowed) - node.fixed
        if not free or len(node.fixed) >= self.wanted:
            return []
        centre = min(free, key=lambda k: (-weight[k], k))
        halves = [(node.fixed | {centre}, node.allowed), (node.fixed, node.allowed - {centre})]
        return [(fixed, allowed) for fixed, allowed in halves if len(allowed) >= self.wanted]


def _require(problem: TwoLevel) -> None:
    """Raise when there are fewer centres than asked for, or a referral cost is not a number."""
    n_sites, n_centres = problem.referral.shape
    findings = []
    if n_sites != problem.reach.n_sites or len(problem.referral) == 0:
        shape = (("name", "referral"), ("expected", problem.reach.n_sites), ("actual", n_sites))
        findings.append(Finding("array_shape", shape))
    wrong = np.isnan(problem.referral) | (problem.referral < 0)
    if wrong.any():
        params = (("name", "referral"), ("count", int(wrong.sum())))
        findings.append(Finding("array_not_finite", params))
    unknown = [k for k in problem.existing_centres if not 0 <= k < n_centres]
    if unknown:
        findings.append(
            Finding("siting_site_unknown", (("role", "existing_centres"),), rows=tuple(unknown[:5]))
        )
    free = n_centres - len(set(problem.existing_centres))
    if problem.centres > free or problem.centres + len(problem.existing_centres) < 1:
        counts = (("count", problem.centres), ("candidates", free))
        findings.append(Finding("siting_count_above_candidates", counts))
    if findings:
        raise StudyError(*findings)


def _median(problem: TwoLevel, centres: frozenset[int], seed: int, clock: Clock) -> SitingPlan:
    """Return the p-median of stations that refer to the cheapest of some centres."""
    onward = problem.referral[:, sorted(centres)].min(axis=1)
    reach = problem.reach if problem.limit is None else within(problem.reach, problem.limit)
    reach = keep_pairs(reach, np.isfinite(onward)[reach.site])
    cost = reach.cost + problem.referral_share * onward[reach.site]
    priced = SparseReach(reach.indptr, reach.demand, read_only(cost, np.float64), reach.n_demand)
    median = PMedian(
        priced, problem.people, problem.stations, unlisted_cost=problem.unlisted_cost,
        rules=problem.rules,
    )  # fmt: skip
    seconds = None if np.isinf(clock.seconds_left) else max(0.1, clock.seconds_left)
    limits = replace(clock.limits, seconds=seconds)
    plan = solve(median, seed=seed, limits=limits, progress=clock.progress)
    clock.goes_on("centres", 0, 1)
    return plan


def _centre_of(problem: TwoLevel, sites: Indices, centres: frozenset[int]) -> Indices:
    """Return the cheapest of some centres for each site given, ties to the lowest; -1 none."""
    ordered = np.array(sorted(centres), dtype=np.int64)
    costs = problem.referral[np.ix_(sites, ordered)]
    nearest = ordered[np.argmin(costs, axis=1)]
    return np.where(np.isfinite(costs.min(axis=1)), nearest, -1)


def _people_by_centre(problem: TwoLevel, plan: SitingPlan, centres: frozenset[int]) -> Floats:
    """Return the people whose station refers to each centre, (n_centres,)."""
    served = plan.assignment >= 0
    centre = _centre_of(problem, plan.assignment[served], centres)
    n_centres = problem.referral.shape[1]
    people = np.bincount(centre + 1, problem.people[served], minlength=n_centres + 1)
    return np.asarray(people[1:], dtype=np.float64)


def _used(problem: TwoLevel, plan: SitingPlan, centres: frozenset[int]) -> frozenset[int]:
    """Return the centres that some served people are referred to."""
    weight = _people_by_centre(problem, plan, centres)
    return frozenset(int(k) for k in np.flatnonzero(weight > 0))


def _no_plan(problem: TwoLevel, plan: SitingPlan | None, seed: int) -> TwoLevelPlan:
    """Return the answer that no stations serve everybody."""
    findings = plan.findings if plan is not None else (Finding("siting_none_found"),)
    empty = infeasible_plan(
        "two-level", problem.reach.n_demand, method="p-median", seed=seed, findings=findings
    )
    nobody = np.full(problem.reach.n_sites, -1)
    return TwoLevelPlan(empty, read_only([], np.int32), read_only(nobody, np.int32))


def _answer(search: _Search, bound: float) -> TwoLevelPlan:
    """Return the best plan with the bound of the whole search; spare centres are filled up."""
    problem, best = search.problem, search.best
    if best is None or best.objective is None:
        return _no_plan(problem, None, search.seed)
    spare = sorted(set(range(problem.referral.shape[1])) - search.centres)
    centres = frozenset([*search.centres, *spare[: search.wanted - len(search.centres)]])
    bound = min(bound, best.objective)
    if relative_gap(best.objective, bound) <= 1e-9:
        bound = best.objective
    plan = replace(
        best,
        model="two-level",
        bound=bound,
        gap=relative_gap(best.objective, bound),
        status=status_of(best.objective, bound, is_cut=search.clock.is_cut),
        method=f"branch and bound over centres ({search.n_medians} p-medians)",
        is_replayable=not search.clock.is_cut,
    )
    centre_of = np.full(problem.reach.n_sites, -1)
    centre_of[plan.sites] = _centre_of(problem, plan.sites, centres)
    return TwoLevelPlan(plan, read_only(sorted(centres), np.int32), read_only(centre_of, np.int32))
