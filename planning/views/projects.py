"""The projects as the page shows them: names instead of codes, shares in per cent."""

from __future__ import annotations

from planning.report.programme import programme_steps
from planning.sheets import Sheet, sheet_of
from planning.tables import Column, Value
from planning.verdicts.evidence_sheets import STAGE_WORDS
from planning.verdicts.judgement import StandardsResult
from planning.views.tables import view_value
from planning.wording import Translate, msgid
from planning.workflow import Assessment

SHARE = Column("share", (), 6)


def projects_sheet(assessment: Assessment, result: StandardsResult, translate: Translate) -> Sheet:
    """Return the projects in their order with what each changes."""
    headers = (
        msgid("Number"),
        msgid("Project"),
        msgid("Stage"),
        msgid("Opens on"),
        msgid("Closes"),
        msgid("Gaining, alone"),
        msgid("Losing, alone"),
        msgid("Gaining, after earlier projects"),
        msgid("Losing, after earlier projects"),
        msgid("Share covered after it (%)"),
        msgid("Village coverage after it (%)"),
    )
    names = assessment.dataset.facilities.name
    effects = result.evidence.programme.effects
    rows: list[tuple[Value, ...]] = [
        (
            effect.project.project_id,
            effect.project.name,
            translate(STAGE_WORDS[effect.project.stage.value]),
            effect.project.opens_on or None,
            "、".join(names[place] for place in effect.project.closes) or None,
            round(effect.gaining_alone),
            round(effect.losing_alone),
            round(effect.gaining_after),
            round(effect.losing_after),
            _percent(step.share),
            _percent(effect.figures_after.get("village_coverage")),
        )
        for effect, step in zip(effects, programme_steps(assessment, result)[1:], strict=True)
    ]
    return sheet_of(msgid("Programme"), headers, rows, translate)


def _percent(share: float | None) -> Value:
    return None if share is None else view_value(SHARE, share)
