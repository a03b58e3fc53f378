"""Every count of people that a report prints, by unit and figure, and how the counts add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from planning.assess.study_figures import (
    bands_of,
    coverage_base,
    coverage_figures,
    one_gap_figures,
    village_figures,
    zone_figures,
)
from planning.assess.workflow import Assessment
from planning.programme.effect_figures import effect_figures, project_place
from planning.reach.coverage import BANDS_MINUTES
from planning.reach.coverage_figures import LedgerFigures
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.villages.uncovered import UncoveredVillage, uncovered_villages
from planning.report.disclosure import SAME, WHOLE, Key, Sum, hidden_figures
from planning.report.nested import nested_counts
from planning.sites.plan_figures import proposal_figures, site_figures
from planning.standards.judgement import StandardsResult
from planning.standards.standard_figures import gap_people_figure
from planning.standards.verdict import Verdict
from planning.words.figure import FEW, WITHHELD, Figure

LEAST_SHOWN = 10
"""In a published report counts of people above 0 and below this are never printed."""
MOST_VILLAGES = 10
MOST_GAPS = 5
SITED = "sited"
"""People newly covered by all proposed sites together."""
MISSED = ("off_network", "unreachable", "beyond")
PEOPLE_BASES = frozenset({"常住", "户籍", "服务", "实有"})


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of people with those that may not be printed.

    Parameters
    ----------
    people
        Unit and name -> people; a unit is a zone code, `village:CODE`, `gap:ID`, `site:ID`,
        `project:ID`, or "" for the whole.
    figures
        The figures that are printed, by the same keys, and the shares.
    sums
        How they add up.
    unprinted
        Counts that occur in sums only.
    hidden
        Keys that are not printed; empty in an internal report.
    """

    people: Mapping[Key, float]
    figures: Mapping[Key, Figure]
    sums: tuple[Sum, ...]
    unprinted: frozenset[Key]
    hidden: frozenset[Key]

    def amount(self, unit: str, name: str) -> Figure:
        """Return a count of people as it may be printed."""
        key = (unit, name)
        figure = self.figures[key]
        if key not in self.hidden:
            return figure
        return hide_small(figure) if self.people[key] < LEAST_SHOWN else withhold(figure)

    def share(self, unit: str, name: str) -> Figure:
        """Return the share of a coverage; withheld where it would give a hidden count away."""
        share = self.figures[unit, f"{name}/share"]
        is_told = {(unit, f"{name}/covered"), (unit, f"{name}/uncovered")} & self.hidden
        return withhold(share) if is_told else share


def hide_small(figure: Figure) -> Figure:
    """Return a count that may not be printed because it is one of few people."""
    return replace(figure, value=None, above=None, reason=FEW)


def withhold(figure: Figure) -> Figure:
    """Return a figure that may not be printed because a small count could be computed from it."""
    return replace(figure, value=None, above=None, reason=WITHHELD)


def tally_of(assessment: Assessment, standards: StandardsResult, *, is_public: bool) -> Tally:
    """Return all counts of a report; in a public one with those that may not be printed."""
    draft = _Draft({}, {}, [], set())
    _ledgers(draft, assessment)
    _groups(draft, assessment)
    _bands(draft, assessment)
    for verdict in standards.verdicts:
        _standard(draft, standards, verdict)
    _standard_sums(draft, standards)
    _villages(draft, assessment)
    _gaps(draft, assessment)
    _sites(draft, assessment)
    for effect in standards.evidence.programme.effects:
        found = effect_figures(effect, coverage_base(assessment, assessment.analysis_mode))
        draft.add(project_place(effect), "gaining", found.gaining)
        draft.add(project_place(effect), "losing", found.losing)
    _nested(draft, assessment)
    sums, unprinted = tuple(draft.sums), frozenset(draft.unprinted)
    hidden: frozenset[Key] = frozenset()
    if is_public:
        precious = {key for key in draft.people if _is_precious(key, assessment)}
        hidden = hidden_figures(
            draft.people,
            sums,
            unprinted=unprinted,
            precious=precious,
            public={(WHOLE, "input")},
            least=LEAST_SHOWN,
        )
    return Tally(draft.people, draft.figures, sums, unprinted, hidden)


def _is_precious(key: Key, assessment: Assessment) -> bool:
    """Return whether a count is one the report is read for."""
    unit, figure = key
    if figure in {"input", "outside", "inside"}:
        return not unit.startswith("village:")
    covered = f"{assessment.analysis_mode}/covered"
    return key == (WHOLE, covered)


