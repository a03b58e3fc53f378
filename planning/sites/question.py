"""The question of a study in numbers: who may be chosen, under which rules, at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from data.errors import StudyError
from data.study.siting import MoneyTable, SitingTable
from data.study.tables import Study
from data.types import Dataset, Floats, Ints
from geo.errors import Finding
from geo.snap import Snaps
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask, NetworkStates
from planning.reach.villages.members import members_of
from planning.sites.candidates import (
    KEEP,
    UPGRADE,
    CandidateSites,
    Group,
    kind_group,
    no_candidates,
    site_kind,
)
from planning.sites.candidates.generation import Candidacy, closable, find_candidates
from planning.sites.readings import Start
from planning.solver import SiteRules
from planning.solver.models.budget import SUBSIDY_YUAN, plan_costs
from planning.words.wording import msgid

MODELS_OF_TIME = ("p-median", "p-centre", "capacitated-median", "two-level")
"""Models that look at how long a way is, beyond any limit too."""

WEIGHTED_MODELS = ("mclp", "budget", "backup", "mexclp", "p-median")
"""Models in which people of a group may count more than others."""


FAR_AWAY_M = 1e9
"""Where standing points are put for the rule of spacing, which is among new sites only."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of the solvers.

    Parameters
    ----------
    table
        `[siting]` of the study.
    sites, snaps
        Options: candidates, upgrades, closable points; and where they join the road.
    rules
        Rules by number of option.
    count
        New sites.
    kind
        WS 218 code of new points, or `circuit`.
    minutes, horizon_minutes
        The limit, and how far any way is looked for.
    ratio_bounds
        Fewest and most people of an urban centre.
    cost_yuan
        (n,) cost of each option over the years of the plan, NaN where it is not known.
    weight
        (n_demand,) how much a person of each point counts, from the weights by group; 1 for all.
    village
        (n_demand,) administrative village, -1 where there is none.
    start
        Points of the state that the plan starts from, and which of them it may not give up.
    excluded, findings
        What was left out of the candidates.
    """

    table: SitingTable
    sites: CandidateSites
    snaps: Snaps
    rules: SiteRules
    count: int
    kind: str
    minutes: float
    horizon_minutes: float
    ratio_bounds: tuple[float, float]
    cost_yuan: Floats
    weight: Floats
    village: Ints
    start: Start
    excluded: Mapping[str, tuple[int, float]]
    findings: tuple[Finding, ...]

    @property
    def reach_minutes(self) -> float:
        """How far pairs are looked for."""
        is_of_time = self.table.model in MODELS_OF_TIME
        return self.horizon_minutes if is_of_time else self.minutes

    @property
    def may_build(self) -> Mask:
        """(n,) True for options that no rule forbids."""
        allowed = np.ones(len(self.sites), dtype=bool)
        allowed[list(self.rules.forbidden)] = False
        return allowed

    @property
    def is_weighted(self) -> bool:
        """True when people of some group count more or less than others."""
        return self.table.model in WEIGHTED_MODELS and bool((self.weight != 1.0).any())


def question_of(study: Study, mode: ModeInput, network: NetworkStates) -> Question:
    """Return the question of a study.

    Parameters
    ----------
    mode
        Networks and snaps; `points` are those of the state that the plan starts from.
    network
        The states of the network.

    Raises
    ------
    StudyError
        With every name that does not exist and every rule that cannot be kept.
    """
    return _question(study, mode, network, find_candidates(study, mode))


def empty_question(study: Study, mode: ModeInput, network: NetworkStates) -> Question:
    """Return the question of a study whose own cannot be asked: nothing may be built."""
    asked = study.siting
    plain = SitingTable(mode=asked.mode, minutes=asked.minutes, kind=asked.kind, start=asked.start)
    nowhere = mode.demand_snaps.take(np.zeros(0, np.int64))
    none = Candidacy(no_candidates(), nowhere, {})
    return _question(replace(study, siting=plain), mode, network, none)


def _question(study: Study, mode: ModeInput, network: NetworkStates, found: Candidacy) -> Question:
    """Return the question about these candidates."""
    table, dataset = study.siting, mode.dataset
    return Question(
        table=table,
        sites=found.sites,
        snaps=found.snaps,
        rules=_rules(table, found.sites, dataset),
        count=_count(table, found),
        kind=site_kind(table.kind) or table.kind,
        minutes=table.minutes or mode.travel.minutes,
        horizon_minutes=mode.travel.horizon_minutes,
        ratio_bounds=study.standards.ratio_bounds,
        cost_yuan=site_costs(table.money, found.sites),
        weight=_weight(table, dataset),
        village=(
            np.full(len(dataset.demand), -1, dtype=np.int32)
            if dataset.villages is None
            else members_of(dataset.villages, dataset.demand)
        ),
        start=Start(network, table.start.base, mode.points & ~closable(study, mode)),
        excluded=found.excluded,
        findings=found.findings,
    )


def without_weights(question: Question) -> Question:
    """Return the question with every person counting 1."""
    return replace(question, weight=np.ones(len(question.weight)))


def rules_beside(rules: SiteRules, standing: int, n_sites: int) -> SiteRules:
    """Return the rules of a problem whose last sites stand already."""
    last = tuple(range(n_sites, n_sites + standing))
    changed: dict[str, Any] = {"existing": last}
    if rules.zone is not None:
        changed["zone"] = np.concatenate([rules.zone, np.full(standing, -1, dtype=np.int32)])
    if rules.x_m is not None and rules.y_m is not None:
        # Coordinates of standing points are not among those that must be apart.
        away = FAR_AWAY_M * (1.0 + np.arange(standing))
        changed["x_m"] = np.concatenate([rules.x_m, away])
        changed["y_m"] = np.concatenate([rules.y_m, np.zeros(standing)])
    return replace(rules, **changed)


def _count(table: SitingTable, found: Candidacy) -> int:
    """Return the number of new sites: as asked, else 5 or as many as may be built."""
    if table.count is not None:
        return table.count
    free = len(set(found.sites.id) - set(table.rules.forbidden))
    return max(
        1,
        min(table.new_sites, free),
        len(table.rules.required),
        sum(n for _, n in table.rules.zone_min),
    )


def _rules(table: SitingTable, sites: CandidateSites, dataset: Dataset) -> SiteRules:
    """Return the rules by number of option."""
    number = {name: i for i, name in enumerate(sites.id)}
    named = {
        "required": table.rules.required,
        "forbidden": table.rules.forbidden,
        "exclusive": tuple(name for group in table.rules.exclusive for name in group),
    }
    findings = []
    for key, names in named.items():
        unknown = sorted(set(names) - set(number))
        if unknown and len(sites):
            said = (
                ("key", f"siting.{key}"),
                ("first", ", ".join(unknown[:5])),
                ("known", ", ".join(sites.id[:3]) + " …"),
            )
            findings.append(Finding("siting_ids_unknown", said))
    if findings:
        raise StudyError(*findings)
    if not len(sites):
        return SiteRules()
    zone = {code: i for i, code in enumerate(dataset.zones.code)}
    has_zones = bool(table.rules.zone_min or table.rules.zone_max)
    is_spaced = table.rules.min_spacing_m > 0
    return SiteRules(
        required=tuple(number[name] for name in table.rules.required),
        forbidden=tuple(number[name] for name in table.rules.forbidden),
        exclusive=tuple(tuple(number[name] for name in group) for group in table.rules.exclusive),
        x_m=sites.x_m if is_spaced else None,
        y_m=sites.y_m if is_spaced else None,
        min_spacing_m=table.rules.min_spacing_m,
        zone=sites.zone if has_zones else None,
        zone_min={zone[code]: n for code, n in table.rules.zone_min},
        zone_max={zone[code]: n for code, n in table.rules.zone_max},
    )


def _weight(table: SitingTable, dataset: Dataset) -> Floats:
    """Return how much a person of each demand point counts."""
    people = dataset.demand.people
    weight = np.ones(len(people))
    lived_in = people > 0
    for name, factor in table.weights:
        group = dataset.demand.groups[name][lived_in]
        weight[lived_in] += (factor - 1.0) * np.minimum(group / people[lived_in], 1.0)
    return np.maximum(weight, 0.0)


Part: TypeAlias = Literal["build", "upgrade", "running"]
PARTS: tuple[Part, ...] = ("build", "upgrade", "running")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One unit cost.

    Parameters
    ----------
    group, part
        Kind of site and what is paid for: `build` and `upgrade` once, `running` every year.
    yuan
        The figure that is used.
    mark
        `S` stated in a policy document, `C` computed from one, `I` an interpretation, `K` general
        knowledge to be replaced, `study` from the study file.
    source
        English sentence, to be translated.
    """

    group: Group
    part: Part
    yuan: float
    mark: str
    source: str


