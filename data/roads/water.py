"""Water of an OpenStreetMap file: lakes and rivers as areas, and the sea behind the coastline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.osm import Area, Relation, Way
from shapely.ops import polygonize

from geo.errors import Finding

_WATER_TAGS = (("natural", "water"), ("waterway", "riverbank"))
_COAST_TAG = ("natural", "coastline")
_BESIDE_DEGREES = 1e-7  # about a centimetre


@dataclass(frozen=True, slots=True)
class Water:
    """Polygons of water in degrees; None when the file says nothing of water."""

    polygons: tuple[shapely.Polygon, ...] | None
    findings: tuple[Finding, ...] = ()


def read_water(path: Path, box: tuple[float, float, float, float]) -> Water:
    """Read lakes, broad rivers and the sea.

    Parameters
    ----------
    path
        OSM PBF or XML.
    box
        (west, south, east, north) within which the sea is closed.

    Returns
    -------
    Water
        With findings for areas that a clipped file leaves incomplete and for a coast that cannot be
        closed.
    """
    wanted = osmium.filter.TagFilter(*_WATER_TAGS, _COAST_TAG)
    entities = osmium.osm.WAY | osmium.osm.RELATION
    named = osmium.FileProcessor(str(path), entities).with_filter(wanted)
    relations = 0
    found = False
    for each in named:
        found = True
        relations += isinstance(each, Relation) and each.tags.get("type") == "multipolygon"
    if not found:
        return Water(None)
    areas, n_built = _areas(path)
    sea, findings = _sea(_coastlines(path), box)
    if n_built < relations:
        lost = relations - n_built
        findings.append(Finding("water_incomplete", (("count", lost),), file=path.name))
    return Water((*areas, *sea), tuple(findings))


def _areas(path: Path) -> tuple[list[shapely.Polygon], int]:
    """Return the polygons of water areas, and how many relations could be built."""
    wkb = osmium.geom.WKBFactory()
    wanted = osmium.filter.TagFilter(*_WATER_TAGS)
    processor = osmium.FileProcessor(str(path)).with_areas(wanted)
    processor.with_filter(osmium.filter.EntityFilter(osmium.osm.AREA)).with_filter(wanted)
    polygons: list[shapely.Polygon] = []
    n_relations = 0
    for area in cast("Iterable[Area]", processor):
        n_relations += not area.from_way()
        try:
            shape = shapely.from_wkb(wkb.create_multipolygon(area))
        except RuntimeError:  # an area without a closed ring
            continue
        parts = shapely.get_parts(shapely.make_valid(shape))
        polygons.extend(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return polygons, n_relations


def _coastlines(path: Path) -> list[shapely.LineString]:
    """Return the coastlines, each with land on its left and water on its right."""
    processor = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    processor.with_filter(osmium.filter.TagFilter(_COAST_TAG))
    lines = []
    for way in cast("Iterable[Way]", processor):
        points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
        if len(points) > 1:
            lines.append(shapely.LineString(points))
    return lines


def _sea(
    coast: list[shapely.LineString], box: tuple[float, float, float, float]
) -> tuple[list[shapely.Polygon], list[Finding]]:
    """Return the faces of the box that lie to the right of the coast."""
    if not coast:
        return [], []
    frame = shapely.box(*box)
    inside = [
        part
        for line in coast
        for part in shapely.get_parts(shapely.intersection(line, frame))
        if part.length > 0
    ]
    noded = shapely.node(shapely.unary_union([frame.exterior, *inside]))
    cells = list(polygonize(shapely.get_parts(noded)))
    right, left = (_count_beside(cells, inside, side) for side in (-1, 1))
    sea = [cells[k] for k in np.flatnonzero((right > 0) & (left == 0))]
    n_open = int(((right > 0) & (left > 0)).sum())
    return sea, [Finding("water_coast_open", (("count", n_open),))] if n_open else []


def _count_beside(
    cells: list[shapely.Polygon], lines: list[shapely.LineString], side: int
) -> NDArray[np.int64]:
    """Count, for each cell, the lines that have it on their left (side 1) or right (side -1)."""
    points = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        step = np.diff(xy, axis=0)
        longest = int(np.argmax(np.hypot(step[:, 0], step[:, 1])))
        dx, dy = step[longest]
        normal = side * np.array([-dy, dx]) / max(np.hypot(dx, dy), 1e-12)
        points.append(xy[longest] + step[longest] / 2 + _BESIDE_DEGREES * normal)
    _, cell = shapely.STRtree(cells).query(shapely.points(points), predicate="within")
    return np.bincount(cell, minlength=len(cells))
