"""How coverage moves as projects are done, one after another."""

from __future__ import annotations

from dataclasses import dataclass

from planning.verdicts.assess import StandardsResult
from planning.workflow import Assessment


@dataclass(frozen=True, slots=True)
class Step:
    """Coverage after a project: its name (empty: now), people covered and their share."""

    name: str
    covered: float
    share: float | None


def programme_steps(assessment: Assessment, result: StandardsResult) -> tuple[Step, ...]:
    """Return the coverage of the analysis mode now and after each project in its order.

    What a project gains and loses is counted after all earlier ones, so that the steps add up.
    """
    counted = assessment.modes[assessment.analysis_mode].coverage[0].ledger
    inside, covered = counted.inside, counted.covered
    steps = [Step("", covered, counted.share)]
    for effect in result.evidence.programme.effects:
        covered += effect.gaining_after - effect.losing_after
        share = covered / inside if inside > 0 else None
        steps.append(Step(effect.project.name, covered, share))
    return tuple(steps)
