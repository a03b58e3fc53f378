"""Sheets of the evidence: villages, sole doctors, programme, services, the week, who counts."""

from __future__ import annotations

from planning.figures import MODE_NAMES
from planning.ratios.centres import COUNTING_UNIT, OWNER_RULES
from planning.sheets import Row, Sheet, sheet_of
from planning.verdicts.assess import StandardsResult
from planning.verdicts.paragraphs import REASON_WORDS, worst_villages
from planning.verdicts.reported import cause_text
from planning.villages.cover import CoverMode, Reason
from planning.villages.services import SERVICES
from planning.wording import Language, Translate, msgid

COVER_WORDS: dict[CoverMode, str] = {
    CoverMode.POINT: msgid("point cover"),
    CoverMode.CLUSTER: msgid("cluster cover"),
    CoverMode.CIRCUIT: msgid("circuit cover"),
    CoverMode.UNCOVERED: msgid("uncovered"),
    CoverMode.NO_PEOPLE: msgid("no people"),
}

STAGE_WORDS: dict[str, str] = {
    "siting": msgid("siting"),
    "plan_approved": msgid("plan approved"),
    "building": msgid("building"),
    "fitting_out": msgid("fitting out"),
    "operating": msgid("operating"),
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


def villages_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
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
    )
    if cover is None:
        return sheet_of(msgid("Villages"), headers, (), translate)
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
        )
        for row in cover.rows
    ]
    return sheet_of(msgid("Villages"), headers, rows, translate)


def exits_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
    """Return the points of sole doctors and who loses cover."""
    headers = (msgid("Number"), msgid("Name"), msgid("Leaves in"), msgid("People losing cover"))
    exits = result.evidence.exits
    rows = [] if exits is None else exits.exits
    cells = [(r.facility_id, r.name, r.exit_year, round(r.people_losing)) for r in rows]
    return sheet_of(msgid("Sole doctors"), headers, cells, translate)


def programme_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
    """Return the projects and what each changes."""
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
        msgid("Village coverage after it"),
    )
    ids = result.evidence.given.dataset.facilities.id
    rows = [
        (
            effect.project.project_id,
            effect.project.name,
            translate(STAGE_WORDS[effect.project.stage.value]),
            effect.project.opens_on or None,
            ", ".join(ids[i] for i in effect.project.closes) or None,
            round(effect.gaining_alone),
            round(effect.losing_alone),
            round(effect.gaining_after),
            round(effect.losing_after),
            effect.figures_after.get("village_coverage"),
        )
        for effect in result.evidence.programme.effects
    ]
    return sheet_of(msgid("Programme"), headers, rows, translate)


def services_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
    """Return coverage by service and group."""
    headers = (
        msgid("Service"),
        msgid("Group"),
        msgid("Institutions"),
        msgid("Rows that do not say"),
        msgid("People"),
        msgid("People covered"),
        msgid("Share covered"),
    )
    rows = [
        (
            translate(SERVICES[row.service].name),
            row.group or None,
            row.facilities,
            row.unknown_facilities,
            round(row.people),
            round(row.people_covered),
            row.share,
        )
        for row in result.evidence.services
    ]
    return sheet_of(msgid("Services"), headers, rows, translate)


def week_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
    """Return coverage by hour of the week."""
    week = result.evidence.week
    rows = [
        (
            translate(WEEKDAYS[hour // 24]),
            f"{hour % 24:02d}:00-{hour % 24 + 1:02d}:00",
            round(week.covered_by_hour[hour]),
            week.share_at(hour),
        )
        for hour in range(len(week.covered_by_hour))
    ]
    headers = (msgid("Day"), msgid("Hour"), msgid("People covered"), msgid("Share covered"))
    return sheet_of(msgid("Hours of the week"), headers, rows, translate)


def reported_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
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
    return sheet_of(msgid("Reported and computed"), headers, rows, translate)


def who_counts_sheet(result: StandardsResult, _: Language, translate: Translate) -> Sheet:
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
    return sheet_of(msgid("Who counts"), headers, rows, translate)
