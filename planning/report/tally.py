"""Every count of people that a report prints, by unit and figure, and how the counts add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planning.assess.workflow import Assessment
from planning.programme.projects import ProjectEffect
from planning.reach.coverage import Ledger
from planning.reach.mode_input import ALL_PEOPLE
from planning.reach.villages.cover import VillageRow
from planning.reach.villages.members import members_of
from planning.report.disclosure import WHOLE, Key, Sum, hidden_figures
from planning.report.entries import LEAST_SHOWN, Amount, Kind, Mark
from planning.standards.judgement import StandardsResult
from planning.standards.paragraphs import worst_villages
from planning.standards.verdict import Verdict

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
        Unit and figure -> people; a unit is a zone code, `village:CODE`, `gap:ID`, `site:ID`,
        `project:ID`, or "" for the whole.
    sums
        How they add up.
    unprinted
        Counts that occur in sums only.
    hidden
        Keys that are not printed; empty in an internal report.
    """

    people: Mapping[Key, float]
    sums: tuple[Sum, ...]
    unprinted: frozenset[Key]
    hidden: frozenset[Key]

    def amount(self, unit: str, figure: str) -> Amount:
        """Return a count of people as it may be printed."""
        key = (unit, figure)
        if key in self.hidden:
            return Amount(None, "people", self.mark(key))
        return Amount(self.people.get(key), "people")

    def mark(self, key: Key) -> Mark:
        """Return why a hidden count is not printed."""
        return "small" if self.people[key] < LEAST_SHOWN else "withheld"

    def share(self, unit: str, part: str, rest: str, share: float | None) -> Amount:
        """Return a share; withheld where one of the counts it would give away is hidden."""
        if (unit, part) in self.hidden or (unit, rest) in self.hidden:
            return Amount(None, "share", "withheld")
        return Amount(share, "share")

    def guarded(self, unit: str, figure: str, value: float | None, kind: Kind) -> Amount:
        """Return a figure that stands or falls with a count of people."""
        if (unit, figure) in self.hidden:
            return Amount(None, kind, "withheld")
        return Amount(value, kind)


def tally_of(assessment: Assessment, standards: StandardsResult, *, is_public: bool) -> Tally:
    """Return all counts of a report; in a public one with those that may not be printed."""
    draft = _Draft({}, [], set())
    _ledgers(draft, assessment)
    _groups(draft, assessment)
    _bands(draft, assessment)
    for verdict in standards.verdicts:
        _standard(draft, standards, verdict)
    _standard_sums(draft, standards)
    _villages(draft, assessment, standards)
    _gaps(draft, assessment)
    _sites(draft, assessment)
    for effect in standards.evidence.programme.effects:
        draft.people[project_unit(effect), "gaining"] = effect.gaining_after
        draft.people[project_unit(effect), "losing"] = effect.losing_after
    sums, unprinted = tuple(draft.sums), frozenset(draft.unprinted)
    hidden: frozenset[Key] = frozenset()
    if is_public:
        precious = {key for key in draft.people if _is_precious(key, assessment)}
        hidden = hidden_figures(
            draft.people, sums, unprinted=unprinted, precious=precious, least=LEAST_SHOWN
        )
    return Tally(draft.people, sums, unprinted, hidden)


def _is_precious(key: Key, assessment: Assessment) -> bool:
    """Return whether a count is one the report is read for."""
    unit, figure = key
    if figure in {"input", "outside", "inside"}:
        return not unit.startswith("village:")
    covered = f"{assessment.analysis_mode}/covered"
    return (unit.startswith("village:") and figure == "uncovered") or key == (WHOLE, covered)


def project_unit(effect: ProjectEffect) -> str:
    """Return the unit under which the people of a project are counted."""
    return f"project:{effect.project.project_id}"


def listed_villages(standards: StandardsResult, zone: int) -> list[VillageRow]:
    """Return the uncovered villages of a zone that its page lists, worst first."""
    cover = standards.evidence.cover
    rows = [] if cover is None else worst_villages(cover)
    return [row for row in rows if row.zone == zone][:MOST_VILLAGES]


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    people: dict[Key, float]
    sums: list[Sum]
    unprinted: set[Key]

    def add_sum(self, total: Key, parts: tuple[Key, ...]) -> None:
        """Add a sum where the counts are known and really make one."""
        if total not in self.people or not all(part in self.people for part in parts):
            return
        added = sum(self.people.get(part, 0.0) for part in parts)
        if np.isclose(added, self.people.get(total, 0.0), rtol=1e-9, atol=1e-6):
            self.sums.append(Sum(total, parts))

    def add_ledger(self, unit: str, name: str, row: Ledger) -> None:
        """Add the counts of one ledger under a name, but for the people inside."""
        if row.covered is None:  # no point counts: nothing is known that could be printed
            return
        fields = (*MISSED, "covered")
        self.people.update({(unit, f"{name}/{field}"): getattr(row, field) for field in fields})
        self.people[unit, f"{name}/uncovered"] = sum(getattr(row, field) for field in MISSED)
        missed = tuple((unit, f"{name}/{field}") for field in MISSED)
        self.add_sum((unit, f"{name}/uncovered"), missed)


