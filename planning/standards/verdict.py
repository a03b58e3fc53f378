"""Verdicts: one standard in one zone, with current figure, target, gap and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from planning.standards.catalogue import Preset, Standard
from planning.standards.indicators import UnitGap
from planning.words.figures import people_text, share_text
from planning.words.wording import Language, Translate, msgid, translator

Param: TypeAlias = str | int | float


class Status(StrEnum):
    """Outcome of one standard in one zone.

    `partial` is N1 with one of its two columns. The two reference outcomes stand where the document
    does not bind the study's place: never a pass or a fail.
    """

    MET = "met"
    PARTIAL = "partial"
    NOT_MET = "not_met"
    REFERENCE_REACHED = "reference_reached"
    REFERENCE_PARTIAL = "reference_partial"
    REFERENCE_BELOW = "reference_below"
    UNDECIDABLE = "undecidable"
    NO_DATA = "no_data"
    DOUBTFUL = "doubtful"
    NOT_APPLICABLE = "not_applicable"
    INFORMATION = "information"
    PAST_REACHED = "past_reached"
    PAST_PARTIAL = "past_partial"
    PAST_BELOW = "past_below"


REFERENCES = {
    Status.MET: Status.REFERENCE_REACHED,
    Status.PARTIAL: Status.REFERENCE_PARTIAL,
    Status.NOT_MET: Status.REFERENCE_BELOW,
}

PAST = {
    Status.MET: Status.PAST_REACHED,
    Status.PARTIAL: Status.PAST_PARTIAL,
    Status.NOT_MET: Status.PAST_BELOW,
}
"""A target of a past year: what stands today is told, nobody passes or fails it any more."""

STATUS_WORDS: dict[Status, str] = {
    Status.MET: msgid("Met"),
    Status.PARTIAL: msgid("Met in one column"),
    Status.NOT_MET: msgid("Not met"),
    Status.REFERENCE_REACHED: msgid("By {document}, for reference: reached"),
    Status.REFERENCE_PARTIAL: msgid("By {document}, for reference: one column reached"),
    Status.REFERENCE_BELOW: msgid("By {document}, for reference: a gap remains"),
    Status.UNDECIDABLE: msgid("Cannot be judged: {missing} missing"),
    Status.NO_DATA: msgid("Data missing: {missing}"),
    Status.DOUBTFUL: msgid("Data in doubt: {missing}"),
    Status.NOT_APPLICABLE: msgid("Not applicable"),
    Status.INFORMATION: msgid("For information"),
    Status.PAST_REACHED: msgid("Past target ({year}): reached today"),
    Status.PAST_PARTIAL: msgid("Past target ({year}): one column reached today"),
    Status.PAST_BELOW: msgid("Past target ({year}): a gap remains today"),
}

STRIVE_WORDS: dict[Status, str] = {
    Status.MET: msgid("Met (an aim to strive for)"),
    Status.NOT_MET: msgid("Not met (an aim to strive for)"),
}
"""Words where the document says 力争."""

FORCE_WORDS: dict[str, str] = {
    "约束": msgid("binding"),
    "目标": msgid("target"),
    "力争": msgid("to strive for"),
    "参考值": msgid("reference"),
    "解释口径": msgid("interpretation"),
    "观察指标": msgid("observed, not judged"),
}
"""What a document says of its own weight."""

INPUT_NAMES: dict[str, str] = {
    "hospital_grade": msgid("grade of each hospital"),
    "indicators_by_centre": msgid("the indicator of each centre"),
    "allotted": msgid("number of projects allotted to this place"),
    "network_enabled": msgid("which points are on the network"),
    "urban": msgid("list of urban subdistricts"),
    "owner": msgid("who runs each centre"),
    "streets": msgid("zones at the level of subdistricts"),
    "points": msgid("points that count"),
    "villages": msgid("village list"),
    "headline_mode": msgid("confirmed mode of travel"),
    "standardised": msgid("which clinics are standardised"),
    "in_plan": msgid("which clinics are in the plan"),
    "insurance_enabled": msgid("which points take the insurance card"),
    "hours": msgid("opening hours"),
    "services": msgid("services of institutions"),
    "equipment": msgid("equipment of institutions"),
    "sole_doctor_exit_year": msgid("years in which sole doctors leave"),
    "village_doctors": msgid("numbers of village doctors"),
    "indicators": msgid("indicator data"),
    "projects": msgid("project list"),
    "centres": msgid("people per centre"),
    "people": msgid("population data"),
    "institutions": msgid("institutions to count"),
    "denominator": msgid("the denominator is zero"),
    "value": msgid("the row has no value"),
    "unit": msgid("the unit may be wrong"),
    "earlier_figure": msgid("an earlier figure to see the trend"),
    "walk_times": msgid("times on foot"),
}
"""Inputs and faults as they are named after a status."""

NOTES: dict[str, str] = {
    "target_year_passed": msgid("the target year {year} is past"),
    "target_year_ahead": msgid("the target year {year} has not come"),
    "data_after_target": msgid("the data are of {data_year}, after the target year {year}"),
    "data_before_target": msgid("the data are of {data_year}, before the target year {year}"),
    "unconfirmed_mode": msgid("the mode of travel is not confirmed"),
    "people_share": msgid("by people {share}"),
    "effective_share": msgid("effective {share}"),
    "modes": msgid(
        "point {point}, cluster {cluster}, circuit {circuit}, uncovered {uncovered} villages"
    ),
    "no_people": msgid("{count} villages without people are not judged"),
    "unknown_rows": msgid("{count} rows do not say; counted as no"),
    "branches_out": msgid("{count} branches count under their centres; counted too: {share}"),
    "not_operating": msgid("{count} not operating are left out"),
    "in_plan_blank": msgid("{count} rows do not say whether they are in the plan; left out"),
    "below_lower": msgid(
        "{people:,.0f} people a centre: below the lower bound (a note, no failure)"
    ),
    "oversized": msgid("{count} of them above {people:,.0f} people: {centres}"),
    "add_branch": msgid("more than {people:,.0f} people: add a branch or a station"),
    "unknown_owner": msgid("{count} centres with an unverified owner"),
    "unassigned": msgid("{people:,.0f} people are served by no centre in this view"),
    "view": msgid("service population: {view}"),
    "all_zones": msgid("all zones together: {people:,.0f} people, {centres} centres"),
    "estimate": msgid("estimated: rate of {rate_year}, people of {people_year}"),
    "from_list": msgid("added up from the facility list"),
    "blank_rows": msgid("{count} institutions leave the column blank"),
    "inconsistent": msgid("the stated value differs from its own counts; the counts are used"),
    "needs_per_year": msgid("needs {change:+.2f} a year until {year}"),
    "changes_per_year": msgid("has changed by {change:+.2f} a year"),
    "villages_losing": msgid("{count} villages lose their cover"),
    "people_losing": msgid("{people:,.0f} people lose the circle when all of them stop"),
    "exits": msgid("{count} points by {year}"),
    "programme": msgid("{done} of {planned} projects are done"),
    "subsidy": msgid(
        "{single} clinics with one doctor, {several} with two or more, {unknown} blank"
    ),
    "baseline": msgid("the document's own figure of {year}: {value:g}"),
    "part": msgid("{part}: {share} ({has} of {of})"),
    "part_unknown": msgid("{part}: no row says"),
    "words": msgid("counted as {part}: {words}"),
    "window": msgid("open {window} for at least {minutes} minutes (assumption)"),
    "reached": msgid("{count} of {of} centres reach it; {unknown} do not say"),
    "not_asked": msgid("{count} centres without the service are not asked"),
    "county_figure": msgid("figure of the whole county: {value:g}"),
    "straight": msgid("by straight line: {share}"),
    "short_of": msgid("{count} short"),
    "not_verified": msgid("the source could not be opened (not verified)"),
}
"""Notes that stand beside a verdict."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note by its code, with what fills it."""

    code: str
    params: tuple[tuple[str, Param], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One standard in one zone ("" is the whole study).

    Parameters
    ----------
    current
        Figure in the standard's unit; None where it cannot be computed.
    upper
        The figure if every row that says nothing were a yes.
    gap_people, gap_institutions, gap_units
        达标差距: people without the service, institutions to add or mend, units to add.
    missing
        Keys of `INPUT_NAMES` that explain a status.
    ids
        What a click lists: villages, zones or institutions that fall short.
    wording
        Words of a verdict that has its own (N1).
    """

    standard_id: str
    zone_code: str
    zone_name: str
    status: Status
    current: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    upper: float | None = None
    gap_people: float | None = None
    gap_institutions: int | None = None
    gap_units: UnitGap | None = None
    year: int | None = None
    base: str = ""
    mode: str = ""
    minutes: float | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    ids: tuple[str, ...] = ()
    wording: str = ""


def for_place(verdict: Verdict, standard: Standard, *, is_bound: bool, year: int) -> Verdict:
    """Return the verdict as the document may pass it on this place in this year.

    Reference and observed figures never judge; outside its place a target is a reference; after
    its year it is a past target (历史目标).
    """
    if standard.force in {"参考值", "观察指标"} and verdict.status in REFERENCES:
        return _without_gap(verdict)
    if verdict.status not in REFERENCES:
        return verdict
    if is_bound:
        is_past = standard.target_year is not None and standard.target_year < year
        return replace(verdict, status=PAST[verdict.status]) if is_past else verdict
    if standard.is_local:
        return _without_gap(verdict)
    return replace(verdict, status=REFERENCES[verdict.status])


def _without_gap(verdict: Verdict) -> Verdict:
    """Return the figure alone: no verdict, no gap, nothing to list."""
    return replace(
        verdict,
        status=Status.INFORMATION,
        gap_people=None,
        gap_institutions=None,
        gap_units=None,
        ids=(),
    )


def verdict_text(verdict: Verdict, preset: Preset, standard: Standard, language: Language) -> str:
    """Return a verdict in words: 达到, 未达到, 参照…, 无法判定：缺…, 数据缺失, 不适用.

    A note that must not be missed (a centre above the bound) stands in the same line.
    """
    translate = translator(language)
    said = [_verdict_words(verdict, preset, standard, language)]
    said += [note_text(note, translate) for note in verdict.notes if note.code in IN_LINE]
    return translate("; ").join(said)


IN_LINE = frozenset({"oversized", "add_branch"})


def _verdict_words(verdict: Verdict, preset: Preset, standard: Standard, language: Language) -> str:
    translate = translator(language)
    document = preset.document_of(standard)
    short = document.short if language == "zh" else document.short_en
    words = STATUS_WORDS[verdict.status]
    if standard.force == "力争" and verdict.status in STRIVE_WORDS:
        words = STRIVE_WORDS[verdict.status]
    text = translate(words).format(
        document=short, missing=missing_text(verdict, translate), year=standard.target_year
    )
    if not verdict.wording:
        return text
    if verdict.status in REFERENCES.values():
        by = translate(msgid("By {document}, for reference: {verdict}"))
        return by.format(document=short, verdict=translate(verdict.wording))
    if verdict.status in PAST.values():
        past = translate(msgid("Past target ({year}): {verdict}"))
        return past.format(year=standard.target_year, verdict=translate(verdict.wording))
    return translate(verdict.wording)


def separator(sample: str, translate: Translate) -> str:
    """Return what stands between two things in the language, read off a sample such as "A, B".

    >>> separator("A, B", lambda text: text)
    ', '
    """
    return translate(sample)[1:-1]


def missing_text(verdict: Verdict, translate: Translate) -> str:
    """Return what is missing, joined."""
    return separator(msgid("A, B"), translate).join(
        translate(INPUT_NAMES[key]) for key in verdict.missing
    )


def note_text(note: Note, translate: Translate) -> str:
    """Return a note in words; text parameters are translated too where the catalogue knows them."""
    params: dict[str, Param] = {}
    for name, value in note.params:
        if isinstance(value, str):
            params[name] = translate(value) if value else value
        else:
            params[name] = share_text(value / 100) if name == "share" else value
    return translate(NOTES[note.code]).format(**params)


def gap_text(verdict: Verdict, standard: Standard, translate: Translate) -> str:
    """Return the gap in words; empty where there is none."""
    parts = []
    if verdict.gap_people:
        parts.append(
            translate(msgid("{people} people")).format(people=people_text(verdict.gap_people))
        )
    if verdict.gap_institutions:
        text = translate(msgid("{count} institution(s)"))
        if standard.base == "村":
            text = translate(msgid("{count} village(s)"))
        parts.append(text.format(count=verdict.gap_institutions))
    if verdict.gap_units is not None and verdict.gap_units.units:
        text = translate(msgid("{count} short"))
        if verdict.gap_units.is_estimate:
            text = translate(msgid("{count} short (estimated)"))
        units = verdict.gap_units.units
        count = f"{units:,.0f}" if units == int(units) else f"{units:,.2f}"
        parts.append(text.format(count=count))
    return separator(msgid("A, B"), translate).join(parts)
