"""Fewest sites that bring every village to its quota: reduce, split, search, bound, branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from planning.solver.highs import Programme, Solved, add_site_rules, run_highs
from planning.solver.pairs import (
    ByDemand,
    CoverInstance,
    Flags,
    Floats,
    Indices,
    cover_instance,
    merge_rows,
    read_only,
)
from planning.solver.rules import RuleArrays
from planning.solver.set import kernels
from planning.solver.set.model import SetAnswer
from planning.solver.stop import Clock

SEARCH_STEPS, STEPS_A_CHUNK = 4_000, 500
"""Steps of the search for each part, and between two looks at the clock."""

LARGEST_PROOF, LARGEST_TIMED_PROOF = 150_000, 400_000
"""Most pairs of one part handed to branch and bound, without and with a clock."""

PAIR_NODES = 4_000_000
"""Pairs of one part times nodes of branch and bound when no clock is set."""

MOST_PAIRED = 2_000
"""Most sites of one village that are looked at in pairs for its cut."""


@dataclass(frozen=True, slots=True, eq=False)
class QuotaCore:
    """Choose the fewest sites that bring every village the people it wants.

    Parameters
    ----------
    instance
        Rows of people and the sites that reach them.
    village
        (n_rows,) village of each row.
    wanted
        (n_villages,) people that must be reached; 0 where a village has enough.
    site
        (n_sites,) number of each site in the problem.
    """

    instance: CoverInstance
    village: Indices
    wanted: Floats
    site: Indices

    @property
    def owner(self) -> Indices:
        """(n_pairs,) site of each pair by site."""
        return np.repeat(np.arange(self.instance.n_sites), np.diff(self.instance.site_indptr))


def fewest_for_quotas(core: QuotaCore, clock: Clock, *, seed: int) -> SetAnswer:
    """Return the fewest sites, the least number that any plan needs, and the method.

    Villages that share no site have nothing to do with each other: each part is searched, bounded
    by its linear relaxation, and closed by branch and bound, the smallest first, so that a clock
    leaves only the largest open. Bounds of parts add up, each rounded up to whole sites.
    """
    core = drop_contained_sites(core)
    parts = sorted(split_parts(core), key=lambda part: len(part.instance.site_row))
    # One cut short by the clock is still a plan: the search fills every quota before it looks on.
    best = [search_quotas(part, clock, seed=seed) for part in parts]
    bound = [_relaxation(part, clock) for part in parts]
    nodes, n_proved = 0, 0
    for k, part in enumerate(parts):
        if bound[k] < len(best[k]) and not clock.is_cut:
            solved = _branch(part, best[k], clock)
            nodes += solved.nodes
            sites = None if solved.x is None else np.flatnonzero(solved.x[: len(part.site)] > 0.5)
            if sites is not None and len(sites) < len(best[k]) and is_enough(part, sites):
                best[k] = sites
            bound[k] = max(bound[k], _whole(solved.bound))
        n_proved += bound[k] >= len(best[k])
    chosen = [part.site[sites] for part, sites in zip(parts, best, strict=True)]
    sites = np.concatenate([np.zeros(0, dtype=np.int64), *chosen])
    method = (
        f"ruin and recreate, {len(parts)} parts ({n_proved} proved), village cuts, "
        f"branch and bound ({nodes} nodes)"
    )
    total = sum(min(low, len(found)) for low, found in zip(bound, best, strict=True))
    return SetAnswer(np.sort(sites), total, method)


def drop_contained_sites(core: QuotaCore) -> QuotaCore:
    """Leave out sites whose rows are all among another's; then merge rows that became equal.

    Exchanging a contained site for its container loses nobody in any village, so some best plan
    has none. On the populated cells of a county this leaves a few per cent of the sites.
    """
    instance = core.instance
    dropped = np.diff(instance.site_indptr) == 0
    kernels.mark_contained(
        instance.site_indptr, instance.site_row, instance.row_indptr, instance.row_site,
        False, dropped,
    )  # fmt: skip
    return part_of(core, np.ones(instance.n_rows, dtype=bool), ~dropped)


def part_of(core: QuotaCore, keep_row: Flags, keep_site: Flags) -> QuotaCore:
    """Return the problem of some rows and sites, numbered anew; equal rows of a village merge."""
    instance = core.instance
    sites = np.flatnonzero(keep_site)
    number = np.cumsum(keep_site) - 1
    row = np.repeat(np.arange(instance.n_rows), np.diff(instance.row_indptr))
    keep = keep_row[row] & keep_site[instance.row_site]
    before = np.concatenate([[0], np.cumsum(keep)])
    site = read_only(number[instance.row_site[keep]], np.int32)
    indptr = read_only(before[instance.row_indptr], np.int64)
    rows = ByDemand(indptr, site, read_only(np.zeros(len(site)), np.float64), len(sites))
    merged, people, merged_of = merge_rows(rows, instance.people, core.village)
    village = np.zeros(len(people), dtype=np.int64)
    village[merged_of[merged_of >= 0]] = core.village[merged_of >= 0]
    names, village = np.unique(village, return_inverse=True)
    return QuotaCore(
        cover_instance(merged, people), read_only(village, np.int64),
        read_only(core.wanted[names], np.float64), core.site[sites],
    )  # fmt: skip


def split_parts(core: QuotaCore) -> Iterator[QuotaCore]:
    """Yield the parts of the problem: villages that some chain of shared sites joins."""
    n_villages, n_sites = len(core.wanted), core.instance.n_sites
    village = core.village[core.instance.site_row]
    joins = csr_array(
        (np.ones(len(village)), (village, n_villages + core.owner)),
        shape=(n_villages + n_sites,) * 2,
    )
    n_parts, label = connected_components(joins, directed=False)
    for part in range(n_parts):
        is_here = label == part
        if is_here[:n_villages].any():
            yield part_of(core, is_here[:n_villages][core.village], is_here[n_villages:])


def is_enough(core: QuotaCore, sites: Indices) -> bool:
    """Say whether some sites bring every village what it wants, counted anew."""
    is_open = np.zeros(core.instance.n_sites, dtype=bool)
    is_open[sites] = True
    is_near = np.zeros(core.instance.n_rows, dtype=bool)
    is_near[core.instance.site_row[is_open[core.owner]]] = True
    near = np.bincount(
        core.village[is_near], core.instance.people[is_near], minlength=len(core.wanted)
    )
    return bool((near >= core.wanted * (1 - 1e-12)).all())


def search_quotas(core: QuotaCore, clock: Clock, *, seed: int) -> Indices:
    """Return few sites that meet the quotas, by greedy and ruin and recreate."""
    instance, n_villages = core.instance, len(core.wanted)
    # A whisker off each quota, so that sums in another order still meet it.
    wanted = read_only(core.wanted * (1 - 1e-12), np.float64)
    quotas = kernels.Quotas(
        instance.site_indptr, instance.site_row, core.village, instance.people, wanted
    )
    plan = kernels.QuotaPlan(
        np.zeros(instance.n_sites, dtype=np.bool_), np.zeros(instance.n_rows, dtype=np.int32),
        np.zeros(n_villages), np.zeros(n_villages),
    )  # fmt: skip
    pair = np.unique(core.village[instance.site_row] * instance.n_sites + core.owner)
    count = np.bincount(pair // instance.n_sites, minlength=n_villages)
    near_indptr = read_only(np.concatenate([[0], np.cumsum(count)]), np.int64)
    near_site = read_only(pair % instance.n_sites, np.int64)
    best_in, state = plan.is_in.copy(), np.zeros(3, dtype=np.int64)
    random = np.array([seed + 88172645463325252], dtype=np.uint64)
    while state[2] < SEARCH_STEPS and state[1] != 1:
        kernels.quota_search(
            quotas, plan, near_indptr, near_site, best_in, STEPS_A_CHUNK if state[2] else 1, random,
            state,
        )  # fmt: skip
        if not clock.goes_on("cover", int(state[2]), SEARCH_STEPS):
            break
    return np.flatnonzero(best_in)


def quota_programme(core: QuotaCore, may_build: Flags) -> Programme:
    """Return the programme: open sites, reached share of each row, wanted share by village.

    Rows of a village are divided by what it wants, so that the solver's tolerance of a millionth
    is a millionth of a quota and not of a person.
    """
    instance, village, wanted = core.instance, core.village, core.wanted
    n_sites, n_rows = instance.n_sites, instance.n_rows
    programme = Programme(
        np.concatenate([np.ones(n_sites), np.zeros(n_rows)]), np.zeros(n_sites + n_rows),
        np.concatenate([may_build.astype(np.float64), np.ones(n_rows)]),
        np.arange(n_sites + n_rows) < n_sites,
    )  # fmt: skip
    row = np.repeat(np.arange(n_rows), np.diff(instance.row_indptr))
    programme.add_rows(
        np.concatenate([row, np.arange(n_rows)]),
        np.concatenate([instance.row_site, n_sites + np.arange(n_rows)]),
        np.concatenate([np.ones(len(row)), -np.ones(n_rows)]),
        lower=0.0, upper=np.inf, count=n_rows,
    )  # fmt: skip
    asks = wanted > 0
    share = instance.people / np.where(asks, wanted, 1.0)[village]
    programme.add_rows(
        village, n_sites + np.arange(n_rows), share,
        lower=np.where(asks, 1.0, 0.0), upper=np.inf, count=len(wanted),
    )  # fmt: skip
    _add_cuts(programme, core)
    return programme


def _add_cuts(programme: Programme, core: QuotaCore) -> None:
    """Add one cut a village: of sites that fill it alone 1, in a pair 1/2, the rest 1/3 >= 1.

    A plan without a site that fills the village alone has two or more that reach it in part; two
    of them fill it only as a pair, each with weight 1/2; three or more weigh 1/3 each at least. The
    relaxation without it opens shares of many sites in a village (96.1 sites on the built-in
    county, 117.6 with the cuts, 135 in truth).
    """
    order = np.argsort(core.village, kind="stable")
    start = np.searchsorted(core.village[order], np.arange(len(core.wanted) + 1))
    row, column, value = [], [], []
    asks = np.flatnonzero(core.wanted > 0)
    for number, v in enumerate(asks):
        sites, weight = _cut(core, order[start[v] : start[v + 1]], float(core.wanted[v]))
        row.append(np.full(len(sites), number))
        column.append(sites)
        value.append(weight)
    if len(asks):
        programme.add_rows(
            np.concatenate(row), np.concatenate(column), np.concatenate(value),
            lower=1 - 1e-9, upper=np.inf, count=len(asks),
        )  # fmt: skip


def _cut(core: QuotaCore, rows: Indices, wanted: float) -> tuple[Indices, Floats]:
    """Return the sites that reach the rows of one village and their weights in its cut."""
    instance = core.instance
    start, size = instance.row_indptr[rows], np.diff(instance.row_indptr)[rows]
    pair = np.repeat(start - np.cumsum(size) + size, size) + np.arange(int(size.sum()))
    sites, column = np.unique(instance.row_site[pair], return_inverse=True)
    people = csr_array(
        (instance.people[np.repeat(rows, size)], (column, np.repeat(np.arange(len(rows)), size)))
    )
    alone = people.sum(axis=1)
    # Never a hair too strict: a site or pair that just fills the village counts as filling it.
    enough = wanted * (1 - 1e-9)
    fills, part = alone >= enough, np.flatnonzero(alone < enough)
    weight = np.where(fills, 1.0, 0.5)
    if 1 < len(part) <= MOST_PAIRED:
        reached = people[part].astype(bool).astype(np.float64)
        both = (people[part] @ reached.T).toarray()
        union = alone[part][:, None] + alone[part][None, :] - both
        np.fill_diagonal(union, 0.0)
        weight[part[~(union >= enough).any(axis=1)]] = 1.0 / 3.0
    return sites, weight


def _relaxation(core: QuotaCore, clock: Clock) -> int:
    """Return the whole sites that the linear relaxation proves; 1 where it was not solved."""
    if clock.is_cut or not _is_small(core, clock):
        return 1
    programme = quota_programme(core, np.ones(core.instance.n_sites, dtype=bool))
    programme.is_integer[:] = False
    solved = run_highs(programme, clock)
    return max(1, _whole(solved.bound))


def _whole(bound: float) -> int:
    """Return the whole sites of a bound, allowing for the solver's tolerance."""
    return int(np.ceil(bound - 1e-5)) if np.isfinite(bound) else 0


