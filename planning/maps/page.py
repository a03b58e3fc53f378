"""The map as one HTML file: title, map, legend, source line, and nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from planning.maps.assets import (
    LEAFLET_CSS,
    LEAFLET_JS,
    LEAFLET_LICENCE,
    MAP_CSS,
    PAGE_CSS,
    asset,
    map_script,
    require_self_contained,
)
from planning.maps.layers import MapSpec
from planning.maps.pack.payload import EncodedMap, encode_map
from planning.maps.pack.sinks import document_json, inline_blobs
from planning.maps.tables import TextTable, tables_html

_START = "ServiceCircle.page();"


def write_html(spec: MapSpec | EncodedMap, path: Path, *, compress: bool = True) -> None:
    """Write a map as one HTML file that needs no network.

    Parameters
    ----------
    spec
        The map, or the map encoded before.
    path
        File to write; an older one is replaced.
    compress
        False for browsers that cannot unpack gzip (before 2020; Firefox before 2023).
    """
    path.write_text(to_html(spec, compress=compress), encoding="utf-8", newline="\n")


def to_html(spec: MapSpec | EncodedMap, *, compress: bool = True) -> str:
    """Return a map as the text of one HTML page that needs no network.

    Parameters
    ----------
    spec, compress
        As in `write_html`.

    Raises
    ------
    ValueError
        When the spec contradicts itself, see `encode_map`.
    ExternalLinkError
        When any part would fetch something from outside the page.
    """
    encoded = spec if isinstance(spec, EncodedMap) else encode_map(spec)
    told = encoded.document
    data = document_json(told, inline_blobs(encoded, is_compressed=compress))
    licence = f"/* Leaflet\n{asset(LEAFLET_LICENCE)}*/\n"
    scripts = [licence + asset(LEAFLET_JS), map_script(), _START]
    # A script in the page could end it early only with this tag.
    scripts = [text.replace("</script", "<\\/script") for text in scripts]
    styles = "\n".join(asset(name) for name in (LEAFLET_CSS, MAP_CSS, PAGE_CSS))
    title = escape(told["title"])
    parts = [
        f'<!DOCTYPE html>\n<html lang="{escape(told["lang"])}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>",
        f"<style>\n{styles}</style>\n</head>\n<body>",
        _header(told),
        f'<div id="sc-map" tabindex="0" role="application" aria-label="{title}"></div>',
        _aside(told),
        _footer(told, encoded.tables),
        f"<noscript>{escape(told['strings']['no_script'])}</noscript>",
        f'<script type="application/json" id="sc-data">{data}</script>',
        *(f"<script>{text}</script>" for text in scripts),
        "</body>\n</html>\n",
    ]
    return require_self_contained("\n".join(parts))


def _policy(scripts: list[str]) -> str:
    """Return a content policy by which the browser itself refuses to fetch anything."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _header(told: dict[str, Any]) -> str:
    words = told["strings"]
    banner = f'<div class="banner">{escape(words["synthetic"])}</div>' if told["synthetic"] else ""
    review = (
        f"{escape(words['review_number'])}: {escape(told['reviewNumber'])}"
        if told["reviewNumber"]
        else f"<b>{escape(words['internal'])}</b>"
    )
    subtitle = f'<div class="subtitle">{escape(told["subtitle"])}</div>'
    return (
        f"<header><div><h1>{escape(told['title'])}</h1>{subtitle}</div>{banner}"
        f'<div class="marks">{review}</div>'
        f'<select id="sc-paper" aria-label="{escape(words["paper"])}">'
        "<option>A4</option><option>A3</option><option>A1</option></select>"
        f'<button type="button" id="sc-print">{escape(words["print"])}</button></header>'
    )


def _aside(told: dict[str, Any]) -> str:
    words = told["strings"]
    figures = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"
        for label, value, note in told["figures"]
    )
    return (
        "<aside>"
        + (_section(words["figures"], f'<dl class="figures">{figures}</dl>') if figures else "")
        + '<div id="sc-search"></div>'
        + _section(words["legend"], '<div id="sc-legend"></div>')
        + "</aside>"
    )


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{body}</section>"


def _footer(told: dict[str, Any], tables: Sequence[TextTable]) -> str:
    words = told["strings"]
    pairs = (
        (words["source"], told["source"]),
        (words["data_date"], told["dataDate"]),
        (words["crs"], told["crs"]),
        (words["maker"], told["maker"]),
        (words["notes"], " ".join((*told["notes"], words["boundaries"]))),
    )
    items = "".join(
        f"<span><b>{escape(label)}</b>{escape(text)}</span>" for label, text in pairs if text
    )
    return f"<footer>{items}{tables_html(tables, words['tables'])}</footer>"
