"""Every layer of a study asked whether it is in the coordinate system that it is said to be in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from data.facilities.read import FacilityRows
from data.places.positions import stated_system
from data.population.read import Population
from data.study.tables import Study, TableSource
from data.systems.evidence import (
    Hearing,
    PlacedAreas,
    PlacedPoints,
    Shift,
    Surroundings,
    area_findings,
    heard,
    point_findings,
    system_of_areas,
)
from data.tables.cells import text
from data.types import Candidates, Geometries, Villages, Zones
from geo.crs import to_lonlat
from geo.errors import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """What a study places on the map, as read; None where it has none."""

    zones: Zones
    villages: Villages | None
    population: Population
    facilities: FacilityRows
    candidates: Candidates | None


def shift_findings(study: Study, layers: Layers, around: Surroundings) -> list[Finding]:
    """Return what speaks for another coordinate system than a layer is stated to be in.

    Institutions are asked first, then the borders by the institutions and villages whose codes
    name their unit, then the rest; rasters state their system themselves.

    Parameters
    ----------
    study
        Says which system each file is in, and for which of them it asks.
    layers
        As read, already converted from the stated systems.
    around
        Roads, water and known places; the zones are those of `layers`.
    """
    layered = (
        _institutions(study, layers.facilities),
        _village_points(study, layers.villages, around.crs),
        _people(study, layers.population),
        _sites(study, layers.candidates),
    )
    said = [heard(points, around) for points in layered if points is not None]
    witnesses = [_witness(each) for each in said if any(each.points.codes)]
    findings: list[Finding] = []
    borders = _zone_areas(study, layers.zones)
    if borders is not None:
        found = system_of_areas(borders, witnesses, around)
        findings += area_findings(borders, found, around.crs)
        around = replace(around, zone_shift=Shift(found or borders.stated, borders.stated))
    borders = _village_areas(study, layers.villages)
    if borders is not None:
        found = system_of_areas(borders, witnesses, around)
        findings += area_findings(borders, found, around.crs)
    for each in said:
        findings += point_findings(each, around)
    return findings


def _witness(said: Hearing) -> PlacedPoints:
    """Return points for borders to be held against, in the system that they seem to be in.

    The borders are in question and were not asked for it.
    """
    points = said.points
    found = said.system or points.stated
    lon, lat = Shift(points.stated, found).moved((points.lon, points.lat))
    return replace(points, lon=lon, lat=lat, stated=found)


def _institutions(study: Study, rows: FacilityRows) -> PlacedPoints:
    has_own = np.isfinite(rows.lon)
    if rows.placed_by:
        has_own &= np.array(rows.placed_by) == "coordinates"
    return PlacedPoints(
        file=rows.file,
        rows=tuple(rows.row.tolist()),
        lon=np.where(has_own, rows.lon, np.nan),
        lat=np.where(has_own, rows.lat, np.nan),
        stated=rows.system,
        is_auto=study.facilities.source.coordinates == "auto",
        names=tuple(text(name) for name in rows.columns["name"]),
        codes=rows.division_code,
        is_beside_roads=True,
    )


def _village_points(study: Study, villages: Villages | None, crs: str) -> PlacedPoints | None:
    """Return villages that are points; those drawn as areas are borders."""
    if study.villages is None or villages is None or _is_drawn(villages.geometry):
        return None
    x_m, y_m = shapely.get_x(villages.geometry), shapely.get_y(villages.geometry)
    lon, lat = to_lonlat(x_m, y_m, crs)
    return PlacedPoints(
        file=study.villages.path.name,
        rows=villages.code,
        lon=lon,
        lat=lat,
        stated=stated_system(study.villages),
        is_auto=study.villages.coordinates == "auto",
        names=villages.name,
        codes=villages.code,
    )


def _people(study: Study, population: Population) -> PlacedPoints | None:
    """Return the rows of a table of people that state where they are; rasters say it themselves."""
    if population.grid is not None or not population.has_own_places:
        return None
    source = study.population.source
    return PlacedPoints(
        file=population.file,
        rows=population.cell_id,
        lon=population.lon,
        lat=population.lat,
        stated=stated_system(source),
        is_auto=source.coordinates == "auto",
        codes=population.division_code,
    )


def _sites(study: Study, sites: Candidates | None) -> PlacedPoints | None:
    source = study.candidates.source
    if source is None or sites is None:
        return None
    return PlacedPoints(
        file=source.path.name,
        rows=sites.id,
        lon=sites.lon,
        lat=sites.lat,
        stated=stated_system(source),
        is_auto=source.coordinates == "auto",
        names=sites.name,
    )


def _zone_areas(study: Study, zones: Zones) -> PlacedAreas | None:
    return None if study.zones is None else _areas(study.zones.source, zones)


def _village_areas(study: Study, villages: Villages | None) -> PlacedAreas | None:
    return None if study.villages is None or villages is None else _areas(study.villages, villages)


def _areas(source: TableSource, units: Zones | Villages) -> PlacedAreas | None:
    if not _is_drawn(units.geometry):
        return None
    return PlacedAreas(
        file=source.path.name,
        codes=units.code,
        names=units.name,
        geometry=units.geometry,
        stated=stated_system(source),
        is_auto=source.coordinates == "auto",
    )


def _is_drawn(geometry: Geometries) -> bool:
    return bool((shapely.get_type_id(geometry) >= 3).any())
