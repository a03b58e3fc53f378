"""The sheets of standards.xlsx: verdicts, the matrix, villages, programme, score sheet and more."""

from __future__ import annotations

from collections.abc import Callable

from planning.standards.catalogue import Mark, Preset, Standard
from planning.standards.evidence_sheets import (
    exits_sheet,
    layout_sheet,
    programme_sheet,
    reported_sheet,
    services_sheet,
    views_sheet,
    villages_sheet,
    week_sheet,
    who_counts_sheet,
)
from planning.standards.judgement import StandardsResult
from planning.standards.paragraphs import (
    base_text,
    figure_text,
    paragraph,
    target_text,
)
from planning.standards.verdict import (
    FORCE_WORDS,
    Verdict,
    gap_text,
    missing_text,
    note_text,
    separator,
    verdict_text,
)
from planning.words.figures import MODE_NAMES
from planning.words.tables import Row, Table, table_of
from planning.words.wording import Language, Translate, msgid, translator


def standard_sheets(result: StandardsResult, language: Language) -> tuple[Table, ...]:
    """Return the sheets of standards.xlsx in one language.

    Returns
    -------
    tuple of Table
        Standards, zones x standards, verdicts by zone, villages, sole doctors, programme, services,
        hours of the week, reported figures, score sheet by responsible unit, people per centre by
        view, who counts.
    """
    translate = translator(language)
    makers: tuple[Callable[[StandardsResult, Language, Translate], Table], ...] = (
        _standards,
        _matrix,
        _zones,
        villages_sheet,
        layout_sheet,
        exits_sheet,
        programme_sheet,
        services_sheet,
        week_sheet,
        reported_sheet,
        _scores,
        views_sheet,
        who_counts_sheet,
    )
    return tuple(make(result, language, translate) for make in makers)


def _verdict_cells(
    result: StandardsResult, verdict: Verdict, language: Language, translate: Translate
) -> Row:
    preset, standard = result.standard_of(verdict)
    gap = verdict.gap_units
    notes = separator(msgid("A; B"), translate).join(
        note_text(note, translate) for note in verdict.notes
    )
    return (
        verdict_text(verdict, preset, standard, language),
        figure_text(standard, verdict, translate) if verdict.current is not None else None,
        target_text(standard, translate) or None,
        verdict.numerator,
        verdict.denominator,
        None if verdict.gap_people is None else round(verdict.gap_people),
        verdict.gap_institutions,
        None if gap is None else gap.units,
        None if gap is None else translate(ESTIMATE_WORDS[gap.is_estimate]),
        base_text(verdict.base, translate),
        verdict.year,
        translate(MODE_NAMES.get(verdict.mode, verdict.mode)) if verdict.mode else None,
        verdict.minutes,
        missing_text(verdict, translate) or None,
        notes or None,
    )


ESTIMATE_WORDS = {True: msgid("estimated"), False: msgid("counted")}

VERDICT_HEADERS = (
    msgid("Verdict"),
    msgid("Current"),
    msgid("Target"),
    msgid("Numerator"),
    msgid("Denominator"),
    msgid("Gap, people"),
    msgid("Gap, institutions"),
    msgid("Gap, units"),
    msgid("How the gap is known"),
    msgid("Base"),
    msgid("Year of the data"),
    msgid("Mode"),
    msgid("Minutes"),
    msgid("Missing"),
    msgid("Notes"),
)


def _titles(preset: Preset, standard: Standard, language: Language) -> Row:
    document = preset.document_of(standard)
    if language == "zh":
        return preset.full_id(standard), standard.title, document.title
    return preset.full_id(standard), standard.title_en, document.title_en


def _standards(result: StandardsResult, language: Language, translate: Translate) -> Table:
    """Return every standard, computed or not, with its sentence and paragraph."""
    judged = result.by_standard()
    rows: list[Row] = []
    for preset in result.presets:
        for standard in preset.standard:
            verdicts = judged.get(preset.full_id(standard), ())
            cells: Row = (translate(TREATMENT_WORDS[standard.treatment]),) + (None,) * 14
            words = standard.reason if language == "zh" else standard.reason_en
            if verdicts:
                cells = _verdict_cells(result, verdicts[0], language, translate)
                words = paragraph(result, verdicts, language)
            rows.append(
                (
                    *_titles(preset, standard, language),
                    translate(FORCE_WORDS[standard.force]),
                    evidence_text(standard, translate),
                    *cells,
                    standard.sentence,
                    words,
                )
            )
    headers = (
        *HEAD,
        msgid("Force"),
        msgid("Evidence"),
        *VERDICT_HEADERS,
        msgid("Sentence"),
        msgid("In plain words"),
    )
    return table_of(msgid("Standards"), headers, rows, translate)


