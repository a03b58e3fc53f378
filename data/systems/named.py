"""Named places of a map that is known to be WGS 84, for names of a list to be held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import shapely

from data.places.positions import read_positions
from data.study.tables import TableSource
from data.systems.evidence import NamedPlaces
from data.tables.cells import text
from data.tables.headers import find_columns, missing_column
from data.tables.read import read_any
from geo.errors import Finding


def read_named_places(source: TableSource, findings: list[Finding]) -> NamedPlaces:
    """Return the places of a layer that the study says to be WGS 84, by name.

    Raises
    ------
    StudyError
        When the file cannot be read at all.
    """
    table = read_any(source, findings)
    if table.geometry is not None:
        # The middle of an area, as that of the units that it is compared with.
        table = replace(table, geometry=np.asarray(shapely.centroid(table.geometry), dtype=object))
    columns = find_columns(table, ("name", "lon", "lat", "lonlat"), source.columns, findings)
    if "name" not in columns:
        findings.append(missing_column(table, "name"))
        return {}
    lon, lat = read_positions(table, columns, source, findings)
    names = [text(cell) for cell in table.columns[columns["name"]]]
    counts = Counter(names)
    return {
        name: (float(x), float(y))
        for name, x, y in zip(names, lon, lat, strict=True)
        if name and counts[name] == 1 and np.isfinite(x)
    }