_REFIT = msgid(
    "Xiacheng 2020: 20 million yuan refitted 6 named centres, at most 3.33 million each; a new "
    "building costs more"
)
_EQUIPMENT = msgid("Xiacheng 2020: 3 million yuan a year of equipment for 6 centres")
_UPGRADE = msgid(
    "Jiande 2019: 2.188 million yuan upgraded three named township centres and others, at most "
    "0.729 million each"
)
_STAND_IN = msgid(
    "Jiande 2019, upgrade of a township centre (at most 0.729 million yuan), standing in for a new "
    "station"
)
_SUBSIDY = msgid("Shangyu 2022: yearly subsidy of a village clinic, 40,000 with two rural doctors")
_AS_CLINIC = msgid("Shangyu 2022, subsidy of a village clinic, standing in for a station")
_CIRCUIT = msgid("Changxing 2018: 350,000 yuan for 155 sessions; one session a week")
_UNKNOWN = msgid("No document states it: put your own figure into the study")

ASSUMED: tuple[Assumption, ...] = (
    Assumption("centre", "build", 20_000_000 / 6, "C", _REFIT),
    Assumption("centre", "upgrade", 2_188_000 / 3, "C", _UPGRADE),
    Assumption("centre", "running", 3_000_000 / 6, "C", _EQUIPMENT),
    Assumption("station", "build", 2_188_000 / 3, "I", _STAND_IN),
    Assumption("station", "upgrade", 100_000.0, "K", _UNKNOWN),
    Assumption("station", "running", SUBSIDY_YUAN, "I", _AS_CLINIC),
    Assumption("clinic", "build", 200_000.0, "K", _UNKNOWN),
    Assumption("clinic", "upgrade", 100_000.0, "K", _UNKNOWN),
    Assumption("clinic", "running", SUBSIDY_YUAN, "S", _SUBSIDY),
    Assumption("circuit", "build", 0.0, "I", _CIRCUIT),
    Assumption("circuit", "upgrade", 0.0, "I", _CIRCUIT),
    Assumption("circuit", "running", 52 * 350_000 / 155, "C", _CIRCUIT),
)
"""Assumed unit costs; none of them is the cost of a building that a document states. They are used
only where the study sets `assume_costs`."""

