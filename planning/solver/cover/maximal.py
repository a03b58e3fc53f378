"""Maximal cover: merge, greedy, swap, Lagrangian bound, fixing, a small proof of what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geo.errors import Finding, Progress
from planning.solver.cover.bound import decided, lagrangian
from planning.solver.cover.model import (
    ONE_COVER,
    Choice,
    CoverCore,
    without_contained_sites,
)
from planning.solver.cover.proof import Proof, proved_by_branching
from planning.solver.cover.search import greedy_choice, improved
from planning.solver.cover.tree import chosen_by_tree, fits_tree
from planning.solver.pairs import (
    CoverInstance,
    Flags,
    Floats,
    SparseReach,
    by_demand,
    cover_instance,
    keep_pairs,
    merge_rows,
    read_only,
    times_covered,
    within,
)
from planning.solver.plan import Answer, covered_plan, infeasible_plan, undecided_plan
from planning.solver.problems import MaximalCover, SitingPlan, SolveLimits, step_of
from planning.solver.rules import RuleArrays, after_required, compile_rules
from planning.solver.stop import Clock


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCover:
    """What is left to decide once the existing sites stand.

    Parameters
    ----------
    reach
        Pairs within the limit.
    core
        Merged rows that no existing or required site covers; the sites keep their numbers.
    base
        People covered by existing and required sites.
    """

    reach: SparseReach
    core: CoverCore
    base: float


def prepared_cover(
    reach: SparseReach,
    people: Floats,
    limit: float,
    rules: RuleArrays,
    count: int,
    *,
    is_merged: bool = True,
) -> PreparedCover:
    """Cut the pairs at the limit, drop rows that are served already and merge equal rows.

    A curve over millions of pairs asks for rows as they are: merging would take longer than it
    saves. Its core has no pairs by row.
    """
    cover = within(reach, limit)
    served = times_covered(cover, np.concatenate([rules.existing, rules.required])) > 0
    rest = after_required(rules)
    still_open = keep_pairs(cover, ~served[cover.demand] & rest.may_build[cover.site])
    if is_merged:
        merged, weight, _ = merge_rows(by_demand(still_open), people)
        instance = cover_instance(merged, weight)
    else:
        is_reached = np.zeros(cover.n_demand, dtype=bool)
        is_reached[still_open.demand] = True
        weight = read_only(np.where(is_reached, people, 0.0), np.float64)
        nothing = read_only([0], np.int64)
        instance = CoverInstance(
            still_open.indptr, still_open.demand, nothing, read_only([], np.int32), weight
        )
    none = read_only(np.zeros(len(weight)), np.int32)
    core = CoverCore(
        instance, rest, read_only(np.ones(reach.n_sites), np.float64),
        float(count - len(rules.required)), ONE_COVER, none, none,
    )  # fmt: skip
    return PreparedCover(cover, core, float(people[served].sum()))


def solve_maximal_cover(
    problem: MaximalCover,
    *,
    seed: int = 0,
    limits: SolveLimits | None = None,
    progress: Progress | None = None,
) -> SitingPlan:
    """Choose the new sites that cover most people.

    Parameters
    ----------
    problem
        Reach, people, limit, count and rules.
    seed
        Seed of the local search.
    limits
        Rounds, nodes and seconds.
    progress
        Called at least every half second; when it raises `Cancelled`, the best plan so far is
        returned.

    Raises
    ------
    StudyError
        When the rules contradict each other.
    """
    clock = Clock(limits or SolveLimits(), progress)
    rules = compile_rules(problem.rules, problem.reach.n_sites, count=problem.count)
    cover = prepared_cover(problem.reach, problem.people, problem.limit, rules, problem.count)
    step = step_of(problem.people)
    proof, method = best_choice(cover.core, step, clock)
    if not np.isfinite(proof.choice.worth):
        return no_plan(
            "mclp", problem.reach.n_demand, is_infeasible=proof.is_infeasible, is_cut=clock.is_cut,
            method=method, seed=seed,
        )  # fmt: skip
    new_sites = np.concatenate([rules.required, np.flatnonzero(proof.choice.units)])
    answer = Answer(new_sites, cover.base + proof.bound, method, is_cut=clock.is_cut)
    return covered_plan(
        "mclp", answer, cover.reach, problem.people, rules.existing, seed=seed, step=step
    )


def best_choice(
    core: CoverCore, step: float, clock: Clock, *, choice: Choice | None = None
) -> tuple[Proof, str]:
    """Return the best choice of a cover problem, its bound and how both were found.

    Greedy and swaps give the choice, the Lagrangian the bound; sites whose reduced value decides
    them are fixed, and branch and bound closes what is left.

    Parameters
    ----------
    core
        The problem.
    step
        Least difference between two objectives, 0 when unknown.
    clock
        Rounds, nodes and time.
    choice
        A choice to start from instead of the greedy one.
    """
    if choice is None:
        core = without_contained_sites(core)
        choice = improved(core, greedy_choice(core, clock), clock)
    dual, choice = lagrangian(core, choice, step, clock)
    method = f"greedy, swap, Lagrangian ({dual.rounds} rounds)"
    target = choice.worth + (step - 1e-6 * step if step > 0 else 1e-10 * abs(choice.worth))
    if dual.bound < target or (clock.is_cut and np.isfinite(choice.worth)):
        return Proof(choice, dual.bound, 0), method
    is_in, is_out = decided(core, dual, target)
    left = Proof(choice, dual.bound, 0)
    proof = _closed(core, is_in, ~is_in & ~is_out, left, target - choice.worth, clock=clock)
    return proof, f"{method}, fixing, branch and bound ({proof.nodes} nodes)"


def _closed(
    core: CoverCore, is_in: Flags, is_open: Flags, proof: Proof, step: float, *, clock: Clock
) -> Proof:
    """Close what is left: a tree on prices, then a general solver, then the tree to its limits."""
    taken = is_in.astype(np.int32)
    uses_tree = np.isfinite(proof.choice.worth) and fits_tree(core, is_open)
    nodes = 0
    for turn in ("tree", "solver", "tree to the end"):
        if turn == "solver":
            proof = proved_by_branching(
                core, taken, is_open, best=proof.choice, bound=proof.bound, clock=clock,
                is_last=not uses_tree,
            )  # fmt: skip
            nodes += proof.nodes
        elif uses_tree:
            choice, bound, count = chosen_by_tree(
                core, taken, is_open, best=proof.choice, bound=proof.bound, step=step, clock=clock,
                is_last=turn == "tree to the end",
            )  # fmt: skip
            proof, nodes = Proof(choice, bound, 0), nodes + count
        if clock.is_cut or proof.is_infeasible or proof.bound < proof.choice.worth + step:
            break
    return replace(proof, nodes=nodes)


def no_plan(
    model: str, n_demand: int, *, is_infeasible: bool, is_cut: bool, method: str, seed: int
) -> SitingPlan:
    """Return the plan that says that the rules leave none, or that none was found in time."""
    if not is_infeasible:
        return undecided_plan(model, n_demand, method=method, seed=seed, is_cut=is_cut)
    found = Finding("siting_rules_leave_none")
    return infeasible_plan(model, n_demand, method=method, seed=seed, findings=(found,))
