"""Cells made ready to travel: one Mercator picture per theme, and the values under the pointer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.points import Grid
from planning.maps.layers import (
    NO_CLASS,
    CellLayer,
    CellTheme,
    Hover,
    HoverChoice,
    HoverNumber,
    Ints,
)
from planning.maps.pack.encode import (
    Blob,
    Blobs,
    Bounds,
    Pack,
    add_lines,
    bounds_of,
    paletted_png,
    require_classes,
    require_length,
)
from planning.maps.pack.registration import Picture, lattice_cell, locator, picture

_NONE_TENTHS = 2**31 - 1
_LONGEST_SHOWN = 65_000


def encode_cells(layer: CellLayer, blobs: Blobs) -> tuple[dict[str, Any], Bounds | None]:
    """Return the description of a cell layer and its bounds, and put its blocks into `blobs`.

    On a grid every theme is a picture; without one every theme is an array of classes.
    """
    n_cells = len(layer.lon)
    if not layer.themes:
        raise ValueError(f"layer {layer.id}: at least one theme is needed")
    for theme in layer.themes:
        require_length(layer.id, theme.id, len(theme.classes), n_cells)
        require_classes(layer.id, theme.classes, len(theme.swatches))
    entry: dict[str, Any] = {"type": "cells", "opacity": layer.opacity}
    pack = Pack()
    order = np.arange(n_cells)
    shown: Picture | None = None
    if layer.grid is not None and n_cells:
        order, shown, entry["grid"] = _register(layer, layer.grid, pack)
        box: Bounds | None = shown.box
    elif n_cells:
        corners = lattice_cell(layer.lon, layer.lat)
        entry["sizeM"] = layer.cell_size_m
        entry["cornersM"] = [] if corners is None else corners.round(2).tolist()
        add_lines(pack, layer.lon, layer.lat, np.array([n_cells]))
        box = bounds_of(layer.lon, layer.lat)
    else:
        return {**entry, "themes": [_theme_entry(theme) for theme in layer.themes]}, None
    entry["themes"] = []
    for number, theme in enumerate(layer.themes):
        described = _theme_entry(theme)
        if shown is not None:
            described["image"] = f"{layer.id}-{theme.id}"
            blobs[described["image"]] = _theme_png(theme, shown)
        else:
            pack.add_numbers(f"t{number}", theme.classes)
        entry["themes"].append(described)
    entry["hover"] = [_hover(pack, f"h{k}", row, order) for k, row in enumerate(layer.hover)]
    pack.add_json("facilities", layer.facility_names)
    entry["data"] = pack.put_into(blobs, layer.id)
    return entry, box


def _register(
    layer: CellLayer, grid: Grid, pack: Pack
) -> tuple[NDArray[np.int64], Picture, dict[str, Any]]:
    """Return the order by row and column, the picture, and how the page finds a cell."""
    for name, values in (("row", layer.row), ("column", layer.column)):
        require_length(layer.id, name, len(values), len(layer.lon))
    order = np.lexsort((layer.column, layer.row))
    rows = (int(layer.row.min()), int(layer.row.max()) + 1)
    columns = (int(layer.column.min()), int(layer.column.max()) + 1)
    lookup = np.full((rows[1] - rows[0], columns[1] - columns[0]), -1, dtype=np.int32)
    lookup[layer.row - rows[0], layer.column - columns[0]] = np.arange(len(layer.row))
    if np.count_nonzero(lookup >= 0) != len(layer.row):
        raise ValueError(f"layer {layer.id}: a cell of the grid stands twice")
    place = locator(grid, rows, columns)
    shown = picture(place, lookup, rows, columns)
    pack.add_numbers("mask", np.packbits(lookup.ravel() >= 0))
    described = {
        **place.to_json(),
        "rows": list(rows),
        "columns": list(columns),
        "pictureBox": list(shown.box),
        "pictureSize": list(shown.cell.shape[::-1]),
    }
    return order, shown, described


def _theme_entry(theme: CellTheme) -> dict[str, Any]:
    swatches = [
        {"label": s.label, "colour": s.colour, "note": s.note, "hatched": s.is_hatched}
        for s in theme.swatches
    ]
    return {"id": theme.id, "label": theme.label, "group": theme.group, "swatches": swatches}


def _theme_png(theme: CellTheme, shown: Picture) -> Blob:
    """Return the picture of one theme."""
    # Index 0 is transparent: the last place of the table, which -1 (no cell) reads too.
    table = np.append(np.where(theme.classes == NO_CLASS, 0, theme.classes + 1), 0).astype(np.uint8)
    content = paletted_png(table[shown.cell], [s.colour for s in theme.swatches])
    return Blob("png", content, content)


def _hover(pack: Pack, key: str, row: Hover, order: NDArray[np.int64]) -> dict[str, Any]:
    """Pack one row of hover values; 0 stands for "none" in every array."""
    match row:
        case HoverNumber():
            return _hover_number(pack, key, row, order)
        case HoverChoice():
            require_length(row.label, "index", len(row.index), len(order))
            pack.add_numbers(key, row.index[order].astype(np.int64) + 1, is_delta=True)
            pack.add_json(f"{key}n", row.choices)
            return {"type": "choice", "label": row.label, "key": key}
        case _:
            for name, values in (("tenths", row.tenths), ("status", row.status)):
                require_length(row.label, name, len(values), len(order))
            pack.add_numbers(key, _minute_tenths(row.tenths[order]) + 1, is_delta=True)
            pack.add_numbers(f"{key}s", row.status[order])
            pack.add_numbers(f"{key}f", row.facility[order].astype(np.int64) + 1)
            names = list(row.status_names)
            return {"type": "time", "label": row.label, "key": key, "statuses": names}


def _hover_number(
    pack: Pack, key: str, row: HoverNumber, order: NDArray[np.int64]
) -> dict[str, Any]:
    """Pack a number as whole steps of its last decimal: 0 none, 1 hidden, else steps + 2."""
    require_length(row.label, "values", len(row.values), len(order))
    values = row.values[order].astype(np.float64)
    if np.nanmin(values, initial=0.0) < 0:
        raise ValueError(f"hover {row.label!r}: values are negative")
    is_hidden = (values > 0) & (values < row.hide_below)
    steps = np.rint(np.where(np.isnan(values) | is_hidden, 0, values) * 10**row.decimals)
    codes = np.where(np.isnan(values), 0, np.where(is_hidden, 1, steps + 2)).astype(np.int64)
    pack.add_numbers(key, codes)
    return {
        "type": "number",
        "label": row.label,
        "unit": row.unit,
        "decimals": row.decimals,
        "hideBelow": row.hide_below,
        "key": key,
    }


def _minute_tenths(tenths: Ints) -> NDArray[np.int64]:
    """Return tenths of a minute, rounded up; -1 where there is no time.

    Rounding up keeps `<=` true to the limit: 1,200.1 s is 20.1 minutes, never 20.0.
    """
    seconds_tenths = tenths.astype(np.int64)
    has_time = (seconds_tenths >= 0) & (seconds_tenths < _NONE_TENTHS)
    up = np.minimum(-(-seconds_tenths // 60), _LONGEST_SHOWN)
    return np.where(has_time, up, -1)
