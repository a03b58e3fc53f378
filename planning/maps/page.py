"""The map as one HTML file: title, map, legend, source line, and nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from planning.maps.assets import (
    LEAFLET_CSS,
    LEAFLET_JS,
    LEAFLET_LICENCE,
    MAP_CSS,
    PAGE_CSS,
    asset,
    map_script,
    render,
    require_self_contained,
)
from planning.maps.layers import MapSpec
from planning.maps.pack.payload import EncodedMap, encode_map
from planning.maps.pack.sinks import document_json, inline_blobs

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
    words = told["strings"]
    licence = f"/* Leaflet\n{asset(LEAFLET_LICENCE)}*/\n"
    scripts = [licence + asset(LEAFLET_JS), map_script(), _START]
    # A script in the page could end it early only with this tag.
    scripts = [text.replace("</script", "<\\/script") for text in scripts]
    page = render(
        "map.html",
        told=told,
        words=words,
        policy=_policy(scripts),
        styles="\n".join(asset(name) for name in (LEAFLET_CSS, MAP_CSS, PAGE_CSS)),
        scripts=scripts,
        sources=(
            (words["source"], told["source"]),
            (words["data_date"], told["dataDate"]),
            (words["crs"], told["crs"]),
            (words["maker"], told["maker"]),
            (words["notes"], " ".join((*told["notes"], words["boundaries"]))),
        ),
        tables=encoded.tables,
        data=document_json(told, inline_blobs(encoded, is_compressed=compress)),
    )
    return require_self_contained(page)


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
