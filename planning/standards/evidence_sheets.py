"""Sheets of the evidence: villages, sole doctors, programme, services, the week, who counts."""

from __future__ import annotations

from collections.abc import Sequence

from planning.centres.centres import COUNTING_UNIT, OWNER_RULES
from planning.centres.ratio_rows import view_differences
from planning.centres.ratio_words import VIEW_WORDS
from planning.centres.service_people import VIEW_NAMES
from planning.programme.projects import ProjectEffect
from planning.reach.villages.cover import CoverMode, Reason
from planning.reach.villages.layout import ADVICE, DIFFERENCES, LayoutRow, village_layout
from planning.reach.villages.service_words import SERVICES
from planning.reach.villages.time_of_week import HOURS_OF_WEEK, WeekCover
from planning.standards.judgement import StandardsResult
from planning.standards.paragraphs import REASON_WORDS, worst_villages
from planning.standards.reported import cause_text
from planning.words.figures import MODE_NAMES, mode_text, share_percent, share_text
from planning.words.tables import Row, Table, table_of
from planning.words.wording import Language, Translate, msgid

COVER_WORDS: dict[CoverMode, str] = {
    CoverMode.POINT: msgid("point cover"),
    CoverMode.CLUSTER: msgid("cluster cover"),
    CoverMode.CIRCUIT: msgid("circuit cover"),
    CoverMode.UNCOVERED: msgid("uncovered"),
    CoverMode.NO_PEOPLE: msgid("no people"),
}


def village_standard_text(result: StandardsResult, code: str, translate: Translate) -> str:
    """Return how the village standard covers one village, circuits counted; a dash without it."""
    cover = result.evidence.cover
    row = None if cover is None else next((r for r in cover.rows if r.code == code), None)
    if row is None:
        return "—"
    said = translate(COVER_WORDS[row.cover])
    if row.reason is Reason.NONE:
        return said
    return translate("{cover}: {reason}").format(
        cover=said, reason=translate(REASON_WORDS[row.reason])
    )


STAGE_WORDS: dict[str, str] = {
    "idea": msgid("idea"),
    "siting": msgid("siting"),
    "zoning": msgid("zoning plan done"),
    "approved": msgid("project approved"),
    "scheduled": msgid("in a yearly plan"),
    "design": msgid("design"),
    "building": msgid("building"),
    "topped_out": msgid("topped out"),
    "fitting_out": msgid("fitting out"),
    "accepted": msgid("accepted"),
    "licensed": msgid("licensed"),
    "operating": msgid("operating"),
    "delayed": msgid("delayed"),
    "ended": msgid("ended"),
}

WEEKDAYS = (
    msgid("Monday"),
    msgid("Tuesday"),
    msgid("Wednesday"),
    msgid("Thursday"),
    msgid("Friday"),
    msgid("Saturday"),
    msgid("Sunday"),
)


CIRCLE_HEADERS = (msgid("Mode"), msgid("Minutes"))
"""Headers of the mode and the limit that every figure of a circle is for."""


def circle_cells(result: StandardsResult, translate: Translate) -> Row:
    """Return the mode and the limit of every figure of the circle."""
    given = result.evidence.given
    return mode_text(given.analysis_mode, translate), given.minutes


def villages_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the villages by cover, reason and rank of their gap."""
    cover = result.evidence.cover
    zones = result.evidence.given.dataset.zones
    headers = (
        msgid("Code"),
        msgid("Village"),
        msgid("Zone"),
        msgid("Cover"),
        msgid("Reason"),
        msgid("Point exists"),
        msgid("Effective cover"),
        msgid("People"),
        msgid("People covered"),
        msgid("Rank of the gap"),
        *CIRCLE_HEADERS,
    )
    if cover is None:
        return table_of(msgid("Villages"), headers, (), translate)
    rank = {row.code: i for i, row in enumerate(worst_villages(cover), start=1)}
    rows = [
        (
            row.code,
            row.name,
            zones.name[row.zone] if row.zone >= 0 else None,
            translate(COVER_WORDS[row.cover]),
            translate(REASON_WORDS[row.reason]) if row.reason is not Reason.NONE else None,
            row.nominal,
            translate(COVER_WORDS[row.effective]),
            round(row.people),
            round(row.people_covered),
            rank.get(row.code),
            *circle_cells(result, translate),
        )
        for row in cover.rows
    ]
    return table_of(msgid("Villages"), headers, rows, translate)


def exits_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the points of sole doctors and who loses cover."""
    headers = (
        msgid("Number"),
        msgid("Name"),
        msgid("Leaves in"),
        msgid("People losing cover"),
        *CIRCLE_HEADERS,
    )
    exits = result.evidence.exits
    rows = [] if exits is None else exits.exits
    circle = circle_cells(result, translate)
    cells = [(r.facility_id, r.name, r.exit_year, round(r.people_losing), *circle) for r in rows]
    return table_of(msgid("Sole doctors"), headers, cells, translate)


