"""One layer description, two sinks: an offline HTML page, and an interactive map for the app."""

from planning.maps.interactive import Focus, MapOptions, edit_group, encode_edit, interactive_map
from planning.maps.layers import (
    NO_CLASS,
    AreaStyle,
    CellLayer,
    CellTheme,
    FacilityLayer,
    Headline,
    HoverChoice,
    HoverNumber,
    HoverTime,
    Layer,
    LineLayer,
    LineStyle,
    MapSpec,
    PointStyle,
    PolygonLayer,
    RoadLayer,
    SiteLayer,
    Swatch,
)
from planning.maps.pack.payload import EncodedMap, encode_layers, encode_map
from planning.maps.page import to_html, write_html
from planning.maps.strings import map_strings

__all__ = [
    "NO_CLASS",
    "AreaStyle",
    "CellLayer",
    "CellTheme",
    "EncodedMap",
    "FacilityLayer",
    "Focus",
    "Headline",
    "HoverChoice",
    "HoverNumber",
    "HoverTime",
    "Layer",
    "LineLayer",
    "LineStyle",
    "MapOptions",
    "MapSpec",
    "PointStyle",
    "PolygonLayer",
    "RoadLayer",
    "SiteLayer",
    "Swatch",
    "edit_group",
    "encode_edit",
    "encode_layers",
    "encode_map",
    "interactive_map",
    "map_strings",
    "to_html",
    "write_html",
]
