"""The map as one HTML file: title, map, legend, source line, and nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

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
from planning.maps.payload import encode_map
from planning.maps.sinks import document_json, inline_blobs

_START = "ServiceCircle.page();"


def write_html(spec: MapSpec, path: Path, *, compress: bool = True) -> None:
    """Write a map as one HTML file that needs no network.

    Parameters
    ----------
    spec
        The map.
    path
        File to write; an older one is replaced.
    compress
        False for browsers that cannot unpack gzip (before 2020; Firefox before 2023).
    """
    path.write_text(to_html(spec, compress=compress), encoding="utf-8", newline="\n")


def to_html(spec: MapSpec, *, compress: bool = True) -> str:
    """Return a map as the text of one HTML page that needs no network.

    Parameters
    ----------
    spec
        The map.
    compress
        As in `write_html`.

    Raises
    ------
    ValueError
        When the spec contradicts itself, see `encode_map`.
    ExternalLinkError
        When any part would fetch something from outside the page.
    """
    encoded = encode_map(spec)
    data = document_json(encoded.document, inline_blobs(encoded, is_compressed=compress))
    # A script in the page could end it early only with this tag.
    licence = f"/* Leaflet\n{asset(LEAFLET_LICENCE)}*/\n"
    scripts = [licence + asset(LEAFLET_JS), map_script(), _START]
    scripts = [text.replace("</script", "<\\/script") for text in scripts]
    styles = "\n".join(asset(name) for name in (LEAFLET_CSS, MAP_CSS, PAGE_CSS))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{escape(spec.lang)}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(spec.title)}</title>",
        f"<style>\n{styles}</style>\n</head>\n<body>",
        _header(spec),
        f'<div id="sc-map" tabindex="0" role="application" aria-label="{escape(spec.title)}">',
        "</div>",
        _aside(spec),
        _footer(spec),
        f"<noscript>{escape(spec.strings['no_script'])}</noscript>",
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


def _header(spec: MapSpec) -> str:
    words = spec.strings
    banner = f'<div class="banner">{escape(words["synthetic"])}</div>' if spec.is_synthetic else ""
    review = (
        f"{escape(words['review_number'])}: {escape(spec.review_number)}"
        if spec.review_number
        else f"<b>{escape(words['internal'])}</b>"
    )
    return (
        f'<header><div><h1>{escape(spec.title)}</h1><div class="subtitle">{escape(spec.subtitle)}'
        f'</div></div>{banner}<div class="marks">{review}</div>'
        f'<button type="button" id="sc-print">{escape(words["print"])}</button></header>'
    )


def _aside(spec: MapSpec) -> str:
    words = spec.strings
    figures = "".join(
        f"<div><dt>{escape(figure.label)}</dt><dd>{escape(figure.value)}"
        f"<small>{escape(figure.note)}</small></dd></div>"
        for figure in spec.figures
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


def _footer(spec: MapSpec) -> str:
    words = spec.strings
    pairs = (
        (words["source"], spec.source),
        (words["data_date"], spec.data_date),
        (words["crs"], spec.crs_text),
        (words["maker"], spec.maker),
    )
    items = "".join(
        f"<span><b>{escape(label)}</b>{escape(text)}</span>" for label, text in pairs if text
    )
    notes = " ".join(escape(note) for note in (*spec.notes, words["boundaries"]))
    return f"<footer>{items}<span><b>{escape(words['notes'])}</b>{notes}</span></footer>"
