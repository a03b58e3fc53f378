"""Findings as rows for people and programs, and as XLSX and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.errors import MESSAGES
from data.messages.words import worded
from data.store import write_json
from data.types import Dataset
from geo.errors import Finding
from planning.audit.remarks import Remark, remarks_json, remarks_sheet
from planning.audit.worklist import worklist, worklist_sheet
from planning.words.headers import column_title
from planning.words.tables import Table, table_of
from planning.words.wording import Language, Translate, translator
from planning.words.workbooks import workbook_bytes

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


def findings_table(rows: Sequence[AuditRow], translate: Translate) -> Table:
    """Return the findings as the first sheet of the audit."""
    headers = [column_title(name, translate) for name in HEADERS]
    cells = [tuple(asdict(row).values()) for row in rows]
    return table_of(translate("Findings"), headers, cells, key="findings")


def audit_download(
    dataset: Dataset,
    findings: Sequence[Finding],
    remarks: tuple[Remark, ...],
    language: Language,
) -> bytes:
    """Return findings, places to settle and remarks as one workbook, as `audit --out` writes it."""
    translate = translator(language)
    tables = (
        findings_table(audit_rows(findings, translate), translate),
        worklist_sheet(dataset, worklist(dataset), language),
        remarks_sheet(remarks, translate),
    )
    return workbook_bytes(tables, language)
