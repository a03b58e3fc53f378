"""Rows of standards: name, source, current figure, target, verdict and gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planning.report.content import Source
from planning.report.tally import withhold
from planning.standards.catalogue import Preset, Standard
from planning.standards.paragraphs import target_text
from planning.standards.standard_figures import current_figure
from planning.standards.verdict import Status, Verdict, gap_text, verdict_text
from planning.words.figure import Figure
from planning.words.tables import Cell, Column, Table, table_of
from planning.words.wording import Language, msgid

MOST_ON_PAGE: dict[Language, tuple[int, int]] = {"zh": (8, 7), "en": (7, 5)}
"""Standards on the page of the whole study, and on that of a zone."""
JUDGED = (
    Status.NOT_MET,
    Status.REFERENCE_BELOW,
    Status.PARTIAL,
    Status.REFERENCE_PARTIAL,
    Status.MET,
    Status.REFERENCE_REACHED,
)
"""Verdicts that say something, those with a gap first."""

HEADERS = (
    msgid("Standard"),
    msgid("Document"),
    msgid("Current"),
    msgid("Target"),
    msgid("Verdict"),
    msgid("Target gap"),
)
COLUMNS: dict[Language, tuple[int, ...]] = {"zh": (0, 1, 2, 3, 4, 5), "en": (0, 2, 3, 4, 5)}
"""English is longer: there the verdict names the document, and the page stays one page."""
WIDTHS: dict[Language, tuple[int, ...]] = {
    "zh": (30, 13, 13, 17, 28, 18),
    "en": (34, 12, 15, 56, 21),
}


def page_standards(source: Source, zone_code: str) -> Table:
    """Return the standards of one zone ("" is the whole) that a page has room for.

    Standards that bind the place come first, then those with a gap, then the others; what is not
    judged in this zone is left to the annex.
    """
    standards = source.standards
    rows = [row for row in standards.verdicts if row.zone_code == zone_code]
    if not zone_code:
        by_zone = {row.standard_id for row in standards.verdicts if row.zone_code}
        rows = [row for row in rows if row.standard_id in by_zone]
    judged = [row for row in rows if row.status in JUDGED]
    judged.sort(key=lambda row: (row.standard_id not in standards.bound, JUDGED.index(row.status)))
    shown = judged[: MOST_ON_PAGE[source.options.language][bool(zone_code)]]
    note = ""
    if len(rows) > len(shown):
        text = msgid("{count} more standards are in the workbook.")
        note = source.translate(text).format(count=len(rows) - len(shown))
    return standards_table(source, shown, note=note)


def all_standards(source: Source) -> Table:
    """Return every standard of the whole study in order of its document, with its sentence."""
    verdicts = source.standards.whole()
    table = standards_table(source, verdicts)
    is_chinese = source.options.language == "zh"
    found = [source.standards.standard_of(verdict)[1] for verdict in verdicts]
    sentences = [row.sentence if is_chinese else row.sentence_en for row in found]
    header = source.translate("Sentence")
    last = Column(header, sentences, title=header, width=52)
    return replace(table, columns=(*table.columns, last), has_ditto=True)


def standards_table(source: Source, verdicts: Sequence[Verdict], *, note: str = "") -> Table:
    """Return verdicts as a table."""
    translate = source.translate
    columns = COLUMNS[source.options.language]
    rows = [standard_row(source, verdict) for verdict in verdicts]
    return table_of(
        msgid("Standards"),
        [HEADERS[column] for column in columns],
        [tuple(row[column] for column in columns) for row in rows],
        translate,
        key="standards",
        widths=WIDTHS[source.options.language],
        note=note,
    )


def standard_row(source: Source, verdict: Verdict) -> tuple[Cell, ...]:
    """Return one verdict as a row."""
    translate, language = source.translate, source.options.language
    preset, standard = source.standards.standard_of(verdict)
    document = document_text(source, preset, standard)
    words = verdict_text(verdict, preset, standard, language)
    if language == "en" and document not in words:
        words = f"{words} ({document})"
    return (
        standard.title if language == "zh" else standard.title_en,
        document,
        printed_current(source, standard, verdict),
        target_text(standard, translate) or "—",
        words,
        printed_gap(source, standard, verdict) or "—",
    )


def document_text(source: Source, preset: Preset, standard: Standard) -> str:
    """Return the short name of a standard's document."""
    document = preset.document_of(standard)
    return document.short if source.options.language == "zh" else document.short_en


def printed_current(source: Source, standard: Standard, verdict: Verdict) -> Figure:
    """Return the current figure; withheld where it gives a hidden count away."""
    unit, name = verdict.zone_code, verdict.standard_id
    current = current_figure(standard, verdict)
    is_told = any((unit, f"{name}/{part}") in source.tally.hidden for part in ("part", "rest"))
    return withhold(current) if is_told else current


def printed_gap(source: Source, standard: Standard, verdict: Verdict) -> str:
    """Return the gap in people and institutions, its people hidden where they must be."""
    key = (verdict.zone_code, f"{verdict.standard_id}/gap")
    if key not in source.tally.hidden:
        return gap_text(verdict, standard, source.translate)
    mark = source.tally.amount(*key).text(source.language)
    rest = gap_text(replace(verdict, gap_people=None), standard, source.translate)
    people = source.translate("{people} people").format(people=mark)
    return source.translate(", ").join(part for part in (people, rest) if part)
