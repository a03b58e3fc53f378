"""Siting problems as typed values, the rules a plan must keep, and the plan that answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from geo.errors import Finding
from planning.solver.pairs import Floats, Indices, SparseReach

Status: TypeAlias = Literal["optimal", "within_gap", "time_limit", "infeasible", "not_asked"]


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """When a search stops short of a proof.

    Parameters
    ----------
    rounds
        Rounds of the Lagrangian search and of local search.
    nodes
        Nodes of branch and bound.
    seconds
        Wall clock; None (default) leaves the run replayable. An answer cut by the clock is not.
    threads
        Threads of the Lagrangian sweeps; the answer does not depend on it.
    """

    rounds: int = 3000
    nodes: int = 20_000
    seconds: float | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class SiteRules:
    """What a plan must keep, by site number; everything is optional.

    Parameters
    ----------
    existing
        Sites that are open and stay open. They never count as new.
    required
        New sites that every plan contains; they count.
    forbidden
        Sites that no plan may contain.
    exclusive
        Groups of sites of which at most one is built.
    x_m, y_m, min_spacing_m
        (n_sites,) coordinates; two new sites are at least this far apart.
    zone
        (n_sites,) zone of each site, -1 none.
    zone_min, zone_max
        Zone -> fewest and most new sites in it.
    """

    existing: tuple[int, ...] = ()
    required: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    exclusive: tuple[tuple[int, ...], ...] = ()
    x_m: Floats | None = None
    y_m: Floats | None = None
    min_spacing_m: float = 0.0
    zone: Indices | None = None
    zone_min: Mapping[int, int] = field(default_factory=dict)
    zone_max: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class MaximalCover:
    """Cover most people with `count` new sites (Church and ReVelle 1974).

    Parameters
    ----------
    reach
        Pairs of sites and demand rows with their cost.
    people
        (n_demand,) people, or any other weight.
    limit
        A row is covered when an open site costs at most this much.
    count
        Number of new sites; existing ones come on top.
    rules
        What the plan must keep.
    """

    reach: SparseReach
    people: Floats
    limit: float
    count: int
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class PMedian:
    """Serve everybody from `count` new sites so that people times cost is least (Hakimi 1964).

    Parameters
    ----------
    reach, people, rules
        As in `MaximalCover`; rows without people need not be served.
    count
        Number of new sites; existing ones come on top.
    limit
        Pairs that cost more are not used; None uses all.
    unlisted_cost
        Cost per person of a row that no open site serves at that cost or less, one number or
        (n_demand,); None means that everybody must be served.
    """

    reach: SparseReach
    people: Floats
    count: int
    limit: float | None = None
    unlisted_cost: float | Floats | None = None
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class FewestSites:
    """Cover a share of the people with the fewest sites (Toregas et al. 1971).

    Parameters
    ----------
    reach, people, limit, rules
        As in `MaximalCover`.
    share
        Share of all people to be covered; at 1 every demand row must be covered, people or not.
    """

    reach: SparseReach
    people: Floats
    limit: float
    share: float = 1.0
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class PCentre:
    """Make the largest cost of any demand row least with `count` new sites (Hakimi 1965).

    Parameters
    ----------
    reach, people, count, rules
        As in `MaximalCover`; every row counts, people or not.
    limit
        Pairs that cost more are not used; None uses all.
    """

    reach: SparseReach
    people: Floats
    count: int
    limit: float | None = None
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class BackupCover:
    """Cover every row once and most people twice (Hogan and ReVelle 1986).

    Parameters
    ----------
    reach, people, limit, count, rules
        As in `MaximalCover`; existing sites count as covers.
    """

    reach: SparseReach
    people: Floats
    limit: float
    count: int
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedCover:
    """Cover most people by a unit that is free, each being busy a share of the time (Daskin 1983).

    Parameters
    ----------
    reach, people, limit, rules
        As in `MaximalCover`; each existing site holds one unit.
    count
        Number of new units.
    busy_share
        Share of the time that a unit is busy, at least 0 and below 1.
    units_per_site
        Most new units at one site.
    """

    reach: SparseReach
    people: Floats
    limit: float
    count: int
    busy_share: float
    units_per_site: int = 1
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class CapacitatedCover:
    """Serve most people within the limit while every site keeps its loads (Pirkul and Schilling).

    Parameters
    ----------
    reach, people, limit, rules
        As in `MaximalCover`.
    count
        Most new sites.
    lower, upper
        (n_sites,) fewest and most people of an open site. Lower loads bind new sites only.
    lower_penalty
        People that count as lost for each person below a lower load: 0 only reports what is short,
        infinity makes the lower loads binding.
    is_divisible
        True when the people of one row may go to several sites; else rows are served whole.
    """

    reach: SparseReach
    people: Floats
    limit: float
    count: int
    lower: Floats
    upper: Floats
    lower_penalty: float = 0.0
    is_divisible: bool = False
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class CapacitatedMedian:
    """Serve everybody with people times cost least while every site keeps its loads.

    Parameters
    ----------
    reach, people, limit, rules
        As in `PMedian`.
    count
        Most new sites.
    lower, upper, is_divisible
        As in `CapacitatedCover`.
    lower_penalty
        Cost that each person below a lower load adds.
    """

    reach: SparseReach
    people: Floats
    count: int
    lower: Floats
    upper: Floats
    limit: float | None = None
    lower_penalty: float = 0.0
    is_divisible: bool = False
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class SitingPlan:
    """An answer with its proof; numbers of sites and demand rows are those of the problem.

    Parameters
    ----------
    model
        `mclp`, `lscp`, `partial-lscp`, `p-median`, `p-centre`, `backup`, `mexclp`,
        `capacitated-cover`, `capacitated-median`, `budget`, `cheapest`, `villages` or `two-level`.
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


def relative_gap(objective: float, bound: float) -> float:
    """Return abs(bound - objective) / max(abs(objective), 1e-9).

    >>> relative_gap(200.0, 201.0)
    0.005
    """
    return abs(bound - objective) / max(abs(objective), 1e-9)


def step_of(people: Floats) -> float:
    """Return the least difference of two sums of these weights; 0 when they are not whole.

    >>> step_of(np.array([4.0, 6.0])), step_of(np.array([0.5, 1.0]))
    (2.0, 0.0)
    """
    if not len(people) or people.max(initial=0.0) > 2.0**52 or (people != np.floor(people)).any():
        return 0.0
    return float(np.gcd.reduce(people.astype(np.int64)))


def tightened(bound: float, step: float, *, is_upper: bool) -> float:
    """Return the bound moved to the next value that an objective of this step can take.

    >>> tightened(100.99, 1.0, is_upper=True), tightened(75.2, 1.0, is_upper=False)
    (100.0, 76.0)
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
