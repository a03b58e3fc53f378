"""Institutions whose place is missing, guessed or chosen: the worklist and its map layers."""

from __future__ import annotations

import numpy as np
import shapely

from app_pages.views.places import place_text
from data.places.pasted import Box, PastedPlace
from data.types import Dataset
from geo.crs import to_lonlat, to_metric
from planning.audit.worklist import WorklistRow, spot_of
from planning.maps import AreaStyle, FacilityLayer, PointStyle, PolygonLayer
from planning.maps.layers import Layer
from planning.words.wording import Translate, msgid

SYSTEMS = {
    "wgs84": msgid("WGS 84 or CGCS2000 (GPS, Tianditu)"),
    "gcj02": msgid("GCJ-02 (Amap, Tencent)"),
    "bd09": msgid("BD-09 (Baidu)"),
}
EVIDENCE = {
    "letters": msgid("by the words beside the numbers"),
    "range": msgid("by the size of the numbers"),
    "area": msgid("by the area of the study"),
    "assumed": msgid("assumed: nothing tells the order"),
}
ORDERS = {"lon_lat": msgid("longitude, latitude"), "lat_lon": msgid("latitude, longitude")}


def place_bounds(dataset: Dataset, one: WorklistRow) -> Box | None:
    """Return what the map shows of a row: its best guess with the possible error, or its place."""
    spot = spot_of(dataset, one)
    if spot is None:
        return None
    lon, lat = spot
    margin_m = max(one.error_m or 0.0, 500.0)
    x_m, y_m = to_metric(np.array([lon]), np.array([lat]), dataset.crs)
    west, south = to_lonlat(x_m - margin_m, y_m - margin_m, dataset.crs)
    east, north = to_lonlat(x_m + margin_m, y_m + margin_m, dataset.crs)
    return float(west[0]), float(south[0]), float(east[0]), float(north[0])


def pasted_text(dataset: Dataset, found: PastedPlace, translate: Translate) -> str:
    """Return how a pasted text was read, and where that is."""
    return translate(
        "Read as {order} ({evidence}): {lon}, {lat} in WGS 84, that is {where}."
    ).format(
        order=translate(ORDERS[found.order]),
        evidence=translate(EVIDENCE[found.evidence]),
        lon=f"{found.lon:.6f}",
        lat=f"{found.lat:.6f}",
        where=place_text(dataset, found.lon, found.lat, translate),
    )


def place_layers(
    dataset: Dataset, row: WorklistRow, pasted: PastedPlace | None, translate: Translate
) -> list[Layer]:
    """Return what the map shows of a row: guesses with their possible error, or its place."""
    spots = [(guess.lon, guess.lat, guess.name, 0) for guess in row.guesses]
    radii = [guess.error_m for guess in row.guesses]
    facilities = dataset.facilities
    if facilities.has_position[row.row]:
        spots = [(float(facilities.lon[row.row]), float(facilities.lat[row.row]), row.name, 1)]
        radii = [row.error_m or 0.0]
    layers: list[Layer] = []
    if any(radii):
        layers.append(_error_circles(dataset, spots, radii, translate))
    if pasted is not None:
        spots.append((pasted.lon, pasted.lat, row.name, 2))
    if spots:
        lon, lat, name, group = zip(*spots, strict=True)
        layers.append(
            FacilityLayer(
                id="places-to-settle",
                label=translate("Places to settle"),
                lon=np.array(lon),
                lat=np.array(lat),
                name=name,
                group=np.array(group, dtype=np.uint8),
                styles=(
                    PointStyle(translate("Guess"), "ring", "#d6006c", 16.0, 9.0),
                    PointStyle(translate("Its place"), "diamond", "#000000", 16.0, 9.0),
                    PointStyle(translate("Pasted place"), "diamond", "#d6006c", 18.0, 9.0),
                ),
            )
        )
    return layers


def _error_circles(
    dataset: Dataset,
    spots: list[tuple[float, float, str, int]],
    radii_m: list[float],
    translate: Translate,
) -> PolygonLayer:
    """Return how far each guess may be off."""
    lon, lat = (np.array([spot[axis] for spot in spots]) for axis in (0, 1))
    x_m, y_m = to_metric(lon, lat, dataset.crs)
    circles = shapely.buffer(shapely.points(x_m, y_m), np.array(radii_m))

    def degrees(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to_lonlat(points[:, 0], points[:, 1], dataset.crs))

    return PolygonLayer(
        id="possible-error",
        label=translate("Possible error"),
        polygons=np.atleast_1d(shapely.transform(circles, degrees)),
        group=np.zeros(len(spots), dtype=np.uint8),
        styles=(
            AreaStyle(
                translate("Possible error"),
                fill_colour="#d6006c",
                fill_opacity=0.08,
                line_colour="#d6006c",
                line_width_px=1.5,
                dash=(5.0, 4.0),
            ),
        ),
    )
