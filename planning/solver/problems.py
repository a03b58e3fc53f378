"""Siting problems as typed values, the rules a plan must keep, and when a search stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from planning.solver.pairs import Floats, Indices, SparseReach


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

    model: ClassVar[str] = "mclp"

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

    model: ClassVar[str] = "p-median"

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

    @property
    def model(self) -> str:
        """Name of the model: everybody, or a share of the people."""
        return "lscp" if self.share >= 1.0 else "partial-lscp"


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

    model: ClassVar[str] = "p-centre"

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

    model: ClassVar[str] = "backup"

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

    model: ClassVar[str] = "mexclp"

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

    model: ClassVar[str] = "capacitated-cover"

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

    model: ClassVar[str] = "capacitated-median"

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

    model: ClassVar[str] = "budget"

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

    model: ClassVar[str] = "cheapest"

    reach: SparseReach
    people: Floats
    limit: float
    cost: Floats
    share: float = 1.0
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class VillageCover:
    """Fewest sites that leave every village covered: a share of its people within the limit.

    Parameters
    ----------
    reach, people, limit, rules
        As in `MaximalCover`.
    village
        (n_demand,) village of each row, numbered from 0; -1 for rows that count for none.
    quota
        Share of a village's people that must be within the limit of any open site; a village
        without people counts as covered.
    """

    model: ClassVar[str] = "villages"

    reach: SparseReach
    people: Floats
    limit: float
    village: Indices
    quota: float = 0.9
    rules: SiteRules = field(default_factory=SiteRules)


@dataclass(frozen=True, slots=True, eq=False)
class TwoLevel:
    """Serve everybody at stations that refer to centres: people times (way + referrals x way on).

    Each station refers to the open centre that is cheapest from it (hierarchical p-median).

    Parameters
    ----------
    reach, people, limit, unlisted_cost, rules
        As in `PMedian`, for stations.
    stations, centres
        Number of new stations and of new centres.
    referral
        (n_sites, n_centres) cost from each station to each centre; inf where there is no way.
    referral_share
        Referrals per visit to a station.
    existing_centres
        Centres that are open and stay open.
    """

    model: ClassVar[str] = "two-level"

    reach: SparseReach
    people: Floats
    stations: int
    centres: int
    referral: Floats
    referral_share: float
    existing_centres: tuple[int, ...] = ()
    limit: float | None = None
    unlisted_cost: float | None = None
    rules: SiteRules = field(default_factory=SiteRules)