PROJECT_HEADERS = (
    msgid("Number"),
    msgid("Project"),
    msgid("Stage"),
    msgid("Opens on"),
    msgid("Closes"),
    msgid("Gaining, alone"),
    msgid("Losing, alone"),
    msgid("Gaining, after earlier projects"),
    msgid("Losing, after earlier projects"),
)
"""Headers of `project_cells`."""


def project_cells(effect: ProjectEffect, places: Sequence[str], translate: Translate) -> Row:
    """Return a project and the people it brings into the circle or out of it.

    `places` are the ids or names of the institutions, for those that it closes.
    """
    return (
        effect.project.project_id,
        effect.project.name,
        translate(STAGE_WORDS[effect.project.stage.value]),
        effect.project.opens_on or None,
        translate(", ").join(places[i] for i in effect.project.closes) or None,
        round(effect.gaining_alone),
        round(effect.losing_alone),
        round(effect.gaining_after),
        round(effect.losing_after),
    )


def programme_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the projects and what each changes."""
    headers = (*PROJECT_HEADERS, msgid("Village coverage after it (%)"), *CIRCLE_HEADERS)
    ids = result.evidence.given.dataset.facilities.id
    rows = [
        (
            *project_cells(effect, ids, translate),
            share_percent(effect.figures_after.get("village_coverage")),
            *circle_cells(result, translate),
        )
        for effect in result.evidence.programme.effects
    ]
    return table_of(msgid("Programme"), headers, rows, translate)


def services_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return coverage by service and group."""
    headers = (
        msgid("Service"),
        msgid("Group"),
        msgid("Institutions"),
        msgid("Rows that do not say"),
        msgid("People"),
        msgid("People covered"),
        msgid("Share covered (%)"),
        *CIRCLE_HEADERS,
    )
    rows = [
        (
            translate(SERVICES[row.service].name),
            row.group or None,
            row.facilities,
            row.unknown_facilities,
            round(row.people),
            None if row.people_covered is None else round(row.people_covered),
            share_percent(row.share),
            mode_text(row.mode, translate),
            row.minutes,
        )
        for row in result.evidence.services
    ]
    return table_of(msgid("Services"), headers, rows, translate)


def week_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return coverage by hour of the week; no rows where no point counts."""
    week = result.evidence.week
    hours = range(0 if week is None else HOURS_OF_WEEK)
    rows = [_hour_row(week, hour, translate) for hour in hours if week is not None]
    headers = (
        msgid("Day"),
        msgid("Hour"),
        msgid("People covered"),
        msgid("Share covered (%)"),
        *CIRCLE_HEADERS,
    )
    return table_of(msgid("Hours of the week"), headers, rows, translate)


def layout_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the layout of village points: what the plan declares beside what is computed."""
    evidence = result.evidence
    headers = (
        msgid("Code"),
        msgid("Village"),
        msgid("People"),
        msgid("Cover, declared"),
        msgid("Cover, computed"),
        msgid("Serving clinic"),
        msgid("Median minutes"),
        msgid("Up to standard"),
        msgid("Takes the insurance card"),
        msgid("Difference"),
        msgid("Advice"),
    )
    rows: list[Row] = []
    if evidence.village_input is not None and evidence.cover is not None:
        found = village_layout(evidence.village_input, evidence.analysis, evidence.cover)
        names = evidence.given.dataset.facilities.name
        rows = [_layout_cells(row, names, translate) for row in found]
    return table_of(msgid("Layout of village points"), headers, rows, translate)


