"""The layer description: what a map shows, as plain frozen values without any analysis or drawing.

All coordinates are WGS 84 degrees, except the source grid of `CellLayer`, which keeps its own
system. Layers are drawn in the order they are given, the first at the bottom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.points import Grid
from planning.maps.strings import ENGLISH

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int32]
Geometries: TypeAlias = NDArray[np.object_]

Shape: TypeAlias = Literal["dot", "cross", "square", "triangle", "diamond", "ring"]
Fill: TypeAlias = Literal["solid", "hatch", "none"]
Fields: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Rows of a popup: (label, one text per feature). An empty text leaves the row out."""

NO_CLASS = 255
"""Class of a cell that a theme leaves blank."""


@dataclass(frozen=True, slots=True)
class Swatch:
    """One class of a legend.

    `note` stands behind the label (people, for example); `is_hatched` draws stripes over the class
    when the map is printed, so that it can be told apart in grey.
    """

    label: str
    colour: str
    note: str = ""
    is_hatched: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CellTheme:
    """One way to colour the cells; the reader of the map picks one theme at a time.

    Parameters
    ----------
    id
        Short name, unique in the layer.
    label, group
        Text of the picker: themes of one group stand together (a mode, for example).
    classes
        (n_cells,) uint8 index into `swatches`; `NO_CLASS` where the cell stays blank.
    swatches
        Classes in the order of the legend, at most 254.
    """

    id: str
    label: str
    group: str
    classes: NDArray[np.uint8]
    swatches: tuple[Swatch, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HoverNumber:
    """A number shown under the pointer.

    Parameters
    ----------
    label, unit
        Text before and behind the number.
    values
        (n_cells,) numbers >= 0; NaN where there is none.
    decimals
        Digits after the point, also what is stored: nothing finer leaves the machine.
    hide_below
        Numbers above 0 and below this are stored and shown only as "<10" (for 10); 0 hides nothing.
    """

    label: str
    values: Floats
    unit: str = ""
    decimals: int = 1
    hide_below: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class HoverChoice:
    """A text shown under the pointer: (n_cells,) index into `choices`, -1 where there is none."""

    label: str
    index: Ints
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HoverTime:
    """A travel time shown under the pointer, with its status and the facility it leads to.

    Parameters
    ----------
    label
        Mode of travel.
    tenths
        (n_cells,) int32 tenths of a second; negative or 2**31 - 1 where there is none. Shown in
        minutes with one decimal, rounded up, so that a time past a limit never reads as the limit.
    status, status_names
        (n_cells,) uint8 index into the names; shown where there is no time.
    facility
        (n_cells,) int32 index into `CellLayer.facility_names`, -1 where there is none.
    """

    label: str
    tenths: Ints
    status: NDArray[np.uint8]
    status_names: tuple[str, ...]
    facility: Ints


Hover: TypeAlias = HoverNumber | HoverChoice | HoverTime


@dataclass(frozen=True, slots=True, eq=False)
class CellLayer:
    """Where people live, coloured by theme, with values under the pointer.

    Parameters
    ----------
    lon, lat
        (n,) centres.
    grid, row, column
        The raster the cells come from, with (n,) row and column (no cell twice). Without a grid
        (`None`, empty arrays) centres that form a lattice are drawn as its hexagons or squares,
        others as dots `cell_size_m` across.
    themes
        At least one; the first is shown first.
    hover
        Rows under the pointer.
    facility_names
        Names that `HoverTime.facility` points to.
    """

    id: str
    label: str
    lon: Floats
    lat: Floats
    themes: tuple[CellTheme, ...]
    hover: tuple[Hover, ...] = ()
    grid: Grid | None = None
    row: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    column: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    cell_size_m: float = 100.0
    facility_names: tuple[str, ...] = ()
    opacity: float = 0.8
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How one group of lines is drawn; `width_px` at zoom 14, thinner below, thicker above.

    Lines are hidden below `min_zoom`. `casing` is the colour of a wider line beneath, or empty.
    """

    label: str
    colour: str
    width_px: float = 1.0
    dash: tuple[float, ...] = ()
    min_zoom: float = 0.0
    casing: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RoadLayer:
    """The road network: many straight segments between nodes, grouped by class.

    Parameters
    ----------
    lon, lat
        (n_nodes,) degrees.
    tail, head
        (n_segments,) nodes of each segment. Segments that follow each other in one way should
        follow each other here: they are chained into one line.
    group
        (n_segments,) uint8 index into `styles`; `NO_CLASS` where the segment is not drawn.
    styles
        Most important group first: when there are more than `max_segments`, groups are left out
        from the end, and the map says so.
    """

    id: str
    label: str
    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    group: NDArray[np.uint8]
    styles: tuple[LineStyle, ...]
    max_segments: int = 600_000
    opacity: float = 0.9
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class PointStyle:
    """How one kind of facility is drawn: shape and colour, `size_px` across at zoom 12.

    `label_zoom` is the zoom from which names are written beside the points; None writes none.
    """

    label: str
    shape: Shape
    colour: str
    size_px: float = 9.0
    label_zoom: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FacilityLayer:
    """Facilities, or any named points: shape by kind, popup rows as plain text.

    Points whose coordinates are not finite are left out (待定位) and counted in the legend.
    """

    id: str
    label: str
    lon: Floats
    lat: Floats
    name: tuple[str, ...]
    group: NDArray[np.uint8]
    styles: tuple[PointStyle, ...]
    fields: Fields = ()
    is_visible: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SiteLayer:
    """Proposed sites, numbered by rank: yellow with a black ring.

    `note` is printed with the legend: sites are computed points, not plots of land.
    """

    id: str
    label: str
    lon: Floats
    lat: Floats
    rank: tuple[int, ...]
    name: tuple[str, ...]
    fields: Fields = ()
    note: str = ""
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class AreaStyle:
    """How one group of areas is drawn; an empty colour draws no line or no fill."""

    label: str
    fill_colour: str = ""
    fill_opacity: float = 0.3
    fill: Fill = "solid"
    line_colour: str = ""
    line_width_px: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PolygonLayer:
    """Areas: zones, service circles by band, coverage gaps, water.

    Parameters
    ----------
    polygons
        (n,) shapely polygons or multipolygons in degrees; empty ones are left out.
    group
        (n,) uint8 index into `styles`.
    name
        One per area; shown in popups and, from `label_zoom` on, on the map.
    is_in_legend
        False for scenery that needs neither a key nor a check box.
    fields
        Rows of the popup; without name and fields a click goes through to what lies below.
    """

    id: str
    label: str
    polygons: Geometries
    group: NDArray[np.uint8]
    styles: tuple[AreaStyle, ...]
    name: tuple[str, ...] = ()
    fields: Fields = ()
    label_zoom: float | None = None
    label_colour: str = "#333333"
    is_in_legend: bool = True
    is_visible: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class LineLayer:
    """Lines: a route leg by leg, who is assigned where, a ferry.

    `lines` are (k, 2) arrays of longitude and latitude.
    """

    id: str
    label: str
    lines: tuple[Floats, ...]
    group: NDArray[np.uint8]
    styles: tuple[LineStyle, ...]
    is_visible: bool = True


Layer: TypeAlias = CellLayer | RoadLayer | FacilityLayer | SiteLayer | PolygonLayer | LineLayer


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure beside the map in large print: its name, its text, and the people it stands for."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MapSpec:
    """One map: its layers and everything that is printed around them.

    Parameters
    ----------
    title, subtitle
        Place, theme and year; 现状图 or 规划图.
    layers
        Bottom first.
    source, data_date, crs_text, maker
        The source line; empty ones are left out.
    review_number, base_map_number
        审图号 of the map, and of the base map that its borders come from; empty ones are left out.
    mark
        A warning in the head, such as that the map may not be published.
    is_synthetic
        Prints the 示例数据 banner.
    notes
        Sentences below the legend; that boundaries are indicative is always printed.
    attribution
        Of all data, such as "© OpenStreetMap contributors, ODbL"; shown in the corner of the map.
    figures
        Headline figures.
    lang
        Language of the texts, as in HTML.
    strings
        Texts of the map itself, from `planning.maps.map_strings`.
    bounds
        (west, south, east, north) in degrees shown at first; None takes the layers, but for roads
        and areas without names.
    background
        Colour around the land. Legends and edits are mixed with `themes.LAND`: with another colour
        here, give the land itself as a `PolygonLayer` filled with `themes.LAND` at the bottom.
    """

    title: str
    layers: tuple[Layer, ...]
    subtitle: str = ""
    source: str = ""
    data_date: str = ""
    crs_text: str = ""
    maker: str = ""
    review_number: str = ""
    base_map_number: str = ""
    mark: str = ""
    is_synthetic: bool = False
    notes: tuple[str, ...] = ()
    attribution: str = ""
    figures: tuple[Headline, ...] = ()
    lang: str = "zh-CN"
    strings: Mapping[str, str] = field(default_factory=lambda: ENGLISH)
    bounds: tuple[float, float, float, float] | None = None
    background: str = "#fbfaf6"
