"""For experts: floating catchments by zone and the spread of travel times, as tables."""

from __future__ import annotations

import numpy as np

from geo.errors import Progress
from geo.travel import UNREACHED, reach
from planning.assess.workflow import Assessment
from planning.centres.catchments import Method, access_by_zone, floating_catchments
from planning.reach.coverage import Status
from planning.reach.equity import inequality_by_group, time_spread
from planning.reach.mode_input import ALL_PEOPLE
from planning.words.figures import mode_text
from planning.words.tables import Table, Value, table_of
from planning.words.wording import Translate, msgid

METHODS = (Method.TWO_STEP, Method.ENHANCED, Method.GAUSSIAN, Method.MODIFIED, Method.BALANCED)
METHOD_NAMES: dict[Method, str] = {
    Method.TWO_STEP: msgid("two-step floating catchment (2SFCA)"),
    Method.ENHANCED: msgid("enhanced two-step, by bands (E2SFCA)"),
    Method.GAUSSIAN: msgid("two-step with Gaussian decay"),
    Method.MODIFIED: msgid("modified two-step (M2SFCA)"),
    Method.BALANCED: msgid("balanced floating catchment (BFCA)"),
}
SUPPLIES: dict[str, str] = {
    "doctors": msgid("Doctors"),
    "gps": msgid("General practitioners"),
    "nurses": msgid("Nurses"),
    "beds": msgid("Beds"),
}
PER = 1000.0


def access_sheet(
    assessment: Assessment,
    *,
    method: Method,
    supply: str,
    translate: Translate,
    progress: Progress | None = None,
) -> Table:
    """Return supply per 1,000 people by zone and group in the analysis mode.

    Parameters
    ----------
    method
        Member of the floating-catchment family.
    supply
        Column of the institutions: doctors, gps, nurses, beds; blanks count as none.
    """
    dataset, travel = assessment.dataset, assessment.study.travel
    result = assessment.modes[assessment.analysis_mode]
    amounts = np.nan_to_num(dataset.facilities.numbers(supply))
    pairs = reach(
        dataset.roads.networks[result.mode],
        result.demand_snaps,
        result.facility_snaps,
        limit_minutes=travel.minutes,
        progress=progress,
    )
    people = np.where(dataset.demand.zone >= 0, dataset.demand.people, 0.0)
    found = floating_catchments(
        pairs,
        people=people,
        supply=np.where(assessment.points, amounts, 0.0),
        method=method,
        limit_minutes=travel.minutes,
    )
    groups = {ALL_PEOPLE: dataset.demand.people, **dataset.demand.groups}
    columns = [
        access_by_zone(found, people=count, zone=dataset.demand.zone, n_zones=len(dataset.zones))
        for count in groups.values()
    ]
    rows: list[tuple[Value, ...]] = [
        (name, *(None if v is None else round(v * PER, 4) for v in values))
        for name, *values in zip(dataset.zones.name, *columns, strict=True)
    ]
    titles = [translate("All people") if name == ALL_PEOPLE else name for name in groups]
    title = translate("{supply} per 1,000 people, {method}").format(
        supply=translate(SUPPLIES[supply]), method=translate(METHOD_NAMES[method])
    )
    return table_of(title, (translate("Zone"), *titles), rows)


def spread_sheet(assessment: Assessment, translate: Translate) -> Table:
    """Return the spread of travel times by mode and group, and the Gini of the times."""
    demand = assessment.dataset.demand
    inside = demand.zone >= 0
    rows: list[tuple[Value, ...]] = []
    for mode, result in assessment.modes.items():
        tenths = result.nearest.tenths
        is_reached = tenths != UNREACHED
        for group, people in {ALL_PEOPLE: demand.people, **demand.groups}.items():
            counted = np.where(inside, people, 0.0)
            spread = time_spread(tenths, counted, is_reached=is_reached, group=group)
            timed = is_reached & (result.status != Status.OUTSIDE)
            (unequal,) = inequality_by_group(tenths[timed] / 600, {group: people[timed]})
            minutes = [None if m is None else round(m, 1) for _, m in spread.quantiles]
            worst = None if spread.worst_minutes is None else round(spread.worst_minutes, 1)
            rows.append(
                (
                    mode_text(mode, translate),
                    translate("All people") if group == ALL_PEOPLE else group,
                    round(spread.people),
                    *minutes,
                    worst,
                    round(spread.unreached_share * 100, 2),
                    round(unequal.gini, 4),
                )
            )
    headers = (
        msgid("Mode"),
        msgid("Group"),
        msgid("People"),
        msgid("Median minutes"),
        msgid("Minutes of nine in ten"),
        msgid("Mean minutes of the worst 5 %"),
        msgid("Without a way (%)"),
        msgid("Gini of the minutes"),
    )
    return table_of(msgid("Spread of times"), headers, rows, translate)