def _ledgers(draft: _Draft, assessment: Assessment) -> None:
    """Add the ledger of every mode, zone by zone and whole."""
    codes = assessment.dataset.zones.code
    for mode, result in assessment.modes.items():
        whole = result.coverage[0].ledger
        draft.people[WHOLE, "input"] = whole.input
        draft.people[WHOLE, "outside"] = whole.outside
        draft.people[WHOLE, "inside"] = whole.inside
        rows = [(WHOLE, whole), *zip(codes, result.zone_ledgers[ALL_PEOPLE], strict=True)]
        for unit, row in rows:
            draft.people[unit, "inside"] = row.inside
            draft.add_ledger(unit, mode, row)
            parts = ((unit, f"{mode}/covered"), (unit, f"{mode}/uncovered"))
            draft.add_sum((unit, "inside"), parts)
        for field in (*MISSED, "covered", "uncovered"):
            _over_zones(draft, codes, f"{mode}/{field}")
    _over_zones(draft, codes, "inside")
    draft.add_sum((WHOLE, "input"), ((WHOLE, "inside"), (WHOLE, "outside")))


def _over_zones(draft: _Draft, codes: tuple[str, ...], figure: str) -> None:
    draft.add_sum((WHOLE, figure), tuple((code, figure) for code in codes))


def _groups(draft: _Draft, assessment: Assessment) -> None:
    """Add people and uncovered people of the group layers in the mode of the analysis."""
    codes = assessment.dataset.zones.code
    result = assessment.modes[assessment.analysis_mode]
    for figure in result.coverage[1:]:
        rows = [(WHOLE, figure.ledger)]
        rows += zip(codes, result.zone_ledgers[figure.group], strict=True)
        for unit, row in rows:
            draft.people[unit, f"{figure.group}/inside"] = row.inside
            if row.covered is not None and row.uncovered is not None:
                draft.people[unit, f"{figure.group}/covered"] = row.covered
                draft.people[unit, f"{figure.group}/uncovered"] = row.uncovered
            parts = ((unit, f"{figure.group}/covered"), (unit, f"{figure.group}/uncovered"))
            draft.add_sum((unit, f"{figure.group}/inside"), parts)
        for name in ("inside", "covered", "uncovered"):
            _over_zones(draft, codes, f"{figure.group}/{name}")


def _bands(draft: _Draft, assessment: Assessment) -> None:
    """Add the people within each band of minutes; the steps between bands are told by them."""
    for mode, result in assessment.modes.items():
        before: Key | None = None
        for minutes, people in result.people_within:
            key = (WHOLE, f"{mode}/within_{minutes}")
            step = (WHOLE, f"{mode}/step_{minutes}")
            draft.people[key] = people
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
    if verdict.gap_people is not None:
        draft.people[unit, f"{name}/gap"] = verdict.gap_people
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


def _villages(draft: _Draft, assessment: Assessment, standards: StandardsResult) -> None:
    """Add the listed villages, and what is left of each zone when they are taken out."""
    dataset = assessment.dataset
    if dataset.villages is None:
        return
    members = members_of(dataset.villages, dataset.demand)
    n = len(dataset.villages)
    inside = members >= 0
    groups = {
        name: np.bincount(members[inside], people[inside], minlength=n)
        for name, people in dataset.demand.groups.items()
    }
    index = {code: i for i, code in enumerate(dataset.villages.code)}
    for zone, code in enumerate(dataset.zones.code):
        rows = listed_villages(standards, zone)
        for row in rows:
            unit = f"village:{row.code}"
            draft.people[unit, "inside"] = row.people
            draft.people[unit, "uncovered"] = row.people - row.people_covered
            draft.people[unit, "covered"] = row.people_covered
            draft.unprinted.add((unit, "covered"))
            draft.add_sum((unit, "inside"), ((unit, "covered"), (unit, "uncovered")))
            for name, people in groups.items():
                draft.people[unit, f"{name}/inside"] = float(people[index[row.code]])
        names = ("inside", *(f"{name}/inside" for name in groups))
        for name in names:
            _rest_of_zone(draft, code, [f"village:{row.code}" for row in rows], name)


def _gaps(draft: _Draft, assessment: Assessment) -> None:
    """Add the listed gaps as parts of the uncovered people of their zones."""
    listed = assessment.gaps[:MOST_GAPS]
    whole = f"{assessment.analysis_mode}/uncovered"
    for gap in listed:
        draft.people[f"gap:{gap.gap_id}", whole] = gap.people
    for zone, code in enumerate(assessment.dataset.zones.code):
        units = [f"gap:{gap.gap_id}" for gap in listed if gap.zone == zone]
        _rest_of_zone(draft, code, units, whole)


def _sites(draft: _Draft, assessment: Assessment) -> None:
    """Add the people of each proposed site and of all together."""
    proposal = assessment.proposal
    units = [f"site:{proposal.candidates.id[site.candidate]}" for site in proposal.sites]
    for unit, site in zip(units, proposal.sites, strict=True):
        draft.people[unit, "reached"] = site.reached_people
        draft.people[unit, "new"] = site.new_people
    draft.people[WHOLE, SITED] = proposal.people.newly
    for figure in ("reached", "new"):
        draft.add_sum((WHOLE, SITED), tuple((unit, figure) for unit in units))


def _rest_of_zone(draft: _Draft, code: str, units: list[str], figure: str) -> None:
    """Add the people of a zone outside what is listed: nobody prints them, all can tell."""
    if (code, figure) not in draft.people:  # no point counts: it is unknown
        return
    rest = draft.people[code, figure] - sum(draft.people[unit, figure] for unit in units)
    if not units or rest < 0:
        return
    key = (code, f"rest of {len(units)}/{figure}")
    draft.people[key] = rest
    draft.unprinted.add(key)
    draft.add_sum((code, figure), (key, *((unit, figure) for unit in units)))
