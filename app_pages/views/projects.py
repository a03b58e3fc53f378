"""The projects as the page shows them: names instead of codes, shares in per cent."""

from __future__ import annotations

from planning.assess.programme_steps import programme_steps
from planning.assess.workflow import Assessment
from planning.standards.evidence_sheets import (
    CIRCLE_HEADERS,
    PROJECT_HEADERS,
    circle_cells,
    project_cells,
)
from planning.standards.judgement import StandardsResult
from planning.words.figures import share_percent
from planning.words.tables import Table, table_of
from planning.words.wording import Translate, msgid


def projects_sheet(assessment: Assessment, result: StandardsResult, translate: Translate) -> Table:
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
            step.share,
            share_percent(effect.figures_after.get("village_coverage")),
            *circle_cells(result, translate),
        )
        for effect, step in zip(
            effects, programme_steps(assessment, result.evidence.programme)[1:], strict=True
        )
    ]
    return table_of(msgid("Programme"), headers, rows, translate)
