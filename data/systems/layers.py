"""Every layer of a study asked whether it is in the coordinate system that it is said to be in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.facilities.read import FacilityRows
from data.places.positions import stated_system
from data.population.read import Population
from data.study.tables import Study, TableSource
from data.systems.evidence import (
    Evidence,
    PlacedAreas,
    PlacedPoints,
    Shift,
    Surroundings,
    system_of_areas,
    weigh_evidence,
)
from data.systems.verdict import Verdict, area_findings, judge_points, point_findings
from data.types import Candidates, Geometries, OtherPlaces, Villages, Zones
from geo.crs import to_lonlat
from geo.errors import Finding
from geo.offsets import System, from_wgs84, to_wgs84


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """What a study places on the map, as read; None where it has none."""

    zones: Zones
    villages: Villages | None
    population: Population
    facilities: FacilityRows
    candidates: Candidates | None


@dataclass(frozen=True, slots=True, eq=False)
class SystemsFound:
    """What is to be said of the layers' systems, and where institutions would be in another."""

    findings: tuple[Finding, ...]
    other_places: OtherPlaces | None


def judge_layers(study: Study, layers: Layers, around: Surroundings) -> SystemsFound:
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
    institutions = weigh_evidence(_institutions(study, layers.facilities), around)
    others = (
        _village_points(study, layers.villages, around.crs),
        _people(study, layers.population),
        _sites(study, layers.candidates),
    )
    weighed = [institutions]
    weighed += [weigh_evidence(points, around) for points in others if points is not None]
    witnesses = [_witness(each) for each in weighed if any(each.points.codes)]
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
    verdicts = [judge_points(each, around, weighed) for each in weighed]
    for each, verdict in zip(weighed, verdicts, strict=True):
        findings += point_findings(each, verdict)
    places = _other_places(layers.facilities, institutions, verdicts[0])
    return SystemsFound(tuple(findings), places)


def _other_places(rows: FacilityRows, evidence: Evidence, verdict: Verdict) -> OtherPlaces | None:
    """Return where institutions would be under each other system that their list may be in.

    Rows that a village or a person has placed stay where they are, and rows that state their own
    system, too.
    """
    points = evidence.points
    if not len(points.lon) or (verdict.system == points.stated):
        return None
    systems: tuple[System, ...] = ("gcj02", "bd09")
    if verdict.system is not None:
        systems = (verdict.system,)
    elif not verdict.groups and not (points.is_auto or rows.is_unstated.any()):
        return None
    own = _has_own_place(rows)
    movable = own & rows.is_unstated if verdict.system is None else own
    written = from_wgs84(rows.lon, rows.lat, points.stated)
    if verdict.groups:
        readings = [("mixed", _group_rows(rows, points, verdict, own))]
    else:
        readings = [(name, [(name, movable)]) for name in systems]
    lon = np.tile(rows.lon, (len(readings), 1))
    lat = np.tile(rows.lat, (len(readings), 1))
    for number, (_, parts) in enumerate(readings):
        for system, which in parts:
            lon[number, which], lat[number, which] = to_wgs84(
                written[0][which], written[1][which], system
            )
    return OtherPlaces(rows.file, tuple(name for name, _ in readings), lon, lat)


def _group_rows(
    rows: FacilityRows, points: PlacedPoints, verdict: Verdict, own: NDArray[np.bool_]
) -> list[tuple[System, NDArray[np.bool_]]]:
    """Return for each group of a mixed list its system and which institutions are in it."""
    file_rows = np.asarray(points.rows)
    return [
        (group.system, own & np.isin(rows.row, file_rows[group.rows])) for group in verdict.groups
    ]


def _has_own_place(rows: FacilityRows) -> NDArray[np.bool_]:
    has_place = np.isfinite(rows.lon)
    if rows.placed_by:
        has_place &= np.array(rows.placed_by) == "coordinates"
    return np.asarray(has_place)


def _witness(said: Evidence) -> PlacedPoints:
    """Return points for borders to be held against, in the system that they seem to be in.

    The borders are in question and were not asked for it.
    """
    points = said.points
    found = said.system or points.stated
    lon, lat = Shift(points.stated, found).moved((points.lon, points.lat))
    return replace(points, lon=lon, lat=lat, stated=found)


def _institutions(study: Study, rows: FacilityRows) -> PlacedPoints:
    """Return every row of the list, whether the study keeps it or not: all bear witness.

    A row that a person has placed bears none.
    """
    listed = rows.listed
    kept = np.isin(listed.row, rows.row[_has_own_place(rows)])
    bears_witness = kept | ~np.isin(listed.row, rows.row)
    return PlacedPoints(
        file=rows.file,
        rows=tuple(listed.row.tolist()),
        lon=np.where(bears_witness, listed.lon, np.nan),
        lat=np.where(bears_witness, listed.lat, np.nan),
        stated=rows.system,
        is_auto=study.facilities.source.coordinates == "auto",
        names=listed.names,
        codes=listed.codes,
        is_beside_roads=True,
        groups=listed.groups,
        is_kept=kept,
        is_unstated=listed.is_unstated,
        source=study.facilities.source.attribution,
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
        source=study.villages.attribution,
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
        source=source.attribution,
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
        source=source.attribution,
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
