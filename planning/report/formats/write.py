"""Write a report into a folder: HTML, Word, workbook and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from data.errors import StudyError
from geo.errors import Finding, Progress
from planning.report.content import Report
from planning.report.formats.docx import report_docx
from planning.report.formats.html import report_html
from planning.report.formats.pdf import find_browser, print_pdf
from planning.report.formats.xlsx import report_xlsx
from planning.words.wording import msgid, translator

Format: TypeAlias = Literal["html", "docx", "xlsx", "pdf", "map", "results"]
FORMATS: tuple[Format, ...] = ("html", "docx", "xlsx", "pdf", "map", "results")
USUAL: tuple[Format, ...] = ("html", "docx", "xlsx", "pdf", "map")
"""What is made when nobody says otherwise."""
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


def write_formats(
    report: Report, folder: Path, formats: Sequence[Format], *, progress: Progress | None = None
) -> tuple[str, ...]:
    """Write the files of a report; return sentences about those that could not be made.

    Parameters
    ----------
    formats
        Those of a report; map and results are for others to write.
    progress
        Called before the PDF, which takes longest; raises `Cancelled` to stop.
    """
    translate = translator(report.language)
    html = folder / "report.html"
    html.write_text(report_html(report), encoding="utf-8")
    if "docx" in formats:
        (folder / "report.docx").write_bytes(report_docx(report))
    if "xlsx" in formats:
        (folder / "report.xlsx").write_bytes(report_xlsx(report))
    notes: tuple[str, ...] = ()
    if "pdf" in formats:
        if progress is not None:
            progress(msgid("Printing the PDF"), 0, 1)
        browser = find_browser()
        if browser is None:
            notes = (translate(NO_BROWSER),)
        elif not print_pdf(html, folder / "report.pdf", browser=browser):
            notes = (translate(PRINT_FAILED),)
    if "html" not in formats:
        html.unlink()
    return notes
