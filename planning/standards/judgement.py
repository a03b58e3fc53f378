"""Every standard of the presets judged on one study: the matrix of zones and standards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from geo.errors import Finding
from planning.reach.villages.service_words import SERVICES
from planning.reach.villages.services import read_services
from planning.standards.catalogue import Preset, Standard, binds, load_presets
from planning.standards.measures.evidence import Evidence, StandardsInput, measure
from planning.standards.measures.indicator_measures import centres_reaching, indicator
from planning.standards.measures.institutions import (
    Subject,
    clinics_standardised,
    opening_share,
    service_share,
    subsidy,
)
from planning.standards.measures.network_measures import (
    projects_done,
    service_people,
    sole_doctor,
    tier_coverage,
    village_coverage,
    village_modes,
)
from planning.standards.reported import ReportedRow
from planning.standards.reported_figures import compare_reported
from planning.standards.verdict import Note, Status, Verdict, for_place

Measure: TypeAlias = Callable[[Subject], list[Verdict]]

MEASURE_FUNCTIONS: dict[str, Measure] = {
    "n1": service_people,
    "village_modes": village_modes,
    "village_coverage": village_coverage,
    "clinics_standardised": clinics_standardised,
    "projects_done": projects_done,
    "sole_doctor": sole_doctor,
    "window_share": opening_share,
    "service_share": service_share,
    "centres_reaching": centres_reaching,
    "tier_coverage": tier_coverage,
    "indicator": indicator,
    "subsidy": subsidy,
}
"""What computes each measure of `planning.standards.catalogue.MEASURES`."""

OF_POINTS = frozenset({"village_modes", "village_coverage", "sole_doctor", "tier_coverage"})
"""Measures of who is near a point."""


@dataclass(frozen=True, slots=True, eq=False)
class StandardsResult:
    """All verdicts with the evidence they stand on.

    Parameters
    ----------
    presets
        The presets judged.
    bound
        Full id of every standard whose document binds the study's place.
    verdicts
        By preset, standard, then the whole study before its zones in order of code.
    evidence
        Villages, exits, week, services, programme.
    reported
        Reported figures beside the computed ones.
    findings
        Hours that cannot be read and the like.
    """

    presets: tuple[Preset, ...]
    bound: frozenset[str]
    verdicts: tuple[Verdict, ...]
    evidence: Evidence
    reported: tuple[ReportedRow, ...]
    findings: tuple[Finding, ...]

    def standard_of(self, verdict: Verdict) -> tuple[Preset, Standard]:
        """Return the preset and the standard a verdict answers."""
        preset_id, _, standard_id = verdict.standard_id.partition("/")
        preset = next(row for row in self.presets if row.preset.id == preset_id)
        return preset, next(row for row in preset.standard if row.id == standard_id)

    def whole(self) -> tuple[Verdict, ...]:
        """Return the verdicts on the whole study."""
        return tuple(verdict for verdict in self.verdicts if not verdict.zone_code)

    def by_standard(self) -> Mapping[str, tuple[Verdict, ...]]:
        """Return the verdicts of each standard, the whole study first."""
        rows: dict[str, tuple[Verdict, ...]] = {}
        for verdict in self.verdicts:
            rows[verdict.standard_id] = (*rows.get(verdict.standard_id, ()), verdict)
        return rows


def assess_standards(
    given: StandardsInput, *, presets: Sequence[Preset] | None = None
) -> StandardsResult:
    """Judge every computed standard of the presets on a study.

    Parameters
    ----------
    given
        Dataset, ready travel times and parameters.
    presets
        Presets to judge; those that are shipped by default.

    Returns
    -------
    StandardsResult
        A standard whose inputs are missing says so and is never left out.
    """
    presets = load_presets() if presets is None else presets
    evidence = measure(given)
    zone_codes = given.dataset.zones.code
    verdicts: list[Verdict] = []
    bound: set[str] = set()
    for preset in presets:
        for standard in preset.standard:
            full_id = preset.full_id(standard)
            is_bound = binds(preset.document_of(standard), zone_codes, as_of=given.as_of)
            bound |= {full_id} if is_bound else set()
            if standard.treatment != "computed":
                continue
            subject = Subject(evidence, standard, full_id, presets)
            rows = _judge(subject)
            verdicts += [_finished(row, standard, given, is_bound=is_bound) for row in rows]
    return StandardsResult(
        presets=tuple(presets),
        bound=frozenset(bound),
        verdicts=tuple(verdicts),
        evidence=evidence,
        reported=compare_reported(evidence, presets),
        findings=(*evidence.opening.findings, *service_findings(given, presets)),
    )


def _judge(subject: Subject) -> Sequence[Verdict]:
    """Return the verdicts of one standard; unknown where it hangs on points and none counts."""
    measure_name = subject.standard.measure
    if measure_name in OF_POINTS and not subject.evidence.points.any():
        return [subject.verdict(-1, Status.UNDECIDABLE, missing=("points",))]
    return MEASURE_FUNCTIONS[measure_name](subject)


def service_findings(given: StandardsInput, presets: Sequence[Preset]) -> tuple[Finding, ...]:
    """Return the words of lists that may mean two things, for the services that are judged."""
    facilities = given.dataset.facilities
    asked = [
        key for preset in presets for row in preset.standard for key in (*row.parts, row.among)
    ]
    return tuple(
        Finding(
            "service_word_unclear",
            (("word", word), ("service", SERVICES[key].name)),
            column="services",
            rows=ids,
        )
        for key in dict.fromkeys(asked)
        if key in SERVICES
        for word, ids in read_services(facilities, key).unclear
    )


def _finished(
    verdict: Verdict, standard: Standard, given: StandardsInput, *, is_bound: bool
) -> Verdict:
    """Return a verdict for the place, with what the standard itself makes one note."""
    notes = list(verdict.notes)
    year = standard.target_year
    is_dated = any(note.code.startswith("data_") for note in notes)
    if not verdict.zone_code:
        if year is not None and not is_dated and year != given.year:
            code = "target_year_passed" if year < given.year else "target_year_ahead"
            notes.append(Note(code, (("year", year),)))
        if standard.baseline is not None and standard.baseline_year is not None:
            params = (("year", standard.baseline_year), ("value", standard.baseline))
            notes.append(Note("baseline", params))
        if not standard.is_verified:
            notes.append(Note("not_verified"))
    return for_place(
        replace(verdict, notes=tuple(notes)), standard, is_bound=is_bound, year=given.year
    )