HEAD = (msgid("Standard"), msgid("Title"), msgid("Document"))

MARK_WORDS: dict[Mark, str] = {
    "S": msgid("stated in the document"),
    "V": msgid("read in a public source"),
    "C": msgid("computed"),
    "K": msgid("known, not verified"),
    "I": msgid("an interpretation"),
}
"""What a standard stands on: the marks [S] [V] [C] [K] [I]."""


def evidence_text(standard: Standard, translate: Translate) -> str:
    """Return what a standard stands on in words, with its mark.

    >>> standard = Standard("N1", "N1", *[""] * 5, force="力争", treatment="listed", mark="K")
    >>> evidence_text(standard, str)
    'known, not verified [K]'
    """
    words = f"{translate(MARK_WORDS[standard.mark])} [{standard.mark}]"
    if standard.is_verified or standard.mark == "K":
        return words
    return separator(msgid("A; B"), translate).join([words, translate(msgid("not verified"))])


TREATMENT_WORDS: dict[str, str] = {
    "computed": msgid("computed"),
    "attribute": msgid("attribute only, not computed"),
    "listed": msgid("listed only, not computed"),
}


def _matrix(result: StandardsResult, language: Language, translate: Translate) -> Table:
    """Return zones x standards: verdict and figure in each cell, for standards judged by zone."""
    zones = result.evidence.given.dataset.zones
    by_standard = result.by_standard()
    shown = [key for key, rows in by_standard.items() if any(row.zone_code for row in rows)]
    cells: dict[tuple[str, str], str] = {}
    for key in shown:
        for verdict in by_standard[key]:
            preset, standard = result.standard_of(verdict)
            text = verdict_text(verdict, preset, standard, language)
            gap = gap_text(verdict, standard, translate)
            figure = figure_text(standard, verdict, translate)
            cells[verdict.zone_code, key] = " · ".join(part for part in (text, figure, gap) if part)
    names = {"": translate(msgid("whole study")), **dict(zip(zones.code, zones.name, strict=True))}
    rows = [
        (code or None, name, *(cells.get((code, key)) for key in shown))
        for code, name in names.items()
    ]
    titles = []
    for key in shown:
        _, standard = result.standard_of(by_standard[key][0])
        titles.append(f"{key} {standard.title if language == 'zh' else standard.title_en}")
    headers = (translate(msgid("Zone code")), translate(msgid("Zone")), *titles)
    return table_of(translate(msgid("Zones x standards")), headers, rows)


def _zones(result: StandardsResult, language: Language, translate: Translate) -> Table:
    rows: list[Row] = []
    for verdict in result.verdicts:
        if verdict.zone_code:
            preset, standard = result.standard_of(verdict)
            cells = _verdict_cells(result, verdict, language, translate)
            place = (verdict.zone_code, verdict.zone_name)
            rows.append((*place, *_titles(preset, standard, language), *cells))
    headers = (msgid("Zone code"), msgid("Zone"), *HEAD, *VERDICT_HEADERS)
    return table_of(msgid("Verdicts by zone"), headers, rows, translate)


def _scores(result: StandardsResult, language: Language, translate: Translate) -> Table:
    """Return the score sheet: one row a responsible unit and standard, the score left blank."""
    judged = result.by_standard()
    rows: list[Row] = []
    for preset in result.presets:
        for standard in preset.standard:
            verdicts = judged.get(preset.full_id(standard))
            for unit in standard.responsible:
                verdict = verdicts[0] if verdicts else None
                rows.append(
                    (
                        unit,
                        *_titles(preset, standard, language),
                        target_text(standard, translate) or None,
                        None if verdict is None else figure_text(standard, verdict, translate),
                        translate(TREATMENT_WORDS[standard.treatment])
                        if verdict is None
                        else verdict_text(verdict, preset, standard, language),
                        gap_text(verdict, standard, translate) or None if verdict else None,
                        None,
                    )
                )
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    headers = (
        msgid("Responsible unit"),
        *HEAD,
        msgid("Target"),
        msgid("Current"),
        msgid("Verdict"),
        msgid("Target gap"),
        msgid("Score"),
    )
    return table_of(msgid("Score sheet"), headers, rows, translate)
