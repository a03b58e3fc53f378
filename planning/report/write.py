"""Write a report into a folder: HTML, Word, workbook, PDF and the offline map of its audience."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from data.errors import StudyError
from geo.errors import Finding, Progress
from planning.folder import RUN_FILE, output_folder
from planning.maps import to_html
from planning.report.audience import audience_map
from planning.report.compose import compose, source_of
from planning.report.content import Report, ReportOptions
from planning.report.docx import report_docx
from planning.report.html import report_html
from planning.report.pdf import find_browser, print_pdf
from planning.report.xlsx import report_xlsx
from planning.run import run_record
from planning.verdicts.assess import StandardsResult
from planning.wording import msgid, translator
from planning.workflow import Assessment

Format: TypeAlias = Literal["html", "docx", "xlsx", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "docx", "xlsx", "pdf")
NO_BROWSER = msgid(
    "No PDF: it needs Chrome, Edge or Chromium on this machine. Open report.html and print it."
)
PRINT_FAILED = msgid("No PDF: the browser did not print. Open report.html and print it.")


def formats_of(text: str) -> tuple[Format, ...]:
    """Return the formats of a list such as `html,docx`.

    Raises
    ------
    StudyError
        When one is not known.

    >>> formats_of("pdf, html")
    ('html', 'pdf')
    """
    asked = {word.strip() for word in text.split(",") if word.strip()}
    unknown = sorted(asked - set(FORMATS))
    if unknown or not asked:
        params = (("names", ", ".join(unknown)), ("known", ", ".join(FORMATS)))
        raise StudyError(Finding("report_format", params))
    return tuple(name for name in FORMATS if name in asked)


def write_report(
    assessment: Assessment,
    standards: StandardsResult,
    target: Path,
    *,
    options: ReportOptions,
    formats: Sequence[Format] = FORMATS,
    command: str = "",
    started: float | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write a report and the map of its audience, all or nothing.

    Parameters
    ----------
    target
        Output folder; earlier results of ours move to `<target>.previous`.
    formats
        What to write; a PDF that cannot be made is left out with a sentence.
    command, started
        As for `planning.export.write_results`.

    Returns
    -------
    tuple of str
        Sentences about what could not be made, in the language of the report.

    Raises
    ------
    FolderRefusedError, FolderBusyError
        When the folder cannot be used.
    Cancelled
        When `progress` raises it.
    """
    with output_folder(target) as folder:
        source = source_of(assessment, standards, options)
        report = compose(source, progress=progress)
        notes = write_formats(report, folder, formats)
        if progress is not None:
            progress(msgid("Drawing the map"), 0, 1)
        page = to_html(audience_map(source))
        (folder / "map.html").write_text(page, encoding="utf-8")
        record = run_record(assessment, command, started)
        record["audience"] = options.audience
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
        (folder / RUN_FILE).write_text(text + "\n", encoding="utf-8")
    return notes


def write_formats(report: Report, folder: Path, formats: Sequence[Format]) -> tuple[str, ...]:
    """Write the files of a report; return sentences about those that could not be made."""
    translate = translator(report.language)
    html = folder / "report.html"
    html.write_text(report_html(report), encoding="utf-8")
    if "docx" in formats:
        (folder / "report.docx").write_bytes(report_docx(report))
    if "xlsx" in formats:
        (folder / "report.xlsx").write_bytes(report_xlsx(report))
    notes: tuple[str, ...] = ()
    if "pdf" in formats:
        browser = find_browser()
        if browser is None:
            notes = (translate(NO_BROWSER),)
        elif not print_pdf(html, folder / "report.pdf", browser=browser):
            notes = (translate(PRINT_FAILED),)
    if "html" not in formats:
        html.unlink()
    return notes
