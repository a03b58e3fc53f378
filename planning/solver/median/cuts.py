"""The p-median by Benders cuts: a linear relaxation of sites and row costs that grows as needed.

Duran-Mateluna, Ales and Elloumi (2023), "An efficient Benders decomposition for the p-median
problem": with the sites given, what a row costs is known in closed form, so cuts are found by one
walk along the row's sites instead of a linear programme.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from planning.solver.highs import Programme, Relaxation, open_relaxation
from planning.solver.median import kernels
from planning.solver.median.model import MedianCore, cost_of
from planning.solver.median.search import by_row, swap_sites
from planning.solver.pairs import Flags, Floats, Indices
from planning.solver.stop import Clock

LARGEST_CORE, LARGEST_TIMED_CORE = 600_000, 4_000_000
"""Most pairs of a core that is tried, without and with a clock."""

MOST_NODES, MOST_ROUNDS = 400, 300
"""Nodes of the tree and rounds of the root when no clock is set."""

FEW_CUTS = 20
"""Cuts of one round below which the relaxation's own point is separated as well."""

VIOLATION = 1e-4
"""Least amount, as a share of a row's cost, by which a cut must be missed to be worth adding."""

IS_PENALTY = 100.0
"""A base so many times dearer than the row's dearest site stands for "must be served"."""


@dataclass(slots=True, eq=False)
class CutTree:
    """The search: relaxation, cuts known, open nodes, best plan.

    Parameters
    ----------
    core
        The problem; no rules among sites.
    relaxation
        Columns: sites, then the cost of each row per person.
    base
        (n_rows,) cost of each row when none of its sites opens; its dearest site where it must be
        served.
    cost, sites
        Best cost (the core's constant left out) and the sites of a better plan, None until one is
        found.
    step
        A better plan is cheaper by at least this.
    slack
        How far the relaxation's value may be off, as a share of it.
    nodes
        Open nodes by bound: (bound, number, sites fixed with their value).
    known
        Cuts that are rows already.
    """

    core: MedianCore
    relaxation: Relaxation
    base: Floats
    cost: float
    step: float
    slack: float
    clock: Clock
    sites: Indices | None = None
    bound: float = 0.0
    n_done: int = 0
    nodes: list[tuple[float, int, tuple[tuple[int, float], ...]]] = field(default_factory=list)
    known: set[tuple[int, float]] = field(default_factory=set)

    @property
    def cutoff(self) -> float:
        """Cost that a better plan may have at most."""
        return self.cost - self.step

    def is_settled(self, value: float) -> bool:
        """Say whether a relaxation of this value leaves no better plan."""
        return value - self.slack * abs(value) > self.cutoff

    def offer(self, sites: Indices) -> None:
        """Keep sites that make a better plan."""
        cost = cost_of(self.core, sites) - self.core.constant
        if cost < self.cost:
            self.cost, self.sites = cost, sites


@dataclass(frozen=True, slots=True, eq=False)
class CutAnswer:
    """Sites of a better plan (None without one), the bound with the constant, nodes done."""

    sites: Indices | None
    bound: float
    nodes: int


def search_by_cuts(
    core: MedianCore, best: Indices, best_cost: float, step: float, clock: Clock
) -> CutAnswer | None:
    """Return what the relaxation and its tree prove; None when the problem is too large.

    Parameters
    ----------
    core
        What is left to decide; no rules among sites.
    best, best_cost
        Sites to start from and the cost (with the constant) that a plan must beat.
    step
        A better plan is cheaper by at least this.
    clock
        Nodes, time and the user.
    """
    largest = LARGEST_CORE if clock.limits.seconds is None else LARGEST_TIMED_CORE
    if len(core.row_site) > largest or core.count == 0:
        return None
    dearest = core.row_cost[core.row_indptr[1:] - 1]
    must = core.base > IS_PENALTY * np.maximum(dearest, 1e-9)
    base = np.where(must, dearest, core.base)
    with open_relaxation(_programme(core, base, must), clock) as relaxation:
        if relaxation is None:
            return None
        slack = 1e-8 if step > 1e-6 * best_cost else 1e-10
        tree = CutTree(core, relaxation, base, best_cost - core.constant, step, slack, clock)
        _first_cuts(tree, best)
        _grow(tree)
    return CutAnswer(tree.sites, min(tree.bound, tree.cost) + core.constant, tree.n_done)