def listed_villages(assessment: Assessment, zone: int) -> list[UncoveredVillage]:
    """Return the villages of a zone with uncovered people that its page lists, worst first."""
    ledgers = assessment.modes[assessment.analysis_mode].village_ledgers[ALL_PEOPLE]
    rows = uncovered_villages(assessment.dataset.villages, ledgers)
    return [row for row in rows if row.zone == zone][:MOST_VILLAGES]


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    people: dict[Key, float]
    figures: dict[Key, Figure]
    sums: list[Sum]
    unprinted: set[Key]

    def add(self, unit: str, name: str, figure: Figure) -> None:
        """Add a count that is printed; one that is not known tells nothing."""
        self.figures[unit, name] = figure
        if figure.value is not None:
            self.people[unit, name] = figure.value

    def add_sum(self, total: Key, parts: tuple[Key, ...]) -> None:
        """Add a sum where the counts are known and really make one."""
        if total not in self.people or not all(part in self.people for part in parts):
            return
        added = sum(self.people.get(part, 0.0) for part in parts)
        if np.isclose(added, self.people.get(total, 0.0), rtol=1e-9, atol=1e-6):
            self.sums.append(Sum(total, parts))

    def add_ledger(self, unit: str, name: str, found: LedgerFigures) -> None:
        """Add the counts of one ledger under a name, but for the people inside."""
        for field in (*MISSED, "covered", "uncovered"):
            self.add(unit, f"{name}/{field}", getattr(found, field))
        self.figures[unit, f"{name}/share"] = found.share
        self.figures[unit, f"{name}/unknown"] = found.unknown
        missed = tuple((unit, f"{name}/{field}") for field in MISSED)
        self.add_sum((unit, f"{name}/uncovered"), missed)


def _ledgers(draft: _Draft, assessment: Assessment) -> None:
    """Add the ledger of every mode, zone by zone and whole."""
    codes = assessment.dataset.zones.code
    for mode in assessment.modes:
        whole = coverage_figures(assessment, mode)
        draft.add(WHOLE, "input", whole.all)
        draft.add(WHOLE, "outside", whole.outside)
        for unit, found in _units(assessment, mode):
            draft.add(unit, "inside", found.inside)
            draft.add_ledger(unit, mode, found)
            parts = ((unit, f"{mode}/covered"), (unit, f"{mode}/uncovered"))
            draft.add_sum((unit, "inside"), parts)
        for field in (*MISSED, "covered", "uncovered"):
            _over_zones(draft, codes, f"{mode}/{field}")
    _over_zones(draft, codes, "inside")
    draft.add_sum((WHOLE, "input"), ((WHOLE, "inside"), (WHOLE, "outside")))


def _units(
    assessment: Assessment, mode: str, group: str = ALL_PEOPLE
) -> Iterator[tuple[str, LedgerFigures]]:
    """Yield the coverage of the whole study and of its zones, each with its unit."""
    yield WHOLE, coverage_figures(assessment, mode, group=group)
    for zone, code in enumerate(assessment.dataset.zones.code):
        yield code, zone_figures(assessment, mode, zone, group=group)


def _over_zones(draft: _Draft, codes: tuple[str, ...], figure: str) -> None:
    draft.add_sum((WHOLE, figure), tuple((code, figure) for code in codes))


def _groups(draft: _Draft, assessment: Assessment) -> None:
    """Add people and uncovered people of the group layers in the mode of the analysis."""
    codes = assessment.dataset.zones.code
    for group in assessment.dataset.demand.groups:
        for unit, found in _units(assessment, assessment.analysis_mode, group):
            for name in ("inside", "covered", "uncovered"):
                draft.add(unit, f"{group}/{name}", getattr(found, name))
            parts = ((unit, f"{group}/covered"), (unit, f"{group}/uncovered"))
            draft.add_sum((unit, f"{group}/inside"), parts)
        for name in ("inside", "covered", "uncovered"):
            _over_zones(draft, codes, f"{group}/{name}")


def _bands(draft: _Draft, assessment: Assessment) -> None:
    """Add the people within each band of minutes; the steps between bands are told by them."""
    for mode in assessment.modes:
        before: Key | None = None
        for minutes, figure in zip(BANDS_MINUTES, bands_of(assessment, mode), strict=True):
            key, people = (WHOLE, f"{mode}/within_{minutes}"), figure.value
            draft.add(*key, figure)
            if people is None:
                continue
            step = (WHOLE, f"{mode}/step_{minutes}")
            draft.people[step] = people - (draft.people[before] if before else 0.0)
            draft.unprinted.add(step)
            draft.add_sum(key, (before, step) if before else (step,))
            before = key
        later = (WHOLE, f"{mode}/later")
        if before is not None:
            draft.people[later] = max(draft.people[WHOLE, "inside"] - draft.people[before], 0.0)
            draft.unprinted.add(later)
            draft.add_sum((WHOLE, "inside"), (before, later))


def is_of_people(standards: StandardsResult, verdict: Verdict) -> bool:
    """Return whether a verdict's share is one of people, so that it tells how many."""
    _, standard = standards.standard_of(verdict)
    return standard.base in PEOPLE_BASES and standard.unit == "%"


