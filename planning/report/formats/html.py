"""A report as one printable HTML file: A4 pages, no link, nothing from outside."""

from __future__ import annotations

from base64 import b64encode

from planning.maps.assets import asset, render
from planning.report.content import Report, Table, printed_rows
from planning.report.entries import Amount, entry_text
from planning.report.pages.small_map import icon
from planning.words.wording import translator

BESIDE = frozenset({"ledger", "sites", "zone_sites", "gaps"})
"""Tables that stand beside the map."""


def report_html(report: Report) -> str:
    """Return the report as the text of one HTML file."""
    translate = translator(report.language)
    names = {name for page in report.pages if page.picture for name, _ in page.picture.legend}
    return render(
        "report.html",
        report=report,
        lang="zh-CN" if report.language == "zh" else "en",
        style=asset("report/report.css"),
        beside=BESIDE,
        none=translate("None."),
        colon=translate(": "),
        icons={name: png_address(icon(name)) for name in names},
        address=png_address,
        text=entry_text,
        printed=printed_rows,
        is_numeric=is_numeric,
    )


def is_numeric(table: Table, place: int) -> bool:
    """Return whether a column holds figures alone."""
    return all(isinstance(row[place], Amount) for row in table.rows)


def png_address(png: bytes) -> str:
    """Return a picture as an address that needs no file."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")
