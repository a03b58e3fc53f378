"""Roads, places, sites, areas and lines made ready to travel."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.maps.layers import (
    NO_CLASS,
    AreaStyle,
    FacilityLayer,
    LineLayer,
    LineStyle,
    PolygonLayer,
    RoadLayer,
    SiteLayer,
)
from planning.maps.pack.encode import (
    Blobs,
    Bounds,
    Pack,
    add_lines,
    add_points,
    bounds_of,
    chain_segments,
    require_classes,
    require_length,
)


def encode_roads(layer: RoadLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Encode the road network as chains of differences, group by group."""
    require_classes(layer.id, layer.group, len(layer.styles))
    sizes = np.bincount(layer.group, minlength=NO_CLASS + 1)[: len(layer.styles)]
    kept = int(np.searchsorted(np.cumsum(sizes), layer.max_segments, side="right"))
    # The most important group is always drawn.
    kept = max(kept, 1)
    is_drawn = layer.group < min(kept, len(layer.styles))
    nodes, counts, groups = chain_segments(
        layer.tail[is_drawn], layer.head[is_drawn], layer.group[is_drawn]
    )
    pack = Pack()
    lon, lat = layer.lon[nodes], layer.lat[nodes]
    add_lines(pack, lon, lat, counts)
    pack.add_numbers("group", groups)
    entry = {
        "type": "lines",
        "isRoads": True,
        "opacity": layer.opacity,
        "styles": [_line_style(style) for style in layer.styles[:kept]],
        "leftOut": [s.label for s, size in zip(layer.styles, sizes, strict=True) if size][kept:],
        "data": pack.put_into(blobs, layer.id),
    }
    return entry, bounds_of(lon, lat)


def encode_lines(layer: LineLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Encode lines such as routes."""
    require_length(layer.id, "group", len(layer.group), len(layer.lines))
    require_classes(layer.id, layer.group, len(layer.styles))
    points = np.concatenate([np.zeros((0, 2)), *layer.lines])
    pack = Pack()
    counts = np.array([len(line) for line in layer.lines], dtype=np.int64)
    add_lines(pack, points[:, 0], points[:, 1], counts)
    pack.add_numbers("group", layer.group)
    entry = {
        "type": "lines",
        "isRoads": False,
        "opacity": 1.0,
        "styles": [_line_style(style) for style in layer.styles],
        "leftOut": [],
        "data": pack.put_into(blobs, layer.id),
    }
    return entry, bounds_of(points[:, 0], points[:, 1])


def _line_style(style: LineStyle) -> dict[str, Any]:
    return {
        "label": style.label,
        "colour": style.colour,
        "width": style.width_px,
        "dash": list(style.dash),
        "minZoom": style.min_zoom,
        "casing": style.casing,
    }


def encode_facilities(layer: FacilityLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Encode named points with their popup rows."""
    for name, values in (("lat", layer.lat), ("name", layer.name), ("group", layer.group)):
        require_length(layer.id, name, len(values), len(layer.lon))
    require_classes(layer.id, layer.group, len(layer.styles))
    placed = np.flatnonzero(np.isfinite(layer.lon) & np.isfinite(layer.lat))
    pack = Pack()
    add_points(pack, layer.lon[placed], layer.lat[placed])
    pack.add_numbers("group", layer.group[placed])
    _add_texts(pack, layer.name, layer.fields, placed)
    styles = [
        {
            "label": style.label,
            "shape": style.shape,
            "colour": style.colour,
            "size": style.size_px,
            "labelZoom": style.label_zoom,
        }
        for style in layer.styles
    ]
    entry = {
        "type": "points",
        "styles": styles,
        "counts": np.bincount(layer.group[placed], minlength=len(styles)).tolist(),
        "notPlaced": len(layer.lon) - len(placed),
        "data": pack.put_into(blobs, layer.id),
    }
    return entry, bounds_of(layer.lon[placed], layer.lat[placed])


def encode_sites(layer: SiteLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Encode proposed sites with their ranks and popup rows."""
    for name, values in (("lat", layer.lat), ("name", layer.name), ("rank", layer.rank)):
        require_length(layer.id, name, len(values), len(layer.lon))
    pack = Pack()
    add_points(pack, layer.lon, layer.lat)
    pack.add_json("rank", [str(rank) for rank in layer.rank])
    _add_texts(pack, layer.name, layer.fields, np.arange(len(layer.lon)))
    entry = {"type": "sites", "note": layer.note, "data": pack.put_into(blobs, layer.id)}
    return entry, bounds_of(layer.lon, layer.lat)


def encode_polygons(layer: PolygonLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Encode areas as rings; every ring knows its area, holes are filled by the even-odd rule."""
    require_length(layer.id, "group", len(layer.group), len(layer.polygons))
    require_classes(layer.id, layer.group, len(layer.styles))
    names = layer.name or ("",) * len(layer.polygons)
    require_length(layer.id, "name", len(names), len(layer.polygons))
    is_drawn = ~(shapely.is_missing(layer.polygons) | shapely.is_empty(layer.polygons))
    drawn = np.flatnonzero(is_drawn)
    parts, area = shapely.get_parts(layer.polygons[drawn], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    pack = Pack()
    counts = np.bincount(ring, minlength=len(rings)).astype(np.int64)
    add_lines(pack, points[:, 0], points[:, 1], counts)
    pack.add_numbers(
        "area", area[part] if len(part) else np.zeros(0, dtype=np.int64), is_delta=True
    )
    pack.add_numbers("group", layer.group[drawn])
    inside = shapely.get_coordinates(shapely.point_on_surface(layer.polygons[drawn]))
    add_points(pack, inside[:, 0], inside[:, 1], prefix="label")
    _add_texts(pack, names, layer.fields, drawn)
    entry = {
        "type": "polygons",
        "styles": [_area_style(style) for style in layer.styles],
        "labelZoom": layer.label_zoom,
        "labelColour": layer.label_colour,
        "inLegend": layer.is_in_legend,
        "interactive": bool(layer.name or layer.fields),
        "data": pack.put_into(blobs, layer.id),
    }
    return entry, bounds_of(points[:, 0], points[:, 1])


def _area_style(style: AreaStyle) -> dict[str, Any]:
    return {
        "label": style.label,
        "fillColour": style.fill_colour,
        "fillOpacity": style.fill_opacity,
        "fill": style.fill,
        "lineColour": style.line_colour,
        "lineWidth": style.line_width_px,
        "dash": list(style.dash),
    }


def _add_texts(
    pack: Pack,
    names: tuple[str, ...],
    fields: tuple[tuple[str, tuple[str, ...]], ...],
    kept: NDArray[np.int64],
) -> None:
    """Add the names and popup rows of the kept features."""
    for label, texts in fields:
        require_length(label, "texts", len(texts), len(names))
    pack.add_json("name", [names[k] for k in kept])
    pack.add_json("fields", [[label, [texts[k] for k in kept]] for label, texts in fields])
