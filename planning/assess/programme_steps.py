"""How coverage moves as projects are done, one after another, as figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planning.assess.study_figures import coverage_figures
from planning.assess.workflow import Assessment
from planning.programme.effect_figures import project_place
from planning.programme.projects import Programme
from planning.words.figure import NOBODY, Figure


@dataclass(frozen=True, slots=True)
class Step:
    """Coverage after a project: its name and day (empty: now), people covered, share, increase."""

    name: str
    opens_on: str
    covered: Figure
    share: Figure
    more: Figure


def programme_steps(assessment: Assessment, programme: Programme) -> tuple[Step, ...]:
    """Return the coverage of the analysis mode now and after each project in its order.

    What a project gains and loses is counted after all earlier ones, so that the steps add up.
    """
    now = coverage_figures(assessment, assessment.analysis_mode)
    inside, covered = now.inside.value or 0.0, now.covered.value
    if covered is None:  # no point counts: what a project adds to it is unknown, too
        return ()
    nothing = Figure("projects_people_more", now.share.base, 0.0)
    steps = [Step("", "", now.covered, now.share, nothing)]
    for effect in programme.effects:
        covered += effect.gaining_after - effect.losing_after
        base = replace(now.share.base, detail=f"after {project_place(effect)}")
        share = covered / inside if inside > 0 else None
        steps.append(
            Step(
                effect.project.name,
                effect.project.opens_on or "",
                Figure("people_covered", base, covered),
                Figure("coverage_share", base, share, reason="" if share is not None else NOBODY),
                Figure("projects_people_more", base, covered - (now.covered.value or 0.0)),
            )
        )
    return tuple(steps)
