"""The result of a study: the one value that maps, report, cli and pages are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from geo.errors import Finding, Progress
from planning.assess.programme_steps import programme_steps
from planning.assess.study_figures import assessment_figures, coverage_base, villages_of
from planning.assess.workflow import Assessment
from planning.programme.effect_figures import effect_figures
from planning.reach.villages.village_figures import (
    uncovered_figure,
    village_base,
)
from planning.standards.assessment import standards_of
from planning.standards.judgement import StandardsResult
from planning.standards.standard_figures import VerdictFigures, verdict_figures
from planning.standards.verdict import Verdict
from planning.words.figure import Base, Figure, each
from planning.words.wording import msgid


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
            for zone in (None, *range(len(self.assessment.dataset.zones))):
                yield from villages_of(self.assessment, cover, zone)
            own = village_base(cover, coverage_base(self.assessment, mode))
            yield from (uncovered_figure(row, own) for row in cover.judged)
        for verdict in self.standards.verdicts:
            yield from each(self.verdict(verdict))
        for effect in self.standards.evidence.programme.effects:
            yield from effect_figures(effect, base)
        for step in programme_steps(self.assessment, self.standards.evidence.programme):
            yield from (step.covered, step.share, step.more)

    def verdict(self, verdict: Verdict) -> VerdictFigures:
        """Return the figures of one verdict."""
        _, standard = self.standards.standard_of(verdict)
        return verdict_figures(standard, verdict)

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
    if standards is None and progress is not None:
        progress(msgid("Judging standards"), 0, 1)
    judged = standards or standards_of(assessment, progress=progress)
    return Result(assessment, judged, findings)
