"""The small map behind a cell of the matrix: its zone, and the numbers of its list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from planning.assess.workflow import Assessment
from planning.report.pages.small_map import NumberMark, small_map

MOST_NUMBERS = 40
SIZE_PX = (520, 390)


def cell_map(assessment: Assessment, zone_code: str, ids: Sequence[str]) -> bytes:
    """Return a PNG of a zone ("" is the whole study) with the numbers of a list.

    Parameters
    ----------
    ids
        Codes of villages, zones, institutions or gaps in the order of the list; what has no place
        gets no number.
    """
    codes = assessment.dataset.zones.code
    zone = codes.index(zone_code) if zone_code in codes else None
    return small_map(assessment, zone=zone, marks=list_marks(assessment, ids), size_px=SIZE_PX)


def list_marks(assessment: Assessment, ids: Sequence[str]) -> tuple[NumberMark, ...]:
    """Return the places of a list, numbered from 1 in its order, as many as a map has room for."""
    marks = []
    places = _places(assessment, set(ids[:MOST_NUMBERS]))
    for number, name in enumerate(ids[:MOST_NUMBERS], start=1):
        x_m, y_m = places.get(name, (np.nan, np.nan))
        if np.isfinite(x_m) and np.isfinite(y_m):
            marks.append(NumberMark(number, float(x_m), float(y_m), is_site=False))
    return tuple(marks)


def _places(assessment: Assessment, wanted: set[str]) -> dict[str, tuple[float, float]]:
    dataset = assessment.dataset
    facilities, villages = dataset.facilities, dataset.villages
    found = {gap.gap_id: (gap.x_m, gap.y_m) for gap in assessment.gaps if gap.gap_id in wanted}
    for index, name in enumerate(facilities.id):
        if name in wanted:
            found[name] = (float(facilities.x_m[index]), float(facilities.y_m[index]))
    layers = [(dataset.zones.code, dataset.zones.geometry)]
    layers += [(villages.code, villages.geometry)] if villages is not None else []
    for codes, shapes in layers:
        for index, code in enumerate(codes):
            if code in wanted and shapes[index] is not None:
                spot = shapely.point_on_surface(shapes[index])
                found[code] = (float(spot.x), float(spot.y))
    return found
