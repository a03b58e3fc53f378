"""达标总览: the matrix of zones and standards, what stands behind a cell, and the warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import severity
from planning.assess.study_figures import (
    coverage_figures,
    one_gap_figures,
    setting_figures,
    setting_range,
    unplaced_figure,
    zone_figures,
)
from planning.assess.workflow import Assessment
from planning.reach.coverage_figures import LedgerFigures
from planning.reach.names import gap_place
from planning.report import bounds_text
from planning.standards.catalogue import Preset, Standard
from planning.standards.judgement import StandardsResult
from planning.standards.paragraphs import figure_text, paragraph, target_text
from planning.standards.verdict import (
    FORCE_WORDS,
    Status,
    Verdict,
    gap_text,
    note_text,
    verdict_text,
)
from planning.words.figure import SPEED_WORDS, Figure
from planning.words.figures import mode_text
from planning.words.wording import Language, Translate, finding_sentence, msgid, translator

MOST_WARNINGS = 5
CIRCLE = "circle"
"""Column of 固定网点20分钟人口覆盖率, which no document sets a target for."""

MARKS: dict[Status, str] = {
    Status.MET: "✓",
    Status.PARTIAL: "◐",
    Status.NOT_MET: "✗",
    Status.REFERENCE_REACHED: "✓",
    Status.REFERENCE_PARTIAL: "◐",
    Status.REFERENCE_BELOW: "✗",
    Status.UNDECIDABLE: "?",
    Status.NO_DATA: "?",
    Status.DOUBTFUL: "?",
    Status.NOT_APPLICABLE: "—",
    Status.INFORMATION: "",
    # A past target neither passes nor fails anybody.
    Status.PAST_REACHED: "",
    Status.PAST_PARTIAL: "",
    Status.PAST_BELOW: "",
}
"""Shape as well as colour tells a verdict, so that a grey print can be read."""

COLOURS = {"✓": "#d6e8d5", "◐": "#fbe9b7", "✗": "#f6d0c8", "?": "#e4e4e4"}
SHORT_NAMES = {
    "zhoushan-2020/N1": msgid("Urban centres"),
    "shangyu-2022/N3a": msgid("Village cover"),
    "shangyu-2022/N3b": msgid("Clinics in plan"),
    "zhoushan-2020/N4": msgid("Village stations"),
    "zhoushan-2020/N20": msgid("Online, card"),
    "shangyu-2022/C2a": msgid("Inpatient care"),
    "shangyu-2022/C4": msgid("Famous doctors"),
    "shangyu-2022/C7b": msgid("Long-term care"),
    "shangyu-2022/C10a": msgid("Mental health"),
}
"""Heads of columns that have room for a few words; the full name stands behind the cell."""
FIRST_STANDARDS = ("N1", "N3a", "N3b", "N4", "N20", "C2a", "C4", "C7b", "C10a", "A19", "D2a")
"""Standards that come first in the matrix, by their id within a preset."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Zones by standards.

    Parameters
    ----------
    row_codes, row_names
        The whole study first (empty code), then its zones in order of code.
    column_ids, column_names, short_names
        Full ids of the standards, the circle first; names in full and in a few words.
    targets
        The target of each column; a dash where no document sets one.
    texts, gaps, colours
        One row a zone: verdict and current figure, verdict and gap to the target, and the
        background of both (empty: none).
    """

    row_codes: tuple[str, ...]
    row_names: tuple[str, ...]
    column_ids: tuple[str, ...]
    column_names: tuple[str, ...]
    short_names: tuple[str, ...]
    targets: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    gaps: tuple[tuple[str, ...], ...]
    colours: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CellDetail:
    """What stands behind one cell of the matrix."""

    title: str
    verdict: str
    current: str
    target: str
    gap: str
    sentence: str
    source: str
    notes: tuple[str, ...]
    ids: tuple[str, ...]


def matrix(
    assessment: Assessment, result: StandardsResult, language: Language, *, most: int = 9
) -> Matrix:
    """Return the matrix of the landing page.

    Parameters
    ----------
    most
        Standards that are shown at most; all others are in the tables of the standards.
    """
    translate = translator(language)
    judged = result.by_standard()
    shown = [key for key in judged if _has_zones(judged[key])]
    shown.sort(key=_rank)
    columns = shown[:most]
    zones = assessment.dataset.zones
    row_codes = ("", *zones.code)
    by_cell = {(row.zone_code, key): row for key in columns for row in judged[key]}
    texts, gaps, colours = [], [], []
    for number, code in enumerate(row_codes):
        cells = [_cell(result, by_cell.get((code, key)), translate) for key in columns]
        circle = _circle_figures(assessment, number - 1)
        texts.append((circle.share.text(language), *(cell.text for cell in cells)))
        gaps.append((_people(circle.uncovered, translate), *(cell.gap for cell in cells)))
        colours.append(("", *(cell.colour for cell in cells)))
    standards = [result.standard_of(judged[key][0]) for key in columns]
    names = [_short(*pair, language) for pair in standards]
    return Matrix(
        row_codes=row_codes,
        row_names=(translate("Whole county"), *zones.name),
        column_ids=(CIRCLE, *columns),
        column_names=(
            _circle_name(assessment, translate),
            *names,
        ),
        short_names=(
            translate("{minutes:g}-min circle").format(minutes=assessment.study.travel.minutes),
            *(
                translate(SHORT_NAMES[key]) if key in SHORT_NAMES else name
                for key, name in zip(columns, names, strict=True)
            ),
        ),
        targets=("—", *(target_text(found, translate) or "—" for _, found in standards)),
        texts=tuple(texts),
        gaps=tuple(gaps),
        colours=tuple(colours),
    )


def cell_detail(
    assessment: Assessment,
    result: StandardsResult,
    column_id: str,
    zone_code: str,
    *,
    language: Language,
) -> CellDetail:
    """Return verdict, figures, gap, sentence and list of one cell."""
    translate = translator(language)
    if column_id == CIRCLE:
        return _circle_detail(assessment, zone_code, translate)
    rows = result.by_standard()[column_id]
    verdict = next((row for row in rows if row.zone_code == zone_code), rows[0])
    preset, standard = result.standard_of(verdict)
    document = preset.document_of(standard)
    is_chinese = language == "zh"
    notes = tuple(note_text(note, translate) for note in verdict.notes)
    if not verdict.zone_code:
        notes = (paragraph(result, rows, language), *notes)
    return CellDetail(
        title=standard.title if is_chinese else standard.title_en,
        verdict=verdict_text(verdict, preset, standard, language),
        current=figure_text(standard, verdict, translate),
        target=target_text(standard, translate) or "—",
        gap=gap_text(verdict, standard, translate) or "—",
        sentence=standard.sentence if is_chinese else standard.sentence_en,
        source=translate("{document} {date}; force: {force}").format(
            document=document.title if is_chinese else document.title_en,
            date=document.date,
            force=translate(FORCE_WORDS[standard.force]),
        ),
        notes=notes,
        ids=verdict.ids,
    )


def listed_names(assessment: Assessment, ids: Sequence[str], translate: Translate) -> list[str]:
    """Return the names of villages, zones, institutions or gaps by their codes, else the code."""
    dataset = assessment.dataset
    names = dict(zip(dataset.facilities.id, dataset.facilities.name, strict=True))
    gaps = {gap.gap_id: gap for gap in assessment.gaps}
    for gap in (gaps[name] for name in ids if name in gaps):
        people = one_gap_figures(assessment, gap).people
        names[gap.gap_id] = f"{gap_place(dataset, gap, translate)} {people.words(translate)}"
    names |= dict(zip(dataset.zones.code, dataset.zones.name, strict=True))
    if dataset.villages is not None:
        names |= dict(zip(dataset.villages.code, dataset.villages.name, strict=True))
    return [names.get(name, name) for name in ids]


def key_warnings(assessment: Assessment, translate: Translate) -> list[str]:
    """Return up to five things that could change a verdict, the gravest first."""
    found = []
    dataset = assessment.dataset
    if assessment.reason is not None:
        found.append(finding_sentence(assessment.reason, translate))
    if assessment.headline_mode is None:
        found.append(
            translate("The mode of the circle is not confirmed (口径未确认): no verdict is given.")
        )
    result = assessment.modes[assessment.analysis_mode]
    doubtful = [
        name for name, flag in zip(dataset.zones.name, result.roads_incomplete, strict=True) if flag
    ]
    if doubtful:
        found.append(
            translate("Roads incomplete (路网不完整，结论待核): {zones}").format(
                zones="、".join(doubtful)
            )
        )
    ends = setting_range(assessment)
    if ends is not None:
        low, high = (setting_figures(assessment, variant).share for variant in ends)
        found.append(
            translate("Other defensible settings give {low} to {high} ({mode}).").format(
                low=low.words(translate),
                high=high.words(translate),
                mode=mode_text(assessment.analysis_mode, translate),
            )
        )
    unplaced = unplaced_figure(assessment)
    if unplaced.value:
        found.append(
            translate("{count} institutions have no place on the map and count nowhere.").format(
                count=unplaced.words(translate)
            )
        )
    grave = sorted(
        (f for f in assessment.findings if severity(f) == "warning"),
        key=lambda finding: -(finding.people or 0.0),
    )
    found += [finding_sentence(finding, translate) for finding in grave]
    return found[:MOST_WARNINGS]


def signature(assessment: Assessment, translate: Translate) -> str:
    """Return 制表单位 and 口径 in one line; dates and run number stand in the head of the page."""
    maker = assessment.study.maker or "—"
    made_by = translate("Made by (unit)") + translate(": ") + maker
    return f"{made_by} · {method_line(assessment, translate)}"


def method_line(assessment: Assessment, translate: Translate) -> str:
    """Return 口径: mode, minutes, speeds, population base and norm in one line."""
    figure = assessment.modes[assessment.analysis_mode].coverage[0]
    return translate(
        "Method: {mode}, {minutes:g} min, speeds {speeds}; people: {base};"
        " {bounds} people per centre"
    ).format(
        mode=mode_text(figure.mode, translate),
        minutes=figure.minutes,
        speeds=translate(SPEED_WORDS.get(figure.speed_set, figure.speed_set)),
        base=figure.population_base,
        bounds=bounds_text(assessment.ratios.bounds),
    )


def _has_zones(rows: Sequence[Verdict]) -> bool:
    judged = [row for row in rows if row.zone_code]
    return any(MARKS[row.status] in {"✓", "✗", "◐"} for row in judged)


def _rank(full_id: str) -> tuple[int, str]:
    own = full_id.partition("/")[2]
    known = own in FIRST_STANDARDS
    return (FIRST_STANDARDS.index(own) if known else len(FIRST_STANDARDS), full_id)


def _short(preset: Preset, standard: Standard, language: Language) -> str:
    document = preset.document_of(standard)
    place = document.short if language == "zh" else document.short_en
    return f"{standard.title if language == 'zh' else standard.title_en} ({place})"


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    gap: str
    colour: str


def _cell(result: StandardsResult, verdict: Verdict | None, translate: Translate) -> _Cell:
    if verdict is None:
        return _Cell("", "", "")
    _preset, standard = result.standard_of(verdict)
    mark = MARKS[verdict.status]
    gap = f"{mark} {gap_text(verdict, standard, translate)}".strip()
    text = mark
    if mark not in {"—", "?"} and verdict.current is not None:
        text = f"{mark} {figure_text(standard, verdict, translate)}".strip()
    return _Cell(text, gap, COLOURS.get(mark, ""))


def _circle_name(assessment: Assessment, translate: Translate) -> str:
    return translate("Inside the {minutes:g}-minute circle ({mode})").format(
        minutes=assessment.study.travel.minutes, mode=mode_text(assessment.analysis_mode, translate)
    )


def _circle_figures(assessment: Assessment, zone: int) -> LedgerFigures:
    """Return the coverage of a zone by its index; -1 is the whole study."""
    if zone < 0:
        return coverage_figures(assessment, assessment.analysis_mode)
    return zone_figures(assessment, assessment.analysis_mode, zone)


def _people(people: Figure, translate: Translate) -> str:
    return translate("{people} people").format(people=people.words(translate))


def _circle_detail(assessment: Assessment, zone_code: str, translate: Translate) -> CellDetail:
    dataset = assessment.dataset
    row = dataset.zones.code.index(zone_code) if zone_code else -1
    found = _circle_figures(assessment, row)
    gaps = [gap for gap in assessment.gaps if row < 0 or gap.zone == row]
    text = translate("{covered} of {inside} people are inside; {left} are not.")
    return CellDetail(
        title=_circle_name(assessment, translate),
        verdict=translate("For information"),
        current=found.share.words(translate),
        target="—",
        gap=_people(found.uncovered, translate),
        sentence=translate(
            "固定网点20分钟人口覆盖率: people who reach an open fixed point within the limit."
        ),
        source=method_line(assessment, translate),
        notes=(
            text.format(
                covered=found.covered.words(translate),
                inside=found.inside.words(translate),
                left=found.uncovered.words(translate),
            ),
            translate("{count} service gaps").format(count=len(gaps)),
        ),
        ids=tuple(gap.gap_id for gap in gaps),
    )
