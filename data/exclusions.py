"""Where no site may stand: named areas, and how steep the ground is where people live."""

from __future__ import annotations

import numpy as np
import shapely

from data.elevation import read_heights
from data.errors import PlannerError
from data.regions import read_water
from data.study.siting import ExclusionsTable
from data.study.tables import TableSource
from data.types import Candidates, Demand, Exclusions, Floats, Geometries
from geo.errors import Finding
from geo.slope import Heights

SLOPE_ARM_M = 30.0
"""Slope is the rise between points so far on either side: one cell of the usual height models."""


def read_exclusions(
    table: ExclusionsTable,
    elevation: TableSource | None,
    places: tuple[Demand, Candidates | None],
    crs: str,
    findings: list[Finding],
) -> Exclusions | None:
    """Return what the study excludes; None where it names no layer and no slope.

    Parameters
    ----------
    table
        `[exclusions]`.
    elevation
        Heights of the ground, for the limit of slope.
    places
        Where people live, and the candidate layer.
    crs
        Metric system of the dataset.
    findings
        Receives every fault and note.
    """
    names, areas, layer = [], [], []
    for number, entry in enumerate(table.layers):
        source = TableSource(path=entry.path, layer=entry.layer, crs=entry.crs)
        found = _areas(source, crs, findings)
        if entry.margin_m > 0:
            found = shapely.buffer(found, entry.margin_m)
        names.append(entry.name)
        areas.append(found)
        layer += [number] * len(found)
    demand, candidates = places
    slopes: tuple[Floats | None, Floats | None] = (None, None)
    if table.max_slope_percent is not None and elevation is not None:
        slopes = _slopes(elevation, demand, candidates, crs, findings)
    if not names and slopes[0] is None:
        return None
    return Exclusions(
        names=tuple(names),
        areas=np.concatenate([np.array([], dtype=object), *areas]),
        layer=np.array(layer, dtype=np.int32),
        demand_slope_percent=slopes[0],
        candidate_slope_percent=slopes[1],
    )


def _areas(source: TableSource, crs: str, findings: list[Finding]) -> Geometries:
    try:
        found = read_water(source, crs, findings)
    except PlannerError as error:
        findings.extend(error.findings)
        found = None
    return np.array([], dtype=object) if found is None else found


def _slopes(
    elevation: TableSource,
    demand: Demand,
    candidates: Candidates | None,
    crs: str,
    findings: list[Finding],
) -> tuple[Floats | None, Floats | None]:
    """Return the slope at the people and at the candidates; None where heights cannot be read."""
    x_m, y_m = demand.x_m, demand.y_m
    if candidates is not None:
        x_m = np.concatenate([x_m, candidates.x_m])
        y_m = np.concatenate([y_m, candidates.y_m])
    arm = 2 * SLOPE_ARM_M
    box_m = (x_m.min() - arm, y_m.min() - arm, x_m.max() + arm, y_m.max() + arm)
    try:
        heights = read_heights(elevation.path, crs=crs, box_m=box_m, raster_crs=elevation.crs)
    except PlannerError as error:
        findings.extend(error.findings)
        return None, None
    slope = slope_percent(heights, x_m, y_m)
    unknown = int(np.isnan(slope).sum())
    if unknown:
        said = (("count", unknown), ("total", len(slope)))
        findings.append(Finding("exclusion_slope_unknown", said, file=elevation.path.name))
    n = len(demand)
    return slope[:n], None if candidates is None else slope[n:]


def slope_percent(heights: Heights, x_m: Floats, y_m: Floats) -> Floats:
    """Return the steepest slope of the ground at points, in per cent; NaN where it is not known.

    >>> plane = lambda x, y: 0.3 * x + 0.4 * y
    >>> slope_percent(plane, np.array([5.0]), np.array([7.0])).round(6).tolist()
    [50.0]
    """
    east = heights(x_m + SLOPE_ARM_M, y_m) - heights(x_m - SLOPE_ARM_M, y_m)
    north = heights(x_m, y_m + SLOPE_ARM_M) - heights(x_m, y_m - SLOPE_ARM_M)
    return np.asarray(np.hypot(east, north) / (2 * SLOPE_ARM_M) * 100, dtype=np.float64)
