"""The question of a study in numbers: who may be chosen, under which rules, at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.errors import StudyError
from data.study.siting import SitingTable
from data.study.tables import Study
from data.types import Dataset, Floats, Ints
from geo.errors import Finding
from geo.snap import Snaps
from planning.reach.mode_input import ModeInput
from planning.reach.scenario import Mask
from planning.reach.villages.members import members_of
from planning.sites.candidates import CandidateSites, no_candidates, site_kind
from planning.sites.costs import site_costs
from planning.sites.generation import Candidacy, closable, find_candidates
from planning.solver import SiteRules

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
        (n,) cost of each option over the years of the plan.
    weight
        (n_demand,) how much a person of each point counts, from the weights by group; 1 for all.
    village
        (n_demand,) administrative village, -1 where there is none.
    stays
        (n_facilities,) open points that the plan may not give up.
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
    stays: Mask
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


def question_of(study: Study, mode: ModeInput) -> Question:
    """Return the question of a study.

    Raises
    ------
    StudyError
        With every name that does not exist and every rule that cannot be kept.
    """
    return _question(study, mode, find_candidates(study, mode))


def empty_question(study: Study, mode: ModeInput) -> Question:
    """Return the question of a study whose own cannot be asked: nothing may be built."""
    asked = study.siting
    plain = SitingTable(mode=asked.mode, minutes=asked.minutes, kind=asked.kind)
    nowhere = mode.demand_snaps.take(np.zeros(0, np.int64))
    found = Candidacy(no_candidates(), nowhere, {})
    return _question(replace(study, siting=plain), mode, found)


def _question(study: Study, mode: ModeInput, found: Candidacy) -> Question:
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
        cost_yuan=site_costs(table, found.sites),
        weight=_weight(table, dataset),
        village=(
            np.full(len(dataset.demand), -1, dtype=np.int32)
            if dataset.villages is None
            else members_of(dataset.villages, dataset.demand)
        ),
        stays=mode.points & ~closable(study, mode),
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
