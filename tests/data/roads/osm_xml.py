"""OpenStreetMap XML as other programs write it: objects in any order, with any attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

LON, LAT, STEP = 120.8, 30.02, 0.01
"""Node n of the drawn road stands at `LON + (n - 1) * STEP`: 964 m apart, 772 s on foot."""
WALK_SECONDS = 771.5


def node(number: int, place: int | None = None, *, lat: float = LAT, **attributes: str) -> str:
    """Return a node at the place-th stop of the road (its number where none is given)."""
    lon = round(LON + ((abs(number) if place is None else place) - 1) * STEP, 7)
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<node id="{number}" lat="{lat}" lon="{lon}"{said}/>'


def tagged(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def way(number: int, refs: Sequence[int], tags: Mapping[str, str], **attributes: str) -> str:
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{number}"{said}>{nodes}{tagged(tags)}</way>'


def relation(number: int, ways: Sequence[int], tags: Mapping[str, str], role: str = "outer") -> str:
    members = "".join(f'<member type="way" ref="{way}" role="{role}"/>' for way in ways)
    return f'<relation id="{number}">{members}{tagged(tags)}</relation>'


def write(path: Path, *objects: str) -> Path:
    content = "\n".join(objects)
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{content}\n</osm>\n',
        encoding="utf-8",
    )
    return path