def _programme(core: MedianCore, base: Floats, must: Flags) -> Programme:
    """Return the relaxation before any cut: as many sites as asked, every row paid for."""
    n_sites, n_rows = core.n_sites, len(core.people)
    programme = Programme(
        np.concatenate([np.zeros(n_sites), core.people]), np.zeros(n_sites + n_rows),
        np.concatenate([np.ones(n_sites), base]), np.zeros(n_sites + n_rows, dtype=bool),
    )  # fmt: skip
    count = float(core.count)
    programme.add_rows(
        np.zeros(n_sites, dtype=np.int64),
        np.arange(n_sites),
        1.0,
        lower=count,
        upper=count,
        count=1,
    )
    size = np.diff(core.row_indptr)
    alone = np.flatnonzero(must & (size < n_sites))
    number = np.full(n_rows, -1)
    number[alone] = np.arange(len(alone))
    row = np.repeat(number, size)
    if len(alone):
        keep = row >= 0
        programme.add_rows(
            row[keep], core.row_site[keep], 1.0, lower=1.0, upper=np.inf, count=len(alone)
        )
    return programme


def _first_cuts(tree: CutTree, best: Indices) -> None:
    """Add the cuts that are tight at the best plan, and half-way to all sites alike."""
    alike = np.full(tree.core.n_sites, tree.core.count / tree.core.n_sites)
    plan = np.zeros(tree.core.n_sites)
    plan[best] = 1.0
    for point in (plan, 0.5 * plan + 0.5 * alike):
        _add_cuts(tree, point, alike, np.full(len(tree.base), -np.inf))


