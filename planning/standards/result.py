"""The result of a study: the one value that maps, report, cli and pages are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from geo.errors import Finding, Progress
from planning.assess.study_figures import assessment_figures, coverage_base
from planning.assess.workflow import Assessment
from planning.reach.villages.village_figures import (
    VillagesFigures,
    uncovered_figure,
    village_base,
    villages_figures,
)
from planning.standards.assessment import standards_of
from planning.standards.judgement import StandardsResult
from planning.standards.standard_figures import VerdictFigures, verdict_figures
from planning.standards.verdict import Verdict
from planning.words.figure import Base, Figure, each


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What an assessment found, how the standards judge it, and what is wrong with the data.

    Parameters
    ----------
    assessment
        Coverage, ratios, gaps and sites.
    standards
        All verdicts with their evidence.
    findings
        What the audit found, the gravest first; empty where no audit was made.
    """

    assessment: Assessment
    standards: StandardsResult
    findings: tuple[Finding, ...] = ()

    def figures(self) -> Iterator[Figure]:
        """Yield every figure of the result; one that several rooms make comes more than once."""
        yield from assessment_figures(self.assessment)
        base = self._base()
        for mode, cover in self.standards.evidence.covers.items():
            yield from self.villages(None, mode=mode)
            for zone in range(len(self.assessment.dataset.zones)):
                yield from self.villages(zone, mode=mode)
            own = village_base(cover, coverage_base(self.assessment, mode))
            yield from (uncovered_figure(row, own) for row in cover.judged)
        for verdict in self.standards.verdicts:
            yield from each(self.verdict(verdict))
        for effect in self.standards.evidence.programme.effects:
            own = replace(base, place=f"project:{effect.project.project_id}")
            name = effect.project.name
            gained, lost = effect.gaining_after, effect.losing_after
            yield Figure("project_people_gaining", own, gained, place_name=name)
            yield Figure("project_people_losing", own, lost, place_name=name)

    def verdict(self, verdict: Verdict) -> VerdictFigures:
        """Return the figures of one verdict."""
        _, standard = self.standards.standard_of(verdict)
        return verdict_figures(standard, verdict, Base(state="today", date=self._base().date))

    def villages(self, zone: int | None, *, mode: str = "") -> VillagesFigures | tuple[()]:
        """Return the cover of the villages of a zone (None: of all); () without villages."""
        mode = mode or self.assessment.analysis_mode
        cover = self.standards.evidence.covers.get(mode)
        if cover is None:
            return ()
        zones = self.assessment.dataset.zones
        rows = [row for row in cover.judged if zone is None or row.zone == zone]
        code, name = ("", "") if zone is None else (zones.code[zone], zones.name[zone])
        base = village_base(cover, coverage_base(self.assessment, mode, place=code))
        return villages_figures(rows, base, name)

    def _base(self) -> Base:
        return coverage_base(self.assessment, self.assessment.analysis_mode)


def result_of(
    assessment: Assessment,
    *,
    standards: StandardsResult | None = None,
    findings: tuple[Finding, ...] = (),
    progress: Progress | None = None,
) -> Result:
    """Return the result of an assessment; its standards are judged unless they are given.

    Raises
    ------
    StudyError
        When the study names a preset that cannot be read.
    Cancelled
        When `progress` raises it.
    """
    judged = standards or standards_of(assessment, progress=progress)
    return Result(assessment, judged, findings)