def _layout_cells(row: LayoutRow, names: Sequence[str], translate: Translate) -> Row:
    share = "" if row.clinic_share is None else share_text(row.clinic_share)
    difference = (
        translate(DIFFERENCES[row.difference]).format(share=share) if row.difference else ""
    )
    return (
        row.row.code,
        row.row.name,
        round(row.row.people),
        translate(COVER_WORDS[row.declared]) if row.declared else None,
        translate(COVER_WORDS[row.row.cover]),
        names[row.clinic] if row.clinic >= 0 else None,
        None if row.minutes is None else round(row.minutes, 1),
        row.standardised,
        row.insured,
        difference or None,
        translate(ADVICE[row.advice]),
    )


def _hour_row(week: WeekCover, hour: int, translate: Translate) -> Row:
    covered = week.covered_by_hour[hour]
    return (
        translate(WEEKDAYS[hour // 24]),
        f"{hour % 24:02d}:00-{hour % 24 + 1:02d}:00",
        None if covered is None else round(covered),
        share_percent(week.share_at(hour)),
        mode_text(week.mode, translate),
        week.minutes,
    )


def reported_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return reported beside computed figures, with what could explain the difference."""
    names = {mode: translate(name) for mode, name in MODE_NAMES.items()}
    rows: list[Row] = []
    for row in result.reported:
        start = (row.figure, row.year, row.source, row.reported, row.computed, row.difference)
        rows.append((*start, None, None))
        if row.computed is None:
            continue
        rows += [
            (row.figure, *(None,) * 5, cause_text(step.cause, names, translate), step.change)
            for step in row.steps
        ]
        left = translate(msgid("unexplained"))
        rows.append((row.figure, *(None,) * 5, left, row.unexplained))
    headers = (
        msgid("Figure"),
        msgid("Year"),
        msgid("Source"),
        msgid("Reported"),
        msgid("Computed"),
        msgid("Difference"),
        msgid("Could be explained by"),
        msgid("Part"),
    )
    return table_of(msgid("Reported and computed"), headers, rows, translate)


def views_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the people of each centre in every view, and how the views differ from the first."""
    ratios = result.evidence.given.ratios
    rows = [] if ratios is None else view_differences(ratios)
    views = [view for view in VIEW_NAMES if any(view in row for row in rows)]
    differences = [f"{view}_minus_{views[0]}" for view in views[1:]]
    first = translate(VIEW_WORDS[views[0]]) if views else ""
    headers = [translate(msgid("Number")), translate(msgid("Name"))]
    headers += [translate(VIEW_WORDS[view]) for view in views]
    less = translate(msgid("{view} less {first}"))
    headers += [less.format(view=translate(VIEW_WORDS[v]), first=first) for v in views[1:]]
    cells = [
        (row["facility_id"], row["name"], *(round(row[key]) for key in (*views, *differences)))
        for row in rows
    ]
    return table_of(translate(msgid("People per centre by view")), headers, cells)


def who_counts_sheet(result: StandardsResult, _: Language, translate: Translate) -> Table:
    """Return the counting unit and the table that tells who runs an institution."""
    yes, no = translate(msgid("yes")), translate(msgid("no"))
    rows: list[Row] = [
        (rule.label, ", ".join(rule.words), yes if rule.government_run == "yes" else no)
        for rule in OWNER_RULES
    ]
    rows.append((translate(msgid("anything else")), None, translate(msgid("not verified"))))
    rows.append((translate(msgid("Unit of counting")), COUNTING_UNIT, None))
    ratios = result.evidence.given.ratios
    if ratios is not None:
        rows.append((translate(msgid("Not verified")), ", ".join(ratios.unknown_owner), None))
        rows.append((translate(msgid("Not government-run")), ", ".join(ratios.private), None))
    headers = (msgid("Run by"), msgid("Words in the list"), msgid("Government-run"))
    return table_of(msgid("Who counts"), headers, rows, translate)
