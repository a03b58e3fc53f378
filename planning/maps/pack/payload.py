"""A map made ready to travel: one JSON document and the blocks of bytes it names.

Both sinks start here: the page puts the blocks inline, the app beside it as hashed files.
An `EncodedMap` can be kept and used again; a `folium.Map` cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planning.maps.layers import (
    CellLayer,
    FacilityLayer,
    Layer,
    LineLayer,
    MapSpec,
    PolygonLayer,
    RoadLayer,
    SiteLayer,
)
from planning.maps.pack.encode import Blobs, Bounds
from planning.maps.pack.features import (
    encode_facilities,
    encode_lines,
    encode_polygons,
    encode_roads,
    encode_sites,
)
from planning.maps.pack.pictures import encode_cells

FORMAT = "servicecircle.map/1"


@dataclass(frozen=True, slots=True)
class TextTable:
    """The names and popup rows of one layer; the first header names the layer."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class EncodedMap:
    """The document of a map, its blocks by name, and what it shows as tables."""

    document: dict[str, Any]
    blobs: Blobs
    tables: tuple[TextTable, ...] = ()


def encode_map(spec: MapSpec) -> EncodedMap:
    """Encode a map for both sinks.

    Parameters
    ----------
    spec
        The map.

    Returns
    -------
    EncodedMap
        Deterministic: equal specs give equal bytes.

    Raises
    ------
    ValueError
        When lengths disagree, an id stands twice, a class has no swatch or a cell stands twice.
    """
    encoded, bounds = encode_layers(spec.layers)
    if spec.bounds is not None:
        bounds = spec.bounds
    document = {
        "format": FORMAT,
        "lang": spec.lang,
        "title": spec.title,
        "subtitle": spec.subtitle,
        "source": spec.source,
        "dataDate": spec.data_date,
        "crs": spec.crs_text,
        "maker": spec.maker,
        "reviewNumber": spec.review_number,
        "baseMapNumber": spec.base_map_number,
        "mark": spec.mark,
        "synthetic": spec.is_synthetic,
        "notes": list(spec.notes),
        "attribution": spec.attribution,
        "figures": [[head.label, head.value, head.note] for head in spec.figures],
        "strings": dict(spec.strings),
        "background": spec.background,
        "bounds": None if bounds is None else list(bounds),
        "layers": encoded.document["layers"],
    }
    return EncodedMap(document, encoded.blobs, text_tables(spec.layers))


def encode_layers(layers: tuple[Layer, ...]) -> tuple[EncodedMap, Bounds | None]:
    """Encode layers alone, with the bounds of what they show.

    Roads and areas without names (water) count only where there is nothing else.
    """
    ids = [layer.id for layer in layers]
    if len(set(ids)) != len(ids):
        raise ValueError(f"layer ids must be unique: {ids}")
    blobs: Blobs = {}
    described = []
    boxes: list[Bounds] = []
    scenery: list[Bounds] = []
    for layer in layers:
        entry, box = _encode(layer, blobs)
        entry.update(id=layer.id, label=layer.label, visible=layer.is_visible)
        described.append(entry)
        if box is not None:
            (scenery if _is_scenery(layer) else boxes).append(box)
    bounds = None
    if boxes or scenery:
        west, south, east, north = np.array(boxes or scenery).T
        bounds = (float(west.min()), float(south.min()), float(east.max()), float(north.max()))
    return EncodedMap({"layers": described}, blobs), bounds


def _is_scenery(layer: Layer) -> bool:
    """Return True for what lies around the place: roads that lead out, the sea."""
    is_plain_area = isinstance(layer, PolygonLayer) and not layer.name and not layer.fields
    return isinstance(layer, RoadLayer) or is_plain_area


def _encode(layer: Layer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    match layer:
        case CellLayer():
            return encode_cells(layer, blobs)
        case RoadLayer():
            return encode_roads(layer, blobs)
        case FacilityLayer():
            return encode_facilities(layer, blobs)
        case SiteLayer():
            return encode_sites(layer, blobs)
        case PolygonLayer():
            return encode_polygons(layer, blobs)
        case LineLayer():
            return encode_lines(layer, blobs)


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
