"""A small static map for print: covered and uncovered cells, points by kind, sites, numbers.

Only digits are written on it, so no font of the machine is needed; names stand in the tables.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data.types import Dataset, Floats
from planning.assess.workflow import Assessment
from planning.maps.cells import cell_outlines
from planning.maps.scene import POINT_STYLES, ROAD_STYLES
from planning.reach.coverage import NOT_JUDGED, Status
from planning.reach.scenario import is_operating

SCALE = 2
"""The map is drawn this many times larger and then made smaller, for smooth edges."""
COVERED = (122, 165, 206)
UNCOVERED = (240, 158, 66)
HATCH_INK = (120, 66, 10)
LAND = (252, 251, 247)
SURROUNDINGS = (242, 241, 237)
VEIL = (255, 255, 255)
WATER = (211, 229, 242)
INK = (34, 34, 34)
SITE = (255, 221, 51)
MARGIN = 0.05
MAIN_ROADS = 3
SCALE_BARS_M = (500, 1000, 2000, 5000, 10000, 20000, 50000)


@dataclass(frozen=True, slots=True)
class NumberMark:
    """A number on the map: `site` in a yellow disc, `label` as plain digits with a halo."""

    number: int
    x_m: float
    y_m: float
    is_site: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """The picture being drawn and how metres become its pixels."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    west_m: float
    north_m: float
    pixels_per_m: float

    def pixels(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return (n, 2) pixels."""
        across = (np.asarray(x_m) - self.west_m) * self.pixels_per_m
        down = (self.north_m - np.asarray(y_m)) * self.pixels_per_m
        return np.column_stack([across, down])

    def spot(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return one pixel."""
        across, down = self.pixels(np.array([x_m]), np.array([y_m]))[0]
        return float(across), float(down)


def small_map(
    assessment: Assessment,
    *,
    zone: int | None,
    marks: Sequence[NumberMark] = (),
    size_px: tuple[int, int] = (900, 800),
) -> bytes:
    """Return a PNG map of one zone, or of all zones.

    Parameters
    ----------
    zone
        Index into the zones; None shows all.
    marks
        Numbers of villages, zones or sites.
    size_px
        Width and height.
    """
    dataset = assessment.dataset
    sheet = _sheet(_extent(dataset, zone), size_px)
    _areas(sheet, dataset.zones.geometry, fill=LAND)
    if dataset.water is not None:
        _areas(sheet, dataset.water, fill=WATER)
    _cells(sheet, assessment, zone)
    _roads(sheet, dataset)
    _areas(sheet, dataset.zones.geometry, outline=(150, 150, 150), width=1)
    if zone is not None:
        _veil(sheet, dataset.zones.geometry[zone])
        _areas(sheet, dataset.zones.geometry[zone : zone + 1], outline=INK, width=2)
    _points(sheet, assessment, is_close=zone is not None)
    _numbers(sheet, marks)
    _furniture(sheet)
    return _png(sheet.image.resize(size_px, Image.Resampling.LANCZOS))


def icon(name: str) -> bytes:
    """Return a key of the legend as PNG: `covered`, `uncovered`, `site` or a kind of point."""
    side = 18 * SCALE
    image = Image.new("RGB", (side, side), (255, 255, 255))
    sheet = _Sheet(image, ImageDraw.Draw(image), 0.0, 0.0, 1.0)
    box = (0, 0, side - 1, side - 1)
    if name == "covered":
        sheet.draw.rectangle(box, fill=COVERED, outline=INK)
    elif name == "uncovered":
        image.paste(_hatch(image.size), (0, 0))
        sheet.draw.rectangle(box, outline=INK)
    elif name == "site":
        _disc(sheet, (side / 2, side / 2), "1", r=8 * SCALE)
    else:
        style = next(style for key, _, style in POINT_STYLES if key == name)
        _symbol(sheet, style.shape, (side / 2, side / 2), 6.5 * SCALE, _rgb(style.colour))
    return _png(image.resize((18, 18), Image.Resampling.LANCZOS))


def _extent(dataset: Dataset, zone: int | None) -> tuple[float, float, float, float]:
    shapes = dataset.zones.geometry if zone is None else dataset.zones.geometry[zone : zone + 1]
    west, south, east, north = shapely.total_bounds(shapes)
    if not np.isfinite(west):
        demand = dataset.demand
        west, east = float(demand.x_m.min()), float(demand.x_m.max())
        south, north = float(demand.y_m.min()), float(demand.y_m.max())
    pad = max(east - west, north - south, 1000.0) * MARGIN
    return west - pad, south - pad, east + pad, north + pad


def _sheet(extent: tuple[float, float, float, float], size_px: tuple[int, int]) -> _Sheet:
    west, south, east, north = extent
    width, height = size_px[0] * SCALE, size_px[1] * SCALE
    pixels_per_m = min(width / (east - west), height / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    image = Image.new("RGB", (width, height), SURROUNDINGS)
    return _Sheet(
        image=image,
        draw=ImageDraw.Draw(image),
        west_m=middle_x - width / 2 / pixels_per_m,
        north_m=middle_y + height / 2 / pixels_per_m,
        pixels_per_m=pixels_per_m,
    )


def _areas(
    sheet: _Sheet,
    shapes: NDArray[np.object_],
    *,
    fill: tuple[int, int, int] | None = None,
    outline: tuple[int, int, int] | None = None,
    width: int = 1,
) -> None:
    for part in shapely.get_parts(np.array([s for s in shapes if s is not None], dtype=object)):
        if part.geom_type != "Polygon":
            continue
        rings = [part.exterior, *part.interiors] if outline else [part.exterior]
        for ring in rings:
            points = np.asarray(ring.coords)
            spots = [tuple(p) for p in sheet.pixels(points[:, 0], points[:, 1]).tolist()]
            if fill:
                sheet.draw.polygon(spots, fill=fill)
            if outline:
                sheet.draw.line(spots, fill=outline, width=width * SCALE, joint="curve")


def _veil(sheet: _Sheet, shape: shapely.Geometry | None) -> None:
    """Make everything outside a zone pale, so that the zone stands out."""
    if shape is None or shapely.area(shape) == 0:
        return
    mask = Image.new("L", sheet.image.size, 165)
    pen = ImageDraw.Draw(mask)
    for part in shapely.get_parts(shape):
        points = np.asarray(part.exterior.coords)
        spots = sheet.pixels(points[:, 0], points[:, 1]).tolist()
        pen.polygon([tuple(spot) for spot in spots], fill=0)
    sheet.image.paste(VEIL, (0, 0), mask)


def _cells(sheet: _Sheet, assessment: Assessment, zone: int | None) -> None:
    """Draw the populated cells: covered ones plain, the others hatched."""
    dataset = assessment.dataset
    demand = dataset.demand
    status = assessment.modes[assessment.analysis_mode].status
    shown = (demand.people > 0) & (demand.zone >= 0 if zone is None else demand.zone == zone)
    shown &= ~np.isin(status, NOT_JUDGED)
    hatch = _hatch(sheet.image.size)
    for is_covered in (True, False):
        here = np.flatnonzero(shown & ((status == Status.COVERED) == is_covered))
        if not len(here):
            continue
        mask = Image.new("1", sheet.image.size)
        pen = ImageDraw.Draw(mask)
        corners, cell = shapely.get_coordinates(
            cell_outlines(demand, dataset.crs, here), return_index=True
        )
        spots = np.rint(sheet.pixels(corners[:, 0], corners[:, 1])).astype(np.int64)
        for outline in np.split(spots.ravel(), 2 * np.flatnonzero(np.diff(cell)) + 2):
            if len(outline):
                pen.polygon(outline.tolist(), fill=1)
        sheet.image.paste(COVERED if is_covered else hatch, (0, 0), mask)


def _hatch(size: tuple[int, int]) -> Image.Image:
    """Return a picture of orange with dark lines, which grey print keeps apart from blue."""
    image = Image.new("RGB", size, UNCOVERED)
    draw = ImageDraw.Draw(image)
    step = 9 * SCALE
    for start in range(-size[1], size[0], step):
        draw.line((start, size[1], start + size[1], 0), fill=HATCH_INK, width=SCALE)
    return image


def _roads(sheet: _Sheet, dataset: Dataset) -> None:
    """Draw the main roads."""
    roads = dataset.roads
    main = {name for _, classes, *_ in ROAD_STYLES[:MAIN_ROADS] for name in classes}
    is_main = np.array([name.removesuffix("_link") in main for name in roads.class_names])
    chosen = np.flatnonzero(is_main[roads.road_class])
    spots = sheet.pixels(roads.x_m, roads.y_m)
    width, height = sheet.image.size
    tail, head = spots[roads.tail[chosen]], spots[roads.head[chosen]]
    near = ((tail > -50) & (tail < (width + 50, height + 50))).all(axis=1)
    for line in np.hstack([tail, head])[near].tolist():
        sheet.draw.line(line, fill=(120, 112, 104), width=SCALE)


def _points(sheet: _Sheet, assessment: Assessment, *, is_close: bool) -> None:
    """Draw the operating points, small ones only on the map of one zone."""
    facilities = assessment.dataset.facilities
    shown = is_operating(facilities, assessment.scenario) & facilities.has_position
    size = 11.0 if is_close else 10.0
    for place in np.flatnonzero(shown).tolist():
        key, _, style = next(
            row for row in POINT_STYLES if any(facilities.kind[place].startswith(s) for s in row[1])
        )
        if not is_close and key not in {"hospital", "centre"}:
            continue
        spot = sheet.spot(float(facilities.x_m[place]), float(facilities.y_m[place]))
        _symbol(sheet, style.shape, spot, size * SCALE, _rgb(style.colour))


def _symbol(
    sheet: _Sheet, shape: str, spot: tuple[float, float], s: float, colour: tuple[int, int, int]
) -> None:
    """Draw a point by its kind, `s` pixels from its middle to its end, with a white rim."""
    draw, white = sheet.draw, (255, 255, 255)
    x, y = spot
    if shape == "cross":
        arm = s * 0.38
        for grow, ink in ((SCALE, white), (0, colour)):
            a, b = s + grow, arm + grow
            draw.rectangle((x - a, y - b, x + a, y + b), fill=ink)
            draw.rectangle((x - b, y - a, x + b, y + a), fill=ink)
    elif shape == "triangle":
        corners = [(x, y - s), (x - 0.9 * s, y + 0.7 * s), (x + 0.9 * s, y + 0.7 * s)]
        draw.polygon(corners, fill=colour, outline=white)
    elif shape == "square":
        draw.rectangle((x - s * 0.8, y - s * 0.8, x + s * 0.8, y + s * 0.8), fill=colour)
    elif shape == "diamond":
        draw.polygon([(x, y - s), (x + s, y), (x, y + s), (x - s, y)], fill=colour)
    else:
        fill = white if shape == "ring" else colour
        r = s * 0.7
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=fill, outline=colour if fill == white else white
        )


def _numbers(sheet: _Sheet, marks: Sequence[NumberMark]) -> None:
    for mark in marks:
        x, y = sheet.spot(mark.x_m, mark.y_m)
        if mark.is_site:
            _disc(sheet, (x, y), str(mark.number), r=15 * SCALE)
        else:
            _write(sheet, (x, y), str(mark.number), size=25, anchor="mm")


def _disc(sheet: _Sheet, spot: tuple[float, float], text: str, *, r: int) -> None:
    """Draw a proposed site: a yellow disc with a black ring and its rank."""
    x, y = spot
    sheet.draw.ellipse((x - r, y - r, x + r, y + r), fill=SITE, outline=INK, width=2 * SCALE)
    font = ImageFont.load_default(size=1.4 * r)
    sheet.draw.text((x, y), text, fill=INK, font=font, anchor="mm")


def _furniture(sheet: _Sheet) -> None:
    """Draw the scale bar and the north arrow."""
    width, height = sheet.image.size
    longest = width * 0.3 / sheet.pixels_per_m
    length_m = max([b for b in SCALE_BARS_M if b <= longest], default=SCALE_BARS_M[0])
    x, y = 14 * SCALE, height - 14 * SCALE
    bar = length_m * sheet.pixels_per_m
    sheet.draw.rectangle((x, y - 6 * SCALE, x + bar, y), fill=INK)
    _write(sheet, (x, y - 10 * SCALE), f"{length_m / 1000:g} km", size=22, anchor="ls")
    top = 14 * SCALE
    x = width - 28 * SCALE
    arrow = [(x, top), (x - 12 * SCALE, top + 38 * SCALE), (x, top + 28 * SCALE)]
    sheet.draw.polygon(arrow, fill=INK)
    sheet.draw.polygon([(2 * x - a, b) for a, b in arrow], fill=(255, 255, 255), outline=INK)
    _write(sheet, (x, top + 42 * SCALE), "N", size=22, anchor="mt")


def _write(sheet: _Sheet, spot: tuple[float, float], text: str, *, size: int, anchor: str) -> None:
    """Write digits with a white halo."""
    sheet.draw.text(
        spot,
        text,
        fill=INK,
        font=ImageFont.load_default(size=size * SCALE),
        anchor=anchor,
        stroke_width=3 * SCALE,
        stroke_fill=(255, 255, 255),
    )


def _png(image: Image.Image) -> bytes:
    """Return a PNG of 128 colours without a date."""
    # Other ways to choose 128 colours shift the large plain areas: water turned green, grey pink.
    buffer = io.BytesIO()
    palette = image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
