"""Plans in yuan: most people for a budget, least cost for a share of the people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from data.errors import StudyError
from geo.errors import Finding, Progress
from planning.solver.cover.bound import lagrangian
from planning.solver.cover.maximal import best_choice, no_plan, prepared_cover
from planning.solver.cover.model import ONE_COVER, Choice, CoverCore, covers_of
from planning.solver.cover.proof import cover_programme, start_values
from planning.solver.cover.search import pick_more, start_greedy
from planning.solver.highs import run_highs
from planning.solver.models.fewest import unreachable_finding, unreachable_rows
from planning.solver.pairs import (
    Floats,
    Indices,
    SparseReach,
    nearest_open,
    read_only,
    within,
)
from planning.solver.plan import Answer, covered_plan, infeasible_plan, plan_of
from planning.solver.problems import SiteRules, SitingPlan, SolveLimits, step_of
from planning.solver.rules import RuleArrays, compile_rules
from planning.solver.stop import Clock

SUBSIDY_YUAN = 20_000.0
"""Yearly running subsidy of a village clinic with fewer than two rural doctors (Shangyu)."""

SUBSIDY_TWO_DOCTORS_YUAN = 40_000.0
"""The same with two doctors or more."""

LARGEST_PROOF = 400_000
"""Most pairs of a least-cost programme."""


@dataclass(frozen=True, slots=True, eq=False)
class BudgetCover:
    """Cover most people with what a budget buys.

    Sites are options: a new station, an upgrade of an existing one (a site of its own with the
    reach it has afterwards), or keeping a closable one (with its running cost only).

    Parameters
    ----------
    reach, people, limit, rules
        As in `MaximalCover`; existing sites cost nothing here.
    budget
        What the options may cost together, in yuan.
    cost
        (n_sites,) cost of each option over the plan, above 0; see `plan_costs`.
    """

    reach: SparseReach
    people: Floats
    limit: float
    budget: float
    cost: Floats
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class CheapestCover:
    """Cover a share of the people at least cost; options and costs as in `BudgetCover`.

    Parameters
    ----------
    reach, people, limit, cost, rules
        As in `BudgetCover`.
    share
        Share of all people to be covered; at 1 every demand row must be covered, people or not.
    """

    reach: SparseReach
    people: Floats
    limit: float
    cost: Floats
    share: float = 1.0
    rules: SiteRules = field(default_factory=SiteRules)


def plan_costs(build_yuan: Floats, running_yuan: Floats, *, years: float) -> Floats:
    """Return what each option costs over the plan: building once, running every year.

    Parameters
    ----------
    build_yuan
        (n_sites,) cost of building or upgrading; 0 for keeping what stands.
    running_yuan
        (n_sites,) yearly running cost.
    years
        Years of the plan.

    Examples
    --------
    >>> plan_costs(np.array([300_000.0]), running_subsidy(np.array([2.0])), years=5).tolist()
    [500000.0]
    """
    return np.asarray(build_yuan + years * running_yuan, dtype=np.float64)


def running_subsidy(doctors: Floats) -> Floats:
    """Return the yearly subsidy by number of rural doctors: 20,000 yuan, 40,000 from two on."""
    return np.where(np.asarray(doctors) >= 2, SUBSIDY_TWO_DOCTORS_YUAN, SUBSIDY_YUAN)


def _require_costs(cost: Floats, rules: RuleArrays, budget: float | None) -> None:
    """Raise when an option costs nothing or the budget buys none."""
    findings = []
    candidates = cost[rules.candidates]
    free = rules.candidates[candidates <= 0]
    if len(free):
        rows = tuple(int(j) for j in free[:5])
        findings.append(Finding("siting_cost_zero", (("count", len(free)),), rows=rows))
    needed = float(cost[rules.required].sum())
    if budget is not None and len(candidates) and budget < max(float(candidates.min()), needed):
        cheapest = max(float(candidates.min()), needed)
        findings.append(
            Finding("siting_budget_too_small", (("budget", budget), ("cheapest", cheapest)))
        )
    if findings:
        raise StudyError(*findings)


def solve_budget(
    problem: BudgetCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the options that cover most people within a budget.

    Parameters
    ----------
    problem
        Reach, people, limit, budget, costs and rules.
    seed
        Kept in the plan; the search draws no random numbers.
    limits
        Rounds, nodes and seconds.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When the budget is below the cheapest option, an option is free, or rules contradict.
    """
    clock = Clock(limits or SolveLimits(), progress)
    rules = compile_rules(problem.rules, problem.reach.n_sites)
    _require_costs(problem.cost, rules, problem.budget)
    cover = prepared_cover(problem.reach, problem.people, problem.limit, rules, 0)
    core = _priced(cover.core, problem.cost, problem.budget - problem.cost[rules.required].sum())
    step = step_of(problem.people)
    proof, method = best_choice(core, step, clock)
    if not np.isfinite(proof.choice.worth):
        return no_plan(
            "budget", cover.reach.n_demand, is_infeasible=proof.is_infeasible, is_cut=clock.is_cut,
            method=method, seed=seed,
        )  # fmt: skip
    new_sites = np.concatenate([rules.required, np.flatnonzero(proof.choice.units)])
    answer = Answer(new_sites, cover.base + proof.bound, method, is_cut=clock.is_cut)
    return covered_plan(
        "budget", answer, cover.reach, problem.people, rules.existing, seed=seed, step=step
    )


