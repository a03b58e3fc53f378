"""Findings as rows for people and programs, and as XLSX and JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data.errors import MESSAGES
from data.messages.words import worded
from data.store import write_json
from data.types import Dataset
from geo.errors import Finding
from planning.audit.places import place_rows, places_sheet
from planning.audit.remarks import Remark, remarks_json, remarks_sheet
from planning.words.headers import column_title
from planning.words.sheets import Sheet
from planning.words.tables import Value, as_text
from planning.words.wording import Language, Translate, translator

HEADERS = ("code", "severity", "file", "column", "rows", "people", "meaning", "fix")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One finding, said in the user's language.

    `people` is None where nobody can be counted; `rows` are the first rows or ids, between blanks.
    """

    code: str
    severity: str
    file: str
    column: str
    rows: str
    people: float | None
    meaning: str
    fix: str


def audit_rows(findings: Sequence[Finding], translate: Translate) -> tuple[AuditRow, ...]:
    """Return findings as rows, in their order."""
    rows = []
    for finding in findings:
        message = MESSAGES[finding.code]
        params = worded(finding.params, translate)
        rows.append(
            AuditRow(
                code=finding.code,
                severity=message.severity,
                file=finding.file,
                column=finding.column,
                rows=" ".join(map(str, finding.rows)),
                people=finding.people,
                meaning=translate(message.text).format(**params),
                fix=translate(message.fix).format(**params) if message.fix else "",
            )
        )
    return tuple(rows)


def write_audit_json(
    path: Path, rows: Sequence[AuditRow], remarks: tuple[Remark, ...] = ()
) -> None:
    """Write the rows and what people have remarked as `servicecircle.audit/1`."""
    value = {"findings": [asdict(row) for row in rows], "remarks": remarks_json(remarks)}
    write_json(path, value, kind="audit", version=1)


def audit_workbook(
    rows: Sequence[AuditRow], headers: Sequence[str], *, more: Sequence[Sheet] = ()
) -> bytes:
    """Return the audit as the bytes of an XLSX file.

    Parameters
    ----------
    rows
        Findings.
    headers
        Column titles in the user's language, in the order of `HEADERS`.
    more
        Further sheets: the worklist, remarks.
    """
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(headers))
    for row in rows:
        _append(sheet, asdict(row).values())
    for letter, width in zip("ABCDEFGH", (22, 10, 24, 16, 30, 12, 70, 50), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    for each in more:
        page = book.create_sheet(each.title)
        page.append(list(each.headers))
        for cells in each.rows:
            _append(page, cells)
        page.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def audit_download(
    dataset: Dataset,
    findings: Sequence[Finding],
    remarks: tuple[Remark, ...],
    language: Language,
) -> bytes:
    """Return findings, places to settle and remarks as one workbook, as `audit --out` writes it."""
    translate = translator(language)
    titles = [column_title(name, translate) for name in HEADERS]
    more = (
        places_sheet(dataset, place_rows(dataset), language),
        remarks_sheet(remarks, translate),
    )
    return audit_workbook(audit_rows(findings, translate), titles, more=more)


def _append(sheet: Any, cells: Iterable[Value]) -> None:
    sheet.append([as_text(value) if isinstance(value, str) else value for value in cells])