def _add_cuts(
    tree: CutTree, point: Floats, now: Floats, paid: Floats, *, violation: float = VIOLATION
) -> int:
    """Add the cuts tight at `point` that the relaxation misses `now`; return how many."""
    n = len(tree.base)
    level, end, value = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n)
    kernels.cut_levels(by_row(tree.core), tree.base, point, now, level, end, value)
    missed = np.flatnonzero(value > paid + violation * np.maximum(level, 1e-9))
    fresh = [i for i in missed.tolist() if (i, level[i]) not in tree.known]
    tree.known.update((i, level[i]) for i in fresh)
    rows = np.array(fresh, dtype=np.int64)
    if not len(rows):
        return 0
    core = tree.core
    start = core.row_indptr[rows]
    size = end[rows] - start
    pair = np.repeat(start - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
    number = np.repeat(np.arange(len(rows)), size)
    saved = level[rows][number] - core.row_cost[pair]
    tree.relaxation.add_rows(
        np.concatenate([number, np.arange(len(rows))]),
        np.concatenate([core.row_site[pair], core.n_sites + rows]),
        np.concatenate([saved, np.ones(len(rows))]),
        lower=level[rows],
    )
    return len(rows)


def _grow(tree: CutTree) -> None:
    """Bound the root, fix sites by its reduced costs, then branch, the lowest bound first."""
    value, share = _bound_root(tree)
    if share is None:
        return
    if tree.is_settled(value):
        tree.bound = np.inf  # no better plan than the best is left
        return
    _fix(tree, value)
    is_timed = tree.clock.limits.seconds is not None
    most = tree.clock.limits.nodes if is_timed else min(tree.clock.limits.nodes, MOST_NODES)
    tree.nodes = [(value, 0, ())]
    while tree.nodes and tree.n_done < most and not tree.clock.is_cut:
        if tree.is_settled(tree.nodes[0][0]):
            tree.nodes.clear()
            break
        tree.n_done += 1
        _open_node(tree)
        if tree.nodes:
            lowest = tree.nodes[0][0]
            tree.bound = max(tree.bound, lowest - tree.slack * abs(lowest))
    if not tree.nodes:
        tree.bound = np.inf  # every plan was looked at: none is better than the best


def _open_node(tree: CutTree) -> None:
    """Bound the lowest node; drop it, or split it at the site that is most nearly half open."""
    bound, number, fixed = heapq.heappop(tree.nodes)
    for site, side in fixed:
        tree.relaxation.set_bounds(site, side, side)
    value, share = _bound_node(tree, bound)
    if share is None:
        heapq.heappush(tree.nodes, (bound, number, fixed))  # not finished: it stays open
    elif not tree.is_settled(value):
        split = np.minimum(share, 1.0 - share)
        site = int(np.argmax(split))
        if split[site] > 1e-6:  # else the shares are a plan, and it has been offered
            for side in (0.0, 1.0):
                child = (value, 2 * tree.n_done + int(side), (*fixed, (site, side)))
                heapq.heappush(tree.nodes, child)
    for site, _ in fixed:
        tree.relaxation.reset_bounds(site)


def _bound_root(tree: CutTree) -> tuple[float, Floats | None]:
    """Return value and shares of the relaxation once no cut is missed; shares None when cut short.

    Cuts are looked for half-way between the relaxation's point and the last such point (in-out
    separation, Ben-Ameur and Neto 2007): its own corners jump about and ask for useless cuts.
    """
    n_sites = tree.core.n_sites
    inner = np.full(n_sites, tree.core.count / n_sites)
    value, n_rounds = 0.0, 0
    is_timed = tree.clock.limits.seconds is not None
    while is_timed or n_rounds < MOST_ROUNDS:
        solved = tree.relaxation.solve()
        if solved.x is None or not solved.is_optimal:
            return value, None
        n_rounds += 1
        value = solved.objective
        tree.bound = max(tree.bound, value - tree.slack * abs(value))
        share, paid = solved.x[:n_sites], solved.x[n_sites:]
        if tree.is_settled(value):
            tree.bound = np.inf
            return value, share
        inner = 0.5 * share + 0.5 * inner
        added = _add_cuts(tree, inner, share, paid)
        if added < FEW_CUTS:
            added += _add_cuts(tree, share, share, paid)
        if n_rounds % 10 == 0 or added == 0:
            _try_sites(tree, share)
        if added == 0:
            return value, share
        if not tree.clock.goes_on("proof", n_rounds, MOST_ROUNDS):
            return value, None
    return value, None


def _bound_node(tree: CutTree, bound: float) -> tuple[float, Floats | None]:
    """Return value and shares of a node; infinite when it holds no plan, None when cut short."""
    n_sites = tree.core.n_sites
    while tree.clock.goes_on("branch", tree.n_done, tree.clock.limits.nodes):
        solved = tree.relaxation.solve()
        if solved.is_infeasible:
            return np.inf, np.zeros(n_sites)
        if solved.x is None or not solved.is_optimal:
            return bound, None
        value = max(bound, solved.objective)
        share, paid = solved.x[:n_sites], solved.x[n_sites:]
        is_whole = np.minimum(share, 1.0 - share).max() <= 1e-6
        # Whole shares end the node, so there the value must be what that plan costs: a cut missed
        # by little would hide plans that cost as much as is missed.
        violation = 1e-10 if is_whole else VIOLATION
        if tree.is_settled(value) or not _add_cuts(tree, share, share, paid, violation=violation):
            if tree.n_done % 10 == 1 or is_whole:
                _try_sites(tree, share)
            return value, share
    return bound, None


def _try_sites(tree: CutTree, share: Floats) -> None:
    """Swap from the sites that the relaxation opens most."""
    top = np.sort(np.argsort(-share, kind="stable")[: tree.core.count])
    tree.offer(top)
    sites, _ = swap_sites(tree.core, top.astype(np.int32), tree.clock)
    tree.offer(sites)


def _fix(tree: CutTree, value: float) -> None:
    """Close or open for good the sites whose reduced cost alone takes a plan above the cutoff."""
    reduced = tree.relaxation.reduced_costs()[: tree.core.n_sites]
    room = tree.cutoff - (value - tree.slack * abs(value))
    for site in np.flatnonzero(reduced > room):
        tree.relaxation.set_bounds(int(site), 0.0, 0.0, is_for_good=True)
    for site in np.flatnonzero(-reduced > room):
        tree.relaxation.set_bounds(int(site), 1.0, 1.0, is_for_good=True)