def _priced(core: CoverCore, cost: Floats, budget: float) -> CoverCore:
    """Return the core with yuan in the place of unit costs."""
    # Sites that may not be built keep a cost above 0, as ratios are taken of all.
    paid = np.where(core.rules.may_build, cost, 1.0)
    return CoverCore(
        core.instance, core.rules, read_only(paid, np.float64), float(budget), ONE_COVER,
        core.start, core.need,
    )  # fmt: skip


def solve_cheapest(
    problem: CheapestCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the cheapest options that cover a share of the people.

    The objective is the cost of the options in yuan.

    Parameters
    ----------
    problem
        Reach, people, limit, costs, share and rules.
    seed
        Kept in the plan; the search draws no random numbers.
    limits
        Nodes and seconds.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When an option is free or rules contradict.
    """
    clock = Clock(limits or SolveLimits(), progress)
    rules = compile_rules(problem.rules, problem.reach.n_sites)
    _require_costs(problem.cost, rules, None)
    reach = within(problem.reach, problem.limit)
    lost = unreachable_rows(reach, rules)
    total = float(problem.people.sum())
    short = float(problem.people[lost].sum()) - (1 - problem.share) * total
    if (problem.share >= 1 and lost.any()) or short > 1e-9 * total:
        found = unreachable_finding(problem.reach, problem.people, lost, rules)
        return infeasible_plan(
            "cheapest", reach.n_demand, method="reach", seed=seed, findings=(found,)
        )
    # With a share of 1 rows without people count too: everybody weighs one more.
    people = problem.people + 1.0 if problem.share >= 1 else problem.people
    cover = prepared_cover(reach, people, problem.limit, rules, 0)
    core = _priced(cover.core, problem.cost, np.inf)
    target = problem.share * float(people.sum()) - cover.base
    choice, bound, method = _cheapest(core, target - 1e-9 * max(1.0, abs(target)), clock)
    if choice is None:
        return no_plan(
            "cheapest", reach.n_demand, is_infeasible=not np.isfinite(bound), is_cut=clock.is_cut,
            method=method, seed=seed,
        )  # fmt: skip
    new_sites = np.concatenate([rules.required, np.flatnonzero(choice)])
    fixed = float(problem.cost[rules.required].sum())
    assignment, _ = nearest_open(reach, np.concatenate([rules.existing, new_sites]))
    return plan_of(
        "cheapest", Answer(new_sites, fixed + bound, method, is_cut=clock.is_cut),
        existing=rules.existing, objective=float(problem.cost[new_sites].sum()),
        assignment=assignment, seed=seed, step=step_of(problem.cost), is_upper=False,
    )  # fmt: skip


def _cheapest(core: CoverCore, target: float, clock: Clock) -> tuple[Indices | None, float, str]:
    """Return units, the bound on the cost, and the method; the greedy plan starts the branching."""
    units = _greedy_units(core, target, clock) if core.rules.are_plain else None
    bound = _least_cost(core, units, target, clock)
    method = "greedy, Lagrangian"
    if len(core.instance.site_row) > LARGEST_PROOF:
        return units, bound, method
    programme, column = cover_programme(core)
    sites = np.flatnonzero(column >= 0)
    worth = -programme.cost[len(sites) :]
    programme.cost[:] = 0.0
    programme.cost[: len(sites)] = core.cost[sites]
    programme.add_rows(
        np.zeros(len(worth), dtype=np.int64), len(sites) + np.arange(len(worth)), worth,
        lower=target, upper=np.inf, count=1,
    )  # fmt: skip
    start = None if units is None else start_values(core, units, column)
    solved = run_highs(programme, clock, start=start)
    method += f", branch and bound ({solved.nodes} nodes)"
    if solved.is_infeasible:
        return None, np.inf, method
    if solved.x is not None:
        found = np.zeros(core.instance.n_sites, dtype=np.int32)
        found[sites] = np.round(solved.x[: len(sites)])
        if units is None or core.cost @ found < core.cost @ units:
            units = found
    return units, max(bound, solved.bound), method


def _greedy_units(core: CoverCore, target: float, clock: Clock) -> Indices:
    """Return units that reach the target: greedy until it does, all sites when it was stopped."""
    state = start_greedy(core)
    covered, step = 0.0, max(1, core.instance.n_sites // 50)
    while covered < target:
        picks = pick_more(core, state, most=step, clock=clock)
        covered += float(picks.gain.sum())
        if len(picks.site) < step:
            break
    units = np.maximum(state.used, 0)
    if covered < target:
        units = core.rules.may_build.astype(units.dtype)
    return _pruned(core, units, target)


def _least_cost(core: CoverCore, units: Indices | None, target: float, clock: Clock) -> float:
    """Return a bound on the cost of covering `target` people, by the prices of one budget.

    For any prices no budget covers more than what they leave beside the sites plus the best sites
    that it pays, the last in part; the least budget for which that reaches the target is a bound.
    """
    if target <= 0:
        return 0.0
    sites = np.flatnonzero(core.rules.may_build)
    spent = float(core.cost[sites].sum() if units is None else core.cost @ units)
    nothing = np.zeros(core.instance.n_sites, dtype=np.int32)
    priced = replace(core, budget=0.97 * spent)
    dual, _ = lagrangian(priced, Choice(nothing, target), 0.0, clock)
    order = sites[np.argsort(-dual.value[sites] / core.cost[sites], kind="stable")]
    paid = np.concatenate([[0.0], np.cumsum(core.cost[order])])
    worth = np.concatenate([[0.0], np.cumsum(dual.value[order])])
    beside = dual.bound - float(np.interp(priced.budget, paid, worth))
    return float(np.interp(target - beside, worth, paid)) * (1 - 1e-9)


def _pruned(core: CoverCore, units: Indices, target: float) -> Indices:
    """Take out sites that are not needed for the target, the dearest first."""
    units, instance = units.copy(), core.instance
    covers = covers_of(instance, units)
    spare = float(instance.people[covers > 0].sum()) - target
    for j in sorted(np.flatnonzero(units), key=lambda j: (-core.cost[j], j)):
        rows = instance.site_row[instance.site_indptr[j] : instance.site_indptr[j + 1]]
        lost = float(instance.people[rows[covers[rows] == 1]].sum())
        if lost <= spare:
            units[j] = 0
            covers[rows] -= 1
            spare -= lost
    return units
