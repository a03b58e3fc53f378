"""A report as one printable HTML file: A4 pages, no link, nothing from outside."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from planning.report.content import Chart, MapPicture, Page, Report
from planning.report.entries import entry_text
from planning.report.pages.small_map import icon
from planning.words.figure import Figure
from planning.words.tables import Cell, Table, printed_rows
from planning.words.wording import translator

BESIDE = frozenset({"ledger", "sites", "zone_sites", "gaps"})
"""Tables that stand beside the map."""

STYLE = """
@page{size:A4 portrait;margin:11mm 13mm 13mm;
@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt;color:#444}}
*{box-sizing:border-box;-webkit-print-color-adjust:exact;print-color-adjust:exact}
html{background:#e8e8e8}
body{margin:0;color:#1b1b1b;font:8.6pt/1.42 "Noto Sans CJK SC","Source Han Sans SC",
"Microsoft YaHei","PingFang SC","SimSun",sans-serif;font-variant-numeric:tabular-nums}
.page{background:#fff;width:210mm;min-height:296mm;margin:6mm auto;padding:12mm 13mm;
display:flex;flex-direction:column}
.page.annex{display:block}
header{display:flex;justify-content:space-between;align-items:flex-end;
border-bottom:1.6pt solid #7d1a1a;padding-bottom:1.5mm;margin-bottom:2mm}
header .doc{font-size:8pt;color:#444;line-height:1.3}header>div+div{white-space:nowrap}
h1{font:700 16pt/1.2 "Noto Sans CJK SC","SimHei","Microsoft YaHei",sans-serif;margin:0}
h2{font:700 9.6pt/1.3 "Noto Sans CJK SC","SimHei","Microsoft YaHei",sans-serif;margin:2.4mm 0 .8mm}
.mark{display:inline-block;border:.8pt solid #7d1a1a;color:#7d1a1a;padding:.2mm 2mm;
margin-left:1.5mm;font-size:8.4pt}
.lead{margin:0 0 2mm;font-size:9.4pt}
.facts{display:flex;gap:2mm;margin-bottom:1.5mm}
.fact{flex:1;border:.6pt solid #b9b9b9;border-top:2pt solid #2166ac;padding:1mm 2mm}
.fact b{display:block;font-size:13pt;line-height:1.25}
.fact span{font-size:7.6pt;color:#333}
.split{display:flex;gap:4mm}.split>div{flex:1;min-width:0}
table{border-collapse:collapse;width:100%;table-layout:fixed}
caption{text-align:left;font-weight:700;font-size:9.4pt;padding:1.4mm 0 .6mm}
table+.split{margin-top:2mm}.split caption{padding-top:0}
.split table+table,.split p+table{margin-top:1.4mm}
th,td{border:.5pt solid #a8a8a8;padding:.4mm 1mm;line-height:1.32;text-align:left;
vertical-align:middle;overflow-wrap:anywhere}
td{font-size:7.9pt}
html[lang=en] td,html[lang=en] th,html[lang=en] .lead{font-size:7.1pt}
html[lang=en] .split>div:first-child:has(figure){flex:.7}
th{background:#eef2f6;font-weight:700;font-size:7.8pt}
td.n,th.n{text-align:right}td.n{white-space:nowrap}
.none{margin:0}
thead{display:table-header-group}tr{break-inside:avoid}
.note{font-size:7.3pt;color:#444;margin:.6mm 0 0}
figure{margin:0}figure img{width:100%;display:block;border:.6pt solid #888}
figcaption{font-size:7.4pt;margin-top:.8mm;line-height:1.5}
.key{white-space:nowrap;margin-right:2.4mm}.key img{display:inline-block;width:3.2mm;height:3.2mm;
border:0;vertical-align:-.6mm;margin-right:.8mm}
.chart{width:100%;height:auto;font-family:inherit}
.charts{display:flex;gap:4mm}.charts>div{flex:1;min-width:0}
footer{margin-top:auto;border-top:.8pt solid #888;padding-top:1mm;font-size:7.4pt;line-height:1.35;
color:#222}
html[lang=en] header .doc{font-size:7pt}html[lang=en] footer,html[lang=en] .note{font-size:6.9pt}
footer dl{margin:0;display:flex;flex-wrap:wrap;gap:.2mm 5mm}
footer dt,footer dd{display:inline;margin:0}footer dt{font-weight:700}
.sign{display:flex;justify-content:space-between;margin:1.4mm 8mm 0;font-size:8.8pt}
ul{margin:1mm 0 0;padding-left:4.5mm}li{margin:.4mm 0}
@media print{html{background:#fff}
.page{width:auto;min-height:272mm;margin:0;padding:0;break-after:page}
.page:last-child{break-after:auto}}
"""


def report_html(report: Report) -> str:
    """Return the report as the text of one HTML file."""
    pages = "\n".join(_page(report, page) for page in report.pages)
    lang = "zh-CN" if report.language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style></head>\n"
        f"<body>\n{pages}\n</body></html>\n"
    )


def _page(report: Report, page: Page) -> str:
    if page.scope == "annex":
        inner = _lead(page) + "".join(_table(report, table) for table in page.tables)
        inner += _lines(page)
    elif page.picture is not None:
        inner = _lead(page) + _facts(report, page) + _with_picture(report, page, page.picture)
    else:
        inner = _lead(page) + _without_picture(report, page)
    return (
        f'<section class="page {page.scope}">{_header(report, page)}{inner}'
        f"{_footer(report)}</section>"
    )


def _header(report: Report, page: Page) -> str:
    marks = "".join(f'<span class="mark">{escape(mark)}</span>' for mark in report.marks)
    name = f"{escape(report.title)} · {escape(report.subtitle)}"
    return (
        f'<header><div><div class="doc">{name}</div><h1>{escape(page.title)}</h1></div>'
        f"<div>{marks}</div></header>"
    )


def _lead(page: Page) -> str:
    return f'<p class="lead">{escape(page.lead)}</p>' if page.lead else ""


def _lines(page: Page) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in page.lines)
    return f"<ul>{items}</ul>" if items else ""


def _facts(report: Report, page: Page) -> str:
    cells = "".join(
        f'<div class="fact"><b{_identity(fact.value)}>'
        f"{escape(entry_text(fact.value, report.language))}</b>"
        f"<span>{escape(fact.label)}</span></div>"
        for fact in page.facts
    )
    return f'<div class="facts">{cells}</div>'


def _with_picture(report: Report, page: Page, picture: MapPicture) -> str:
    """Return a page with its map at the left, short tables beside it and long ones below."""
    beside = "".join(_table(report, table) for table in page.tables if table.key in BESIDE)
    below = "".join(_table(report, table) for table in page.tables if table.key not in BESIDE)
    split = f'<div class="split"><div>{_figure(picture)}</div><div>{beside}</div></div>'
    return split + below + _charts(page)


def _without_picture(report: Report, page: Page) -> str:
    first, *others = page.tables
    beside = "".join(f"<div>{_table(report, table)}</div>" for table in others)
    split = f'<div class="split">{beside}</div>' if beside else ""
    return f"{_table(report, first)}{split}{_charts(page)}"


def _charts(page: Page) -> str:
    charts = "".join(
        f"<div><h2>{escape(chart.title)}</h2>{_labelled(chart)}</div>" for chart in page.charts
    )
    return f'<div class="charts">{charts}</div>' if charts else ""


def _labelled(chart: Chart) -> str:
    """Return the picture with its title for those who cannot see it; its figures are in a table."""
    return chart.svg.replace("<svg ", f'<svg aria-label="{escape(chart.title)}" ', 1)


def _figure(picture: MapPicture) -> str:
    keys = "".join(
        f'<span class="key"><img alt="" src="{_data(icon(name))}">{escape(words)}</span>'
        for name, words in picture.legend
    )
    return (
        f'<figure><img alt="{escape(picture.title)}. {escape(picture.note)}"'
        f' src="{_data(picture.png)}">'
        f"<figcaption>{keys}<br>{escape(picture.note)}</figcaption></figure>"
    )


def _table(report: Report, table: Table) -> str:
    if not table.rows:
        translate = translator(report.language)
        none = escape(translate("None."))
        return f'<h2 data-key="{table.key}">{escape(table.title)}</h2><p class="none">{none}</p>'
    total = sum(column.width for column in table.columns)
    columns = "".join(
        f'<col style="width:{100 * column.width / total:.1f}%">' for column in table.columns
    )
    numeric = [
        bool(table.rows) and all(_is_number(row[place]) for row in table.rows)
        for place in range(len(table.headers))
    ]
    head = "".join(
        f"<th{_right(right)}>{escape(header)}</th>"
        for header, right in zip(table.headers, numeric, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_right(right)}{_identity(cell)}>{escape(text)}</td>"
            for text, right, cell in zip(texts, numeric, row, strict=True)
        )
        + "</tr>"
        for texts, row in zip(printed_rows(table, report.language), table.rows, strict=True)
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<table data-key="{table.key}"><caption>{escape(table.title)}</caption>'
        f"<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{note}"
    )


def _footer(report: Report) -> str:
    labels = "".join(
        f"<div><dt>{escape(name)}</dt>{escape(colon)}<dd>{escape(text)}</dd></div>"
        for (name, text), colon in zip(
            report.labels,
            [translator(report.language)(": ")] * len(report.labels),
            strict=True,
        )
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in report.notes)
    signs = "".join(f"<span>{escape(text)}</span>" for text in report.signatures)
    return f'<footer><dl>{labels}</dl>{notes}<div class="sign">{signs}</div></footer>'


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Figure)


def _identity(cell: Cell) -> str:
    """Return the attribute that says which figure an element holds."""
    return f' data-figure="{escape(cell.identity)}"' if isinstance(cell, Figure) else ""


def _right(is_right: bool) -> str:
    return ' class="n"' if is_right else ""


def _data(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode("ascii")