def _branch(core: QuotaCore, best: Indices, clock: Clock) -> Solved:
    """Return what branch and bound finds and proves for one part."""
    if not _is_small(core, clock):
        return Solved(None, np.inf, -np.inf, False, False, 0, np.zeros(0))
    programme = quota_programme(core, np.ones(core.instance.n_sites, dtype=bool))
    start = np.zeros(len(programme.cost))
    start[best] = 1.0
    is_open = start[: core.instance.n_sites] > 0
    start[core.instance.n_sites + core.instance.site_row[is_open[core.owner]]] = 1.0
    nodes = clock.limits.nodes
    if clock.limits.seconds is None:
        nodes = min(nodes, 1 + PAIR_NODES // (len(core.instance.site_row) + 1))
    return run_highs(programme, clock, start=start, nodes=nodes)


def _is_small(core: QuotaCore, clock: Clock) -> bool:
    largest = LARGEST_PROOF if clock.limits.seconds is None else LARGEST_TIMED_PROOF
    return len(core.instance.site_row) <= largest


def fewest_for_quotas_with_rules(core: QuotaCore, rules: RuleArrays, clock: Clock) -> SetAnswer:
    """Return the same where sites exclude each other or zones are limited, by branching alone.

    Then no site may stand for another: nothing is dropped and nothing split.
    """
    programme = quota_programme(core, rules.may_build)
    column = np.where(rules.may_build, np.arange(len(rules.may_build)), -1)
    add_site_rules(
        programme, rules, np.ones(core.instance.n_sites), float(core.instance.n_sites), column
    )
    solved = run_highs(programme, clock)
    method = f"village cuts, branch and bound ({solved.nodes} nodes)"
    if solved.is_infeasible:
        return SetAnswer(None, core.instance.n_sites + 1, method)
    sites = None
    if solved.x is not None:
        sites = np.flatnonzero(solved.x[: core.instance.n_sites] > 0.5)
        sites = sites if is_enough(core, sites) else None
    least = int((core.wanted > 0).any())
    return SetAnswer(sites, max(least, _whole(solved.bound)), method)
