"""`[siting]` and `[exclusions]`: what is asked, under which rules, and where nobody may build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

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
Fault: TypeAlias = tuple[str, str, str]
"""Key of the study file, what is expected there, and what stands there."""

A_SHARE = "a share above 0, not above 1"
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
"""Models whose rivals and other readings are looked for only when the study asks for them."""
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
class SitingTable:
    """`[siting]`: how many new stations, by which mode, under which limits.

    Parameters
    ----------
    model
        What is best; the models and their sources are in docs/siting.md.
    count
        New sites; None takes 5, or as many as there are candidates. Models that look for the number
        or the money themselves do not use it.
    centres, referral_share
        Of `two-level`: new centres, and referrals a visit.
    mode, minutes
        Of the question; None takes those of the analysis.
    kind
        Kind of the new points (WS 218 code or name), where the candidate layer does not say.
    share
        Share of the people to be covered, for `partial-lscp` and `cheapest`.
    quota
        Share of a village's people within the limit that makes it covered, for `villages`.
    set_aside_unreachable
        Whether people whom no candidate reaches are left out of targets for everybody, and counted;
        else such a target is infeasible and says why.
    busy_share, units_per_site
        Of `mexclp`.
    required, forbidden
        Ids of candidates that every plan has, and that none has.
    exclusive
        Groups of candidates of which at most one is built.
    min_spacing_m
        Least distance between new sites.
    zone_min, zone_max
        Zone code -> fewest and most new sites in it.
    budget_yuan, years, build_yuan, upgrade_yuan, running_yuan
        Of plans in yuan; a cost that is None takes the assumption for the kind, shown as such.
    may_close
        Whether points whose own row says `closable` may be given up to save their running cost,
        for plans in yuan. Nothing is proposed for closure unasked.
    upgradable
        Ids of institutions that are no points of the circle today and may become one.
    lower_people, upper_people, lower_binding
        Loads of a new site, for `capacitated`; None takes the norm of centres (`ratio_bounds`) for
        urban community health service centres and no limit for others. A lower load is only
        reported unless it is binding.
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
    centres: int = 0
    referral_share: float = 0.1
    mode: ModeName | None = None
    minutes: float | None = None
    kind: str = "B200"
    share: float | None = None
    quota: float = 0.9
    set_aside_unreachable: bool = False
    busy_share: float = 0.3
    units_per_site: int = 1
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    min_spacing_m: float = 0.0
    zone_min: tuple[tuple[str, int], ...] = ()
    zone_max: tuple[tuple[str, int], ...] = ()
    budget_yuan: float | None = None
    years: float = 5.0
    build_yuan: float | None = None
    upgrade_yuan: float | None = None
    running_yuan: float | None = None
    may_close: bool = False
    upgradable: tuple[str, ...] = ()
    lower_people: float | None = None
    upper_people: float | None = None
    lower_binding: bool = False
    weights: tuple[tuple[str, float], ...] = ()
    targets: tuple[float, ...] = (0.90, 0.95, 0.98, 1.0)
    seed: int = 0
    seconds: float | None = None
    alternatives: AlternativesTable = field(default_factory=AlternativesTable)
    stability: StabilityTable = field(default_factory=StabilityTable)

    @property
    def asked(self) -> int:
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


def siting_faults(table: SitingTable) -> Iterator[Fault]:
    """Yield what makes no sense in `[siting]`; everything at once, by key."""
    for key, value, least, most in _ranges(table):
        if value is not None and not least <= value <= most:
            is_open = most == _MOST
            limits = f"not less than: {least:g}" if is_open else f"between: {least:g}, {most:g}"
            yield key, limits, f"{value:g}"
    yield from _positive(table)
    yield from _missing(table)
    yield from _rules(table)
    yield from _lists(table)


_MOST = 1e15


def _ranges(table: SitingTable) -> Iterator[tuple[str, float | None, float, float]]:
    """Yield every single number with its least and most."""
    other, stable = table.alternatives, table.stability
    for key, value, least, most in (
        ("count", table.count, 1, _MOST),
        ("centres", table.centres, 0, _MOST),
        ("referral_share", table.referral_share, 0, _MOST),
        ("busy_share", table.busy_share, 0, 0.999),
        ("units_per_site", table.units_per_site, 1, 1000),
        ("min_spacing_m", table.min_spacing_m, 0, _MOST),
        ("build_yuan", table.build_yuan, 0, _MOST),
        ("upgrade_yuan", table.upgrade_yuan, 0, _MOST),
        ("running_yuan", table.running_yuan, 0, _MOST),
        ("lower_people", table.lower_people, 0, _MOST),
        ("seed", table.seed, 0, 2**32 - 1),
        ("alternatives.count", other.count, 0, 50),
        ("alternatives.within", other.within, 0, 1),
        ("alternatives.differ", other.differ, 1, _MOST),
        ("stability.runs", stable.runs, 0, 1000),
        ("stability.time_spread", stable.time_spread, 0, 1),
        ("stability.people_spread", stable.people_spread, 0, 1),
        ("stability.seed", stable.seed, 0, 2**32 - 1),
    ):
        yield f"siting.{key}", value, least, most
    for name, weight in table.weights:
        yield f"siting.weights.{name}", weight, 0, 1000