_STATED = msgid("Stated in the study")
STATED_MARK = "study"


@dataclass(frozen=True, slots=True, eq=False)
class PlanCosts:
    """What is known of the money of a plan.

    Parameters
    ----------
    units
        Unit costs that are used, stated or assumed; empty where nothing is known.
    yuan
        (n_options,) cost of each option over the years, NaN where it is not known.
    years
        Years over which running costs are counted.
    """

    units: tuple[Assumption, ...]
    yuan: Floats
    years: float

    @property
    def are_assumed(self) -> bool:
        """True where an assumption stands in for the study's own figure."""
        return any(entry.mark != STATED_MARK for entry in self.units)

    @property
    def has_running(self) -> bool:
        """True where running costs are counted."""
        return any(entry.part == "running" for entry in self.units)

    def of(self, options: Sequence[int]) -> float | None:
        """Return the cost of some options together; None where one of them is not known."""
        yuan = float(self.yuan[list(options)].sum())
        return None if np.isnan(yuan) else yuan


def plan_costs_of(money: MoneyTable, sites: CandidateSites, yuan: Floats) -> PlanCosts:
    """Return the costs of a plan with the unit costs of the kinds that its options have."""
    groups: list[Group] = sorted({kind_group(kind) for kind in sites.kind})
    has_upgrades = UPGRADE in sites.role
    parts = PARTS if has_upgrades else tuple(part for part in PARTS if part != "upgrade")
    return PlanCosts(unit_costs(money, groups, parts=parts), yuan, money.years)


def unit_costs(
    money: MoneyTable, groups: Sequence[Group], *, parts: Sequence[Part] = PARTS
) -> tuple[Assumption, ...]:
    """Return the unit costs that are known: the study's, else assumed on demand."""
    stated = {
        "build": money.build_yuan,
        "upgrade": money.upgrade_yuan,
        "running": money.running_yuan,
    }
    used = []
    for assumed in ASSUMED:
        if assumed.group not in groups or assumed.part not in parts:
            continue
        own = stated[assumed.part]
        if own is not None:
            used.append(Assumption(assumed.group, assumed.part, own, STATED_MARK, _STATED))
        elif money.assume_costs:
            used.append(assumed)
    return tuple(used)


def site_costs(money: MoneyTable, sites: CandidateSites) -> Floats:
    """Return (n,) yuan of each option over the years of the plan, NaN where it is not known.

    A new site is built and run, an upgrade is upgraded and run, a closable point that is kept is
    run only. A running cost that is not known is left out, and `PlanCosts.has_running` says so.
    """
    yuan = {
        (entry.group, entry.part): entry.yuan
        for entry in unit_costs(money, ("centre", "station", "clinic", "circuit"))
    }
    groups = [kind_group(kind) for kind in sites.kind]
    part: dict[str, Part] = {"new": "build", "upgrade": "upgrade"}
    once = [
        yuan.get((group, part[role]), np.nan) if role in part else 0.0
        for group, role in zip(groups, sites.role, strict=True)
    ]
    running = [
        yuan.get((group, "running"), np.nan if role == KEEP else 0.0)
        for group, role in zip(groups, sites.role, strict=True)
    ]
    return plan_costs(
        np.array(once, dtype=np.float64), np.array(running, dtype=np.float64), years=money.years
    )
