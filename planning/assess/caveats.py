"""What every surface says beside its figures: findings that could change who is covered."""

from __future__ import annotations

from dataclasses import replace

from planning.assess.workflow import Assessment
from planning.words.wording import Translate, finding_sentence


def caveat_sentences(assessment: Assessment, translate: Translate) -> list[str]:
    """Return why nothing is known of who is covered, then what could change it, one sentence each.

    Rows stand in the audit; here they would hide the sentence.
    """
    reason = [] if assessment.reason is None else [assessment.reason]
    return [
        finding_sentence(replace(finding, rows=()), translate)
        for finding in (*reason, *assessment.caveats)
    ]