def _standard(draft: _Draft, standards: StandardsResult, verdict: Verdict) -> None:
    unit, name = verdict.zone_code, verdict.standard_id
    gap = gap_people_figure(verdict)
    if gap is not None:
        draft.add(unit, f"{name}/gap", gap)
    part, whole = verdict.numerator, verdict.denominator
    if part is None or whole is None or whole < part or not is_of_people(standards, verdict):
        return
    draft.people[unit, f"{name}/part"] = part
    draft.people[unit, f"{name}/rest"] = whole - part
    draft.people[unit, f"{name}/whole"] = whole
    draft.add_sum((unit, f"{name}/whole"), ((unit, f"{name}/part"), (unit, f"{name}/rest")))


def _standard_sums(draft: _Draft, standards: StandardsResult) -> None:
    for name, verdicts in standards.by_standard().items():
        codes = tuple(verdict.zone_code for verdict in verdicts if verdict.zone_code)
        for figure in ("gap", "part", "rest", "whole"):
            if (WHOLE, f"{name}/{figure}") in draft.people and codes:
                _over_zones(draft, codes, f"{name}/{figure}")


def _villages(draft: _Draft, assessment: Assessment) -> None:
    """Add the listed villages, and what is left of each zone when they are taken out."""
    dataset, mode = assessment.dataset, assessment.analysis_mode
    groups = tuple(dataset.demand.groups)
    for zone, code in enumerate(dataset.zones.code):
        rows = listed_villages(assessment, zone)
        for row in rows:
            unit = f"village:{row.code}"
            village = village_figures(assessment, mode, row.index)
            draft.add(unit, "inside", village.inside)
            draft.add(unit, f"{mode}/uncovered", village.uncovered)
            draft.people[unit, f"{mode}/covered"] = row.people_covered
            draft.unprinted.add((unit, f"{mode}/covered"))
            parts = ((unit, f"{mode}/covered"), (unit, f"{mode}/uncovered"))
            draft.add_sum((unit, "inside"), parts)
            for name in groups:
                own = village_figures(assessment, mode, row.index, group=name)
                draft.add(unit, f"{name}/inside", own.inside)
        names = ("inside", f"{mode}/uncovered", *(f"{name}/inside" for name in groups))
        for name in names:
            _rest_of_zone(draft, code, [f"village:{row.code}" for row in rows], name)


def _gaps(draft: _Draft, assessment: Assessment) -> None:
    """Add the listed gaps as parts of the uncovered people of their zones."""
    listed = assessment.gaps[:MOST_GAPS]
    whole = f"{assessment.analysis_mode}/uncovered"
    for gap in listed:
        draft.add(f"gap:{gap.gap_id}", whole, one_gap_figures(assessment, gap).people)
    for zone, code in enumerate(assessment.dataset.zones.code):
        units = [f"gap:{gap.gap_id}" for gap in listed if gap.zone == zone]
        _rest_of_zone(draft, code, units, whole)


def _nested(draft: _Draft, assessment: Assessment) -> None:
    """Add what lies between counts of which one is part of the other: all can subtract."""
    codes = assessment.dataset.zones.code
    villages = sorted({unit for unit, _ in draft.people if unit.startswith("village:")})
    names: dict[str, None] = {}
    for inner, outer in nested_counts(assessment, [WHOLE, *codes, *villages]):
        if inner in draft.people and outer in draft.people:
            rest = (outer[0], f"{outer[1]} but {inner[1]}")
            draft.people[rest] = round(max(draft.people[outer] - draft.people[inner], 0.0), SAME)
            draft.unprinted.add(rest)
            draft.add_sum(outer, (inner, rest))
            names[rest[1]] = None
    for name in names:
        if all((unit, name) in draft.people for unit in (WHOLE, *codes)):
            _over_zones(draft, codes, name)


def _sites(draft: _Draft, assessment: Assessment) -> None:
    """Add the people of each proposed site and of all together."""
    proposal = assessment.proposal
    units = [f"site:{proposal.candidates.id[site.candidate]}" for site in proposal.sites]
    for unit, site in zip(units, proposal.sites, strict=True):
        found = site_figures(proposal, site)
        draft.add(unit, "reached", found.reached)
        draft.add(unit, "new", found.only)
    draft.add(WHOLE, SITED, proposal_figures(proposal).newly)
    for figure in ("reached", "new"):
        draft.add_sum((WHOLE, SITED), tuple((unit, figure) for unit in units))


def _rest_of_zone(draft: _Draft, code: str, units: list[str], figure: str) -> None:
    """Add the people of a zone outside what is listed: nobody prints them, all can tell."""
    if (code, figure) not in draft.people:  # no point counts: it is unknown
        return
    rest = draft.people[code, figure] - sum(draft.people[unit, figure] for unit in units)
    if not units or rest < 0:
        return
    kind = units[0].partition(":")[0]
    key = (code, f"rest of {len(units)} {kind}/{figure}")
    draft.people[key] = rest
    draft.unprinted.add(key)
    draft.add_sum((code, figure), (key, *((unit, figure) for unit in units)))