def _positive(table: SitingTable) -> Iterator[Fault]:
    """Yield numbers that must be above 0, and shares that must be above 0 and at most 1."""
    for key, value in (
        ("minutes", table.minutes),
        ("budget_yuan", table.budget_yuan),
        ("years", table.years),
        ("upper_people", table.upper_people),
        ("seconds", table.seconds),
        *(("stability.minutes", value) for value in table.stability.minutes),
    ):
        if value is not None and value <= 0:
            yield f"siting.{key}", "more than 0", f"{value:g}"
    shares = [("share", table.share), ("quota", table.quota)]
    for key, value in (*shares, *(("targets", value) for value in table.targets)):
        if value is not None and not 0 < value <= 1:
            yield f"siting.{key}", A_SHARE, f"{value:g}"


def _missing(table: SitingTable) -> Iterator[Fault]:
    """Yield options that the model needs, or that it cannot use."""
    said = f"nothing, with model: {table.model}"
    if table.model == "budget" and table.budget_yuan is None:
        yield "siting.budget_yuan", "the money in yuan", said
    if table.model in MODELS_OF_A_SHARE and table.share is None:
        yield "siting.share", A_SHARE, said
    if table.may_close and table.model not in MODELS_IN_YUAN:
        expected = "only with model: " + ", ".join(MODELS_IN_YUAN)
        yield "siting.may_close", expected, table.model
    if table.centres and table.model != "two-level":
        yield "siting.centres", "only with model: two-level", table.model


def _rules(table: SitingTable) -> Iterator[Fault]:
    """Yield rules that contradict each other."""
    both = sorted(set(table.required) & set(table.forbidden))
    if both:
        yield "siting.required", "ids that are not in siting.forbidden", ", ".join(both[:5])
    if table.count is not None and len(set(table.required)) > table.count:
        expected = f"not more ids than siting.count: {table.count}"
        yield "siting.required", expected, f"{len(set(table.required))}"
    for number, group in enumerate(table.exclusive, start=1):
        if len(set(group)) < 2:
            yield f"siting.exclusive[{number}]", "two ids or more", f"{len(set(group))}"
        clash = sorted(set(group) & set(table.required))
        if len(clash) > 1:
            expected = "not more than one id of siting.required"
            yield f"siting.exclusive[{number}]", expected, ", ".join(clash[:5])
    yield from _zone_rules(table)
    lower, upper = table.lower_people, table.upper_people
    if lower is not None and upper is not None and lower > upper:
        yield "siting.lower_people", f"not more than upper_people: {upper:g}", f"{lower:g}"
    if table.build_yuan == 0 and table.running_yuan == 0:
        yield "siting.build_yuan", "more than 0, here or in running_yuan", "0"


def _zone_rules(table: SitingTable) -> Iterator[Fault]:
    """Yield numbers by zone that contradict each other or the count."""
    least, most = dict(table.zone_min), dict(table.zone_max)
    for key, limits in (("zone_min", least), ("zone_max", most)):
        for code, number in limits.items():
            if number < 0:
                yield f"siting.{key}.{code}", "0 or more", f"{number}"
    for code in sorted(set(least) & set(most)):
        if least[code] > most[code]:
            limit = f"not more than zone_max: {most[code]}"
            yield f"siting.zone_min.{code}", limit, f"{least[code]}"
    if table.count is not None and sum(least.values()) > table.count:
        expected = f"together not more than siting.count: {table.count}"
        yield "siting.zone_min", expected, f"{sum(least.values())}"


def _lists(table: SitingTable) -> Iterator[Fault]:
    """Yield ids that a list names twice."""
    for key in ("required", "forbidden", "upgradable"):
        again = sorted(name for name, n in Counter(getattr(table, key)).items() if n > 1)
        if again:
            yield f"siting.{key}", "each id once", ", ".join(again[:5])
