"""A report as one printable HTML file: A4 pages, no link, nothing from outside."""

from __future__ import annotations

from base64 import b64encode

from planning.maps.assets import asset, render
from planning.report.content import Report
from planning.report.pages.small_map import icon
from planning.words.figure import Figure
from planning.words.tables import Cell, Table, cell_text, printed_rows
from planning.words.wording import Language, translator

BESIDE = frozenset({"ledger", "sites", "zone_sites", "gaps"})
"""Tables that stand beside the map."""


def report_html(report: Report) -> str:
    """Return the report as the text of one HTML file; every figure says which it is."""
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
        text=lambda cell: cell_text(cell, report.language),
        printed=lambda table: printed_cells(table, report.language),
        identity=identity,
        is_numeric=is_numeric,
    )


def printed_cells(table: Table, language: Language) -> list[list[tuple[str, str]]]:
    """Return the rows of a table: the text of each cell, and which figure it holds."""
    return [
        [(text, identity(cell)) for text, cell in zip(texts, row, strict=True)]
        for texts, row in zip(printed_rows(table, language), table.rows, strict=True)
    ]


def identity(cell: Cell) -> str:
    """Return the identity of a cell's figure; empty where it holds none."""
    return cell.identity if isinstance(cell, Figure) else ""


def is_numeric(table: Table, place: int) -> bool:
    """Return whether a column holds figures alone."""
    return all(isinstance(cell, Figure) for cell in table.columns[place].values)


def png_address(png: bytes) -> str:
    """Return a picture as an address that needs no file."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")
