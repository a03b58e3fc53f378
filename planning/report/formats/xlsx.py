"""A report as a workbook: one sheet a kind of table, the page of each row in the first column."""

from __future__ import annotations

from planning.report.content import Report
from planning.words.tables import Row, Table, table_of
from planning.words.wording import translator
from planning.words.workbooks import workbook_bytes


def report_xlsx(report: Report) -> bytes:
    """Return the report as a workbook.

    The first sheet says what it is; then one sheet a kind of table, the rows of all pages with
    their page in front. Figures are numbers with their format and name, hidden ones the text that
    is printed.
    """
    kinds = [_join_pages(report, tables) for tables in _by_key(report).values()]
    return workbook_bytes((_about(report), *kinds), report.language)


def _by_key(report: Report) -> dict[str, list[tuple[str, Table]]]:
    """Return the tables by kind, with the title of their page; all standards on a sheet too."""
    found: dict[str, list[tuple[str, Table]]] = {}
    for page in report.pages:
        for table in page.tables:
            key = f"all_{table.key}" if page.scope == "annex" else table.key
            found.setdefault(key, []).append((page.title, table))
    return found


def _join_pages(report: Report, tables: list[tuple[str, Table]]) -> Table:
    """Return the tables of one kind below each other."""
    first = tables[0][1]
    notes = dict.fromkeys(table.note for _, table in tables if table.note)
    return table_of(
        first.title,
        (translator(report.language)("Page"), *first.headers),
        [(page, *row) for page, table in tables for row in table.rows],
        key=first.key,
        note="\n".join((*notes, *report.notes)),
    )


def _about(report: Report) -> Table:
    """Return what the workbook is, for whom, how it was made, and its figures in large print."""
    rows: list[Row] = [(mark, None) for mark in report.marks]
    rows += [*report.labels, *((note, None) for note in report.notes)]
    for page in report.pages:
        if page.facts:
            rows.append((page.title, page.lead))
            rows += [(fact.label, fact.value) for fact in page.facts]
    title = translator(report.language)("Summary")
    return table_of(title, (report.title, report.subtitle), rows)
