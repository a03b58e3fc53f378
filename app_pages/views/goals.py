"""How many more stations a target share asks for, and why one may be out of reach."""

from __future__ import annotations

from planning.assess.workflow import Assessment
from planning.sites import Target
from planning.words.figures import minutes_text, people_text, share_text
from planning.words.tables import Table, Value, table_of
from planning.words.wording import Translate, msgid


def site_goals(assessment: Assessment) -> tuple[Target, ...]:
    """Return what each target share of the study asks for in the mode of the siting question.

    The curve ends at its longest number of stations: a target beyond it and below the share that
    all candidates reach has no number either.
    """
    return assessment.proposal.targets


def goal_sheet(
    goals: tuple[Target, ...], cost_wan_yuan: float | None, translate: Translate
) -> Table:
    """Return the goals as a table, with the cost at so much a station (None: no cost)."""
    rows: list[tuple[Value, ...]] = []
    for goal in goals:
        can = goal.people_short <= 0
        no = translate("more than the curve holds") if can else translate("not with any candidate")
        cost = None if cost_wan_yuan is None or goal.sites is None else goal.sites * cost_wan_yuan
        rows.append(
            (
                share_text(goal.share),
                no if goal.sites is None else str(goal.sites),
                "—" if goal.fewest is None else str(goal.fewest),
                share_text(goal.best_share),
                cost,
                "—" if can else people_text(goal.people_short),
                "—" if can else minutes_text(goal.minutes_needed),
            )
        )
    headers = (
        msgid("Target share"),
        msgid("Stations (greedy)"),
        msgid("At least (proved)"),
        msgid("Share with all candidates"),
        msgid("Cost (10,000 yuan)"),
        msgid("People out of reach of every candidate"),
        msgid("Minutes that would do"),
    )
    return table_of(msgid("Stations for a target"), headers, rows, translate)
