"""What a map shows, as tables: for those who cannot see it, and for copying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from planning.maps.layers import Layer, PolygonLayer, SiteLayer


@dataclass(frozen=True, slots=True)
class TextTable:
    """The names and popup rows of one layer; the first header names the layer."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def text_tables(layers: Sequence[Layer]) -> tuple[TextTable, ...]:
    """Return the named areas and the proposed sites of a map with what their popups say.

    Cells are read under the pointer and by zone in these tables; institutions by the search.
    """
    found = []
    for layer in layers:
        if not isinstance(layer, PolygonLayer | SiteLayer) or not layer.name or not layer.fields:
            continue
        headers = (layer.label, *(label for label, _ in layer.fields))
        columns = (layer.name, *(texts for _, texts in layer.fields))
        found.append(TextTable(layer.label, headers, tuple(zip(*columns, strict=True))))
    return tuple(found)


def tables_html(tables: Sequence[TextTable], heading: str) -> str:
    """Return tables behind a button that needs no script; nothing when there are none."""
    if not tables:
        return ""
    return (
        f'<details class="tables"><summary>{escape(heading)}</summary>'
        + "".join(_table(table) for table in tables)
        + "</details>"
    )


def _table(table: TextTable) -> str:
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in table.headers)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(text)}</td>" for text in row[1:])
        + "</tr>"
        for row in table.rows
    )
    return (
        f"<table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
