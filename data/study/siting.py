"""`[siting]` and `[exclusions]`: what is asked, under which rules, and where nobody may build."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data.study.schema import FLAT

ModeName = Literal["walk", "walk_elderly", "e_bike", "car"]
SpeedSetName = Literal["default", "observed", "low", "high"]
SitingModel = Literal[
    "mclp",
    "lscp",
    "partial-lscp",
    "villages",
    "p-median",
    "p-centre",
    "backup",
    "mexclp",
    "capacitated",
    "capacitated-median",
    "budget",
    "cheapest",
    "two-level",
]
DEFAULT_COUNT = 5
DEFAULT_PLANS = 3
DEFAULT_RUNS = 4
DEFAULT_SPEED_SETS: tuple[SpeedSetName, ...] = ("low", "high")
SLOW_MODELS: tuple[SitingModel, ...] = (
    "p-median",
    "capacitated",
    "capacitated-median",
    "two-level",
)
"""Models whose alternatives and other readings are looked for only when the study asks for them."""
MODELS_IN_YUAN: tuple[SitingModel, ...] = ("budget", "cheapest")
MODELS_OF_A_SHARE: tuple[SitingModel, ...] = ("partial-lscp", "cheapest")


@dataclass(frozen=True, slots=True)
class AlternativesTable:
    """`[siting.alternatives]`: other plans that are nearly as good, for people to choose from.

    Parameters
    ----------
    count
        Plans to show, the best one included; 0 or 1 looks for none. None takes 3, or 1 for the
        models that are long to solve (`SLOW_MODELS`).
    within
        Largest loss as a share of the best objective.
    differ
        New sites in which two plans differ, at least.
    """

    count: int | None = None
    within: float = 0.01
    differ: int = 2


@dataclass(frozen=True, slots=True)
class StabilityTable:
    """`[siting.stability]`: under which other inputs the question is asked again.

    Parameters
    ----------
    speed_sets
        Speed sets beside that of the study; None takes `low` and `high`, or none for `SLOW_MODELS`.
    minutes
        Other limits.
    runs
        Runs with random errors of times (one factor a site) and of people (one factor a place);
        None takes 4, or none for `SLOW_MODELS`.
    time_spread, people_spread
        Standard deviation of the logarithm of those factors.
    seed
        Of the random errors.
    """

    speed_sets: tuple[SpeedSetName, ...] | None = None
    minutes: tuple[float, ...] = ()
    runs: int | None = None
    time_spread: float = 0.1
    people_spread: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class StartTable:
    """Keys of `[siting]` that say from which network a plan starts.

    Parameters
    ----------
    base
        `committed`: today's points and what is decided and opens in time; `today`: today's alone.
    committed_until
        Day (ISO) until which decided projects count; None takes the end of the year of the
        assessment.
    zoning_is_decided
        Whether a project with 控规 counts as decided without an approval or a yearly plan.
    min_gain_people
        A site that gains fewer people is not proposed; None takes the larger of 1 and 0.02 % of
        the people.
    """

    base: Literal["committed", "today"] = "committed"
    committed_until: str | None = None
    zoning_is_decided: bool = False
    min_gain_people: float | None = None


@dataclass(frozen=True, slots=True)
class GoalTable:
    """Keys of `[siting]` that single models ask for.

    Parameters
    ----------
    share
        Share of the people to be covered, for `partial-lscp` and `cheapest`.
    quota
        Share of a village's people within the limit that makes it covered, for `villages`.
    set_aside_unreachable
        Whether people whom no candidate reaches are left out of targets for everybody, and counted;
        else such a target is infeasible and says why.
    busy_share, units_per_site
        Of `mexclp`.
    centres, referral_share
        Of `two-level`: new centres, and referrals a visit.
    """

    share: float | None = None
    quota: float = 0.9
    set_aside_unreachable: bool = False
    busy_share: float = 0.3
    units_per_site: int = 1
    centres: int = 0
    referral_share: float = 0.1


@dataclass(frozen=True, slots=True)
class SiteRulesTable:
    """Keys of `[siting]` that bind the choice among candidates.

    Parameters
    ----------
    required, forbidden
        Ids of candidates that every plan has, and that none has.
    exclusive
        Groups of candidates of which at most one is built.
    min_spacing_m
        Least distance between new sites.
    zone_min, zone_max
        Zone code -> fewest and most new sites in it.
    """

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    min_spacing_m: float = 0.0
    zone_min: tuple[tuple[str, int], ...] = ()
    zone_max: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyTable:
    """Keys of `[siting]` about money.

    Parameters
    ----------
    budget_yuan
        Money of `budget`.
    years
        Years over which running costs are counted.
    build_yuan, upgrade_yuan, running_yuan
        What a new site and an upgrade cost once, and any site every year. None: not known, and
        said so (造价待填).
    assume_costs
        Whether a cost that is not known takes the assumption for its kind, marked as such.
    may_close
        Whether points whose own row says `closable` may be given up to save their running cost,
        for plans in yuan. Nothing is proposed for closure unasked.
    """

    budget_yuan: float | None = None
    years: float = 5.0
    build_yuan: float | None = None
    upgrade_yuan: float | None = None
    running_yuan: float | None = None
    assume_costs: bool = False
    may_close: bool = False


@dataclass(frozen=True, slots=True)
class LoadsTable:
    """Keys of `[siting]` about loads, for `capacitated` and `capacitated-median`.

    Parameters
    ----------
    lower_people, upper_people
        Loads of a new site; None takes the norm of centres (`ratio_bounds`) for urban community
        health service centres and no limit for others.
    lower_binding
        Whether a lower load must be met; else it is only reported.
    """

    lower_people: float | None = None
    upper_people: float | None = None
    lower_binding: bool = False


@dataclass(frozen=True, slots=True)
class SitingTable:
    """`[siting]`: how many new stations, by which mode, under which limits.

    Parameters
    ----------
    model
        What is best; the models and their sources are in docs/siting.md.
    count
        New sites; None takes 5, or as many as there are candidates. Models that look for the number
        or the money themselves do not use it.
    mode, minutes
        Of the question; None takes those of the analysis.
    kind
        Kind of the new points (WS 218 code or name), where the candidate layer does not say.
    start, goal, rules, money, loads
        Keys of the same table by what they are about.
    upgradable
        Ids of institutions that are no points of the circle today and may become one.
    weights
        Group -> how much one of its people counts, others counting 1. Off by default; the plan
        without weights always stands beside.
    targets
        Shares of the people to be reached, for the table of targets.
    seed
        Of the local search.
    seconds
        Wall clock; None (default) keeps the answer replayable.
    """

    model: SitingModel = "mclp"
    count: int | None = None
    mode: ModeName | None = None
    minutes: float | None = None
    kind: str = "B200"
    start: StartTable = field(default_factory=StartTable, metadata=FLAT)
    goal: GoalTable = field(default_factory=GoalTable, metadata=FLAT)
    rules: SiteRulesTable = field(default_factory=SiteRulesTable, metadata=FLAT)
    money: MoneyTable = field(default_factory=MoneyTable, metadata=FLAT)
    loads: LoadsTable = field(default_factory=LoadsTable, metadata=FLAT)
    upgradable: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    targets: tuple[float, ...] = (0.90, 0.95, 0.98, 1.0)
    seed: int = 0
    seconds: float | None = None
    alternatives: AlternativesTable = field(default_factory=AlternativesTable)
    stability: StabilityTable = field(default_factory=StabilityTable)

    @property
    def new_sites(self) -> int:
        """New sites asked for."""
        return DEFAULT_COUNT if self.count is None else self.count

    @property
    def plans(self) -> int:
        """Plans to show, the best one included."""
        quick = 1 if self.model in SLOW_MODELS else DEFAULT_PLANS
        return quick if self.alternatives.count is None else self.alternatives.count

    @property
    def speed_sets(self) -> tuple[SpeedSetName, ...]:
        """Other speed sets under which the question is asked again."""
        quick = () if self.model in SLOW_MODELS else DEFAULT_SPEED_SETS
        return quick if self.stability.speed_sets is None else self.stability.speed_sets

    @property
    def random_runs(self) -> int:
        """Runs with random errors."""
        quick = 0 if self.model in SLOW_MODELS else DEFAULT_RUNS
        return quick if self.stability.runs is None else self.stability.runs


@dataclass(frozen=True, slots=True)
class ExclusionLayer:
    """One entry of `exclusions.layers`: areas where no site may stand, such as basic farmland."""

    name: str
    path: Path
    layer: str | None = None
    crs: str | None = None
    margin_m: float = 0.0


@dataclass(frozen=True, slots=True)
class ExclusionsTable:
    """`[exclusions]`: where no site may stand, whoever lives there.

    Parameters
    ----------
    water
        Whether generated sites stay off the water of the study.
    max_road_m
        Farthest from a road of the mode; None takes `travel.max_access_m`.
    max_slope_percent
        Steepest ground; needs `[elevation]`.
    layers
        Areas by name.
    """

    water: bool = True
    max_road_m: float | None = None
    max_slope_percent: float | None = None
    layers: tuple[ExclusionLayer, ...] = ()
