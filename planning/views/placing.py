"""Institutions whose place is missing, guessed or chosen: the worklist and its map layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import shapely

from data.facilities.pasted import Box, PastedPlace
from data.facilities.placement import CONFIDENCE
from data.facilities.worklist import GUESS_CONFIDENCE, Guess, worklist
from data.types import Dataset
from geo.crs import to_lonlat, to_metric
from planning.map_layers import kind_name
from planning.maps import AreaStyle, FacilityLayer, PointStyle, PolygonLayer
from planning.maps.layers import Layer
from planning.sheets import Sheet, sheet_of
from planning.views.places import place_text
from planning.wording import Language, Translate, msgid, translator

State: TypeAlias = Literal["unplaced", "guessed", "chosen"]

REASONS = {
    "no_villages": msgid("the study has no villages to place it by"),
    "code_unknown": msgid("its village code is none of the study's"),
    "name_repeated": msgid("several villages could be meant"),
    "nothing_named": msgid("no village is named"),
}
METHODS = {
    "side_file": msgid("chosen by hand"),
    "village_code": msgid("by its village code"),
    "village_name": msgid("by the name of its village"),
    "own_name": msgid("by the village in its own name"),
    "village_in_words": msgid("village in its name or address"),
    "zone_code": msgid("town by its code"),
    "zone_in_words": msgid("town in its name or address"),
}
SURE = {
    "high": msgid("high"),
    "medium": msgid("medium"),
    "low": msgid("low"),
    "very low": msgid("very low"),
}
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
STATES = {
    "unplaced": msgid("Without a place"),
    "guessed": msgid("Placed by its village"),
    "chosen": msgid("Chosen by hand"),
}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One institution whose place a person may set; `guesses` are empty once it has a place."""

    row: int
    facility_id: str
    name: str
    kind: str
    address: str
    state: State
    why: str
    guesses: tuple[Guess, ...] = ()
    confidence: str = ""
    error_m: float | None = None


def place_rows(dataset: Dataset) -> tuple[PlaceRow, ...]:
    """Return institutions without a place, then those placed by a guess, then by hand."""
    facilities = dataset.facilities
    rows = []
    for todo in worklist(dataset):
        best = todo.guesses[0] if todo.guesses else None
        rows.append(
            PlaceRow(
                todo.row,
                todo.facility_id,
                todo.name,
                facilities.kind[todo.row],
                todo.address,
                "unplaced",
                REASONS[todo.reason],
                todo.guesses,
                GUESS_CONFIDENCE[best.method] if best else "",
                best.error_m if best else None,
            )
        )
    method_of = facilities.columns.get("placed_by", ())
    later: list[PlaceRow] = []
    for row, method in enumerate(method_of):
        if method in {"", "coordinates"}:
            continue
        error = facilities.columns["placed_error_m"][row]
        later.append(
            PlaceRow(
                row,
                facilities.id[row],
                facilities.name[row],
                facilities.kind[row],
                facilities.texts("address")[row],
                "chosen" if method == "side_file" else "guessed",
                METHODS[str(method)],
                (),
                CONFIDENCE[method],  # type: ignore[index]
                error if isinstance(error, float) else None,
            )
        )
    later.sort(key=lambda one: (one.state == "chosen", one.confidence != "low", one.facility_id))
    return (*rows, *later)


def places_sheet(dataset: Dataset, rows: tuple[PlaceRow, ...], language: Language) -> Sheet:
    """Return the worklist: why each stands there, the best guess, how sure, how far off at most."""
    translate = translator(language)
    headers = (
        msgid("Name"),
        msgid("State"),
        msgid("Best guess"),
        msgid("Confidence"),
        msgid("Possible error (m)"),
        msgid("Why or how"),
        msgid("Guessed from"),
        msgid("Kind"),
        msgid("Address"),
        msgid("Number"),
        msgid("Longitude"),
        msgid("Latitude"),
    )
    table = []
    for one in rows:
        best = one.guesses[0] if one.guesses else None
        spot = _spot(dataset, one)
        table.append(
            (
                one.name,
                translate(STATES[one.state]),
                best.name if best else None,
                translate(SURE[one.confidence]) if one.confidence else None,
                None if one.error_m is None else round(one.error_m),
                translate(one.why),
                translate(METHODS[best.method]) if best else None,
                kind_name(one.kind, language) if one.kind else None,
                one.address or None,
                one.facility_id,
                round(spot[0], 6) if spot else None,
                round(spot[1], 6) if spot else None,
            )
        )
    return sheet_of(msgid("Places to settle"), headers, table, translate)


def place_bounds(dataset: Dataset, one: PlaceRow) -> Box | None:
    """Return what the map shows of a row: its best guess with the possible error, or its place."""
    spot = _spot(dataset, one)
    if spot is None:
        return None
    lon, lat = spot
    margin_m = max(one.error_m or 0.0, 500.0)
    x_m, y_m = to_metric(np.array([lon]), np.array([lat]), dataset.crs)
    west, south = to_lonlat(x_m - margin_m, y_m - margin_m, dataset.crs)
    east, north = to_lonlat(x_m + margin_m, y_m + margin_m, dataset.crs)
    return float(west[0]), float(south[0]), float(east[0]), float(north[0])


def _spot(dataset: Dataset, one: PlaceRow) -> tuple[float, float] | None:
    """Return longitude and latitude of a row's place, else of its best guess."""
    facilities = dataset.facilities
    if facilities.has_position[one.row]:
        return float(facilities.lon[one.row]), float(facilities.lat[one.row])
    return (one.guesses[0].lon, one.guesses[0].lat) if one.guesses else None


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
    dataset: Dataset, row: PlaceRow, pasted: PastedPlace | None, translate: Translate
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
