"""The projects as the page shows them: names instead of codes, shares in per cent."""

from __future__ import annotations

from planning.figures import share_percent
from planning.report.programme import programme_steps
from planning.sheets import Sheet, sheet_of
from planning.verdicts.evidence_sheets import (
    CIRCLE_HEADERS,
    PROJECT_HEADERS,
    circle_cells,
    project_cells,
)
from planning.verdicts.judgement import StandardsResult
from planning.wording import Translate, msgid
from planning.workflow import Assessment


def projects_sheet(assessment: Assessment, result: StandardsResult, translate: Translate) -> Sheet:
    """Return the projects in their order with what each changes."""
    headers = (
        *PROJECT_HEADERS,
        msgid("Share covered after it (%)"),
        msgid("Village coverage after it (%)"),
        *CIRCLE_HEADERS,
    )
    names = assessment.dataset.facilities.name
    effects = result.evidence.programme.effects
    rows = [
        (
            *project_cells(effect, names, translate),
            share_percent(step.share),
            share_percent(effect.figures_after.get("village_coverage")),
            *circle_cells(result, translate),
        )
        for effect, step in zip(effects, programme_steps(assessment, result)[1:], strict=True)
    ]
    return sheet_of(msgid("Programme"), headers, rows, translate)
