"""A report as a Word document: A4, real tables, page numbers, Chinese fonts set by name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from planning.report.content import MapPicture, Page, Report
from planning.report.pages.small_map import icon
from planning.words.figure import Anchors, Figure
from planning.words.tables import Cell, Table, cell_text, printed_rows
from planning.words.wording import translator

BODY_FONT, HEAD_FONT, LATIN_FONT = "宋体", "黑体", "Times New Roman"
TEXT_WIDTH_MM = 184
MAP_WIDTH_MM = {"county": 105, "zone": 68, "annex": 68}
SHADE = "EEF2F6"


def report_docx(report: Report) -> bytes:
    """Return the report as a Word document."""
    document: Any = Document()
    _set_styles(document)
    _set_pages(document, report)
    anchors = Anchors()
    for number, page in enumerate(report.pages):
        if number:
            document.add_page_break()
        _add_page(document, report, page, anchors)
    document.core_properties.title = report.title
    document.core_properties.author = "ServiceCircle"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_styles(document: Any) -> None:
    """Set Latin and Chinese fonts: Word takes the Chinese one from w:eastAsia only."""
    for name, font, size in (
        ("Normal", BODY_FONT, 9),
        ("Heading 1", HEAD_FONT, 16),
        ("Heading 2", HEAD_FONT, 10.5),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = LATIN_FONT, Pt(size)
        style.font.color.rgb = RGBColor(0x1B, 0x1B, 0x1B)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:ascii"), LATIN_FONT)
        fonts.set(qn("w:hAnsi"), LATIN_FONT)
        fonts.set(qn("w:eastAsia"), font)
        style.paragraph_format.space_before = Pt(5 if name == "Heading 2" else 0)
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.line_spacing = 1.0


def _set_pages(document: Any, report: Report) -> None:
    """Set A4, margins, the head with the audience and the foot with who, when, which run."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(13)
    section.top_margin, section.bottom_margin = Mm(18), Mm(24)
    section.header_distance, section.footer_distance = Mm(8), Mm(7)
    head = section.header.paragraphs[0]
    head.text = f"{report.title} · {report.subtitle}    【{' · '.join(report.marks)}】"
    colon = translator(report.language)(": ")
    foot = section.footer.paragraphs[0]
    foot.text = "    ".join(f"{name}{colon}{text}" for name, text in report.labels)
    for note in report.notes:
        section.footer.add_paragraph(note)
    signs = section.footer.add_paragraph("    ".join(report.signatures) + "    ")
    _add_field(signs, "PAGE")
    signs.add_run(" / ")
    _add_field(signs, "NUMPAGES")
    for paragraph in (head, *section.footer.paragraphs):
        _small(paragraph)


def _add_page(document: Any, report: Report, page: Page, anchors: Anchors) -> None:
    document.add_heading(_clean(page.title), level=1)
    if page.lead:
        document.add_paragraph(_clean(page.lead))
    for alert in page.alerts:
        document.add_paragraph(_clean(alert), style="List Bullet")
    if page.facts:
        headers = [fact.label for fact in page.facts]
        values = [fact.value for fact in page.facts]
        texts = [cell_text(value, report.language) for value in values]
        grid = _add_grid(document, headers, [1] * len(headers))
        cells = grid.add_row().cells
        _fill(cells, texts, [True] * len(values))
        _mark(cells, values, anchors)
    if page.picture is not None:
        _add_picture(document, page, page.picture)
    for table in page.tables:
        _add_table(document, report, table, anchors)
    for line in page.lines:
        document.add_paragraph(_clean(line))


def _add_picture(document: Any, page: Page, picture: MapPicture) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(4)
    width = Mm(MAP_WIDTH_MM[page.scope])
    paragraph.add_run().add_picture(io.BytesIO(picture.png), width=width)
    keys = document.add_paragraph()
    keys.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name, words in picture.legend:
        keys.add_run().add_picture(io.BytesIO(icon(name)), width=Mm(3))
        keys.add_run(f" {_clean(words)}   ")
    note = document.add_paragraph(_clean(picture.note))
    note.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _small(keys)
    _small(note)


def _add_table(document: Any, report: Report, table: Table, anchors: Anchors) -> None:
    document.add_heading(_clean(table.title), level=2)
    if not table.rows:
        translate = translator(report.language)
        document.add_paragraph(translate("None."))
        return
    widths = [column.width for column in table.columns]
    grid = _add_grid(document, table.headers, widths)
    for row, texts in zip(table.rows, printed_rows(table, report.language), strict=True):
        cells = grid.add_row().cells
        _fill(cells, texts, [isinstance(cell, Figure) for cell in row])
        _mark(cells, row, anchors)
    _set_widths(grid, widths)
    if table.note:
        _small(document.add_paragraph(_clean(table.note)))


def _add_grid(document: Any, headers: Sequence[str], widths: Sequence[int]) -> Any:
    """Return a table with a shaded head that is repeated on every page."""
    grid = document.add_table(rows=1, cols=len(headers))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _fill(grid.rows[0].cells, headers, [False] * len(headers))
    row = grid.rows[0]._tr.get_or_add_trPr()
    row.append(_element("w:tblHeader", {"w:val": "true"}))
    for cell in grid.rows[0].cells:
        cell._tc.get_or_add_tcPr().append(
            _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": SHADE})
        )
        for run in cell.paragraphs[0].runs:
            run.bold = True
    _set_widths(grid, widths)
    return grid


def _fill(cells: Sequence[Any], texts: Sequence[str], right: Sequence[bool]) -> None:
    for cell, text, is_right in zip(cells, texts, right, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.text = _clean(text)
        paragraph.paragraph_format.space_after = Pt(0)
        if is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for run in paragraph.runs:
            run.font.size = Pt(7.5)


def _mark(cells: Sequence[Any], values: Sequence[Cell], anchors: Anchors) -> None:
    """Set a bookmark around every figure of a row."""
    for cell, value in zip(cells, values, strict=True):
        if isinstance(value, Figure):
            name, place = anchors.next(value), cell.paragraphs[0]._p
            number = {"w:id": str(anchors.count)}
            first = _element("w:bookmarkStart", {**number, "w:name": name})
            place.insert(place.index(place.find(qn("w:r"))), first)
            place.append(_element("w:bookmarkEnd", number))


def _set_widths(grid: Any, widths: Sequence[int]) -> None:
    total = sum(widths)
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(TEXT_WIDTH_MM * width / total)


def _add_field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        if kind:
            run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))
        else:
            instruction = _element("w:instrText", {"xml:space": "preserve"})
            instruction.text = text
            run._r.append(instruction)


def _element(name: str, attributes: dict[str, str]) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element


def _small(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.size = Pt(7.5)


def _clean(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
