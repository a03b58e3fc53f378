"""Plain words: one paragraph a standard, made from its numbers and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from planning.reach.villages.cover import Reason, VillageCover, VillageRow
from planning.standards.catalogue import Preset, Standard
from planning.standards.judgement import StandardsResult
from planning.standards.standard_figures import current_figure
from planning.standards.verdict import (
    Status,
    Verdict,
    gap_text,
    note_text,
    separator,
    verdict_text,
)
from planning.words.figures import MODE_NAMES, people_text
from planning.words.wording import Language, Translate, msgid, translator

WORST_ZONES = 3
WORST_VILLAGES = 10

REASON_WORDS: dict[Reason, str] = {
    Reason.CUT_OFF: msgid("cut off from the roads"),
    Reason.ONE_WAY: msgid("held by one-way streets"),
    Reason.NOT_OPEN: msgid("a clinic that is not open"),
    Reason.TOO_RARE: msgid("circuits too rare"),
    Reason.PARTLY_BEYOND: msgid("part of the people beyond the limit"),
    Reason.NO_POINT: msgid("no point"),
}
"""Why villages are uncovered, as it is said."""

REMEDIES: dict[Reason, str] = {
    Reason.CUT_OFF: msgid("{count} villages need a road or a boat before anything else"),
    Reason.ONE_WAY: msgid("{count} villages lie behind one-way streets: check their direction"),
    Reason.NOT_OPEN: msgid("{count} villages have a clinic that only has to open"),
    Reason.TOO_RARE: msgid("{count} villages need circuits once a week"),
    Reason.PARTLY_BEYOND: msgid("{count} villages need a point or a weekly circuit for a part"),
    Reason.NO_POINT: msgid("{count} villages need a point or a weekly circuit"),
}
"""What would close the gap, by the reason of it."""

VILLAGE_MEASURES = frozenset({"village_coverage"})


def paragraphs(result: StandardsResult, language: Language) -> dict[str, str]:
    """Return one paragraph for each judged standard, by full id.

    Parameters
    ----------
    result
        All verdicts.
    language
        `zh` or `en`.
    """
    return {
        full_id: paragraph(result, verdicts, language)
        for full_id, verdicts in result.by_standard().items()
    }


def paragraph(result: StandardsResult, verdicts: Sequence[Verdict], language: Language) -> str:
    """Return the paragraph of one standard: verdict, figure, gap, who is worst off, what helps.

    Parameters
    ----------
    result
        For the standard and the villages.
    verdicts
        Its verdicts, the whole study first.
    language
        `zh` or `en`.
    """
    preset, standard = result.standard_of(verdicts[0])
    translate = translator(language)
    whole, zones = verdicts[0], verdicts[1:]
    sentences = [_opening(preset, standard, whole, language), *_figure(standard, whole, translate)]
    gap = gap_text(whole, standard, translate)
    if gap:
        sentences.append(translate(msgid("Missing: {gap}.")).format(gap=gap))
    sentences += _worst_zones(standard, zones, translate)
    if standard.measure in VILLAGE_MEASURES and result.evidence.cover is not None:
        sentences += _villages(result.evidence.cover, translate)
    if standard.measure == "n1" and whole.gap_institutions:
        text = translate(msgid("{count} more government-run centres would close it."))
        sentences.append(text.format(count=whole.gap_institutions))
    if whole.notes:
        notes = separator(msgid("A; B"), translate).join(
            note_text(note, translate) for note in whole.notes
        )
        sentences.append(translate(msgid("Notes: {notes}.")).format(notes=notes))
    return separator(msgid("A B"), translate).join(sentences)


def _opening(preset: Preset, standard: Standard, whole: Verdict, language: Language) -> str:
    translate = translator(language)
    document = preset.document_of(standard)
    title, source = (
        (standard.title, document.title)
        if language == "zh"
        else (standard.title_en, document.title_en)
    )
    return translate(msgid("{title} ({source}, {year}): {verdict}.")).format(
        title=title,
        source=source,
        year=document.date[:4],
        verdict=verdict_text(whole, preset, standard, language),
    )


def figure_text(standard: Standard, verdict: Verdict, translate: Translate) -> str:
    """Return the current figure with its unit."""
    return current_figure(standard, verdict).words(translate)


BASE_WORDS: dict[str, str] = {
    "常住": msgid("residents"),
    "户籍": msgid("registered people"),
    "服务": msgid("service population"),
    "实有": msgid("people present"),
    "机构": msgid("institutions"),
    "村": msgid("villages"),
}
"""Population bases; any other text of a data row is shown as it stands."""

OPERATOR_WORDS: dict[str, str] = {
    ">=": msgid("{value} or more"),
    ">": msgid("more than {value}"),
    "<=": msgid("{value} or less"),
    "<": msgid("less than {value}"),
    "range": msgid("{lower} to {upper}"),
    "rising": msgid("rising"),
    "falling": msgid("falling"),
}


def base_text(base: str, translate: Translate) -> str:
    """Return a population base in words."""
    return translate(BASE_WORDS[base]) if base in BASE_WORDS else base


def target_text(standard: Standard, translate: Translate) -> str:
    """Return the target in words, such as `30,000 to 100,000`; empty where there is none."""
    target = standard.target
    if target is None:
        return ""
    words = translate(OPERATOR_WORDS[target.operator])
    if target.operator == "range":
        return words.format(lower=f"{target.lower:,.10g}", upper=f"{target.upper:,.10g}")
    if target.is_trend:
        return words
    unit = target.unit if target.unit in {"%", "‰"} else ""
    return words.format(value=f"{target.value:,.10g}{' ' if unit else ''}{unit}")


def _figure(standard: Standard, whole: Verdict, translate: Translate) -> list[str]:
    if whole.current is None:
        return []
    params = {
        "figure": figure_text(standard, whole, translate),
        "target": target_text(standard, translate),
    }
    text = msgid("Now {figure}, target {target}.") if standard.threshold else msgid("Now {figure}.")
    sentences = [translate(text).format(**params)]
    if whole.year is not None:
        text = msgid("Data of {year}, {base}.") if whole.base else msgid("Data of {year}.")
        sentences.append(
            translate(text).format(year=whole.year, base=base_text(whole.base, translate))
        )
    if standard.metres is not None:
        text = translate(msgid("{metres:g} m along the network."))
        sentences.append(text.format(metres=standard.metres))
    elif whole.mode and whole.minutes is not None:
        mode = translate(MODE_NAMES.get(whole.mode, whole.mode))
        text = translate(msgid("{mode}, {minutes:g} minutes."))
        sentences.append(text.format(mode=mode, minutes=whole.minutes))
    return sentences


def _worst_zones(standard: Standard, zones: Sequence[Verdict], translate: Translate) -> list[str]:
    """Return a sentence on the zones with the largest gaps, where any has one."""
    short = {Status.NOT_MET, Status.PARTIAL, Status.REFERENCE_BELOW, Status.REFERENCE_PARTIAL}
    short |= {Status.PAST_BELOW, Status.PAST_PARTIAL}
    # Zones that are judged together have one verdict under one name.
    rows = list(
        {
            (row.zone_name, row.numerator): row
            for row in zones
            if row.status in short and (row.gap_people or row.gap_institutions)
        }.values()
    )
    rows.sort(key=lambda r: (-(r.gap_people or 0.0), -(r.gap_institutions or 0), r.zone_code))
    if not rows:
        return []
    listed = separator(msgid("A; B"), translate).join(
        translate(msgid("{zone}: {gap}")).format(
            zone=row.zone_name, gap=gap_text(row, standard, translate)
        )
        for row in rows[:WORST_ZONES]
    )
    return [translate(msgid("Worst off: {zones}.")).format(zones=listed)]


def _villages(cover: VillageCover, translate: Translate) -> list[str]:
    """Return the ten worst villages and what would close the gap, by reason."""
    uncovered = worst_villages(cover)
    if not uncovered:
        return []
    listed = separator(msgid("A, B"), translate).join(
        translate(msgid("{village} ({people} people, {reason})")).format(
            village=row.name,
            people=people_text(row.people - row.people_covered),
            reason=translate(REASON_WORDS[row.reason]),
        )
        for row in uncovered[:WORST_VILLAGES]
    )
    sentences = [translate(msgid("Worst villages: {villages}.")).format(villages=listed)]
    counts = {reason: sum(row.reason is reason for row in uncovered) for reason in REMEDIES}
    remedies = [
        translate(REMEDIES[reason]).format(count=count) for reason, count in counts.items() if count
    ]
    text = translate(msgid("To close the gap: {remedies}."))
    return [*sentences, text.format(remedies=separator(msgid("A; B"), translate).join(remedies))]


def worst_villages(cover: VillageCover) -> list[VillageRow]:
    """Return the uncovered villages, most people without cover first."""
    rows = [row for row in cover.judged if not row.is_covered]
    return sorted(rows, key=lambda row: (row.people_covered - row.people, row.code))
